//! Opens input files: plain, gzip or ZIP, on disk or on standard input.
//!
//! The first bytes of a file decide what it is, not its name. A file is read twice: once for its SHA-256 digest, which
//! shows whether it was loaded before, and once for its rows. Only a buffer of it is in memory at a time. Standard
//! input can be read only once, and reading a ZIP starts at its end, so standard input is copied to a temporary file
//! first.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::SystemTime,
};

use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::error::{FilePlace, ImportError};

/// The maximum number of files in an archive; a download has a handful.
const MAX_PARTS: usize = 1_000;
/// A file that unpacks to more than this and to more than [`MAX_RATIO`] times its compressed size is not a table.
const RATIO_FROM: u64 = 1 << 30;
const MAX_RATIO: u64 = 500;

/// A file to load, identified by its digest.
#[derive(Debug)]
pub(crate) struct InputFile {
    /// The file name without its folder; `stdin` for standard input.
    pub(crate) name: String,
    /// The path as given, for messages.
    pub(crate) path: String,
    /// The SHA-256 digest of its bytes as given, in hexadecimal.
    pub(crate) sha256: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// The file that lists refused rows.
    pub(crate) rejected: PathBuf,
    /// Its modification time before it was read.
    modified: Option<SystemTime>,
    file: File,
}

/// The type of a file, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    Plain,
    Gzip,
    Zip,
}

impl Container {
    /// Reads the type from the first bytes.
    pub(crate) fn of(file: &mut File) -> io::Result<Self> {
        let mut magic = Vec::new();
        file.rewind()?;
        file.take(4).read_to_end(&mut magic)?;
        file.rewind()?;
        Ok(match magic.as_slice() {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6] => Self::Zip,
            _ => Self::Plain,
        })
    }
}

impl InputFile {
    /// Opens a file, or standard input if the path is `-`, and computes its digest.
    pub(crate) fn open(path: &Path) -> Result<Self, ImportError> {
        let is_stdin = path.as_os_str() == "-";
        let name = if is_stdin {
            "stdin".to_owned()
        } else {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        };
        let fail = |error: io::Error| {
            ImportError::read(FilePlace::file(path.display().to_string()), &error)
        };
        if path.is_dir() {
            let place = FilePlace::file(path.display().to_string());
            return Err(ImportError::file(place, "is a folder", "name the files in it"));
        }
        // Input that can be read only once is copied to the temporary folder.
        let unkept = |error: io::Error| {
            let folder = std::env::temp_dir();
            let problem = format!("cannot be copied to {} for reading: {error}", folder.display());
            let mend = "free some space there, or set TMPDIR to another folder";
            ImportError::file(FilePlace::file(path.display().to_string()), problem, mend)
        };
        let spooled = |reader: &mut dyn Read| -> Result<File, ImportError> {
            let mut spool = tempfile::tempfile().map_err(unkept)?;
            io::copy(reader, &mut spool).map_err(|error| match error.kind() {
                io::ErrorKind::StorageFull
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::FileTooLarge => unkept(error),
                _ => fail(error),
            })?;
            spool.rewind().map_err(unkept)?;
            Ok(spool)
        };
        let (mut file, rejected) = if is_stdin {
            let file = spooled(&mut io::stdin().lock())?;
            (file, PathBuf::from("stdin.rejected.csv"))
        } else {
            let mut file = File::open(path).map_err(fail)?;
            // A named pipe can also be read only once.
            if !file.metadata().map_err(fail)?.is_file() {
                file = spooled(&mut file)?;
            }
            let mut rejected = path.as_os_str().to_owned();
            rejected.push(".rejected.csv");
            (file, PathBuf::from(rejected))
        };
        let modified = modified(&file);
        let (bytes, sha256) = digest(&mut file).map_err(fail)?;
        if bytes == 0 {
            let mend = "check the path, or download the file again";
            return Err(ImportError::file(
                FilePlace::file(path.display().to_string()),
                "is empty",
                mend,
            ));
        }
        let path = if is_stdin { name.clone() } else { path.display().to_string() };
        Ok(Self { name, path, sha256, bytes, rejected, modified, file })
    }

