//! Checks a fetched file before anyone loads it.

use std::{io, path::Path};

use indicatif::ProgressBar;
use zip::ZipArchive;

use super::{
    error::{FilePlace, ImportError},
    input::{self, Container, InputFile},
};

/// The SHA-256 digest of a file, in hexadecimal, and its size.
pub(crate) fn digest(path: &Path) -> Result<(String, u64), ImportError> {
    InputFile::open(path).map(|input| (input.sha256, input.bytes))
}

/// Reads every table of a ZIP. Each has a checksum, so a damaged file is an error. Returns the digest of the file and
/// its size.
pub(crate) fn check(path: &Path) -> Result<(String, u64), ImportError> {
    let mut input = InputFile::open(path)?;
    let place = FilePlace::file(input.name.clone());
    let mend = "download it again";
    let fail =
        |error: io::Error| ImportError::read(FilePlace::file(path.display().to_string()), &error);
    if input.container().map_err(fail)? != Container::Zip {
        return Err(ImportError::file(place, "is not a ZIP file", mend));
    }
    let progress = ProgressBar::hidden();
    let reader = input.reader(&progress).map_err(fail)?;
    let mut archive = ZipArchive::new(reader)
        .map_err(|error| ImportError::file(place.clone(), error.to_string(), mend))?;
    let (parts, _) = input::parts(&mut archive).map_err(fail)?;
    if parts.is_empty() {
        return Err(ImportError::file(place, "contains no table", mend));
    }
    for part in parts {
        let (_, mut text) = input::part(&mut archive, part).map_err(fail)?;
        io::copy(&mut text, &mut io::sink()).map_err(fail)?;
    }
    drop(archive);
    Ok((input.sha256, input.bytes))
}
