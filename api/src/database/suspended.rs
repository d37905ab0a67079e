//! Indexes and foreign keys that are dropped while many rows are written, and created again afterward.
//!
//! To sort all keys once, and to check all references with one join, is several times faster than to do both row by
//! row, and the larger the indexes, the more. What a load may drop depends on who would notice:
//! - **SQLite**: readers see the indexes of the previous revision until the load commits. All plain indexes of a table
//!   are dropped; the database has no cheaper way to check references.
//! - **PostgreSQL**: `DROP` blocks all readers of the table, and of the tables it refers to, until the load commits.
//!   Indexes and foreign keys are dropped only if the table is empty, nobody else is connected to the database, no
//!   standby follows it (its readers would be blocked, too), and this user may create them again. Who connects during
//!   such a load waits for its end, as a server that may write always does.
//!
//! Unique indexes and primary keys stay: a load relies on them. [`super::distributed`] moves whole tables, which nobody
//! can read meanwhile, and drops what they have.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr, Statement};

/// The statements that drop and create the plain indexes of a table of SQLite.
const OF_SQLITE: &str = "SELECT 'DROP INDEX \"' || name || '\"', sql FROM sqlite_master \
     WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL AND sql NOT LIKE 'CREATE UNIQUE%'";

/// The table of PostgreSQL as `own`; nothing if someone could notice. A session of another user shows little of itself,
/// but whose it is; workers of the server belong to nobody. Sessions of Citus itself read nothing before the database
/// is distributed.
const UNNOTICED: &str = "WITH own AS ( \
     SELECT pg_class.oid FROM pg_class \
     WHERE oid = to_regclass($1) AND relkind = 'r' AND pg_has_role(relowner, 'USAGE') \
     AND has_schema_privilege(relnamespace, 'CREATE') \
     AND NOT EXISTS (SELECT 1 FROM pg_stat_replication) \
     AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
     AND pid <> pg_backend_pid() AND usesysid IS NOT NULL AND application_name !~* '^citus'))";

/// The table, whoever may notice.
const MOVED: &str = "WITH own AS (SELECT to_regclass($1) AS oid)";

/// The statements that drop and create the foreign keys of the table `own`.
const KEYS: &str = "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), \
     format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid)) \
     FROM pg_constraint JOIN own ON own.oid = conrelid WHERE contype = 'f'";

/// The statements that drop and create its indexes that are not unique.
const INDEXES: &str = "SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid) \
     FROM pg_index JOIN own ON own.oid = indrelid WHERE NOT indisunique";

/// What was dropped.
#[derive(Debug, Default)]
pub(super) struct Suspended {
    /// The statements that create it again.
    create: Vec<String>,
}

impl Suspended {
    /// Drops what a load can drop of a table.
    ///
    /// # Errors
    /// If a statement fails.
    pub(super) async fn drop_of(
        &mut self,
        transaction: &DatabaseTransaction,
        table: &str,
    ) -> Result<(), DbErr> {
        match transaction.get_database_backend() {
            DbBackend::Sqlite => self.drop_all(transaction, table, OF_SQLITE).await,
            _ if has_rows(transaction, table).await? => Ok(()),
            _ => {
                let sql = format!("{UNNOTICED} {KEYS} UNION ALL {INDEXES}");
                self.drop_all(transaction, table, &sql).await
            }
        }
    }

    /// Drops the foreign keys and, if there are rows, the plain indexes of a table of PostgreSQL that nobody can read
    /// until the transaction ends.
    ///
    /// # Errors
    /// If a statement fails.
    pub(super) async fn drop_of_moved(
        &mut self,
        transaction: &DatabaseTransaction,
        table: &str,
    ) -> Result<(), DbErr> {
        self.drop_all(transaction, table, &format!("{MOVED} {KEYS}")).await?;
        if has_rows(transaction, table).await? {
            self.drop_all(transaction, table, &format!("{MOVED} {INDEXES}")).await?;
        }
        Ok(())
    }

    /// Drops what a statement selects for a table.
    async fn drop_all(
        &mut self,
        transaction: &DatabaseTransaction,
        table: &str,
        selected: &str,
    ) -> Result<(), DbErr> {
        let backend = transaction.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, selected, [table.into()]);
        for row in transaction.query_all_raw(statement).await? {
            let drop: String = row.try_get_by_index(0)?;
            self.replace(transaction, &drop, row.try_get_by_index(1)?).await?;
        }
        Ok(())
    }

    /// Drops something, and creates something else later.
    ///
    /// # Errors
    /// If the statement fails.
    pub(super) async fn replace(
        &mut self,
        transaction: &DatabaseTransaction,
        drop: &str,
        create: String,
    ) -> Result<(), DbErr> {
        transaction.execute_unprepared(drop).await?;
        self.create.push(create);
        Ok(())
    }

    /// Creates everything again.
    ///
    /// # Errors
    /// If a statement fails, for example because a row refers to one that does not exist.
    pub(super) async fn create_again(
        &mut self,
        transaction: &DatabaseTransaction,
    ) -> Result<(), DbErr> {
        for sql in std::mem::take(&mut self.create) {
            transaction.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}

async fn has_rows(transaction: &DatabaseTransaction, table: &str) -> Result<bool, DbErr> {
    let sql = format!("SELECT 1 FROM {table} LIMIT 1");
    let statement = Statement::from_string(transaction.get_database_backend(), sql);
    Ok(transaction.query_one_raw(statement).await?.is_some())
}
