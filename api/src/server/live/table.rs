//! The topics and their subscribers, and the limits for them.
//!
//! The price of a topic counts for one of the clients that subscribe to it, at first for the first one. When that
//! client leaves, it counts for another subscriber.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::task::AbortHandle;

use super::channel::{Channel, TopicKey, Updates};
use crate::server::{
    request::answer::Refusal,
    settings::LiveLimits,
    traffic::{
        admission::Dearness,
        rate::{Account, ClientAddress},
    },
};

/// The maximum size in bytes of the last answers of all topics together.
const MOST_BYTES: usize = 64 << 20;

/// All topics, with their subscribers.
pub(super) struct LiveTable {
    limits: LiveLimits,
    state: Mutex<TableState>,
}

#[derive(Default)]
struct TableState {
    topics: HashMap<TopicKey, TopicEntry>,
    clients: HashMap<ClientAddress, LiveClient>,
    subscribers: usize,
    /// The total price of all topics.
    cost: u64,
    /// The size of their last answers.
    bytes: usize,
    /// The number of the last subscriber or topic.
    last: u64,
}

struct TopicEntry {
    number: u64,
    price: u64,
    bytes: usize,
    /// The client that its price counts for.
    owner: ClientAddress,
    subscribers: BTreeMap<u64, Account>,
    /// The subscriber that paid last.
    paid: u64,
    channel: Channel,
    task: AbortHandle,
}

#[derive(Default)]
struct LiveClient {
    subscribers: usize,
    cost: u64,
    /// Makes this client's topics take turns: one lock for cheap topics, one for expensive ones.
    turns: [Arc<tokio::sync::Mutex<()>>; 2],
}

/// A place among the subscribers of a topic.
pub(super) struct SubscriberPlace {
    pub(super) key: TopicKey,
    pub(super) number: u64,
    pub(super) client: ClientAddress,
}

impl LiveTable {
    pub(super) fn new(limits: LiveLimits) -> Self {
        Self { limits, state: Mutex::default() }
    }

    /// Adds a subscriber to a topic. If the topic is new, `begin` starts it under its number.
    ///
    /// # Errors
    /// Which limit is exceeded.
    pub(super) fn join(
        &self,
        key: &TopicKey,
        price: u64,
        account: &Account,
        begin: impl FnOnce(u64) -> (Channel, AbortHandle),
    ) -> Result<(SubscriberPlace, Updates), Refusal> {
        let (mut state, client) = (self.state(), account.client);
        let is_new = !state.topics.contains_key(key);
        self.check(&state, client, is_new.then_some(price))?;
        state.subscribers += 1;
        state.last += 1;
        let number = state.last;
        state.clients.entry(client).or_default().subscribers += 1;
        if is_new {
            let (channel, task) = begin(number);
            let entry = TopicEntry {
                number,
                price,
                bytes: 0,
                owner: client,
                subscribers: BTreeMap::new(),
                paid: 0,
                channel,
                task,
            };
            state.topics.insert(Arc::clone(key), entry);
            state.charge(client, price);
        }
        let entry = state.topics.get_mut(key);
        let updates = entry.map(|entry| {
            entry.subscribers.insert(number, account.clone());
            entry.channel.updates()
        });
        let place = SubscriberPlace { key: Arc::clone(key), number, client };
        Ok((place, updates.unwrap_or(Updates::None)))
    }

    /// Checks whether one more subscriber may join; `price` is that of a new topic.
    fn check(
        &self,
        state: &TableState,
        client: ClientAddress,
        price: Option<u64>,
    ) -> Result<(), Refusal> {
        let LiveLimits { most, cost, .. } = self.limits;
        let (per_client, cost_of_client) = (self.limits.per_client(), self.limits.cost_of_client());
        let of_client = state.clients.get(&client);
        if state.subscribers >= most {
            let message = format!(
                "The server has {most} subscriptions, which is the limit (--max-subscriptions). Try again later."
            );
            return Err(Refusal::too_many_live(&message, "subscriptions"));
        }
        if of_client.map_or(0, |it| it.subscribers) >= per_client {
            let message = format!(
                "You have {per_client} subscriptions, which is the limit of a client \
                 (--max-subscriptions-per-client). Complete some of them first."
            );
            return Err(Refusal::too_many_live(&message, "subscriptions of a client"));
        }
        let Some(price) = price else { return Ok(()) };
        if of_client.map_or(0, |it| it.cost) + price > cost_of_client {
            let message = format!(
                "The price of this live query is {price} points. With it, your live queries would exceed the limit \
                 of a client: {cost_of_client} points after each load, a fifth of --max-live-cost. Ask for less, or \
                 complete some of them first."
            );
            return Err(Refusal::too_many_live(&message, "points of live queries of a client"));
        }
        if state.cost + price > cost {
            let message = format!(
                "The price of this live query is {price} points. With it, all live queries together would exceed \
                 the limit of {cost} points after each load (--max-live-cost). Try again later."
            );
            return Err(Refusal::too_many_live(&message, "points of live queries"));
        }
        Ok(())
    }

