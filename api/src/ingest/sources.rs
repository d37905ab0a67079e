//! Reconciles what different sources say about one award.
//!
//! USAspending and the lists of the COPS Office describe the same awards. Their records meet in one grant, and each
//! statement is kept beside it as a *claim*: a field, a value and the kind of source (its *origin*). An award with one
//! origin has no claims; its columns are what that origin says. When a second origin arrives, the columns become claims
//! of the first.
//!
//! [`super::grant_claims`] declares which claim a column shows. For the recipient, the one found with the most
//! certainty is shown.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{
    claim, grant,
    kind::{ClaimField, ClaimOrigin, MatchedBy},
    obligation, program, revision,
    scalar::Dollars,
    source,
};
use sea_orm::{
    ActiveEnum as _, ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait as _,
};

use super::{
    Format,
    grant_claims::{ClaimKey, ClaimSlot, GrantClaims},
    job::Job,
    matching::are_alike,
    recipients::Recipient,
    values,
};

/// The warning about values that differ.
const DIFFERENCES: &str =
    "values on which sources of an award differ: the award shows the more trusted one";
/// How many differences the report lists.
const EXAMPLES: usize = 5;
/// How many awards' claims one statement writes.
const CHUNK: usize = 5_000;

/// How certain the match of a recipient is. An agency that a source names is more certain than one found through its
/// government, and an organization may be the government of an agency.
pub(crate) fn certainty(recipient: Option<Recipient>, by: Option<MatchedBy>) -> u8 {
    match (recipient, by) {
        (_, Some(MatchedBy::Ori)) => 5,
        (_, Some(MatchedBy::Reviewed)) => 4,
        (Some(Recipient::Agency(_)), Some(MatchedBy::Name) | None) => 3,
        (Some(Recipient::Agency(_)), _) => 2,
        (Some(Recipient::Organization(_)), _) => 1,
        (None, _) => 0,
    }
}

/// A value as the text of a claim.
pub(crate) trait ClaimText {
    /// The text.
    fn claimed(&self) -> String;

    /// Parses the text.
    fn of_claim(text: &str) -> Option<Self>
    where
        Self: Sized;
}

macro_rules! shown_as_they_are {
    ($($kind:ty),+) => { $(impl ClaimText for $kind {
        fn claimed(&self) -> String {
            self.to_string()
        }

        fn of_claim(text: &str) -> Option<Self> {
            text.parse().ok()
        }
    })+ };
}

shown_as_they_are!(String, i32, chrono::NaiveDate, Dollars);

impl ClaimText for entity::kind::Instrument {
    fn claimed(&self) -> String {
        self.to_value()
    }

    fn of_claim(text: &str) -> Option<Self> {
        Self::try_from_value(&text.to_owned()).ok()
    }
}

impl ClaimText for entity::kind::GrantStatus {
    fn claimed(&self) -> String {
        self.to_value()
    }

    fn of_claim(text: &str) -> Option<Self> {
        Self::try_from_value(&text.to_owned()).ok()
    }
}

/// What a list says about an award that distinguishes it from the recipient's other awards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListedTerms {
    pub(crate) share: Option<Dollars>,
    pub(crate) program_id: Option<i32>,
    pub(crate) fiscal_year: Option<i32>,
}

impl ListedTerms {
    /// Whether two programs can be the same; an unknown program can be any.
    pub(crate) fn may_share_program(self, other: Option<i32>) -> bool {
        self.program_id.is_none() || other.is_none() || self.program_id == other
    }

    /// Whether two years can be the same; an unknown year can be any.
    pub(crate) fn may_share_year(self, other: Option<i32>) -> bool {
        self.fiscal_year.is_none() || other.is_none() || self.fiscal_year == other
    }
}

/// What loads of awards know about origins.
pub(crate) struct Origins {
    /// The origin of the files of this load.
    pub(crate) here: ClaimOrigin,
    /// The source files of USAspending.
    usaspending: BTreeSet<i32>,
    /// Program codes by id.
    programs: HashMap<i32, String>,
    next_id: i32,
    /// Whether the dataset has any claims.
    any: bool,
}

