//! Matches a recipient's name to an agency, if exactly one agency of the state fits.
//!
//! 1. **The agency with that name.** `Dallas Police Dept` is the Dallas Police Department.
//! 2. **The police of the government with that name** ([`Government`]). The money of a city, town, village, borough or
//!    township is matched to its police department, that of a county to its sheriff, and that of a city that is also a
//!    county to either one.
//!
//! A wrong match credits one city's money to another, while a missed match only leaves it with the city. So nothing
//! here is fuzzy, and any ambiguity prevents a match: two agencies with the same name, a name that its publisher
//! distinguished by county, an agency of unknown kind, a township when the recipient is a city, a county with police
//! beside its sheriff. `measure.rs` in this folder counts the results.

mod candidates;
mod government;
#[cfg(test)]
mod measure;
mod reviews;

use std::collections::HashMap;

use entity::{agency, kind::AgencyKind, kind::OrganizationKind, scalar::State};

use self::government::{Government, Rank};
pub(crate) use self::{
    candidates::{LikelyAgencies, are_alike},
    reviews::{Decision, Reviews},
};
use super::{
    names::{Name, county_apart},
    report::FoundBy,
};

/// A state, and a name in it.
type Called = (String, String);

/// An agency with such a name.
#[derive(Clone, Debug)]
struct Seat {
    at: usize,
    /// The county that distinguishes the name from others in the state.
    county: Option<String>,
    /// Whether it is certainly the police of the place, and not something else with such a name.
    certain: bool,
}

/// The agencies by the names that recipients may have.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    names: HashMap<Called, Vec<Seat>>,
    places: HashMap<Called, Vec<Seat>>,
    counties: HashMap<Called, Vec<Seat>>,
}

/// Which agencies fit a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// None fits.
    Nobody,
    /// One fits, found in this way.
    One(FoundBy, usize),
    /// Several fit, or one that is not certain.
    Several(Vec<usize>),
}

impl Matching {
    /// Reads the names of agencies, each with its position in the list.
    pub(crate) fn of<'a>(agencies: impl IntoIterator<Item = (usize, &'a agency::Model)>) -> Self {
        let mut matching = Self::default();
        for (at, row) in agencies {
            if let (Some(name), Some(state)) = (&row.name, &row.state) {
                matching.add(at, name, row.kind, state.as_str());
            }
        }
        matching
    }

    fn add(&mut self, at: usize, name: &str, kind: Option<AgencyKind>, state: &str) {
        let (name, county) = county_apart(name);
        let form = Name::of(&name).form;
        let called = |what: &str| (state.to_owned(), what.to_owned());
        let seat = |certain| Seat { at, county: county.clone(), certain };
        self.names.entry(called(&form)).or_default().push(seat(true));
        let of_county = |body: &str| {
            let place = form.strip_suffix(body)?.strip_suffix(" county");
            place.or_else(|| form.strip_suffix(body)?.strip_suffix(" parish"))
        };
        let sheriff = matches!(kind, Some(AgencyKind::Sheriff | AgencyKind::CountyPolice));
        if sheriff || matches!(kind, None | Some(AgencyKind::MunicipalPolice)) {
            let place = of_county(" sheriff").or_else(|| of_county(" police"));
            // The only agency of a county may have just the county's name.
            let place = place.or_else(|| form.strip_suffix(" county").filter(|_| sheriff));
            if let Some(place) = place {
                let certain = kind == Some(AgencyKind::Sheriff);
                self.counties.entry(called(place)).or_default().push(seat(certain));
            }
        }
        let municipal = kind == Some(AgencyKind::MunicipalPolice);
        if municipal || kind.is_none() {
            let place =
                form.strip_suffix(" police").or_else(|| form.strip_suffix(" public safety"));
            // A name without a word for police may be truncated: it makes other matches ambiguous.
            let place = place
                .map(|place| (place, municipal))
                .or(municipal.then_some((form.as_str(), false)));
            if let Some((place, certain)) = place.filter(|(place, _)| !place.is_empty()) {
                self.places
                    .entry(called(&ranked_last(place, state)))
                    .or_default()
                    .push(seat(certain));
            }
        }
    }

    /// The agencies that fit a recipient with a name and, if known, a kind.
    pub(crate) fn find(&self, name: &str, state: &State, kind: Option<OrganizationKind>) -> Fit {
        self.find_but(name, state, kind, None)
    }

    /// The same, without the agency at a position of the list.
    fn find_but(
        &self,
        name: &str,
        state: &State,
        kind: Option<OrganizationKind>,
        but: Option<usize>,
    ) -> Fit {
        let (name, county) = county_apart(name);
        let one = |found: &[Seat], way| only(found, county.as_deref(), way);
        let seats = |of: &HashMap<Called, Vec<Seat>>, what: &str| {
            let found = of.get(&(state.as_str().to_owned(), what.to_owned()));
            found
                .into_iter()
                .flatten()
                .filter(|seat| Some(seat.at) != but)
                .cloned()
                .collect::<Vec<_>>()
        };
        let government = Government::of(&name, state);
        // A government's name is not an agency's name: `Genesee County` may also be the police of a park.
        if government.as_ref().is_none_or(|it| it.with_body) {
            let named = seats(&self.names, &Name::of(&name).form);
            if !named.is_empty() {
                return one(&named, FoundBy::AgencyByName);
            }
        }
        if kind.is_some_and(|kind| !may_govern(kind)) {
            return Fit::Nobody;
        }
        let Some(Government { rank, place, .. }) = government else { return Fit::Nobody };
        let police = || {
            let state = state.as_str();
            let plain = seats(&self.places, &place);
            let ranked = rank.word().map(|word| seats(&self.places, &format!("{place} {word}")));
            let mut found = ranked.unwrap_or_default();
            // `Iowa City` is not a city of `Iowa`, but it makes a match ambiguous.
            if plain.is_empty() && !rank.is_said(state) && !self.has_sibling(state, &place, rank) {
                found.clear();
            }
            if rank.may_be_plain(&place, state) {
                found.extend(plain);
            }
            found
        };
        let of_county = || seats(&self.counties, &place);
        match rank {
            Rank::County => one(&of_county(), FoundBy::AgencyByCounty),
            Rank::CityAndCounty => {
                let (police, sheriff) = (police(), of_county());
                match sheriff.is_empty() {
                    true => one(&police, FoundBy::AgencyByPlace),
                    false => one(&[sheriff, police].concat(), FoundBy::AgencyByCounty),
                }
            }
            _ => one(&police(), FoundBy::AgencyByPlace),
        }
    }
}

