//! The command line: one module for each command.
//!
//! Exit codes: 0 done, 1 failed, 2 the input or the command line is wrong and nothing changed, 3 done, but the output
//! could not be written. `diff` and `verify` also use 1 for a difference.

mod cited_server;
mod command_line;
mod demo;
mod diff;
mod distribute;
mod doctor;
mod examples;
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

const HELP: &str = "\
Without a command, the program creates cops.db with synthetic data if there is no database yet, and serves it. It \
prints the addresses of its pages once it serves.

Examples:
  cops-graphql
  cops-graphql --database postgres://localhost/cops --listen 0.0.0.0:8080";

/// GraphQL API over the funding and outcomes dataset of the COPS Office.
#[derive(Debug, Parser)]
#[command(name = "cops-graphql", version, about, max_term_width = 100, after_help = HELP)]
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
    /// Serve GraphQL over HTTP (the default).
    #[command(after_help = serve::HELP)]
    Serve(serve::ServeArgs),
    /// Generate a synthetic dataset at the scale you choose.
    #[command(after_help = demo::HELP)]
    Demo(demo::DemoArgs),
    /// Load data files.
    Import(import::ImportArgs),
    /// Download data files and load them.
    #[command(after_help = fetch::HELP)]
    Fetch(fetch::FetchArgs),
    /// Check that the server works with these options, and explain how to fix what does not.
    #[command(after_help = doctor::HELP)]
    Doctor(doctor::DoctorArgs),
    /// List what changed between two revisions.
    #[command(after_help = diff::HELP)]
    Diff(diff::DiffArgs),
    /// Distribute a loaded database over several machines with Citus.
    #[command(after_help = distribute::HELP)]
    Distribute(distribute::DistributeArgs),
    /// Delete the history of earlier revisions.
    #[command(after_help = forget::HELP)]
    Forget(forget::ForgetArgs),
    /// Run the query of a citation again, and check that the answer is the same.
    #[command(after_help = verify::HELP)]
    Verify(verify::VerifyArgs),
    /// List worked queries, or print one.
    #[command(after_help = examples::HELP)]
    Examples(examples::ExamplesArgs),
    /// Print the GraphQL schema.
    #[command(after_help = schema::HELP)]
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
        match &self.command {
            Some(Command::Examples(args)) => return examples::run(args),
            Some(Command::Schema) => return schema::run(),
            _ => {}
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
                Some(Command::Examples(args)) => examples::run(&args),
                Some(Command::Schema) => schema::run(),
                Some(Command::Verify(args)) => verify::run(&args, &database).await,
                Some(Command::Serve(args)) => serve::run(&args, &database).await,
                None => serve::run(&self.serve, &database).await,
            }
        });
        // Nobody waits for the work that is still running.
        runtime.shutdown_background();
        code
    }
}

/// Writes to standard error why the command failed. If that fails, only the exit code tells.
fn fail(message: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {message}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// The command lines in a help text: each starts with the name of the program and ends before a pipe or a
    /// redirection.
    fn examples(help: &str) -> Vec<Vec<String>> {
        let (_, examples) = help.split_once("Examples:\n").unwrap_or_default();
        let lines = examples.replace("\\\n", " ");
        let parts = lines.lines().flat_map(|line| line.split('|'));
        let parts = parts.map(|part| part.split(" > ").next().unwrap_or_default().trim());
        let commands = parts.filter(|part| part.split(' ').next() == Some("cops-graphql"));
        commands.map(words).collect()
    }

    /// The words of a command. A space within quotes is part of a word.
    fn words(command: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut is_quoted = false;
        for character in command.chars() {
            match character {
                '"' | '\'' => is_quoted = !is_quoted,
                ' ' if !is_quoted => words.push(String::new()),
                other => words.last_mut().expect("there is one").push(other),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    fn look(command: &clap::Command, path: &str, missing: &mut Vec<String>) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let mut examples = examples(&help);
        // An example of the program itself has no command.
        if path != "cops-graphql" {
            examples.retain(|words| words.join(" ").starts_with(path));
        }
        if examples.is_empty() {
            missing.push(path.to_owned());
        }
        for words in &examples {
            let parsed = Cli::try_parse_from(words);
            assert!(parsed.is_ok(), "{}: {}", words.join(" "), parsed.map(drop).unwrap_err());
        }
        for command in command.get_subcommands() {
            look(command, &format!("{path} {}", command.get_name()), missing);
        }
    }

    #[test]
    fn the_help_of_every_command_ends_with_examples_that_parse() {
        let mut missing = Vec::new();
        look(&Cli::command(), "cops-graphql", &mut missing);
        assert!(missing.is_empty(), "no examples in the help of {missing:?}");
    }

    #[test]
    fn an_example_ends_where_the_next_command_begins() {
        let found = examples(
            "About\nExamples:\n  cops-graphql a \\\n  --b \"c d\" > e\n  curl f |\n  cops-graphql g -\n",
        );
        assert_eq!(
            found,
            [vec!["cops-graphql", "a", "--b", "c d"], vec!["cops-graphql", "g", "-"]]
        );
    }
}
