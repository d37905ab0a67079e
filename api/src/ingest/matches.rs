//! Decisions about recipients: the edited file of `import --review`.
//!
//! A row counts if its decision is `yes` or `withdraw`. `yes` means that the recipient is the agency with the row's ORI
//! or, without an ORI, with its `agency_id`; without either, the recipient is an organization of its own. `withdraw`
//! cancels the recipient's earlier decision. Two decisions about one recipient contradict each other, and both are
//! refused. Decisions are kept, apply to later loads, and move existing awards.

use std::collections::{BTreeMap, HashMap};

use entity::{
    grant,
    kind::MatchedBy,
    review,
    scalar::{Ori, State},
};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    ImportRequest,
    claims::Claim,
    error::ImportError,
    job::{FormatReader, Job, RowMeaning},
    layout::TableShape,
    matching::Decision,
    names::Name,
    recipients::{Described, Recipient, Recipients},
    review as review_file,
    row::{FileRow, RowRefusal},
    values,
};

/// How many awards are processed together.
const CHUNK: u64 = 5_000;

/// The warning about decisions without effect so far.
const UNMET: &str = "decisions about recipients without any award, kept for later loads: check the name, the state and \
                     the UEI";
/// The warning about agencies in other states.
const ELSEWHERE: &str =
    "decisions for an agency in another state than the recipient: check the ORI";
/// How many examples the report lists.
const EXAMPLES: usize = 5;

/// The decision about a recipient.
#[derive(Clone, Debug)]
pub(crate) struct DecidedRecipient {
    name: String,
    form: String,
    state: Option<State>,
    uei: Option<String>,
    /// None withdraws an earlier decision.
    decision: Option<Decision>,
}

/// The reader.
pub(crate) struct Matches {
    recipients: Recipients,
    /// The positions of the agencies, by id.
    ids: HashMap<i32, usize>,
    next_id: i32,
    any: bool,
    /// The decisions of the load that no award has matched yet: id and recipient.
    unmet: BTreeMap<i32, String>,
    /// The decisions that the load withdraws.
    withdrawn: Vec<review::Model>,
    /// Decisions for agencies in other states than their recipients.
    elsewhere: Vec<String>,
}

impl Matches {
    /// Reads the dataset.
    async fn new(job: &Job) -> Result<Self, DbErr> {
        let recipients = Recipients::new(job).await?;
        let ids = recipients.agencies.all().map(|(at, row)| (row.id, at)).collect();
        let next_id = job.load.next_id::<review::Entity>().await?;
        let (unmet, withdrawn, elsewhere) = (BTreeMap::new(), Vec::new(), Vec::new());
        Ok(Self { recipients, ids, next_id, any: false, unmet, withdrawn, elsewhere })
    }

    /// The recipient that the row names.
    fn decision(&self, row: &FileRow<'_>) -> Result<Decision, RowRefusal> {
        let agency = |at: usize| self.recipients.agencies.get(at);
        let by_ori = match row.read("ori", str::parse::<Ori>)? {
            None => None,
            Some(ori) => match self.recipients.agencies.find(&ori) {
                None => return Err(row.refuse("ori", "is not the ORI of an agency in the dataset")),
                Some(at) => Some(agency(at)),
            },
        };
        let id =
            row.read("agency_id", |text| text.parse::<i32>().map_err(|_| "is not an agency id"))?;
        let by_id = match id {
            None => None,
            Some(id) => match self.ids.get(&id) {
                None => {
                    return Err(
                        row.refuse("agency_id", "is not the id of an agency in the dataset")
                    );
                }
                Some(at) => Some(agency(*at)),
            },
        };
        match (by_ori, by_id) {
            (Some(by_ori), Some(by_id)) if by_ori.id != by_id.id => {
                Err(row.refuse("ori", "contradicts the agency id: clear the wrong one"))
            }
            // Ids belong to one database, and the file may come from another.
            (None, Some(agency)) if row.text("agency") != agency.name.as_deref() => {
                let name = agency.name.as_deref().unwrap_or("an agency without a name");
                Err(row
                    .refuse("agency", format!("is not the agency with this id, which is {name}")))
            }
            (Some(agency), _) | (None, Some(agency)) => Ok(Decision::Agency(agency.id)),
            (None, None) => Ok(Decision::Organization),
        }
    }

