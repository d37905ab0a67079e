//! The types that summarize a list: facets, overlaps, and the completeness of its columns.

use super::registry::{InputField, ObjectField, Types, field, input};
use crate::{catalog::table::Table, measures::MOST_OVERLAPPING};

/// The fields of a connection.
pub(super) fn fields(table: &Table) -> Vec<ObjectField> {
    let type_name = &table.type_name;
    vec![
        field(
            "facets",
            &format!("[{type_name}Facet!]!"),
            "The rows counted by each of several keys, each under all conditions of the list except those on that key \
             itself. It shows the alternatives to the current filter.",
            vec![
                input("by", &format!("[{type_name}Dimension!]!"), "The keys, at most 20."),
                InputField {
                    default: Some("10"),
                    ..input(
                        "first",
                        "Int!",
                        "The number of values of each key, most frequent first.",
                    )
                },
            ],
        ),
        field(
            "overlap",
            "[Overlap!]!",
            &format!(
                "For each pair of values of one key (`by`), the number of values of another key (`of`) that have both: \
                 `of: AGENCY, by: PROGRAM` counts the agencies with rows in both programs. A value paired with itself \
                 counts all that have it. Pairs without matches are left out. `by` may have at most {MOST_OVERLAPPING} \
                 values."
            ),
            vec![
                input(
                    "of",
                    &format!("{type_name}Dimension!"),
                    "The key to count. Unknown values are not counted.",
                ),
                input("by", &format!("{type_name}Dimension!"), "The key whose values are paired."),
            ],
        ),
        field(
            "quality",
            "[ColumnQuality!]!",
            "How complete each column is, over all rows that the filter keeps.",
            vec![],
        ),
    ]
}

/// Registers the types of facets, overlaps and column quality, which all tables share.
pub(super) fn shared(types: &mut Types<'_>) {
    let key = || {
        vec![
            field(
                "key",
                "String",
                "The value: the global id of a row, or the name of an enum value. Null means unknown.",
                vec![],
            ),
            field(
                "label",
                "String",
                "The label for people: the name of a row, or else the value.",
                vec![],
            ),
        ]
    };
    types.object("KeyText", "The value of a key, as text.", key());
    let mut fields = key();
    fields.push(field("count", "Int!", "The number of rows with this value.", vec![]));
    types.object("FacetValue", "A value of a key with its number of rows.", fields);
    let fields = vec![
        field("first", "KeyText!", "One value.", vec![]),
        field(
            "second",
            "KeyText!",
            "The other value, or the same value to count all that have it.",
            vec![],
        ),
        field("count", "Int!", "The number that have both.", vec![]),
    ];
    types.object("Overlap", "Two values of a key, and the number that have both.", fields);
    let fields = vec![
        field("column", "String!", "The name of the field.", vec![]),
        field("known", "Int!", "The number of rows with a value.", vec![]),
        field("missing", "Int!", "The number of rows without a value.", vec![]),
        field("distinct", "Int!", "The number of different values.", vec![]),
        field(
            "min",
            "String",
            "The smallest value, formatted as text. Texts compare by their bytes.",
            vec![],
        ),
        field("max", "String", "The greatest value.", vec![]),
    ];
    types.object("ColumnQuality", "How complete a column is.", fields);
}

/// Registers the facets of a table.
pub(super) fn types(types: &mut Types<'_>, table: &Table) {
    let type_name = &table.type_name;
    let fields = vec![
        field("dimension", &format!("{type_name}Dimension!"), "The key.", vec![]),
        field(
            "distinct",
            "Int!",
            "The number of different values, counting unknown as one.",
            vec![],
        ),
        field("values", "[FacetValue!]!", "The most frequent values.", vec![]),
        field("others", "Int!", "The number of rows with other values.", vec![]),
    ];
    let description = format!("The rows of {}, counted by one key.", table.list);
    types.object(&format!("{type_name}Facet"), &description, fields);
}
