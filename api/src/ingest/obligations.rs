//! Transactions of awards: added, corrected, deleted and summed.
//!
//! A transaction is identified by its key. A correction has the same key as the transaction it replaces; a deletion
//! names the key of the transaction to remove. After all rows are read, one statement in the database computes the sum
//! of each touched award's transactions. It becomes the federal share if all transactions are present
//! ([`super::award_money`]).

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{claim, grant, obligation, officers_funded, scalar::Dollars, training_session};
use futures_util::TryStreamExt as _;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect, Statement, StreamTrait as _,
};

use super::{
    award_money::{AwardShare, PartialAwards},
    awards::{Awards, ModificationOrder, shown},
    job::Job,
};

/// How many ids one statement contains.
const CHUNK: usize = 5_000;

/// A transaction as read from a row.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    /// Its key; none if the source has none, and the award and modification number identify it.
    pub(crate) key: Option<String>,
    pub(crate) modification: Option<String>,
    pub(crate) day: NaiveDate,
    pub(crate) amount: Dollars,
    pub(crate) description: Option<String>,
}

/// The transactions of a load.
pub(crate) struct Obligations {
    next_id: i32,
    /// Awards that lost a transaction.
    bereft: BTreeSet<i32>,
    any: bool,
    /// Whether there may be transactions without a key.
    any_keyless: bool,
}

