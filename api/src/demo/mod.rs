//! The synthetic dataset, generated from a seed, so that the first run shows a complete system.
//!
//! **It is plausible.** At scale 1 the dataset reproduces every published figure about the COPS Office that these
//! tables can express: exactly if the figure is exact, otherwise within two percent on the right side. This holds by
//! construction. A plan gives the officers, dollars and awards of every program in every year. The generator divides
//! these into awards that add up to them, and draws recipients so that the numbers of different agencies match too. At
//! another scale the plan is multiplied, and its numbers hold in proportion.
//!
//! **It can never pass for real data.** Places are invented, ORIs have `ZZ` for a county, award numbers have a `Z`, and
//! course titles say "sample course". Every row has the one source of kind `SYNTHETIC`, and the revision is marked
//! synthetic. Synthetic and real data never mix: loading the dataset into a database with real data is refused, and an
//! import removes it first.
//!
//! **It has outcomes.** A panel of agencies reports officers, offenses and clearances from 1990 on, as do the states
//! and the nation; see [`outcomes`].
//!
//! **It is reproducible.** The same seed and scale give the same rows, to the last byte.
//!
//! # What the published figures say, and where they disagree
//! A figure is checked in two ways: over the fiscal years that it names, and counting only what was announced by its
//! as-of date. The plan satisfies both. This explains three oddities. Fiscal year 1999 has only what the audit of
//! February 11, 1999, counted (its total of six programs is the total of all), so programs that began that year start
//! in 2000, and later awards are in 2000 and 2001. In 2002, and for school violence prevention in 2018 and 2021, all
//! recipients are agencies, because the published number of agencies does not say whether it counts school districts.
//!
//! - "Nearly $14 billion" (undated) and "more than $14 billion" (April 2022) cannot both be true on the same day. The
//!   first is an earlier claim: it holds at the end of fiscal year 2021.
//! - "Nearly 6,100 officers" and "about $400 million" for `FAST` are the audit's 6,049.5 officers and $394,422,013,
//!   rounded. More than 6,700 agencies have fewer officers than agencies because half an officer is a part-time one.
//! - The audit of 1999 reaches back to 1993, and the claims of the office begin in 1994: the hiring supplement of 1993
//!   is in the former and not in the latter.
//! - The published averages of `CHP` in 2011, 2014, 2016, 2020, 2022 and 2024 exceed the program's cap of $125,000 per
//!   officer. They are kept, because real awards break this cap.
//! - Press releases of June and October 2020 give two totals for `CHP`. The dataset uses those of June, as the
//!   published figures do, and the later of two totals for 2013.

mod agencies;
mod awards;
mod chance;
mod courses;
mod grants;
mod officers;
mod outcomes;
mod places;
mod plan;
mod recipients;
mod removal;
mod rules;
mod trainings;
mod write;

use std::time::{Duration, Instant};

use entity::revision;
use indicatif::ProgressBar;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};

pub use removal::{is_present, remove};

use crate::{
    database::load::{Load, LoadCounts, Tallies},
    reference,
};

/// The default seed.
pub const DEFAULT_SEED: u64 = 1994;
/// The format name of the synthetic dataset's revision.
pub const FORMAT: &str = "demo";
/// The source code of every synthetic row.
pub const SOURCE: &str = "synthetic";
/// The scales at which every table has rows and no number overflows its column.
pub const SCALES: std::ops::RangeInclusive<f64> = 0.01..=100.0;

/// Why the synthetic dataset was not created. The database is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database contains real data.
    #[error(
        "the database contains imported data, and synthetic rows are never mixed with real ones: choose another \
         database with --database, or delete the data with --force"
    )]
    HoldsRealData,
    /// The scale is too small or too large.
    #[error("the scale must be from 0.01 to 100")]
    Scale,
    /// The reference data could not be loaded.
    #[error(transparent)]
    Reference(#[from] reference::ReferenceError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl DemoError {
    /// Whether the request is at fault, rather than the program or the database.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::HoldsRealData | Self::Scale)
    }
}

/// The numbers of rows that were created.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// The number of agencies.
    pub agencies: u64,
    /// The number of counties that the agencies are in.
    pub counties: u64,
    /// The number of congressional districts that the grants went to.
    pub districts: u64,
    /// The number of organizations.
    pub organizations: u64,
    /// The number of grants.
    pub grants: u64,
    /// The number of obligations of the grants.
    pub obligations: u64,
    /// The number of rows of officers funded by the grants.
    pub officers_funded: u64,
    /// The number of courses.
    pub trainings: u64,
    /// The number of sessions of the courses.
    pub training_sessions: u64,
    /// The number of people trained in the sessions.
    pub trainees: u64,
    /// The number of outcomes: agency reports, and estimates for states and the nation.
    pub outcomes: u64,
    /// The number of synthetic rows that were replaced.
    pub removed: u64,
    /// How long it took, including the indexes.
    pub took: Duration,
}

