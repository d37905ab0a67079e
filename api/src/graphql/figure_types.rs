//! The types that name a figure, and the types of results computed from the rows of a group besides the statistics of
//! its measures: quotients, days between two dates, histograms, correlations, estimates and stocks.

use super::registry::{InputField, ObjectField, Types, field, input, value};
use crate::{
    catalog::{
        measure_catalog::{MeasureCatalog, Unit},
        table::Table,
    },
    measures::MOST_BINS,
    query::groups::first_days::{MOST_DAYS, PERIODS},
};

/// The description of the argument `inDollarsOf`.
pub(super) const PRICED: &str = "Converts the amounts to dollars of this year, using the average of the consumer price \
    index (CPI-U) over the calendar year with the number of each amount's fiscal year. Each amount is rounded to the cent before it is added up. An amount whose year is \
    unknown or has no index yet counts as missing. If omitted, amounts are in the dollars of their day.";

/// Registers the types shared by all tables.
pub(super) fn shared(types: &mut Types<'_>) {
    let scales = vec![
        value("LINEAR", "Equal steps."),
        value("LOG", "Powers of ten, with round steps between them."),
    ];
    types.enumeration("Scale", "The spacing of the edges of a histogram.", scales);
    let periods = PERIODS.map(|(name, .., about)| value(name, about));
    types.enumeration("Period", "A calendar period.", periods.into());
    let days = vec![
        input("every", "Period!", "The period to take the first day of."),
        input("from", "Int!", "The first year."),
        input("to", "Int!", "The last year."),
    ];
    let about = format!(
        "The first days of a range of years, quarters or months: at most {MOST_DAYS} days."
    );
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
        let about = "The days from one date of each row to another, instead of a measure.";
        fields.push(input("days", &format!("{type_name}Days"), about));
    }
    fields.push(input(
        "statistic",
        "Statistic",
        "The statistic of the measure, if it has several. The default is `SUM`.",
    ));
    let about = "The percentile, from 0 to 1, if the statistic is `PERCENTILE`.";
    fields.push(input("p", "Float", about));
    if measures.computed.iter().any(|computed| computed.is_priced) {
        fields.push(input("inDollarsOf", "Int", PRICED));
    }
    let about = "Uses only the rows that this filter keeps.";
    fields.push(input("where", &format!("{type_name}Filter"), about));
    if divides {
        let about = "Divides the figure by another figure of the same group, for shares and rates. If they are of \
            two measures, both cover only rows for which both are known. Null if either figure is null or the divisor \
            is 0. The sum of a part without rows is 0, or null if it is divided by another measure.";
        fields.push(input("dividedBy", &format!("{type_name}Figure"), about));
    }
    fields
}

/// Registers the types that name a figure, and returns the field that divides two figures.
pub(super) fn ratio(
    types: &mut Types<'_>,
    table: &Table,
    measures: &MeasureCatalog,
) -> ObjectField {
    let name = format!("{}Figure", table.type_name);
    let description = format!(
        "A figure of rows of {}: a measure, its statistic, and the part of the rows to use.",
        table.list
    );
    types.input_object(&name, &description, figure_fields(table, measures, false), false);
    field(
        "ratio",
        "Float",
        "The quotient of two figures of these rows, divided once. If they are of two measures, both cover only rows \
         for which both are known; a number of rows that a sum is divided by counts only those with a value. Null if \
         either figure is null or the divisor is 0. The sum of a part without rows is 0, or null if it is divided by \
         another measure.",
        vec![
            input("of", &format!("{name}!"), "The numerator."),
            input("to", &format!("{name}!"), "The denominator."),
        ],
    )
}

/// The field for the days from one date of a row to another, for tables with two dates.
pub(super) fn days(
    types: &mut Types<'_>,
    table: &Table,
    measures: &MeasureCatalog,
) -> Option<ObjectField> {
    let days = measures.days.as_ref()?;
    let day = format!("{}Day!", table.type_name);
    let ends = [
        input("from", &day, "The date to count from."),
        input("to", &day, "The date to count to."),
    ];
    let name = format!("{}Days", table.type_name);
    types.input_object(
        &name,
        "The two dates of a row to count days between.",
        ends.to_vec(),
        false,
    );
    let (type_name, about) = days.computed.type_name();
    Some(field(&days.computed.field, &type_name, &about, ends.to_vec()))
}

