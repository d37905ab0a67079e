//! The database that files are loaded into: made ready for them, or left as it is by a trial.
//!
//! A trial does all that a load does, and then takes it back: it brings an older database up to date, puts the reference
//! data into an empty one, loads each file on top of those before it, all in one transaction that is never committed.
//! Where there is no file of SQLite yet, the trial has one of its own in a temporary folder.

use std::{fs, path::PathBuf};

use sea_orm::{DatabaseConnection, DatabaseTransaction};
use tempfile::TempDir;

use crate::{
    database::{self, DatabaseUrl},
    ingest::{self, ImportError, ImportReport, ImportRequest},
    reference,
};

/// A database into which files are loaded.
pub(in crate::cli) struct Loading {
    db: DatabaseConnection,
    trial: Option<Trial>,
}

/// What is never committed.
struct Trial {
    transaction: DatabaseTransaction,
    /// What an import would do to the database first.
    remark: Option<&'static str>,
    /// Keeps a log from being moved into its database when the trial ends.
    other_reader: Option<DatabaseConnection>,
    _folder: Option<TempDir>,
}

impl Loading {
    /// Opens the database, and makes it ready.
    pub(in crate::cli) async fn begin(
        url: &DatabaseUrl,
        dry_run: bool,
    ) -> Result<Self, ImportError> {
        if dry_run {
            return Self::begin_trial(url).await;
        }
        let db = database::prepared(url).await?;
        // Awards are matched to programs that are there.
        reference::ensure(&db).await?;
        Ok(Self { db, trial: None })
    }

    async fn begin_trial(url: &DatabaseUrl) -> Result<Self, ImportError> {
        let (db, folder, other_reader) = match missing(url) {
            true => {
                let failed = |error: std::io::Error| {
                    ImportError::Request(format!(
                        "the trial has no place for its database: {error}"
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
            Some(_) => Some("there is no database yet: an import makes it"),
            None if migration::is_behind(&db).await? => Some(
                "the database is empty or of an older version: an import brings it up to date first",
            ),
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
        // What a file brings is there for the next one.
        let request = ImportRequest { dry_run: false, ..request.clone() };
        let mut report = ingest::run(&trial.transaction, &request).await?;
        report.remarks.extend(trial.remark.map(str::to_owned));
        (report.dry_run, report.revision) = (true, None);
        Ok(report)
    }

    /// Closes the database. What it says on the way out cannot undo what was committed.
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

/// Whether the database is a file that is not there, in a folder that is.
fn missing(url: &DatabaseUrl) -> bool {
    let Some(path) = url.file() else { return false };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    !path.exists() && folder.is_none_or(std::path::Path::is_dir)
}

/// A reader of a file of SQLite whose log has something in it, as a server that was killed leaves it: the last writer that
/// closes the file would move that into it, and a reader does not.
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
