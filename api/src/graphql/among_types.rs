//! The types of what groups come to among each other: windows of a group, and the summary of all of them.

use super::{
    figure_types::{PRICED, days},
    registry::{ObjectField, Types, field, input},
};
use crate::{
    catalog::{
        measure_catalog::{ComputedMeasure, MeasureCatalog, Unit, What},
        table::Table,
    },
    measures::WindowKind,
    query::groups::{
        among::{
            ESTIMATES, SUMMARIES, WINDOWS, correlation, summaries_type, summary_type,
            unit_of_statistic, window_type,
        },
        figures::STATISTICS,
    },
    query::show::Show,
};

/// The units of figures, and that of real numbers.
const UNITS: [Option<Unit>; 5] =
    [Some(Unit::Dollars), Some(Unit::Officers), Some(Unit::Hours), Some(Unit::Whole), None];

/// Registers the types that all tables share.
pub(super) fn shared(types: &mut Types<'_>) {
    for unit in UNITS {
        windows(types, unit);
        summary_of(types, unit);
    }
    for unit in Unit::ALL {
        let fields = STATISTICS.iter().map(|name| {
            let of = summary_type(unit_of_statistic(name, unit));
            let about = format!("Of the `{name}` of each group.");
            field(name, &format!("{of}!"), &about, of_percentile(name))
        });
        let description = format!(
            "Statistics of groups, by which statistic of a number of {} each group is looked at.",
            unit.words()
        );
        types.object(summaries_type(unit), &description, fields.collect());
    }
    let fields = ["n", "pearson", "spearman"].map(|name| {
        let about = correlation(name).map_or("", |(.., about)| about);
        field(name, if name == "n" { "Int!" } else { "Float" }, about, vec![])
    });
    types.object("Correlation", "How two numbers go together.", fields.into());
    let fields = ESTIMATES.map(|(name, _, show, about)| {
        field(name, if show == Show::Real { "Float" } else { "Int!" }, about, vec![])
    });
    let description = "A mean or a rate over clusters of rows, and how sure it is.";
    types.object("ClusteredEstimate", description, fields.into());
}

/// The argument of what is a place among values.
fn of_percentile(name: &str) -> Vec<super::registry::InputField> {
    match name {
        "percentile" => {
            vec![input("p", "Float!", "The part of the values below it, from 0 to 1.")]
        }
        "topShare" => vec![input("p", "Float!", "The part of the groups, from 0 to 1.")],
        _ => Vec::new(),
    }
}

/// An exact number of a unit; without one, a real number.
fn number(unit: Option<Unit>) -> &'static str {
    unit.map_or("Float", Unit::scalar_name)
}

fn windows(types: &mut Types<'_>, unit: Option<Unit>) {
    // Quotients are not added up.
    let fields = WINDOWS.iter().filter(|(_, kind, _)| unit.is_some() || !kind.adds_up());
    let fields = fields.map(|(name, kind, about)| {
        let of = match kind {
            WindowKind::Cumulative | WindowKind::Change => number(unit),
            WindowKind::Share | WindowKind::Growth => "Float",
            WindowKind::Rank => "Int",
        };
        field(name, of, about, vec![])
    });
    let description = "What a figure of a group is among those of the other groups.";
    types.object(window_type(unit), description, fields.collect());
}

fn summary_of(types: &mut Types<'_>, unit: Option<Unit>) {
    let fields = SUMMARIES.iter().map(|(name, about)| {
        let of = match *name {
            "known" | "missing" => "Int!",
            "min" | "max" => number(unit),
            _ => "Float",
        };
        field(name, of, about, of_percentile(name))
    });
    let description = "Statistics of one figure of groups, each of which counts once.";
    types.object(summary_type(unit), description, fields.collect());
}

/// The fields of an object of a table's measures.
fn fields(
    measures: &MeasureCatalog,
    type_name: impl Fn(&ComputedMeasure) -> &'static str,
) -> Vec<ObjectField> {
    let field = |computed: &ComputedMeasure| {
        let arguments = match computed.is_priced {
            true => vec![input("inDollarsOf", "Int", PRICED)],
            false => Vec::new(),
        };
        let of = format!("{}!", type_name(computed));
        let of = field(&computed.field, &of, &computed.description, arguments);
        ObjectField { deprecated: computed.deprecated.map(str::to_owned), ..of }
    };
    measures.computed.iter().map(field).collect()
}

/// Registers the windows of a table's groups, and tells of the field that shows them.
pub(super) fn window(
    types: &mut Types<'_>,
    table: &Table,
    measures: &MeasureCatalog,
    about: &str,
) -> ObjectField {
    let type_name = &table.type_name;
    let of = |computed: &ComputedMeasure| match &computed.what {
        What::Count(_) => window_type(Some(Unit::Whole)),
        What::Statistics(_, unit) => window_type(Some(*unit)),
        What::Ratio { .. } => window_type(None),
    };
    let description = format!(
        "What a group of {} comes to among the others, measure by measure: of their sums, counts and quotients.",
        table.list
    );
    let name = format!("{type_name}GroupWindow");
    types.object(&name, &description, fields(measures, of));
    let arguments = vec![
        input(
            "within",
            &format!("[{type_name}Dimension!]"),
            "The keys in which groups must be alike to be held against each other. All groups where left out.",
        ),
        input("where", &format!("{type_name}Filter"), "Only of the rows that this filter keeps."),
    ];
    field("window", &format!("{name}!"), about, arguments)
}

/// Registers the summary of a table's groups.
pub(super) fn summary(types: &mut Types<'_>, table: &Table, measures: &MeasureCatalog) {
    let type_name = &table.type_name;
    let name = format!("{type_name}GroupsSummary");
    let of = |computed: &ComputedMeasure| match &computed.what {
        What::Count(_) => summary_type(Some(Unit::Whole)),
        What::Statistics(_, unit) => summaries_type(*unit),
        What::Ratio { .. } => summary_type(None),
    };
    let mut all = fields(measures, of);
    all.insert(0, field("groups", "Int!", "How many groups there are.", vec![]));
    all.push(field(
        "where",
        &format!("{name}!"),
        "The same of a part of the rows of each group. A group without such rows has nothing of it, and counts.",
        vec![input("filter", &format!("{type_name}Filter!"), "Which rows the part has.")],
    ));
    if let Some(of) = days(types, table, measures) {
        let type_name = format!("{}!", summaries_type(Unit::Whole));
        all.push(ObjectField { type_name, ..of });
    }
    let figure = format!("{type_name}Figure!");
    all.push(field(
        "ratio",
        &format!("{}!", summary_type(None)),
        "Of the quotient of two figures of each group.",
        vec![
            input("of", &figure, "What is divided."),
            input("to", &figure, "What it is divided by."),
        ],
    ));
    all.push(field(
        "correlation",
        "Correlation!",
        "How two figures of each group go together.",
        vec![input("of", &figure, "One of them."), input("with", &figure, "The other.")],
    ));
    let description = format!("Statistics of groups of {}, each of which counts once.", table.list);
    types.object(&name, &description, all);
}
