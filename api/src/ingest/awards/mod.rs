//! The awards of a load in any format: found by key, compared, added or changed.
//!
//! Rows of one load may describe the same award differently: each transaction repeats the award as it was on its day.
//! The later row wins, by day and modification number, whatever the order of rows and files. Earlier rows fill what the
//! later one leaves empty.
//!
//! Only a few bytes of each award in the load are kept in memory.

mod joining;
mod modification;
mod slot;

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use chrono::NaiveDate;
use entity::{
    grant,
    kind::{ClaimField, GrantStatus, Instrument},
    obligation,
    scalar::Dollars,
    search::Searched as _,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::SimpleExpr,
};

pub(crate) use self::modification::ModificationOrder;
use super::{
    award_money::{AwardShare, MoneyBefore, StatedTotal},
    claims::EmptyFields,
    grant_claims::GrantClaims,
    job::Job,
    recipients::{Described, Recipients},
    sources::Origins,
};

/// How many examples the report lists.
const EXAMPLES: usize = 5;

/// The day and modification as of which something is stated.
pub(crate) type AsOf = (NaiveDate, ModificationOrder);

/// The values in a row about an award. `None` means that it says nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Award {
    /// The id of the award, if already known.
    pub(crate) grant_id: Option<i32>,
    pub(crate) number: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) usaspending_key: Option<String>,
    pub(crate) recipient: Described,
    /// The congressional district of the recipient, such as `CA-37`.
    pub(crate) district: Option<String>,
    pub(crate) program_id: Option<i32>,
    pub(crate) listing: Option<String>,
    pub(crate) instrument: Option<Instrument>,
    pub(crate) fiscal_year: Option<i32>,
    pub(crate) announced_on: Option<NaiveDate>,
    pub(crate) obligated_on: Option<NaiveDate>,
    pub(crate) period_start: Option<NaiveDate>,
    pub(crate) period_end: Option<NaiveDate>,
    pub(crate) original_period_end: Option<NaiveDate>,
    pub(crate) federal_share: Option<Dollars>,
    pub(crate) local_match: Option<Dollars>,
    pub(crate) project_total: Option<Dollars>,
    pub(crate) outlayed: Option<Dollars>,
    pub(crate) status: Option<GrantStatus>,
    pub(crate) title: Option<String>,
    pub(crate) as_of: Option<AsOf>,
    /// The sum of all transactions, as the source states it.
    pub(crate) stated_total: Option<Dollars>,
    /// The fields that the source has a column for but leaves empty: its earlier values are withdrawn.
    pub(crate) withdrawn: EmptyFields<ClaimField>,
}

/// What a load has done with an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Added,
    Changed,
    Unchanged,
    Removed,
}

#[derive(Clone, Copy, Debug)]
struct TouchedAward {
    fate: Fate,
    as_of: Option<AsOf>,
    /// Whether it has obligations. If all are present, their sum is its federal share.
    obligated: bool,
    /// The total that rows of USAspending state.
    stated: StatedTotal,
}

impl TouchedAward {
    /// An award without any rows of the load so far.
    fn new(fate: Fate) -> Self {
        Self { fate, as_of: None, obligated: false, stated: StatedTotal::Unsaid }
    }
}

/// An award about to be written.
struct AwardSlot {
    row: grant::Model,
    before: Option<grant::Model>,
    touched: TouchedAward,
    /// The claims of its sources, if it has several origins.
    claims: GrantClaims,
}

/// The awards of a load.
pub(crate) struct Awards {
    touched: HashMap<i32, TouchedAward>,
    /// The money of changed awards before the load.
    before: HashMap<i32, MoneyBefore>,
    next_id: i32,
    /// Whether the dataset had any obligations before the load.
    any_obligations: bool,
    origins: Origins,
    /// The awards of the load without a known program.
    programless: BTreeMap<i32, String>,
}

