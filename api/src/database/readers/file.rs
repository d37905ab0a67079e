//! Detects whether the file of a SQLite database has been replaced.
//!
//! A connection keeps the file that it opened, whatever happens to its name. If an operator moves another file over
//! it, the connections would continue with the old one for good. If another file is copied over it, they would read
//! pages of both.

use std::{
    fs::{self, Metadata},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

/// How long a replaced file must be unchanged before it counts as complete.
const FRESH: Duration = Duration::from_millis(500);
/// How long SQLite may take to move pages from an unchanged log into the file.
const CHECKPOINT: Duration = Duration::from_secs(30);

/// The file of a database, as it was last seen.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    seen: Mutex<LastLook>,
}

#[derive(Debug, Default)]
struct LastLook {
    file: Option<SeenFile>,
    /// Whether it was replaced, and may not be complete yet.
    is_unsettled: bool,
    /// The log of the previous file, if it is not empty and lies next to the new one.
    old_log: Option<FileStamp>,
}

/// When the database file was last replaced, and how often: connections opened earlier belong to another file.
#[derive(Clone, Debug)]
pub(crate) struct ReplacedAt(Arc<(Mutex<Instant>, AtomicU64)>);

impl Default for ReplacedAt {
    fn default() -> Self {
        Self(Arc::new((Mutex::new(Instant::now()), AtomicU64::new(0))))
    }
}

