//! The values of variables, checked against the types that the operation declares.

use apollo_compiler::{Name as DeclaredName, ast};
use async_graphql::{
    Name, Positioned, ServerError, Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type, VariableDefinition},
};

use super::values::{Check, NotNull, Wrong};
use crate::error::Error;

/// The variable values that an operation runs with: the values sent by the client, checked against the declared
/// types, and the defaults of variables that are not sent. A variable with neither has no value, which differs from
/// null. Undeclared variables are ignored.
///
/// # Errors
/// The errors of each variable.
pub(super) fn coerce(
    operation: &OperationDefinition,
    not_null: &[NotNull],
    sent: &Variables,
) -> Result<Variables, Vec<ServerError>> {
    let (mut values, mut errors) = (Variables::default(), Vec::new());
    for definition in &operation.variable_definitions {
        match variable(definition, sent.get(&definition.node.name.node)) {
            Ok(Some(Value::Null)) if find(not_null, definition).is_some() => {
                let Some(NotNull { variable, path, of }) = find(not_null, definition) else {
                    continue;
                };
                let reason = format!(
                    "the variable ${variable} must not be null, because {path} expects {of}. Omit the variable or give \
                     it a value"
                );
                errors.push(Error::BadArgument(reason).at(definition.pos, &[]));
            }
            Ok(Some(value)) => {
                values.insert(definition.node.name.node.clone(), value);
            }
            Ok(None) => {}
            Err(reasons) => {
                let error = |reason| Error::BadArgument(reason).at(definition.pos, &[]);
                errors.extend(reasons.into_iter().map(error));
            }
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(errors) }
}

/// Finds the position at which a variable must not be null.
fn find<'a>(
    not_null: &'a [NotNull],
    definition: &Positioned<VariableDefinition>,
) -> Option<&'a NotNull> {
    not_null.iter().find(|place| place.variable == definition.node.name.node.as_str())
}

fn variable(
    definition: &Positioned<VariableDefinition>,
    sent: Option<&Value>,
) -> Result<Option<Value>, Vec<String>> {
    let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
    let (name, of): (&Name, &Type) = (&name.node, &var_type.node);
    let Some(sent) = sent.or(default_value.as_ref().map(|default| &default.node)) else {
        let missing = format!("the variable ${name} of type {of} is missing. Give it a value");
        return if of.nullable { Ok(None) } else { Err(vec![missing]) };
    };
    let mut check = Check::new(&[]);
    let value = check.value(&declared(of), false, &sent, &format!("${name}"));
    if check.wrong.is_empty() {
        return Ok(Some(value));
    }
    Err(check.wrong.into_iter().map(|Wrong { message, .. }| message).collect())
}

/// Converts a type to the form that validation uses.
fn declared(of: &Type) -> ast::Type {
    let inner = match &of.base {
        BaseType::List(of) => declared(of).list(),
        BaseType::Named(name) => ast::Type::Named(DeclaredName::new_unchecked(name.as_str())),
    };
    if of.nullable { inner } else { inner.non_null() }
}
