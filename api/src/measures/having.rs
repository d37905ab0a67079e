//! `having`: a filter over groups, by their figures.

use super::value::Number;
use crate::catalog::predicate::Comparison;

/// A filter over groups. As in a filter over rows, a comparison with what is missing does not hold,
/// and `Not` is the exact complement.
#[derive(Clone, Debug, PartialEq)]
pub enum Having {
    /// All hold; true of everything where there are none.
    All(Vec<Having>),
    /// One holds; true of nothing where there are none.
    Any(Vec<Having>),
    /// It does not hold.
    Not(Box<Having>),
    /// A figure, by its position, compares like this with a number.
    Is(usize, Comparison, Number),
    /// A figure, by its position, is missing.
    Missing(usize),
}

impl Having {
    /// Whether it names no figure but the first so many.
    pub(crate) fn is_known(&self, figures: usize) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(|part| part.is_known(figures)),
            Self::Not(part) => part.is_known(figures),
            Self::Is(figure, ..) | Self::Missing(figure) => *figure < figures,
        }
    }

    /// How many conditions it has.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                1 + parts.iter().map(Self::weight).sum::<usize>()
            }
            Self::Not(part) => 1 + part.weight(),
            Self::Is(..) | Self::Missing(_) => 1,
        }
    }

    /// Whether a group passes, given its figures.
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
