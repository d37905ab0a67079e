//! Determines the program of an award from what the award itself says.
//!
//! No column has it. The description often names the program, the letters in the award number identify one in some
//! years, and the assistance listing does for two programs. They are trusted in this order, because letters are reused
//! and descriptions are written for people. If none of them decides, the program stays unknown: most awards under
//! listing 16.710 are not for hiring, so a guess would be wrong more often than right.
//!
//! A table of facts lists how programs are recognized. You can provide another one, which takes precedence.

use std::{collections::HashMap, path::Path};

use entity::{program, search::words};
use sea_orm::EntityTrait;

use super::{
    error::{FilePlace, ImportError},
    job::Job,
    values,
};
use crate::reference::{ProgramSpelling, SpellingKind, known_spellings, read_spellings};

/// Letters of an award number that identify a program, with the years for which this is known.
#[derive(Debug)]
struct Letters {
    text: String,
    first_year: Option<i32>,
    last_year: Option<i32>,
    program: i32,
}

/// The programs of the dataset.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    ids: HashMap<String, i32>,
    /// Names as words, longest first.
    names: Vec<(String, i32)>,
    /// In order of precedence.
    letters: Vec<Letters>,
    listings: HashMap<String, i32>,
    /// By the key of an award number.
    awards: HashMap<String, i32>,
}

impl Programs {
    /// Reads all programs and how they are recognized.
    pub(crate) async fn new(job: &Job, file: Option<&Path>) -> Result<Self, ImportError> {
        let rows = program::Entity::find().all(job.load.transaction()).await?;
        let rows: Vec<_> = rows.into_iter().map(|row| (row.id, row.code, row.name)).collect();
        let mut programs = Self::of(&rows);
        let Some(path) = file else { return Ok(programs) };
        let place = || FilePlace::file(path.display().to_string());
        let text =
            std::fs::read_to_string(path).map_err(|error| ImportError::read(place(), &error))?;
        let mend = "its columns are program, kind, text, first_year and last_year; a kind is NAME, LETTERS, LISTING or \
                    AWARD";
        let wrong = |problem: String| ImportError::file(place(), problem, mend);
        let spellings = read_spellings(&text)
            .map_err(|why| wrong(format!("is not a list of program names: {why}")))?;
        for spelling in &spellings {
            if !programs.ids.contains_key(&spelling.program.to_uppercase()) {
                return Err(wrong(format!(
                    "{:?} is not a program in the dataset; the programs are {}",
                    spelling.program,
                    programs.codes()
                )));
            }
        }
        // The user's file overrides the built-in table.
        programs.take(&spellings, true);
        Ok(programs)
    }

    fn of(rows: &[(i32, String, String)]) -> Self {
        let mut programs = Self::default();
        for (id, code, name) in rows {
            let name = spaced(name);
            // A name of one or two short words may occur in a description by chance.
            if name.split_whitespace().count() > 2 {
                programs.names.push((name, *id));
            }
            programs.ids.insert(code.to_uppercase(), *id);
        }
        programs.take(&known_spellings(), false);
        programs
    }

    /// Adds spellings of programs in the dataset, before the existing ones if `over`, otherwise after them.
    fn take(&mut self, spellings: &[ProgramSpelling], over: bool) {
        let mut letters = Vec::new();
        for spelling in spellings {
            let Some(program) = self.ids.get(&spelling.program.to_uppercase()).copied() else {
                continue;
            };
            match spelling.kind {
                SpellingKind::Name => {
                    let name = spaced(&spelling.text);
                    let known = self.names.iter().position(|(known, _)| *known == name);
                    match known {
                        Some(at) if over => self.names[at].1 = program,
                        Some(_) => {}
                        None => self.names.push((name, program)),
                    }
                }
                SpellingKind::Letters => letters.push(Letters {
                    text: spelling.text.to_uppercase(),
                    first_year: spelling.first_year,
                    last_year: spelling.last_year,
                    program,
                }),
                SpellingKind::Listing => {
                    let listing = values::listing(&spelling.text);
                    self.listings.insert(listing.unwrap_or_else(|| spelling.text.clone()), program);
                }
                SpellingKind::Award => {
                    if let Some(key) = values::award_key(&spelling.text) {
                        self.awards.insert(key, program);
                    }
                }
            }
        }
        letters.append(&mut self.letters);
        self.letters = letters;
        self.names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    }

