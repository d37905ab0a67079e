//! Reads which local government a recipient's name belongs to.
//!
//! An award is made out to whoever signs for it, often the government: `CITY OF FEDERAL WAY`, `FEDERAL WAY, CITY OF`,
//! `SPOKANE COUNTY BOARD OF COMMISSIONERS`. This module reads only what the name says: the rank of the government and
//! the name of its place. [`super::Matching`] decides which police that is.

use entity::scalar::{STATES, State};

use crate::ingest::names::spelled;

/// The rank of a local government.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rank {
    /// A city, or a municipality that calls itself only that.
    City,
    /// A town.
    Town,
    /// A village.
    Village,
    /// A borough.
    Borough,
    /// A township.
    Township,
    /// A county, or a parish of Louisiana.
    County,
    /// A city that is its own county.
    CityAndCounty,
    /// A place whose rank the name does not say: `Willcox Department of Public Safety`.
    Unsaid,
}

impl Rank {
    /// The rank that a word names.
    pub(crate) fn of(word: &str, state: &str) -> Option<Self> {
        Some(match word {
            "city" | "municipality" => Self::City,
            "town" => Self::Town,
            "village" => Self::Village,
            "borough" => Self::Borough,
            "township" => Self::Township,
            "county" => Self::County,
            "parish" if state == "LA" => Self::County,
            _ => return None,
        })
    }

    /// The word that distinguishes police departments of this rank from others of the place, if there is one.
    pub(crate) fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::City | Self::CityAndCounty => "city",
            Self::Town => "town",
            Self::Village => "village",
            Self::Borough => "borough",
            Self::Township => "township",
            Self::County | Self::Unsaid => return None,
        })
    }

    /// Whether a police department that names the place without a rank may be of this rank. In states where towns,
    /// villages and boroughs are within or beside municipalities of the same name, the name without a rank belongs to
    /// the municipality.
    pub(crate) fn may_be_plain(self, place: &str, state: &str) -> bool {
        match self {
            _ if PLAINLY_CITIES.contains(&(state, place, self)) => false,
            Self::City | Self::CityAndCounty | Self::Unsaid => true,
            Self::Town => !matches!(state, "MN" | "NY" | "WI"),
            Self::Village => !matches!(state, "NY" | "VT"),
            Self::Borough => !matches!(state, "AK" | "CT"),
            Self::Township | Self::County => false,
        }
    }

    /// Whether police departments in the state usually include this rank in their name. Elsewhere the word is mostly
    /// part of the place: `Iowa City` is not a city of `Iowa`.
    pub(crate) fn is_said(self, state: &str) -> bool {
        match self {
            Self::City => matches!(state, "NY" | "VA"),
            Self::Town => matches!(state, "MN" | "NY" | "WI"),
            Self::Village => matches!(state, "NY" | "VT"),
            Self::Borough => matches!(state, "AK" | "CT"),
            Self::Township => true,
            Self::CityAndCounty | Self::County | Self::Unsaid => false,
        }
    }
}

/// Cities with a namesake of another rank, where the police department with the name without a rank is the city's.
const PLAINLY_CITIES: [(&str, &str, Rank); 7] = [
    ("CT", "groton", Rank::Town),
    ("PA", "franklin", Rank::Borough),
    ("VT", "barre", Rank::Town),
    ("VT", "newport", Rank::Town),
    ("VT", "rutland", Rank::Town),
    ("VT", "st albans", Rank::Town),
    ("WI", "pewaukee", Rank::Village),
];

/// A local government, as read from a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Government {
    /// Its rank.
    pub(crate) rank: Rank,
    /// The name of its place, in normalized spelling.
    pub(crate) place: String,
    /// Whether the name includes its police or its sheriff.
    pub(crate) with_body: bool,
}

/// The bodies that sign for a government, which may precede or follow its name.
const SIGNERS: [&str; 13] = [
    "board of county commissioners",
    "board of commissioners",
    "board of supervisors",
    "county commissioners court",
    "commissioners court",
    "county commission",
    "county commissioners",
    "commissioners",
    "commission",
    "fiscal court",
    "police jury",
    "government",
    "inc",
];
/// The endings of names of a city's police department.
const POLICE: [&str; 6] = [
    "department of public safety",
    "public safety department",
    "police department",
    "bureau of police",
    "department of police",
    "police",
];
/// The endings of names of a sheriff's office.
const SHERIFF: [&str; 4] = ["sheriff office", "sheriff department", "office of sheriff", "sheriff"];

