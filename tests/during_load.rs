//! During a load, readers continue to see the previous revision.

use std::time::Duration;

use cops_graphql::database::load::{Load, LoadCounts};
use entity::{
    agency, grant, kind::TraineeRole, obligation, officers_funded, outcome, trainee,
    training_session,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, Statement};

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

/// The definitions of the indexes and foreign keys of a table.
const DEFINITIONS: &str = "SELECT indexdef FROM pg_indexes WHERE tablename = $1 \
    UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
    WHERE conrelid = to_regclass($1) AND contype = 'f' ORDER BY 1";

pub(crate) async fn definitions(db: &impl ConnectionTrait, table: &str) -> Vec<String> {
    let values = [table.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), DEFINITIONS, values);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

fn trainee_of_session(load: &Load, session_id: i32) -> trainee::Model {
    trainee::Model {
        id: 1,
        session_id,
        role: TraineeRole::LawEnforcement,
        agency_id: None,
        completed_on: None,
        hours: None,
        source_id: 1,
        revision_id: load.revision(),
    }
}

/// On PostgreSQL, `DROP` blocks readers. A load that is alone drops what slows it down, and creates the same again.
#[tokio::test]
async fn a_load_drops_indexes_only_where_it_is_alone_and_the_table_empty() {
    let name = "a_load_drops_indexes_only_where_it_is_alone_and_the_table_empty";
    let Some(database) = TestDatabase::postgres(name).await else { return };
    let writer = database.writer().await;
    fixture::load(&writer, SMALL).await;
    let all = definitions(&writer, "trainees").await;
    assert!(all.len() > 8, "{all:?}");

    // The table has rows.
    let mut load = Load::begin(&writer, "more", false).await.unwrap();
    load.suspend_indexes::<trainee::Entity>().await.unwrap();
    assert_eq!(definitions(load.transaction(), "trainees").await, all);
    // No longer, but somebody else is connected.
    load.remove::<trainee::Entity>(trainee::Column::Id.gt(0)).await.unwrap();
    let reader = database.client_in_sql().await;
    reader.data("{ trainees { totalCount } }").await;
    load.suspend_indexes::<trainee::Entity>().await.unwrap();
    assert_eq!(definitions(load.transaction(), "trainees").await, all);
    reader.database.close().await.unwrap();
    load.commit(LoadCounts::default()).await.unwrap();

    // A row without its session is refused at the end, and nothing has changed.
    let mut load = Load::begin(&writer, "more", false).await.unwrap();
    load.suspend_indexes::<trainee::Entity>().await.unwrap();
    assert_eq!(definitions(load.transaction(), "trainees").await.len(), 1, "the primary key stays");
    load.insert::<trainee::Entity>(&[trainee_of_session(&load, 1_000_000)]).await.unwrap();
    let error = load.commit(LoadCounts::default()).await.unwrap_err().to_string();
    assert!(error.contains("trainees_session_id_fkey"), "{error}");
    assert_eq!(definitions(&writer, "trainees").await, all);

    let mut load = Load::begin(&writer, "more", false).await.unwrap();
    load.suspend_indexes::<trainee::Entity>().await.unwrap();
    assert_eq!(definitions(load.transaction(), "trainees").await.len(), 1);
    load.insert::<trainee::Entity>(&[trainee_of_session(&load, 1)]).await.unwrap();
    load.commit(LoadCounts::default()).await.unwrap();
    assert_eq!(definitions(&writer, "trainees").await, all);
}
