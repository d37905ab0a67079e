//! Whether a document fits the schema.
//!
//! `apollo-compiler` validates it by the rules of GraphQL. This module goes before it and looks at what that does not
//! look at closely enough, or does not say well: that fields and arguments are there, with the names that may have
//! been meant, and that each value is one of the type of its place ([`super::values`]), which takes in keys given
//! twice, `@oneOf`, variables within lists and objects, and the scalars of this schema.

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Name, Node,
    ast::{self, Argument, Directive, Selection},
    diagnostic::ToCliReport as _,
    schema::{ExtendedType, InputValueDefinition},
    validation::Valid,
};
use async_graphql::{Pos, ServerError};

use super::{
    contract::{contract, similar},
    lines::Lines,
    merging::{self, Fragments},
    values::{Check, Variables, Wrong},
};
use crate::error::Error;

/// Validates a document.
///
/// # Errors
/// What is wrong with it, in the order of the document.
pub(super) fn check(
    document: &ast::Document,
    lines: &Lines<'_>,
) -> Result<Valid<ExecutableDocument>, Vec<ServerError>> {
    let mut errors = Visitor::errors(document, lines);
    if errors.is_empty() {
        let found = match document.to_executable_validate(contract()) {
            Ok(valid) => return Ok(valid),
            Err(found) => found,
        };
        errors = found
            .errors
            .iter()
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

/// What `apollo-compiler` says, without the colour of a terminal around the names.
fn sentence(message: &str) -> String {
    let message = message.replace('`', "\"");
    match message.contains("using the same name") {
        true => format!("{message}: give one of them an alias"),
        false => message,
    }
}

struct Visitor<'a> {
    fragments: Fragments<'a>,
    lines: &'a Lines<'a>,
    variables: Variables<'a>,
    /// The fragments of the operation that were looked at.
    seen: HashSet<&'a Name>,
    errors: Vec<(Pos, String)>,
}

impl<'a> Visitor<'a> {
    fn errors(document: &'a ast::Document, lines: &'a Lines<'a>) -> Vec<(Pos, String)> {
        let fragments = document.definitions.iter().filter_map(|it| it.as_fragment_definition());
        let fragments = fragments.map(|fragment| (&fragment.name, &**fragment)).collect();
        let (seen, errors) = (HashSet::new(), Vec::new());
        let mut visitor = Self { fragments, lines, variables: &[], seen, errors };
        for definition in &document.definitions {
            if let ast::Definition::OperationDefinition(operation) = definition {
                visitor.operation(operation);
            }
        }
        visitor.errors
    }

    fn operation(&mut self, operation: &'a ast::OperationDefinition) {
        self.variables = &operation.variables;
        self.seen.clear();
        self.directives(&operation.directives.0);
        for variable in &operation.variables {
            self.directives(&variable.directives.0);
            if let Some(default) = &variable.default_value {
                let mut check = Check { variables: &[], wrong: Vec::new() };
                check.value(&variable.ty, false, &default, &format!("${}", variable.name));
                self.refuse(check.wrong);
            }
        }
        if let Some(root) = contract().root_operation(operation.operation_type) {
            self.selections(&operation.selection_set, root);
        }
        if let Some([first, other]) = merging::conflict(operation, &self.fragments) {
            let key = first.response_name();
            let [at, also] = [first, other].map(|field| self.lines.of_node(field));
            let message = format!(
                "{:?} stands for two different fields, here and in line {}, column {}: give one an alias",
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
            match selection {
                Selection::Field(field) => self.field(field, on),
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.directives.0);
                    let on = fragment.type_condition.as_ref().unwrap_or(on);
                    self.selections(&fragment.selection_set, on);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives.0);
                    if let Some(fragment) = self.fragments.get(&spread.fragment_name).copied()
                        && self.seen.insert(&fragment.name)
                    {
                        self.directives(&fragment.directives.0);
                        self.selections(&fragment.selection_set, &fragment.type_condition);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'a Node<ast::Field>, on: &Name) {
        self.directives(&field.directives.0);
        match contract().type_field(on, &field.name) {
            Ok(definition) => {
                let of = format!("the field {:?} of {on}", field.name.as_str());
                self.arguments(&field.arguments, &definition.arguments, &of);
                let on = definition.ty.inner_named_type();
                self.selections(&field.selection_set, on);
            }
            // What is not there, or no type of objects, is for validation to name.
            Err(_) => match contract().types.get(on) {
                None => {}
                Some(of) => {
                    let name = field.name.as_str();
                    let near = similar(name, fields(of).into_iter()).unwrap_or_default();
                    let at = self.lines.of_span(field.name.location());
                    self.errors.push((at, format!("there is no field {name:?} in {on}.{near}")));
                }
            },
        }
    }

    fn directives(&mut self, directives: &'a [Node<Directive>]) {
        for directive in directives {
            if let Some(definition) = contract().directive_definitions.get(&directive.name) {
                let of = format!("the directive @{}", directive.name);
                self.arguments(&directive.arguments, &definition.arguments, &of);
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
            let name = argument.name.as_str();
            let Some(definition) = known.iter().find(|known| known.name == argument.name) else {
                let near = similar(name, known.iter().map(|known| known.name.as_str()));
                let near = near.unwrap_or_default();
                let at = self.lines.of_node(argument);
                self.errors.push((at, format!("there is no argument {name:?} of {of}.{near}")));
                continue;
            };
            let mut check = Check { variables: self.variables, wrong: Vec::new() };
            let has_default = definition.default_value.is_some();
            check.value(&definition.ty, has_default, &&argument.value, name);
            self.refuse(check.wrong);
        }
    }
}

/// The names of the fields of a type.
fn fields(of: &ExtendedType) -> Vec<&str> {
    match of {
        ExtendedType::Object(of) => of.fields.keys().map(Name::as_str).collect(),
        ExtendedType::Interface(of) => of.fields.keys().map(Name::as_str).collect(),
        _ => Vec::new(),
    }
}
