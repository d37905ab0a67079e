//! The header by which a response says of which revision it is, and a request which it wants.

use axum::http::{HeaderName, HeaderValue};

use crate::catalog::dataset::Dataset;

pub(crate) const REVISION_HEADER: HeaderName = HeaderName::from_static(super::vary::REVISION);

/// What a response of a dataset says: the number and the token of its revision.
pub(crate) fn revision_of(dataset: &Dataset) -> HeaderValue {
    let text = format!("{}-{}", dataset.revision, dataset.token);
    HeaderValue::try_from(text).expect("digits and a dash")
}
