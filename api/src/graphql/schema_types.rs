//! The types derived from the catalog: objects with their relations, filters, orders, connections and keys.
//! `schema.graphql`, introspection and validation treat them like handwritten types.

use entity::scalar::BigInt;

use super::{
    measure_types,
    operator_types::operators,
    registry::{InputField, ObjectField, Types, field, input, value},
};
use crate::{
    catalog::{
        Catalog,
        scalar::Scalar,
        table::{
            Cardinality, ClosedValue, Comparable, DISTANCE, DISTANCE_DESCRIPTION, Relation, Table,
        },
    },
    limits::Limits,
    query::{
        figure_order,
        order::{BY_DISTANCE, orderable},
        page::DEFAULT_PAGE,
    },
};

/// Registers every type of a catalog.
pub(super) fn types(types: &mut Types<'_>, catalog: &'static Catalog) {
    shared(types, catalog);
    measure_types::shared(types);
    for table in catalog.tables {
        object(types, table);
        filter(types, table);
        order(types, catalog, table);
        narrowings(types, catalog, table);
        connection(types, catalog, table);
        measure_types::types(types, catalog, table);
        if !table.natural_keys.is_empty() {
            key(types, table);
        }
    }
}

/// The root fields of every table: the lookup by key, and the list.
pub(super) fn root_fields(catalog: &Catalog) -> Vec<ObjectField> {
    let mut fields = Vec::new();
    for table in catalog.tables {
        let type_name = &table.type_name;
        if !table.natural_keys.is_empty() {
            let by =
                input("by", &format!("{type_name}Key!"), "The key. Set exactly one of its fields.");
            let description = format!("Looks up one {type_name} by key. Null if there is none.");
            fields.push(field(table.one, type_name, &description, vec![by]));
        }
        let description = format!("A list of {type_name}, filtered, ordered and paginated.");
        fields.push(field(
            table.list,
            &format!("{type_name}Connection!"),
            &description,
            list_arguments(table).into_iter().chain(narrowing_arguments(catalog, table)).collect(),
        ));
    }
    fields
}

/// The arguments of a list.
pub(super) fn list_arguments(table: &Table) -> Vec<InputField> {
    let type_name = &table.type_name;
    let mut arguments = vec![input(
        "filter",
        &format!("{type_name}Filter"),
        "Filters the list. Omit it to include every row.",
    )];
    if table.searched {
        arguments.push(input(
            "search",
            "String",
            "Keeps rows in which, for each of these words, some word starts with it. Searches names, titles, and \
             identifying numbers and short names. Case, accents and apostrophes do not matter. Allows at most 16 \
             different words.",
        ));
    }
    let most = format!("The default is {DEFAULT_PAGE}, the maximum {}.", Limits::default().page);
    arguments.extend([
        input(
            "orderBy",
            &format!("[{type_name}Order!]"),
            "The sort keys, most significant first. Ties are ordered by id, in the direction of the last key, or \
             ascending if there is no key.",
        ),
        input("first", "Int", &format!("The number of rows from the start. {most}")),
        input("after", "String", "Starts the page after the row with this cursor."),
        input(
            "last",
            "Int",
            &format!("The number of rows from the end, in list order. {most}"),
        ),
        input("before", "String", "Ends the page before the row with this cursor."),
    ]);
    arguments
}

/// The arguments of a root list that narrow it by values that are computed first.
fn narrowing_arguments(catalog: &Catalog, table: &'static Table) -> Vec<InputField> {
    let type_name = &table.type_name;
    let mut arguments = Vec::new();
    if !figure_order::relations(catalog, table).is_empty() {
        let about = "Keeps rows whose related rows, taken together, pass these tests. A row without related rows is \
            tested, too.";
        arguments.push(input("having", &format!("{type_name}RelatedHaving"), about));
    }
    if catalog.measures(table).is_some() {
        let about =
            "Keeps rows beyond a percentile of comparable rows, among those that the filter keeps.";
        arguments.push(input("beyond", &format!("{type_name}Beyond"), about));
    }
    arguments
}

