//! The types of changes between two revisions, for every table with history. See [`crate::query::changes`] for why
//! they are separate types.

use super::registry::{ObjectField, Types, field, input, value};
use crate::{
    catalog::{
        Catalog,
        scalar::Scalar,
        table::{ClosedValue, Table},
    },
    limits::Limits,
    query::{
        changes::{ChangeKind, argument_lists, field_name, has_history, version_fields},
        page::DEFAULT_PAGE,
    },
};

/// Registers the types of every table, and the types that they share.
pub(super) fn types(types: &mut Types<'_>, catalog: &'static Catalog) {
    let values = ChangeKind::ALL.map(|kind| {
        let about = match kind {
            ChangeKind::Added => "Only the later revision has the row.",
            ChangeKind::Changed => "Both revisions have the row, with different values.",
            ChangeKind::Removed => "Only the earlier revision has the row.",
        };
        value(kind.name(), about)
    });
    let values: Vec<ClosedValue> = values.into();
    types.enumeration("ChangeKind", "The kinds of changes to a row between two revisions.", values);
    let count = |about| field("count", "Int!", about, vec![]);
    let fields = vec![
        field("kind", "ChangeKind!", "The kind of change.", vec![]),
        count("The number of rows with this kind of change."),
    ];
    types.object(
        "ChangeKindCount",
        "The number of rows that were added, changed or removed.",
        fields,
    );
    let fields = vec![
        field("field", "String!", "The name of the field in the versions.", vec![]),
        count(
            "The number of changed rows in which it differs. Added and removed rows do not count.",
        ),
    ];
    types.object(
        "ChangeFieldCount",
        "The number of changed rows in which a field differs.",
        fields,
    );
    for table in catalog.tables.iter().filter(|table| has_history(table)) {
        of_table(types, table);
    }
}

/// The root fields.
pub(super) fn root_fields(catalog: &Catalog) -> Vec<ObjectField> {
    let kept = catalog.tables.iter().filter(|table| has_history(table));
    let field = |table: &Table| {
        let type_name = &table.type_name;
        let arguments = argument_lists().map(|(name, type_of, about)| {
            let most = match name {
                "first" => format!(" Default {DEFAULT_PAGE}, at most {}.", Limits::default().page),
                _ => String::new(),
            };
            input(name, &type_of.replace("{}", type_name), &format!("{about}{most}"))
        });
        let description = format!(
            "The changes to the list of {type_name} between two revisions: rows that only one of them has, or that \
             have different values, ordered by id."
        );
        let returns = format!("{type_name}ChangeConnection!");
        field(&field_name(table), &returns, &description, arguments.into())
    };
    kept.map(field).collect()
}

fn of_table(types: &mut Types<'_>, table: &'static Table) {
    let type_name = &table.type_name;
    let [version, change, edge] =
        ["Version", "Change", "ChangeEdge"].map(|part| format!("{type_name}{part}"));
    let fields = version_fields(table).into_iter().map(|it| {
        let (column, nullable) = (it.column, if it.column.nullable { "" } else { "!" });
        let (named, about) = match it.refers {
            Some(relation) => {
                let about =
                    format!("The global id of `{}`: {}", relation.field, relation.description);
                ("ID", about)
            }
            None => (&*column.type_name, column.description.clone()),
        };
        let type_of = match column.kind.scalar {
            Scalar::TextList => "[String!]!".to_owned(),
            _ => format!("{named}{nullable}"),
        };
        ObjectField {
            deprecated: column.deprecated.clone(),
            ..field(&it.name, &type_of, &about, vec![])
        }
    });
    let description = format!(
        "{type_name} as of one revision: its own columns, and the ids of the rows that it refers to."
    );
    types.object(&version, &description, fields.collect());
    let fields = vec![
        field("rowId", "ID!", "The global id of the row, in both revisions.", vec![]),
        field("kind", "ChangeKind!", "The kind of change.", vec![]),
        field("before", &version, "The row at `from`. Null if it was added later.", vec![]),
        field("after", &version, "The row at `to`. Null if it was removed before.", vec![]),
        field(
            "fields",
            "[String!]!",
            "The names of the fields that differ. For an added or removed row, the fields that have a value.",
            vec![],
        ),
    ];
    types.object(&change, &format!("One row of {type_name} before and after."), fields);
    let fields = vec![
        field("cursor", "String!", "The position of the row among the changed rows.", vec![]),
        field("node", &format!("{change}!"), "The change.", vec![]),
    ];
    types.object(&edge, &format!("One change of {type_name} at its position."), fields);
    let fields = vec![
        field(
            "edges",
            &format!("[{edge}!]!"),
            "The changes of the page, with their cursors.",
            vec![],
        ),
        field("nodes", &format!("[{change}!]!"), "The changes of the page.", vec![]),
        field("pageInfo", "PageInfo!", "The position of the page among all changes.", vec![]),
        field("totalCount", "Int!", "The number of changed rows on all pages.", vec![]),
        field(
            "kinds",
            "[ChangeKindCount!]!",
            "The number of changed rows on all pages, by kind of change.",
            vec![],
        ),
        field(
            "fields",
            "[ChangeFieldCount!]!",
            "The number of changed rows on all pages in which each field differs. Fields that never differ are left \
             out.",
            vec![],
        ),
    ];
    let description = format!("A page of changes to the list of {type_name}.");
    types.object(&format!("{type_name}ChangeConnection"), &description, fields);
}
