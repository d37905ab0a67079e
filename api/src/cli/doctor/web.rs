//! Checks the options of HTTP: the address, the log, and who may send which requests.

use std::{io::ErrorKind, time::Duration};

use axum::http::{HeaderValue, Uri};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::finding::Findings;
use crate::{cli::serve, server::Settings};

/// How long to wait for a program that already listens.
const PATIENCE: Duration = Duration::from_secs(2);
/// From this age in seconds on, a --max-age gets a warning.
const LONG: u32 = 24 * 60 * 60;
/// A larger --batch gets a warning, because one client can keep the server busy.
const LARGE_BATCH: usize = 20;

/// Checks the options that the server reads when it starts.
pub(super) async fn look(findings: &mut Findings, args: &serve::ServeArgs) {
    look_at_port(findings, &args.listen).await;
    match args.log.filter() {
        Ok(_) => findings.ok("log", format!("{} is a valid filter", args.log.source())),
        Err(message) => {
            findings.problem("log", message, "write --log as `info` or `info,cops_graphql=debug`");
        }
    }
    let is_local = ["127.", "localhost", "[::1]"].iter().any(|host| args.listen.starts_with(host));
    if !is_local && !args.traffic.limits_clients() {
        let fix = "set --rate-limit, or limit clients in a proxy";
        findings.warning("clients", "one client may use the whole capacity of the server", fix);
    }
    if let Some(endpoint) = &args.seeing.otlp_endpoint {
        look_at_collector(findings, endpoint).await;
    }
}

/// Checks that a collector listens at the address for traces.
async fn look_at_collector(findings: &mut Findings, endpoint: &str) {
    const CHECK: &str = "traces";
    let uri = endpoint.parse::<Uri>().unwrap_or_default();
    let (host, port) = (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(80));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::time::timeout(PATIENCE, TcpStream::connect((host, port))).await;
    if matches!(found, Ok(Ok(_))) {
        findings.ok(CHECK, format!("a program listens at {endpoint}"));
    } else {
        let fix = "start a collector there that accepts OTLP over HTTP (port 4318)";
        findings.warning(CHECK, format!("no program listens at {endpoint}"), fix);
    }
}

async fn look_at_port(findings: &mut Findings, address: &str) {
    let Err(error) = TcpListener::bind(address).await else {
        return findings.ok("port", format!("{address} is free"));
    };
    let message = format!("cannot listen on {address}: {error}");
    match error.kind() {
        ErrorKind::AddrInUse if is_this_program(address).await => {
            let fix = "if that is another server, choose another address with --listen";
            findings.warning("port", format!("cops-graphql already listens on {address}"), fix);
        }
        ErrorKind::AddrInUse => {
            let fix =
                "choose another address with --listen, or stop the program that listens there";
            findings.problem("port", message, fix);
        }
        ErrorKind::PermissionDenied => {
            let fix = "choose a port above 1023 with --listen";
            findings.problem("port", message, fix);
        }
        _ => {
            let fix = "name an address of this machine and a port, such as --listen 0.0.0.0:8080";
            findings.problem("port", message, fix);
        }
    }
}

/// Whether this program is what listens at an address.
async fn is_this_program(address: &str) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"GET /health/live HTTP/1.0\r\n\r\n").await?;
        let mut answer = Vec::new();
        stream.take(4_096).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer.ends_with(b"\r\n\r\nlive\n"))
    };
    matches!(tokio::time::timeout(PATIENCE, ask).await, Ok(Ok(true)))
}

/// Checks the options of HTTP, including the trusted documents.
pub(super) fn look_at_settings(findings: &mut Findings, settings: &Result<Settings, String>) {
    let settings = match settings {
        Ok(settings) => settings,
        Err(message) => {
            let fix = "fix the documents, or name others with --trusted-documents";
            return findings.problem("documents", message, fix);
        }
    };
    match (&settings.trusted, settings.trusted_only) {
        (Some(trusted), only) => {
            let others = if only { "all others are refused" } else { "others are accepted, too" };
            let message = format!("{} trusted documents are valid; {others}", trusted.len());
            findings.ok("documents", message);
        }
        (None, _) => findings.ok("documents", "every document is accepted, within the limits"),
    }
    look_at_origins(findings, &settings.origins);
    if settings.max_age > LONG {
        let message = format!(
            "browsers and proxies may show an answer for up to {} hours after a load changed it",
            settings.max_age / 3_600
        );
        findings.warning("answers", message, "lower --max-age");
    } else if settings.cache_bytes == 0 {
        let message = "answers are not cached: the server computes every request";
        findings.warning("answers", message, "set --cache-size, for example to 64MiB");
    } else {
        let (size, age) = (settings.cache_bytes >> 20, settings.max_age);
        findings.ok("answers", format!("cached in {size} MiB, and for {age} s in browsers"));
    }
    if settings.most_in_batch > LARGE_BATCH {
        let most = settings.most_in_batch;
        let message = format!("one body may have {most} requests, which a proxy counts as one");
        let fix = format!("set --batch to at most {LARGE_BATCH}, or to 0");
        findings.warning("batch", message, fix);
    }
}

fn look_at_origins(findings: &mut Findings, origins: &[HeaderValue]) {
    if origins.is_empty() {
        return findings.ok("origins", "pages of every site may read answers, without credentials");
    }
    let text = |origin: &HeaderValue| origin.to_str().unwrap_or_default().to_owned();
    let plain: Vec<String> = origins.iter().map(text).filter(|it| is_open_to_change(it)).collect();
    if plain.is_empty() {
        let names: Vec<String> = origins.iter().map(text).collect();
        return findings.ok("origins", format!("pages of {} may read answers", names.join(", ")));
    }
    let message = format!(
        "pages of {} are not encrypted, so others on the network can change them",
        plain.join(", ")
    );
    findings.warning("origins", message, "name origins with https:// in --cors-origin");
}

/// Whether an origin is on another machine and without encryption.
fn is_open_to_change(origin: &str) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    uri.scheme_str() == Some("http") && !["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_somebody_can_change_are_warned_of() {
        for (origin, expected) in [
            ("https://example.gov", false),
            ("http://localhost:5173", false),
            ("http://[::1]:3000", false),
            ("http://example.gov", true),
        ] {
            assert_eq!(is_open_to_change(origin), expected, "{origin}");
        }
    }
}