fn object(types: &mut Types<'_>, table: &Table) {
    let mut fields = Vec::new();
    let mut add = |field: ObjectField| fields.push(field);
    add(field("id", "ID!", "The global id. An object has the same id everywhere.", vec![]));
    for (name, column) in table.visible() {
        let type_name = match column.kind.scalar {
            Scalar::TextList => "[String!]!".to_owned(),
            _ => format!("{}{}", column.type_name, if column.nullable { "" } else { "!" }),
        };
        if let Some(set) = &column.values {
            types.enumeration(&column.type_name, &set.description, set.values.clone());
        }
        if let Some(description) = &column.scalar_description {
            types.scalar(&column.type_name, description);
        }
        let field = field(name, &type_name, &column.description, vec![]);
        add(ObjectField { deprecated: column.deprecated.clone(), ..field });
    }
    for relation in &table.relations {
        let other = relation.other();
        let (type_name, arguments) = match (relation.cardinality, relation.nullable) {
            (Cardinality::One, true) => (other.type_name.clone(), vec![]),
            (Cardinality::One, false) => (format!("{}!", other.type_name), vec![]),
            (Cardinality::Many, _) => {
                (format!("{}Connection!", other.type_name), list_arguments(other))
            }
        };
        add(field(relation.field, &type_name, relation.description, arguments));
    }
    for computed in &table.computed {
        add(field(computed.field, computed.type_name, computed.description, vec![]));
    }
    if table.location.is_some() {
        let degrees = |name, description| input(name, "Float!", description);
        let from = vec![degrees("latitude", NORTH), degrees("longitude", EAST)];
        add(field(DISTANCE, "Float", DISTANCE_DESCRIPTION, from));
    }
    for union in &table.unions {
        add(field(union.field, &format!("{}!", union.type_name), union.description, vec![]));
    }
    types.object(&table.type_name, &table.description, fields);
    types.implements(&table.type_name, "Node");
    for union in &table.unions {
        let arms = table.relations.iter().filter(|relation| union.arms.contains(&relation.field));
        let members = arms.map(|relation| relation.other().type_name.clone());
        types.union(union.type_name, union.description, members);
    }
}

fn filter(types: &mut Types<'_>, table: &Table) {
    let type_name = format!("{}Filter", table.type_name);
    let mut fields = vec![
        input("and", &format!("[{type_name}!]"), "Keeps rows that match all of these filters."),
        input(
            "or",
            &format!("[{type_name}!]"),
            "Keeps rows that match at least one of these filters.",
        ),
        input(
            "not",
            &type_name,
            "Keeps rows that do not match this filter, including rows with a missing value.",
        ),
        input("id", "IDFilter", "By the global id."),
    ];
    for (name, column) in table.visible() {
        let operators = operators(types, column.kind.scalar, &column.type_name);
        let mut description = format!("By `{name}`: {}", first_sentence(&column.description));
        if column.kind.scalar == Scalar::TextList {
            description.push_str(
                " Tests one text with vertical bars between the items; it is missing if there are none.",
            );
        }
        fields.push(input(name, &operators, &description));
    }
    fields.extend(column_comparisons(types, table));
    for relation in &table.relations {
        let other = &relation.other().type_name;
        let about = first_sentence(relation.description);
        fields.push(match relation.cardinality {
            Cardinality::One => input(
                relation.field,
                &format!("{other}Filter"),
                &format!(
                    "By `{}`: {about} An empty filter keeps every row that has one.",
                    relation.field
                ),
            ),
            Cardinality::Many => {
                let list = format!("{other}ListFilter");
                let description = format!("By `{}`: {about}", relation.field);
                list_filter(types, &list, other);
                input(relation.field, &list, &description)
            }
        });
    }
    if table.location.is_some() {
        near(types);
        fields.push(input("near", "NearFilter", "Keeps rows within a circle on the Earth, including its edge. Order by DISTANCE to list the nearest first."));
    }
    let description = format!(
        "Filters the rows of {}. All given fields must match. A field that is null, such as an omitted variable, \
         filters nothing. A comparison with a missing value never matches.",
        table.list
    );
    types.input_object(&type_name, &description, fields, false);
}

/// The fields of a filter that compare columns of a row with each other.
fn column_comparisons(types: &mut Types<'_>, table: &Table) -> Vec<InputField> {
    let (columns, type_name) = (table.comparable(), &table.type_name);
    let mut fields = Vec::new();
    if !columns.is_empty() {
        let named = columns.iter().map(|(name, column, _)| value(name, &column.description));
        let description =
            format!("The columns of {} that can be compared with each other.", table.list);
        types.enumeration(&format!("{type_name}Comparable"), &description, named.collect());
        let column = format!("{type_name}Comparable!");
        let comparison = vec![
            input("column", &column, "The column."),
            input("is", "Comparison!", "The comparison."),
            input(
                "with",
                &column,
                "The other column: a day for a day, an amount for an amount of the same unit.",
            ),
        ];
        let name = format!("{type_name}Comparison");
        let description =
            "A comparison of two columns of a row. It never holds if either value is missing.";
        types.input_object(&name, description, comparison, false);
        fields.push(input(
            "compare",
            &format!("[{name}!]"),
            "Compares columns of the row with each other. All comparisons must hold.",
        ));
    }
    if columns.iter().filter(|(.., of)| *of == Comparable::Day).count() > 1 {
        let whole = operators(types, Scalar::Int, "Int");
        let day = format!("{type_name}Day!");
        let days = vec![
            input("from", &day, "The date to count from."),
            input("to", &day, "The date to count to."),
            input("is", &format!("{whole}!"), "Tests of the number of days."),
        ];
        let name = format!("{type_name}DaysFilter");
        let description = "Tests of the days from one date of a row to another. The number is negative if the second \
            date comes first, and missing if either date is missing.";
        types.input_object(&name, description, days, false);
        fields.push(input(
            "days",
            &format!("[{name}!]"),
            "Tests the days between two dates of the row. All tests must hold.",
        ));
        let named = columns.iter().filter(|(.., of)| *of == Comparable::Day);
        let named = named.map(|(name, column, _)| value(name, &column.description));
        let description = format!("The dates of rows of {}.", table.list);
        types.enumeration(&format!("{type_name}Day"), &description, named.collect());
    }
    fields
}

