//! What a row says about an award, and which of it the award shows.

use entity::{
    grant,
    kind::{ClaimField, ClaimOrigin, MatchedBy},
};

use super::{Award, AwardSlot, Fate};
use crate::ingest::{
    grant_claims::{ClaimKey, GrantClaims, most_trusted},
    recipients::{Described, FoundRecipient, Recipient},
    sources::{ClaimText, Origins, are_different, certainty},
};

impl AwardSlot {
    /// Applies a row: its keys and its values.
    pub(super) fn apply(
        &mut self,
        award: &Award,
        found: FoundRecipient,
        free: impl Fn(&str) -> bool,
        (origins, (origin, source_id)): (&Origins, (ClaimOrigin, i32)),
    ) {
        let later = award.as_of.is_none() || award.as_of >= self.touched.as_of;
        if let Some(total) = award.stated_total.filter(|_| later) {
            let is_later = award.as_of != self.touched.as_of;
            self.touched.stated.take(total, is_later);
        }
        self.touched.as_of = self.touched.as_of.max(award.as_of);
        if self.claims.is_empty() && self.touched.fate != Fate::Added {
            self.tell_apart(origins, origin);
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
        self.take(award, found, later, (origins, (origin, source_id)));
    }

    /// Applies all values except the keys.
    pub(super) fn take(
        &mut self,
        award: &Award,
        found: FoundRecipient,
        later: bool,
        (origins, (origin, source_id)): (&Origins, (ClaimOrigin, i32)),
    ) {
        let row = &mut self.row;
        let claims = &mut self.claims;
        let withdrawn = &award.withdrawn.0;
        let mut told =
            ToldOfAward { claims, grant_id: row.id, origin, source_id, later, withdrawn };
        told.recipient(row, &award.recipient, found);
        let program = (|id: &i32| origins.program(*id), |code: &str| origins.program_of(code));
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
        // If the award has obligations, they determine the share and the first day, whatever a list says.
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

impl AwardSlot {
    /// Turns the award's columns into claims if they have another origin.
    pub(super) fn tell_apart(&mut self, origins: &Origins, other: ClaimOrigin) {
        let origin = origins.of(&self.row);
        if origin != other {
            self.claims = origins.first_claims(&self.row, origin);
        }
    }
}

/// What a row of a source says about an award.
struct ToldOfAward<'a> {
    claims: &'a mut GrantClaims,
    grant_id: i32,
    origin: ClaimOrigin,
    source_id: i32,
    /// Whether the row is later than what the origin said so far.
    later: bool,
    withdrawn: &'a [ClaimField],
}

impl ToldOfAward<'_> {
    fn make(&mut self, field: ClaimField, value: String) -> bool {
        let key = ClaimKey { grant_id: self.grant_id, field, origin: self.origin };
        self.claims.make(key, value, self.source_id, self.later)
    }

    /// Applies a value, and shows it unless a more trusted origin has one.
    fn set_as<T: Clone>(
        &mut self,
        field: ClaimField,
        target: &mut Option<T>,
        said: Option<&T>,
        (text, read): (impl Fn(&T) -> String, impl Fn(&str) -> Option<T>),
    ) {
        let Some(value) = said else {
            if self.later && self.withdrawn.contains(&field) {
                *target = self.withdraw(field).and_then(|other| read(&other));
            }
            return;
        };
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
        self.set_as(field, target, said, (ClaimText::claimed, T::of_claim));
    }

    /// Withdraws the origin's claim, and returns another origin's value.
    fn withdraw(&mut self, field: ClaimField) -> Option<String> {
        self.claims.withdraw(field, self.origin);
        self.claims.of_any(field).map(|claim| claim.value.clone())
    }

    /// Keeps a value as a claim without showing it, if the award has other sources.
    fn claim<T: ClaimText>(&mut self, field: ClaimField, said: Option<&T>) {
        if let Some(value) = said.filter(|_| !self.claims.is_empty()) {
            self.make(field, value.claimed());
        } else if said.is_none() && self.later && self.withdrawn.contains(&field) {
            self.withdraw(field);
        }
    }

    /// Applies a recipient. Within one origin the later one wins, but an organization never replaces an agency unless a
    /// person decided so. Between origins, the more certain match wins.
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
        let this = (found.recipient, said.name.as_str());
        let differs = known.is_some_and(|known| are_different((known, name.as_deref()), this));
        // The UEI belongs to the recipient, whichever source gives it.
        let uei = row.recipient_uei.take();
        if is_better {
            (row.agency_id, row.organization_id) = found.recipient.columns();
            row.matched_by = Some(found.by);
            row.recipient_uei = said.uei.clone().or(uei.filter(|_| !differs));
            row.recipient_name = Some(said.name.clone());
        } else {
            row.recipient_uei = uei.or_else(|| said.uei.clone().filter(|_| !differs));
        }
        if stands {
            let is_others = shown.is_some_and(|shown| shown != self.origin);
            let shown = if is_better || shown.is_none() { Some(self.origin) } else { shown };
            // The other origin's recipient is known only if it was the one shown.
            let differs =
                if is_others { differs } else { self.claims.recipient_differs() || differs };
            let is_alone = self.claims.recipients() < 2;
            self.claims.show_recipient(shown.unwrap_or(self.origin), differs && !is_alone);
        }
    }
}

/// Sets a value; an earlier value only fills an unknown one.
fn set<T: Clone>(target: &mut Option<T>, said: Option<&T>, later: bool) {
    if said.is_some() && (later || target.is_none()) {
        *target = said.cloned();
    }
}
