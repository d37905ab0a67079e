//! A request for exactly one revision of the dataset.
//!
//! A client pins its request with the header `X-Dataset-Revision`, or with `revision` in the request's `extensions`,
//! which a link can carry too. Neither is part of the document, so the same document (a trusted one, or one in a
//! citation) can be asked of any revision. The answer is either of that revision, or an error that names the
//! available revisions.
//!
//! A pin names a revision by its number, or by a day: the last revision that was loaded before the day ended, in UTC.
//!
//! A number can recur if a backup is restored and loaded into. So the response names its revision in the same header
//! by number and token (`4-00c0ffee00c0ffee`); a client that pins both gets exactly those data or an error.

use std::fmt;

use axum::http::{HeaderMap, StatusCode};
use chrono::{NaiveDate, Utc};
use serde_json::Value;

use super::{
    answer::{HttpAnswer, Refusal},
    revision_header::REVISION_HEADER,
};
use crate::{
    catalog::dataset::Dataset,
    database::token::DataToken,
    error::codes,
    graphql::citation::moment,
    server::{past, state::Server},
};

/// An example of a day.
const DAY: &str = "2026-11-25";

/// The revision that a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pin {
    /// By its number, and its token if given.
    Revision { number: u64, token: Option<DataToken> },
    /// By a day, at the end of which it was the newest.
    Day(NaiveDate),
}