    /// The program with a code or a full name, or that a text names.
    pub(crate) fn find(&self, text: &str) -> Option<i32> {
        let by_code = self.ids.get(&text.trim().to_uppercase()).copied();
        let by_name = || {
            let name = spaced(text);
            self.names.iter().find(|(known, _)| *known == name).map(|(_, id)| *id)
        };
        by_code.or_else(by_name).or_else(|| match *self.named_in(text) {
            [program] => Some(program),
            _ => None,
        })
    }

    /// The codes, for messages.
    pub(crate) fn codes(&self) -> String {
        let mut codes: Vec<&str> = self.ids.keys().map(String::as_str).collect();
        codes.sort_unstable();
        if codes.is_empty() { "none".to_owned() } else { codes.join(", ") }
    }

    /// The program under which an award says it was made.
    pub(crate) fn of_award(
        &self,
        key: Option<&str>,
        listing: Option<&str>,
        description: Option<&str>,
    ) -> Option<i32> {
        if let Some(program) = key.and_then(|key| self.awards.get(key)) {
            return Some(*program);
        }
        let description = description.unwrap_or_default();
        let by_code = self.ids.get(&description.trim().to_uppercase()).copied();
        let named = by_code.map_or_else(|| self.named_in(description), |program| vec![program]);
        let others = [
            key.and_then(|key| self.of_number(key)),
            listing.and_then(|listing| self.listings.get(listing).copied()),
        ];
        match *named {
            [] => others.into_iter().flatten().next(),
            [program] => Some(program),
            // If the description names several, another part of the award may decide.
            _ => others.into_iter().flatten().find(|program| named.contains(program)),
        }
    }

    fn of_number(&self, key: &str) -> Option<i32> {
        let (year, letters) = parts_of_number(key)?;
        let is_known = |known: &&Letters| {
            known.text == letters
                && known.first_year.is_none_or(|first| first <= year)
                && known.last_year.is_none_or(|last| year <= last)
        };
        self.letters.iter().find(is_known).map(|known| known.program)
    }

    /// The programs whose names occur in a text.
    fn named_in(&self, text: &str) -> Vec<i32> {
        let mut text = format!(" {} ", spaced(text).trim());
        let mut found = Vec::new();
        // A name may be part of a longer one, so longer names are removed before shorter ones are searched.
        for (name, id) in &self.names {
            if text.contains(name.as_str()) {
                if !found.contains(id) {
                    found.push(*id);
                }
                text = text.replace(name.as_str(), " | ");
            }
        }
        found
    }
}

/// The words of a text, with spaces before, between and after them.
fn spaced(text: &str) -> String {
    let words: Vec<String> = words(text).collect();
    format!(" {} ", words.join(" "))
}

/// The program's fiscal year in an award number: `15JCOPS24GG03715UHPX`, `2009RKWX0400`, `96UMWX1454`.
pub(crate) fn year_of_number(key: &str) -> Option<i32> {
    parts_of_number(key).map(|(year, _)| year)
}

