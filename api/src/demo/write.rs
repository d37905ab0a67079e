//! Writes the dataset part by part. Parts whose size grows with the scale are never in memory as a whole, except for
//! what later parts refer to.

use std::collections::HashMap;

use entity::{
    agency, grant, kind::SourceKind, measure, obligation, officers_funded, organization, outcome,
    program, source, trainee, training, training_session,
};
use indicatif::ProgressBar;
use sea_orm::{DbErr, EntityTrait, ModelTrait};

use super::{
    DEFAULT_SEED, Made, SOURCE, Stamp,
    agencies::{self, Traits},
    awards::{self, Organizations},
    chance::{Chance, share},
    grants::{GrantMaker, GrantRows},
    outcomes,
    plan::{OBLIGATED, PLAN, PlanCell},
    recipients::DemoRecipients,
    scaled, scaled_amount,
    trainings::{self, Class, Course, Homes, Payers},
};
use crate::database::load::Load;

const AGENCIES: u32 = 18_000;
const ORGANIZATIONS: u32 = 1_500;
const SESSIONS: u32 = 25_000;
const TRAINEES: u32 = 597_300;
/// How many rows are generated before they are written.
const CHUNK: usize = 16_000;

/// Drops the indexes of the tables that start empty.
pub(super) async fn suspend_indexes(load: &mut Load) -> Result<(), DbErr> {
    load.suspend_indexes::<agency::Entity>().await?;
    load.suspend_indexes::<grant::Entity>().await?;
    load.suspend_indexes::<obligation::Entity>().await?;
    load.suspend_indexes::<officers_funded::Entity>().await?;
    load.suspend_indexes::<training_session::Entity>().await?;
    load.suspend_indexes::<outcome::Entity>().await?;
    load.suspend_indexes::<trainee::Entity>().await
}

/// Generates and writes everything.
pub(super) async fn all(
    load: &Load,
    scale: f64,
    seed: u64,
    bar: &ProgressBar,
) -> Result<Made, DbErr> {
    let writer = DemoWriter { load, scale, seed, bar, stamp: stamp(load, scale, seed).await? };
    // An estimate: 45,000 grants have some 150,000 rows below them, and there are some 220,000 outcomes.
    bar.set_length(u64::from(scaled(TRAINEES + 460_000, scale)));
    let mut made = Made {
        agencies: 0,
        counties: 0,
        districts: 0,
        organizations: 0,
        grants: 0,
        obligations: 0,
        officers_funded: 0,
        trainings: 0,
        training_sessions: 0,
        trainees: 0,
        outcomes: 0,
        removed: 0,
        took: std::time::Duration::ZERO,
    };
    bar.set_message("agencies");
    let (agencies, organizations) = writer.recipients(&mut made).await?;
    bar.set_message("grants");
    let for_training = writer.grants(&agencies, &organizations, &mut made).await?;
    bar.set_message("trainings");
    let classes = writer.sessions(&organizations, &for_training, &mut made).await?;
    bar.set_message("trainees");
    writer.trainees(&agencies, &classes, &mut made).await?;
    bar.set_message("outcomes");
    writer.outcomes(&agencies, &mut made).await?;
    bar.set_length(made.rows());
    Ok(made)
}

/// Records the source of the rows.
async fn stamp(load: &Load, scale: f64, seed: u64) -> Result<Stamp, DbErr> {
    let id = load.next_id::<source::Entity>().await?;
    let seed = if seed == DEFAULT_SEED { String::new() } else { format!(", seed {seed}") };
    let row = source::Model {
        id,
        code: SOURCE.to_owned(),
        kind: SourceKind::Synthetic,
        title: format!("Synthetic demonstration data, not real (scale {scale}{seed})"),
        publisher: Some("cops-graphql".to_owned()),
        published_on: None,
        url: None,
        sha256: None,
        bytes: None,
        revision_id: load.revision(),
    };
    load.insert::<source::Entity>(&[row]).await?;
    Ok(Stamp { source: id, revision: load.revision() })
}

struct DemoWriter<'a> {
    load: &'a Load,
    scale: f64,
    seed: u64,
    bar: &'a ProgressBar,
    stamp: Stamp,
}