impl Government {
    /// The government that a name in a state belongs to. None if it is not a government's name.
    pub(crate) fn of(name: &str, state: &State) -> Option<Self> {
        let mut words = spelled(name);
        if words.first().is_some_and(|word| matches!(word.as_str(), "incorporated" | "inc")) {
            words.remove(0);
        }
        if words.last().is_some_and(|word| word == "incorporated") {
            words.pop();
        }
        let found = Self::read(&words, state);
        // `CITY OF DALLAS TEXAS` and `CITY OF DALLAS, TX`, but also `CITY OF OKLAHOMA CITY` and `CITY OF NEW YORK`.
        let shorter = without_state(&words, state);
        shorter.and_then(|words| Self::read(&words, state)).or(found)
    }

    fn read(words: &[String], state: &State) -> Option<Self> {
        let text = words.join(" ");
        let with_body = |government: Self| Self { with_body: true, ..government };
        for sheriff in SHERIFF {
            let begun = text.strip_prefix(sheriff).map(|rest| rest.trim_start_matches(" of"));
            let rest = text.strip_suffix(sheriff).or(begun);
            if let Some(rest) = rest.map(str::trim) {
                let named = Self::named(rest, state.as_str());
                return named.filter(|it| it.rank == Rank::County).map(with_body);
            }
        }
        for police in POLICE {
            if let Some(rest) = text.strip_suffix(police).map(str::trim) {
                let named = Self::named(rest, state.as_str()).filter(|it| it.rank != Rank::County);
                // A police department with a place but no rank is found by its name. A department of public safety has
                // another name in most lists.
                let is_place =
                    police.contains("safety") && !rest.is_empty() && !names_other(rest, state);
                let bare = || Self { rank: Rank::Unsaid, place: rest.to_owned(), with_body: true };
                return named.or_else(|| is_place.then(bare)).map(with_body);
            }
        }
        for signer in SIGNERS {
            let begun = text.strip_prefix(signer).map(|rest| rest.trim_start_matches(" of"));
            let rest = text.strip_suffix(signer).map(|rest| rest.trim_end_matches(" of")).or(begun);
            if let Some(named) = rest.and_then(|rest| Self::named(rest.trim(), state.as_str())) {
                return Some(named);
            }
        }
        Self::named(&text, state.as_str())
    }

    /// Reads a rank and a place, in either order.
    fn named(text: &str, state: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let government = |rank, place: &[&str]| {
            let place = place.join(" ");
            (!place.is_empty()).then_some(Self { rank, place, with_body: false })
        };
        let rank = |word: &str| Rank::of(word, state);
        match words.as_slice() {
            ["city", "county", "of", place @ ..] | [place @ .., "city", "county", "of"] => {
                government(Rank::CityAndCounty, place)
            }
            ["city", "borough", "of", place @ ..] | [place @ .., "city", "borough", "of"] => {
                government(Rank::City, place)
            }
            ["charter", "township", "of", place @ ..]
            | [place @ .., "charter", "township"]
            | [place @ .., "charter", "township", "of"] => government(Rank::Township, place),
            [place @ .., word, "of"] if rank(word).is_some() => government(rank(word)?, place),
            [word, "of", place @ ..] if rank(word).is_some() => government(rank(word)?, place),
            // `SPRINGFIELD TOWNSHIP` is a township, but `GREENWICH VILLAGE` can be anything.
            [place @ .., word] => {
                let rank = rank(word)?;
                let is_told = matches!(rank, Rank::County | Rank::Township | Rank::Borough);
                government(rank, place).filter(|_| is_told)
            }
            [] => None,
        }
    }
}

/// The words without the state at the end. `Co.` is read as county, but at the end of a city's name it is Colorado.
fn without_state(words: &[String], state: &State) -> Option<Vec<String>> {
    let (code, named) = (state.as_str().to_lowercase(), name_of(state));
    let is_code = words.last().is_some_and(|last| {
        *last == code || (code == "co" && last == "county" && words[0] != "county")
    });
    let shorter = if !named.is_empty() && words.ends_with(&named) {
        &words[..words.len() - named.len()]
    } else if is_code {
        &words[..words.len() - 1]
    } else {
        return None;
    };
    (shorter.len() > 2).then(|| shorter.to_vec())
}

