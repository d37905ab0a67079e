//! Introspection, answered by `apollo-compiler` from the same schema that validates documents.
//!
//! It does not support `isOneOf`, which tells whether exactly one field of an input object must be set. So the
//! document is rewritten to request the kind and name of the type in its place, and the answer gets `isOneOf` from
//! these.

use std::sync::LazyLock;

use apollo_compiler::{
    ExecutableDocument, Name as ParsedName, Node,
    collections::HashMap,
    executable::{Field, Selection, SelectionSet},
    introspection::partial_execute,
    response::{JsonMap, JsonValue},
    schema::Implementers,
    validation::Valid,
};
use async_graphql::{Name, ServerError, Value, Variables};
use indexmap::IndexMap;

use super::contract::{contract, is_one_of};

/// A document with introspection.
#[derive(Debug)]
pub(super) struct Introspection {
    document: Valid<ExecutableDocument>,
    instead: Instead,
}

/// The prefixes of the aliases for the kind and name of a type whose `isOneOf` is requested. They do not occur in the
/// document.
#[derive(Debug)]
struct Instead {
    kind: String,
    name: String,
}

impl Introspection {
    /// The document, if any of its operations has introspection fields.
    pub(super) fn of(text: &str, document: Valid<ExecutableDocument>) -> Option<Self> {
        let asks = |field: &Node<Field>| matches!(field.name.as_str(), "__schema" | "__type");
        let asked = document.operations.iter().any(|it| it.root_fields(&document).any(asks));
        if !asked {
            return None;
        }
        let mark =
            (0..=text.len()).map(|n| format!("_of_{n}__")).find(|mark| !text.contains(mark))?;
        let instead = Instead { kind: format!("kind{mark}"), name: format!("name{mark}") };
        let mut document = document.into_inner();
        let named = document.operations.named.values_mut();
        for operation in named.chain(&mut document.operations.anonymous) {
            ask_for_kinds(&mut operation.make_mut().selection_set, &instead);
        }
        for fragment in document.fragments.values_mut() {
            ask_for_kinds(&mut fragment.make_mut().selection_set, &instead);
        }
        Some(Self { document: Valid::assume_valid(document), instead })
    }

    /// The introspection fields at the root of an operation, by response name.
    ///
    /// # Errors
    /// Errors of the library, which would be a bug in this module.
    pub(super) fn answer(
        &self,
        operation: Option<&str>,
        variables: &Variables,
    ) -> Result<IndexMap<Name, Value>, ServerError> {
        static IMPLEMENTERS: LazyLock<HashMap<ParsedName, Implementers>> =
            LazyLock::new(|| contract().implementers_map());
        let failed = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "introspection failed");
            crate::error::Error::Internal.at(async_graphql::Pos::default(), &[])
        };
        let found =
            self.document.operations.get(operation).map_err(|error| failed(&error.message()))?;
        let json = serde_json::to_value(variables).map_err(|error| failed(&error))?;
        let values: JsonMap = serde_json::from_value(json).map_err(|error| failed(&error))?;
        let values = Valid::assume_valid(values);
        let answer = partial_execute(contract(), &IMPLEMENTERS, &self.document, found, &values)
            .map_err(|error| failed(&error.message()))?;
        if let Some(error) = answer.errors.first() {
            return Err(failed(&error.message));
        }
        Ok(self.instead.tell_one_of(&object(answer.data.unwrap_or_default())))
    }
}

fn object(fields: JsonMap) -> IndexMap<Name, Value> {
    fields.into_iter().map(|(name, value)| (Name::new(name.as_str()), converted(value))).collect()
}

fn converted(value: JsonValue) -> Value {
    match value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(truth) => Value::Boolean(truth),
        JsonValue::Number(number) => Value::Number(number),
        JsonValue::String(text) => Value::String(text.as_str().to_owned()),
        JsonValue::Array(items) => Value::List(items.into_iter().map(converted).collect()),
        JsonValue::Object(fields) => Value::Object(object(fields)),
    }
}

/// Replaces `isOneOf` with the kind and name of the type.
fn ask_for_kinds(set: &mut SelectionSet, instead: &Instead) {
    let on_type = set.ty == "__Type";
    let selections = std::mem::take(&mut set.selections);
    for mut selection in selections {
        match &mut selection {
            Selection::Field(field) if on_type && field.name == "isOneOf" => {
                let key = field.response_key();
                for (name, prefix) in [("kind", &instead.kind), ("name", &instead.name)] {
                    set.selections.extend(other(field, name, &format!("{prefix}{key}")));
                }
                continue;
            }
            Selection::Field(field) => ask_for_kinds(&mut field.make_mut().selection_set, instead),
            Selection::InlineFragment(fragment) => {
                ask_for_kinds(&mut fragment.make_mut().selection_set, instead);
            }
            Selection::FragmentSpread(_) => {}
        }
        set.selections.push(selection);
    }
}

/// A replacement for a field, with the same directives.
fn other(field: &Node<Field>, name: &str, alias: &str) -> Option<Selection> {
    let definition = contract().type_field("__Type", name).ok()?.node.clone();
    let other = Field::new(definition.name.clone(), definition)
        .with_alias(ParsedName::new(alias).ok()?)
        .with_directives(field.directives.iter().cloned());
    Some(Selection::Field(field.same_location(other)))
}

impl Instead {
    /// Replaces the kind and name with `isOneOf`.
    fn tell_one_of(&self, fields: &IndexMap<Name, Value>) -> IndexMap<Name, Value> {
        let mut told = IndexMap::with_capacity(fields.len());
        for (key, value) in fields {
            if let Some(key) = key.strip_prefix(&self.kind) {
                let name = fields.get(&*format!("{}{key}", self.name));
                told.insert(Name::new(key), one_of(value, name));
            } else if !key.starts_with(&self.name) {
                told.insert(key.clone(), self.within(value));
            }
        }
        told
    }

    fn within(&self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(self.tell_one_of(fields)),
            Value::List(items) => Value::List(items.iter().map(|item| self.within(item)).collect()),
            other => other.clone(),
        }
    }
}

/// The value of `isOneOf`; null if the type is not an input object.
fn one_of(kind: &Value, name: Option<&Value>) -> Value {
    match (kind, name) {
        (Value::String(kind), Some(Value::String(name))) if kind == "INPUT_OBJECT" => {
            Value::Boolean(contract().types.get(name.as_str()).is_some_and(is_one_of))
        }
        _ => Value::Null,
    }
}
