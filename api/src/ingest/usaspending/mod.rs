//! Awards from USAspending: award summaries, transactions and responses of its API ([`super::json`]).
//!
//! The header shows which of these a file is. Two generations of headers are read. The later one prefixes some columns
//! with `prime_award_summary_` or `prime_award_transaction_` and appends `_for_overall_award` to others; the earlier
//! one has DUNS numbers instead of UEIs.

mod cells;
mod shapes;

use std::collections::{HashMap, HashSet};

use entity::{grant, kind::ClaimField, obligation};
use sea_orm::{DbErr, EntityTrait, PaginatorTrait, QuerySelect};

use self::{
    cells::{
        AGGREGATE, agree_on_number, agree_on_year, instrument, is_district, numbers, rank, state,
    },
    shapes::{API_TRANSACTIONS, SUMMARIES},
};
use super::{
    COPS_LISTINGS, ImportRequest, Listings,
    awards::{Award, Awards, ModificationOrder},
    claims::{Claim, EmptyFields, digest},
    error::ImportError,
    job::{FormatReader, Job, RowMeaning},
    json::AnswerKind,
    layout::{Layout, TableShape},
    meeting,
    obligations::{Obligations, Transaction},
    programs::{Programs, year_of_number},
    recipients::{Described, Recipients, kind_of},
    row::{FileRow, RowRefusal},
    values,
};

/// The fields of a summary and their columns. A transaction repeats its award as of its day, and earlier transactions
/// provide what it lacks.
const SUMMARY_FIELDS: [(ClaimField, &[&str]); 9] = [
    (ClaimField::Instrument, &["type", "type_text"]),
    (ClaimField::ObligatedOn, &["base_day"]),
    (ClaimField::PeriodStart, &["start"]),
    (ClaimField::PeriodEnd, &["end"]),
    (ClaimField::FederalShare, &["obligated"]),
    (ClaimField::LocalMatch, &["match"]),
    (ClaimField::ProjectTotal, &["total"]),
    (ClaimField::Outlayed, &["outlayed"]),
    (ClaimField::Title, &["base_description"]),
];

/// Column prefixes that only tables of other data than assistance awards have.
const PASSED_OVER: [&str; 6] = [
    "subaward",
    "contract_",
    "parent_award_id_piid",
    "federal_account_symbol",
    "treasury_account_symbol",
    "owning_agency",
];

/// The assistance listing of a row.
enum RowListing {
    /// A requested one.
    Taken(String),
    /// A requested one, but not known which.
    Unknown,
    /// One that was not requested.
    Other,
}

/// The record of a row.
pub(crate) enum Record {
    Summary(Box<Award>),
    /// With its rank among rows of the same transaction.
    Transaction(Box<Award>, Transaction, u32),
    Deletion(String, u32),
}

/// The reader.
pub(crate) struct Usaspending {
    /// The listings to load; empty for all.
    listings: HashSet<String>,
    /// Digests of the keys of awards that also have transactions under other listings: their stated total covers all
    /// listings.
    mixed: HashSet<u64>,
    /// Whether `listings` also applies to tables that do not state theirs.
    declared: bool,
    programs: Programs,
    recipients: Recipients,
    awards: Awards,
    obligations: Obligations,
}

impl Usaspending {
    /// Reads the dataset, and prepares it for a first load.
    async fn new(job: &mut Job, request: &ImportRequest) -> Result<Self, ImportError> {
        let grants = grant::Entity::find().limit(1).count(job.load.transaction()).await?;
        if grants == 0 {
            job.load.suspend_indexes::<grant::Entity>().await?;
            job.load.suspend_indexes::<obligation::Entity>().await?;
        }
        Ok(Self {
            listings: match &request.listings {
                Listings::Usual => COPS_LISTINGS.map(str::to_owned).into(),
                Listings::Declared(listings) => listings.iter().cloned().collect(),
                Listings::All => HashSet::new(),
            },
            mixed: HashSet::new(),
            declared: matches!(request.listings, Listings::Declared(_)),
            programs: Programs::new(job, request.programs_file.as_deref()).await?,
            recipients: Recipients::new(job).await?,
            awards: Awards::new(job).await?,
            obligations: Obligations::new(job).await?,
        })
    }

    /// Whether a row has a listing that was not requested beside one that was.
    fn has_others(&self, row: &FileRow<'_>) -> bool {
        let is_other = |number: &String| !self.listings.contains(number);
        !self.listings.is_empty()
            && numbers(row.text("listing").unwrap_or_default()).any(|it| is_other(&it))
    }