/// The name of a state, in normalized spelling.
fn name_of(state: &State) -> Vec<String> {
    let at = STATES.binary_search_by_key(&state.as_str(), |(code, _)| code);
    at.map_or_else(|_| Vec::new(), |at| spelled(STATES[at].1))
}

/// Whether the words before `department of public safety` name something other than a municipality.
fn names_other(text: &str, state: &State) -> bool {
    const OTHER: [&str; 9] = [
        "university",
        "college",
        "school",
        "state",
        "airport",
        "authority",
        "district",
        "county",
        "parish",
    ];
    text.split(' ').any(|word| OTHER.contains(&word)) || text == name_of(state).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, state: &str) -> Option<(Rank, String)> {
        let found = Government::of(name, &state.parse().unwrap());
        found.map(|government| (government.rank, government.place))
    }

    #[test]
    fn a_government_is_read_in_either_order() {
        for (name, state, rank, place) in [
            ("CITY OF FEDERAL WAY", "WA", Rank::City, "federal way"),
            ("FEDERAL WAY, CITY OF", "WA", Rank::City, "federal way"),
            ("The City of Federal Way, Washington", "WA", Rank::City, "federal way"),
            ("CITY OF DALLAS, TX", "TX", Rank::City, "dallas"),
            ("CITY OF AURORA CO", "CO", Rank::City, "aurora"),
            ("CITY OF OKLAHOMA CITY", "OK", Rank::City, "oklahoma city"),
            ("CITY OF NEW YORK", "NY", Rank::City, "new york"),
            ("INCORPORATED VILLAGE OF FREEPORT", "NY", Rank::Village, "freeport"),
            ("CHARTER TOWNSHIP OF CLINTON", "MI", Rank::Township, "clinton"),
            ("Perry Twp.", "PA", Rank::Township, "perry"),
            ("NORTH SLOPE BOROUGH", "AK", Rank::Borough, "north slope"),
            ("MUNICIPALITY OF ANCHORAGE", "AK", Rank::City, "anchorage"),
            ("CITY & BOROUGH OF JUNEAU", "AK", Rank::City, "juneau"),
            ("CITY AND COUNTY OF DENVER", "CO", Rank::CityAndCounty, "denver"),
            ("DENVER, CITY & COUNTY OF", "CO", Rank::CityAndCounty, "denver"),
            ("COUNTY OF SPOKANE", "WA", Rank::County, "spokane"),
            ("SPOKANE, COUNTY OF", "WA", Rank::County, "spokane"),
            ("SPOKANE COUNTY", "WA", Rank::County, "spokane"),
            ("SPOKANE COUNTY OF", "WA", Rank::County, "spokane"),
            ("COUNTY OF OKLAHOMA", "OK", Rank::County, "oklahoma"),
            ("Board of County Commissioners of Lee County", "FL", Rank::County, "lee"),
            ("PIKE COUNTY FISCAL COURT", "KY", Rank::County, "pike"),
            ("HARRIS COUNTY COMMISSIONERS COURT", "TX", Rank::County, "harris"),
            ("Caddo Parish Police Jury", "LA", Rank::County, "caddo"),
            ("PARISH OF CADDO", "LA", Rank::County, "caddo"),
            ("County of King Sheriff's Office", "WA", Rank::County, "king"),
            ("Sheriff of King County", "WA", Rank::County, "king"),
            ("City of Willcox Department of Public Safety", "AZ", Rank::City, "willcox"),
            ("Willcox Dept. of Public Safety", "AZ", Rank::Unsaid, "willcox"),
            ("Township of Perry Police Department", "PA", Rank::Township, "perry"),
        ] {
            assert_eq!(read(name, state), Some((rank, place.to_owned())), "{name}");
        }
    }

    #[test]
    fn what_is_no_local_government_is_none() {
        for (name, state) in [
            ("University of Texas", "TX"),
            ("Texas State University Department of Public Safety", "TX"),
            ("Texas Department of Public Safety", "TX"),
            ("City of", "TX"),
            ("County", "TX"),
            ("St. Mary Parish", "MD"),
            ("Greenwich Village", "NY"),
            ("Boys Town", "NE"),
            ("Spokane Valley Police Department", "WA"),
            ("Office of the Sheriff", "FL"),
            ("Friends of the County of Spokane", "WA"),
            ("Housing Authority of the City of Dallas", "TX"),
        ] {
            assert_eq!(read(name, state), None, "{name}");
        }
    }
}
