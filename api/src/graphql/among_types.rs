//! The types of figures across groups: the window of one group, and the summary of all groups.

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

/// The units of figures; `None` stands for real numbers.
const UNITS: [Option<Unit>; 5] =
    [Some(Unit::Dollars), Some(Unit::Officers), Some(Unit::Hours), Some(Unit::Whole), None];

/// Registers the types shared by all tables.
pub(super) fn shared(types: &mut Types<'_>) {
    for unit in UNITS {
        windows(types, unit);
        summary_of(types, unit);
    }
    for unit in Unit::ALL {
        let fields = STATISTICS.iter().map(|name| {
            let of = summary_type(unit_of_statistic(name, unit));
            let nothing =
                if *name == "sum" { ", which is 0 for a group without values" } else { "" };
            let about = format!("Statistics of the `{name}` of each group{nothing}.");
            field(name, &format!("{of}!"), &about, of_percentile(name))
        });
        let description =
            format!("Statistics over groups, for each statistic of a value in {}.", unit.words());
        types.object(summaries_type(unit), &description, fields.collect());
    }
    let fields = ["n", "pearson", "spearman"].map(|name| {
        let about = correlation(name).map_or("", |(.., about)| about);
        field(name, if name == "n" { "Int!" } else { "Float" }, about, vec![])
    });
    types.object("Correlation", "The correlation of two numbers.", fields.into());
    let fields = ESTIMATES.map(|(name, _, show, about)| {
        field(name, if show == Show::Real { "Float" } else { "Int!" }, about, vec![])
    });
    let description = "A mean or a rate over clusters of rows, with its precision.";
    types.object("ClusteredEstimate", description, fields.into());
}

/// The argument of statistics that need a position among the values.
fn of_percentile(name: &str) -> Vec<super::registry::InputField> {
    match name {
        "percentile" => {
            vec![input("p", "Float!", "The fraction of values below it, from 0 to 1.")]
        }
        "topShare" => vec![input("p", "Float!", "The fraction of the groups, from 0 to 1.")],
        _ => Vec::new(),
    }
}

/// The exact number type of a unit, or `Float` for real numbers.
fn number(unit: Option<Unit>) -> &'static str {
    unit.map_or("Float", Unit::scalar_name)
}

fn windows(types: &mut Types<'_>, unit: Option<Unit>) {
    // Quotients have no running sums or shares.
    let fields = WINDOWS.iter().filter(|(_, kind, _)| unit.is_some() || !kind.adds_up());
    let fields = fields.map(|(name, kind, about)| {
        let of = match kind {
            WindowKind::Cumulative | WindowKind::Change => number(unit),
            WindowKind::Share | WindowKind::Growth => "Float",
            WindowKind::Rank => "Int",
        };
        field(name, of, about, vec![])
    });
    let description = "A figure of a group in relation to the other groups.";
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
    let description = "Statistics of one figure over groups. Each group counts once.";
    types.object(summary_type(unit), description, fields.collect());
}

/// One field for each measure of a table.
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

/// Registers the windows of a table's groups, and returns the field that holds them.
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
        "The sums, counts and quotients of a group of {} in relation to the other groups.",
        table.list
    );
    let name = format!("{type_name}GroupWindow");
    types.object(&name, &description, fields(measures, of));
    let arguments = vec![
        input(
            "within",
            &format!("[{type_name}Dimension!]"),
            "The keys that groups must share to be compared with each other. Omit it to compare all groups.",
        ),
        input("where", &format!("{type_name}Filter"), "Uses only the rows that this filter keeps."),
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
    all.insert(0, field("groups", "Int!", "The number of groups.", vec![]));
    all.push(field(
        "where",
        &format!("{name}!"),
        "The same over a part of the rows of each group. A group without rows in the part still counts.",
        vec![input("filter", &format!("{type_name}Filter!"), "The rows of the part.")],
    ));
    if let Some(of) = days(types, table, measures) {
        let type_name = format!("{}!", summaries_type(Unit::Whole));
        all.push(ObjectField { type_name, ..of });
    }
    let figure = format!("{type_name}Figure!");
    all.push(field(
        "ratio",
        &format!("{}!", summary_type(None)),
        "Statistics of the quotient of two figures of each group.",
        vec![input("of", &figure, "The numerator."), input("to", &figure, "The denominator.")],
    ));
    all.push(field(
        "correlation",
        "Correlation!",
        "The correlation of two figures over the groups.",
        vec![
            input("of", &figure, "One of the figures."),
            input("with", &figure, "The other figure."),
        ],
    ));
    let description = format!("Statistics over groups of {}. Each group counts once.", table.list);
    types.object(&name, &description, all);
}
