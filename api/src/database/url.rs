//! The URL of a database, and what may be said of it.
//!
//! A URL holds a password, and whoever mistypes one should not find it in a log. So the text of a URL goes no further than
//! [`DatabaseUrl::from_str`]. What comes out holds the options of the driver and shows nothing of them, and what is
//! wrong is said in words that name the part and never its value: in a URL with a typo, nobody can tell which part the
//! password has slipped into.
//!
//! ```text
//! sqlite://PATH[?mode=ro&immutable=true]
//! postgres://[USER[:PASSWORD]@][HOST[:PORT]][/NAME][?sslmode=verify-full&...]
//! ```
//!
//! The drivers are laxer: `sqlx` ignores a parameter that it does not know (and logs its value), takes an `@` too many
//! for a part of the user, and `%zz` for itself; SeaORM puts the URL into its errors and spans. So everything is
//! checked here first, and the drivers are given options, not a URL ([`DatabaseUrl::scheme`] is all that they see).

use std::{collections::BTreeSet, fmt, net::IpAddr, path::Path, str::FromStr};

use sea_orm::{
    DbErr,
    sqlx::{ConnectOptions as _, postgres::PgConnectOptions, sqlite::SqliteConnectOptions},
};

const FORM: &str = "write it as sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME";
/// How the program calls itself to PostgreSQL.
const APPLICATION: &str = "cops-graphql";
/// The parameters that a URL of PostgreSQL may have, beside `options[...]`.
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
/// Others that libpq knows and the driver does not: a URL that was written for another program may have them.
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

/// A database: how to connect to it, without showing it.
#[derive(Clone)]
pub struct DatabaseUrl(DatabaseOptions);

#[derive(Clone)]
enum DatabaseOptions {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

/// What is wrong with the URL of a database. It says nothing that stands in the URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the URL of the database {0}")]
pub struct DatabaseUrlError(String);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DatabaseUrl").field(&self.scheme()).finish()
    }
}

impl DatabaseUrl {
    /// A URL of the same scheme that says nothing else.
    pub(super) fn scheme(&self) -> &'static str {
        match self.0 {
            DatabaseOptions::Sqlite(_) => "sqlite://hidden",
            DatabaseOptions::Postgres(_) => "postgres://hidden",
        }
    }

    /// Whether the database is a file of SQLite.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        matches!(self.0, DatabaseOptions::Sqlite(_))
    }

    /// The file of SQLite.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            DatabaseOptions::Sqlite(options) => Some(options.get_filename()),
            DatabaseOptions::Postgres(_) => None,
        }
    }

    /// How to connect to a file of SQLite.
    pub(super) fn sqlite(&self) -> Option<&SqliteConnectOptions> {
        match &self.0 {
            DatabaseOptions::Sqlite(options) => Some(options),
            DatabaseOptions::Postgres(_) => None,
        }
    }

    /// How to connect to a server of PostgreSQL.
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
            return wrong("has a line break, a tab or another control character in it");
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
            _ => return wrong(format!("begins with another scheme: {FORM}")),
        };
        Ok(Self(options))
    }
}

fn wrong<T>(what: impl Into<String>) -> Result<T, DatabaseUrlError> {
    Err(DatabaseUrlError(what.into()))
}

