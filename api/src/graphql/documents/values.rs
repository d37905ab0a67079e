//! Checks values against the types of their positions.
//!
//! Literals in a document and variable values sent by a client are checked against the same types by the same rules
//! ([`ReadableValue`] defines the differences): the rules of GraphQL for built-in types, and the rules of columns
//! ([`Scalar`]) for the types of this schema. So every value that reaches a resolver has the right type, and each
//! value has one spelling.
//!
//! Errors start with the path to the value: `filter.grants.every: there is no field "every" in GrantListFilter`.

use apollo_compiler::{
    Name as DeclaredName, Node,
    ast::{self, Type, VariableDefinition},
    schema::{EnumType, ExtendedType, InputObjectType, InputValueDefinition, ScalarType},
};
use async_graphql::{Name, Number, Value as Constant};
use indexmap::IndexMap;

use super::{
    MOST_ERRORS,
    contract::{contract, is_one_of},
    suggestions,
};
use crate::catalog::scalar::{ColumnKind, Scalar};

/// A value that does not match its type.
#[derive(Debug)]
pub(super) struct Wrong<P> {
    /// The position of the value, if it is in a document.
    pub(super) place: P,
    /// The path to the value, and what is wrong with it.
    pub(super) message: String,
}

/// A value from any source, with what the type rules need to know.
pub(super) trait ReadableValue: Sized {
    /// The type of its position.
    type Place;
    /// Whether it is a literal, in which a name differs from a string, and `1.0` is not an integer.
    const IS_LITERAL: bool;

    fn place(&self) -> Self::Place;
    /// The shape of the value. Lists and objects may contain variables.
    fn shape(&self) -> ValueShape<'_, Self>;
    /// The value as a person would write it.
    fn shown(&self) -> String;
}

/// The shapes of values.
pub(super) enum ValueShape<'a, I> {
    Null,
    Variable(&'a str),
    Boolean(bool),
    /// A number, with the text of its literal if it is one.
    Number(Number, Option<&'a str>),
    /// A literal that is too large for any number.
    TooLarge,
    String(&'a str),
    /// A name, which is the literal of an enum value.
    Name(&'a str),
    List(Vec<I>),
    Object(Vec<(&'a str, I)>),
}

/// The variables that a value may contain.
pub(super) type Variables<'a> = &'a [Node<VariableDefinition>];

/// A literal of a document.
impl ReadableValue for &Node<ast::Value> {
    type Place = Node<ast::Value>;
    const IS_LITERAL: bool = true;

    fn place(&self) -> Node<ast::Value> {
        Node::clone(self)
    }

    fn shape(&self) -> ValueShape<'_, Self> {
        match &***self {
            ast::Value::Null => ValueShape::Null,
            ast::Value::Variable(name) => ValueShape::Variable(name),
            ast::Value::Boolean(truth) => ValueShape::Boolean(*truth),
            ast::Value::Int(digits) => number(self, digits.as_str()),
            ast::Value::Float(digits) => number(self, digits.as_str()),
            ast::Value::String(text) => ValueShape::String(text),
            ast::Value::Enum(name) => ValueShape::Name(name),
            ast::Value::List(items) => ValueShape::List(items.iter().collect()),
            ast::Value::Object(fields) => ValueShape::Object(
                fields.iter().map(|(name, value)| (name.as_str(), value)).collect(),
            ),
        }
    }

    fn shown(&self) -> String {
        match &***self {
            ast::Value::Int(digits) => short(digits.as_str()),
            ast::Value::Float(digits) => short(digits.as_str()),
            value => short(&super::convert::written(value).to_string()),
        }
    }
}

fn number<'a, I>(value: &ast::Value, digits: &'a str) -> ValueShape<'a, I> {
    match super::convert::constant(value) {
        Some(Constant::Number(number)) => ValueShape::Number(number, Some(digits)),
        _ => ValueShape::TooLarge,
    }
}

/// A variable value sent by a client.
impl ReadableValue for &Constant {
    type Place = ();
    const IS_LITERAL: bool = false;

    fn place(&self) {}

    fn shape(&self) -> ValueShape<'_, Self> {
        match self {
            Constant::Null | Constant::Binary(_) => ValueShape::Null,
            Constant::Boolean(truth) => ValueShape::Boolean(*truth),
            Constant::Number(number) => ValueShape::Number(number.clone(), None),
            Constant::String(text) => ValueShape::String(text),
            Constant::Enum(name) => ValueShape::Name(name),
            Constant::List(items) => ValueShape::List(items.iter().collect()),
            Constant::Object(fields) => ValueShape::Object(
                fields.iter().map(|(name, value)| (name.as_str(), value)).collect(),
            ),
        }
    }

    fn shown(&self) -> String {
        short(&self.to_string())
    }
}

/// The most characters of a value in an error message.
const LONGEST: usize = 60;

/// Shortens a value for an error message, because it can be very long.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Checks a value against the type of its position and returns the coerced value: a list for a single item, integers
/// where expected, a string for an id. Variables are treated as null; the caller inserts their values.
pub(super) struct Check<'a, P> {
    /// The variables of the operation.
    pub(super) variables: Variables<'a>,
    pub(super) wrong: Vec<Wrong<P>>,
    /// Positions that need a value and accept a nullable variable because of a default. The variable must not be null then.
    pub(super) not_null: Vec<NotNull>,
}

