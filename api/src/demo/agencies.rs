//! Synthetic agencies and organizations.
//!
//! An agency cannot be mistaken for a real one: its ORI has `ZZ` where the FBI puts a county number, and its place is
//! invented (see [`super::places`]). The generator draws how many agencies of each kind there are, where they are and
//! how large. Populations follow a skewed distribution and add up to about the population of the state; officers follow
//! population.

use entity::{
    agency,
    kind::{AgencyKind, OrganizationKind},
    organization,
    scalar::{Ori, State},
    search::Searched as _,
};

use super::{
    Stamp,
    chance::{Chance, share},
    places::{self, STATES},
};

/// What the generator knows about an agency beyond its row, which may lack these values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    pub(super) id: i32,
    pub(super) kind: AgencyKind,
    pub(super) state: usize,
    pub(super) population: i32,
    pub(super) sworn: i32,
}

/// Kinds of agencies, each with its share and the suffix of its name.
const KINDS: &[(AgencyKind, f64, &str)] = &[
    (AgencyKind::MunicipalPolice, 0.66, "Police Department"),
    (AgencyKind::CountyPolice, 0.005, "County Police Department"),
    (AgencyKind::Sheriff, 0.17, "County Sheriff's Office"),
    (AgencyKind::StatePolice, 0.008, "State Police Post"),
    (AgencyKind::StateAgency, 0.012, "State Bureau of Investigation"),
    (AgencyKind::Tribal, 0.013, "Tribal Police"),
    (AgencyKind::Campus, 0.05, "University Police"),
    (AgencyKind::SchoolDistrict, 0.025, "School District Police"),
    (AgencyKind::Constable, 0.02, "Constable"),
    (AgencyKind::TaskForce, 0.007, "Regional Task Force"),
    (AgencyKind::SpecialJurisdiction, 0.025, "Transit Police"),
    (AgencyKind::Other, 0.005, "Public Safety"),
];

/// Generates agencies, with consecutive ids from `first`.
pub(super) fn agencies(
    count: usize,
    first: i32,
    stamp: Stamp,
    chance: &mut Chance,
) -> (Vec<agency::Model>, Vec<Traits>) {
    // Small states have more agencies per resident than large ones.
    let weights: Vec<f64> =
        STATES.iter().map(|state| f64::from(state.thousands).sqrt() * 30.0).collect();
    let heads: Vec<f64> = STATES.iter().map(|state| f64::from(state.thousands)).collect();
    let weights: Vec<f64> = weights.iter().zip(&heads).map(|(root, head)| root + head).collect();
    let counts = share(i64::try_from(count).expect("agencies are few"), 0, &weights);
    let (mut rows, mut all) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut id = first;
    for (state, in_state) in counts.into_iter().enumerate() {
        let counties: Vec<String> =
            (0..STATES[state].counties).map(|_| places::name(chance)).collect();
        let mut kinds = kinds_of_state(usize::try_from(in_state).unwrap_or(0), id == first, chance);
        chance.shuffle(&mut kinds);
        let people = people(&kinds, state, chance);
        for (number, (kind, population)) in kinds.into_iter().zip(people).enumerate() {
            let sworn = sworn(kind, population, state, chance);
            let traits = Traits { id, kind, state, population, sworn };
            let number = u32::try_from(number).expect("agencies are few") + 1;
            rows.push(row(traits, number, &counties, stamp, chance));
            all.push(traits);
            id += 1;
        }
    }
    (rows, all)
}

/// The kinds of a state's agencies. The first state has one of each kind that some program needs as a recipient,
/// however small the dataset.
fn kinds_of_state(count: usize, is_first: bool, chance: &mut Chance) -> Vec<AgencyKind> {
    let table: Vec<_> = KINDS.iter().map(|(kind, part, _)| (*kind, *part)).collect();
    let mut kinds: Vec<_> = (0..count).map(|_| chance.weighted(&table)).collect();
    if is_first {
        let needed = [AgencyKind::Tribal, AgencyKind::StatePolice, AgencyKind::StateAgency];
        for (kind, needed) in kinds.iter_mut().zip(needed) {
            *kind = needed;
        }
    }
    kinds
}

/// The population that each agency of a state serves. Towns, sheriffs and tribes divide the state's population; other
/// agencies serve people who are already counted.
#[expect(clippy::cast_possible_truncation, reason = "fewer people than a state has")]
fn people(kinds: &[AgencyKind], state: usize, chance: &mut Chance) -> Vec<i32> {
    let weights: Vec<f64> = kinds
        .iter()
        .map(|kind| match kind {
            AgencyKind::MunicipalPolice | AgencyKind::CountyPolice => chance.skewed(1.35),
            AgencyKind::Sheriff => 3.0 * chance.skewed(1.0),
            AgencyKind::Tribal | AgencyKind::Constable => 0.4 * chance.skewed(0.8),
            _ => 0.0,
        })
        .collect();
    let all: f64 = weights.iter().sum::<f64>().max(1.0);
    let state = f64::from(STATES[state].thousands) * 1000.0;
    weights.into_iter().map(|weight| (state * 0.93 * weight / all) as i32).collect()
}

