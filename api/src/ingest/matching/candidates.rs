//! Suggests agencies for a recipient that is not matched, for a person to check.
//!
//! A score is the percentage of words that two names share, without the words that most agencies and governments have.
//! It only orders the suggestions and decides nothing.

use std::collections::{BTreeSet, HashMap};

use entity::{agency, scalar::State};

use super::Fit;
use crate::ingest::names::spelled;

/// How many agencies are suggested per recipient, besides those that all fit.
const SHOWN: usize = 5;
/// The minimum score of a suggestion.
const LEAST: usize = 50;
/// Words that do not distinguish names.
const COMMON: [&str; 22] = [
    "police",
    "department",
    "sheriff",
    "office",
    "county",
    "parish",
    "city",
    "town",
    "village",
    "borough",
    "township",
    "municipality",
    "public",
    "safety",
    "of",
    "in",
    "for",
    "bureau",
    "inc",
    "government",
    "board",
    "commissioners",
];

/// An agency and its score in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LikelyAgency {
    pub(crate) at: usize,
    pub(crate) score: usize,
}

/// The agencies of each state, by the words of their names.
#[derive(Debug, Default)]
pub(crate) struct LikelyAgencies {
    words: Vec<BTreeSet<String>>,
    of: HashMap<(String, String), Vec<usize>>,
}

impl LikelyAgencies {
    /// Reads the names of agencies, each with its position in the list.
    pub(crate) fn of<'a>(agencies: impl IntoIterator<Item = (usize, &'a agency::Model)>) -> Self {
        let mut candidates = Self::default();
        for (at, row) in agencies {
            let words = row.name.as_deref().map(telling).unwrap_or_default();
            for word in
                row.state.iter().flat_map(|state| words.iter().map(move |word| (state, word)))
            {
                let key = (word.0.as_str().to_owned(), word.1.clone());
                candidates.of.entry(key).or_default().push(at);
            }
            candidates.words.push(words);
        }
        candidates
    }

    /// The agencies of the state with the names most like the recipient's, and all that fit it.
    pub(crate) fn like(&self, name: &str, state: Option<&State>, fit: &Fit) -> Vec<LikelyAgency> {
        let asked = telling(name);
        let mut common: HashMap<usize, usize> = HashMap::new();
        for word in state.iter().flat_map(|state| asked.iter().map(move |word| (state, word))) {
            let key = (word.0.as_str().to_owned(), word.1.clone());
            for at in self.of.get(&key).into_iter().flatten() {
                *common.entry(*at).or_default() += 1;
            }
        }
        let fitting: &[usize] = match fit {
            Fit::Several(fitting) => fitting,
            Fit::Nobody | Fit::One(..) => &[],
        };
        for at in fitting {
            common.entry(*at).or_default();
        }
        let scored = common.into_iter().map(|(at, common)| {
            let score = 200 * common / (asked.len() + self.words[at].len()).max(1);
            LikelyAgency { at, score }
        });
        let mut found: Vec<LikelyAgency> = scored.collect();
        let fits = |candidate: &LikelyAgency| fitting.contains(&candidate.at);
        found.sort_by_key(|it| (!fits(it), std::cmp::Reverse(it.score), it.at));
        let mut others = 0;
        found.retain(|candidate| {
            others += usize::from(!fits(candidate));
            fits(candidate) || (candidate.score >= LEAST && others <= SHOWN)
        });
        found
    }
}

/// Whether two names have the same words, apart from common ones.
pub(crate) fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (telling(one), telling(other));
    !one.is_empty() && one == other
}

/// The distinguishing words of a name.
fn telling(name: &str) -> BTreeSet<String> {
    spelled(name).into_iter().filter(|word| !COMMON.contains(&word.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_by_the_words_that_tell_them_apart() {
        let words = |text| telling(text).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(words("CITY OF SPOKANE VALLEY"), "spokane valley");
        assert_eq!(words("Spokane Valley Police Dept."), "spokane valley");
        assert_eq!(words("County Sheriff's Office"), "");
    }
}
