//! The options of `serve` that say how much is done at once, and for whom.

use std::{sync::Arc, time::Duration};

use clap::builder::{BoolishValueParser, RangedU64ValueParser};
use ipnet::IpNet;

use crate::server::{ClientConnections, ConnectionLimits, LiveLimits, RateLimit, Settings};

/// More than any machine can do or hold at once.
const MOST: u64 = 1_000_000;

/// How much is done at once.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Traffic")]
#[group(id = "traffic")]
pub(crate) struct TrafficArgs {
    /// How long a query may take.
    #[arg(
        long,
        env = "DEADLINE",
        value_name = "SECONDS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=3600)
    )]
    deadline: u32,
    /// How many queries run at once; where nothing is chosen, over SQLite two for each core and at least four, and
    /// over PostgreSQL twice as many.
    #[arg(
        long,
        env = "MAX_RUNNING",
        value_name = "QUERIES",
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST)
    )]
    max_running: Option<usize>,
    /// How many others wait for a turn; what comes beyond is told to come again.
    #[arg(
        long,
        env = "MAX_WAITING",
        value_name = "QUERIES",
        default_value_t = 256,
        value_parser = RangedU64ValueParser::<usize>::new().range(..=MOST)
    )]
    max_waiting: usize,
    /// The memory that all queries may take together, a third of it those that are sent as files; never less for the others
    /// than --max-memory, which one of them may take.
    #[arg(
        long,
        env = "MAX_MEMORY_OF_ALL",
        value_name = "MEBIBYTES",
        default_value_t = 192,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    max_memory_of_all: u32,
    /// How many connections clients may have. Each is an open file.
    #[arg(
        long,
        env = "MAX_CONNECTIONS",
        value_name = "COUNT",
        default_value_t = 900,
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST)
    )]
    max_connections: usize,
    /// How many of them one address may have; where nothing is chosen, a quarter. A proxy that is trusted may have all.
    #[arg(
        long,
        env = "MAX_CONNECTIONS_PER_ADDRESS",
        value_name = "COUNT",
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST)
    )]
    max_connections_per_address: Option<usize>,
    /// How many subscriptions there may be at once; 0 takes none. Half of the connections can carry some.
    #[arg(
        long,
        env = "MAX_SUBSCRIPTIONS",
        value_name = "COUNT",
        default_value_t = 10_000,
        value_parser = RangedU64ValueParser::<usize>::new().range(..=MOST)
    )]
    max_subscriptions: usize,
    /// How many of them one client may have; where nothing is chosen, a tenth.
    #[arg(
        long,
        env = "MAX_SUBSCRIPTIONS_PER_CLIENT",
        value_name = "COUNT",
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST)
    )]
    max_subscriptions_per_client: Option<usize>,
    /// How many points the answers of all live queries may be priced at together, each query that several subscribe to
    /// once: they are worked out anew after each load. Those of one client may be priced at a fifth.
    #[arg(long, env = "MAX_LIVE_COST", value_name = "POINTS", default_value_t = 400_000)]
    max_live_cost: u64,
    /// How many connections to the database queries have.
    #[arg(
        long,
        env = "DATABASE_CONNECTIONS",
        value_name = "COUNT",
        default_value_t = 8,
        value_parser = clap::value_parser!(u16).range(1..=1000)
    )]
    database_connections: u16,
    /// How many points a client gets each second, to spend on the prices of queries; 0 sets no limit.
    #[arg(long, env = "RATE_LIMIT", value_name = "POINTS", default_value_t = 0)]
    rate_limit: u32,
    /// How many points a client can save up.
    #[arg(
        long,
        env = "RATE_BURST",
        value_name = "POINTS",
        default_value_t = 100_000,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    rate_burst: u32,
    /// A proxy, or a network of them such as `10.0.0.0/8`, whose word for the address of a client is taken;
    /// may be repeated.
    #[arg(
        long,
        env = "TRUSTED_PROXY",
        value_name = "ADDRESS",
        value_delimiter = ',',
        value_parser = network
    )]
    trusted_proxy: Vec<IpNet>,
    /// Answer nothing that asks for the schema, and serve neither it nor the dictionary and the playground.
    #[arg(long, env = "NO_INTROSPECTION", value_parser = BoolishValueParser::new())]
    no_introspection: bool,
    /// Do not say which name may have been meant where one is wrong.
    #[arg(long, env = "NO_SUGGESTIONS", value_parser = BoolishValueParser::new())]
    no_suggestions: bool,
}

impl TrafficArgs {
    /// Puts what was chosen into the settings.
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

    /// Whether what one client may ask for has a limit.
    pub(crate) fn limits_clients(&self) -> bool {
        self.rate_limit > 0
    }

    /// The mebibytes of memory that all queries may take together.
    pub(crate) fn most_memory(&self) -> u32 {
        self.max_memory_of_all
    }

    /// How many connections clients may have.
    pub(crate) fn client_connections(&self) -> usize {
        self.max_connections
    }

    /// How many connections queries have.
    pub(crate) fn connections(&self) -> usize {
        self.database_connections.into()
    }
}

/// Reads an address, or a network of them.
fn network(text: &str) -> Result<IpNet, String> {
    let address = text.parse().map(|address: std::net::IpAddr| address.to_canonical().into());
    address
        .or_else(|_| text.parse())
        .map_err(|_| "write it as 192.0.2.1, 10.0.0.0/8 or fd00::/8".to_owned())
}
