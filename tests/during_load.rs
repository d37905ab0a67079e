//! During a load, readers continue to see the previous revision.

use std::time::Duration;

use cops_graphql::database::load::{Load, LoadCounts};
use entity::{agency, grant, obligation, officers_funded, outcome, trainee, training_session};
use sea_orm::EntityTrait as _;

use crate::{
    fixture::{self, SMALL},
    support::TestDatabase,
};

/// Lists in orders, words and aggregates of every table whose indexes a load suspends.
const QUERY: &str = "{
  agencies(search: \"alpha\", orderBy: { field: NAME }) { totalCount nodes { grants { nodes { federalShare } } } }
  grants(filter: { fiscalYear: { gt: 2010 } }) { totals { count federalShare { sum } } }
  obligations { totalCount nodes { amount } }
  officersFunded { totalCount nodes { funded } }
  trainingSessions { totalCount nodes { trainees { totalCount } } }
  outcomes(filter: { year: { gt: 2012 } }) { totalCount }
}";

/// How long a reader may wait.
const SOON: Duration = Duration::from_secs(1);

#[tokio::test]
async fn readers_go_on_while_a_load_suspends_indexes() {
    for database in TestDatabase::each("readers_go_on_while_a_load_suspends_indexes").await {
        let writer = database.writer().await;
        fixture::load(&writer, SMALL).await;
        let client = database.client_in_sql().await;
        let before = client.data(QUERY).await;
        let mut load = Load::begin(&writer, "more", false).await.unwrap();
        load.suspend_indexes::<agency::Entity>().await.unwrap();
        load.suspend_indexes::<grant::Entity>().await.unwrap();
        load.suspend_indexes::<obligation::Entity>().await.unwrap();
        load.suspend_indexes::<officers_funded::Entity>().await.unwrap();
        load.suspend_indexes::<outcome::Entity>().await.unwrap();
        load.suspend_indexes::<trainee::Entity>().await.unwrap();
        load.suspend_indexes::<training_session::Entity>().await.unwrap();
        officers_funded::Entity::delete_many().exec(load.transaction()).await.unwrap();
        let read = tokio::time::timeout(SOON, client.data(QUERY)).await;
        assert_eq!(read.expect("a reader waits for a load"), before);
        load.commit(LoadCounts::default()).await.unwrap();
        let after = client.data(QUERY).await;
        assert_eq!(after["officersFunded"]["totalCount"], 0);
        assert_eq!(after["grants"], before["grants"]);
    }
}
