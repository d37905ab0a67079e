//! The demo dataset: made up by a seeded generator, so that the first start shows a working whole.
//!
//! **It is plausible.** At scale 1 every figure about the COPS Office that was published, and that these
//! tables can say something about, comes out: exactly where it is exact, within two percent on the right
//! side where it is not. This is so by construction. A plan gives the officers, the dollars and the awards
//! of every program in every year; the generator cuts these into awards that add up to them, and
//! draws recipients so that the numbers of different agencies come out too. At another scale the plan is
//! multiplied, and what it says holds in proportion.
//!
//! **It can never pass for real.** Places are invented, ORIs have `ZZ` for a county, award numbers a
//! `Z`, course titles say "sample course"; every row is of the one source of kind `SYNTHETIC`, and the
//! revision is marked synthetic. It never stands beside real data: loading it into a database that holds
//! some is refused, and an import removes it first.
//!
//! **It has outcomes.** A panel of agencies reports officers, offenses and clearances from 1990 on, and so do
//! the states and the nation; see [`outcomes`].
//!
//! **It is the same everywhere.** Equal seed, equal scale, equal rows, to the last byte.
//!
//! # What the published figures say, and where they disagree
//! A figure is checked in two ways, over the fiscal years that it names, and also counting only what was
//! announced by the day on which it was true; the plan is laid so that both come out. That decides three
//! things that look odd: of fiscal year 1999 there is only what the audit of 11 February 1999 counted
//! (its total of six programs is the total of all), so programs that began that year start in 2000; what
//! is later is in 2000 and 2001. And in 2002, and for school violence prevention in 2018 and 2021, all
//! recipients are agencies, because the published number of agencies does not say whether it counts school
//! districts.
//!
//! - "Nearly $14 billion" (undated) and "more than $14 billion" (April 2022) cannot both be true of one
//!   day. The first is an earlier claim: it holds at the end of fiscal year 2021.
//! - "Nearly 6,100 officers" and "about $400 million" for `FAST` are the audit's 6,049.5 officers and
//!   $394,422,013, rounded; more than 6,700 agencies have fewer officers than agencies because half of an
//!   officer is a part-time one.
//! - The audit of 1999 reaches back to 1993, and the claims of the office begin in 1994: what the hiring
//!   supplement of 1993 paid is in the one and not in the other.
//! - The published averages of `CHP` in 2011, 2014, 2016, 2020, 2022 and 2024 are above the program's cap of
//!   $125,000 an officer. They are kept: a cap is a rule that real awards break.
//! - Releases of June and October 2020 give two totals for `CHP`: the dataset has those of June, as do the
//!   published figures, and likewise the later of two of 2013.

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

/// The seed where nobody asks for another.
pub const DEFAULT_SEED: u64 = 1994;
/// The format by which the revision of the demo dataset is known.
pub const FORMAT: &str = "demo";
/// The code of the source of every made-up row.
pub const SOURCE: &str = "synthetic";
/// The scales at which every table has rows, and no number grows too large for its column.
pub const SCALES: std::ops::RangeInclusive<f64> = 0.01..=100.0;

/// Why the demo dataset was not made. The database is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Real data stand in the database.
    #[error(
        "the database holds data that were imported from files, and made-up rows never stand beside \
         real ones: name another database with --database, or throw the data away with --force"
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
    /// Whether what was asked for is at fault, rather than the program or the database.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::HoldsRealData | Self::Scale)
    }
}

/// What was made.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// The agencies.
    pub agencies: u64,
    /// The counties that the agencies are in.
    pub counties: u64,
    /// The congressional districts that the grants went to.
    pub districts: u64,
    /// The organizations.
    pub organizations: u64,
    /// The grants.
    pub grants: u64,
    /// The obligations on the grants.
    pub obligations: u64,
    /// The rows of officers funded by the grants.
    pub officers_funded: u64,
    /// The courses.
    pub trainings: u64,
    /// The sessions of the courses.
    pub training_sessions: u64,
    /// The people trained in the sessions.
    pub trainees: u64,
    /// What agencies reported, and what is estimated of states and the nation.
    pub outcomes: u64,
    /// The made-up rows that stood there before.
    pub removed: u64,
    /// How long it took, to the last index.
    pub took: Duration,
}

impl Made {
    /// The rows of each table.
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

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables().iter().map(|(_, rows)| rows).sum()
    }
}

/// Makes the demo dataset in a migrated database, with the reference data where they are missing. Made-up
/// rows that stand there already are replaced, in the same transaction.
///
/// The bar is given its length and moved as rows are written; finishing it is left to the caller.
///
/// # Errors
/// A refusal, or whatever the database says; the database is then as it was but for the reference data.
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
    bar.set_message("making room");
    let tables = remove(&mut load).await?;
    make(load, tables, scale, seed, bar, began).await
}

/// Makes the demo dataset in the place of all data that a migrated database holds, real ones too, in one
/// transaction.
///
/// # Errors
/// A scale out of bounds, or whatever the database says; it is then as it was.
pub async fn replace(
    db: &DatabaseConnection,
    scale: f64,
    seed: u64,
    bar: &ProgressBar,
) -> Result<Made, DemoError> {
    let began = Instant::now();
    let mut load = begin(db, scale).await?;
    bar.set_message("making room");
    let tables = reference::reset(&mut load).await?;
    make(load, tables, scale, seed, bar, began).await
}

/// Begins a load at a scale that can be made.
async fn begin(db: &DatabaseConnection, scale: f64) -> Result<Load, DemoError> {
    if !SCALES.contains(&scale) {
        return Err(DemoError::Scale);
    }
    reference::ensure(db).await?;
    Ok(Load::begin(db, FORMAT, true).await?)
}

/// Makes the demo dataset at scale 1 where nothing but reference data was ever loaded, and says whether
/// it did. Any number of processes may call this at once: the first does the work.
///
/// # Errors
/// Whatever the database says; it is then as it was but for the reference data.
pub async fn ensure(db: &DatabaseConnection, bar: &ProgressBar) -> Result<Option<Made>, DemoError> {
    let began = Instant::now();
    reference::ensure(db).await?;
    if is_begun(db, 0).await? {
        return Ok(None);
    }
    let load = Load::begin(db, FORMAT, true).await?;
    // Another process may have been first while this one waited for its turn. What began here is
    // dropped, and with it rolled back.
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

/// Makes the rows, where others have made room of tables.
async fn make(
    mut load: Load,
    mut tables: Tallies,
    scale: f64,
    seed: u64,
    bar: &ProgressBar,
    began: Instant,
) -> Result<Made, DemoError> {
    // Only when others have gone: whether a row may go is looked up in the indexes of those that refer to
    // it.
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

/// A number of the plan at a scale: never none.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of moderate size")]
fn scaled(number: u32, scale: f64) -> u32 {
    (f64::from(number) * scale).round().max(1.0) as u32
}

/// An amount of the plan at a scale.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "below 2^53")]
fn scaled_amount(amount: i64, scale: f64) -> i64 {
    (amount as f64 * scale).round() as i64
}

/// Where every made-up row comes from.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    source: i32,
    revision: i32,
}
