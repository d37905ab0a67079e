//! The types of aggregates: the measures of the rows of a list, in total and by group key.

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

/// The fields of a connection that are computed from all its rows.
pub(crate) fn connection_fields(table: &Table) -> Vec<ObjectField> {
    let type_name = &table.type_name;
    let most = format!(
        "At most {}. Without `first` and `last`, all groups are returned, and the request is refused if there are \
         more.",
        Limits::default().groups
    );
    let mut arguments = vec![
        input(
            "by",
            &format!("[{type_name}Dimension!]!"),
            &format!("The group keys, at most {MOST_KEYS}. Without any, all rows form one group."),
        ),
        input("having", &format!("{type_name}Having"), "Filters the groups."),
        input(
            "orderBy",
            &format!("[{type_name}GroupOrder!]"),
            "The sort terms, most significant first. Ties are ordered by their keys, ascending, with unknown keys \
             last.",
        ),
        input(
            "subtotals",
            "Boolean",
            "Adds subtotal groups for each prefix of the keys, up to the total of all rows; `level` tells them apart. \
             Each subtotal is computed from the rows, so nothing is counted twice in it.",
        ),
        input(
            "fill",
            "Boolean",
            "Fills gaps in years, quarters and months among the keys. Adds an empty group for each missing one between \
             the first and the last that any row has, for each combination of the other keys.",
        ),
        input("top", "Int", "The number of groups to return from the start, instead of a page."),
        input(
            "others",
            "Boolean",
            "With `top`: puts all rows of the other groups, including groups that `having` removes, into one more \
             group at the end (`isOthers`), so that the groups add up to the whole.",
        ),
        input("first", "Int", &format!("The number of groups from the start. {most}")),
        input("after", "String", "Starts the page after the group with this cursor."),
        input("last", "Int", &format!("The number of groups from the end, in list order. {most}")),
        input("before", "String", "Ends the page before the group with this cursor."),
    ];
    if let Some(event) = &table.event {
        arguments.insert(1, input("event", &format!("{type_name}Event"), event.about));
    }
    let about = "over all rows that the filter keeps, on all pages";
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
                "The same by group key, {about}. Rows whose key is unknown form a group with a null key, so the groups \
                 add up to the whole."
            ),
            arguments,
        ),
    ];
    fields.extend(glance_types::fields(table));
    fields.extend(difference_types::difference(table));
    fields
}

/// Registers the types shared by all aggregates.
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
            "The fraction of the values below it, from 0 to 1: 0.9 is the ninth decile.",
        ),
        input("is", &operators(types, Scalar::Float, "Float"), "Tests of the percentile."),
    ];
    let description = "A test of a percentile of a group.";
    types.input_object("PercentileHaving", description, fields, false);
    let words = |name: &&str| match *name {
        "known" => "The number of known values.",
        "missing" => "The number of unknown values.",
        "sum" => "The sum.",
        "avg" => "The mean.",
        "min" => "The smallest value.",
        "max" => "The greatest value.",
        "median" => "The median.",
        "percentile" => "The percentile given by `p`.",
        "distinct" => "The number of different known values.",
        "mode" => "The most frequent value, or the smallest of several.",
        "stddev" => "The sample standard deviation.",
        _ => "The sample variance.",
    };
    let values = STATISTICS.iter().map(|name| value(screaming_case(name), words(name)));
    types.enumeration("Statistic", "A statistic of the values of a measure.", values.collect());
    let bands = BANDS.iter().enumerate().map(|(index, first)| {
        let description = match (index, BANDS.get(index + 1)) {
            (0, Some(next)) => format!("Fewer than {} people.", thousands(*next)),
            (_, Some(next)) => {
                format!(
                    "At least {} and fewer than {} people.",
                    thousands(*first),
                    thousands(*next)
                )
            }
            (_, None) => format!("At least {} people.", thousands(*first)),
        };
        value(band_name(*first), description)
    });
    let description =
        "The number of people that an agency serves, in the FBI's population classes for agencies.";
    types.enumeration("PopulationBand", description, bands.collect());
}

