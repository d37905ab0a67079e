//! The types of aggregates: what can be computed of the rows of a list, in total and by keys.

use super::{
    among_types, difference_types,
    figure_types::{
        self, PRICED, active, correlation, days, estimate, figure_fields, histogram, ratio,
    },
    glance_types,
    operator_types::operators,
    registry::{InputField, ObjectField, Types, field, input, value},
};
use crate::{
    catalog::{
        Catalog,
        key::BANDS,
        measure_catalog::{ComputedMeasure, MeasureCatalog, Shows, Unit, What, band_name},
        scalar::Scalar,
        table::{ClosedValue, Table, screaming_case},
    },
    limits::Limits,
    measures::MOST_KEYS,
    query::{
        groups::{asked::measure_name, figures::STATISTICS},
        plan::IS_OTHERS,
    },
};

/// The fields of a connection that are computed of all its rows.
pub(crate) fn connection_fields(table: &Table) -> Vec<ObjectField> {
    let type_name = &table.type_name;
    let most = format!(
        "At most {}. Where neither `first` nor `last` says so, all: where that is more, the request is refused.",
        Limits::default().groups
    );
    let mut arguments = vec![
        input(
            "by",
            &format!("[{type_name}Dimension!]!"),
            &format!("The keys, at most {MOST_KEYS}. Without any there is one group, of all rows."),
        ),
        input("having", &format!("{type_name}Having"), "Which groups to keep."),
        input(
            "orderBy",
            &format!("[{type_name}GroupOrder!]"),
            "What to order by, first term first. Groups that tie are ordered by their keys, upwards, \
             with the unknown last.",
        ),
        input(
            "subtotals",
            "Boolean",
            "Whether to add the groups of each prefix of the keys, down to that of all rows; `level` \
             tells them apart. Each is computed anew, so nothing is counted twice in it.",
        ),
        input(
            "fill",
            "Boolean",
            "Whether years, quarters and months among the keys have no gaps: adds a group of nothing for each between the \
             first and the last that any row has, beside each combination of the other keys.",
        ),
        input(
            "top",
            "Int",
            "How many groups from the front stand for themselves, instead of a page.",
        ),
        input(
            "others",
            "Boolean",
            "With `top`: whether all rows of other groups, also of those that `having` leaves out, are one more group at \
             the end (`isOthers`): the groups add up to the whole.",
        ),
        input("first", "Int", &format!("How many groups from the front. {most}")),
        input("after", "String", "The cursor of the group after which the page begins."),
        input(
            "last",
            "Int",
            &format!("How many groups from the back, in the order of the list. {most}"),
        ),
        input("before", "String", "The cursor of the group before which the page ends."),
    ];
    if let Some(event) = &table.event {
        arguments.insert(1, input("event", &format!("{type_name}Event"), event.about));
    }
    let about = "over all rows that the filter keeps, pages aside";
    let mut fields = vec![
        field(
            "totals",
            &format!("{type_name}Measures!"),
            &format!("Counts, sums and statistics {about}."),
            vec![],
        ),
        field(
            "groups",
            &format!("{type_name}GroupConnection!"),
            &format!(
                "The same by keys, {about}. A row whose key is unknown is in a group of its own, \
                      with a null key: the groups add up to the whole."
            ),
            arguments,
        ),
    ];
    fields.extend(glance_types::fields(table));
    fields.extend(difference_types::difference(table));
    fields
}

