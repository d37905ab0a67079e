//! The parts of planning that every request needs: merging fields as GraphQL specifies, filling in the values of
//! variables, and collecting warnings.
//!
//! The whole selection below a root field is planned before any data is read, so all arguments are checked first, and
//! the plan knows which columns each level needs. [`list_plan`](super::list_plan) plans lists, and
//! [`groups`](super::groups) plans aggregates of their rows.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
};

use async_graphql::{
    Name, Positioned, ServerError, Value as GraphQl, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field as FieldNode, FragmentDefinition, Selection,
        SelectionSet,
    },
};
use async_graphql_value::Value as Written;
use indexmap::IndexMap;

use super::{
    arguments::{self, Arguments},
    page::{DEFAULT_PAGE, PageSizes},
};
use crate::{
    catalog::{Catalog, predicate::Predicate, table::Union},
    error::Error,
    limits::{Limits, MOST_RELATED, refuse},
};

/// The option that sets the most rows of a page.
pub(crate) const PAGES: &str = "--max-page";

/// A warning: the answer is right, but easy to misread.
#[derive(Clone, Debug)]
pub struct Warning {
    /// The first field that it concerns, by its path in the answer, without the positions in lists.
    pub path: Vec<String>,
    /// A code that a client can act on.
    pub code: &'static str,
    /// What to know, and what to ask for instead.
    pub message: Cow<'static, str>,
}

/// Plans the selections of one request.
pub(crate) struct Planner<'a> {
    /// The number of conditions that test rows referring to others.
    related: Cell<usize>,
    /// The warnings so far.
    warnings: RefCell<Vec<Warning>>,
    pub(crate) limits: Limits,
    pub(crate) catalog: &'static Catalog,
    /// The option that sets the most rows of a page.
    pages: &'static str,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
}

/// The fields of one response key.
pub(crate) type Merged<'a> = Vec<&'a Positioned<FieldNode>>;

impl<'a> Planner<'a> {
    /// A planner for an operation of a document, with the values of its variables.
    pub(crate) fn new(
        catalog: &'static Catalog,
        limits: Limits,
        pages: &'static str,
        document: &'a ExecutableDocument,
        variables: &'a Variables,
    ) -> Self {
        let fragments = &document.fragments;
        let (related, warnings) = <_>::default();
        Self { related, warnings, limits, catalog, pages, fragments, variables }
    }

    /// The page sizes of lists.
    pub(crate) fn page_sizes(&self) -> PageSizes {
        PageSizes { default: DEFAULT_PAGE, most: self.limits.page, setting: self.pages }
    }

