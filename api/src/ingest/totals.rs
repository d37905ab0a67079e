//! Rows of a list that are no awards but totals of the rows above them.
//!
//! A list that is made for people to read has its totals in it, and one that is taken for an award doubles the sum. Such
//! a row is known by its label (`Total`, `Grand Total`, `CA Subtotal`) and proved by its numbers: each is the sum since
//! the last total, of the state that it names, or of the whole table. One that proves nothing is refused.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use entity::scalar::State;

use super::values;
use crate::reference;

/// What the report counts.
pub(crate) const LEFT_OUT: &str = "rows of totals that agree with the rows above them, left out";

/// The numbers of a row, in the order of the columns that are added up.
pub(crate) type RowNumbers = Vec<Option<i64>>;

/// Sums of the columns.
#[derive(Clone, Debug, Default)]
struct Sums {
    of_columns: Vec<i128>,
    rows: u64,
}

impl Sums {
    fn add(&mut self, numbers: &[Option<i64>]) {
        self.rows += 1;
        self.of_columns.resize(self.of_columns.len().max(numbers.len()), 0);
        for (sum, number) in self.of_columns.iter_mut().zip(numbers) {
            *sum += i128::from(number.unwrap_or(0));
        }
    }

    /// Whether all numbers that a row has are these sums, of so many rows at least.
    fn are(&self, numbers: &[Option<i64>], least: u64) -> bool {
        if self.rows < least {
            return false;
        }
        let sum = |at: usize| self.of_columns.get(at).copied().unwrap_or(0);
        let mut said = numbers.iter().enumerate().filter_map(|(at, number)| Some((at, (*number)?)));
        said.all(|(at, number)| sum(at) == i128::from(number))
    }
}

/// The sums of a table, as far as it was read.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    all: Sums,
    since_last: Sums,
    /// Since the last total that names no state.
    since_unnamed: Sums,
    /// The states of the rows since the last total.
    states: HashSet<Option<String>>,
    by_state: HashMap<String, Sums>,
}

impl Totals {
    /// Adds a row that is no total.
    pub(crate) fn add(&mut self, state: Option<&State>, numbers: &[Option<i64>]) {
        self.all.add(numbers);
        self.since_last.add(numbers);
        self.since_unnamed.add(numbers);
        self.states.insert(state.map(|state| state.as_str().to_owned()));
        if let Some(state) = state {
            self.by_state.entry(state.as_str().to_owned()).or_default().add(numbers);
        }
    }

    /// Whether the numbers of a row that is labeled as a total are one. A state that it names is the state whose total
    /// it is. A row whose label leaves a doubt must be the total of several.
    pub(crate) fn prove(
        &mut self,
        of: &TotalOf,
        state: Option<&State>,
        numbers: &[Option<i64>],
    ) -> bool {
        let least = if *of == TotalOf::Perhaps { 2 } else { 1 };
        let named = if let TotalOf::State(state) = of { Some(state) } else { state };
        if numbers.iter().all(Option::is_none) {
            return false;
        }
        let of_state = named.is_some_and(|state| {
            let code = Some(state.as_str().to_owned());
            let is_only = self.states.iter().all(|other| *other == code);
            let of_code = self.by_state.get(state.as_str());
            (is_only && self.since_last.are(numbers, least))
                || of_code.is_some_and(|sums| sums.are(numbers, least))
        });
        let of_rows = || {
            // One that stands beside a state may be the total of all, and is not that of another state.
            let last = named.is_none().then_some(&self.since_last);
            let mut sums = last.into_iter().chain([&self.since_unnamed, &self.all]);
            sums.any(|sums| sums.are(numbers, least))
        };
        let proved = of_state || (!matches!(of, TotalOf::State(_)) && of_rows());
        if proved {
            self.since_last = Sums::default();
            self.states.clear();
        }
        if proved && !of_state {
            self.since_unnamed = Sums::default();
        }
        proved
    }
}

/// Of what a label says that its row is the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TotalOf {
    /// Of rows above it.
    Rows,
    /// Of those of a state.
    State(State),
    /// Of rows above it, if that is no name that has the word in it: `Total Community Action`.
    Perhaps,
}

