//! Exact aggregates over all rows, in milliseconds.
//!
//! A [`Request`] is one value: the rows of a table that a filter keeps, the keys to group them by, the figures of each
//! group (a statistic of a measure), and the order and page of the groups. Two executors answer it, and a property test
//! checks that their answers are equal, bit by bit:
//! - [`Replica`], the default: a read-only in-memory copy of the tables, in columns.
//! - [`sql`], which queries the database.
//!
//! ```no_run
//! # async fn example(db: sea_orm::DatabaseConnection) -> Result<(), cops_graphql::error::Error> {
//! use cops_graphql::{graphql::catalog, measures::{Replica, Request, Statistic}};
//!
//! let request = Request::over(catalog().find("grants")?)
//!     .by("agency.state")?
//!     .by("obligatedOn:fiscalYear")?
//!     .figure("count", Statistic::Count)?
//!     .figure("federalShare", Statistic::MEDIAN)?
//!     .figure("agency.population", Statistic::Sum)? // of each agency of the group, once
//!     .figure("officersFunded.funded", Statistic::Sum)?; // over the rows of each grant
//! let answer = Replica::build(catalog(), &db).await?.answer(&request)?;
//! # Ok(())
//! # }
//! ```
//!
//! # What a group is
//! A group is a combination of key values that at least one row has. Rows whose key is unknown form a group of their
//! own ([`Cell::Null`]) and are never left out, so the groups add up to the whole. A request without keys has one
//! group, which exists even without rows. Subtotals are the groups of each prefix of the keys, with [`Cell::All`] for
//! the other keys.
//!
//! # Why nothing is counted twice
//! A key or a measure is a path over to-one relations, so it has one value for each row. Values at the other end of a
//! to-many relation are summed for each parent before anything else happens. A measure of a related row counts that row
//! once in a group, however many rows refer to it: the population of an agency with nine grants is its population. The
//! sum over groups can then exceed the total, because groups can share an agency.
//!
//! # Why the answers are exact
//! Every number of the dataset is an integer of its smallest unit, and sums have 128 bits. An answer that is not an
//! integer is computed once, from exact integers, in one place ([`Statistic`]).
//!
//! # Modules
//! - The request: `request`, `event` and `having`, over the keys and measures of [`crate::catalog`].
//! - The answer: `value`; `group_page` selects the page from all groups.
//! - Computation: `statistic` computes statistics, and `prices` converts amounts to the dollars of one year. [`window`]
//!   compares each group with the others, and [`summary`] summarizes all of them. [`correlation`] correlates two numbers, [`histogram`] bins values,
//!   [`quality`] describes columns, [`estimate`] has standard errors, [`difference`] has differences in differences,
//!   and [`fill`] adds empty groups.
//! - The executors: `memory/` and `sql/`; `aggregates` picks one. `estimates` estimates their work, from the in-memory
//!   copy or from the `table_sizes` of a database. `stop` ends work that nobody waits for.
//!
//! # Why not an existing query engine
//! Three keys over 600,000 rows are one pass over coded columns here. A query engine would compute the same over its
//! own schema, with its own meaning of NULL, text and percentiles. `tests/bench/run` compares this engine with `DuckDB`
//! over the Parquet files that the program writes; `docs/benchmarks.md` has the results. `DataFusion` 55, tried on the
//! same rows, took 20 to 35 ms for that query, and 41 minutes of processor time to compile.

mod aggregates;
mod correlation;
mod difference;
mod estimate;
mod estimates;
pub(crate) mod event;
mod fill;
mod group_page;
mod groups;
mod having;
mod histogram;
pub(crate) mod memory;
mod others;
mod overlap;
mod prices;
mod quality;
mod request;
pub mod sql;
mod statistic;
mod stop;
mod summary;
mod table_sizes;
mod value;
mod window;

pub use self::{
    aggregates::Aggregates,
    correlation::Correlation,
    estimate::{Clustered, Estimated},
    event::Event,
    having::Having,
    histogram::Bin,
    memory::Replica,
    request::{
        By, Figure, Group, GroupPlace, GroupsAnswer, MOST_CELLS, MOST_FIGURES, MOST_KEYS, Order,
        Page, Request,
    },
    statistic::Statistic,
    table_sizes::TableSizes,
    value::{Cell, Number},
};
pub(crate) use self::{
    difference::{
        ControlGroup, DifferenceRequest, Differences, Effect, EffectOfCohort, EffectOfYear,
        PreTrend,
    },
    estimates::Estimates,
    histogram::{Bins, Histogram, MOST_BINS},
    memory::{
        estimate::Parents,
        order::{FirstRows, RowTerm},
        ranks::RankedNumbers,
    },
    overlap::{MOST_OVERLAPPING, Overlaps},
    quality::{ColumnEnd, ColumnQuality},
    request::{Known, Subset},
    statistic::ratio,
    summary::{GroupStatistic, Summary},
    window::{Window, WindowKind},
};
