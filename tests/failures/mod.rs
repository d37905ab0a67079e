//! The server when its dependencies misbehave.

mod database;
mod fields;
mod killed_load;
mod process;

use cops_graphql::database::load::{Load, LoadCounts};

use crate::{
    fixture::{self, SMALL},
    support::TestDatabase,
};

/// Loads the small fixture, and once more: that tells a database in use from a new one.
pub(crate) async fn loaded(test: &TestDatabase) {
    let writer = test.writer().await;
    fixture::load(&writer, SMALL).await;
    let more = Load::begin(&writer, "more", false).await.unwrap();
    more.commit(LoadCounts::default()).await.unwrap();
    writer.close().await.unwrap();
}
