//! One GraphQL request, from the document to the answer, without HTTP.

use std::collections::HashSet;

use async_graphql::{
    Name, PathSegment, Request, Response, ServerError, Value,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};
use indexmap::IndexMap;
use sea_orm::DatabaseConnection;

use crate::{
    query::load::{Loaders, Session},
    schema::Schema,
};

/// An answer, and the SQL statements that it cost, with placeholders for their values.
#[derive(Debug)]
pub struct Answer {
    /// What GraphQL answers.
    pub response: Response,
    /// The statements, in the order in which they were sent.
    pub statements: Vec<String>,
}

/// Runs a request against a database. Everything that one request reads is batched and shared within
/// it, and nothing is shared with others.
pub async fn execute(
    schema: &Schema,
    database: &DatabaseConnection,
    mut request: Request,
) -> Answer {
    let session = Session::new(database.clone());
    // A document that cannot be read is left to the schema, which says why.
    let name = request.operation_name.clone();
    let document = request.parsed_query();
    let order = document.map(|document| root_order(document, name.as_deref())).unwrap_or_default();
    let mut response = schema.execute(request.data(Loaders::new(session.clone()))).await;
    complete(&mut response, &order);
    Answer { response, statements: session.statements() }
}

/// Puts the root fields into the order of the document, and nulls in the place of those that failed.
///
/// async-graphql leaves them in the order in which they were done, and leaves the failed ones out; but
/// the same query must have the same answer, byte for byte, and a field that was asked for has a value.
/// Where that must not be null, GraphQL says, the whole answer is null.
fn complete(response: &mut Response, order: &[(Name, Name)]) {
    let failed = |key: &Name, errors: &[ServerError]| {
        errors.iter().any(|error| match error.path.first() {
            Some(PathSegment::Field(first)) => first == key.as_str(),
            _ => false,
        })
    };
    let mut data = match &mut response.data {
        Value::Object(data) => std::mem::take(data),
        _ => IndexMap::new(),
    };
    for (key, field) in order {
        if data.contains_key(key) || !failed(key, &response.errors) {
            continue;
        }
        if !crate::schema::is_nullable_root(field) {
            response.data = Value::Null;
            return;
        }
        data.insert(key.clone(), Value::Null);
    }
    if data.is_empty() {
        return;
    }
    let place = |name: &Name| order.iter().position(|(key, _)| key == name);
    data.sort_by(|a, _, b, _| place(a).cmp(&place(b)));
    response.data = Value::Object(data);
}

/// The response keys and names of the fields at the root of an operation, in the order of the document.
fn root_order(document: &ExecutableDocument, operation: Option<&str>) -> Vec<(Name, Name)> {
    fn collect<'a>(
        set: &'a SelectionSet,
        document: &'a ExecutableDocument,
        seen: &mut HashSet<&'a str>,
        order: &mut Vec<(Name, Name)>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => order
                    .push((field.node.response_key().node.clone(), field.node.name.node.clone())),
                Selection::InlineFragment(fragment) => {
                    collect(&fragment.node.selection_set.node, document, seen, order);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name)
                        && seen.insert(name)
                    {
                        collect(&fragment.node.selection_set.node, document, seen, order);
                    }
                }
            }
        }
    }
    let mut order = Vec::new();
    let mut operations = document.operations.iter();
    let asked = operations.find(|(name, _)| {
        operation.is_none() || name.map(async_graphql::Name::as_str) == operation
    });
    if let Some((_, operation)) = asked {
        collect(&operation.node.selection_set.node, document, &mut HashSet::new(), &mut order);
    }
    order
}
