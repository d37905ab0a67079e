//! Offenses known and cleared, by agency and year, in the columns in which Jacob Kaplan publishes the FBI's returns:
//! one file per agency, or all agencies concatenated.
//!
//! The files have zeros for an agency that reported no month of a year. They are not real zeros and are left out.
//! Values for other numbers of months are kept with their months. Single-agency files with `act_` columns do not give
//! the months, so these are unknown.
//!
//! The API of the Crime Data Explorer returns summaries of the same offenses without months and population. It has
//! zeros for missing values: for the definition of rape that was not in use, for clearances that nobody counted, and
//! perhaps for unreported years. These are left out.

use sea_orm::DbErr;

use super::{
    ImportRequest,
    claims::Claim,
    error::ImportError,
    fbi_employees::{count, oris, state_of},
    job::{FormatReader, Job, RowMeaning},
    json::{AnswerKind, SUMMARIZED},
    layout::TableShape,
    outcomes::{Filing, FilingFigure, Of, Outcomes, POPULATION, implausible, population},
    reporters::{Reporter, Reporters},
    row::{FileRow, RowRefusal},
    values,
};

/// The columns of offenses and their measures.
const OFFENSES: [(&str, &str); 16] = [
    ("violent", "violent_crime"),
    ("murder", "murder"),
    ("robbery", "robbery"),
    ("assault", "aggravated_assault"),
    ("property", "property_crime"),
    ("burglary", "burglary"),
    ("larceny", "larceny"),
    ("vehicles", "motor_vehicle_theft"),
    ("violent_cleared", "violent_crime_cleared"),
    ("murder_cleared", "murder_cleared"),
    ("robbery_cleared", "robbery_cleared"),
    ("assault_cleared", "aggravated_assault_cleared"),
    ("property_cleared", "property_crime_cleared"),
    ("burglary_cleared", "burglary_cleared"),
    ("larceny_cleared", "larceny_cleared"),
    ("vehicles_cleared", "motor_vehicle_theft_cleared"),
];
/// The columns of rape, with their measures before and since the year of the new definition.
const RAPE: [(&str, [&str; 2]); 2] = [
    ("rape", ["rape_legacy", "rape_revised"]),
    ("rape_cleared", ["rape_legacy_cleared", "rape_revised_cleared"]),
];
const REVISED: i32 = 2013;
/// Totals and their parts, which must not exceed them.
const PARTS: [(&str, &[&str]); 2] = [
    ("violent_crime", &["murder", "rape_legacy", "rape_revised", "robbery", "aggravated_assault"]),
    ("property_crime", &["burglary", "larceny", "motor_vehicle_theft"]),
];

/// Rows of files that do not give the months.
const MONTHS_UNKNOWN: &str = "returns without months";

/// Responses of the Crime Data Explorer.
const ANSWERS: &str = "summarized offenses";

/// The record of a row.
pub(crate) struct FbiOffensesRecord {
    reporter: Reporter,
    year: i32,
    population: Option<i32>,
    months: Option<i32>,
    values: Vec<FilingFigure>,
    withdrawn: Vec<&'static str>,
    /// Whether its clearances were left out because all are zero.
    is_without_clearances: bool,
}

/// The columns that all files have, and those of files with `actual_` columns.
const COMMON: &[&str] = &[
    "!ori=ori|ori7|ori9",
    "ori9",
    "!year",
    "name=agency_name|agency|crosswalk_agency_name",
    "state=state_abb|state",
    "state_name=state|state_abb",
    "county=county_name",
];
const RETURNS: &[&str] = &[
    "!population",
    "violent=actual_index_violent",
    "!murder=actual_murder",
    "rape=actual_rape_total",
    "robbery=actual_robbery_total",
    "assault=actual_assault_aggravated",
    "property=actual_index_property",
    "burglary=actual_burg_total|actual_burglary_total",
    "larceny=actual_theft_total",
    "vehicles=actual_mtr_veh_theft_total|actual_motor_vehicle_theft_total",
    "violent_cleared=tot_clr_index_violent",
    "murder_cleared=tot_clr_murder",
    "rape_cleared=tot_clr_rape_total",
    "robbery_cleared=tot_clr_robbery_total",
    "assault_cleared=tot_clr_assault_aggravated",
    "property_cleared=tot_clr_index_property",
    "burglary_cleared=tot_clr_burg_total|tot_clr_burglary_total",
    "larceny_cleared=tot_clr_theft_total",
    "vehicles_cleared=tot_clr_mtr_veh_theft_total|tot_clr_motor_vehicle_theft_total",
];

/// The reader.
pub(crate) struct FbiOffenses {
    reporters: Reporters,
    outcomes: Outcomes,
}

impl FbiOffenses {
    /// Reads the dataset.
    async fn new(job: &mut Job) -> Result<Self, ImportError> {
        let (reporters, outcomes) = (Reporters::new(job).await?, Outcomes::new(job).await?);
        let rape = RAPE.iter().flat_map(|(_, codes)| *codes);
        outcomes.require(OFFENSES.iter().map(|(_, code)| *code).chain(rape).chain([POPULATION]))?;
        Ok(Self { reporters, outcomes })
    }
}

