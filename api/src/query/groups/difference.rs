//! Differences in differences: the arguments and the shape of the answer.

use std::sync::Arc;

use async_graphql::{
    Name, Number as JsonNumber, Positioned, ServerError, Value as GraphQl, parser::types::Field,
};

use super::{
    apart::Common,
    asked::{measure_name, year},
    event,
    figures::Figures,
};
use crate::{
    catalog::{
        key::{End, Key, Part, Path},
        predicate::Predicate,
        scalar::enum_word,
        table::Table,
    },
    error::Error,
    measures::{
        ControlGroup, DifferenceRequest, Differences, Effect, EffectOfCohort, EffectOfYear,
        PreTrend,
    },
    query::{
        plan::{DifferenceField, DifferencePart, DifferencePlan},
        planner::Planner,
    },
};

/// The comparison groups: name, value and description. The first is the default.
pub(crate) const CONTROLS: [(&str, ControlGroup, &str); 2] = [
    (
        "NOT_YET",
        ControlGroup::NotYet,
        "Units that have not had the event by that year, whether or not they have it later.",
    ),
    ("NEVER", ControlGroup::Never, "Units that never have the event."),
];

/// The names of the GraphQL types.
pub(crate) const DIFFERENCES: &str = "DifferenceInDifferences";
pub(crate) const EFFECT: &str = "DifferenceEffect";
pub(crate) const EFFECT_OF_YEAR: &str = "DifferenceByYearsSince";
pub(crate) const EFFECT_OF_COHORT: &str = "DifferenceOfCohort";
pub(crate) const PRE_TREND: &str = "PreTrendTest";

