//! The types of what changed between two revisions, of every table whose history is kept. Why they are types of their own
//! says [`crate::query::changes`].

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

/// Tells of the types of every table, and of those that they share.
pub(super) fn types(types: &mut Types<'_>, catalog: &'static Catalog) {
    let values = ChangeKind::ALL.map(|kind| {
        let about = match kind {
            ChangeKind::Added => "The later revision has the row, and the earlier one has not.",
            ChangeKind::Changed => "Both have it, with other values.",
            ChangeKind::Removed => "The earlier revision has the row, and the later one has not.",
        };
        value(kind.name(), about)
    });
    let values: Vec<ClosedValue> = values.into();
    types.enumeration("ChangeKind", "What may happen to a row between two revisions.", values);
    let count = |about| field("count", "Int!", about, vec![]);
    let fields = vec![
        field("kind", "ChangeKind!", "What happened to the rows.", vec![]),
        count("How many rows there are to which it happened."),
    ];
    types.object("ChangeKindCount", "How many rows were added, changed or removed.", fields);
    let fields = vec![
        field("field", "String!", "The name of the field, as the versions have it.", vec![]),
        count("In how many changed rows it differs. Rows that were added or removed do not count."),
    ];
    types.object("ChangeFieldCount", "In how many changed rows a field differs.", fields);
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
            "What changed in the list of {type_name} between two revisions: the rows that one of them has and the other \
             has not, or that both have with other values, ordered by their ids."
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
        "{type_name} as one revision had it: its own columns, and the ids of the rows that it refers to."
    );
    types.object(&version, &description, fields.collect());
    let fields = vec![
        field("rowId", "ID!", "The global id of the row, in both revisions.", vec![]),
        field("kind", "ChangeKind!", "What happened to the row.", vec![]),
        field("before", &version, "The row at `from`. Null where it was added since.", vec![]),
        field("after", &version, "The row at `to`. Null where it was removed until then.", vec![]),
        field(
            "fields",
            "[String!]!",
            "The names of the fields that differ; of a row that was added or removed, those that have a value.",
            vec![],
        ),
    ];
    types.object(&change, &format!("{type_name}: what one row was, and what it became."), fields);
    let fields = vec![
        field("cursor", "String!", "The place of the row among those that changed.", vec![]),
        field("node", &format!("{change}!"), "What changed.", vec![]),
    ];
    types.object(&edge, &format!("One change of {type_name} at its place."), fields);
    let fields = vec![
        field(
            "edges",
            &format!("[{edge}!]!"),
            "The changes of the page, each with its cursor.",
            vec![],
        ),
        field("nodes", &format!("[{change}!]!"), "The changes of the page.", vec![]),
        field("pageInfo", "PageInfo!", "Where the page stands among all changes.", vec![]),
        field("totalCount", "Int!", "How many rows changed, pages aside.", vec![]),
        field(
            "kinds",
            "[ChangeKindCount!]!",
            "How many of them, by what happened, pages aside.",
            vec![],
        ),
        field(
            "fields",
            "[ChangeFieldCount!]!",
            "In how many changed rows each field differs, pages aside: the fields that differ in any.",
            vec![],
        ),
    ];
    let description = format!("A page of what changed in the list of {type_name}.");
    types.object(&format!("{type_name}ChangeConnection"), &description, fields);
}
