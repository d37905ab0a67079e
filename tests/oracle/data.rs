//! The raw rows, read by plain `SELECT`s, and how to follow their references.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, QueryResult, Statement};

use super::tables::{Kind, Many, One, TABLES, Table};

/// What a cell holds, if it is known. Numbers are in the units of the column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Whole(i128),
    Text(String),
}

pub(super) type Cell = Option<Value>;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: i128,
    cells: BTreeMap<&'static str, Cell>,
}

impl Row {
    pub(super) fn cell(&self, column: &str) -> &Cell {
        &self.cells[column]
    }

    pub(super) fn number(&self, column: &str) -> Option<i128> {
        match self.cell(column) {
            Some(Value::Whole(number)) => Some(*number),
            Some(Value::Text(text)) => panic!("{column} holds {text}"),
            None => None,
        }
    }
}

/// All rows of all tables, by their ids, and the index of prices of each year.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Data {
    rows: BTreeMap<&'static str, BTreeMap<i128, Row>>,
    /// The ids of the rows that refer to a row: by their table, their column and what it holds.
    referring: BTreeMap<(&'static str, &'static str, i128), Vec<i128>>,
    pub(super) prices: BTreeMap<i128, i128>,
}

impl Data {
    pub(super) async fn read(db: &DatabaseConnection) -> Self {
        let mut rows = BTreeMap::new();
        let mut referring: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for table in &TABLES {
            let read = read_table(db, table).await;
            for (row, one) in
                read.values().flat_map(|row| table.ones.iter().map(move |one| (row, one)))
            {
                if let Some(id) = row.number(one.column) {
                    referring.entry((table.name, one.column, id)).or_default().push(row.id);
                }
            }
            rows.insert(table.name, read);
        }
        let sql = "SELECT CAST(year AS BIGINT), CAST(cpi_u AS BIGINT) FROM price_index";
        let prices = select(db, sql).await;
        let prices =
            prices.iter().map(|row| (whole(row, 0).unwrap(), whole(row, 1).unwrap())).collect();
        Self { rows, referring, prices }
    }

    /// All rows of a table.
    pub(super) fn all(&self, table: &str) -> Vec<&Row> {
        self.rows[table].values().collect()
    }

    /// The row that a row refers to.
    pub(super) fn parent(&self, row: &Row, one: &One) -> Option<&Row> {
        row.number(one.column).map(|id| &self.rows[one.table][&id])
    }

    /// The rows that refer to a row.
    pub(super) fn children(&self, row: &Row, many: &Many) -> Vec<&Row> {
        let ids = self.referring.get(&(many.table, many.column, row.id));
        ids.into_iter().flatten().map(|id| &self.rows[many.table][id]).collect()
    }
}

async fn read_table(db: &DatabaseConnection, table: &'static Table) -> BTreeMap<i128, Row> {
    let mut columns = vec![("id", Kind::Whole)];
    columns.extend(table.columns.iter().map(|column| (column.sql, column.kind)));
    columns.extend(table.ones.iter().map(|one| (one.column, Kind::Whole)));
    let cast = |(name, kind): &(&str, Kind)| match kind {
        // PostgreSQL makes no longer number of what is true.
        Kind::Truth => format!("CAST(CAST({name} AS INTEGER) AS BIGINT)"),
        kind if kind.is_number() => format!("CAST({name} AS BIGINT)"),
        _ => format!("CAST({name} AS TEXT)"),
    };
    let selected: Vec<_> = columns.iter().map(cast).collect();
    let sql = format!("SELECT {} FROM {}", selected.join(", "), table.sql);
    let mut rows = BTreeMap::new();
    for read in select(db, &sql).await {
        let cell = |(place, (name, kind)): (usize, &(&'static str, Kind))| {
            let value = match kind.is_number() || *kind == Kind::Truth {
                true => whole(&read, place).map(Value::Whole),
                false => read.try_get_by_index::<Option<String>>(place).unwrap().map(Value::Text),
            };
            (*name, value)
        };
        let id = whole(&read, 0).unwrap();
        rows.insert(id, Row { id, cells: columns.iter().enumerate().map(cell).collect() });
    }
    rows
}

async fn select(db: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap()
}

fn whole(row: &QueryResult, place: usize) -> Option<i128> {
    row.try_get_by_index::<Option<i64>>(place).unwrap().map(i128::from)
}
