//! `PublishedFigure`: what leads from it, and how one is named.

use entity::{program, published_figure};

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<published_figure::Entity>("publishedFigure", "publishedFigures")
        .one(
            "program",
            published_figure::Column::ProgramId,
            program::Entity,
            "The program that the figure is about. Null for the office as a whole.",
        )
        .provenance(published_figure::Column::SourceId, published_figure::Column::RevisionId)
}
