//! Whether the file of a SQLite database is still the one that was opened.
//!
//! A connection keeps the file that it has opened, whatever happens to its name: where an operator moves another file
//! over it, the connections would go on with the old one for good. And where a file is copied over it, they would
//! take pages of both.

use std::{
    fs::{self, Metadata},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

/// How long nothing is written to a file that was replaced before it counts as whole.
const FRESH: Duration = Duration::from_millis(500);
/// How long what was written into the log may take to get from there into the file, while the log stays as it is.
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
    /// Whether it was replaced, and may not be whole yet.
    is_unsettled: bool,
    /// The log of the file before, which is not empty and stands beside the new one.
    old_log: Option<FileStamp>,
}

/// When the file of a database was last replaced, and how often: what was opened before that is of another.
#[derive(Clone, Debug)]
pub(crate) struct ReplacedAt(Arc<(Mutex<Instant>, AtomicU64)>);

impl Default for ReplacedAt {
    fn default() -> Self {
        Self(Arc::new((Mutex::new(Instant::now()), AtomicU64::new(0))))
    }
}

impl ReplacedAt {
    /// It was just now.
    pub(super) fn note(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.1.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether a connection of such an age is of the file that is there.
    pub(crate) fn is_before(&self, age: Duration) -> bool {
        age < self.0.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// How often it was.
    pub(super) fn count(&self) -> u64 {
        self.0.1.load(Ordering::Acquire)
    }
}

/// What happened to a file since it was last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileChange {
    /// Nothing, but perhaps a load.
    Same,
    /// It is another file, or has the pages of one. It may be written still.
    Replaced,
    /// It was replaced before, and nothing has been written to it for a while.
    Settled,
    /// It was replaced, and the log of the file before stands beside it: SQLite would write that into it.
    BesideOldLog,
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

impl SeenFile {
    /// Whether it is not the file that it was before. What a load has written comes by way of the log, which is written
    /// first and stays as long as anybody has the file open. What comes otherwise was copied over the file.
    fn is_other(self, before: Self) -> bool {
        if before.main.id != self.main.id {
            return true;
        }
        before.main != self.main
            && match (before.log, self.log) {
                // What moves from the log into the file makes it no smaller.
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
        // SQLite keeps the log beside the file itself, wherever a link to that is.
        let path = fs::canonicalize(&self.path).ok()?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let main = FileStamp::of(&path)?;
        Some(SeenFile { main, log: FileStamp::of(Path::new(&log)) })
    }

    /// Looks at the file, which is then the one that was seen.
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
        // A copy takes its time, and what is opened meanwhile has pages of both.
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

    /// The file that was replaced is open.
    pub(super) fn settle(&self) {
        self.seen().is_unsettled = false;
    }

    /// Whether the file is another one than the one that is open, or may not be whole yet.
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
        // A load, which writes both.
        fs::write(path("a.db-wal"), "log").unwrap();
        assert_eq!(file.look(), FileChange::Same);
        fs::write(path("a.db"), "four!!").unwrap();
        fs::write(path("a.db-wal"), "").unwrap();
        assert_eq!(file.look(), FileChange::Same);
        // What was in the log gets into the file a while after the log was written.
        fs::write(path("a.db-wal"), "log").unwrap();
        file.look();
        for pages in ["five!!", "sixes!"] {
            fs::write(path("a.db"), pages).unwrap();
            assert_eq!(file.look(), FileChange::Same, "{pages}");
        }
        // With its log gone it is another one; with an old log beside it, too, and must not be opened.
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
