//! `/dictionary.csv`: what each column of each file means, from the schema's descriptions.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::parser::{
    parse_schema,
    types::{FieldDefinition, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use axum::{http::header, response::IntoResponse};

use super::{csv::record, table_route};
use crate::error::codes;
use crate::graphql::{self, sdl};
use crate::server::request::format::TableFormat;

const HEAD: [&str; 5] = ["table", "column", "type", "nullable", "description"];

/// Replaces the table's name for error codes.
const ERRORS: &str = "errors.extensions.code";

/// The dictionary: for each table one line, then one line for each column of its file; then the values of enums, with
/// the type in place of the table; and last the error codes.
pub(crate) async fn serve() -> impl IntoResponse {
    static DICTIONARY: LazyLock<Vec<u8>> = LazyLock::new(write);
    ([(header::CONTENT_TYPE, TableFormat::Csv.content_type())], DICTIONARY.as_slice())
}

fn write() -> Vec<u8> {
    let schema = parse_schema(sdl()).expect("the schema that is served can be read");
    let types = schema.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(found) => Some((found.node.name.node.to_string(), found.node)),
        _ => None,
    });
    let types: HashMap<String, TypeDefinition> = types.collect();
    let mut lines = record(&HEAD);
    let mut line = |cells: [&str; 5]| lines.extend(record(&cells));
    let mut enums: Vec<&TypeDefinition> = Vec::new();
    for table in graphql::catalog().tables {
        let Some(definition) = types.get(&table.type_name) else { continue };
        line([table.list, "", &table.type_name, "", described(definition)]);
        let TypeKind::Object(object) = &definition.kind else { continue };
        let mut field = |column: &str, found: &FieldDefinition, shown: &str| {
            let nullable = if found.ty.node.nullable { "true" } else { "false" };
            let description = found.description.as_ref().map_or("", |text| &text.node);
            line([table.list, column, shown, nullable, description]);
        };
        for column in table_route::columns(table) {
            let name = column.split('.').next().unwrap_or_default();
            let found = object.fields.iter().find(|field| field.node.name.node == name);
            let Some(found) = found.map(|found| &found.node) else { continue };
            let shown = match column.contains('.') {
                true => "ID".to_owned(),
                false => found.ty.node.to_string().trim_end_matches('!').to_owned(),
            };
            field(&column, found, &shown);
            if let Some(other) = types.get(&shown)
                && matches!(other.kind, TypeKind::Enum(_))
                && !enums.iter().any(|known| known.name == other.name)
            {
                enums.push(other);
            }
        }
    }
    for definition in enums {
        let TypeKind::Enum(values) = &definition.kind else { continue };
        for value in &values.values {
            let description = value.node.description.as_ref().map_or("", |text| &text.node);
            line([&definition.name.node, &value.node.value.node, "value", "", description]);
        }
    }
    for (code, meaning) in codes::ALL {
        line([ERRORS, code, "value", "", meaning]);
    }
    lines
}

fn described(definition: &TypeDefinition) -> &str {
    definition.description.as_ref().map_or("", |text| &text.node)
}
