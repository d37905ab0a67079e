//! `cops-graphql doctor`: checks a configuration as `serve` would use it, and says what is wrong.
//!
//! It takes the options and the environment of `serve` and changes nothing. It runs all checks, whatever they find, and
//! prints one line for each: ok, a warning, or a problem that keeps the server from working, with a way to fix it. An
//! option that cannot be parsed is refused by the command line before the checks, with exit code 2.

mod database;
mod finding;
mod machines;
mod memory;
mod postgres;
mod row;
mod sqlite;
mod web;

use std::process::ExitCode;

use clap::ValueEnum;

use self::finding::{Findings, Severity};
use super::{open_files, output::Output, serve};
use crate::database::DatabaseUrl;

/// The end of its help.
pub(super) const HELP: &str = "\
Takes the options and the environment of `serve`, prints the result of each check, and changes nothing.

Exit codes: 0 the server works, perhaps with warnings, 1 it does not work, 2 an option is wrong, 3 it works, but the \
output could not be written.

Examples:
  cops-graphql doctor
  cops-graphql doctor --database postgres://localhost/cops --format json";

/// Its arguments: those of `serve`, and the format of the output.
#[derive(Clone, Debug, clap::Args)]
#[group(id = "doctor")]
pub(crate) struct DoctorArgs {
    /// The format of the output.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: ReportFormat,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

/// The output format of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people.
    Human,
    /// For programs, as JSON.
    Json,
}

pub(crate) async fn run(args: &DoctorArgs, url: &DatabaseUrl) -> ExitCode {
    let mut findings = Findings::default();
    web::look(&mut findings, &args.serve).await;
    let settings = args.serve.http.settings(args.serve.limits);
    web::look_at_settings(&mut findings, &settings);
    look_at_open_files(&mut findings, &args.serve, url);
    let rows = database::look(&mut findings, url, args.serve.traffic.connections()).await;
    if let Ok(settings) = &settings {
        let kept = settings
            .cache_bytes
            .saturating_add(settings.row_cache_bytes)
            .saturating_add(settings.revision_cache_bytes);
        let queries = u64::from(args.serve.traffic.most_memory()) << 20;
        let wanted = kept.saturating_add(queries);
        memory::look(&mut findings, wanted, args.serve.aggregates, rows);
    }
    let mut output = Output::default();
    output.write(&match args.format {
        ReportFormat::Human => findings.to_text(finding::is_colourful()),
        ReportFormat::Json => format!("{}\n", findings.to_json()),
    });
    output.end(match findings.worst() {
        Severity::Problem => 1,
        Severity::Ok | Severity::Warning => 0,
    })
}

/// Checks that the limit of open files allows all connections.
fn look_at_open_files(findings: &mut Findings, args: &serve::ServeArgs, url: &DatabaseUrl) {
    const CHECK: &str = "open files";
    let (clients, queries) = (args.traffic.client_connections(), args.traffic.connections());
    let wanted = open_files::wanted(clients, queries, url.is_sqlite());
    let Some(limit) = open_files::limit() else {
        return findings.ok(
            CHECK,
            format!("the server opens up to {wanted} files; the system states no limit"),
        );
    };
    let message = format!("the server opens up to {wanted} files, and the limit is {limit}");
    let least = open_files::wanted(1, queries, url.is_sqlite());
    if limit < least {
        let fix = format!(
            "raise the limit (`ulimit -n {wanted}`, or LimitNOFILE={wanted} of a service): with --database-connections \
             {queries} the server needs at least {least} to start"
        );
        findings.problem(CHECK, message, fix);
    } else if limit < wanted {
        let fits = clients.saturating_sub(wanted - limit).max(1);
        let fix = format!(
            "raise the limit (`ulimit -n {wanted}`, or LimitNOFILE={wanted} of a service), or choose \
             --max-connections {fits}"
        );
        findings.problem(CHECK, message, fix);
    } else {
        findings.ok(CHECK, message);
    }
}
