//! The FBI's estimates for states and the nation (`estimated_crimes_1979_YYYY.csv`): offenses by year, with the
//! population and the publisher's caveats.
//!
//! A row without a state belongs to the nation. The two definitions of rape are two measures.

use entity::{kind::OutcomeFlag, scalar::State};
use sea_orm::DbErr;

use super::{
    ImportRequest,
    claims::Claim,
    error::ImportError,
    fbi_employees::count,
    job::{FormatReader, Job, RowMeaning},
    layout::TableShape,
    outcomes::{Filing, FilingFigure, Of, Outcomes, POPULATION, implausible, population},
    row::{FileRow, RowRefusal},
    values,
};

/// The columns and their measures.
const COLUMNS: [(&str, &str); 10] = [
    ("violent", "violent_crime"),
    ("murder", "murder"),
    ("rape_legacy", "rape_legacy"),
    ("rape_revised", "rape_revised"),
    ("robbery", "robbery"),
    ("assault", "aggravated_assault"),
    ("property", "property_crime"),
    ("burglary", "burglary"),
    ("larceny", "larceny"),
    ("vehicles", "motor_vehicle_theft"),
];

/// The reader.
pub(crate) struct FbiEstimates {
    outcomes: Outcomes,
}

impl FbiEstimates {
    /// Reads the dataset.
    async fn new(job: &mut Job) -> Result<Self, ImportError> {
        let outcomes = Outcomes::new(job).await?;
        outcomes.require(COLUMNS.iter().map(|(_, code)| *code).chain([POPULATION]))?;
        Ok(Self { outcomes })
    }
}

impl FormatReader for FbiEstimates {
    const TELLING: &[&[&str]] = &[&["state_abbr", "violent_crime"]];
    type Record = Filing;

    async fn open(job: &mut Job, _request: &ImportRequest) -> Result<Self, ImportError> {
        Self::new(job).await
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "outcomes"
    }

    fn known_shapes() -> Vec<TableShape> {
        vec![TableShape::new(
            "estimates",
            &[
                "!year",
                "!state=state_abbr",
                "name=state_name",
                "!population",
                "!violent=violent_crime",
                "!murder=homicide|murder",
                "rape_legacy",
                "rape_revised",
                "!robbery",
                "!assault=aggravated_assault",
                "!property=property_crime",
                "!burglary",
                "!larceny",
                "!vehicles=motor_vehicle_theft",
                "caveats",
            ],
        )]
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<Filing>, RowRefusal> {
        row.required("year")?;
        let year = row.read("year", values::year)?.unwrap_or_default();
        let state: Option<State> = match row.text("state") {
            None => None,
            Some(_) => row.read("state", values::state)?,
        };
        agree_on_name(row, state.as_ref())?;
        let note = row.text("caveats").and_then(|_| row.line_of_text("caveats"));
        let caveat = note.as_ref().map(|_| OutcomeFlag::Caveat);
        let (served, people) = population(count(row, "population")?);
        let mut found: Vec<FilingFigure> = people.into_iter().collect();
        let columns = COLUMNS.into_iter().chain([("population", POPULATION)]);
        let withdrawn = columns.filter(|(column, _)| row.is_empty(column)).map(|it| it.1).collect();
        for (column, code) in COLUMNS {
            found.extend(count(row, column)?.map(|count| FilingFigure {
                flag: implausible(count < 0).or(caveat),
                ..FilingFigure::of(code, count)
            }));
        }
        Ok(RowMeaning::Take(Filing {
            of: Of::state(state.as_ref()),
            state,
            year,
            population: served,
            months: None,
            note,
            values: found,
            withdrawn,
        }))
    }

    fn claims(&self, filing: &Filing) -> Vec<Claim> {
        let says = (filing.population, &filing.values, &filing.note);
        vec![Claim::new("state", "state and year", &(&filing.of, filing.year), &says)]
    }

    async fn write(&mut self, job: &mut Job, mut batch: Vec<Filing>) -> Result<(), DbErr> {
        for filing in &mut batch {
            let says_nothing = |note: &String| !note.contains(char::is_alphabetic);
            if filing.note.take_if(|note| says_nothing(note)).is_some() {
                job.report
                    .note("caveats that are only a number, an error of the publisher (left out)");
                for value in &mut filing.values {
                    value.flag = value.flag.filter(|flag| *flag != OutcomeFlag::Caveat);
                }
            }
        }
        self.outcomes.write(job, batch).await
    }

    async fn finish(&mut self, _job: &mut Job) -> Result<(), DbErr> {
        Ok(())
    }
}

/// Refuses a row whose code and name belong to different states. The publisher made such an error, and without its code
/// the row would count as the nation's.
fn agree_on_name(row: &FileRow<'_>, state: Option<&State>) -> Result<(), RowRefusal> {
    let Some(name) = row.text("name") else { return Ok(()) };
    // A name may be followed by a footnote number.
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | ' ' | '*'));
    let is_nation = plain.to_lowercase().starts_with("united states");
    let named = values::state(plain).ok();
    let agrees = match state {
        None => is_nation,
        Some(state) => named.as_ref() == Some(state),
    };
    if agrees {
        return Ok(());
    }
    let code = row.text("state").filter(|_| state.is_some());
    Err(row.refuse(
        "name",
        match code {
            Some(code) => format!("contradicts state_abbr, which is {code}"),
            None => {
                "contradicts state_abbr, which is empty: only the row of the nation has no code"
                    .to_owned()
            }
        },
    ))
}
