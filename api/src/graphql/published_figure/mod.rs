//! `PublishedFigure`: what leads from it, how one is named, and what the loaded data say of it.

mod check;

use entity::published_figure;

use super::registry::table_of;
use crate::query::computed::{Computes as _, Type};

/// What the data say, and whether that is what was published.
const FIELDS: &[(&str, &str, &str)] = &[
    (
        "computed",
        "Figure",
        "The same number, computed of the loaded data, in the unit of the figure: of the awards of the fiscal \
                      years `fromYear` to `toYear` (all since, where that is null) and of the program. Dollars invested \
                      and awarded are the federal share of awards, those that were withdrawn too; agencies are \
                      different ones among the recipients; officers are those funded, by the rows of officers. Dollars obligated are the \
                      transactions of the federal fiscal years, of every assistance listing that was loaded. People \
                      trained are rows of trainees, of figures without a `toYear`. `asOf` is not looked at: awards are \
                      announced and obligated months apart. Null where the data cannot say: they hold neither \
                      budgets nor copies of publications, or nothing of the first year, of the last year or of the \
                      program, or not all of the amounts that there are.",
    ),
    ("difference", "Figure", "`computed` less `value`. Null where the data cannot say."),
    (
        "agrees",
        "Boolean",
        "Whether `computed` is what the figure says, by its `qualifier`. EXACT: the same; where the figure is a \
                      whole number, the same when rounded to one. ABOUT: at most 2 percent more or less. NEARLY: less, by \
                      at most 2 percent. MORE_THAN: more, however much. Null where the data cannot say.",
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
