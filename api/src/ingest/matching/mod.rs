//! Whose money it is: which agency a name means, where exactly one agency of the state fits.
//!
//! 1. **The agency of that name.** `Dallas Police Dept` is the Dallas Police Department.
//! 2. **The police of the government of that name** ([`Government`]). The money of a city, town, village, borough or
//!    township is its police department's, that of a county its sheriff's, that of a city that is a county either one's.
//!
//! A wrong match puts one city's money under another's name, and a missing one only leaves it under the city's. So
//! nothing here is fuzzy, and whatever makes a second reading possible ends the search: two agencies of one name, a name
//! that its publisher had to tell apart by the county, an agency of which the kind is not known, a township where the
//! city was named, a county with police beside its sheriff. `measure.rs` beside this file counts what that comes to.

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

/// A state, and what something in it is called.
type Called = (String, String);

/// An agency that is called so.
#[derive(Clone, Debug)]
struct Seat {
    at: usize,
    /// The county by which the name is told from others of the state.
    county: Option<String>,
    /// Whether it is certain to be the police of the place, rather than something else with such a name.
    certain: bool,
}

/// The agencies by what a recipient may be called.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    names: HashMap<Called, Vec<Seat>>,
    places: HashMap<Called, Vec<Seat>>,
    counties: HashMap<Called, Vec<Seat>>,
}

/// Which agencies fit a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// None does.
    Nobody,
    /// One, and in which way.
    One(FoundBy, usize),
    /// Several, or one of which it is not certain.
    Several(Vec<usize>),
}

impl Matching {
    /// Reads the names of agencies, each with its place in the list.
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
            // The one agency of a county may be called by its name alone.
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
            // A name without a word for the police may be cut off: it stands in the way of others.
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

    /// Which agencies fit a recipient of a name and, where that is known, of a kind.
    pub(crate) fn find(&self, name: &str, state: &State, kind: Option<OrganizationKind>) -> Fit {
        self.find_but(name, state, kind, None)
    }

    /// The same, as if there were no agency at a place of the list.
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
        // The name of a government is not that of an agency: `Genesee County` may be the police of a park, too.
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
            // `Iowa City` is no city of `Iowa`, but stands in the way of one.
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
    /// Whether something else of the state has the name of a place, so that its police say what they are of.
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

/// The one that fits, where there is no doubt.
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

/// `city of perry` as `perry city`.
fn ranked_last(place: &str, state: &str) -> String {
    let Some((rank, place_of)) = place.split_once(" of ") else { return place.to_owned() };
    match Rank::of(rank, state) {
        Some(_) => format!("{place_of} {rank}"),
        None => place.to_owned(),
    }
}

/// Whether an organization of a kind may be the government that its name is of.
fn may_govern(kind: OrganizationKind) -> bool {
    matches!(
        kind,
        OrganizationKind::MunicipalGovernment
            | OrganizationKind::CountyGovernment
            | OrganizationKind::Other
    )
}
