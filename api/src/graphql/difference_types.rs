//! The types of difference-in-differences estimates, for lists whose rows are positioned relative to an event.

use super::registry::{InputField, ObjectField, Types, field, input, value};
use crate::{
    catalog::table::Table,
    query::groups::difference::{
        CONTROLS, DIFFERENCES, EFFECT, EFFECT_OF_COHORT, EFFECT_OF_YEAR, PRE_TREND,
    },
};

/// The field of a connection.
pub(super) fn difference(table: &Table) -> Option<ObjectField> {
    let event = table.event.as_ref()?;
    let (type_name, subject) = (&table.type_name, event.subject);
    let about = format!(
        "A difference-in-differences estimate: how values changed after an event, compared with each `{subject}` to \
         which it had not happened. It uses group-time averages (Callaway and Sant'Anna 2021) without covariates. A \
         cohort is every `{subject}` with the event in the same year. The change since the year before the event is \
         compared cohort by cohort and year by year, over each `{subject}` with a value in both years. Means over \
         several cohorts are weighted by the number treated. Standard errors are clustered by `{subject}` (CR1). The \
         estimate is causal only if both sides would have followed parallel trends without the event, which `preTrend` \
         can contradict but never prove. {}",
        event.about
    );
    let mut arguments = vec![
        input(
            "of",
            &format!("{type_name}Measure!"),
            "The value of each row: a number or a rate. All rows have equal weight, whatever their population.",
        ),
        input("event", &format!("{type_name}Event"), event.about),
        InputField {
            default: Some(CONTROLS[0].0),
            ..input("control", "ControlGroup!", "The comparison group.")
        },
    ];
    if table.priced_by.is_some() {
        arguments.push(input("inDollarsOf", "Int", super::figure_types::PRICED));
    }
    Some(field("differenceInDifferences", &format!("{DIFFERENCES}!"), &about, arguments))
}

/// Registers the types shared by all tables.
pub(super) fn shared(types: &mut Types<'_>) {
    let values = CONTROLS.map(|(name, _, about)| value(name, about));
    let about = "The comparison groups of a difference in differences.";
    types.enumeration("ControlGroup", about, values.into());
    types.object(EFFECT, "A mean of differences with its precision.", effect());

    let mut fields = effect();
    let about =
        "The number of years since the event. -1 is the base year: its value is 0 by definition.";
    fields.insert(0, field("yearsSince", "Int!", about, vec![]));
    types.object(EFFECT_OF_YEAR, "The estimate for one number of years since the event.", fields);

    let mut fields = effect();
    fields.insert(0, field("yearsSince", "Int!", "The number of years since the event.", vec![]));
    fields.insert(0, field("year", "Int!", "The year of the values.", vec![]));
    fields.insert(0, field("cohort", "Int!", "The year of the event.", vec![]));
    types.object(EFFECT_OF_COHORT, "The estimate for one cohort in one year.", fields);

    let fields = vec![
        field(
            "statistic",
            "Float!",
            "The F statistic of the Wald test that all of them are 0.",
            vec![],
        ),
        field(
            "years",
            "Int!",
            "The number of years tested, which is the numerator degrees of freedom.",
            vec![],
        ),
        field("degreesOfFreedom", "Int!", "The denominator degrees of freedom.", vec![]),
        field(
            "pValue",
            "Float!",
            "The probability of an F statistic at least this large if all of them are 0.",
            vec![],
        ),
    ];
    let about = "A test for parallel trends before the event: whether all differences two or more years before it may \
        be 0.";
    types.object(PRE_TREND, about, fields);

    let list = |of: &str| format!("[{of}!]!");
    let fields = vec![
        field(
            "overall",
            &format!("{EFFECT}!"),
            "Over all values of the event year and later. Each treated subject counts once per year.",
            vec![],
        ),
        field(
            "byYearsSince",
            &list(EFFECT_OF_YEAR),
            "By the years since the event: the event study.",
            vec![],
        ),
        field(
            "byCohort",
            &list(EFFECT_OF_COHORT),
            "By the year of the event (the cohort) and the year of the value. The other estimates are means of these.",
            vec![],
        ),
        field(
            "preTrend",
            PRE_TREND,
            "A test for parallel trends before the event. Null if there is no value from two or more years before it, \
             or too little data.",
            vec![],
        ),
        field(
            "clusters",
            "Int!",
            "The number of subjects compared, treated or not: the clusters of the standard errors.",
            vec![],
        ),
        field(
            "leftOut",
            "Int!",
            "The number of subjects that have values but are not compared: the event precedes their first value, its \
             time is unknown, or they lack a value for a year of the comparison.",
            vec![],
        ),
        field(
            "missing",
            "Int!",
            "The number of rows left out because their value, year or subject is unknown, or because they serve no \
             people.",
            vec![],
        ),
    ];
    types.object(
        DIFFERENCES,
        "How values changed after an event, compared with subjects without it.",
        fields,
    );
}

fn effect() -> Vec<ObjectField> {
    vec![
        field(
            "value",
            "Float",
            "The mean difference, in the unit of the value. Null if there is nothing to compare.",
            vec![],
        ),
        field(
            "standardError",
            "Float",
            "The standard error. Null if either side has fewer than two subjects, or if each treated subject is alone \
             in its cohort.",
            vec![],
        ),
        field("low", "Float", "The lower end of the 95% interval.", vec![]),
        field("high", "Float", "The upper end of the 95% interval.", vec![]),
        field("treated", "Int!", "The number of treated subjects.", vec![]),
        field(
            "controls",
            "Int!",
            "The number of control subjects. A subject with a later event can be both treated and control.",
            vec![],
        ),
        field("cohorts", "Int!", "The number of cohorts of treated subjects.", vec![]),
        field(
            "alone",
            "Int!",
            "The number of treated subjects that are alone in their cohort in a year. They add no variance, so many of \
             them make the standard error too small.",
            vec![],
        ),
    ]
}
