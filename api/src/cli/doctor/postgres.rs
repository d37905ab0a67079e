//! Checks a PostgreSQL server.

use entity::table::tables;
use sea_orm::{DatabaseConnection, QueryResult, TryGetable};

use super::{finding::Findings, row::row};
use crate::database::SPARE;

/// The oldest tested version.
const OLDEST: i32 = 15;

/// The facts that the checks need.
const QUESTION: &str = "SELECT \
    current_setting('server_version_num')::int, \
    current_setting('server_version'), \
    current_setting('server_encoding'), \
    current_setting('statement_timeout'), \
    current_setting('max_connections')::int, \
    (SELECT count(*)::int FROM pg_stat_activity WHERE usename IS NOT NULL AND datname IS NOT NULL), \
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), \
    COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), \
    COALESCE(inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1', true), \
    current_setting('superuser_reserved_connections')::int, \
    current_user::text, \
    (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user), \
    (SELECT count(*)::int FROM pg_stat_activity WHERE usename = current_user), \
    current_database()::text, \
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database()), \
    (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL)";

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
    reserved: i32,
    role: String,
    most_of_role: i32,
    of_role: i32,
    database: String,
    most_of_database: i32,
    of_database: i32,
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
            reserved: get(row, 9)?,
            role: get(row, 10)?,
            most_of_role: get(row, 11)?,
            of_role: get(row, 12)?,
            database: get(row, 13)?,
            most_of_database: get(row, 14)?,
            of_database: get(row, 15)?,
        })
    }
}

/// Checks the server, and the rights of its user.
pub(super) async fn look(findings: &mut Findings, reader: &DatabaseConnection, readers: usize) {
    let found = row(reader, QUESTION).await.as_ref().and_then(ServerFacts::of);
    let Some(found) = found else {
        let fix = "name a PostgreSQL server, not a program that only speaks its protocol";
        return findings.warning("database", "the server does not show its settings", fix);
    };
    let version = format!("PostgreSQL {} answers", found.version);
    if found.number / 10_000 < OLDEST {
        let fix = format!("use PostgreSQL {OLDEST} or newer");
        findings.problem("database", format!("{version}, which is too old"), fix);
    } else {
        findings.ok("database", version);
    }
    if found.encoding == "UTF8" {
        findings.ok("encoding", "UTF8");
    } else {
        let message = format!("the encoding of the database is {}", found.encoding);
        let fix = "create another with `createdb --encoding=UTF8 --template=template0 NAME`, and name that one";
        findings.problem("encoding", message, fix);
    }
    // The server's connections set a timeout when they start.
    if found.timeout == "0" {
        let message = "statements of the server have no timeout: the options of its connections did not arrive";
        let fix = "connect directly, or let the pooler pass on the options of connections";
        findings.problem("timeout", message, fix);
    } else {
        findings.ok("timeout", format!("a statement is stopped after {}", found.timeout));
    }
    look_at_connections(findings, &found, readers);
    if found.is_superuser {
        let fix = "give the server a user that may only read, and load with another";
        findings.warning("user", "the server's user is a superuser", fix);
    } else {
        findings.ok("user", "the server's user is not a superuser");
    }
    if found.is_encrypted || found.is_local {
        let how = if found.is_encrypted { "encrypted" } else { "does not leave this machine" };
        findings.ok("connection", how);
    } else {
        let fix = "add ?sslmode=verify-full to --database";
        findings.warning("connection", "goes over the network without encryption", fix);
    }
}

/// Checks that each limit of PostgreSQL leaves enough connections.
fn look_at_connections(findings: &mut Findings, found: &ServerFacts, readers: usize) {
    const CHECK: &str = "connections";
    let wanted = i32::try_from(readers + SPARE as usize).unwrap_or(i32::MAX);
    let reserved = if found.is_superuser { 0 } else { found.reserved };
    // -1 means no limit. Limits do not apply to a superuser.
    let is_limit = |most: i32| most >= 0 && !found.is_superuser;
    let ServerFacts { role, database, .. } = found;
    let limits = [
        Some((
            "the server".to_owned(),
            found.most_connections - reserved,
            found.connections,
            "raise max_connections of PostgreSQL".to_owned(),
        )),
        is_limit(found.most_of_role).then(|| {
            let fix = format!("raise it: ALTER ROLE \"{role}\" CONNECTION LIMIT -1");
            (format!("the role {role}"), found.most_of_role, found.of_role, fix)
        }),
        is_limit(found.most_of_database).then(|| {
            let fix = format!("raise it: ALTER DATABASE \"{database}\" CONNECTION LIMIT -1");
            (format!("the database {database}"), found.most_of_database, found.of_database, fix)
        }),
    ];
    // The tightest limit counts.
    let tightest = limits.into_iter().flatten().min_by_key(|(_, most, used, _)| most - used);
    let Some((of, most, used, fix)) = tightest else { return };
    let message = format!(
        "{used} of {most} connections of {of} are in use, and the server takes up to {wanted}"
    );
    if most < wanted {
        let fix = format!("{fix}, or choose a smaller --database-connections");
        findings.problem(CHECK, message, fix);
    } else if most - used < wanted {
        findings.warning(CHECK, message, format!("{fix}, or close unneeded connections"));
    } else {
        findings.ok(CHECK, message);
    }
}

/// Checks that the user may read all existing tables. Returns whether it may.
pub(super) async fn look_at_rights(findings: &mut Findings, reader: &DatabaseConnection) -> bool {
    const CHECK: &str = "rights";
    // The names are the program's own, so they need no escaping.
    let names: Vec<String> = tables().iter().map(|table| format!("'{}'", table.name)).collect();
    let question = format!(
        "SELECT current_schema()::text, current_user::text, \
         (SELECT string_agg(quote_ident(relname), ', ' ORDER BY relname) FROM pg_class \
          WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) \
          AND relkind IN ('r', 'p', 'v', 'm') AND relname IN ({}, 'seaql_migrations') \
          AND NOT has_table_privilege(oid, 'SELECT'))",
        names.join(", ")
    );
    let Some(found) = row(reader, &question).await else { return true };
    let get = |index| found.try_get_by_index::<Option<String>>(index).ok().flatten();
    let role = get(1).unwrap_or_default();
    let Some(schema) = get(0) else {
        let message = format!("the role {role} may use no schema of its search_path");
        let fix = format!("allow it: GRANT USAGE ON SCHEMA public TO \"{role}\"");
        findings.problem(CHECK, message, fix);
        return false;
    };
    let Some(missing) = get(2) else {
        findings.ok(CHECK, "the user may read every table");
        return true;
    };
    let message = format!("the role {role} may not read {missing}");
    let fix = format!("allow it: GRANT SELECT ON ALL TABLES IN SCHEMA \"{schema}\" TO \"{role}\"");
    findings.problem(CHECK, message, fix);
    false
}
