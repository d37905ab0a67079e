//! The rate limit of one client: a bucket of points that refills with time.
//!
//! A client may send requests as long as it has points. The price of a query is charged before it runs, so that
//! concurrent queries spend no more than sequential ones; afterwards the difference to its actual cost is refunded. A
//! client that disconnects gets no refund. A cached answer costs one point. A query that costs more than a full
//! bucket may run if the bucket is full, and the balance becomes negative.
//!
//! A client is an address: the peer's, or, if that is a trusted proxy, the one that the proxy names. An IPv6 network
//! of one subscriber (`/64`) is one client.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use quick_cache::sync::Cache;

/// The maximum number of remembered clients. A forgotten client starts with a full bucket.
const CLIENTS: usize = 100_000;

/// The longest wait in seconds before checking again whether a client has paid its debt.
const LONGEST_WAIT: u64 = 5;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The address that a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// How much a client may use.
#[derive(Clone, Debug, Default)]
pub struct RateLimit {
    /// The points that a client gets per second; 0 disables the limit.
    pub points_per_second: u32,
    /// The points that it can save up.
    pub burst: u32,
    /// The proxies that are trusted to name the address of a client.
    pub trusted_proxies: Vec<IpNet>,
}

/// The buckets of all clients.
pub(crate) struct ClientRates {
    limit: RateLimit,
    buckets: Cache<ClientAddress, Arc<Mutex<Bucket>>>,
}

#[derive(Debug)]
struct Bucket {
    points: f64,
    at: Instant,
}

/// The client, if its address is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ClientAddress(Option<IpAddr>);

impl ClientAddress {
    /// The client with an address.
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(Some(network(address.to_canonical())))
    }
}

/// The account of one client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) client: ClientAddress,
    /// None without a limit, or if the client is unknown.
    points: Option<AccountPoints>,
}

/// The points of an account.
#[derive(Clone, Debug)]
struct AccountPoints {
    bucket: Arc<Mutex<Bucket>>,
    per_second: f64,
    most: f64,
}

/// Points that are charged for a query before it runs.
#[must_use]
#[derive(Debug)]
pub(crate) struct Reservation {
    of: Option<AccountPoints>,
    price: u64,
}

impl ClientRates {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, buckets: Cache::new(CLIENTS) }
    }

    /// The account of a client.
    pub(crate) fn account(&self, peer: Option<Peer>, headers: &HeaderMap) -> Account {
        let Some(Peer(peer)) = peer else { return Account::default() };
        let address = client(peer.ip(), headers, &self.limit.trusted_proxies);
        let client = ClientAddress::of(address);
        if self.limit.points_per_second == 0 {
            return Account { client, points: None };
        }
        let most = f64::from(self.limit.burst.max(1));
        let full = || Arc::new(Mutex::new(Bucket { points: most, at: Instant::now() }));
        let bucket = self.buckets.get_or_insert_with(&client, || Ok::<_, ()>(full())).ok();
        let per_second = self.limit.points_per_second.into();
        let points = bucket.map(|bucket| AccountPoints { bucket, per_second, most });
        Account { client, points }
    }
}

/// The address of a client. Each proxy appends the address that it was called from, so the last address that is not a
/// trusted proxy is the last one that can be trusted.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    let lines: Vec<&HeaderValue> = headers.get_all(FORWARDED_FOR).iter().collect();
    for named in lines.iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')) {
        if !is_trusted(&client) {
            break;
        }
        let named = std::str::from_utf8(named).unwrap_or_default().trim();
        let address = named.parse::<SocketAddr>().map(|address| address.ip());
        let Ok(address) = address.or_else(|_| named.trim_matches(['[', ']']).parse()) else {
            break;
        };
        client = address.to_canonical();
    }
    client
}

/// The address that stands for all addresses of one client.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

impl Account {
    /// Whether there are points left, and if not, after how many seconds there will be.
    pub(crate) fn may_ask(&self) -> Result<(), u64> {
        self.points.as_ref().map_or(Ok(()), |points| points.have(1))
    }

    /// Charges points for work that was done, even if that makes the balance negative.
    pub(crate) fn pay(&self, price: u64) {
        if let Some(points) = &self.points {
            points.add(-as_float(price));
        }
    }

    /// Charges the price of a query.
    ///
    /// # Errors
    /// After how many seconds there will be enough points.
    pub(crate) fn reserve(&self, price: u64) -> Result<Reservation, u64> {
        if let Some(points) = &self.points {
            points.take(price)?;
        }
        Ok(Reservation { of: self.points.clone(), price })
    }

    /// Waits while the client owes more than it can ever save up.
    pub(crate) async fn wait_for_debts(&self) {
        while let Some(points) = &self.points {
            let (least, now) = (-points.most, points.add(0.0));
            if now >= least {
                return;
            }
            let seconds = points.seconds_until(least, now).clamp(1, LONGEST_WAIT);
            tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
        }
    }

    /// Whether the client has a rate limit.
    pub(crate) fn is_limited(&self) -> bool {
        self.points.is_some()
    }

    /// Adds the rate-limit headers.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let Some(points) = &self.points else { return };
        let left = points.add(0.0);
        headers.insert(LIMIT, whole(points.most).into());
        headers.insert(REMAINING, whole(left).into());
        headers.insert(RESET, points.seconds_until(points.most, left).into());
    }
}

