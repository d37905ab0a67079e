//! `cops-graphql doctor`: looks at a configuration as `serve` would use it, and says what is wrong.
//!
//! It takes the options and the environment of `serve`, changes nothing, and tells each thing that it looked
//! at in a line: that it is well, that it may become a trouble, or that the server would not work; and how
//! to mend it. It looks at all of them, whatever it finds. An option that cannot be read at all is refused
//! by the command line itself, before this, with exit code 2.

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

/// What its help says at the end.
pub(super) const HELP: &str = "\
It takes the options and the environment of `serve`, and changes nothing.

Exit codes: 0 the server would work (warnings or not), 1 it would not, 2 an option cannot be read, 3 it would
work, and that could not be written.";

/// Its arguments: those of `serve`, and how to tell.
#[derive(Clone, Debug, clap::Args)]
#[group(id = "doctor")]
pub(crate) struct DoctorArgs {
    /// How to tell what was found.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: ReportFormat,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

/// How a command tells what it found or did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people.
    Human,
    /// For machines, as JSON.
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

/// Looks whether as many files may be open as there may be connections.
fn look_at_open_files(findings: &mut Findings, args: &serve::ServeArgs, url: &DatabaseUrl) {
    const CHECK: &str = "open files";
    let (clients, queries) = (args.traffic.client_connections(), args.traffic.connections());
    let wanted = open_files::wanted(clients, queries, url.is_sqlite());
    let Some(limit) = open_files::limit() else {
        return findings.ok(CHECK, format!("up to {wanted} are open; no limit is known"));
    };
    let message = format!("up to {wanted} are open, of {limit} that may be");
    let least = open_files::wanted(1, queries, url.is_sqlite());
    if limit < least {
        let mend = format!(
            "raise the limit (`ulimit -n {wanted}`, or LimitNOFILE={wanted} of a service): with --database-connections \
             {queries} the server does not start below {least}"
        );
        findings.problem(CHECK, message, mend);
    } else if limit < wanted {
        let fits = clients.saturating_sub(wanted - limit).max(1);
        let mend = format!(
            "raise the limit (`ulimit -n {wanted}`, or LimitNOFILE={wanted} of a service), or choose \
             --max-connections {fits}"
        );
        findings.problem(CHECK, message, mend);
    } else {
        findings.ok(CHECK, message);
    }
}
