//! Award lists, which give the officers that USAspending lacks.
//!
//! A list may lack award numbers. [`super::unnumbered`] matches such a row with an award of an earlier list, and
//! [`super::meeting`] with an award of USAspending.

use std::collections::HashMap;

use entity::{
    kind::ClaimField,
    scalar::{Dollars, Officers, Ori},
};
use sea_orm::DbErr;

use super::{
    ImportRequest,
    awards::{Award, Awards},
    claims::{Claim, EmptyFields},
    error::ImportError,
    job::{FormatReader, Job, RowMeaning},
    layout::{FileField, TableShape},
    listed_officers::{CountedOfficers, ListedOfficers, officers},
    mapping::{FIELDS, Mapping},
    meeting,
    programs::{Programs, year_of_number},
    recipients::{Described, Recipients},
    report::FoundBy,
    row::{FileRow, RowRefusal},
    totals::{self, RowNumbers, TotalOf, Totals},
    unnumbered::{self, Identity},
    values,
};

/// The template of a mapping.
const TEMPLATE: &str = "\
# What the columns of an award list mean. Save this file beside the list, as LIST.csv.toml.
# A field that is not named here is read from the column with its own name, if there is one.

# field = the name of its column. The fields are:
#   award_number, program, fiscal_year, recipient, state, city, ori, uei, listing, instrument, title,
#   federal_share, local_match, project_total, status, announced_on, obligated_on, period_start,
#   period_end, original_period_end, officers, officer_kind, requested, accepted, hired, retained,
#   school_resource_officers, veterans, part_time
[columns]
recipient = \"Law Enforcement Agency\"
state = \"State\"
officers = \"Positions Awarded\"
federal_share = \"Award Amount\"

# field = the value for all rows that have no value of their own.
[constants]
program = \"CHP\"
fiscal_year = 2020
";

/// The columns of officers.
const COUNTS: [&str; 8] = [
    "officers",
    "requested",
    "accepted",
    "hired",
    "retained",
    "school_resource_officers",
    "veterans",
    "part_time",
];
/// The columns of money.
const AMOUNTS: [&str; 3] = ["federal_share", "local_match", "project_total"];

/// The columns of fields with claims.
const CLAIMED: [(ClaimField, &str); 14] = [
    (ClaimField::Program, "program"),
    (ClaimField::AssistanceListing, "listing"),
    (ClaimField::Instrument, "instrument"),
    (ClaimField::FiscalYear, "fiscal_year"),
    (ClaimField::AnnouncedOn, "announced_on"),
    (ClaimField::ObligatedOn, "obligated_on"),
    (ClaimField::PeriodStart, "period_start"),
    (ClaimField::PeriodEnd, "period_end"),
    (ClaimField::OriginalPeriodEnd, "original_period_end"),
    (ClaimField::FederalShare, "federal_share"),
    (ClaimField::LocalMatch, "local_match"),
    (ClaimField::ProjectTotal, "project_total"),
    (ClaimField::Status, "status"),
    (ClaimField::Title, "title"),
];

/// How many records are written together.
const BATCH: usize = 2_000;

/// The record of a row.
#[derive(Clone)]
pub(crate) struct ListedAwardRecord {
    award: Award,
    counted: Option<CountedOfficers>,
}

/// The reader.
pub(crate) struct AwardList {
    mapping: Mapping,
    constants: HashMap<&'static str, String>,
    programs: Programs,
    recipients: Recipients,
    awards: Awards,
    totals: Totals,
    officers: ListedOfficers,
    /// The rows without an award number, each with its source.
    unnumbered: Vec<(i32, ListedAwardRecord)>,
}

