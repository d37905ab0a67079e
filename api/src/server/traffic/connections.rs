//! The connections of clients: their limits, and which one is closed when there are too many.
//!
//! A connection *waits* while the server waits for its client: for a request, or for the rest of one. Closing it
//! costs little: clients know that an idle connection may be closed at any time. So if all connections are taken, the
//! one that has waited longest is closed for the next client. A connection whose request is being answered is never
//! closed for another.
//!
//! One address may have only a part of all connections, so that it cannot crowd out the others. An IPv6 network of
//! one subscriber (`/64`) counts as one address. A trusted proxy, which connects for many clients, has no such limit.
//!
//! A connection beyond either limit is still accepted as one of a small reserve ([`RESERVE`]), which answers one
//! request each. Requests for health and metrics are answered, so monitoring always gets through. All others get
//! `503` and `Retry-After`. The request is read first: a connection closed with unread bytes is reset, and the client
//! would often not see the `503`. In the reserve, too, the connection that has waited longest is closed for a new
//! one, so connections without requests cannot fill it.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use ipnet::IpNet;
use tokio::sync::{Notify, watch};

use super::rate::network;

/// The number of connections beyond the limits, which may request only health and metrics.
const RESERVE: usize = 16;

/// How many connections clients may have, and how slow they may be.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// The maximum number of connections.
    pub most: usize,
    /// The maximum number of one address; the default is a quarter of all.
    pub most_per_address: Option<usize>,
    /// The proxies that are exempt from the limit of one address.
    pub trusted_proxies: Vec<IpNet>,
    /// The timeout of the first request's head, from the start of the connection.
    pub head: Duration,
    /// How long a connection may be idle between two requests, including the head of the second.
    pub idle: Duration,
    /// The timeout of a body.
    pub body: Duration,
    /// How long a client may go without accepting any byte of an answer.
    pub write: Duration,
    /// How long running requests may take after the server was asked to stop.
    pub drain: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            most: 900,
            most_per_address: None,
            trusted_proxies: Vec::new(),
            head: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            body: Duration::from_secs(30),
            write: Duration::from_secs(20),
            drain: Duration::from_secs(30),
        }
    }
}

/// Why a connection may request only health and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooMany {
    /// Its address has reached its limit.
    OfAddress,
    /// All connections are taken, and none of them waits.
    OfAll,
}

/// The connections at one moment, and counts since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// Open connections.
    pub open: u64,
    /// Connections that got only `503`, because their address had too many.
    pub refused_of_address: u64,
    /// Connections that got only `503`, because all were taken.
    pub refused_of_all: u64,
    /// Waiting connections that were closed to make room.
    pub closed_idle: u64,
}

/// All connections of clients.
#[derive(Debug, Default)]
pub struct ClientConnections {
    limits: ConnectionLimits,
    table: Mutex<ConnectionTable>,
    /// Whether all connections must end.
    ending: watch::Sender<bool>,
    refused_of_address: AtomicU64,
    refused_of_all: AtomicU64,
    closed_idle: AtomicU64,
}

/// The open connections, by their numbers.
#[derive(Debug, Default)]
struct ConnectionTable {
    open: BTreeMap<u64, Arc<ClientConnection>>,
    last: u64,
}

/// One connection of a client.
#[derive(Debug)]
pub(crate) struct ClientConnection {
    address: IpAddr,
    /// Whether it comes from a trusted proxy, for many clients.
    is_of_proxy: bool,
    /// Why it belongs to the reserve; `None` if it does not.
    pub(super) too_many: Option<TooMany>,
    /// Whether it got an answer although it belongs to the reserve.
    pub(super) was_answered: AtomicBool,
    /// Whether it is closed with a reason while its client may still be sending.
    pub(super) lingers: AtomicBool,
    progress: Mutex<Progress>,
    /// Notifies the connection to end.
    pub(super) end: Notify,
}

