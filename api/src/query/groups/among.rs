//! Numbers that compare groups with each other: windows over the groups, and the summary of all groups.
//!
//! Both are objects of numbers ([`NumbersPlan`]), filled from what a request computes over its groups ([`Window`],
//! [`Summary`]). Values that must not be added up across something must not be added up across groups either: a group's
//! keys count there only if the window stays within them.

use async_graphql::{Name, ServerError, Value as GraphQl};

use super::{
    apart::{self, Common},
    asked,
    asked::year,
    figures::{Figures, statistic},
};
use crate::{
    catalog::{
        key::Measure,
        measure_catalog::{Dimension, Unit, What},
        predicate::Predicate,
        scalar::{enum_word, items, real_number},
        table::Table,
    },
    error::Error,
    measures::{Correlation, Estimated, GroupStatistic, Statistic, Summary, Window, WindowKind},
    query::{
        filter,
        plan::{NumberField, NumbersPlan},
        planner::{Merged, Planner, join},
        show::Show,
    },
};

/// The fields of a window: name, kind and description.
pub(crate) const WINDOWS: [(&str, WindowKind, &str); 5] = [
    (
        "cumulative",
        WindowKind::Cumulative,
        "The running sum: this group and all groups before it. Null until a value is known.",
    ),
    (
        "share",
        WindowKind::Share,
        "This group's share of the sum over all groups, including those outside the page or excluded by `having`: 1 is all of it.",
    ),
    (
        "changeFromPrevious",
        WindowKind::Change,
        "The difference from the previous group. Null in the first group, and if either value is missing.",
    ),
    (
        "growth",
        WindowKind::Growth,
        "The relative change from the previous group: 0.1 is 10 % more. Null where `changeFromPrevious` is, and if the previous value is zero.",
    ),
    (
        "rank",
        WindowKind::Rank,
        "The rank, from the greatest value down: 1 plus the number of groups with a greater value. Ties share a rank.",
    ),
];

/// The fields of a summary of one figure over groups, with their descriptions.
pub(crate) const SUMMARIES: [(&str, &str); 11] = [
    ("known", "The number of groups with a known value."),
    ("missing", "The number of groups without a known value."),
    ("avg", "The mean over the groups."),
    ("min", "The smallest value of any group."),
    ("max", "The greatest value of any group."),
    ("median", "The median over the groups."),
    ("percentile", "The continuous percentile over the groups."),
    ("stddev", "The sample standard deviation over the groups."),
    ("variance", "The sample variance over the groups."),
    (
        "gini",
        "The Gini coefficient: 0 if all groups are equal, near 1 if one group has everything. Null if any value is negative.",
    ),
    (
        "topShare",
        "The share of the total held by the greatest groups: the top fraction `p` of them, rounded up. Null if any value is negative.",
    ),
];

/// The name of the window type for a unit; `None` is a real number.
pub(crate) fn window_type(unit: Option<Unit>) -> &'static str {
    match unit {
        Some(Unit::Dollars) => "DollarWindow",
        Some(Unit::Officers) => "OfficerWindow",
        Some(Unit::Hours) => "HourWindow",
        Some(Unit::Whole) => "IntWindow",
        None => "FloatWindow",
    }
}

/// The name of the summary type for a figure of a unit; `None` is a real number.
pub(crate) fn summary_type(unit: Option<Unit>) -> &'static str {
    match unit {
        Some(Unit::Dollars) => "DollarSummary",
        Some(Unit::Officers) => "OfficerSummary",
        Some(Unit::Hours) => "HourSummary",
        Some(Unit::Whole) => "IntSummary",
        None => "FloatSummary",
    }
}

/// The name of the type that summarizes the statistics of a unit.
pub(crate) fn summaries_type(unit: Unit) -> &'static str {
    match unit {
        Unit::Dollars => "DollarStatsSummary",
        Unit::Officers => "OfficerStatsSummary",
        Unit::Hours => "HourStatsSummary",
        Unit::Whole => "IntStatsSummary",
    }
}

