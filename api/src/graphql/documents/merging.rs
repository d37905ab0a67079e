//! Checks that fields with the same response name are the same field with the same arguments.
//!
//! `apollo-compiler` validates this, too, but takes two lists as equal if one is a prefix of the other: `by: [STATE]`
//! and `by: [STATE, KIND]`. The answer would be that of the first. So this module compares the arguments in each set
//! of fields that may apply to one object again. The limits on fields, with fragments spread, keep this cheap
//! ([`crate::limits`]).

use std::collections::HashMap;

use apollo_compiler::{
    Name, Node,
    ast::{self, Argument, Field, Selection, Value},
    schema::ExtendedType,
};
use indexmap::IndexMap;

use super::contract::{contract, field_type};

/// The maximum depth of nested selections, with fragments spread.
pub(super) const MOST_LEVELS: usize = 90;

/// The depth of the selections of a document, with fragments spread; `None` if a fragment spreads itself.
pub(super) fn levels(document: &ast::Document) -> Option<usize> {
    let fragments = document.definitions.iter().filter_map(|it| it.as_fragment_definition());
    let fragments: Fragments<'_> =
        fragments.map(|fragment| (&fragment.name, &**fragment)).collect();
    let mut known = HashMap::new();
    let operations = document.definitions.iter().filter_map(|it| it.as_operation_definition());
    let mut deepest = 0;
    for operation in operations {
        deepest = deepest.max(levels_of(&operation.selection_set, &fragments, &mut known)?);
    }
    for fragment in fragments.values() {
        deepest = deepest.max(levels_of(&fragment.selection_set, &fragments, &mut known)?);
    }
    Some(deepest)
}

fn levels_of<'a>(
    selections: &'a [Selection],
    fragments: &Fragments<'a>,
    known: &mut HashMap<&'a Name, Option<usize>>,
) -> Option<usize> {
    let mut deepest = 0;
    for selection in selections {
        let within = match selection {
            Selection::Field(field) => levels_of(&field.selection_set, fragments, known)?,
            Selection::InlineFragment(fragment) => {
                levels_of(&fragment.selection_set, fragments, known)?
            }
            Selection::FragmentSpread(spread) => {
                let Some(fragment) = fragments.get(&spread.fragment_name) else { continue };
                if let Some(levels) = known.get(&spread.fragment_name) {
                    (*levels)?
                } else {
                    // Finding this entry again before it is replaced means a cycle.
                    known.insert(&spread.fragment_name, None);
                    let levels = levels_of(&fragment.selection_set, fragments, known)?;
                    known.insert(&spread.fragment_name, Some(levels));
                    levels
                }
            }
        };
        deepest = deepest.max(within + 1);
    }
    Some(deepest)
}

/// Fragments by name.
pub(super) type Fragments<'a> = HashMap<&'a Name, &'a ast::FragmentDefinition>;

/// A field selected on a type.
#[derive(Clone, Copy)]
struct SelectedField<'a> {
    on: &'a str,
    field: &'a Node<Field>,
}

/// The first two different fields of an operation with the same response name.
pub(super) fn conflict<'a>(
    operation: &'a ast::OperationDefinition,
    fragments: &Fragments<'a>,
) -> Option<[&'a Node<Field>; 2]> {
    let root = contract().root_operation(operation.operation_type)?;
    let mut fields = Vec::new();
    collect(&operation.selection_set, root, fragments, &mut Vec::new(), &mut fields);
    within(&fields, fragments)
}

/// The fields of a selection set, including those of its fragments.
fn collect<'a>(
    selections: &'a [Selection],
    on: &'a str,
    fragments: &Fragments<'a>,
    seen: &mut Vec<&'a Name>,
    found: &mut Vec<SelectedField<'a>>,
) {
    for selection in selections {
        match selection {
            Selection::Field(field) => found.push(SelectedField { on, field }),
            Selection::InlineFragment(fragment) => {
                let on = fragment.type_condition.as_ref().map_or(on, |on| on.as_str());
                collect(&fragment.selection_set, on, fragments, seen, found);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.fragment_name)
                    && !seen.contains(&&spread.fragment_name)
                {
                    seen.push(&spread.fragment_name);
                    collect(
                        &fragment.selection_set,
                        &fragment.type_condition,
                        fragments,
                        seen,
                        found,
                    );
                }
            }
        }
    }
}

fn within<'a>(
    fields: &[SelectedField<'a>],
    fragments: &Fragments<'a>,
) -> Option<[&'a Node<Field>; 2]> {
    // A field selected on an interface or a union may apply to any object.
    let mut objects: Vec<&str> = fields.iter().map(|it| it.on).filter(|on| is_object(on)).collect();
    objects.sort_unstable();
    objects.dedup();
    if objects.is_empty() {
        objects.push("");
    }
    objects.into_iter().find_map(|object| {
        let mut by_key: IndexMap<&str, Vec<SelectedField<'a>>> = IndexMap::new();
        for selected in fields.iter().filter(|it| it.on == object || !is_object(it.on)) {
            by_key.entry(selected.field.response_name()).or_default().push(*selected);
        }
        by_key.values().find_map(|same| of_one_key(same, fragments))
    })
}

fn of_one_key<'a>(
    same: &[SelectedField<'a>],
    fragments: &Fragments<'a>,
) -> Option<[&'a Node<Field>; 2]> {
    let (first, others) = same.split_first()?;
    let differs = |other: &&SelectedField<'a>| {
        other.field.name != first.field.name
            || !are_same(&other.field.arguments, &first.field.arguments)
    };
    if let Some(other) = others.iter().find(differs) {
        return Some([first.field, other.field]);
    }
    let of = field_type(first.on, &first.field.name)?.inner_named_type();
    let (mut fields, mut seen) = (Vec::new(), Vec::new());
    for selected in same {
        collect(&selected.field.selection_set, of, fragments, &mut seen, &mut fields);
    }
    within(&fields, fragments)
}

fn is_object(name: &str) -> bool {
    matches!(contract().types.get(name), Some(ExtendedType::Object(_)))
}

/// Whether two fields have the same arguments, in any order.
fn are_same(some: &[Node<Argument>], others: &[Node<Argument>]) -> bool {
    some.len() == others.len()
        && some.iter().all(|argument| {
            let other = others.iter().find(|other| other.name == argument.name);
            other.is_some_and(|other| is_same(&argument.value, &other.value))
        })
}

fn is_same(some: &Value, other: &Value) -> bool {
    match (some, other) {
        (Value::List(some), Value::List(others)) => {
            some.len() == others.len()
                && some.iter().zip(others).all(|(some, other)| is_same(some, other))
        }
        (Value::Object(some), Value::Object(others)) => {
            some.len() == others.len()
                && some.iter().all(|(name, value)| {
                    let other = others.iter().find(|(other, _)| other == name);
                    other.is_some_and(|(_, other)| is_same(value, other))
                })
        }
        (some, other) => some == other,
    }
}
