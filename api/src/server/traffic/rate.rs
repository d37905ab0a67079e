//! How much one client may ask for: a bucket of points that fills again with time.
//!
//! A client may send a query as long as it has points, and pays for each answer what the query was priced
//! at; an answer that was kept costs a point. So what it may owe is one query at most, and it waits until
//! that is paid. A client is an address: the peer's, or, where that is a proxy that is trusted, the one
//! that the proxy names. A network of IPv6 that belongs to one subscriber (`/64`) is one client.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use quick_cache::sync::Cache;

/// The clients that are remembered. One that was forgotten begins with a full bucket.
const CLIENTS: usize = 100_000;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The address that a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// How much a client may ask for.
#[derive(Clone, Debug, Default)]
pub struct RateLimit {
    /// The points that a client gets each second; 0 sets no limit.
    pub points_per_second: u32,
    /// The points that it can save up.
    pub burst: u32,
    /// The proxies whose word for the address of a client is taken.
    pub trusted_proxies: Vec<IpNet>,
}

/// The buckets of all clients.
pub(crate) struct ClientRates {
    limit: RateLimit,
    buckets: Cache<IpAddr, Arc<Mutex<Bucket>>>,
}

#[derive(Debug)]
struct Bucket {
    points: f64,
    at: Instant,
}

/// The account of one client.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    bucket: Arc<Mutex<Bucket>>,
    per_second: f64,
    most: f64,
}

impl ClientRates {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, buckets: Cache::new(CLIENTS) }
    }

    /// The account of a client; none where there is no limit, or where nobody knows where it is.
    pub(crate) fn account(&self, peer: Option<Peer>, headers: &HeaderMap) -> Option<Account> {
        if self.limit.points_per_second == 0 {
            return None;
        }
        let client = network(client(peer?.0.ip(), headers, &self.limit.trusted_proxies));
        let most = f64::from(self.limit.burst.max(1));
        let full = || Arc::new(Mutex::new(Bucket { points: most, at: Instant::now() }));
        let bucket = self.buckets.get_or_insert_with(&client, || Ok::<_, ()>(full())).ok()?;
        Some(Account { bucket, per_second: self.limit.points_per_second.into(), most })
    }
}

/// The address of a client. Each proxy puts down at the end whom it was asked by, so the last address that
/// is not a trusted proxy is the last one that can be believed.
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

/// The address that stands for all that are one client.
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
        let points = self.points();
        if points >= 1.0 { Ok(()) } else { Err(self.seconds_until(1.0, points)) }
    }

    /// Takes points away, more than there are where it must be.
    pub(crate) fn pay(&self, points: u64) {
        self.points();
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.points -= as_float(points);
    }

    /// What the client is told of its account.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let points = self.points();
        let reset = self.seconds_until(self.most, points);
        headers.insert(LIMIT, whole(self.most).into());
        headers.insert(REMAINING, whole(points).into());
        headers.insert(RESET, reset.into());
    }

    /// The points that there are at this moment.
    fn points(&self) -> f64 {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let earned = bucket.at.elapsed().as_secs_f64() * self.per_second;
        bucket.at = Instant::now();
        bucket.points = (bucket.points + earned).min(self.most);
        bucket.points
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
        // A client can write what it likes before what the proxies write.
        assert_eq!(found("10.1.1.1", &["1.2.3.4, 203.0.113.7, 10.2.2.2"]), "203.0.113.7");
        assert_eq!(found("10.1.1.1", &["1.2.3.4", "203.0.113.7", "10.2.2.2"]), "203.0.113.7");
        assert_eq!(found("10.1.1.1", &["203.0.113.7, nonsense"]), "10.1.1.1");
        assert_eq!(found("::1", &["[2001:db8::5]:443"]), "2001:db8::5");
        assert_eq!(found("::ffff:10.1.1.1", &["203.0.113.7:80"]), "203.0.113.7");
        assert_eq!(found("10.1.1.1", &[]), "10.1.1.1");
    }

    #[test]
    fn a_client_pays_and_waits() {
        let limit = RateLimit { points_per_second: 10, burst: 100, trusted_proxies: Vec::new() };
        let rates = ClientRates::new(limit);
        let account = |address: &str| {
            let peer = Peer(SocketAddr::new(address.parse().unwrap(), 1));
            rates.account(Some(peer), &HeaderMap::new()).unwrap()
        };
        let first = account("2001:db8::1");
        assert_eq!(first.may_ask(), Ok(()));
        first.pay(150);
        assert!(matches!(first.may_ask(), Err(5 | 6)));
        // The same network is the same client, and another is not.
        assert!(account("2001:db8::2").may_ask().is_err());
        assert!(account("2001:db8:1::1").may_ask().is_ok());
        let mut headers = HeaderMap::new();
        first.tell(&mut headers);
        assert_eq!(headers[LIMIT], "100");
        assert_eq!(headers[REMAINING], "0");
        assert!(headers[RESET] == "15" || headers[RESET] == "14");
        assert!(ClientRates::new(RateLimit::default()).account(None, &HeaderMap::new()).is_none());
    }
}
