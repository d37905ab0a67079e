//! The options of `serve` for HTTP.

use std::{path::PathBuf, sync::Arc};

use axum::http::{HeaderValue, Uri};

use crate::{
    limits::Limits,
    server::{Operator, Settings, TrustedDocuments},
};

/// The largest batch that an operator may allow.
const MOST_IN_BATCH: u16 = 100;

/// Caches, citations, and who may send which requests.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "HTTP")]
#[group(id = "http")]
pub(crate) struct HttpArgs {
    /// The memory for cached answers, such as `64MiB`; 0 caches none.
    #[arg(
        long,
        env = "CACHE_SIZE",
        value_name = "BYTES",
        default_value = "64MiB",
        value_parser = bytes
    )]
    cache_size: u64,
    /// The memory for cached rows that queries look up by id, such as `32MiB`; 0 caches none.
    #[arg(
        long,
        env = "ROW_CACHE_SIZE",
        value_name = "BYTES",
        default_value = "32MiB",
        value_parser = bytes
    )]
    row_cache_size: u64,
    /// The memory for in-memory copies of earlier revisions, such as `64MiB`; 0 makes none.
    #[arg(
        long,
        env = "REVISION_CACHE_SIZE",
        value_name = "BYTES",
        default_value = "64MiB",
        value_parser = bytes
    )]
    revision_cache_size: u64,
    /// The public address of this server, such as `https://data.example.gov`. Citations link to it [default: the
    /// address that the client used].
    #[arg(long, env = "PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    public_url: Option<String>,
    /// The author of the dataset in citations.
    #[arg(long, env = "CITATION_AUTHOR", value_name = "NAME", value_parser = cited_name)]
    citation_author: Option<String>,
    /// The publisher of the dataset in citations.
    #[arg(long, env = "CITATION_PUBLISHER", value_name = "NAME", value_parser = cited_name)]
    citation_publisher: Option<String>,
    /// How long browsers and proxies may reuse an answer without a new request.
    #[arg(long, env = "MAX_AGE", value_name = "SECONDS", default_value_t = 5)]
    max_age: u32,
    /// An origin whose pages may read answers, such as `https://example.gov`; may be repeated.
    #[arg(
        long,
        env = "CORS_ORIGIN",
        value_name = "ORIGIN",
        default_value = "*",
        value_delimiter = ',',
        value_parser = origin
    )]
    cors_origin: Vec<HeaderValue>,
    /// How many requests one body may have, as a JSON list; 0 refuses lists.
    #[arg(
        long,
        env = "BATCH",
        value_name = "REQUESTS",
        default_value_t = 0,
        value_parser = clap::value_parser!(u16).range(0..=i64::from(MOST_IN_BATCH))
    )]
    batch: u16,
    /// How many rows an exported file may have; 0 disables files.
    #[arg(long, env = "MAX_EXPORT_ROWS", value_name = "ROWS", default_value_t = 1_000_000)]
    max_export_rows: u32,
    /// The trusted documents, which clients may name instead of sending: a folder of `.graphql` files, or the manifest
    /// of Apollo, Relay or GraphQL Code Generator.
    #[arg(long, env = "TRUSTED_DOCUMENTS", value_name = "PATH")]
    pub(super) trusted_documents: Option<PathBuf>,
    /// Refuse all documents except the trusted ones and those of the explorer. The server then has `/graphql`, `/cite`,
    /// `/explore`, `/`, `/health` and `/metrics`, but no schema, dictionary, playground, docs or exported tables.
    #[arg(
        long,
        env = "TRUSTED_ONLY",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    trusted_only: bool,
}

impl HttpArgs {
    /// The operator of the server, as citations name them.
    pub(crate) fn operator(&self) -> Operator {
        Operator {
            public_url: self.public_url.clone(),
            author: self.citation_author.clone(),
            publisher: self.citation_publisher.clone(),
        }
    }

