//! Detects rows of a list that are totals of the rows above them.
//!
//! Lists made for people include totals, and a total taken for an award doubles the sum. Such a row is recognized by
//! its label (`Total`, `Grand Total`, `CA Subtotal`) and confirmed by its numbers: each is the sum since the last
//! total, of the named state, or of the whole table. A row that is not confirmed is refused.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use entity::scalar::State;

use super::values;
use crate::reference;

/// The note about confirmed totals.
pub(crate) const LEFT_OUT: &str = "totals that agree with the rows above them (left out)";

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

    /// Whether all numbers of a row equal these sums, of at least `least` rows.
    fn are(&self, numbers: &[Option<i64>], least: u64) -> bool {
        if self.rows < least {
            return false;
        }
        let sum = |at: usize| self.of_columns.get(at).copied().unwrap_or(0);
        let mut said = numbers.iter().enumerate().filter_map(|(at, number)| Some((at, (*number)?)));
        said.all(|(at, number)| sum(at) == i128::from(number))
    }
}

/// The sums of a table up to the current row.
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
    /// Adds a row that is not a total.
    pub(crate) fn add(&mut self, state: Option<&State>, numbers: &[Option<i64>]) {
        self.all.add(numbers);
        self.since_last.add(numbers);
        self.since_unnamed.add(numbers);
        self.states.insert(state.map(|state| state.as_str().to_owned()));
        if let Some(state) = state {
            self.by_state.entry(state.as_str().to_owned()).or_default().add(numbers);
        }
    }

    /// Whether the numbers of a row with a total's label are a total. If it names a state, they must be that state's
    /// total. If the label is ambiguous, they must be the total of several rows.
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
            // A total beside a state may be the overall total, but not that of another state.
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

/// What a total covers, according to its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TotalOf {
    /// Rows above it.
    Rows,
    /// Rows of a state.
    State(State),
    /// Rows above it, unless it is a name with such a word: `Total Community Action`.
    Perhaps,
}

/// What a total covers, if the label is that of a total: `Total`, `CA Subtotal`, `Total for California`. A recipient's
/// name may contain the word, so a label with other words is ambiguous.
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
    // A state may contain a common word: `in` and `or` are also codes of states.
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

/// Whether a word is the code of a known program.
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
        // The next part of a list has its own totals.
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
