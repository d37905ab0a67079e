//! Statistics of groups: written as GraphQL, and computed from the figures of the groups in whole numbers.

use super::{
    asked::{Asked, part, shown},
    data::{Data, Row},
    measures::{self, Exact, Figure, Statistic},
    requests::Expected,
    tables::Table,
};

/// A statistic of one figure of all groups.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfGroups {
    Plain(Statistic),
    Gini,
    /// So many twentieths of the groups.
    TopShare(i128),
}

pub(super) const OF_GROUPS: [OfGroups; 12] = [
    OfGroups::Plain(Statistic::Known),
    OfGroups::Plain(Statistic::Missing),
    OfGroups::Plain(Statistic::Avg),
    OfGroups::Plain(Statistic::Min),
    OfGroups::Plain(Statistic::Max),
    OfGroups::Plain(Statistic::Median),
    OfGroups::Plain(Statistic::Percentile(18)),
    OfGroups::Plain(Statistic::Stddev),
    OfGroups::Plain(Statistic::Variance),
    OfGroups::Gini,
    OfGroups::TopShare(1),
    OfGroups::TopShare(7),
];

/// The statistics of a number of a group that are whole numbers: the rest are floats, which are added up in an order.
pub(super) const WHOLE: [Statistic; 7] = [
    Statistic::Sum,
    Statistic::Sum,
    Statistic::Known,
    Statistic::Missing,
    Statistic::Min,
    Statistic::Max,
    Statistic::Distinct,
];

#[derive(Clone, Debug)]
pub(super) struct Summary {
    pub(super) asked: Asked,
    /// The figure of each group, where the measure has several.
    pub(super) figure: Statistic,
    pub(super) of: Vec<OfGroups>,
}

impl OfGroups {
    fn field(self) -> String {
        match self {
            Self::Plain(statistic) => statistic.field(),
            Self::Gini => "gini".to_owned(),
            Self::TopShare(twentieths) => format!("topShare(p: {})", part(twentieths)),
        }
    }

    fn figure(self, known: &[i128], missing: usize, unit: i128) -> Figure {
        let sum: i128 = known.iter().sum();
        let count = i128::try_from(known.len()).unwrap();
        let has_shares = known.first().is_some_and(|least| *least >= 0) && sum > 0;
        match self {
            Self::Plain(statistic) => measures::of_numbers(known, missing, unit, statistic),
            _ if !has_shares => Figure::Missing,
            Self::Gini => {
                let ranked: i128 = (1..).zip(known).map(|(place, number)| place * number).sum();
                Figure::Quotient(Exact::new(2 * ranked - (count + 1) * sum, count * sum))
            }
            Self::TopShare(twentieths) => {
                let most = usize::try_from((twentieths * count + 19) / 20).unwrap();
                let greatest: i128 = known.iter().rev().take(most).sum();
                Figure::Quotient(Exact::new(greatest, sum))
            }
        }
    }
}

impl Summary {
    pub(super) fn text(&self) -> String {
        let fields = self.of.iter().enumerate();
        let fields: Vec<_> = fields.map(|(at, of)| format!("s{at}: {}", of.field())).collect();
        let fields = format!("{{ {} }}", fields.join(" "));
        let name = self.asked.name();
        match self.asked.is_number() {
            true => {
                format!("summary {{ groups m: {name} {{ f: {} {fields} }} }}", self.figure.field())
            }
            false => format!("summary {{ groups m: {name} {fields} }}"),
        }
    }

    /// Over the rows of each group; a group that is filled in comes to 0.
    pub(super) fn answer<'a>(
        &self,
        data: &Data,
        table: &'static Table,
        groups: impl Iterator<Item = (bool, &'a [&'a Row])>,
    ) -> Expected {
        let (mut known, mut count, mut unit) = (Vec::new(), 0, 1);
        for (is_filled, rows) in groups {
            count += 1;
            match self.asked.figure(data, table, rows, self.figure) {
                Figure::Whole(number, of) => {
                    known.push(number);
                    unit = of;
                }
                Figure::Missing if is_filled && self.figure == Statistic::Sum => known.push(0),
                Figure::Missing => {}
                other => panic!("{other:?} is no whole number"),
            }
        }
        known.sort_unstable();
        let of = |of: &OfGroups| shown(of.figure(&known, count - known.len(), unit));
        let fields = self.of.iter().enumerate();
        let mut measure =
            Expected::Object(fields.map(|(at, it)| (format!("s{at}"), of(it))).collect());
        if self.asked.is_number() {
            measure = Expected::Object(vec![("f".to_owned(), measure)]);
        }
        let groups = shown(measures::count(count));
        Expected::Object(vec![("groups".to_owned(), groups), ("m".to_owned(), measure)])
    }
}