    /// The listing of a row. An award may have several.
    fn listing(&self, row: &FileRow<'_>) -> Result<RowListing, RowRefusal> {
        if !row.has("listing") && self.declared {
            // If several were declared, the row's listing is unknown.
            let only = self.listings.iter().next().filter(|_| self.listings.len() == 1);
            return Ok(only.cloned().map_or(RowListing::Unknown, RowListing::Taken));
        }
        let Some(text) = row.text("listing") else {
            return match self.listings.is_empty() {
                true => Ok(RowListing::Unknown),
                false => Err(row.refuse("listing", "is empty")),
            };
        };
        let mut any = false;
        for number in numbers(text) {
            any = true;
            if self.listings.is_empty() || self.listings.contains(&number) {
                return Ok(RowListing::Taken(number));
            }
        }
        if any {
            return Ok(RowListing::Other);
        }
        Err(row.refuse("listing", "is not an assistance listing, such as 16.710"))
    }

    fn award(&self, row: &FileRow<'_>, listing: Option<String>) -> Result<Award, RowRefusal> {
        let number = row.text("number").or_else(|| row.text("uri")).map(str::to_owned);
        let usaspending_key = row.text("award").map(str::to_uppercase);
        if number.is_none() && usaspending_key.is_none() {
            return Err(row.refuse("award", "is empty, and so is the award number"));
        }
        let key = number.as_deref().and_then(values::award_key);
        agree_on_number(row, key.as_deref())?;
        // The identifier of an aggregate has no program letters and no year.
        let is_aggregate = usaspending_key.as_ref().is_some_and(|key| key.starts_with(AGGREGATE));
        let telling = key.as_deref().filter(|_| !is_aggregate);
        let title = row.line_of_text("base_description");
        let description = title.clone().or_else(|| row.line_of_text("description"));
        let name = row.required("recipient")?;
        Ok(Award {
            program_id: self.programs.of_award(telling, listing.as_deref(), description.as_deref()),
            fiscal_year: telling.and_then(year_of_number),
            recipient: Described {
                name: name.split_whitespace().collect::<Vec<_>>().join(" "),
                ori: None,
                uei: row.text("uei").map(str::to_uppercase),
                city: row.line_of_text("city"),
                state: state(row)?,
                kind: row.text("business").and_then(kind_of),
            },
            district: row.text("district").map(str::to_uppercase).filter(|it| is_district(it)),
            instrument: instrument(row),
            period_start: row.read("start", values::date)?,
            period_end: row.read("end", values::date)?,
            federal_share: row.read("obligated", values::decimal)?,
            stated_total: row.read("obligated", values::decimal)?,
            local_match: row.read("match", values::decimal)?,
            project_total: row.read("total", values::decimal)?,
            outlayed: row.read("outlayed", values::decimal)?,
            number,
            key,
            usaspending_key,
            listing,
            title,
            ..Award::default()
        })
    }

    fn summary(&self, row: &FileRow<'_>, listing: Option<String>) -> Result<Record, RowRefusal> {
        let base = row.read("base_day", values::date)?;
        let latest = row.read("latest_day", values::date)?;
        agree_on_year(row, "base_year", base)?;
        agree_on_year(row, "latest_year", latest)?;
        let withdrawn = SUMMARY_FIELDS
            .into_iter()
            .filter(|(_, columns)| {
                columns.iter().any(|column| row.has(column))
                    && columns.iter().all(|column| row.text(column).is_none())
            })
            .map(|(field, _)| field)
            .collect();
        let mut award = Award {
            withdrawn: EmptyFields(withdrawn),
            obligated_on: base,
            as_of: latest.or(base).map(|day| (day, ModificationOrder::LAST)),
            ..self.award(row, listing)?
        };
        award.stated_total = award.stated_total.filter(|_| !self.has_others(row));
        Ok(Record::Summary(Box::new(award)))
    }

    fn transaction(
        &self,
        row: &FileRow<'_>,
        listing: Option<String>,
    ) -> Result<Record, RowRefusal> {
        let key = match row.layout.shape {
            // The API has no keys: the award and the modification number identify a transaction.
            API_TRANSACTIONS => {
                row.required("award")?;
                row.required("modification")?;
                None
            }
            _ => Some(row.required("transaction")?.to_uppercase()),
        };
        let rank = rank(row)?;
        if let Some(key) = &key
            && row.text("correction").is_some_and(|code| code.eq_ignore_ascii_case("D"))
        {
            return Ok(Record::Deletion(key.clone(), rank));
        }
        row.required("day")?;
        row.required("amount")?;
        let (Some(day), Some(amount)) =
            (row.read("day", values::date)?, row.read("amount", values::decimal)?)
        else {
            return Err(row.refuse("day", "is empty"));
        };
        let modification = row.text("modification").map(str::to_owned);
        agree_on_year(row, "day_year", Some(day))?;
        let order = ModificationOrder::of(modification.as_deref());
        let description = row.line_of_text("description");
        let mut award = self.award(row, listing)?;
        let is_base =
            row.text("action").map_or(order.is_base(), |code| code.eq_ignore_ascii_case("A"));
        if is_base {
            award.original_period_end = award.period_end;
            award.title = award.title.or_else(|| description.clone());
        }
        award.as_of = Some((day, order));
        Ok(Record::Transaction(
            Box::new(award),
            Transaction { key, modification, day, amount, description },
            rank,
        ))
    }
}