const NORTH: &str = "Degrees north, from -90 to 90.";
const EAST: &str = "Degrees east, from -180 to 180.";

/// A circle on the Earth.
fn near(types: &mut Types<'_>) {
    let fields = vec![
        input("latitude", "Float!", NORTH),
        input("longitude", "Float!", EAST),
        input(
            "kilometers",
            "Float",
            "The radius of the circle. Omit it to keep every row whose location is known.",
        ),
    ];
    let description = "Filters rows by a circle on the Earth, taken as a sphere with a radius of 6371.0088 km. A row \
        whose location is unknown never matches.";
    types.input_object("NearFilter", description, fields, false);
}

fn list_filter(types: &mut Types<'_>, name: &str, other: &str) {
    let fields = vec![
        input(
            "some",
            &format!("{other}Filter"),
            "Keeps rows with at least one related row that matches this filter.",
        ),
        input(
            "none",
            &format!("{other}Filter"),
            "Keeps rows without any related row that matches this filter.",
        ),
    ];
    let description = format!("Filters rows by their related {other} rows.");
    types.input_object(name, &description, fields, false);
}

/// Registers the types that narrow a list by values that are computed first.
fn narrowings(types: &mut Types<'_>, catalog: &Catalog, table: &'static Table) {
    let type_name = &table.type_name;
    let relations = figure_order::relations(catalog, table);
    if !relations.is_empty() {
        let having = |relation: &&Relation| {
            let of = format!("{}Having", relation.other().type_name);
            input(relation.field, &of, &format!("Tests aggregates of its `{}`.", relation.field))
        };
        let fields = relations.iter().map(having).collect();
        let description =
            format!("Filters rows of {} by aggregates of their related rows.", table.list);
        types.input_object(&format!("{type_name}RelatedHaving"), &description, fields, false);
    }
    if catalog.measures(table).is_some() {
        let fields = vec![
            input("measure", &format!("{type_name}Measure!"), "A measure of the row itself."),
            input(
                "above",
                "Float",
                "Keeps rows whose value is above this percentile, from 0 to 1: 0.99 is the 99th percentile.",
            ),
            input(
                "below",
                "Float",
                "Keeps rows whose value is below this percentile, from 0 to 1.",
            ),
            input(
                "within",
                &format!("[{type_name}Dimension!]"),
                "The keys that define comparable rows. Each combination of their values has its own percentiles. Omit \
                 it to compare all rows.",
            ),
        ];
        let description = format!(
            "Filters rows of {} by their rank among comparable rows. Set either `above` or `below`.",
            table.list
        );
        types.input_object(&format!("{type_name}Beyond"), &description, fields, false);
    }
}

fn order(types: &mut Types<'_>, catalog: &Catalog, table: &'static Table) {
    let type_name = &table.type_name;
    let values = orderable(table).into_iter().map(|(name, through, column)| {
        let description = match through {
            None => format!("By `{}`.", table.columns[column].field.as_deref().unwrap_or_default()),
            Some(index) => {
                let relation = &table.relations[index];
                let column = &relation.other().columns[column];
                let field = column.field.as_deref().unwrap_or_default();
                format!("By `{}.{field}`.", relation.field)
            }
        };
        value(name, description)
    });
    let mut values: Vec<_> = values.collect();
    if table.location.is_some() {
        let description = "By the distance from the center of the `near` filter. `filter` must have exactly one, \
            outside of `or` and `not`.";
        values.push(value(BY_DISTANCE.to_owned(), description.to_owned()));
    }
    let fields = format!("{type_name}OrderField");
    types.enumeration(
        &fields,
        &format!("The fields that {} can be ordered by.", table.list),
        values,
    );
    let mut direction = input("direction", "OrderDirection!", "The direction.");
    direction.default = Some("ASC");
    let mut nulls = input("nulls", "NullsOrder!", "The position of rows without a value.");
    nulls.default = Some("LAST");
    let mut fields = vec![input("field", &fields, "A column to order by.")];
    for relation in figure_order::relations(catalog, table) {
        let of = format!("{}Figure", relation.other().type_name);
        let about = format!(
            "Orders by an aggregate of each row's `{}` instead of a column. Only for lists at the root of the query.",
            relation.field
        );
        fields.push(input(relation.field, &of, &about));
    }
    fields.extend([direction, nulls]);
    let description = format!("One sort key of {}.", table.list);
    types.input_object(&format!("{type_name}Order"), &description, fields, false);
}

