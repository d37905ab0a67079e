//! When two names mean the same body.
//!
//! A recipient's name is written by an accountant, an agency's by the FBI: `SPOKANE VALLEY, CITY OF`,
//! `Spokane Valley Police Dept.`. Names are brought to one form of words; two are the same only
//! where the forms are equal. Nothing here is fuzzy: a wrong match would put one city's money under
//! another's name, and a missing one only leaves it under the city's.

use entity::search::words;

/// What a name comes to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    /// The words in one form.
    pub(crate) form: String,
    /// The place whose municipal government this names: `City of Dallas`.
    pub(crate) municipality: Option<Municipality>,
}

/// A municipality, as the name of its government says it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Municipality {
    /// The name of the place.
    pub(crate) place: String,
    /// City, town, village, borough or township.
    pub(crate) rank: String,
}

const RANKS: [&str; 5] = ["city", "town", "village", "borough", "township"];

impl Name {
    /// Brings a name to its form.
    pub(crate) fn of(text: &str) -> Self {
        let mut found: Vec<String> = words(text).map(|word| plain(&word).to_owned()).collect();
        found.retain(|word| !matches!(word.as_str(), "the" | "and"));
        join_pair(&mut found, "p", "d", "police");
        // `SPOKANE VALLEY, CITY OF` is said the other way round.
        if found.len() > 2 && found[found.len() - 1] == "of" {
            let rank = found.len() - 2;
            if RANKS.contains(&found[rank].as_str()) || found[rank] == "county" {
                let mut turned = found.split_off(rank);
                turned.append(&mut found);
                found = turned;
            }
        }
        let municipality = municipality(&found);
        // `City of X Police Department` and `X Police Department` are one.
        let body = ends_in_body(&found);
        if body && found.len() > 3 && found[1] == "of" && RANKS.contains(&found[0].as_str()) {
            found.drain(..2);
        }
        found = without_office(found);
        Self { form: found.join(" "), municipality }
    }

    /// The place of a police department: `dallas` of `dallas police`.
    pub(crate) fn police_place(&self) -> Option<&str> {
        self.form.strip_suffix(" police").filter(|place| !place.is_empty())
    }
}

/// One spelling of words that have several.
fn plain(word: &str) -> &str {
    match word {
        "saint" => "st",
        "sainte" => "ste",
        "fort" => "ft",
        "mount" => "mt",
        "pd" => "police",
        "dept" | "dep" | "departments" => "department",
        "sheriffs" => "sheriff",
        "co" => "county",
        "twp" => "township",
        "boro" => "borough",
        "univ" => "university",
        "isd" => "independent school district",
        other => other,
    }
}

/// `X Police Department` is `x police`, `X Sheriff's Office` is `x sheriff`.
fn without_office(mut found: Vec<String>) -> Vec<String> {
    while found.len() > 1 {
        let last = found[found.len() - 1].as_str();
        let before = found[found.len() - 2].as_str();
        let office = matches!(last, "department" | "office");
        if office && matches!(before, "police" | "sheriff") {
            found.pop();
        } else {
            break;
        }
    }
    found
}

fn ends_in_body(found: &[String]) -> bool {
    let last = found.iter().rev().find(|word| !matches!(word.as_str(), "department" | "office"));
    matches!(last.map(String::as_str), Some("police"))
}

fn municipality(found: &[String]) -> Option<Municipality> {
    let [rank, of, place @ ..] = found else { return None };
    let is_government = RANKS.contains(&rank.as_str()) && of == "of" && !place.is_empty();
    (is_government && !ends_in_body(place))
        .then(|| Municipality { place: place.join(" "), rank: rank.clone() })
}

/// `P.D.` is cut into two words.
fn join_pair(found: &mut Vec<String>, first: &str, second: &str, whole: &str) {
    if let Some(at) = found.windows(2).position(|pair| pair[0] == first && pair[1] == second) {
        whole.clone_into(&mut found[at]);
        found.remove(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> String {
        Name::of(text).form
    }

    #[test]
    fn spellings_of_a_department_have_one_form() {
        for text in [
            "Spokane Valley Police Department",
            "SPOKANE VALLEY POLICE DEPT.",
            "Spokane Valley P.D.",
            "Spokane Valley PD",
            "City of Spokane Valley Police Department",
        ] {
            assert_eq!(form(text), "spokane valley police", "{text}");
        }
        for text in ["Cañon City Police Department", "CANON CITY P.D.", "Can\u{303}on City PD"] {
            assert_eq!(form(text), "canon city police", "{text}");
        }
        for text in ["Kauaʻi Police Department", "KAUA'I POLICE DEPT", "Kauai Police"] {
            assert_eq!(form(text), "kauai police", "{text}");
        }
        assert_eq!(form("St. Mary's Co. Sheriff's Office"), "st marys county sheriff");
        assert_eq!(form("Saint Marys County Sheriff's Department"), "st marys county sheriff");
        assert_ne!(form("Perry Police Department"), form("Perry Township Police Department"));
    }

    #[test]
    fn a_municipal_government_is_told_from_its_police() {
        let municipality = |text: &str| Name::of(text).municipality.map(|it| (it.rank, it.place));
        let spokane = Some(("city".to_owned(), "spokane valley".to_owned()));
        assert_eq!(municipality("CITY OF SPOKANE VALLEY"), spokane);
        assert_eq!(municipality("SPOKANE VALLEY, CITY OF"), spokane);
        assert_eq!(municipality("City of Spokane Valley Police Department"), None);
        assert_eq!(municipality("University of Texas"), None);
        assert_eq!(municipality("COUNTY OF KING"), None);
        assert_eq!(Name::of("Dallas Police Dept").police_place(), Some("dallas"));
        assert_eq!(Name::of("Police Department").police_place(), None);
    }
}