impl Matching {
    /// Whether something else in the state has the place's name, so that its police names its rank.
    fn has_sibling(&self, state: &str, place: &str, rank: Rank) -> bool {
        let has = |of: &HashMap<Called, Vec<Seat>>, what: String| {
            of.contains_key(&(state.to_owned(), what))
        };
        let ranks = [Rank::City, Rank::Town, Rank::Village, Rank::Borough, Rank::Township];
        let others = ranks.into_iter().filter(|other| *other != rank).filter_map(Rank::word);
        rank != Rank::City
            && (has(&self.counties, place.to_owned())
                || others
                    .map(|word| format!("{place} {word}"))
                    .any(|called| has(&self.places, called)))
    }
}

/// The only agency that fits, if it is certain.
fn only(found: &[Seat], county: Option<&str>, way: FoundBy) -> Fit {
    match found {
        [] => Fit::Nobody,
        [seat] if seat.certain && seat.county.as_deref() == county => Fit::One(way, seat.at),
        several => {
            let here: Vec<_> = several
                .iter()
                .filter(|it| county.is_some() && it.county.as_deref() == county)
                .collect();
            match here.as_slice() {
                [seat] if seat.certain => Fit::One(way, seat.at),
                _ => Fit::Several(several.iter().map(|seat| seat.at).collect()),
            }
        }
    }
}

/// Rewrites `city of perry` as `perry city`.
fn ranked_last(place: &str, state: &str) -> String {
    let Some((rank, place_of)) = place.split_once(" of ") else { return place.to_owned() };
    match Rank::of(rank, state) {
        Some(_) => format!("{place_of} {rank}"),
        None => place.to_owned(),
    }
}

/// Whether an organization of this kind may be the government with its name.
fn may_govern(kind: OrganizationKind) -> bool {
    matches!(
        kind,
        OrganizationKind::MunicipalGovernment
            | OrganizationKind::CountyGovernment
            | OrganizationKind::Other
    )
}