impl DemoWriter<'_> {
    async fn insert<E>(&self, rows: &[E::Model], count: &mut u64) -> Result<(), DbErr>
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E>,
    {
        // One statement at a time, so that the bar advances.
        for rows in rows.chunks(CHUNK) {
            self.load.insert::<E>(rows).await?;
            *count += rows.len() as u64;
            self.bar.inc(rows.len() as u64);
        }
        Ok(())
    }

    /// Generates the agencies and organizations.
    async fn recipients(&self, made: &mut Made) -> Result<(Vec<Traits>, Organizations), DbErr> {
        let count = scaled(AGENCIES, self.scale) as usize;
        let first = self.load.next_id::<agency::Entity>().await?;
        let chance = &mut Chance::new(self.seed, 1);
        let (rows, traits) = agencies::agencies(count, first, self.stamp, chance);
        self.insert::<agency::Entity>(&rows, &mut made.agencies).await?;
        let count = scaled(ORGANIZATIONS, self.scale) as usize;
        let first = self.load.next_id::<organization::Entity>().await?;
        let chance = &mut Chance::new(self.seed, 2);
        let rows = agencies::organizations(count, first, self.stamp, chance);
        self.insert::<organization::Entity>(&rows, &mut made.organizations).await?;
        let known = rows.iter().filter_map(|row| row.kind.map(|kind| (row.id, kind))).collect();
        Ok((traits, known))
    }

    /// Generates the grants and their child rows. Returns the grants that can pay for training.
    async fn grants(
        &self,
        agencies: &[Traits],
        organizations: &Organizations,
        made: &mut Made,
    ) -> Result<Vec<(i32, i32)>, DbErr> {
        let programs = program::Entity::find().all(self.load.transaction()).await?;
        let programs: HashMap<String, i32> =
            programs.into_iter().map(|row| (row.code, row.id)).collect();
        let scaled = |number| scaled(number, self.scale);
        let mut recipients = DemoRecipients::new(agencies, |number| scaled(number) as usize);
        let mut maker = GrantMaker {
            stamp: self.stamp,
            next_grant: self.load.next_id::<grant::Entity>().await?,
            next_obligation: self.load.next_id::<obligation::Entity>().await?,
            next_officers: self.load.next_id::<officers_funded::Entity>().await?,
            serials: HashMap::new(),
            obligated: HashMap::new(),
            for_training: Vec::new(),
        };
        let chance = &mut Chance::new(self.seed, 3);
        let mut rows = GrantRows::default();
        for (number, cell) in (1..).zip(PLAN) {
            let cell = &PlanCell {
                awards: scaled(cell.awards),
                to_organizations: scaled(cell.to_organizations.max(1)).min(cell.to_organizations),
                officers: scaled_amount(cell.officers, self.scale),
                dollars: scaled_amount(cell.dollars, self.scale),
                ..*cell
            };
            let cents = self.cents(cell, &maker);
            let cell = (number, cell);
            let awards = awards::of(cell, cents, agencies, &mut recipients, organizations, chance);
            let known = rows.grants.len();
            let program = cell.1.program.and_then(|code| programs.get(code)).copied();
            maker.add(&mut rows, cell.1, program, &awards, chance);
            for grant in &mut rows.grants[known..] {
                let Some(id) = grant.agency_id else { continue };
                let place = agencies.partition_point(|agency| agency.id < id);
                grant.district =
                    agencies.get(place).and_then(|agency| agencies::district(agency, place));
            }
            if rows.grants.len() >= CHUNK {
                self.flush(&mut rows, made).await?;
            }
        }
        self.flush(&mut rows, made).await?;
        Ok(maker.for_training)
    }

    /// The money of a plan row, in cents. A row that balances a fiscal year gets the amount that the year's obligations
    /// still lack.
    fn cents(&self, cell: &PlanCell, maker: &GrantMaker) -> i64 {
        let published = |year: i32| OBLIGATED.iter().find(|(of, _)| *of == year);
        match cell.balances.and_then(published) {
            Some((year, cents)) => {
                let so_far = maker.obligated.get(year).copied().unwrap_or_default();
                (scaled_amount(*cents, self.scale) - so_far).max(0)
            }
            None => cell.dollars * 100,
        }
    }

    async fn flush(&self, rows: &mut GrantRows, made: &mut Made) -> Result<(), DbErr> {
        self.insert::<grant::Entity>(&rows.grants, &mut made.grants).await?;
        self.insert::<obligation::Entity>(&rows.obligations, &mut made.obligations).await?;
        self.insert::<officers_funded::Entity>(&rows.officers, &mut made.officers_funded).await?;
        *rows = GrantRows::default();
        Ok(())
    }

    /// Generates the courses and their sessions.
    async fn sessions(
        &self,
        organizations: &Organizations,
        for_training: &[(i32, i32)],
        made: &mut Made,
    ) -> Result<Vec<Class>, DbErr> {
        let real = training::Entity::find().all(self.load.transaction()).await?;
        let first = self.load.next_id::<training::Entity>().await?;
        let chance = &mut Chance::new(self.seed, 4);
        let rows = trainings::courses(first, organizations, self.stamp, chance);
        self.insert::<training::Entity>(&rows, &mut made.trainings).await?;
        let payers = Payers::new(for_training);
        let courses: Vec<Course> = real.iter().chain(&rows).map(Course::of).collect();
        let first = self.load.next_id::<training_session::Entity>().await?;
        let count = scaled(SESSIONS, self.scale) as usize;
        let mut classes = Vec::with_capacity(count);
        let mut rows = Vec::with_capacity(count.min(CHUNK));
        for id in (first..).take(count) {
            let (row, class) = trainings::session(id, &courses, &payers, self.stamp, chance);
            rows.push(row);
            classes.push(class);
            if rows.len() == CHUNK {
                let count = &mut made.training_sessions;
                self.insert::<training_session::Entity>(&rows, count).await?;
                rows.clear();
            }
        }
        self.insert::<training_session::Entity>(&rows, &mut made.training_sessions).await?;
        Ok(classes)
    }

    /// Generates the trainees of all sessions.
    async fn trainees(
        &self,
        agencies: &[Traits],
        classes: &[Class],
        made: &mut Made,
    ) -> Result<(), DbErr> {
        let homes = Homes::new(agencies);
        let mut next = self.load.next_id::<trainee::Entity>().await?;
        let chance = &mut Chance::new(self.seed, 5);
        let sizes: Vec<f64> = classes.iter().map(|_| chance.skewed(0.6)).collect();
        let sizes = share(i64::from(scaled(TRAINEES, self.scale)), 1, &sizes);
        let mut rows = Vec::with_capacity(CHUNK);
        for (class, size) in classes.iter().zip(sizes) {
            for _ in 0..size {
                rows.push(trainings::trainee(next, class, &homes, self.stamp, chance));
                next += 1;
                if rows.len() == CHUNK {
                    self.insert::<trainee::Entity>(&rows, &mut made.trainees).await?;
                    rows.clear();
                }
            }
        }
        self.insert::<trainee::Entity>(&rows, &mut made.trainees).await
    }

    /// Generates agency reports, and estimates for states and the nation.
    async fn outcomes(&self, agencies: &[Traits], made: &mut Made) -> Result<(), DbErr> {
        let measures = measure::Entity::find().all(self.load.transaction()).await?;
        let measures = measures.into_iter().map(|row| (row.code, row.id)).collect();
        let next = self.load.next_id::<outcome::Entity>().await?;
        let chance = &mut Chance::new(self.seed, 6);
        let mut maker = outcomes::OutcomeMaker { measures: &measures, stamp: self.stamp, next };
        let mut rows = maker.estimates(chance);
        let count = scaled(outcomes::REPORTERS, self.scale) as usize;
        for agency in outcomes::reporters(agencies, count) {
            maker.agency(agency, &mut rows, chance);
            if rows.len() >= CHUNK {
                self.insert::<outcome::Entity>(&rows, &mut made.outcomes).await?;
                rows.clear();
            }
        }
        self.insert::<outcome::Entity>(&rows, &mut made.outcomes).await
    }
}