/// Registers the types that all aggregates share.
pub(crate) fn shared(types: &mut Types<'_>) {
    for unit in Unit::ALL {
        statistics(types, unit);
        statistics_having(types, unit);
    }
    among_types::shared(types);
    glance_types::shared(types);
    difference_types::shared(types);
    figure_types::shared(types);
    let fields = vec![
        input(
            "p",
            "Float!",
            "The part of the values below it, from 0 to 1: 0.9 is the ninth decile.",
        ),
        input("is", &operators(types, Scalar::Float, "Float"), "Tests of the percentile."),
    ];
    let description = "A test of a percentile of a group.";
    types.input_object("PercentileHaving", description, fields, false);
    let words = |name: &&str| match *name {
        "known" => "How many values are known.",
        "missing" => "How many values are unknown.",
        "sum" => "The sum.",
        "avg" => "The mean.",
        "min" => "The least value.",
        "max" => "The greatest value.",
        "median" => "The median.",
        "percentile" => "A percentile: `p` says which.",
        "distinct" => "How many different values are known.",
        "mode" => "The most frequent value: the least of several that are.",
        "stddev" => "The sample's standard deviation.",
        _ => "The sample's variance.",
    };
    let values = STATISTICS.iter().map(|name| value(screaming_case(name), words(name)));
    types.enumeration("Statistic", "A statistic of the values of a measure.", values.collect());
    let bands = BANDS.iter().enumerate().map(|(index, first)| {
        let description = match (index, BANDS.get(index + 1)) {
            (0, Some(next)) => format!("Fewer than {} people.", thousands(*next)),
            (_, Some(next)) => {
                format!(
                    "{} people or more, and fewer than {}.",
                    thousands(*first),
                    thousands(*next)
                )
            }
            (_, None) => format!("{} people or more.", thousands(*first)),
        };
        value(band_name(*first), description)
    });
    let description =
        "How many people an agency serves, by the classes in which the FBI groups agencies.";
    types.enumeration("PopulationBand", description, bands.collect());
}

/// A number with a comma before each three of its digits.
pub(super) fn thousands(number: i64) -> String {
    match number / 1000 {
        0 => number.to_string(),
        thousands => format!("{},{:03}", self::thousands(thousands), number % 1000),
    }
}

fn statistics(types: &mut Types<'_>, unit: Unit) {
    let fields = STATISTICS.iter().map(|name| {
        let (type_name, description) = unit.statistic_type(name);
        let mut arguments = Vec::new();
        if *name == "percentile" {
            let words = "The part of the values below it, from 0 to 1: 0.9 is the ninth decile.";
            arguments.push(input("p", "Float!", words));
        }
        field(name, &type_name, &description, arguments)
    });
    let fields = fields.chain([histogram(types, unit)]);
    let description = format!(
        "Statistics of a number of {} for each row. They are exact: sums are sums of whole numbers of \
         the smallest unit, and what is a quotient or a root is divided or rooted once. Missing values \
         are left out of all but `missing`.",
        unit.words()
    );
    types.object(unit.statistics_name(), &description, fields.collect());
}

fn statistics_having(types: &mut Types<'_>, unit: Unit) {
    let float = operators(types, Scalar::Float, "Float");
    let whole = operators(types, Scalar::Int, "Int");
    let scalar = match unit {
        Unit::Whole => Scalar::BigInt,
        unit => Scalar::Fixed(unit.digits()),
    };
    let exact = operators(types, scalar, unit.scalar_name());
    let mut fields: Vec<InputField> = STATISTICS
        .iter()
        .map(|name| match *name {
            "known" | "missing" | "distinct" => input(name, &whole, &format!("By `{name}`.")),
            "sum" | "min" | "max" | "mode" => input(name, &exact, &format!("By `{name}`.")),
            "percentile" => input(name, "[PercentileHaving!]", "By percentiles."),
            name => input(name, &float, &format!("By `{name}`.")),
        })
        .collect();
    if unit == Unit::Dollars {
        fields.push(input("inDollarsOf", "Int", PRICED));
    }
    let name = format!("{}Having", unit.statistics_name());
    let description = "Tests of the statistics of a measure of a group. Those given must all hold.";
    types.input_object(&name, description, fields, false);
}