/// The unit of a statistic, if it is exact.
pub(crate) fn unit_of_statistic(name: &str, unit: Unit) -> Option<Unit> {
    match name {
        "known" | "missing" | "distinct" => Some(Unit::Whole),
        "sum" | "min" | "max" | "mode" => Some(unit),
        _ => None,
    }
}

/// A figure by which groups are compared.
struct Among<'m> {
    figure: usize,
    show: Show,
    /// The measure to add up, unless groups share it.
    adds_up: Option<&'m Measure>,
}

impl<'a> Planner<'a> {
    /// Plans a window over the groups.
    pub(super) fn window(
        &self,
        table: &'static Table,
        merged: &Merged<'a>,
        figures: &mut Figures,
        by: &[&'static Dimension],
        path: &[String],
    ) -> Result<NumbersPlan, ServerError> {
        let at = |error: Error| error.at(merged[0].pos, path);
        let arguments = self.arguments(merged[0]);
        let within = within(by, arguments.get("within")).map_err(at)?;
        let keeps = match arguments.get("where") {
            Some(value) if *value != GraphQl::Null => {
                filter::parse(table, value, "where").map_err(at)?
            }
            _ => Predicate::all(),
        };
        self.count_related(&keeps).map_err(at)?;
        let measures = self.catalog.measures(table).ok_or_else(|| at(Error::Internal))?;
        let type_name = format!("{}GroupWindow", table.type_name);
        let mut plan = Vec::new();
        for (name, merged) in self.collect(&type_name, merged)? {
            let here = join(path, &name);
            let at = |error: Error| error.at(merged[0].pos, &here);
            let word = merged[0].node.name.node.as_str();
            let Some(computed) = measures.computed(word) else {
                plan.push((name, NumberField::TypeName));
                continue;
            };
            let year = year(self.arguments(merged[0]).get("inDollarsOf"))
                .map_err(|reason| at(Error::BadArgument(reason)))?;
            let priced;
            let (among, unit) = match &computed.what {
                What::Statistics(measure, unit) => {
                    priced = figures.priced(measure, year).map_err(at)?;
                    let total = figures.statistic(&priced, Statistic::Total, &keeps).map_err(at)?;
                    let adds_up = Some(&priced).filter(|measure| measure.adds_up());
                    let show = Show::Exact(unit.digits());
                    (Among { figure: total, show, adds_up }, Some(*unit))
                }
                What::Count(measure) => {
                    let (figure, show) = figures.single(computed, None, &keeps).map_err(at)?;
                    let adds_up = Some(measure).filter(|measure| measure.adds_up());
                    (Among { figure, show, adds_up }, Some(Unit::Whole))
                }
                What::Ratio { .. } => {
                    let (figure, show) = figures.single(computed, year, &keeps).map_err(at)?;
                    (Among { figure, show, adds_up: None }, None)
                }
            };
            self.tell(figures, computed, figures.statistic_at(among.figure), year, &keeps, || {
                here.clone()
            });
            let fields =
                self.windows(&merged, &among, figures, &within, window_type(unit), &here)?;
            plan.push((name, NumberField::Object(fields)));
        }
        Ok(NumbersPlan { type_name: type_name.into(), fields: plan })
    }

    fn windows(
        &self,
        merged: &Merged<'a>,
        among: &Among<'_>,
        figures: &mut Figures,
        within: &[usize],
        type_name: &'static str,
        path: &[String],
    ) -> Result<NumbersPlan, ServerError> {
        let mut plan = Vec::new();
        for (name, merged) in self.collect(type_name, merged)? {
            let at = |error: Error| error.at(merged[0].pos, &join(path, &name));
            let word = merged[0].node.name.node.as_str();
            let window = WINDOWS.iter().find(|(field, ..)| *field == word);
            let Some((_, kind, about)) = window else {
                plan.push((name, NumberField::TypeName));
                continue;
            };
            if kind.adds_up() {
                let Some(measure) = among.adds_up else {
                    let text = format!(
                        "{word}: this cannot be added up over groups, because it is a quotient or groups may share what it counts. Use `rank` or `changeFromPrevious`."
                    );
                    return Err(at(Error::BadArgument(text)));
                };
                let keys = within.iter().map(|key| figures.request.keys[*key].clone()).collect();
                let common = Common { keys, parent: figures.common.parent };
                let filters = [&figures.request.keeps, &Predicate::all()];
                apart::check(figures.request.table, measure, &common, filters).map_err(at)?;
            }
            let show = match kind {
                WindowKind::Cumulative | WindowKind::Change => among.show,
                WindowKind::Share | WindowKind::Growth => Show::Real,
                WindowKind::Rank => Show::Exact(0),
            };
            let window = Window { figure: among.figure, within: within.to_vec(), kind: *kind };
            let windows = &mut figures.request.windows;
            let place = windows.iter().position(|other| *other == window).unwrap_or_else(|| {
                windows.push(window);
                windows.len() - 1
            });
            plan.push((name, NumberField::Number(place, show, about)));
        }
        Ok(NumbersPlan { type_name: type_name.into(), fields: plan })
    }

    /// Plans the statistics over all groups, for the rows that a filter keeps.
    pub(super) fn summary(
        &self,
        table: &'static Table,
        merged: &Merged<'a>,
        figures: &mut Figures,
        keeps: &Predicate,
        path: &[String],
    ) -> Result<NumbersPlan, ServerError> {
        let measures = self.catalog.measures(table);
        let measures = measures.ok_or_else(|| Error::Internal.at(merged[0].pos, path))?;
        let type_name = format!("{}GroupsSummary", table.type_name);
        let mut plan = Vec::new();
        for (name, merged) in self.collect(&type_name, merged)? {
            let here = join(path, &name);
            let at = |error: Error| error.at(merged[0].pos, &here);
            let arguments = self.arguments(merged[0]);
            let field = match merged[0].node.name.node.as_str() {
                "__typename" => NumberField::TypeName,
                "groups" => NumberField::Groups,
                "where" => {
                    let mut part = keeps.clone();
                    if let Some(value) = arguments.get("filter") {
                        let filter = filter::parse(table, value, "filter").map_err(at)?;
                        self.count_related(&filter).map_err(at)?;
                        part = part.and(filter);
                    }
                    NumberField::Object(self.summary(table, &merged, figures, &part, &here)?)
                }
                "days" => {
                    let given = arguments.into_iter();
                    let given = given.map(|(name, value)| (Name::new(name), value)).collect();
                    let (_, measure) = asked::days(measures, &given, "days").map_err(at)?;
                    let what = (&measure, Unit::Whole);
                    let plan = self.summaries(&merged, what, figures, keeps, &here)?;
                    NumberField::Object(plan)
                }
                "ratio" => {
                    let sides = ["of", "to"].map(|name| (name, arguments.get(name)));
                    let asked = asked::ratio(measures, figures, keeps, sides).map_err(at)?;
                    self.tell_noted(figures, &here).map_err(at)?;
                    let of = (asked.figure, asked.show, summary_type(None));
                    NumberField::Object(self.summary_of(&merged, of, figures, &here)?)
                }
                "correlation" => {
                    let sides = ["of", "with"].map(|name| (name, arguments.get(name)));
                    let pair = asked::pair(measures, figures, keeps, sides).map_err(at)?;
                    self.tell_noted(figures, &here).map_err(at)?;
                    NumberField::Object(self.correlation_of_groups(&merged, pair, figures)?)
                }
                word => {
                    let computed = measures.computed(word).ok_or_else(|| at(Error::Internal))?;
                    let year = year(arguments.get("inDollarsOf"))
                        .map_err(|reason| at(Error::BadArgument(reason)))?;
                    if let What::Statistics(measure, unit) = &computed.what {
                        let measure = figures.priced(measure, year).map_err(at)?;
                        self.tell(figures, computed, None, year, keeps, || here.clone());
                        let what = (&measure, *unit);
                        NumberField::Object(self.summaries(&merged, what, figures, keeps, &here)?)
                    } else {
                        let (figure, show) = figures.single(computed, year, keeps).map_err(at)?;
                        self.tell(figures, computed, None, year, keeps, || here.clone());
                        let unit = (show != Show::Real).then_some(Unit::Whole);
                        let of = (figure, show, summary_type(unit));
                        NumberField::Object(self.summary_of(&merged, of, figures, &here)?)
                    }
                }
            };
            plan.push((name, field));
        }
        Ok(NumbersPlan { type_name: type_name.into(), fields: plan })
    }

    /// Plans the summaries of the statistics of a measure.
    fn summaries(
        &self,
        merged: &Merged<'a>,
        (measure, unit): (&Measure, Unit),
        figures: &mut Figures,
        keeps: &Predicate,
        path: &[String],
    ) -> Result<NumbersPlan, ServerError> {
        let type_name = summaries_type(unit);
        let mut plan = Vec::new();
        for (name, merged) in self.collect(type_name, merged)? {
            let here = join(path, &name);
            let at = |error: Error| error.at(merged[0].pos, &here);
            let word = merged[0].node.name.node.as_str();
            if word == "__typename" {
                plan.push((name, NumberField::TypeName));
                continue;
            }
            let p = self.part(&merged).map_err(at)?;
            let (statistic, show) = statistic(word, unit, p).map_err(at)?;
            let statistic = match statistic {
                // A group that has no rows of the part contributes 0.
                Statistic::Sum => Statistic::Total,
                statistic => statistic,
            };
            if !matches!(statistic, Statistic::Count | Statistic::Missing) {
                let common = Common { keys: Vec::new(), parent: figures.common.parent };
                let filters = [&figures.request.keeps, keeps];
                apart::check(figures.request.table, measure, &common, filters).map_err(at)?;
            }
            let figure = figures.statistic(measure, statistic, keeps).map_err(at)?;
            let of = (figure, show, summary_type(unit_of_statistic(word, unit)));
            let plan_of = self.summary_of(&merged, of, figures, &here)?;
            plan.push((name, NumberField::Object(plan_of)));
        }
        Ok(NumbersPlan { type_name: type_name.into(), fields: plan })
    }

    /// Plans the summary of one figure.
    fn summary_of(
        &self,
        merged: &Merged<'a>,
        (figure, show, type_name): (usize, Show, &'static str),
        figures: &mut Figures,
        path: &[String],
    ) -> Result<NumbersPlan, ServerError> {
        let mut plan = Vec::new();
        for (name, merged) in self.collect(type_name, merged)? {
            let at = |error: Error| error.at(merged[0].pos, &join(path, &name));
            let word = merged[0].node.name.node.as_str();
            let Some((_, about)) = SUMMARIES.iter().find(|(field, _)| *field == word) else {
                plan.push((name, NumberField::TypeName));
                continue;
            };
            let p = self.part(&merged).map_err(at)?;
            let unit = |digits| Show::Exact(digits);
            let (computes, show) = match word {
                "gini" => (GroupStatistic::Gini, Show::Real),
                "topShare" => {
                    let p = p.filter(|p| (0.0..=1.0).contains(p));
                    let bad = || Error::BadArgument("p: must be between 0 and 1".to_owned());
                    (GroupStatistic::TopShare(p.ok_or_else(bad).map_err(at)?), Show::Real)
                }
                _ => {
                    let of = statistic(word, Unit::Whole, p).map_err(at)?.0;
                    let of = in_unit(of, show.digits());
                    let shown = match of {
                        Statistic::Count | Statistic::Missing => unit(0),
                        Statistic::Minimum | Statistic::Maximum => show,
                        _ => Show::Real,
                    };
                    (GroupStatistic::Of(of), shown)
                }
            };
            let place = place(figures, Summary { figure, statistic: computes });
            plan.push((name, NumberField::Number(place, show, about)));
        }
        Ok(NumbersPlan { type_name: type_name.into(), fields: plan })
    }

    /// Plans the correlation of two figures over groups.
    fn correlation_of_groups(
        &self,
        merged: &Merged<'a>,
        [figure, other]: [usize; 2],
        figures: &mut Figures,
    ) -> Result<NumbersPlan, ServerError> {
        let mut plan = Vec::new();
        for (name, merged) in self.collect("Correlation", merged)? {
            let word = merged[0].node.name.node.as_str();
            let field = match correlation(word) {
                None => NumberField::TypeName,
                Some((kind, show, about)) => {
                    let statistic = GroupStatistic::Correlation(kind, other);
                    NumberField::Number(place(figures, Summary { figure, statistic }), show, about)
                }
            };
            plan.push((name, field));
        }
        Ok(NumbersPlan { type_name: "Correlation".into(), fields: plan })
    }

    /// The argument `p`.
    fn part(&self, merged: &Merged<'a>) -> Result<Option<f64>, Error> {
        let arguments = self.arguments(merged[0]);
        let p = arguments.get("p").map(real_number).transpose();
        p.map_err(|reason| Error::BadArgument(format!("p: {reason}")))
    }
}

/// The fields of a correlation.
pub(crate) fn correlation(field: &str) -> Option<(Correlation, Show, &'static str)> {
    Some(match field {
        "n" => (Correlation::Count, Show::Exact(0), "The number of pairs: both numbers are known."),
        "pearson" => (
            Correlation::Pearson,
            Show::Real,
            "Pearson's correlation coefficient, from -1 to 1. Null if there are fewer than two pairs or if either number is constant.",
        ),
        "spearman" => (
            Correlation::Spearman,
            Show::Real,
            "Spearman's rank correlation coefficient, from -1 to 1. Ties get the mean of their ranks. Null if there are fewer than two pairs or if either number is constant.",
        ),
        _ => return None,
    })
}

/// The fields of an estimate.
pub(crate) const ESTIMATES: [(&str, Estimated, Show, &str); 7] = [
    ("value", Estimated::Value, Show::Real, "The mean, or the rate. Null if no value is known."),
    (
        "standardError",
        Estimated::Error,
        Show::Real,
        "The cluster-robust standard error. Null if there are fewer than two clusters.",
    ),
    (
        "low",
        Estimated::Low,
        Show::Real,
        "The lower end of the 95 % confidence interval. Null if there are fewer than two clusters.",
    ),
    (
        "high",
        Estimated::High,
        Show::Real,
        "The upper end of the 95 % confidence interval. Null if there are fewer than two clusters.",
    ),
    ("clusters", Estimated::Clusters, Show::Exact(0), "The number of clusters."),
    ("rows", Estimated::Rows, Show::Exact(0), "The number of rows used."),
    (
        "missing",
        Estimated::Missing,
        Show::Exact(0),
        "The number of rows left out, because one of their values or their cluster is unknown.",
    ),
];

/// A field of an estimate.
pub(crate) fn estimated(field: &str) -> Option<(Estimated, Show, &'static str)> {
    let found = ESTIMATES.iter().find(|(name, ..)| *name == field);
    found.map(|(_, what, show, about)| (*what, *show, *about))
}

/// A statistic of numbers with this many decimals.
fn in_unit(statistic: Statistic, digits: u32) -> Statistic {
    match statistic {
        Statistic::Average(_) => Statistic::Average(digits),
        Statistic::Percentile(part, _) => Statistic::Percentile(part, digits),
        Statistic::Deviation(_) => Statistic::Deviation(digits),
        Statistic::Variance(_) => Statistic::Variance(digits),
        statistic => statistic,
    }
}

/// The position of a summary; adds it unless it is already there.
fn place(figures: &mut Figures, summary: Summary) -> usize {
    let summaries = &mut figures.request.summaries;
    summaries.iter().position(|other| *other == summary).unwrap_or_else(|| {
        summaries.push(summary);
        summaries.len() - 1
    })
}

/// Reads the argument `within`: the positions of the keys.
fn within(by: &[&'static Dimension], value: Option<&GraphQl>) -> Result<Vec<usize>, Error> {
    let position = |value: &GraphQl| {
        let name = enum_word(Some(value)).unwrap_or_default();
        by.iter().position(|dimension| dimension.name == name).ok_or_else(|| {
            Error::BadArgument(format!("within: {name} is not in `by`; add it there"))
        })
    };
    items(value).iter().map(position).collect()
}
