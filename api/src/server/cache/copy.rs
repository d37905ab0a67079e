//! The in-memory copy of the dataset, which answers aggregates, and how it follows the newest revision.
//!
//! A new copy is built in the background and swapped in whole. Meanwhile the old one answers requests for aggregates
//! only, and reports its revision; requests that mix aggregates with rows, which are already of the new revision, are
//! answered in SQL. If the data were replaced entirely (a backup was restored, or everything was loaded again), the
//! old copy is dropped at once, and the database answers until there is a new one.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{catalog::dataset::Dataset, database::Readers, graphql::catalog, measures::Replica};

/// How long to wait before retrying a failed copy.
const PAUSE: Duration = Duration::from_secs(1);

/// A copy and its dataset.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) dataset: Dataset,
    pub(crate) replica: Arc<Replica>,
}

/// The newest copy, and whether there ever was one: from then on the server is ready.
#[derive(Clone, Debug, Default)]
pub(crate) struct Copies {
    pub(crate) newest: Option<Copy>,
    pub(crate) began: bool,
    /// Whether the last attempt failed.
    pub(crate) has_failed: bool,
}

/// Makes a copy of each new revision, as long as somebody needs it.
pub(crate) async fn keep(
    readers: Readers,
    mut newest: watch::Receiver<Dataset>,
    copies: watch::Sender<Copies>,
) {
    while !copies.is_closed() {
        let dataset = newest.borrow_and_update().clone();
        let copied = copies.borrow().newest.as_ref().map(|copy| copy.dataset.clone());
        match copied {
            Some(copied) if copied == dataset => {
                if newest.changed().await.is_err() {
                    return;
                }
                continue;
            }
            Some(copied) if !dataset.follows(&copied) => {
                copies.send_modify(|copies| copies.newest = None);
            }
            _ => {}
        }
        let began = Instant::now();
        match Replica::build(catalog(), readers.clone()).await {
            Ok(replica) if replica.stamp() == dataset.stamp => {
                tracing::info!(
                    revision = dataset.revision,
                    rows = replica.rows(),
                    bytes = replica.size_in_bytes(),
                    milliseconds = crate::trace::milliseconds(began.elapsed()),
                    "copied the dataset into memory"
                );
                let newest = Some(Copy { dataset, replica: Arc::new(replica) });
                copies.send_replace(Copies { newest, began: true, has_failed: false });
            }
            // A load was committed meanwhile; the notification follows at once.
            Ok(_) => tokio::time::sleep(PAUSE / 10).await,
            Err(error) => {
                tracing::warn!(%error, "cannot copy the dataset into memory: retrying");
                copies.send_modify(|copies| copies.has_failed = true);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
