//! The types that follow from the catalog: objects with their relations, filters, orders, connections, keys. So
//! `schema.graphql`, introspection and validation know them as if they had been written by hand.

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

/// Tells of every type of a catalog.
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

/// The root fields of every table: the one row of a key, and the list.
pub(super) fn root_fields(catalog: &Catalog) -> Vec<ObjectField> {
    let mut fields = Vec::new();
    for table in catalog.tables {
        let type_name = &table.type_name;
        if !table.natural_keys.is_empty() {
            let by =
                input("by", &format!("{type_name}Key!"), "The key: exactly one of its fields.");
            let description = format!("The {type_name} of a key. Null where there is none.");
            fields.push(field(table.one, type_name, &description, vec![by]));
        }
        let description = format!("A list of {type_name}: filtered, ordered, a page at a time.");
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
        "Which rows to keep. All of them where it is left out.",
    )];
    if table.searched {
        arguments.push(input(
            "search",
            "String",
            "Keeps rows that have, for each of these words, a word that begins with it. Looks at names, \
             titles, and the numbers and short names by which things are known. Case, accents and \
             apostrophes do not matter; at most 16 different words.",
        ));
    }
    let most = format!("Default {DEFAULT_PAGE}, at most {}.", Limits::default().page);
    arguments.extend([
        input(
            "orderBy",
            &format!("[{type_name}Order!]"),
            "What to order by, first key first. Rows that tie are ordered by their id, in the direction of the last key; upwards where there is no key.",
        ),
        input("first", "Int", &format!("How many rows from the front. {most}")),
        input("after", "String", "The cursor of the row after which the page begins."),
        input(
            "last",
            "Int",
            &format!("How many rows from the back, in the order of the list. {most}"),
        ),
        input("before", "String", "The cursor of the row before which the page ends."),
    ]);
    arguments
}

/// The arguments of a list at the root that narrow it by what is computed first.
fn narrowing_arguments(catalog: &Catalog, table: &'static Table) -> Vec<InputField> {
    let type_name = &table.type_name;
    let mut arguments = Vec::new();
    if !figure_order::relations(catalog, table).is_empty() {
        let about = "Keeps rows whose related rows together pass these tests; a row without any counts, too.";
        arguments.push(input("having", &format!("{type_name}RelatedHaving"), about));
    }
    if catalog.measures(table).is_some() {
        let about = "Keeps rows beyond a percentile of the rows that are alike, among those that the filter keeps.";
        arguments.push(input("beyond", &format!("{type_name}Beyond"), about));
    }
    arguments
}

fn object(types: &mut Types<'_>, table: &Table) {
    let mut fields = Vec::new();
    let mut add = |field: ObjectField| fields.push(field);
    add(field("id", "ID!", "The global id: the same object has the same id everywhere.", vec![]));
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
        input("and", &format!("[{type_name}!]"), "Keeps rows that all of these keep."),
        input("or", &format!("[{type_name}!]"), "Keeps rows that at least one of these keeps."),
        input(
            "not",
            &type_name,
            "Keeps rows that this does not keep, those with a missing value among them.",
        ),
        input("id", "IDFilter", "By the global id."),
    ];
    for (name, column) in table.visible() {
        let operators = operators(types, column.kind.scalar, &column.type_name);
        let mut description = format!("By `{name}`: {}", first_sentence(&column.description));
        if column.kind.scalar == Scalar::TextList {
            description.push_str(
                " As one text, with a vertical bar between them; missing where there are none.",
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
                    "By `{}`: {about} An empty filter keeps rows that have one.",
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
        fields.push(input("near", "NearFilter", "Keeps rows within a circle on the Earth, edge and all. Order by DISTANCE, and they come nearest first."));
    }
    let description = format!(
        "Which rows of {} to keep. Fields that are given must all hold; one that is null, such as a \
         variable left out, filters nothing. A comparison with a missing value never holds.",
        table.list
    );
    types.input_object(&type_name, &description, fields, false);
}

/// The fields of a filter that compare two columns of a row.
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
            input("is", "Comparison!", "How it must compare."),
            input(
                "with",
                &column,
                "With which column: of days, another day; of an amount, another of its unit.",
            ),
        ];
        let name = format!("{type_name}Comparison");
        let description =
            "A comparison of two columns of a row. It never holds where one of them is missing.";
        types.input_object(&name, description, comparison, false);
        fields.push(input(
            "compare",
            &format!("[{name}!]"),
            "By two columns of the row, compared with each other. All must hold.",
        ));
    }
    if columns.iter().filter(|(.., of)| *of == Comparable::Day).count() > 1 {
        let whole = operators(types, Scalar::Int, "Int");
        let day = format!("{type_name}Day!");
        let days = vec![
            input("from", &day, "The day from which is counted."),
            input("to", &day, "The day to which is counted."),
            input("is", &format!("{whole}!"), "Tests of the number of days."),
        ];
        let name = format!("{type_name}DaysFilter");
        let description = "Tests of the days from one day of a row to another: negative where the other comes first, and missing where one of them is.";
        types.input_object(&name, description, days, false);
        fields.push(input(
            "days",
            &format!("[{name}!]"),
            "By the days between two of the row's. All must hold.",
        ));
        let named = columns.iter().filter(|(.., of)| *of == Comparable::Day);
        let named = named.map(|(name, column, _)| value(name, &column.description));
        let description = format!("The days that {} have.", table.list);
        types.enumeration(&format!("{type_name}Day"), &description, named.collect());
    }
    fields
}

