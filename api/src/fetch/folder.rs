//! The folder of fetched files.
//!
//! `downloads.json` records each file's request, time and result. `SHA256SUMS` has the digests of complete files, for
//! `sha256sum --check`. Incomplete files have names that end in `.part`.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::Write as _,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{contract::Piece, error::FetchError};
use crate::ingest;

/// The file that describes the fetched files.
pub const FILE_LIST: &str = "downloads.json";
/// The file of digests.
pub const SUMS: &str = "SHA256SUMS";
const LOCK: &str = ".lock";

/// A complete file in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// Where it is.
    pub path: PathBuf,
    /// The API endpoint that generated it.
    pub endpoint: String,
    /// When it was fetched.
    pub fetched: DateTime<Utc>,
    /// The SHA-256 digest of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// What is known about a file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The endpoint of the request.
    endpoint: String,
    /// The body of the request.
    request: Value,
    /// The name that the API gave the file.
    pub(crate) job: Option<String>,
    /// The URL it was fetched from.
    url: Option<String>,
    /// The entity tag or date that shows, after an interruption, that the file is still the same.
    pub(crate) validator: Option<String>,
    /// When it was completed.
    fetched: Option<DateTime<Utc>>,
    sha256: Option<String>,
    bytes: Option<u64>,
}

/// The folder, locked against other fetches.
pub(crate) struct Folder {
    path: PathBuf,
    entries: BTreeMap<String, Entry>,
    _lock: File,
}

impl Folder {
    /// Opens a folder, creating it if necessary.
    pub(crate) fn open(path: &Path) -> Result<Self, FetchError> {
        fs::create_dir_all(path).map_err(|error| FetchError::folder(path, &error))?;
        let at = path.join(LOCK);
        let lock = File::create(&at).map_err(|error| FetchError::folder(&at, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(FetchError::Busy(path.display().to_string()));
            }
            Err(TryLockError::Error(error)) => return Err(FetchError::folder(&at, &error)),
        }
        let list = path.join(FILE_LIST);
        let entries = match fs::read(&list) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| FetchError::Folder {
                path: list.display().to_string(),
                problem: format!("is not a list of downloads: {error}"),
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(FetchError::folder(&list, &error)),
        };
        Ok(Self { path: path.to_owned(), entries, _lock: lock })
    }

    pub(crate) fn entry(&self, piece: &Piece) -> Option<&Entry> {
        self.entries.get(&piece.file())
    }

    /// The path of the bytes received so far.
    pub(crate) fn part(&self, piece: &Piece) -> PathBuf {
        self.path.join(format!("{}.part", piece.file()))
    }

    /// The complete file, if it exists unchanged.
    pub(crate) fn kept(&self, piece: &Piece) -> Result<Option<KeptFile>, FetchError> {
        let file = piece.file();
        let path = self.path.join(&file);
        let Some(Entry { endpoint, sha256: Some(sha256), fetched: Some(fetched), .. }) =
            self.entries.get(&file)
        else {
            return Ok(None);
        };
        if !path.exists() {
            return Ok(None);
        }
        let (found, bytes) =
            ingest::digest(&path).map_err(|error| FetchError::Request(error.to_string()))?;
        let (endpoint, fetched) = (endpoint.clone(), *fetched);
        Ok((found == *sha256).then_some(KeptFile { path, endpoint, fetched, sha256: found, bytes }))
    }

    /// Records the API's name for a requested file.
    pub(crate) fn ordered(
        &mut self,
        piece: &Piece,
        base: &str,
        job: String,
    ) -> Result<(), FetchError> {
        self.discard(piece)?;
        let entry = Entry {
            endpoint: format!("{base}{}", piece.path()),
            request: piece.order(),
            job: Some(job),
            ..Entry::default()
        };
        self.entries.insert(piece.file(), entry);
        self.save()
    }

    /// Records the URL of a file, and the validator that identifies its version.
    pub(crate) fn begun(
        &mut self,
        piece: &Piece,
        url: &str,
        validator: Option<String>,
    ) -> Result<(), FetchError> {
        let entry = self.entries.entry(piece.file()).or_default();
        entry.url = Some(url.to_owned());
        entry.validator = validator;
        self.save()
    }

    /// Gives a complete file its name.
    pub(crate) fn keep(
        &mut self,
        piece: &Piece,
        sha256: String,
        bytes: u64,
    ) -> Result<(), FetchError> {
        let (part, path) = (self.part(piece), self.path.join(piece.file()));
        let moved = File::open(&part)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&part, &path));
        moved.map_err(|error| FetchError::folder(&path, &error))?;
        let entry = self.entries.entry(piece.file()).or_default();
        entry.sha256 = Some(sha256);
        entry.bytes = Some(bytes);
        entry.fetched = Some(Utc::now());
        // A later request asks for a new file.
        entry.validator = None;
        self.save()
    }

    /// Deletes what was received of a file so far.
    pub(crate) fn discard(&mut self, piece: &Piece) -> Result<(), FetchError> {
        let part = self.part(piece);
        match fs::remove_file(&part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(FetchError::folder(&part, &error))
            }
            _ => Ok(()),
        }
    }

    /// Forgets that a file was requested. A complete file stays until it is replaced.
    pub(crate) fn forget(&mut self, piece: &Piece) -> Result<(), FetchError> {
        self.discard(piece)?;
        if self.entries.remove(&piece.file()).is_some() {
            return self.save();
        }
        Ok(())
    }

    fn save(&self) -> Result<(), FetchError> {
        let mut list = serde_json::to_string_pretty(&self.entries)
            .map_err(|error| FetchError::Request(error.to_string()))?;
        list.push('\n');
        let sums: String = self
            .entries
            .iter()
            .filter_map(|(file, entry)| Some(format!("{}  {file}\n", entry.sha256.as_ref()?)))
            .collect();
        for (name, text) in [(FILE_LIST, list), (SUMS, sums)] {
            let path = self.path.join(name);
            let written = tempfile::NamedTempFile::new_in(&self.path).and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.persist(&path).map_err(|error| error.error)
            });
            written.map_err(|error| FetchError::folder(&path, &error))?;
        }
        Ok(())
    }
}
