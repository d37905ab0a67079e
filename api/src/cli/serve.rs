//! `cops-graphql serve`, which is also what `cops-graphql` does without a command.

use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    sync::Arc,
};

use tokio::net::TcpListener;

use super::{
    fail,
    log::FilterFile,
    open_files,
    signals::{Reloaded, Signals},
};
use crate::{
    catalog::dataset::Dataset,
    database::{self, DatabaseUrl, Readers},
    demo,
    limits::Limits,
    reference,
    server::{self, AggregatesBy, Server, Settings},
};

/// The end of its help.
pub(super) const HELP: &str = "\
Prints the addresses of its pages once it serves. Every option can also be set by the environment variable that is \
shown with it.

Examples:
  cops-graphql serve
  cops-graphql serve --database postgres://localhost/cops --listen 0.0.0.0:8080 --rate-limit 20000";

/// The address, the log, and the limits of requests.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// The address to listen on.
    #[arg(long, env = "LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(super) listen: String,
    #[command(flatten)]
    pub(super) log: super::log::LogArgs,
    /// What computes aggregates: an in-memory copy of the dataset, or the database.
    #[arg(long, env = "AGGREGATES", value_name = "EXECUTOR", default_value = "memory")]
    pub(super) aggregates: AggregatesBy,
    /// If there is no database yet, create an empty one instead of one with synthetic data.
    #[arg(long, env = "EMPTY", value_parser = clap::builder::BoolishValueParser::new())]
    empty: bool,
    #[command(flatten)]
    pub(super) http: super::http::HttpArgs,
    #[command(flatten)]
    pub(super) traffic: super::traffic::TrafficArgs,
    #[command(flatten)]
    pub(super) limits: Limits,
    #[command(flatten)]
    pub(super) seeing: super::seeing::SeeingArgs,
}

pub(crate) async fn run(args: &ServeArgs, url: &DatabaseUrl) -> ExitCode {
    let exporter = match args.seeing.exporter() {
        Ok(exporter) => exporter,
        Err(message) => return fail(&message),
    };
    let filter = match args.log.start(exporter.as_ref()) {
        Ok(filter) => filter,
        Err(message) => return fail(&message),
    };
    let served = serve(args, url, filter).await;
    if let Some(exporter) = exporter {
        exporter.stop().await;
    }
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => fail(&message),
    }
}

async fn serve(
    args: &ServeArgs,
    url: &DatabaseUrl,
    filter: Option<FilterFile>,
) -> Result<(), String> {
    let mut signals =
        Signals::listen().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let listener = TcpListener::bind(&args.listen)
        .await
        .map_err(|error| cannot_listen(&args.listen, &error))?;
    let mut settings = args.http.settings(args.limits)?;
    args.traffic.choose(&mut settings);
    settings.slow_query = args.seeing.slow_query();
    let (clients, queries) = (args.traffic.client_connections(), args.traffic.connections());
    let wanted = open_files::wanted(clients, queries, url.is_sqlite());
    let least = open_files::wanted(1, queries, url.is_sqlite());
    if let Some(limit) = open_files::limit().filter(|limit| *limit < least) {
        return Err(format!(
            "the limit of {limit} open files (`ulimit -n`) is too low: with --database-connections {queries} the \
             server needs at least {least}. Raise the limit"
        ));
    }
    if let Some(limit) = open_files::limit().filter(|limit| *limit < wanted) {
        tracing::warn!(
            limit,
            wanted,
            "the limit of open files is too low for --max-connections, so some clients cannot connect: raise \
             `ulimit -n`"
        );
    }
    tokio::select! {
        prepared = prepare(args, url) => prepared?,
        _ = signals.stop() => {
            tracing::info!("stopped before it served; everything not yet committed was rolled back");
            return Ok(());
        }
    }
    let unreachable =
        |error| format!("cannot open the database: {}", database::explain(url, &error));
    let (count, deadline) = (args.traffic.connections(), settings.deadline);
    let readers = Readers::open_for(url, count, deadline).await.map_err(unreachable)?;
    let dataset = Dataset::of(&readers.by_spare())
        .await
        .map_err(|error| format!("cannot read the database: {error}"))?;
    let trusted = settings.trusted.clone().zip(args.http.trusted_documents.clone());
    let stopped = signals.of_server(Reloaded { log: filter, trusted, limits: settings.limits });
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let operator = args.http.operator();
    let base = operator.public_url.clone().unwrap_or_else(|| local_url(address));
    tracing::info!(
        revision = dataset.revision,
        synthetic = dataset.synthetic,
        "serving GraphQL on http://{address}/graphql"
    );
    announce(args, &pages(&base, &settings), dataset.synthetic);
    let connections = Arc::clone(&settings.connections);
    let server = Server::of_operator(readers, dataset, args.aggregates, operator);
    let router = server.router_with(settings);
    if server::serve(listener, router, connections, stopped).await {
        tracing::info!("stopped: every request in progress was answered");
    } else {
        tracing::warn!("stopped: some requests in progress were cut off");
    }
    Ok(())
}

