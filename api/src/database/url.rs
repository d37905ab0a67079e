//! The URL of a database, without ever showing its contents.
//!
//! A URL holds a password, and a mistyped one must not end up in a log. So the text of a URL goes no further than
//! [`DatabaseUrl::from_str`]. The result holds the driver's options but does not display them. Error messages name
//! the part that is wrong, never its value: in a URL with a typo, the password may have slipped into any part.
//!
//! ```text
//! sqlite://PATH[?mode=ro&immutable=true]
//! postgres://[USER[:PASSWORD]@][HOST[:PORT]][/NAME][?sslmode=verify-full&...]
//! ```
//!
//! The drivers are less strict: `sqlx` ignores unknown parameters (and logs their values), takes an extra `@` as part
//! of the user, and `%zz` literally; SeaORM puts the URL into its errors and spans. So everything is checked here
//! first, and the drivers get options instead of a URL (they see only [`DatabaseUrl::scheme`]).

use std::{collections::BTreeSet, fmt, net::IpAddr, path::Path, str::FromStr};

use sea_orm::{
    DbErr,
    sqlx::{ConnectOptions as _, postgres::PgConnectOptions, sqlite::SqliteConnectOptions},
};

const FORM: &str = "write it as sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME";
/// The application name that PostgreSQL sees.
const APPLICATION: &str = "cops-graphql";
/// The parameters that a PostgreSQL URL may have, besides `options[...]`.
const PARAMETERS: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslmode",
    "ssl-mode",
    "statement-cache-capacity",
    "user",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
];
/// Parameters that libpq supports but the driver does not: a URL written for another program may have them.
const FOREIGN: [&str; 11] = [
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "fallback_application_name",
    "gssencmode",
    "keepalives",
    "passfile",
    "service",
    "sslcrl",
    "sslpassword",
    "target_session_attrs",
];
const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// How to connect to a database, without showing it.
#[derive(Clone)]
pub struct DatabaseUrl(DatabaseOptions);

#[derive(Clone)]
enum DatabaseOptions {
    Sqlite(Box<SqliteUrl>),
    Postgres(Box<PgConnectOptions>),
}

#[derive(Clone)]
struct SqliteUrl {
    options: SqliteConnectOptions,
    /// Whether it is opened for reading only (`mode=ro`).
    is_read_only: bool,
    /// Whether it is declared not to change (`immutable=true`).
    is_immutable: bool,
}

/// What is wrong with a database URL. It contains nothing from the URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the URL of the database {0}")]
pub struct DatabaseUrlError(String);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DatabaseUrl").field(&self.scheme()).finish()
    }
}

impl DatabaseUrl {
    /// A URL with the same scheme and nothing else.
    pub(super) fn scheme(&self) -> &'static str {
        match self.0 {
            DatabaseOptions::Sqlite(_) => "sqlite://hidden",
            DatabaseOptions::Postgres(_) => "postgres://hidden",
        }
    }

    /// Whether the database is a SQLite file.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        matches!(self.0, DatabaseOptions::Sqlite(_))
    }

    /// The SQLite file.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            DatabaseOptions::Sqlite(url) => Some(url.options.get_filename()),
            DatabaseOptions::Postgres(_) => None,
        }
    }

    /// Whether the URL of a SQLite file does not allow writes.
    pub(super) fn is_read_only(&self) -> bool {
        matches!(&self.0, DatabaseOptions::Sqlite(url) if url.is_read_only || url.is_immutable)
    }

    /// Whether the URL of a SQLite file says that the file does not change.
    #[must_use]
    pub fn is_immutable(&self) -> bool {
        matches!(&self.0, DatabaseOptions::Sqlite(url) if url.is_immutable)
    }

    /// How to connect to a SQLite file.
    pub(super) fn sqlite(&self) -> Option<&SqliteConnectOptions> {
        match &self.0 {
            DatabaseOptions::Sqlite(url) => Some(&url.options),
            DatabaseOptions::Postgres(_) => None,
        }
    }

    /// How to connect to a PostgreSQL server.
    pub(super) fn postgres(&self) -> Option<&PgConnectOptions> {
        match &self.0 {
            DatabaseOptions::Sqlite(_) => None,
            DatabaseOptions::Postgres(options) => Some(options),
        }
    }
}

impl From<DatabaseUrlError> for DbErr {
    fn from(error: DatabaseUrlError) -> Self {
        Self::Custom(error.to_string())
    }
}

impl TryFrom<&str> for DatabaseUrl {
    type Error = DbErr;

