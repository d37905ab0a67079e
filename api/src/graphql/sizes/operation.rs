//! Measures an operation by its tree.
//!
//! A fragment counts each time it is spread but is visited only once: a few dozen lines of nested fragments can stand
//! for billions of fields.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Value as Constant, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
    },
};
use async_graphql_value::Value;
use indexmap::IndexMap;

use crate::error::Error;
use crate::limits::{
    INTROSPECTED_DEPTH, INTROSPECTED_FIELDS, INTROSPECTED_LISTS, INTROSPECTED_SCHEMAS, Limits,
    refuse,
};

/// The sizes of an operation or a part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    fields: usize,
    depth: usize,
    aliases: usize,
    /// The bytes of the longest alias.
    alias: usize,
    directives: usize,
    /// The longest list.
    items: usize,
    /// The number of member lists of types nested in each other.
    lists: usize,
    root_fields: usize,
    introspected: Introspected,
}

/// The introspection of an operation, which otherwise counts as one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Introspected {
    fields: usize,
    depth: usize,
    lists: usize,
    schemas: usize,
}

impl Sizes {
    /// The sizes of an operation of a document.
    pub(crate) fn of(operation: &OperationDefinition, document: &ExecutableDocument) -> Self {
        let roots = root_fields(operation, document);
        let mut counter = Counter { document, fragments: HashMap::new() };
        let mut sizes = counter.set(&operation.selection_set.node);
        sizes.take_directives(&operation.directives);
        for definition in &operation.variable_definitions {
            sizes.take_directives(&definition.node.directives);
            let default = definition.node.default_value.as_ref();
            sizes.items = sizes.items.max(default.map_or(0, |value| longest(&value.node)));
        }
        sizes.root_fields = roots.len();
        sizes.introspected.schemas =
            roots.values().filter(|name| name.as_str() == "__schema").count();
        sizes
    }

    /// Refuses an operation that is too large, whatever the values of its variables.
    ///
    /// # Errors
    /// The limit that it exceeds.
    pub(crate) fn check_document(&self, limits: &Limits) -> Result<(), Error> {
        let schema = &self.introspected;
        limits.depth(self.depth)?;
        limits.fields(self.fields)?;
        limits.root_fields(self.root_fields)?;
        limits.aliases(self.aliases)?;
        limits.alias(self.alias)?;
        limits.directives(self.directives)?;
        limits.list_items(self.items)?;
        refuse("fields of the schema", schema.fields, INTROSPECTED_FIELDS, "")?;
        refuse("levels of fields of the schema", schema.depth, INTROSPECTED_DEPTH, "")?;
        refuse("levels of nested member lists", schema.lists, INTROSPECTED_LISTS, "")?;
        refuse("fields `__schema`", schema.schemas, INTROSPECTED_SCHEMAS, "")
    }

    /// Refuses an operation that is too large with the values of its variables.
    ///
    /// # Errors
    /// The limit that it exceeds.
    pub(crate) fn check(&self, limits: &Limits, variables: &Variables) -> Result<(), Error> {
        self.check_document(limits)?;
        limits.list_items(variables.values().map(longest).max().unwrap_or_default())?;
        if self.introspected.fields > 0 && !limits.introspection {
            return Err(Error::NoIntrospection);
        }
        Ok(())
    }

    /// Adds the sizes of a sibling.
    fn add(&mut self, other: &Self) {
        let add = |to: &mut usize, count: usize| *to = to.saturating_add(count);
        add(&mut self.fields, other.fields);
        add(&mut self.aliases, other.aliases);
        add(&mut self.directives, other.directives);
        add(&mut self.introspected.fields, other.introspected.fields);
        self.alias = self.alias.max(other.alias);
        self.depth = self.depth.max(other.depth);
        self.items = self.items.max(other.items);
        self.lists = self.lists.max(other.lists);
        self.introspected.depth = self.introspected.depth.max(other.introspected.depth);
        self.introspected.lists = self.introspected.lists.max(other.introspected.lists);
    }

    /// Adds the directives at one position.
    fn take_directives(&mut self, directives: &[Positioned<Directive>]) {
        self.directives = self.directives.saturating_add(directives.len());
        let values = directives.iter().flat_map(|directive| &directive.node.arguments);
        self.items = values.map(|(_, value)| longest_of(&value.node)).fold(self.items, usize::max);
    }
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    /// The sizes of each fragment. They are empty while it is being visited, because it must not spread itself.
    fragments: HashMap<&'a Name, Sizes>,
}

