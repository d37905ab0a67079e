//! Synthetic outcomes: a panel of reporting agencies, the states and the nation.
//!
//! **A sample.** All 18,000 agencies with fifteen measures over 35 years would be nine million rows, too many for a
//! first run of a few seconds. So 430 agencies report: a systematic sample of those that serve people, and a few
//! campuses, whose people other agencies count. They are not chosen by their awards, so agencies with and without
//! awards appear in proportion. States and the nation are complete: the nation is the sum of its states.
//!
//! **Plausible.** Rates follow the national trend from 1990 to 2024, given in a few round numbers with straight lines
//! between them. Agencies are above or below it, larger ones more often above. An agency may start to report late, miss
//! years, and report only some months of other years; it then has only the offenses of those months. Officers and
//! offenses are filed independently.
//!
//! **No effect of awards.** Officers and offenses do not depend on what an agency was granted, so an event study of
//! these rows shows only chance and the national trend.

use std::collections::HashMap;

use entity::{
    kind::{AgencyKind, OutcomeFlag},
    outcome,
    scalar::{BigInt, State},
};

use super::{
    Stamp,
    agencies::Traits,
    chance::Chance,
    courses::{OFFENSES, OFFICERS, Offense, PEOPLE, at},
    places::STATES,
};

/// The number of reporting agencies at scale 1.
pub(super) const REPORTERS: u32 = 430;
/// One reporter in this many is a campus.
const CAMPUSES: usize = 40;
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1990..=2024;
/// The first year of the revised definition of rape.
const REVISED: i32 = 2013;

/// Generates outcomes.
pub(super) struct OutcomeMaker<'a> {
    pub(super) measures: &'a HashMap<String, i32>,
    pub(super) stamp: Stamp,
    pub(super) next: i32,
}

/// What the rows of an agency, a state or the nation share in one year.
#[derive(Clone)]
struct DemoFiling {
    agency_id: Option<i32>,
    state: Option<State>,
    year: i32,
    people: i64,
    months: Option<i32>,
}

impl OutcomeMaker<'_> {
    fn add(
        &mut self,
        rows: &mut Vec<outcome::Model>,
        filing: &DemoFiling,
        code: &str,
        value: i64,
        flag: Option<OutcomeFlag>,
    ) {
        let Some(measure_id) = self.measures.get(code) else { return };
        rows.push(outcome::Model {
            id: self.next,
            measure_id: *measure_id,
            agency_id: filing.agency_id,
            level: outcome::Model::level_of(filing.agency_id, filing.state.as_ref()),
            state: filing.state.clone(),
            year: filing.year,
            value: BigInt(value),
            population_served: i32::try_from(filing.people).ok().filter(|people| *people > 0),
            months_reported: filing.months,
            flag,
            note: None,
            source_id: self.stamp.source,
            revision_id: self.stamp.revision,
        });
        self.next += 1;
    }

    /// All years of an agency.
    pub(super) fn agency(
        &mut self,
        agency: &Traits,
        rows: &mut Vec<outcome::Model>,
        chance: &mut Chance,
    ) {
        let nature = Nature::of(agency, chance);
        let state: Option<State> = STATES[agency.state].code.parse().ok();
        for year in YEARS.filter(|year| *year >= nature.since) {
            let people = whole(f64::from(agency.population) * nature.people_in(year));
            let filing = DemoFiling {
                agency_id: Some(agency.id),
                state: state.clone(),
                year,
                people,
                months: None,
            };
            if !chance.happens(0.05) {
                self.employees(agency, &nature, &filing, rows, chance);
            }
            if !chance.happens(0.06) {
                let months = if chance.happens(0.88) { 12 } else { chance.within(1, 11) };
                let filing = DemoFiling { months: Some(months), ..filing };
                let rate =
                    |offense: &Offense| nature.rate(offense, year) * f64::from(months) / 12.0;
                self.offenses(&filing, rate, rows, chance);
            }
        }
    }

    /// The population, officers and civilians of an agency in a year.
    fn employees(
        &mut self,
        agency: &Traits,
        nature: &Nature,
        filing: &DemoFiling,
        rows: &mut Vec<outcome::Model>,
        chance: &mut Chance,
    ) {
        let elsewhere = (filing.people == 0).then_some(OutcomeFlag::CountedElsewhere);
        self.add(rows, filing, "population", filing.people, elsewhere);
        let noise = 1.0 + 0.025 * chance.bell();
        let officers = f64::from(agency.sworn) * at(&OFFICERS, filing.year) * noise;
        let officers = whole(officers).max(1);
        // Occasionally an agency files a number with extra digits.
        let slip = filing.people > 0 && chance.happens(0.002);
        let filed = if slip { officers * 100 } else { officers };
        let implausible = (slip && filed * 5 > filing.people).then_some(OutcomeFlag::Implausible);
        self.add(rows, filing, "sworn_officers", filed, implausible);
        #[expect(clippy::cast_precision_loss, reason = "officers are few")]
        let civilians = whole(officers as f64 * nature.civilians * (1.0 + 0.04 * chance.bell()));
        self.add(rows, filing, "civilians", civilians, None);
    }

    /// The offenses of a filing, from rates per 100,000 people, and how many were cleared.
    #[expect(clippy::cast_precision_loss, reason = "people are fewer than 2^53")]
    fn offenses(
        &mut self,
        filing: &DemoFiling,
        rate: impl Fn(&Offense) -> f64,
        rows: &mut Vec<outcome::Model>,
        chance: &mut Chance,
    ) {
        // A campus also has offenses; its people are counted by other agencies.
        let people = if filing.people == 0 { 4_000.0 } else { filing.people as f64 };
        let counts = OFFENSES.each_ref().map(|offense| {
            let expected = people * rate(offense) / 100_000.0;
            whole(expected + chance.bell() * expected.sqrt())
        });
        self.counted(filing, &counts, rows);
        let (mut violent, mut property) = (0, 0);
        for (offense, count) in OFFENSES.iter().zip(counts) {
            let part = (offense.cleared * (1.0 + 0.15 * chance.bell())).clamp(0.0, 1.0);
            let cleared = whole(count as f64 * part);
            if offense.is_violent {
                violent += cleared;
            } else {
                property += cleared;
            }
            if offense.code == "murder" {
                self.add(rows, filing, "murder_cleared", cleared, None);
            }
        }
        self.add(rows, filing, "violent_crime_cleared", violent, None);
        self.add(rows, filing, "property_crime_cleared", property, None);
    }

    /// The numbers of offenses, and the totals of violent and property offenses.
    fn counted(&mut self, filing: &DemoFiling, counts: &[i64; 7], rows: &mut Vec<outcome::Model>) {
        for (offense, count) in OFFENSES.iter().zip(counts) {
            let code = match (offense.code, filing.year < REVISED) {
                ("rape", true) => "rape_legacy",
                ("rape", false) => "rape_revised",
                (code, _) => code,
            };
            self.add(rows, filing, code, *count, None);
        }
        let of = |violent: bool| -> i64 {
            let parts = OFFENSES.iter().zip(counts);
            parts.filter(|(offense, _)| offense.is_violent == violent).map(|(_, count)| count).sum()
        };
        self.add(rows, filing, "violent_crime", of(true), None);
        self.add(rows, filing, "property_crime", of(false), None);
    }

    /// The estimates of the states, and of the nation as their sum.
    #[expect(clippy::cast_precision_loss, reason = "people are fewer than 2^53")]
    pub(super) fn estimates(&mut self, chance: &mut Chance) -> Vec<outcome::Model> {
        let mut rows = Vec::new();
        let mut nation = vec![(0, [0; 7]); YEARS.count()];
        // Puerto Rico is not part of the national estimate.
        for state in STATES.iter().filter(|state| state.code != "PR") {
            let level = chance.skewed(0.3);
            for (year, (all_people, all_counts)) in YEARS.zip(&mut nation) {
                let people = f64::from(state.thousands) * 1_000.0 * at(&PEOPLE, year);
                let people = whole(people * (1.0 + 0.002 * chance.bell()));
                let state = state.code.parse().ok();
                let filing = DemoFiling { agency_id: None, state, year, people, months: None };
                let counts = OFFENSES.each_ref().map(|offense| {
                    let noise = 1.0 + 0.03 * chance.bell();
                    whole(people as f64 * at(&offense.course, year) * level * noise / 100_000.0)
                });
                self.add(&mut rows, &filing, "population", people, None);
                self.counted(&filing, &counts, &mut rows);
                *all_people += people;
                all_counts.iter_mut().zip(counts).for_each(|(all, count)| *all += count);
            }
        }
        for (year, (people, counts)) in YEARS.zip(nation) {
            let filing = DemoFiling { agency_id: None, state: None, year, people, months: None };
            self.add(&mut rows, &filing, "population", people, None);
            self.counted(&filing, &counts, &mut rows);
        }
        rows
    }
}

