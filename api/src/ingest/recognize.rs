//! Recognizes the format of a file.
//!
//! A file's columns decide: it has all that the format requires and some that only this format has. If several formats
//! fit (a file of employees is also a list of agencies), the one with the most columns wins. Only the first rows are
//! read, so a folder is recognized quickly whatever the size of its files.

use std::{
    fs::{self, File},
    io::{self, BufReader, Cursor, Read, Seek},
    path::{Path, PathBuf},
};

use indicatif::ProgressBar;
use zip::ZipArchive;

use super::{
    Format, award_list,
    encoding::{TextEncoding, fill},
    error::{FilePlace, ImportError},
    input::{self, Container},
    json::{self, AnswerKind},
    mapping::Mapping,
    rejects,
    table::{FileTable, HEADER_WITHIN},
    workbook::{Workbook, WorkbookKind},
};

/// The order in which formats are loaded: agencies, so that awards match them; decisions about recipients; awards; what
/// agencies reported; training.
const ORDER: [Format; 10] = [
    Format::FbiAgencies,
    Format::Leaic,
    Format::Matches,
    Format::Usaspending,
    Format::AwardList,
    Format::FbiEmployees,
    Format::FbiOffenses,
    Format::FbiEstimates,
    Format::Trainings,
    Format::Trainees,
];
/// How many bytes of a text are searched for the header, which may follow titles and comments.
const HEAD: usize = 1 << 15;
/// Files that `fetch` keeps beside the data.
const OF_FETCH: [&str; 2] = ["downloads.json", "SHA256SUMS"];

/// A file and its recognition.
#[derive(Clone, Debug)]
pub struct RecognizedFile {
    /// The path of the file.
    pub path: PathBuf,
    /// The result.
    pub recognition: Recognition,
    /// Whether it is one of several pages of an API response. All pages in a folder are one load, since no page is the
    /// whole response.
    pub is_page: bool,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognition {
    /// A file of a format.
    Of(Format),
    /// A file that belongs to other files and is not loaded itself.
    PassedOver(&'static str),
    /// Not recognized, with the reason.
    Unknown(String),
}

/// Recognizes files, including those in folders and their subfolders. Files are returned in load order; within a format
/// by name, with deltas last. Files that are not loaded come at the end.
///
/// # Errors
/// Names the path that cannot be read.
pub fn recognize(paths: &[PathBuf]) -> Result<Vec<RecognizedFile>, ImportError> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let words = "standard input cannot be recognized: name its format";
            return Err(ImportError::Request(words.to_owned()));
        }
        collect(path, &mut files)?;
    }
    files.sort();
    files.dedup();
    let recognized = files.iter().map(|path| {
        let (recognition, is_page) = recognition(path, &files);
        RecognizedFile { path: path.clone(), recognition, is_page }
    });
    let mut recognized: Vec<RecognizedFile> = recognized.collect();
    recognized.sort_by_key(|file| {
        let place = match file.recognition {
            Recognition::Of(format) => ORDER.iter().position(|it| *it == format),
            Recognition::PassedOver(_) | Recognition::Unknown(_) => Some(ORDER.len()),
        };
        (place, is_delta(&file.path))
    });
    Ok(recognized)
}

/// Whether a file is a delta that changes another file's data, by its USAspending name:
/// `FY(All)_015_Assistance_Delta_20250606.zip` beside `FY2024_015_Assistance_Full_20250106.zip`.
fn is_delta(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.split(|c: char| !c.is_alphanumeric()).any(|word| word == "delta")
}

/// Collects the files of a path. Skips names that begin with a dot.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), ImportError> {
    let fail =
        |error: io::Error| ImportError::read(FilePlace::file(path.display().to_string()), &error);
    if !fs::metadata(path).map_err(fail)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        // A link to a folder may lead back here.
        let is_link = entry.file_type().map_err(fail)?.is_symlink() && entry.path().is_dir();
        if is_hidden || is_link {
            continue;
        }
        // An unreadable entry is reported with the others and does not keep them from being loaded.
        if fs::metadata(entry.path()).is_ok() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// What a file is, and whether it is one of several pages.
