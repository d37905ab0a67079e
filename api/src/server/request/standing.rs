//! The outcome of a request, as far as its status shows it.

use async_graphql::{Response, Value};
use axum::http::{Method, StatusCode};

use super::negotiate::MediaType;
use crate::error::{Error, codes};

/// The outcome of a request, as far as its status shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The query ran; its fields may have failed.
    Ran,
    /// It could be read but did not run. Clients that accept only `application/json` learn this from the body.
    Unanswered(StatusCode),
    /// It could not be read, or is not for this server.
    Refused(StatusCode),
    /// It is a subscription where one answer is expected.
    IsSubscription,
    /// It is neither a query nor a subscription, so a GET must not run it.
    NotAQuery,
}

impl Standing {
    pub(crate) fn status(self, media: MediaType, method: &Method) -> StatusCode {
        match (self, media) {
            (Self::Refused(status), _) | (Self::Unanswered(status), MediaType::Graphql) => status,
            (Self::NotAQuery, _) if *method != Method::POST => StatusCode::METHOD_NOT_ALLOWED,
            (Self::NotAQuery | Self::IsSubscription, MediaType::Graphql) => StatusCode::BAD_REQUEST,
            _ => StatusCode::OK,
        }
    }
}

/// The outcome of a request that did not run.
pub(crate) fn of_failure(response: &Response) -> Standing {
    let source = response.errors.first().and_then(|error| error.source::<Error>());
    if matches!(source, Some(Error::IsSubscription)) {
        return Standing::IsSubscription;
    }
    let code = response.errors.first().and_then(|error| error.extensions.as_ref()?.get("code"));
    let code = match code {
        Some(Value::String(code)) => code.as_str(),
        _ => codes::INVALID_QUERY,
    };
    Standing::Unanswered(match code {
        codes::DATASET_CHANGED | codes::TIMEOUT | codes::UNAVAILABLE => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        codes::INTERNAL => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    })
}
