//! Officers, civilians and population served, by agency and year: the FBI's file of law enforcement employees
//! (`lee_1960_YYYY.csv`), and the same data in the columns of the concatenated files that Jacob Kaplan publishes.
//!
//! Implausible values (467 officers for 2,078 people) are kept as filed, and flagged.

use entity::scalar::{Ori, State};
use sea_orm::DbErr;

use super::{
    ImportRequest,
    claims::Claim,
    error::ImportError,
    fbi_agencies::kind_of,
    job::{FormatReader, Job, RowMeaning},
    layout::TableShape,
    outcomes::{Filing, FilingFigure, Of, Outcomes, POPULATION, implausible, population},
    reporters::{Reporter, Reporters, SWORN},
    row::{FileRow, RowRefusal},
    values,
};

const CIVILIANS: &str = "civilians";
/// An agency with fewer people per officer than this has filed something else.
const LEAST_PEOPLE_OF_ONE: i64 = 5;

/// The record of a row.
pub(crate) struct FbiEmployeesRecord {
    reporter: Reporter,
    year: i32,
    population: Option<i32>,
    values: Vec<FilingFigure>,
    withdrawn: Vec<&'static str>,
}

/// The reader.
pub(crate) struct FbiEmployees {
    reporters: Reporters,
    outcomes: Outcomes,
}

impl FbiEmployees {
    /// Reads the dataset.
    async fn new(job: &mut Job) -> Result<Self, ImportError> {
        let reporters = Reporters::new(job).await?.with_latest(job).await?;
        let outcomes = Outcomes::new(job).await?;
        outcomes.require([SWORN, CIVILIANS, POPULATION])?;
        Ok(Self { reporters, outcomes })
    }
}

impl FormatReader for FbiEmployees {
    const TELLING: &[&[&str]] = &[&["ori", "officer_ct"], &["ori", "total_officers"]];
    type Record = FbiEmployeesRecord;

    async fn open(job: &mut Job, _request: &ImportRequest) -> Result<Self, ImportError> {
        Self::new(job).await
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "outcomes"
    }

