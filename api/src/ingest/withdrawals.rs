//! Withdraws values of agencies that a newer file leaves empty.
//!
//! If a file has a column but no usable value in a cell, the value from an earlier table of the same kind is withdrawn,
//! as if only the newer table existed. Values from other kinds of tables stay: a crosswalk without a ZIP code does not
//! contradict the FBI's. A table for one year is of the same kind only as tables for the same year.
//!
//! The agency's history shows where a value came from: the load that brought it, and the kinds of tables that this load
//! read. If that history was deleted, or the load is too old to have recorded it, the origin is unknown and the value
//! stays.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::{agency, revision, table};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable,
    QueryFilter,
    sea_query::{Alias, Expr, ExprTrait as _, Order, Query},
};

use super::{
    agencies::Agencies,
    job::Job,
    outcomes::POPULATION,
    reporters::{SWORN, last_known},
};
use crate::database::counters::{KEPT_COUNTER, counter};

/// How many agencies' histories are read at once.
const CHUNK: usize = 5_000;
const WITHDRAWN: &str =
    "values of agencies withdrawn because a newer file of the same kind leaves them empty";
const UNTOLD: &str = "values of agencies kept although a newer file leaves them empty, because it is no longer known \
    which file they came from";

/// A value of an agency that files provide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AgencyField {
    Name,
    Kind,
    CountyName,
    CountyFips,
    City,
    Zip,
    /// Latitude and longitude.
    Place,
    Population,
    Officers,
}

impl AgencyField {
    /// Whether an agency has the value.
    fn is_in(self, row: &agency::Model) -> bool {
        match self {
            Self::Name => row.name.is_some(),
            Self::Kind => row.kind.is_some(),
            Self::CountyName => row.county_name.is_some(),
            Self::CountyFips => row.county_fips.is_some(),
            Self::City => row.city.is_some(),
            Self::Zip => row.zip.is_some(),
            Self::Place => row.latitude.is_some() || row.longitude.is_some(),
            Self::Population => row.population.is_some(),
            Self::Officers => row.sworn_officers.is_some(),
        }
    }

    /// Whether two agencies have the same value.
    fn is_same(self, one: &agency::Model, other: &agency::Model) -> bool {
        let mut changed = one.clone();
        self.take(&mut changed, other);
        changed == *one
    }

    /// Copies the value from another agency.
    fn take(self, row: &mut agency::Model, from: &agency::Model) {
        match self {
            Self::Name => row.name.clone_from(&from.name),
            Self::Kind => row.kind = from.kind,
            Self::CountyName => row.county_name.clone_from(&from.county_name),
            Self::CountyFips => row.county_fips.clone_from(&from.county_fips),
            Self::City => row.city.clone_from(&from.city),
            Self::Zip => row.zip.clone_from(&from.zip),
            Self::Place => (row.latitude, row.longitude) = (from.latitude, from.longitude),
            Self::Population => row.population = from.population,
            Self::Officers => row.sworn_officers = from.sworn_officers,
        }
    }

    /// Clears the value. A value that comes from the latest year is replaced by that of the latest year left.
    fn clear(self, row: &mut agency::Model, last: Option<i32>) {
        match self {
            Self::Name => row.name = None,
            Self::Kind => row.kind = None,
            Self::CountyName => row.county_name = None,
            Self::CountyFips => row.county_fips = None,
            Self::City => row.city = None,
            Self::Zip => row.zip = None,
            Self::Place => (row.latitude, row.longitude) = (None, None),
            Self::Population => row.population = last,
            Self::Officers => row.sworn_officers = last,
        }
    }

    /// The measure whose latest value it is.
    fn measure(self) -> Option<&'static str> {
        match self {
            Self::Population => Some(POPULATION),
            Self::Officers => Some(SWORN),
            _ => None,
        }
    }
}

/// A file that leaves a value empty.
#[derive(Debug)]
struct EmptyCell {
    kind: String,
    source_id: i32,
}

/// Which values the files of a load leave empty, and which they give.
#[derive(Debug, Default)]
pub(crate) struct Withdrawals {
    empty: BTreeMap<(usize, AgencyField), EmptyCell>,
    said: HashSet<(usize, AgencyField)>,
}