impl ReplacedAt {
    /// Records that the file was replaced just now.
    pub(super) fn note(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.1.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether a connection of this age belongs to the current file.
    pub(crate) fn is_before(&self, age: Duration) -> bool {
        age < self.0.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// How often the file was replaced.
    pub(super) fn count(&self) -> u64 {
        self.0.1.load(Ordering::Acquire)
    }
}

/// What happened to a file since it was last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileChange {
    /// Nothing, except perhaps a load.
    Same,
    /// It is another file, or has pages of another one. It may still be incomplete.
    Replaced,
    /// It was replaced earlier, and has not been written to for a while.
    Settled,
    /// It was replaced, but the log of the previous file lies next to it: SQLite would write that log into it.
    BesideOldLog,
    /// The file does not exist.
    Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SeenFile {
    main: FileStamp,
    /// The write-ahead log next to it.
    log: Option<FileStamp>,
}

/// What distinguishes a file from earlier versions and from other files.
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

impl SeenFile {
    /// Whether the file has been replaced. A load writes through the log, which is written first and exists as long
    /// as anybody has the file open. Any other change means that another file was copied over it.
    fn is_other(self, before: Self) -> bool {
        if before.main.id != self.main.id {
            return true;
        }
        before.main != self.main
            && match (before.log, self.log) {
                // Moving pages from the log into the file never makes it smaller.
                (of_before, log) if of_before == log => {
                    self.main.bytes < before.main.bytes
                        || !log.is_some_and(FileStamp::is_being_moved)
                }
                (Some(_), None) => true,
                _ => false,
            }
    }
}

impl FileStamp {
    /// Whether it is a log whose pages may be on their way into the file.
    fn is_being_moved(self) -> bool {
        let age = self.modified.and_then(|modified| modified.elapsed().ok());
        self.bytes > 0 && age.is_none_or(|age| age < CHECKPOINT)
    }
}

#[cfg(unix)]
fn id(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

/// On other systems an open file can be neither moved nor deleted.
#[cfg(not(unix))]
fn id(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

impl DatabaseFile {
    /// A file to watch.
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
        // SQLite keeps the log next to the file itself, even if it is opened through a link.
        let path = fs::canonicalize(&self.path).ok()?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let main = FileStamp::of(&path)?;
        Some(SeenFile { main, log: FileStamp::of(Path::new(&log)) })
    }

    /// Checks the file, and remembers its current state.
    pub(super) fn look(&self) -> FileChange {
        let (mut seen, found) = (self.seen(), self.stamps());
        let Some(now) = found else { return FileChange::Missing };
        let before = seen.file.replace(now);
        let is_other = before.is_some_and(|before| now.is_other(before));
        if is_other {
            let log_before = before.and_then(|before| before.log);
            seen.old_log = now.log.filter(|log| log.bytes > 0 && Some(*log) == log_before);
        }
        seen.old_log = seen.old_log.filter(|log| now.log == Some(*log));
        // Copying takes time, and a connection opened meanwhile reads pages of both files.
        let age = now.main.modified.and_then(|modified| modified.elapsed().ok());
        let is_fresh = age.is_some_and(|age| age < FRESH);
        match (is_other, seen.is_unsettled) {
            (false, false) => FileChange::Same,
            (true, false) => {
                seen.is_unsettled = true;
                FileChange::Replaced
            }
            (_, true) if seen.old_log.is_some() => FileChange::BesideOldLog,
            (_, true) if is_fresh => FileChange::Same,
            (_, true) => FileChange::Settled,
        }
    }

    /// Records that the replaced file has been opened.
    pub(super) fn settle(&self) {
        self.seen().is_unsettled = false;
    }

    /// Whether the file differs from the open one, or may be incomplete.
    pub(super) fn is_unsettled(&self) -> bool {
        let (seen, now) = (self.seen(), self.stamps());
        let is_same = seen.file.zip(now).is_some_and(|(seen, now)| !now.is_other(seen));
        seen.is_unsettled || !is_same
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
        assert!(file.is_unsettled());
        assert_eq!([file.look(), file.look()], [FileChange::Replaced, FileChange::Settled]);
        assert!(file.is_unsettled());
        file.settle();
        assert!(!file.is_unsettled());
        assert_eq!(file.look(), FileChange::Same);
        fs::write(path("a.db"), "three").unwrap();
        assert_eq!([file.look(), file.look()], [FileChange::Replaced, FileChange::Same]);
        assert!(file.is_unsettled(), "is it whole?");
        age("a.db", 40);
        assert_eq!(file.look(), FileChange::Settled);
        file.settle();
        assert_eq!(file.look(), FileChange::Same);
        // A load, which writes both files.
        fs::write(path("a.db-wal"), "log").unwrap();
        assert_eq!(file.look(), FileChange::Same);
        fs::write(path("a.db"), "four!!").unwrap();
        fs::write(path("a.db-wal"), "").unwrap();
        assert_eq!(file.look(), FileChange::Same);
        // Pages move from the log into the file some time after the log was written.
        fs::write(path("a.db-wal"), "log").unwrap();
        file.look();
        for pages in ["five!!", "sixes!"] {
            fs::write(path("a.db"), pages).unwrap();
            assert_eq!(file.look(), FileChange::Same, "{pages}");
        }
        // With its log gone it is another file; also if an old log lies next to it, and then it must not be opened.
        fs::write(path("a.db"), "seven").unwrap();
        fs::remove_file(path("a.db-wal")).unwrap();
        assert_eq!(file.look(), FileChange::Replaced);
        age("a.db", 30);
        assert_eq!(file.look(), FileChange::Settled);
        file.settle();
        fs::write(path("a.db-wal"), "log of before").unwrap();
        assert_eq!(file.look(), FileChange::Same);
        fs::write(path("b.db"), "eight").unwrap();
        age("b.db", 50);
        fs::rename(path("b.db"), path("a.db")).unwrap();
        assert_eq!([file.look(), file.look()], [FileChange::Replaced, FileChange::BesideOldLog]);
        assert!(file.is_unsettled());
        fs::remove_file(path("a.db-wal")).unwrap();
        assert_eq!(file.look(), FileChange::Settled);
        file.settle();
        fs::remove_file(path("a.db")).unwrap();
        assert_eq!([file.look(), file.look()], [FileChange::Missing; 2]);
        assert!(file.is_unsettled());
        fs::write(path("a.db"), "five").unwrap();
        assert_eq!(file.look(), FileChange::Replaced);
    }
}
