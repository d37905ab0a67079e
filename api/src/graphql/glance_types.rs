//! The types of what a list holds at a glance: facets, overlaps, and what is known of its columns.

use super::registry::{InputField, ObjectField, Types, field, input};
use crate::{catalog::table::Table, measures::MOST_OVERLAPPING};

/// The fields of a connection.
pub(super) fn fields(table: &Table) -> Vec<ObjectField> {
    let type_name = &table.type_name;
    vec![
        field(
            "facets",
            &format!("[{type_name}Facet!]!"),
            "The rows counted by each of some keys, under all conditions of the list but those on that key alone: what \
             could be chosen instead of what is chosen.",
            vec![
                input("by", &format!("[{type_name}Dimension!]!"), "The keys, at most 20."),
                InputField {
                    default: Some("10"),
                    ..input("first", "Int!", "How many values of each, the most frequent first.")
                },
            ],
        ),
        field(
            "overlap",
            "[Overlap!]!",
            &format!(
                "For each two values of a key, in how many of another key both are found: `of: AGENCY, by: PROGRAM` counts \
                 the agencies that have rows of both programs. A value beside itself counts all that have it. Pairs that \
                 nothing has are left out; at most {MOST_OVERLAPPING} values are held against each other."
            ),
            vec![
                input(
                    "of",
                    &format!("{type_name}Dimension!"),
                    "What is counted. The unknown is not.",
                ),
                input("by", &format!("{type_name}Dimension!"), "What is found together."),
            ],
        ),
        field(
            "quality",
            "[ColumnQuality!]!",
            "How well each column is filled, over all rows that the filter keeps.",
            vec![],
        ),
    ]
}

/// Registers the types of facets, overlaps and of what is known of columns, which all tables share.
pub(super) fn shared(types: &mut Types<'_>) {
    let key = || {
        vec![
            field(
                "key",
                "String",
                "The value: of a row its global id, of a set the name of the value. Null is the unknown.",
                vec![],
            ),
            field(
                "label",
                "String",
                "What people call it: the name of a row, and else the value.",
                vec![],
            ),
        ]
    };
    types.object("KeyText", "The value of a key, as a text.", key());
    let mut fields = key();
    fields.push(field("count", "Int!", "How many rows have it.", vec![]));
    types.object("FacetValue", "A value of a key, and how many rows have it.", fields);
    let fields = vec![
        field("first", "KeyText!", "One value.", vec![]),
        field("second", "KeyText!", "The other; the same for all that have it.", vec![]),
        field("count", "Int!", "How many have both.", vec![]),
    ];
    types.object("Overlap", "Two values of a key, and how many have both.", fields);
    let fields = vec![
        field("column", "String!", "The name of the field.", vec![]),
        field("known", "Int!", "How many rows have a value.", vec![]),
        field("missing", "Int!", "How many rows have none.", vec![]),
        field("distinct", "Int!", "How many different values there are.", vec![]),
        field(
            "min",
            "String",
            "The least value, as it is shown; texts compare by their bytes.",
            vec![],
        ),
        field("max", "String", "The greatest value.", vec![]),
    ];
    types.object("ColumnQuality", "What is known of a column.", fields);
}

/// Registers the facets of a table.
pub(super) fn types(types: &mut Types<'_>, table: &Table) {
    let type_name = &table.type_name;
    let fields = vec![
        field("dimension", &format!("{type_name}Dimension!"), "The key.", vec![]),
        field(
            "distinct",
            "Int!",
            "How many different values there are, the unknown among them.",
            vec![],
        ),
        field("values", "[FacetValue!]!", "The most frequent values.", vec![]),
        field("others", "Int!", "How many rows have other values.", vec![]),
    ];
    let description = format!("The rows of {}, counted by one key.", table.list);
    types.object(&format!("{type_name}Facet"), &description, fields);
}