/// Registers the types of the aggregates of a table.
pub(super) fn types(types: &mut Types<'_>, catalog: &'static Catalog, table: &'static Table) {
    let Some(measures) = catalog.measures(table) else { return };
    let type_name = &table.type_name;
    let all = format!("{type_name}Measures");
    let part = field(
        "where",
        &format!("{all}!"),
        "The same over a part of the rows: for shares and rates.",
        vec![input("filter", &format!("{type_name}Filter!"), "Which rows the part has.")],
    );
    let mut fields: Vec<_> = measures.computed.iter().map(computed).collect();
    fields.push(part);
    fields.extend(days(types, table, measures));
    fields.push(ratio(types, table, measures));
    fields.push(correlation(table, measures));
    fields.push(estimate(table, measures));
    fields.extend(active(table, measures));
    let description = format!("Counts, sums and statistics of rows of {}.", table.list);
    types.object(&all, &description, fields.clone());
    if measures.days.is_some() {
        let mut on_day = fields.clone();
        on_day.insert(0, field("day", "Date!", "The day.", vec![]));
        let description =
            format!("The measures of the rows of {} that are active on a day.", table.list);
        types.object(&format!("{type_name}OnDay"), &description, on_day);
    }

    let about = "What the group comes to among the others of the list, pages aside: running sums and changes are in the order of the list.";
    fields.push(among_types::window(types, table, measures, about));
    fields.insert(0, field("isOthers", "Boolean!", IS_OTHERS, vec![]));
    let level =
        "How many keys the group has: fewer than were asked for in a subtotal, 0 in the total.";
    fields.insert(0, field("level", "Int!", level, vec![]));
    let key = "The values of the keys. A null is the unknown; in a subtotal (see `level`) a null of a key \
               beyond the level is everything.";
    fields.insert(0, field("key", &format!("{type_name}GroupKey!"), key, vec![]));
    let description = format!("The rows of {} of one combination of keys.", table.list);
    types.object(&format!("{type_name}Group"), &description, fields);

    let keys = measures.dimensions.iter().map(|dimension| {
        let type_name = match dimension.shows {
            Shows::Row(table) => table.type_name.clone(),
            Shows::Column(column) => column.type_name.clone(),
            Shows::Year | Shows::Years => "Int".to_owned(),
            Shows::Truth => "Boolean".to_owned(),
            Shows::Day => "Date".to_owned(),
            Shows::Band => "PopulationBand".to_owned(),
        };
        field(&dimension.field, &type_name, &dimension.description, vec![])
    });
    let description = format!(
        "The values of the keys of a group of {}. Asking for one that `by` does not name is an error.",
        table.list
    );
    types.object(&format!("{type_name}GroupKey"), &description, keys.collect());
    let values = measures.dimensions.iter();
    let values = values.map(|dimension| value(&dimension.name, &dimension.description));
    let description = format!("What {} can be grouped by.", table.list);
    types.enumeration(&format!("{type_name}Dimension"), &description, values.collect());
    glance_types::types(types, table);
    event(types, table);
    among_types::summary(types, table, measures);
    group_connection(types, table);
    order(types, table, measures);
    having(types, table, measures);
}

fn computed(computed: &ComputedMeasure) -> ObjectField {
    let mut arguments = Vec::new();
    if computed.is_priced {
        arguments.push(input("inDollarsOf", "Int", PRICED));
    }
    let (type_name, description) = computed.type_name();
    let field = field(&computed.field, &type_name, &description, arguments);
    ObjectField { deprecated: computed.deprecated.map(str::to_owned), ..field }
}

fn group_connection(types: &mut Types<'_>, table: &Table) {
    let type_name = &table.type_name;
    let fields = vec![
        field(
            "edges",
            &format!("[{type_name}GroupEdge!]!"),
            "The groups of the page, each with its cursor.",
            vec![],
        ),
        field("nodes", &format!("[{type_name}Group!]!"), "The groups of the page.", vec![]),
        field("pageInfo", "PageInfo!", "Where the page stands among the groups.", vec![]),
        field("totalCount", "Int!", "How many groups there are, pages aside.", vec![]),
        field(
            "summary",
            &format!("{type_name}GroupsSummary!"),
            "Statistics of the groups, pages and subtotals aside: each group counts once, however many rows it has.",
            vec![],
        ),
    ];
    let description = format!("A page of groups of {}.", table.list);
    types.object(&format!("{type_name}GroupConnection"), &description, fields);
    let fields = vec![
        field("cursor", "String!", "The place of the group in this order.", vec![]),
        field("node", &format!("{type_name}Group!"), "The group.", vec![]),
    ];
    let description = format!("A group of {} at its place.", table.list);
    types.object(&format!("{type_name}GroupEdge"), &description, fields);
}

