//! The words of the full-text search, identical on every database.
//!
//! SQLite's and PostgreSQL's full-text parsers split text differently (hyphens, e-mail addresses, numbers with
//! decimal points) and know different letters. So this module normalizes both the rows and the search text into words
//! of `a` to `z` and digits, on which both databases agree. Users can type plain text: accents are removed however
//! they are encoded, apostrophes of any kind are dropped, `ł` becomes `l` and `ß` becomes `ss`. A letter of another
//! script becomes its code point; all code points have the same length, so that a prefix of a word consists of whole
//! letters.
//!
//! Recipients are matched by the same words.

use std::fmt::Write as _;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::{
    agency, grant, organization, program, publication,
    scalar::{Ori, State},
    training,
};

/// The version of the normalization. Increment it when the resulting words change: databases with an older version
/// then normalize their rows again.
pub const FOLDING: i32 = 3;

/// The maximum length of a word; longer words are split. PostgreSQL cannot index words over 2,046 bytes.
const LONGEST: usize = 500;

/// A row that full-text search can find.
pub trait Searched {
    /// The content of its `search` column.
    fn searched(&self) -> String;
}

impl Searched for agency::Model {
    fn searched(&self) -> String {
        let texts = [&self.name, &self.city, &self.county_name].map(Option::as_deref);
        let oris = [&self.ori9, &self.ori7].map(|ori| ori.as_ref().map(Ori::as_str));
        let state = self.state.as_ref().map(State::as_str);
        index(texts.into_iter().chain(oris).chain([state]))
    }
}

impl Searched for grant::Model {
    fn searched(&self) -> String {
        index([&self.award_number, &self.award_key, &self.title].map(Option::as_deref))
    }
}

impl Searched for organization::Model {
    fn searched(&self) -> String {
        let texts = [&self.former_names, &self.city, &self.note, &self.uei].map(Option::as_deref);
        let state = self.state.as_ref().map(State::as_str);
        index([Some(self.name.as_str())].into_iter().chain(texts).chain([state]))
    }
}

impl Searched for program::Model {
    fn searched(&self) -> String {
        index([Some(self.code.as_str()), Some(&self.name), self.note.as_deref()])
    }
}

impl Searched for publication::Model {
    fn searched(&self) -> String {
        index([Some(self.title.as_str()), self.series.as_deref()])
    }
}

impl Searched for training::Model {
    fn searched(&self) -> String {
        let texts = [&self.acronym, &self.topics, &self.note].map(Option::as_deref);
        index([Some(self.title.as_str())].into_iter().chain(texts))
    }
}

/// The words of a text, in order.
pub fn words(text: &str) -> std::vec::IntoIter<String> {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        for c in text.chars().filter(|c| !is_silent(*c)) {
            fold(c.to_ascii_lowercase(), &mut folded);
        }
        return split(&folded);
    }
    let kept = text.chars().filter(|c| !is_silent(*c));
    for c in kept.flat_map(char::to_lowercase).nfkd().filter(|c| !is_combining_mark(*c)) {
        // Compatibility decomposition can yield capital letters and apostrophes.
        for c in c.to_lowercase().filter(|c| !is_silent(*c)) {
            fold(c, &mut folded);
        }
    }
    split(&folded)
}

fn split(folded: &str) -> std::vec::IntoIter<String> {
    let mut words = Vec::new();
    for mut word in folded.split_ascii_whitespace() {
        // The text is all ASCII here, so any position is a character boundary.
        while let Some((first, rest)) = word.split_at_checked(LONGEST).filter(|it| !it.1.is_empty())
        {
            words.push(first.to_owned());
            word = rest;
        }
        words.push(word.to_owned());
    }
    words.into_iter()
}

/// The words of several texts, without duplicates, separated by spaces.
#[must_use]
pub fn index<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let mut found: Vec<String> = Vec::new();
    for word in texts.into_iter().flatten().flat_map(words) {
        if !found.contains(&word) {
            found.push(word);
        }
    }
    found.join(" ")
}

