//! The types that name a figure, and of what is computed of the rows of a group beside the statistics of its measures:
//! quotients, days between two dates, histograms, correlations, estimates and stocks.

use super::registry::{InputField, ObjectField, Types, field, input, value};
use crate::{
    catalog::{
        measure_catalog::{MeasureCatalog, Unit},
        table::Table,
    },
    measures::MOST_BINS,
    query::groups::first_days::{MOST_DAYS, PERIODS},
};

/// What the argument `inDollarsOf` says.
pub(super) const PRICED: &str = "The year in whose dollars the amounts are, by the consumer price index (CPI-U) of \
    the fiscal year of each; each is rounded to the cent before it is added up. An amount whose year \
    is unknown, or has no index yet, is missing then. In the dollars of their day where left out.";

/// Registers the types that all tables share.
pub(super) fn shared(types: &mut Types<'_>) {
    let scales = vec![
        value("LINEAR", "By equal steps."),
        value("LOG", "By powers of ten, and round steps within them."),
    ];
    types.enumeration("Scale", "How the edges of a histogram follow each other.", scales);
    let periods = PERIODS.map(|(name, .., about)| value(name, about));
    types.enumeration("Period", "A part of the calendar.", periods.into());
    let days = vec![
        input("every", "Period!", "Of what the first day is meant."),
        input("from", "Int!", "The first year."),
        input("to", "Int!", "The last year."),
    ];
    let about =
        format!("The first day of each of some years, quarters or months: at most {MOST_DAYS}.");
    types.input_object("FirstDays", &about, days, false);
}

/// The fields that name a figure.
pub(super) fn figure_fields(
    table: &Table,
    measures: &MeasureCatalog,
    divides: bool,
) -> Vec<InputField> {
    let type_name = &table.type_name;
    let mut fields = vec![input("measure", &format!("{type_name}Measure"), "A measure.")];
    if measures.days.is_some() {
        let about = "The days from one day of each row to another, instead of a measure.";
        fields.push(input("days", &format!("{type_name}Days"), about));
    }
    fields.push(input(
        "statistic",
        "Statistic",
        "Which statistic of the measure, where it has several. Default `SUM`.",
    ));
    let about = "Which percentile, from 0 to 1, where the statistic is `PERCENTILE`.";
    fields.push(input("p", "Float", about));
    if measures.computed.iter().any(|computed| computed.is_priced) {
        fields.push(input("inDollarsOf", "Int", PRICED));
    }
    let about = "Only of the rows that this filter keeps.";
    fields.push(input("where", &format!("{type_name}Filter"), about));
    if divides {
        let about = "Divides the figure by another of the same group: for shares and rates. Null where one of the                      two is, and where there is nothing to divide by; the sum of a part without rows is 0.";
        fields.push(input("dividedBy", &format!("{type_name}Figure"), about));
    }
    fields
}

/// Registers what names a figure, and tells of the field that divides two.
pub(super) fn ratio(
    types: &mut Types<'_>,
    table: &Table,
    measures: &MeasureCatalog,
) -> ObjectField {
    let name = format!("{}Figure", table.type_name);
    let description = format!(
        "One number of rows of {}: a measure, which statistic of it, and of which part of the rows.",
        table.list
    );
    types.input_object(&name, &description, figure_fields(table, measures, false), false);
    field(
        "ratio",
        "Float",
        "The quotient of two figures of these rows, divided once. Null where one of them is, and where there is          nothing to divide by; the sum of a part without rows is 0.",
        vec![
            input("of", &format!("{name}!"), "What is divided."),
            input("to", &format!("{name}!"), "What it is divided by."),
        ],
    )
}

/// Tells of the days from one day of a row to another, where it has two.
pub(super) fn days(
    types: &mut Types<'_>,
    table: &Table,
    measures: &MeasureCatalog,
) -> Option<ObjectField> {
    let days = measures.days.as_ref()?;
    let day = format!("{}Day!", table.type_name);
    let ends = [
        input("from", &day, "The day from which is counted."),
        input("to", &day, "The day to which is counted."),
    ];
    let name = format!("{}Days", table.type_name);
    types.input_object(&name, "From which day of a row to which is counted.", ends.to_vec(), false);
    let (type_name, about) = days.computed.type_name();
    Some(field(&days.computed.field, &type_name, &about, ends.to_vec()))
}

