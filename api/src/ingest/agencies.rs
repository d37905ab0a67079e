//! The agencies of the dataset during a load: found by ORI or name, added and changed.
//!
//! There are about 40,000 agencies whatever is loaded, so all are held in memory.

use std::collections::HashMap;

use entity::{
    agency,
    scalar::{Ori, State},
    search::Searched as _,
};
use sea_orm::{DbErr, EntityTrait, QueryOrder};

use super::{job::Job, names::Name};

/// How a load has changed an agency.
#[derive(Clone, Debug, Default)]
struct TouchedAgency {
    /// The agency before the load; `None` if it is new.
    before: Option<Box<agency::Model>>,
    /// The source that touched it last.
    source_id: i32,
}

/// All agencies.
#[derive(Debug, Default)]
pub(crate) struct Agencies {
    rows: Vec<agency::Model>,
    by_ori: HashMap<String, usize>,
    by_id: HashMap<i32, usize>,
    /// Agencies without an ORI, by state, normalized name and county.
    without_ori: HashMap<(Option<String>, String, Option<String>), usize>,
    touched: HashMap<usize, TouchedAgency>,
    next_id: i32,
}

impl Agencies {
    /// Reads all agencies.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        let transaction = job.load.transaction();
        let rows = agency::Entity::find().order_by_asc(agency::Column::Id).all(transaction).await?;
        let mut agencies =
            Self { next_id: job.load.next_id::<agency::Entity>().await?, ..Self::default() };
        for row in rows {
            let at = agencies.rows.len();
            agencies.index(at, &row);
            agencies.rows.push(row);
        }
        Ok(agencies)
    }

    fn index(&mut self, at: usize, row: &agency::Model) {
        self.by_id.insert(row.id, at);
        for ori in [&row.ori9, &row.ori7].into_iter().flatten() {
            self.by_ori.insert(ori.as_str().to_owned(), at);
        }
        if let (None, None, Some(name)) = (&row.ori9, &row.ori7, &row.name) {
            let key = (code(row.state.as_ref()), Name::of(name).form, row.county_fips.clone());
            self.without_ori.insert(key, at);
        }
    }

    /// The agency with an ORI of either length. A nine-character ORI is the seven-character one followed by two zeros,
    /// with a few exceptions, and files have either: an agency without one of the two is found by the other. Neither is
    /// ever derived from the other.
    pub(crate) fn find(&self, ori: &Ori) -> Option<usize> {
        let ori = ori.as_str();
        self.by_ori.get(ori).copied().or_else(|| {
            let is_seven = ori.len() == 7;
            let other =
                if is_seven { format!("{ori}00") } else { ori.strip_suffix("00")?.to_owned() };
            let at = *self.by_ori.get(&other)?;
            let row = &self.rows[at];
            let lacks = if is_seven { row.ori7.is_none() } else { row.ori9.is_none() };
            lacks.then_some(at)
        })
    }

    /// The agency with this name and no ORI. Places with the same name can be in several counties of a state.
    pub(crate) fn find_without_ori(
        &self,
        name: &str,
        state: Option<&State>,
        county_fips: Option<&str>,
    ) -> Option<usize> {
        let key = (code(state), Name::of(name).form, county_fips.map(str::to_owned));
        self.without_ori.get(&key).copied()
    }

    /// The position of the agency with an id.
    pub(crate) fn place_of(&self, id: i32) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The agency with an id.
    pub(crate) fn of_id(&self, id: i32) -> Option<&agency::Model> {
        self.place_of(id).map(|at| &self.rows[at])
    }

    /// An agency.
    pub(crate) fn get(&self, at: usize) -> &agency::Model {
        &self.rows[at]
    }

    /// An agency before the load; none if it is new.
    pub(crate) fn before(&self, at: usize) -> Option<&agency::Model> {
        self.touched.get(&at).map_or(Some(&self.rows[at]), |touched| touched.before.as_deref())
    }

    /// Adds an empty agency.
    pub(crate) fn add(&mut self, source_id: i32) -> usize {
        self.rows.push(agency::Model {
            id: self.next_id,
            ori9: None,
            ori7: None,
            name: None,
            kind: None,
            state: None,
            county_fips: None,
            county_name: None,
            city: None,
            zip: None,
            latitude: None,
            longitude: None,
            population: None,
            sworn_officers: None,
            search: String::new(),
            state_id: None,
            county_id: None,
            source_id,
            revision_id: 0,
        });
        let at = self.rows.len() - 1;
        self.by_id.insert(self.next_id, at);
        self.next_id += 1;
        self.touched.insert(at, TouchedAgency { before: None, source_id });
        at
    }

    /// Changes an agency. Whether anything differs is determined when it is written.
    pub(crate) fn change(
        &mut self,
        at: usize,
        source_id: i32,
        change: impl FnOnce(&mut agency::Model),
    ) {
        let before = Some(Box::new(self.rows[at].clone()));
        self.touched.entry(at).or_insert(TouchedAgency { before, source_id }).source_id = source_id;
        let mut row = self.rows[at].clone();
        change(&mut row);
        self.index(at, &row);
        self.rows[at] = row;
    }

    /// Writes new and changed agencies.
    pub(crate) async fn write(&mut self, job: &mut Job) -> Result<(), DbErr> {
        let mut touched: Vec<(usize, TouchedAgency)> = self.touched.drain().collect();
        touched.sort_unstable_by_key(|(at, _)| *at);
        let revision_id = job.load.revision();
        let (mut added, mut changed, mut unchanged) = (Vec::new(), Vec::new(), 0);
        let mut added_before = 0;
        for (at, TouchedAgency { before, source_id }) in touched {
            if before.as_deref() == Some(&self.rows[at]) {
                unchanged += 1;
                continue;
            }
            let row = &mut self.rows[at];
            // An agency that this load added and then completed counts once, as added.
            added_before += u64::from(before.is_some() && row.revision_id == revision_id);
            row.source_id = source_id;
            row.revision_id = revision_id;
            row.search = row.searched();
            if before.is_none() { &mut added } else { &mut changed }.push(row.clone());
        }
        job.load.insert::<agency::Entity>(&added).await?;
        let tally = job.report.tally("agencies");
        tally.added += added.len() as u64;
        tally.changed += changed.len() as u64 - added_before;
        tally.unchanged += unchanged;
        job.load.change::<agency::Entity>(changed).await
    }

    /// All agencies, with their positions.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, &agency::Model)> {
        self.rows.iter().enumerate()
    }
}

fn code(state: Option<&State>) -> Option<String> {
    state.map(|state| state.as_str().to_owned())
}
