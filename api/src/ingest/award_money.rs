//! Decides whether all transactions of an award are present, and what its federal share is if some are missing.
//!
//! A file may hold only some of an award's transactions: those of one year, or the changes since another file. Their
//! sum is then not the award's money. Each row of a download states the total of its award, and so does a summary. The
//! stated total is compared with the sum of all transactions in the dataset. If they differ, some are missing: the
//! award shows the stated total, and the report says so.
//!
//! Rows without a stated total, such as those of the API, are compared with what is known. If an award's transactions
//! were complete before a load, they are complete after it. For an award that is new in the dataset, they are complete
//! if they include the first one, which created the award. Otherwise the federal share stays unchanged.

use std::collections::HashMap;

use entity::scalar::Dollars;

use super::job::Job;

/// The warning about awards that show a stated total.
const STATED: &str = "awards with missing transactions (their sum is not the total that USAspending states): the \
                      federal share is the stated total";
/// The warning about awards whose share was left unchanged.
const KEPT: &str = "awards with possibly missing transactions and no reliable stated total: the federal share is \
                    unchanged; load an award summary of the same day";
/// How many examples the report lists.
const EXAMPLES: usize = 5;

/// USAspending's money of an award before a load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MoneyBefore {
    /// The federal share.
    pub(crate) share: Option<Dollars>,
    /// The sum of the transactions; none if there were none.
    pub(crate) sum: Option<Dollars>,
}

/// The total of an award that the rows of a load state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StatedTotal {
    /// No row states a total.
    #[default]
    Unsaid,
    /// The latest rows state this total.
    Said(Dollars),
    /// Rows of the same day state different totals.
    Several,
}

impl StatedTotal {
    /// Takes the total that a row states, which is at least as late as the previous one.
    pub(crate) fn take(&mut self, total: Dollars, is_later: bool) {
        *self = match *self {
            Self::Said(known) if known != total && !is_later => Self::Several,
            Self::Several if !is_later => Self::Several,
            _ => Self::Said(total),
        };
    }
}

/// The federal share of an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AwardShare {
    /// The sum of its transactions.
    Sum,
    /// The stated total: some transactions are missing.
    Stated(Dollars),
    /// The previous share, possibly unknown.
    Kept(Option<Dollars>),
}

impl AwardShare {
    /// Decides the share from the sum of all transactions and whether they include the first one, which created the
    /// award.
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

/// The awards of a load with missing transactions, for the report.
#[derive(Debug, Default)]
pub(crate) struct PartialAwards {
    of: HashMap<&'static str, (u64, Vec<String>)>,
}

impl PartialAwards {
    /// Records an award whose share is not the sum of its transactions.
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
            examples.push(format!("{name}: {shown}, but the transactions add up to {sum}"));
        }
    }

    /// Adds the warnings to the report.
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
        // No total is stated.
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
        // Rows of the same day state two totals.
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
