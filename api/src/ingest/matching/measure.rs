//! Measures how many recipients are matched, and how many wrongly. The goal is no wrong match.
//!
//! For every agency in a list, the test generates the names that its government may have as a recipient, and names of
//! neighbors:
//! - **Its own names.** A match with another agency is wrong.
//! - **The same names with the agency removed** from the list, as any agency may be missing. Every match is wrong.
//! - **Names of its neighbors**: a city with the name of a township, a county with the name of a city. A match with the
//!   agency is wrong.
//!
//! If the list has another agency with exactly the requested name, names alone cannot show that it is the wrong one.
//! Such matches are counted separately, as namesakes.
//!
//! The list is `tests/fixtures/recipient_agencies.csv`: agencies from the FBI's list whose names are hard to tell
//! apart, and their neighbors. To measure the FBI's whole list, as `import fbi-agencies` reads it, run
//! `AGENCY_NAMES=agency_name_edits.csv cargo test -p api --lib measure -- --nocapture`.

use std::{collections::BTreeMap, fmt};

use entity::{kind::AgencyKind, scalar::State};

use super::{Fit, Government, Matching};
use crate::ingest::{
    fbi_agencies::kind_of,
    names::{Name, county_apart},
    values::state_of_ori,
};

const AGENCIES: &str = include_str!("../../../../tests/fixtures/recipient_agencies.csv");

const RANKS: [&str; 5] = ["city", "town", "village", "borough", "township"];

/// An agency of the list.
struct Listed {
    ori: String,
    name: String,
    /// Its name at another publisher.
    other: String,
    kind: Option<AgencyKind>,
    state: State,
}

/// The results for a set of names.
#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
struct MatchCounts {
    matched: u32,
    unmatched: u32,
    ambiguous: u32,
    namesake: u32,
    wrong: u32,
}

impl fmt::Display for MatchCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { matched, unmatched, ambiguous, namesake, wrong } = self;
        write!(
            f,
            "{matched:>6} matched {unmatched:>6} not {ambiguous:>5} ambiguous {namesake:>4} namesakes {wrong:>3} wrong"
        )
    }
}

struct Measured {
    listed: Vec<Listed>,
    matching: Matching,
    /// The results by type of name.
    outcomes: BTreeMap<&'static str, MatchCounts>,
    wrong: Vec<String>,
}

impl Measured {
    fn of(text: &[u8]) -> Self {
        let mut listed = Vec::new();
        for row in csv::Reader::from_reader(text).byte_records() {
            let row = row.unwrap();
            let cell = |at: usize| String::from_utf8_lossy(row.get(at).unwrap()).trim().to_owned();
            let name = [3, 4, 5].into_iter().map(cell).find(|name| !name.is_empty());
            let (Some(name), Some(state)) = (name, state_of_ori(&cell(0))) else { continue };
            let kind = kind_of(&cell(1), Some(&name));
            listed.push(Listed { ori: cell(0), other: cell(5), kind, name, state });
        }
        let mut matching = Matching::default();
        for (at, row) in listed.iter().enumerate() {
            matching.add(at, &row.name, row.kind, row.state.as_str());
        }
        let mut measured = Self { listed, matching, outcomes: BTreeMap::new(), wrong: Vec::new() };
        for at in 0..measured.listed.len() {
            measured.agency(at);
        }
        measured
    }

    /// Matches a recipient. `right` is whether a match with the agency at `at` is correct, `but` whether that agency is
    /// removed.
    fn take(&mut self, what: &'static str, recipient: &str, at: usize, but: bool, right: bool) {
        let state = &self.listed[at].state;
        let fit = self.matching.find_but(recipient, state, None, but.then_some(at));
        let namesake =
            matches!(fit, Fit::One(_, found) if right && self.is_namesake(found, at, recipient));
        let outcomes = self.outcomes.entry(what).or_default();
        match fit {
            Fit::Nobody => outcomes.unmatched += 1,
            Fit::Several(_) => outcomes.ambiguous += 1,
            Fit::One(_, found) if (found == at) == right => outcomes.matched += 1,
            Fit::One(..) if namesake => outcomes.namesake += 1,
            Fit::One(way, found) => {
                outcomes.wrong += 1;
                let found = &self.listed[found].name;
                self.wrong.push(format!("{what}: {recipient}, {state} -> {found} ({way})"));
            }
        }
    }

    /// Whether the found agency is a namesake of the expected one, or has the requested name.
    fn is_namesake(&self, found: usize, at: usize, asked: &str) -> bool {
        let form = |text: &str| Name::of(&county_apart(text).0).form;
        let found = form(&self.listed[found].name);
        found == form(&self.listed[at].name) || found == form(asked)
    }

    /// Whether the state has an agency with this rank and place, which a recipient then means.
    fn has_ranked(&self, state: &State, rank: &str, place: &str) -> bool {
        let place = Name::of(place).form;
        self.matching.places.contains_key(&(state.to_string(), format!("{place} {rank}")))
    }

