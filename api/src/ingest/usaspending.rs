//! Awards as USAspending gives them: award summaries, transactions, and answers of its API.
//!
//! Which of these a file is, its header says. Two generations of headers are read: the later one
//! prefixes some columns with `prime_award_summary_` or `prime_award_transaction_`, and ends others
//! with `_for_overall_award`; the earlier one has DUNS numbers where the later has unique entity
//! identifiers.

use std::collections::{HashMap, HashSet};

use entity::{grant, kind::Instrument, obligation};
use sea_orm::{DbErr, EntityTrait, PaginatorTrait, QuerySelect};

use super::{
    ImportRequest,
    awards::{Award, Awards, modification_order},
    error::ImportError,
    job::{FormatReader, Job, RowMeaning},
    obligations::{Obligations, Transaction},
    programs::{Programs, year_of_number},
    recipients::{Described, Recipients, kind_of},
    table::{FileRow, RowRefusal, TableShape},
    values,
};

const TRANSACTIONS: &str = "transactions";
const SUMMARIES: &str = "award summaries";

/// Columns that both kinds of file have, with all their names.
const COMMON: &[&str] = &[
    "!award=assistance_award_unique_key",
    "!number=award_id_fain",
    "obligated=total_obligated_amount",
    "outlayed=total_outlayed_amount|total_outlayed_amount_for_overall_award",
    "match=total_non_federal_funding_amount",
    "total=total_funding_amount",
    "start=period_of_performance_start_date",
    "end=period_of_performance_current_end_date",
    "uei=recipient_uei",
    "!recipient=recipient_name",
    "city=recipient_city_name",
    "!state=recipient_state_code",
    "type=assistance_type_code",
    "type_text=assistance_type_description",
    "base_description=prime_award_base_transaction_description|award_description",
    "business=business_types_description",
];

/// How columns begin that only tables of other things than assistance awards have.
const PASSED_OVER: [&str; 5] =
    ["subaward", "contract_", "federal_account_symbol", "treasury_account_symbol", "owning_agency"];

/// What a row becomes.
pub(crate) enum Record {
    Summary(Box<Award>),
    Transaction(Box<Award>, Transaction),
    Deletion(String),
}

/// The reader.
pub(crate) struct Usaspending {
    listings: HashSet<String>,
    programs: Programs,
    recipients: Recipients,
    awards: Awards,
    obligations: Obligations,
}

impl Usaspending {
    /// Reads what the dataset has, and makes it ready for a first load.
    async fn new(job: &mut Job, listings: &[String]) -> Result<Self, DbErr> {
        let grants = grant::Entity::find().limit(1).count(job.load.transaction()).await?;
        if grants == 0 {
            job.load.suspend_indexes::<grant::Entity>().await?;
            job.load.suspend_indexes::<obligation::Entity>().await?;
        }
        Ok(Self {
            listings: listings.iter().cloned().collect(),
            programs: Programs::new(job).await?,
            recipients: Recipients::new(job).await?,
            awards: Awards::new(job).await?,
            obligations: Obligations::new(job).await?,
        })
    }

    /// The listing of a row, or `None` where it is not asked for. An award may have several.
    fn listing(&self, row: &FileRow<'_>) -> Result<Option<String>, RowRefusal> {
        let Some(text) = row.text("listing") else {
            let all = self.listings.is_empty();
            return if all {
                Ok(Some(String::new()))
            } else {
                Err(row.refuse("listing", "is empty"))
            };
        };
        let mut any = false;
        let numbers = text
            .split([';', ',', '|'])
            .filter_map(|part| values::listing(part.split(':').next().unwrap_or(part)));
        for number in numbers {
            any = true;
            if self.listings.is_empty() || self.listings.contains(&number) {
                return Ok(Some(number));
            }
        }
        if any {
            return Ok(None);
        }
        Err(row.refuse("listing", "is not an assistance listing, such as 16.710"))
    }