    /// Refuses a file that has changed since it was opened: its rows may mix two versions, and its digest is that of
    /// one.
    pub(crate) fn check_unchanged(&mut self) -> Result<(), ImportError> {
        let fail = |error: io::Error| ImportError::read(FilePlace::file(&self.path), &error);
        let is_same = modified(&self.file) == self.modified;
        self.file.rewind().map_err(fail)?;
        let (bytes, sha256) = digest(&mut self.file).map_err(fail)?;
        if is_same && (bytes, &sha256) == (self.bytes, &self.sha256) {
            return Ok(());
        }
        let mend = "wait until the file is complete, and load it again";
        Err(ImportError::file(FilePlace::file(&self.path), "changed while it was being read", mend))
    }

    /// The type of the file, by its first bytes.
    pub(crate) fn container(&mut self) -> io::Result<Container> {
        Container::of(&mut self.file)
    }

    /// The file itself.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// A reader from the start of the file that advances the progress bar.
    pub(crate) fn reader(&mut self, progress: &ProgressBar) -> io::Result<impl Read + Seek + '_> {
        self.file.seek(SeekFrom::Start(0))?;
        progress.set_position(0);
        Ok(progress.wrap_read(&self.file))
    }
}

fn modified(file: &File) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// The size of the rest of a file, and its SHA-256 digest in hexadecimal.
fn digest(file: &mut File) -> io::Result<(u64, String)> {
    let mut digest = Sha256::new();
    let bytes = io::copy(file, &mut digest)?;
    let mut sha256 = String::with_capacity(64);
    for byte in digest.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(sha256, "{byte:02x}");
    }
    Ok((bytes, sha256))
}

/// The text of a plain or gzip file.
pub(crate) fn stream<'a>(
    container: Container,
    bytes: u64,
    reader: impl Read + 'a,
) -> Box<dyn Read + 'a> {
    match container {
        Container::Gzip => {
            let decoder = MultiGzDecoder::new(BufReader::with_capacity(1 << 16, reader));
            Box::new(Bounded::new(decoder, bytes))
        }
        _ => Box::new(reader),
    }
}

/// The files of a ZIP that may hold rows, by index, and the names of the others.
pub(crate) fn parts<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
) -> io::Result<(Vec<usize>, Vec<String>)> {
    if archive.len() > MAX_PARTS {
        let text = format!("holds {} files, more than the limit of {MAX_PARTS}", archive.len());
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    let (mut taken, mut ignored) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index)?;
        let name = part.name()?.into_owned();
        if part.is_dir() {
            continue;
        }
        let lower = name.to_ascii_lowercase();
        let is_text = [".csv", ".tsv", ".txt", ".json"].iter().any(|end| lower.ends_with(end));
        if (is_text || is_workbook(&name)) && !name.starts_with("__MACOSX/") {
            taken.push(index);
        } else {
            ignored.push(name);
        }
    }
    Ok((taken, ignored))
}

/// The name of a file in a ZIP, after the name of the ZIP.
pub(crate) fn place_of<R: Read + Seek>(
    name: &str,
    archive: &ZipArchive<R>,
    index: usize,
) -> String {
    match archive.name_for_index(index) {
        Some(Ok(part)) => format!("{name}/{part}"),
        _ => name.to_owned(),
    }
}

/// Whether a file in a ZIP is a workbook, by its name.
pub(crate) fn is_workbook(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".xlsx", ".xlsm", ".xls", ".ods"].iter().any(|end| lower.ends_with(end))
}

/// Whether an unpacked file may be a workbook, by its first bytes.
pub(crate) fn is_workbook_inside(start: &[u8]) -> bool {
    start.starts_with(b"PK") || start.starts_with(b"\xD0\xCF\x11\xE0")
}

/// Unpacks a file of a ZIP or gzip to a temporary file, for formats whose end is read first.
pub(crate) fn unpacked(reader: &mut dyn Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(reader, &mut file)?;
    file.rewind()?;
    Ok(file)
}

/// One file of a ZIP: its name and its text.
pub(crate) fn part<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
) -> io::Result<(String, Box<dyn Read + '_>)> {
    let part = archive.by_index(index)?;
    let (name, compressed) = (part.name()?.into_owned(), part.compressed_size());
    Ok((name, Box::new(Bounded::new(part, compressed))))
}

/// A reader that fails if a file unpacks to more than any table would.
struct Bounded<R> {
    inner: R,
    limit: u64,
    read: u64,
}

impl<R> Bounded<R> {
    fn new(inner: R, compressed: u64) -> Self {
        Self { inner, limit: RATIO_FROM.max(compressed.saturating_mul(MAX_RATIO)), read: 0 }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        if self.read > self.limit {
            let text = format!("unpacks to more than {MAX_RATIO} times its compressed size");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(count)
    }
}