/// Formats a number with a comma between each three digits.
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
            let words =
                "The fraction of the values below it, from 0 to 1: 0.9 is the ninth decile.";
            arguments.push(input("p", "Float!", words));
        }
        field(name, &type_name, &description, arguments)
    });
    let fields = fields.chain([histogram(types, unit)]);
    let description = format!(
        "Exact statistics of one value per row, in {}. Sums are sums of whole numbers of the smallest unit; a \
         quotient or a root is computed from them in one step. All statistics except `missing` leave out missing \
         values.",
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
    let description = "Tests of the statistics of a measure of a group. All given tests must hold.";
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
        "The same over a part of the rows, for shares and rates.",
        vec![input("filter", &format!("{type_name}Filter!"), "The rows of the part.")],
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

    let about = "The figures of the group in relation to the other groups of the list, on all pages. Running sums and \
        changes follow the order of the list.";
    fields.push(among_types::window(types, table, measures, about));
    fields.insert(0, field("isOthers", "Boolean!", IS_OTHERS, vec![]));
    let level =
        "The number of keys of the group: fewer than requested for a subtotal, 0 for the total.";
    fields.insert(0, field("level", "Int!", level, vec![]));
    let key = "The values of the keys. Null means unknown; in a subtotal (see `level`), null for a key beyond the \
        level means all values.";
    fields.insert(0, field("key", &format!("{type_name}GroupKey!"), key, vec![]));
    let description = format!("The rows of {} with one combination of keys.", table.list);
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
        "The values of the keys of a group of {}. Requesting a key that is not in `by` is an error.",
        table.list
    );
    types.object(&format!("{type_name}GroupKey"), &description, keys.collect());
    let values = measures.dimensions.iter();
    let values = values.map(|dimension| value(&dimension.name, &dimension.description));
    let description = format!("The keys that {} can be grouped by.", table.list);
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
            "The groups of the page, with their cursors.",
            vec![],
        ),
        field("nodes", &format!("[{type_name}Group!]!"), "The groups of the page.", vec![]),
        field("pageInfo", "PageInfo!", "The position of the page among the groups.", vec![]),
        field("totalCount", "Int!", "The number of groups on all pages.", vec![]),
        field(
            "summary",
            &format!("{type_name}GroupsSummary!"),
            "Statistics over the groups of all pages, without subtotals. Each group counts once, however many rows it \
             has.",
            vec![],
        ),
    ];
    let description = format!("A page of groups of {}.", table.list);
    types.object(&format!("{type_name}GroupConnection"), &description, fields);
    let fields = vec![
        field("cursor", "String!", "The position of the group in this order.", vec![]),
        field("node", &format!("{type_name}Group!"), "The group.", vec![]),
    ];
    let description = format!("A group of {} at its position.", table.list);
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
    let description = format!("The measures of {}.", table.list);
    types.enumeration(&format!("{type_name}Measure"), &description, values.collect());
    let with_default = |mut input: InputField, value: &'static str| {
        input.default = Some(value);
        input
    };
    let key = input("key", &format!("{type_name}Dimension"), "A key, which must be in `by`.");
    let mut fields = vec![key];
    fields.extend(figure_fields(table, measures, true));
    fields.push(with_default(input("direction", "OrderDirection!", "The direction."), "ASC"));
    let nulls = "The position of groups whose key is unknown or whose figure is missing.";
    fields.push(with_default(input("nulls", "NullsOrder!", nulls), "LAST"));
    let description = format!(
        "One sort term of groups of {}: either a key or a figure. A comparison by key puts subtotals after the groups \
         that they add up.",
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
        input("and", &format!("[{name}!]"), "Keeps groups that match all of these."),
        input("or", &format!("[{name}!]"), "Keeps groups that match at least one of these."),
        input(
            "not",
            &name,
            "Keeps groups that do not match this, including groups with a missing value.",
        ),
    ];
    let about = "Tests figures of any kind: of parts of the rows, of days, or quotients. All tests must hold.";
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
        "Filters the groups of {}. All given fields must match. A null field filters nothing. A comparison with a \
         missing value never matches.",
        table.list
    );
    types.input_object(&name, &description, fields, false);
}

/// Registers the argument that selects the event.
fn event(types: &mut Types<'_>, table: &'static Table) {
    let Some(event) = &table.event else { return };
    let happens = event.happens(table);
    let counts = happens.other();
    let unplaced = "Rows without a number of years since the event are kept.";
    let fields = vec![
        input(
            event.happens,
            &format!("{}Filter", counts.type_name),
            &format!(
                "Filters which {} count. The first that counts is the event. Omit it to count all.",
                counts.list
            ),
        ),
        input(
            "from",
            "Int",
            &format!(
                "The first number of years since the event to include, such as -5 for five years before it. Omit \
                 `from` and `to` to include all. {unplaced}"
            ),
        ),
        input(
            "to",
            "Int",
            &format!("The last number of years since the event to include, such as 10. {unplaced}"),
        ),
        input(
            "balanced",
            "Boolean",
            &format!(
                "Limits the data to a balanced panel: each `{}` with a value (that `filter` keeps) in every year from \
                 `from` to `to`, measure by measure. Requires both `from` and `to`. {unplaced}",
                event.subject
            ),
        ),
    ];
    types.input_object(&format!("{}Event", table.type_name), event.about, fields, false);
}
