//! The decisions about recipients in the database.

use std::collections::HashMap;

use entity::{review, scalar::State};
use sea_orm::{DbErr, EntityTrait, QueryOrder};

use crate::ingest::{job::Job, names::Name};

/// The decisions about recipients, by normalized name and state.
#[derive(Debug, Default)]
pub(crate) struct Reviews {
    of: HashMap<(String, Option<State>), Vec<review::Model>>,
}

/// The decision about a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It is the agency with this id.
    Agency(i32),
    /// It is an organization of its own.
    Organization,
}

impl Decision {
    /// The decision in a row of the database.
    pub(crate) fn of(row: &review::Model) -> Self {
        row.agency_id.map_or(Self::Organization, Self::Agency)
    }
}

impl Reviews {
    /// Reads all decisions.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        let rows = review::Entity::find().order_by_asc(review::Column::Id);
        let mut reviews = Self::default();
        for row in rows.all(job.load.transaction()).await? {
            reviews.take(row);
        }
        Ok(reviews)
    }

    /// Adds a decision, replacing an earlier one about the same recipient.
    pub(crate) fn take(&mut self, row: review::Model) {
        let rows = self.of.entry((row.recipient_key.clone(), row.state.clone())).or_default();
        rows.retain(|other| other.uei != row.uei);
        rows.push(row);
    }

    /// Removes a decision.
    pub(crate) fn forget(&mut self, row: &review::Model) {
        let key = (row.recipient_key.clone(), row.state.clone());
        self.of.entry(key).or_default().retain(|other| other.id != row.id);
    }

    /// The decision that a recipient is this agency, whatever its state.
    pub(crate) fn of_agency(
        &self,
        name: &str,
        uei: Option<&str>,
        agency_id: i32,
    ) -> Option<&review::Model> {
        let form = Name::of(name).form;
        let named = self.of.iter().filter(|((known, _), _)| *known == form);
        named.flat_map(|(_, rows)| rows).find(|row| {
            let is_same = row.uei.is_none() || uei.is_none() || row.uei.as_deref() == uei;
            is_same && row.agency_id == Some(agency_id)
        })
    }

    /// The decision about exactly this recipient.
    pub(crate) fn find(
        &self,
        form: &str,
        state: Option<&State>,
        uei: Option<&str>,
    ) -> Option<&review::Model> {
        let rows = self.of.get(&(form.to_owned(), state.cloned()))?;
        rows.iter().find(|row| row.uei.as_deref() == uei)
    }

    /// The decision about a recipient. Two UEIs are two bodies, even with the same name. A recipient without a UEI gets
    /// a decision only if all decisions about its name agree.
    pub(crate) fn decide(
        &self,
        name: &str,
        state: Option<&State>,
        uei: Option<&str>,
    ) -> Option<Decision> {
        let about = self.about(name, state, uei);
        let mut decisions = about.into_iter().map(Decision::of);
        let first = decisions.next()?;
        decisions.all(|decision| decision == first).then_some(first)
    }

    /// The ids of the decisions that determine who a recipient is.
    pub(crate) fn deciding(
        &self,
        name: &str,
        state: Option<&State>,
        uei: Option<&str>,
    ) -> Vec<i32> {
        let about = self.about(name, state, uei);
        match self.decide(name, state, uei) {
            Some(_) => about.into_iter().map(|row| row.id).collect(),
            None => Vec::new(),
        }
    }

    fn about(&self, name: &str, state: Option<&State>, uei: Option<&str>) -> Vec<&review::Model> {
        let form = Name::of(name).form;
        if let Some(row) = self.find(&form, state, uei) {
            return vec![row];
        }
        let rows = self.of.get(&(form, state.cloned())).into_iter().flatten();
        rows.filter(|row| row.uei.is_none() || uei.is_none()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(rows: &[(Option<&str>, Option<i32>)]) -> Reviews {
        let mut reviews = Reviews::default();
        for (uei, agency_id) in rows {
            reviews.take(review::Model {
                id: 0,
                recipient_key: Name::of("TOWNSHIP OF WASHINGTON").form,
                state: "NJ".parse().ok(),
                uei: uei.map(str::to_owned),
                recipient: "TOWNSHIP OF WASHINGTON".to_owned(),
                agency_id: *agency_id,
                source_id: 0,
                revision_id: 0,
            });
        }
        reviews
    }

    #[test]
    fn two_identifiers_are_two_bodies() {
        let state: Option<State> = "NJ".parse().ok();
        let decide =
            |reviews: &Reviews, uei| reviews.decide("Washington, Township of", state.as_ref(), uei);
        let two = decided(&[(Some("A"), Some(1)), (Some("B"), Some(2))]);
        assert_eq!(decide(&two, Some("A")), Some(Decision::Agency(1)));
        assert_eq!(decide(&two, Some("C")), None);
        assert_eq!(decide(&two, None), None, "it may be either");
        let one = decided(&[(None, Some(1))]);
        assert_eq!(decide(&one, Some("A")), Some(Decision::Agency(1)));
        assert_eq!(one.decide("Washington, Township of", None, None), None, "the state is another");
        let changed = decided(&[(Some("A"), Some(1)), (Some("A"), None)]);
        assert_eq!(decide(&changed, Some("A")), Some(Decision::Organization));
        assert_eq!(decide(&changed, None), Some(Decision::Organization));
    }
}