/// Reads what follows `sqlite:` or `sqlite://`.
fn sqlite(rest: &str) -> Result<SqliteConnectOptions, DatabaseUrlError> {
    let (file, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    if file.is_empty() {
        return wrong("names no file: write it as sqlite://PATH");
    }
    // A file may have such a name, and a password must not be shown as one.
    if file.split_once(':').is_some_and(|(_, after)| after.contains('@') || after.starts_with("//"))
    {
        return wrong(
            "names a user and a password, which a file of SQLite does not have: write it as sqlite://PATH, or as \
             postgres://USER:PASSWORD@HOST:PORT/NAME if it is PostgreSQL",
        );
    }
    decoded("path", file)?;
    let names = ["mode", "cache", "immutable", "vfs"];
    check_parameters(parameters, |name| names.contains(&name), &names)?;
    let options = SqliteConnectOptions::from_str(&format!("sqlite://{rest}"));
    let options = options.map_err(|_| {
        let values = "mode is ro, rw, rwc or memory, cache is private or shared, and immutable is true or false";
        DatabaseUrlError(format!("has a parameter with a value that it cannot have: {values}"))
    })?;
    Ok(options.disable_statement_logging())
}

/// Reads what follows `postgres://`.
fn postgres(rest: &str) -> Result<PgConnectOptions, DatabaseUrlError> {
    if rest.chars().any(char::is_whitespace) {
        return wrong("has a space in it: in a user, a password or a name it is written as %20");
    }
    if rest.contains('#') {
        return wrong("has a # in it: in a user, a password or a name it is written as %23");
    }
    let (before, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    if parameters.contains('?') {
        return wrong(
            "has a second ? in it: parameters are separated by &, and in a user, a password or a name ? is written \
             as %3F",
        );
    }
    let (authority, name) = before.split_once('/').unwrap_or((before, ""));
    if name.contains(['/', '@']) {
        return wrong(
            "has a / or an @ too many: in a user, a password or a name they are written as %2F and %40",
        );
    }
    decoded("name of the database", name)?;
    let (credentials, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if credentials.contains('@') {
        return wrong("has an @ too many: in a user or a password it is written as %40");
    }
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    // The name of a user is shown, and no password shall be.
    let shown = [("user", decoded("user", user)?), ("name", decoded("name", name)?)];
    let parameters_shown =
        form_urlencoded::parse(parameters.as_bytes()).filter_map(|(key, value)| {
            ["user", "dbname"].iter().find(|it| **it == key).map(|it| (*it, value.into_owned()))
        });
    for (part, text) in shown.into_iter().chain(parameters_shown) {
        if text.contains([':', '%', '@']) {
            return wrong(format!(
                "has a colon, a % or an @ in its {part}, as if a password were in it: between a user and its password, a \
                 colon is written as it is"
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
    let options = options.map_err(|_| DatabaseUrlError(format!("cannot be read: {FORM}")))?;
    Ok(options.disable_statement_logging().application_name(APPLICATION))
}

/// Checks a host and its port.
fn check_host(text: &str) -> Result<(), DatabaseUrlError> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let Some((address, rest)) = rest.split_once(']') else {
            return wrong("has a [ without its ]: an address of IPv6 is written as [::1]");
        };
        if !address.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()) {
            return wrong("has no address of IPv6 in its brackets");
        }
        match rest.strip_prefix(':') {
            None if !rest.is_empty() => return wrong("has something between its ] and its port"),
            port => ("", port),
        }
    } else {
        text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)))
    };
    if !host.chars().all(|it| it.is_alphanumeric() || matches!(it, '.' | '-' | '_' | '%')) {
        return wrong(
            "has a character in its host that no host has: is the @ before the host missing, or is one of / ? # [ ] @ \
             in the password not written as %2F %3F %23 %5B %5D %40?",
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
        "has a port that is no number from 1 to 65535: is the @ before the host missing, or is one of / ? # [ ] @ in \
         the password not written as %2F %3F %23 %5B %5D %40?",
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
                return wrong(format!("has an sslmode that there is not: it is one of {modes}"));
            }
            "port" => check_port(&value)?,
            "hostaddr" if value.parse::<IpAddr>().is_err() => {
                return wrong("has a hostaddr that is no address");
            }
            "statement-cache-capacity" if value.parse::<usize>().is_err() => {
                return wrong("has a statement-cache-capacity that is no number");
            }
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" | "sslcert" | "ssl-cert" | "sslkey"
            | "ssl-key" => check_file(&name, &value)?,
            _ => {}
        }
    }
    Ok(())
}

