//! Arguments: any filter, order, page, `having` and keys. And a filter keeps the same rows, whoever evaluates
//! it: as a condition in SQL, or as a mask in memory.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Queries, and the type of their variable `filter`.
const QUERIES: [&str; 4] = [
    "query($filter: GrantFilter, $order: [GrantOrder!], $first: Int) { list: grants(filter: $filter, \
     orderBy: $order, first: $first) { totalCount nodes { id } } }",
    "query($filter: AgencyFilter, $order: [AgencyOrder!], $first: Int, $search: String) { list: agencies(\
     filter: $filter, search: $search, orderBy: $order, first: $first) { totalCount nodes { id } } }",
    "query($filter: GrantFilter, $by: [GrantDimension!]!, $having: GrantHaving, $order: [GrantGroupOrder!], \
     $first: Int) { list: grants(filter: $filter) { totalCount totals { count federalShare { sum median } } \
     groups(by: $by, having: $having, orderBy: $order, first: $first) { totalCount nodes { count } } } }",
    "query($filter: TraineeFilter) { list: trainees(filter: $filter) { totalCount totals { count hours { sum \
     stddev } } } }",
];

fuzz_target!(|data: (u8, &str)| {
    let (number, text) = data;
    let Ok(variables @ Value::Object(_)) = serde_json::from_str::<Value>(text) else { return };
    let query = QUERIES[usize::from(number) % QUERIES.len()];
    fuzz::with(|fixture| {
        let Some(memory) = fixture.ask(query, &variables) else { return };
        let database = fixture.ask_database(query, &variables);
        assert_eq!(database, Some(memory), "{query} {variables}");
    });
});
