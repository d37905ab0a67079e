//! The agencies that report outcomes: found by ORI, and added if a file is the first to name them.

use std::collections::HashMap;

use entity::{
    kind::{AgencyKind, OutcomeFlag},
    outcome,
    scalar::{Ori, State},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
};

use super::{
    agencies::Agencies,
    claims::Claim,
    job::Job,
    outcomes::{FilingFigure, POPULATION},
    report::FoundBy,
    values,
};

/// The agency that filed a row, as the row describes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reporter {
    pub(crate) ori9: Option<Ori>,
    pub(crate) ori7: Option<Ori>,
    pub(crate) name: Option<String>,
    pub(crate) kind: Option<AgencyKind>,
    pub(crate) state: Option<State>,
    pub(crate) county: Option<String>,
}

impl Reporter {
    /// The claim of a row about the agency's year.
    pub(crate) fn claim(&self, year: i32, says: &impl std::fmt::Debug) -> Claim {
        // An agency may appear under either length of its ORI.
        let nine = self.ori9.as_ref().map(|ori| ori.as_str().to_owned());
        let ori = nine.or_else(|| self.ori7.as_ref().map(|ori| format!("{}00", ori.as_str())));
        Claim::new("ori", "agency and year", &(ori, year), says)
    }
}

/// An agency's population and officers in the latest known year.
#[derive(Clone, Copy, Debug, Default)]
struct Latest {
    year: i32,
    population: Option<i32>,
    sworn: Option<i32>,
}

/// The agencies of the dataset, by their names in files.
pub(crate) struct Reporters {
    agencies: Agencies,
    /// The reporters that the load has touched.
    met: HashMap<(Option<Ori>, Option<Ori>), usize>,
    latest: HashMap<usize, Latest>,
    /// The latest year before this load, by agency id.
    latest_before: HashMap<i32, i32>,
}

