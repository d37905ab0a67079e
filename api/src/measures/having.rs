//! `having`: a filter over groups, by their figures.

use super::value::Number;
use crate::catalog::predicate::Comparison;

/// A filter over groups. As in a filter over rows, a comparison with a missing value is false, and `Not` is the exact
/// complement.
#[derive(Clone, Debug, PartialEq)]
pub enum Having {
    /// All conditions hold; true if there are none.
    All(Vec<Having>),
    /// At least one condition holds; false if there are none.
    Any(Vec<Having>),
    /// The condition does not hold.
    Not(Box<Having>),
    /// Compares the figure at a position with a number.
    Is(usize, Comparison, Number),
    /// The figure at a position is missing.
    Missing(usize),
}

impl Having {
    /// Whether it uses only the first figures, this many.
    pub(crate) fn is_known(&self, figures: usize) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(|part| part.is_known(figures)),
            Self::Not(part) => part.is_known(figures),
            Self::Is(figure, ..) | Self::Missing(figure) => *figure < figures,
        }
    }

    /// The number of conditions.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                1 + parts.iter().map(Self::weight).sum::<usize>()
            }
            Self::Not(part) => 1 + part.weight(),
            Self::Is(..) | Self::Missing(_) => 1,
        }
    }

    /// Whether a group with these figures passes.
    pub(crate) fn passes(&self, figures: &[Number]) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.passes(figures)),
            Self::Any(parts) => parts.iter().any(|part| part.passes(figures)),
            Self::Not(part) => !part.passes(figures),
            Self::Is(figure, comparison, number) => {
                figures[*figure].compare(*number).is_some_and(|ordering| comparison.holds(ordering))
            }
            Self::Missing(figure) => figures[*figure] == Number::Missing,
        }
    }
}
