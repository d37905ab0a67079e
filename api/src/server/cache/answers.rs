//! Cached answers, and answers in progress.
//!
//! The dataset does not change between two loads, so the answer of a query is a function of the document, the
//! operation and the variables. The cache key is their text, not a hash of it, so two requests never share an answer
//! by accident. Answers belong to a generation, which is that of one revision. The first request after another
//! revision becomes known starts a new generation, and the old one is dropped as a whole.
//!
//! Concurrent requests for the same answer share one run. The clients that wait drive the run: it continues when one
//! of them disconnects, and ends when all do. An answer with errors goes to all who wait, and is not cached.

use std::sync::{Arc, PoisonError, RwLock};

use quick_cache::{
    DefaultHashBuilder, OptionsBuilder, Weighter,
    sync::{Cache, DefaultLifecycle},
};

use super::{
    counters::{CacheOutcome, Counters},
    single_flight::{Flights, Join},
};
use crate::server::request::{
    answer::HttpAnswer,
    ask::Ask,
    compress::{self, Coding},
    freshness::RevisionAge,
};
use crate::{catalog::dataset::Dataset, graphql::execute::AskedFor};

/// The bytes that an answer costs besides its body and its key.
const OVERHEAD: usize = 512;
/// The size in bytes of a part of the cache with its own lock.
const SHARD: u64 = 8 << 20;
/// The expected weight of an answer.
const USUAL: u64 = 8 << 10;
/// Larger bodies are compressed away from the serving threads.
const INLINE: usize = 32 << 10;

/// The identity of a request: the coding in the first byte, then the operation, the document and the variables.
#[derive(Clone, Debug)]
pub(crate) struct AnswerKey(Vec<u8>);

impl AnswerKey {
    /// The key of a request, given the current dataset. Answers that count changes since a revision must not be
    /// cached.
    pub(crate) fn of(ask: &Ask, current: &Dataset) -> Self {
        let operation = ask.operation.as_deref().unwrap_or_default();
        let mut key = Vec::with_capacity(ask.document.len() + operation.len() + 256);
        key.push(Coding::Identity as u8);
        let is_delivery = ask.asked_for != AskedFor::OneAnswer;
        key.push(
            u8::from(ask.report.cost)
                | u8::from(ask.report.no_warnings) << 1
                | u8::from(is_delivery) << 2,
        );
        for part in [operation, &*ask.document] {
            key.extend((part.len() as u64).to_le_bytes());
            key.extend(part.as_bytes());
        }
        if let Some(past) = ask.past(current) {
            key.extend(past.revision.to_le_bytes());
            key.push(u8::from(ask.is_by_token));
        }
        if !ask.variables.is_empty() {
            // The members of an object are sorted by name, however the client sent them.
            serde_json::to_writer(&mut key, &ask.variables).expect("JSON in memory");
        }
        Self(key)
    }

    fn with(mut self, coding: Coding) -> Self {
        self.0[0] = coding as u8;
        self
    }

    pub(crate) fn stored(&self) -> Arc<[u8]> {
        self.0.as_slice().into()
    }
}

#[derive(Clone, Debug)]
struct AnswerWeigher;

impl Weighter<Arc<[u8]>, Arc<HttpAnswer>> for AnswerWeigher {
    fn weight(&self, key: &Arc<[u8]>, answer: &Arc<HttpAnswer>) -> u64 {
        (key.len() + answer.body.len() + OVERHEAD) as u64
    }
}

/// The answers of one revision.
struct Generation {
    /// The dataset that the server knew when this generation began.
    told: Dataset,
    /// The dataset of the answers. It is newer if an answer found a load before the server noticed it.
    of: Dataset,
    kept: Option<Cache<Arc<[u8]>, Arc<HttpAnswer>, AnswerWeigher>>,
    flights: Arc<Flights>,
}

impl Generation {
    fn new(told: Dataset, of: Dataset, bytes: u64) -> Arc<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let shards = usize::try_from(bytes / SHARD).unwrap_or(usize::MAX).clamp(1, cores * 4);
        let options = OptionsBuilder::new()
            .shards(shards)
            .estimated_items_capacity(usize::try_from(bytes / USUAL).unwrap_or(usize::MAX))
            .weight_capacity(bytes)
            .build();
        let kept = options.ok().filter(|_| bytes > 0).map(|options| {
            let lifecycle = DefaultLifecycle::default();
            Cache::with_options(options, AnswerWeigher, DefaultHashBuilder::default(), lifecycle)
        });
        Arc::new(Self { told, of, kept, flights: Arc::default() })
    }

    fn get(&self, key: &AnswerKey) -> Option<Arc<HttpAnswer>> {
        self.kept.as_ref()?.get(key.0.as_slice())
    }

    /// Whether an answer is of this dataset, or of an earlier revision that was requested as such.
    fn can_have(&self, answer: &HttpAnswer) -> bool {
        answer
            .dataset
            .as_ref()
            .is_some_and(|dataset| *dataset == self.of || answer.age != RevisionAge::Current)
    }

    /// Caches an answer, if it may be cached and there is room for it.
    fn keep(&self, key: Arc<[u8]>, answer: &Arc<HttpAnswer>) {
        let Some(kept) = &self.kept else { return };
        // One answer must not evict all others.
        let fits = AnswerWeigher.weight(&key, answer) <= kept.shard_capacity() / 2;
        if fits && answer.is_flawless() && self.can_have(answer) {
            kept.insert(key, answer.released());
        }
    }
}