/// The state of a connection.
#[derive(Debug)]
struct Progress {
    phase: Phase,
    /// Since when it is in this phase.
    since: Instant,
    /// Whether the head of a request has arrived.
    has_asked: bool,
    /// Whether it was told to make room.
    is_leaving: bool,
    /// Whether it carries subscriptions, and so is never idle.
    is_live: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A request, or the rest of one, has not arrived yet.
    Waiting,
    /// A request is being answered.
    Answering,
    /// The answer is complete but not yet sent.
    Sending,
}

impl ClientConnections {
    /// No connections yet.
    #[must_use]
    pub fn new(limits: ConnectionLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The current counts.
    #[must_use]
    pub fn counts(&self) -> ConnectionCounts {
        ConnectionCounts {
            open: self.table().open.len() as u64,
            refused_of_address: self.refused_of_address.load(Relaxed),
            refused_of_all: self.refused_of_all.load(Relaxed),
            closed_idle: self.closed_idle.load(Relaxed),
        }
    }

    /// The limits of connections.
    pub(crate) fn limits(&self) -> &ConnectionLimits {
        &self.limits
    }

    /// A place for a new connection; `None` if even the reserve is full.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<ConnectionPlace> {
        let mut table = self.table();
        let address = network(peer.to_canonical());
        let too_many = self.too_many(&table, peer.to_canonical(), address);
        if let Some(too_many) = too_many
            && table.of_reserve(true).count() >= RESERVE
            && !table.make_room(true)
        {
            self.count_refused(too_many);
            return None;
        }
        let is_of_proxy = self.is_of_proxy(&peer.to_canonical());
        let connection = Arc::new(ClientConnection::new(address, is_of_proxy, too_many));
        table.last += 1;
        let number = table.last;
        table.open.insert(number, Arc::clone(&connection));
        Some(ConnectionPlace { connections: Arc::clone(self), connection, number })
    }

    /// Why a new connection belongs to the reserve. If all are taken, one that waits is closed for it.
    fn too_many(&self, table: &ConnectionTable, peer: IpAddr, address: IpAddr) -> Option<TooMany> {
        let (most, per_address) = (&self.limits.most, self.per_address());
        let is_trusted = self.is_of_proxy(&peer);
        let of_address = || table.of_reserve(false).filter(|it| it.address == address).count();
        if !is_trusted && of_address() >= per_address {
            return Some(TooMany::OfAddress);
        }
        let is_full = table.of_reserve(false).count() >= (*most).max(1);
        (is_full && !self.make_room(table)).then_some(TooMany::OfAll)
    }

    /// Whether an address is that of a trusted proxy.
    fn is_of_proxy(&self, peer: &IpAddr) -> bool {
        self.limits.trusted_proxies.iter().any(|network| network.contains(peer))
    }

    /// Closes the connection that has waited longest, and returns whether there was one.
    fn make_room(&self, table: &ConnectionTable) -> bool {
        let made = table.make_room(false);
        self.closed_idle.fetch_add(made.into(), Relaxed);
        made
    }

    /// Closes the connection that has waited longest, when the system cannot open another.
    pub(super) fn close_oldest(&self) {
        self.make_room(&self.table());
    }

    /// Lets a connection carry subscriptions, which have no end, until the returned value is dropped. Half of all
    /// connections, and half of those of each address, are reserved for ordinary requests.
    ///
    /// # Errors
    /// Which limit is exceeded.
    pub(super) fn go_live(
        &self,
        connection: &Arc<ClientConnection>,
    ) -> Result<LiveConnection, TooMany> {
        let table = self.table();
        let is_live = |it: &&Arc<ClientConnection>| it.progress().is_live;
        if !connection.is_of_proxy {
            let of_address = table.open.values().filter(|it| it.address == connection.address);
            if of_address.filter(is_live).count() >= self.per_address().div_ceil(2) {
                return Err(TooMany::OfAddress);
            }
        }
        if table.open.values().filter(is_live).count() >= self.limits.most.div_ceil(2) {
            return Err(TooMany::OfAll);
        }
        connection.progress().is_live = true;
        Ok(LiveConnection(Arc::clone(connection)))
    }

    /// The maximum number of connections of an address.
    fn per_address(&self) -> usize {
        self.limits.most_per_address.unwrap_or(self.limits.most / 4).max(1)
    }

