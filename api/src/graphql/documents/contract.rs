//! The schema as validation reads it: made of the same text that clients read.

use std::sync::LazyLock;

use apollo_compiler::{Schema, ast::Type, schema::ExtendedType, validation::Valid};

/// What introspection knows of a type beyond what `apollo-compiler` does.
const ONE_OF: &str = "extend type __Type { isOneOf: Boolean }";

/// The schema. It does not change while the program runs.
pub(super) fn contract() -> &'static Valid<Schema> {
    static CONTRACT: LazyLock<Valid<Schema>> = LazyLock::new(|| {
        let text = format!("{}\n{ONE_OF}", crate::graphql::sdl());
        Schema::parse_and_validate(text, "schema.graphql").unwrap_or_else(|error| {
            panic!("the schema that this program writes is valid: {}", error.errors)
        })
    });
    &CONTRACT
}

/// Makes sure that the schema is valid GraphQL.
///
/// # Panics
/// With all that is wrong with it.
pub(crate) fn check_contract() {
    contract();
}

/// The type of a field of an object, an interface or a union.
pub(crate) fn field_type(on: &str, field: &str) -> Option<&'static Type> {
    contract().type_field(on, field).ok().map(|field| &field.ty)
}

/// Whether exactly one field of an input object is to be given.
pub(super) fn is_one_of(of: &ExtendedType) -> bool {
    of.directives().has("oneOf")
}

/// Of several names, those that look like one that is not known: the nearest first.
pub(super) fn similar<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    /// No name of the schema is longer, and to compare takes the square of the length.
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let most = name.chars().count() / 3 + 1;
    let mut near: Vec<(usize, &str)> = known
        .filter(|known| known.len().abs_diff(name.len()) <= most)
        .map(|known| (strsim::osa_distance(&name.to_lowercase(), &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_unstable();
    let near: Vec<String> = near.iter().take(3).map(|(_, known)| format!("{known:?}")).collect();
    match near.as_slice() {
        [] => None,
        [one] => Some(format!(" Did you mean {one}?")),
        [others @ .., last] => Some(format!(" Did you mean {} or {last}?", others.join(", "))),
    }
}
