//! How a loaded database is laid out on several machines.
//!
//! Two tables grow without end: trainees and outcomes. Each of their rows is on one machine, by the hash of its id, and so is
//! its history; all other tables are on every machine, so that whatever joins them does so where the rows are. Sessions
//! could be divided with their trainees, and grants with their agencies, but they are a hundredth of the rows, and what is
//! asked of them would have to be put together for nothing.
//!
//! Everything happens in one transaction, under the lock of loads: a database is never half laid out by this, and what
//! somebody else has begun is completed, or refused where it is another layout.

use entity::{
    commit_mark, outcome,
    table::{EntityTable, history, tables},
    trainee,
};
use migration::Begins;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityName, QueryResult, Statement,
};

/// The least version of Citus, and the one that this was tried with.
const OLDEST: u32 = 13;
const TRIED: &str = "13.2";
/// Where Citus is told of.
const CITUS: &str = "https://github.com/citusdata/citus";

/// Where the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// All of them on every machine.
    Everywhere,
    /// Each on one machine, by its id.
    ById,
}

/// What was done to a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distributed {
    /// The version of Citus.
    pub citus: String,
    /// The machines that hold rows.
    pub machines: i64,
    /// The shards of each divided table.
    pub shards: i64,
    /// The tables that were laid out.
    pub tables: Vec<(String, Placement)>,
    /// How many were so before.
    pub before: usize,
    /// The indexes that are no longer unique: no machine could tell.
    pub loosened: Vec<String>,
}

/// Why a database is not laid out on several machines.
#[derive(Debug, thiserror::Error)]
pub enum DistributeError {
    /// It is one file.
    #[error(
        "a file of SQLite cannot be distributed: load the data into PostgreSQL with Citus, and name that by --database"
    )]
    Sqlite,
    /// The server has no Citus.
    #[error(
        "this PostgreSQL has no Citus: install Citus {TRIED} ({CITUS}) on each machine, set \
         shared_preload_libraries = 'citus', restart it, and run CREATE EXTENSION citus in this database on each"
    )]
    NotInstalled,
    /// The server has it, and the database does not.
    #[error(
        "Citus is installed, and this database does not use it: run CREATE EXTENSION citus in it on each machine, then \
         SELECT citus_set_coordinator_host('HOST', PORT) and SELECT citus_add_node('HOST', PORT) for each worker, here"
    )]
    NotCreated,
    /// Its version is too old.
    #[error("Citus {0} is too old: {OLDEST} or newer is needed, and {TRIED} was tried")]
    TooOld(String),
    /// It is a worker.
    #[error("this is a worker of Citus: name the coordinator by --database")]
    NotCoordinator,
    /// The workers cannot reach the coordinator.
    #[error(
        "the workers do not know the coordinator: run SELECT citus_set_coordinator_host('HOST', PORT) here, with the address \
         by which they reach it"
    )]
    Unknown,
    /// No machine takes rows.
    #[error(
        "no machine holds rows: run SELECT citus_set_coordinator_host('HOST', PORT) here, with the address by which the \
         workers reach it, then SELECT citus_add_node('HOST', PORT) for each worker"
    )]
    NoMachines,
    /// A table is laid out otherwise.
    #[error(
        "{table} is already {found}, and has to be {wanted}: run SELECT undistribute_table('{table}', \
         cascade_via_foreign_keys => true), then this again"
    )]
    Otherwise {
        /// The table.
        table: String,
        /// How it is laid out.
        found: String,
        /// How it has to be.
        wanted: &'static str,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl Placement {
    fn words(self) -> &'static str {
        match self {
            Self::Everywhere => "on every machine",
            Self::ById => "divided by id",
        }
    }
}

/// The tables whose rows are divided.
pub(crate) fn is_divided(table: &str) -> bool {
    table == trainee::Entity.table_name() || table == outcome::Entity.table_name()
}

/// Every table, each after those that it refers to, and where its rows belong.
fn wanted() -> Vec<(String, Placement)> {
    let mut wanted = vec![("seaql_migrations".to_owned(), Placement::Everywhere)];
    let mut divided = Vec::new();
    let place = |table: &EntityTable| match is_divided(table.name) {
        true => Placement::ById,
        false => Placement::Everywhere,
    };
    for table in tables().iter().rev() {
        let of_table = if place(table) == Placement::ById { &mut divided } else { &mut wanted };
        of_table.push((table.name.to_owned(), place(table)));
        if table.has_history() {
            of_table.push((history(table.name), place(table)));
        }
    }
    wanted.extend(divided);
    wanted
}