impl AwardList {
    /// Reads the dataset.
    async fn new(
        job: &Job,
        mapping: Mapping,
        request: &ImportRequest,
    ) -> Result<Self, ImportError> {
        let constant = |field: &&'static str| Some((*field, mapping.constant(field)?));
        Ok(Self {
            constants: FIELDS.iter().filter_map(constant).collect(),
            mapping,
            programs: Programs::new(job, request.programs_file.as_deref()).await?,
            recipients: Recipients::new(job).await?,
            awards: Awards::new(job).await?,
            totals: Totals::default(),
            officers: ListedOfficers::new(job).await?,
            unnumbered: Vec::new(),
        })
    }

    /// A cell, or the constant if the cell is empty.
    fn get<T, E: std::fmt::Display>(
        &self,
        row: &FileRow<'_>,
        field: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, RowRefusal> {
        if row.text(field).is_some() {
            return row.read(field, read);
        }
        let Some(text) = self.constants.get(field) else { return Ok(None) };
        read(text).map(Some).map_err(|error| RowRefusal {
            value: text.clone(),
            ..row.refuse(field, format!("{error} (a constant of the mapping)"))
        })
    }

    fn text(&self, row: &FileRow<'_>, field: &str) -> Option<String> {
        row.line_of_text(field).or_else(|| self.constants.get(field).cloned())
    }

    fn award(&self, row: &FileRow<'_>) -> Result<Award, RowRefusal> {
        let Some(name) = self.text(row, "recipient") else {
            return Err(row.refuse("recipient", "is empty: an award needs a recipient"));
        };
        let number = self.text(row, "award_number");
        let key = number.as_deref().and_then(values::award_key);
        let program = |text: &str| {
            let short = text.split('(').next().unwrap_or(text);
            self.programs.find(text).or_else(|| self.programs.find(short)).ok_or_else(|| {
                format!(
                    "is not a program in the dataset; the programs are {}",
                    self.programs.codes()
                )
            })
        };
        let listing = |text: &str| {
            values::listing(text).ok_or("is not an assistance listing, such as 16.710")
        };
        let year = self.get(row, "fiscal_year", values::year)?;
        let (state, ori) =
            (self.get(row, "state", values::state)?, self.get(row, "ori", str::parse::<Ori>)?);
        values::agree_on_state(row, "ori", ori.as_ref(), state.as_ref())?;
        let (listing, title) = (self.get(row, "listing", listing)?, self.text(row, "title"));
        let of_award =
            || self.programs.of_award(key.as_deref(), listing.as_deref(), title.as_deref());
        let is_empty = |column: &str| row.is_empty(column) && !self.constants.contains_key(column);
        let withdrawn = CLAIMED.into_iter().filter(|(_, column)| is_empty(column));
        Ok(Award {
            recipient: Described {
                name,
                ori,
                uei: self.text(row, "uei"),
                city: self.text(row, "city"),
                state,
                kind: None,
            },
            program_id: self.get(row, "program", program)?.or_else(of_award),
            fiscal_year: year.or_else(|| key.as_deref().and_then(year_of_number)),
            listing,
            instrument: self.get(row, "instrument", values::choice)?,
            announced_on: self.get(row, "announced_on", values::date)?,
            obligated_on: self.get(row, "obligated_on", values::date)?,
            period_start: self.get(row, "period_start", values::date)?,
            period_end: self.get(row, "period_end", values::date)?,
            original_period_end: self.get(row, "original_period_end", values::date)?,
            federal_share: self.get(row, "federal_share", values::decimal)?,
            local_match: self.get(row, "local_match", values::decimal)?,
            project_total: self.get(row, "project_total", values::decimal)?,
            status: self.get(row, "status", values::choice)?,
            title,
            number,
            key,
            withdrawn: EmptyFields(withdrawn.map(|(field, _)| field).collect()),
            ..Award::default()
        })
    }

    fn counted(&self, row: &FileRow<'_>) -> Result<Option<CountedOfficers>, RowRefusal> {
        let number = |field: &str| self.get(row, field, officers);
        let is_empty =
            |column: &&'static str| row.is_empty(column) && !self.constants.contains_key(column);
        let counted = CountedOfficers {
            kind: self.get(row, "officer_kind", values::choice)?,
            requested: number("requested")?,
            funded: number("officers")?,
            accepted: number("accepted")?,
            hired: number("hired")?,
            retained: number("retained")?,
            school_resource_officers: number("school_resource_officers")?,
            veterans: number("veterans")?,
            part_time: number("part_time")?,
            withdrawn: EmptyFields(COUNTS.into_iter().filter(is_empty).collect()),
        };
        let is_any = counted.says_anything() || !counted.withdrawn.0.is_empty();
        Ok(is_any.then_some(counted))
    }

    /// Handles a row labeled as a total: left out if it is the total of rows above it, otherwise refused. None if the
    /// row is not labeled as one.
    fn total(
        &mut self,
        row: &FileRow<'_>,
    ) -> Option<Result<RowMeaning<ListedAwardRecord>, RowRefusal>> {
        let labeled = |field| row.text(field).and_then(totals::label).map(|state| (field, state));
        let elsewhere = || {
            // A row without a recipient may have its label in an unrelated column.
            let found =
                row.text("recipient").is_none().then(|| row.cells().find_map(totals::label));
            found.flatten().map(|state| ("recipient", state))
        };
        let (field, named) =
            labeled("recipient").or_else(|| labeled("state")).or_else(elsewhere)?;
        let state = row.text("state").and_then(|text| values::state(text).ok());
        Some(match numbers(row) {
            Ok(numbers) if self.totals.prove(&named, state.as_ref(), &numbers) => {
                Ok(RowMeaning::LeaveOut(totals::LEFT_OUT))
            }
            // It may be a recipient.
            _ if named == TotalOf::Perhaps => return None,
            Ok(_) => {
                let reason = "is labeled as a total but does not add up: it is not the sum of the rows since the last \
                              total, of all rows above, or of the rows of its state";
                Err(row.refuse(field, reason))
            }
            Err(refusal) => Err(refusal),
        })
    }

    /// Writes records of the current file.
    async fn store(
        &mut self,
        job: &mut Job,
        records: impl IntoIterator<Item = ListedAwardRecord>,
    ) -> Result<(), DbErr> {
        let (awards, counted): (Vec<_>, Vec<_>) =
            records.into_iter().map(|record| (record.award, record.counted)).unzip();
        let ids = self.awards.write(job, &mut self.recipients, awards).await?;
        let officers = ids.into_iter().zip(counted);
        let officers = officers.filter_map(|(id, counted)| Some((id, counted?))).collect();
        self.officers.write(job, officers).await
    }

    /// Writes the rows without a number after all others, because the other rows determine which awards they are.
    async fn store_unnumbered(&mut self, job: &mut Job) -> Result<(), DbErr> {
        let mut unnumbered = std::mem::take(&mut self.unnumbered);
        if unnumbered.is_empty() {
            return Ok(());
        }
        let rows: Vec<&Award> = unnumbered.iter().map(|(_, record)| &record.award).collect();
        let found = unnumbered::identify(job, &self.awards, &self.recipients, &rows).await?;
        let mut at = 0;
        unnumbered.retain_mut(|(_, record)| {
            at += 1;
            match found[at - 1] {
                Identity::New => true,
                Identity::Known(id) => {
                    record.award.grant_id = Some(id);
                    let name = record.award.recipient.name.clone();
                    job.matched(FoundBy::AwardByRecipient, || name);
                    true
                }
                Identity::Unclear => false,
            }
        });
        let here = job.source_id;
        for rows in unnumbered.chunk_by(|one, other| one.0 == other.0) {
            for rows in rows.chunks(BATCH) {
                job.source_id = rows[0].0;
                self.store(job, rows.iter().map(|(_, record)| record.clone())).await?;
            }
        }
        job.source_id = here;
        Ok(())
    }
}

impl FormatReader for AwardList {
    const TEMPLATE: Option<&str> = Some(TEMPLATE);
    const TELLING: &[&[&str]] = &[&["recipient", "officers"], &["recipient", "federal_share"]];
    type Record = ListedAwardRecord;

