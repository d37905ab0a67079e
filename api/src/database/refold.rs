//! Search finds rows by words that were folded when the rows were written. If a newer version of the program folds
//! them differently, the words written by older ones are folded again, in the tables and in the history. That changes
//! no data, so no row counts as changed by it.

use entity::{
    agency, grant, organization, program, publication, revision,
    search::{FOLDING, Searched},
    table::history,
    training,
};
use migration::Begins;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic as _,
    Iterable as _, ModelTrait, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Statement, Value,
};

use super::{
    counters::{FOLDING_COUNTER, counter},
    load::{ENDED_BY, Load, LoadCounts, TableTally},
};

/// The format name of the load that folds words again.
pub const FORMAT: &str = "search";
/// How many rows are read at once.
const ROWS: u64 = 5_000;

/// Whether the words of a database were folded by an older version of the program.
///
/// # Errors
/// If a statement fails.
pub async fn is_behind(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let is_empty = revision::Entity::find().count(db).await? == 0;
    Ok(!is_empty && counter(db, FOLDING_COUNTER).await? < FOLDING)
}

/// Folds the words of all rows again if an older version of the program folded them, and returns whether that was
/// needed.
///
/// # Errors
/// If a statement fails; then nothing has changed.
pub async fn ensure(db: &impl Begins) -> Result<bool, DbErr> {
    if !is_behind(db).await? {
        return Ok(false);
    }
    let load = Load::begin(db, FORMAT, false).await?;
    // Another process may have done it while this one waited for its turn.
    if counter(load.transaction(), FOLDING_COUNTER).await? >= FOLDING {
        return Ok(false);
    }
    tracing::info!("folding the search words of all rows again");
    let mut counts = LoadCounts::default();
    for (table, tally) in [
        ("agencies", fold::<agency::Entity>(&load).await?),
        ("grants", fold::<grant::Entity>(&load).await?),
        ("organizations", fold::<organization::Entity>(&load).await?),
        ("programs", fold::<program::Entity>(&load).await?),
        ("publications", fold::<publication::Entity>(&load).await?),
        ("trainings", fold::<training::Entity>(&load).await?),
    ] {
        counts.rows_read += tally.changed + tally.unchanged;
        counts.tables.insert(table, tally);
    }
    load.raise(FOLDING_COUNTER, FOLDING).await?;
    load.commit(counts).await?;
    Ok(true)
}

/// Folds the words of a table.
async fn fold<E>(load: &Load) -> Result<TableTally, DbErr>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + FromQueryResult + Searched + Sync,
{
    fold_history::<E>(load).await?;
    let column = |name: &str| E::Column::iter().find(|column| column.as_str() == name);
    let missing = || DbErr::Custom("a table that is searched has an id and words".to_owned());
    let (id, search) = column("id").zip(column("search")).ok_or_else(missing)?;
    let db = load.transaction();
    let table = E::default().table_name().to_owned();
    let sql = format!("UPDATE {table} SET search = $1 WHERE id = $2");
    let (mut tally, mut last) = (TableTally::default(), Value::from(0));
    loop {
        let rows =
            E::find().filter(id.gt(last.clone())).order_by_asc(id).limit(ROWS).all(db).await?;
        let Some(end) = rows.last() else { return Ok(tally) };
        last = end.get(id);
        for row in rows {
            let words = Value::from(row.searched());
            if row.get(search) == words {
                tally.unchanged += 1;
                continue;
            }
            tally.changed += 1;
            let backend = db.get_database_backend();
            let values = [words, row.get(id)];
            db.execute_raw(Statement::from_sql_and_values(backend, &sql, values)).await?;
        }
    }
}

/// Folds the words in the history of a table. Each version of a row has its own words.
async fn fold_history<E>(load: &Load) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Searched + Sync,
{
    let (db, table) = (load.transaction(), history(E::default().table_name()));
    let backend = db.get_database_backend();
    let read = format!(
        "SELECT * FROM {table} WHERE (id, {ENDED_BY}) > ($1, $2) ORDER BY id, {ENDED_BY} LIMIT {ROWS}"
    );
    let write = format!("UPDATE {table} SET search = $1 WHERE id = $2 AND {ENDED_BY} = $3");
    let mut last = (0, 0);
    loop {
        let statement =
            Statement::from_sql_and_values(backend, &read, [last.0.into(), last.1.into()]);
        let rows = db.query_all_raw(statement).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let old = E::Model::from_query_result(&row, "")?;
            last = (row.try_get("", "id")?, row.try_get("", ENDED_BY)?);
            let words = old.searched();
            if row.try_get::<String>("", "search")? != words {
                let values: [Value; 3] = [words.into(), last.0.into(), last.1.into()];
                db.execute_raw(Statement::from_sql_and_values(backend, &write, values)).await?;
            }
        }
    }
}