    /// Removes a subscriber. A topic without subscribers ends.
    pub(super) fn leave(&self, place: &SubscriberPlace) -> Left {
        let (mut state, SubscriberPlace { key, number, client }) = (self.state(), place);
        state.subscribers -= 1;
        if let Some(of_client) = state.clients.get_mut(client) {
            of_client.subscribers -= 1;
        }
        let Some(entry) = state.topics.get_mut(key) else {
            state.forget(*client);
            return Left::Topic;
        };
        // Another topic may have replaced one that ended.
        if entry.subscribers.remove(number).is_none() {
            state.forget(*client);
            return Left::Topic;
        }
        let mut left = Left::Topic;
        if entry.subscribers.is_empty() {
            state.end(key);
            left = Left::Nobody;
        } else if entry.owner == *client
            && entry.subscribers.values().all(|account| account.client != *client)
            && let Some(heir) = entry.subscribers.values().next().map(|account| account.client)
        {
            entry.owner = heir;
            let price = entry.price;
            state.discharge(*client, price);
            state.charge(heir, price);
        }
        state.forget(*client);
        left
    }

    /// Ends a topic whose subscribers have been notified.
    pub(super) fn end(&self, key: &TopicKey, number: u64) -> bool {
        let mut state = self.state();
        let is_there = state.topics.get(key).is_some_and(|entry| entry.number == number);
        if is_there {
            state.end(key);
        }
        is_there
    }

    /// Who pays for the next answer of a topic, in turn, and the turn lock of the client that its price counts for.
    /// `None` if nobody waits for the topic any more.
    pub(super) fn payer(
        &self,
        key: &TopicKey,
        dearness: Dearness,
    ) -> Option<(Account, Arc<tokio::sync::Mutex<()>>)> {
        let mut state = self.state();
        let entry = state.topics.get_mut(key)?;
        let mut next = entry.subscribers.range(entry.paid + 1..);
        let (number, account) = next
            .next()
            .or_else(|| entry.subscribers.iter().next())
            .map(|(n, it)| (*n, it.clone()))?;
        entry.paid = number;
        let owner = entry.owner;
        let turns = &state.clients.entry(owner).or_default().turns;
        Some((account, Arc::clone(&turns[dearness as usize])))
    }

    /// Records the size of a topic's last answer. Returns whether there is room for it.
    pub(super) fn keep(&self, key: &TopicKey, bytes: usize) -> bool {
        let mut state = self.state();
        let of_others = state.bytes - state.topics.get(key).map_or(0, |entry| entry.bytes);
        let has_room = of_others + bytes <= MOST_BYTES;
        if has_room && let Some(entry) = state.topics.get_mut(key) {
            entry.bytes = bytes;
            state.bytes = of_others + bytes;
        }
        has_room
    }

    fn state(&self) -> MutexGuard<'_, TableState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left when a subscriber has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Its topic, or one that ended before.
    Topic,
    /// Nobody: its topic has ended.
    Nobody,
}

impl TableState {
    fn charge(&mut self, client: ClientAddress, price: u64) {
        self.cost += price;
        self.clients.entry(client).or_default().cost += price;
    }

    fn discharge(&mut self, client: ClientAddress, price: u64) {
        self.cost -= price;
        if let Some(of_client) = self.clients.get_mut(&client) {
            of_client.cost -= price;
        }
    }

    fn end(&mut self, key: &TopicKey) {
        if let Some(entry) = self.topics.remove(key) {
            entry.task.abort();
            self.bytes -= entry.bytes;
            self.discharge(entry.owner, entry.price);
            self.forget(entry.owner);
        }
    }

    fn forget(&mut self, client: ClientAddress) {
        if self.clients.get(&client).is_some_and(|it| it.subscribers == 0 && it.cost == 0) {
            self.clients.remove(&client);
        }
    }
}
