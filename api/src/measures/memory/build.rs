//! Builds the in-memory copy: reads all tables from the database ([`super::read`]) and encodes them as columns.
//!
//! If a load is committed meanwhile, the rows may have two revisions, so everything is read again.

use futures_util::future::try_join_all;

use super::{
    Replica, Stored,
    column::StoredColumn,
    parallel::Workers,
    read::{Raw, TableReading, read},
};
use crate::{
    catalog::{
        Catalog,
        dataset::Dataset,
        table::{Cardinality, Table},
    },
    database::{Readers, token::DataStamp},
    error::Error,
};

/// How often to try to read all tables between two loads.
const ATTEMPTS: usize = 3;

impl Replica {
    /// Copies the dataset from a database.
    ///
    /// # Errors
    /// The error of the database, or that loads follow each other too fast.
    pub async fn build(
        catalog: &'static Catalog,
        readers: impl Into<Readers>,
    ) -> Result<Self, Error> {
        let readers = readers.into();
        for _ in 0..ATTEMPTS {
            let before = stamp(&readers).await?;
            let tables = catalog.tables.iter();
            let read = tables.map(|table| {
                let reading = tokio::spawn(read(readers.clone(), table));
                async { reading.await.map_err(|_| Error::Internal)? }
            });
            let read = try_join_all(read).await?;
            if stamp(&readers).await? == before {
                let assemble = tokio::task::spawn_blocking(move || assemble(catalog, read, before));
                return assemble.await.map_err(|_| Error::Internal);
            }
        }
        tracing::error!("the dataset changed during each attempt to copy it");
        Err(Error::Unavailable)
    }
}

/// The stamp of the current revision.
async fn stamp(readers: &Readers) -> Result<DataStamp, Error> {
    Ok(Dataset::of(&readers.by_spare()).await?.stamp)
}

/// Encodes the columns; foreign keys come after the primary keys that they refer to.
fn assemble(catalog: &Catalog, read: Vec<TableReading>, stamp: DataStamp) -> Replica {
    let keys: Vec<StoredColumn> =
        read.iter().map(|reading| StoredColumn::key(reading.keys.iter())).collect();
    let tables = std::thread::scope(|scope| {
        let keys = &keys;
        let code = |(index, reading): (usize, TableReading)| {
            scope.spawn(move || {
                let table = reading.table;
                let mut columns: Vec<Option<StoredColumn>> =
                    (0..table.columns.len()).map(|_| None).collect();
                for (column, raw) in reading.columns {
                    columns[column] = Some(match raw {
                        Raw::Text(texts) => texts.finish(),
                        Raw::Real(numbers) => StoredColumn::real(&numbers),
                        Raw::Whole(numbers) => match refers_to(catalog, table, column) {
                            Some(to) => StoredColumn::reference(numbers.iter(), to, &keys[to]),
                            None => StoredColumn::whole(numbers.iter()),
                        },
                    });
                }
                Stored { table, index, rows: reading.keys.len(), columns }
            })
        };
        let handles: Vec<_> = read.into_iter().enumerate().map(code).collect();
        let join = |handle: std::thread::ScopedJoinHandle<'_, Stored>| {
            handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        handles.into_iter().map(join).collect::<Vec<_>>()
    });
    let mut replica = Replica { tables, stamp, workers: Workers::default() };
    for (stored, key) in replica.tables.iter_mut().zip(keys) {
        let column = stored.table.column_index(stored.table.key);
        stored.columns[column] = Some(key);
    }
    replica
}

/// The position in the catalog of the table whose keys a column holds.
fn refers_to(catalog: &Catalog, table: &Table, column: usize) -> Option<usize> {
    let name = table.columns[column].name;
    let mut ones = table.relations.iter().filter(|it| it.cardinality == Cardinality::One);
    let relation = ones.find(|relation| relation.from == name)?;
    catalog.tables.iter().position(|table| table.name == relation.table)
}