/// Checks that a file can be read which a parameter names, rather than holds.
fn check_file(name: &str, value: &str) -> Result<(), DatabaseUrlError> {
    if value.trim_start().starts_with("-----BEGIN") {
        return Ok(());
    }
    match std::fs::read(value) {
        Ok(_) => Ok(()),
        Err(error) => wrong(format!("names a file by {name} that cannot be read: {error}")),
    }
}

/// Reads parameters: each is known, and is there once.
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
                    "has the parameter {foreign}, which this program does not know"
                ));
            }
            if !is_known(&name) {
                let names = names.join(", ");
                return wrong(format!("has a parameter that there is not: there are {names}"));
            }
            if !seen.insert(name.to_string()) {
                return wrong("has a parameter twice");
            }
            found.push((name.into_owned(), value.into_owned()));
        }
    }
    Ok(found)
}

/// Reads the escapes of a part: each is a % and two hexadecimal digits, and they mean text.
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
                "has a % in its {part} without two hexadecimal digits behind it: a % is written as %25"
            ));
        };
        bytes.push(byte);
        rest = &after[2..];
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => wrong(format!("has escapes in its {part} that are no text")),
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
            ("postgress://cops:hunter2@db/cops", "another scheme"),
            ("mysql://cops:hunter2@db/cops", "another scheme"),
            ("postgres:cops:hunter2@db/cops", "another scheme"),
            ("postgres://cops:hunter2db/cops", "the @ before the host"),
            ("postgres://cops:hunter2@db:hunter2/cops", "a port that is no number"),
            ("postgres://cops:hunter2@db:0/cops", "a port that is no number"),
            ("postgres://cops:hun@ter2@db/cops", "an @ too many"),
            ("postgres://cops@hunter2@db/cops", "an @ too many"),
            ("postgres://cops:12/hunter2@db/cops", "a / or an @ too many"),
            ("postgres://cops:12#hunter2@db/cops", "has a #"),
            ("postgres://cops:12?hunter2@db/cops", "a parameter that there is not"),
            ("postgres://cops:12?hunter2?@db/cops", "a second ?"),
            ("postgres://cops:hunter2%@db/cops", "a % in its password"),
            ("postgres://cops:hunter2%zz@db/cops", "a % in its password"),
            ("postgres://cops:hunter2%ff@db/cops", "no text"),
            ("postgres://cops:hunter2%00@db/cops", "no text"),
            ("postgres://cops:hunter2@[db]/cops", "no address of IPv6"),
            ("postgres://cops:hunter2@[::1/cops", "a [ without its ]"),
            ("postgres://cops:hunter2@d[b/cops", "no host has"),
            ("postgres://cops:hunter2@d b/cops", "has a space"),
            ("postgres://cops:hunter2\n@db/cops", "a line break"),
            ("postgres://cops:hunter2@db/cops?pasword=hunter2", "a parameter that there is not"),
            ("postgres://cops@db/cops?password=hunter2&password=hunter2", "a parameter twice"),
            ("postgres://cops:hunter2@db/cops?password=hunter2", "two passwords"),
            ("postgres://cops:hunter2@db/cops?sslmode=hunter2", "it is one of disable"),
            ("postgres://cops:hunter2@db/cops?sslrootcert=/no/hunter2", "by sslrootcert"),
            ("postgres://cops:hunter2@db/cops?channel_binding=hunter2", "channel_binding"),
            ("postgres://cops:hunter2@db/cops?connect_timeout=hunter2", "connect_timeout"),
            ("sqlite://", "names no file"),
            ("sqlite://cops:hunter2@db/cops", "a user and a password"),
            ("sqlite:cops:hunter2@db/cops", "a user and a password"),
            ("sqlite://cops.db?password=hunter2", "a parameter that there is not"),
            ("sqlite://cops.db?hunter2", "a parameter that there is not"),
            ("sqlite://cops.db?mode=hunter2", "mode is ro"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{text}: {error}");
        }
    }
}
