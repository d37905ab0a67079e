//! `cops-graphql distribute`: lays a loaded database out on several machines.

use std::{fmt::Write as _, process::ExitCode, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use super::{fail, output::Output};
use crate::database::{
    self, DatabaseUrl,
    distributed::{DistributeError, Distributed, Placement, distribute},
};

/// What its help says at the end.
pub(super) const HELP: &str = "\
Name the coordinator of Citus by --database: load the data first, stop loads while this runs, and start servers anew after
it. Trainees and outcomes are divided among the machines by their ids, with their history; every other table is copied to
each machine. It all happens at once or not at all. Run it again after an upgrade: it lays out what is new.

Serve such a database with --aggregates sql. Servers may ask any machine; loads go to the coordinator.

Examples:
  cops-graphql distribute --database postgres://coordinator/cops
  cops-graphql distribute --shards 64

Exit codes: 0 done, or done before; 1 failed, and nothing was changed; 2 the database cannot be distributed as it is;
3 done, and that could not be written.";

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct DistributeArgs {
    /// The parts that trainees and outcomes are divided into: two to four for each processor of all machines.
    /// Citus says how many where this does not.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    shards: Option<u16>,
}

pub(crate) async fn run(args: &DistributeArgs, url: &DatabaseUrl) -> ExitCode {
    super::log::start_notices();
    let bar = spinner();
    let done = run_on(args, url, &bar).await;
    bar.finish_and_clear();
    match done {
        Ok(done) => {
            let words = words(&done);
            let mut output = Output::default();
            output.write(&words);
            output.end_after(words.trim_end())
        }
        Err(DistributeError::Database(error)) => {
            let said = database::explain(url, &error);
            fail(&format!("the database failed, and nothing was changed: {said}"))
        }
        Err(error) => {
            fail(&error.to_string());
            ExitCode::from(2)
        }
    }
}

async fn run_on(
    args: &DistributeArgs,
    url: &DatabaseUrl,
    bar: &ProgressBar,
) -> Result<Distributed, DistributeError> {
    if url.is_sqlite() {
        return Err(DistributeError::Sqlite);
    }
    let db = database::prepared(url).await?;
    let done = distribute(&db, args.shards, |table| bar.set_message(table.to_owned())).await;
    let _ = database::finish(db).await;
    done
}

/// What is at work, on standard error, which shows itself only on a terminal.
fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} distributing {msg} ({elapsed})");
    let bar = ProgressBar::new_spinner().with_style(style.expect("the template is well formed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn words(done: &Distributed) -> String {
    let Distributed { citus, machines, shards, tables, before, loosened } = done;
    if tables.is_empty() {
        return format!(
            "nothing to do: all {before} tables are distributed on {machines} machines (Citus {citus})\n"
        );
    }
    let count = |place| tables.iter().filter(|(_, placed)| *placed == place).count();
    let mut words = format!(
        "distributed {} tables on {machines} machines (Citus {citus}): {} divided by id into {shards} shards, {} on every \
         machine",
        tables.len(),
        count(Placement::ById),
        count(Placement::Everywhere),
    );
    if *before > 0 {
        let _ = write!(words, "; {before} were so before");
    }
    words.push('\n');
    if !loosened.is_empty() {
        let _ = writeln!(
            words,
            "No longer unique: {}. No machine sees all rows; loads look for what is there, as they always did.",
            loosened.join(", ")
        );
    }
    words.push_str("Serve it with --aggregates sql, and start servers anew.\n");
    words
}
