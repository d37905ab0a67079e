//! `cops-graphql serve`: what a bare `cops-graphql` does.

use std::{process::ExitCode, sync::Arc};

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
    server::{self, AggregatesBy, Server},
};

/// The address, and what is said about requests.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// The address to listen on.
    #[arg(long, env = "LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(super) listen: String,
    #[command(flatten)]
    pub(super) log: super::log::LogArgs,
    /// What answers aggregates: a copy of the dataset in memory, or the database.
    #[arg(long, env = "AGGREGATES", value_name = "EXECUTOR", default_value = "memory")]
    pub(super) aggregates: AggregatesBy,
    /// Start with an empty database instead of the synthetic dataset, where there is none yet.
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
        .map_err(|error| format!("cannot listen on {}: {error}", args.listen))?;
    let mut settings = args.http.settings(args.limits)?;
    args.traffic.choose(&mut settings);
    settings.slow_query = args.seeing.slow_query();
    let (clients, queries) = (args.traffic.client_connections(), args.traffic.connections());
    let wanted = open_files::wanted(clients, queries, url.is_sqlite());
    let least = open_files::wanted(1, queries, url.is_sqlite());
    if let Some(limit) = open_files::limit().filter(|limit| *limit < least) {
        return Err(format!(
            "only {limit} files may be open (`ulimit -n`), and with --database-connections {queries} at least {least} are: \
             raise it"
        ));
    }
    if let Some(limit) = open_files::limit().filter(|limit| *limit < wanted) {
        tracing::warn!(
            limit,
            wanted,
            "too few files may be open for --max-connections: some clients will not be heard; raise `ulimit -n`"
        );
    }
    tokio::select! {
        prepared = prepare(args, url) => prepared?,
        _ = signals.stop() => {
            tracing::info!("stopped before it served: what was not committed by then was not done");
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
    tracing::info!(
        revision = dataset.revision,
        synthetic = dataset.synthetic,
        "serving GraphQL on http://{address}/graphql"
    );
    let connections = Arc::clone(&settings.connections);
    let operator = args.http.operator();
    let server = Server::of_operator(readers, dataset, args.aggregates, operator);
    let router = server.router_with(settings);
    if server::serve(listener, router, connections, stopped).await {
        tracing::info!("stopped: every request that had begun was answered");
    } else {
        tracing::warn!("stopped: some requests that had begun were cut off");
    }
    Ok(())
}

/// Brings the database to the newest schema, and puts a dataset into one that has none.
async fn prepare(args: &ServeArgs, url: &DatabaseUrl) -> Result<(), String> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |error: sea_orm::DbErr| format!("cannot {what}: {}", database::explain(url, &error))
    };
    // A replica that finds everything in place needs no connection that can write.
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
            format!("cannot make the synthetic dataset: {}", super::demo::words(&error, url))
        })?;
        if let Some(made) = made {
            let (rows, seconds) = (made.rows(), made.took.as_secs());
            tracing::info!(rows, seconds, "made a synthetic dataset, as there was no data");
        }
    }
    database::finish(writer).await.map_err(failed("close the database"))
}
