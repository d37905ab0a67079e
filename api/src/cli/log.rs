//! The log: its filter, its format, and how to change the filter while the server runs.
//!
//! An option cannot change in a running process, so a filter that can change is in a file. If the log cannot be
//! written, for example because the disk is full, its lines are lost and the server continues.

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::LevelFilter,
    layer::{Filter, SubscriberExt as _},
    registry::LookupSpan,
    reload,
    util::SubscriberInitExt as _,
};

use crate::trace::export::Exporter;

/// What is logged, and how.
#[derive(Clone, Debug, clap::Args)]
#[group(id = "log_options")]
pub(crate) struct LogArgs {
    /// What to log: a level, or levels by module, such as `info,cops_graphql=debug`.
    #[arg(long, env = "LOG", value_name = "FILTER", default_value = "info")]
    log: String,
    /// A file with the filter, instead of --log. On SIGHUP the server reads it again.
    #[arg(long, env = "LOG_FILTER_FILE", value_name = "PATH")]
    log_filter_file: Option<PathBuf>,
    /// The format of the log.
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT", default_value = "human")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// For people.
    Human,
    /// For programs: one JSON object per line.
    Json,
}

/// A filter in a file, which can be read again while the server runs.
pub(crate) struct FilterFile {
    path: PathBuf,
    handle: FilterHandle,
}

/// A handle that replaces the filter.
enum FilterHandle {
    OfAll(reload::Handle<EnvFilter, Registry>),
    OfLog(reload::Handle<Box<dyn Filter<Registry> + Send + Sync>, Registry>),
}

impl LogArgs {
    /// The filter.
    pub(super) fn filter(&self) -> Result<EnvFilter, String> {
        match &self.log_filter_file {
            Some(path) => read(path),
            None => parse(&self.log).map_err(|error| format!("--log {:?} {error}", self.log)),
        }
    }

    /// Where the filter comes from, for messages.
    pub(super) fn source(&self) -> String {
        match &self.log_filter_file {
            Some(path) => path.display().to_string(),
            None => format!("{:?}", self.log),
        }
    }

    /// Whether the log is for programs.
    pub(super) fn is_json(&self) -> bool {
        matches!(self.log_format, LogFormat::Json)
    }

    /// Starts the log. Returns the filter file, if there is one.
    ///
    /// # Errors
    /// Says what is wrong with the filter.
    pub(super) fn start(&self, exporter: Option<&Exporter>) -> Result<Option<FilterFile>, String> {
        let (filter, registry) = (self.filter()?, tracing_subscriber::registry());
        let mut handle = None;
        let started = match (exporter, &self.log_filter_file) {
            (None, None) => registry.with(filter).with(log(self.log_format)).try_init(),
            (None, Some(_)) => {
                let (filter, place) = reload::Layer::new(filter);
                handle = Some(FilterHandle::OfAll(place));
                registry.with(filter).with(log(self.log_format)).try_init()
            }
            // The filter of the log does not apply to traces.
            (Some(exporter), _) => {
                let filter: Box<dyn Filter<Registry> + Send + Sync> = Box::new(filter);
                let (filter, place) = reload::Layer::new(filter);
                handle = self.log_filter_file.as_ref().map(|_| FilterHandle::OfLog(place));
                let log = log(self.log_format).with_filter(filter);
                registry.with(log).with(exporter.layer()).try_init()
            }
        };
        started.map_err(|error| format!("cannot start the log: {error}"))?;
        Ok(self
            .log_filter_file
            .clone()
            .zip(handle)
            .map(|(path, handle)| FilterFile { path, handle }))
    }
}

/// Writes the notices of a command other than `serve` to standard error, such as that it waits for another process.
pub(super) fn start_notices() {
    let notices = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_level(false)
        .with_target(false)
        .without_time()
        .with_filter(EnvFilter::new("off,migration=info"));
    // If a log has already started, the notices go there.
    let _ = tracing_subscriber::registry().with(notices).try_init();
}

impl FilterFile {
    /// Reads the filter again. If that fails, the previous filter stays.
    pub(super) fn read_again(&self) {
        let replaced = read(&self.path).and_then(|filter| {
            let replaced = match &self.handle {
                FilterHandle::OfAll(handle) => handle.reload(filter),
                FilterHandle::OfLog(handle) => handle.reload(Box::new(filter) as Box<_>),
            };
            replaced.map_err(|error| error.to_string())
        });
        match replaced {
            Ok(()) => tracing::info!(path = %self.path.display(), "reloaded the log filter"),
            Err(reason) => tracing::error!(reason, "the previous log filter stays"),
        }
    }
}

fn read(path: &Path) -> Result<EnvFilter, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("--log-filter-file {shown} cannot be read: {error}"))?;
    parse(text.trim()).map_err(|error| format!("--log-filter-file {shown} {error}"))
}

fn parse(text: &str) -> Result<EnvFilter, String> {
    if text.is_empty() {
        return Err("is empty: write a level such as `info`, or `off` to log nothing".to_owned());
    }
    if let Some(word) = text.split(',').map(str::trim).find(|word| is_slip(word)) {
        return Err(format!(
            "is not a log filter: {word:?} is not a level (error, warn, info, debug, trace or off). To log another \
             module, add a level: {word}=debug"
        ));
    }
    EnvFilter::try_new(text).map_err(|error| format!("is not a log filter: {error}"))
}

/// Whether a word of a filter is a misspelled level. The filter would take it for the name of a module and silently log
/// nothing of all other modules.
fn is_slip(word: &str) -> bool {
    let is_plain = !word.is_empty() && !word.contains(['=', '[', ']', '{', '}']);
    is_plain && word.parse::<LevelFilter>().is_err() && !word.starts_with("cops_graphql")
}

/// The layer that writes the log.
fn log<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    // Internal errors would go to standard error, which is what could not be written.
    let log =
        tracing_subscriber::fmt::layer().log_internal_errors(false).with_writer(std::io::stderr);
    match format {
        LogFormat::Human => log.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => log.json().flatten_event(true).boxed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_with_a_slip_is_no_filter() {
        for text in [
            "info",
            "OFF",
            "warn,cops_graphql=debug",
            "cops_graphql::server",
            "info,sqlx=trace",
            "info,",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in ["", "wran", "warning", "info,sqlx", "verbose,cops_graphql=debug", "=,="] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
