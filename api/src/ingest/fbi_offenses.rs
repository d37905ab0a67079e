//! Offenses known and cleared, agency by agency and year by year, in the columns in which Jacob Kaplan
//! publishes the FBI's returns: one file an agency, or all of them concatenated.
//!
//! An agency that reported no month of a year has zeros in the files. They are no zeros, and are left out.
//! Values of other numbers of months are kept, with the months beside them. Files of one agency whose columns begin with
//! `act_` do not say the months, so theirs are not known.

use sea_orm::DbErr;

use super::{
    ImportRequest,
    claims::Claim,
    error::ImportError,
    fbi_employees::{count, oris, state_of},
    job::{FormatReader, Job, RowMeaning},
    outcomes::{Filing, FilingFigure, Of, Outcomes, POPULATION, implausible, population},
    reporters::{Reporter, Reporters},
    table::{FileRow, RowRefusal, TableShape},
    values::{self, present},
};

/// The columns of offenses, with the measures that they are.
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
/// The columns of rape, with the measures that they are before and from the year of the new definition.
const RAPE: [(&str, [&str; 2]); 2] = [
    ("rape", ["rape_legacy", "rape_revised"]),
    ("rape_cleared", ["rape_legacy_cleared", "rape_revised_cleared"]),
];
const REVISED: i32 = 2013;
/// The parts that are at most as large as a whole.
const PARTS: [(&str, &[&str]); 2] = [
    ("violent_crime", &["murder", "rape_legacy", "rape_revised", "robbery", "aggravated_assault"]),
    ("property_crime", &["burglary", "larceny", "motor_vehicle_theft"]),
];

/// Rows of files that do not say the months.
const MONTHS_UNKNOWN: &str = "returns without months";

/// What a row says.
pub(crate) struct FbiOffensesRecord {
    reporter: Reporter,
    year: i32,
    population: Option<i32>,
    months: Option<i32>,
    values: Vec<FilingFigure>,
}

/// The columns that all files have, and those of files whose columns begin with `actual_`.
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
    /// Reads what the dataset has.
    async fn new(job: &mut Job) -> Result<Self, ImportError> {
        let (reporters, outcomes) = (Reporters::new(job).await?, Outcomes::new(job).await?);
        let rape = RAPE.iter().flat_map(|(_, codes)| *codes);
        outcomes.require(OFFENSES.iter().map(|(_, code)| *code).chain(rape).chain([POPULATION]))?;
        Ok(Self { reporters, outcomes })
    }
}

impl FormatReader for FbiOffenses {
    const TELLING: &[&[&str]] = &[&["year", "actual_murder"], &["ori", "year", "act_murder"]];
    type Record = FbiOffensesRecord;

    async fn open(job: &mut Job, _request: &ImportRequest) -> Result<Self, ImportError> {
        Self::new(job).await
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "outcomes"
    }

    fn shapes(&self) -> Vec<TableShape> {
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
        ]
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<FbiOffensesRecord>, RowRefusal> {
        let (ori9, ori7) = oris(row)?;
        row.required("year")?;
        let year = row.read("year", values::year)?.unwrap_or_default();
        let months = months(row)?;
        let (served, people) = population(count(row, "population")?);
        let mut found: Vec<FilingFigure> = people.into_iter().collect();
        // The file of employees is the better source of the people served.
        for figure in &mut found {
            figure.yields = true;
        }
        if months != Some(0) {
            let of_rape = RAPE.map(|(column, codes)| (column, codes[usize::from(year >= REVISED)]));
            for (column, code) in OFFENSES.into_iter().chain(of_rape) {
                found.extend(count(row, column)?.map(|count| FilingFigure {
                    flag: implausible(count < 0),
                    ..FilingFigure::of(code, count)
                }));
            }
            mark_wholes(&mut found);
        }
        let reporter = Reporter {
            name: present(row, "name").map(str::to_owned),
            kind: None,
            state: state_of(row, ori9.as_ref(), ori7.as_ref())?,
            county: present(row, "county").map(str::to_owned),
            ori9,
            ori7,
        };
        Ok(RowMeaning::Take(FbiOffensesRecord {
            reporter,
            year,
            population: served,
            months,
            values: found,
        }))
    }

    fn claims(&self, record: &FbiOffensesRecord) -> Vec<Claim> {
        let says = (record.population, record.months, &record.values);
        vec![record.reporter.claim(record.year, &says)]
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<FbiOffensesRecord>) -> Result<(), DbErr> {
        let mut filings = Vec::with_capacity(batch.len());
        for FbiOffensesRecord { reporter, year, population, months, values } in batch {
            if months == Some(0) {
                job.report
                    .note("years without a month reported, their offenses left out: no zeros");
            }
            let (id, state) = {
                let at = self.reporters.find(job, &reporter);
                self.reporters.get(at)
            };
            if values.is_empty() {
                continue;
            }
            let of = Of::Agency(id);
            filings.push(Filing { of, state, year, population, months, note: None, values });
        }
        self.reporters.write(job).await?;
        self.outcomes.write(job, filings).await
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.reporters.write(job).await
    }
}

/// For how many months a row is, as it says, or as it says how many are missing.
fn months(row: &FileRow<'_>) -> Result<Option<i32>, RowRefusal> {
    let number = |column| -> Result<Option<i32>, RowRefusal> {
        let Some(number) = count(row, column)? else { return Ok(None) };
        let number = i32::try_from(number).ok().filter(|number| (0..=12).contains(number));
        let wrong = || row.refuse(column, "is not a number of months, from 0 to 12");
        number.ok_or_else(wrong).map(Some)
    };
    match (number("months")?, number("missing")?) {
        (Some(months), Some(missing)) if months + missing != 12 => {
            Err(row
                .refuse("missing", format!("and the {months} months reported are not 12 together")))
        }
        (Some(months), _) => Ok(Some(months)),
        (None, Some(missing)) => Ok(Some(12 - missing)),
        (None, None) if row.layout.shape == MONTHS_UNKNOWN => Ok(None),
        (None, None) => {
            let column = if row.has("months") { "months" } else { "missing" };
            Err(row.refuse(column, "is empty: without it a value is of nobody knows how long"))
        }
    }
}

/// Marks a whole that is less than its parts together.
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
