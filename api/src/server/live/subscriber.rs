//! One operation of one client, which waits for what it is told.

use std::sync::Arc;

use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{broadcast, watch};

use super::{
    Live,
    table::{Left, SubscriberPlace},
    topic::Topic,
};
use crate::{
    error::codes,
    graphql::documents::SubscriptionKind,
    server::{
        request::answer::{HttpAnswer, Refusal},
        traffic::rate::Account,
    },
};

/// The changes that are kept for subscribers which have not taken them yet.
const CHANGES: usize = 64;

/// What all subscribers of a topic are told.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) answer: Arc<HttpAnswer>,
    /// Whether nothing will follow.
    pub(super) is_last: bool,
}

/// Where a topic tells its subscribers.
#[derive(Clone)]
pub(super) enum Channel {
    /// The last answer, which makes up for those before.
    Live(watch::Sender<Option<Told>>),
    /// Every change.
    Changed(broadcast::Sender<Told>),
}

impl Channel {
    pub(super) fn of(kind: &SubscriptionKind) -> Self {
        match kind {
            SubscriptionKind::Live(_) => Self::Live(watch::Sender::new(None)),
            SubscriptionKind::Changed => Self::Changed(broadcast::Sender::new(CHANGES)),
        }
    }

    /// What one more subscriber is told: the last answer at once.
    pub(super) fn updates(&self) -> Updates {
        match self {
            Self::Live(sender) => {
                let mut told = sender.subscribe();
                if told.borrow().is_some() {
                    told.mark_changed();
                }
                Updates::Live(told)
            }
            Self::Changed(sender) => Updates::Changed(sender.subscribe()),
        }
    }

    pub(super) fn tell(&self, told: Told) {
        match self {
            Self::Live(sender) => drop(sender.send_replace(Some(told))),
            // An error says that nobody listens.
            Self::Changed(sender) => drop(sender.send(told)),
        }
    }
}

/// What a subscriber is told.
pub(super) enum Updates {
    Live(watch::Receiver<Option<Told>>),
    Changed(broadcast::Receiver<Told>),
    /// Nothing: the topic has ended.
    None,
}

/// What goes to a client.
#[derive(Clone, Debug)]
pub(crate) enum Delivery {
    /// An answer.
    Next(Arc<HttpAnswer>),
    /// Why nothing follows.
    Failed(Arc<HttpAnswer>),
}

/// One operation of one client, until it is dropped.
pub(crate) struct Subscriber {
    live: Arc<Live>,
    place: SubscriberPlace,
    updates: Updates,
    account: Account,
    gauge: Gauge,
}

impl Live {
    /// Subscribes a client to a topic.
    ///
    /// # Errors
    /// What there is too much of.
    pub(super) fn join(
        self: &Arc<Self>,
        topic: Topic,
        account: &Account,
        transport: &'static str,
    ) -> Result<Subscriber, Refusal> {
        let (key, price) = (Arc::clone(&topic.key), topic.price);
        let metrics = &self.works().metrics;
        let begin = |number| {
            metrics.live_queries().inc();
            let channel = Channel::of(&topic.kind);
            let task = tokio::spawn(topic.follow(Arc::clone(self), number, channel.clone()));
            (channel, task.abort_handle())
        };
        let (place, updates) = self.table.join(&key, price, account, begin)?;
        let gauge = metrics.subscriptions(transport);
        gauge.inc();
        let (live, account) = (Arc::clone(self), account.clone());
        Ok(Subscriber { live, place, updates, account, gauge })
    }
}

impl Subscriber {
    /// What is told next; none where nothing will be.
    pub(crate) async fn next(&mut self) -> Option<Delivery> {
        let told = match &mut self.updates {
            Updates::None => None,
            Updates::Live(told) => match told.changed().await {
                Ok(()) => told.borrow_and_update().clone(),
                Err(_) => None,
            },
            Updates::Changed(told) => match told.recv().await {
                Ok(told) => Some(told),
                Err(broadcast::error::RecvError::Closed) => None,
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    let message =
                        "you have not taken what was told, and some of it is lost: subscribe again";
                    let refusal = Refusal::new(
                        axum::http::StatusCode::SERVICE_UNAVAILABLE,
                        codes::OVERLOADED,
                        message,
                    );
                    let answer = Arc::new(self.live.works().refuse(refusal));
                    Some(Told { answer, is_last: true })
                }
            },
        };
        let Told { answer, is_last } = told?;
        if is_last {
            self.updates = Updates::None;
            return Some(Delivery::Failed(answer));
        }
        self.account.pay(1);
        self.live.works().metrics.delivery();
        Some(Delivery::Next(answer))
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.gauge.dec();
        if self.live.table.leave(&self.place) == Left::Nobody {
            self.live.works().metrics.live_queries().dec();
        }
    }
}
