//! A file that is being sent part by part.

use std::sync::Arc;

use axum::body::Bytes;
use futures_util::{future::try_join, stream};
use tracing::{Instrument as _, Span};

use super::table::{TableWriter, Unwritten};
use crate::server::request::format::TableFormat;
use crate::{
    catalog::dataset::Dataset,
    database::Readers,
    error::Error,
    graphql::execute::loaders,
    limits::{usage::Usage, work::Work},
    measures::Aggregates,
    query::{
        export::{Export, ExportPart, ExportWalk},
        load::Loaders,
        walk::export_columns::ExportColumns,
    },
    server::{
        run::Works,
        traffic::{admission::LEAST_DEAR, file_shares::FileShare, rate::Account},
    },
};

/// A file that is being sent.
pub(crate) struct File {
    pub(crate) export: Export,
    pub(crate) walk: ExportWalk,
    /// The part that was read ahead and is written next.
    pub(crate) ahead: Option<ExportPart>,
    pub(crate) format: TableFormat,
    /// None while it writes.
    pub(crate) writer: Option<TableWriter>,
    pub(crate) readers: Readers,
    pub(crate) aggregates: Aggregates,
    pub(crate) works: Arc<Works>,
    pub(crate) account: Account,
    /// The memory of the file, and the work of its groups.
    pub(crate) usage: Usage,
    pub(crate) _share: FileShare,
    /// The work of the parts.
    pub(crate) work: Work,
    /// The points paid so far.
    pub(crate) paid: u64,
    pub(crate) dataset: Dataset,
    pub(crate) is_done: bool,
    /// The span of the request, which lasts until the last byte.
    pub(crate) span: Span,
}

impl File {
    /// The first bytes. A format that cannot mark missing rows gets an error instead of an incomplete file.
    pub(crate) async fn first(&mut self) -> Result<Vec<u8>, Error> {
        let writer = self.writer.as_mut().ok_or(Error::Internal)?;
        let head = writer.begin(&self.export.columns);
        let mut bytes = head.map_err(|error| unwritten(&error))?;
        bytes.append(&mut self.next().await?);
        if !self.format.can_be_cut() && !self.is_done {
            let loaders = self.loaders();
            let is_cut = self.in_time(self.export.is_cut(&self.walk, &loaders)).await;
            self.works.metrics.statements(&loaders.session.reads());
            if is_cut? {
                return Err(self.export.too_large());
            }
        }
        Ok(bytes)
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let deadline = self.works.settings.deadline;
        let done = tokio::time::timeout(deadline, work).await;
        done.map_err(|_| Error::Timeout(deadline.as_secs_f64()))?
    }

    /// The first bytes, computed away from the serving threads.
    pub(crate) async fn first_apart(mut self) -> Result<(Self, Vec<u8>), Error> {
        let works = Arc::clone(&self.works);
        let span = Span::current();
        let work = async move { self.first().await.map(|bytes| (self, bytes)) };
        works.pool.run(work.instrument(span)).await?
    }

    /// The next bytes, computed in the next slot and away from the serving threads. A client that owes points waits
    /// first.
    async fn next_apart(mut self) -> Result<(Self, Vec<u8>), Error> {
        self.account.wait_for_debts().await;
        let works = Arc::clone(&self.works);
        let turn =
            works.admission.enter_again(self.account.client, self.export.price.max(LEAST_DEAR));
        let turn = turn.await.map_err(|_| Error::Internal)?;
        let span = self.span.clone();
        let work = async move {
            let bytes = self.next().await;
            drop(turn);
            if let Err(error) = &bytes {
                let (code, table) = (error.code(), self.export.name);
                self.works.metrics.error(code, error.limit());
                tracing::warn!(code, table, "aborted an export");
            }
            bytes.map(|bytes| (self, bytes))
        };
        works.pool.run(work.instrument(span)).await?
    }