/// Whether a character is dropped without splitting the word: apostrophes, their look-alikes, and invisible
/// characters.
fn is_silent(c: char) -> bool {
    matches!(c,
        '\'' | '`' | '´' | '‘' | '’' | '‛' | '′' | '‵' | '＇' | 'ꞌ' | 'Ꞌ'
        // Modifier letters, such as the ʻokina.
        | '\u{2b0}'..='\u{2ff}'
        // A soft hyphen, joiners, marks of direction, and a byte order mark.
        | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

/// Appends a lowercase letter without its accents, or a space for a word separator.
fn fold(c: char, folded: &mut String) {
    match c {
        'a'..='z' | '0'..='9' => folded.push(c),
        // Letters that Unicode does not decompose, spelled as people type them.
        'ß' => folded.push_str("ss"),
        'æ' | 'ǽ' => folded.push_str("ae"),
        'œ' => folded.push_str("oe"),
        'ø' | 'ɵ' => folded.push('o'),
        'ł' | 'ƚ' => folded.push('l'),
        'đ' | 'ð' | 'ɗ' => folded.push('d'),
        'þ' => folded.push_str("th"),
        'ħ' => folded.push('h'),
        'ı' | 'ɨ' => folded.push('i'),
        'ŧ' => folded.push('t'),
        'ŋ' => folded.push('n'),
        'ƀ' | 'ɓ' => folded.push('b'),
        'ɠ' | 'ǥ' => folded.push('g'),
        'ɉ' => folded.push('j'),
        'ƙ' | 'ĸ' => folded.push('k'),
        'ɍ' => folded.push('r'),
        'ƴ' | 'ɏ' => folded.push('y'),
        'ƶ' => folded.push('z'),
        // The form of sigma at the end of a word.
        'ς' => fold('σ', folded),
        c if c.is_alphanumeric() => match c.to_digit(10) {
            Some(digit) => folded.extend(char::from_digit(digit, 10)),
            // Writing to a string cannot fail.
            None => drop(write!(folded, "u{:06x}", u32::from(c))),
        },
        _ => folded.push(' '),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        words(text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_are_runs_of_small_letters_and_digits() {
        for (text, expected) in [
            (
                "Coeur d'Alene P.D. — St. Mary’s, Cañon-City 15JCOPS-24",
                "coeur dalene p d st marys canon city 15jcops 24",
            ),
            ("100% Police_Dept \\ Backslash", "100 police dept backslash"),
            ("  ", ""),
            ("—%", ""),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        assert_eq!(index([Some("Bay City"), None, Some("Bay")]), "bay city");
    }

    #[test]
    fn what_is_typed_finds_what_is_written() {
        for (typed, written) in [
            ("kauai", ["Kaua'i", "Kauaʻi", "Kaua‘i", "Kaua`i", "Kauaʼi", "KAUAꞋI"]),
            (
                "canon",
                ["Cañon", "Can\u{303}on", "CAÑON", "ｃａñｏｎ", "ca\u{ad}ñon", "Ca\u{200d}ñon"],
            ),
            ("lodz", ["Łódź", "ŁÓDŹ", "Lódz\u{301}", "ło\u{301}dź", "Łódz", "𝐋ódź"]),
            ("strasse", ["Straße", "STRASSE", "STRAẞE", "Straſſe", "ｓtraße", "Stra\u{df}e"]),
            (
                "istanbul",
                ["İstanbul", "istanbul", "ıstanbul", "İSTANBUL", "I\u{307}stanbul", "ISTANBUL"],
            ),
            ("first", ["ﬁrst", "First", "ﬁrﬆ", "ＦＩＲＳＴ", "firſt", "ﬁr\u{200b}st"]),
            ("nguyen", ["Nguyễn", "Nguye\u{302}\u{303}n", "NGUYỄN", "nguyên", "Nguyen", "Ｎguyễn"]),
            ("oberg", ["Øberg", "Öberg", "O\u{308}berg", "øberg", "ÖBERG", "Ｏberg"]),
        ] {
            for written in written {
                assert_eq!(found(written), typed, "{written}");
            }
        }
        assert_eq!(found("\u{149}oba"), "noba");
        assert_eq!(found("Ægir Þór Œuvre Ðan"), "aegir thor oeuvre dan");
        assert_eq!(found("٣ districts ⅷ ½"), "u000663 districts viii 1 2");
    }

    #[test]
    fn other_scripts_have_words_too() {
        let (greek, tokyo) = (found("ΑΣΤΥΝΟΜΊΑΣ"), found("東京 警察"));
        assert_eq!(greek, found("αστυνομίας"));
        // 㬐 (U+3B10) does not begin with α (U+03B1).
        assert!(!found("㬐").starts_with(&found("α")));
        assert_eq!(tokyo, "u006771u004eac u008b66u005bdf");
    }

    #[test]
    fn a_word_has_an_end() {
        let long = "x".repeat(1_001);
        assert_eq!(words(&long).map(|word| word.len()).collect::<Vec<_>>(), [500, 500, 1]);
        assert_eq!(words(&long[..500]).count(), 1);
        assert_eq!(words(&"東".repeat(300)).map(|word| word.len()).max(), Some(500));
    }
}
