//! Aggregates of rows other than the statistics of their measures: quotients of two figures, days between two dates,
//! rows active on a day, correlations of two measures, and standard errors of means.

use async_graphql::{Name, ServerError};

use super::{
    among,
    asked::{self, measure_name, year},
    figures::Figures,
    first_days,
    select::MeasuredRows,
};
use crate::{
    catalog::{
        measure_catalog::{Unit, What},
        predicate::{Comparison, Predicate, Test},
        scalar::enum_word,
        table::Table,
    },
    error::Error,
    query::{
        plan::{FigureOf, MeasureField, ToldField},
        planner::{Merged, Planner},
    },
};

impl<'a> Planner<'a> {
    /// Plans the quotient of two figures that a client names.
    pub(super) fn ratio(
        &self,
        merged: &Merged<'a>,
        figures: &mut Figures,
        keeps: &Predicate,
        path: &[String],
    ) -> Result<MeasureField, ServerError> {
        let at = |error: Error| error.at(merged[0].pos, path);
        let measures = self.catalog.measures(figures.request.table);
        let measures = measures.ok_or_else(|| at(Error::Internal))?;
        let arguments = self.arguments(merged[0]);
        let sides = ["of", "to"].map(|name| (name, arguments.get(name)));
        let asked = asked::ratio(measures, figures, keeps, sides).map_err(at)?;
        self.tell_noted(figures, path).map_err(at)?;
        Ok(MeasureField::Figure(asked.figure, asked.show, FigureOf::Ratio))
    }

    /// Plans the days between two dates of each row.
    pub(super) fn days(
        &self,
        merged: &Merged<'a>,
        figures: &mut Figures,
        keeps: &Predicate,
        path: &[String],
    ) -> Result<MeasureField, ServerError> {
        let at = |error: Error| error.at(merged[0].pos, path);
        let measures = self.catalog.measures(figures.request.table);
        let measures = measures.ok_or_else(|| at(Error::Internal))?;
        let given = self.arguments(merged[0]).into_iter();
        let given = given.map(|(name, value)| (Name::new(name), value)).collect();
        let (days, measure) = asked::days(measures, &given, "days").map_err(at)?;
        let fields = self.statistics(merged, Unit::Whole, &measure, figures, keeps, path)?;
        Ok(MeasureField::Statistics(Unit::Whole, fields, &days.computed))
    }

    /// Plans a mean or a rate with its standard error.
    pub(super) fn estimate(
        &self,
        merged: &Merged<'a>,
        figures: &mut Figures,
        keeps: &Predicate,
        path: &[String],
    ) -> Result<MeasureField, ServerError> {
        let at = |error: Error| error.at(merged[0].pos, path);
        let catalog = self.catalog.measures(figures.request.table);
        let catalog = catalog.ok_or_else(|| at(Error::Internal))?;
        let arguments = self.arguments(merged[0]);
        let year = year(arguments.get("inDollarsOf"));
        let year = year.map_err(|reason| at(Error::BadArgument(reason)))?;
        let word = |name: &str| enum_word(arguments.get(name)).unwrap_or_default();
        let (name, cluster) = (word("of"), word("clusteredBy"));
        let mut all = catalog.computed.iter();
        let computed = all.find(|computed| measure_name(&computed.field) == name);
        let computed = computed.ok_or_else(|| at(Error::Internal))?;
        let mut keys = catalog.dimensions.iter();
        let cluster = keys.find(|dimension| dimension.name == cluster);
        let cluster = cluster.filter(|dimension| !dimension.key.part.is_of_event());
        let cluster = cluster.ok_or_else(|| {
            at(Error::BadArgument("clusteredBy: this is not a key of these rows".to_owned()))
        })?;
        self.tell(figures, computed, None, year, keeps, || path.to_vec());
        let mut plan = Vec::new();
        for (name, merged) in self.collect("ClusteredEstimate", merged)? {
            let field = match among::estimated(merged[0].node.name.node.as_str()) {
                None => ToldField::TypeName,
                Some((what, show, about)) => {
                    let asked = figures.estimate(computed, year, &cluster.key, what, keeps);
                    ToldField::Figure(asked.map_err(at)?, show, about)
                }
            };
            plan.push((name, field));
        }
        Ok(MeasureField::Figures("ClusteredEstimate", plan))
    }

