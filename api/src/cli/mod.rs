//! The command line: one module a command.
//!
//! Exit codes: 0 done, 1 failed, 2 the input or the command line is wrong and nothing was changed; `verify` has
//! its own, those of `diff`.

mod demo;
mod doctor;
mod fetch;
mod http;
mod import;
mod schema;
mod seeing;
mod serve;
mod traffic;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// GraphQL API over the funding and outcomes dataset of the COPS Office.
#[derive(Debug, Parser)]
#[command(name = "cops-graphql", version, about, max_term_width = 100)]
pub struct Cli {
    /// The database: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME`.
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        default_value = "sqlite://cops.db",
        value_parser = database_url
    )]
    database: String,
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
    /// Run the query of a citation again, and say whether the answer is the same.
    #[command(after_help = verify::HELP)]
    Verify(verify::VerifyArgs),
    /// Print the GraphQL schema.
    Schema,
}

impl Cli {
    /// Runs the command to its end.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return fail(&format!("cannot start: {error}")),
        };
        runtime.block_on(async {
            match self.command {
                Some(Command::Demo(args)) => demo::run(&args, &self.database).await,
                Some(Command::Doctor(args)) => doctor::run(&args, &self.database).await,
                Some(Command::Fetch(args)) => fetch::run(&args, &self.database).await,
                Some(Command::Import(args)) => import::run(&args, &self.database).await,
                Some(Command::Schema) => schema::run(),
                Some(Command::Verify(args)) => verify::run(&args, &self.database).await,
                Some(Command::Serve(args)) => serve::run(&args, &self.database).await,
                None => serve::run(&self.serve, &self.database).await,
            }
        })
    }
}

/// Reads the URL of a database, as far as it can be told wrong without a connection.
fn database_url(text: &str) -> Result<String, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"];
    match known.iter().any(|scheme| text.starts_with(scheme)) {
        true => Ok(text.to_owned()),
        false => {
            Err("name it as sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME".to_owned())
        }
    }
}

/// Says on standard error why the command failed.
#[expect(clippy::print_stderr, reason = "the command line speaks to a person")]
fn fail(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::FAILURE
}
