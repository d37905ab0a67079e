//! Completes the errors that async-graphql makes: adds a code, and limits their number and length.

use async_graphql::{ErrorExtensionValues, Response};

use crate::{
    error::{Error, codes},
    graphql::documents::MOST_ERRORS,
};

/// The maximum length of a message in bytes: some repeat what the client sent.
const LONGEST_MESSAGE: usize = 1_000;
/// How async-graphql begins a suggestion of a name.
const SUGGESTION: &str = " Did you mean";

/// Gives each error a code, and limits its length.
pub(crate) fn complete(response: &mut Response, suggestions: bool) {
    response.errors.truncate(MOST_ERRORS);
    for error in &mut response.errors {
        // An error of the whole request has no location.
        error.locations.retain(|at| at.line > 0);
        if !suggestions && let Some(end) = error.message.find(SUGGESTION) {
            error.message.truncate(end);
        }
        if error.message.len() > LONGEST_MESSAGE {
            let end = error.message.floor_char_boundary(LONGEST_MESSAGE);
            error.message.truncate(end);
            error.message.push_str("...");
        }
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        // async-graphql reports syntax and validation errors without a code.
        if extensions.get("code").is_none() {
            extensions.set("code", codes::INVALID_QUERY);
        }
    }
}

/// Whether a request was refused because it is not a query.
pub(crate) fn asks_for_more_than_a_query(response: &Response) -> bool {
    response.errors.iter().any(|error| matches!(error.source::<Error>(), Some(Error::NotAQuery)))
}