/// The number of an agency's officers.
#[expect(clippy::cast_possible_truncation, reason = "fewer officers than people")]
fn sworn(kind: AgencyKind, population: i32, state: usize, chance: &mut Chance) -> i32 {
    let noise = chance.skewed(0.35);
    let officers = match kind {
        AgencyKind::StatePolice => 0.02 * f64::from(STATES[state].thousands) * noise,
        AgencyKind::Sheriff => 0.0014 * f64::from(population) * noise,
        AgencyKind::MunicipalPolice
        | AgencyKind::CountyPolice
        | AgencyKind::Tribal
        | AgencyKind::Constable => 0.0021 * f64::from(population) * noise,
        _ => 18.0 * noise * chance.skewed(0.6),
    };
    officers as i32 + 1
}

fn row(
    traits: Traits,
    number: u32,
    counties: &[String],
    stamp: Stamp,
    chance: &mut Chance,
) -> agency::Model {
    let state = STATES[traits.state];
    let county = chance.below(counties.len());
    let place = places::name(chance);
    let called = KINDS.iter().find(|(kind, ..)| *kind == traits.kind).map_or("", |kind| kind.2);
    let name = match traits.kind {
        AgencyKind::Sheriff | AgencyKind::CountyPolice => format!("{} {called}", counties[county]),
        _ => format!("{place} {called}"),
    };
    let ori = |digits| {
        let code = format!("{}ZZ{}", state.code, places::code(number, digits)?);
        code.parse::<Ori>().ok()
    };
    let [south, north, west, east] = state.within;
    let mut between =
        |low: f64, high: f64| ((low + (high - low) * chance.unit()) * 10_000.0).round() / 10_000.0;
    let (latitude, longitude) = (between(south, north), between(west, east));
    let mut known = |often: f64| chance.happens(often).then_some(());
    let local = traits.population > 0;
    let mut row = agency::Model {
        id: traits.id,
        ori9: known(0.985).and_then(|()| ori(5)),
        ori7: known(0.96).and_then(|()| ori(3)),
        search: String::new(),
        name: known(0.998).map(|()| name),
        kind: known(0.995).map(|()| traits.kind),
        state: state.code.parse::<State>().ok(),
        county_fips: known(0.97).map(|()| format!("{:02}{:03}", state.fips, 2 * county + 1)),
        county_name: known(0.97).map(|()| counties[county].clone()),
        city: known(0.99).map(|()| place),
        zip: known(0.98).map(|()| format!("000{:02}", number % 100)),
        latitude: known(0.97).map(|()| latitude),
        longitude: known(0.97).map(|()| longitude),
        population: known(0.97).filter(|()| local).map(|()| traits.population),
        sworn_officers: known(0.96).map(|()| traits.sworn),
        state_id: None,
        county_id: None,
        source_id: stamp.source,
        revision_id: stamp.revision,
    };
    row.search = row.searched();
    row
}

/// The congressional district of an agency, if known, derived from its position among all agencies. A state has one
/// district per 761,000 people.
pub(super) fn district(agency: &Traits, place: usize) -> Option<String> {
    let state = STATES[agency.state];
    let seats = (state.thousands + 380) as usize / 761;
    let number = if seats > 1 { place % seats + 1 } else { 0 };
    (!place.is_multiple_of(31)).then(|| format!("{}-{number:02}", state.code))
}

/// Kinds of organizations, each with its share and the suffix of its name.
const ORGANIZATIONS: &[(OrganizationKind, f64, &str)] = &[
    (OrganizationKind::SchoolDistrict, 0.46, "Unified School District"),
    (OrganizationKind::University, 0.14, "University"),
    (OrganizationKind::Nonprofit, 0.14, "Community Safety Foundation"),
    (OrganizationKind::MunicipalGovernment, 0.08, "City Council"),
    (OrganizationKind::Tribe, 0.06, "Nation"),
    (OrganizationKind::CountyGovernment, 0.04, "County Commission"),
    (OrganizationKind::StateGovernment, 0.04, "Department of Public Safety"),
    (OrganizationKind::Business, 0.04, "Training Company"),
];

/// Generates organizations, at least two of each kind, with consecutive ids from `first`.
pub(super) fn organizations(
    count: usize,
    first: i32,
    stamp: Stamp,
    chance: &mut Chance,
) -> Vec<organization::Model> {
    let table: Vec<_> = ORGANIZATIONS.iter().map(|kind| ((kind.0, kind.2), kind.1)).collect();
    let states: Vec<_> =
        STATES.iter().map(|state| (state.code, f64::from(state.thousands))).collect();
    let count = count.max(2 * table.len());
    let row = |(at, id)| {
        let (kind, called) = match table.get(at / 2) {
            Some((kind, _)) => *kind,
            None => chance.weighted(&table),
        };
        let place = places::name(chance);
        let name = format!("{place} {called}");
        let state = chance.weighted(&states);
        let mut row = organization::Model {
            id,
            search: String::new(),
            name,
            kind: chance.happens(0.98).then_some(kind),
            city: chance.happens(0.9).then_some(place),
            state: chance.happens(0.97).then(|| state.parse().ok()).flatten(),
            founded_year: chance.happens(0.3).then(|| chance.within(1890, 2012)),
            former_names: None,
            // A real UEI never begins with a zero.
            uei: places::code(u32::try_from(at).expect("organizations are few"), 7)
                .map(|code| format!("0DEMO{code}")),
            note: None,
            state_id: None,
            source_id: stamp.source,
            revision_id: stamp.revision,
        };
        row.search = row.searched();
        row
    };
    (0..count).zip(first..).map(row).collect()
}
