//! The options of `serve` for observability.

use std::time::Duration;

use crate::trace::export::{self, Exporter};

/// What the server reports about queries.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Observability")]
#[group(id = "seeing")]
pub(crate) struct SeeingArgs {
    /// Log each query that takes this long or longer, without its text; 0 logs none.
    #[arg(long, env = "SLOW_QUERY", value_name = "MILLISECONDS", default_value_t = 1_000)]
    slow_query: u32,
    /// Send traces to the OpenTelemetry collector at this address, as OTLP over HTTP, such as `http://127.0.0.1:4318`.
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        value_name = "URL",
        value_parser = export::endpoint
    )]
    pub(super) otlp_endpoint: Option<String>,
}

impl SeeingArgs {
    /// The exporter of traces, if there is a collector.
    ///
    /// # Errors
    /// Says what is wrong with the address.
    pub(crate) fn exporter(&self) -> Result<Option<Exporter>, String> {
        self.otlp_endpoint.as_deref().map(Exporter::start).transpose()
    }

    /// How long a query takes to be logged as slow.
    pub(crate) fn slow_query(&self) -> Option<Duration> {
        (self.slow_query > 0).then(|| Duration::from_millis(self.slow_query.into()))
    }
}
