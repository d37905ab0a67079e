//! Courses, sessions and trainees.
//!
//! Sessions belong to the courses of the reference data and to synthetic ones, whose titles say so. A trainee is a
//! role, an agency, a day and hours; no column identifies the person.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate};
use entity::{
    kind::{Modality, OrganizationKind, TraineeRole},
    scalar::{Hours, State},
    search::Searched as _,
    trainee, training, training_session,
};

use super::{Stamp, agencies::Traits, awards::Organizations, chance::Chance, places::STATES};

/// The subjects of the synthetic courses, with their topics.
const SUBJECTS: &[(&str, &str)] = &[
    ("De-escalation", "de-escalation|crisis intervention"),
    ("Procedural Justice", "procedural justice|community trust"),
    ("Crisis Intervention", "crisis intervention|mental health"),
    ("Officer Wellness", "stress management|peer support|wellness"),
    ("School Safety", "school safety|threat assessment"),
    ("Problem-Oriented Policing", "problem solving|crime analysis"),
    ("Tribal Policing", "tribal policing|jurisdiction"),
    ("Active Threat Response", "active threat|incident command"),
    ("Police Leadership", "leadership|supervision"),
    ("Community Engagement", "community engagement|partnerships"),
    ("Human Trafficking", "human trafficking|victims"),
    ("Opioids and Overdose", "opioids|harm reduction"),
];
const LEVELS: &[&str] =
    &["Foundations", "In Practice", "For Supervisors", "Train the Trainer", "Refresher"];
/// What the sessions need to know about a course.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) id: i32,
    pub(super) first_year: i32,
    pub(super) tenths_of_hours: i32,
    pub(super) modality: Option<Modality>,
}

impl Course {
    /// A course of the reference data. A course of unknown length is assumed to last a day.
    pub(super) fn of(row: &training::Model) -> Self {
        Self {
            id: row.id,
            first_year: row.first_year.unwrap_or(2022),
            tenths_of_hours: row.hours.map_or(80, |hours| hours.0),
            modality: row.modality,
        }
    }
}

/// Generates the synthetic courses.
pub(super) fn courses(
    first: i32,
    organizations: &Organizations,
    stamp: Stamp,
    chance: &mut Chance,
) -> Vec<training::Model> {
    let providers: Vec<i32> = organizations
        .iter()
        .filter(|(_, kind)| {
            matches!(kind, OrganizationKind::University | OrganizationKind::Nonprofit)
        })
        .map(|(id, _)| *id)
        .collect();
    let titles =
        SUBJECTS.iter().flat_map(|subject| LEVELS.iter().map(move |level| (subject, level)));
    let row = |(id, ((subject, topics), level)): (i32, (&(&str, &str), &&str))| {
        let title = format!("{subject}: {level} (sample course)");
        let mut row = training::Model {
            id,
            search: String::new(),
            title,
            acronym: None,
            provider_id: chance.happens(0.95).then(|| *chance.pick(&providers)),
            topics: Some((*topics).to_owned()),
            hours: chance.happens(0.97).then(|| Hours(5 * chance.within(3, 80))),
            modality: chance.happens(0.95).then(|| modality(1.0, chance)),
            certified_by: None,
            first_year: chance.happens(0.96).then(|| chance.within(1994, 2018)),
            note: None,
            source_id: stamp.source,
            revision_id: stamp.revision,
        };
        row.search = row.searched();
        row
    };
    (first..).zip(titles).map(row).collect()
}

fn modality(in_person: f64, chance: &mut Chance) -> Modality {
    chance.weighted(&[
        (Modality::InPerson, in_person),
        (Modality::Online, 0.25),
        (Modality::Hybrid, 0.1),
    ])
}

/// What the trainees need to know about a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Class {
    id: i32,
    state: Option<usize>,
    ends: NaiveDate,
    tenths_of_hours: i32,
}

/// The grants that pay for the sessions of each year: those of the year and of the two before it.
#[derive(Debug)]
pub(super) struct Payers(BTreeMap<i32, Vec<i32>>);

