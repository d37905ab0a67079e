//! The HTTP settings of an operator.

use std::{sync::Arc, time::Duration};

use axum::http::HeaderValue;
use sea_orm::DbBackend;

use super::{
    cache::counters::Counters,
    request::trusted::TrustedDocuments,
    traffic::{connections::ClientConnections, rate::RateLimit},
};
use crate::limits::{Limits, cores};

/// How many subscriptions may exist, and what they may cost.
#[derive(Clone, Copy, Debug)]
pub struct LiveLimits {
    /// The maximum number of subscriptions at once.
    pub most: usize,
    /// The maximum for one client; the default is a tenth of all.
    pub most_per_client: Option<usize>,
    /// The total price in points of one answer of every distinct subscription, which is the work after a load. One
    /// client may use a fifth of it.
    pub cost: u64,
    /// How long a client may be silent before the server pings it.
    pub ping: Duration,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self { most: 10_000, most_per_client: None, cost: 400_000, ping: Duration::from_secs(20) }
    }
}

impl LiveLimits {
    /// The maximum number of subscriptions of one client.
    pub(crate) fn per_client(&self) -> usize {
        self.most_per_client.unwrap_or(self.most / 10).max(1)
    }

    /// The total price in points of one client's subscriptions.
    pub(crate) fn cost_of_client(&self) -> u64 {
        self.cost / 5
    }
}

/// How the server answers over HTTP.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The size of the answer cache in bytes; 0 disables it.
    pub cache_bytes: u64,
    /// The size in bytes of the cache of rows that queries look up by id; 0 disables it.
    pub row_cache_bytes: u64,
    /// The bytes for in-memory copies of earlier revisions; 0 disables them.
    pub revision_cache_bytes: u64,
    /// How many seconds a browser or a proxy may reuse an answer without revalidating it.
    pub max_age: u32,
    /// The origins whose pages may read answers; empty allows any origin.
    pub origins: Vec<HeaderValue>,
    /// The maximum number of requests in one body; 0 disables batches.
    pub most_in_batch: usize,
    /// The trusted documents, which clients may request by id.
    pub trusted: Option<Arc<TrustedDocuments>>,
    /// Whether the server rejects all other documents.
    pub trusted_only: bool,
    /// The size limits of a request.
    pub limits: Limits,
    /// The maximum number of rows in a file; 0 disables exports.
    pub most_export_rows: u32,
    /// The deadline of a query.
    pub deadline: Duration,
    /// How many queries run at once. The default is twice as high for a database server, for which queries wait, as
    /// for a file, which they read themselves.
    pub most_running: Option<usize>,
    /// How many more queries may wait.
    pub most_waiting: usize,
    /// The memory that all queries may use together, in MiB.
    pub most_memory: u32,
    /// The connections of clients, and their limits.
    pub connections: Arc<ClientConnections>,
    /// The limits of subscriptions.
    pub live: LiveLimits,
    /// The rate limit of one client.
    pub rate_limit: RateLimit,
    /// Whether an error suggests the name that was probably meant.
    pub suggestions: bool,
    /// How long a query must take to be logged as slow; none disables the log.
    pub slow_query: Option<Duration>,
    /// The counters of cache hits.
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
    /// Whether clients may see the schema, and with it the dictionary, the playground and the docs.
    pub(crate) fn tells_schema(&self) -> bool {
        self.limits.introspection && !self.trusted_only
    }

    /// How many queries run at once over a database of this kind.
    pub(crate) fn running_over(&self, database: DbBackend) -> usize {
        self.most_running.unwrap_or_else(|| match database {
            DbBackend::Sqlite => (2 * cores()).max(4),
            _ => (4 * cores()).max(8),
        })
    }
}
