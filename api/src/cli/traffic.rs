//! The options of `serve` that bound concurrent work and the share of each client.

use std::{sync::Arc, time::Duration};

use clap::builder::{BoolishValueParser, RangedU64ValueParser};
use ipnet::IpNet;

use crate::server::{ClientConnections, ConnectionLimits, LiveLimits, RateLimit, Settings};

/// The upper bound of counts, more than any machine can handle.
const MOST: u64 = 1_000_000;

/// The bounds of concurrent work.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Traffic")]
#[group(id = "traffic")]
pub(crate) struct TrafficArgs {
    /// The deadline of a query.
    #[arg(
        long,
        env = "DEADLINE",
        value_name = "SECONDS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=3600)
    )]
    deadline: u32,
    /// How many queries run at once [default: with SQLite two per core and at least four, with PostgreSQL twice as
    /// many].
    #[arg(
        long,
        env = "MAX_RUNNING",
        value_name = "QUERIES",
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST)
    )]
    max_running: Option<usize>,
    /// How many queries may wait in the queue; further ones get OVERLOADED and try again later.
    #[arg(
        long,
        env = "MAX_WAITING",
        value_name = "QUERIES",
        default_value_t = 256,
        value_parser = RangedU64ValueParser::<usize>::new().range(..=MOST)
    )]
    max_waiting: usize,
    /// The memory of all queries together. Queries sent as files share a third of it; the others have at least
    /// --max-memory, which one query may take.
    #[arg(
        long,
        env = "MAX_MEMORY_OF_ALL",
        value_name = "MEBIBYTES",
        default_value_t = 192,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    max_memory_of_all: u32,
    /// How many connections all clients together may have. Each is an open file.
    #[arg(
        long,
        env = "MAX_CONNECTIONS",
        value_name = "COUNT",
        default_value_t = 900,
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST)
    )]
    max_connections: usize,
    /// How many connections one address may have [default: a quarter of all]. A trusted proxy may have all.
    #[arg(
        long,
        env = "MAX_CONNECTIONS_PER_ADDRESS",
        value_name = "COUNT",
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST)
    )]
    max_connections_per_address: Option<usize>,
    /// How many subscriptions may be active at once; 0 refuses all. At most half of the connections can carry
    /// subscriptions.
    #[arg(
        long,
        env = "MAX_SUBSCRIPTIONS",
        value_name = "COUNT",
        default_value_t = 10_000,
        value_parser = RangedU64ValueParser::<usize>::new().range(..=MOST)
    )]
    max_subscriptions: usize,
    /// How many subscriptions one client may have [default: a tenth of all].
    #[arg(
        long,
        env = "MAX_SUBSCRIPTIONS_PER_CLIENT",
        value_name = "COUNT",
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST)
    )]
    max_subscriptions_per_client: Option<usize>,
    /// The total price in points of all live queries, which run again after each load. A query with several subscribers
    /// counts once. One client may use a fifth of the total.
    #[arg(long, env = "MAX_LIVE_COST", value_name = "POINTS", default_value_t = 400_000)]
    max_live_cost: u64,
    /// How many database connections queries use.
    #[arg(
        long,
        env = "DATABASE_CONNECTIONS",
        value_name = "COUNT",
        default_value_t = 8,
        value_parser = clap::value_parser!(u16).range(1..=1000)
    )]
    database_connections: u16,
    /// The rate limit of each client in points per second, spent on the prices of queries; 0 sets no limit.
    #[arg(long, env = "RATE_LIMIT", value_name = "POINTS", default_value_t = 0)]
    rate_limit: u32,
    /// How many unspent points a client can save.
    #[arg(
        long,
        env = "RATE_BURST",
        value_name = "POINTS",
        default_value_t = 100_000,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    rate_burst: u32,
    /// The address of a proxy, or a network of proxies such as `10.0.0.0/8`, which is trusted to name the address of
    /// the client; may be repeated.
    #[arg(
        long,
        env = "TRUSTED_PROXY",
        value_name = "ADDRESS",
        value_delimiter = ',',
        value_parser = network
    )]
    trusted_proxy: Vec<IpNet>,
    /// Disable introspection, and serve no schema, dictionary, playground or docs.
    #[arg(long, env = "NO_INTROSPECTION", value_parser = BoolishValueParser::new())]
    no_introspection: bool,
    /// Do not suggest similar names in errors about wrong names.
    #[arg(long, env = "NO_SUGGESTIONS", value_parser = BoolishValueParser::new())]
    no_suggestions: bool,
}

impl TrafficArgs {
    /// Copies the options into the settings.
    pub(crate) fn choose(&self, settings: &mut Settings) {
        settings.deadline = Duration::from_secs(self.deadline.into());
        settings.most_running = self.max_running;
        settings.most_waiting = self.max_waiting;
        settings.most_memory = self.max_memory_of_all;
        settings.connections = Arc::new(ClientConnections::new(ConnectionLimits {
            most: self.max_connections,
            most_per_address: self.max_connections_per_address,
            trusted_proxies: self.trusted_proxy.clone(),
            ..ConnectionLimits::default()
        }));
        settings.live = LiveLimits {
            most: self.max_subscriptions,
            most_per_client: self.max_subscriptions_per_client,
            cost: self.max_live_cost,
            ..LiveLimits::default()
        };
        settings.rate_limit = RateLimit {
            points_per_second: self.rate_limit,
            burst: self.rate_burst,
            trusted_proxies: self.trusted_proxy.clone(),
        };
        settings.limits.introspection = !self.no_introspection;
        settings.suggestions = !self.no_suggestions;
    }

    /// Whether there is a rate limit.
    pub(crate) fn limits_clients(&self) -> bool {
        self.rate_limit > 0
    }

    /// The memory of all queries together, in mebibytes.
    pub(crate) fn most_memory(&self) -> u32 {
        self.max_memory_of_all
    }

    /// How many connections all clients may have.
    pub(crate) fn client_connections(&self) -> usize {
        self.max_connections
    }

    /// How many database connections queries use.
    pub(crate) fn connections(&self) -> usize {
        self.database_connections.into()
    }
}

/// Parses an address or a network.
fn network(text: &str) -> Result<IpNet, String> {
    let address = text.parse().map(|address: std::net::IpAddr| address.to_canonical().into());
    address
        .or_else(|_| text.parse())
        .map_err(|_| "write it as 192.0.2.1, 10.0.0.0/8 or fd00::/8".to_owned())
}
