//! Declares the GraphQL type `PublishedFigure`.

mod check;

use entity::published_figure;

use super::registry::table_of;
use crate::query::computed::{Computes as _, Type};

/// The loaded data compared with the published figure.
const FIELDS: &[(&str, &str, &str)] = &[
    (
        "computed",
        "Figure",
        "The same number computed from the loaded data, in the unit of the figure, over the awards of the fiscal years \
         `fromYear` to `toYear` (or all later years, if that is null) and of the program. Dollars invested and awarded \
         are the federal share of awards, including withdrawn ones. Agencies are the different agencies among the \
         recipients. Officers are funded officers, from the rows of officers. Dollars obligated are the transactions \
         of the federal fiscal years, over all assistance listings loaded. People trained are rows of trainees, only \
         for figures without a `toYear`. `asOf` is ignored, because awards are announced and obligated months apart. \
         Null if the data cannot answer: it has no budgets and no copies of publications, or it lacks the first year, \
         the last year, the program, or some of the amounts.",
    ),
    ("difference", "Figure", "`computed` minus `value`. Null if `computed` is null."),
    (
        "agrees",
        "Boolean",
        "Whether `computed` agrees with the figure, according to its `qualifier`. EXACT: equal, or equal after \
         rounding if the figure is a whole number. ABOUT: within 2 percent. NEARLY: less, by at most 2 percent. \
         MORE_THAN: more, by any amount. Null if `computed` is null.",
    ),
];

pub(super) fn table() -> Type {
    table_of::<published_figure::Entity>("publishedFigure", "publishedFigures")
        .one(
            "program",
            published_figure::Relation::Program,
            "The program that the figure is about. Null for the office as a whole.",
        )
        .provenance(published_figure::Relation::Source, published_figure::Relation::Revision)
        .computed_together(FIELDS, check::compare)
        .looking_at(&["grants", "officers_funded", "obligations", "trainees"])
}