/// A variable that may be omitted but must not be null.
#[derive(Debug)]
pub(super) struct NotNull {
    pub(super) variable: String,
    /// The path to its position.
    pub(super) path: String,
    /// The type expected there.
    pub(super) of: String,
}

/// The position of a value.
struct At<'a, 'b> {
    of: &'a Type,
    /// Whether the position has a default.
    has_default: bool,
    /// Whether it is the only field of a `@oneOf` object.
    is_the_one: bool,
    path: &'b str,
}

impl<'a, P> Check<'a, P> {
    pub(super) fn new(variables: Variables<'a>) -> Self {
        Self { variables, wrong: Vec::new(), not_null: Vec::new() }
    }

    /// The value of an argument, or of a variable.
    pub(super) fn value<I: ReadableValue<Place = P>>(
        &mut self,
        of: &Type,
        has_default: bool,
        value: &I,
        path: &str,
    ) -> Constant {
        self.check(&At { of, has_default, is_the_one: false, path }, value)
    }

    fn refuse<I: ReadableValue<Place = P>>(
        &mut self,
        at: &At<'_, '_>,
        value: &I,
        reason: &str,
    ) -> Constant {
        self.refuse_at(at.path, value, reason)
    }

    fn refuse_at<I: ReadableValue<Place = P>>(
        &mut self,
        path: &str,
        value: &I,
        reason: &str,
    ) -> Constant {
        self.wrong.push(Wrong { place: value.place(), message: format!("{path}: {reason}") });
        Constant::Null
    }

    fn check<I: ReadableValue<Place = P>>(&mut self, at: &At<'_, '_>, value: &I) -> Constant {
        // The maximum number of errors is reached.
        if self.wrong.len() >= MOST_ERRORS {
            return Constant::Null;
        }
        let shape = value.shape();
        if let ValueShape::Variable(name) = shape {
            return self.variable(at, value, name);
        }
        if let ValueShape::Null = shape {
            if at.of.is_non_null() || at.is_the_one {
                return self.refuse(at, value, &format!("null is not a value of {}", at.of));
            }
            return Constant::Null;
        }
        if at.of.is_list() {
            let of = at.of.item_type();
            let ValueShape::List(items) = shape else {
                return Constant::List(vec![self.value(of, false, value, at.path)]);
            };
            let check = |(index, value): (usize, I)| {
                self.value(of, false, &value, &format!("{}[{index}]", at.path))
            };
            return Constant::List(items.into_iter().enumerate().map(check).collect());
        }
        match contract().types.get(at.of.inner_named_type()) {
            Some(ExtendedType::Scalar(of)) => self.scalar(at, of, value, &shape),
            Some(ExtendedType::Enum(of)) => self.member(at, of, value, &shape),
            Some(named @ ExtendedType::InputObject(of)) => {
                self.object(at, of, is_one_of(named), value, shape)
            }
            // Validation reports unknown types, and types that are not input types.
            _ => Constant::Null,
        }
    }

