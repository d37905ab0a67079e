//! What a client reads of the errors that async-graphql makes itself: a code, and not too much.

use async_graphql::{ErrorExtensionValues, Response};

use crate::{
    error::{Error, codes},
    graphql::documents::MOST_ERRORS,
};

/// The bytes of a message: some repeat what the client sent.
const LONGEST_MESSAGE: usize = 1_000;
/// How async-graphql begins to say which name may have been meant.
const SUGGESTION: &str = " Did you mean";

/// Gives each error a code, and an end.
pub(crate) fn complete(response: &mut Response, suggestions: bool) {
    response.errors.truncate(MOST_ERRORS);
    for error in &mut response.errors {
        // What is wrong with the whole stands nowhere in particular.
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
        // What async-graphql refuses (syntax, validation) it refuses without a code.
        if extensions.get("code").is_none() {
            extensions.set("code", codes::INVALID_QUERY);
        }
    }
}

/// Whether a request asks for something else than a query, and was refused for that.
pub(crate) fn asks_for_more_than_a_query(response: &Response) -> bool {
    response.errors.iter().any(|error| matches!(error.source::<Error>(), Some(Error::NotAQuery)))
}