impl Payers {
    /// Takes the grants that may pay for training, with their fiscal years.
    pub(super) fn new(for_training: &[(i32, i32)]) -> Self {
        let mut payers: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
        for (of, id) in for_training {
            for year in *of..=*of + 2 {
                payers.entry(year).or_default().push(*id);
            }
        }
        Self(payers)
    }
}

/// Generates a session.
pub(super) fn session(
    id: i32,
    courses: &[Course],
    payers: &Payers,
    stamp: Stamp,
    chance: &mut Chance,
) -> (training_session::Model, Class) {
    let course = chance.pick(courses);
    let year = chance.within(course.first_year.clamp(1994, 2024), 2025);
    let first = NaiveDate::from_ymd_opt(year, 1, 4).expect("a day of the calendar");
    let starts = first + Days::new(chance.below(if year == 2025 { 255 } else { 350 }) as u64);
    let days = u64::from(course.tenths_of_hours.unsigned_abs()) / 80;
    let ends = starts + Days::new(days.min(9));
    let way = course.modality.filter(|_| chance.happens(0.85));
    let way = way.unwrap_or_else(|| modality(if year == 2020 { 0.1 } else { 1.0 }, chance));
    let states = |chance: &mut Chance| {
        let at = chance.below(STATES.len());
        // The larger of two random states: more sessions are held where more people live.
        let other = chance.below(STATES.len());
        if STATES[at].thousands > STATES[other].thousands { at } else { other }
    };
    let state = (way != Modality::Online).then(|| states(chance));
    let paying = payers.0.get(&starts.year()).filter(|_| chance.happens(0.8));
    let row = training_session::Model {
        id,
        training_id: course.id,
        grant_id: paying.map(|paying| *chance.pick(paying)),
        code: chance.happens(0.95).then(|| format!("DEMO-{id:06}")),
        starts_on: chance.happens(0.995).then_some(starts),
        ends_on: chance.happens(0.97).then_some(ends),
        state: state.and_then(|state| STATES[state].code.parse::<State>().ok()),
        modality: chance.happens(0.97).then_some(way),
        source_id: stamp.source,
        revision_id: stamp.revision,
    };
    (row, Class { id, state, ends, tenths_of_hours: course.tenths_of_hours })
}

/// All agencies, and those of each state.
#[derive(Debug)]
pub(super) struct Homes {
    all: Vec<i32>,
    by_state: Vec<Vec<i32>>,
}

impl Homes {
    /// Groups agencies by state. Larger ones are repeated, because they send more people.
    pub(super) fn new(agencies: &[Traits]) -> Self {
        let mut homes = Self { all: Vec::new(), by_state: vec![Vec::new(); STATES.len()] };
        for agency in agencies {
            for _ in 0..=(agency.sworn / 20).min(200) {
                homes.all.push(agency.id);
                homes.by_state[agency.state].push(agency.id);
            }
        }
        homes
    }

    fn draw(&self, state: Option<usize>, chance: &mut Chance) -> i32 {
        let near = state.map(|state| &self.by_state[state]).filter(|near| !near.is_empty());
        let from = near.filter(|_| chance.happens(0.85)).unwrap_or(&self.all);
        *chance.pick(from)
    }
}

/// Generates a trainee of a session.
pub(super) fn trainee(
    id: i32,
    class: &Class,
    homes: &Homes,
    stamp: Stamp,
    chance: &mut Chance,
) -> trainee::Model {
    let role = chance.weighted(&[
        (TraineeRole::LawEnforcement, 0.78),
        (TraineeRole::CommunityMember, 0.15),
        (TraineeRole::GovernmentLeader, 0.07),
    ]);
    let has_agency = role == TraineeRole::LawEnforcement && chance.happens(0.93);
    let completed = chance.happens(0.93);
    let hours = if completed || class.tenths_of_hours < 10 {
        class.tenths_of_hours
    } else {
        chance.within(5, class.tenths_of_hours - 5)
    };
    trainee::Model {
        id,
        session_id: class.id,
        role,
        agency_id: has_agency.then(|| homes.draw(class.state, chance)),
        completed_on: completed.then_some(class.ends),
        hours: chance.happens(0.98).then_some(Hours(hours)),
        source_id: stamp.source,
        revision_id: stamp.revision,
    }
}
