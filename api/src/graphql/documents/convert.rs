//! Converts a parsed document to async-graphql's tree, with source positions.
//!
//! Printing it and parsing it again would change the positions in errors. This requires unique names, or the last of
//! two wins; before validation, the result is only used to measure the size.

use apollo_compiler::{Name as ParsedName, Node, ast};
use async_graphql::{
    Name, Number, Positioned, Value as Constant,
    parser::types::{
        BaseType, Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition,
        FragmentSpread, InlineFragment, OperationDefinition, OperationType, Selection,
        SelectionSet, Type, TypeCondition, VariableDefinition,
    },
};
use async_graphql_value::Value;

use super::lines::Lines;

/// Converts a document. Its operations stay in the order of the text.
pub(super) fn document(parsed: &ast::Document, lines: &Lines<'_>) -> ExecutableDocument {
    let convert = Convert { lines };
    let (mut operations, mut fragments) = (Vec::new(), std::collections::HashMap::new());
    for definition in &parsed.definitions {
        match definition {
            ast::Definition::OperationDefinition(operation) => {
                let name = operation.name.as_ref().map(Convert::bare);
                operations.push((name, convert.operation(operation)));
            }
            ast::Definition::FragmentDefinition(fragment) => {
                fragments.insert(Convert::bare(&fragment.name), convert.fragment(fragment));
            }
            _ => {}
        }
    }
    let operations = match <[_; 1]>::try_from(operations) {
        Ok([(None, operation)]) => DocumentOperations::Single(operation),
        Ok([(Some(name), operation)]) => DocumentOperations::Multiple([(name, operation)].into()),
        Err(operations) => DocumentOperations::Multiple(
            operations
                .into_iter()
                .map(|(name, operation)| (name.unwrap_or_else(|| Name::new("")), operation))
                .collect(),
        ),
    };
    ExecutableDocument { operations, fragments }
}

struct Convert<'a> {
    lines: &'a Lines<'a>,
}

impl Convert<'_> {
    fn bare(name: &ParsedName) -> Name {
        Name::new(name.as_str())
    }

    fn name(&self, name: &ParsedName) -> Positioned<Name> {
        self.lines.positioned(name.location(), Self::bare(name))
    }

    fn at<T, P: ?Sized>(&self, node: &Node<P>, value: T) -> Positioned<T> {
        self.lines.positioned(node.location(), value)
    }

    fn operation(
        &self,
        operation: &Node<ast::OperationDefinition>,
    ) -> Positioned<OperationDefinition> {
        let variables = operation.variables.iter().map(|variable| {
            let converted = VariableDefinition {
                name: self.name(&variable.name),
                var_type: self.at(&variable.ty, of_type(&variable.ty)),
                directives: self.directives(&variable.directives),
                default_value: variable
                    .default_value
                    .as_ref()
                    .and_then(|value| Some(self.at(value, written(value).into_const()?))),
            };
            self.at(variable, converted)
        });
        let converted = OperationDefinition {
            ty: match operation.operation_type {
                ast::OperationType::Query => OperationType::Query,
                ast::OperationType::Mutation => OperationType::Mutation,
                ast::OperationType::Subscription => OperationType::Subscription,
            },
            variable_definitions: variables.collect(),
            directives: self.directives(&operation.directives),
            selection_set: self.set(operation, &operation.selection_set),
        };
        self.at(operation, converted)
    }

    fn fragment(&self, fragment: &Node<ast::FragmentDefinition>) -> Positioned<FragmentDefinition> {
        let converted = FragmentDefinition {
            type_condition: self.condition(&fragment.type_condition),
            directives: self.directives(&fragment.directives),
            selection_set: self.set(fragment, &fragment.selection_set),
        };
        self.at(fragment, converted)
    }

    fn condition(&self, name: &ParsedName) -> Positioned<TypeCondition> {
        self.lines.positioned(name.location(), TypeCondition { on: self.name(name) })
    }

    fn set<P>(&self, of: &Node<P>, selections: &[ast::Selection]) -> Positioned<SelectionSet> {
        let items = selections.iter().map(|selection| self.selection(selection)).collect();
        self.at(of, SelectionSet { items })
    }

    fn selection(&self, selection: &ast::Selection) -> Positioned<Selection> {
        match selection {
            ast::Selection::Field(field) => {
                let arguments = field.arguments.iter();
                let converted = Field {
                    alias: field.alias.as_ref().map(|alias| self.name(alias)),
                    name: self.name(&field.name),
                    arguments: arguments.map(|argument| self.argument(argument)).collect(),
                    directives: self.directives(&field.directives),
                    selection_set: self.set(field, &field.selection_set),
                };
                self.at(field, Selection::Field(self.at(field, converted)))
            }
            ast::Selection::FragmentSpread(spread) => {
                let converted = FragmentSpread {
                    fragment_name: self.name(&spread.fragment_name),
                    directives: self.directives(&spread.directives),
                };
                self.at(spread, Selection::FragmentSpread(self.at(spread, converted)))
            }
            ast::Selection::InlineFragment(fragment) => {
                let condition = fragment.type_condition.as_ref();
                let converted = InlineFragment {
                    type_condition: condition.map(|condition| self.condition(condition)),
                    directives: self.directives(&fragment.directives),
                    selection_set: self.set(fragment, &fragment.selection_set),
                };
                self.at(fragment, Selection::InlineFragment(self.at(fragment, converted)))
            }
        }
    }

    fn directives(&self, directives: &ast::DirectiveList) -> Vec<Positioned<Directive>> {
        let convert = |directive: &Node<ast::Directive>| {
            let arguments = directive.arguments.iter();
            let converted = Directive {
                name: self.name(&directive.name),
                arguments: arguments.map(|argument| self.argument(argument)).collect(),
            };
            self.at(directive, converted)
        };
        directives.0.iter().map(convert).collect()
    }

    fn argument(&self, argument: &Node<ast::Argument>) -> (Positioned<Name>, Positioned<Value>) {
        let value = self.at(&argument.value, written(&argument.value));
        (self.name(&argument.name), value)
    }
}

