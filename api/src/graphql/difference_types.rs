//! The types of differences in differences, for lists whose rows are placed by an event.

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
        "How values changed after an event, less how they changed for each `{subject}` to which it had not happened: group-time \
         averages (Callaway and Sant'Anna 2021) without covariates. Those of one year of the event are a cohort; the change \
         from the year before the event is compared, cohort by cohort and year by year, over each `{subject}` that has a value \
         in both years; means of several cohorts are weighted by how many are treated. Errors are clustered by `{subject}` \
         (CR1). It is no estimate of what the event causes unless both sides would have moved alike without it, which \
         `preTrend` can speak against and never prove. {}",
        event.about
    );
    let mut arguments = vec![
        input(
            "of",
            &format!("{type_name}Measure!"),
            "The value of each row: a number or a rate. Every row counts alike, however many people it is of.",
        ),
        input("event", &format!("{type_name}Event"), event.about),
        InputField {
            default: Some(CONTROLS[0].0),
            ..input("control", "ControlGroup!", "With whom those are compared to whom it happened.")
        },
    ];
    if table.priced_by.is_some() {
        arguments.push(input("inDollarsOf", "Int", super::figure_types::PRICED));
    }
    Some(field("differenceInDifferences", &format!("{DIFFERENCES}!"), &about, arguments))
}

/// Registers the types that all tables share.
pub(super) fn shared(types: &mut Types<'_>) {
    let values = CONTROLS.map(|(name, _, about)| value(name, about));
    let about = "With whom those are compared to whom something happened.";
    types.enumeration("ControlGroup", about, values.into());
    types.object(EFFECT, "A mean of differences, and how sure it is.", effect());

    let mut fields = effect();
    let about = "The years since the event. -1 is the year that all is compared with: its value is 0 by definition.";
    fields.insert(0, field("yearsSince", "Int!", about, vec![]));
    types.object(EFFECT_OF_YEAR, "The difference of one number of years since the event.", fields);

    let mut fields = effect();
    fields.insert(0, field("yearsSince", "Int!", "The years since the event.", vec![]));
    fields.insert(0, field("year", "Int!", "The year of the values.", vec![]));
    fields.insert(0, field("cohort", "Int!", "The year of the event.", vec![]));
    types.object(EFFECT_OF_COHORT, "The difference of one cohort in one year.", fields);

    let fields = vec![
        field(
            "statistic",
            "Float!",
            "The F statistic of Wald's test that all of them are 0.",
            vec![],
        ),
        field(
            "years",
            "Int!",
            "How many years are tested, which is the degrees of freedom above.",
            vec![],
        ),
        field("degreesOfFreedom", "Int!", "The degrees of freedom below.", vec![]),
        field(
            "pValue",
            "Float!",
            "How likely such a statistic or a greater one is if all are 0.",
            vec![],
        ),
    ];
    let about = "Whether both sides moved alike before the event: whether the differences of two years before and earlier may all be 0.";
    types.object(PRE_TREND, about, fields);

    let list = |of: &str| format!("[{of}!]!");
    let fields = vec![
        field(
            "overall",
            &format!("{EFFECT}!"),
            "Over all values of the year of the event and later: each treated counts once for each year.",
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
            "By the year of the event and of the value: what the others are means of.",
            vec![],
        ),
        field(
            "preTrend",
            PRE_TREND,
            "Whether both sides moved alike before. Null where nothing is from two years before the event or earlier, or too little to tell.",
            vec![],
        ),
        field(
            "clusters",
            "Int!",
            "How many are compared with others, treated or not: the clusters of the errors.",
            vec![],
        ),
        field(
            "leftOut",
            "Int!",
            "How many have values and are compared with none: it happened to them before there are values, nobody knows when, or they have no value of a year that would be compared.",
            vec![],
        ),
        field(
            "missing",
            "Int!",
            "How many rows are left out: their value, their year or whose they are is unknown, or nobody is served.",
            vec![],
        ),
    ];
    types.object(
        DIFFERENCES,
        "How values changed after an event, less how they changed elsewhere.",
        fields,
    );
}

fn effect() -> Vec<ObjectField> {
    vec![
        field(
            "value",
            "Float",
            "The mean difference, in the unit of the value. Null where nothing is compared.",
            vec![],
        ),
        field(
            "standardError",
            "Float",
            "Its standard error. Null where fewer than two are on a side, or each of the treated is the only one of its cohort.",
            vec![],
        ),
        field("low", "Float", "The lower end of the 95 % interval.", vec![]),
        field("high", "Float", "The upper end of the 95 % interval.", vec![]),
        field("treated", "Int!", "How many are treated.", vec![]),
        field(
            "controls",
            "Int!",
            "How many they are compared with. One to which it happens later can be both.",
            vec![],
        ),
        field("cohorts", "Int!", "How many cohorts the treated are of.", vec![]),
        field(
            "alone",
            "Int!",
            "How many of the treated are the only one of their cohort in a year. They have no spread, so the error is too small where they are many.",
            vec![],
        ),
    ]
}
