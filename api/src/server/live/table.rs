//! Who subscribes to what, and how much of it there may be.
//!
//! A topic is charged to one of the clients that subscribe to it, the first at first: its price counts among theirs. Where
//! they leave, it is charged to another one that is there.

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

/// The bytes that the last answers of all topics may take together.
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
    /// What all topics are priced at.
    cost: u64,
    /// What their last answers take.
    bytes: usize,
    /// The number of the last subscriber or topic.
    last: u64,
}

struct TopicEntry {
    number: u64,
    price: u64,
    bytes: usize,
    /// Whom it is charged to.
    owner: ClientAddress,
    subscribers: BTreeMap<u64, Account>,
    /// The subscriber that has paid last.
    paid: u64,
    channel: Channel,
    task: AbortHandle,
}

#[derive(Default)]
struct LiveClient {
    subscribers: usize,
    cost: u64,
    /// Whose turn it is among its topics, cheap and dear ones.
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

    /// Takes a place among the subscribers of a topic, which `begin` makes where there is none yet: by its number.
    ///
    /// # Errors
    /// What there is too much of.
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

    /// Whether one more subscriber may be there, of a new topic of a price where there is one.
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
                "there are {most} subscriptions, and there may be no more (setting: --max-subscriptions): try again later"
            );
            return Err(Refusal::too_many_live(&message, "subscriptions"));
        }
        if of_client.map_or(0, |it| it.subscribers) >= per_client {
            let message = format!(
                "you have {per_client} subscriptions, and a client may have no more (setting: \
                 --max-subscriptions-per-client): complete some of them first"
            );
            return Err(Refusal::too_many_live(&message, "subscriptions of a client"));
        }
        let Some(price) = price else { return Ok(()) };
        if of_client.map_or(0, |it| it.cost) + price > cost_of_client {
            let message = format!(
                "this live query is priced at {price} points, and with it yours would take more than the {cost_of_client} \
                 that those of a client may after each load (setting: --max-live-cost, of which it is a fifth): ask for \
                 less, or complete some of them first"
            );
            return Err(Refusal::too_many_live(&message, "points of live queries of a client"));
        }
        if state.cost + price > cost {
            let message = format!(
                "all live queries together take nearly the {cost} points that they may after each load (setting: \
                 --max-live-cost), and this one is priced at {price}: try again later"
            );
            return Err(Refusal::too_many_live(&message, "points of live queries"));
        }
        Ok(())
    }

    /// Gives a place back. A topic without subscribers ends.
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
        // Another topic may have taken the place of one that has ended.
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

    /// Ends a topic, whose subscribers have been told.
    pub(super) fn end(&self, key: &TopicKey, number: u64) -> bool {
        let mut state = self.state();
        let is_there = state.topics.get(key).is_some_and(|entry| entry.number == number);
        if is_there {
            state.end(key);
        }
        is_there
    }

    /// Who pays for the next answer of a topic, in turn, and the turns of the client that it is charged to. None where
    /// nobody waits for it any more.
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

    /// Notes what the last answer of a topic takes. Tells whether there is room for it.
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
    /// Its topic, or one that has ended before.
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
