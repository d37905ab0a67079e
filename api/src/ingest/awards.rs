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
    kind::{ClaimField, ClaimOrigin, GrantStatus, Instrument, MatchedBy},
    obligation,
    scalar::Dollars,
    search::Searched as _,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::{
    job::Job,
    recipients::{Described, FoundRecipient, Recipient, Recipients},
    sources::{ClaimKey, ClaimText, GrantClaims, Origins, are_different, certainty, most_trusted},
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
    /// What its sources say, where there are several kinds of them.
    claims: GrantClaims,
}

/// The awards of a load.
pub(crate) struct Awards {
    touched: HashMap<i32, TouchedAward>,
    next_id: i32,
    /// Whether the dataset had any obligations before the load.
    any_obligations: bool,
    origins: Origins,
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
            origins: Origins::new(job).await?,
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
            let found = recipients.find(job, award.recipient.clone());
            let id = batch.find(&award).unwrap_or_else(|| {
                let id = self.next_id;
                self.next_id += 1;
                let touched = TouchedAward { fate: Fate::Added, as_of: None, obligated: false };
                let claims = GrantClaims::default();
                batch.slots.insert(id, AwardSlot { row: blank(id), before: None, touched, claims });
                id
            });
            ids.push(id);
            if let Some(slot) = batch.slots.get_mut(&id) {
                let free = |key: &str| !batch.by_key.contains_key(key);
                slot.apply(&award, found, free, (&self.origins, job.source_id));
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
        let ids: Vec<i32> = batch.slots.keys().copied().collect();
        for (id, claims) in self.origins.claims(job, &ids).await? {
            if let Some(slot) = batch.slots.get_mut(&id) {
                slot.claims = claims;
            }
        }
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

    /// Settles what sources say differently, and counts what became of the awards.
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
        let claims = GrantClaims::default();
        self.slots.entry(row.id).or_insert(AwardSlot { row, before, touched, claims });
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
    fn apply(
        &mut self,
        award: &Award,
        found: FoundRecipient,
        free: impl Fn(&str) -> bool,
        (origins, source_id): (&Origins, i32),
    ) {
        let later = award.as_of.is_none() || award.as_of >= self.touched.as_of;
        self.touched.as_of = self.touched.as_of.max(award.as_of);
        if self.claims.is_empty() && self.touched.fate != Fate::Added {
            let origin = origins.of(&self.row);
            if origin != origins.here {
                self.claims = origins.first_claims(&self.row, origin);
            }
        }
        let row = &mut self.row;
        if row.award_key.is_none() && award.key.as_deref().is_some_and(free) {
            row.award_key.clone_from(&award.key);
        }
        if row.award_number.is_none() {
            row.award_number.clone_from(&award.number);
        }
        set(&mut row.usaspending_key, award.usaspending_key.as_ref(), later);
        set(&mut row.district, award.district.as_ref(), later);
        let origin = origins.here;
        let claims = &mut self.claims;
        let mut told = ToldOfAward { claims, grant_id: row.id, origin, source_id, later };
        told.recipient(row, &award.recipient, found);
        let program = |id: &i32| origins.program(*id);
        let field = ClaimField::Program;
        told.set_as(field, &mut row.program_id, award.program_id.as_ref(), program);
        let field = ClaimField::AssistanceListing;
        told.set(field, &mut row.assistance_listing, award.listing.as_ref());
        told.set(ClaimField::Instrument, &mut row.instrument, award.instrument.as_ref());
        told.set(ClaimField::FiscalYear, &mut row.fiscal_year, award.fiscal_year.as_ref());
        told.set(ClaimField::AnnouncedOn, &mut row.announced_on, award.announced_on.as_ref());
        told.set(ClaimField::PeriodStart, &mut row.period_start, award.period_start.as_ref());
        told.set(ClaimField::PeriodEnd, &mut row.period_end, award.period_end.as_ref());
        let (target, said) = (&mut row.original_period_end, award.original_period_end.as_ref());
        told.set(ClaimField::OriginalPeriodEnd, target, said);
        told.set(ClaimField::LocalMatch, &mut row.local_match, award.local_match.as_ref());
        told.set(ClaimField::ProjectTotal, &mut row.project_total, award.project_total.as_ref());
        told.set(ClaimField::Outlayed, &mut row.outlayed, award.outlayed.as_ref());
        told.set(ClaimField::Status, &mut row.status, award.status.as_ref());
        told.set(ClaimField::Title, &mut row.title, award.title.as_ref());
        // Where there are obligations, their sum and their first day stand, whatever a list says.
        if !self.touched.obligated {
            told.set(ClaimField::ObligatedOn, &mut row.obligated_on, award.obligated_on.as_ref());
            told.set(
                ClaimField::FederalShare,
                &mut row.federal_share,
                award.federal_share.as_ref(),
            );
        } else if origin != ClaimOrigin::Usaspending {
            told.claim(ClaimField::ObligatedOn, award.obligated_on.as_ref());
            told.claim(ClaimField::FederalShare, award.federal_share.as_ref());
        }
    }
}

/// What a row of a source tells of an award.
struct ToldOfAward<'a> {
    claims: &'a mut GrantClaims,
    grant_id: i32,
    origin: ClaimOrigin,
    source_id: i32,
    /// Whether it is later than what the origin has told so far.
    later: bool,
}

