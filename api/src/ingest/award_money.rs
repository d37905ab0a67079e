//! Whether the transactions of an award are all there, and what its federal share is where they are not.
//!
//! A file may hold some of the transactions of an award: those of a year, or what changed since another file. Their sum is
//! not the award's money then. Each row of a download states the total of its award, and so does a summary; what they
//! state is held against the sum of all transactions of the dataset. Where the two differ, some are missing, the award
//! shows the stated total, and the report says so.
//!
//! Rows that state no total, as those of the API, are held against what is known: the transactions of an award that were
//! whole before a load are whole after it; of an award that was not in the dataset, they are if the first one, which made
//! the award, is among them. Else the federal share stays as it was.

use std::collections::HashMap;

use entity::scalar::Dollars;

use super::job::Job;

/// What the report says of awards that show a stated total.
const STATED: &str = "awards of which not all transactions were loaded, for their sum is not the total that USAspending \
                      states: the federal share is that total";
/// What it says of those that show what they did before.
const KEPT: &str = "awards of which not all transactions may be there, and whose total no row states for certain: the \
                    federal share stays as it was; load an award summary of the same day";
/// Awards that a report names as examples.
const EXAMPLES: usize = 5;

/// What the dataset knew of the money of an award before a load, by USAspending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MoneyBefore {
    /// The federal share.
    pub(crate) share: Option<Dollars>,
    /// The sum of the transactions; none where there was none.
    pub(crate) sum: Option<Dollars>,
}

/// The total of an award that the rows of a load state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StatedTotal {
    /// None does.
    #[default]
    Unsaid,
    /// The latest ones state this.
    Said(Dollars),
    /// Rows of one day state several.
    Several,
}

impl StatedTotal {
    /// Takes what a row states, which is as late as what was stated so far, or later.
    pub(crate) fn take(&mut self, total: Dollars, is_later: bool) {
        *self = match *self {
            Self::Said(known) if known != total && !is_later => Self::Several,
            Self::Several if !is_later => Self::Several,
            _ => Self::Said(total),
        };
    }
}

/// What the federal share of an award is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AwardShare {
    /// The sum of its transactions.
    Sum,
    /// The total that is stated: some transactions are missing.
    Stated(Dollars),
    /// What it was before, or unknown.
    Kept(Option<Dollars>),
}

impl AwardShare {
    /// Decides it by the sum of all transactions and whether the first of them, which made the award, is among them.
    pub(crate) fn of(
        stated: StatedTotal,
        before: MoneyBefore,
        sum: Dollars,
        has_first: bool,
    ) -> Self {
        let was_whole = before.sum.is_some() && before.share == before.sum;
        match stated {
            StatedTotal::Said(total) if total == sum => Self::Sum,
            StatedTotal::Said(total) => Self::Stated(total),
            _ if before.share == Some(sum) => Self::Sum,
            StatedTotal::Unsaid if was_whole => Self::Sum,
            StatedTotal::Unsaid if before.share.is_none() && has_first => Self::Sum,
            StatedTotal::Unsaid | StatedTotal::Several => Self::Kept(before.share),
        }
    }
}

/// The awards of a load whose transactions are not all there, for the report.
#[derive(Debug, Default)]
pub(crate) struct PartialAwards {
    of: HashMap<&'static str, (u64, Vec<String>)>,
}

impl PartialAwards {
    /// Notes one that is not the sum of its transactions.
    pub(crate) fn note(&mut self, share: AwardShare, sum: Dollars, name: impl FnOnce() -> String) {
        let (text, shown) = match share {
            AwardShare::Sum => return,
            AwardShare::Stated(total) => (STATED, total.to_string()),
            AwardShare::Kept(Some(share)) => (KEPT, share.to_string()),
            AwardShare::Kept(None) => (KEPT, "unknown".to_owned()),
        };
        let (count, examples) = self.of.entry(text).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            let name = name();
            examples.push(format!("{name}: {shown}, and the transactions add up to {sum}"));
        }
    }

    /// Warns of all of them.
    pub(crate) fn report(self, job: &mut Job) {
        for (text, (count, examples)) in self.of {
            job.report.warn(text, count, examples);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AwardShare as Share, MoneyBefore, StatedTotal as Stated, *};

    #[test]
    fn a_partial_sum_is_never_the_share() {
        let cents = |cents| Some(Dollars(cents));
        let before = |share, sum| MoneyBefore { share, sum };
        let none = before(None, None);
        let of =
            |stated, before, sum, has_first| Share::of(stated, before, Dollars(sum), has_first);
        let said = |total| Stated::Said(Dollars(total));
        assert_eq!(of(said(90), none, 90, false), Share::Sum);
        assert_eq!(of(said(90), none, -10, false), Share::Stated(Dollars(90)));
        assert_eq!(
            of(said(90), before(cents(100), cents(100)), 100, true),
            Share::Stated(Dollars(90))
        );
        // Nothing is stated.
        assert_eq!(of(Stated::Unsaid, none, 100, true), Share::Sum);
        assert_eq!(of(Stated::Unsaid, none, -10, false), Share::Kept(None));
        assert_eq!(of(Stated::Unsaid, before(cents(100), None), 100, false), Share::Sum);
        assert_eq!(
            of(Stated::Unsaid, before(cents(100), None), -10, true),
            Share::Kept(cents(100))
        );
        assert_eq!(of(Stated::Unsaid, before(cents(100), cents(100)), 95, true), Share::Sum);
        assert_eq!(of(Stated::Unsaid, before(cents(90), cents(-10)), 90, true), Share::Sum);
        assert_eq!(
            of(Stated::Unsaid, before(cents(90), cents(-10)), -5, false),
            Share::Kept(cents(90))
        );
        assert_eq!(of(Stated::Unsaid, before(None, cents(-10)), 90, true), Share::Sum);
        // Rows of one day state two totals.
        assert_eq!(of(Stated::Several, none, 100, true), Share::Kept(None));
        let mut stated = Stated::Unsaid;
        for (total, is_later, after) in [
            (1, false, said(1)),
            (1, false, said(1)),
            (2, true, said(2)),
            (3, false, Stated::Several),
            (3, false, Stated::Several),
            (4, true, said(4)),
        ] {
            stated.take(Dollars(total), is_later);
            assert_eq!(stated, after);
        }
    }
}
