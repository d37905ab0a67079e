//! Finds the recipient of an award: an agency if that is certain, otherwise an organization.
//!
//! In this order: the agency with the ORI, if there is one, or a new agency if no other fits; a person's decision
//! ([`super::matches`]); the only agency of the state that fits the name ([`super::matching`]); the organization with
//! the UEI; the organization with the same name and state; a new organization.

use std::collections::{BTreeSet, HashMap};

use entity::{
    grant,
    kind::{MatchedBy, OrganizationKind},
    organization,
    scalar::{Ori, State},
    search::Searched as _,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    agencies::Agencies,
    job::Job,
    matching::{Decision, Fit, Matching, Reviews},
    names::Name,
    report::FoundBy,
    values,
};

/// The note about recipients that are not agencies.
const NOT_MATCHED: &str = "recipients that fit no agency, kept as organizations";

/// A recipient as a file describes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Described {
    pub(crate) name: String,
    pub(crate) ori: Option<Ori>,
    pub(crate) uei: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) state: Option<State>,
    pub(crate) kind: Option<OrganizationKind>,
}

/// A recipient in the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Recipient {
    /// The id of an agency.
    Agency(i32),
    /// The id of an organization.
    Organization(i32),
}

impl Recipient {
    /// The ids of the agency and the organization, one of which is set.
    pub(crate) fn columns(self) -> (Option<i32>, Option<i32>) {
        match self {
            Self::Agency(id) => (Some(id), None),
            Self::Organization(id) => (None, Some(id)),
        }
    }
}

/// A recipient and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FoundRecipient {
    pub(crate) recipient: Recipient,
    pub(crate) by: MatchedBy,
}

/// What is held in memory of an organization: what it is found by, and what it lacks.
#[derive(Debug)]
struct KnownRecipient {
    id: i32,
    name: String,
    state: Option<State>,
    uei: Option<String>,
    kind: Option<OrganizationKind>,
    lacks_city: bool,
}

/// The organizations that would now be matched to agencies, because agencies may be loaded after awards.
#[derive(Debug, Default)]
pub(crate) struct Kinship {
    /// From organization id to agency id.
    agencies: HashMap<i32, i32>,
    /// From agency id to organization ids.
    organizations: HashMap<i32, Vec<i32>>,
}

impl Kinship {
    /// All recipients that are the same body as one of these, including these.
    pub(crate) fn of(&self, some: impl IntoIterator<Item = Recipient>) -> BTreeSet<Recipient> {
        let mut all: BTreeSet<Recipient> = some.into_iter().collect();
        let agencies: Vec<i32> = all
            .iter()
            .filter_map(|recipient| match recipient {
                Recipient::Agency(id) => Some(*id),
                Recipient::Organization(id) => self.agencies.get(id).copied(),
            })
            .collect();
        for agency in agencies {
            let organizations = self.organizations.get(&agency).into_iter().flatten();
            all.extend(organizations.map(|id| Recipient::Organization(*id)));
            all.insert(Recipient::Agency(agency));
        }
        all
    }
}

/// The columns that identify an organization: id, name, state, UEI, city, kind.
type RecipientColumns =
    (i32, String, Option<String>, Option<String>, Option<String>, Option<OrganizationKind>);

/// All recipients.
pub(crate) struct Recipients {
    /// The agencies.
    pub(crate) agencies: Agencies,
    matching: Matching,
    known: Vec<KnownRecipient>,
    by_id: HashMap<i32, usize>,
    by_uei: HashMap<String, usize>,
    by_name: HashMap<(Option<State>, String), Vec<usize>>,
    /// People's decisions.
    pub(crate) reviews: Reviews,
    seen: HashMap<String, FoundRecipient>,
    added: Vec<organization::Model>,
    completed: Vec<(i32, Described)>,
    next_id: i32,
}

