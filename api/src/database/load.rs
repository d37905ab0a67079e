//! One load of data: one transaction, one revision.
//!
//! All code that writes rows (reference data, the demo dataset, every importer) does so through a [`Load`]. Until it
//! commits, no reader sees any of it, and if the process dies nothing has changed. Loads run one at a time: on
//! PostgreSQL under an advisory lock, on SQLite because it has one writer.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use chrono::Utc;
use entity::{
    congressional_district, county, list_name, revision, search,
    table::{EntityTable, history, tables},
    table_load,
};
use migration::Begins;
use sea_orm::{
    ActiveModelTrait, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait, PrimaryKeyToColumn,
    QueryFilter as _, QueryOrder as _, Statement,
    sea_query::{Alias, DynIden, Expr, ExprTrait as _, IntoCondition, IntoIden as _, Query},
};

use super::{
    counters::{FOLDING_COUNTER, KEPT_COUNTER, raise, raise_to},
    distributed::{self, CommitMarks},
    places::{self, LINKS, PlaceChanges},
    suspended::Suspended,
    token::DataToken,
};

/// Parameters per statement: below the limits of SQLite (32,766) and PostgreSQL (65,535).
const PARAMETERS: usize = 16_000;
/// The highest id at which a load may begin to assign more: no load adds more rows than there are ids beyond it.
const LAST_ID: i32 = i32::MAX - 100_000_000;
/// The column of a history table with the revision that ended a row.
pub(crate) const ENDED_BY: &str = "ended_by";
/// How many keys are looked up at once.
const KEYS: usize = 1_000;
/// A load that has begun and is not yet visible.
#[derive(Debug)]
pub struct Load {
    transaction: DatabaseTransaction,
    /// Marks its commit if the database is on several machines.
    marks: Option<CommitMarks>,
    revision: revision::Model,
    suspended: Suspended,
    /// The kinds of tables that it has read.
    tables_read: BTreeSet<String>,
}

/// What a load did with the rows that it read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadCounts {
    /// Rows read.
    pub rows_read: u64,
    /// The changes to each table.
    pub tables: Tallies,
}

/// The changes of a load by table, with the names used in the database.
pub type Tallies = BTreeMap<&'static str, TableTally>;

/// The changes of a load to one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableTally {
    /// Rows added.
    pub added: u64,
    /// Rows changed.
    pub changed: u64,
    /// Rows read again and found unchanged.
    pub unchanged: u64,
    /// Rows removed.
    pub removed: u64,
    /// Rows for this table that were refused.
    pub refused: u64,
}

impl LoadCounts {
    /// The sum over all tables.
    fn sum(&self, part: impl Fn(&TableTally) -> u64) -> i32 {
        number(self.tables.values().map(part).sum())
    }
}

/// Draws a random token.
fn draw() -> Result<i64, DbErr> {
    let token =
        DataToken::draw().map_err(|error| DbErr::Custom(format!("no random number: {error}")))?;
    Ok(token.as_stored())
}