fn recognition(path: &Path, files: &[PathBuf]) -> (Recognition, bool) {
    let (known, is_page) = match known(path, files) {
        Some(known) => (known, false),
        None => match tables(path) {
            Ok(tables) => (of_formats(&tables.formats), tables.is_page),
            Err(error) => (unread(error), false),
        },
    };
    let is_page = is_page && matches!(known, Recognition::Of(_));
    (known, is_page)
}

/// Recognizes a file that need not be opened.
fn known(path: &Path, files: &[PathBuf]) -> Option<Recognition> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if OF_FETCH.contains(&name.as_ref()) {
        return Some(Recognition::PassedOver("kept by fetch"));
    }
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return Some(Recognition::Unknown("it is not a regular file".to_owned()));
        }
        Ok(_) => {}
        Err(error) => return Some(Recognition::Unknown(error.to_string())),
    }
    if rejects::is_list(path) {
        return Some(Recognition::PassedOver("a list of refused rows"));
    }
    let is_beside =
        |file: &PathBuf| file != path && Mapping::places(file).iter().any(|it| it == path);
    let is_mapping = files.iter().any(is_beside) && Mapping::open(path).is_ok();
    is_mapping.then_some(Recognition::PassedOver("the mapping of a list"))
}

/// What a file is, given the formats of its tables.
fn of_formats(formats: &[Format]) -> Recognition {
    match formats {
        [format] => Recognition::Of(*format),
        [] => Recognition::Unknown("its columns match no format".to_owned()),
        several => {
            let names: Vec<&str> = several.iter().map(|format| format.name()).collect();
            let names = names.join(", ");
            Recognition::Unknown(format!(
                "it has tables of several formats ({names}): name the format"
            ))
        }
    }
}

/// Why a file could not be read.
fn unread(error: ImportError) -> Recognition {
    Recognition::Unknown(match error {
        ImportError::File { place, problem, .. } if place.file.contains('/') => {
            format!("{}: {problem}", place.file)
        }
        ImportError::File { problem, .. } => problem,
        error => error.to_string(),
    })
}

/// What is known about the tables of a file.
#[derive(Default)]
struct Tables {
    formats: Vec<Format>,
    /// Whether it is one of several pages.
    is_page: bool,
}

impl From<Vec<Format>> for Tables {
    fn from(formats: Vec<Format>) -> Self {
        Self { formats, is_page: false }
    }
}

/// The tables of a file.
fn tables(path: &Path) -> Result<Tables, ImportError> {
    let fail = |error: io::Error| ImportError::read(FilePlace::file(name_of(path)), &error);
    let mut file = File::open(path).map_err(fail)?;
    if !file.metadata().map_err(fail)?.is_file() {
        let mend = "name its format";
        return Err(ImportError::file(
            FilePlace::file(name_of(path)),
            "is a pipe, which can be read only once",
            mend,
        ));
    }
    if let Some(kind) = WorkbookKind::of(&file).map_err(fail)? {
        return of_workbook(path, &file, kind).map(Tables::from);
    }
    let container = Container::of(&mut file).map_err(fail)?;
    if container == Container::Zip {
        return of_archive(path, &file).map(Tables::from);
    }
    let text = || -> io::Result<_> {
        (&file).rewind()?;
        Ok(input::stream(container, file.metadata()?.len(), &file))
    };
    let start = head(text().map_err(fail)?).map_err(fail)?;
    if container == Container::Gzip && input::is_workbook_inside(&start) {
        let unpacked = input::unpacked(&mut text().map_err(fail)?).map_err(fail)?;
        return match WorkbookKind::of(&unpacked).map_err(fail)? {
            Some(kind) => of_workbook(path, &unpacked, kind).map(Tables::from),
            None => Ok(Tables::default()),
        };
    }
    of_text(path, &start, &mut text().map_err(fail)?)
}

/// The first bytes of a text.
fn head(mut reader: impl Read) -> io::Result<Vec<u8>> {
    let mut head = vec![0; HEAD];
    let read = fill(&mut reader, &mut head)?;
    head.truncate(read);
    Ok(head)
}

