//! An answer of which a part could not be read, made whole: what GraphQL says of errors in fields.
//!
//! Whoever cannot read something leaves a mark in its place ([`Failures::fail`]), and the rest of the answer goes on.
//! Here each mark becomes a null and an error with its path, or, where there must not be a null, what it stands in
//! does, and so on up. An answer without marks is not looked at.
//!
//! An error that is about the request itself ([`Error::is_of_request`]) leaves no answer at all.
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

/// Puts the fields at the root into a response, and errors in the place of what could not be read.
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

/// What is selected of an object, with the type that each set is for.
type SelectedSets<'a> = [(String, &'a SelectionSet)];

struct NullWalk<'a> {
    fragments: &'a FragmentMap,
    failures: &'a Failures,
    path: Vec<PathSegment>,
    errors: Vec<ServerError>,
    /// Whether an error is about the request itself.
    of_request: bool,
}

/// That there must be a value, and is none.
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
            // Fields of one key have one shape, whatever the type of the object: validation sees to that.
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
                // A value that GraphQL does not look into has no selection.
                if selected.iter().all(|(_, set)| set.items.is_empty()) {
                    return Ok(Value::Object(values));
                }
                self.object(&selected, values)
            }
            other => Ok(other),
        }
    }

    /// The fields of a key, with the types that they are selected of.
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
