//! Measures of agencies, states and the nation by year: added and corrected.
//!
//! An outcome is identified by its measure, its subject and its year. The first load of outcomes looks up only what it
//! has written itself.
//!
//! There are millions of rows, and files have them in any order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::{
    agency,
    kind::OutcomeFlag,
    measure, outcome, revision,
    scalar::{Ori, State},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};

use super::{error::ImportError, job::Job};

/// The note about years with two identical rows.
const TWICE: &str = "years with two identical rows in the files";

/// The subject of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Of {
    /// The agency with an id.
    Agency(i32),
    /// The state with a two-letter code.
    State([u8; 2]),
    /// The nation.
    Nation,
}

/// The value of a measure in one row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilingFigure {
    /// The code of the measure.
    pub(crate) measure: &'static str,
    pub(crate) value: i64,
    pub(crate) flag: Option<OutcomeFlag>,
    /// Whether a value from files of another format takes precedence.
    pub(crate) yields: bool,
}

impl FilingFigure {
    /// A value without a flag.
    pub(crate) fn of(measure: &'static str, value: i64) -> Self {
        Self { measure, value, flag: None, yields: false }
    }
}

/// The values of one row of a file about a year.
#[derive(Clone, Debug)]
pub(crate) struct Filing {
    pub(crate) of: Of,
    pub(crate) state: Option<State>,
    pub(crate) year: i32,
    pub(crate) population: Option<i32>,
    pub(crate) months: Option<i32>,
    /// The publisher's note on the values other than population.
    pub(crate) note: Option<String>,
    pub(crate) values: Vec<FilingFigure>,
    /// The measures for which the file has a column but the row has no value: values from earlier files of the format
    /// are withdrawn.
    pub(crate) withdrawn: Vec<&'static str>,
}

impl Filing {
    /// Whether another filing of the year agrees. Files with other columns may omit other measures.
    fn says_the_same(&self, other: &Self) -> bool {
        let said = |it: &Self| (it.state.clone(), it.population, it.months, it.note.clone());
        said(self) == said(other) && self.values == other.values
    }
}

/// The measure of the population served.
pub(crate) const POPULATION: &str = "population";

/// The outcomes of the dataset during a load.
pub(crate) struct Outcomes {
    measures: HashMap<String, i32>,
    /// The number of outcomes before the load.
    standing: u64,
    /// The number that the load added.
    added: u64,
    /// The subjects and years that the load has touched.
    met: HashSet<(Of, i32)>,
    /// The loads of the same format.
    own: HashSet<i32>,
    next_id: i32,
    /// The values that the load withdrew: agency, measure and value.
    pub(crate) withdrawn: Vec<(i32, &'static str, i64)>,
}

impl Outcomes {
    /// Reads the catalog of measures.
    pub(crate) async fn new(job: &mut Job) -> Result<Self, ImportError> {
        let transaction = job.load.transaction();
        let measures = measure::Entity::find().all(transaction).await?;
        let standing = outcome::Entity::find().count(transaction).await?;
        let own: Vec<i32> = revision::Entity::find()
            .select_only()
            .column(revision::Column::Id)
            .filter(revision::Column::Format.eq(job.report.format))
            .into_tuple()
            .all(transaction)
            .await?;
        let next_id = job.load.next_id::<outcome::Entity>().await?;
        Ok(Self {
            measures: measures.into_iter().map(|row| (row.code, row.id)).collect(),
            standing,
            added: 0,
            met: HashSet::new(),
            own: own.into_iter().chain([job.load.revision()]).collect(),
            next_id,
            withdrawn: Vec::new(),
        })
    }

    /// Refuses to start if the catalog lacks a measure of the format.
    pub(crate) fn require(
        &self,
        codes: impl IntoIterator<Item = &'static str>,
    ) -> Result<(), ImportError> {
        match codes.into_iter().find(|code| !self.measures.contains_key(*code)) {
            None => Ok(()),
            Some(code) => Err(ImportError::Request(format!(
                "the dataset has no measure {code:?} because an older version created it: create it again in another \
                 database"
            ))),
        }
    }