    /// Checks the declared type of a variable against the type of its position.
    fn variable<I: ReadableValue<Place = P>>(
        &mut self,
        at: &At<'_, '_>,
        value: &I,
        name: &str,
    ) -> Constant {
        let Some(declared) = self.variables.iter().find(|declared| declared.name == name) else {
            let declared = self.variables.iter().map(|declared| declared.name.as_str());
            let near = suggestions::names(name, declared);
            let reason = format!("the variable ${name} is not declared.{near}");
            return self.refuse(at, value, &reason);
        };
        // An unknown type is reported once, at the declaration.
        if !contract().types.contains_key(declared.ty.inner_named_type()) {
            return Constant::Null;
        }
        let wants_value = at.of.is_non_null() || at.is_the_one;
        if wants_value && !declared.ty.is_non_null() && (has_default(declared) || at.has_default) {
            let (variable, path) = (name.to_owned(), at.path.to_owned());
            self.not_null.push(NotNull { variable, path, of: at.of.to_string() });
        }
        let has_default = has_default(declared);
        // The position needs a value, which a default provides. A null is refused when the variable is coerced.
        if at.is_the_one && !declared.ty.is_non_null() && !has_default {
            let is = &declared.ty;
            let reason = format!("the variable ${name} is declared as {is}. Declare it as {is}!");
            return self.refuse(at, value, &reason);
        }
        let wanted = match at.of {
            Type::NonNullNamed(_) | Type::NonNullList(_)
                if !declared.ty.is_non_null() && (has_default || at.has_default) =>
            {
                at.of.clone().nullable()
            }
            of => of.clone(),
        };
        if !declared.ty.is_assignable_to(&wanted) {
            let (is, wants) = (&declared.ty, at.of);
            let reason =
                format!("the variable ${name} is declared as {is}, but {wants} is expected here");
            return self.refuse(at, value, &reason);
        }
        Constant::Null
    }

    fn scalar<I: ReadableValue<Place = P>>(
        &mut self,
        at: &At<'_, '_>,
        of: &ScalarType,
        value: &I,
        shape: &ValueShape<'_, I>,
    ) -> Constant {
        match scalar(of.name.as_str(), shape, &value.shown()) {
            Ok(value) => value,
            Err(reason) => self.refuse(at, value, &reason),
        }
    }

    fn member<I: ReadableValue<Place = P>>(
        &mut self,
        at: &At<'_, '_>,
        of: &EnumType,
        value: &I,
        shape: &ValueShape<'_, I>,
    ) -> Constant {
        let name = match shape {
            ValueShape::Name(name) => *name,
            ValueShape::String(name) if !I::IS_LITERAL => *name,
            ValueShape::String(name) if of.values.contains_key(*name) => {
                let reason = format!("{name:?} is a string. Write {name} without quotes");
                return self.refuse(at, value, &reason);
            }
            _ => {
                let reason = format!("{} is not a value of {}", value.shown(), of.name);
                return self.refuse(at, value, &reason);
            }
        };
        if of.values.contains_key(name) {
            return Constant::Enum(Name::new(name));
        }
        let near = suggestions::names(name, of.values.keys().map(DeclaredName::as_str));
        self.refuse(at, value, &format!("{name:?} is not a value of {}.{near}", of.name))
    }

    fn object<I: ReadableValue<Place = P>>(
        &mut self,
        at: &At<'_, '_>,
        of: &InputObjectType,
        is_one_of: bool,
        value: &I,
        shape: ValueShape<'_, I>,
    ) -> Constant {
        let ValueShape::Object(given) = shape else {
            let reason = not_an_object(&value.shown(), of, matches!(shape, ValueShape::List(_)));
            return self.refuse(at, value, &reason);
        };
        if is_one_of && given.len() != 1 {
            let names: Vec<&str> = of.fields.keys().map(DeclaredName::as_str).collect();
            let reason = format!("set exactly one of {}", names.join(", "));
            return self.refuse(at, value, &reason);
        }
        let mut fields: IndexMap<Name, Constant> = IndexMap::with_capacity(given.len());
        for (name, value) in &given {
            // The maximum number of errors is reached.
            if self.wrong.len() >= MOST_ERRORS {
                break;
            }
            let path = format!("{}.{name}", at.path);
            let Some(field) = of.fields.get(*name) else {
                let near = suggestions::input_field(name, of);
                let reason = format!("there is no field {name:?} in {}.{near}", of.name);
                self.refuse_at(&path, value, &reason);
                continue;
            };
            if fields.contains_key(*name) {
                self.refuse_at(&path, value, "is given twice. Remove one");
                continue;
            }
            let at = At {
                of: &field.ty,
                has_default: field.default_value.is_some(),
                is_the_one: is_one_of,
                path: &path,
            };
            let value = self.check(&at, value);
            fields.insert(Name::new(name), value);
        }
        for field in of.fields.values().filter(|field| is_required(field)) {
            if !fields.contains_key(field.name.as_str()) {
                let reason = format!("{} of type {} is missing", field.name, field.ty);
                self.refuse(at, value, &reason);
            }
        }
        Constant::Object(fields)
    }
}

/// The error for a value in place of an object. For a filter, it shows how to write the value.
fn not_an_object(shown: &str, of: &InputObjectType, is_list: bool) -> String {
    let operator = if is_list { "in" } else { "eq" };
    let write = match of.fields.contains_key(operator) {
        true => format!(". Write `{{ {operator}: {shown} }}`"),
        false => String::new(),
    };
    format!("{shown} is not an object of type {}{write}", of.name)
}