/// The answers of the current revision.
pub(crate) struct Answers {
    bytes: u64,
    current: RwLock<Arc<Generation>>,
    counters: Arc<Counters>,
}

impl Answers {
    /// A cache with a capacity in bytes. With 0 nothing is cached or shared: each request computes its own answer.
    pub(crate) fn new(told: Dataset, bytes: u64, counters: Arc<Counters>) -> Arc<Self> {
        let current = RwLock::new(Generation::new(told.clone(), told, bytes));
        Arc::new(Self { bytes, current, counters })
    }

    /// The answer of a request in a coding, of a dataset no older than the one that the server knows. If it is not
    /// cached, `run` computes it.
    pub(crate) async fn get<F>(
        self: &Arc<Self>,
        told: Dataset,
        key: AnswerKey,
        coding: Coding,
        run: impl FnOnce() -> F,
    ) -> (Arc<HttpAnswer>, CacheOutcome)
    where
        F: Future<Output = HttpAnswer> + Send + 'static,
    {
        if self.bytes == 0 {
            self.counters.count(CacheOutcome::Miss);
            return (in_coding(Arc::new(run().await), coding).await, CacheOutcome::Miss);
        }
        let generation = self.generation(told);
        let wanted = key.with(coding);
        if let Some(answer) = generation.get(&wanted) {
            self.counters.count(CacheOutcome::Hit);
            return (answer, CacheOutcome::Hit);
        }
        let key = wanted.clone().with(Coding::Identity);
        let (plain, found) = self.plain(&generation, key, run).await;
        self.counters.count(found);
        let pays = plain.is_flawless() && compress::pays(plain.body.len());
        match coding {
            _ if !pays => (plain, found),
            Coding::Identity => (plain, found),
            _ => (encoded(&generation, wanted, coding, plain).await, found),
        }
    }

    /// The uncompressed answer.
    async fn plain<F>(
        self: &Arc<Self>,
        generation: &Arc<Generation>,
        key: AnswerKey,
        run: impl FnOnce() -> F,
    ) -> (Arc<HttpAnswer>, CacheOutcome)
    where
        F: Future<Output = HttpAnswer> + Send + 'static,
    {
        let stored = key.stored();
        let make = || {
            let (answers, generation) = (Arc::clone(self), Arc::clone(generation));
            let (stored, run) = (Arc::clone(&stored), run());
            async move {
                let answer = Arc::new(run.await);
                let generation = answers.newest(&generation, &answer);
                generation.keep(stored, &answer);
                answer
            }
        };
        match generation.flights.join(&stored, || generation.get(&key), make) {
            Join::Landed(answer) => (answer, CacheOutcome::Hit),
            Join::Begun(flight) => (flight.await, CacheOutcome::Miss),
            Join::Joined(flight) => (flight.await, CacheOutcome::Joined),
        }
    }

    /// How many answers are cached, and their size in bytes.
    pub(crate) fn size(&self) -> (usize, u64) {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.kept.as_ref().map_or((0, 0), |kept| (kept.len(), kept.weight()))
    }

    /// The generation of the dataset that the server knows.
    fn generation(&self, told: Dataset) -> Arc<Generation> {
        {
            let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
            if current.told == told {
                return Arc::clone(&current);
            }
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.told != told {
            tracing::debug!(revision = told.revision, "dropped the answers of other revisions");
            *current = Generation::new(told.clone(), told, self.bytes);
        }
        Arc::clone(&current)
    }

    /// The generation that an answer belongs to: a new one if the answer is of a newer revision than the server
    /// knows. From then on nobody gets an older answer.
    fn newest(&self, began: &Arc<Generation>, answer: &HttpAnswer) -> Arc<Generation> {
        let Some(of) = answer.dataset.as_ref().filter(|of| of.follows(&began.of)) else {
            return Arc::clone(began);
        };
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.told == began.told && of.follows(&current.of) {
            *current = Generation::new(began.told.clone(), of.clone(), self.bytes);
        }
        Arc::clone(&current)
    }
}

/// An answer in a coding, if compression pays.
pub(crate) async fn in_coding(plain: Arc<HttpAnswer>, coding: Coding) -> Arc<HttpAnswer> {
    let pays = plain.is_flawless() && compress::pays(plain.body.len());
    match coding {
        Coding::Identity => plain,
        _ if !pays => plain,
        _ => compressed(plain, coding).await,
    }
}

/// An answer in a coding; unchanged if compression fails.
async fn compressed(plain: Arc<HttpAnswer>, coding: Coding) -> Arc<HttpAnswer> {
    let body = plain.body.clone();
    let compressed = if body.len() > INLINE {
        compress::apart(body, coding).await
    } else {
        compress::compress(&body, coding)
    };
    match compressed {
        Ok(body) => Arc::new(plain.encoded(coding, body)),
        Err(error) => {
            tracing::error!(%error, ?coding, "cannot compress an answer");
            plain
        }
    }
}

/// An answer in a coding, compressed once for all who wait.
async fn encoded(
    generation: &Arc<Generation>,
    key: AnswerKey,
    coding: Coding,
    plain: Arc<HttpAnswer>,
) -> Arc<HttpAnswer> {
    let stored = key.stored();
    let make = || {
        let (generation, stored) = (Arc::clone(generation), Arc::clone(&stored));
        async move {
            let answer = compressed(plain, coding).await;
            generation.keep(stored, &answer);
            answer
        }
    };
    match generation.flights.join(&stored, || generation.get(&key), make) {
        Join::Landed(answer) => answer,
        Join::Begun(flight) | Join::Joined(flight) => flight.await,
    }
}

#[cfg(test)]
mod tests;