impl FormatReader for FbiOffenses {
    const TELLING: &[&[&str]] =
        &[&["year", "actual_murder"], &["ori", "year", "act_murder"], &["ori", SUMMARIZED]];
    const ANSWERS: Option<AnswerKind> = Some(AnswerKind::Offenses);
    type Record = FbiOffensesRecord;

    async fn open(job: &mut Job, _request: &ImportRequest) -> Result<Self, ImportError> {
        Self::new(job).await
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "outcomes"
    }

    fn known_shapes() -> Vec<TableShape> {
        let with = |name, own: &[&'static str]| TableShape::new(name, &[COMMON, own].concat());
        vec![
            with(
                "returns",
                &[
                    RETURNS,
                    &[
                        "!months=number_of_months_reported|months_reported",
                        "missing=number_of_months_missing",
                    ],
                ]
                .concat(),
            ),
            with(
                "returns with months missing",
                &[RETURNS, &["!missing=number_of_months_missing"]].concat(),
            ),
            with(
                MONTHS_UNKNOWN,
                &[
                    "population",
                    "months=number_of_months_reported|months_reported",
                    "missing=number_of_months_missing",
                    "!murder=act_murder",
                    "rape=act_rape_total",
                    "robbery=act_robbery_total",
                    "assault=act_aggravated_assault",
                    "burglary=act_burglary_total",
                    "larceny=act_theft_total",
                    "vehicles=act_mtr_vhc_theft_total",
                ],
            ),
            TableShape::new(
                ANSWERS,
                &[
                    "!ori",
                    "!year=data_year",
                    "!results=summarized offenses",
                    "violent=actual violent-crime",
                    "murder=actual homicide",
                    "rape_legacy=actual rape-legacy",
                    "rape_revised=actual rape",
                    "robbery=actual robbery",
                    "assault=actual aggravated-assault",
                    "property=actual property-crime",
                    "burglary=actual burglary",
                    "larceny=actual larceny",
                    "vehicles=actual motor-vehicle-theft",
                    "violent_cleared=cleared violent-crime",
                    "murder_cleared=cleared homicide",
                    "rape_legacy_cleared=cleared rape-legacy",
                    "rape_revised_cleared=cleared rape",
                    "robbery_cleared=cleared robbery",
                    "assault_cleared=cleared aggravated-assault",
                    "property_cleared=cleared property-crime",
                    "burglary_cleared=cleared burglary",
                    "larceny_cleared=cleared larceny",
                    "vehicles_cleared=cleared motor-vehicle-theft",
                ],
            ),
        ]
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<FbiOffensesRecord>, RowRefusal> {
        let (ori9, ori7) = oris(row)?;
        row.required("year")?;
        let year = row.read("year", values::year)?.unwrap_or_default();
        let months = months(row)?;
        let (served, people) = population(count(row, "population")?);
        let mut found: Vec<FilingFigure> = people.into_iter().collect();
        // The employees file is the better source of the population served.
        for figure in &mut found {
            figure.yields = true;
        }
        let mut is_without_clearances = false;
        if row.layout.shape == ANSWERS {
            let Some(counts) = summarized(row, year)? else {
                return Ok(RowMeaning::LeaveOut(
                    "years of an agency with only zeros (left out, since they may not have been reported)",
                ));
            };
            is_without_clearances = counts.is_without_clearances;
            found.extend(counts.values);
            mark_wholes(&mut found);
        } else if months != Some(0) {
            let of_rape = RAPE.map(|(column, codes)| (column, codes[usize::from(year >= REVISED)]));
            for (column, code) in OFFENSES.into_iter().chain(of_rape) {
                found.extend(count(row, column)?.map(|count| FilingFigure {
                    flag: implausible(count < 0),
                    ..FilingFigure::of(code, count)
                }));
            }
            mark_wholes(&mut found);
        }
        let withdrawn = withdrawn(row, year, months);
        let reporter = Reporter {
            name: row.text("name").map(str::to_owned),
            kind: None,
            state: state_of(row, ori9.as_ref(), ori7.as_ref())?,
            county: row.text("county").map(str::to_owned),
            ori9,
            ori7,
        };
        Ok(RowMeaning::Take(FbiOffensesRecord {
            reporter,
            year,
            population: served,
            months,
            values: found,
            withdrawn,
            is_without_clearances,
        }))
    }

    fn claims(&self, record: &FbiOffensesRecord) -> Vec<Claim> {
        let says = (record.population, record.months, &record.values);
        vec![record.reporter.claim(record.year, &says)]
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<FbiOffensesRecord>) -> Result<(), DbErr> {
        let mut filings = Vec::with_capacity(batch.len());
        for FbiOffensesRecord {
            reporter,
            year,
            population,
            months,
            values,
            withdrawn,
            is_without_clearances,
        } in batch
        {
            if is_without_clearances {
                job.report.note("years whose clearances are all zero (clearances left out)");
            }
            if months == Some(0) {
                job.report.note(
                    "years without a reported month (offenses left out, since they are not zeros)",
                );
            }
            let (id, state) = {
                let at = self.reporters.find(job, &reporter);
                self.reporters.get(at)
            };
            filings.push(Filing {
                of: Of::Agency(id),
                state,
                year,
                population,
                months,
                note: None,
                values,
                withdrawn,
            });
        }
        self.reporters.write(job).await?;
        self.outcomes.write(job, filings).await
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.reporters.write(job).await
    }
}

/// The measures without a value in a row although the file has their columns. An API response has a column for each
/// offense of any of its years.
fn withdrawn(row: &FileRow<'_>, year: i32, months: Option<i32>) -> Vec<&'static str> {
    if row.layout.shape == ANSWERS {
        return Vec::new();
    }
    let of_rape = RAPE.map(|(column, codes)| (column, codes[usize::from(year >= REVISED)]));
    let is_withdrawn =
        |column: &str| row.is_empty(column) || (months == Some(0) && row.has(column));
    let offenses = OFFENSES.into_iter().chain(of_rape).filter(|(column, _)| is_withdrawn(column));
    let people = row.is_empty("population").then_some(POPULATION);
    offenses.map(|(_, code)| code).chain(people).collect()
}

/// What a Crime Data Explorer response says about a year.
struct SummarizedYear {
    values: Vec<FilingFigure>,
    is_without_clearances: bool,
}

/// The counts of a year without the zeros for missing values; none if only zeros are left.
fn summarized(row: &FileRow<'_>, year: i32) -> Result<Option<SummarizedYear>, RowRefusal> {
    let mut counts = Vec::new();
    let of_rape = ["rape_legacy", "rape_revised", "rape_legacy_cleared", "rape_revised_cleared"];
    let of_rape = of_rape.map(|name| (name, name));
    for (column, code) in OFFENSES.into_iter().chain(of_rape) {
        counts.extend(count(row, column)?.map(|count| FilingFigure {
            flag: implausible(count < 0),
            ..FilingFigure::of(code, count)
        }));
    }
    let is_cleared = |value: &FilingFigure| value.measure.ends_with("_cleared");
    if counts.iter().all(|value| value.value == 0) {
        return Ok(None);
    }
    let is_of = |value: &FilingFigure, definition| value.measure.starts_with(definition);
    let any = |definition| counts.iter().any(|it| is_of(it, definition) && it.value != 0);
    // Only one definition of rape was in use. If both are zero, keep the one of that year.
    let unused = match (any("rape_legacy"), any("rape_revised")) {
        (true, true) => None,
        (is_old, is_new) if is_new || (!is_old && year >= REVISED) => Some("rape_legacy"),
        _ => Some("rape_revised"),
    };
    counts.retain(|value| unused.is_none_or(|unused| !is_of(value, unused)));
    let mut cleared = counts.iter().filter(|value| is_cleared(value)).peekable();
    let is_without_clearances = cleared.peek().is_some() && cleared.all(|it| it.value == 0);
    counts.retain(|value| !(is_without_clearances && is_cleared(value)));
    Ok(Some(SummarizedYear { values: counts, is_without_clearances }))
}

/// The number of months that a row covers, given directly or as the number missing.
fn months(row: &FileRow<'_>) -> Result<Option<i32>, RowRefusal> {
    let number = |column| -> Result<Option<i32>, RowRefusal> {
        let Some(number) = count(row, column)? else { return Ok(None) };
        let number = i32::try_from(number).ok().filter(|number| (0..=12).contains(number));
        let wrong = || row.refuse(column, "is not a number of months, from 0 to 12");
        number.ok_or_else(wrong).map(Some)
    };
    match (number("months")?, number("missing")?) {
        (Some(months), Some(missing)) if months + missing != 12 => Err(row
            .refuse("missing", format!("does not add up to 12 with the {months} months reported"))),
        (Some(months), _) => Ok(Some(months)),
        (None, Some(missing)) => Ok(Some(12 - missing)),
        (None, None) if matches!(row.layout.shape, MONTHS_UNKNOWN | ANSWERS) => Ok(None),
        (None, None) => {
            let column = if row.has("months") { "months" } else { "missing" };
            Err(row
                .refuse(column, "is empty: the number of months is needed to interpret the values"))
        }
    }
}

/// Flags a total that is less than the sum of its parts.
fn mark_wholes(values: &mut [FilingFigure]) {
    for (whole, parts) in PARTS {
        let of_parts = values.iter().filter(|value| parts.contains(&value.measure));
        let sum: i64 = of_parts.map(|value| value.value).sum();
        let whole = values.iter_mut().find(|value| value.measure == whole);
        if let Some(whole) = whole.filter(|whole| whole.value < sum) {
            whole.flag = implausible(true);
        }
    }
}
