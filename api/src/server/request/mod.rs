//! One request to `/graphql`: what it asks, whether it is allowed, and the response.

pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod base_url;
pub(crate) mod body;
pub(crate) mod compress;
pub(crate) mod cors;
pub(crate) mod errors;
pub(crate) mod format;
pub(crate) mod freshness;
pub(crate) mod memento;
pub(crate) mod negotiate;
pub(crate) mod persisted;
pub(crate) mod pin;
pub(crate) mod report;
pub(crate) mod request_id;
pub(crate) mod revision_header;
pub(crate) mod standing;
pub(crate) mod trusted;
pub(crate) mod vary;
