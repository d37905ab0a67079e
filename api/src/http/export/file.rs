//! A file that is being sent, a part at a time.

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use futures_util::{future::try_join, stream};
use tracing::{Instrument as _, Span};

use crate::{
    analytics::Aggregates,
    database::Readers,
    error::Error,
    execute::loaders,
    http::{
        admission::Admission,
        rate::Account,
        table::{Format, Unwritten, Writer},
    },
    limits::Limits,
    query::{
        export::{Export, Part, Walk},
        shown::Shown,
    },
    schema::Dataset,
};

/// A file that is being sent.
pub(super) struct File {
    pub(super) export: Export,
    pub(super) walk: Walk,
    /// The part that was read and is to be shown next.
    pub(super) ahead: Option<Part>,
    pub(super) format: Format,
    pub(super) writer: Writer,
    pub(super) readers: Readers,
    pub(super) aggregates: Aggregates,
    pub(super) limits: Limits,
    pub(super) deadline: Duration,
    pub(super) admission: Arc<Admission>,
    pub(super) account: Option<Account>,
    pub(super) dataset: Dataset,
    pub(super) is_done: bool,
    /// The request, which goes on until the last byte.
    pub(super) span: Span,
}

impl File {
    /// The first bytes. What will not have all rows, and could not say so, has none.
    pub(super) async fn first(&mut self) -> Result<Vec<u8>, Error> {
        let head = self.writer.begin(&self.export.columns);
        let mut bytes = head.map_err(|error| unwritten(&error))?;
        bytes.append(&mut self.next().await?);
        if !self.format.can_be_cut() && !self.is_done {
            let loaders = loaders(&self.readers, &self.aggregates, &self.limits);
            let is_cut = self.export.is_cut(&self.walk, &loaders);
            if self.in_time(is_cut).await? {
                return Err(self.export.too_large());
            }
        }
        Ok(bytes)
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let done = tokio::time::timeout(self.deadline, work).await;
        done.map_err(|_| Error::Timeout(self.deadline.as_secs_f64()))?
    }

    /// The bytes that follow; nothing is told of rows that may be of another revision.
    async fn next(&mut self) -> Result<Vec<u8>, Error> {
        let part = tokio::time::timeout(self.deadline, self.part()).await;
        let (part, shown) = part.map_err(|_| Error::Timeout(self.deadline.as_secs_f64()))??;
        if Dataset::of(&self.readers).await? != self.dataset {
            return Err(Error::Changed);
        }
        if let Some(account) = &self.account {
            account.pay((part.len() as u64).saturating_mul(self.export.price).max(1));
        }
        self.is_done = part.is_last;
        let columns = &self.export.columns;
        let truncated = part.truncated.as_deref();
        if truncated.is_some() && !self.format.can_be_cut() {
            return Err(self.export.too_large());
        }
        let written = self.writer.rows(columns, &shown, part.len()).and_then(|mut bytes| {
            if part.is_last {
                bytes.append(&mut self.writer.end(columns, truncated)?);
            }
            Ok(bytes)
        });
        written.map_err(|error| unwritten(&error))
    }

    /// Shows a part, and reads the next one meanwhile.
    async fn part(&mut self) -> Result<(Part, Shown), Error> {
        let loaders = || loaders(&self.readers, &self.aggregates, &self.limits);
        let (of_this, of_next) = (loaders(), loaders());
        let part = match self.ahead.take() {
            Some(part) => part,
            None => self.export.read(&mut self.walk, &of_this).await?,
        };
        let show = self.export.show(&part, &of_this);
        let shown = if part.is_last {
            show.await?
        } else {
            // The first of them sends a statement, and the other works while the database does.
            let read = self.export.read(&mut self.walk, &of_next);
            let (ahead, shown) = try_join(read, show).await?;
            self.ahead = Some(ahead);
            shown
        };
        Ok((part, shown))
    }

    /// All that follows. It ends with an error where anything goes wrong, and so does the transfer.
    pub(super) fn rest(self) -> impl stream::Stream<Item = Result<Bytes, Error>> {
        stream::try_unfold(self, async |mut file| {
            if file.is_done {
                return Ok(None);
            }
            let _turn = file.admission.enter_again().await.map_err(|_| Error::Internal)?;
            let span = file.span.clone();
            match file.next().instrument(span).await {
                Ok(bytes) => Ok(Some((Bytes::from(bytes), file))),
                Err(error) => {
                    let (code, table) = (error.code(), file.export.name);
                    tracing::warn!(code, table, "an export was broken off");
                    Err(error)
                }
            }
        })
    }
}

/// What is said where a table cannot be written.
pub(super) fn unwritten(error: &Unwritten) -> Error {
    tracing::error!(%error, "a table cannot be written");
    Error::Internal
}