    /// Plans the correlation of two measures of the rows.
    pub(super) fn correlation(
        &self,
        merged: &Merged<'a>,
        figures: &mut Figures,
        keeps: &Predicate,
        path: &[String],
    ) -> Result<MeasureField, ServerError> {
        let at = |error: Error| error.at(merged[0].pos, path);
        let catalog = self.catalog.measures(figures.request.table);
        let catalog = catalog.ok_or_else(|| at(Error::Internal))?;
        let arguments = self.arguments(merged[0]);
        let year = year(arguments.get("inDollarsOf"));
        let year = year.map_err(|reason| at(Error::BadArgument(reason)))?;
        let measure = |argument: &str| {
            let name = enum_word(arguments.get(argument)).unwrap_or_default();
            let mut all = catalog.computed.iter();
            let computed = all.find(|computed| measure_name(&computed.field) == name);
            match computed.map(|computed| (&computed.what, computed.is_priced)) {
                Some((What::Statistics(measure, _), is_priced)) => {
                    figures.priced(measure, year.filter(|_| is_priced)).map(|it| (it, is_priced))
                }
                _ => Err(Error::BadArgument(format!(
                    "{argument}: {name} is not a number of each row; name a measure that has statistics"
                ))),
            }
        };
        let (of, is_priced) = measure("of").map_err(at)?;
        let (with, other_is_priced) = measure("with").map_err(at)?;
        if year.is_some() && !is_priced && !other_is_priced {
            let text =
                "inDollarsOf: neither measure is a dollar amount with a known year".to_owned();
            return Err(at(Error::BadArgument(text)));
        }
        let measures = [of, with];
        let mut plan = Vec::new();
        for (name, merged) in self.collect("Correlation", merged)? {
            let field = match among::correlation(merged[0].node.name.node.as_str()) {
                None => ToldField::TypeName,
                Some((kind, show, about)) => {
                    let figure = figures.correlation(&measures, kind, keeps).map_err(at)?;
                    ToldField::Figure(figure, show, about)
                }
            };
            plan.push((name, field));
        }
        Ok(MeasureField::Figures("Correlation", plan))
    }

    /// Plans the measures of the rows that are active on each of some days.
    pub(super) fn active(
        &self,
        table: &'static Table,
        merged: &Merged<'a>,
        figures: &mut Figures,
        keeps: &Predicate,
        path: &[String],
    ) -> Result<MeasureField, ServerError> {
        let at = |error: Error| error.at(merged[0].pos, path);
        let catalog = self.catalog.measures(table).and_then(|measures| measures.days.as_ref());
        let days = catalog.ok_or_else(|| at(Error::Internal))?;
        let arguments = self.arguments(merged[0]);
        let column = |name: &str| {
            let word = enum_word(arguments.get(name)).unwrap_or_default();
            days.column(word).map(|column| table.columns[column].name)
        };
        let (Some(from), Some(to)) = (column("from"), column("to")) else {
            return Err(at(Error::Internal));
        };
        let mut plans = Vec::new();
        for day in first_days::parse(arguments.get("on")).map_err(at)? {
            let is = |column, comparison| Predicate::Is {
                column,
                test: Test::Compare(comparison, day.into()),
            };
            let active = is(from, Comparison::LessOrEqual).and(is(to, Comparison::GreaterOrEqual));
            let keeps = keeps.clone().and(active);
            plans.push(self.measures(
                table,
                merged,
                figures,
                &keeps,
                MeasuredRows::Day(day),
                path,
            )?);
        }
        Ok(MeasureField::OnDays(plans))
    }
}