    /// Moves the awards of recipients with decisions.
    async fn relink(&mut self, job: &mut Job) -> Result<(), DbErr> {
        let (mut last, mut moved) = (0, Vec::new());
        loop {
            // A match by ORI needs no decision.
            let open = Condition::any()
                .add(grant::Column::MatchedBy.ne(MatchedBy::Ori))
                .add(grant::Column::MatchedBy.is_null());
            let rows = grant::Entity::find()
                .filter(grant::Column::Id.gt(last))
                .filter(open)
                .order_by_asc(grant::Column::Id)
                .limit(CHUNK)
                .all(job.load.transaction())
                .await?;
            let Some(end) = rows.last() else { break };
            last = end.id;
            for row in rows {
                let Some(mut described) = self.recipients.described(&row) else { continue };
                let taken_back = self.withdrawn.iter().find(|it| {
                    let (one, other) = (&it.uei, &described.uei);
                    row.matched_by == Some(MatchedBy::Reviewed)
                        && it.agency_id == row.agency_id
                        && (one.is_none() || other.is_none() || one == other)
                        && it.recipient_key == Name::of(&described.name).form
                });
                if let Some(review) = taken_back {
                    described.state.clone_from(&review.state);
                }
                let is_taken_back = taken_back.is_some();
                for review in self.recipients.deciding(&described) {
                    self.unmet.remove(&review);
                }
                let (recipient, by) = match self.recipients.decided(&described) {
                    Some(decision) => {
                        (self.recipient(job, decision, described), MatchedBy::Reviewed)
                    }
                    None if is_taken_back => {
                        let found = self.recipients.find(job, described);
                        (found.recipient, found.by)
                    }
                    None => continue,
                };
                let (agency_id, organization_id) = recipient.columns();
                let before = (row.agency_id, row.organization_id, row.matched_by);
                let after = (agency_id, organization_id, Some(by));
                let tally = job.report.tally("grants");
                if before == after {
                    tally.unchanged += 1;
                } else {
                    tally.changed += 1;
                    let (agency_id, organization_id, matched_by) = after;
                    let revision_id = job.load.revision();
                    // The award keeps its source file.
                    moved.push(grant::Model {
                        agency_id,
                        organization_id,
                        matched_by,
                        revision_id,
                        ..row
                    });
                }
            }
        }
        self.recipients.write(job).await?;
        job.load.change::<grant::Entity>(moved).await
    }

    fn recipient(&mut self, job: &mut Job, decision: Decision, described: Described) -> Recipient {
        match decision {
            Decision::Agency(id) => Recipient::Agency(id),
            Decision::Organization => {
                Recipient::Organization(self.recipients.organization(job, described))
            }
        }
    }
}

impl FormatReader for Matches {
    const TELLING: &[&[&str]] = &[&["recipient", "found", "agency_id", "decision"]];
    type Record = DecidedRecipient;

    async fn open(job: &mut Job, _request: &ImportRequest) -> Result<Self, ImportError> {
        Ok(Self::new(job).await?)
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "reviews"
    }