    /// The settings, with the trusted documents read and checked.
    ///
    /// # Errors
    /// Says which document is wrong, and where.
    pub(crate) fn settings(&self, limits: Limits) -> Result<Settings, String> {
        let trusted = match &self.trusted_documents {
            Some(path) => Some(Arc::new(TrustedDocuments::read(path, &limits)?)),
            None if self.trusted_only => {
                let reason = "--trusted-only needs documents: name them with --trusted-documents";
                return Err(reason.to_owned());
            }
            None => None,
        };
        if let Some(trusted) = &trusted {
            let (documents, only) = (trusted.len(), self.trusted_only);
            tracing::info!(documents, only, "loaded the trusted documents");
        }
        let any = self.cors_origin.iter().any(|origin| origin == "*");
        Ok(Settings {
            limits,
            cache_bytes: self.cache_size,
            row_cache_bytes: self.row_cache_size,
            revision_cache_bytes: self.revision_cache_size,
            max_age: self.max_age,
            origins: if any { Vec::new() } else { self.cors_origin.clone() },
            most_export_rows: self.max_export_rows,
            most_in_batch: usize::from(self.batch),
            trusted,
            trusted_only: self.trusted_only,
            ..Settings::default()
        })
    }
}

/// Parses a number of bytes: `0`, `1000000`, `512KiB`, `64MiB`, `2GiB`.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return Err("write a number followed by KiB, MiB or GiB".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "start with a number".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "the size exceeds 64 bits".to_owned())
}

/// Parses the public address of a server: a scheme, a host, and optionally a port and a path.
fn public_url(text: &str) -> Result<String, String> {
    let wrong = || "write it as https://data.example.gov or https://example.gov/data".to_owned();
    let base = text.trim_end_matches('/');
    let uri: Uri = base.parse().map_err(|_| wrong())?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
    let is_plain = base.bytes().all(|it| it.is_ascii_alphanumeric() || b".-_~:/[]%".contains(&it));
    if is_web && is_plain && base.len() <= 200 { Ok(base.to_owned()) } else { Err(wrong()) }
}

/// Parses a name for citations.
fn cited_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    let is_odd = |c: char| c.is_control() || matches!(c, '{' | '}' | '\\');
    if name.is_empty() || name.chars().count() > 200 || name.contains(is_odd) {
        return Err("write a name of 1 to 200 characters, without braces and backslashes (BibTeX uses them)".to_owned());
    }
    Ok(name.to_owned())
}

/// Parses an origin as browsers send it: a scheme, a host, and optionally a port, without a path.
fn origin(text: &str) -> Result<HeaderValue, String> {
    let wrong = || "write it as https://example.gov, without a path, or as *".to_owned();
    if text != "*" {
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let has_more = text.ends_with('/') || text.contains(['@', '#']);
        let is_origin = uri.scheme().is_some() && uri.host().is_some() && !has_more;
        if !is_origin || uri.path() != "/" || uri.query().is_some() {
            return Err(wrong());
        }
    }
    HeaderValue::from_str(&text.to_ascii_lowercase()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, expected) in [
            ("0", 0),
            ("1000", 1_000),
            ("64MiB", 64 << 20),
            ("2 gib", 2 << 30),
            ("512k", 512 << 10),
        ] {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for text in ["", "MiB", "-1", "1.5GiB", "1 apple", "99999999999GiB"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_citations_name_is_a_link_and_names() {
        for (text, expected) in [
            ("https://data.example.gov/", "https://data.example.gov"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://example.gov/data", "https://example.gov/data"),
        ] {
            assert_eq!(public_url(text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["data.example.gov", "https://", "ftp://a", "https://a?b", "https://me@a", ""] {
            assert!(public_url(text).is_err(), "{text}");
        }
        assert_eq!(cited_name(" Example University ").as_deref(), Ok("Example University"));
        for text in ["", " ", "a{b", "a\nb", "a\\b"] {
            assert!(cited_name(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        for text in ["*", "https://example.gov", "http://localhost:5173", "HTTPS://Example.gov"] {
            assert!(origin(text).is_ok(), "{text}");
        }
        for text in [
            "example.gov",
            "https://example.gov/",
            "https://example.gov/a",
            "https://example.gov#a",
            "https://me:you@example.gov",
            "",
            "https://",
        ] {
            assert!(origin(text).is_err(), "{text}");
        }
    }
}