fn connection(types: &mut Types<'_>, catalog: &Catalog, table: &Table) {
    let type_name = &table.type_name;
    let edge = format!("{type_name}Edge");
    let mut fields = vec![
        field("edges", &format!("[{edge}!]!"), "The rows of the page, with their cursors.", vec![]),
        field("nodes", &format!("[{type_name}!]!"), "The rows of the page.", vec![]),
        field("pageInfo", "PageInfo!", "The position of the page in the list.", vec![]),
        field(
            "totalCount",
            "Int!",
            "The number of rows that the filter keeps, on all pages.",
            vec![],
        ),
    ];
    if catalog.measures(table).is_some() {
        fields.extend(measure_types::connection_fields(table));
    }
    let description = format!("A page of a list of {type_name}, with totals of the whole list.");
    types.object(&format!("{type_name}Connection"), &description, fields);
    let fields = vec![
        field("cursor", "String!", "The position of the row in this list, in this order.", vec![]),
        field("node", &format!("{type_name}!"), "The row.", vec![]),
    ];
    types.object(&edge, &format!("One {type_name} at its position in a list."), fields);
}

fn key(types: &mut Types<'_>, table: &Table) {
    let mut fields = vec![input("id", "ID", "The global id.")];
    for natural in &table.natural_keys {
        fields.push(input(natural.argument, natural.type_name, natural.description));
    }
    let type_name = &table.type_name;
    let description = format!("Identifies one {type_name}. Set exactly one field.");
    types.input_object(&format!("{type_name}Key"), &description, fields, true);
}

/// The types that no single table owns.
fn shared(types: &mut Types<'_>, catalog: &Catalog) {
    // Sums use it, even if no column does.
    types.declared::<BigInt>();
    let description = "A calendar date in ISO 8601 format: `2020-06-30`.";
    types.scalar("Date", description);
    let description = "A date and time in UTC in RFC 3339 format: `2020-06-30T12:00:00Z`.";
    types.scalar("DateTime", description);
    let id = field("id", "ID!", "The global id.", vec![]);
    let objects = catalog.tables.iter().map(|table| table.type_name.clone());
    types.interface("Node", "An object with a global id.", vec![id], objects);
    let fields = vec![
        field("hasNextPage", "Boolean!", "Whether there are rows after this page.", vec![]),
        field("hasPreviousPage", "Boolean!", "Whether there are rows before this page.", vec![]),
        field(
            "startCursor",
            "String",
            "The cursor of the first row. Null if the page is empty.",
            vec![],
        ),
        field(
            "endCursor",
            "String",
            "The cursor of the last row. Null if the page is empty.",
            vec![],
        ),
    ];
    types.object("PageInfo", "The position of a page in its list.", fields);
    let values = [("ASC", "Smallest first."), ("DESC", "Greatest first.")];
    types.enumeration("OrderDirection", "The direction of an order.", owned(&values));
    let values = [("FIRST", "Before the others."), ("LAST", "After the others.")];
    types.enumeration(
        "NullsOrder",
        "The position of rows without a value in an order.",
        owned(&values),
    );
    let fields = vec![
        input("eq", "ID", "Equals this id."),
        input("ne", "ID", "Differs from this id."),
        input("in", "[ID!]", "Is one of these ids."),
        input("notIn", "[ID!]", "Is none of these ids."),
    ];
    let comparisons = [
        ("EQ", "Equal."),
        ("NE", "Not equal."),
        ("LT", "Less or earlier."),
        ("LTE", "Less, earlier or equal."),
        ("GT", "Greater or later."),
        ("GTE", "Greater, later or equal."),
    ];
    let values = comparisons.map(|(name, about)| value(name, about));
    types.enumeration("Comparison", "The comparisons of two values.", values.into());
    types.input_object(
        "IDFilter",
        "Tests of a global id. All given tests must hold.",
        fields,
        false,
    );
}

fn owned(values: &[(&str, &str)]) -> Vec<ClosedValue> {
    values.iter().map(|(name, words)| value(*name, *words)).collect()
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}
