//! The types of tests of one value, such as `eq`, `in` and `contains`, for each column type.

use super::registry::{Types, input};
use crate::{catalog::scalar::Scalar, query::filter::COMPARISONS};

/// Registers the operators of a type if they are missing, and returns the name of their type.
pub(super) fn operators(types: &mut Types<'_>, scalar: Scalar, type_name: &str) -> String {
    let operand = type_name;
    let name = format!("{operand}Filter");
    if types.has(&name) {
        return name;
    }
    let words = |operator: &str| match operator {
        "eq" => "Equals this value.",
        "ne" => "Is known and differs from this value.",
        "lt" => "Is less than this value.",
        "lte" => "Is less than or equal to this value.",
        "gt" => "Is greater than this value.",
        _ => "Is greater than or equal to this value.",
    };
    let mut fields: Vec<_> = COMPARISONS
        .iter()
        .filter(|(operator, _)| scalar.is_ordered() || matches!(*operator, "eq" | "ne"))
        .map(|(operator, _)| input(operator, operand, words(operator)))
        .collect();
    fields.push(input("in", &format!("[{operand}!]"), "Is one of these values."));
    fields.push(input("notIn", &format!("[{operand}!]"), "Is known and is none of these values."));
    fields.push(input(
        "isNull",
        "Boolean",
        "If true, the value is missing; if false, it is known.",
    ));
    if scalar.is_text() {
        let note = "The case of ASCII letters does not matter.";
        fields.push(input("contains", "String", &format!("Contains this text. {note}")));
        fields.push(input("startsWith", "String", &format!("Starts with this text. {note}")));
        fields.push(input("endsWith", "String", &format!("Ends with this text. {note}")));
    }
    let description = format!("Tests of a value of type {operand}. All given tests must hold.");
    types.input_object(&name, &description, fields, false);
    name
}