impl Reporters {
    /// Reads the agencies of the dataset.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        Ok(Self {
            agencies: Agencies::new(job).await?,
            met: HashMap::new(),
            latest: HashMap::new(),
            latest_before: HashMap::new(),
        })
    }

    /// The same, with the latest year for which each agency's officers are known.
    pub(crate) async fn with_latest(mut self, job: &Job) -> Result<Self, DbErr> {
        let years: Vec<(Option<i32>, Option<i32>)> = outcome::Entity::find()
            .select_only()
            .column(outcome::Column::AgencyId)
            .column_as(outcome::Column::Year.max(), "year")
            .join(JoinType::InnerJoin, outcome::Relation::Measure.def())
            .filter(entity::measure::Column::Code.eq(SWORN))
            .group_by(outcome::Column::AgencyId)
            .into_tuple()
            .all(job.load.transaction())
            .await?;
        self.latest_before = years.into_iter().filter_map(|(id, year)| id.zip(year)).collect();
        Ok(self)
    }

    /// The agency that filed a row; added if it is new.
    pub(crate) fn find(&mut self, job: &mut Job, reporter: &Reporter) -> usize {
        let oris = (reporter.ori9.clone(), reporter.ori7.clone());
        if let Some(at) = self.met.get(&oris) {
            return *at;
        }
        let by_nine = reporter.ori9.as_ref().and_then(|ori| self.agencies.find(ori));
        let by_seven = reporter.ori7.as_ref().and_then(|ori| self.agencies.find(ori));
        // An agency with another nine-character ORI is a different agency.
        let by_seven_only =
            by_seven.filter(|at| reporter.ori9.is_none() || self.agencies.get(*at).ori9.is_none());
        let found = by_nine.or(by_seven_only);
        let way = if found.is_some() { FoundBy::AgencyByOri } else { FoundBy::AgencyAdded };
        let at = found.unwrap_or_else(|| self.agencies.add(job.source_id));
        let seven_is_free = by_seven.is_none_or(|holder| holder == at);
        let row = self.agencies.get(at);
        let completes = row.ori7.is_none() && reporter.ori7.is_some() && seven_is_free;
        if found.is_none() || completes || (row.ori9.is_none() && reporter.ori9.is_some()) {
            self.agencies.change(at, job.source_id, |row| {
                let ori = reporter.ori9.as_ref().or(reporter.ori7.as_ref());
                let state = || ori.and_then(|ori| values::state_of_ori(ori.as_str()));
                row.ori9 = row.ori9.take().or_else(|| reporter.ori9.clone());
                if seven_is_free {
                    row.ori7 = row.ori7.take().or_else(|| reporter.ori7.clone());
                }
                row.name = row.name.take().or_else(|| reporter.name.clone());
                row.kind = row.kind.or(reporter.kind);
                row.state = row.state.take().or_else(|| reporter.state.clone()).or_else(state);
                row.county_name = row.county_name.take().or_else(|| reporter.county.clone());
            });
        }
        job.matched(way, || {
            let ori = reporter.ori9.as_ref().or(reporter.ori7.as_ref());
            format!(
                "{} ({})",
                ori.map_or("?", Ori::as_str),
                reporter.name.as_deref().unwrap_or("no name")
            )
        });
        self.met.insert(oris, at);
        at
    }

    /// The id and state of an agency.
    pub(crate) fn get(&self, at: usize) -> (i32, Option<State>) {
        let agency = self.agencies.get(at);
        (agency.id, agency.state.clone())
    }

    /// Records the population and officers of a year, unless a later year is known.
    pub(crate) fn note(&mut self, at: usize, year: i32, values: &[FilingFigure]) {
        let id = self.agencies.get(at).id;
        if self.latest_before.get(&id).is_some_and(|known| *known > year) {
            return;
        }
        let latest = self.latest.entry(at).or_default();
        if latest.year > year {
            return;
        }
        let known = |code| {
            let mut values = values.iter();
            let value = values.find(|value| value.measure == code && value.value > 0)?;
            let plausible = value.flag != Some(OutcomeFlag::Implausible);
            plausible.then(|| i32::try_from(value.value).ok()).flatten()
        };
        *latest = Latest { year, population: known(POPULATION), sworn: known(SWORN) };
    }

    /// Writes the agencies that outcomes refer to.
    pub(crate) async fn write(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.agencies.write(job).await
    }

    /// Sets the agencies' population and officers to those of their latest year. If a year's value was withdrawn, this
    /// is the latest year left.
    pub(crate) async fn finish(
        &mut self,
        job: &mut Job,
        withdrawn: &[(i32, &'static str, i64)],
    ) -> Result<(), DbErr> {
        let source_id = job.source_id;
        for (id, code, value) in withdrawn {
            let Some(at) = self.agencies.place_of(*id) else { continue };
            let (row, value) = (self.agencies.get(at), i32::try_from(*value).ok());
            let shown = if *code == SWORN { row.sworn_officers } else { row.population };
            if !matches!(*code, SWORN | POPULATION) || shown != value {
                continue;
            }
            let last = last_known(job, *id, code).await?;
            self.agencies.change(at, source_id, |row| {
                *if *code == SWORN { &mut row.sworn_officers } else { &mut row.population } = last;
            });
        }
        for (at, latest) in std::mem::take(&mut self.latest) {
            let row = self.agencies.get(at);
            let (population, sworn) =
                (latest.population.or(row.population), latest.sworn.or(row.sworn_officers));
            if (population, sworn) != (row.population, row.sworn_officers) {
                self.agencies.change(at, source_id, |row| {
                    (row.population, row.sworn_officers) = (population, sworn);
                });
            }
        }
        self.agencies.write(job).await
    }
}

/// An agency's latest plausible value of a measure, if greater than zero.
pub(crate) async fn last_known(
    job: &Job,
    agency_id: i32,
    code: &str,
) -> Result<Option<i32>, DbErr> {
    let plausible = Condition::any()
        .add(outcome::Column::Flag.is_null())
        .add(outcome::Column::Flag.ne(OutcomeFlag::Implausible));
    let row = outcome::Entity::find()
        .join(JoinType::InnerJoin, outcome::Relation::Measure.def())
        .filter(entity::measure::Column::Code.eq(code))
        .filter(outcome::Column::AgencyId.eq(agency_id))
        .filter(outcome::Column::Value.gt(0))
        .filter(plausible)
        .order_by_desc(outcome::Column::Year)
        .one(job.load.transaction())
        .await?;
    Ok(row.and_then(|row| i32::try_from(row.value.0).ok()))
}

/// The measure of officers.
pub(crate) const SWORN: &str = "sworn_officers";
