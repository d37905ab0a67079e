//! `cops-graphql serve`: what a bare `cops-graphql` does.

use std::{io::IsTerminal as _, process::ExitCode, sync::Arc};

use clap::ValueEnum;
use tokio::net::TcpListener;
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer, layer::SubscriberExt as _, registry::LookupSpan, util::SubscriberInitExt as _,
};

use super::fail;
use crate::{
    catalog::dataset::Dataset,
    database::{self, DatabaseUrl, Readers},
    demo,
    limits::Limits,
    reference,
    server::{self, AggregatesBy, Server},
    trace::export::Exporter,
};

/// The address, and what is said about requests.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// The address to listen on.
    #[arg(long, env = "LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(super) listen: String,
    /// What to log: a level, or levels by module, such as `info,cops_graphql=debug`.
    #[arg(long, env = "LOG", value_name = "FILTER", default_value = "info")]
    pub(super) log: String,
    /// How to write the log.
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT", default_value = "human")]
    log_format: LogFormat,
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

impl ServeArgs {
    /// What is logged.
    pub(super) fn log_filter(&self) -> Result<EnvFilter, String> {
        EnvFilter::try_new(&self.log)
            .map_err(|error| format!("--log {:?} is not a log filter: {error}", self.log))
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// For people.
    Human,
    /// For machines: a JSON object a line.
    Json,
}

pub(crate) async fn run(args: &ServeArgs, url: &DatabaseUrl) -> ExitCode {
    let exporter = match args.seeing.exporter() {
        Ok(exporter) => exporter,
        Err(message) => return fail(&message),
    };
    if let Err(message) = start_log(args, exporter.as_ref()) {
        return fail(&message);
    }
    let served = serve(args, url).await;
    if let Some(exporter) = exporter {
        exporter.stop().await;
    }
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => fail(&message),
    }
}

async fn serve(args: &ServeArgs, url: &DatabaseUrl) -> Result<(), String> {
    let listener = TcpListener::bind(&args.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", args.listen))?;
    let mut settings = args.http.settings(args.limits)?;
    args.traffic.choose(&mut settings);
    settings.slow_query = args.seeing.slow_query();
    prepare(args, url).await?;
    let unreachable =
        |error| format!("cannot open the database: {}", database::explain(url, &error));
    let (count, deadline) = (args.traffic.connections(), settings.deadline);
    let readers = Readers::open_for(url, count, deadline).await.map_err(unreachable)?;
    let dataset = Dataset::read(readers.spare())
        .await
        .map_err(|error| format!("cannot read the database: {error}"))?;
    let stopped = stopped().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    tracing::info!(
        revision = dataset.revision,
        synthetic = dataset.synthetic,
        "serving GraphQL on http://{address}/graphql"
    );
    let connections = Arc::clone(&settings.connections);
    let router = Server::new(readers, dataset, args.aggregates).router_with(settings);
    server::serve(listener, router, connections, stopped).await;
    tracing::info!("stopped: every request that had begun was answered");
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
        let ready = !migration::is_behind(&reader).await.unwrap_or(true)
            && Dataset::read(&reader).await.is_ok_and(|dataset| dataset.revision > 1);
        reader.close().await.map_err(failed("close the database"))?;
        if ready {
            return Ok(());
        }
    }
    tracing::info!("preparing the database");
    let writer = database::writer(url).await.map_err(failed("open the database"))?;
    migration::run(&writer).await.map_err(failed("bring the database to the newest schema"))?;
    if args.empty {
        reference::ensure(&writer).await.map_err(|error| super::demo::words(&error.into(), url))?;
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
    writer.close().await.map_err(failed("close the database"))
}

fn start_log(args: &ServeArgs, exporter: Option<&Exporter>) -> Result<(), String> {
    let filter = args.log_filter()?;
    let registry = tracing_subscriber::registry();
    let started = match exporter {
        None => registry.with(filter).with(log(args.log_format)).try_init(),
        // What is logged and what is traced are chosen apart from each other.
        Some(exporter) => {
            let log = log(args.log_format).with_filter(filter);
            registry.with(log).with(exporter.layer()).try_init()
        }
    };
    started.map_err(|error| format!("cannot start the log: {error}"))
}

/// What writes the log.
fn log<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Human => log.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => log.json().flatten_event(true).boxed(),
    }
}

/// Ends when the process is asked to: by Ctrl-C, or by the signal that service managers send. From here on
/// neither of them ends it at once.
#[cfg(unix)]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping: requests that have begun are answered first");
    })
}

/// Ends when the process is asked to by Ctrl-C.
#[cfg(not(unix))]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for Ctrl-C");
            std::future::pending::<()>().await;
        }
        tracing::info!("stopping: requests that have begun are answered first");
    })
}
