//! A request for one revision of the dataset, and for no other.
//!
//! A client pins its request by the header `X-Dataset-Revision`, or by `revision` among the `extensions` of the
//! request, which a link can carry, too. Neither is a part of the document, so that the same document (a
//! trusted one, or one that a citation holds) can be asked of any revision. What is asked is either answered of
//! that revision or refused, with the revisions that there are.
//!
//! A pin names a revision by its number, or by a day: that is the last one that was loaded before the day ended, in UTC.
//!
//! A number can come again where a backup is restored and loaded into. So the response says in the same header which
//! revision it is of, by number and token (`4-00c0ffee00c0ffee`), and who pins that gets those data or none.

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

/// What a day looks like.
const DAY: &str = "2026-11-25";

/// The revision that a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pin {
    /// By its number, and by its token where it names that, too.
    Revision { number: u64, token: Option<DataToken> },
    /// By the day at whose end it was the newest.
    Day(NaiveDate),
}

impl Pin {
    /// The one that a header names.
    ///
    /// # Errors
    /// Where it names none, or several.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let mut lines = headers.get_all(REVISION_HEADER).iter();
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
            Value::Number(number) => {
                Self::of_text("`extensions.revision`", &number.to_string()).map(Some)
            }
            Value::String(text) => Self::of_text("`extensions.revision`", text).map(Some),
            _ => Err(unreadable("`extensions.revision`")),
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

    /// The one that two places name, of which either may be silent.
    ///
    /// # Errors
    /// Where they name different ones.
    pub(crate) fn of_both(
        header: Option<Self>,
        other: Option<Self>,
    ) -> Result<Option<Self>, Refusal> {
        match (header, other) {
            (Some(header), Some(other)) if header != other => Err(bad(&format!(
                "the header X-Dataset-Revision names {header}, and the request {other}: name one"
            ))),
            (header, other) => Ok(header.or(other)),
        }
    }

    /// Whether it names data, whatever becomes of the database.
    pub(crate) fn names_data(self) -> bool {
        matches!(self, Self::Revision { token: Some(_), .. })
    }

    /// The revision of a dataset.
    pub(crate) fn of(dataset: &Dataset) -> Self {
        let number = u64::try_from(dataset.revision).unwrap_or_default();
        Self::Revision { number, token: Some(dataset.token) }
    }

    /// Whether a dataset is of the revision. That of a day has to be looked up.
    pub(crate) fn is_of(self, dataset: &Dataset) -> bool {
        let Self::Revision { number, token } = self else { return false };
        u64::try_from(dataset.revision) == Ok(number)
            && token.is_none_or(|token| token == dataset.token)
    }

    /// Whether an answer is of the revision, or of none.
    pub(crate) fn is_met_by(self, answer: &HttpAnswer) -> bool {
        answer.dataset.as_ref().is_none_or(|dataset| self.is_of(dataset))
    }

    /// Refuses a dataset of any other revision.
    ///
    /// # Errors
    /// Says which one there is.
    pub(crate) fn check(self, dataset: &Dataset, kept: i32) -> Result<(), Refusal> {
        if self.is_of(dataset) {
            return Ok(());
        }
        let current = dataset.revision;
        let loaded = dataset.loaded_at.map(|at| format!(", loaded {}", moment(at)));
        let loaded = loaded.unwrap_or_default();
        let there_is = match kept {
            kept if kept < current => {
                format!("kept are the revisions {kept} to {current}{loaded}")
            }
            _ => format!("kept is the current one only, revision {current}{loaded}"),
        };
        let (code, message) = match self {
            Self::Day(day) => (
                codes::REVISION_GONE,
                format!("nothing that is kept was loaded by the end of {day}: {there_is}"),
            ),
            // The first load makes revision 1, and each other load the next.
            Self::Revision { number, .. }
                if !(1..=u64::try_from(current).unwrap_or_default()).contains(&number) =>
            {
                (
                    codes::NO_SUCH_REVISION,
                    format!("there is no revision {number} of the dataset: {there_is}"),
                )
            }
            Self::Revision { number, token: Some(_) }
                if number >= u64::try_from(kept).unwrap_or_default() =>
            {
                (
                    codes::REVISION_GONE,
                    format!(
                        "revision {number} of the dataset has another token: the database was replaced, such as by a \
                     backup, and {there_is}"
                    ),
                )
            }
            Self::Revision { number, .. } => (
                codes::REVISION_GONE,
                format!("revision {number} of the dataset is gone: {there_is}"),
            ),
        };
        Err(Refusal::new(StatusCode::CONFLICT, code, &message).about(dataset))
    }

    /// The dataset of the revision.
    ///
    /// # Errors
    /// Where there is none, or where that cannot be told.
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
                "{day} is not over yet, and loads may follow: name an earlier day, or a revision by its number"
            )));
        }
        let number = match self {
            Self::Revision { number, .. } => i32::try_from(number).ok(),
            Self::Day(day) => past::last_of(server, day).await.map_err(failed)?,
        };
        // The database may have revisions of which the server is yet to hear.
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
        "{place} must be the number of a revision, such as 4, its number and token, such as 4-00c0ffee00c0ffee, or a day, such \
         as {DAY}"
    ))
}

fn bad(reason: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", reason)
}