    fn agency(&mut self, at: usize) {
        let Listed { name, other, kind, .. } = &self.listed[at];
        let (name, other, kind) = (name.clone(), other.clone(), *kind);
        // An agency with a government's name, such as the police of a county park, is not the one that the government's
        // name means.
        let is_governments = |name: &str| {
            Government::of(name, &self.listed[at].state).is_some_and(|it| !it.with_body)
        };
        let (own, others) = (!is_governments(&name), !is_governments(&other));
        if own {
            self.take("its name", &name, at, false, true);
            self.take("its name, and it is missing", &name, at, true, true);
        }
        if others && !other.is_empty() {
            self.take("its name at another publisher", &other, at, false, true);
            self.take("its name at another publisher, and it is missing", &other, at, true, true);
        }
        // The name of the government omits the county of `Hamilton Township, Atlantic County Police Department`.
        let (name, _) = county_apart(&name);
        let lower = name.to_lowercase();
        let before = |end: &str| lower.strip_suffix(end).map(str::trim);
        if let (Some(place), Some(AgencyKind::Sheriff)) = (before(" county sheriff's office"), kind)
        {
            for own in [
                format!("COUNTY OF {place}"),
                format!("{place} COUNTY"),
                format!("{place}, COUNTY OF"),
                format!("{place} COUNTY BOARD OF COMMISSIONERS"),
            ] {
                self.take("county", &own, at, false, true);
                self.take("county, and its agency is missing", &own, at, true, true);
            }
            for near in ["CITY", "TOWN", "VILLAGE", "BOROUGH", "TOWNSHIP"] {
                self.take("neighbor of a county", &format!("{near} OF {place}"), at, false, false);
            }
        }
        let Some(AgencyKind::MunicipalPolice) = kind else { return };
        let place =
            before(" police department").filter(|place| !place.ends_with("police department"));
        let Some(place) = place else { return };
        let ranked = RANKS.iter().find_map(|rank| Some((*rank, place.strip_suffix(rank)?)));
        if let Some((rank, bare)) = ranked.filter(|(_, bare)| bare.ends_with(' ')) {
            self.of_rank(at, place, rank, bare.trim());
        } else {
            self.without_rank(at, place);
        }
        self.take("county of the name", &format!("COUNTY OF {place}"), at, false, false);
    }

    /// Measures the municipality of a police department that includes its rank.
    fn of_rank(&mut self, at: usize, place: &str, rank: &str, bare: &str) {
        let state = self.listed[at].state.clone();
        // The name alone does not show whether `Oklahoma City Police Department` belongs to `CITY OF OKLAHOMA`, and the
        // town of Melbourne Village is not a village of Melbourne.
        let is_name = rank == "city" && !matches!(state.as_str(), "NY" | "VA")
            || (state.as_str(), place) == ("FL", "melbourne village");
        let whole = format!("{rank} OF {place}");
        let own = [format!("{rank} OF {bare}"), format!("{bare}, {rank} OF")];
        for own in own.into_iter().filter(|_| !is_name).chain([whole]) {
            self.take("municipality of a rank", &own, at, false, true);
            let what = "municipality of a rank, and its agency is missing";
            self.take(what, &own, at, true, true);
        }
        for near in RANKS.iter().filter(|near| **near != rank) {
            let near = format!("{near} OF {bare}");
            self.take("neighbor of a municipality of a rank", &near, at, false, false);
        }
    }

    /// Measures the municipality of a police department that names only its place.
    fn without_rank(&mut self, at: usize, place: &str) {
        let state = self.listed[at].state.clone();
        let names = ["CITY OF {}", "{}, CITY OF", "CITY OF {} POLICE DEPT"];
        for own in names.map(|name| name.replace("{}", place)) {
            self.take("city", &own, at, false, true);
            self.take("city, and its agency is missing", &own, at, true, true);
        }
        for rank in ["town", "village", "borough"] {
            if self.has_ranked(&state, rank, place) {
                continue;
            }
            let own = format!("{rank} OF {place}");
            self.take("town, village or borough", &own, at, false, true);
            let what = "town, village or borough, and its agency is missing";
            self.take(what, &own, at, true, true);
        }
        let township = format!("TOWNSHIP OF {place}");
        self.take("township of the name", &township, at, false, false);
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} agencies", self.listed.len())?;
        for (what, outcomes) in &self.outcomes {
            writeln!(f, "{what:<60} {outcomes}")?;
        }
        for wrong in &self.wrong {
            writeln!(f, "  {wrong}")?;
        }
        Ok(())
    }
}

#[test]
fn no_recipient_is_matched_wrongly() {
    let measured = Measured::of(AGENCIES.as_bytes());
    // The list has one department under two names.
    let is_twice = |wrong: &&String| wrong.to_lowercase().contains("town of mercer island p");
    assert_eq!(measured.wrong.iter().filter(is_twice).count(), measured.wrong.len(), "{measured}");
    assert_eq!(measured.wrong.len(), 2);
    let matched = |what| measured.outcomes[what].matched;
    assert_eq!(
        (matched("city"), matched("county"), matched("municipality of a rank")),
        (168, 104, 56)
    );
}

/// Recipients as awards name them, each with its agency, or none if the list does not decide.
const RECIPIENTS: &str = include_str!("../../../../tests/fixtures/recipients.csv");

#[test]
fn recipients_of_awards_are_found_or_left_alone() {
    let measured = Measured::of(AGENCIES.as_bytes());
    let (mut found, mut left) = (0, 0);
    for row in csv::Reader::from_reader(RECIPIENTS.as_bytes()).records() {
        let row = row.unwrap();
        let (name, state, ori) = (&row[0], row[1].parse().unwrap(), &row[2]);
        match measured.matching.find(name, &state, None) {
            Fit::One(way, at) => {
                found += 1;
                assert_eq!(measured.listed[at].ori, ori, "{name}, {state}: {way}");
            }
            fit => {
                left += 1;
                assert_eq!(ori, "", "{name}, {state}: {fit:?}");
            }
        }
    }
    assert_eq!((found, left), (62, 31));
}

#[test]
fn the_whole_list_is_measured_where_it_is_named() {
    let Ok(path) = std::env::var("AGENCY_NAMES") else {
        eprintln!("skipped: set AGENCY_NAMES to the FBI's agency_name_edits.csv");
        return;
    };
    println!("{}", Measured::of(&std::fs::read(path).unwrap()));
}