impl<'a> Counter<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Sizes {
        let mut sizes = Sizes::default();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => sizes.add(&self.field(&field.node)),
                Selection::InlineFragment(fragment) => {
                    sizes.take_directives(&fragment.node.directives);
                    sizes.add(&self.set(&fragment.node.selection_set.node));
                }
                Selection::FragmentSpread(spread) => {
                    sizes.take_directives(&spread.node.directives);
                    sizes.add(&self.fragment(&spread.node.fragment_name.node));
                }
            }
        }
        sizes
    }

    fn fragment(&mut self, name: &'a Name) -> Sizes {
        if let Some(sizes) = self.fragments.get(name) {
            return *sizes;
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Sizes::default() };
        self.fragments.insert(name, Sizes::default());
        let mut sizes = self.set(&fragment.node.selection_set.node);
        sizes.take_directives(&fragment.node.directives);
        self.fragments.insert(name, sizes);
        sizes
    }

    fn field(&mut self, field: &'a Field) -> Sizes {
        let mut sizes = self.set(&field.selection_set.node);
        sizes.fields = sizes.fields.saturating_add(1);
        sizes.depth += 1;
        match field.name.node.as_str() {
            "fields" | "inputFields" | "interfaces" | "possibleTypes" => sizes.lists += 1,
            "__schema" | "__type" => {
                let Sizes { fields, depth, lists, .. } = sizes;
                sizes.introspected = Introspected { fields, depth, lists, schemas: 0 };
                (sizes.fields, sizes.depth, sizes.lists) = (1, 1, 0);
            }
            _ => {}
        }
        sizes.aliases += usize::from(field.alias.is_some());
        sizes.alias = sizes.alias.max(field.alias.as_ref().map_or(0, |alias| alias.node.len()));
        sizes.take_directives(&field.directives);
        let values = field.arguments.iter().map(|(_, value)| longest_of(&value.node));
        sizes.items = values.fold(sizes.items, usize::max);
        sizes
    }
}

/// The root fields of an operation by response name, including skipped ones.
fn root_fields<'a>(
    operation: &'a OperationDefinition,
    document: &'a ExecutableDocument,
) -> IndexMap<&'a Name, &'a Name> {
    fn collect<'a>(
        set: &'a SelectionSet,
        document: &'a ExecutableDocument,
        seen: &mut HashSet<&'a str>,
        found: &mut IndexMap<&'a Name, &'a Name>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    found.entry(&field.node.response_key().node).or_insert(&field.node.name.node);
                }
                Selection::InlineFragment(fragment) => {
                    collect(&fragment.node.selection_set.node, document, seen, found);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name)
                        && seen.insert(name)
                    {
                        collect(&fragment.node.selection_set.node, document, seen, found);
                    }
                }
            }
        }
    }
    let mut found = IndexMap::new();
    collect(&operation.selection_set.node, document, &mut HashSet::new(), &mut found);
    found
}

/// The length of the longest list in a value.
fn longest(value: &Constant) -> usize {
    match value {
        Constant::List(items) => items.iter().map(longest).fold(items.len(), usize::max),
        Constant::Object(fields) => fields.values().map(longest).max().unwrap_or_default(),
        _ => 0,
    }
}

/// The length of the longest list in a value that may contain variables.
fn longest_of(value: &Value) -> usize {
    match value {
        Value::List(items) => items.iter().map(longest_of).fold(items.len(), usize::max),
        Value::Object(fields) => fields.values().map(longest_of).max().unwrap_or_default(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn sizes(text: &str) -> Sizes {
        let document = parse_query(text).expect("it is GraphQL");
        let (_, operation) = document.operations.iter().next().expect("it has an operation");
        Sizes::of(&operation.node, &document)
    }

    #[test]
    fn a_fragment_counts_each_time_that_it_is_spread() {
        let text = "query($x: [Int] @d = [1, 2]) @d { a: f(x: [1, 2, [3, 4, 5, 6]]) { ...A ... @d { g } } \
            ...B g } fragment A on T @d { b: g { ...C ...C } } fragment B on T { h ...C @d } \
            fragment C on T { g @d(x: []) }";
        let sizes = sizes(text);
        assert_eq!((sizes.fields, sizes.depth, sizes.root_fields), (8, 3, 3));
        assert_eq!((sizes.aliases, sizes.items), (2, 4));
        // The operation, its variable, an inline fragment, A, three times C, and the spread in B.
        assert_eq!(sizes.directives, 8);
    }

    #[test]
    fn fragments_that_spread_fragments_are_counted_and_not_spread() {
        let fragment = |n: usize| format!("fragment F{n} on T {{ ...F{} ...F{} }}", n + 1, n + 1);
        let fragments: String = (0..100).map(fragment).collect();
        let text = format!("{{ ...F0 }} {fragments} fragment F100 on T {{ a }}");
        let sizes = sizes(&text);
        assert_eq!(sizes.fields, usize::MAX);
        assert!(sizes.check(&Limits::default(), &Variables::default()).is_err());
        // A cycle, which validation refuses later, must not make the counting loop forever.
        let sizes = self::sizes("{ ...A } fragment A on T { a ...B } fragment B on T { b ...A }");
        assert_eq!(sizes.fields, 2);
    }

    #[test]
    fn what_asks_of_the_schema_has_limits_of_its_own() {
        let text = "{ __schema { types { fields { type { fields { name } } } } } a }";
        let found = sizes(text);
        assert_eq!((found.fields, found.depth, found.root_fields), (2, 1, 2));
        let expected = Introspected { fields: 6, depth: 6, lists: 2, schemas: 1 };
        assert_eq!(found.introspected, expected);
        let check = |text: &str| sizes(text).check(&Limits::default(), &Variables::default());
        assert!(check(text).is_ok());
        let round =
            "{ __type(name: \"A\") { fields { type { fields { type { fields { name } } } } } } }";
        assert!(check(round).is_err());
        assert!(
            check("{ a: __schema { types { name } } b: __schema { types { name } } }").is_err()
        );
    }
}
