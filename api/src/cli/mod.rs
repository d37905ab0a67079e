//! The command line: one module a command.
//!
//! Exit codes: 0 done, 1 failed, 2 the input or the command line is wrong and nothing was changed, 3 done, and the
//! output could not be written; `verify` has its own, those of `diff`, and 3.

mod cited_server;
mod command_line;
mod demo;
mod diff;
mod distribute;
mod doctor;
mod fetch;
mod forget;
mod http;
mod import;
mod log;
mod named_database;
mod open_files;
mod output;
mod schema;
mod seeing;
mod serve;
mod signals;
mod traffic;
mod verify;

use std::{io::Write as _, process::ExitCode};

use clap::{Parser, Subcommand};

/// GraphQL API over the funding and outcomes dataset of the COPS Office.
#[derive(Debug, Parser)]
#[command(name = "cops-graphql", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    database: named_database::NamedDatabase,
    #[command(flatten)]
    serve: serve::ServeArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve GraphQL over HTTP. This is what happens without a command, too.
    Serve(serve::ServeArgs),
    /// Make a synthetic dataset, at a scale of your choice.
    Demo(demo::DemoArgs),
    /// Load data files.
    Import(import::ImportArgs),
    /// Fetch data files and load them.
    Fetch(fetch::FetchArgs),
    /// Look whether the server would work with these options, and say what is wrong.
    #[command(after_help = doctor::HELP)]
    Doctor(doctor::DoctorArgs),
    /// List what changed between two revisions.
    #[command(after_help = diff::HELP)]
    Diff(diff::DiffArgs),
    /// Lay a loaded database out on several machines, with Citus.
    #[command(after_help = distribute::HELP)]
    Distribute(distribute::DistributeArgs),
    /// Forget earlier revisions, which are kept until then.
    #[command(after_help = forget::HELP)]
    Forget(forget::ForgetArgs),
    /// Run the query of a citation again, and say whether the answer is the same.
    #[command(after_help = verify::HELP)]
    Verify(verify::VerifyArgs),
    /// Print the GraphQL schema.
    Schema,
}

/// Reads the command line, and runs its command to the end.
#[must_use]
pub fn main() -> ExitCode {
    match command_line::read() {
        Ok(cli) => cli.run(),
        Err(error) => command_line::end(error),
    }
}

impl Cli {
    /// Runs the command to its end.
    fn run(self) -> ExitCode {
        if let Some(Command::Schema) = self.command {
            return schema::run();
        }
        let database = match self.database.url() {
            Ok(database) => database,
            Err(message) => {
                fail(&message);
                return ExitCode::from(2);
            }
        };
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return fail(&format!("cannot start: {error}")),
        };
        let code = runtime.block_on(async {
            match self.command {
                Some(Command::Demo(args)) => demo::run(&args, &database).await,
                Some(Command::Diff(args)) => diff::run(&args, &database).await,
                Some(Command::Distribute(args)) => distribute::run(&args, &database).await,
                Some(Command::Doctor(args)) => doctor::run(&args, &database).await,
                Some(Command::Fetch(args)) => fetch::run(&args, &database).await,
                Some(Command::Forget(args)) => forget::run(&args, &database).await,
                Some(Command::Import(args)) => import::run(&args, &database).await,
                Some(Command::Schema) => schema::run(),
                Some(Command::Verify(args)) => verify::run(&args, &database).await,
                Some(Command::Serve(args)) => serve::run(&args, &database).await,
                None => serve::run(&self.serve, &database).await,
            }
        });
        // What still runs is work that nobody waits for any more.
        runtime.shutdown_background();
        code
    }
}

/// Says on standard error why the command failed. Where that cannot be written, the exit code alone says it.
fn fail(message: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {message}");
    ExitCode::FAILURE
}