impl ToldOfAward<'_> {
    fn make(&mut self, field: ClaimField, value: String) -> bool {
        let key = ClaimKey { grant_id: self.grant_id, field, origin: self.origin };
        self.claims.make(key, value, self.source_id, self.later)
    }

    /// Takes a value that is said, and shows it where nobody is believed more.
    fn set_as<T: Clone>(
        &mut self,
        field: ClaimField,
        target: &mut Option<T>,
        said: Option<&T>,
        text: impl Fn(&T) -> String,
    ) {
        let Some(value) = said else { return };
        if self.claims.is_empty() {
            set(target, said, self.later);
        } else if self.make(field, text(value)) && self.claims.shows(field, self.origin) {
            *target = said.cloned();
        }
    }

    fn set<T: Clone + ClaimText>(
        &mut self,
        field: ClaimField,
        target: &mut Option<T>,
        said: Option<&T>,
    ) {
        self.set_as(field, target, said, ClaimText::claimed);
    }

    /// Keeps what is said where there are other sources, and shows it nowhere.
    fn claim<T: ClaimText>(&mut self, field: ClaimField, said: Option<&T>) {
        if let Some(value) = said.filter(|_| !self.claims.is_empty()) {
            self.make(field, value.claimed());
        }
    }

    /// Takes a recipient: of one origin the later one, but never an organization for an agency; of several the one that
    /// is found more surely.
    fn recipient(&mut self, row: &mut grant::Model, said: &Described, found: FoundRecipient) {
        let agency = row.agency_id.map(Recipient::Agency);
        let known = agency.or(row.organization_id.map(Recipient::Organization));
        let shown = self.claims.shown_recipient().map(|claim| claim.origin);
        let name = row.recipient_name.clone();
        let stands = !self.claims.is_empty() && self.make(ClaimField::Recipient, said.name.clone());
        let is_better = match shown {
            Some(shown) if shown != self.origin => {
                let sure = certainty(Some(found.recipient), Some(found.by));
                let known = certainty(known, row.matched_by);
                let is_trusted = most_trusted(ClaimField::Recipient) == self.origin;
                sure > known || (sure == known && is_trusted)
            }
            _ => match found.recipient {
                _ if known.is_none() => true,
                Recipient::Agency(_) => self.later,
                Recipient::Organization(_) => {
                    let is_decided = found.by == MatchedBy::Reviewed;
                    self.later && (agency.is_none() || is_decided)
                }
            },
        };
        if is_better {
            (row.agency_id, row.organization_id) = found.recipient.columns();
            row.matched_by = Some(found.by);
            let is_same = row.recipient_name.as_ref() == Some(&said.name);
            let uei = row.recipient_uei.take().filter(|_| is_same);
            row.recipient_uei = said.uei.clone().or(uei);
            row.recipient_name = Some(said.name.clone());
        }
        if stands {
            let said = (found.recipient, said.name.as_str());
            let differs = known.is_some_and(|known| are_different((known, name.as_deref()), said));
            let is_others = shown.is_some_and(|shown| shown != self.origin);
            let shown = if is_better || shown.is_none() { Some(self.origin) } else { shown };
            // What the other origin named is known where it was shown.
            let differs =
                if is_others { differs } else { self.claims.recipient_differs() || differs };
            let is_alone = self.claims.recipients() < 2;
            self.claims.show_recipient(shown.unwrap_or(self.origin), differs && !is_alone);
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
