//! `cops-graphql distribute`: distributes a loaded database over several machines.

use std::{fmt::Write as _, process::ExitCode, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use super::{fail, output::Output};
use crate::database::{
    self, DatabaseUrl,
    distributed::{DistributeError, Distributed, Placement, distribute},
};

/// The end of its help.
pub(super) const HELP: &str = "\
Name the coordinator of Citus with --database. Load the data first, and stop the servers during the command: their \
queries would wait until it ends, as a load does. Trainees and outcomes are divided among the machines by id, with \
their history; every other table is copied to every machine. The command is all or nothing. Run it again after an \
upgrade: it distributes new tables.

Serve such a database with --aggregates sql. Servers may connect to any machine; loads must connect to the coordinator.

Exit codes: 0 done, now or earlier; 1 failed, and nothing changed; 2 this database cannot be distributed; 3 done, but \
the output could not be written.

Examples:
  cops-graphql distribute --database postgres://coordinator/cops
  cops-graphql distribute --database postgres://coordinator/cops --shards 64";

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct DistributeArgs {
    /// The number of shards of trainees and outcomes: two to four for each processor of all machines. Omit it to use
    /// the setting of Citus.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    shards: Option<u16>,
}

pub(crate) async fn run(args: &DistributeArgs, url: &DatabaseUrl) -> ExitCode {
    super::log::start_notices();
    let bar = spinner();
    let done = run_on(args, url, &bar).await;
    bar.finish_and_clear();
    match done {
        Ok(done) => {
            let words = words(&done);
            let mut output = Output::default();
            output.write(&words);
            output.end_after(words.trim_end())
        }
        Err(DistributeError::Database(error)) => {
            let said = database::explain_write(url, &error);
            fail(&format!("the database failed, and nothing changed: {said}"))
        }
        Err(error) => {
            fail(&error.to_string());
            ExitCode::from(2)
        }
    }
}

async fn run_on(
    args: &DistributeArgs,
    url: &DatabaseUrl,
    bar: &ProgressBar,
) -> Result<Distributed, DistributeError> {
    if url.is_sqlite() {
        return Err(DistributeError::Sqlite);
    }
    let db = database::prepared(url).await?;
    let done = distribute(&db, args.shards, |table| bar.set_message(table.to_owned())).await;
    let _ = database::finish(db).await;
    done
}

/// Shows the current table on standard error, if that is a terminal.
fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} distributing {msg} ({elapsed})");
    let bar = ProgressBar::new_spinner().with_style(style.expect("the template is well formed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn words(done: &Distributed) -> String {
    let Distributed { citus, machines, shards, tables, before, loosened } = done;
    if tables.is_empty() {
        return format!(
            "nothing to do: all {before} tables are distributed over {machines} machines (Citus {citus})\n"
        );
    }
    let count = |place| tables.iter().filter(|(_, placed)| *placed == place).count();
    let mut words = format!(
        "distributed {} tables over {machines} machines (Citus {citus}): {} divided by id into {shards} shards, {} on \
         every machine",
        tables.len(),
        count(Placement::ById),
        count(Placement::Everywhere),
    );
    if *before > 0 {
        let _ = write!(words, "; {before} were distributed before");
    }
    words.push('\n');
    if !loosened.is_empty() {
        let _ = writeln!(
            words,
            "These indexes are no longer unique: {}. No machine sees all rows; loads still check for duplicates.",
            loosened.join(", ")
        );
    }
    words.push_str("Serve it with --aggregates sql. Restart servers that ran meanwhile.\n");
    words
}
