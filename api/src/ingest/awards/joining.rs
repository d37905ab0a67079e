//! Joins awards of lists without a number with the same awards that have one.

use std::collections::BTreeSet;

use entity::{
    grant,
    kind::{ClaimOrigin, MatchedBy},
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{Award, Awards, Fate};
use crate::ingest::{
    grant_claims::GrantClaims,
    job::Job,
    recipients::{Described, FoundRecipient, Recipient, Recipients},
    sources::Origins,
};

/// How many ids one statement contains.
const CHUNK: usize = 5_000;

impl Awards {
    /// The awards of a set of recipients, sorted by id, with their claims.
    pub(crate) async fn of_recipients(
        &self,
        job: &Job,
        recipients: &BTreeSet<Recipient>,
    ) -> Result<Vec<(grant::Model, GrantClaims)>, DbErr> {
        let (mut agencies, mut organizations) = (Vec::new(), Vec::new());
        for recipient in recipients {
            match recipient {
                Recipient::Agency(id) => agencies.push(*id),
                Recipient::Organization(id) => organizations.push(*id),
            }
        }
        let mut rows = Vec::new();
        for (column, ids) in
            [(grant::Column::AgencyId, agencies), (grant::Column::OrganizationId, organizations)]
        {
            for ids in ids.chunks(CHUNK) {
                let condition = column.is_in(ids.iter().copied());
                let found = grant::Entity::find().filter(condition);
                rows.extend(found.all(job.load.transaction()).await?);
            }
        }
        self.with_claims(job, rows).await
    }

    /// The awards of lists without a number.
    pub(crate) async fn without_number(
        &self,
        job: &Job,
    ) -> Result<Vec<(grant::Model, GrantClaims)>, DbErr> {
        let rows = grant::Entity::find()
            .filter(grant::Column::AwardKey.is_null())
            .filter(grant::Column::UsaspendingKey.is_null());
        self.with_claims(job, rows.all(job.load.transaction()).await?).await
    }

    async fn with_claims(
        &self,
        job: &Job,
        mut rows: Vec<grant::Model>,
    ) -> Result<Vec<(grant::Model, GrantClaims)>, DbErr> {
        rows.sort_unstable_by_key(|row| row.id);
        let ids: Vec<i32> = rows.iter().map(|row| row.id).collect();
        let mut claims = self.origins.claims(job, &ids).await?;
        Ok(rows
            .into_iter()
            .map(|row| (claims.remove(&row.id).unwrap_or_default(), row))
            .map(|(claims, row)| (row, claims))
            .collect())
    }

    /// The origins of awards and claims.
    pub(crate) fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Joins two awards: what the list says about the one without a number becomes claims of the other, and the former
    /// is removed.
    pub(crate) async fn join(
        &mut self,
        job: &mut Job,
        recipients: &mut Recipients,
        listed: &grant::Model,
        id: i32,
    ) -> Result<(), DbErr> {
        let mut batch = self.batch(job, [grant::Column::Id.eq(id)]).await?;
        let Some(slot) = batch.slots.get_mut(&id) else { return Ok(()) };
        let described = recipients.described(listed).unwrap_or_default();
        let found = match (listed.agency_id, listed.matched_by) {
            (Some(id), by) => {
                let by = by.unwrap_or(MatchedBy::Name);
                FoundRecipient { recipient: Recipient::Agency(id), by }
            }
            (None, _) => recipients.find(job, described.clone()),
        };
        recipients.write(job).await?;
        if slot.claims.is_empty() {
            slot.tell_apart(&self.origins, ClaimOrigin::AwardList);
        }
        // If both come from lists, the existing award's values count as later.
        let later = !slot.claims.is_empty();
        let here = (ClaimOrigin::AwardList, listed.source_id);
        let said = Award::listed(listed, described);
        slot.take(&said, found, later, (&self.origins, here));
        let is_of_load = slot.row.revision_id == job.load.revision();
        let source_id = if is_of_load { slot.row.source_id } else { job.source_id };
        let source_id = std::mem::replace(&mut job.source_id, source_id);
        self.store(job, batch).await?;
        job.source_id = source_id;
        if self.touched.get(&listed.id).is_some_and(|touched| touched.fate == Fate::Added) {
            self.touched.remove(&listed.id);
            self.programless.remove(&listed.id);
        } else {
            self.removed(listed.id);
        }
        job.load.remove::<grant::Entity>(grant::Column::Id.eq(listed.id)).await.map(|_| ())
    }
}

impl Award {
    /// What a list said about an award of the dataset.
    fn listed(row: &grant::Model, recipient: Described) -> Self {
        Self {
            recipient,
            program_id: row.program_id,
            listing: row.assistance_listing.clone(),
            instrument: row.instrument,
            fiscal_year: row.fiscal_year,
            announced_on: row.announced_on,
            obligated_on: row.obligated_on,
            period_start: row.period_start,
            period_end: row.period_end,
            original_period_end: row.original_period_end,
            federal_share: row.federal_share,
            local_match: row.local_match,
            project_total: row.project_total,
            outlayed: row.outlayed,
            status: row.status,
            title: row.title.clone(),
            ..Self::default()
        }
    }
}
