//! Under which program an award was made, where the award itself says so.
//!
//! There is no column for it. The letters of the award number say it for some years, the assistance
//! listing for two programs, and the description often names the program in full. Where they do not,
//! the program stays unknown: most of the awards under listing 16.710 are not for hiring, so a guess
//! would be wrong more often than right.

use std::collections::HashMap;

use entity::{program, search::words};
use sea_orm::{DbErr, EntityTrait};

use super::job::Job;

/// Letters of an award number that stand for a program, with the years for which that is known.
const LETTERS: &[(&str, std::ops::RangeInclusive<i32>, &str)] = &[
    ("UM", 2010..=2020, "CHP"),
    ("UL", 2010..=2020, "CHP"),
    ("RK", 2009..=2009, "CHRP"),
    ("HE", 2008..=2020, "TRGP"),
    ("HH", 2008..=2020, "TRGP"),
    ("SV", 2018..=2020, "SVPP"),
    ("CK", 2012..=2020, "CPD"),
];

/// Suffixes of the longer award numbers, likewise.
const SUFFIXES: &[(&str, std::ops::RangeInclusive<i32>, &str)] =
    &[("UHPX", 2024..=2024, "CHP"), ("MUMU", 2025..=2025, "CHP"), ("SSIX", 2025..=2025, "SVPP")];

/// Listings of one program only.
const LISTINGS: &[(&str, &str)] = &[("16.068", "CHP"), ("16.071", "SVPP")];

/// The programs of the dataset.
#[derive(Debug)]
pub(crate) struct Programs {
    ids: HashMap<String, i32>,
    /// Full names as words, the longest first.
    names: Vec<(String, i32)>,
}

impl Programs {
    /// Reads all programs.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        let rows = program::Entity::find().all(job.load.transaction()).await?;
        Ok(Self::of(rows.into_iter().map(|row| (row.id, row.code, row.name))))
    }

    fn of(rows: impl Iterator<Item = (i32, String, String)>) -> Self {
        let (mut ids, mut names) = (HashMap::new(), Vec::new());
        for (id, code, name) in rows {
            let name = spaced(&name);
            // A name of one or two short words may stand in a description by chance.
            if name.split_whitespace().count() > 2 {
                names.push((name, id));
            }
            ids.insert(code.to_uppercase(), id);
        }
        names.sort_unstable_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Self { ids, names }
    }

    /// The program of a code or of a full name.
    pub(crate) fn find(&self, text: &str) -> Option<i32> {
        let by_code = self.ids.get(&text.trim().to_uppercase());
        by_code.copied().or_else(|| {
            let name = spaced(text);
            self.names.iter().find(|(known, _)| *known == name).map(|(_, id)| *id)
        })
    }

    /// The codes, for a message.
    pub(crate) fn codes(&self) -> String {
        let mut codes: Vec<&str> = self.ids.keys().map(String::as_str).collect();
        codes.sort_unstable();
        if codes.is_empty() { "none".to_owned() } else { codes.join(", ") }
    }

    /// The program that an award says it was made under.
    pub(crate) fn of_award(
        &self,
        key: Option<&str>,
        listing: Option<&str>,
        description: Option<&str>,
    ) -> Option<i32> {
        let known = |code: &str| self.ids.get(code).copied();
        let by_number = key.and_then(program_of_number).and_then(known);
        let by_listing = || {
            let (_, code) = LISTINGS.iter().find(|(number, _)| Some(*number) == listing)?;
            known(code)
        };
        by_number.or_else(by_listing).or_else(|| self.named_in(description?))
    }

    /// The only program whose full name stands in a text.
    fn named_in(&self, text: &str) -> Option<i32> {
        let mut text = format!(" {} ", spaced(text).trim());
        let mut found = None;
        // A name may be part of a longer one: the longer one is taken out before the shorter is
        // looked for.
        for (name, id) in &self.names {
            if text.contains(name.as_str()) {
                if found.is_some_and(|found| found != *id) {
                    return None;
                }
                found = Some(*id);
                text = text.replace(name.as_str(), " | ");
            }
        }
        found
    }
}

