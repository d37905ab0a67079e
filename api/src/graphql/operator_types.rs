//! The types of tests of one value: `eq`, `in`, `contains` and their kin, for each type of columns.

use super::registry::{Types, input};
use crate::{catalog::scalar::Scalar, query::filter::COMPARISONS};

/// The operators of a type, registered where they are not yet; the name of their type.
pub(super) fn operators(types: &mut Types<'_>, scalar: Scalar, type_name: &str) -> String {
    let operand = type_name;
    let name = format!("{operand}Filter");
    if types.has(&name) {
        return name;
    }
    let words = |operator: &str| match operator {
        "eq" => "Is this.",
        "ne" => "Is known, and is not this.",
        "lt" => "Is less than this.",
        "lte" => "Is this or less.",
        "gt" => "Is greater than this.",
        _ => "Is this or greater.",
    };
    let mut fields: Vec<_> = COMPARISONS
        .iter()
        .filter(|(operator, _)| scalar.is_ordered() || matches!(*operator, "eq" | "ne"))
        .map(|(operator, _)| input(operator, operand, words(operator)))
        .collect();
    fields.push(input("in", &format!("[{operand}!]"), "Is one of these."));
    fields.push(input("notIn", &format!("[{operand}!]"), "Is known, and is none of these."));
    fields.push(input("isNull", "Boolean", "Is missing, if true; is known, if false."));
    if scalar.is_text() {
        let note = "Upper and lower case of ASCII letters are the same.";
        fields.push(input("contains", "String", &format!("Has this somewhere. {note}")));
        fields.push(input("startsWith", "String", &format!("Begins with this. {note}")));
        fields.push(input("endsWith", "String", &format!("Ends with this. {note}")));
    }
    let description = format!("Tests of a value of type {operand}. Those given must all hold.");
    types.input_object(&name, &description, fields, false);
    name
}