fn has_default(variable: &VariableDefinition) -> bool {
    variable.default_value.as_ref().is_some_and(|value| !value.is_null())
}

fn is_required(field: &InputValueDefinition) -> bool {
    field.ty.is_non_null() && field.default_value.is_none()
}

/// Coerces a value to a scalar.
fn scalar<I>(name: &str, shape: &ValueShape<'_, I>, shown: &str) -> Result<Constant, String> {
    let no = |wants: &str| Err(format!("{shown} is not {wants}{}", respelled(name, shape)));
    match (name, shape) {
        (_, ValueShape::String(text)) if text.contains('\0') => {
            Err("contains the character U+0000, which no stored text contains".to_owned())
        }
        ("String" | "ID", ValueShape::String(text)) => Ok(Constant::String((*text).to_owned())),
        ("String", _) => no("a string in quotes"),
        ("ID", ValueShape::Number(number, digits)) => match (whole(number), digits) {
            (Some(id), None) => Ok(Constant::String(id.to_string())),
            (Some(_), Some(digits)) if !is_float(digits) => {
                Ok(Constant::String((*digits).to_owned()))
            }
            _ => no("an id"),
        },
        ("ID", _) => no("an id"),
        ("Boolean", ValueShape::Boolean(truth)) => Ok(Constant::Boolean(*truth)),
        ("Boolean", _) => no("a Boolean"),
        ("Int", ValueShape::Number(number, digits)) if !digits.is_some_and(is_float) => {
            match whole(number).map(i32::try_from) {
                Some(Ok(number)) => Ok(Constant::Number(number.into())),
                Some(Err(_)) => Err(out_of_range(shown)),
                None if number.as_f64().is_some_and(|number| number.fract() == 0.0) => {
                    Err(out_of_range(shown))
                }
                None => no("a whole number"),
            }
        }
        ("Int", ValueShape::TooLarge) => Err(out_of_range(shown)),
        ("Int", _) => no("a whole number"),
        ("Float", ValueShape::Number(number, _)) => Ok(Constant::Number(number.clone())),
        ("Float", ValueShape::TooLarge) => Err(format!("{shown} is too large")),
        ("Float", _) => no("a number"),
        (name, shape) => {
            let (value, digits) = match shape {
                ValueShape::Number(number, digits) => (Constant::Number(number.clone()), *digits),
                ValueShape::String(text) => (Constant::String((*text).to_owned()), None),
                ValueShape::TooLarge => return Err(format!("{shown} is too large")),
                _ => return no(&format!("a value of {name}")),
            };
            match Scalar::named(name) {
                Some(scalar) => ColumnKind::of_input(scalar).check(&value, digits).map(|()| value),
                None => Ok(value),
            }
        }
    }
}

/// How to write a value of a scalar that has quotes and needs none, or the reverse. Empty if that is not what is wrong.
fn respelled<I>(name: &str, shape: &ValueShape<'_, I>) -> String {
    match (name, shape) {
        (_, ValueShape::String(text) | ValueShape::Name(text)) if text.len() > LONGEST => {
            String::new()
        }
        ("Int" | "Float" | "Boolean", ValueShape::String(text)) => {
            let is_valid = match name {
                "Int" => text.parse::<i32>().is_ok_and(|number| number.to_string() == *text),
                "Float" => text.parse::<serde_json::Number>().is_ok(),
                _ => matches!(*text, "true" | "false"),
            };
            if is_valid { format!(". Write {text} without quotes") } else { String::new() }
        }
        (name, ValueShape::Name(text)) => {
            let string = Constant::String((*text).to_owned());
            let is_valid = match Scalar::named(name) {
                Some(scalar) => ColumnKind::of_input(scalar).check(&string, None).is_ok(),
                None => matches!(name, "String" | "ID"),
            };
            if is_valid { format!(". Write {text:?}") } else { String::new() }
        }
        _ => String::new(),
    }
}

/// Whether a literal is a floating-point number.
fn is_float(digits: &str) -> bool {
    digits.contains(['.', 'e', 'E'])
}

/// A number without a fraction. JSON has only one kind of number, so `1.0` is 1.
fn whole(number: &Number) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "larger numbers are filtered out")]
    let of_float = |number: f64| {
        (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
    };
    number.as_i64().or_else(|| number.as_f64().and_then(of_float))
}

fn out_of_range(shown: &str) -> String {
    format!("{shown} is out of range. Int ranges from {} to {}", i32::MIN, i32::MAX)
}