const NORTH: &str = "In degrees north, from -90 to 90.";
const EAST: &str = "In degrees east, from -180 to 180.";

/// A circle on the Earth.
fn near(types: &mut Types<'_>) {
    let fields = vec![
        input("latitude", "Float!", NORTH),
        input("longitude", "Float!", EAST),
        input(
            "kilometers",
            "Float",
            "How far the edge is from the middle. Where it is left out, all rows are kept whose place is known.",
        ),
    ];
    let description = "Rows within a circle on the Earth, which is taken for a sphere of 6371.0088 km. A row whose place \
        is not known is in none.";
    types.input_object("NearFilter", description, fields, false);
}

fn list_filter(types: &mut Types<'_>, name: &str, other: &str) {
    let fields = vec![
        input(
            "some",
            &format!("{other}Filter"),
            "Keeps rows of which at least one related row is kept by this filter.",
        ),
        input(
            "none",
            &format!("{other}Filter"),
            "Keeps rows of which no related row is kept by this filter.",
        ),
    ];
    let description = format!("Which rows to keep, by their related rows of {other}.");
    types.input_object(name, &description, fields, false);
}

/// Registers what narrows a list by what is computed first.
fn narrowings(types: &mut Types<'_>, catalog: &Catalog, table: &'static Table) {
    let type_name = &table.type_name;
    let relations = figure_order::relations(catalog, table);
    if !relations.is_empty() {
        let having = |relation: &&Relation| {
            let of = format!("{}Having", relation.other().type_name);
            input(
                relation.field,
                &of,
                &format!("By what its `{}` come to together.", relation.field),
            )
        };
        let fields = relations.iter().map(having).collect();
        let description =
            format!("Which rows of {} to keep, by what their related rows come to.", table.list);
        types.input_object(&format!("{type_name}RelatedHaving"), &description, fields, false);
    }
    if catalog.measures(table).is_some() {
        let fields = vec![
            input("measure", &format!("{type_name}Measure!"), "A number of the row itself."),
            input(
                "above",
                "Float",
                "Keeps rows whose number is more than this percentile, from 0 to 1: 0.99 is the 99th.",
            ),
            input("below", "Float", "Keeps rows whose number is less than this percentile."),
            input(
                "within",
                &format!("[{type_name}Dimension!]"),
                "The keys in which rows are alike, each of which has percentiles of its own. All rows where left out.",
            ),
        ];
        let description = format!(
            "Which rows of {} to keep, by their place among those alike: name either `above` or `below`.",
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
        let description = "By the distance from the middle of the one `near` in `filter`, outside of `or` and `not`.";
        values.push(value(BY_DISTANCE.to_owned(), description.to_owned()));
    }
    let fields = format!("{type_name}OrderField");
    types.enumeration(&fields, &format!("What {} can be ordered by.", table.list), values);
    let mut direction = input("direction", "OrderDirection!", "Which way.");
    direction.default = Some("ASC");
    let mut nulls = input("nulls", "NullsOrder!", "Where rows without a value go.");
    nulls.default = Some("LAST");
    let mut fields = vec![input("field", &fields, "A column to order by.")];
    for relation in figure_order::relations(catalog, table) {
        let of = format!("{}Figure", relation.other().type_name);
        let about = format!(
            "What each row's `{}` come to, to order by, instead of a column. Of a list that hangs on no row.",
            relation.field
        );
        fields.push(input(relation.field, &of, &about));
    }
    fields.extend([direction, nulls]);
    let description = format!("One key of an order of {}.", table.list);
    types.input_object(&format!("{type_name}Order"), &description, fields, false);
}

fn connection(types: &mut Types<'_>, catalog: &Catalog, table: &Table) {
    let type_name = &table.type_name;
    let edge = format!("{type_name}Edge");
    let mut fields = vec![
        field(
            "edges",
            &format!("[{edge}!]!"),
            "The rows of the page, each with its cursor.",
            vec![],
        ),
        field("nodes", &format!("[{type_name}!]!"), "The rows of the page.", vec![]),
        field("pageInfo", "PageInfo!", "Where the page stands in the list.", vec![]),
        field("totalCount", "Int!", "How many rows the filter keeps, pages aside.", vec![]),
    ];
    if catalog.measures(table).is_some() {
        fields.extend(measure_types::connection_fields(table));
    }
    let description =
        format!("A page of a list of {type_name}, and what holds for the whole list.");
    types.object(&format!("{type_name}Connection"), &description, fields);
    let fields = vec![
        field("cursor", "String!", "The place of the row in this list, in this order.", vec![]),
        field("node", &format!("{type_name}!"), "The row.", vec![]),
    ];
    types.object(&edge, &format!("One {type_name} at its place in a list."), fields);
}

fn key(types: &mut Types<'_>, table: &Table) {
    let mut fields = vec![input("id", "ID", "The global id.")];
    for natural in &table.natural_keys {
        fields.push(input(natural.argument, natural.type_name, natural.description));
    }
    let type_name = &table.type_name;
    let description = format!("What names one {type_name}: exactly one of these.");
    types.input_object(&format!("{type_name}Key"), &description, fields, true);
}

/// The types that do not belong to one table.
fn shared(types: &mut Types<'_>, catalog: &Catalog) {
    // Of no column, but of sums.
    types.declared::<BigInt>();
    let description = "A day of the calendar, as ISO 8601 writes it: `2020-06-30`.";
    types.scalar("Date", description);
    let description = "A moment, in UTC, as RFC 3339 writes it: `2020-06-30T12:00:00Z`.";
    types.scalar("DateTime", description);
    let id = field("id", "ID!", "The global id.", vec![]);
    let objects = catalog.tables.iter().map(|table| table.type_name.clone());
    types.interface("Node", "An object with a global id.", vec![id], objects);
    let fields = vec![
        field("hasNextPage", "Boolean!", "Whether rows come after this page.", vec![]),
        field("hasPreviousPage", "Boolean!", "Whether rows come before this page.", vec![]),
        field(
            "startCursor",
            "String",
            "The cursor of the first row. Null where the page is empty.",
            vec![],
        ),
        field(
            "endCursor",
            "String",
            "The cursor of the last row. Null where the page is empty.",
            vec![],
        ),
    ];
    types.object("PageInfo", "Where a page stands in its list.", fields);
    let values = [("ASC", "Smallest first."), ("DESC", "Greatest first.")];
    types.enumeration("OrderDirection", "Which way to order.", owned(&values));
    let values = [("FIRST", "Before the others."), ("LAST", "After the others.")];
    types.enumeration("NullsOrder", "Where rows without a value go in an order.", owned(&values));
    let fields = vec![
        input("eq", "ID", "Is this."),
        input("ne", "ID", "Is not this."),
        input("in", "[ID!]", "Is one of these."),
        input("notIn", "[ID!]", "Is none of these."),
    ];
    let comparisons = [
        ("EQ", "Is the same."),
        ("NE", "Is another."),
        ("LT", "Is less, or earlier."),
        ("LTE", "Is less, earlier, or the same."),
        ("GT", "Is more, or later."),
        ("GTE", "Is more, later, or the same."),
    ];
    let values = comparisons.map(|(name, about)| value(name, about));
    types.enumeration("Comparison", "How two values compare.", values.into());
    types.input_object(
        "IDFilter",
        "Tests of a global id. Those given must all hold.",
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