    fn award(&self, row: &FileRow<'_>, listing: String) -> Result<Award, RowRefusal> {
        let number = row.text("number").map(str::to_owned);
        let usaspending_key = row.text("award").map(str::to_uppercase);
        if number.is_none() && usaspending_key.is_none() {
            return Err(row.refuse("award", "is empty, and so is the award number"));
        }
        let key = number.as_deref().and_then(values::award_key);
        let listing = (!listing.is_empty()).then_some(listing);
        let title = row.line_of_text("base_description");
        let description = title.clone().or_else(|| row.line_of_text("description"));
        let name = row.required("recipient")?;
        Ok(Award {
            program_id: self.programs.of_award(
                key.as_deref(),
                listing.as_deref(),
                description.as_deref(),
            ),
            fiscal_year: key.as_deref().and_then(year_of_number),
            recipient: Described {
                name: name.split_whitespace().collect::<Vec<_>>().join(" "),
                ori: None,
                uei: row.text("uei").map(str::to_uppercase),
                city: row.line_of_text("city"),
                state: row.read("state", values::state)?,
                kind: row.text("business").and_then(kind_of),
            },
            instrument: instrument(row),
            period_start: row.read("start", values::date)?,
            period_end: row.read("end", values::date)?,
            federal_share: row.read("obligated", values::decimal)?,
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

    fn summary(&self, row: &FileRow<'_>, listing: String) -> Result<Record, RowRefusal> {
        let base = row.read("base_day", values::date)?;
        let latest = row.read("latest_day", values::date)?;
        let award = Award {
            obligated_on: base,
            as_of: latest.or(base).map(|day| (day, u32::MAX)),
            ..self.award(row, listing)?
        };
        Ok(Record::Summary(Box::new(award)))
    }

    fn transaction(&self, row: &FileRow<'_>, listing: String) -> Result<Record, RowRefusal> {
        let key = row.required("transaction")?.to_uppercase();
        if row.text("correction").is_some_and(|code| code.eq_ignore_ascii_case("D")) {
            return Ok(Record::Deletion(key));
        }
        row.required("day")?;
        row.required("amount")?;
        let (Some(day), Some(amount)) =
            (row.read("day", values::date)?, row.read("amount", values::decimal)?)
        else {
            return Err(row.refuse("day", "is empty"));
        };
        let modification = row.text("modification").map(str::to_owned);
        let order = modification_order(modification.as_deref());
        let description = row.line_of_text("description");
        let mut award = self.award(row, listing)?;
        let is_base = row.text("action").map_or(order == 0, |code| code.eq_ignore_ascii_case("A"));
        if is_base {
            award.original_period_end = award.period_end;
            award.title = award.title.or_else(|| description.clone());
        }
        award.as_of = Some((day, order));
        Ok(Record::Transaction(
            Box::new(award),
            Transaction { key, modification, day, amount, description },
        ))
    }
}

impl FormatReader for Usaspending {
    const TELLING: &[&[&str]] = &[
        &["assistance_transaction_unique_key", "recipient_name"],
        &["assistance_award_unique_key", "recipient_name"],
    ];
    type Record = Record;

    async fn open(job: &mut Job, request: &ImportRequest) -> Result<Self, ImportError> {
        Ok(Self::new(job, &request.listings).await?)
    }

    fn fills(&self, shape: &str) -> &'static str {
        if shape == TRANSACTIONS { "obligations" } else { "grants" }
    }

    fn shapes(&self) -> Vec<TableShape> {
        let with = |name, own: &[&'static str]| TableShape::new(name, &[COMMON, own].concat());
        vec![
            with(
                TRANSACTIONS,
                &[
                    "!transaction=assistance_transaction_unique_key",
                    "!amount=federal_action_obligation",
                    "!day=action_date",
                    "!listing=cfda_number|assistance_listing_number",
                    "modification=modification_number",
                    "description=transaction_description",
                    "correction=correction_delete_indicator_code|correction_delete_ind",
                    "action=action_type_code",
                ],
            ),
            with(
                SUMMARIES,
                &[
                    "!listing=cfda_numbers_and_titles|assistance_listings|cfda_number",
                    "base_day=award_base_action_date",
                    "latest_day=award_latest_action_date",
                ],
            ),
        ]
    }

    fn passes_over(&self, header: &[String]) -> bool {
        // A download may have tables of subawards, contracts and accounts beside those of awards. They share columns
        // with these, and have some by which they are known.
        header.iter().any(|column| {
            let column = column.trim().to_lowercase();
            PASSED_OVER.iter().any(|start| column.starts_with(start))
        })
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<Record>, RowRefusal> {
        let Some(listing) = self.listing(row)? else { return Ok(RowMeaning::Skip) };
        let record = if row.layout.shape == TRANSACTIONS {
            self.transaction(row, listing)?
        } else {
            self.summary(row, listing)?
        };
        Ok(RowMeaning::Take(record))
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<Record>) -> Result<(), DbErr> {
        // Of several rows of one transaction the last in the file stands.
        let mut last: HashMap<String, usize> = HashMap::new();
        for (at, record) in batch.iter().enumerate() {
            if let Record::Transaction(_, Transaction { key, .. }) | Record::Deletion(key) = record
            {
                last.insert(key.clone(), at);
            }
        }
        let (mut deleted, mut awards, mut transactions) = (Vec::new(), Vec::new(), Vec::new());
        for (at, record) in batch.into_iter().enumerate() {
            match record {
                Record::Summary(award) => {
                    awards.push(*award);
                    transactions.push(None);
                }
                Record::Transaction(award, transaction) if last[&transaction.key] == at => {
                    awards.push(*award);
                    transactions.push(Some(transaction));
                }
                Record::Deletion(key) if last[&key] == at => deleted.push(key),
                Record::Transaction(..) | Record::Deletion(_) => {}
            }
        }
        self.obligations.delete(job, &deleted).await?;
        let ids = self.awards.write(job, &mut self.recipients, awards).await?;
        let mut rows = Vec::new();
        for (id, transaction) in ids.into_iter().zip(transactions) {
            if let Some(transaction) = transaction {
                self.awards.obligated(id);
                rows.push((id, transaction));
            }
        }
        self.obligations.write(job, rows).await
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.obligations.finish(job, &mut self.awards).await?;
        self.awards.count(job);
        Ok(())
    }
}

/// The instrument, by its code or, in answers of the API, by its words.
fn instrument(row: &FileRow<'_>) -> Option<Instrument> {
    let by_code = row.text("type").and_then(|code| match code.trim_start_matches('0') {
        "2" => Some(Instrument::BlockGrant),
        "3" => Some(Instrument::FormulaGrant),
        "4" => Some(Instrument::ProjectGrant),
        "5" => Some(Instrument::CooperativeAgreement),
        _ => None,
    });
    by_code.or_else(|| {
        let text = row.text("type_text")?.to_uppercase();
        let words = [
            ("BLOCK GRANT", Instrument::BlockGrant),
            ("FORMULA GRANT", Instrument::FormulaGrant),
            ("PROJECT GRANT", Instrument::ProjectGrant),
            ("COOPERATIVE AGREEMENT", Instrument::CooperativeAgreement),
        ];
        words.into_iter().find(|(words, _)| text.contains(words)).map(|(_, instrument)| instrument)
    })
}