    fn known_shapes() -> Vec<TableShape> {
        vec![
            TableShape::new(
                "publisher",
                &[
                    "!year=data_year",
                    "!ori",
                    "!population",
                    "!officers=officer_ct",
                    "!civilians=civilian_ct",
                    "name=pub_agency_name",
                    "unit=pub_agency_unit",
                    "kind=agency_type_name",
                    "state=state_abbr",
                    "county=county_name",
                    "men=male_officer_ct",
                    "women=female_officer_ct",
                    // Listed so that they do not count as unknown; the columns above have their content. One name
                    // contains the publisher's typo.
                    "civilian_men=male_cilvilian_ct|male_civilian_ct",
                    "civilian_women=female_cilvilian_ct|female_civilian_ct",
                    "all_men=male_total_ct",
                    "all_women=female_total_ct",
                    "all=total_pe_ct",
                    "rate=pe_ct_per_1000",
                    "group=population_group_desc",
                    "division=division_name",
                    "region=region_name",
                ],
            ),
            TableShape::new(
                "concatenated",
                &[
                    "!year",
                    "!ori=ori|ori7",
                    "ori9",
                    "!population",
                    "!officers=total_officers|total_employees_officers",
                    "!civilians=total_civilians|total_employees_civilians",
                    "name=agency|agency_name",
                    "state=state_abb|state",
                    "state_name=state|state_abb",
                    "men=male_employees_officers",
                    "women=female_employees_officers",
                ],
            ),
        ]
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<FbiEmployeesRecord>, RowRefusal> {
        let (ori9, ori7) = oris(row)?;
        row.required("year")?;
        let year = row.read("year", values::year)?.unwrap_or_default();
        let people = count(row, "population")?;
        let (officers, civilians) = (count(row, "officers")?, count(row, "civilians")?);
        let of_both = count(row, "men")?.zip(count(row, "women")?).map(|(men, women)| men + women);
        let (served, population) = population(people);
        let mut found: Vec<FilingFigure> = population.into_iter().collect();
        let too_many = |count: i64| {
            let people = people.filter(|people| *people > 0);
            count < 0 || people.is_some_and(|people| count * LEAST_PEOPLE_OF_ONE > people)
        };
        found.extend(officers.map(|officers| {
            let differs = of_both.is_some_and(|of_both| of_both != officers);
            FilingFigure {
                flag: implausible(differs || too_many(officers)),
                ..FilingFigure::of(SWORN, officers)
            }
        }));
        found.extend(civilians.map(|civilians| FilingFigure {
            flag: implausible(too_many(civilians)),
            ..FilingFigure::of(CIVILIANS, civilians)
        }));
        let columns = [("population", POPULATION), ("officers", SWORN), ("civilians", CIVILIANS)];
        let withdrawn = columns.into_iter().filter(|(column, _)| row.is_empty(column));
        let withdrawn = withdrawn.map(|(_, code)| code).collect();
        let name = [row.text("name"), row.text("unit")];
        let name = name.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let reporter = Reporter {
            kind: row.text("kind").and_then(|kind| kind_of(kind, Some(&name))),
            name: (!name.is_empty()).then_some(name),
            state: state_of(row, ori9.as_ref(), ori7.as_ref())?,
            county: row.text("county").map(str::to_owned),
            ori9,
            ori7,
        };
        Ok(RowMeaning::Take(FbiEmployeesRecord {
            reporter,
            year,
            population: served,
            values: found,
            withdrawn,
        }))
    }

    fn claims(&self, record: &FbiEmployeesRecord) -> Vec<Claim> {
        vec![record.reporter.claim(record.year, &(record.population, &record.values))]
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<FbiEmployeesRecord>) -> Result<(), DbErr> {
        let mut filings = Vec::with_capacity(batch.len());
        for FbiEmployeesRecord { reporter, year, population, values, withdrawn } in batch {
            let at = self.reporters.find(job, &reporter);
            if values.is_empty() {
                job.report.note(
                    "years without any value in the file (left out, since they are not zeros)",
                );
            } else {
                self.reporters.note(at, year, &values);
            }
            let (id, state) = self.reporters.get(at);
            filings.push(Filing {
                of: Of::Agency(id),
                state,
                year,
                population,
                months: None,
                note: None,
                values,
                withdrawn,
            });
        }
        self.reporters.write(job).await?;
        self.outcomes.write(job, filings).await
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.reporters.finish(job, &self.outcomes.withdrawn).await
    }
}

/// The nine-character and seven-character ORIs of a row, which must have at least one.
pub(super) fn oris(row: &FileRow<'_>) -> Result<(Option<Ori>, Option<Ori>), RowRefusal> {
    let read = |column| match row.text(column) {
        None => Ok(None),
        Some(_) => row.read(column, str::parse::<Ori>),
    };
    let (mut nine, mut seven) = (None, None);
    for (field, column) in [("ori", read("ori")?), ("ori9", read("ori9")?)] {
        let Some(ori) = column else { continue };
        let known = if ori.as_str().len() == 9 { &mut nine } else { &mut seven };
        let known: &Ori = known.get_or_insert(ori.clone());
        if *known != ori {
            let reason = format!("contradicts the other ORI of the row, {}", known.as_str());
            return Err(row.refuse(field, reason));
        }
    }
    // With a few exceptions, the longer ORI is the shorter one and two more letters. It never belongs to another state.
    let state = nine.as_ref().and_then(|ori: &Ori| values::state_of_ori(ori.as_str()));
    values::agree_on_state(row, "ori", seven.as_ref(), state.as_ref())?;
    match (&nine, &seven) {
        (None, None) => Err(row.refuse("ori", "is empty: the row must name its agency")),
        _ => Ok((nine, seven)),
    }
}

/// The state of a row, by its code, its name, or the FBI's letters for it. If several are given, they must agree.
pub(super) fn state_of(
    row: &FileRow<'_>,
    ori9: Option<&Ori>,
    ori7: Option<&Ori>,
) -> Result<Option<State>, RowRefusal> {
    let read = |field| {
        let text = row.text(field)?;
        values::state(text).ok().or_else(|| values::state_of_ori(text))
    };
    let (state, named) = (read("state"), read("state_name"));
    if let (Some(state), Some(named)) = (&state, &named)
        && state != named
    {
        return Err(
            row.refuse("state_name", format!("contradicts the other column, which says {state}"))
        );
    }
    let state = state.or(named);
    values::agree_on_state(row, "ori", ori9, state.as_ref())?;
    values::agree_on_state(row, "ori", ori7, state.as_ref())?;
    Ok(state)
}

/// A count in a row; none if the publisher has none.
pub(super) fn count(row: &FileRow<'_>, column: &str) -> Result<Option<i64>, RowRefusal> {
    match row.text(column) {
        None => Ok(None),
        Some(_) => row.read(column, values::count),
    }
}