/// A count as it is stored.
fn number(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl Load {
    /// Begins a load of a format. Waits until other loads end.
    ///
    /// # Errors
    /// If a statement fails.
    pub async fn begin(db: &impl Begins, format: &str, synthetic: bool) -> Result<Self, DbErr> {
        let transaction = migration::begin(db).await?;
        let marks = CommitMarks::of(db, &transaction).await?;
        let before = revision::Entity::find().order_by_desc(revision::Column::Id);
        let before = before.one(&transaction).await?;
        let dataset = before.as_ref().map_or_else(draw, |before| Ok(before.dataset))?;
        let mut load = Self {
            transaction,
            marks,
            revision: revision::Model {
                id: 0,
                token: draw()?,
                dataset,
                loaded_at: Utc::now(),
                format: format.to_owned(),
                synthetic,
                rows_read: 0,
                added: 0,
                changed: 0,
                unchanged: 0,
                removed: 0,
                refused: 0,
                tables_read: None,
            },
            suspended: Suspended::default(),
            tables_read: BTreeSet::new(),
        };
        load.revision.id = load.next_id::<revision::Entity>().await?;
        load.insert::<revision::Entity>(std::slice::from_ref(&load.revision)).await?;
        if before.is_none() {
            // In a new database, all words are folded by this version.
            load.raise(FOLDING_COUNTER, search::FOLDING).await?;
        }
        Ok(load)
    }

    /// The revision that this load creates; its rows carry it.
    #[must_use]
    pub fn revision(&self) -> i32 {
        self.revision.id
    }

    /// The transaction, for lookups and changes of a load.
    #[must_use]
    pub fn transaction(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// Records that the load has read a table of some kind, given as one line of text.
    pub(crate) fn note_table(&mut self, kind: &str) {
        if !self.tables_read.contains(kind) {
            self.tables_read.insert(kind.to_owned());
        }
    }

    /// Makes this load the first one of another dataset: earlier data are gone, including their history, and
    /// unrelated to the new data.
    ///
    /// # Errors
    /// If a statement fails, or the system provides no random numbers.
    pub async fn begin_dataset(&mut self) -> Result<(), DbErr> {
        self.revision.dataset = draw()?;
        self.raise(KEPT_COUNTER, self.revision.id).await?;
        for table in tables().iter().filter(|table| table.has_history()) {
            let sql = format!("DELETE FROM {}", table.history());
            self.transaction.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    /// The first id that no row of the table has or ever had.
    ///
    /// # Errors
    /// If the statement fails, or no ids are left.
    pub async fn next_id<E: EntityTrait>(&self) -> Result<i32, DbErr> {
        let table = E::default().table_name().to_owned();
        let sql = format!(
            "SELECT MAX(id) FROM (SELECT MAX(id) AS id FROM {table} UNION ALL \
             SELECT value FROM counters WHERE name = '{table}') AS ids"
        );
        let statement = Statement::from_string(self.transaction.get_database_backend(), sql);
        let row = self.transaction.query_one_raw(statement).await?;
        let row = row.ok_or_else(|| DbErr::Custom("an aggregate returned no row".to_owned()))?;
        let last = row.try_get_by_index::<Option<i32>>(0)?.unwrap_or_default();
        if last > LAST_ID {
            return Err(DbErr::Custom(format!(
                "the ids of {table} are used up ({last} were assigned): load into a new database"
            )));
        }
        Ok(last + 1)
    }

    /// Records which ids were assigned, so that they are not assigned again.
    async fn note_ids(&self) -> Result<(), DbErr> {
        let tables = tables();
        let last = tables.iter().filter(|table| table.has("id")).map(|table| {
            let table = table.name;
            format!("SELECT '{table}' AS name, MAX(id) AS value FROM {table}")
        });
        let last = last.collect::<Vec<_>>().join(" UNION ALL ");
        raise_to(&self.transaction, &last).await
    }

    /// Raises a counter; it never decreases.
    ///
    /// # Errors
    /// If the statement fails.
    pub async fn raise(&self, name: &'static str, value: i32) -> Result<(), DbErr> {
        raise(&self.transaction, name, value).await
    }

    /// Inserts rows, thousands per statement. Statements of full chunks have the same text, so the database parses it
    /// once.
    ///
    /// # Errors
    /// If a statement fails.
    pub async fn insert<E: EntityTrait>(&self, rows: &[E::Model]) -> Result<(), DbErr>
    where
        E::Model: ModelTrait<Entity = E>,
    {
        self.send::<E>(rows, &insertion::<E>(), "").await.map(|_| ())
    }

    /// Sends rows, thousands per statement, as a list of values between `before` and `after`. Returns how many rows
    /// of the database were affected.
    async fn send<E: EntityTrait>(
        &self,
        rows: &[E::Model],
        before: &str,
        after: &str,
    ) -> Result<u64, DbErr>
    where
        E::Model: ModelTrait<Entity = E>,
    {
        let columns: Vec<E::Column> = E::Column::iter().collect();
        let chunk = PARAMETERS / columns.len();
        let backend = self.transaction.get_database_backend();
        let (mut sql, mut touched) = (String::new(), 0);
        let mut rows_of_sql = 0;
        for rows in rows.chunks(chunk) {
            if rows_of_sql != rows.len() {
                let values = value_list(columns.len(), rows.len(), backend);
                sql = format!("{before}{values}{after}");
                rows_of_sql = rows.len();
            }
            let values = rows.iter().flat_map(|row| columns.iter().map(|column| row.get(*column)));
            let statement = Statement::from_sql_and_values(backend, &sql, values);
            touched += self.transaction.execute_raw(statement).await?.rows_affected();
        }
        Ok(touched)
    }

    /// Updates existing rows, all columns of each, thousands per statement. Their old versions go to the history.
    ///
    /// # Errors
    /// If a statement fails, or if a row does not carry this load's revision, does not exist, or appears twice.
    pub async fn change<E: EntityTrait>(&self, rows: Vec<E::Model>) -> Result<(), DbErr>
    where
        E::Model: ModelTrait<Entity = E>,
    {
        let (key, revision) = (key_of::<E>()?, column::<E>("revision_id")?);
        let table = E::default().table_name().to_owned();
        if rows.iter().any(|row| row.get(revision) != self.revision.id.into()) {
            return Err(DbErr::Custom(format!(
                "a changed row of {table} does not carry the revision of its load"
            )));
        }
        for rows in rows.chunks(KEYS) {
            self.keep::<E>(key.is_in(rows.iter().map(|row| row.get(key)))).await?;
        }
        // The columns of a list of values are named by position.
        let (mut sets, mut of_key) = (Vec::new(), 0);
        for (at, column) in (1..).zip(E::Column::iter()) {
            let name = column.as_str();
            if name == key.as_str() {
                of_key = at;
            } else {
                sets.push(format!("{name} = new.column{at}"));
            }
        }
        let before = format!("UPDATE {table} SET {} FROM (VALUES ", sets.join(", "));
        let after = format!(") AS new WHERE {table}.{} = new.column{of_key}", key.as_str());
        let touched = self.send::<E>(&rows, &before, &after).await?;
        if touched != rows.len() as u64 {
            return Err(DbErr::Custom(format!(
                "a row of {table} is changed twice, or does not exist"
            )));
        }
        Ok(())
    }

    /// Changes the rows with these ids by a statement, which must set this load's revision. Their old versions go to
    /// the history.
    ///
    /// # Errors
    /// If a statement fails.
    pub async fn change_by<E: EntityTrait>(
        &self,
        ids: impl IntoIterator<Item = i32>,
        sql: &str,
    ) -> Result<(), DbErr> {
        self.keep::<E>(key_of::<E>()?.is_in(ids)).await?;
        self.transaction.execute_unprepared(sql).await?;
        Ok(())
    }

    /// Removes the rows that match a condition, and returns how many. Their old versions go to the history.
    ///
    /// # Errors
    /// If a statement fails.
    pub async fn remove<E: EntityTrait>(
        &self,
        condition: impl IntoCondition + Clone,
    ) -> Result<u64, DbErr> {
        self.keep::<E>(condition.clone()).await?;
        let deleted = E::delete_many().filter(condition).exec(&self.transaction).await?;
        Ok(deleted.rows_affected)
    }

    /// Removes the rows of a table that match an expression, and returns how many. Their old versions go to the
    /// history.
    ///
    /// # Errors
    /// If a statement fails.
    pub(crate) async fn remove_from(
        &self,
        table: &EntityTable,
        condition: &str,
    ) -> Result<u64, DbErr> {
        let columns = table.columns.iter().map(|(name, _)| *name);
        self.keep_of(table.name, columns, Expr::cust(condition.to_owned())).await?;
        self.clear(table.name, condition).await
    }

    /// Removes rows without writing a history: those of a dataset that is replaced.
    ///
    /// # Errors
    /// If the statement fails.
    pub(crate) async fn clear(&self, table: &str, condition: &str) -> Result<u64, DbErr> {
        let sql = format!("DELETE FROM {table} WHERE {condition}");
        Ok(self.transaction.execute_unprepared(&sql).await?.rows_affected())
    }

    /// Copies rows of earlier revisions to the history, ended by this load. Rows that this load itself added were
    /// never visible.
    async fn keep<E: EntityTrait>(&self, condition: impl IntoCondition) -> Result<(), DbErr> {
        let table = E::default().table_name().to_owned();
        let columns: Vec<E::Column> = E::Column::iter().collect();
        self.keep_of(&table, columns.iter().map(IdenStatic::as_str), condition).await
    }

    async fn keep_of<'a>(
        &self,
        table: &str,
        columns: impl Iterator<Item = &'a str>,
        condition: impl IntoCondition,
    ) -> Result<(), DbErr> {
        let columns: Vec<DynIden> = columns.map(|name| Alias::new(name).into_iden()).collect();
        let (mut old, mut kept) = (Query::select(), Query::insert());
        old.columns(columns.clone())
            .expr(Expr::value(self.revision.id))
            .from(Alias::new(table))
            .cond_where(condition.into_condition())
            .and_where(Expr::col(Alias::new("revision_id")).lt(self.revision.id));
        kept.into_table(Alias::new(history(table)))
            .columns(columns.into_iter().chain([Alias::new(ENDED_BY).into_iden()]));
        kept.select_from(old).map_err(|error| DbErr::Custom(error.to_string()))?;
        self.transaction.execute(&kept).await?;
        Ok(())
    }

    /// Drops indexes and foreign keys of a table until [`Self::commit`] creates them again, if no reader can notice
    /// (see [`super::suspended`]). It pays if most rows of the table are new.
    ///
    /// # Errors
    /// If a statement fails.
    pub async fn suspend_indexes<E: EntityTrait>(&mut self) -> Result<(), DbErr> {
        if self.marks.is_some() {
            // The other machines have readers, too.
            return Ok(());
        }
        let table = E::default().table_name().to_owned();
        self.suspended.drop_of(&self.transaction, &table).await
    }

    /// Updates what is derived from the rows: the counties and districts, and the state, county and district of each
    /// row. Returns the changes to the tables. A commit settles the load; call this before only to see the changes.
    ///
    /// # Errors
    /// If a statement fails.
    pub async fn settle(&self) -> Result<Tallies, DbErr> {
        let counties = places::counties(&self.transaction, self.revision.id).await?;
        let districts = places::districts(&self.transaction, self.revision.id).await?;
        let tallies =
            [("counties", tally(&counties)), ("congressional_districts", tally(&districts))];
        self.insert::<county::Entity>(&counties.added).await?;
        self.change::<county::Entity>(counties.changed).await?;
        self.insert::<congressional_district::Entity>(&districts.added).await?;
        self.change::<congressional_district::Entity>(districts.changed).await?;
        for sql in LINKS {
            self.transaction.execute_unprepared(sql).await?;
        }
        for keys in counties.gone.chunks(KEYS) {
            let keys = keys.iter().copied();
            self.remove::<county::Entity>(county::Column::Id.is_in(keys)).await?;
        }
        for keys in districts.gone.chunks(KEYS) {
            let gone = congressional_district::Column::Id.is_in(keys.iter().copied());
            self.remove::<congressional_district::Entity>(gone).await?;
        }
        Ok(tallies.into())
    }

    /// Creates the indexes again, refreshes the full-text search, records the changes, and makes them visible.
    ///
    /// # Errors
    /// If a statement fails; then nothing has changed.
    pub async fn commit(mut self, mut counts: LoadCounts) -> Result<revision::Model, DbErr> {
        for (table, settled) in self.settle().await? {
            let tally = counts.tables.entry(table).or_default();
            tally.added += settled.added;
            tally.changed += settled.changed;
            tally.removed += settled.removed;
        }
        self.suspended.create_again(&self.transaction).await?;
        if self.transaction.get_database_backend() == DbBackend::Sqlite {
            for table in tables().iter().filter(|table| table.has("search")) {
                let table = table.name;
                let sql = format!("INSERT INTO {table}_search({table}_search) VALUES ('rebuild')");
                self.transaction.execute_unprepared(&sql).await?;
            }
        }
        let revision_id = self.revision.id;
        let tables = counts.tables.iter().filter(|(_, tally)| **tally != TableTally::default());
        let first = self.next_id::<table_load::Entity>().await?;
        let tables = (first..).zip(tables).map(|(id, (table, tally))| table_load::Model {
            id,
            revision_id,
            table_name: list_name(table),
            added: number(tally.added),
            changed: number(tally.changed),
            unchanged: number(tally.unchanged),
            removed: number(tally.removed),
            refused: number(tally.refused),
        });
        self.insert::<table_load::Entity>(&tables.collect::<Vec<_>>()).await?;
        let read = self.tables_read.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        self.revision = revision::Model {
            loaded_at: Utc::now(),
            rows_read: number(counts.rows_read),
            added: counts.sum(|tally| tally.added),
            changed: counts.sum(|tally| tally.changed),
            unchanged: counts.sum(|tally| tally.unchanged),
            removed: counts.sum(|tally| tally.removed),
            refused: counts.sum(|tally| tally.refused),
            tables_read: (!read.is_empty()).then_some(read),
            ..self.revision
        };
        let revision = self.revision.clone().into_active_model().reset_all();
        revision::Entity::update(revision)
            .validate()?
            .exec_without_returning(&self.transaction)
            .await?;
        self.note_ids().await?;
        distributed::commit_load(self.transaction, self.marks).await?;
        Ok(self.revision)
    }
}

/// The changes to a table of places.
fn tally<M>(changes: &PlaceChanges<M>) -> TableTally {
    let [added, changed] = [&changes.added, &changes.changed].map(|rows| rows.len() as u64);
    TableTally { added, changed, removed: changes.gone.len() as u64, ..TableTally::default() }
}

/// A column of an entity by its name.
fn column<E: EntityTrait>(name: &str) -> Result<E::Column, DbErr> {
    let missing = || DbErr::Custom(format!("{} has no {name}", E::default().table_name()));
    E::Column::iter().find(|column| column.as_str() == name).ok_or_else(missing)
}

/// The primary key of an entity.
fn key_of<E: EntityTrait>() -> Result<E::Column, DbErr> {
    let key = E::PrimaryKey::iter().next().map(PrimaryKeyToColumn::into_column);
    let key = key.map(|key| key.as_str().to_owned()).unwrap_or_default();
    column::<E>(&key)
}

/// The beginning of an insertion, before the values.
fn insertion<E: EntityTrait>() -> String {
    let names: Vec<E::Column> = E::Column::iter().collect();
    let names: Vec<&str> = names.iter().map(IdenStatic::as_str).collect();
    format!("INSERT INTO {} ({}) VALUES ", E::default().table_name(), names.join(", "))
}

/// The placeholders of rows: `(?, ?), (?, ?)`.
fn value_list(columns: usize, rows: usize, backend: DbBackend) -> String {
    let mut sql = String::new();
    let mut parameter = 0;
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            if column > 0 {
                sql.push_str(", ");
            }
            parameter += 1;
            match backend {
                DbBackend::Postgres => {
                    // Writing to a string cannot fail.
                    let _ = write!(sql, "${parameter}");
                }
                _ => sql.push('?'),
            }
        }
        sql.push(')');
    }
    sql
}