impl Recipients {
    /// Reads the agencies and organizations of the dataset.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        let agencies = Agencies::new(job).await?;
        let mut recipients = Self {
            matching: Matching::of(agencies.all()),
            agencies,
            known: Vec::new(),
            by_id: HashMap::new(),
            by_uei: HashMap::new(),
            by_name: HashMap::new(),
            reviews: Reviews::new(job).await?,
            seen: HashMap::new(),
            added: Vec::new(),
            completed: Vec::new(),
            next_id: job.load.next_id::<organization::Entity>().await?,
        };
        let rows: Vec<RecipientColumns> = organization::Entity::find()
            .select_only()
            .columns([
                organization::Column::Id,
                organization::Column::Name,
                organization::Column::State,
                organization::Column::Uei,
                organization::Column::City,
                organization::Column::Kind,
            ])
            .order_by_asc(organization::Column::Id)
            .into_tuple()
            .all(job.load.transaction())
            .await?;
        for (id, name, state, uei, city, kind) in rows {
            let state = state.and_then(|state| state.parse().ok());
            let form = Name::of(&name).form;
            let lacks_city = city.is_none();
            recipients.know(form, KnownRecipient { id, name, state, uei, kind, lacks_city });
        }
        Ok(recipients)
    }

    fn know(&mut self, form: String, known: KnownRecipient) {
        let at = self.known.len();
        self.by_id.insert(known.id, at);
        if let Some(uei) = &known.uei {
            self.by_uei.insert(uei.clone(), at);
        }
        self.by_name.entry((known.state.clone(), form)).or_default().push(at);
        self.known.push(known);
    }

    /// Finds or adds a recipient. Additions are in the database after [`Self::write`].
    pub(crate) fn find(&mut self, job: &mut Job, described: Described) -> FoundRecipient {
        let Described { name, ori, uei, state, .. } = &described;
        let key = format!(
            "{name}\u{1f}{}\u{1f}{}\u{1f}{}",
            ori.as_ref().map_or("", Ori::as_str),
            uei.as_deref().unwrap_or_default(),
            state.as_ref().map_or("", State::as_str),
        );
        if let Some(recipient) = self.seen.get(&key) {
            return *recipient;
        }
        let (found, by) = match self.agency(job, &described) {
            Ok((way, at)) => {
                let agency = self.agencies.get(at);
                job.matched(way, || {
                    let ori = agency.ori9.as_ref().or(agency.ori7.as_ref()).map_or("", Ori::as_str);
                    let called = agency.name.as_deref().unwrap_or_default();
                    format!("{} -> {called} {ori}", told(&described))
                });
                let by = match way {
                    _ if described.ori.is_some() => MatchedBy::Ori,
                    FoundBy::AgencyByReview => MatchedBy::Reviewed,
                    FoundBy::AgencyByPlace => MatchedBy::Municipality,
                    FoundBy::AgencyByCounty => MatchedBy::County,
                    _ => MatchedBy::Name,
                };
                (Recipient::Agency(agency.id), by)
            }
            Err(by) => (Recipient::Organization(self.organization(job, described)), by),
        };
        let found = FoundRecipient { recipient: found, by };
        self.seen.insert(key, found);
        found
    }

    /// The decision about a recipient.
    pub(crate) fn decided(&self, described: &Described) -> Option<Decision> {
        let Described { name, state, uei, .. } = described;
        self.reviews.decide(name, state.as_ref(), uei.as_deref())
    }

    /// The ids of the decisions that determine who a recipient is.
    pub(crate) fn deciding(&self, described: &Described) -> Vec<i32> {
        let Described { name, state, uei, .. } = described;
        self.reviews.deciding(name, state.as_ref(), uei.as_deref())
    }

    /// The agencies that fit a recipient.
    pub(crate) fn fit(
        &self,
        name: &str,
        state: Option<&State>,
        kind: Option<OrganizationKind>,
    ) -> Fit {
        state.map_or(Fit::Nobody, |state| self.matching.find(name, state, kind))
    }

    /// The agency that a recipient is, or how to look for its organization.
    fn agency(
        &mut self,
        job: &mut Job,
        described: &Described,
    ) -> Result<(FoundBy, usize), MatchedBy> {
        let Described { name, state, kind, .. } = described;
        let fit = || self.fit(name, state.as_ref(), *kind);
        let Some(ori) = &described.ori else {
            match self.decided(described) {
                Some(Decision::Organization) => return Err(MatchedBy::Reviewed),
                Some(Decision::Agency(id)) => {
                    let decided = self.agencies.all().find(|(_, row)| row.id == id);
                    if let Some((at, _)) = decided {
                        return Ok((FoundBy::AgencyByReview, at));
                    }
                }
                None => {}
            }
            match fit() {
                Fit::One(way, at) => return Ok((way, at)),
                Fit::Several(several) => {
                    job.ambiguous(|| format!("{}: {} agencies", told(described), several.len()));
                }
                Fit::Nobody => job.report.note(NOT_MATCHED),
            }
            let has_uei = described.uei.is_some();
            return Err(if has_uei { MatchedBy::Uei } else { MatchedBy::Name });
        };
        let nine = ori.as_str().len() == 9;
        if let Some(at) = self.agencies.find(ori) {
            let agency = self.agencies.get(at);
            if if nine { &agency.ori9 } else { &agency.ori7 }.is_none() {
                self.agencies.change(at, job.source_id, |row| {
                    if nine { &mut row.ori9 } else { &mut row.ori7 }.replace(ori.clone());
                });
            }
            return Ok((FoundBy::AgencyByOri, at));
        }
        // The agency may be known only by its ORI of the other length.
        let called = match fit() {
            Fit::One(way, at) => Some((way, at)),
            Fit::Nobody | Fit::Several(_) => None,
        };
        let called = called.filter(|(_, at)| {
            let agency = self.agencies.get(*at);
            if nine { &agency.ori9 } else { &agency.ori7 }.is_none()
        });
        // A recipient with an ORI is an agency, known or not.
        let (way, at) =
            called.unwrap_or_else(|| (FoundBy::AgencyAdded, self.agencies.add(job.source_id)));
        self.agencies.change(at, job.source_id, |row| {
            if nine { &mut row.ori9 } else { &mut row.ori7 }.replace(ori.clone());
            row.name = row.name.take().or_else(|| Some(described.name.clone()));
            row.city = row.city.take().or_else(|| described.city.clone());
            let state = row.state.take().or_else(|| described.state.clone());
            row.state = state.or_else(|| values::state_of_ori(ori.as_str()));
        });
        Ok((way, at))
    }

    /// Finds or adds an organization without looking for an agency first.
    pub(crate) fn organization(&mut self, job: &mut Job, described: Described) -> i32 {
        let form = Name::of(&described.name).form;
        let uei = described.uei.as_ref();
        let by_uei = uei.and_then(|uei| self.by_uei.get(uei).copied());
        let by_name = || {
            let named = self.by_name.get(&(described.state.clone(), form.clone()))?;
            // Two UEIs are two bodies, even with the same name.
            let fits = |at: &&usize| match (&self.known[**at].uei, uei) {
                (Some(known), Some(uei)) => known == uei,
                _ => true,
            };
            named.iter().find(fits).copied()
        };
        let found = match by_uei {
            Some(at) => Some((FoundBy::OrganizationByUei, at)),
            None => by_name().map(|at| (FoundBy::OrganizationByName, at)),
        };
        let Some((way, at)) = found else {
            job.matched(FoundBy::OrganizationAdded, || told(&described));
            return self.add(job, form, described);
        };
        job.matched(way, || told(&described));
        let known = &mut self.known[at];
        let id = known.id;
        let completes = (known.uei.is_none() && described.uei.is_some())
            || (known.lacks_city && described.city.is_some())
            || (known.kind.is_none() && described.kind.is_some());
        if completes {
            if known.uei.is_none() {
                known.uei.clone_from(&described.uei);
                if let Some(uei) = &known.uei {
                    self.by_uei.insert(uei.clone(), at);
                }
            }
            known.lacks_city &= described.city.is_none();
            known.kind = known.kind.or(described.kind);
            self.completed.push((id, described));
        } else {
            job.report.tally("organizations").unchanged += 1;
        }
        id
    }

    fn add(&mut self, job: &Job, form: String, described: Described) -> i32 {
        let Described { name, uei, city, state, kind, .. } = described;
        let id = self.next_id;
        self.next_id += 1;
        let known = KnownRecipient {
            id,
            name: name.clone(),
            state: state.clone(),
            uei: uei.clone(),
            kind,
            lacks_city: city.is_none(),
        };
        self.know(form, known);
        let mut row = organization::Model {
            id,
            name,
            kind,
            city,
            state,
            founded_year: None,
            former_names: None,
            uei,
            note: None,
            search: String::new(),
            state_id: None,
            source_id: job.source_id,
            revision_id: job.load.revision(),
        };
        row.search = row.searched();
        self.added.push(row);
        id
    }

    /// Every recipient that a description may mean, as far as the dataset knows now: the agency that it is matched to,
    /// and all organizations with the UEI, or with the name and state. Two organizations with one name may be two
    /// bodies.
    pub(crate) fn possible(&self, described: &Described) -> BTreeSet<Recipient> {
        let Described { name, ori, uei, state, kind, .. } = described;
        let by_ori = ori.as_ref().and_then(|ori| self.agencies.find(ori));
        let decided = || match self.decided(described) {
            Some(Decision::Agency(id)) => Some(id),
            Some(Decision::Organization) => None,
            None => match self.fit(name, state.as_ref(), *kind) {
                Fit::One(_, at) => Some(self.agencies.get(at).id),
                Fit::Nobody | Fit::Several(_) => None,
            },
        };
        let agency = by_ori.map(|at| self.agencies.get(at).id).or_else(decided);
        let by_uei = uei.as_ref().and_then(|uei| self.by_uei.get(uei));
        let named = self.by_name.get(&(state.clone(), Name::of(name).form));
        let named = named.into_iter().flatten().filter(|at| match (&self.known[**at].uei, uei) {
            (Some(known), Some(uei)) => known == uei,
            _ => true,
        });
        let organizations =
            by_uei.into_iter().chain(named).map(|at| Recipient::Organization(self.known[*at].id));
        agency.map(Recipient::Agency).into_iter().chain(organizations).collect()
    }

    /// Which organizations may be which agencies.
    pub(crate) fn kinship(&self) -> Kinship {
        let found = self.known.iter().filter_map(|known| {
            let KnownRecipient { name, state, uei, kind, .. } = known;
            let described = Described {
                name: name.clone(),
                state: state.clone(),
                uei: uei.clone(),
                kind: *kind,
                ..Described::default()
            };
            let agency = self.possible(&described).into_iter().find_map(|found| match found {
                Recipient::Agency(id) => Some(id),
                Recipient::Organization(_) => None,
            });
            Some((known.id, agency?))
        });
        let agencies: HashMap<i32, i32> = found.collect();
        let mut organizations: HashMap<i32, Vec<i32>> = HashMap::new();
        for (organization, agency) in &agencies {
            organizations.entry(*agency).or_default().push(*organization);
        }
        Kinship { agencies, organizations }
    }

    /// The recipient of an award, as its source described it.
    pub(crate) fn described(&self, row: &grant::Model) -> Option<Described> {
        let organization = row.organization_id.and_then(|id| self.by_id.get(&id));
        let organization = organization.map(|at| &self.known[*at]);
        let state = match (row.agency_id, organization) {
            (Some(id), _) => self.agencies.of_id(id).and_then(|agency| agency.state.clone()),
            (None, Some(organization)) => organization.state.clone(),
            (None, None) => None,
        };
        let (name, uei) = match (&row.recipient_name, organization) {
            (Some(name), _) => (name.clone(), row.recipient_uei.clone()),
            (None, Some(organization)) => (organization.name.clone(), organization.uei.clone()),
            (None, None) => return None,
        };
        // A person may have chosen an agency of another state.
        let decided = row.agency_id.filter(|_| row.matched_by == Some(MatchedBy::Reviewed));
        let decided = decided.and_then(|id| self.reviews.of_agency(&name, uei.as_deref(), id));
        let state = decided.map_or(state, |review| review.state.clone());
        let kind = organization.and_then(|it| it.kind);
        Some(Described { name, uei, state, kind, ..Described::default() })
    }

    /// Writes new and completed recipients.
    pub(crate) async fn write(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.agencies.write(job).await?;
        let added = std::mem::take(&mut self.added);
        job.load.insert::<organization::Entity>(&added).await?;
        job.report.tally("organizations").added += added.len() as u64;
        let completed = std::mem::take(&mut self.completed);
        if completed.is_empty() {
            return Ok(());
        }
        let ids = completed.iter().map(|(id, _)| *id);
        let rows = organization::Entity::find()
            .filter(organization::Column::Id.is_in(ids))
            .all(job.load.transaction())
            .await?;
        let mut changed = Vec::new();
        for mut row in rows {
            for (_, described) in completed.iter().filter(|(id, _)| *id == row.id) {
                row.uei = row.uei.take().or_else(|| described.uei.clone());
                row.city = row.city.take().or_else(|| described.city.clone());
                row.kind = row.kind.take().or(described.kind);
            }
            if row.revision_id != job.load.revision() {
                job.report.tally("organizations").changed += 1;
            }
            row.search = row.searched();
            row.source_id = job.source_id;
            row.revision_id = job.load.revision();
            changed.push(row);
        }
        job.load.change::<organization::Entity>(changed).await
    }
}

