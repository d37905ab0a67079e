//! Rows beyond a percentile of those that are alike: written as GraphQL, and found among the raw rows.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    asked::part,
    data::{Data, Row},
    dimensions::{Dimension, Key},
    events::Event,
    measures::{self, Exact, Path, Statistic},
    tables::{Measure, Table, screaming},
};

/// So many groups of rows alike there may be.
pub(super) const MOST_ALIKE: usize = 200;

#[derive(Debug)]
pub(super) struct Beyond {
    pub(super) measure: &'static Measure,
    /// So many twentieths.
    pub(super) twentieths: i128,
    pub(super) is_above: bool,
    pub(super) within: Vec<Dimension>,
}

impl Beyond {
    pub(super) fn text(&self) -> String {
        let measure = screaming(self.measure.name());
        let word = if self.is_above { "above" } else { "below" };
        let within: Vec<_> = self.within.iter().map(|key| screaming(&key.name())).collect();
        format!(
            "beyond: {{ measure: {measure}, {word}: {}, within: [{}] }}",
            part(self.twentieths),
            within.join(", ")
        )
    }

    /// Rows by what makes them alike.
    pub(super) fn alike<'a>(
        &self,
        data: &Data,
        rows: &[&'a Row],
    ) -> BTreeMap<Vec<Key>, Vec<&'a Row>> {
        let event = Event::default();
        let mut alike: BTreeMap<Vec<Key>, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            let key = self.within.iter().map(|by| by.key(data, &event, row)).collect();
            alike.entry(key).or_default().push(row);
        }
        alike
    }

    pub(super) fn kept<'a>(
        &self,
        data: &Data,
        table: &'static Table,
        rows: &[&'a Row],
    ) -> Vec<&'a Row> {
        let path = Path::parse(table, self.measure.path());
        let mut kept = Vec::new();
        for rows in self.alike(data, rows).into_values() {
            let place = Statistic::Percentile(self.twentieths);
            let place = measures::statistic(data, &rows, &path, None, place).exact();
            let Some(place) = place else { continue };
            let beyond = if self.is_above { Ordering::Greater } else { Ordering::Less };
            kept.extend(rows.into_iter().filter(|row| {
                let number = path.number_of_row(data, row);
                let number = number.map(|number| Exact::new(number, path.kind().unit()));
                number.is_some_and(|number| number.compare(place) == beyond)
            }));
        }
        kept.sort_by_key(|row| row.id);
        kept
    }
}
