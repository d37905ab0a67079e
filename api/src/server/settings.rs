//! What an operator may choose about HTTP.

use std::{sync::Arc, time::Duration};

use axum::http::HeaderValue;
use sea_orm::DbBackend;

use super::{
    cache::counters::Counters,
    request::trusted::TrustedDocuments,
    traffic::{connections::ClientConnections, rate::RateLimit},
};
use crate::limits::{Limits, cores};

/// How many subscriptions there may be, and what they may take.
#[derive(Clone, Copy, Debug)]
pub struct LiveLimits {
    /// How many there may be at once.
    pub most: usize,
    /// How many one client may have; where nothing is chosen, a tenth of all.
    pub most_per_client: Option<usize>,
    /// The points that the answers of all different ones may be priced at together, which is their work after a load. One
    /// client may have a fifth of them.
    pub cost: u64,
    /// After how long without a word a client is asked whether it is still there.
    pub ping: Duration,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self { most: 10_000, most_per_client: None, cost: 400_000, ping: Duration::from_secs(20) }
    }
}

impl LiveLimits {
    /// How many one client may have.
    pub(crate) fn per_client(&self) -> usize {
        self.most_per_client.unwrap_or(self.most / 10).max(1)
    }

    /// The points that those of one client may be priced at.
    pub(crate) fn cost_of_client(&self) -> u64 {
        self.cost / 5
    }
}

/// How the server answers over HTTP.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The bytes of answers that are kept in memory; 0 keeps none.
    pub cache_bytes: u64,
    /// The bytes of rows that are kept in memory, which a query looks up by their ids; 0 keeps none.
    pub row_cache_bytes: u64,
    /// The bytes of copies in memory of earlier revisions; 0 makes none.
    pub revision_cache_bytes: u64,
    /// For how many seconds a browser or a proxy may use an answer without asking again.
    pub max_age: u32,
    /// The origins whose pages may read answers; any, where this is empty.
    pub origins: Vec<HeaderValue>,
    /// How many requests one body may hold; 0 takes no lists.
    pub most_in_batch: usize,
    /// The documents that clients may name.
    pub trusted: Option<Arc<TrustedDocuments>>,
    /// Whether all other documents are refused.
    pub trusted_only: bool,
    /// How large a request may be.
    pub limits: Limits,
    /// How many rows a file may have; 0 sends none.
    pub most_export_rows: u32,
    /// How long a query may take.
    pub deadline: Duration,
    /// How many queries run at once; where nothing is chosen, twice as many over a database on a server of its own,
    /// which they wait for, as over a file, which they read themselves.
    pub most_running: Option<usize>,
    /// How many others wait for a turn.
    pub most_waiting: usize,
    /// The mebibytes of memory that all queries may take together.
    pub most_memory: u32,
    /// The connections of clients, and how many there may be.
    pub connections: Arc<ClientConnections>,
    /// How many subscriptions there may be.
    pub live: LiveLimits,
    /// How much one client may ask for.
    pub rate_limit: RateLimit,
    /// Whether an error says which name may have been meant.
    pub suggestions: bool,
    /// How long a query takes that the log tells of; none, where it is to tell of none.
    pub slow_query: Option<Duration>,
    /// Where it is counted how often answers were at hand.
    pub counters: Arc<Counters>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cache_bytes: 64 << 20,
            row_cache_bytes: 32 << 20,
            revision_cache_bytes: 64 << 20,
            max_age: 5,
            origins: Vec::new(),
            most_in_batch: 0,
            trusted: None,
            trusted_only: false,
            limits: Limits::default(),
            most_export_rows: 1_000_000,
            deadline: Duration::from_secs(10),
            most_running: None,
            most_waiting: 256,
            most_memory: 192,
            connections: Arc::default(),
            live: LiveLimits::default(),
            rate_limit: RateLimit::default(),
            suggestions: true,
            slow_query: None,
            counters: Arc::default(),
        }
    }
}

impl Settings {
    /// Whether clients may read the schema, and what explains it: the dictionary, the playground and the docs.
    pub(crate) fn tells_schema(&self) -> bool {
        self.limits.introspection && !self.trusted_only
    }

    /// How many queries run at once over such a database.
    pub(crate) fn running_over(&self, database: DbBackend) -> usize {
        self.most_running.unwrap_or_else(|| match database {
            DbBackend::Sqlite => (2 * cores()).max(4),
            _ => (4 * cores()).max(8),
        })
    }
}
