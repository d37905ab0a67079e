//! Queries about rows: measures with their statistics, and the same over a part of the rows.

use std::fmt::Write as _;

use super::{
    beside::Beside,
    data::{Data, Row},
    filters::Filter,
    measures::{self, Figure, Path, Statistic},
    requests::Expected,
    tables::{Measure, Table},
};

/// The years in whose dollars amounts are asked.
pub(super) const YEARS: [i128; 2] = [2024, 2012];

pub(super) const STATISTICS: [Statistic; 15] = [
    Statistic::Distinct,
    Statistic::Mode,
    Statistic::Known,
    Statistic::Missing,
    Statistic::Sum,
    Statistic::Sum,
    Statistic::Avg,
    Statistic::Min,
    Statistic::Max,
    Statistic::Median,
    Statistic::Percentile(18),
    Statistic::Percentile(5),
    Statistic::Percentile(7),
    Statistic::Stddev,
    Statistic::Variance,
];

/// A measure, in the dollars of a year.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// None is the number of rows.
    pub(super) measure: Option<&'static Measure>,
    pub(super) year: Option<i128>,
}

/// Measures with their statistics, and the same over a part.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    pub(super) asked: Vec<(Asked, Vec<Statistic>)>,
    /// What is computed beside them.
    pub(super) beside: Vec<Beside>,
    pub(super) part: Option<(Filter, Box<Selection>)>,
}

impl Measure {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Distinct(name, _)
            | Self::Number(name, _)
            | Self::Ratio(name, ..)
            | Self::PeopleRatio(name, ..) => name,
        }
    }

    /// The path of what is added up, or divided.
    pub(super) fn path(&self) -> &'static str {
        match self {
            Self::Distinct(_, path)
            | Self::Number(_, path)
            | Self::Ratio(_, path, ..)
            | Self::PeopleRatio(_, path, ..) => path,
        }
    }
}

impl Asked {
    pub(super) fn name(self) -> &'static str {
        self.measure.map_or("count", Measure::name)
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self.measure, Some(Measure::Number(..)))
    }

    pub(super) fn is_ratio(self) -> bool {
        matches!(self.measure, Some(Measure::Ratio(..) | Measure::PeopleRatio(..)))
    }

    pub(super) fn figure(
        self,
        data: &Data,
        table: &'static Table,
        rows: &[&Row],
        of: Statistic,
    ) -> Figure {
        match self.measure {
            None => measures::count(rows.len()),
            Some(Measure::Distinct(_, path)) => {
                measures::distinct(data, rows, &Path::parse(table, path))
            }
            Some(Measure::Number(_, path)) => {
                measures::statistic(data, rows, &Path::parse(table, path), self.year, of)
            }
            Some(ratio) => measures::ratio(data, table, rows, ratio, self.year),
        }
    }
}

impl Statistic {
    /// As a field.
    pub(super) fn field(self) -> String {
        match self {
            Self::Percentile(twentieths) => format!("percentile(p: {})", part(twentieths)),
            _ => format!("{self:?}").to_lowercase(),
        }
    }
}

/// So many twentieths as a decimal.
pub(super) fn part(twentieths: i128) -> String {
    format!("0.{:02}", twentieths * 5)
}

impl Selection {
    pub(super) fn text(&self) -> String {
        let mut fields = Vec::new();
        for (place, (asked, statistics)) in self.asked.iter().enumerate() {
            let year = asked.year.map(|year| format!("(inDollarsOf: {year})")).unwrap_or_default();
            let mut field = format!("m{place}: {}{year}", asked.name());
            if asked.is_number() {
                let statistics = statistics.iter().enumerate();
                let of: Vec<_> =
                    statistics.map(|(place, of)| format!("s{place}: {}", of.field())).collect();
                write!(field, " {{ {} }}", of.join(" ")).unwrap();
            }
            fields.push(field);
        }
        let beside = self.beside.iter().enumerate();
        fields.extend(beside.map(|(place, beside)| beside.text(&format!("b{place}"))));
        if let Some((filter, selection)) = &self.part {
            fields.push(format!(
                "part: where(filter: {}) {{ {} }}",
                filter.text(),
                selection.text()
            ));
        }
        fields.join(" ")
    }

    /// The answer of a group without rows: everything is counted, and comes to 0.
    pub(super) fn answer_of_nothing(
        &self,
        data: &Data,
        table: &'static Table,
    ) -> Vec<(String, Expected)> {
        let mut fields = self.answer(data, table, &[]);
        for ((_, value), (asked, statistics)) in fields.iter_mut().zip(&self.asked) {
            let Expected::Object(shown) = value else { continue };
            for ((_, value), statistic) in shown.iter_mut().zip(statistics) {
                if *statistic == Statistic::Sum && asked.is_number() {
                    *value = Expected::Exact(0.0);
                }
            }
        }
        if let (Some((_, part)), Some((_, value))) = (&self.part, fields.last_mut()) {
            *value = Expected::Object(part.answer_of_nothing(data, table));
        }
        fields
    }

    pub(super) fn answer(
        &self,
        data: &Data,
        table: &'static Table,
        rows: &[&Row],
    ) -> Vec<(String, Expected)> {
        let mut fields = Vec::new();
        for (place, (asked, statistics)) in self.asked.iter().enumerate() {
            let of = |of: Statistic| shown(asked.figure(data, table, rows, of));
            let value = if asked.is_number() {
                let statistics = statistics.iter().enumerate();
                Expected::Object(statistics.map(|(at, it)| (format!("s{at}"), of(*it))).collect())
            } else {
                of(Statistic::Sum)
            };
            fields.push((format!("m{place}"), value));
        }
        for (place, beside) in self.beside.iter().enumerate() {
            fields.push((format!("b{place}"), beside.answer(data, table, rows)));
        }
        if let Some((filter, selection)) = &self.part {
            let rows = kept(data, rows, Some(filter));
            fields.push(("part".into(), Expected::Object(selection.answer(data, table, &rows))));
        }
        fields
    }
}

#[expect(clippy::cast_precision_loss, reason = "as the JSON number has it")]
pub(super) fn shown(figure: Figure) -> Expected {
    match figure {
        Figure::Missing => Expected::Null,
        Figure::Whole(number, unit) => Expected::Exact(number as f64 / unit as f64),
        Figure::Quotient(exact) => Expected::Quotient(exact.float()),
        Figure::Root(exact) => Expected::Quotient(exact.float().sqrt()),
    }
}

pub(super) fn kept<'a>(data: &Data, rows: &[&'a Row], filter: Option<&Filter>) -> Vec<&'a Row> {
    rows.iter().copied().filter(|row| filter.is_none_or(|filter| filter.keeps(data, row))).collect()
}
