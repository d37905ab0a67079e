//! The copy of the dataset in memory that answers aggregates, and how it is kept at the newest revision.
//!
//! It is built in the background and swapped whole. While a new one is built the old one answers what
//! asks for aggregates only, and says of which revision it is; what mixes them with rows, which are of
//! the new revision already, is answered by the database.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::DatabaseConnection;
use tokio::sync::watch;

use crate::{catalog::dataset::Dataset, graphql::catalog, measures::Replica};

/// How long to wait after a copy could not be made.
const PAUSE: Duration = Duration::from_secs(1);

/// A copy, and the dataset that it is of.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) dataset: Dataset,
    pub(crate) replica: Arc<Replica>,
}

/// Makes a copy of each new revision, until nobody wants it any more.
pub(crate) async fn keep(
    database: DatabaseConnection,
    mut newest: watch::Receiver<Dataset>,
    copies: watch::Sender<Option<Copy>>,
) {
    while !copies.is_closed() {
        let dataset = newest.borrow_and_update().clone();
        let is_there = copies.borrow().as_ref().is_some_and(|copy| copy.dataset == dataset);
        if is_there {
            if newest.changed().await.is_err() {
                return;
            }
            continue;
        }
        let began = Instant::now();
        match Replica::build(catalog(), &database).await {
            Ok(replica) if replica.revision() == dataset.revision => {
                tracing::info!(
                    revision = dataset.revision,
                    rows = replica.rows(),
                    bytes = replica.size_in_bytes(),
                    milliseconds = crate::trace::milliseconds(began.elapsed()),
                    "copied the dataset into memory"
                );
                copies.send_replace(Some(Copy { dataset, replica: Arc::new(replica) }));
            }
            // A load was committed meanwhile, and will be told of at once.
            Ok(_) => tokio::time::sleep(PAUSE / 10).await,
            Err(error) => {
                tracing::warn!(%error, "cannot copy the dataset into memory: trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
