//! The schema for validation, parsed from the same text that clients read.

use std::sync::LazyLock;

use apollo_compiler::{Schema, ast::Type, schema::ExtendedType, validation::Valid};

/// The introspection field that `apollo-compiler` lacks.
const ONE_OF: &str = "extend type __Type { isOneOf: Boolean }";

/// The schema. It does not change while the program runs.
pub(super) fn contract() -> &'static Valid<Schema> {
    static CONTRACT: LazyLock<Valid<Schema>> = LazyLock::new(|| {
        let text = format!("{}\n{ONE_OF}", crate::graphql::sdl());
        Schema::parse_and_validate(text, "schema.graphql")
            .unwrap_or_else(|error| panic!("the generated schema is invalid: {}", error.errors))
    });
    &CONTRACT
}

/// Checks that the schema is valid GraphQL.
///
/// # Panics
/// If it is invalid, with all errors.
pub(crate) fn check_contract() {
    contract();
}

/// The type of a field of an object, an interface or a union.
pub(crate) fn field_type(on: &str, field: &str) -> Option<&'static Type> {
    contract().type_field(on, field).ok().map(|field| &field.ty)
}

/// Whether exactly one field of an input object must be set.
pub(super) fn is_one_of(of: &ExtendedType) -> bool {
    of.directives().has("oneOf")
}
