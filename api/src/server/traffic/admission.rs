//! How many queries run at once, who waits, and who is next.
//!
//! A server that accepts all requests is slow for everybody under overload. So the number of running queries has a
//! limit, and so has the number of waiting ones. Expensive queries get at most half of the slots, so a cheap one
//! never waits behind them. The queue is fair by client: next is the client that has used the fewest points, so a
//! client with sixty requests gets no more than one with a single request.
//!
//! How many queries of a client may wait depends on its load. A burst that clears soon should wait rather than be
//! refused. But if one of the client's queries was refused within the last second, or if it has had a queue for
//! longer than a moment, it is overloading the server, and a long queue would only delay all its queries. Then its
//! queue shrinks to the number of slots; the rest get 503 immediately, with the advice to retry. If all waiting
//! places are taken, the client with the longest queue loses its last query.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::rate::ClientAddress;

/// The price in points above which a query is expensive: a few milliseconds.
const CHEAP: u64 = 400;
/// How long a cheap query waits, and how long an expensive one, which may itself take a second.
const PATIENCE: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];
/// How long a client may have a queue before it counts as overloading the server.
const QUEUE: Duration = Duration::from_millis(150);
/// How long a client counts as overloading the server after one of its queries was refused.
const STRAIN: Duration = Duration::from_secs(1);
/// The maximum number of clients whose refusals are remembered.
const MOST_CLIENTS: usize = 10_000;

/// The lowest price of an expensive query.
pub(crate) const LEAST_DEAR: u64 = CHEAP + 1;

/// Whether a query is cheap or expensive, by its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dearness {
    Cheap,
    Dear,
}

impl Dearness {
    pub(crate) fn of(price: u64) -> Self {
        if price > CHEAP { Self::Dear } else { Self::Cheap }
    }

    /// How long it waits.
    pub(crate) fn patience(self) -> Duration {
        PATIENCE[self as usize]
    }
}

/// The slots for queries.
#[derive(Debug)]
pub(crate) struct Admission {
    most: usize,
    most_dear: usize,
    most_waiting: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How many cheap queries run, and how many expensive ones.
    running: [usize; 2],
    waiting: usize,
    clients: HashMap<ClientAddress, ClientQueue>,
    /// The points used by the client that was served last, by dearness.
    had: [u64; 2],
    /// The number of the last query that queued.
    last: u64,
}

/// The waiting and running queries of one client.
#[derive(Debug, Default)]
struct ClientQueue {
    /// By dearness, in order of arrival.
    waiting: [VecDeque<QueuedQuery>; 2],
    running: [usize; 2],
    /// The points it has used, starting from what others had used when it arrived. Points of expensive queries do not
    /// delay its cheap ones.
    had: [u64; 2],
    /// Since when a query has been waiting.
    since: Option<Instant>,
    /// When one was last refused.
    refused_at: Option<Instant>,
}

#[derive(Debug)]
struct QueuedQuery {
    number: u64,
    price: u64,
    called: oneshot::Sender<Turn>,
    /// Whether its work has begun, so that it must not be evicted.
    goes_on: bool,
}

/// There is no slot for a query.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Busy;

/// A slot, until it is dropped.
#[must_use]
#[derive(Debug)]
pub(crate) struct Turn {
    admission: Arc<Admission>,
    client: ClientAddress,
    dearness: Dearness,
    is_taken: bool,
}

impl ClientQueue {
    fn len(&self) -> usize {
        self.waiting.iter().map(VecDeque::len).sum()
    }

    /// Whether the client overloads the server.
    fn is_strained(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() > QUEUE)
            || self.refused_at.is_some_and(|refused| refused.elapsed() < STRAIN)
    }

    fn is_over(&self) -> bool {
        self.running == [0; 2] && self.len() == 0 && !self.is_strained()
    }
}

impl Admission {
    /// A number of slots, and a number of waiting places.
    pub(crate) fn new(turns: usize, most_waiting: usize) -> Self {
        let most = turns.max(1);
        Self { most, most_dear: (most / 2).max(1), most_waiting, state: Mutex::default() }
    }