impl Withdrawals {
    /// Records a row about an agency: the kind of its table, and for each value with a column whether the row gives it.
    pub(crate) fn note(
        &mut self,
        job: &mut Job,
        at: usize,
        kind: &str,
        fields: impl IntoIterator<Item = (AgencyField, bool)>,
    ) {
        job.load.note_table(kind);
        for (field, is_given) in fields {
            if is_given {
                self.said.insert((at, field));
            } else {
                let source_id = job.source_id;
                let cell = EmptyCell { kind: kind.to_owned(), source_id };
                self.empty.insert((at, field), cell);
            }
        }
    }

    /// Withdraws values that tables of the same kinds gave before and no table of this load gives.
    pub(crate) async fn settle(
        &mut self,
        job: &mut Job,
        agencies: &mut Agencies,
    ) -> Result<(), DbErr> {
        let said = std::mem::take(&mut self.said);
        let mut empty = std::mem::take(&mut self.empty);
        empty.retain(|(at, field), _| {
            let is_there = agencies.before(*at).is_some_and(|row| field.is_in(row));
            is_there && !said.contains(&(*at, *field))
        });
        let ids = empty.keys().map(|(at, _)| agencies.get(*at).id).collect();
        let versions = Versions::read(job, ids).await?;
        for ((at, field), EmptyCell { kind, source_id }) in empty {
            let Some(before) = agencies.before(at) else { continue };
            match versions.kinds(before, field) {
                None => job.report.note(UNTOLD),
                Some(kinds) if kinds.contains(&kind) => {
                    let last = match field.measure() {
                        Some(code) => last_known(job, before.id, code).await?,
                        None => None,
                    };
                    agencies.change(at, source_id, |row| field.clear(row, last));
                    job.report.note(WITHDRAWN);
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// Earlier versions of agencies, and the tables read by the loads that created them.
struct Versions {
    /// By agency, newest first.
    earlier: HashMap<i32, Vec<agency::Model>>,
    /// By revision.
    kinds: HashMap<i32, BTreeSet<String>>,
    /// The first revision that is kept. Its values may be older.
    kept: i32,
}

impl Versions {
    async fn read(job: &Job, ids: BTreeSet<i32>) -> Result<Self, DbErr> {
        let transaction = job.load.transaction();
        let (ids, mut earlier): (Vec<i32>, HashMap<i32, Vec<agency::Model>>) =
            (ids.into_iter().collect(), HashMap::new());
        for ids in ids.chunks(CHUNK) {
            let mut rows = Query::select();
            rows.columns(agency::Column::iter().map(|column| Alias::new(column.as_str())))
                .from(Alias::new(table::history("agencies")))
                .and_where(Expr::col(Alias::new("id")).is_in(ids.iter().copied()))
                .order_by(Alias::new("revision_id"), Order::Desc);
            for row in transaction.query_all(&rows).await? {
                let row = agency::Model::from_query_result(&row, "")?;
                earlier.entry(row.id).or_default().push(row);
            }
        }
        let loads = revision::Entity::find()
            .filter(revision::Column::TablesRead.is_not_null())
            .all(transaction)
            .await?;
        let kinds = loads.into_iter().map(|load| {
            let read = load.tables_read.unwrap_or_default();
            (load.id, read.lines().map(str::to_owned).collect())
        });
        let kept = counter(transaction, KEPT_COUNTER).await?;
        Ok(Self { earlier, kinds: kinds.collect(), kept })
    }

    /// The kinds of tables read by the load that brought a value of an agency; none if unknown.
    fn kinds(&self, row: &agency::Model, field: AgencyField) -> Option<&BTreeSet<String>> {
        let earlier = self.earlier.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let of_value = earlier.iter().take_while(|it| field.is_same(it, row));
        let first = of_value.last().unwrap_or(row);
        let is_whole =
            first.revision_id > self.kept || earlier.iter().any(|it| !field.is_same(it, row));
        self.kinds.get(&first.revision_id).filter(|_| is_whole)
    }
}
