//! The spellings of programs: names in descriptions, letters in award numbers, and assistance listings.
//!
//! They are facts in `api/facts/program_spellings.csv`, and users can add a file with the same columns. Unlike other
//! facts, they describe files instead of the dataset, so no table holds them.

use serde::Deserialize;

/// The facts.
const FACTS: &str = include_str!("../../facts/program_spellings.csv");

/// The kinds of spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SpellingKind {
    /// Words in a description.
    Name,
    /// The four letters for the program in an award number: `UHPX` in `15JCOPS24GG03715UHPX`, `UMWX` in
    /// `2019UMWX0010`.
    Letters,
    /// An assistance listing that belongs to one program only.
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
    /// The kind of spelling.
    pub kind: SpellingKind,
    /// The spelling.
    pub text: String,
    /// The first fiscal year for which the spelling is known to hold; `None` if it holds for all. Only for letters.
    #[serde(default)]
    pub first_year: Option<i32>,
    /// The last such fiscal year.
    #[serde(default)]
    pub last_year: Option<i32>,
    /// The evidence for it.
    #[serde(default)]
    pub note: Option<String>,
}

/// Reads spellings from CSV.
///
/// # Errors
/// If a line is wrong, with its number.
pub fn read_spellings(text: &str) -> Result<Vec<ProgramSpelling>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let rows: Result<Vec<ProgramSpelling>, csv::Error> = reader.deserialize().collect();
    let rows = rows.map_err(|error| error.to_string())?;
    match rows.iter().find(|row| row.text.is_empty() || row.program.is_empty()) {
        Some(_) => Err("a row has no program or no text".to_owned()),
        None => Ok(rows),
    }
}

/// The built-in spellings. A test reads the file, so a released program has all of them.
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
