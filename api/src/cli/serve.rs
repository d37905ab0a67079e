//! `cops-graphql serve`: what a bare `cops-graphql` does.

use std::process::ExitCode;

use clap::ValueEnum;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::fail;
use crate::{
    database::{self, Readers},
    demo,
    http::{self, AggregatesBy, Server},
    limits::Limits,
    reference,
    schema::Dataset,
};

/// The address, and what is said about requests.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// The address to listen on.
    #[arg(long, env = "LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: String,
    /// What to log: a level, or levels by module, such as `info,cops_graphql=debug`.
    #[arg(long, env = "LOG", value_name = "FILTER", default_value = "info")]
    log: String,
    /// How to write the log.
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT", default_value = "human")]
    log_format: LogFormat,
    /// What answers aggregates: a copy of the dataset in memory, or the database.
    #[arg(long, env = "AGGREGATES", value_name = "EXECUTOR", default_value = "memory")]
    aggregates: AggregatesBy,
    /// Start with an empty database instead of the synthetic dataset, where there is none yet.
    #[arg(long, env = "EMPTY", value_parser = clap::builder::BoolishValueParser::new())]
    empty: bool,
    #[command(flatten)]
    http: super::http::Args,
    #[command(flatten)]
    traffic: super::traffic::Args,
    #[command(flatten)]
    limits: Limits,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// For people.
    Human,
    /// For machines: a JSON object a line.
    Json,
}

pub(crate) async fn run(args: &Args, url: &str) -> ExitCode {
    if let Err(message) = start_log(args) {
        return fail(&message);
    }
    match serve(args, url).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => fail(&message),
    }
}

async fn serve(args: &Args, url: &str) -> Result<(), String> {
    let listener = TcpListener::bind(&args.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", args.listen))?;
    let mut settings = args.http.settings().await?;
    settings.limits = args.limits;
    args.traffic.choose(&mut settings);
    prepare(args, url).await?;
    let unreachable =
        |error| format!("cannot open the database: {}", database::explain(url, &error));
    let readers = Readers::open(url, args.traffic.connections()).await.map_err(unreachable)?;
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
    let router = Server::new(readers, dataset, args.aggregates).router_with(settings);
    http::serve(listener, router, args.traffic.most_connections(), stopped).await;
    tracing::info!("stopped: every request that had begun was answered");
    Ok(())
}

/// Brings the database to the newest schema, and puts a dataset into one that has none.
async fn prepare(args: &Args, url: &str) -> Result<(), String> {
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
        reference::ensure(&writer).await.map_err(|error| error.to_string())?;
    } else {
        let bar = super::demo::progress();
        let made = demo::ensure(&writer, &bar).await;
        bar.finish_and_clear();
        let made = made.map_err(|error| format!("cannot make the synthetic dataset: {error}"))?;
        if let Some(made) = made {
            let (rows, seconds) = (made.rows(), made.took.as_secs());
            tracing::info!(rows, seconds, "made a synthetic dataset, as there was no data");
        }
    }
    writer.close().await.map_err(failed("close the database"))
}

fn start_log(args: &Args) -> Result<(), String> {
    let filter = EnvFilter::try_new(&args.log)
        .map_err(|error| format!("--log {:?} is not a log filter: {error}", args.log))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match args.log_format {
        LogFormat::Human => {
            use std::io::IsTerminal as _;
            log.with_ansi(std::io::stderr().is_terminal()).try_init()
        }
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| format!("cannot start the log: {error}"))
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
