//! Pages ordered by related rows or by several columns: the in-memory copy finds the same keys as the database would,
//! from both ends and between any two places.

use std::{cell::Cell, fmt::Write as _};

use cops_graphql::{demo, graphql::execute::Purpose};
use indicatif::ProgressBar;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::Value;

use crate::{
    pages::{around, lists, orders},
    support::{Client, TestDatabase, block},
};

/// Filters of some lists; others have none.
const FILTERS: &[(&str, &str)] = &[
    ("agencies", "state: { in: [\"CA\", \"TX\"] }"),
    ("agencies", "grants: { some: { fiscalYear: { gt: 2010 } } }"),
    ("agencies", "not: { near: { latitude: 35, longitude: -80, kilometers: 2000 } }"),
    ("grants", "agency: { near: { latitude: 40.5, longitude: -100, kilometers: 900 } }"),
    ("grants", "agency: { population: { lt: 20000 } }"),
    ("grants", "not: { fiscalYear: { lt: 2015 } }"),
    ("grants", "officersFunded: { none: { funded: { gt: 5 } } }, federalShare: { gt: 0 }"),
    ("trainees", "hours: { isNull: false }"),
    ("trainees", "agency: { name: { contains: \"a\" } }"),
    ("outcomes", "agency: { state: { ne: \"CA\" } }"),
    ("outcomes", "year: { gte: 2020 }"),
];

/// The lists that are asked for most: they have many rows, and values that another dataset does not have.
const LONG: [&str; 5] = ["agencies", "grants", "obligations", "outcomes", "trainees"];

/// A page of a list in an order: how many rows, from which end, and where the places come from.
#[derive(Clone, Debug)]
struct PageCase {
    list: String,
    order: String,
    size: u32,
    backward: bool,
    filter: prop::sample::Index,
    after: Option<(bool, prop::sample::Index)>,
    before: Option<(bool, prop::sample::Index)>,
}

fn cases(mut lists: Vec<(String, Vec<String>)>) -> impl Strategy<Value = PageCase> {
    let long = lists.iter().filter(|(list, _)| LONG.contains(&list.as_str()));
    let long: Vec<_> = long.cloned().collect();
    lists.extend(std::iter::repeat_n(long, 8).flatten());
    let place = || prop::option::of(any::<(bool, prop::sample::Index)>());
    let rest = (any::<bool>(), any::<prop::sample::Index>(), place(), place());
    (orders(lists), rest).prop_map(|((list, order, size), (backward, filter, after, before))| {
        PageCase { list, order, size, backward, filter, after, before }
    })
}

/// The demo dataset of a seed.
async fn load(database: &TestDatabase, seed: u64) {
    let bar = ProgressBar::hidden();
    demo::load(&database.writer().await, 0.01, seed, &bar).await.unwrap();
}

/// The cursors of the first rows of a list in an order.
async fn cursors(client: &Client, case: &PageCase) -> Vec<String> {
    let PageCase { list, order, .. } = case;
    let query = format!(
        "{{ {list}(filter: {{ {} }}, orderBy: {order}, first: 100) {{ edges {{ cursor }} }} }}",
        around(order)
    );
    let data = client.data(&query).await;
    let edges = data[list]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["cursor"].to_string()).collect()
}

impl PageCase {
    /// The page, of which a place is that of a row here, or of one in another dataset.
    async fn query(&self, here: &Client, elsewhere: &Client) -> String {
        let Self { list, order, size, .. } = self;
        let end = if self.backward { "last" } else { "first" };
        let mut arguments = format!("orderBy: {order}, {end}: {size}");
        let mut filters: Vec<&str> = vec![""];
        filters.extend(FILTERS.iter().filter(|(of, _)| of == list).map(|(_, filter)| *filter));
        let filter = self.filter.get(&filters);
        write!(arguments, ", filter: {{ {filter} {} }}", around(order)).unwrap();
        for (name, place) in [("after", &self.after), ("before", &self.before)] {
            let Some((is_here, index)) = place else { continue };
            let cursors = cursors(if *is_here { here } else { elsewhere }, self).await;
            if !cursors.is_empty() {
                write!(arguments, ", {name}: {}", index.get(&cursors)).unwrap();
            }
        }
        format!(
            "{{ {list}({arguments}) {{ edges {{ cursor node {{ id }} }} \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_finds_the_pages_that_the_database_finds() {
    let other = TestDatabase::sqlite().await;
    load(&other, 2).await;
    let elsewhere = other.client_in_sql().await;
    for database in
        TestDatabase::each_and_citus("the_copy_finds_the_pages_that_the_database_finds").await
    {
        load(&database, 1).await;
        let (by_copy, in_sql) = (database.client().await, database.client_in_sql().await);
        let on_threads = database.client_on_threads().await;
        let (found, rows) = (Cell::new(0), Cell::new(0));
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let config = Config { cases: 160, failure_persistence: None, ..Config::default() };
        TestRunner::new_with_rng(config, rng)
            .run(&cases(lists(&in_sql).await), |case| {
                let query = block(case.query(&in_sql, &elsewhere));
                let expected = block(in_sql.data(&query));
                let answer = block(by_copy.answer(&query, Value::Null));
                prop_assert!(answer.response.errors.is_empty(), "{query}");
                let is_found = answer.reads.iter().any(|read| read.purpose == Purpose::Order);
                found.set(found.get() + usize::from(is_found));
                rows.set(rows.get() + expected[&case.list]["edges"].as_array().unwrap().len());
                prop_assert_eq!(&block(on_threads.data(&query)), &expected, "{}", query);
                prop_assert_eq!(answer.response.data.into_json().unwrap(), expected, "{}", query);
                Ok(())
            })
            .unwrap();
        assert!(found.get() > 80 && rows.get() > 1_000, "{found:?} pages, {rows:?} rows");
    }
}

#[tokio::test]
async fn the_copy_finds_the_page_of_an_order_that_no_index_has_and_no_other() {
    let database = TestDatabase::sqlite().await;
    load(&database, 1).await;
    let (by_copy, in_sql) = (database.client().await, database.client_in_sql().await);
    for (order, is_found) in [
        ("[]", false),
        ("{ field: FISCAL_YEAR }", false),
        ("{ field: AGENCY_NAME }", true),
        ("[{ field: FISCAL_YEAR }, { field: TITLE }]", true),
    ] {
        let query = format!("{{ grants(orderBy: {order}) {{ nodes {{ title }} }} }}");
        let answer = by_copy.answer(&query, Value::Null).await;
        let statements = answer.statements();
        let sorts = statements.iter().any(|sql| sql.contains("ORDER BY"));
        assert_eq!((statements.len(), sorts), (1, !is_found), "{statements:?}");
        let rows = in_sql.data(&query).await;
        assert_eq!(answer.response.data.clone().into_json().unwrap(), rows, "{order}");
    }
    // Where no row is found, none is read.
    let none = "{ grants(filter: { fiscalYear: { lt: 1900 } }, orderBy: { field: AGENCY_NAME }) \
        { nodes { id } pageInfo { hasNextPage } } }";
    let answer = by_copy.answer(none, Value::Null).await;
    assert!(answer.statements().is_empty(), "{:?}", answer.statements());
    assert_eq!(answer.response.data.into_json().unwrap(), in_sql.data(none).await);
}
