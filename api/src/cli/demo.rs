//! `cops-graphql demo`: generates a synthetic dataset at a scale of your choice.
//!
//! It replaces earlier synthetic data. It refuses to change a database that holds real data, unless `--force` tells it
//! to delete them.

use std::{fmt::Write as _, process::ExitCode, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;
use crate::{
    database::{self, DatabaseUrl},
    demo::{self, DEFAULT_SEED, DemoError, Made},
    reference::ReferenceError,
};

/// The end of its help.
pub(super) const HELP: &str = "\
Replaces earlier synthetic data, and refuses to replace real data without --force. Prints how many rows of each kind \
it generated.

Exit codes: 0 done, 1 the database failed and nothing changed, 2 refused and nothing changed, 3 done, but the output \
could not be written.

Examples:
  cops-graphql demo
  cops-graphql demo --scale 0.1 --database sqlite://small.db";

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// The size, from 0.01 to 100: 1 is 18,000 agencies, 45,000 grants and 600,000 trainees.
    #[arg(long, default_value_t = 1.0, value_name = "NUMBER", value_parser = scale)]
    scale: f64,
    /// The seed of the generator: the same seed and scale make the same rows.
    #[arg(long, default_value_t = DEFAULT_SEED, value_name = "NUMBER")]
    seed: u64,
    /// Delete all data that were imported into the database.
    #[arg(long)]
    force: bool,
}

/// Parses a scale. A wrong one is refused before anything changes.
fn scale(text: &str) -> Result<f64, String> {
    let scale = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    let fits = demo::SCALES.contains(&scale);
    if fits { Ok(scale) } else { Err(demo::DemoError::Scale.to_string()) }
}

pub(crate) async fn run(args: &DemoArgs, database: &DatabaseUrl) -> ExitCode {
    super::log::start_notices();
    let bar = progress();
    let made = make(args, database, &bar).await;
    bar.finish_and_clear();
    match made {
        Ok(made) => {
            let mut output = Output::default();
            output.write(&told(&made));
            output.end_after(&format!("{} synthetic rows were committed", made.rows()))
        }
        Err(error) => {
            let what = if error.is_refusal() { "" } else { "nothing was generated: " };
            let failure = super::fail(&format!("{what}{}", words(&error, database)));
            if error.is_refusal() { ExitCode::from(2) } else { failure }
        }
    }
}

async fn make(
    args: &DemoArgs,
    database: &DatabaseUrl,
    bar: &ProgressBar,
) -> Result<Made, DemoError> {
    let db = database::prepared(database).await?;
    let made = match args.force {
        true => demo::replace(&db, args.scale, args.seed, bar).await?,
        false => demo::load(&db, args.scale, args.seed, bar).await?,
    };
    // An error on closing cannot undo what was committed.
    let _ = database::finish(db).await;
    Ok(made)
}

/// Why there is no dataset.
pub(super) fn words(error: &DemoError, database: &DatabaseUrl) -> String {
    match error {
        DemoError::Database(error) | DemoError::Reference(ReferenceError::Database(error)) => {
            database::explain_write(database, error)
        }
        error => error.to_string(),
    }
}

/// A progress bar on standard error, visible only on a terminal.
pub(crate) fn progress() -> ProgressBar {
    let style = "{msg:>12} [{wide_bar}] {human_pos}/{human_len} rows, {per_sec}, {eta} left";
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template(style).expect("the template is well formed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn told(made: &Made) -> String {
    let mut text = format!(
        "{} synthetic rows in {:.1} s: {} agencies in {} counties, {} organizations, {} grants, {} obligations, {} \
         rows of officers, {} courses, {} sessions, {} trainees, {} outcomes\n",
        made.rows(),
        made.took.as_secs_f64(),
        made.agencies,
        made.counties,
        made.organizations,
        made.grants,
        made.obligations,
        made.officers_funded,
        made.trainings,
        made.training_sessions,
        made.trainees,
        made.outcomes,
    );
    if made.removed > 0 {
        let _ = writeln!(text, "They replace {} earlier rows.", made.removed);
    }
    text
}