    /// The option that sets the most groups. In an export, groups are rows.
    pub(crate) fn groups_setting(&self) -> &'static str {
        if self.pages == PAGES { "--max-groups" } else { self.pages }
    }

    /// Adds a warning.
    pub(crate) fn warn(&self, warning: Warning) {
        self.warnings.borrow_mut().push(warning);
    }

    /// Takes the warnings about everything that was planned.
    pub(crate) fn take_warnings(&self) -> Vec<Warning> {
        self.warnings.take()
    }

    /// Counts the conditions of a filter that test rows referring to others.
    ///
    /// # Errors
    /// Says that the filters of the request have too many of them.
    pub(crate) fn count_related(&self, keeps: &Predicate) -> Result<(), Error> {
        self.count_relations(keeps.related())
    }

    /// Counts this many of them.
    ///
    /// # Errors
    /// Says that the filters of the request have too many.
    pub(crate) fn count_relations(&self, count: usize) -> Result<(), Error> {
        self.related.set(self.related.get() + count);
        let counts = "conditions on related rows (`some` and `none`, in all filters together)";
        refuse(counts, self.related.get(), MOST_RELATED, "")
    }

    /// The values of a field's arguments.
    pub(crate) fn arguments(&self, field: &Positioned<FieldNode>) -> Arguments {
        arguments::of(field, self.variables)
    }

    /// The fields at the root of an operation, merged by response key.
    pub(crate) fn root(
        &self,
        set: &'a SelectionSet,
    ) -> Result<IndexMap<Name, Merged<'a>>, ServerError> {
        self.root_of("Query", set)
    }

    /// The fields at the root of an operation on this root type.
    pub(crate) fn root_of(
        &self,
        type_name: &str,
        set: &'a SelectionSet,
    ) -> Result<IndexMap<Name, Merged<'a>>, ServerError> {
        let mut found = IndexMap::new();
        self.collect_set(type_name, set, &mut found, &mut HashSet::new());
        self.agreeing(found)
    }

    /// The fields selected on a concrete type, merged by response key, in the order of the document.
    ///
    /// # Errors
    /// Says that one key stands for different fields. Validation should have found that, and one answer cannot be both.
    pub(crate) fn collect(
        &self,
        type_name: &str,
        fields: &[&'a Positioned<FieldNode>],
    ) -> Result<IndexMap<Name, Merged<'a>>, ServerError> {
        let mut found = IndexMap::new();
        let mut seen = HashSet::new();
        for field in fields {
            self.collect_set(type_name, &field.node.selection_set.node, &mut found, &mut seen);
        }
        self.agreeing(found)
    }

    fn agreeing(
        &self,
        found: IndexMap<Name, Merged<'a>>,
    ) -> Result<IndexMap<Name, Merged<'a>>, ServerError> {
        for (key, fields) in &found {
            let [first, others @ ..] = fields.as_slice() else { continue };
            for other in others {
                let same = other.node.name.node == first.node.name.node;
                if !same || self.arguments(other) != self.arguments(first) {
                    let reason = format!(
                        "{:?} stands for two different fields; give one of them an alias",
                        key.as_str()
                    );
                    let mut error = Error::BadArgument(reason).at(first.pos, &[]);
                    error.locations.push(other.pos);
                    return Err(error);
                }
            }
        }
        Ok(found)
    }

    fn collect_set(
        &self,
        type_name: &str,
        set: &'a SelectionSet,
        found: &mut IndexMap<Name, Merged<'a>>,
        seen: &mut HashSet<&'a str>,
    ) {
        for selection in &set.items {
            if self.is_skipped(selection.node.directives()) {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => {
                    found.entry(field.node.response_key().node.clone()).or_default().push(field);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|on| applies(self.catalog, &on.node.on.node, type_name))
                    {
                        let set = &fragment.node.selection_set.node;
                        self.collect_set(type_name, set, found, seen);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.fragments.get(name) else { continue };
                    let condition = &fragment.node.type_condition.node.on.node;
                    if seen.insert(name.as_str()) && applies(self.catalog, condition, type_name) {
                        let set = &fragment.node.selection_set.node;
                        self.collect_set(type_name, set, found, seen);
                    }
                }
            }
        }
    }

    /// Whether `@skip` or `@include` excludes a selection.
    fn is_skipped(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let skips = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            let holds = match directive.node.get_argument("if").map(|value| &value.node) {
                Some(Written::Boolean(truth)) => *truth,
                Some(Written::Variable(name)) => {
                    self.variables.get(name) == Some(&GraphQl::Boolean(true))
                }
                _ => false,
            };
            holds == skips
        })
    }
}

/// Whether an object of a type matches the type condition of a fragment.
fn applies(catalog: &Catalog, condition: &str, type_name: &str) -> bool {
    condition == type_name
        || condition == "Node" && catalog.by_type(type_name).is_some()
        || catalog.tables.iter().any(|table| {
            let mut unions = table.unions.iter().filter(|union| union.type_name == condition);
            let is_arm = |union: &Union| {
                table.relations.iter().any(|relation| {
                    union.arms.contains(&relation.field) && relation.other().type_name == type_name
                })
            };
            unions.any(is_arm)
        })
}

/// The path of a field below another.
pub(crate) fn join(path: &[String], name: &Name) -> Vec<String> {
    path.iter().cloned().chain([name.to_string()]).collect()
}
