//! Whether the file of a SQLite database is still the one that was opened.
//!
//! A connection keeps the file that it has opened, whatever happens to its name: where an operator moves another file
//! over it, the connections would go on with the old one for good. And where a file is copied over it, they would
//! take pages of both.

use std::{
    fs::{self, Metadata},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

/// How long a file that was replaced is opened anew at each look.
const FRESH: Duration = Duration::from_millis(500);

/// The file of a database, as it was last seen.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    seen: Mutex<LastLook>,
}

#[derive(Debug, Default)]
struct LastLook {
    file: Option<SeenFile>,
    /// Whether it had just been replaced, and may not have been whole yet.
    is_fresh: bool,
}

/// What happened to a file since it was last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileChange {
    /// Nothing, but perhaps a load.
    Same,
    /// It is another file, or has the pages of one.
    Replaced,
    /// There is none.
    Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SeenFile {
    main: FileStamp,
    /// The write-ahead log beside it.
    log: Option<FileStamp>,
}

/// What tells a file from what it was, and from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileStamp {
    id: (u64, u64),
    bytes: u64,
    modified: Option<SystemTime>,
}

impl FileStamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        let (bytes, modified) = (metadata.len(), metadata.modified().ok());
        Some(Self { id: id(&metadata), bytes, modified })
    }
}

#[cfg(unix)]
fn id(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

/// Elsewhere an open file can be neither moved nor deleted.
#[cfg(not(unix))]
fn id(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

impl DatabaseFile {
    /// A file that is to be watched.
    pub(super) fn new(path: PathBuf) -> Self {
        let file = Self { path, seen: Mutex::default() };
        file.seen().file = file.stamps();
        file
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, LastLook> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stamps(&self) -> Option<SeenFile> {
        let mut log = self.path.as_os_str().to_owned();
        log.push("-wal");
        let main = FileStamp::of(&self.path)?;
        Some(SeenFile { main, log: FileStamp::of(Path::new(&log)) })
    }

    /// Looks at the file, which is then the one that was seen.
    pub(super) fn look(&self) -> FileChange {
        let (mut seen, found) = (self.seen(), self.stamps());
        let Some(now) = found else { return FileChange::Missing };
        let is_other = seen.file.replace(now).is_some_and(|before| {
            // What a load has written comes by way of the log. What comes otherwise was copied over the file.
            before.main.id != now.main.id || before.main != now.main && before.log == now.log
        });
        if !is_other && !seen.is_fresh {
            return FileChange::Same;
        }
        // A copy takes its time, and what was opened meanwhile has pages of both.
        let age = now.main.modified.and_then(|modified| modified.elapsed().ok());
        seen.is_fresh = age.is_some_and(|age| age < FRESH);
        FileChange::Replaced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_moved_copied_over_or_deleted_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        // As if it had been there for a while.
        let age = |name: &str, seconds| {
            let then = SystemTime::now() - Duration::from_secs(seconds);
            fs::File::options().write(true).open(path(name)).unwrap().set_modified(then).unwrap();
        };
        fs::write(path("a.db"), "one").unwrap();
        let file = DatabaseFile::new(path("a.db"));
        assert_eq!(file.look(), FileChange::Same);
        fs::write(path("b.db"), "two").unwrap();
        age("b.db", 50);
        fs::rename(path("b.db"), path("a.db")).unwrap();
        assert_eq!([file.look(), file.look()], [FileChange::Replaced, FileChange::Same]);
        fs::write(path("a.db"), "three").unwrap();
        assert_eq!([file.look(), file.look()], [FileChange::Replaced; 2], "is it whole?");
        age("a.db", 40);
        assert_eq!([file.look(), file.look()], [FileChange::Replaced, FileChange::Same]);
        // A load, which writes both.
        fs::write(path("a.db-wal"), "log").unwrap();
        assert_eq!(file.look(), FileChange::Same);
        fs::write(path("a.db"), "four!!").unwrap();
        fs::write(path("a.db-wal"), "").unwrap();
        assert_eq!(file.look(), FileChange::Same);
        fs::remove_file(path("a.db")).unwrap();
        assert_eq!([file.look(), file.look()], [FileChange::Missing; 2]);
        fs::write(path("a.db"), "five").unwrap();
        assert_eq!(file.look(), FileChange::Replaced);
    }
}