/// Registers the bins of a unit, and returns the field that lists them.
pub(super) fn histogram(types: &mut Types<'_>, unit: Unit) -> ObjectField {
    let exact = unit.scalar_name();
    let fields = vec![
        field(
            "from",
            exact,
            "The smallest value that the bin may hold. Null for an open bin, which holds values below the first edge \
             or without a place on a logarithmic scale.",
            vec![],
        ),
        field(
            "to",
            exact,
            "The upper edge; all values are below it. Null for an open bin.",
            vec![],
        ),
        field("count", "Int!", "The number of values in the bin.", vec![]),
        field("sum", &format!("{exact}!"), "The sum of the values.", vec![]),
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
                &format!(
                    "The maximum number of bins, not counting open ones; at most {MOST_BINS}."
                ),
            ),
            "20",
        ),
        default(input("scale", "Scale!", "The spacing of the edges."), "LINEAR"),
        input("from", exact, "The first edge. The default is the smallest value, rounded down."),
        input(
            "to",
            exact,
            "The last edge; values equal to it are beyond it. The default is the greatest value, rounded up.",
        ),
    ];
    field(
        "histogram",
        &format!("[{}!]!", unit.bin_name()),
        "The distribution of the values in bins with round edges, which are the same for all groups of a list. Values \
         beyond explicit edges go into open bins. Unknown values are in no bin (see `missing`).",
        arguments,
    )
}

/// The field for the correlation of two measures of the rows.
pub(super) fn correlation(table: &Table, measures: &MeasureCatalog) -> ObjectField {
    let measure = format!("{}Measure!", table.type_name);
    let mut arguments = vec![
        input(
            "of",
            &measure,
            "One of the measures. It must have one number per row, and statistics.",
        ),
        input("with", &measure, "The other measure."),
    ];
    if measures.computed.iter().any(|computed| computed.is_priced) {
        arguments.push(input("inDollarsOf", "Int", PRICED));
    }
    let about = "The correlation of two measures over the rows that have both. A number of a related row counts for \
        each row that refers to it.";
    field("correlation", "Correlation!", about, arguments)
}

/// The field for the precision of a mean or a rate.
pub(super) fn estimate(table: &Table, measures: &MeasureCatalog) -> ObjectField {
    let type_name = &table.type_name;
    let mut arguments = vec![
        input(
            "of",
            &format!("{type_name}Measure!"),
            "The measure to estimate: one with a number per row gives its mean, a quotient gives the rate, which is \
             the sum of one number divided by the sum of the other.",
        ),
        input(
            "clusteredBy",
            &format!("{type_name}Dimension!"),
            "The key shared by rows that are not independent, such as their agency.",
        ),
    ];
    if measures.computed.iter().any(|computed| computed.is_priced) {
        arguments.push(input("inDollarsOf", "Int", PRICED));
    }
    let about = "A mean or a rate, with its standard error and 95% interval, treating the rows as a sample. The error \
        is cluster-robust (CR1) and uses Student's t with one degree of freedom less than the number of clusters. It \
        describes how much rows vary; it is not a causal estimate.";
    field("estimate", "ClusteredEstimate!", about, arguments)
}

/// The field for the rows that are active on given days, for tables with two dates.
pub(super) fn active(table: &Table, measures: &MeasureCatalog) -> Option<ObjectField> {
    measures.days.as_ref()?;
    let type_name = &table.type_name;
    let day = format!("{type_name}Day!");
    let arguments = vec![
        input("from", &day, "The first day on which a row is active."),
        input("to", &day, "The last day on which it is active."),
        input("on", "FirstDays!", "The days to look at."),
    ];
    let about = "The measures of the rows that are active on each of several days. A row is active from one of its \
        dates to another, both included. These are stocks: a row is active on many of the days, so do not add them up. \
        A row with either date unknown is never active.";
    Some(field("active", &format!("[{type_name}OnDay!]!"), about, arguments))
}
