//! `cops-graphql demo`: makes a synthetic dataset, at a scale of one's choice.
//!
//! What was made up before is replaced. What is real is left alone: the command refuses to touch a
//! database that holds any, unless it is told to throw that away.

use std::{process::ExitCode, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    database,
    demo::{self, DEFAULT_SEED, Made},
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

pub(crate) async fn run(args: &DemoArgs, database: &str) -> ExitCode {
    let bar = progress();
    let made = make(args, database, &bar).await;
    bar.finish_and_clear();
    match made {
        Ok(made) => {
            say(&made);
            ExitCode::SUCCESS
        }
        Err(error) => {
            let failure = super::fail(&error.to_string());
            if error.is_refusal() { ExitCode::from(2) } else { failure }
        }
    }
}

async fn make(args: &DemoArgs, database: &str, bar: &ProgressBar) -> Result<Made, demo::DemoError> {
    let db = database::writer(database).await?;
    migration::run(&db).await?;
    let made = match args.force {
        true => demo::replace(&db, args.scale, args.seed, bar).await?,
        false => demo::load(&db, args.scale, args.seed, bar).await?,
    };
    database::finish(db).await?;
    Ok(made)
}

/// A bar on standard error, which shows itself only on a terminal.
pub(crate) fn progress() -> ProgressBar {
    let style = "{msg:>12} [{wide_bar}] {human_pos}/{human_len} rows, {per_sec}, {eta} left";
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template(style).expect("the template is well formed"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
fn say(made: &Made) {
    println!(
        "{} made-up rows in {:.1} s: {} agencies, {} organizations, {} grants, {} obligations, {} rows \
         of officers, {} courses, {} sessions, {} trainees, {} outcomes",
        made.rows(),
        made.took.as_secs_f64(),
        made.agencies,
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
        println!("They replace {} rows that stood there before.", made.removed);
    }
}
