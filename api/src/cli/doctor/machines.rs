//! Checks a database on several machines: whether all tables are distributed, whether each machine answers, and whether
//! a load was interrupted during its commit.

use sea_orm::DatabaseConnection;

use super::finding::Findings;
use crate::database::distributed::{ask_every_machine, is_cut_off, mark, not_laid_out};

const CHECK: &str = "machines";

/// Checks the machines, if there are several.
pub(super) async fn look(findings: &mut Findings, reader: &DatabaseConnection) {
    if !matches!(mark(reader).await, Ok(Some(_))) {
        return;
    }
    if is_cut_off(reader).await {
        let message = "a load is being committed, or its commit was interrupted";
        let fix = "if no load is running, start the server once as a user who may write: it completes the load or \
                    rolls it back";
        return findings.problem(CHECK, message, fix);
    }
    if let Err(error) = ask_every_machine(reader).await {
        let message = format!("not every machine answers: {error}");
        return findings.problem(
            CHECK,
            message,
            "start the machine that does not answer, or check the network",
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
            let message = format!("the distribution of the tables cannot be read: {error}");
            findings.warning(CHECK, message, "let the user of --database read pg_dist_partition");
        }
    }
}