/// How an agency differs from the national trend.
struct Nature {
    since: i32,
    growth: f64,
    civilians: f64,
    violent: f64,
    property: f64,
}

impl Nature {
    fn of(agency: &Traits, chance: &mut Chance) -> Self {
        let since = if chance.happens(0.85) { *YEARS.start() } else { chance.within(1991, 2004) };
        // A place with ten times the population has a third more property and three quarters more violent offenses per
        // resident.
        let size = (f64::from(agency.population.max(500)) / 30_000.0).sqrt().sqrt().sqrt();
        Self {
            since,
            growth: 0.006 * chance.bell(),
            civilians: 0.18 + 0.25 * chance.unit(),
            violent: 0.95 * size * size * chance.skewed(0.45),
            property: 0.95 * size * chance.skewed(0.35),
        }
    }

    fn people_in(&self, year: i32) -> f64 {
        at(&PEOPLE, year) * (1.0 + self.growth * f64::from(year - YEARS.end())).max(0.2)
    }

    fn rate(&self, offense: &Offense, year: i32) -> f64 {
        let level = if offense.is_violent { self.violent } else { self.property };
        at(&offense.course, year) * level
    }
}

/// The reporting agencies: a systematic sample of those that serve people, and a few campuses.
pub(super) fn reporters(agencies: &[Traits], count: usize) -> Vec<&Traits> {
    let served = agencies.iter().filter(|agency| agency.population >= 500);
    let served: Vec<_> = served.collect();
    let campuses = agencies.iter().filter(|agency| agency.kind == AgencyKind::Campus);
    let every = |of: usize, count: usize| (of / count.max(1)).max(1);
    let of_campuses = count / CAMPUSES;
    let step = every(served.len(), count - of_campuses);
    let mut reporters: Vec<_> =
        served.iter().copied().step_by(step).take(count - of_campuses).collect();
    let campuses: Vec<_> = campuses.collect();
    let step = every(campuses.len(), of_campuses);
    reporters.extend(campuses.iter().copied().step_by(step).take(of_campuses));
    reporters
}

/// The nearest whole number, at least zero.
#[expect(clippy::cast_possible_truncation, reason = "people and offenses are fewer than 2^53")]
fn whole(number: f64) -> i64 {
    (number + 0.5).max(0.0) as i64
}
