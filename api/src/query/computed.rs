//! Fields that are neither columns nor relations, but are computed for many rows at once.
//!
//! A type adds such a field after its other declarations, with its name, its GraphQL type and the function that
//! computes it. `Grant.costPerTrainee` is one:
//!
//! ```ignore
//! pub(super) fn table() -> Type {
//!     table_of::<grant::Entity>("grant", "grants")
//!         .computed("costPerTrainee", "Float", cost_per_trainee, "Federal dollars of the award for each person trained.")
//!         .looking_at(&["training_sessions", "trainees"])
//! }
//!
//! fn cost_per_trainee(grants: ComputedRows<'_>) -> ComputedValues<'_> {
//!     async move {
//!         let found = grants.measures(["federalShare", "trainingSessions.trainees.count"]).await?;
//!         // The share is in cents.
//!         each(found, |[share, people]| ratio(share, people, (1, 100)))
//!     }
//!     .boxed()
//! }
//! ```
//!
//! The function is called once, through a loader, for all rows of a level that show the field. A row that it gives no
//! value shows null; if the type ends in `!`, that is an error of the field. The function reads through the request's
//! own session and aggregates, so the whole answer has one revision.

use std::collections::HashMap;

use async_graphql::Value as GraphQl;
use futures_util::future::BoxFuture;

use super::show::Show;
use crate::{
    catalog::{
        Catalog,
        key::Measure,
        table::{ComputedField, Table},
    },
    database::session::Session,
    error::Error,
    measures::{Aggregates, Figure, GroupsAnswer, Number, Request, Statistic},
};

/// The input of a function that computes fields: the rows, and the sources to read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ComputedRows<'a> {
    pub(crate) sources: &'a ComputedSources,
    pub(crate) table: &'static Table,
    /// The keys of the rows, without duplicates, in order.
    pub(crate) keys: &'a [i32],
}

/// The sources that a request reads from.
#[derive(Debug)]
pub(crate) struct ComputedSources {
    pub(crate) session: Session,
    pub(crate) aggregates: Aggregates,
    pub(crate) catalog: &'static Catalog,
}

/// The values of each field of a function, by row key.
pub(crate) type ComputedValues<'a> = BoxFuture<'a, Result<HashMap<i32, Vec<GraphQl>>, Error>>;

/// A function that computes fields: for each row, a value for each field, in their order.
pub(crate) type Batch = for<'a> fn(ComputedRows<'a>) -> ComputedValues<'a>;

/// The functions that compute fields, by the table of the rows.
#[derive(Debug, Default)]
pub(crate) struct Batches(HashMap<&'static str, Vec<Batch>>);

/// A GraphQL type: its table, and the functions that compute fields of its rows.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) table: Table,
    batches: Vec<Batch>,
}

impl From<Table> for Type {
    fn from(table: Table) -> Self {
        Self { table, batches: Vec::new() }
    }
}

/// A table, or a type that has some computed fields already.
pub(crate) trait Computes: Into<Type> {
    /// Adds a field that a function computes.
    fn computed(
        self,
        field: &'static str,
        type_name: &'static str,
        batch: Batch,
        description: &'static str,
    ) -> Type {
        self.computed_together(&[(field, type_name, description)], batch)
    }

    /// Adds fields that one function computes: their names, types and descriptions.
    fn computed_together(
        self,
        fields: &[(&'static str, &'static str, &'static str)],
        batch: Batch,
    ) -> Type {
        let mut it: Type = self.into();
        for (place, (field, type_name, description)) in fields.iter().copied().enumerate() {
            let batch = it.batches.len();
            let looks_at = &[];
            let field = ComputedField { field, type_name, description, batch, place, looks_at };
            it.table.computed.push(field);
        }
        it.batches.push(batch);
        it
    }

    /// Declares the tables whose rows the last function reads in full, so that its fields are priced.
    fn looking_at(self, tables: &'static [&'static str]) -> Type {
        let mut it: Type = self.into();
        let last = it.batches.len().saturating_sub(1);
        for field in it.table.computed.iter_mut().filter(|field| field.batch == last) {
            field.looks_at = tables;
        }
        it
    }
}

impl<T: Into<Type>> Computes for T {}

impl Batches {
    /// Separates types into their tables and their functions.
    pub(crate) fn split(types: Vec<Type>) -> (Vec<Table>, Self) {
        let mut all = Self::default();
        let tables = types.into_iter().map(|it| {
            all.0.insert(it.table.name, it.batches);
            it.table
        });
        (tables.collect(), all)
    }

    /// A table's function, by its position.
    pub(crate) fn of(&self, table: &Table, batch: usize) -> Option<Batch> {
        self.0.get(table.name)?.get(batch).copied()
    }
}

/// The values of one field, a number computed from the measures of each row. A count is shown as an integer, a quotient
/// as a float, and a missing number as null.
///
/// # Errors
/// Says that a number does not fit into 64 bits.
pub(crate) fn each<const N: usize>(
    found: HashMap<i32, [Number; N]>,
    value: impl Fn([Number; N]) -> Number,
) -> Result<HashMap<i32, Vec<GraphQl>>, Error> {
    let shown = |(key, measures)| {
        let number = value(measures);
        let show = if matches!(number, Number::Real(_)) { Show::Real } else { Show::Exact(0) };
        Ok((key, vec![show.value(number)?]))
    };
    found.into_iter().map(shown).collect()
}

impl ComputedRows<'_> {
    /// Measures of each row, by their paths (see [`Measure::parse`]): counts, and sums in the smallest unit.
    ///
    /// # Errors
    /// Says which path leads nowhere, or returns the error of the database.
    pub(crate) async fn measures<const N: usize>(
        &self,
        paths: [&str; N],
    ) -> Result<HashMap<i32, [Number; N]>, Error> {
        let id = self.table.column_index(self.table.key);
        let mut request = Request::over(self.table);
        for path in paths {
            let measure = Measure::parse(self.table, path)?;
            let statistic = match measure {
                Measure::Rows | Measure::Distinct(_) => Statistic::Count,
                Measure::Numbers(..) => Statistic::Sum,
            };
            request = request.compute(Figure::Of { measure, statistic, part: None });
        }
        let ComputedSources { session, aggregates, .. } = self.sources;
        let request = request.of_each(id, self.keys);
        let found = aggregates.answer_each(session, request, self.keys).await?;
        let numbers = |(key, mut answer): (i32, GroupsAnswer)| {
            Some((key, answer.groups.pop()?.figures.try_into().ok()?))
        };
        Ok(found.into_iter().filter_map(numbers).collect())
    }
}
