//! A database on several machines: whether all of it is laid out, whether each machine answers, and whether a load was cut
//! off while it was committed.

use sea_orm::DatabaseConnection;

use super::finding::Findings;
use crate::database::distributed::{ask_every_machine, is_cut_off, mark, not_laid_out};

const CHECK: &str = "machines";

/// Looks at the machines, where there are several.
pub(super) async fn look(findings: &mut Findings, reader: &DatabaseConnection) {
    if !matches!(mark(reader).await, Ok(Some(_))) {
        return;
    }
    if is_cut_off(reader).await {
        let message = "a load is being committed, or was cut off while it was";
        let mend = "if no load runs, start the server once as a user who may write: it finds out what became of it";
        return findings.problem(CHECK, message, mend);
    }
    if let Err(error) = ask_every_machine(reader).await {
        let message = format!("not every machine answers: {error}");
        return findings.problem(
            CHECK,
            message,
            "start the one that does not, or look at the network",
        );
    }
    match not_laid_out(reader).await {
        Ok(tables) if tables.is_empty() => {
            findings.ok(CHECK, "the database is on several machines, and all of them answer");
        }
        Ok(tables) => {
            let message = format!("{} are on one machine only", tables.join(", "));
            findings.problem(CHECK, message, "run `cops-graphql distribute` again");
        }
        Err(error) => {
            let message = format!("how the tables are laid out cannot be read: {error}");
            findings.warning(CHECK, message, "let the user of --database read pg_dist_partition");
        }
    }
}
