//! State that is read when the metrics are scraped.

use std::sync::Arc;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
};

use crate::{
    query::row_cache::RowCache,
    server::{
        cache::{answers::Answers, copy::Copy, counters::Counters},
        state::Server,
        traffic::{admission::Admission, connections::ClientConnections},
    },
};

/// Reads the state for each scrape.
pub(crate) struct Snapshot {
    server: Server,
    counters: Arc<Counters>,
    answers: Arc<Answers>,
    kept: Arc<RowCache>,
    admission: Arc<Admission>,
    clients: Arc<ClientConnections>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Snapshot")
    }
}

impl Snapshot {
    pub(crate) fn new(
        server: Server,
        counters: Arc<Counters>,
        answers: Arc<Answers>,
        kept: Arc<RowCache>,
        admission: Arc<Admission>,
        clients: Arc<ClientConnections>,
    ) -> Self {
        Self { server, counters, answers, kept, admission, clients }
    }
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let (counts, clients) = (self.counters.counts(), self.clients.counts());
        for (name, about, count) in [
            ("cache_hits", "Answers from the cache", counts.hits),
            ("cache_joined", "Answers shared with an identical request in progress", counts.joined),
            ("cache_misses", "Answers that had to be computed", counts.misses),
            ("not_modified", "Responses with status 304 (not modified)", counts.unchanged),
            (
                "client_connections_closed_idle",
                "Idle client connections closed to make room",
                clients.closed_idle,
            ),
        ] {
            let counter = ConstCounter::new(count);
            let kind = counter.metric_type();
            counter.encode(encoder.encode_descriptor(name, about, None, kind)?)?;
        }
        let counter = |count| ConstCounter::new(count);
        let about = "Client connections that got only status 503, by which limit was exceeded";
        let mut refused = encoder.encode_descriptor(
            "client_connections_refused",
            about,
            None,
            counter(0_u64).metric_type(),
        )?;
        for (reason, count) in
            [("address", clients.refused_of_address), ("all", clients.refused_of_all)]
        {
            counter(count).encode(refused.encode_family(&[("reason", reason)])?)?;
        }
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let copy = self.server.copy();
        let copied = |number: fn(&Copy) -> usize| whole(copy.as_ref().map_or(0, number));
        let dataset = self.server.dataset();
        let readers = &self.server.0.readers;
        let (connections, busy) = readers.busy();
        let (answers, bytes) = self.answers.size();
        for (name, about, number) in [
            ("revision", "The revision of the dataset", dataset.revision.into()),
            (
                "loaded_timestamp_seconds",
                "When that revision was loaded; 0 before the first load",
                dataset.loaded_at.map_or(0, |at| at.timestamp()),
            ),
            (
                "synthetic",
                "1 if the dataset has synthetic rows, otherwise 0",
                dataset.synthetic.into(),
            ),
            (
                "copy_revision",
                "The revision of the in-memory copy; 0 if there is none",
                copy.as_ref().map_or(0, |copy| copy.dataset.revision.into()),
            ),
            (
                "copy_bytes",
                "The memory that the in-memory copy uses",
                copied(|copy| copy.replica.size_in_bytes()),
            ),
            ("copy_rows", "The rows of the in-memory copy", copied(|copy| copy.replica.rows())),
            ("cache_answers", "Cached answers", whole(answers)),
            (
                "cache_bytes",
                "The memory that cached answers use",
                i64::try_from(bytes).unwrap_or(i64::MAX),
            ),
            (
                "row_cache_bytes",
                "The memory that cached rows use",
                i64::try_from(self.kept.bytes()).unwrap_or(i64::MAX),
            ),
            ("queries_running", "Running queries", whole(self.admission.running())),
            ("queries_waiting", "Queries that wait for a slot", whole(self.admission.waiting())),
            (
                "client_connections",
                "Open client connections",
                i64::try_from(clients.open).unwrap_or(i64::MAX),
            ),
            ("connections", "Database connections for queries", whole(connections)),
            ("connections_busy", "Database connections that run a statement", whole(busy)),
            (
                "connections_waiting",
                "Statements that wait for a database connection",
                whole(readers.waiting()),
            ),
            (
                "database_gone",
                "1 if the database cannot be reached, otherwise 0",
                readers.are_gone().into(),
            ),
        ] {
            let gauge = ConstGauge::new(number);
            let kind = gauge.metric_type();
            gauge.encode(encoder.encode_descriptor(name, about, None, kind)?)?;
        }
        Ok(())
    }
}