/// Why the server cannot listen on an address.
fn cannot_listen(address: &str, error: &std::io::Error) -> String {
    let example = match error.kind() {
        std::io::ErrorKind::InvalidInput => {
            let port = address.trim_start_matches(':').parse().unwrap_or(8080_u16);
            format!(". Write an address and a port, such as 127.0.0.1:{port}")
        }
        _ => String::new(),
    };
    format!("cannot listen on {address}: {error}{example}")
}

/// The address of a server on this machine that listens at an address, also if it listens at every address.
fn local_url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

/// What the server at `base` serves, and where.
fn pages(base: &str, settings: &Settings) -> Vec<(&'static str, String)> {
    let tells_schema = settings.tells_schema();
    let exports = settings.most_export_rows > 0 && !settings.trusted_only;
    let all = [
        (true, "Front page", "/"),
        (true, "Explorer", "/explore"),
        (tells_schema, "Playground", "/playground"),
        (tells_schema, "Docs", "/docs"),
        (tells_schema, "Schema", "/schema.graphql"),
        (exports, "Files", "/export/grants.csv"),
        (true, "GraphQL endpoint", "/graphql"),
    ];
    let served = all.into_iter().filter(|(is_served, ..)| *is_served);
    served.map(|(_, name, path)| (name, format!("{base}{path}"))).collect()
}

/// Says where each page is, and whether the data are synthetic: in plain lines for people, or as events of the log for
/// programs.
fn announce(args: &ServeArgs, pages: &[(&str, String)], synthetic: bool) {
    let notice = "The data are synthetic. To load real data: `cops-graphql fetch usaspending`, or `cops-graphql \
                  import --help` for files you have.";
    if args.log.is_json() {
        for (page, url) in pages {
            tracing::info!(page, url, "serving a page");
        }
        if synthetic {
            tracing::info!("{notice}");
        }
    } else if tracing::enabled!(tracing::Level::INFO) {
        let mut lines: Vec<String> =
            pages.iter().map(|(page, url)| format!("  {page:<16}  {url}\n")).collect();
        if synthetic {
            lines.push(format!("  {notice}\n"));
        }
        // The server runs on if nobody can read this.
        let _ = std::io::stderr().write_all(lines.concat().as_bytes());
    }
}

/// Brings the database to the newest schema. If it has no dataset, generates one.
async fn prepare(args: &ServeArgs, url: &DatabaseUrl) -> Result<(), String> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |error: sea_orm::DbErr| format!("cannot {what}: {}", database::explain(url, &error))
    };
    // If everything is in place, no connection that can write is needed, so a read-only replica can start.
    if let Ok(reader) = database::reader(url).await {
        let refused = migration::refuse(&reader).await;
        let ready = !migration::is_behind(&reader).await.unwrap_or(true)
            && !database::refold::is_behind(&reader).await.unwrap_or(true)
            && reference::edition(&reader).await.is_ok_and(|edition| edition >= reference::EDITION)
            && !database::distributed::is_cut_off(&reader).await
            && Dataset::read(&reader).await.is_ok_and(|dataset| dataset.revision > 1);
        reader.close().await.map_err(failed("close the database"))?;
        refused.map_err(failed("open the database"))?;
        if ready {
            return Ok(());
        }
    }
    tracing::info!("preparing the database");
    let writer = database::prepared(url).await.map_err(failed("open the database"))?;
    if args.empty {
        reference::ensure(&writer).await.map_err(|error| {
            format!("cannot load the reference data: {}", super::demo::words(&error.into(), url))
        })?;
    } else {
        let bar = super::demo::progress();
        let made = demo::ensure(&writer, &bar).await;
        bar.finish_and_clear();
        let made = made.map_err(|error| {
            format!("cannot generate the synthetic dataset: {}", super::demo::words(&error, url))
        })?;
        if let Some(made) = made {
            let (rows, seconds) = (made.rows(), made.took.as_secs());
            tracing::info!(
                rows,
                seconds,
                "generated a synthetic dataset, because the database was empty"
            );
        }
    }
    database::finish(writer).await.map_err(failed("close the database"))
}