/// The words of a text with a space before, between and after them.
fn spaced(text: &str) -> String {
    let words: Vec<String> = words(text).collect();
    format!(" {} ", words.join(" "))
}

/// The fiscal year of the program in an award number: `15JCOPS24GG03715UHPX`, `2009RKWX0400`,
/// `96UMWX1454`.
pub(crate) fn year_of_number(key: &str) -> Option<i32> {
    parts_of_number(key).map(|(year, _)| year)
}

fn program_of_number(key: &str) -> Option<&'static str> {
    let (year, letters) = parts_of_number(key)?;
    let table = if letters.len() == 4 { SUFFIXES } else { LETTERS };
    let found = table.iter().find(|(known, years, _)| *known == letters && years.contains(&year));
    found.map(|(_, _, program)| *program)
}

/// The year and the letters that stand for the program.
fn parts_of_number(key: &str) -> Option<(i32, &str)> {
    if !key.is_ascii() {
        return None;
    }
    if let Some(rest) = key.strip_prefix("15JCOPS") {
        let shaped = rest.len() == 13 && rest[4..9].bytes().all(|byte| byte.is_ascii_digit());
        let year: i32 = rest.get(..2)?.parse().ok()?;
        return shaped.then(|| (2000 + year, &rest[9..]));
    }
    let digits = key.bytes().take_while(u8::is_ascii_digit).count();
    let year: i32 = key[..digits].parse().ok()?;
    let year = match digits {
        4 => year,
        2 if year >= 94 => 1900 + year,
        2 => 2000 + year,
        _ => return None,
    };
    let rest = &key[digits..];
    let letters = rest.len() == 8
        && rest[..2].bytes().all(|byte| byte.is_ascii_uppercase())
        && rest[4..].bytes().all(|byte| byte.is_ascii_digit());
    (letters && (1994..=2030).contains(&year)).then(|| (year, &rest[..2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_read_and_never_guessed() {
        let rows = [
            (1, "CHP", "COPS Hiring Program"),
            (2, "SVPP", "School Violence Prevention Program"),
            (3, "CPD", "Community Policing Development"),
            (4, "CPD_MICROGRANTS", "Community Policing Development Microgrants"),
            (5, "CHRP", "COPS Hiring Recovery Program"),
        ];
        let rows = rows.map(|(id, code, name)| (id, code.to_owned(), name.to_owned()));
        let programs = Programs::of(rows.into_iter());
        let by_number = |key| programs.of_award(Some(key), Some("16.710"), None);
        assert_eq!(by_number("15JCOPS24GG03715UHPX"), Some(1));
        assert_eq!(by_number("15JCOPS25GG01001MUMU"), Some(1));
        assert_eq!(by_number("15JCOPS25GG01291SSIX"), Some(2));
        assert_eq!(by_number("2009RKWX0400"), Some(5));
        for unknown in ["15JCOPS25GK01404CRIT", "96UMWX1454", "2007CKWX0140", "", "2014", "ÄÖ"] {
            assert_eq!(by_number(unknown), None, "{unknown}");
        }
        assert_eq!(programs.of_award(None, Some("16.068"), None), Some(1));
        let named = |text| programs.of_award(None, None, Some(text));
        assert_eq!(named("THE COPS HIRING PROGRAM (CHP) PROVIDES FUNDING"), Some(1));
        assert_eq!(named("FY 24 Community Policing Development Microgrants"), Some(4));
        assert_eq!(named("California Highway Patrol (CHP)"), None);
        assert_eq!(named("COPS Hiring Program and School Violence Prevention Program"), None);
        assert_eq!(programs.find("chp"), Some(1));
        assert_eq!(programs.find("COPS hiring program"), Some(1));
        assert_eq!(year_of_number("96UMWX1454"), Some(1996));
        assert_eq!(year_of_number("2007CKWX0140"), Some(2007));
        assert_eq!(year_of_number("15JCOPS25GK01404CRIT"), Some(2025));
    }
}
