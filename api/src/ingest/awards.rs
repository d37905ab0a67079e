//! Awards of a load, whatever format they come from: found by key, compared, added or changed.
//!
//! A row may say something about an award that another row of the same load says differently: each
//! transaction repeats the award as it stood on its day. So what is later wins, by the day and the
//! number of the modification, whatever the order of the rows or of the files; what the later one
//! leaves empty, the earlier one fills.
//!
//! Of each award that the load has seen a few bytes are kept in memory, and no more.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use chrono::NaiveDate;
use entity::{
    grant,
    kind::{GrantStatus, Instrument},
    obligation,
    scalar::Dollars,
    search::Searched as _,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::{
    job::Job,
    recipients::{Described, Recipient, Recipients},
};

/// Awards that a report names as examples.
const EXAMPLES: usize = 5;

/// The day and the modification as of which something is said.
pub(crate) type AsOf = (NaiveDate, ModificationOrder);

/// The place of a modification among those of one day, as people count them: `0` and `00` are the first, then come
/// `00-1`, `01`, `01-1`, `02`, `P00003` and `10`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModificationOrder([u64; 4]);

impl ModificationOrder {
    /// After all modifications.
    pub(crate) const LAST: Self = Self([u64::MAX; 4]);

    /// The place of a number. Letters before the first digit only say what kind of number it is; a letter after one
    /// counts within it.
    pub(crate) fn of(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default();
        let text = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let mut numbers = [0; 4];
        let mut chars = text.chars().peekable();
        let mut at = 0;
        while let Some(c) = chars.next() {
            let number = match c {
                '0'..='9' => {
                    let mut number = u64::from(c as u32 - '0' as u32);
                    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                        number = number.saturating_mul(10).saturating_add(digit.into());
                        chars.next();
                    }
                    number
                }
                c if c.is_ascii_alphabetic() => {
                    u64::from(c.to_ascii_uppercase() as u32 - 'A' as u32 + 1)
                }
                _ => continue,
            };
            let Some(place) = numbers.get_mut(at) else { break };
            *place = number;
            at += 1;
        }
        Self(numbers)
    }

    /// Whether it is the award itself, before any modification.
    pub(crate) fn is_base(self) -> bool {
        self == Self::default()
    }
}

/// What a row says about an award. What is `None`, it does not say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Award {
    /// The award, where it is known already which one it is.
    pub(crate) grant_id: Option<i32>,
    pub(crate) number: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) usaspending_key: Option<String>,
    pub(crate) recipient: Described,
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
    /// Whether it has obligations, whose sum then is its federal share.
    obligated: bool,
}

/// An award on its way to the database.
struct AwardSlot {
    row: grant::Model,
    before: Option<grant::Model>,
    touched: TouchedAward,
}

/// The awards of a load.
pub(crate) struct Awards {
    touched: HashMap<i32, TouchedAward>,
    next_id: i32,
    /// Whether the dataset had any obligations before the load.
    any_obligations: bool,
    /// The awards of the load whose program is not known.
    programless: BTreeMap<i32, String>,
}

