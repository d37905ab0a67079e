//! Aggregates, from the copy and in SQL.

use std::time::Duration;

use cops_graphql::measures::{Replica, Request, sql};
use criterion::Criterion;
use tokio::runtime::Runtime;

use crate::{datasets::Dataset, few_samples};

/// Measures a request in every way.
pub(crate) fn measure(
    criterion: &mut Criterion,
    name: &str,
    request: &Request,
    replica: &Replica,
    datasets: &[Dataset],
    runtime: &Runtime,
) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(50).measurement_time(Duration::from_secs(2));
    group.warm_up_time(Duration::from_millis(500));
    group.bench_function("memory", |bencher| bencher.iter(|| replica.answer(request).unwrap()));
    few_samples(&mut group);
    for Dataset { name, database, .. } in datasets {
        group.bench_function(*name, |bencher| {
            let expected = replica.answer(request).unwrap();
            let answer = || runtime.block_on(sql::answer(database, request)).unwrap();
            assert!(answer() == expected, "{name} answers otherwise");
            bencher.iter(answer);
        });
    }
    group.finish();
}