impl Obligations {
    /// Starts empty.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        let next_id = job.load.next_id::<obligation::Entity>().await?;
        let keyless = obligation::Entity::find()
            .filter(obligation::Column::TransactionKey.is_null())
            .filter(obligation::Column::ModificationNumber.is_not_null())
            .limit(1)
            .count(job.load.transaction())
            .await?;
        Ok(Self { next_id, bereft: BTreeSet::new(), any: false, any_keyless: keyless > 0 })
    }

    /// Deletes transactions by key.
    pub(crate) async fn delete(
        &mut self,
        job: &mut Job,
        awards: &mut Awards,
        keys: &[String],
    ) -> Result<(), DbErr> {
        if keys.is_empty() {
            return Ok(());
        }
        let transaction = job.load.transaction();
        let named = obligation::Column::TransactionKey.is_in(keys);
        let grants: Vec<i32> = obligation::Entity::find()
            .select_only()
            .column(obligation::Column::GrantId)
            .filter(named.clone())
            .into_tuple()
            .all(transaction)
            .await?;
        awards.remember(job, &grants).await?;
        let removed = job.load.remove::<obligation::Entity>(named).await?;
        self.bereft.extend(grants);
        self.any |= removed > 0;
        job.report.tally("obligations").removed += removed;
        Ok(())
    }

    /// Writes transactions with distinct keys, each with its award. A transaction without a key is the one with the
    /// same award and modification, whether or not that has a key.
    pub(crate) async fn write(
        &mut self,
        job: &mut Job,
        awards: &mut Awards,
        rows: Vec<(i32, Transaction)>,
    ) -> Result<(), DbErr> {
        let keys = rows.iter().filter_map(|(_, row)| row.key.as_ref());
        let known: HashMap<Option<String>, obligation::Model> = obligation::Entity::find()
            .filter(obligation::Column::TransactionKey.is_in(keys))
            .all(job.load.transaction())
            .await?
            .into_iter()
            .map(|row| (row.transaction_key.clone(), row))
            .collect();
        let by_modification = self.by_modification(job, &rows).await?;
        let (mut added, mut unchanged, mut changed) = (Vec::new(), 0, 0);
        for (grant_id, Transaction { key, modification, day, amount, description }) in rows {
            let mut row = obligation::Model {
                id: self.next_id,
                grant_id,
                transaction_key: key,
                modification_number: modification,
                obligated_on: day,
                amount,
                description,
                source_id: job.source_id,
                revision_id: job.load.revision(),
            };
            let by_key = row.transaction_key.is_some().then(|| known.get(&row.transaction_key));
            let by_modification = || {
                let number = row.modification_number.as_deref();
                let found = by_modification.get(&(grant_id, ModificationOrder::of(number)))?;
                let is_same = found.transaction_key.is_none() || row.transaction_key.is_none();
                is_same.then_some(found)
            };
            let Some(before) = by_key.flatten().or_else(by_modification) else {
                self.next_id += 1;
                self.any_keyless |= row.transaction_key.is_none();
                added.push(row);
                continue;
            };
            row.id = before.id;
            if row.transaction_key.is_none() {
                // Only the spelling of the number differs.
                row.modification_number.clone_from(&before.modification_number);
                row.description = row.description.or_else(|| before.description.clone());
            }
            row.transaction_key = row.transaction_key.or_else(|| before.transaction_key.clone());
            (row.source_id, row.revision_id) = (before.source_id, before.revision_id);
            if row == *before {
                unchanged += 1;
                continue;
            }
            if before.revision_id == job.load.revision()
                && (row.obligated_on, row.amount) != (before.obligated_on, before.amount)
            {
                let number = row.modification_number.as_deref().unwrap_or("0");
                let key = row.transaction_key.as_deref().unwrap_or("without a key");
                let award = grant::Entity::find_by_id(grant_id);
                let award = award.one(job.load.transaction()).await?;
                let award = award.as_ref().map(shown).unwrap_or_default();
                job.contradict(format!(
                    "two rows contradict each other about one transaction of {award}: {key}, modification {number}"
                ));
                continue;
            }
            if before.grant_id != grant_id {
                awards.remember(job, &[before.grant_id]).await?;
                self.bereft.insert(before.grant_id);
            }
            (row.source_id, row.revision_id) = (job.source_id, job.load.revision());
            // A transaction that this load added and then corrected counts once, as added.
            changed += u64::from(before.revision_id != job.load.revision());
            self.any = true;
            job.load.change::<obligation::Entity>(vec![row]).await?;
        }
        self.any |= !added.is_empty();
        job.load.insert::<obligation::Entity>(&added).await?;
        let tally = job.report.tally("obligations");
        tally.added += added.len() as u64;
        tally.changed += changed;
        tally.unchanged += unchanged;
        Ok(())
    }

    /// The transactions of the dataset with the award and modification of a row, where at least one of the two has no
    /// key.
    async fn by_modification(
        &self,
        job: &Job,
        rows: &[(i32, Transaction)],
    ) -> Result<HashMap<(i32, ModificationOrder), obligation::Model>, DbErr> {
        let mut found = HashMap::new();
        let without = rows.iter().filter(|(_, row)| row.key.is_none()).map(|(id, _)| *id);
        let mut ids: Vec<i32> = match self.any_keyless {
            true => rows.iter().map(|(id, _)| *id).collect(),
            false => without.collect(),
        };
        ids.sort_unstable();
        ids.dedup();
        for ids in ids.chunks(CHUNK) {
            let rows = obligation::Entity::find()
                .filter(obligation::Column::GrantId.is_in(ids.iter().copied()))
                .all(job.load.transaction())
                .await?;
            found.extend(rows.into_iter().map(|row| {
                let number = ModificationOrder::of(row.modification_number.as_deref());
                ((row.grant_id, number), row)
            }));
        }
        Ok(found)
    }

    /// Sets the share of every touched award to the sum of its transactions, or handles missing ones, and removes
    /// awards whose last transaction was deleted.
    pub(crate) async fn finish(&mut self, job: &mut Job, awards: &mut Awards) -> Result<(), DbErr> {
        let bereft: Vec<i32> = std::mem::take(&mut self.bereft).into_iter().collect();
        let mut partial = PartialAwards::default();
        for bereft in bereft.chunks(CHUNK) {
            self.take_out(job, awards, bereft).await?;
        }
        let mut others = awards.stated_otherwise();
        if self.any {
            let revision = job.load.revision();
            let touched =
                format!("SELECT grant_id FROM obligations WHERE revision_id = {revision}");
            let summed = sum(job, awards, &mut partial, &touched).await?;
            others.extend(bereft);
            others.retain(|id| !summed.contains(id));
        }
        others.sort_unstable();
        others.dedup();
        for others in others.chunks(CHUNK) {
            let ids: Vec<String> = others.iter().map(ToString::to_string).collect();
            sum(job, awards, &mut partial, &ids.join(", ")).await?;
        }
        partial.report(job);
        Ok(())
    }

    async fn take_out(&self, job: &Job, awards: &mut Awards, bereft: &[i32]) -> Result<(), DbErr> {
        let transaction = job.load.transaction();
        let ids = || bereft.iter().copied();
        let mut kept: BTreeSet<i32> = obligation::Entity::find()
            .select_only()
            .column(obligation::Column::GrantId)
            .distinct()
            .filter(obligation::Column::GrantId.is_in(ids()))
            .into_tuple()
            .all(transaction)
            .await?
            .into_iter()
            .collect();
        let officers: Vec<i32> = officers_funded::Entity::find()
            .select_only()
            .column(officers_funded::Column::GrantId)
            .filter(officers_funded::Column::GrantId.is_in(ids()))
            .into_tuple()
            .all(transaction)
            .await?;
        let sessions: Vec<Option<i32>> = training_session::Entity::find()
            .select_only()
            .column(training_session::Column::GrantId)
            .filter(training_session::Column::GrantId.is_in(ids()))
            .into_tuple()
            .all(transaction)
            .await?;
        let claimed: Vec<i32> = claim::Entity::find()
            .select_only()
            .column(claim::Column::GrantId)
            .distinct()
            .filter(claim::Column::GrantId.is_in(ids()))
            .into_tuple()
            .all(transaction)
            .await?;
        // Data from other sources stays, and so does its award, without a sum.
        let elsewhere: Vec<i32> =
            officers.into_iter().chain(sessions.into_iter().flatten()).chain(claimed).collect();
        for id in elsewhere {
            if kept.insert(id)
                && let Some(mut row) = grant::Entity::find_by_id(id).one(transaction).await?
            {
                row.federal_share = None;
                (row.source_id, row.revision_id) = (job.source_id, job.load.revision());
                job.load.change::<grant::Entity>(vec![row]).await?;
                awards.changed(id);
            }
        }
        let gone: Vec<i32> = ids().filter(|id| !kept.contains(id)).collect();
        for id in &gone {
            awards.removed(*id);
        }
        job.load.remove::<grant::Entity>(grant::Column::Id.is_in(gone)).await?;
        Ok(())
    }
}