/// The tables of a text, given its first bytes. JSON is read in full.
fn of_text(path: &Path, head: &[u8], all: &mut dyn Read) -> Result<Tables, ImportError> {
    let place = name_of(path);
    let plain = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if json::begins(plain) {
        let (kind, is_page) = json::read_kind(&place, all)?;
        return Ok(Tables { formats: kind.map(of_answer).into_iter().collect(), is_page });
    }
    let fail = |error: io::Error| ImportError::read(FilePlace::file(&place), &error);
    // A letter cut at the end of the first bytes does not matter for the columns.
    let encoding = TextEncoding::of(head).map_err(fail)?;
    let open = |comments: bool| {
        FileTable::new(place.clone(), Box::new(Cursor::new(head)), encoding, comments, None)
    };
    of_table(path, &open).map(Tables::from)
}

/// The format of a table, or all that fit equally well.
fn of_table<'a>(
    path: &Path,
    open: &dyn Fn(bool) -> Result<FileTable<'a>, ImportError>,
) -> Result<Vec<Format>, ImportError> {
    let mapping = Mapping::beside(&[path.to_owned()]).unwrap_or_default();
    if mapping != Mapping::default() && open(false)?.header(&[award_list::shape(&mapping)])?.is_ok()
    {
        return Ok(vec![Format::AwardList]);
    }
    let found = super::beginnings(open)?;
    let most = found.iter().map(|(_, columns)| *columns).max();
    Ok(found.into_iter().filter(|it| Some(it.1) == most).map(|(format, _)| format).collect())
}

fn of_answer(kind: AnswerKind) -> Format {
    match kind {
        AnswerKind::Usaspending => Format::Usaspending,
        AnswerKind::Agencies => Format::FbiAgencies,
        AnswerKind::Offenses => Format::FbiOffenses,
    }
}

/// The formats of the tables of a ZIP.
fn of_archive(path: &Path, file: &File) -> Result<Vec<Format>, ImportError> {
    let place = name_of(path);
    let fail = |error: io::Error| ImportError::read(FilePlace::file(&place), &error);
    let damaged = |error: zip::result::ZipError| {
        ImportError::file(FilePlace::file(&place), error.to_string(), "download it again")
    };
    (&*file).rewind().map_err(fail)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    let (parts, _) = input::parts(&mut archive).map_err(fail)?;
    let mut found = Vec::new();
    for index in parts {
        let place = input::place_of(&place, &archive, index);
        let fail = |error: io::Error| ImportError::read(FilePlace::file(&place), &error);
        let (part, mut text) = input::part(&mut archive, index).map_err(fail)?;
        let formats = if input::is_workbook(&part) {
            let unpacked = input::unpacked(&mut text).map_err(fail)?;
            match WorkbookKind::of(&unpacked).map_err(fail)? {
                Some(kind) => of_workbook(path, &unpacked, kind)?,
                None => Vec::new(),
            }
        } else {
            let start = head(&mut text).map_err(fail)?;
            let mut all = Cursor::new(start.clone()).chain(text);
            // A part that is not a table, such as a readme or a code book, does not matter here.
            of_text(path, &start, &mut all).unwrap_or_default().formats
        };
        found.extend(formats);
    }
    Ok(distinct(&found))
}

/// The formats of the visible sheets of a workbook.
fn of_workbook(path: &Path, file: &File, kind: WorkbookKind) -> Result<Vec<Format>, ImportError> {
    let place = name_of(path);
    let fail =
        |problem: String| ImportError::file(FilePlace::file(&place), problem, "save it as CSV");
    let unread = |error: io::Error| ImportError::read(FilePlace::file(&place), &error);
    let hidden = ProgressBar::hidden();
    let mut book = Workbook::open(file, kind, &hidden).map_err(fail)?;
    let sheets = book.sheets.clone();
    let mut found = Vec::new();
    for sheet in sheets.iter().filter(|sheet| !sheet.is_hidden) {
        let head = book.rows(&sheet.name, HEADER_WITHIN).map_err(fail)?;
        let open =
            |_: bool| Ok(FileTable::of_sheet(place.clone(), head.rows(&hidden).map_err(unread)?));
        found.extend(of_table(path, &open)?);
    }
    Ok(distinct(&found))
}

fn distinct(found: &[Format]) -> Vec<Format> {
    ORDER.into_iter().filter(|format| found.contains(format)).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
