//! Checks whether a document fits the schema.
//!
//! `apollo-compiler` validates it by the rules of GraphQL. This module runs first and checks what it checks too
//! loosely or reports poorly: that fields and arguments exist, with suggestions, and that each value matches the type
//! of its position ([`super::values`]). This includes duplicate keys, `@oneOf`, variables within lists and objects,
//! and the scalars of this schema.

use std::collections::{HashMap, HashSet};

use apollo_compiler::{
    ExecutableDocument, Name, Node,
    ast::{self, Argument, Directive, Selection},
    diagnostic::ToCliReport as _,
    schema::{ExtendedType, InputValueDefinition},
    validation::Valid,
};
use async_graphql::{Pos, ServerError};

use super::{
    MOST_ERRORS,
    contract::contract,
    lines::Lines,
    merging::{self, Fragments},
    suggestions,
    values::{Check, NotNull, Variables, Wrong},
};
use crate::error::Error;

/// Validates a document. If it is finite, no fragment spreads itself.
///
/// # Errors
/// All errors found, in document order.
pub(super) fn check(
    document: &ast::Document,
    is_finite: bool,
    lines: &Lines<'_>,
) -> Result<Checked, Vec<ServerError>> {
    let Visited { mut errors, not_null } = Visitor::visit(document, is_finite, lines);
    if errors.is_empty() {
        let found = match document.to_executable_validate(contract()) {
            Ok(document) => return Ok(Checked { document, not_null }),
            Err(found) => found,
        };
        errors = found
            .errors
            .iter()
            .take(MOST_ERRORS)
            .map(|found| {
                let message = sentence(&found.error.to_string());
                (lines.of_span(found.error.location()), message)
            })
            .collect();
    }
    errors.sort_by_key(|(at, _)| (at.line, at.column));
    errors.dedup();
    Err(errors
        .into_iter()
        .map(|(at, message)| Error::InvalidDocument(message).at(at, &[]))
        .collect())
}

/// The message of `apollo-compiler`, with quotes instead of backticks and adapted wording.
fn sentence(message: &str) -> String {
    let message = message.replace('`', "\"").replace("in this document", "in this schema");
    match message.contains("using the same name") {
        true => format!("{message}. Give one of them an alias"),
        false => message,
    }
}

/// A document that fits the schema.
pub(super) struct Checked {
    pub(super) document: Valid<ExecutableDocument>,
    /// The variables that must not be null, by operation name.
    pub(super) not_null: HashMap<Option<String>, Vec<NotNull>>,
}

struct Visited {
    errors: Vec<(Pos, String)>,
    not_null: HashMap<Option<String>, Vec<NotNull>>,
}

struct Visitor<'a> {
    fragments: Fragments<'a>,
    /// Whether no fragment spreads itself.
    is_finite: bool,
    lines: &'a Lines<'a>,
    variables: Variables<'a>,
    /// The fragments of the operation that were visited.
    seen: HashSet<&'a Name>,
    errors: Vec<(Pos, String)>,
    /// The variables of the operation that must not be null.
    not_null: Vec<NotNull>,
}

impl<'a> Visitor<'a> {
    fn visit(document: &'a ast::Document, is_finite: bool, lines: &'a Lines<'a>) -> Visited {
        let fragments = document.definitions.iter().filter_map(|it| it.as_fragment_definition());
        let fragments = fragments.map(|fragment| (&fragment.name, &**fragment)).collect();
        let (seen, errors, not_null) = (HashSet::new(), Vec::new(), Vec::new());
        let variables = &[];
        let mut visitor = Self { fragments, is_finite, lines, variables, seen, errors, not_null };
        let mut all = HashMap::new();
        for definition in &document.definitions {
            match definition {
                ast::Definition::OperationDefinition(operation) => {
                    visitor.operation(operation);
                    let name = operation.name.as_ref().map(ToString::to_string);
                    all.insert(name, std::mem::take(&mut visitor.not_null));
                }
                ast::Definition::FragmentDefinition(fragment) => {
                    visitor.is_type(&fragment.type_condition, has_fields);
                }
                _ => {}
            }
        }
        Visited { errors: visitor.errors, not_null: all }
    }

    /// Whether a type exists. If not, reports an error with suggestions.
    fn is_type(&mut self, name: &Name, may_be: fn(&ExtendedType) -> bool) -> bool {
        let is_there = contract().types.contains_key(name);
        if !is_there {
            let known = contract().types.iter().filter(|(_, of)| may_be(of));
            let near = suggestions::names(name, known.map(|(name, _)| name.as_str()));
            let at = self.lines.of_span(name.location());
            self.errors.push((at, format!("there is no type {:?}.{near}", name.as_str())));
        }
        is_there
    }