impl Awards {
    /// Starts empty.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        let some = obligation::Entity::find().limit(1).count(job.load.transaction()).await?;
        Ok(Self {
            touched: HashMap::new(),
            before: HashMap::new(),
            next_id: job.load.next_id::<grant::Entity>().await?,
            any_obligations: some > 0,
            origins: Origins::new(job).await?,
            programless: BTreeMap::new(),
        })
    }

    /// Whether the load has touched an award.
    pub(crate) fn has_touched(&self, id: i32) -> bool {
        self.touched.contains_key(&id)
    }

    /// Records that an award has obligations.
    pub(crate) fn obligated(&mut self, id: i32) {
        if let Some(touched) = self.touched.get_mut(&id) {
            touched.obligated = true;
        }
    }

    /// Records that an award changed other than through its own rows.
    pub(crate) fn changed(&mut self, id: i32) {
        let new = TouchedAward { obligated: true, ..TouchedAward::new(Fate::Changed) };
        let touched = self.touched.entry(id).or_insert(new);
        if touched.fate == Fate::Unchanged {
            touched.fate = Fate::Changed;
        }
    }

    /// Records that an award was removed.
    pub(crate) fn removed(&mut self, id: i32) {
        self.touched.insert(id, TouchedAward::new(Fate::Removed));
        self.programless.remove(&id);
    }

    /// Writes what rows say about awards, and returns the award id of each row.
    pub(crate) async fn write(
        &mut self,
        job: &mut Job,
        recipients: &mut Recipients,
        awards: Vec<Award>,
    ) -> Result<Vec<i32>, DbErr> {
        let mut batch = self.known(job, &awards).await?;
        let mut ids = Vec::with_capacity(awards.len());
        for award in awards {
            let found = recipients.find(job, award.recipient.clone());
            let id = batch.find(&award).unwrap_or_else(|| {
                let id = self.next_id;
                self.next_id += 1;
                let touched = TouchedAward::new(Fate::Added);
                let claims = GrantClaims::default();
                batch.slots.insert(id, AwardSlot { row: blank(id), before: None, touched, claims });
                id
            });
            ids.push(id);
            if let Some(slot) = batch.slots.get_mut(&id) {
                let free = |key: &str| !batch.by_key.contains_key(key);
                let here = (self.origins.here, job.source_id);
                slot.apply(&award, found, free, (&self.origins, here));
                if let Some(key) = &slot.row.award_key {
                    batch.by_key.insert(key.clone(), id);
                }
                if let Some(key) = &slot.row.usaspending_key {
                    batch.by_usaspending_key.insert(key.clone(), id);
                }
            }
        }
        recipients.write(job).await?;
        self.store(job, batch).await?;
        Ok(ids)
    }

    /// The awards of the dataset that rows may describe.
    async fn known(&mut self, job: &Job, awards: &[Award]) -> Result<AwardBatch, DbErr> {
        let keys = |part: fn(&Award) -> Option<&String>| {
            let mut keys: Vec<&String> = awards.iter().filter_map(part).collect();
            keys.sort_unstable();
            keys.dedup();
            keys
        };
        let by_usaspending_key = keys(|award| award.usaspending_key.as_ref());
        let by_key = keys(|award| award.key.as_ref());
        let by_id: Vec<i32> = awards.iter().filter_map(|award| award.grant_id).collect();
        let conditions = [
            grant::Column::UsaspendingKey.is_in(by_usaspending_key),
            grant::Column::AwardKey.is_in(by_key),
            grant::Column::Id.is_in(by_id),
        ];
        self.batch(job, conditions).await
    }

    /// Remembers the money of awards before their transactions change.
    pub(crate) async fn remember(&mut self, job: &Job, ids: &[i32]) -> Result<(), DbErr> {
        let fresh = ids.iter().filter(|id| !self.touched.contains_key(id)).copied();
        self.batch(job, [grant::Column::Id.is_in(fresh)]).await.map(|_| ())
    }

    /// The awards that meet any of the conditions.
    async fn batch(
        &mut self,
        job: &Job,
        conditions: impl IntoIterator<Item = SimpleExpr>,
    ) -> Result<AwardBatch, DbErr> {
        let mut batch = AwardBatch::default();
        for condition in conditions {
            for row in grant::Entity::find().filter(condition).all(job.load.transaction()).await? {
                batch.add(row, &self.touched);
            }
        }
        let sums = self.add_obligations(job, &mut batch).await?;
        let ids: Vec<i32> = batch.slots.keys().copied().collect();
        for (id, claims) in self.origins.claims(job, &ids).await? {
            if let Some(slot) = batch.slots.get_mut(&id) {
                slot.claims = claims;
            }
        }
        for (id, slot) in &batch.slots {
            let share = self.origins.usaspending_share(&slot.row, &slot.claims);
            let before = MoneyBefore { share, sum: sums.get(id).copied().map(Dollars) };
            if !self.touched.contains_key(id) && before != MoneyBefore::default() {
                self.before.entry(*id).or_insert(before);
            }
        }
        Ok(batch)
    }

    /// For awards that the load has not touched: sets as of when their data is known, and returns the cents of their
    /// transactions.
    async fn add_obligations(
        &self,
        job: &Job,
        batch: &mut AwardBatch,
    ) -> Result<HashMap<i32, i64>, DbErr> {
        let fresh: Vec<i32> =
            batch.slots.keys().filter(|id| !self.touched.contains_key(id)).copied().collect();
        if !self.any_obligations || fresh.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(i32, NaiveDate, Option<String>, Dollars)> = obligation::Entity::find()
            .select_only()
            .columns([
                obligation::Column::GrantId,
                obligation::Column::ObligatedOn,
                obligation::Column::ModificationNumber,
                obligation::Column::Amount,
            ])
            .filter(obligation::Column::GrantId.is_in(fresh))
            .into_tuple()
            .all(job.load.transaction())
            .await?;
        let mut sums: HashMap<i32, i64> = HashMap::new();
        for (id, day, modification, amount) in rows {
            *sums.entry(id).or_default() += amount.0;
            if let Some(slot) = batch.slots.get_mut(&id) {
                let as_of = Some((day, ModificationOrder::of(modification.as_deref())));
                slot.touched.obligated = true;
                slot.touched.as_of = slot.touched.as_of.max(as_of);
            }
        }
        Ok(sums)
    }

    /// The awards with transactions for which the load states a total other than their previous sum.
    pub(crate) fn stated_otherwise(&self) -> Vec<i32> {
        let differs = |id: &i32, touched: &TouchedAward| {
            let sum = self.before.get(id).and_then(|before| before.sum);
            let is_said = matches!(touched.stated, StatedTotal::Said(total) if Some(total) != sum);
            touched.obligated && is_said && sum.is_some()
        };
        let ids = self.touched.iter().filter(|(id, touched)| differs(id, touched));
        ids.map(|(id, _)| *id).collect()
    }

    /// The federal share of an award, given the sum of its transactions.
    pub(crate) fn share(&self, id: i32, sum: Dollars, has_first: bool) -> AwardShare {
        let stated = self.touched.get(&id).map_or(StatedTotal::Unsaid, |touched| touched.stated);
        let before = self.before.get(&id).copied().unwrap_or_default();
        AwardShare::of(stated, before, sum, has_first)
    }

    async fn store(&mut self, job: &mut Job, batch: AwardBatch) -> Result<(), DbErr> {
        let (mut added, mut changed, mut claims) = (Vec::new(), Vec::new(), Vec::new());
        for (id, mut slot) in batch.slots {
            if !slot.claims.is_empty() {
                claims.push(std::mem::take(&mut slot.claims));
            }
            if slot.row.program_id.is_some() {
                self.programless.remove(&id);
            } else {
                self.programless.insert(id, shown(&slot.row));
            }
            if slot.before.as_ref() != Some(&slot.row) {
                slot.row.source_id = job.source_id;
                slot.row.revision_id = job.load.revision();
                slot.row.search = slot.row.searched();
                if slot.before.is_none() {
                    added.push(slot.row);
                } else {
                    changed.push(slot.row);
                    if slot.touched.fate == Fate::Unchanged {
                        slot.touched.fate = Fate::Changed;
                    }
                }
            }
            self.touched.insert(id, slot.touched);
        }
        job.load.insert::<grant::Entity>(&added).await?;
        job.load.change::<grant::Entity>(changed).await?;
        self.origins.store(job, claims).await
    }

    /// Settles differences between sources, and counts what happened to the awards.
    pub(crate) async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        for id in self.origins.settle(job).await? {
            self.changed(id);
        }
        self.origins.report(job, |id| self.has_touched(id)).await?;
        self.count(job);
        Ok(())
    }

    fn count(&self, job: &mut Job) {
        let tally = job.report.tally("grants");
        for touched in self.touched.values() {
            match touched.fate {
                Fate::Added => tally.added += 1,
                Fate::Changed => tally.changed += 1,
                Fate::Unchanged => tally.unchanged += 1,
                Fate::Removed => tally.removed += 1,
            }
        }
        let examples = self.programless.values().take(EXAMPLES).cloned().collect();
        job.report.note_with_examples(
            "awards without a known program",
            self.programless.len() as u64,
            examples,
        );
    }
}