    /// Signals when all connections must end.
    pub(crate) fn ending(&self) -> Ending {
        Ending(self.ending.subscribe())
    }

    /// Tells all connections to end: those that wait at once, and the others after their answers.
    pub(super) fn end(&self) {
        self.ending.send_replace(true);
        self.table().open.values().for_each(|connection| connection.end.notify_one());
    }

    fn count_refused(&self, too_many: TooMany) {
        let counter = match too_many {
            TooMany::OfAddress => &self.refused_of_address,
            TooMany::OfAll => &self.refused_of_all,
        };
        counter.fetch_add(1, Relaxed);
    }

    fn table(&self) -> MutexGuard<'_, ConnectionTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnectionTable {
    /// The connections that belong to the reserve or not, without those that make room.
    fn of_reserve(&self, is: bool) -> impl Iterator<Item = &Arc<ClientConnection>> {
        let open = self.open.values().filter(move |it| it.too_many.is_some() == is);
        open.filter(|it| !it.progress().is_leaving)
    }

    /// Tells the connection that has waited longest to end, and returns whether there was one.
    fn make_room(&self, of_reserve: bool) -> bool {
        let since = |it: &Arc<ClientConnection>| {
            let progress = it.progress();
            let waits = progress.phase == Phase::Waiting && !progress.is_live;
            waits.then_some((progress.since, Arc::clone(it)))
        };
        let waiting = self.of_reserve(of_reserve).filter_map(since);
        let Some((_, oldest)) = waiting.min_by_key(|(since, _)| *since) else { return false };
        oldest.progress().is_leaving = true;
        oldest.end.notify_one();
        true
    }
}

impl ClientConnection {
    fn new(address: IpAddr, is_of_proxy: bool, too_many: Option<TooMany>) -> Self {
        let (phase, since) = (Phase::Waiting, Instant::now());
        let progress =
            Progress { phase, since, has_asked: false, is_leaving: false, is_live: false };
        Self {
            address,
            is_of_proxy,
            too_many,
            was_answered: AtomicBool::new(false),
            lingers: AtomicBool::new(false),
            progress: Mutex::new(progress),
            end: Notify::new(),
        }
    }

    /// The head of a request has arrived. Its body may not have.
    pub(super) fn has_head(&self) {
        let mut progress = self.progress();
        progress.has_asked = true;
        progress.phase = Phase::Waiting;
        progress.since = Instant::now();
    }

    /// A request has arrived, or the rest of it is not needed.
    pub(super) fn answers(&self) {
        self.progress().phase = Phase::Answering;
    }

    /// An answer is complete.
    pub(super) fn has_answered(&self) {
        self.progress().phase = Phase::Sending;
    }

    /// Everything has been sent.
    pub(super) fn has_sent(&self) {
        let mut progress = self.progress();
        if progress.phase == Phase::Sending {
            progress.phase = Phase::Waiting;
            progress.since = Instant::now();
        }
    }

    /// Whether it may be closed without loss.
    pub(super) fn waits(&self) -> bool {
        self.progress().phase == Phase::Waiting
    }

    /// Whether a request is being answered.
    pub(super) fn is_answering(&self) -> bool {
        self.progress().phase == Phase::Answering
    }

