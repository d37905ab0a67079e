//! The claims about one award: made, withdrawn and compared.
//!
//! [`most_trusted`] declares which claim a column of the award shows, regardless of load order. Within an origin, later
//! values replace earlier ones, as they do without claims.

use entity::{
    claim,
    kind::{ClaimField, ClaimOrigin},
};

/// The trusted origin of a field if several make claims. USAspending is the government's record of what was obligated;
/// the office's lists say under which program and in which year it announced an award.
pub(crate) fn most_trusted(field: ClaimField) -> ClaimOrigin {
    use ClaimField as Field;
    match field {
        Field::Recipient
        | Field::Program
        | Field::FiscalYear
        | Field::AnnouncedOn
        | Field::OriginalPeriodEnd
        | Field::Status => ClaimOrigin::AwardList,
        Field::AssistanceListing
        | Field::Instrument
        | Field::ObligatedOn
        | Field::PeriodStart
        | Field::PeriodEnd
        | Field::FederalShare
        | Field::LocalMatch
        | Field::ProjectTotal
        | Field::Outlayed
        | Field::Title => ClaimOrigin::Usaspending,
    }
}

/// What a claim is about, and its origin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClaimKey {
    pub(crate) grant_id: i32,
    pub(crate) field: ClaimField,
    pub(crate) origin: ClaimOrigin,
}

/// A claim, and its state before the load; `None` if it is new.
#[derive(Clone, Debug)]
pub(super) struct ClaimSlot {
    pub(super) before: Option<claim::Model>,
    pub(super) row: claim::Model,
}

/// The claims about one award; none if it has one origin.
#[derive(Clone, Debug, Default)]
pub(crate) struct GrantClaims {
    pub(super) slots: Vec<ClaimSlot>,
    /// The ids of claims that no origin makes any longer.
    pub(super) gone: Vec<i32>,
}

impl GrantClaims {
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The claim of an origin.
    pub(crate) fn find(&self, field: ClaimField, origin: ClaimOrigin) -> Option<&claim::Model> {
        let rows = self.slots.iter().map(|slot| &slot.row);
        rows.into_iter().find(|row| row.field == field && row.origin == origin)
    }

    /// Makes a claim, replacing an earlier claim of the same origin. Returns whether it stands.
    pub(crate) fn make(
        &mut self,
        key: ClaimKey,
        value: String,
        source_id: i32,
        later: bool,
    ) -> bool {
        let ClaimKey { grant_id, field, origin } = key;
        let mut rows = self.slots.iter_mut().map(|slot| &mut slot.row);
        match rows.find(|row| row.field == field && row.origin == origin) {
            Some(_) if !later => return false,
            // A repeated claim keeps its first source.
            Some(row) if row.value == value => {}
            Some(row) => (row.value, row.source_id) = (value, source_id),
            None => {
                let row = claim::Model {
                    id: 0,
                    grant_id,
                    field,
                    origin,
                    value,
                    shown: false,
                    differs: false,
                    source_id,
                    revision_id: 0,
                };
                self.slots.push(ClaimSlot { before: None, row });
            }
        }
        true
    }

    /// The claim of any origin.
    pub(crate) fn of_any(&self, field: ClaimField) -> Option<&claim::Model> {
        let mut rows = self.slots.iter().map(|slot| &slot.row);
        rows.find(|row| row.field == field)
    }

    pub(crate) fn withdraw(&mut self, field: ClaimField, origin: ClaimOrigin) {
        self.slots.retain(|slot| {
            let is_it = slot.row.field == field && slot.row.origin == origin;
            if is_it && slot.before.is_some() {
                self.gone.push(slot.row.id);
            }
            !is_it
        });
    }

    /// Whether the award shows this origin's claim: no more trusted origin has one.
    pub(crate) fn shows(&self, field: ClaimField, origin: ClaimOrigin) -> bool {
        let trusted = most_trusted(field);
        origin == trusted || self.find(field, trusted).is_none()
    }

    /// The claim of the recipient that the award shows.
    pub(crate) fn shown_recipient(&self) -> Option<&claim::Model> {
        let rows = self.slots.iter().map(|slot| &slot.row);
        rows.into_iter().find(|row| row.field == ClaimField::Recipient && row.shown)
    }

    /// Shows the recipient of an origin, and records whether another origin names a different one.
    pub(crate) fn show_recipient(&mut self, origin: ClaimOrigin, differs: bool) {
        let is_recipient = |slot: &&mut ClaimSlot| slot.row.field == ClaimField::Recipient;
        for slot in self.slots.iter_mut().filter(is_recipient) {
            (slot.row.shown, slot.row.differs) = (slot.row.origin == origin, differs);
        }
    }

    /// How many origins name a recipient.
    pub(crate) fn recipients(&self) -> usize {
        self.slots.iter().filter(|slot| slot.row.field == ClaimField::Recipient).count()
    }

    /// Whether origins name different recipients.
    pub(crate) fn recipient_differs(&self) -> bool {
        self.slots.iter().any(|slot| slot.row.field == ClaimField::Recipient && slot.row.differs)
    }

    /// Records for each claim whether it is shown and whether others differ. Recipients are compared where they are
    /// found.
    pub(super) fn judge(&mut self) {
        let judged: Vec<(bool, bool)> = self
            .slots
            .iter()
            .map(|ClaimSlot { row, .. }| {
                let mut others = self.slots.iter().filter(|other| other.row.field == row.field);
                let differs = others.any(|other| other.row.value != row.value);
                (self.shows(row.field, row.origin), differs)
            })
            .collect();
        for (slot, (shown, differs)) in self.slots.iter_mut().zip(judged) {
            if slot.row.field != ClaimField::Recipient {
                (slot.row.shown, slot.row.differs) = (shown, differs);
            }
        }
    }
}
