//! Detects rows of one load that contradict each other.
//!
//! A row with a key makes a claim about what the key identifies: an award, or an agency's year. If two rows claim
//! different things, the order of a file does not show which one is right, so both are refused. This must be known
//! before anything is written, so a load reads its files twice and keeps a few bytes of each claim in between.
//!
//! If the rows themselves show which one is newer, as corrections do, the newer one has the higher rank and replaces
//! the other.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt::{self, Debug, Write as _},
    hash::{DefaultHasher, Hasher},
};

/// The values in a row about something that other rows may also describe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    /// The field that identifies it best.
    pub(crate) field: &'static str,
    /// What the claim is about, for messages: `award`, `state and year`.
    pub(crate) thing: &'static str,
    about: u64,
    says: u64,
    rank: u32,
}

impl Claim {
    /// A claim about the thing with this key.
    pub(crate) fn new(
        field: &'static str,
        thing: &'static str,
        key: &impl Debug,
        says: &impl Debug,
    ) -> Self {
        Self { field, thing, about: digest(&(thing, key)), says: digest(says), rank: 0 }
    }

    /// The same claim, overriding claims of a lower rank.
    pub(crate) fn ranked(self, rank: u32) -> Self {
        Self { rank, ..self }
    }
}

/// The fields that a row leaves empty, or has at all. They do not count as a difference from a row of a file without
/// these columns.
#[derive(Clone)]
pub(crate) struct EmptyFields<T>(pub(crate) Vec<T>);

impl<T> Default for EmptyFields<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Debug for EmptyFields<T> {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// A line of one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ClaimPlace {
    file: u32,
    line: u32,
}

/// What is known about the claims on one thing.
#[derive(Clone, Copy, Debug)]
struct KnownClaim {
    says: u64,
    rank: u32,
    first: ClaimPlace,
}

/// The verdict on a claim's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClaimVerdict {
    /// No other row contradicts it.
    Stands,
    /// Another row of the load states that it is newer.
    Replaced,
    /// The row at this place says something else.
    Contradicted {
        /// The name of the file.
        file: String,
        /// The line on which that row begins.
        line: u64,
    },
}

/// The claims of a load.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    known: HashMap<u64, KnownClaim>,
    /// The first row that contradicts the claim, by what it is about. There are few.
    others: HashMap<u64, ClaimPlace>,
    files: Vec<String>,
    numbers: HashMap<String, u32>,
    file: u32,
}

impl Claims {
    /// Starts the rows of a file.
    pub(crate) fn begin(&mut self, file: &str) {
        self.file = self.numbers.get(file).copied().unwrap_or_else(|| {
            let number = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
            self.files.push(file.to_owned());
            self.numbers.insert(file.to_owned(), number);
            number
        });
    }

    fn place(&self, line: u64) -> ClaimPlace {
        ClaimPlace { file: self.file, line: u32::try_from(line).unwrap_or(u32::MAX) }
    }

    /// Records the claim of the row that begins on a line.
    pub(crate) fn note(&mut self, claim: &Claim, line: u64) {
        let here = self.place(line);
        let new = KnownClaim { says: claim.says, rank: claim.rank, first: here };
        match self.known.entry(claim.about) {
            Entry::Vacant(place) => {
                place.insert(new);
            }
            Entry::Occupied(mut place) => {
                let known = place.get_mut();
                if claim.rank > known.rank {
                    *known = new;
                    self.others.remove(&claim.about);
                } else if claim.rank == known.rank && claim.says != known.says {
                    self.others.entry(claim.about).or_insert(here);
                }
            }
        }
    }

    /// The verdict on the row that begins on a line, once all claims are recorded.
    pub(crate) fn verdict(&self, claim: &Claim, line: u64) -> ClaimVerdict {
        let Some(known) = self.known.get(&claim.about) else { return ClaimVerdict::Stands };
        if claim.rank < known.rank {
            return ClaimVerdict::Replaced;
        }
        let Some(other) = self.others.get(&claim.about) else { return ClaimVerdict::Stands };
        let ClaimPlace { file, line } =
            if known.first == self.place(line) { *other } else { known.first };
        let file = self.files.get(file as usize).cloned().unwrap_or_default();
        ClaimVerdict::Contradicted { file, line: line.into() }
    }
}

/// A digest of the debug output of a value, without building the text.
pub(crate) fn digest(value: &impl Debug) -> u64 {
    struct Sink(DefaultHasher);
    impl fmt::Write for Sink {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut sink = Sink(DefaultHasher::new());
    // Writing to it cannot fail.
    let _ = write!(sink, "{value:?}");
    sink.0.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_differ_name_each_other_and_a_newer_one_stands() {
        let claim = |says: i32| Claim::new("state", "state and year", &("NC", 2022), &says);
        let mut claims = Claims::default();
        claims.begin("a.csv");
        claims.note(&claim(1), 2);
        claims.note(&claim(1), 3);
        assert_eq!(claims.verdict(&claim(1), 3), ClaimVerdict::Stands);
        claims.begin("b.csv");
        claims.note(&claim(2), 7);
        let at = |file: &str, line| ClaimVerdict::Contradicted { file: file.to_owned(), line };
        assert_eq!(claims.verdict(&claim(2), 7), at("a.csv", 2));
        claims.begin("a.csv");
        assert_eq!(claims.verdict(&claim(1), 2), at("b.csv", 7));
        assert_eq!(claims.verdict(&claim(1), 3), at("a.csv", 2));
        claims.note(&claim(3).ranked(1), 9);
        assert_eq!(claims.verdict(&claim(1), 2), ClaimVerdict::Replaced);
        assert_eq!(claims.verdict(&claim(3).ranked(1), 9), ClaimVerdict::Stands);
    }
}