    /// Whether the head of a request has arrived.
    pub(super) fn has_asked(&self) -> bool {
        self.progress().has_asked
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Signals when all connections must end.
#[derive(Clone, Debug)]
pub(crate) struct Ending(watch::Receiver<bool>);

impl Ending {
    /// Waits for the signal.
    pub(crate) async fn wait(&mut self) {
        // Without a sender there is no server.
        drop(self.0.wait_for(|is_ending| *is_ending).await);
    }
}

/// A connection that carries subscriptions, until this is dropped.
#[derive(Debug)]
pub(crate) struct LiveConnection(Arc<ClientConnection>);

impl Drop for LiveConnection {
    fn drop(&mut self) {
        self.0.progress().is_live = false;
    }
}

/// A place among the connections, which is freed when this is dropped.
#[derive(Debug)]
pub(super) struct ConnectionPlace {
    connections: Arc<ClientConnections>,
    pub(super) connection: Arc<ClientConnection>,
    number: u64,
}

impl ConnectionPlace {
    /// Lets the connection carry subscriptions.
    pub(super) fn go_live(&self) -> Result<LiveConnection, TooMany> {
        self.connections.go_live(&self.connection)
    }

    /// The limits of the connection.
    pub(super) fn limits(&self) -> &ConnectionLimits {
        &self.connections.limits
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        self.connections.table().open.remove(&self.number);
        if let Some(too_many) = self.connection.too_many
            && !self.connection.was_answered.load(Relaxed)
        {
            self.connections.count_refused(too_many);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(limits: ConnectionLimits) -> Arc<ClientConnections> {
        Arc::new(ClientConnections::new(limits))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn the_one_that_has_waited_longest_makes_room() {
        let all = connections(ConnectionLimits {
            most: 3,
            most_per_address: Some(3),
            ..ConnectionLimits::default()
        });
        let admit = || all.admit(address("192.0.2.1")).expect("there is room");
        let (first, second) = (admit(), admit());
        let other = || all.admit(address("192.0.2.2")).expect("there is room");
        let third = other();
        first.connection.has_head();
        first.connection.answers();
        let fourth = other();
        assert_eq!(fourth.connection.too_many, None);
        assert!(second.connection.progress().is_leaving && !third.connection.progress().is_leaving);
        // A connection that is idle again has waited less long than one that never sent a request.
        first.connection.has_answered();
        assert!(!first.connection.waits(), "the answer is not sent yet");
        first.connection.has_sent();
        let fifth = other();
        assert!(third.connection.progress().is_leaving && first.connection.waits());
        for place in [&first, &fourth, &fifth] {
            place.connection.answers();
        }
        let sixth = other();
        assert_eq!(sixth.connection.too_many, Some(TooMany::OfAll));
        let counts = all.counts();
        assert_eq!((counts.open, counts.closed_idle, counts.refused_of_all), (6, 2, 0));
        drop(sixth);
        assert_eq!(all.counts().refused_of_all, 1);
    }

    #[test]
    fn an_address_has_a_part_of_them_and_a_proxy_has_all() {
        let trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
        let all = connections(ConnectionLimits {
            most: 8,
            trusted_proxies,
            ..ConnectionLimits::default()
        });
        let mut places = Vec::new();
        let mut admit = |text: &str| {
            let place = all.admit(address(text)).expect("there is room");
            let too_many = place.connection.too_many;
            places.push(place);
            too_many
        };
        assert_eq!([admit("2001:db8::1"), admit("2001:db8::2")], [None; 2]);
        assert_eq!(admit("2001:db8::3"), Some(TooMany::OfAddress));
        assert_eq!(admit("2001:db8:0:1::1"), None);
        assert_eq!([admit("::ffff:192.0.2.1"), admit("192.0.2.1")], [None; 2]);
        assert_eq!(admit("192.0.2.1"), Some(TooMany::OfAddress));
        assert_eq!([admit("10.0.0.1"), admit("10.0.0.1"), admit("10.0.0.1")], [None; 3]);
    }

    #[test]
    fn the_reserve_has_an_end() {
        let all = connections(ConnectionLimits { most: 1, ..ConnectionLimits::default() });
        let places: Vec<_> = (0..=RESERVE)
            .map(|_| all.admit(address("192.0.2.1")).expect("there is room"))
            .collect();
        assert!(places.iter().all(|place| !place.connection.progress().is_leaving));
        let one_more = all.admit(address("192.0.2.1")).expect("one makes room");
        // The first does not belong to the reserve.
        let leaving: Vec<bool> =
            places.iter().map(|place| place.connection.progress().is_leaving).collect();
        assert!(leaving[1] && leaving.iter().filter(|it| **it).count() == 1);
        for place in places.iter().chain([&one_more]) {
            place.connection.answers();
        }
        assert!(all.admit(address("192.0.2.1")).is_none());
        let counts = all.counts();
        assert_eq!((counts.closed_idle, counts.refused_of_address), (0, 1));
    }
}
