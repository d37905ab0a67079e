//! Exact aggregates over everything, in milliseconds.
//!
//! A [`Request`] is one value: the rows of a table that a filter keeps, the keys to group them by, the
//! figures of each group (a measure and a statistic of it), and which of the groups, in what order. Two
//! executors answer it, and a property test holds them to the same answer, bit by bit:
//! - [`Replica`], which serves: a read-only copy of the tables in memory, column by column.
//! - [`sql`], which asks the database.
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
//! A group is a combination of the keys' values that at least one row has. A row whose key is unknown
//! belongs to the group of the unknown ([`Cell::Null`]), and is never left out: the groups add up to the
//! whole. A request without keys has one group, which is there even where no row is. Subtotals are the
//! groups of each prefix of the keys, with [`Cell::All`] for the keys beyond it.
//!
//! # Why nothing is counted twice
//! A key or a measure is a path over to-one relations, so it makes one value of each row. What lies at the
//! other side of a to-many relation is summed for each of its parents before anything else happens. And a
//! measure of a related row counts that row once in a group, however many rows lead there: the population
//! of an agency with nine grants is its population. The sum over groups may be more than the total then,
//! because two groups may share an agency.
//!
//! # Why the answers are exact
//! Every number of the dataset is an integer of its smallest unit, and sums have 128 bits. Where an
//! answer is not an integer, it is computed once, from exact integers, in one place ([`Statistic`]).
//!
//! # The rooms
//! `request`, `event` and `having` say what is asked, by the keys and measures of [`crate::catalog`]; `value` what comes
//! back; `statistic` computes, and `prices` brings amounts to the dollars of one year; `group_page` turns all groups into the
//! page of them: [`window`] says what each comes to among the others, [`summary`] what all of them come to, [`histogram`] how the
//! values of each are spread, [`quality`] what is known of columns, [`estimate`] how
//! sure a mean is, [`difference`] how values changed after an event, and [`fill`] adds
//! those that no row is in. `memory/` and `sql/` are the executors, and `aggregates` is whichever of them serves. `estimates` says what it
//! will take, by the `table_sizes` of a database or by what the copy knows; `stop` ends what nobody waits for.
//!
//! # Why not a query engine from the shelf
//! Three keys over 600,000 rows are one pass over coded columns here, and a query engine would be asked the same over a
//! schema of its own, with its own meaning of NULL, text and percentiles. `tests/bench/run` holds this engine against
//! `DuckDB` over the Parquet files that the program writes itself; `docs/benchmarks.md` has the figures. `DataFusion` 55 was
//! tried on the same rows: 20 to 35 ms for that query, and 41 minutes of processor time to compile.

mod aggregates;
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
    summary::Correlation,
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
