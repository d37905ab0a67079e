//! The changes of a table between two revisions: `grantChanges(from: 3, to: 5)`.
//!
//! A change is a row that only one of two revisions has, or that both have with different values. It shows the row
//! before and after as *versions*: the columns of the row, and the ids of the rows that it refers to. A version is not
//! a `Grant`, for two reasons. The related rows have versions of their own, and a field that led to them could only
//! show those of one revision. And a version has no `id`: clients cache objects by type and id, so the second of two
//! versions would replace the first. The load that wrote a row is not a difference, because it differs whenever
//! anything does.
//!
//! The database compares the revisions in one statement ([`statement`]). The parts of the statement say which revision
//! they read, so the answer is the same whichever revision the request reads. Only revisions up to that one can be
//! compared.
//!
//! ```text
//! grantChanges(from: 1, to: 2) { nodes { kind after { title } } totalCount }
//!
//! Changes { grants, 1 to 2, 25 rows, cells: [after title]
//!   fields: nodes: [kind: Kind, after: Version { title: Cell 0 }]
//!           totalCount: Count }
//! ```

mod plan;
mod run;
mod statement;

use async_graphql::Name;

pub(crate) use self::{
    plan::{argument_lists, plan},
    run::changes,
};
use super::{
    plan::{EdgeField, PageInfoField},
    price::{Price, bytes_of_rows},
};
use crate::{
    catalog::{
        predicate::Predicate,
        table::{Cardinality, Column, Relation, Table, camel_case},
    },
    error::Error,
    limits::work::Work,
};

/// The work of comparing a table, in passes over its rows.
const PASSES: u64 = 3;

/// The kinds of changes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Added,
    Changed,
    Removed,
}

impl ChangeKind {
    pub(crate) const ALL: [Self; 3] = [Self::Added, Self::Changed, Self::Removed];

    /// The value of the GraphQL enum.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Changed => "CHANGED",
            Self::Removed => "REMOVED",
        }
    }
}

/// One of the two versions of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

/// A field of a version: a public column, or the id of a related row.
#[derive(Debug)]
pub(crate) struct VersionField {
    pub(crate) name: String,
    pub(crate) column: &'static Column,
    /// The relation of a column that is not public.
    pub(crate) refers: Option<&'static Relation>,
}

/// Whether the history of a table's rows is kept.
pub(crate) fn has_history(table: &Table) -> bool {
    entity::table::tables().iter().any(|it| it.name == table.name && it.has_history())
}

/// The fields of the versions of a table's rows.
pub(crate) fn version_fields(table: &'static Table) -> Vec<VersionField> {
    let columns = table.visible().map(|(name, _)| name.to_owned());
    let columns = columns.zip(table.columns.iter().filter(|column| column.field.is_some()));
    let columns = columns.map(|(name, column)| VersionField { name, column, refers: None });
    let ones = table.relations.iter().filter(|relation| {
        relation.cardinality == Cardinality::One && relation.from != "revision_id"
    });
    let ones = ones.map(|relation| VersionField {
        name: camel_case(relation.from),
        column: &table.columns[table.column_index(relation.from)],
        refers: Some(relation),
    });
    let mut fields: Vec<VersionField> = columns.collect();
    for field in ones {
        // Several relations may share one column, which may also be public.
        if fields.iter().all(|other| other.name != field.name) {
            fields.push(field);
        }
    }
    fields
}

/// The name of the root field.
pub(crate) fn field_name(table: &Table) -> String {
    let (first, rest) = table.type_name.split_at(1);
    format!("{}{rest}Changes", first.to_ascii_lowercase())
}

/// The changes of a table to read, and the shape of the answer.
#[derive(Debug)]
pub(crate) struct ChangesPlan {
    pub(crate) table: &'static Table,
    from: i32,
    to: i32,
    /// The filter, which a row must pass before or after.
    keeps: Predicate,
    /// The kinds of changes to include.
    kinds: Vec<ChangeKind>,
    limit: u32,
    /// The key of the row after which the page begins.
    after: Option<i32>,
    versions: Vec<VersionField>,
    cells: Vec<ChangeCell>,
    fields: Vec<(Name, ChangesField)>,
}

/// A cell of a change beyond its key and its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChangeCell {
    /// The value of a field, by its position among the fields of versions.
    Value(Side, usize),
    /// Whether it differs.
    Differs(usize),
}

/// The fields of a change.
type ChangeFields = Vec<(Name, ChangeField)>;

/// A field of a page of changes.
#[derive(Debug)]
enum ChangesField {
    TypeName,
    Nodes(ChangeFields),
    Edges(Vec<(Name, EdgeField<ChangeFields>)>),
    PageInfo(Vec<(Name, PageInfoField)>),
    TotalCount,
    /// The number of changes of each kind.
    Kinds(Vec<(Name, CountField)>),
    /// The number of changed rows in which each field differs.
    Fields(Vec<(Name, CountField)>),
}

/// A field of a count.
#[derive(Clone, Copy, Debug)]
enum CountField {
    TypeName,
    /// The kind or the field that is counted.
    Of,
    Count,
}

/// A field of a change.
#[derive(Debug)]
enum ChangeField {
    TypeName,
    RowId,
    Kind,
    /// The names of the fields that differ.
    Fields,
    Version(Side, Vec<(Name, VersionCell)>),
}

/// A field of a version: the position of its value among the cells.
#[derive(Clone, Copy, Debug)]
enum VersionCell {
    TypeName,
    Cell(usize),
}

impl ChangesPlan {
    fn reads_rows(&self) -> bool {
        self.fields.iter().any(|(_, field)| {
            matches!(
                field,
                ChangesField::Nodes(_) | ChangesField::Edges(_) | ChangesField::PageInfo(_)
            )
        })
    }

    fn counts(&self) -> bool {
        self.fields.iter().any(|(_, field)| {
            matches!(
                field,
                ChangesField::TotalCount | ChangesField::Kinds(_) | ChangesField::Fields(_)
            )
        })
    }

    /// Adds it to the price of a request. The number of rows that differ is not known in advance. A typical load
    /// changes a few percent of them, and each takes about a hundred times as long as a row that is skipped.
    pub(crate) fn price(&self, price: &mut Price<'_>) -> Result<(), Error> {
        let work = self.work(price)?;
        price.add(work);
        if self.reads_rows() {
            let (rows, cells) = (u64::from(self.limit), self.cells.len() as u64 + 2);
            price.add(Work::rows(rows, 2 * cells));
            price.keep(bytes_of_rows(rows, 2 * cells));
        }
        Ok(())
    }

    /// The work of the statements.
    fn work(&self, price: &Price<'_>) -> Result<Work, Error> {
        let statements = u64::from(self.reads_rows()) + u64::from(self.counts());
        let of_filter = price.in_database(self.table, &self.keeps)?;
        let each = Work::scanned(price.rows_in(self.table)?.saturating_mul(PASSES)) + of_filter;
        Ok((Work::statements(1) + each).times(statements) + Work::statements(1))
    }
}