impl<'a> Planner<'a> {
    /// Plans how values changed after an event, minus how they changed in the comparison group.
    pub(crate) fn difference(
        &self,
        table: &'static Table,
        keeps: &Predicate,
        fields: &[&'a Positioned<Field>],
        parent: Option<&'static str>,
        path: &[String],
    ) -> Result<DifferencePlan, ServerError> {
        let at = |error: Error| error.at(fields[0].pos, path);
        let bad = |text: String| at(Error::BadArgument(text));
        if parent.is_some() {
            return Err(bad(format!(
                "differenceInDifferences: this is not available on a nested list; use the root list `{}` with a filter",
                table.list
            )));
        }
        let catalog = self.catalog.measures(table).ok_or_else(|| at(Error::Internal))?;
        let declared = table.event.as_ref().ok_or_else(|| at(Error::Internal))?;
        let arguments = self.arguments(fields[0]);
        let word = |name: &str| enum_word(arguments.get(name)).unwrap_or_default();
        let mut all = catalog.computed.iter();
        let computed = all.find(|computed| measure_name(&computed.field) == word("of"));
        let computed = computed.ok_or_else(|| at(Error::Internal))?;
        let control = CONTROLS.iter().find(|(name, ..)| *name == word("control"));
        let (_, control, _) = control.unwrap_or(&CONTROLS[0]);
        let year = year(arguments.get("inDollarsOf")).map_err(bad)?;
        let subject = declared.subject(table).from;
        let relation = table.relations.iter().position(|relation| relation.from == subject);
        let relations = vec![relation.ok_or_else(|| at(Error::Internal))?];
        let cluster = Key { path: Path { relations, end: End::Row }, part: Part::Itself };
        let common = Common { keys: Vec::new(), parent };
        let mut figures = Figures::of(table, keeps.clone(), common);
        let all = Predicate::all();
        let of = figures.clustered(computed, year, &cluster, &all).map_err(at)?;
        let mut event =
            event::parse(table, arguments.get("event")).map_err(at)?.unwrap_or_default();
        self.count_related(&event.counts).map_err(at)?;
        let (window, is_balanced) = (event.window.take(), std::mem::take(&mut event.is_balanced));
        self.tell(&mut figures, computed, None, year, &all, || path.to_vec());
        let mut request = figures.request;
        request.event = Some(event);
        let control = *control;
        let asked = DifferenceRequest { request, of, window, is_balanced, control };
        asked.check().map_err(at)?;
        Ok(DifferencePlan {
            asked: Arc::new(asked),
            fields: self.difference_fields(DIFFERENCES, fields)?,
        })
    }

    fn difference_fields(
        &self,
        type_name: &'static str,
        fields: &[&'a Positioned<Field>],
    ) -> Result<Vec<(Name, DifferenceField)>, ServerError> {
        let mut plan = Vec::new();
        for (name, merged) in self.collect(type_name, fields)? {
            let word = merged[0].node.name.node.as_str();
            let within = match word {
                "overall" => Some((DifferencePart::Overall, EFFECT)),
                "byYearsSince" => Some((DifferencePart::ByYearsSince, EFFECT_OF_YEAR)),
                "byCohort" => Some((DifferencePart::ByCohort, EFFECT_OF_COHORT)),
                "preTrend" => Some((DifferencePart::PreTrend, PRE_TREND)),
                _ => None,
            };
            let field = match (word, within) {
                ("__typename", _) => DifferenceField::TypeName(type_name),
                (_, Some((part, type_name))) => {
                    DifferenceField::Part(part, self.difference_fields(type_name, &merged)?)
                }
                (word, None) => DifferenceField::Told(word.to_owned()),
            };
            plan.push((name, field));
        }
        Ok(plan)
    }
}

/// Shows the differences.
pub(crate) fn difference(fields: &[(Name, DifferenceField)], found: &Differences) -> GraphQl {
    object(fields, |field| match field {
        DifferenceField::Part(DifferencePart::Overall, fields) => {
            object(fields, told(|word| of_effect(&found.overall, word)))
        }
        DifferenceField::Part(DifferencePart::ByYearsSince, fields) => {
            let shown = |of: &EffectOfYear| object(fields, told(|word| of_year(of, word)));
            GraphQl::List(found.by_year.iter().map(shown).collect())
        }
        DifferenceField::Part(DifferencePart::ByCohort, fields) => {
            let shown = |of: &EffectOfCohort| object(fields, told(|word| of_cohort(of, word)));
            GraphQl::List(found.by_cohort.iter().map(shown).collect())
        }
        DifferenceField::Part(DifferencePart::PreTrend, fields) => match &found.pre_trend {
            Some(test) => object(fields, told(|word| of_test(test, word))),
            None => GraphQl::Null,
        },
        field => told(|word| of_all(found, word))(field),
    })
}

fn object(
    fields: &[(Name, DifferenceField)],
    value: impl Fn(&DifferenceField) -> GraphQl,
) -> GraphQl {
    let fields = fields.iter().map(|(name, field)| (name.clone(), value(field)));
    GraphQl::Object(fields.collect())
}

/// The value of a scalar field, looked up by name.
fn told(value: impl Fn(&str) -> GraphQl) -> impl Fn(&DifferenceField) -> GraphQl {
    move |field| match field {
        DifferenceField::TypeName(type_name) => GraphQl::from(*type_name),
        DifferenceField::Told(word) => value(word),
        DifferenceField::Part(..) => GraphQl::Null,
    }
}

fn of_all(found: &Differences, word: &str) -> GraphQl {
    match word {
        "clusters" => found.clusters.into(),
        "leftOut" => found.left_out.into(),
        "missing" => found.missing.into(),
        _ => GraphQl::Null,
    }
}

fn of_effect(effect: &Effect, word: &str) -> GraphQl {
    match word {
        "value" => real(effect.value),
        "standardError" => real(effect.error),
        "low" => real(effect.low),
        "high" => real(effect.high),
        "treated" => effect.treated.into(),
        "controls" => effect.controls.into(),
        "cohorts" => effect.cohorts.into(),
        "alone" => effect.alone.into(),
        _ => GraphQl::Null,
    }
}

fn of_year(of: &EffectOfYear, word: &str) -> GraphQl {
    match word {
        "yearsSince" => of.since.into(),
        word => of_effect(&of.effect, word),
    }
}

fn of_cohort(of: &EffectOfCohort, word: &str) -> GraphQl {
    match word {
        "cohort" => of.cohort.into(),
        "year" => of.year.into(),
        "yearsSince" => (of.year - of.cohort).into(),
        word => of_effect(&of.effect, word),
    }
}

fn of_test(test: &PreTrend, word: &str) -> GraphQl {
    match word {
        "statistic" => real(Some(test.statistic)),
        "years" => test.years.into(),
        "degreesOfFreedom" => test.freedom.into(),
        "pValue" => real(Some(test.p)),
        _ => GraphQl::Null,
    }
}

fn real(number: Option<f64>) -> GraphQl {
    number.and_then(JsonNumber::from_f64).map_or(GraphQl::Null, GraphQl::Number)
}