fn of_type(parsed: &ast::Type) -> Type {
    let named = |name: &ParsedName| BaseType::Named(Convert::bare(name));
    let list = |of: &ast::Type| BaseType::List(Box::new(of_type(of)));
    match parsed {
        ast::Type::Named(name) => Type { base: named(name), nullable: true },
        ast::Type::NonNullNamed(name) => Type { base: named(name), nullable: false },
        ast::Type::List(of) => Type { base: list(of), nullable: true },
        ast::Type::NonNullList(of) => Type { base: list(of), nullable: false },
    }
}

/// A value, which may contain variables.
pub(super) fn written(value: &ast::Value) -> Value {
    match value {
        ast::Value::Null => Value::Null,
        ast::Value::Enum(name) => Value::Enum(Convert::bare(name)),
        ast::Value::Variable(name) => Value::Variable(Convert::bare(name)),
        ast::Value::String(text) => Value::String(text.clone()),
        ast::Value::Boolean(truth) => Value::Boolean(*truth),
        ast::Value::Int(digits) => number(digits.as_str()),
        ast::Value::Float(digits) => number(digits.as_str()),
        ast::Value::List(items) => Value::List(items.iter().map(|item| written(item)).collect()),
        ast::Value::Object(fields) => {
            let field = |(name, value): &(ParsedName, Node<ast::Value>)| {
                (Convert::bare(name), written(value))
            };
            Value::Object(fields.iter().map(field).collect())
        }
    }
}

/// A value without variables; `None` if it contains any.
pub(super) fn constant(value: &ast::Value) -> Option<Constant> {
    written(value).into_const()
}

/// The number of a literal: an integer if it fits into 64 bits, or else a floating-point number. Larger literals have
/// no number, and are refused by the check of their position.
fn number(digits: &str) -> Value {
    let whole = digits.parse::<i64>().map(Number::from);
    let whole = whole.or_else(|_| digits.parse::<u64>().map(Number::from)).ok();
    let number = whole.or_else(|| Number::from_f64(digits.parse().ok()?));
    number.map_or(Value::Null, Value::Number)
}
