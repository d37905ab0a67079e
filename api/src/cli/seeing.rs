//! The options of `serve` that are about seeing what it does.

use std::time::Duration;

/// What is told of queries.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Seeing")]
#[group(id = "seeing")]
pub(crate) struct Args {
    /// Log each query that takes so many milliseconds or more, without its text; 0 logs none.
    #[arg(long, env = "SLOW_QUERY", value_name = "MILLISECONDS", default_value_t = 1_000)]
    slow_query: u32,
}

impl Args {
    /// How long a query takes that the log tells of.
    pub(crate) fn slow_query(&self) -> Option<Duration> {
        (self.slow_query > 0).then(|| Duration::from_millis(self.slow_query.into()))
    }
}