/// Lays a loaded database out on the machines of its Citus. `on` is told each table before its rows are moved.
///
/// # Errors
/// Says what is in the way, or what the database says; the database is then as it was.
pub async fn distribute(
    db: &impl Begins,
    shards: Option<u16>,
    on: impl Fn(&str),
) -> Result<Distributed, DistributeError> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Err(DistributeError::Sqlite);
    }
    let citus = version(db).await?;
    let transaction = migration::begin(db).await?;
    let mut done = machines(&transaction, citus).await?;
    // One connection for each machine, or the transaction could not see what it has just moved.
    transaction
        .execute_unprepared("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
        .await?;
    if let Some(shards) = shards {
        let sql = format!("SET LOCAL citus.shard_count TO {shards}");
        transaction.execute_unprepared(&sql).await?;
    }
    let marks = commit_mark::Entity.table_name();
    let sql = format!("INSERT INTO {marks} (id, value) VALUES (1, 0) ON CONFLICT DO NOTHING");
    transaction.execute_unprepared(&sql).await?;
    for (table, placed) in wanted() {
        match found(&transaction, &table).await? {
            Some(found) if found == placed.words() => done.before += 1,
            Some(found) => {
                return Err(DistributeError::Otherwise { table, found, wanted: placed.words() });
            }
            None => {
                on(&table);
                place(&transaction, &table, placed, &mut done).await?;
                done.tables.push((table, placed));
            }
        }
    }
    let sql = "SELECT COUNT(*) FROM pg_dist_shard WHERE logicalrelid = 'trainees'::regclass";
    done.shards = number(&transaction, sql).await?;
    transaction.commit().await?;
    on("statistics");
    super::analyze(db).await;
    Ok(done)
}

/// The version of Citus.
async fn version(db: &impl ConnectionTrait) -> Result<String, DistributeError> {
    let sql = "SELECT (SELECT extversion FROM pg_extension WHERE extname = 'citus'), \
               EXISTS (SELECT FROM pg_available_extensions WHERE name = 'citus')";
    let row = one(db, sql).await?;
    let Some(version) = row.try_get_by_index::<Option<String>>(0)? else {
        return Err(match row.try_get_by_index(1)? {
            true => DistributeError::NotCreated,
            false => DistributeError::NotInstalled,
        });
    };
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major.is_some_and(|major| major >= OLDEST) {
        true => Ok(version),
        false => Err(DistributeError::TooOld(version)),
    }
}

/// Looks whether the machines are there.
async fn machines(
    db: &impl ConnectionTrait,
    citus: String,
) -> Result<Distributed, DistributeError> {
    let sql = "SELECT citus_is_coordinator(), EXISTS (SELECT FROM pg_dist_node WHERE groupid = 0), \
               (SELECT COUNT(*) FROM pg_dist_node WHERE isactive AND shouldhaveshards AND noderole = 'primary'), \
               EXISTS (SELECT FROM pg_dist_node)";
    let row = one(db, sql).await?;
    if !row.try_get_by_index::<bool>(3)? {
        return Err(DistributeError::NoMachines);
    }
    if !row.try_get_by_index::<bool>(0)? {
        return Err(DistributeError::NotCoordinator);
    }
    let machines = row.try_get_by_index(2)?;
    if machines == 0 {
        return Err(DistributeError::NoMachines);
    }
    if !row.try_get_by_index::<bool>(1)? {
        return Err(DistributeError::Unknown);
    }
    Ok(Distributed { citus, machines, ..Distributed::default() })
}

/// How a table is laid out, in words; none where it is on this machine alone.
async fn found(db: &impl ConnectionTrait, table: &str) -> Result<Option<String>, DbErr> {
    let sql = format!(
        "SELECT CASE WHEN partmethod = 'h' THEN 'divided by ' || column_to_column_name(logicalrelid, partkey) \
         WHEN repmodel = 't' THEN '{}' WHEN partmethod <> 'n' THEN 'divided by ranges' END \
         FROM pg_dist_partition WHERE logicalrelid = '{table}'::regclass",
        Placement::Everywhere.words()
    );
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    row.map(|row| row.try_get_by_index::<Option<String>>(0)).transpose().map(Option::flatten)
}

/// The tables that are on one machine only; none where this is no Citus.
pub(crate) async fn not_laid_out(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT CASE WHEN to_regclass('pg_dist_partition') IS NULL THEN 0 ELSE 1 END::bigint";
    let mut missing = Vec::new();
    if number(db, sql).await? == 1 {
        for (table, _) in wanted() {
            if found(db, &table).await?.is_none() {
                missing.push(table);
            }
        }
    }
    Ok(missing)
}

/// Moves a table to where it belongs.
async fn place(
    transaction: &DatabaseTransaction,
    table: &str,
    placed: Placement,
    done: &mut Distributed,
) -> Result<(), DbErr> {
    let sql = match placed {
        Placement::Everywhere => format!("SELECT create_reference_table('{table}')"),
        Placement::ById => {
            done.loosened.extend(loosen(transaction, table).await?);
            format!("SELECT create_distributed_table('{table}', 'id')")
        }
    };
    transaction.execute_unprepared(&sql).await?;
    Ok(())
}

/// Makes plain indexes of the unique ones of a table, but for its key: each machine knows of its own rows only. Loads look
/// for what is there already before they add anything.
async fn loosen(db: &impl ConnectionTrait, table: &str) -> Result<Vec<String>, DbErr> {
    let sql = format!(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index \
         WHERE indrelid = '{table}'::regclass AND indisunique AND NOT indisprimary"
    );
    let mut names = Vec::new();
    for row in db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await? {
        let (name, made): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
        db.execute_unprepared(&made.replacen("CREATE UNIQUE INDEX", "CREATE INDEX", 1)).await?;
        names.push(name);
    }
    Ok(names)
}

async fn one(db: &impl ConnectionTrait, sql: &str) -> Result<QueryResult, DbErr> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    row.ok_or_else(|| DbErr::Custom("the database says nothing".to_owned()))
}

async fn number(db: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    one(db, sql).await?.try_get_by_index(0)
}