impl Origins {
    /// Reads the origin of each source file.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        let db = job.load.transaction();
        let loads = revision::Entity::find()
            .select_only()
            .column(revision::Column::Id)
            .filter(revision::Column::Format.eq(Format::Usaspending.name()))
            .into_query();
        let usaspending: Vec<i32> = source::Entity::find()
            .select_only()
            .column(source::Column::Id)
            .filter(source::Column::RevisionId.in_subquery(loads))
            .into_tuple()
            .all(db)
            .await?;
        let programs: Vec<(i32, String)> = program::Entity::find()
            .select_only()
            .columns([program::Column::Id, program::Column::Code])
            .into_tuple()
            .all(db)
            .await?;
        let is_usaspending = job.report.format == Format::Usaspending.name();
        Ok(Self {
            here: if is_usaspending { ClaimOrigin::Usaspending } else { ClaimOrigin::AwardList },
            usaspending: usaspending.into_iter().collect(),
            programs: programs.into_iter().collect(),
            next_id: job.load.next_id::<claim::Entity>().await?,
            any: claim::Entity::find().limit(1).count(db).await? > 0,
        })
    }

    /// The code of a program.
    pub(crate) fn program(&self, id: i32) -> String {
        self.programs.get(&id).cloned().unwrap_or_default()
    }

    /// The program with a code.
    pub(crate) fn program_of(&self, code: &str) -> Option<i32> {
        self.programs.iter().find(|(_, known)| *known == code).map(|(id, _)| *id)
    }

    /// The origin of an award without claims.
    pub(crate) fn of(&self, row: &grant::Model) -> ClaimOrigin {
        if row.usaspending_key.is_some() || self.usaspending.contains(&row.source_id) {
            ClaimOrigin::Usaspending
        } else {
            ClaimOrigin::AwardList
        }
    }

    /// The federal share of an award according to USAspending.
    pub(crate) fn usaspending_share(
        &self,
        row: &grant::Model,
        claims: &GrantClaims,
    ) -> Option<Dollars> {
        if claims.is_empty() {
            return row.federal_share.filter(|_| self.of(row) == ClaimOrigin::Usaspending);
        }
        let claim = claims.find(ClaimField::FederalShare, ClaimOrigin::Usaspending)?;
        values::decimal(&claim.value).ok()
    }

    /// What lists say about an award; none if no list mentions it.
    pub(crate) fn listed(&self, row: &grant::Model, claims: &GrantClaims) -> Option<ListedTerms> {
        if claims.is_empty() {
            let (share, program_id, fiscal_year) =
                (row.federal_share, row.program_id, row.fiscal_year);
            let terms = ListedTerms { share, program_id, fiscal_year };
            return (self.of(row) == ClaimOrigin::AwardList).then_some(terms);
        }
        let said = |field| {
            let claim = claims.find(field, ClaimOrigin::AwardList);
            claim.map(|claim| claim.value.as_str())
        };
        said(ClaimField::Recipient)?;
        Some(ListedTerms {
            share: said(ClaimField::FederalShare).and_then(|text| values::decimal(text).ok()),
            program_id: said(ClaimField::Program).and_then(|code| self.program_of(code)),
            fiscal_year: said(ClaimField::FiscalYear).and_then(|text| text.parse().ok()),
        })
    }

    /// The columns of an award with one origin, as claims of that origin.
    pub(crate) fn first_claims(&self, row: &grant::Model, origin: ClaimOrigin) -> GrantClaims {
        fn text<T: ClaimText>(value: Option<&T>) -> Option<String> {
            value.map(ClaimText::claimed)
        }
        use ClaimField as Field;
        let mut claims = GrantClaims::default();
        let columns = [
            (Field::Recipient, row.recipient_name.clone()),
            (Field::Program, row.program_id.map(|id| self.program(id))),
            (Field::AssistanceListing, row.assistance_listing.clone()),
            (Field::Instrument, text(row.instrument.as_ref())),
            (Field::FiscalYear, text(row.fiscal_year.as_ref())),
            (Field::AnnouncedOn, text(row.announced_on.as_ref())),
            (Field::ObligatedOn, text(row.obligated_on.as_ref())),
            (Field::PeriodStart, text(row.period_start.as_ref())),
            (Field::PeriodEnd, text(row.period_end.as_ref())),
            (Field::OriginalPeriodEnd, text(row.original_period_end.as_ref())),
            (Field::FederalShare, text(row.federal_share.as_ref())),
            (Field::LocalMatch, text(row.local_match.as_ref())),
            (Field::ProjectTotal, text(row.project_total.as_ref())),
            (Field::Outlayed, text(row.outlayed.as_ref())),
            (Field::Status, text(row.status.as_ref())),
            (Field::Title, row.title.clone()),
        ];
        for (field, value) in columns {
            if let Some(value) = value {
                claims.make(
                    ClaimKey { grant_id: row.id, field, origin },
                    value,
                    row.source_id,
                    true,
                );
            }
        }
        claims.show_recipient(origin, false);
        claims
    }

    /// The claims about a set of awards.
    pub(crate) async fn claims(
        &self,
        job: &Job,
        grants: &[i32],
    ) -> Result<HashMap<i32, GrantClaims>, DbErr> {
        let mut found: HashMap<i32, GrantClaims> = HashMap::new();
        if !self.any {
            return Ok(found);
        }
        for grants in grants.chunks(CHUNK) {
            let rows = claim::Entity::find()
                .filter(claim::Column::GrantId.is_in(grants.iter().copied()))
                .order_by_asc(claim::Column::Id)
                .all(job.load.transaction())
                .await?;
            for row in rows {
                let slots = &mut found.entry(row.grant_id).or_default().slots;
                slots.push(ClaimSlot { before: Some(row.clone()), row });
            }
        }
        Ok(found)
    }

    /// Writes new and changed claims, and deletes those that no origin makes any longer.
    pub(crate) async fn store(
        &mut self,
        job: &mut Job,
        claims: impl IntoIterator<Item = GrantClaims>,
    ) -> Result<(), DbErr> {
        let (mut added, mut changed, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        let (mut changes, revision_id) = (0, job.load.revision());
        for mut claims in claims {
            claims.judge();
            gone.append(&mut claims.gone);
            for ClaimSlot { before, mut row } in claims.slots {
                if before.as_ref() == Some(&row) {
                    continue;
                }
                row.revision_id = revision_id;
                if let Some(before) = before {
                    // A row that this load added is counted once.
                    changes += u64::from(before.revision_id != revision_id);
                    changed.push(row);
                } else {
                    row.id = self.next_id;
                    self.next_id += 1;
                    added.push(row);
                }
            }
        }
        self.any |= !added.is_empty();
        let mut removed = 0;
        for gone in gone.chunks(CHUNK) {
            let gone = claim::Column::Id.is_in(gone.iter().copied());
            removed += job.load.remove::<claim::Entity>(gone).await?;
        }
        let tally = job.report.tally("claims");
        tally.added += added.len() as u64;
        tally.changed += changes;
        tally.removed += removed;
        job.load.change::<claim::Entity>(changed).await?;
        job.load.insert::<claim::Entity>(&added).await
    }

    /// Updates USAspending's claims about money from its transactions, and shows the claims of a list if no transaction
    /// is left. Returns the awards that changed.
    pub(crate) async fn settle(&mut self, job: &mut Job) -> Result<Vec<i32>, DbErr> {
        if !self.any {
            return Ok(Vec::new());
        }
        let db = job.load.transaction();
        let told = claim::Entity::find().select_only().column(claim::Column::GrantId).into_query();
        let rows = grant::Entity::find()
            .filter(grant::Column::RevisionId.eq(job.load.revision()))
            .filter(grant::Column::Id.in_subquery(told))
            .order_by_asc(grant::Column::Id)
            .all(db)
            .await?;
        let (mut changed, origin) = (Vec::new(), ClaimOrigin::Usaspending);
        for rows in rows.chunks(CHUNK) {
            let ids: Vec<i32> = rows.iter().map(|row| row.id).collect();
            let obligated: BTreeSet<i32> = obligation::Entity::find()
                .select_only()
                .column(obligation::Column::GrantId)
                .distinct()
                .filter(obligation::Column::GrantId.is_in(ids.iter().copied()))
                .into_tuple()
                .all(job.load.transaction())
                .await?
                .into_iter()
                .collect();
            let mut claims = self.claims(job, &ids).await?;
            for row in rows {
                let Some(claims) = claims.get_mut(&row.id) else { continue };
                let key = |field| ClaimKey { grant_id: row.id, field, origin };
                if obligated.contains(&row.id) {
                    let values = [
                        (ClaimField::FederalShare, row.federal_share.map(|it| it.claimed())),
                        (ClaimField::ObligatedOn, row.obligated_on.map(|it| it.claimed())),
                    ];
                    for (field, value) in values {
                        if let Some(value) = value {
                            claims.make(key(field), value, row.source_id, true);
                        }
                    }
                }
                if row.federal_share.is_none() {
                    claims.withdraw(ClaimField::FederalShare, origin);
                    let listed = claims.find(ClaimField::FederalShare, ClaimOrigin::AwardList);
                    let share = listed.and_then(|it| values::decimal::<Dollars>(&it.value).ok());
                    if share.is_some() {
                        let revision_id = job.load.revision();
                        let row = grant::Model { federal_share: share, revision_id, ..row.clone() };
                        job.load.change::<grant::Entity>(vec![row]).await?;
                    }
                }
                changed.push(row.id);
            }
            self.store(job, claims.into_values()).await?;
        }
        Ok(changed)
    }

    /// Reports the fields on which the origins of a load's awards differ.
    pub(crate) async fn report(
        &self,
        job: &mut Job,
        is_of_load: impl Fn(i32) -> bool,
    ) -> Result<(), DbErr> {
        if !self.any {
            return Ok(());
        }
        let db = job.load.transaction();
        let differing = claim::Entity::find()
            .filter(claim::Column::Differs.eq(true))
            .order_by_asc(claim::Column::GrantId)
            .order_by_asc(claim::Column::Field)
            .order_by_desc(claim::Column::Shown)
            .all(db)
            .await?;
        let mut of: BTreeMap<(i32, String), Vec<String>> = BTreeMap::new();
        for row in differing.into_iter().filter(|row| is_of_load(row.grant_id)) {
            let shown = if row.shown { ", shown" } else { "" };
            let words = format!("{} ({}{shown})", row.value, row.origin.to_value());
            of.entry((row.grant_id, row.field.to_value())).or_default().push(words);
        }
        let mut examples = Vec::new();
        for ((grant_id, field), values) in of.iter().take(EXAMPLES) {
            let row = grant::Entity::find_by_id(*grant_id).one(db).await?;
            let number = row.and_then(|row| row.award_number.or(row.usaspending_key));
            let number = number.as_deref().unwrap_or("an award without a number");
            examples.push(format!("{number}: {field} is {}", values.join(" and ")));
        }
        job.report.warn(DIFFERENCES, of.len() as u64, examples);
        Ok(())
    }
}

/// Whether two named recipients are certainly different: two agencies, or two organizations with different names. A
/// government and an agency may be the same.
pub(crate) fn are_different(one: (Recipient, Option<&str>), other: (Recipient, &str)) -> bool {
    match (one, other) {
        ((Recipient::Agency(one), _), (Recipient::Agency(other), _)) => one != other,
        ((Recipient::Organization(one), name), (Recipient::Organization(other), said)) => {
            one != other && !name.is_some_and(|name| are_alike(name, said))
        }
        _ => false,
    }
}