    fn try_from(text: &str) -> Result<Self, DbErr> {
        Ok(text.parse::<Self>()?)
    }
}

impl TryFrom<&String> for DatabaseUrl {
    type Error = DbErr;

    fn try_from(text: &String) -> Result<Self, DbErr> {
        Self::try_from(text.as_str())
    }
}

impl TryFrom<&DatabaseUrl> for DatabaseUrl {
    type Error = DbErr;

    fn try_from(url: &DatabaseUrl) -> Result<Self, DbErr> {
        Ok(url.clone())
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        if text.is_empty() {
            return wrong(format!("is empty: {FORM}"));
        }
        if text.chars().any(char::is_control) {
            return wrong("contains a line break, a tab or another control character");
        }
        let Some((scheme, rest)) = text.split_once(':') else {
            return wrong(format!("has no scheme: {FORM}"));
        };
        let options = match (&*scheme.to_ascii_lowercase(), rest.strip_prefix("//")) {
            ("sqlite", rest_of_url) => {
                DatabaseOptions::Sqlite(Box::new(sqlite(rest_of_url.unwrap_or(rest))?))
            }
            ("postgres" | "postgresql", Some(rest)) => {
                DatabaseOptions::Postgres(Box::new(postgres(rest)?))
            }
            _ => return wrong(format!("has an unknown scheme: {FORM}")),
        };
        Ok(Self(options))
    }
}

fn wrong<T>(what: impl Into<String>) -> Result<T, DatabaseUrlError> {
    Err(DatabaseUrlError(what.into()))
}

/// Parses the part after `sqlite:` or `sqlite://`.
fn sqlite(rest: &str) -> Result<SqliteUrl, DatabaseUrlError> {
    let (file, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    if file.is_empty() {
        return wrong("names no file: write it as sqlite://PATH");
    }
    // It might be the name of a file, but a password must not be shown as one.
    if file.split_once(':').is_some_and(|(_, after)| after.contains('@') || after.starts_with("//"))
    {
        return wrong(
            "has a user and a password, which a SQLite file does not have: write it as sqlite://PATH, or for \
             PostgreSQL as postgres://USER:PASSWORD@HOST:PORT/NAME",
        );
    }
    decoded("path", file)?;
    let names = ["mode", "cache", "immutable", "vfs"];
    check_parameters(parameters, |name| names.contains(&name), &names)?;
    let options = SqliteConnectOptions::from_str(&format!("sqlite://{rest}"));
    let options = options.map_err(|_| {
        let values = "mode is ro, rw, rwc or memory, cache is private or shared, and immutable is true or false";
        DatabaseUrlError(format!("has a parameter with an invalid value: {values}"))
    })?;
    let has = |name: &str, values: &[&str]| {
        let last = form_urlencoded::parse(parameters.as_bytes()).filter(|it| it.0 == name).last();
        last.is_some_and(|(_, value)| values.contains(&&*value))
    };
    Ok(SqliteUrl {
        options: options.disable_statement_logging(),
        is_read_only: has("mode", &["ro"]),
        is_immutable: has("immutable", &["true", "1"]),
    })
}

/// Parses the part after `postgres://`.
fn postgres(rest: &str) -> Result<PgConnectOptions, DatabaseUrlError> {
    if rest.chars().any(char::is_whitespace) {
        return wrong("contains a space: in a user, a password or a name, write it as %20");
    }
    if rest.contains('#') {
        return wrong("contains a #: in a user, a password or a name, write it as %23");
    }
    let (before, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    if parameters.contains('?') {
        return wrong(
            "contains a second ?: separate parameters with &, and in a user, a password or a name, write ? as %3F",
        );
    }
    let (authority, name) = before.split_once('/').unwrap_or((before, ""));
    if name.contains(['/', '@']) {
        return wrong(
            "has an extra / or @: in a user, a password or a name, write them as %2F and %40",
        );
    }
    decoded("name of the database", name)?;
    let (credentials, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if credentials.contains('@') {
        return wrong("has an extra @: in a user or a password, write it as %40");
    }
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    // The user and the database name are displayed, so they must not contain a password.
    let shown = [("user", decoded("user", user)?), ("name", decoded("name", name)?)];
    let parameters_shown =
        form_urlencoded::parse(parameters.as_bytes()).filter_map(|(key, value)| {
            ["user", "dbname"].iter().find(|it| **it == key).map(|it| (*it, value.into_owned()))
        });
    for (part, text) in shown.into_iter().chain(parameters_shown) {
        if text.contains([':', '%', '@']) {
            return wrong(format!(
                "has a colon, a % or an @ in its {part}, as if it contained a password: write the colon between a user \
                 and its password unescaped"
            ));
        }
    }
    decoded("password", password)?;
    check_host(host)?;
    check_postgres_parameters(parameters)?;
    if !password.is_empty() && parameters.split('&').any(|it| it.starts_with("password=")) {
        return wrong("has two passwords: one before the host, and one as a parameter");
    }
    let options = PgConnectOptions::from_str(&format!("postgres://{rest}"));
    let options = options.map_err(|_| DatabaseUrlError(format!("cannot be parsed: {FORM}")))?;
    Ok(options.disable_statement_logging().application_name(APPLICATION))
}

/// Checks a host and its port.
fn check_host(text: &str) -> Result<(), DatabaseUrlError> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let Some((address, rest)) = rest.split_once(']') else {
            return wrong("has a [ without a ]: write an IPv6 address as [::1]");
        };
        if !address.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()) {
            return wrong("has no IPv6 address in its brackets");
        }
        match rest.strip_prefix(':') {
            None if !rest.is_empty() => {
                return wrong("has extra characters between ] and the port");
            }
            port => ("", port),
        }
    } else {
        text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)))
    };
    if !host.chars().all(|it| it.is_alphanumeric() || matches!(it, '.' | '-' | '_' | '%')) {
        return wrong(
            "has an invalid character in its host: is the @ before the host missing, or does the password contain one \
             of / ? # [ ] @ that is not written as %2F %3F %23 %5B %5D %40?",
        );
    }
    decoded("host", host)?;
    check_port(port.unwrap_or_default())
}