    /// Writes filings. Two filings of the same year must agree, or the load fails.
    pub(crate) async fn write(&mut self, job: &mut Job, filings: Vec<Filing>) -> Result<(), DbErr> {
        let mut places: HashMap<(Of, i32), usize> = HashMap::with_capacity(filings.len());
        let mut distinct: Vec<Filing> = Vec::with_capacity(filings.len());
        let mut again = false;
        for filing in filings {
            let key = (filing.of, filing.year);
            if let Some(at) = places.get(&key) {
                job.report.note(TWICE);
                if !distinct[*at].says_the_same(&filing) {
                    let words = differing(job, &distinct[*at], &filing.values, &filing).await?;
                    job.contradict(words);
                }
                continue;
            }
            if !self.met.insert(key) {
                job.report.note(TWICE);
                again = true;
            }
            places.insert(key, distinct.len());
            distinct.push(filing);
        }
        let mut known = match self.standing > 0 || again {
            true => self.known(job, &distinct).await?,
            false => HashMap::new(),
        };
        let (mut added, mut changed, mut unchanged) = (Vec::new(), Vec::new(), 0);
        let mut gone = Vec::new();
        for filing in distinct {
            for code in &filing.withdrawn {
                let measure_id = self.measures.get(*code).copied().unwrap_or_default();
                let before = known.remove(&(filing.of, measure_id, filing.year));
                let is_own = |row: &outcome::Model| {
                    self.own.contains(&row.revision_id) && row.revision_id != job.load.revision()
                };
                if let Some(before) = before.filter(is_own) {
                    let of = before.agency_id.unwrap_or_default();
                    self.withdrawn.push((of, *code, before.value.0));
                    gone.push(before.id);
                }
            }
            for value in &filing.values {
                let mut row = self.row(job, &filing, value);
                let Some(before) = known.remove(&(filing.of, row.measure_id, row.year)) else {
                    self.next_id += 1;
                    added.push(row);
                    continue;
                };
                if value.yields && !self.own.contains(&before.revision_id) {
                    job.report.note("populations from files of another format (left unchanged)");
                    unchanged += 1;
                    continue;
                }
                row.id = before.id;
                (row.source_id, row.revision_id) = (before.source_id, before.revision_id);
                if row == before {
                    unchanged += 1;
                    continue;
                }
                (row.source_id, row.revision_id) = (job.source_id, job.load.revision());
                if before.revision_id == job.load.revision() {
                    let known = FilingFigure::of(value.measure, before.value.0);
                    let words = differing(job, &filing, &[known], &filing).await?;
                    job.contradict(words);
                    continue;
                }
                changed.push(row);
            }
        }
        self.insert(job, &added).await?;
        let removed = match gone.is_empty() {
            true => 0,
            false => job.load.remove::<outcome::Entity>(outcome::Column::Id.is_in(gone)).await?,
        };
        let tally = job.report.tally("outcomes");
        tally.added += added.len() as u64;
        tally.changed += changed.len() as u64;
        tally.unchanged += unchanged;
        tally.removed += removed;
        job.load.change::<outcome::Entity>(changed).await
    }

    /// Adds outcomes. Once a third of all outcomes are from this load, their indexes are dropped and rebuilt at its
    /// end. The number of new rows is known only then: loading the same file again adds none.
    async fn insert(&mut self, job: &mut Job, rows: &[outcome::Model]) -> Result<(), DbErr> {
        let (before, most) = (self.added, self.standing / 2);
        self.added += rows.len() as u64;
        if before <= most && self.added > most {
            job.load.suspend_indexes::<outcome::Entity>().await?;
        }
        job.load.insert::<outcome::Entity>(rows).await
    }

    fn row(&self, job: &Job, filing: &Filing, value: &FilingFigure) -> outcome::Model {
        let is_population = value.measure == POPULATION;
        let agency_id = match filing.of {
            Of::Agency(id) => Some(id),
            Of::State(_) | Of::Nation => None,
        };
        outcome::Model {
            id: self.next_id,
            measure_id: self.measures.get(value.measure).copied().unwrap_or_default(),
            agency_id,
            level: outcome::Model::level_of(agency_id, filing.state.as_ref()),
            state: filing.state.clone(),
            year: filing.year,
            value: entity::scalar::BigInt(value.value),
            population_served: filing.population,
            months_reported: filing.months.filter(|_| !is_population),
            flag: value.flag,
            note: filing.note.clone().filter(|_| !is_population),
            source_id: job.source_id,
            revision_id: job.load.revision(),
        }
    }

