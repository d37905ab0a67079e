//! A server of PostgreSQL.

use sea_orm::{DatabaseConnection, QueryResult, TryGetable};

use super::{finding::Findings, row::row};
use crate::database::SPARE;

/// The oldest version that is tested.
const OLDEST: i32 = 15;

/// Whatever is asked of the server.
const QUESTION: &str = "SELECT \
    current_setting('server_version_num')::int, \
    current_setting('server_version'), \
    current_setting('server_encoding'), \
    current_setting('statement_timeout'), \
    current_setting('max_connections')::int, \
    (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend'), \
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), \
    COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), \
    COALESCE(inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1', true)";

struct ServerFacts {
    number: i32,
    version: String,
    encoding: String,
    timeout: String,
    most_connections: i32,
    connections: i32,
    is_superuser: bool,
    is_encrypted: bool,
    is_local: bool,
}

impl ServerFacts {
    fn of(row: &QueryResult) -> Option<Self> {
        fn get<T: TryGetable>(row: &QueryResult, index: usize) -> Option<T> {
            row.try_get_by_index(index).ok()
        }
        Some(Self {
            number: get(row, 0)?,
            version: get(row, 1)?,
            encoding: get(row, 2)?,
            timeout: get(row, 3)?,
            most_connections: get(row, 4)?,
            connections: get(row, 5)?,
            is_superuser: get(row, 6)?,
            is_encrypted: get(row, 7)?,
            is_local: get(row, 8)?,
        })
    }
}

/// Looks at the server, and at what its user may do.
pub(super) async fn look(findings: &mut Findings, reader: &DatabaseConnection, readers: usize) {
    let found = row(reader, QUESTION).await.as_ref().and_then(ServerFacts::of);
    let Some(found) = found else {
        let mend = "name a server of PostgreSQL itself, not one that only speaks its protocol";
        return findings.warning("database", "it does not tell its settings", mend);
    };
    let version = format!("PostgreSQL {} answers", found.version);
    if found.number / 10_000 < OLDEST {
        let mend = format!("use PostgreSQL {OLDEST} or newer");
        findings.problem("database", format!("{version}, which is too old"), mend);
    } else {
        findings.ok("database", version);
    }
    if found.encoding == "UTF8" {
        findings.ok("encoding", "UTF8");
    } else {
        let message = format!("texts are kept as {}", found.encoding);
        findings.problem("encoding", message, "make the database with ENCODING 'UTF8'");
    }
    // The server's connections ask for a timeout when they are made.
    if found.timeout == "0" {
        let message = "statements of the server may run for ever: its options did not arrive";
        let mend = "connect directly, or let the pooler pass the options of a connection on";
        findings.problem("timeout", message, mend);
    } else {
        findings.ok("timeout", format!("a statement ends after {}", found.timeout));
    }
    let wanted = readers + SPARE as usize;
    let room = found.most_connections - found.connections;
    let message = format!(
        "{} of {} are used, and a server takes up to {wanted}",
        found.connections, found.most_connections
    );
    if usize::try_from(room).unwrap_or_default() < wanted {
        let mend = "raise max_connections of PostgreSQL, or close what is not needed";
        findings.warning("connections", message, mend);
    } else {
        findings.ok("connections", message);
    }
    if found.is_superuser {
        let mend = "give the server a user that may only read, and load with another";
        findings.warning("user", "the server's user is a superuser", mend);
    } else {
        findings.ok("user", "the server's user is not a superuser");
    }
    if found.is_encrypted || found.is_local {
        let how = if found.is_encrypted { "encrypted" } else { "does not leave this machine" };
        findings.ok("connection", how);
    } else {
        let mend = "add ?sslmode=verify-full to --database";
        findings.warning("connection", "goes over the network without encryption", mend);
    }
}
