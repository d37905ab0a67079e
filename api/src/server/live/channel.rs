//! How a topic notifies its subscribers.

use std::sync::Arc;

use tokio::sync::{broadcast, watch};

use crate::{graphql::documents::SubscriptionKind, server::request::answer::HttpAnswer};

/// The identity of a topic.
pub(super) type TopicKey = Arc<[u8]>;

/// How many changes are buffered for subscribers that have not read them yet.
const CHANGES: usize = 64;

/// What all subscribers of a topic receive.
#[derive(Clone, Debug)]
pub(super) struct LiveAnswer {
    pub(super) answer: Arc<HttpAnswer>,
    /// Whether nothing will follow.
    pub(super) is_last: bool,
}

/// The channel from a topic to its subscribers.
#[derive(Clone)]
pub(super) enum Channel {
    /// The last answer, which replaces earlier ones.
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

    /// The updates for one more subscriber, starting with the last answer.
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
            // An error means that nobody listens.
            Self::Changed(sender) => drop(sender.send(told)),
        }
    }
}

/// What a subscriber receives.
pub(super) enum Updates {
    Live(watch::Receiver<Option<LiveAnswer>>),
    Changed(broadcast::Receiver<LiveAnswer>),
    /// Nothing: the topic has ended.
    None,
}