/// The year, and the four letters that may identify the program.
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
    // A cooperative agreement has a letter before its number.
    let number = rest.get(4..).filter(|_| rest.len() == 8)?;
    let number = number.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(number);
    let letters = rest[..2].bytes().all(|byte| byte.is_ascii_uppercase())
        && rest[2..4].bytes().all(|byte| byte.is_ascii_alphanumeric())
        && number.bytes().all(|byte| byte.is_ascii_digit());
    (letters && (1994..=2030).contains(&year)).then(|| (year, &rest[..4]))
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
            (6, "TRGP", "Tribal Resources Grant Program"),
            (7, "TEP", "Technology and Equipment Program"),
            (8, "SAFER_OUTCOMES", "Safer Outcomes"),
        ];
        let rows = rows.map(|(id, code, name)| (id, code.to_owned(), name.to_owned()));
        let mut programs = Programs::of(&rows);
        let by_number = |key| programs.of_award(Some(key), Some("16.710"), None);
        assert_eq!(by_number("15JCOPS24GG03715UHPX"), Some(1));
        assert_eq!(by_number("15JCOPS22GG03715UHPX"), Some(1));
        assert_eq!(by_number("15JCOPS24GG03715INDI"), Some(6));
        assert_eq!(by_number("15JCOPS24GG03715TECP"), Some(7));
        assert_eq!(by_number("15JCOPS24GG03715DETU"), Some(8));
        assert_eq!(by_number("15JCOPS24GG03715DETX"), Some(8));
        assert_eq!(by_number("2012CKWXK001"), Some(3));
        assert_eq!(by_number("15JCOPS25GG01291SSIX"), Some(2));
        assert_eq!(by_number("2009RKWX0400"), Some(5));
        // MUMU and PPSE belong to several programs; WX is the office, and BX another office.
        for unknown in [
            "15JCOPS25GK01404CRIT",
            "15JCOPS25GG01001MUMU",
            "15JCOPS25GG01001PPSE",
            "2020MUMU0006",
            "2016HEBX0001",
            "96UMWX1454",
            "2007CKWX0140",
            "",
            "2014",
            "2014ÄÖWX0001",
            "ÄÖ",
        ] {
            assert_eq!(by_number(unknown), None, "{unknown}");
        }
        assert_eq!(programs.of_award(None, Some("16.068"), None), Some(1));
        let named = |text| programs.of_award(None, None, Some(text));
        assert_eq!(named("THE COPS HIRING PROGRAM (CHP) PROVIDES FUNDING"), Some(1));
        assert_eq!(named("FY 24 Community Policing Development Microgrants"), Some(4));
        assert_eq!(named("California Highway Patrol (CHP)"), None);
        assert_eq!(named("COPS Hiring Program and School Violence Prevention Program"), None);
        assert_eq!(
            named("FUNDS UNDER THE TRIBAL RESOURCES GRANT HIRING PROGRAM (TRGP-HIRE)"),
            Some(6)
        );
        assert_eq!(named("TRGP-E/T"), Some(6));
        assert_eq!(named("(TRGP-EQUIPMENT/TRAINING)"), Some(6));
        assert_eq!(named("THE TECHNOLOGY AND EQUIPMENT PROGRAM (TEP)"), Some(7));
        assert_eq!(named("SAFER OUTCOMES: DE-ESCALATION"), Some(8));
        assert_eq!(named("CHP"), Some(1));
        assert_eq!(named("PUBLIC SAFETY EQUIPMENT"), None);
        // The description wins. If it names several, another part of the award may decide.
        let both = "COPS Hiring Program and School Violence Prevention Program";
        let of = |key, text| programs.of_award(Some(key), Some("16.710"), Some(text));
        assert_eq!(of("15JCOPS25GG01291SSIX", "COPS Hiring Program"), Some(1));
        assert_eq!(of("15JCOPS25GG01291SSIX", both), Some(2));
        assert_eq!(of("15JCOPS25GG01291INDI", both), None);
        assert_eq!(programs.find("TRGP-Hire"), Some(6));
        assert_eq!(programs.find("COPS Hiring Program (CHP)"), Some(1));
        assert_eq!(programs.find("chp"), Some(1));
        assert_eq!(programs.find("COPS hiring program"), Some(1));
        let text = "program,kind,text,first_year,last_year\nTEP,LETTERS,PPSE,2025,\nSVPP,AWARD,2020-MU-MU-0006,,\n\
                    CPD,NAME,Safer Outcomes,,\n";
        programs.take(&read_spellings(text).unwrap(), true);
        let of = |key, text| programs.of_award(Some(key), Some("16.710"), Some(text));
        assert_eq!(of("15JCOPS25GG01001PPSE", "A project"), Some(7));
        assert_eq!(of("15JCOPS24GG01001PPSE", "A project"), None);
        assert_eq!(of("2020MUMU0006", "COPS Hiring Program"), Some(2));
        assert_eq!(of("2020MUMU0007", "Safer Outcomes"), Some(3));
        assert_eq!(year_of_number("96UMWX1454"), Some(1996));
        assert_eq!(year_of_number("2007CKWX0140"), Some(2007));
        assert_eq!(year_of_number("15JCOPS25GK01404CRIT"), Some(2025));
    }
}