impl Awards {
    /// Begins with none.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        let some = obligation::Entity::find().limit(1).count(job.load.transaction()).await?;
        Ok(Self {
            touched: HashMap::new(),
            next_id: job.load.next_id::<grant::Entity>().await?,
            any_obligations: some > 0,
            programless: BTreeMap::new(),
        })
    }

    /// Whether the load has come upon an award.
    pub(crate) fn has_touched(&self, id: i32) -> bool {
        self.touched.contains_key(&id)
    }

    /// Notes that an award has obligations.
    pub(crate) fn obligated(&mut self, id: i32) {
        if let Some(touched) = self.touched.get_mut(&id) {
            touched.obligated = true;
        }
    }

    /// Notes that an award was changed by something else than what was said about it.
    pub(crate) fn changed(&mut self, id: i32) {
        let new = TouchedAward { fate: Fate::Changed, as_of: None, obligated: true };
        let touched = self.touched.entry(id).or_insert(new);
        if touched.fate == Fate::Unchanged {
            touched.fate = Fate::Changed;
        }
    }

    /// Notes that an award was taken out.
    pub(crate) fn removed(&mut self, id: i32) {
        let new = TouchedAward { fate: Fate::Removed, as_of: None, obligated: false };
        self.touched.insert(id, new);
        self.programless.remove(&id);
    }

    /// Writes what rows say about awards, and tells the id of the award of each row.
    pub(crate) async fn write(
        &mut self,
        job: &mut Job,
        recipients: &mut Recipients,
        awards: Vec<Award>,
    ) -> Result<Vec<i32>, DbErr> {
        let mut batch = self.known(job, &awards).await?;
        let mut ids = Vec::with_capacity(awards.len());
        for award in awards {
            let recipient = recipients.find(job, award.recipient.clone());
            let id = batch.find(&award).unwrap_or_else(|| {
                let id = self.next_id;
                self.next_id += 1;
                let touched = TouchedAward { fate: Fate::Added, as_of: None, obligated: false };
                batch.slots.insert(id, AwardSlot { row: blank(id), before: None, touched });
                id
            });
            ids.push(id);
            if let Some(slot) = batch.slots.get_mut(&id) {
                let free = |key: &str| !batch.by_key.contains_key(key);
                slot.apply(&award, recipient, free);
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

    /// The awards of the dataset that rows may be about.
    async fn known(&self, job: &Job, awards: &[Award]) -> Result<AwardBatch, DbErr> {
        let transaction = job.load.transaction();
        let keys = |part: fn(&Award) -> Option<&String>| {
            let mut keys: Vec<&String> = awards.iter().filter_map(part).collect();
            keys.sort_unstable();
            keys.dedup();
            keys
        };
        let by_usaspending_key = keys(|award| award.usaspending_key.as_ref());
        let by_key = keys(|award| award.key.as_ref());
        let by_id: Vec<i32> = awards.iter().filter_map(|award| award.grant_id).collect();
        let mut batch = AwardBatch::default();
        let conditions = [
            grant::Column::UsaspendingKey.is_in(by_usaspending_key),
            grant::Column::AwardKey.is_in(by_key),
            grant::Column::Id.is_in(by_id),
        ];
        for condition in conditions {
            for row in grant::Entity::find().filter(condition).all(transaction).await? {
                batch.add(row, &self.touched);
            }
        }
        self.add_obligations(job, &mut batch).await?;
        Ok(batch)
    }

    /// Of awards that the load has not come upon yet: as of when the dataset knows them.
    async fn add_obligations(&self, job: &Job, batch: &mut AwardBatch) -> Result<(), DbErr> {
        let fresh: Vec<i32> =
            batch.slots.keys().filter(|id| !self.touched.contains_key(id)).copied().collect();
        if !self.any_obligations || fresh.is_empty() {
            return Ok(());
        }
        let rows: Vec<(i32, NaiveDate, Option<String>)> = obligation::Entity::find()
            .select_only()
            .columns([
                obligation::Column::GrantId,
                obligation::Column::ObligatedOn,
                obligation::Column::ModificationNumber,
            ])
            .filter(obligation::Column::GrantId.is_in(fresh))
            .into_tuple()
            .all(job.load.transaction())
            .await?;
        for (id, day, modification) in rows {
            if let Some(slot) = batch.slots.get_mut(&id) {
                let as_of = Some((day, ModificationOrder::of(modification.as_deref())));
                slot.touched.obligated = true;
                slot.touched.as_of = slot.touched.as_of.max(as_of);
            }
        }
        Ok(())
    }

    async fn store(&mut self, job: &Job, batch: AwardBatch) -> Result<(), DbErr> {
        let (mut added, mut changed) = (Vec::new(), Vec::new());
        for (id, mut slot) in batch.slots {
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
        for row in changed {
            job.load.change::<grant::Entity>(vec![row]).await?;
        }
        Ok(())
    }

    /// Counts what became of the awards.
    pub(crate) fn count(&self, job: &mut Job) {
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
            "awards of which no program is known",
            self.programless.len() as u64,
            examples,
        );
    }
}

/// The awards that a batch of rows is about.
#[derive(Default)]
struct AwardBatch {
    slots: BTreeMap<i32, AwardSlot>,
    by_key: HashMap<String, i32>,
    by_usaspending_key: HashMap<String, i32>,
}

impl AwardBatch {
    fn add(&mut self, row: grant::Model, touched: &HashMap<i32, TouchedAward>) {
        let new = TouchedAward { fate: Fate::Unchanged, as_of: None, obligated: false };
        let touched = touched.get(&row.id).copied().unwrap_or(new);
        if let Some(key) = &row.award_key {
            self.by_key.insert(key.clone(), row.id);
        }
        if let Some(key) = &row.usaspending_key {
            self.by_usaspending_key.insert(key.clone(), row.id);
        }
        let before = Some(row.clone());
        self.slots.entry(row.id).or_insert(AwardSlot { row, before, touched });
    }

    /// The award that a row is about. An award number is unique within an agency of the government
    /// only, so of two different keys of USAspending it takes the same listing to be one award.
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

impl AwardSlot {
    fn apply(&mut self, award: &Award, recipient: Recipient, free: impl Fn(&str) -> bool) {
        let later = award.as_of.is_none() || award.as_of >= self.touched.as_of;
        self.touched.as_of = self.touched.as_of.max(award.as_of);
        let row = &mut self.row;
        if row.award_key.is_none() && award.key.as_deref().is_some_and(free) {
            row.award_key.clone_from(&award.key);
        }
        if row.award_number.is_none() {
            row.award_number.clone_from(&award.number);
        }
        set(&mut row.usaspending_key, award.usaspending_key.as_ref(), later);
        let unknown = row.agency_id.is_none() && row.organization_id.is_none();
        match recipient {
            Recipient::Agency(id) if later || unknown => {
                (row.agency_id, row.organization_id) = (Some(id), None);
            }
            // A list that gives the ORI knows more than a name that leads to no agency.
            Recipient::Organization(id) if unknown || (later && row.agency_id.is_none()) => {
                row.organization_id = Some(id);
            }
            _ => {}
        }
        set(&mut row.program_id, award.program_id.as_ref(), later);
        set(&mut row.assistance_listing, award.listing.as_ref(), later);
        set(&mut row.instrument, award.instrument.as_ref(), later);
        set(&mut row.fiscal_year, award.fiscal_year.as_ref(), later);
        set(&mut row.announced_on, award.announced_on.as_ref(), later);
        set(&mut row.period_start, award.period_start.as_ref(), later);
        set(&mut row.period_end, award.period_end.as_ref(), later);
        set(&mut row.original_period_end, award.original_period_end.as_ref(), later);
        set(&mut row.local_match, award.local_match.as_ref(), later);
        set(&mut row.project_total, award.project_total.as_ref(), later);
        set(&mut row.outlayed, award.outlayed.as_ref(), later);
        set(&mut row.status, award.status.as_ref(), later);
        set(&mut row.title, award.title.as_ref(), later);
        // Where there are obligations, their sum and their first day stand.
        if !self.touched.obligated {
            set(&mut row.obligated_on, award.obligated_on.as_ref(), later);
            set(&mut row.federal_share, award.federal_share.as_ref(), later);
        }
    }
}

/// Takes a value that is said; an earlier word only where nothing is known.
fn set<T: Clone>(target: &mut Option<T>, said: Option<&T>, later: bool) {
    if said.is_some() && (later || target.is_none()) {
        *target = said.cloned();
    }
}

/// An award in a report.
fn shown(row: &grant::Model) -> String {
    let number = row.award_number.as_deref().or(row.usaspending_key.as_deref());
    let mut text = number.unwrap_or("an award without a number").to_owned();
    if let Some(title) = &row.title {
        let start: String = title.chars().take(60).collect();
        let more = if start.len() < title.len() { "..." } else { "" };
        // Writing to a text cannot fail.
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

#[cfg(test)]
mod tests {
    use super::ModificationOrder;

    #[test]
    fn modifications_come_in_the_order_in_which_people_count() {
        let order = |text: &str| ModificationOrder::of(Some(text));
        for groups in [
            &["0", "00-1", "01", "01-1", "01-2", "02", "P00003", "10", "A00011"][..],
            &["", "1", "1A", "1B", "2", "20240101", "999999999999999999999"],
            &["P00000", "M001", "Mod 2", "Amendment No. 3", "003-01", "4"],
        ] {
            for pair in groups.windows(2) {
                assert!(order(pair[0]) < order(pair[1]), "{pair:?}");
            }
        }
        assert!(order("00").is_base() && order("P00000").is_base() && !order("00-1").is_base());
        assert!(ModificationOrder::of(None).is_base());
        assert_eq!(order("1"), order("01"));
        assert!(order("99-99") < ModificationOrder::LAST);
    }
}