    fn known_shapes() -> Vec<TableShape> {
        let fields = ["!recipient", "!state", "!uei", "!agency_id", "!ori", "agency", "!decision"];
        vec![TableShape::new("reviews", &fields)]
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<DecidedRecipient>, RowRefusal> {
        let is_made = row.read("decision", |text| match text.to_ascii_lowercase().as_str() {
            "yes" => Ok(Some(true)),
            "withdraw" => Ok(Some(false)),
            "no" => Ok(None),
            _ => Err("is not yes, no or withdraw"),
        })?;
        let Some(is_made) = is_made.flatten() else {
            return Ok(RowMeaning::LeaveOut("candidates without a decision (left out)"));
        };
        let name = row.line_of_text("recipient");
        let Some(name) = name else { return Err(row.refuse("recipient", "is empty")) };
        let name = review_file::of_text(&name).to_owned();
        let form = Name::of(&name).form;
        let state = row.read("state", values::state)?;
        let uei = row.text("uei").map(str::to_uppercase);
        let decision = if is_made { Some(self.decision(row)?) } else { None };
        let known = self.recipients.reviews.find(&form, state.as_ref(), uei.as_deref());
        if decision.is_none() && known.is_none() {
            let reason = "withdraws a decision that does not exist: name, state and UEI must match it exactly";
            return Err(row.refuse("decision", reason));
        }
        Ok(RowMeaning::Take(DecidedRecipient { name, form, state, uei, decision }))
    }

    fn claims(&self, record: &DecidedRecipient) -> Vec<Claim> {
        let DecidedRecipient { form, state, uei, decision, .. } = record;
        vec![Claim::new("decision", "recipient", &(form, state, uei), decision)]
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<DecidedRecipient>) -> Result<(), DbErr> {
        for record in batch {
            let DecidedRecipient { name, form, state, uei, decision } = record;
            self.any = true;
            let known =
                self.recipients.reviews.find(&form, state.as_ref(), uei.as_deref()).cloned();
            let tally = job.report.tally("reviews");
            let Some(decision) = decision else {
                if let Some(known) = known {
                    tally.removed += 1;
                    self.recipients.reviews.forget(&known);
                    let it = review::Column::Id.eq(known.id);
                    job.load.remove::<review::Entity>(it).await?;
                    self.withdrawn.push(known);
                }
                continue;
            };
            let told = state.as_ref().map_or(name.clone(), |state| format!("{name}, {state}"));
            if let Decision::Agency(id) = decision
                && let Some(agency) = self.recipients.agencies.of_id(id)
                && agency.state.is_some()
                && state.is_some()
                && agency.state != state
            {
                let called = agency.name.as_deref().unwrap_or("an agency without a name");
                let of = agency.state.as_ref().map_or("", State::as_str);
                self.elsewhere.push(format!("{told}: {called}, {of}"));
            }
            let id = known.as_ref().map_or(self.next_id, |known| known.id);
            self.unmet.insert(id, told);
            if known.as_ref().is_some_and(|known| Decision::of(known) == decision) {
                tally.unchanged += 1;
                continue;
            }
            let agency_id = match decision {
                Decision::Agency(id) => Some(id),
                Decision::Organization => None,
            };
            let mut row = review::Model {
                id: self.next_id,
                recipient_key: form,
                state,
                uei,
                recipient: name,
                agency_id,
                source_id: job.source_id,
                revision_id: job.load.revision(),
            };
            if let Some(known) = known {
                row.id = known.id;
                tally.changed += 1;
                job.load.change::<review::Entity>(vec![row.clone()]).await?;
            } else {
                self.next_id += 1;
                tally.added += 1;
                job.load.insert::<review::Entity>(std::slice::from_ref(&row)).await?;
            }
            self.recipients.reviews.take(row);
        }
        Ok(())
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        if self.any {
            self.relink(job).await?;
        }
        let some = |all: &mut dyn Iterator<Item = &String>| -> Vec<String> {
            all.take(EXAMPLES).cloned().collect()
        };
        let (count, examples) = (self.unmet.len(), some(&mut self.unmet.values()));
        job.report.warn(UNMET, count as u64, examples);
        let (count, examples) = (self.elsewhere.len(), some(&mut self.elsewhere.iter()));
        job.report.warn(ELSEWHERE, count as u64, examples);
        Ok(())
    }
}
