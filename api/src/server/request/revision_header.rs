//! The header in which a response names its revision, and a request the one it wants.

use axum::http::{HeaderName, HeaderValue};

use crate::catalog::dataset::Dataset;

pub(crate) const REVISION_HEADER: HeaderName = HeaderName::from_static(super::vary::REVISION);

/// The value for a dataset: the number and the token of its revision.
pub(crate) fn revision_of(dataset: &Dataset) -> HeaderValue {
    let text = format!("{}-{}", dataset.revision, dataset.token);
    HeaderValue::try_from(text).expect("digits and a dash")
}