fn order(types: &mut Types<'_>, table: &Table, measures: &MeasureCatalog) {
    let type_name = &table.type_name;
    let values = measures.computed.iter();
    let values = values.map(|computed| {
        let name = measure_name(&computed.field);
        let deprecated = computed.deprecated.map(str::to_owned);
        ClosedValue { deprecated, ..value(name, &computed.description) }
    });
    let description =
        format!("What groups of {} can be ordered by, beside their keys.", table.list);
    types.enumeration(&format!("{type_name}Measure"), &description, values.collect());
    let with_default = |mut input: InputField, value: &'static str| {
        input.default = Some(value);
        input
    };
    let key = input("key", &format!("{type_name}Dimension"), "A key, which `by` must name.");
    let mut fields = vec![key];
    fields.extend(figure_fields(table, measures, true));
    fields.push(with_default(input("direction", "OrderDirection!", "Which way."), "ASC"));
    let nulls = "Where groups go whose key is unknown, or whose statistic is missing.";
    fields.push(with_default(input("nulls", "NullsOrder!", nulls), "LAST"));
    let description = format!(
        "One term of an order of groups of {}: either a key or a figure. Subtotals come after the \
         groups that they add up where a key is compared.",
        table.list
    );
    types.input_object(&format!("{type_name}GroupOrder"), &description, fields, false);
}

fn having(types: &mut Types<'_>, table: &Table, measures: &MeasureCatalog) {
    let name = format!("{}Having", table.type_name);
    let mut tests = figure_fields(table, measures, true);
    tests.push(input(
        "is",
        &format!("{}!", operators(types, Scalar::Float, "Float")),
        "Tests of the figure.",
    ));
    let test = format!("{}FigureHaving", table.type_name);
    types.input_object(&test, "Tests of any figure of a group.", tests, false);
    let mut fields = vec![
        input("and", &format!("[{name}!]"), "Keeps groups that all of these keep."),
        input("or", &format!("[{name}!]"), "Keeps groups that at least one of these keeps."),
        input(
            "not",
            &name,
            "Keeps groups that this does not keep, those with a missing value among them.",
        ),
    ];
    let about = "By any figures: of parts of the rows, of days, or quotients. All must hold.";
    fields.push(input("figures", &format!("[{test}!]"), about));
    for computed in &measures.computed {
        let type_name = match &computed.what {
            What::Count(_) => operators(types, Scalar::Int, "Int"),
            What::Ratio { .. } => operators(types, Scalar::Float, "Float"),
            What::Statistics(_, unit) => format!("{}Having", unit.statistics_name()),
        };
        let input = input(&computed.field, &type_name, &format!("By `{}`.", computed.field));
        fields.push(InputField { deprecated: computed.deprecated.map(str::to_owned), ..input });
    }
    let description = format!(
        "Which groups of {} to keep. Fields that are given must all hold; one that is null filters \
         nothing. A comparison with a missing value never holds.",
        table.list
    );
    types.input_object(&name, &description, fields, false);
}

/// Registers the argument that says which event rows are placed by.
fn event(types: &mut Types<'_>, table: &'static Table) {
    let Some(event) = &table.event else { return };
    let happens = event.happens(table);
    let counts = happens.other();
    let unplaced = "Rows without years since stay.";
    let fields = vec![
        input(
            event.happens,
            &format!("{}Filter", counts.type_name),
            &format!(
                "Which {} count. The first of them is the event. All where left out.",
                counts.list
            ),
        ),
        input(
            "from",
            "Int",
            &format!(
                "The first of the years since to look at, such as -5 for five years before the event; all where left out, with `to`. {unplaced}"
            ),
        ),
        input(
            "to",
            "Int",
            &format!("The last of the years since to look at, such as 10. {unplaced}"),
        ),
        input(
            "balanced",
            "Boolean",
            &format!(
                "Whether to look only at a balanced panel: at each `{}` that has a value (which `filter` \
                 keeps) in every year from `from` to `to`, measure by measure; both are needed then. {unplaced}",
                event.subject
            ),
        ),
    ];
    types.input_object(&format!("{}Event", table.type_name), event.about, fields, false);
}