/// Registers the bins of a unit, and tells of the field that shows them.
pub(super) fn histogram(types: &mut Types<'_>, unit: Unit) -> ObjectField {
    let exact = unit.scalar_name();
    let fields = vec![
        field(
            "from",
            exact,
            "The least value that the bin may hold. Null where it is open: for what is less than the first edge, or has no place on a logarithmic scale.",
            vec![],
        ),
        field("to", exact, "What its values are less than. Null where it is open.", vec![]),
        field("count", "Int!", "How many values it holds.", vec![]),
        field("sum", &format!("{exact}!"), "Their sum.", vec![]),
    ];
    types.object(unit.bin_name(), "The values between two edges of a histogram.", fields);
    let default = |mut input: InputField, value: &'static str| {
        input.default = Some(value);
        input
    };
    let arguments = vec![
        default(
            input(
                "bins",
                "Int!",
                &format!("How many bins there may be, at most {MOST_BINS}, beside open ones."),
            ),
            "20",
        ),
        default(input("scale", "Scale!", "How edges follow each other."), "LINEAR"),
        input(
            "from",
            exact,
            "The first edge. That of the least value, rounded down, where left out.",
        ),
        input(
            "to",
            exact,
            "The last edge: values as great are beyond it. That of the greatest value, rounded up, where left out.",
        ),
    ];
    field(
        "histogram",
        &format!("[{}!]!", unit.bin_name()),
        "How the values are spread: bins between round edges, which are the same for all groups of a list. Values \
         beyond edges that are named are in bins that are open; unknown ones are in none (`missing`).",
        arguments,
    )
}

/// Tells of how two measures of the rows go together.
pub(super) fn correlation(table: &Table, measures: &MeasureCatalog) -> ObjectField {
    let measure = format!("{}Measure!", table.type_name);
    let mut arguments = vec![
        input(
            "of",
            &measure,
            "One of the measures. It must be a number of each row, with statistics.",
        ),
        input("with", &measure, "The other."),
    ];
    if measures.computed.iter().any(|computed| computed.is_priced) {
        arguments.push(input("inDollarsOf", "Int", PRICED));
    }
    let about = "How two measures go together, row by row, over the rows that have both: a number of a related row \
                 stands for each row that leads to it.";
    field("correlation", "Correlation!", about, arguments)
}

/// Tells of how sure a mean or a rate is.
pub(super) fn estimate(table: &Table, measures: &MeasureCatalog) -> ObjectField {
    let type_name = &table.type_name;
    let mut arguments = vec![
        input(
            "of",
            &format!("{type_name}Measure!"),
            "A number of each row, of which this is the mean, or a quotient of two, which is a rate: the sum of one by that of \
             the other.",
        ),
        input(
            "clusteredBy",
            &format!("{type_name}Dimension!"),
            "What rows that are not independent have in common, such as the agency that they are of.",
        ),
    ];
    if measures.computed.iter().any(|computed| computed.is_priced) {
        arguments.push(input("inDollarsOf", "Int", PRICED));
    }
    let about = "A mean or a rate, with its standard error and a 95 % interval, as if the rows were a sample: robust to \
                 clusters (CR1), with Student's t of one degree of freedom less than there are clusters. It describes how \
                 much rows differ; it is no estimate of what caused anything.";
    field("estimate", "ClusteredEstimate!", about, arguments)
}

/// Tells of the rows that are active on days, where rows have two.
pub(super) fn active(table: &Table, measures: &MeasureCatalog) -> Option<ObjectField> {
    measures.days.as_ref()?;
    let type_name = &table.type_name;
    let day = format!("{type_name}Day!");
    let arguments = vec![
        input("from", &day, "The day from which a row is active."),
        input("to", &day, "The last day on which it is."),
        input("on", "FirstDays!", "On which days."),
    ];
    let about = "The measures of the rows that are active on each of some days: from one of their days to another, both \
                 included. A row is active on many of them, so these are stocks, and are not added up. A row of which one \
                 of the two is unknown is active on none.";
    Some(field("active", &format!("[{type_name}OnDay!]!"), about, arguments))
}
