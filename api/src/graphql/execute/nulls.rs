//! Handles errors in fields as GraphQL requires, for answers in which a part could not be read.
//!
//! Code that cannot read something leaves a mark in its place ([`Failures::fail`]), and the rest of the answer
//! continues. Here, each mark becomes a null and an error with its path. If null is not allowed there, its parent
//! becomes null instead, and so on. An answer without marks is not traversed.
//!
//! An error about the whole request ([`Error::is_of_request`]) leaves no data at all.
//!
//! [`Failures::fail`]: crate::query::failures::Failures::fail
//! [`Error::is_of_request`]: crate::error::Error::is_of_request

use std::collections::HashMap;

use async_graphql::{
    Name, PathSegment, Positioned, Response, ServerError, Value,
    parser::types::{
        Field, FragmentDefinition, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use indexmap::IndexMap;

use crate::{
    graphql::documents::{Type, field_type},
    query::failures::Failures,
};

type FragmentMap = HashMap<Name, Positioned<FragmentDefinition>>;

/// Puts the root fields into a response, and replaces marks with nulls and errors.
pub(super) fn complete(
    response: &mut Response,
    fields: IndexMap<Name, Value>,
    operation: &OperationDefinition,
    fragments: &FragmentMap,
    failures: &Failures,
) {
    if failures.is_empty() {
        response.data = Value::Object(fields);
        return;
    }
    let mut walk =
        NullWalk { fragments, failures, path: Vec::new(), errors: Vec::new(), of_request: false };
    let root = if operation.ty == OperationType::Subscription { "Subscription" } else { "Query" };
    let selected = [(root.to_owned(), &operation.selection_set.node)];
    let data = walk.object(&selected, fields);
    response.data = data.unwrap_or_default();
    response.errors.append(&mut walk.errors);
    if walk.of_request {
        response.data = Value::Null;
        response.errors.retain(|error| {
            error.source::<crate::error::Error>().is_some_and(crate::error::Error::is_of_request)
        });
        for error in &mut response.errors {
            error.path.clear();
        }
    }
}

/// The selection sets of an object, with their types.
type SelectedSets<'a> = [(String, &'a SelectionSet)];

struct NullWalk<'a> {
    fragments: &'a FragmentMap,
    failures: &'a Failures,
    path: Vec<PathSegment>,
    errors: Vec<ServerError>,
    /// Whether an error concerns the whole request.
    of_request: bool,
}

/// A required value is missing.
struct Missing;

impl<'a> NullWalk<'a> {
    fn object(
        &mut self,
        selected: &SelectedSets<'a>,
        fields: IndexMap<Name, Value>,
    ) -> Result<Value, Missing> {
        let mut whole = IndexMap::with_capacity(fields.len());
        for (key, value) in fields {
            let mut found = Vec::new();
            for (on, set) in selected {
                self.find(on, set, &key, &mut found);
            }
            // Validation ensures that fields with one key have one shape, whatever the type of the object.
            let Some(of) =
                found.first().and_then(|(on, field)| field_type(on, &field.node.name.node))
            else {
                whole.insert(key, value);
                continue;
            };
            self.path.push(PathSegment::Field(key.to_string()));
            let value = self.value(of, &found, value);
            self.path.pop();
            whole.insert(key, value?);
        }
        Ok(Value::Object(whole))
    }

    fn value(
        &mut self,
        of: &Type,
        fields: &[(String, &'a Positioned<Field>)],
        value: Value,
    ) -> Result<Value, Missing> {
        let whole = self.within(of, fields, value);
        match whole {
            Err(Missing) if !of.is_non_null() => Ok(Value::Null),
            whole => whole,
        }
    }

    fn within(
        &mut self,
        of: &Type,
        fields: &[(String, &'a Positioned<Field>)],
        value: Value,
    ) -> Result<Value, Missing> {
        if let Some(error) = self.failures.of(&value) {
            self.of_request |= error.is_of_request();
            let at = fields.first().map(|(_, field)| field.pos).unwrap_or_default();
            let mut shown = error.clone().at(at, &[]);
            shown.path.clone_from(&self.path);
            self.errors.push(shown);
            return Err(Missing);
        }
        match value {
            Value::List(items) => {
                let of = of.item_type();
                let mut whole = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    self.path.push(PathSegment::Index(index));
                    let item = self.value(of, fields, item);
                    self.path.pop();
                    whole.push(item?);
                }
                Ok(Value::List(whole))
            }
            Value::Object(values) => {
                let on = of.inner_named_type().to_string();
                let selected: Vec<_> = fields
                    .iter()
                    .map(|(_, field)| (on.clone(), &field.node.selection_set.node))
                    .collect();
                // A scalar with an object value has no selection.
                if selected.iter().all(|(_, set)| set.items.is_empty()) {
                    return Ok(Value::Object(values));
                }
                self.object(&selected, values)
            }
            other => Ok(other),
        }
    }

    /// The fields with a key, with the types that they are selected on.
    fn find(
        &self,
        on: &str,
        set: &'a SelectionSet,
        key: &Name,
        found: &mut Vec<(String, &'a Positioned<Field>)>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if field.node.response_key().node == *key => {
                    found.push((on.to_owned(), field));
                }
                Selection::Field(_) => {}
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(on, |on| on.node.on.node.as_str());
                    self.find(on, &fragment.node.selection_set.node, key, found);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.find(on, &fragment.node.selection_set.node, key, found);
                    }
                }
            }
        }
    }
}
