//! Which agencies a person should look at for a recipient that is not matched.
//!
//! A score is the share of words that two names have in common, in hundredths, leaving out those that most agencies and
//! governments have. It orders what is shown and decides nothing.

use std::collections::{BTreeSet, HashMap};

use entity::{agency, scalar::State};

use super::Fit;
use crate::ingest::names::spelled;

/// Agencies that are shown of a recipient, beside those among which nothing else can tell.
const SHOWN: usize = 5;
/// The least score that is shown.
const LEAST: usize = 50;
/// Words that say nothing of whom a name means.
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

/// An agency, and its score in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LikelyAgency {
    pub(crate) at: usize,
    pub(crate) score: usize,
}

/// The agencies of the states by the words of their names.
#[derive(Debug, Default)]
pub(crate) struct LikelyAgencies {
    words: Vec<BTreeSet<String>>,
    of: HashMap<(String, String), Vec<usize>>,
}

impl LikelyAgencies {
    /// Reads the names of agencies, each with its place in the list.
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

    /// The agencies of the state whose names are most like a recipient's, and all of those that fit it.
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

/// Whether two names have the same words but for those that most agencies and governments have.
pub(crate) fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (telling(one), telling(other));
    !one.is_empty() && one == other
}

/// The words of a name that tell it from others.
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