/// Of what a row is the total, if its label is one of a total: `Total`, `CA Subtotal`, `Total for California`. A
/// recipient may have the word in its name, so that a label with other words leaves a doubt.
pub(crate) fn label(text: &str) -> Option<TotalOf> {
    const TOTALS: &[&str] = &["total", "totals", "subtotal", "subtotals", "sum"];
    const OTHERS: &[&str] = &[
        "grand",
        "sub",
        "overall",
        "all",
        "for",
        "of",
        "in",
        "the",
        "and",
        "by",
        "state",
        "states",
        "statewide",
        "national",
        "nationwide",
        "nation",
        "us",
        "usa",
        "united",
        "page",
        "program",
        "award",
        "awards",
        "amount",
        "amounts",
        "funding",
        "funds",
        "awarded",
        "agency",
        "agencies",
        "officer",
        "officers",
        "position",
        "positions",
        "grant",
        "grants",
        "fiscal",
        "year",
        "fy",
        "to",
        "date",
        "since",
        "cumulative",
        "programs",
        "recipient",
        "recipients",
        "hiring",
        "cops",
        "dollars",
        "number",
        "list",
    ];
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if !words.iter().any(|word| TOTALS.contains(word)) {
        return None;
    }
    let is_number = |word: &str| word.trim_start_matches("fy").bytes().all(|b| b.is_ascii_digit());
    let is_other = |word: &str| {
        TOTALS.contains(&word) || OTHERS.contains(&word) || is_number(word) || is_program(word)
    };
    // A state may have a word in it that says nothing by itself: `in` and `or` are codes of states, too.
    let plain: Vec<&str> = words.iter().copied().filter(|word| !is_other(word)).collect();
    if plain.is_empty() {
        return Some(TotalOf::Rows);
    }
    if let Ok(state) = values::state(&plain.join(" ")) {
        return Some(TotalOf::State(state));
    }
    let ends = [words.first(), words.last()];
    ends.into_iter().flatten().any(|word| TOTALS.contains(word)).then_some(TotalOf::Perhaps)
}

/// Whether a word is the code of a program that is known.
fn is_program(word: &str) -> bool {
    static CODES: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let known = reference::known_spellings();
        known.iter().map(|spelling| spelling.program.to_lowercase()).collect()
    });
    CODES.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_totals_are_no_names_of_recipients() {
        for text in [
            "Total",
            "GRAND TOTAL:",
            "Sub-Total",
            "Total (25 agencies)",
            "FY 2024 Totals",
            "Total awards",
            "CHP Total",
            "CHP Program Total (2 awards)",
            "Total awards to date (since 1994)",
        ] {
            assert_eq!(label(text), Some(TotalOf::Rows), "{text}");
        }
        for text in ["CA Total", "Total for California", "California - Subtotal", "State Total: CA"]
        {
            let state = "CA".parse().ok().map(TotalOf::State);
            assert_eq!(label(text), state, "{text}");
        }
        for text in ["Summit Police Department", "State Police", ""] {
            assert_eq!(label(text), None, "{text}");
        }
        for text in ["Total Community Action", "Sum of what was announced"] {
            assert_eq!(label(text), Some(TotalOf::Perhaps), "{text}");
        }
    }

    #[test]
    fn a_total_is_proved_by_all_its_numbers() {
        let state = |code: &str| code.parse::<State>().ok();
        let mut totals = Totals::default();
        totals.add(state("CA").as_ref(), &[Some(2), Some(10)]);
        totals.add(state("CA").as_ref(), &[Some(3), None]);
        assert!(!totals.prove(&TotalOf::Rows, None, &[Some(5), Some(11)]));
        assert!(!totals.prove(&TotalOf::Rows, None, &[None, None]));
        assert!(totals.prove(&TotalOf::Rows, state("CA").as_ref(), &[Some(5), Some(10)]));
        totals.add(state("TX").as_ref(), &[Some(4), Some(1)]);
        assert!(!totals.prove(&TotalOf::Rows, state("CA").as_ref(), &[Some(4), Some(1)]));
        assert!(totals.prove(&TotalOf::Rows, None, &[Some(4), None]));
        assert!(totals.prove(&TotalOf::Rows, None, &[Some(9), Some(11)]));
        // The next part of a list has totals of its own.
        totals.add(state("CA").as_ref(), &[Some(7), None]);
        assert!(totals.prove(&TotalOf::Rows, state("CA").as_ref(), &[Some(7), None]));
        totals.add(state("TX").as_ref(), &[Some(1), None]);
        assert!(!totals.prove(&TotalOf::Rows, state("CA").as_ref(), &[Some(1), None]));
        assert!(!totals.prove(&TotalOf::Perhaps, None, &[Some(1), None]), "of one row");
        let of = TotalOf::State("TX".parse().unwrap());
        assert!(!totals.prove(&of, None, &[Some(8), None]));
        assert!(totals.prove(&TotalOf::Rows, None, &[Some(8), None]));
        assert!(totals.prove(&TotalOf::Rows, None, &[Some(17), Some(11)]));
    }
}