impl Made {
    /// The number of rows of each table.
    fn tables(&self) -> [(&'static str, u64); 11] {
        [
            ("agencies", self.agencies),
            ("counties", self.counties),
            ("congressional_districts", self.districts),
            ("organizations", self.organizations),
            ("grants", self.grants),
            ("obligations", self.obligations),
            ("officers_funded", self.officers_funded),
            ("trainings", self.trainings),
            ("training_sessions", self.training_sessions),
            ("trainees", self.trainees),
            ("outcomes", self.outcomes),
        ]
    }

    /// The number of all rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables().iter().map(|(_, rows)| rows).sum()
    }
}

/// Creates the synthetic dataset in a migrated database, and the reference data if missing. Replaces existing synthetic
/// rows in the same transaction.
///
/// Sets the length of the bar and advances it as rows are written; the caller finishes it.
///
/// # Errors
/// A refusal, or a database error. The database is then unchanged except for the reference data.
pub async fn load(
    db: &DatabaseConnection,
    scale: f64,
    seed: u64,
    bar: &ProgressBar,
) -> Result<Made, DemoError> {
    let began = Instant::now();
    let mut load = begin(db, scale).await?;
    if removal::holds_real_data(load.transaction()).await? {
        return Err(DemoError::HoldsRealData);
    }
    bar.set_message("removing old rows");
    let tables = remove(&mut load).await?;
    make(load, tables, scale, seed, bar, began).await
}

/// Replaces all data in a migrated database, including real data, with the synthetic dataset, in one transaction.
///
/// # Errors
/// A scale out of range, or a database error. The database is then unchanged.
pub async fn replace(
    db: &DatabaseConnection,
    scale: f64,
    seed: u64,
    bar: &ProgressBar,
) -> Result<Made, DemoError> {
    let began = Instant::now();
    let mut load = begin(db, scale).await?;
    bar.set_message("removing old rows");
    let tables = reference::reset(&mut load).await?;
    make(load, tables, scale, seed, bar, began).await
}

/// Begins a load at a valid scale.
async fn begin(db: &DatabaseConnection, scale: f64) -> Result<Load, DemoError> {
    if !SCALES.contains(&scale) {
        return Err(DemoError::Scale);
    }
    reference::ensure(db).await?;
    Ok(Load::begin(db, FORMAT, true).await?)
}

/// Creates the synthetic dataset at scale 1 if only reference data was ever loaded, and returns whether it did. Any
/// number of processes may call this at the same time; the first one does the work.
///
/// # Errors
/// A database error. The database is then unchanged except for the reference data.
pub async fn ensure(db: &DatabaseConnection, bar: &ProgressBar) -> Result<Option<Made>, DemoError> {
    let began = Instant::now();
    reference::ensure(db).await?;
    if is_begun(db, 0).await? {
        return Ok(None);
    }
    let load = Load::begin(db, FORMAT, true).await?;
    // Another process may have been first while this one waited. This load is then dropped, which rolls it back.
    if is_begun(load.transaction(), load.revision()).await? {
        return Ok(None);
    }
    make(load, Tallies::new(), 1.0, DEFAULT_SEED, bar, began).await.map(Some)
}

/// Whether anything but reference data was loaded before a revision began.
async fn is_begun(db: &impl ConnectionTrait, revision: i32) -> Result<bool, DbErr> {
    let others = revision::Entity::find()
        .filter(revision::Column::Format.ne(reference::FORMAT))
        .filter(revision::Column::Id.ne(revision));
    Ok(others.one(db).await?.is_some())
}

/// Creates the rows after old ones were removed from `tables`.
async fn make(
    mut load: Load,
    mut tables: Tallies,
    scale: f64,
    seed: u64,
    bar: &ProgressBar,
    began: Instant,
) -> Result<Made, DemoError> {
    // Only after the removal, which needs the indexes to check that no row refers to a deleted one.
    write::suspend_indexes(&mut load).await?;
    let mut made = write::all(&load, scale, seed, bar).await?;
    let settled = load.settle().await?;
    let added = |table: &str| settled.get(table).map_or(0, |tally| tally.added);
    made.counties = added("counties");
    made.districts = added("congressional_districts");
    bar.set_message("indexing");
    made.removed = tables.values().map(|tally| tally.removed).sum();
    for (table, rows) in made.tables() {
        tables.entry(table).or_default().added += rows;
    }
    let rows_read = tables.values().map(|tally| tally.added).sum();
    load.commit(LoadCounts { rows_read, tables }).await?;
    made.took = began.elapsed();
    Ok(made)
}

/// A number of the plan at a scale, at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of moderate size")]
fn scaled(number: u32, scale: f64) -> u32 {
    (f64::from(number) * scale).round().max(1.0) as u32
}

/// An amount of the plan at a scale.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "below 2^53")]
fn scaled_amount(amount: i64, scale: f64) -> i64 {
    (amount as f64 * scale).round() as i64
}

/// The source of every synthetic row.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    source: i32,
    revision: i32,
}
