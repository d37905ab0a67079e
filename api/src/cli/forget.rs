//! `cops-graphql forget`: deletes the history of earlier revisions.

use std::process::ExitCode;

use super::{fail, output::Output};
use crate::{
    database::{
        self, DatabaseUrl,
        forget::{ForgetError, Forgotten, forget},
    },
    error::counted,
};

/// The end of its help.
pub(super) const HELP: &str = "\
Every revision is kept until this command deletes it. After that, requests for the revision get REVISION_GONE, and \
citations of it can no longer be verified. Later revisions do not change. Only a backup brings the history back.

An SQLite file keeps its size, and later loads reuse the space; `sqlite3 cops.db VACUUM` shrinks it.

Exit codes: 0 done, 1 failed, 2 there is nothing to delete, 3 done, but the output could not be written.

Examples:
  cops-graphql forget --before 12 --dry-run
  cops-graphql forget --before 12 --database postgres://localhost/cops";

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct ForgetArgs {
    /// The first revision to keep.
    #[arg(long, value_name = "REVISION", value_parser = clap::value_parser!(i32).range(1..))]
    before: i32,
    /// Print what would be deleted, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(args: &ForgetArgs, url: &DatabaseUrl) -> ExitCode {
    super::log::start_notices();
    match run_on(args, url).await {
        Ok(forgotten) => {
            let words = words(&forgotten, args.dry_run);
            let mut output = Output::default();
            output.write(&format!("{words}\n"));
            output.end_after(&words)
        }
        Err(error @ (ForgetError::Nothing { .. } | ForgetError::NoSuchRevision { .. })) => {
            fail(&error.to_string());
            ExitCode::from(2)
        }
        Err(ForgetError::Database(error)) => {
            let said = database::explain_write(url, &error);
            fail(&format!("the database failed, and nothing changed: {said}"))
        }
    }
}

async fn run_on(args: &ForgetArgs, url: &DatabaseUrl) -> Result<Forgotten, ForgetError> {
    // A database that does not exist yet or is of an older version has no history. It must not change.
    let reader = database::reader(url).await?;
    migration::refuse(&reader).await?;
    let (is_empty, is_behind) =
        (migration::is_empty(&reader).await?, migration::is_behind(&reader).await?);
    reader.close().await?;
    if is_behind {
        let reason = match is_empty {
            true => "it is empty, so it has no history",
            false => "its tables are of an older version: start the server once to update them",
        };
        return Err(sea_orm::DbErr::Custom(reason.to_owned()).into());
    }
    let db = database::writer(url).await?;
    let forgotten = forget(&db, args.before, args.dry_run).await;
    let _ = database::finish(db).await;
    forgotten
}

fn words(forgotten: &Forgotten, is_trial: bool) -> String {
    let &Forgotten { from, kept, current, rows } = forgotten;
    let last = kept - 1;
    let gone = if from == last {
        format!("revision {from}")
    } else {
        format!("the revisions {from} to {last}")
    };
    let rows = counted(rows, "row");
    if is_trial {
        return format!(
            "{gone} would be forgotten, with {rows} of history (--dry-run: nothing changed)"
        );
    }
    let kept = if kept == current {
        format!("revision {kept} is kept")
    } else {
        format!("the revisions {kept} to {current} are kept")
    };
    format!("forgot {gone}, with {rows} of history; {kept}")
}