/// An award whose share or first day differs from its transactions.
struct SummedAward {
    id: i32,
    sum: Dollars,
    first_day: NaiveDate,
    source_id: i32,
    share: Option<Dollars>,
    obligated_on: Option<NaiveDate>,
}

/// Sums the transactions of the awards that a subquery or a list names. Returns those that differ from their
/// transactions.
///
/// The sums are read first, a few bytes each, and written in chunks: a single statement for both would hold all awards
/// in memory at once.
async fn sum(
    job: &Job,
    awards: &mut Awards,
    partial: &mut PartialAwards,
    of: &str,
) -> Result<BTreeSet<i32>, DbErr> {
    let (revision, transaction) = (job.load.revision(), job.load.transaction());
    let backend = ConnectionTrait::get_database_backend(transaction);
    let sql = format!(
        "SELECT summed.grant_id, summed.total, summed.first_day, \
         COALESCE(summed.source, grants.source_id), grants.federal_share, grants.obligated_on \
         FROM (SELECT grant_id, CAST(SUM(amount) AS BIGINT) AS total, \
         MIN(obligated_on) AS first_day, \
         MAX(CASE WHEN revision_id = {revision} THEN source_id END) AS source \
         FROM obligations WHERE grant_id IN ({of}) GROUP BY grant_id) AS summed \
         JOIN grants ON grants.id = summed.grant_id"
    );
    let mut summed: Vec<SummedAward> = Vec::new();
    let mut rows = transaction.stream_raw(Statement::from_string(backend, sql)).await?;
    while let Some(row) = rows.try_next().await? {
        let award = SummedAward {
            id: row.try_get_by_index(0)?,
            sum: Dollars(row.try_get_by_index(1)?),
            first_day: row.try_get_by_index(2)?,
            source_id: row.try_get_by_index(3)?,
            share: row.try_get_by_index::<Option<i64>>(4)?.map(Dollars),
            obligated_on: row.try_get_by_index(5)?,
        };
        let is_sum = award.share == Some(award.sum)
            && award.obligated_on == Some(award.first_day)
            && awards.share(award.id, award.sum, true) == AwardShare::Sum;
        if !is_sum {
            summed.push(award);
        }
    }
    drop(rows);
    for summed in summed.chunks(CHUNK) {
        write_shares(job, awards, partial, summed).await?;
    }
    Ok(summed.into_iter().map(|award| award.id).collect())
}

