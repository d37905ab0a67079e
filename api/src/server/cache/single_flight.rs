//! Shared work: several clients wait for it, and it is done once.
//!
//! # Why not `moka` or the guards of `quick_cache`
//! Both let the first caller do the work while others wait; if the first one disconnects, the next one starts over.
//! Here all waiting clients drive the same work, so one that disconnects costs the others nothing. And an answer with
//! errors goes to all who wait without being cached, which neither crate supports.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared, WeakShared},
};

use crate::server::request::answer::HttpAnswer;

/// Work in progress. It continues as long as somebody holds it and waits.
pub(crate) type Flight = Shared<SharedWork>;

type SharedWork = BoxFuture<'static, Arc<HttpAnswer>>;

/// The work in progress, by key.
#[derive(Default)]
pub(crate) struct Flights(Mutex<Flying>);

#[derive(Default)]
struct Flying {
    /// The number of the last flight, which distinguishes flights of the same key.
    last: u64,
    by_key: HashMap<Arc<[u8]>, (u64, WeakShared<SharedWork>)>,
}

/// How a caller gets its answer.
pub(crate) enum Join {
    /// It has just become ready.
    Landed(Arc<HttpAnswer>),
    /// Somebody else started the work.
    Joined(Flight),
    /// The caller starts the work.
    Begun(Flight),
}

impl Flights {
    /// Joins the work of a key, or starts it. `landed` checks whether the answer has been cached since the caller
    /// looked.
    pub(crate) fn join<F>(
        self: &Arc<Self>,
        key: &Arc<[u8]>,
        landed: impl FnOnce() -> Option<Arc<HttpAnswer>>,
        make: impl FnOnce() -> F,
    ) -> Join
    where
        F: Future<Output = Arc<HttpAnswer>> + Send + 'static,
    {
        let mut flying = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flying.by_key.get(key).and_then(|(_, flight)| flight.upgrade()) {
            return Join::Joined(flight);
        }
        if let Some(answer) = landed() {
            return Join::Landed(answer);
        }
        flying.last += 1;
        let number = flying.last;
        let landing = Landing { flights: Arc::clone(self), key: Arc::clone(key), number };
        let work = make();
        let flight = async move {
            let answer = work.await;
            drop(landing);
            answer
        };
        let flight = flight.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            flying.by_key.insert(Arc::clone(key), (number, weak));
        }
        Join::Begun(flight)
    }
}

/// Removes a flight from the list when it ends, whether it finished or was dropped.
struct Landing {
    flights: Arc<Flights>,
    key: Arc<[u8]>,
    number: u64,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let mut flying = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        if flying.by_key.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            flying.by_key.remove(&self.key);
        }
    }
}
