//! One operation of one client, which waits for answers.

use std::sync::Arc;

use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::broadcast;

use super::{
    Live,
    channel::{Channel, LiveAnswer, Updates},
    table::{Left, SubscriberPlace},
    topic::Topic,
};
use crate::{
    error::codes,
    server::{
        request::answer::{HttpAnswer, Refusal},
        traffic::rate::Account,
    },
};

/// What a client receives.
#[derive(Clone, Debug)]
pub(crate) enum Delivery {
    /// An answer.
    Next(Arc<HttpAnswer>),
    /// The reason why nothing follows.
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
    /// Which limit is exceeded.
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
    /// The next delivery; `None` if there will be none.
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
                        "You read too slowly, and some changes are lost. Subscribe again.";
                    let refusal = Refusal::new(
                        axum::http::StatusCode::SERVICE_UNAVAILABLE,
                        codes::OVERLOADED,
                        message,
                    );
                    let answer = Arc::new(self.live.works().refuse(refusal));
                    Some(LiveAnswer { answer, is_last: true })
                }
            },
        };
        let LiveAnswer { answer, is_last } = told?;
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
