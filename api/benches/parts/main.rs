//! How long the parts take that an answer is made of.
//!
//! ```sh
//! cargo bench                              # 45,000 grants and 600,000 trainees, everything
//! cargo bench -- memory                    # only aggregates from the copy in memory
//! cargo bench -- 'by fiscal year'          # only what has this in its name
//! cargo bench -- 'query nested'            # only one of the queries
//! BENCH_SCALE=10 cargo bench -- memory     # 450,000 grants and 6,000,000 trainees
//! TEST_POSTGRES_URL=postgres://me@localhost:5432/ cargo bench     # PostgreSQL, too
//! ```
//!
//! It prints what the copy takes: its rows, its bytes, and the most memory that the process held until
//! the copy stood. Then come the measurements, each with the least, the best and the greatest estimate of
//! its time:
//! - `copy/sqlite`, `copy/postgres`: the copy is built, from the first statement to the last column.
//! - `query NAME/price`: a document of `tests/bench/queries/` is read, validated, planned and priced, and
//!   nothing is read for it. `query NAME/sqlite`, `query NAME/postgres`: it is answered, by [`execute`] with the
//!   copy, on one connection, without HTTP around it and with nothing kept of the answers before.
//! - `REQUEST/memory`: [`Replica::answer`]: an aggregate without GraphQL around it.
//! - `REQUEST/sqlite`, `REQUEST/postgres`: the same request by [`sql::answer`], which sends a statement
//!   for the groups and one for each measure. Its answer is held against that of the copy.
//!
//! At scale 1 in memory, `trainees by state, year and role` is to take at most 5 ms, `grants by fiscal
//! year` 2 ms and `trainees under a text filter by role` 10 ms; `outcomes around the first hiring grant` 50 ms,
//! of every agency and 30 years; the copy 60 bytes a row, and 3 s to build.
//!
//! The dataset is the demo dataset. It is made once for each scale and kept for the next time: as a file
//! in Cargo's `target/tmp`, and on PostgreSQL as the database `cops_bench_SCALE`. Remove both after a change
//! of the tables or of the generator.
//!
//! Where the arguments are without `--bench`, as with `cargo test --benches`, everything is done once on a
//! hundredth of the dataset: a check that it works, which measures nothing.
//!
//! [`Replica::answer`]: cops_graphql::measures::Replica::answer
//! [`sql::answer`]: cops_graphql::measures::sql::answer
//! [`execute`]: cops_graphql::graphql::execute::execute

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "who runs a benchmark develops this")]

mod aggregates;
mod datasets;
mod queries;
mod requests;

use std::time::Duration;

use cops_graphql::graphql::catalog;
use cops_graphql::measures::Replica;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, measurement::WallTime};
use tokio::runtime::Runtime;

use self::datasets::Dataset;

fn main() {
    let scale = match std::env::var("BENCH_SCALE") {
        Ok(scale) => scale.parse().expect("BENCH_SCALE is a number"),
        Err(_) if std::env::args().any(|argument| argument == "--bench") => 1.0,
        Err(_) => 0.01,
    };
    let runtime = Runtime::new().unwrap();
    let datasets = runtime.block_on(datasets::open(scale));
    let replica = runtime.block_on(Replica::build(catalog(), &datasets[0].database)).unwrap();
    say(&replica);

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("copy");
    few_samples(&mut group);
    for Dataset { name, database, .. } in &datasets {
        group.bench_function(*name, |bencher| {
            let build = || runtime.block_on(Replica::build(catalog(), database)).unwrap();
            bencher.iter_with_large_drop(build);
        });
    }
    group.finish();
    for (name, request) in requests::all() {
        aggregates::measure(&mut criterion, name, &request, &replica, &datasets, &runtime);
    }
    queries::measure(&mut criterion, replica, &datasets, &runtime);
    criterion.final_summary();
}

/// For what takes seconds. Where ten samples take longer than the time for them, criterion says so, and
/// takes them.
fn few_samples(group: &mut BenchmarkGroup<'_, WallTime>) {
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.measurement_time(Duration::from_secs(5)).warm_up_time(Duration::from_millis(1));
}

fn say(replica: &Replica) {
    let (rows, bytes) = (replica.rows(), replica.size_in_bytes());
    println!("the copy has {rows} rows in {bytes} bytes: {:.1} a row", per_row(bytes, rows));
    if let Some(most) = most_memory() {
        println!("the process held at most {most} kB until it stood");
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is shown with one digit")]
fn per_row(bytes: usize, rows: usize) -> f64 {
    bytes as f64 / rows as f64
}

/// The most memory in kB that the process has held so far, where the system says so.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