    /// The existing outcomes of some filings, by subject. For each year only its agencies are read, so no more is read
    /// than must be compared, whatever the order of the file.
    async fn known(
        &self,
        job: &Job,
        filings: &[Filing],
    ) -> Result<HashMap<(Of, i32, i32), outcome::Model>, DbErr> {
        let mut codes: BTreeSet<&str> = BTreeSet::new();
        let mut years: BTreeMap<i32, (BTreeSet<i32>, bool)> = BTreeMap::new();
        for filing in filings {
            codes.extend(filing.values.iter().map(|value| value.measure));
            codes.extend(filing.withdrawn.iter().copied());
            let (agencies, others) = years.entry(filing.year).or_default();
            match filing.of {
                Of::Agency(id) => _ = agencies.insert(id),
                Of::State(_) | Of::Nation => *others = true,
            }
        }
        if years.is_empty() {
            return Ok(HashMap::new());
        }
        let measures: Vec<i32> =
            codes.iter().filter_map(|code| self.measures.get(*code).copied()).collect();
        let mut wanted = Condition::any();
        for (year, (agencies, others)) in years {
            let of_year = |of: Expr| {
                Condition::all()
                    .add(of)
                    .add(outcome::Column::MeasureId.is_in(measures.iter().copied()))
                    .add(outcome::Column::Year.eq(year))
            };
            if others {
                wanted = wanted.add(of_year(outcome::Column::AgencyId.is_null()));
            }
            if !agencies.is_empty() {
                wanted = wanted.add(of_year(outcome::Column::AgencyId.is_in(agencies)));
            }
        }
        let rows = outcome::Entity::find().filter(wanted).all(job.load.transaction()).await?;
        Ok(rows.into_iter().map(|row| ((Of::row(&row), row.measure_id, row.year), row)).collect())
    }
}

impl Of {
    /// A state, or the nation.
    pub(crate) fn state(state: Option<&State>) -> Self {
        match state.map(|state| state.as_str().as_bytes()) {
            Some([first, second]) => Self::State([*first, *second]),
            _ => Self::Nation,
        }
    }

    fn row(row: &outcome::Model) -> Self {
        row.agency_id.map_or_else(|| Self::state(row.state.as_ref()), Self::Agency)
    }
}

/// Describes the contradiction of filings of the same agency and year, with the values that differ.
async fn differing(
    job: &Job,
    one: &Filing,
    values: &[FilingFigure],
    other: &Filing,
) -> Result<String, DbErr> {
    let of = match (other.of, &other.state) {
        (Of::Agency(id), _) => {
            let row = agency::Entity::find_by_id(id).one(job.load.transaction()).await?;
            let row = row.as_ref();
            let oris = row.map(|row| [&row.ori9, &row.ori7]).into_iter().flatten().flatten();
            let oris: Vec<&str> = oris.map(Ori::as_str).collect();
            let name =
                row.and_then(|row| row.name.as_deref()).unwrap_or("an agency without a name");
            format!("{name} (ORI {})", oris.join(", "))
        }
        (Of::State(_), Some(state)) => state.to_string(),
        (Of::State(_) | Of::Nation, _) => "the nation".to_owned(),
    };
    let differs = one.values.iter().find_map(|known| {
        let mut same = values.iter().filter(|value| value.measure == known.measure);
        let value = same.find(|value| value.value != known.value)?;
        Some(format!(": {} is {} and {}", known.measure, known.value, value.value))
    });
    let differs = differs.unwrap_or_default();
    Ok(format!("two rows contradict each other about {of} in {}{differs}", other.year))
}

/// A flag for implausible values, if the condition holds.
pub(crate) fn implausible(when: bool) -> Option<OutcomeFlag> {
    when.then_some(OutcomeFlag::Implausible)
}

/// The population that a filing reports, as an outcome and as the divisor of rates. Zero means that another agency
/// counts it.
pub(crate) fn population(people: Option<i64>) -> (Option<i32>, Option<FilingFigure>) {
    let served = people.filter(|people| *people > 0).and_then(|people| i32::try_from(people).ok());
    let value = people.map(|people| FilingFigure {
        flag: match people {
            0 => Some(OutcomeFlag::CountedElsewhere),
            people => implausible(people < 0),
        },
        ..FilingFigure::of(POPULATION, people)
    });
    (served, value)
}
