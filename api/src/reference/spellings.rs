//! By what a program is known: its names in descriptions, the letters of its award numbers, its assistance listings.
//!
//! They are facts like others, in `api/facts/program_spellings.csv`, and a person who knows more has a file of the same
//! columns. Unlike others they are about files and not of the dataset, so no table holds them.

use serde::Deserialize;

/// The facts.
const FACTS: &str = include_str!("../../facts/program_spellings.csv");

/// What kind of spelling it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SpellingKind {
    /// Words that stand in a description.
    Name,
    /// The four letters that stand for the program in an award number: `UHPX` of `15JCOPS24GG03715UHPX`, `UMWX` of
    /// `2019UMWX0010`.
    Letters,
    /// An assistance listing under which there is no other program.
    Listing,
    /// The number of one award.
    Award,
}

/// One spelling of a program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramSpelling {
    /// The code of the program.
    pub program: String,
    /// What kind of spelling it is.
    pub kind: SpellingKind,
    /// The spelling.
    pub text: String,
    /// The first fiscal year of which that is known; none where it holds for all. Of letters only.
    #[serde(default)]
    pub first_year: Option<i32>,
    /// The last one.
    #[serde(default)]
    pub last_year: Option<i32>,
    /// How that is known.
    #[serde(default)]
    pub note: Option<String>,
}

/// Reads spellings from a CSV.
///
/// # Errors
/// Says which line is wrong.
pub fn read_spellings(text: &str) -> Result<Vec<ProgramSpelling>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let rows: Result<Vec<ProgramSpelling>, csv::Error> = reader.deserialize().collect();
    let rows = rows.map_err(|error| error.to_string())?;
    match rows.iter().find(|row| row.text.is_empty() || row.program.is_empty()) {
        Some(_) => Err("a row lacks the program or the text".to_owned()),
        None => Ok(rows),
    }
}

/// The spellings that are known. A test reads them, so a released program has them all.
#[must_use]
pub fn known_spellings() -> Vec<ProgramSpelling> {
    read_spellings(FACTS).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::facts::{Fact as _, Program};

    #[test]
    fn spellings_are_of_programs_and_each_of_one() {
        let spellings = read_spellings(FACTS).unwrap();
        let programs = Program::read().unwrap();
        assert!(spellings.len() > 20);
        for (spelling, at) in spellings.iter().zip(1..) {
            assert!(programs.iter().any(|it| it.code == spelling.program), "{spelling:?}");
            let same = |other: &&ProgramSpelling| {
                (other.kind, &other.text) == (spelling.kind, &spelling.text)
            };
            assert_eq!(spellings[at..].iter().find(same).map(|it| &it.text), None);
            let shaped = match spelling.kind {
                SpellingKind::Letters => spelling.text.len() == 4,
                SpellingKind::Listing => spelling.text.len() == 6,
                SpellingKind::Name => true,
                SpellingKind::Award => false,
            };
            assert!(shaped, "{spelling:?}");
        }
    }
}
