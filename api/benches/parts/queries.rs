//! Queries, from the document to the answer, without HTTP around them.

use std::{sync::Arc, time::Duration};

use async_graphql::{Request, Variables};
use cops_graphql::{
    graphql::execute::{QueryAnswer, execute, price},
    graphql::schema,
    limits::Limits,
    measures::{Aggregates, Replica},
};
use criterion::Criterion;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::datasets::Dataset;

macro_rules! queries {
    ($($name:literal),+) => {
        &[$((
            $name,
            include_str!(concat!("../../../tests/bench/queries/", $name, "/cops-graphql.graphql")),
        )),+]
    };
}

/// The queries of `tests/bench`, and their names.
const QUERIES: &[(&str, &str)] =
    queries!("agency", "page", "nested", "filtered", "years", "trainees");

/// Measures each query: what it takes to plan it, and what it takes to answer it.
pub(crate) fn measure(
    criterion: &mut Criterion,
    replica: Replica,
    datasets: &[Dataset],
    runtime: &Runtime,
) {
    let (schema, limits) = (schema(), Limits::default());
    let aggregates = Aggregates::Memory(Arc::new(replica));
    let readers = &datasets[0].readers;
    let first = Request::new("{ agencies(first: 1) { nodes { id } } }");
    let first = runtime.block_on(execute(&schema, readers, &aggregates, &limits, first));
    let id = good(first).response.data.into_json().unwrap()["agencies"]["nodes"][0]["id"].take();
    let request =
        |query: &str| Request::new(query).variables(Variables::from_json(json!({ "id": id })));
    for (name, query) in QUERIES {
        let mut group = criterion.benchmark_group(format!("query {name}"));
        group.sample_size(50).measurement_time(Duration::from_secs(2));
        group.warm_up_time(Duration::from_millis(500));
        group.bench_function("price", |bencher| {
            let price = || good(price(&schema, &aggregates, &limits, &request(query)));
            bencher.iter(price);
        });
        for Dataset { name, readers, .. } in datasets {
            group.bench_function(*name, |bencher| {
                bencher.iter(|| {
                    let answer = execute(&schema, readers, &aggregates, &limits, request(query));
                    good(runtime.block_on(answer))
                });
            });
        }
        group.finish();
    }
}

/// The answer, which must have no errors.
fn good(answer: QueryAnswer) -> QueryAnswer {
    assert!(answer.response.errors.is_empty(), "{:?}", answer.response.errors);
    answer
}