/// A recipient as text for the report.
fn told(described: &Described) -> String {
    let parts = [
        described.state.as_ref().map(State::as_str),
        described.ori.as_ref().map(Ori::as_str),
        described.uei.as_deref(),
    ];
    let mut text = described.name.clone();
    for part in parts.into_iter().flatten() {
        text.push_str(", ");
        text.push_str(part);
    }
    text
}

/// The kind of organization, from a recipient's business types. A body with several types has the kind of the first.
pub(crate) fn kind_of(business_types: &str) -> Option<OrganizationKind> {
    use OrganizationKind as Kind;
    const WORDS: &[(&str, OrganizationKind)] = &[
        ("INDEPENDENT SCHOOL DISTRICT", Kind::SchoolDistrict),
        ("INSTITUTION OF HIGHER EDUCATION", Kind::University),
        ("INSTITUTIONS OF HIGHER EDUCATION", Kind::University),
        ("OTHER THAN FEDERALLY", Kind::Other),
        ("NATIVE AMERICAN TRIBAL GOVERNMENT", Kind::Tribe),
        ("CITY OR TOWNSHIP GOVERNMENT", Kind::MunicipalGovernment),
        ("COUNTY GOVERNMENT", Kind::CountyGovernment),
        ("STATE GOVERNMENT", Kind::StateGovernment),
        ("NONPROFIT", Kind::Nonprofit),
        ("FOR-PROFIT ORGANIZATION", Kind::Business),
        ("SMALL BUSINESS", Kind::Business),
    ];
    business_types.to_uppercase().split(';').find_map(|part| {
        WORDS.iter().find(|(words, _)| part.contains(words)).map(|(_, kind)| *kind)
    })
}