    /// The next bytes. If a load was committed meanwhile, the file continues from the history: no rows are sent that
    /// may be of another revision.
    async fn next(&mut self) -> Result<Vec<u8>, Error> {
        let deadline = self.works.settings.deadline;
        let (part, shown) = loop {
            let (walk, was_ahead) = (self.walk.clone(), self.ahead.is_some());
            let part = tokio::time::timeout(deadline, self.part()).await;
            let (part, shown) = part.map_err(|_| Error::Timeout(deadline.as_secs_f64()))??;
            // Checked after the rows are read.
            let current = Dataset::of(&self.readers).await?;
            if current == self.dataset {
                break (part, shown);
            }
            if !current.follows(&self.dataset) {
                return Err(Error::Changed);
            }
            self.readers = self.readers.as_of(self.dataset.revision);
            self.aggregates = self.works.server.database();
            // What was read before is of the revision; what was read just now may be of either.
            (self.walk, self.ahead) = (walk, was_ahead.then_some(part));
        };
        if part.truncated.is_some() && !self.format.can_be_cut() {
            return Err(self.export.too_large());
        }
        self.is_done = part.is_last;
        let bytes = self.write(part, shown).await?;
        let cost = (self.work + self.usage.work()).points();
        self.account.pay(cost.saturating_sub(self.paid).max(1));
        self.paid = self.paid.max(cost);
        Ok(bytes)
    }

    /// Writes a part on a blocking thread: a row group of Parquet takes time.
    async fn write(&mut self, part: ExportPart, shown: ExportColumns) -> Result<Vec<u8>, Error> {
        let mut writer = self.writer.take().ok_or(Error::Internal)?;
        let columns = Arc::clone(&self.export.columns);
        let work = tokio::task::spawn_blocking(move || {
            let mut bytes = writer.rows(&columns, &shown, part.len())?;
            if part.is_last {
                bytes.append(&mut writer.end(&columns, part.truncated.as_deref())?);
            }
            Ok::<_, Unwritten>((writer, bytes))
        });
        let written = work.await.map_err(|error| {
            tracing::error!(%error, "writing a table was aborted");
            Error::Internal
        })?;
        let (writer, bytes) = written.map_err(|error| unwritten(&error))?;
        self.writer = Some(writer);
        Ok(bytes)
    }

    fn loaders(&self) -> Loaders {
        let usage = match self.export.is_of_groups() {
            true => self.usage.clone(),
            false => Usage::default(),
        };
        loaders(&self.readers, &self.aggregates, None, usage)
    }

    async fn part(&mut self) -> Result<(ExportPart, ExportColumns), Error> {
        let (of_this, of_next) = (self.loaders(), self.loaders());
        let part = self.part_by(&of_this, &of_next).await;
        for loaders in [of_this, of_next] {
            if !self.export.is_of_groups() {
                self.work += loaders.session.usage().work();
            }
            self.works.metrics.statements(&loaders.session.reads());
        }
        part
    }

    /// Writes a part, and meanwhile reads the next one.
    async fn part_by(
        &mut self,
        of_this: &Loaders,
        of_next: &Loaders,
    ) -> Result<(ExportPart, ExportColumns), Error> {
        let part = match self.ahead.take() {
            Some(part) => part,
            None => self.export.read(&mut self.walk, of_this).await?,
        };
        let show = self.export.show(&part, of_this);
        let shown = if part.is_last {
            show.await?
        } else {
            // The first future sends a statement; the other works while the database answers.
            let read = self.export.read(&mut self.walk, of_next);
            let (ahead, shown) = try_join(read, show).await?;
            self.ahead = Some(ahead);
            shown
        };
        Ok((part, shown))
    }

    /// The remaining bytes. An error ends the stream, and so the transfer.
    pub(crate) fn rest(self) -> impl stream::Stream<Item = Result<Bytes, Error>> {
        stream::try_unfold(self, async |file| {
            if file.is_done {
                return Ok(None);
            }
            file.next_apart().await.map(|(file, bytes)| Some((Bytes::from(bytes), file)))
        })
    }
}

/// The error if a table cannot be written.
pub(crate) fn unwritten(error: &Unwritten) -> Error {
    tracing::error!(%error, "cannot write a table");
    Error::Internal
}