    fn operation(&mut self, operation: &'a ast::OperationDefinition) {
        self.variables = &operation.variables;
        self.seen.clear();
        self.directives(&operation.directives.0);
        for variable in &operation.variables {
            self.directives(&variable.directives.0);
            self.is_type(variable.ty.inner_named_type(), ExtendedType::is_input_type);
            if let Some(default) = &variable.default_value {
                let mut check = Check::new(&[]);
                check.value(&variable.ty, false, &default, &format!("${}", variable.name));
                self.refuse(check.wrong);
            }
        }
        if let Some(root) = contract().root_operation(operation.operation_type) {
            self.selections(&operation.selection_set, root);
        }
        if self.errors.is_empty()
            && self.is_finite
            && let Some([first, other]) = merging::conflict(operation, &self.fragments)
        {
            let key = first.response_name();
            let [at, also] = [first, other].map(|field| self.lines.of_node(field));
            let message = format!(
                "{:?} names two different fields, here and at line {}, column {}. Give one an alias",
                key.as_str(),
                also.line,
                also.column,
            );
            self.errors.push((at, message));
        }
    }

    fn refuse(&mut self, wrong: Vec<Wrong<Node<ast::Value>>>) {
        let lines = self.lines;
        let error = |Wrong { place, message }: Wrong<_>| (lines.of_node(&place), message);
        self.errors.extend(wrong.into_iter().map(error));
    }

    fn selections(&mut self, selections: &'a [Selection], on: &Name) {
        for selection in selections {
            // The maximum number of errors is reached.
            if self.errors.len() >= MOST_ERRORS {
                return;
            }
            match selection {
                Selection::Field(field) => self.field(field, on),
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.directives.0);
                    if fragment
                        .type_condition
                        .as_ref()
                        .is_none_or(|on| self.is_type(on, has_fields))
                    {
                        let on = fragment.type_condition.as_ref().unwrap_or(on);
                        self.selections(&fragment.selection_set, on);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives.0);
                    let name = &spread.fragment_name;
                    match self.fragments.get(name).copied() {
                        Some(fragment) if self.seen.insert(&fragment.name) => {
                            self.directives(&fragment.directives.0);
                            self.selections(&fragment.selection_set, &fragment.type_condition);
                        }
                        Some(_) => {}
                        None => {
                            let known = self.fragments.keys().map(|name| name.as_str());
                            let near = suggestions::names(name, known);
                            let at = self.lines.of_node(spread);
                            let name = name.as_str();
                            self.errors.push((at, format!("there is no fragment {name:?}.{near}")));
                        }
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'a Node<ast::Field>, on: &Name) {
        self.directives(&field.directives.0);
        match contract().type_field(on, &field.name) {
            Ok(definition) => {
                let of = format!("{on}.{}", field.name);
                self.arguments(&field.arguments, &definition.arguments, &of);
                let on = definition.ty.inner_named_type();
                let name = field.name.as_str();
                match (contract().types.get(on), field.selection_set.is_empty()) {
                    (Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_)), false) => {
                        let reason =
                            format!("{name:?} has type {on}, which has no fields to select");
                        self.errors.push((self.lines.of_node(field), reason));
                    }
                    (Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_)), true) => {}
                    (_, true) => {
                        let reason = format!(
                            "{name:?} has type {on}. Select some of its fields, as in `{name} {{ ... }}`"
                        );
                        self.errors.push((self.lines.of_node(field), reason));
                    }
                    (_, false) => self.selections(&field.selection_set, on),
                }
            }
            // Validation reports unknown types and types that are not objects.
            Err(_) => match contract().types.get(on) {
                None => {}
                Some(of) => {
                    let name = field.name.as_str();
                    let near = suggestions::field(name, of);
                    let at = self.lines.of_span(field.name.location());
                    self.errors.push((at, format!("there is no field {name:?} in {on}.{near}")));
                }
            },
        }
    }

    fn directives(&mut self, directives: &'a [Node<Directive>]) {
        let known = &contract().directive_definitions;
        for directive in directives {
            let name = directive.name.as_str();
            if let Some(definition) = known.get(&directive.name) {
                let of = format!("@{name}");
                self.arguments(&directive.arguments, &definition.arguments, &of);
            } else if self.errors.len() < MOST_ERRORS {
                let near = suggestions::names(name, known.keys().map(Name::as_str));
                let at = self.lines.of_node(directive);
                self.errors.push((at, format!("there is no directive {name:?}.{near}")));
            }
        }
    }

    fn arguments(
        &mut self,
        given: &'a [Node<Argument>],
        known: &[Node<InputValueDefinition>],
        of: &str,
    ) {
        for argument in given {
            // The maximum number of errors is reached.
            if self.errors.len() >= MOST_ERRORS {
                return;
            }
            let name = argument.name.as_str();
            let Some(definition) = known.iter().find(|known| known.name == argument.name) else {
                let near = suggestions::argument(name, known);
                let at = self.lines.of_node(argument);
                self.errors.push((at, format!("{of} has no argument {name:?}.{near}")));
                continue;
            };
            let mut check = Check::new(self.variables);
            let has_default = definition.default_value.is_some();
            check.value(&definition.ty, has_default, &&argument.value, name);
            self.not_null.append(&mut check.not_null);
            self.refuse(check.wrong);
        }
    }
}

/// Whether a fragment can have this type condition.
fn has_fields(of: &ExtendedType) -> bool {
    matches!(of, ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
}