impl Pin {
    /// The pin in the headers.
    ///
    /// # Errors
    /// If it is invalid, or there are several.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let mut lines = headers.get_all(REVISION_HEADER).iter();
        let line = lines.next().map(|line| line.to_str().unwrap_or_default());
        match (line, lines.next()) {
            (None, _) => Ok(None),
            (Some(line), None) => Self::of_text("The header X-Dataset-Revision", line).map(Some),
            (Some(_), Some(_)) => Err(bad("The header X-Dataset-Revision appears more than once.")),
        }
    }

    /// The pin in a request's extensions.
    ///
    /// # Errors
    /// If it is invalid.
    pub(crate) fn of_json(value: &Value) -> Result<Option<Self>, Refusal> {
        match value {
            Value::Null => Ok(None),
            Value::Number(number) => {
                Self::of_text("`extensions.revision`", &number.to_string()).map(Some)
            }
            Value::String(text) => Self::of_text("`extensions.revision`", text).map(Some),
            _ => Err(unreadable("`extensions.revision`")),
        }
    }

    /// The pin in the parameters of a link.
    ///
    /// # Errors
    /// If it is invalid, or appears twice.
    pub(crate) fn of_url(query: &str) -> Result<Option<Self>, Refusal> {
        let mut named = form_urlencoded::parse(query.as_bytes()).filter(|it| it.0 == "revision");
        match (named.next(), named.next()) {
            (None, _) => Ok(None),
            (Some((_, value)), None) => Self::of_text("The parameter `revision`", &value).map(Some),
            (Some(_), Some(_)) => Err(bad("The parameter `revision` appears more than once.")),
        }
    }

    fn of_text(place: &str, text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let (number, token) = match text.split_once('-') {
            Some((number, token)) => (number, Some(DataToken::parse(token))),
            None => (text, None),
        };
        let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
        match (number.parse(), token) {
            (Ok(number), None) if is_number => Ok(Self::Revision { number, token: None }),
            (Ok(number), Some(Some(token))) if is_number => {
                Ok(Self::Revision { number, token: Some(token) })
            }
            _ if text.len() == DAY.len() => {
                text.parse().map(Self::Day).map_err(|_| unreadable(place))
            }
            _ => Err(unreadable(place)),
        }
    }

    /// The pin in two places, either of which may be absent.
    ///
    /// # Errors
    /// If the two differ.
    pub(crate) fn of_both(
        header: Option<Self>,
        other: Option<Self>,
    ) -> Result<Option<Self>, Refusal> {
        match (header, other) {
            (Some(header), Some(other)) if header != other => Err(bad(&format!(
                "The header X-Dataset-Revision names {header}, but the request {other}. Name only one."
            ))),
            (header, other) => Ok(header.or(other)),
        }
    }

    /// Whether it names exact data, even if the database is replaced.
    pub(crate) fn names_data(self) -> bool {
        matches!(self, Self::Revision { token: Some(_), .. })
    }

    /// The revision of a dataset.
    pub(crate) fn of(dataset: &Dataset) -> Self {
        let number = u64::try_from(dataset.revision).unwrap_or_default();
        Self::Revision { number, token: Some(dataset.token) }
    }

    /// Whether a dataset has this revision. That of a day must be looked up.
    pub(crate) fn is_of(self, dataset: &Dataset) -> bool {
        let Self::Revision { number, token } = self else { return false };
        u64::try_from(dataset.revision) == Ok(number)
            && token.is_none_or(|token| token == dataset.token)
    }

    /// Whether an answer has this revision, or none.
    pub(crate) fn is_met_by(self, answer: &HttpAnswer) -> bool {
        answer.dataset.as_ref().is_none_or(|dataset| self.is_of(dataset))
    }

    /// Refuses a dataset of any other revision.
    ///
    /// # Errors
    /// Names the available revisions.
    pub(crate) fn check(self, dataset: &Dataset, kept: i32) -> Result<(), Refusal> {
        if self.is_of(dataset) {
            return Ok(());
        }
        let current = dataset.revision;
        let loaded = dataset.loaded_at.map(|at| format!(", loaded {}", moment(at)));
        let loaded = loaded.unwrap_or_default();
        let there_is = match kept {
            kept if kept < current => {
                format!("The available revisions are {kept} to {current}{loaded}.")
            }
            _ => format!("Only the current revision is available: {current}{loaded}."),
        };
        let (code, message) = match self {
            Self::Day(day) => (
                codes::REVISION_GONE,
                format!("No available revision was loaded by the end of {day}. {there_is}"),
            ),
            // The first load creates revision 1, and each later load the next.
            Self::Revision { number, .. }
                if !(1..=u64::try_from(current).unwrap_or_default()).contains(&number) =>
            {
                (codes::NO_SUCH_REVISION, format!("Revision {number} does not exist. {there_is}"))
            }
            Self::Revision { number, token: Some(_) }
                if number >= u64::try_from(kept).unwrap_or_default() =>
            {
                (
                    codes::REVISION_GONE,
                    format!(
                        "Revision {number} has another token: the database was replaced, as by a \
                         restored backup. {there_is}"
                    ),
                )
            }
            Self::Revision { number, .. } => {
                (codes::REVISION_GONE, format!("Revision {number} is not kept. {there_is}"))
            }
        };
        Err(Refusal::new(StatusCode::CONFLICT, code, &message).about(dataset))
    }

    /// The dataset with this revision.
    ///
    /// # Errors
    /// If there is none, or the database cannot answer.
    pub(crate) async fn find(self, server: &Server) -> Result<Dataset, Refusal> {
        let failed = |error| Refusal::of(StatusCode::SERVICE_UNAVAILABLE, &error);
        let told = server.dataset();
        if self.is_of(&told) {
            return Ok(told);
        }
        if let Self::Day(day) = self
            && day >= Utc::now().date_naive()
        {
            return Err(bad(&format!(
                "{day} is not over yet, and loads may follow. Name an earlier day, or a revision by its number."
            )));
        }
        let number = match self {
            Self::Revision { number, .. } => i32::try_from(number).ok(),
            Self::Day(day) => past::last_of(server, day).await.map_err(failed)?,
        };
        // The database may have revisions that the server has not noticed yet.
        let mut current = told;
        for hears in [false, true] {
            if hears {
                current = server.current().await.map_err(failed)?;
            }
            if let Some(number) = number
                && let Some(found) = past::at(server, number, &current).await.map_err(failed)?
                && (self.is_of(&found) || matches!(self, Self::Day(_)))
            {
                return Ok(found);
            }
        }
        let kept = past::first_kept(server).await.map_err(failed)?;
        self.check(&current, kept).map(|()| current)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revision { number, token: None } => write!(f, "revision {number}"),
            Self::Revision { number, token: Some(token) } => write!(f, "revision {number}-{token}"),
            Self::Day(day) => write!(f, "the revision of {day}"),
        }
    }
}

fn unreadable(place: &str) -> Refusal {
    bad(&format!(
        "{place} must be a revision number, such as 4, a number and token, such as 4-00c0ffee00c0ffee, or a day, \
         such as {DAY}."
    ))
}

fn bad(reason: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", reason)
}
