//! What loads have changed after a revision, from their records.

use std::{collections::BTreeMap, time::Duration};

use async_graphql::{Request, Variables};
use serde::Deserialize;
use serde_json::json;

use crate::{graphql::execute::execute, limits::Limits, server::state::Server};

/// The query for these records.
const QUERY: &str = "query($after: Int!, $most: Int!) {
    revisions(filter: { number: { gt: $after } }) { totalCount }
    tableLoads(filter: { revision: { number: { gt: $after } } }, first: $most) {
      pageInfo { hasNextPage } nodes { tableName added changed removed } } }";
/// The maximum number of records that are added up: enough for hundreds of loads.
const MOST: u32 = 5_000;
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What loads have changed.
#[derive(Debug)]
pub(super) enum SinceCited {
    /// There were no loads.
    Nothing,
    /// The changes are unknown.
    Unknown,
    Loads {
        loads: u64,
        /// The rows that were added, changed and removed, by the name of the list.
        tables: BTreeMap<String, [u64; 3]>,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SinceAnswer {
    revisions: SinceCount,
    table_loads: SinceTables,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SinceCount {
    total_count: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SinceTables {
    page_info: SincePage,
    nodes: Vec<SinceTable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SincePage {
    has_next_page: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SinceTable {
    table_name: String,
    added: u64,
    changed: u64,
    removed: u64,
}

/// What loads have changed after a revision. It is unknown if there are too many records to add up, or if the
/// database does not answer.
pub(super) async fn loads_after(server: &Server, revision: i32) -> SinceCited {
    recorded_after(server, revision).await.unwrap_or(SinceCited::Unknown)
}

async fn recorded_after(server: &Server, revision: i32) -> Option<SinceCited> {
    let limits = Limits { page: MOST, ..Limits::default() };
    let variables = Variables::from_json(json!({ "after": revision, "most": MOST }));
    let request = Request::new(QUERY).variables(variables);
    let (schema, readers, aggregates) = (&server.0.schema.0, &server.0.readers, server.database());
    let answer = execute(schema, readers, &aggregates, &limits, request);
    let answer = tokio::time::timeout(PATIENCE, answer).await.ok()?.response;
    if let Some(error) = answer.errors.first() {
        tracing::warn!(error = error.message, "cannot read what later loads changed");
        return None;
    }
    let found: SinceAnswer = answer.data.into_json().ok().and_then(|data| {
        serde_json::from_value(data)
            .inspect_err(|error| tracing::error!(%error, "cannot parse what later loads changed"))
            .ok()
    })?;
    if found.table_loads.page_info.has_next_page {
        return None;
    }
    let mut tables = BTreeMap::<String, [u64; 3]>::new();
    for SinceTable { table_name, added, changed, removed } in found.table_loads.nodes {
        let sums = tables.entry(table_name).or_default();
        for (sum, number) in sums.iter_mut().zip([added, changed, removed]) {
            *sum += number;
        }
    }
    tables.retain(|_, sums| *sums != [0; 3]);
    Some(SinceCited::Loads { loads: found.revisions.total_count, tables })
}