fn check_port(port: &str) -> Result<(), DatabaseUrlError> {
    if port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Ok(());
    }
    wrong(
        "has a port that is not a number from 1 to 65535: is the @ before the host missing, or does the password \
         contain one of / ? # [ ] @ that is not written as %2F %3F %23 %5B %5D %40?",
    )
}

fn check_postgres_parameters(parameters: &str) -> Result<(), DatabaseUrlError> {
    let is_known = |name: &str| {
        PARAMETERS.contains(&name) || (name.starts_with("options[") && name.ends_with(']'))
    };
    for (name, value) in check_parameters(parameters, is_known, &PARAMETERS)? {
        match &*name {
            "sslmode" | "ssl-mode" if !SSL_MODES.contains(&&*value.to_ascii_lowercase()) => {
                let modes = SSL_MODES.join(", ");
                return wrong(format!("has an unknown sslmode: use one of {modes}"));
            }
            "port" => check_port(&value)?,
            "hostaddr" if value.parse::<IpAddr>().is_err() => {
                return wrong("has a hostaddr that is not an address");
            }
            "statement-cache-capacity" if value.parse::<usize>().is_err() => {
                return wrong("has a statement-cache-capacity that is not a number");
            }
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" | "sslcert" | "ssl-cert" | "sslkey"
            | "ssl-key" => check_file(&name, &value)?,
            _ => {}
        }
    }
    Ok(())
}

/// Checks that the file that a parameter names is readable; the parameter may also hold the content itself.
fn check_file(name: &str, value: &str) -> Result<(), DatabaseUrlError> {
    if value.trim_start().starts_with("-----BEGIN") {
        return Ok(());
    }
    match std::fs::read(value) {
        Ok(_) => Ok(()),
        Err(error) => wrong(format!("names an unreadable file in {name}: {error}")),
    }
}

/// Parses parameters: each must be known and appear only once.
fn check_parameters(
    text: &str,
    is_known: impl Fn(&str) -> bool,
    names: &[&str],
) -> Result<Vec<(String, String)>, DatabaseUrlError> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for part in text.split('&').filter(|part| !part.is_empty()) {
        decoded("parameters", part)?;
        for (name, value) in form_urlencoded::parse(part.as_bytes()) {
            if let Some(foreign) = FOREIGN.iter().find(|foreign| **foreign == name) {
                return wrong(format!(
                    "has the parameter {foreign}, which this program does not support"
                ));
            }
            if !is_known(&name) {
                let names = names.join(", ");
                return wrong(format!("has an unknown parameter: use only {names}"));
            }
            if !seen.insert(name.to_string()) {
                return wrong("has the same parameter twice");
            }
            found.push((name.into_owned(), value.into_owned()));
        }
    }
    Ok(found)
}

