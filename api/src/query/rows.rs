//! Rows of lists and relations, as far as they were read.

use std::sync::Arc;

use async_graphql::Value as GraphQl;

/// A row as far as it was read: its key and the requested cells.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) key: i32,
    pub(crate) cells: Vec<GraphQl>,
}

/// A page of rows, in the order of the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowPage {
    pub(crate) rows: Vec<Arc<Row>>,
    /// Whether there is one more row than the page shows.
    pub(crate) more: bool,
}