    /// Takes a slot for a query of a given price, possibly after waiting.
    pub(crate) async fn enter(
        self: &Arc<Self>,
        client: ClientAddress,
        price: u64,
    ) -> Result<Turn, Busy> {
        let dearness = Dearness::of(price);
        let wait = self.line_up(client, price, false)?;
        let wait = tokio::time::timeout(dearness.patience(), wait).await;
        wait.unwrap_or(Err(Busy)).inspect_err(|_| self.state().refuse(client))
    }

    /// Takes another slot for work that has begun, however long that takes.
    pub(crate) async fn enter_again(
        self: &Arc<Self>,
        client: ClientAddress,
        price: u64,
    ) -> Result<Turn, Busy> {
        self.line_up(client, price, true)?.await
    }

    /// Takes a slot, or a waiting place.
    fn line_up(
        self: &Arc<Self>,
        client: ClientAddress,
        price: u64,
        goes_on: bool,
    ) -> Result<impl Future<Output = Result<Turn, Busy>>, Busy> {
        let dearness = Dearness::of(price);
        let (number, called) = self.state().line_up(self, client, price, goes_on)?;
        let place = Place { admission: Arc::clone(self), client, dearness, number };
        Ok(async move {
            let called = called.await.map_err(|_| Busy);
            drop(place);
            called
        })
    }

    /// Whether another query of a client would be refused, whatever its price.
    pub(crate) fn is_full_for(&self, client: ClientAddress) -> bool {
        let mut state = self.state();
        if state.running.iter().sum::<usize>() < self.most {
            return false;
        }
        let most = state.most_of(self, client);
        let is_full = state.clients.get(&client).map_or(0, ClientQueue::len) >= most;
        if is_full {
            state.refuse(client);
        }
        is_full
    }

