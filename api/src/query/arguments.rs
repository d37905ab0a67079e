//! The arguments of a field, with the values of variables filled in.
//!
//! A variable without a value differs from one whose value is null. An argument or input field set to a variable
//! without a value is *absent*, as GraphQL specifies. Within a filter, that removes a comparison. Anything left empty
//! by the removal is absent too, all the way up: a test of a field, a relation, a branch of `or`, a `not`. So a client
//! can send one document with every filter that its users may set, and the ones they leave unset do nothing:
//!
//! ```graphql
//! query ($state: State, $not: GrantStatus, $year: Int) {
//!   grants(filter: { agency: { state: { eq: $state } }, not: { status: { eq: $not } }, or: [{ fiscalYear: { eq: $year } }] }) { totalCount }
//! }
//! ```
//!
//! With only `$year` set, this counts the grants of that year. If the `not` stayed as `not: {}`, it would keep nothing,
//! and an emptied branch of an `or` would keep everything: plausible numbers, and wrong ones. Anything a client itself
//! writes empty (`{}`, `some: {}`, null) keeps its meaning.

use std::collections::HashMap;

use async_graphql::{Name, Positioned, Value, Variables, parser::types::Field};
use async_graphql_value::Value as Written;
use indexmap::IndexMap;

/// The arguments of a field by name.
pub(crate) type Arguments = HashMap<String, Value>;

/// The arguments that filter rows or groups, from which emptied parts are removed.
const KEEPING: [&str; 3] = ["filter", "having", "event"];
/// The field of other arguments that is also a filter.
const PART: &str = "where";
/// The field that holds the test, in tests that have parameters. Without it, nothing is tested.
const TEST: &str = "is";
/// The fields of a filter that compare nothing by themselves.
const PARAMETERS: [&str; 2] = ["p", "inDollarsOf"];

/// The values of a field's arguments, which were validated against the schema.
pub(crate) fn of(field: &Positioned<Field>, variables: &Variables) -> Arguments {
    let arguments = field.node.arguments.iter().filter_map(|(name, value)| {
        let name = name.node.as_str();
        let reading = ArgumentReading { variables, prunes: KEEPING.contains(&name) };
        Some((name.to_owned(), reading.value(&value.node)?))
    });
    arguments.collect()
}

struct ArgumentReading<'a> {
    variables: &'a Variables,
    /// Whether emptied parts are removed.
    prunes: bool,
}

impl ArgumentReading<'_> {
    /// The value; `None` if it is absent.
    fn value(&self, written: &Written) -> Option<Value> {
        Some(match written {
            Written::Variable(name) => return self.variables.get(name).cloned(),
            Written::Object(fields) => return self.object(fields),
            Written::List(items) => {
                let values: Vec<Value> = items.iter().filter_map(|item| self.item(item)).collect();
                if values.is_empty() && !items.is_empty() {
                    return None;
                }
                Value::List(values)
            }
            Written::Null => Value::Null,
            Written::Number(number) => Value::Number(number.clone()),
            Written::String(text) => Value::String(text.clone()),
            Written::Boolean(truth) => Value::Boolean(*truth),
            Written::Enum(name) => Value::Enum(name.clone()),
            Written::Binary(bytes) => Value::Binary(bytes.clone()),
        })
    }

    /// An item of a list. A variable without a value becomes a null.
    fn item(&self, written: &Written) -> Option<Value> {
        match (written, self.value(written)) {
            (Written::Variable(_), None) => Some(Value::Null),
            (_, value) => value,
        }
    }

    fn object(&self, written: &IndexMap<Name, Written>) -> Option<Value> {
        let mut fields = IndexMap::with_capacity(written.len());
        for (name, value) in written {
            let prunes = self.prunes || name == PART;
            if let Some(value) = (ArgumentReading { prunes, ..*self }).value(value) {
                fields.insert(name.clone(), value);
            }
        }
        let is_emptied = fields.len() < written.len()
            && (fields.keys().all(|name| PARAMETERS.contains(&name.as_str()))
                || written.contains_key(TEST) && !fields.contains_key(TEST));
        if self.prunes && is_emptied { None } else { Some(Value::Object(fields)) }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{parse_query, types::Selection};
    use serde_json::json;

    use super::*;

    /// What remains of an argument; `None` if nothing does.
    fn left(argument: &str, sent: serde_json::Value) -> Option<String> {
        let document = parse_query(format!("{{ a({argument}) }}")).expect("it is GraphQL");
        let (_, operation) = document.operations.iter().next().expect("it has an operation");
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else {
            panic!("it is a field");
        };
        let arguments = of(field, &Variables::from_json(sent));
        arguments.values().next().map(ToString::to_string)
    }

    #[test]
    fn what_a_variable_without_a_value_leaves_empty_goes() {
        let none = || json!({});
        for (argument, expected) in [
            ("filter: {a: {eq: $a}}", None),
            ("filter: $a", None),
            ("filter: {not: {a: {eq: $a}}}", None),
            ("filter: {not: {not: {a: {eq: $a, ne: $b}}}, b: {eq: 1}}", Some("{b: {eq: 1}}")),
            ("filter: {or: [{a: {eq: $a}}, {b: {eq: 1}}]}", Some("{or: [{b: {eq: 1}}]}")),
            ("filter: {or: [{a: {eq: $a}}, {not: {b: {eq: $a}}}]}", None),
            ("filter: {and: [{a: {eq: $a}}, {not: {}}]}", Some("{and: [{not: {}}]}")),
            (
                "filter: {a: {some: {b: {eq: $a}}, none: {b: {eq: 2}}}}",
                Some("{a: {none: {b: {eq: 2}}}}"),
            ),
            ("filter: {a: {none: {b: {eq: $a}}}, b: {c: {eq: $a}}}", None),
            (
                "filter: {not: {}, or: [], a: {some: {}}, b: null}",
                Some("{not: {}, or: [], a: {some: {}}, b: null}"),
            ),
            ("having: {not: {a: {inDollarsOf: 2024, sum: {gte: $a}}}}", None),
            ("having: {a: {percentile: [{p: 0.5, is: {gte: $a}}]}}", None),
            ("filter: {days: [{from: A, to: B, is: {gt: $a}}]}", None),
            ("orderBy: [{measure: A, where: {not: {b: {eq: $a}}}}]", Some("[{measure: A}]")),
            ("event: {grants: {a: {eq: $a}}, from: 1}", Some("{from: 1}")),
            ("orderBy: [{key: $a}]", Some("[{}]")),
            ("orderBy: [{key: A, direction: $a}]", Some("[{key: A}]")),
        ] {
            assert_eq!(left(argument, none()).as_deref(), expected, "{argument}");
        }
    }

    #[test]
    fn a_null_that_is_sent_stays() {
        let null = || json!({ "a": null });
        assert_eq!(
            left("filter: {not: {a: {eq: $a}}}", null()).as_deref(),
            Some("{not: {a: {eq: null}}}")
        );
        assert_eq!(left("filter: {or: [$a]}", json!({})).as_deref(), Some("{or: [null]}"));
    }
}
