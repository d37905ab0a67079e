//! Prepares the database for loads, or leaves it as it is during a trial (`--dry-run`).
//!
//! A trial does everything that a load does and then rolls it back: it updates an older database, adds the reference
//! data to an empty one, and loads each file on top of the previous ones, all in one transaction that is never
//! committed. If the SQLite file does not exist yet, the trial uses a database in a temporary folder.

use std::{fs, path::PathBuf};

use sea_orm::{DatabaseConnection, DatabaseTransaction};
use tempfile::TempDir;

use crate::{
    database::{self, DatabaseUrl},
    ingest::{self, ImportError, ImportReport, ImportRequest},
    reference,
};

/// A database that is ready for loads.
pub(in crate::cli) struct Loading {
    db: DatabaseConnection,
    trial: Option<Trial>,
}

/// The uncommitted state of a trial.
struct Trial {
    transaction: DatabaseTransaction,
    /// What an import would first do to the database.
    remark: Option<&'static str>,
    /// An open connection, which keeps SQLite from moving its log into the database file when the trial ends.
    other_reader: Option<DatabaseConnection>,
    _folder: Option<TempDir>,
}

impl Loading {
    /// Opens and prepares the database.
    pub(in crate::cli) async fn begin(
        url: &DatabaseUrl,
        dry_run: bool,
    ) -> Result<Self, ImportError> {
        if dry_run {
            return Self::begin_trial(url).await;
        }
        let db = database::prepared(url).await?;
        // Loads match awards to the programs of the reference data.
        reference::ensure(&db).await?;
        Ok(Self { db, trial: None })
    }

    async fn begin_trial(url: &DatabaseUrl) -> Result<Self, ImportError> {
        let (db, folder, other_reader) = match missing(url) {
            true => {
                let failed = |error: std::io::Error| {
                    ImportError::Request(format!(
                        "cannot create a temporary database for the trial: {error}"
                    ))
                };
                let folder = tempfile::tempdir().map_err(failed)?;
                let path = folder.path().join("trial.db");
                let own: DatabaseUrl =
                    format!("sqlite://{}", path.display()).as_str().try_into()?;
                (database::writer(&own).await?, Some(folder), None)
            }
            false => (database::trial_writer(url).await?, None, log_reader(url).await?),
        };
        let remark = match folder {
            Some(_) => Some("there is no database yet: an import creates it"),
            None if migration::is_empty(&db).await? => {
                Some("the database is empty: an import creates its tables first")
            }
            None if migration::is_behind(&db).await? => {
                Some("the database is of an older version: an import updates it first")
            }
            None => None,
        };
        let transaction = migration::begin(&db).await?;
        migration::run(&transaction).await?;
        reference::ensure(&transaction).await?;
        let trial = Trial { transaction, remark, other_reader, _folder: folder };
        Ok(Self { db, trial: Some(trial) })
    }

    /// Loads files.
    pub(in crate::cli) async fn load(
        &self,
        request: &ImportRequest,
    ) -> Result<ImportReport, ImportError> {
        let Some(trial) = &self.trial else { return ingest::run(&self.db, request).await };
        // The next file must see the rows of this one.
        let request = ImportRequest { dry_run: false, ..request.clone() };
        let mut report = ingest::run(&trial.transaction, &request).await?;
        report.remarks.extend(trial.remark.map(str::to_owned));
        (report.dry_run, report.revision) = (true, None);
        Ok(report)
    }

    /// Closes the database. An error on closing cannot undo what was committed.
    pub(in crate::cli) async fn end(self) {
        let Some(trial) = self.trial else {
            let _ = database::finish(self.db).await;
            return;
        };
        let _ = trial.transaction.rollback().await;
        let _ = self.db.close().await;
        if let Some(reader) = trial.other_reader {
            let _ = reader.close().await;
        }
    }
}

/// Whether the database is a file that does not exist, in a folder that does.
fn missing(url: &DatabaseUrl) -> bool {
    let Some(path) = url.file() else { return false };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    !path.exists() && folder.is_none_or(std::path::Path::is_dir)
}

/// Opens a reader of an SQLite file whose log is not empty, as after a server was killed. The last writer to close the
/// file would move the log into it, unless a reader is still open.
async fn log_reader(url: &DatabaseUrl) -> Result<Option<DatabaseConnection>, ImportError> {
    let Some(path) = url.file() else { return Ok(None) };
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if fs::metadata(PathBuf::from(log)).map_or(0, |log| log.len()) == 0 {
        return Ok(None);
    }
    let reader = database::reader(url).await?;
    migration::unknown(&reader).await?;
    Ok(Some(reader))
}
