//! How a topic tells its subscribers.

use std::sync::Arc;

use tokio::sync::{broadcast, watch};

use crate::{graphql::documents::SubscriptionKind, server::request::answer::HttpAnswer};

/// What tells two topics apart.
pub(super) type TopicKey = Arc<[u8]>;

/// The changes that are kept for subscribers which have not taken them yet.
const CHANGES: usize = 64;

/// What all subscribers of a topic are told.
#[derive(Clone, Debug)]
pub(super) struct LiveAnswer {
    pub(super) answer: Arc<HttpAnswer>,
    /// Whether nothing will follow.
    pub(super) is_last: bool,
}

/// Where a topic tells its subscribers.
#[derive(Clone)]
pub(super) enum Channel {
    /// The last answer, which makes up for those before.
    Live(watch::Sender<Option<LiveAnswer>>),
    /// Every change.
    Changed(broadcast::Sender<LiveAnswer>),
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

    pub(super) fn tell(&self, told: LiveAnswer) {
        match self {
            Self::Live(sender) => drop(sender.send_replace(Some(told))),
            // An error says that nobody listens.
            Self::Changed(sender) => drop(sender.send(told)),
        }
    }
}

/// What a subscriber is told.
pub(super) enum Updates {
    Live(watch::Receiver<Option<LiveAnswer>>),
    Changed(broadcast::Receiver<LiveAnswer>),
    /// Nothing: the topic has ended.
    None,
}
