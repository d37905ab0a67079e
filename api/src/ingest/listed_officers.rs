//! The officers of the awards of a list: counted in tenths, and distinguished from amounts of money in the wrong
//! column.

use std::collections::BTreeMap;

use entity::{
    kind::OfficerKind,
    officers_funded,
    scalar::{Dollars, Officers},
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{claims::EmptyFields, job::Job, values};

/// More officers than the largest agency of the country has are an amount of money in the wrong column.
const MOST_OFFICERS: Officers = Officers(500_000);
/// From this many officers on, less than a hundred dollars per officer shows that the number is an amount of money.
const MANY_OFFICERS: Officers = Officers(10_000);
const LEAST_CENTS_OF_TENTH: i64 = 1_000;

/// The values in a row about the officers of an award.
#[derive(Clone, Debug, Default)]
pub(crate) struct CountedOfficers {
    pub(crate) kind: Option<OfficerKind>,
    pub(crate) requested: Option<Officers>,
    pub(crate) funded: Option<Officers>,
    pub(crate) accepted: Option<Officers>,
    pub(crate) hired: Option<Officers>,
    pub(crate) retained: Option<Officers>,
    pub(crate) school_resource_officers: Option<Officers>,
    pub(crate) veterans: Option<Officers>,
    pub(crate) part_time: Option<Officers>,
    /// The columns that are empty: earlier values are withdrawn.
    pub(crate) withdrawn: EmptyFields<&'static str>,
}

impl CountedOfficers {
    /// Whether the row says anything besides the kind.
    pub(crate) fn says_anything(&self) -> bool {
        let stages = [self.requested, self.funded, self.accepted, self.hired, self.retained];
        let parts = [self.school_resource_officers, self.veterans, self.part_time];
        stages.iter().chain(&parts).any(Option::is_some)
    }

    /// Whether the number of funded officers is an amount of money: the award's own, or one that leaves too little per
    /// officer.
    pub(crate) fn is_money(&self, federal_share: Option<Dollars>) -> bool {
        let (Some(officers), Some(Dollars(cents))) = (self.funded, federal_share) else {
            return false;
        };
        let (tenths, is_many) = (i64::from(officers.0), officers >= MANY_OFFICERS);
        let is_amount = tenths * 10 == cents && cents >= 100_000;
        is_amount || (is_many && cents < tenths.saturating_mul(LEAST_CENTS_OF_TENTH))
    }
}

/// Writes the officers of awards.
pub(crate) struct ListedOfficers {
    next_id: i32,
}

impl ListedOfficers {
    /// Starts empty.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        Ok(Self { next_id: job.load.next_id::<officers_funded::Entity>().await? })
    }

    /// Writes the officers of awards, by award id.
    pub(crate) async fn write(
        &mut self,
        job: &mut Job,
        rows: Vec<(i32, CountedOfficers)>,
    ) -> Result<(), DbErr> {
        let ids = rows.iter().map(|(id, _)| *id);
        let known = officers_funded::Entity::find()
            .filter(officers_funded::Column::GrantId.is_in(ids))
            .all(job.load.transaction())
            .await?;
        let mut slots: BTreeMap<i32, (Option<officers_funded::Model>, officers_funded::Model)> =
            known.into_iter().map(|row| (row.id, (Some(row.clone()), row))).collect();
        for (grant_id, counted) in rows {
            let same =
                |row: &officers_funded::Model| row.grant_id == grant_id && row.kind == counted.kind;
            let found = slots.values().find(|(_, row)| same(row)).map(|(_, row)| row.id);
            if found.is_none() && !counted.says_anything() {
                continue;
            }
            let id = found.unwrap_or_else(|| {
                self.next_id += 1;
                self.next_id - 1
            });
            let (_, row) = slots.entry(id).or_insert_with(|| (None, blank(id, grant_id)));
            row.kind = counted.kind;
            let is_of_load = row.revision_id == job.load.revision();
            for (column, field, said) in [
                ("requested", &mut row.requested, counted.requested),
                ("officers", &mut row.funded, counted.funded),
                ("accepted", &mut row.accepted, counted.accepted),
                ("hired", &mut row.hired, counted.hired),
                ("retained", &mut row.retained, counted.retained),
                (
                    "school_resource_officers",
                    &mut row.school_resource_officers,
                    counted.school_resource_officers,
                ),
                ("veterans", &mut row.veterans, counted.veterans),
                ("part_time", &mut row.part_time, counted.part_time),
            ] {
                if said.is_some() || (counted.withdrawn.0.contains(&column) && !is_of_load) {
                    *field = said;
                }
            }
        }
        let mut gone = Vec::new();
        slots.retain(|id, (_, row)| {
            let stages = [row.requested, row.funded, row.accepted, row.hired, row.retained];
            let parts = [row.school_resource_officers, row.veterans, row.part_time];
            let is_said = stages.iter().chain(&parts).any(Option::is_some);
            if !is_said {
                gone.push(*id);
            }
            is_said
        });
        if !gone.is_empty() {
            let gone = officers_funded::Column::Id.is_in(gone);
            let removed = job.load.remove::<officers_funded::Entity>(gone).await?;
            job.report.tally("officers_funded").removed += removed;
        }
        let (mut added, mut changed) = (Vec::new(), Vec::new());
        for (before, mut row) in slots.into_values() {
            let tally = job.report.tally("officers_funded");
            if before.as_ref() == Some(&row) {
                tally.unchanged += 1;
                continue;
            }
            (row.source_id, row.revision_id) = (job.source_id, job.load.revision());
            match before {
                None => {
                    tally.added += 1;
                    added.push(row);
                }
                Some(before) => {
                    tally.changed += u64::from(before.revision_id != job.load.revision());
                    changed.push(row);
                }
            }
        }
        job.load.change::<officers_funded::Entity>(changed).await?;
        job.load.insert::<officers_funded::Entity>(&added).await
    }
}

/// Parses a number of officers.
pub(crate) fn officers(text: &str) -> Result<Officers, String> {
    if text.contains('$') {
        return Err("is an amount of money, not a number of officers".to_owned());
    }
    let officers: Officers = values::decimal(text).map_err(|error| error.to_string())?;
    match officers {
        Officers(..0) => Err("is negative: a number of officers cannot be negative".to_owned()),
        officers if officers > MOST_OFFICERS => Err(format!(
            "is more than {MOST_OFFICERS}: no award funds this many officers, so it is an amount of money or an error"
        )),
        officers => Ok(officers),
    }
}

fn blank(id: i32, grant_id: i32) -> officers_funded::Model {
    officers_funded::Model {
        id,
        grant_id,
        kind: None,
        requested: None,
        funded: None,
        accepted: None,
        hired: None,
        retained: None,
        school_resource_officers: None,
        veterans: None,
        part_time: None,
        source_id: 0,
        revision_id: 0,
    }
}
