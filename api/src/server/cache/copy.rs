//! The copy of the dataset in memory that answers aggregates, and how it is kept at the newest revision.
//!
//! It is built in the background and swapped whole. While a new one is built the old one answers what
//! asks for aggregates only, and says of which revision it is; what mixes them with rows, which are of
//! the new revision already, is answered by the database. Where the data are others altogether (a backup was restored,
//! or everything was loaded anew), the old copy goes at once, and the database answers until there is a new one.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{catalog::dataset::Dataset, database::Readers, graphql::catalog, measures::Replica};

/// How long to wait after a copy could not be made.
const PAUSE: Duration = Duration::from_secs(1);

/// A copy, and the dataset that it is of.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) dataset: Dataset,
    pub(crate) replica: Arc<Replica>,
}

/// What is copied, and whether it ever was: a server is ready from then on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Copies {
    pub(crate) newest: Option<Copy>,
    pub(crate) began: bool,
    /// Whether the last try has failed.
    pub(crate) has_failed: bool,
}

/// Makes a copy of each new revision, until nobody wants it any more.
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
            // A load was committed meanwhile, and will be told of at once.
            Ok(_) => tokio::time::sleep(PAUSE / 10).await,
            Err(error) => {
                tracing::warn!(%error, "cannot copy the dataset into memory: trying again");
                copies.send_modify(|copies| copies.has_failed = true);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
