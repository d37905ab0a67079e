//! Values of agencies that a newer file leaves empty.
//!
//! A file that has a column, and nothing that can be taken in a cell of it, withdraws the value that an earlier table of
//! its kind gave, as if there had been only the newer one. What others say of the agency stays: a crosswalk
//! without a ZIP code says nothing against that of the FBI. A table of a year is of a kind with those of the same year only.
//!
//! Who gave a value is known by the history of the agency: the load that brought it, and the kinds of tables that this
//! load had read. Where that was forgotten, or the load is older than such notes, nobody knows, and the value stays.

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
use crate::database::load::{KEPT_COUNTER, counter};

/// Agencies whose history is read at once.
const CHUNK: usize = 5_000;
const WITHDRAWN: &str = "values of agencies that a newer file of the kind leaves empty, withdrawn";
const UNTOLD: &str = "values of agencies that a newer file leaves empty, kept: nobody knows any more which file gave them";

/// A value of an agency that files give.
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
    /// Whether an agency has a value of it.
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

    /// Whether two agencies have the same value of it.
    fn is_same(self, one: &agency::Model, other: &agency::Model) -> bool {
        let mut changed = one.clone();
        self.take(&mut changed, other);
        changed == *one
    }

    /// Gives an agency the value of another one.
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

    /// Leaves an agency without a value of it; one that is the last of some years, with that of its last year.
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

    /// The measure whose last value it is.
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

/// What the files of a load leave empty, and what they do not.
#[derive(Debug, Default)]
pub(crate) struct Withdrawals {
    empty: BTreeMap<(usize, AgencyField), EmptyCell>,
    said: HashSet<(usize, AgencyField)>,
}

impl Withdrawals {
    /// Notes a row about an agency: the kind of its table, and of each value of which that has a column whether the row
    /// gives it.
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

    /// Withdraws what tables of the same kinds gave before, and no table of this load gives.
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

/// What agencies were before, and what the loads that made them so had read.
struct Versions {
    /// By the agency, the newest first.
    earlier: HashMap<i32, Vec<agency::Model>>,
    /// By the revision.
    kinds: HashMap<i32, BTreeSet<String>>,
    /// The first revision that is kept. What it began with may have been there before.
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

    /// The kinds of tables that the load had read which brought a value of an agency; none where nobody knows.
    fn kinds(&self, row: &agency::Model, field: AgencyField) -> Option<&BTreeSet<String>> {
        let earlier = self.earlier.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let of_value = earlier.iter().take_while(|it| field.is_same(it, row));
        let first = of_value.last().unwrap_or(row);
        let is_whole =
            first.revision_id > self.kept || earlier.iter().any(|it| !field.is_same(it, row));
        self.kinds.get(&first.revision_id).filter(|_| is_whole)
    }
}