    async fn open(job: &mut Job, request: &ImportRequest) -> Result<Self, ImportError> {
        let mapping = match &request.mapping_file {
            Some(path) => Mapping::open(path)?,
            None => Mapping::beside(&request.paths)?,
        };
        let mapping = mapping.overridden_by(&request.mapping)?;
        Self::new(job, mapping, request).await
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "officers_funded"
    }

    fn known_shapes() -> Vec<TableShape> {
        vec![shape(&Mapping::default())]
    }

    fn shapes(&self) -> Vec<TableShape> {
        vec![shape(&self.mapping)]
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<ListedAwardRecord>, RowRefusal> {
        if let Some(total) = self.total(row) {
            return total;
        }
        let has = |field: &&str| *field != "recipient" && row.has(field);
        if FIELDS.iter().any(has)
            && !FIELDS.iter().filter(|field| has(field)).any(|field| row.text(field).is_some())
        {
            let reason =
                "is the only value in the row: the row is a note, or an award without any data";
            return Err(row.refuse("recipient", reason));
        }
        // A total includes the rows that are refused.
        let numbers = numbers(row);
        let state = self.get(row, "state", values::state).ok().flatten();
        if let Ok(numbers) = &numbers {
            self.totals.add(state.as_ref(), numbers);
        }
        let award = self.award(row)?;
        numbers?;
        let counted = self.counted(row)?;
        if counted.as_ref().is_some_and(|counted| counted.is_money(award.federal_share)) {
            let reason = "is an amount of money, not a number of officers: the award is too small for this many";
            return Err(row.refuse("officers", reason));
        }
        Ok(RowMeaning::Take(ListedAwardRecord { award, counted }))
    }

    fn claims(&self, record: &ListedAwardRecord) -> Vec<Claim> {
        let Some(key) = &record.award.key else { return Vec::new() };
        let of_award = Claim::new("award_number", "award", key, &record.award);
        let counted = record.counted.as_ref().filter(|counted| counted.says_anything());
        let of_officers = counted.map(|counted| {
            Claim::new("award_number", "officers of the award", &(key, counted.kind), counted)
        });
        [Some(of_award), of_officers].into_iter().flatten().collect()
    }

    fn begin(&mut self) {
        self.totals = Totals::default();
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<ListedAwardRecord>) -> Result<(), DbErr> {
        let (numbered, unnumbered): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|record| record.award.key.is_some());
        self.unnumbered.extend(unnumbered.into_iter().map(|record| (job.source_id, record)));
        self.store(job, numbered).await
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.store_unnumbered(job).await?;
        meeting::meet(job, &mut self.awards, &mut self.recipients).await?;
        self.awards.finish(job).await
    }
}

/// The columns of a list according to its mapping.
pub(crate) fn shape(mapping: &Mapping) -> TableShape {
    let fields = FIELDS.iter().map(|name| {
        let column = mapping.columns.get(*name);
        let needed = *name == "recipient" && mapping.constant(name).is_none();
        FileField {
            name,
            spellings: vec![column.cloned().unwrap_or_else(|| (*name).to_owned())],
            required: needed || column.is_some(),
        }
    });
    TableShape { name: "awards", fields: fields.collect() }
}

/// The numbers of a row that totals add up.
fn numbers(row: &FileRow<'_>) -> Result<RowNumbers, RowRefusal> {
    let mut numbers = Vec::with_capacity(AMOUNTS.len() + COUNTS.len());
    for field in AMOUNTS {
        numbers.push(row.read(field, values::decimal::<Dollars>)?.map(|Dollars(cents)| cents));
    }
    for field in COUNTS {
        // A total may cover more officers than any single award.
        let read = row.read(field, values::decimal::<Officers>)?;
        numbers.push(read.map(|Officers(tenths)| tenths.into()));
    }
    Ok(numbers)
}
