//! `cops-graphql demo`: makes a synthetic dataset, at a scale of one's choice.
//!
//! What was made up before is replaced. What is real is left alone: the command refuses to touch a
//! database that holds any, unless it is told to throw that away.

use std::{fmt::Write as _, process::ExitCode, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;
use crate::{
    database::{self, DatabaseUrl},
    demo::{self, DEFAULT_SEED, DemoError, Made},
    reference::ReferenceError,
};

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// How large: 1 is 18,000 agencies, 45,000 grants and 600,000 trainees; from 0.01 to 100.
    #[arg(long, default_value_t = 1.0, value_name = "NUMBER", value_parser = scale)]
    scale: f64,
    /// What the generator starts from: the same seed and scale make the same rows.
    #[arg(long, default_value_t = DEFAULT_SEED, value_name = "NUMBER")]
    seed: u64,
    /// Throw away all data that were imported into the database.
    #[arg(long)]
    force: bool,
}

/// Reads a scale: a wrong one is refused before anything is touched.
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
            output.end_after(&format!("{} made-up rows were committed", made.rows()))
        }
        Err(error) => {
            let what = if error.is_refusal() { "" } else { "nothing was made: " };
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
    // What the database says on the way out cannot undo what was committed.
    let _ = database::finish(db).await;
    Ok(made)
}

/// Why there is no dataset.
pub(super) fn words(error: &DemoError, database: &DatabaseUrl) -> String {
    match error {
        DemoError::Database(error) | DemoError::Reference(ReferenceError::Database(error)) => {
            database::explain(database, error)
        }
        error => error.to_string(),
    }
}

/// A bar on standard error, which shows itself only on a terminal.
pub(crate) fn progress() -> ProgressBar {
    let style = "{msg:>12} [{wide_bar}] {human_pos}/{human_len} rows, {per_sec}, {eta} left";
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template(style).expect("the template is well formed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn told(made: &Made) -> String {
    let mut text = format!(
        "{} made-up rows in {:.1} s: {} agencies in {} counties, {} organizations, {} grants, {} obligations, {} rows \
         of officers, {} courses, {} sessions, {} trainees, {} outcomes\n",
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
        let _ = writeln!(text, "They replace {} rows that stood there before.", made.removed);
    }
    text
}