impl FormatReader for Usaspending {
    const TELLING: &[&[&str]] = &[
        &["assistance_transaction_unique_key", "recipient_name"],
        &["assistance_award_unique_key", "recipient_name"],
        &["generated_internal_id", "transaction_amount"],
    ];
    const ANSWERS: Option<AnswerKind> = Some(AnswerKind::Usaspending);
    type Record = Record;

    async fn open(job: &mut Job, request: &ImportRequest) -> Result<Self, ImportError> {
        Self::new(job, request).await
    }

    fn fills(&self, shape: &str) -> &'static str {
        if shape == SUMMARIES { "grants" } else { "obligations" }
    }

    fn known_shapes() -> Vec<TableShape> {
        shapes::known()
    }

    fn lack(&self, layout: &Layout) -> Option<(&'static str, &'static str)> {
        let is_known = layout.index.contains_key("listing");
        (!is_known && !self.declared && !self.listings.is_empty()).then_some((
            "does not state the assistance listings of its awards",
            "request \"Assistance Listings\" from the API (\"Assistance Listing\" for transactions), or declare the \
             listing with --listing 16.710, or load the awards of all listings with --all-listings",
        ))
    }

    fn passes_over(&self, header: &[String]) -> bool {
        // A download may include tables of subawards, contracts and accounts. They share columns with awards, but have
        // some that identify them.
        header.iter().any(|column| {
            let column = column.trim().to_lowercase();
            PASSED_OVER.iter().any(|start| column.starts_with(start))
        })
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<Record>, RowRefusal> {
        let listing = match self.listing(row)? {
            RowListing::Taken(listing) => Some(listing),
            RowListing::Unknown => None,
            RowListing::Other => {
                if row.layout.shape != SUMMARIES {
                    self.mixed.extend(row.text("award").map(|key| digest(&key.to_uppercase())));
                }
                return Ok(RowMeaning::Skip);
            }
        };
        let record = if row.layout.shape == SUMMARIES {
            self.summary(row, listing)?
        } else {
            self.transaction(row, listing)?
        };
        Ok(RowMeaning::Take(record))
    }

    fn claims(&self, record: &Record) -> Vec<Claim> {
        vec![match record {
            // A value as of another day is not a contradiction.
            Record::Summary(award) => {
                let key = (award.usaspending_key.as_ref().or(award.key.as_ref()), award.as_of);
                Claim::new("award", "award", &key, award)
            }
            Record::Transaction(award, transaction, rank) => {
                let key = transaction_key(award, transaction);
                Claim::new("transaction", "transaction", &key, &(award, transaction)).ranked(*rank)
            }
            Record::Deletion(key, rank) => {
                Claim::new("transaction", "transaction", key, &"deleted").ranked(*rank)
            }
        }]
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<Record>) -> Result<(), DbErr> {
        // Of several rows of one transaction, keep one: they agree.
        let mut last: HashMap<String, usize> = HashMap::new();
        for (at, record) in batch.iter().enumerate() {
            match record {
                Record::Summary(_) => continue,
                Record::Transaction(award, transaction, _) => {
                    last.insert(transaction_key(award, transaction), at)
                }
                Record::Deletion(key, _) => last.insert(key.clone(), at),
            };
        }
        let (mut deleted, mut awards, mut transactions) = (Vec::new(), Vec::new(), Vec::new());
        for (at, record) in batch.into_iter().enumerate() {
            match record {
                Record::Summary(award) => {
                    awards.push(*award);
                    transactions.push(None);
                }
                Record::Transaction(mut award, transaction, _)
                    if last[&transaction_key(&award, &transaction)] == at =>
                {
                    let key = award.usaspending_key.as_ref();
                    if key.is_some_and(|key| self.mixed.contains(&digest(key))) {
                        (award.federal_share, award.stated_total) = (None, None);
                    }
                    awards.push(*award);
                    transactions.push(Some(transaction));
                }
                Record::Deletion(key, _) if last[&key] == at => deleted.push(key),
                Record::Transaction(..) | Record::Deletion(..) => {}
            }
        }
        self.obligations.delete(job, &mut self.awards, &deleted).await?;
        let ids = self.awards.write(job, &mut self.recipients, awards).await?;
        let mut rows = Vec::new();
        for (id, transaction) in ids.into_iter().zip(transactions) {
            if let Some(transaction) = transaction {
                self.awards.obligated(id);
                rows.push((id, transaction));
            }
        }
        self.obligations.write(job, &mut self.awards, rows).await
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.obligations.finish(job, &mut self.awards).await?;
        meeting::meet(job, &mut self.awards, &mut self.recipients).await?;
        self.awards.finish(job).await
    }
}

/// What identifies a transaction.
fn transaction_key(award: &Award, transaction: &Transaction) -> String {
    let number = transaction.modification.as_deref();
    transaction.key.clone().unwrap_or_else(|| {
        format!("{:?} {:?}", award.usaspending_key, ModificationOrder::of(number))
    })
}
