//! What every request needs: the schema, the connections, and the newest known revision.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use sea_orm::DatabaseConnection;
use tokio::sync::watch;

use super::cache::copy::{self, Copies, Copy};
use crate::{
    catalog::dataset::Dataset,
    database::Readers,
    error::Error,
    graphql::{Schema, catalog, citation::Operator, schema_of, sdl},
    measures::{Aggregates, TableSizes},
};

/// How often the server checks for a new revision.
const REVISION_POLL: Duration = Duration::from_secs(1);
/// How often the server checks whether the database file has been replaced.
const FILE_POLL: Duration = Duration::from_millis(250);
/// The timeout of such a check. A connection that does not answer may be dead, and the next check uses another one.
const PATIENCE: Duration = Duration::from_secs(2);
/// Since when a server has served its data, apart from changes by loads: since its start, or since its database was
/// replaced. In seconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Since(Arc<AtomicU64>);

impl Since {
    /// Since now.
    pub(crate) fn now() -> Self {
        Self(Arc::new(AtomicU64::new(seconds())))
    }

    /// Marks the data as replaced. Adding a second gives answers from the same second an earlier date than later
    /// ones.
    fn renew(&self) {
        self.0.store(seconds() + 1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// What every request needs.
#[derive(Clone, Debug)]
pub struct Server(pub(crate) Arc<ServerInner>);

#[derive(Debug)]
pub(crate) struct ServerInner {
    pub(crate) schema: SchemaHandle,
    pub(crate) sdl: String,
    pub(crate) operator: Operator,
    pub(crate) readers: Readers,
    pub(super) dataset: watch::Receiver<Dataset>,
    /// Since when it has served these data.
    pub(super) since: Since,
    /// The row counts of the tables.
    sizes: watch::Receiver<Arc<TableSizes>>,
    /// The in-memory copy that answers aggregates; `None` if the database answers them.
    copy: Option<watch::Receiver<Copies>>,
}

/// What answers aggregates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum AggregatesBy {
    /// An in-memory copy of the dataset: milliseconds for most queries.
    Memory,
    /// The database: for data that outgrow memory.
    Sql,
}

/// The schema, in a wrapper that keeps it out of debug output.
pub(crate) struct SchemaHandle(pub(crate) Schema);

impl std::fmt::Debug for SchemaHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Schema")
    }
}

impl Server {
    /// A server over a database that holds a dataset. It follows new revisions as long as it lives.
    #[must_use]
    pub fn new(readers: impl Into<Readers>, dataset: Dataset, aggregates: AggregatesBy) -> Self {
        Self::of_operator(readers, dataset, aggregates, Operator::default())
    }

    /// A server whose citations use the operator's settings.
    #[must_use]
    pub fn of_operator(
        readers: impl Into<Readers>,
        dataset: Dataset,
        aggregates: AggregatesBy,
        operator: Operator,
    ) -> Self {
        let readers = readers.into();
        let (sender, receiver) = watch::channel(dataset);
        let (found, sizes) = watch::channel(Arc::default());
        let since = Since::now();
        tokio::spawn(follow(readers.clone(), sender, since.clone()));
        tokio::spawn(measure(readers.spare().clone(), receiver.clone(), found));
        let copy = (aggregates == AggregatesBy::Memory).then(|| {
            let (copies, copy) = watch::channel(Copies::default());
            tokio::spawn(copy::keep(readers.clone(), receiver.clone(), copies));
            copy
        });
        let schema = SchemaHandle(schema_of(operator.clone()));
        let sdl = sdl();
        let dataset = receiver;
        Self(Arc::new(ServerInner { schema, sdl, operator, readers, dataset, since, sizes, copy }))
    }

    pub(crate) fn dataset(&self) -> Dataset {
        self.0.dataset.borrow().clone()
    }

    /// The dataset that the database holds now. If it differs from the dataset that the server knows, it must be
    /// complete: a backup may be half restored.
    ///
    /// # Errors
    /// If the dataset is incomplete, or a statement fails.
    pub(crate) async fn current(&self) -> Result<Dataset, Error> {
        let readers = &self.0.readers;
        let found = Dataset::of(readers).await?;
        if found != self.dataset() && !readers.is_fit().await? {
            return Err(Error::Unavailable);
        }
        Ok(found)
    }

    /// Notifies of each new revision, and of replaced data.
    pub(crate) fn datasets(&self) -> watch::Receiver<Dataset> {
        self.0.dataset.clone()
    }

    /// Waits until the in-memory copy is of a dataset.
    pub(crate) async fn copied(&self, dataset: &Dataset) {
        let Some(copies) = &self.0.copy else { return };
        let is_copied =
            |copies: &Copies| copies.newest.as_ref().is_some_and(|copy| copy.dataset == *dataset);
        // The sender lives as long as there are receivers.
        let _ = copies.clone().wait_for(is_copied).await;
    }

    /// The in-memory copy that answers aggregates, once it is ready.
    pub(crate) fn copy(&self) -> Option<Copy> {
        self.0.copy.as_ref()?.borrow().newest.clone()
    }

    /// The database as the executor of aggregates.
    pub(crate) fn database(&self) -> Aggregates {
        Aggregates::Database(Arc::clone(&self.0.sizes.borrow()))
    }

    /// Whether the in-memory copy could not be made.
    pub(crate) fn has_failed_to_copy(&self) -> bool {
        self.0.copy.as_ref().is_some_and(|copy| copy.borrow().has_failed)
    }

    /// Whether aggregates can be answered.
    pub(crate) fn has_aggregates(&self) -> bool {
        self.0.copy.as_ref().is_none_or(|copy| copy.borrow().began)
    }
}

/// Sends each new revision, and replaced data, until nobody listens.
async fn follow(readers: Readers, sender: watch::Sender<Dataset>, since: Since) {
    let mut ticks = tokio::time::interval(FILE_POLL);
    let mut next = Instant::now();
    while !sender.is_closed() {
        ticks.tick().await;
        let is_other = readers.look().await;
        // A database that was lost and found again may be another one: clients must not see the old dataset any
        // longer than needed.
        if readers.are_gone() {
            next = Instant::now();
            continue;
        }
        if !is_other && Instant::now() < next {
            continue;
        }
        next = Instant::now() + REVISION_POLL;
        // An unreachable database is logged where it fails, and readiness says so.
        let found = tokio::time::timeout(PATIENCE, Dataset::of(&readers.by_spare())).await;
        // A newer version of the program may have changed the database, or a backup may be half restored.
        let fit = tokio::time::timeout(PATIENCE, readers.is_fit()).await;
        if let (Ok(Ok(found)), Ok(Ok(true))) = (found, fit) {
            sender.send_if_modified(|dataset| {
                let new = *dataset != found;
                if new {
                    tracing::info!(revision = found.revision, "a new revision of the dataset");
                    if !found.follows(dataset) {
                        since.renew();
                    }
                    *dataset = found;
                }
                new
            });
        }
    }
}

/// Counts the rows of each new revision, until nobody listens.
async fn measure(
    database: DatabaseConnection,
    mut datasets: watch::Receiver<Dataset>,
    sizes: watch::Sender<Arc<TableSizes>>,
) {
    loop {
        datasets.borrow_and_update();
        // An unreachable database is logged where it fails; meanwhile the old sizes stay.
        if let Ok(found) = TableSizes::read(catalog(), &database).await {
            sizes.send_replace(Arc::new(found));
        }
        if datasets.changed().await.is_err() {
            return;
        }
    }
}
