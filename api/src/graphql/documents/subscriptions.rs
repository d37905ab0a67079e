//! Subscription operations: which field they subscribe to, and how `live { X }` is treated as the query `{ X }`.
//!
//! A planner expects the root of a query. So the tree of `subscription Q($n: Int) @a { now: live { X } }` becomes
//! that of `query Q($n: Int) @a { X }`. Its variables, fragments and source positions stay the same, so errors refer
//! to the original text. The answer is nested under `now` again ([`crate::graphql::execute`]). Subscriptions to loads
//! are left unchanged.
//!
//! Validation sees the original tree. It only accepts subscriptions with a single root field, without conditions.

use std::collections::HashMap;

use apollo_compiler::{
    Name as ParsedName, Node,
    ast::{self, Definition, OperationType, Selection},
};
use async_graphql::Name;

use crate::graphql::subscription::LIVE;

/// The kinds of subscriptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SubscriptionKind {
    /// The answers of a query, under this response name.
    Live(Name),
    /// The changes made by loads.
    Changed,
}

/// A document with live queries converted to queries.
pub(super) struct ReadAsQueries {
    /// `None` if it has no live query, so that nothing changed.
    pub(super) tree: Option<ast::Document>,
    /// The subscriptions, by operation name.
    pub(super) kinds: HashMap<Option<String>, SubscriptionKind>,
}

/// Converts a valid document.
pub(super) fn read(tree: &ast::Document) -> ReadAsQueries {
    let (mut kinds, mut changed) = (HashMap::new(), None::<ast::Document>);
    for (index, definition) in tree.definitions.iter().enumerate() {
        let Definition::OperationDefinition(operation) = definition else { continue };
        if operation.operation_type != OperationType::Subscription {
            continue;
        }
        let name = operation.name.as_ref().map(ToString::to_string);
        let root = root_field(tree, &operation.selection_set, &mut Vec::new());
        let Some(live) = root.filter(|field| field.name == LIVE) else {
            kinds.insert(name, SubscriptionKind::Changed);
            continue;
        };
        kinds.insert(name, SubscriptionKind::Live(Name::new(live.response_name().as_str())));
        let query = ast::OperationDefinition {
            operation_type: OperationType::Query,
            selection_set: live.selection_set.clone(),
            ..ast::OperationDefinition::clone(operation)
        };
        let definitions = &mut changed.get_or_insert_with(|| tree.clone()).definitions;
        definitions[index] = Definition::OperationDefinition(operation.same_location(query));
    }
    ReadAsQueries { tree: changed, kinds }
}

/// The first root field, including fields of fragments.
fn root_field<'a>(
    tree: &'a ast::Document,
    selections: &'a [Selection],
    seen: &mut Vec<&'a ParsedName>,
) -> Option<&'a Node<ast::Field>> {
    selections.iter().find_map(|selection| match selection {
        Selection::Field(field) => Some(field),
        Selection::InlineFragment(fragment) => root_field(tree, &fragment.selection_set, seen),
        Selection::FragmentSpread(spread) => {
            if seen.contains(&&spread.fragment_name) {
                return None;
            }
            seen.push(&spread.fragment_name);
            let mut fragments =
                tree.definitions.iter().filter_map(|it| it.as_fragment_definition());
            let fragment = fragments.find(|it| it.name == spread.fragment_name)?;
            root_field(tree, &fragment.selection_set, seen)
        }
    })
}