impl Reservation {
    /// Refunds what a query did not cost.
    pub(crate) fn settle(self, cost: u64) {
        if let Some(points) = &self.of {
            points.add(as_float(self.price.saturating_sub(cost.max(1))));
        }
    }
}

impl AccountPoints {
    /// Whether there are enough points, or as many as there ever can be; if not, after how many seconds there will
    /// be.
    fn have(&self, price: u64) -> Result<(), u64> {
        let (wanted, points) = (as_float(price).min(self.most), self.add(0.0));
        if points >= wanted { Ok(()) } else { Err(self.seconds_until(wanted, points)) }
    }

    /// Takes points if there are enough.
    fn take(&self, price: u64) -> Result<(), u64> {
        let mut bucket = self.bucket();
        self.fill(&mut bucket);
        let wanted = as_float(price).min(self.most);
        if bucket.points < wanted {
            return Err(self.seconds_until(wanted, bucket.points));
        }
        bucket.points -= as_float(price);
        Ok(())
    }

    /// Adds points, and returns the balance.
    fn add(&self, points: f64) -> f64 {
        let mut bucket = self.bucket();
        self.fill(&mut bucket);
        bucket.points = (bucket.points + points).min(self.most);
        bucket.points
    }

    /// Adds the points earned since the last call.
    fn fill(&self, bucket: &mut Bucket) {
        let earned = bucket.at.elapsed().as_secs_f64() * self.per_second;
        bucket.at = Instant::now();
        bucket.points = (bucket.points + earned).min(self.most);
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seconds_until(&self, wanted: f64, points: f64) -> u64 {
        whole(((wanted - points) / self.per_second).ceil())
    }
}

#[expect(clippy::cast_precision_loss, reason = "prices are far below 2^52")]
fn as_float(points: u64) -> f64 {
    points as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is below zero counts as zero"
)]
fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let pair = |line: &&str| (FORWARDED_FOR, HeaderValue::from_str(line).expect("a header"));
        lines.iter().map(pair).collect()
    }

    #[test]
    fn only_what_trusted_proxies_say_is_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let found = |peer: &str, lines: &[&str]| {
            client(peer.parse().unwrap(), &headers(lines), &trusted).to_string()
        };
        assert_eq!(found("192.0.2.1", &["203.0.113.7"]), "192.0.2.1");
        assert_eq!(found("10.1.1.1", &["203.0.113.7"]), "203.0.113.7");
        // A client can write anything before what the proxies append.
        assert_eq!(found("10.1.1.1", &["1.2.3.4, 203.0.113.7, 10.2.2.2"]), "203.0.113.7");
        assert_eq!(found("10.1.1.1", &["1.2.3.4", "203.0.113.7", "10.2.2.2"]), "203.0.113.7");
        assert_eq!(found("10.1.1.1", &["203.0.113.7, nonsense"]), "10.1.1.1");
        assert_eq!(found("::1", &["[2001:db8::5]:443"]), "2001:db8::5");
        assert_eq!(found("::ffff:10.1.1.1", &["203.0.113.7:80"]), "203.0.113.7");
        assert_eq!(found("10.1.1.1", &[]), "10.1.1.1");
    }

    fn account(rates: &ClientRates, address: &str) -> Account {
        let peer = Peer(SocketAddr::new(address.parse().unwrap(), 1));
        rates.account(Some(peer), &HeaderMap::new())
    }

    fn rates(points_per_second: u32, burst: u32) -> ClientRates {
        ClientRates::new(RateLimit { points_per_second, burst, trusted_proxies: Vec::new() })
    }

    #[test]
    fn a_client_pays_and_waits() {
        let rates = rates(10, 100);
        let first = account(&rates, "2001:db8::1");
        assert_eq!(first.may_ask(), Ok(()));
        first.pay(150);
        assert!(matches!(first.may_ask(), Err(5 | 6)));
        // The same network is the same client, and another one is not.
        assert!(account(&rates, "2001:db8::2").may_ask().is_err());
        assert!(account(&rates, "2001:db8:1::1").may_ask().is_ok());
        let mut headers = HeaderMap::new();
        first.tell(&mut headers);
        assert_eq!(headers[LIMIT], "100");
        assert_eq!(headers[REMAINING], "0");
        assert!(headers[RESET] == "15" || headers[RESET] == "14");
        let nobody = ClientRates::new(RateLimit::default()).account(None, &HeaderMap::new());
        assert!(nobody.reserve(u64::MAX).is_ok());
    }

    #[test]
    fn a_price_is_taken_before_and_the_rest_is_given_back_after() {
        let rates = rates(1, 100);
        let client = account(&rates, "192.0.2.1");
        let first = client.reserve(60).expect("the bucket is full");
        // Another one of the same price would exceed the balance.
        assert!(client.reserve(60).is_err());
        let second = client.reserve(40).expect("as many are left");
        first.settle(10);
        assert!(client.reserve(51).is_err());
        let third = client.reserve(50).expect("they were given back");
        // A client that disconnects gets no refund.
        drop((second, third));
        assert!(client.may_ask().is_err());
        let other = account(&rates, "192.0.2.2");
        let dear = other.reserve(1_000).expect("a full bucket will do");
        assert!(other.may_ask().is_err());
        dear.settle(990);
        assert!(matches!(other.may_ask(), Err(890..=892)));
    }
}
