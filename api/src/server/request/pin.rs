//! A request for one revision of the dataset, and for no other.
//!
//! A client pins its request by the header `X-Dataset-Revision`, or by `revision` among the `extensions` of the
//! request, which a link can carry, too. Neither is a part of the document, so that the same document (a
//! trusted one, or one that a citation holds) can be asked of any revision. What is asked is either answered of
//! that revision or refused, with the revision that there is.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, StatusCode};
use serde_json::Value;

use super::answer::{HttpAnswer, Refusal};
use crate::server::state::{REVISION_POLL, Server};
use crate::{catalog::dataset::Dataset, graphql::citation::moment};

const HEADER: HeaderName = HeaderName::from_static(super::vary::REVISION);
/// How long the server may take to hear of a revision that the database has.
const HEARSAY: Duration = Duration::from_secs(2 * REVISION_POLL.as_secs());

/// The revision that a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pin(u64);

impl Pin {
    /// The one that a header names.
    ///
    /// # Errors
    /// Where it names none, or several.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let mut lines = headers.get_all(HEADER).iter();
        let line = lines.next().map(|line| line.to_str().unwrap_or_default());
        match (line, lines.next()) {
            (None, _) => Ok(None),
            (Some(line), None) => Self::of_text("the header X-Dataset-Revision", line).map(Some),
            (Some(_), Some(_)) => Err(bad("the header X-Dataset-Revision is there more than once")),
        }
    }

    /// The one that the extensions of a request name.
    ///
    /// # Errors
    /// Where it is not the number of one.
    pub(crate) fn of_json(value: &Value) -> Result<Option<Self>, Refusal> {
        match value {
            Value::Null => Ok(None),
            Value::Number(_) => {
                Self::of_text("`extensions.revision`", &value.to_string()).map(Some)
            }
            _ => Err(bad("`extensions.revision` must be the number of a revision, such as 4")),
        }
    }

    /// The one that the parameters of a link name.
    ///
    /// # Errors
    /// Where it is not the number of one, or is there twice.
    pub(crate) fn of_url(query: &str) -> Result<Option<Self>, Refusal> {
        let mut named = form_urlencoded::parse(query.as_bytes()).filter(|it| it.0 == "revision");
        match (named.next(), named.next()) {
            (None, _) => Ok(None),
            (Some((_, value)), None) => Self::of_text("the parameter `revision`", &value).map(Some),
            (Some(_), Some(_)) => Err(bad("the parameter `revision` is there more than once")),
        }
    }

    fn of_text(place: &str, text: &str) -> Result<Self, Refusal> {
        let reason = || format!("{place} must be the number of a revision, such as 4");
        text.trim().parse().map(Self).map_err(|_| bad(&reason()))
    }

    /// The one that two places name, of which either may be silent.
    ///
    /// # Errors
    /// Where they name different ones.
    pub(crate) fn of_both(
        header: Option<Self>,
        other: Option<Self>,
    ) -> Result<Option<Self>, Refusal> {
        match (header, other) {
            (Some(Self(header)), Some(Self(other))) if header != other => Err(bad(&format!(
                "the header X-Dataset-Revision names revision {header}, and the request revision {other}: name one"
            ))),
            (header, other) => Ok(header.or(other)),
        }
    }

    /// Whether a dataset is of the revision.
    pub(crate) fn is_of(self, dataset: &Dataset) -> bool {
        u64::try_from(dataset.revision) == Ok(self.0)
    }

    /// Whether an answer is of the revision, or of none.
    pub(crate) fn is_met_by(self, answer: &HttpAnswer) -> bool {
        answer.dataset.as_ref().is_none_or(|dataset| self.is_of(dataset))
    }

    /// Refuses a dataset of any other revision.
    ///
    /// # Errors
    /// Says which one there is.
    pub(crate) fn check(self, dataset: &Dataset) -> Result<(), Refusal> {
        if self.is_of(dataset) {
            return Ok(());
        }
        let (wanted, current) = (self.0, dataset.revision);
        let loaded = dataset.loaded_at.map(|at| format!(", loaded {}", moment(at)));
        let there_is = format!(
            "this server keeps the current one only, revision {current}{}",
            loaded.unwrap_or_default()
        );
        // The first load makes revision 1, and each other load the next.
        let was = (1..=u64::try_from(current).unwrap_or_default()).contains(&wanted);
        let (code, message) = match was {
            true => {
                ("REVISION_GONE", format!("revision {wanted} of the dataset is gone: {there_is}"))
            }
            false => (
                "NO_SUCH_REVISION",
                format!("there is no revision {wanted} of the dataset: {there_is}"),
            ),
        };
        Err(Refusal::new(StatusCode::CONFLICT, code, &message).about(dataset))
    }

    /// Waits until the server knows the dataset of the revision.
    ///
    /// # Errors
    /// Where there is none, or where that cannot be told.
    pub(crate) async fn found(self, server: &Server) -> Result<(), Refusal> {
        let told = server.dataset();
        if u64::try_from(told.revision).is_ok_and(|revision| revision >= self.0) {
            return self.check(&told);
        }
        // The database may have a revision of which the server is yet to hear.
        let current = Dataset::of(&server.0.readers)
            .await
            .map_err(|error| Refusal::of(StatusCode::SERVICE_UNAVAILABLE, &error))?;
        self.check(&current)?;
        let mut dataset = server.0.dataset.clone();
        let heard = dataset.wait_for(|dataset| dataset.revision > told.revision);
        let _ = tokio::time::timeout(HEARSAY, heard).await;
        self.check(&server.dataset())
    }
}

fn bad(reason: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", reason)
}
