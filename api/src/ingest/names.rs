//! Decides when two names mean the same body.
//!
//! An accountant writes a recipient's name and the FBI writes an agency's: `SPOKANE VALLEY, CITY OF`, `Spokane Valley
//! Police Dept.`. Names are normalized to one form and match only if the forms are equal. Nothing is fuzzy: a wrong
//! match would credit one city's money to another, while a missed match only leaves it with the city.

use entity::search::words;

/// Types of government that may precede `of`.
const RANKS: [&str; 6] = ["city", "town", "village", "borough", "township", "county"];

/// A normalized name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    /// The normalized words.
    pub(crate) form: String,
}

impl Name {
    /// Normalizes a name.
    pub(crate) fn of(text: &str) -> Self {
        let mut found = spelled(text);
        // `SPOKANE VALLEY, CITY OF` is reordered.
        if found.len() > 2 && found[found.len() - 1] == "of" {
            let rank = found.len() - 2;
            if RANKS.contains(&found[rank].as_str()) {
                let mut turned = found.split_off(rank);
                turned.append(&mut found);
                found = turned;
            }
        }
        // `City of X Police Department` and `X Police Department` are the same. A town or township may share its name
        // with a city and has a police department of its own.
        if ends_in_police(&found) && found.len() > 3 && found[0] == "city" && found[1] == "of" {
            found.drain(..2);
        }
        found = without_office(found);
        Self { form: found.join(" ") }
    }
}

/// The words of a name in normalized spelling.
pub(crate) fn spelled(text: &str) -> Vec<String> {
    let mut found: Vec<String> = words(text).map(|word| plain(&word).to_owned()).collect();
    found.retain(|word| !matches!(word.as_str(), "the" | "and"));
    join_pair(&mut found, "p", "d", "police");
    found
}

/// A name, and the county that its publisher adds to distinguish it, both in normalized spelling: `Hamilton Township,
/// Atlantic County Police Department`.
pub(crate) fn county_apart(text: &str) -> (String, Option<String>) {
    let apart = || {
        let (before, after) = text.split_once(',')?;
        let at = after.to_ascii_lowercase().find(" county")?;
        let (county, rest) = (after.get(..at)?, after.get(at + " county".len()..)?);
        let words = spelled(county);
        let is_county = (1..=3).contains(&words.len()) && !county.contains([':', ',']);
        is_county.then(|| (format!("{before}{rest}"), Some(words.join(" "))))
    };
    apart().unwrap_or_else(|| (text.to_owned(), None))
}

/// The normalized spelling of a word.
fn plain(word: &str) -> &str {
    match word {
        "saint" => "st",
        "sainte" => "ste",
        "fort" => "ft",
        "mount" => "mt",
        "pd" => "police",
        "dept" | "dep" | "departments" => "department",
        "sheriffs" => "sheriff",
        "co" | "cnty" => "county",
        "twp" | "twsp" => "township",
        "boro" => "borough",
        "univ" => "university",
        "isd" => "independent school district",
        other => other,
    }
}

/// Shortens `X Police Department` to `x police` and `X Sheriff's Office` to `x sheriff`.
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

fn ends_in_police(found: &[String]) -> bool {
    let last = found.iter().rev().find(|word| !matches!(word.as_str(), "department" | "office"));
    matches!(last.map(String::as_str), Some("police"))
}

/// Joins `P.D.`, which is split into two words.
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
    fn the_police_of_a_township_are_not_those_of_the_city_of_its_name() {
        assert_eq!(form("Township of Perry Police Department"), "township of perry police");
        assert_eq!(form("Town of Perry P.D."), "town of perry police");
        assert_eq!(form("SPOKANE VALLEY, CITY OF"), form("City of Spokane Valley"));
    }

    #[test]
    fn the_county_that_tells_names_apart_is_no_part_of_them() {
        let apart = |text: &str| {
            let (name, county) = county_apart(text);
            (form(&name), county)
        };
        for text in [
            "Hamilton Township, Atlantic County Police Department",
            "Hamilton Township Police Department, Atlantic County",
        ] {
            assert_eq!(apart(text), ("hamilton township police".into(), Some("atlantic".into())));
        }
        for text in
            ["Spokane, County of", "Highway Patrol: Troop A, Post 1: Duval County", "Lee County"]
        {
            assert_eq!(county_apart(text).1, None, "{text}");
        }
    }
}
