//! Each client's share of the memory for files: a client with slow readers leaves some to others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{admission::Dearness, rate::ClientAddress};

/// How often to check whether a client's share has shrunk.
const PAUSE: Duration = Duration::from_millis(20);

/// The memory that files hold, by client.
#[derive(Debug)]
pub(crate) struct FileShares {
    /// The maximum number of bytes of a client that holds more than one file.
    most: u64,
    held: Mutex<HashMap<ClientAddress, u64>>,
}

/// The memory that one file holds, until this is dropped.
#[derive(Debug)]
pub(crate) struct FileShare {
    of: Arc<FileShares>,
    client: ClientAddress,
    bytes: u64,
}

impl FileShares {
    /// Shares of a total in mebibytes: each client may hold half.
    pub(crate) fn new(mebibytes: u32) -> Arc<Self> {
        let most = (u64::from(mebibytes) << 20) / 2;
        Arc::new(Self { most, held: Mutex::default() })
    }

    /// Reserves `bytes` for a file of a client as soon as its share allows; `None` if that takes too long.
    pub(crate) async fn wait(
        self: &Arc<Self>,
        client: ClientAddress,
        bytes: u64,
    ) -> Option<FileShare> {
        let until = Instant::now() + Dearness::Dear.patience();
        loop {
            match self.take(client, bytes) {
                None if Instant::now() < until => tokio::time::sleep(PAUSE).await,
                share => return share,
            }
        }
    }

    /// Reserves `bytes` for a file of a client; `None` if the client holds too many.
    fn take(self: &Arc<Self>, client: ClientAddress, bytes: u64) -> Option<FileShare> {
        if bytes == 0 {
            return Some(FileShare { of: Arc::clone(self), client, bytes });
        }
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = all.entry(client).or_default();
        if *held > 0 && held.saturating_add(bytes) > self.most {
            return None;
        }
        *held = held.saturating_add(bytes);
        Some(FileShare { of: Arc::clone(self), client, bytes })
    }
}

impl Drop for FileShare {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut all = self.of.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = all.get_mut(&self.client) else { return };
        *held = held.saturating_sub(self.bytes);
        if *held == 0 {
            all.remove(&self.client);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_holds_half_or_one_file() {
        let shares = FileShares::new(4);
        let client = |last| ClientAddress::of(std::net::Ipv4Addr::new(192, 0, 2, last).into());
        let first = shares.take(client(1), 3 << 20).expect("one file is never too large");
        assert!(shares.take(client(1), 1).is_none());
        assert!(shares.take(client(1), 0).is_some(), "what takes no memory is always taken");
        let other = shares.take(client(2), 1 << 20).expect("another client");
        assert!(shares.take(client(2), 1 << 20).is_some());
        drop((first, other));
        assert!(shares.take(client(1), 1).is_some());
        assert!(shares.held.lock().unwrap().is_empty(), "nothing is left of who holds nothing");
    }
}
