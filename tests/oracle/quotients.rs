//! Quotients of two figures: written as GraphQL, and computed over the rows for which both are known.

use super::{
    asked::{kept, shown},
    data::{Data, Row},
    filters::Filter,
    measures::{Exact, Figure, Path, Statistic, statistic},
    requests::Expected,
    tables::{Measure, Table, screaming},
};

/// The sum of a number, or the number of rows, over a part of the rows.
#[derive(Clone, Debug)]
pub(super) struct Side {
    /// None is the number of rows.
    pub(super) measure: Option<&'static Measure>,
    pub(super) part: Option<Filter>,
}

impl Side {
    pub(super) fn text(&self) -> String {
        let measure = self.measure.map_or("COUNT".to_owned(), |it| screaming(it.name()));
        let part = self.part.as_ref().map(|part| format!(", where: {}", part.text()));
        format!("{{ measure: {measure}{} }}", part.unwrap_or_default())
    }

    fn path(&self, table: &'static Table) -> Option<Path> {
        self.measure.map(|measure| Path::parse(table, measure.path()))
    }

    /// Over the rows for which the other side is known, too. Of no rows at all the sum is 0, unless rows may be
    /// missing because the other side is unknown.
    fn exact(
        &self,
        data: &Data,
        table: &'static Table,
        rows: &[&Row],
        other: &Self,
    ) -> Option<Exact> {
        let mut rows = kept(data, rows, self.part.as_ref());
        let name = |side: &Self| side.measure.map(Measure::name);
        let others = other.path(table).filter(|_| name(self) != name(other));
        if let Some(path) = &others {
            rows.retain(|row| path.number_of_row(data, row).is_some());
        }
        let Some(path) = self.path(table) else {
            return Some(Exact::new(i128::try_from(rows.len()).unwrap(), 1));
        };
        let of = |of: Statistic| statistic(data, &rows, &path, None, of);
        match (of(Statistic::Sum), of(Statistic::Missing)) {
            (Figure::Missing, Figure::Whole(0, _)) if others.is_none() => Some(Exact::new(0, 1)),
            (sum, _) => sum.exact(),
        }
    }
}

pub(super) fn quotient(
    data: &Data,
    table: &'static Table,
    rows: &[&Row],
    [above, below]: &[Side; 2],
) -> Expected {
    let both = above.exact(data, table, rows, below).zip(below.exact(data, table, rows, above));
    shown(both.and_then(|(above, below)| above.by(below)).map_or(Figure::Missing, Figure::Quotient))
}