    /// The number of waiting queries.
    pub(crate) fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// The number of running queries.
    pub(crate) fn running(&self) -> usize {
        self.state().running.iter().sum()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether a slot is free.
    fn is_free(&self, admission: &Admission, dearness: Dearness) -> bool {
        let all: usize = self.running.iter().sum();
        let is_dear = dearness == Dearness::Dear;
        all < admission.most && !(is_dear && self.running[1] >= admission.most_dear)
    }

    /// How many queries of a client may wait.
    fn most_of(&self, admission: &Admission, client: ClientAddress) -> usize {
        match self.clients.get(&client).is_some_and(ClientQueue::is_strained) {
            true => admission.most.min(admission.most_waiting),
            false => admission.most_waiting,
        }
    }

    /// Queues a query, and returns its number and the channel that calls it: at once, if a slot is free.
    fn line_up(
        &mut self,
        admission: &Arc<Admission>,
        client: ClientAddress,
        price: u64,
        goes_on: bool,
    ) -> Result<(u64, oneshot::Receiver<Turn>), Busy> {
        let dearness = Dearness::of(price);
        let most = self.most_of(admission, client);
        let waiting = self.clients.get(&client).map_or(0, ClientQueue::len);
        if !goes_on && !self.is_free(admission, dearness) {
            let is_full = self.waiting >= admission.most_waiting;
            if waiting >= most || is_full && !self.send_away(waiting + 1) {
                self.refuse(client);
                return Err(Busy);
            }
        }
        let (number, (sender, called)) = (self.last + 1, oneshot::channel());
        self.last = number;
        let (place, had) = (dearness as usize, self.had[dearness as usize]);
        let queue = self.clients.entry(client).or_default();
        if queue.running[place] == 0 && queue.waiting[place].is_empty() {
            // A client cannot save up unused points while it is away.
            queue.had[place] = queue.had[place].max(had);
        }
        queue.since.get_or_insert_with(Instant::now);
        let waiting = QueuedQuery { number, price, called: sender, goes_on };
        queue.waiting[place].push_back(waiting);
        self.waiting += 1;
        self.call(admission);
        Ok((number, called))
    }

    /// Records that a query of a client was refused.
    fn refuse(&mut self, client: ClientAddress) {
        if self.clients.len() >= MOST_CLIENTS {
            self.clients.retain(|_, queue| !queue.is_over());
        }
        self.clients.entry(client).or_default().refused_at = Some(Instant::now());
    }

    /// Evicts the last query of the client with the longest queue, if that is longer than `most`.
    fn send_away(&mut self, most: usize) -> bool {
        let longest = self.clients.values_mut().max_by_key(|queue| queue.len());
        let Some(queue) = longest.filter(|queue| queue.len() > most) else { return false };
        for waiting in queue.waiting.iter_mut().rev() {
            if let Some(place) = waiting.iter().rposition(|one| !one.goes_on) {
                // Dropping it notifies the waiting query.
                drop(waiting.remove(place));
                self.waiting -= 1;
                return true;
            }
        }
        false
    }

    /// Calls the next queries while slots are free.
    fn call(&mut self, admission: &Arc<Admission>) {
        for dearness in [Dearness::Cheap, Dearness::Dear] {
            let place = dearness as usize;
            while self.is_free(admission, dearness) {
                let waiting = self.clients.iter_mut();
                let waiting = waiting.filter(|(_, queue)| !queue.waiting[place].is_empty());
                let next =
                    waiting.min_by_key(|(_, it)| (it.had[place], it.waiting[place][0].number));
                let Some((client, queue)) = next else { break };
                let Some(one) = queue.waiting[place].pop_front() else { break };
                self.waiting -= 1;
                if queue.len() == 0 {
                    queue.since = None;
                }
                let (admission, client) = (Arc::clone(admission), *client);
                let turn = Turn { admission, client, dearness, is_taken: true };
                match one.called.send(turn) {
                    Ok(()) => {
                        self.had[place] = queue.had[place];
                        queue.had[place] = queue.had[place].saturating_add(one.price.max(1));
                        queue.running[place] += 1;
                        self.running[place] += 1;
                    }
                    // Its client has just gone.
                    Err(mut turn) => turn.is_taken = false,
                }
            }
        }
    }

    fn forget(&mut self, client: ClientAddress) {
        if self.clients.get(&client).is_some_and(ClientQueue::is_over) {
            self.clients.remove(&client);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_taken {
            return;
        }
        let mut state = self.admission.state();
        state.running[self.dearness as usize] -= 1;
        if let Some(queue) = state.clients.get_mut(&self.client) {
            queue.running[self.dearness as usize] -= 1;
        }
        state.call(&self.admission);
        state.forget(self.client);
    }
}

/// A waiting place, which is freed even if the caller goes away.
struct Place {
    admission: Arc<Admission>,
    client: ClientAddress,
    dearness: Dearness,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.admission.state();
        let Some(queue) = state.clients.get_mut(&self.client) else { return };
        let waiting = &mut queue.waiting[self.dearness as usize];
        // A query that was called or evicted has no place any more.
        let Some(place) = waiting.iter().position(|one| one.number == self.number) else { return };
        waiting.remove(place);
        if queue.len() == 0 {
            queue.since = None;
        }
        state.waiting -= 1;
        state.forget(self.client);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn client(number: u8) -> ClientAddress {
        ClientAddress::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)))
    }

    fn admission(turns: usize, most_waiting: usize) -> Arc<Admission> {
        Arc::new(Admission::new(turns, most_waiting))
    }

    #[tokio::test]
    async fn so_many_run_so_many_wait_and_the_rest_is_refused() {
        let admission = admission(1, 1);
        let turn = admission.enter(client(1), 1).await.expect("it is free");
        let mut waits = Box::pin(admission.enter(client(1), 1));
        assert!(futures_util::poll!(&mut waits).is_pending());
        assert_eq!((admission.waiting(), admission.running()), (1, 1));
        assert!(admission.enter(client(1), 1).await.is_err());
        assert!(admission.is_full_for(client(1)));
        assert_eq!(admission.waiting(), 1);
        drop(turn);
        drop(waits.await.expect("its turn has come"));
        assert_eq!((admission.waiting(), admission.running()), (0, 0));
    }

    #[tokio::test]
    async fn next_is_whoever_has_had_the_least() {
        let admission = admission(1, 100);
        let turn = admission.enter(client(1), 1).await.expect("it is free");
        let mut crowd: Vec<_> = (0..10).map(|_| Box::pin(admission.enter(client(1), 50))).collect();
        for one in &mut crowd {
            assert!(futures_util::poll!(one).is_pending());
        }
        let mut other = Box::pin(admission.enter(client(2), 50));
        assert!(futures_util::poll!(&mut other).is_pending());
        drop(turn);
        // The first client has used a point, and the other none.
        let turn = other.await.expect("it is next, although ten came before it");
        for one in &mut crowd {
            assert!(futures_util::poll!(one).is_pending());
        }
        drop(turn);
        assert!(futures_util::poll!(&mut crowd[0]).is_ready());
    }

    #[tokio::test]
    async fn a_cheap_query_never_waits_for_a_dear_one() {
        let admission = admission(4, 100);
        let dear =
            [admission.enter(client(1), 5_000).await, admission.enter(client(1), 5_000).await];
        let mut third = Box::pin(admission.enter(client(1), 5_000));
        assert!(
            futures_util::poll!(&mut third).is_pending(),
            "half of the slots are for cheap queries"
        );
        let cheap = [admission.enter(client(2), 5).await, admission.enter(client(2), 5).await];
        assert!(cheap.iter().chain(&dear).all(Result::is_ok));
        drop(dear);
        assert!(futures_util::poll!(&mut third).is_ready());
    }

    #[tokio::test]
    async fn where_a_client_asks_for_more_than_can_be_done_fewer_of_it_wait() {
        let admission = admission(1, 3);
        let turn = admission.enter(client(1), 1).await.expect("it is free");
        // How many of four are refused at once.
        let crowd = || async {
            let mut came = [(); 4].map(|()| Box::pin(admission.enter(client(1), 1)));
            let mut refused = 0;
            for one in &mut came {
                refused += usize::from(futures_util::poll!(one).is_ready());
            }
            refused
        };
        assert_eq!(crowd().await, 1, "it is a burst");
        assert_eq!(crowd().await, 3, "one was refused just now");
        let ago = |long: Duration| Instant::now().checked_sub(long);
        let refused_at =
            |at| admission.state().clients.entry(client(1)).or_default().refused_at = at;
        refused_at(ago(STRAIN));
        assert_eq!(crowd().await, 1, "none has been refused for a while");
        refused_at(None);
        let waits = admission.line_up(client(1), 1, false);
        admission.state().clients.entry(client(1)).or_default().since = ago(QUEUE * 2);
        assert_eq!(crowd().await, 4, "there has been a queue for long");
        drop((turn, waits));
        assert!(admission.enter(client(1), 1).await.is_ok());
    }

    #[tokio::test]
    async fn where_all_places_are_taken_the_client_with_the_most_loses_its_last() {
        let admission = admission(1, 3);
        let _turn = admission.enter(client(1), 1).await.expect("it is free");
        let mut crowd = [(); 3].map(|()| Box::pin(admission.enter(client(1), 1)));
        for one in &mut crowd {
            assert!(futures_util::poll!(one).is_pending());
        }
        let mut other = Box::pin(admission.enter(client(2), 1));
        assert!(futures_util::poll!(&mut other).is_pending());
        let [first, second, last] = &mut crowd;
        assert!(
            futures_util::poll!(first).is_pending() && futures_util::poll!(second).is_pending()
        );
        assert!(matches!(futures_util::poll!(last), std::task::Poll::Ready(Err(Busy))));
        assert_eq!(admission.waiting(), 3);
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let admission = admission(1, 1);
        let _turn = admission.enter(client(1), 1).await.expect("it is free");
        assert!(admission.enter(client(1), 1).await.is_err());
        assert_eq!(admission.waiting(), 0);
        assert!(admission.state().clients[&client(1)].is_strained());
    }

    #[tokio::test]
    async fn who_gives_up_makes_room() {
        let admission = admission(1, 1);
        let turn = admission.enter(client(1), 1).await.expect("it is free");
        let gives_up =
            tokio::time::timeout(Duration::from_millis(10), admission.enter(client(1), 1));
        assert!(gives_up.await.is_err());
        // One that is called just after its client has gone.
        let called = admission.line_up(client(1), 1, false).expect("there is room");
        drop(turn);
        assert_eq!((admission.waiting(), admission.running()), (0, 1));
        drop(called);
        assert_eq!((admission.waiting(), admission.running()), (0, 0));
        assert!(admission.state().clients.is_empty());
    }
}
