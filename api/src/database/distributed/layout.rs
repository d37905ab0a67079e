//! The layout of a loaded database on several machines.
//!
//! Two tables grow without limit: trainees and outcomes. Their rows and histories are distributed over the machines
//! by the hash of the id. All other tables are replicated to every machine, so that joins with them are local.
//! Sessions could be distributed with their trainees, and grants with their agencies, but they are one percent of the
//! rows, and queries would have to combine their results for little gain.
//!
//! Everything happens in one transaction, under the lock of loads, so a database is never left half laid out. A
//! layout that somebody else has begun is completed, or refused if it differs. Citus would copy each row into all
//! indexes and check its references; so they are dropped before and created after (see [`super::super::suspended`]).

use entity::{
    commit_mark, outcome,
    table::{EntityTable, history, tables},
    trainee,
};
use migration::Begins;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityName, QueryResult, Statement,
};

use crate::database::suspended::Suspended;

/// The oldest supported version of Citus, and the one that was tested.
const OLDEST: u32 = 13;
const TRIED: &str = "13.2";
/// The home page of Citus.
const CITUS: &str = "https://github.com/citusdata/citus";

/// Where the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// All rows on every machine.
    Everywhere,
    /// Each row on one machine, by its id.
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
    /// How many already had their layout.
    pub before: usize,
    /// The indexes that are no longer unique, because no machine could check that.
    pub loosened: Vec<String>,
}

/// Why a database cannot be laid out on several machines.
#[derive(Debug, thiserror::Error)]
pub enum DistributeError {
    /// The database is one file.
    #[error(
        "a SQLite file cannot be distributed: load the data into PostgreSQL with Citus, and name it with --database"
    )]
    Sqlite,
    /// The server does not have Citus.
    #[error(
        "this PostgreSQL has no Citus: install Citus {TRIED} ({CITUS}) on each machine, set \
         shared_preload_libraries = 'citus', restart it, and run CREATE EXTENSION citus in this database on each"
    )]
    NotInstalled,
    /// The server has Citus, but the database does not.
    #[error(
        "Citus is installed, but this database does not use it: run CREATE EXTENSION citus in it on each machine; then \
         run here SELECT citus_set_coordinator_host('HOST', PORT) and, for each worker, \
         SELECT citus_add_node('HOST', PORT)"
    )]
    NotCreated,
    /// Its version is too old.
    #[error("Citus {0} is too old: install {OLDEST} or newer ({TRIED} is tested)")]
    TooOld(String),
    /// It is a worker.
    #[error("this is a Citus worker: name the coordinator with --database")]
    NotCoordinator,
    /// The workers cannot reach the coordinator.
    #[error(
        "the workers do not know the coordinator: run here SELECT citus_set_coordinator_host('HOST', PORT) with the \
         address at which they can reach it"
    )]
    Unknown,
    /// No machine holds rows.
    #[error(
        "no machine holds rows: run here SELECT citus_set_coordinator_host('HOST', PORT) with the address at which the \
         workers can reach it, then SELECT citus_add_node('HOST', PORT) for each worker"
    )]
    NoMachines,
    /// A table has another layout.
    #[error(
        "{table} is already {found}, but must be {wanted}: run SELECT undistribute_table('{table}', \
         cascade_via_foreign_keys => true), then try again"
    )]
    Otherwise {
        /// The table.
        table: String,
        /// The layout it has.
        found: String,
        /// The layout it must have.
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

/// Whether the rows of a table are distributed by id.
pub(crate) fn is_divided(table: &str) -> bool {
    table == trainee::Entity.table_name() || table == outcome::Entity.table_name()
}

/// Every table, after those that it refers to, and its placement.
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

/// Distributes a loaded database over the machines of its Citus cluster. `on` is called with each table before its
/// rows are moved.
///
/// # Errors
/// If something is in the way, or a statement fails; the database is then unchanged.
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
    // One connection per machine: otherwise the transaction could not see what it has just moved.
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
            None => done.tables.push((table, placed)),
        }
    }
    let mut suspended = Vec::new();
    for (table, placed) in &done.tables {
        let mut of_table = Suspended::default();
        of_table.drop_of_moved(&transaction, table).await?;
        if *placed == Placement::ById {
            done.loosened.extend(loosen(&transaction, table, &mut of_table).await?);
        }
        suspended.push(of_table);
    }
    for (table, placed) in &done.tables {
        on(table);
        place(&transaction, table, *placed).await?;
    }
    for ((table, _), mut of_table) in done.tables.iter().zip(suspended) {
        on(&format!("indexes of {table}"));
        of_table.create_again(&transaction).await?;
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

/// Checks the machines of the cluster.
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

/// The layout of a table, in words; `None` if it is on this machine only.
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

/// The tables that are on one machine only; none without Citus.
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

/// Moves the rows of a table to where they belong. Citus copies them, and leaves the originals on the disk.
async fn place(
    transaction: &DatabaseTransaction,
    table: &str,
    placed: Placement,
) -> Result<(), DbErr> {
    let sql = match placed {
        Placement::Everywhere => format!("SELECT create_reference_table('{table}')"),
        Placement::ById => format!("SELECT create_distributed_table('{table}', 'id')"),
    };
    transaction.execute_unprepared(&sql).await?;
    let sql = format!("SELECT truncate_local_data_after_distributing_table('{table}')");
    transaction.execute_unprepared(&sql).await?;
    Ok(())
}

/// Replaces the unique indexes of a table, except its primary key, with plain ones: each machine knows only its own
/// rows. Loads look for existing rows before they add any.
async fn loosen(
    db: &DatabaseTransaction,
    table: &str,
    suspended: &mut Suspended,
) -> Result<Vec<String>, DbErr> {
    let sql = format!(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index \
         WHERE indrelid = '{table}'::regclass AND indisunique AND NOT indisprimary"
    );
    let mut names = Vec::new();
    for row in db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await? {
        let (name, made): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let plain = made.replacen("CREATE UNIQUE INDEX", "CREATE INDEX", 1);
        suspended.replace(db, &format!("DROP INDEX {name}"), plain).await?;
        names.push(name);
    }
    Ok(names)
}

async fn one(db: &impl ConnectionTrait, sql: &str) -> Result<QueryResult, DbErr> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    row.ok_or_else(|| DbErr::Custom("the database returned no row".to_owned()))
}

async fn number(db: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    one(db, sql).await?.try_get_by_index(0)
}