/// Writes the shares and first days of awards.
async fn write_shares(
    job: &Job,
    awards: &mut Awards,
    partial: &mut PartialAwards,
    summed: &[SummedAward],
) -> Result<(), DbErr> {
    let (revision, transaction) = (job.load.revision(), job.load.transaction());
    let backend = ConnectionTrait::get_database_backend(transaction);
    // SQLite stores dates as text.
    let is_postgres = backend == DbBackend::Postgres;
    let date = |day: Option<NaiveDate>| match day {
        Some(day) if is_postgres => format!("DATE '{day}'"),
        Some(day) => format!("'{day}'"),
        None if is_postgres => "CAST(NULL AS DATE)".to_owned(),
        None => "NULL".to_owned(),
    };
    let unsure = summed.iter().filter(|it| awards.share(it.id, it.sum, false) != AwardShare::Sum);
    let unsure: Vec<i32> = unsure.map(|it| it.id).collect();
    let has_first = having_first(job, &unsure).await?;
    let (mut ids, mut values, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for SummedAward { id, sum, first_day, source_id, share, obligated_on } in summed {
        let has_first = has_first.contains(id);
        let found = awards.share(*id, *sum, has_first);
        if found != AwardShare::Sum {
            parts.push((*id, found, *sum));
        }
        let new = match found {
            AwardShare::Sum => Some(*sum),
            AwardShare::Stated(total) => Some(total),
            AwardShare::Kept(share) => share,
        };
        // The first of only some transactions may not be the award's first day.
        let day = match found == AwardShare::Sum || has_first {
            true => Some(*first_day),
            false => obligated_on.map(|known| known.min(*first_day)),
        };
        if (new, day) == (*share, *obligated_on) {
            continue;
        }
        let cents = new.map_or("NULL".to_owned(), |Dollars(cents)| cents.to_string());
        values.push(format!("({id}, CAST({cents} AS BIGINT), {}, {source_id})", date(day)));
        ids.push(*id);
    }
    if !parts.is_empty() {
        let named = grant::Entity::find()
            .filter(grant::Column::Id.is_in(parts.iter().map(|(id, ..)| *id)))
            .all(transaction)
            .await?;
        let names: HashMap<i32, String> = named.iter().map(|row| (row.id, shown(row))).collect();
        for (id, share, sum) in parts {
            partial.note(share, sum, || names.get(&id).cloned().unwrap_or_default());
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "WITH summed(grant_id, total, first_day, source) AS (VALUES {}) \
         UPDATE grants SET federal_share = summed.total, obligated_on = summed.first_day, \
         source_id = summed.source, revision_id = {revision} \
         FROM summed WHERE summed.grant_id = grants.id",
        values.join(", ")
    );
    job.load.change_by::<grant::Entity>(ids.iter().copied(), &sql).await?;
    for id in ids {
        awards.changed(id);
    }
    Ok(())
}

/// The awards whose first transaction is present.
async fn having_first(job: &Job, ids: &[i32]) -> Result<BTreeSet<i32>, DbErr> {
    let rows: Vec<(i32, Option<String>)> = obligation::Entity::find()
        .select_only()
        .columns([obligation::Column::GrantId, obligation::Column::ModificationNumber])
        .filter(obligation::Column::GrantId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(job.load.transaction())
        .await?;
    let is_first = |number: &Option<String>| ModificationOrder::of(number.as_deref()).is_base();
    Ok(rows.into_iter().filter(|(_, number)| is_first(number)).map(|(id, _)| id).collect())
}
