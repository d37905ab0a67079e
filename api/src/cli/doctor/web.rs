//! What is about HTTP: the address, the log, and who may ask what.

use std::{io::ErrorKind, time::Duration};

use axum::http::{HeaderValue, Uri};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::finding::Findings;
use crate::{cli::serve, server::Settings};

/// How long to wait for whoever listens already.
const PATIENCE: Duration = Duration::from_secs(2);
/// The seconds above which what browsers keep outlives most loads.
const LONG: u32 = 24 * 60 * 60;
/// The requests of a batch above which one client can keep the server busy.
const LARGE_BATCH: usize = 20;

/// Looks at the options that are read when the server starts.
pub(super) async fn look(findings: &mut Findings, args: &serve::ServeArgs) {
    look_at_port(findings, &args.listen).await;
    match args.log.filter() {
        Ok(_) => findings.ok("log", format!("{} can be read", args.log.source())),
        Err(message) => {
            findings.problem("log", message, "write --log as `info` or `info,cops_graphql=debug`");
        }
    }
    let is_local = ["127.", "localhost", "[::1]"].iter().any(|host| args.listen.starts_with(host));
    if !is_local && !args.traffic.limits_clients() {
        let mend = "choose a --rate-limit, or let a proxy before it set one";
        findings.warning("clients", "one client may ask for all that can be answered", mend);
    }
    if let Some(endpoint) = &args.seeing.otlp_endpoint {
        look_at_collector(findings, endpoint).await;
    }
}

/// Looks whether somebody takes traces, where they are sent.
async fn look_at_collector(findings: &mut Findings, endpoint: &str) {
    const CHECK: &str = "traces";
    let uri = endpoint.parse::<Uri>().unwrap_or_default();
    let (host, port) = (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(80));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::time::timeout(PATIENCE, TcpStream::connect((host, port))).await;
    if matches!(found, Ok(Ok(_))) {
        findings.ok(CHECK, format!("somebody listens at {endpoint}"));
    } else {
        let mend = "start the collector there, and let it take OTLP over HTTP (port 4318)";
        findings.warning(CHECK, format!("nobody listens at {endpoint}"), mend);
    }
}

async fn look_at_port(findings: &mut Findings, address: &str) {
    let Err(error) = TcpListener::bind(address).await else {
        return findings.ok("port", format!("{address} is free"));
    };
    let message = format!("cannot listen on {address}: {error}");
    match error.kind() {
        ErrorKind::AddrInUse if is_this_program(address).await => {
            let mend = "that is well if it is the server in question; else choose another --listen";
            findings.warning("port", format!("cops-graphql listens on {address} already"), mend);
        }
        ErrorKind::AddrInUse => {
            let mend = "choose another with --listen, or stop what listens there";
            findings.problem("port", message, mend);
        }
        ErrorKind::PermissionDenied => {
            let mend = "choose a port above 1023 with --listen";
            findings.problem("port", message, mend);
        }
        _ => {
            let mend = "name an address of this machine and a port, such as --listen 0.0.0.0:8080";
            findings.problem("port", message, mend);
        }
    }
}

/// Whether what listens at an address answers as this program does.
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

/// Looks at what was chosen about HTTP, trusted documents among it.
pub(super) fn look_at_settings(findings: &mut Findings, settings: &Result<Settings, String>) {
    let settings = match settings {
        Ok(settings) => settings,
        Err(message) => {
            let mend = "mend the documents, or name others with --trusted-documents";
            return findings.problem("documents", message, mend);
        }
    };
    match (&settings.trusted, settings.trusted_only) {
        (Some(trusted), only) => {
            let others = if only { "all others are refused" } else { "others are taken, too" };
            let message = format!("{} are trusted and fit the schema; {others}", trusted.len());
            findings.ok("documents", message);
        }
        (None, _) => findings.ok("documents", "any document is taken, within the limits"),
    }
    look_at_origins(findings, &settings.origins);
    if settings.max_age > LONG {
        let message = format!(
            "browsers and proxies may show an answer for {} hours after a load has replaced it",
            settings.max_age / 3_600
        );
        findings.warning("answers", message, "choose a smaller --max-age");
    } else if settings.cache_bytes == 0 {
        let message = "no answer is kept: each request is worked out, and none is shared";
        findings.warning("answers", message, "give --cache-size some memory, such as 64MiB");
    } else {
        let (size, age) = (settings.cache_bytes >> 20, settings.max_age);
        findings.ok("answers", format!("kept within {size} MiB, and for {age} s by browsers"));
    }
    if settings.most_in_batch > LARGE_BATCH {
        let most = settings.most_in_batch;
        let message = format!("one body may hold {most} requests, which counts as one for a proxy");
        let mend = format!("choose a --batch of at most {LARGE_BATCH}, or 0");
        findings.warning("batch", message, mend);
    }
}

fn look_at_origins(findings: &mut Findings, origins: &[HeaderValue]) {
    if origins.is_empty() {
        return findings.ok("origins", "pages of any site may read, without credentials");
    }
    let text = |origin: &HeaderValue| origin.to_str().unwrap_or_default().to_owned();
    let plain: Vec<String> = origins.iter().map(text).filter(|it| is_open_to_change(it)).collect();
    if plain.is_empty() {
        let names: Vec<String> = origins.iter().map(text).collect();
        return findings.ok("origins", format!("pages of {} may read", names.join(", ")));
    }
    let message = format!("anybody on the way can change pages of {}", plain.join(", "));
    findings.warning("origins", message, "name origins of https:// with --cors-origin");
}

/// Whether pages of an origin come without encryption, and from another machine.
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