/// Decodes the escapes of a part: each is a % with two hexadecimal digits, and the result must be text.
fn decoded(part: &str, text: &str) -> Result<String, DatabaseUrlError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|it| it.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
            return wrong(format!(
                "has a % in its {part} without two hexadecimal digits after it: write a % as %25"
            ));
        };
        bytes.push(byte);
        rest = &after[2..];
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => wrong(format!("has escapes in its {part} that are not text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DatabaseUrl, String> {
        text.parse::<DatabaseUrl>().map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_right_is_taken_and_not_shown() {
        for text in [
            "postgres://cops:hunter2@127.0.0.1:5432/cops",
            "postgresql://cops:hunter2@[::1]:5432/cops?sslmode=require",
            "POSTGRES://cops:hunter2@db/cops",
            "postgres://cops:hunter2%40%2F@db/cops?options[search_path]=hunter2",
            "postgres:///cops?host=/var/run/postgresql&user=cops&password=hunter2",
            "postgres://",
            "sqlite://hunter2.db",
            "sqlite:hunter2.db?mode=ro&immutable=true",
            "sqlite:///home/me@example.org/hunter2 and more.db",
            "sqlite::memory:",
        ] {
            let url = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert!(!format!("{url:?} {url:#?}").contains("hunter2"), "{url:?}");
            assert_eq!(url.is_sqlite(), text.starts_with("sqlite"), "{text}");
        }
        let url = read("postgres://co%70s:hunter2@db:1234/a%20b").expect("it is right");
        let options = url.postgres().expect("it is PostgreSQL");
        assert_eq!((options.get_username(), options.get_database()), ("cops", Some("a b")));
        assert_eq!((options.get_host(), options.get_port()), ("db", 1234));
    }

    #[test]
    fn what_is_wrong_is_said_without_a_value() {
        for (text, words) in [
            ("", "is empty"),
            ("hunter2", "has no scheme"),
            ("host=db password=hunter2", "has no scheme"),
            ("postgress://cops:hunter2@db/cops", "unknown scheme"),
            ("mysql://cops:hunter2@db/cops", "unknown scheme"),
            ("postgres:cops:hunter2@db/cops", "unknown scheme"),
            ("postgres://cops:hunter2db/cops", "the @ before the host"),
            ("postgres://cops:hunter2@db:hunter2/cops", "a port that is not a number"),
            ("postgres://cops:hunter2@db:0/cops", "a port that is not a number"),
            ("postgres://cops:hun@ter2@db/cops", "an extra @"),
            ("postgres://cops@hunter2@db/cops", "an extra @"),
            ("postgres://cops:12/hunter2@db/cops", "an extra / or @"),
            ("postgres://cops:12#hunter2@db/cops", "contains a #"),
            ("postgres://cops:12?hunter2@db/cops", "an unknown parameter"),
            ("postgres://cops:12?hunter2?@db/cops", "a second ?"),
            ("postgres://cops:hunter2%@db/cops", "a % in its password"),
            ("postgres://cops:hunter2%zz@db/cops", "a % in its password"),
            ("postgres://cops:hunter2%ff@db/cops", "not text"),
            ("postgres://cops:hunter2%00@db/cops", "not text"),
            ("postgres://cops:hunter2@[db]/cops", "no IPv6 address"),
            ("postgres://cops:hunter2@[::1/cops", "a [ without a ]"),
            ("postgres://cops:hunter2@d[b/cops", "an invalid character in its host"),
            ("postgres://cops:hunter2@d b/cops", "contains a space"),
            ("postgres://cops:hunter2\n@db/cops", "a line break"),
            ("postgres://cops:hunter2@db/cops?pasword=hunter2", "an unknown parameter"),
            (
                "postgres://cops@db/cops?password=hunter2&password=hunter2",
                "the same parameter twice",
            ),
            ("postgres://cops:hunter2@db/cops?password=hunter2", "two passwords"),
            ("postgres://cops:hunter2@db/cops?sslmode=hunter2", "use one of disable"),
            ("postgres://cops:hunter2@db/cops?sslrootcert=/no/hunter2", "in sslrootcert"),
            ("postgres://cops:hunter2@db/cops?channel_binding=hunter2", "channel_binding"),
            ("postgres://cops:hunter2@db/cops?connect_timeout=hunter2", "connect_timeout"),
            ("sqlite://", "names no file"),
            ("sqlite://cops:hunter2@db/cops", "a user and a password"),
            ("sqlite:cops:hunter2@db/cops", "a user and a password"),
            ("sqlite://cops.db?password=hunter2", "an unknown parameter"),
            ("sqlite://cops.db?hunter2", "an unknown parameter"),
            ("sqlite://cops.db?mode=hunter2", "mode is ro"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{text}: {error}");
        }
    }
}
