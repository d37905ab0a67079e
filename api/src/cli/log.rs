//! The log: where it goes, what it holds, and how that is chosen again while the server runs.
//!
//! An option cannot change in a process that runs, so a filter that is to be read again stands in a file. Where the log
//! cannot be written, as on a full disk, its lines are lost: the server goes on without them.

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
    /// A file that says what to log, in the place of --log; SIGHUP has it read again.
    #[arg(long, env = "LOG_FILTER_FILE", value_name = "PATH")]
    log_filter_file: Option<PathBuf>,
    /// How to write the log.
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT", default_value = "human")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// For people.
    Human,
    /// For machines: a JSON object a line.
    Json,
}

/// A filter in a file, which can be read again.
pub(crate) struct FilterFile {
    path: PathBuf,
    handle: FilterHandle,
}

/// The place of a filter that can be replaced.
enum FilterHandle {
    OfAll(reload::Handle<EnvFilter, Registry>),
    OfLog(reload::Handle<Box<dyn Filter<Registry> + Send + Sync>, Registry>),
}

impl LogArgs {
    /// What is logged.
    pub(super) fn filter(&self) -> Result<EnvFilter, String> {
        match &self.log_filter_file {
            Some(path) => read(path),
            None => parse(&self.log).map_err(|error| format!("--log {:?} {error}", self.log)),
        }
    }

    /// Where it is said what is logged, for people.
    pub(super) fn source(&self) -> String {
        match &self.log_filter_file {
            Some(path) => path.display().to_string(),
            None => format!("{:?}", self.log),
        }
    }

    /// Starts the log. Gives the file that can be read again, if there is one.
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
            // What is logged and what is traced are chosen apart from each other.
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

/// Has the notices of a command that is no server written to standard error: that it waits for another process.
pub(super) fn start_notices() {
    let notices = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_level(false)
        .with_target(false)
        .without_time()
        .with_filter(EnvFilter::new("off,migration=info"));
    // Where there is a log already, they are written there.
    let _ = tracing_subscriber::registry().with(notices).try_init();
}

impl FilterFile {
    /// Reads the filter again. Where it cannot be read, what is logged stays as it is.
    pub(super) fn read_again(&self) {
        let replaced = read(&self.path).and_then(|filter| {
            let replaced = match &self.handle {
                FilterHandle::OfAll(handle) => handle.reload(filter),
                FilterHandle::OfLog(handle) => handle.reload(Box::new(filter) as Box<_>),
            };
            replaced.map_err(|error| error.to_string())
        });
        match replaced {
            Ok(()) => tracing::info!(path = %self.path.display(), "read again what to log"),
            Err(reason) => tracing::error!(reason, "what to log stays as it was"),
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
        return Err("names no level: write `info`, or `off` to log nothing".to_owned());
    }
    if let Some(word) = text.split(',').map(str::trim).find(|word| is_slip(word)) {
        return Err(format!(
            "is not a log filter: {word:?} is no level (error, warn, info, debug, trace or off), and a level is wanted \
             of another module: {word}=debug"
        ));
    }
    EnvFilter::try_new(text).map_err(|error| format!("is not a log filter: {error}"))
}

/// Whether a word of a filter is a slip. It would count as the name of a module, all that others say would not be
/// logged, and nobody would hear of it.
fn is_slip(word: &str) -> bool {
    let is_plain = !word.is_empty() && !word.contains(['=', '[', ']', '{', '}']);
    is_plain && word.parse::<LevelFilter>().is_err() && !word.starts_with("cops_graphql")
}

/// What writes the log.
fn log<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    // A line that cannot be written would be told on standard error, which is where it could not be written.
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
