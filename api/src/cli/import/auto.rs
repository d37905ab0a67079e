//! `cops-graphql import auto`: recognizes files and loads each on its own. The pages of one answer of an API are one
//! load.

use std::{path::PathBuf, process::ExitCode};

use super::{ImportArgs, loading::Loading, report, words};
use crate::{
    cli::{
        doctor::ReportFormat,
        output::{Output, UNWRITTEN},
    },
    database::DatabaseUrl,
    error::counted,
    ingest::{self, Format, ImportError, Recognition, RecognizedFile},
};

/// How many files had each outcome.
#[derive(Debug, Default)]
struct Ended {
    loaded: u64,
    unchanged: u64,
    failed: u64,
    unknown: u64,
}

/// Loads the recognized files among paths.
pub(super) async fn run(args: &ImportArgs, database: &DatabaseUrl) -> ExitCode {
    match load(args, database).await {
        Ok(code) => code,
        Err(error) => {
            crate::cli::fail(&words(&error, database));
            ExitCode::from(error.exit_code())
        }
    }
}

async fn load(args: &ImportArgs, database: &DatabaseUrl) -> Result<ExitCode, ImportError> {
    if let Some(option) = args.of_one_format() {
        let words = format!("{option} needs files of one format: name the format instead of auto");
        return Err(ImportError::Request(words));
    }
    let files = ingest::recognize(&args.paths)?;
    let (mut output, mut ended) = (Output::default(), Ended::default());
    let is_human = args.report == ReportFormat::Human;
    if !files.iter().any(|file| matches!(file.recognition, Recognition::Of(_))) {
        tell_rest(&files, is_human, &mut output, &mut ended);
        let words =
            "no file was recognized: name a format (`cops-graphql import --help` lists them)";
        return Err(ImportError::Request(words.to_owned()));
    }
    let loading = Loading::begin(database, args.dry_run).await?;
    let mut broken = None;
    for RecognizedLoad { format, paths, .. } in loads(&files) {
        if let Some(error) =
            one(args, &loading, &paths, format, database, &mut output, &mut ended).await
        {
            broken = Some(error);
            break;
        }
    }
    loading.end().await;
    if let Some(error) = broken {
        return Err(error);
    }
    tell_rest(&files, is_human, &mut output, &mut ended);
    let Ended { loaded, unchanged, failed, unknown } = ended;
    let what = if args.dry_run { "tried" } else { "loaded" };
    let told = format!(
        "{} {what}, {unchanged} changed nothing, {failed} failed, {unknown} not recognized",
        counted(loaded, "file")
    );
    if is_human {
        output.write(&format!("{told}\n"));
    }
    let code = output.end_after(&told);
    // Wrong files matter more than a report that could not be written.
    let is_whole = failed + unknown == 0;
    Ok(if is_whole || code == ExitCode::from(UNWRITTEN) { code } else { ExitCode::from(2) })
}

/// Files of one load.
struct RecognizedLoad {
    format: Format,
    paths: Vec<PathBuf>,
    /// Whether they are pages.
    of_pages: bool,
}

/// The loads of recognized files, in their order: one for each file, and one for all pages in a folder.
fn loads(files: &[RecognizedFile]) -> Vec<RecognizedLoad> {
    let mut loads: Vec<RecognizedLoad> = Vec::new();
    for RecognizedFile { path, recognition, is_page } in files {
        let Recognition::Of(format) = *recognition else { continue };
        let begun = loads.iter_mut().find(|load| {
            let is_same = load.of_pages && *is_page && load.format == format;
            is_same && load.paths[0].parent() == path.parent()
        });
        if let Some(load) = begun {
            load.paths.push(path.clone());
        } else {
            let of_pages = *is_page;
            loads.push(RecognizedLoad { format, paths: vec![path.clone()], of_pages });
        }
    }
    loads
}

/// Loads files together and reports the outcome. Returns the error if the database failed.
async fn one(
    args: &ImportArgs,
    loading: &Loading,
    paths: &[PathBuf],
    format: Format,
    database: &DatabaseUrl,
    output: &mut Output,
    ended: &mut Ended,
) -> Option<ImportError> {
    let (is_human, count) = (args.report == ReportFormat::Human, paths.len() as u64);
    if is_human {
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        output.write(&format!("{}: {}\n", names.join(", "), format.name()));
    }
    let request = args.request(format, paths.to_vec());
    match loading.load(&request).await {
        Ok(report) => {
            let is_there = report.files.iter().all(|file| file.already.is_some());
            let is_unchanged = is_there || report.is_empty;
            *if is_unchanged { &mut ended.unchanged } else { &mut ended.loaded } += count;
            output.write(&if is_human { report.to_string() } else { report::of_load(&report) });
            None
        }
        Err(error) => {
            ended.failed += count;
            let words = words(&error, database);
            if !is_human {
                output.write(&report::of_failure(Some(format), paths, &error, &words));
            }
            if error.exit_code() != 2 {
                return Some(error);
            }
            crate::cli::fail(&words);
            None
        }
    }
}

/// Reports the files that were skipped or not recognized.
fn tell_rest(files: &[RecognizedFile], is_human: bool, output: &mut Output, ended: &mut Ended) {
    for RecognizedFile { path, recognition, .. } in files {
        let name = path.display();
        match recognition {
            Recognition::PassedOver(why) if is_human => {
                output.write(&format!("{name}: skipped, {why}\n"));
            }
            Recognition::Of(_) | Recognition::PassedOver(_) => {}
            Recognition::Unknown(why) => {
                ended.unknown += 1;
                if !is_human {
                    output.write(&report::of_unknown(path, why));
                }
                crate::cli::fail(&format!("{name}: not recognized: {why}"));
            }
        }
    }
}