/// The awards that a batch of rows describes.
#[derive(Default)]
struct AwardBatch {
    slots: BTreeMap<i32, AwardSlot>,
    by_key: HashMap<String, i32>,
    by_usaspending_key: HashMap<String, i32>,
}

impl AwardBatch {
    fn add(&mut self, row: grant::Model, touched: &HashMap<i32, TouchedAward>) {
        let new = || TouchedAward::new(Fate::Unchanged);
        let touched = touched.get(&row.id).copied().unwrap_or_else(new);
        if let Some(key) = &row.award_key {
            self.by_key.insert(key.clone(), row.id);
        }
        if let Some(key) = &row.usaspending_key {
            self.by_usaspending_key.insert(key.clone(), row.id);
        }
        let before = Some(row.clone());
        let claims = GrantClaims::default();
        self.slots.entry(row.id).or_insert(AwardSlot { row, before, touched, claims });
    }

    /// The award that a row describes. An award number is unique only within a government agency, so two awards with
    /// different USAspending keys are the same only if they have the same listing.
    fn find(&self, award: &Award) -> Option<i32> {
        let by_usaspending_key =
            award.usaspending_key.as_ref().and_then(|key| self.by_usaspending_key.get(key));
        let by_key = award.key.as_ref().and_then(|key| self.by_key.get(key)).filter(|id| {
            self.slots.get(id).is_some_and(|slot| {
                let other = slot.row.usaspending_key.is_some()
                    && award.usaspending_key.is_some()
                    && slot.row.usaspending_key != award.usaspending_key;
                !other || slot.row.assistance_listing == award.listing
            })
        });
        by_usaspending_key.or(by_key).copied().or(award.grant_id)
    }
}

/// An award as text for the report.
pub(crate) fn shown(row: &grant::Model) -> String {
    let number = row.award_number.as_deref().or(row.usaspending_key.as_deref());
    let mut text = number.unwrap_or("an award without a number").to_owned();
    if let Some(title) = &row.title {
        let start: String = title.chars().take(60).collect();
        let more = if start.len() < title.len() { "..." } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(text, " ({start}{more})");
    }
    text
}

fn blank(id: i32) -> grant::Model {
    grant::Model {
        id,
        award_number: None,
        award_key: None,
        usaspending_key: None,
        agency_id: None,
        organization_id: None,
        recipient_name: None,
        recipient_uei: None,
        district: None,
        district_id: None,
        matched_by: None,
        program_id: None,
        assistance_listing: None,
        instrument: None,
        fiscal_year: None,
        announced_on: None,
        obligated_on: None,
        period_start: None,
        period_end: None,
        original_period_end: None,
        federal_share: None,
        local_match: None,
        project_total: None,
        outlayed: None,
        status: None,
        title: None,
        search: String::new(),
        source_id: 0,
        revision_id: 0,
    }
}
