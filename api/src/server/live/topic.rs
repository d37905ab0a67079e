//! A subscription that clients share, and the task that computes its answer after each load.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use tokio::sync::watch;

use super::{
    Live,
    channel::{Channel, LiveAnswer, TopicKey},
};
use crate::{
    catalog::dataset::Dataset,
    error::codes,
    graphql::{documents::SubscriptionKind, execute::AskedFor},
    server::{
        request::{
            answer::{AnswerSource, HttpAnswer, Refusal},
            ask::Ask,
            compress::Coding,
        },
        traffic::admission::Dearness,
    },
};

/// The maximum size in bytes of an answer for subscribers.
const MOST_BYTES: usize = 512 << 10;
/// The pause before a retry: the first, and the longest.
const PAUSE: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// A subscription that clients share.
pub(super) struct Topic {
    pub(super) key: TopicKey,
    pub(super) ask: Ask,
    pub(super) kind: SubscriptionKind,
    /// The price of one answer.
    pub(super) price: u64,
    pub(super) dearness: Dearness,
}

/// A topic that is being answered.
struct RunningTopic {
    topic: Topic,
    live: Arc<Live>,
    channel: Channel,
    datasets: watch::Receiver<Dataset>,
}

impl Topic {
    /// Notifies subscribers until there are none, or until there is no answer.
    pub(super) async fn follow(self, live: Arc<Live>, number: u64, channel: Channel) {
        let (key, is_live) =
            (Arc::clone(&self.key), matches!(self.kind, SubscriptionKind::Live(_)));
        let datasets = live.works().server.datasets();
        let mut running = RunningTopic { topic: self, live: Arc::clone(&live), channel, datasets };
        // However the topic ends, this removes its entry.
        let _ending = EndingTopic { live, key, number };
        let failed =
            if is_live { running.tell_answers().await } else { running.tell_changes().await };
        let told = LiveAnswer { answer: failed, is_last: true };
        running.channel.tell(told);
    }
}

/// Ends a topic when it is dropped.
struct EndingTopic {
    live: Arc<Live>,
    key: TopicKey,
    number: u64,
}

impl Drop for EndingTopic {
    fn drop(&mut self) {
        if self.live.table.end(&self.key, self.number) {
            self.live.works().metrics.live_queries().dec();
        }
    }
}

impl RunningTopic {
    /// Sends each answer whose result differs from the one before. Returns the answer that ends the topic.
    async fn tell_answers(&mut self) -> Arc<HttpAnswer> {
        let mut told: Option<Arc<HttpAnswer>> = None;
        let mut pause = PAUSE[0];
        loop {
            let current = self.datasets.borrow_and_update().clone();
            if told.as_ref().is_some_and(|told| told.source == AnswerSource::Copy)
                && !self.copied(&current).await
            {
                continue;
            }
            let answer = self.answer(told.is_none(), None).await;
            if told.is_some() && answer.may_go_well_later() {
                self.wait(pause).await;
                pause = (pause * 2).min(PAUSE[1]);
                continue;
            }
            pause = PAUSE[0];
            if !answer.ran() {
                return answer;
            }
            let answer = answer.released();
            if let Err(refusal) = self.has_room(&answer) {
                return Arc::new(self.live.works().refuse(refusal));
            }
            let differs = told.as_ref().is_none_or(|told| !told.has_result_of(&answer));
            self.tell(&answer, differs);
            let is_behind = answer.dataset.as_ref().is_some_and(|of| current.follows(of));
            told = Some(answer);
            // An answer from the in-memory copy of the previous revision must be followed by one of this revision.
            if !is_behind && self.datasets.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Sends what each load changes. Returns the answer that ends the topic.
    async fn tell_changes(&mut self) -> Arc<HttpAnswer> {
        let mut before = self.datasets.borrow_and_update().clone();
        let mut pause = PAUSE[0];
        loop {
            let current = self.datasets.borrow_and_update().clone();
            let is_same = current.token == before.token && current.identity == before.identity;
            if is_same {
                if self.datasets.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                continue;
            }
            let since = current.follows(&before).then_some(before.revision);
            let answer = self.answer(false, since).await;
            if answer.may_go_well_later() {
                self.wait(pause).await;
                pause = (pause * 2).min(PAUSE[1]);
                continue;
            }
            pause = PAUSE[0];
            if !answer.ran() {
                return answer;
            }
            before = answer.dataset.clone().unwrap_or(current);
            self.tell(&answer.released(), true);
        }
    }

    /// Waits until the in-memory copy is of a dataset. Returns whether that is still the current one.
    async fn copied(&mut self, current: &Dataset) -> bool {
        let server = self.live.works().server.clone();
        tokio::select! {
            () = server.copied(current) => true,
            changed = self.datasets.changed() => match changed {
                Ok(()) => false,
                Err(_) => std::future::pending().await,
            },
        }
    }

    /// Waits for a pause or the next load, whichever comes first.
    async fn wait(&mut self, pause: Duration) {
        let mut datasets = self.datasets.clone();
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            Ok(()) = datasets.changed() => {}
        }
    }

    /// Computes one answer. The first one is requested like a query; later ones wait for the turn of their client and
    /// for a slot.
    async fn answer(&self, is_first: bool, since: Option<i32>) -> Arc<HttpAnswer> {
        let Topic { key, ask, kind, dearness, .. } = &self.topic;
        let payer = || self.live.table.payer(key, *dearness);
        let Some((account, turns)) = payer() else { return std::future::pending().await };
        let turns = if is_first {
            None
        } else {
            let of_client = turns.lock_owned().await;
            let of_all = self.live.turns[*dearness as usize].acquire().await;
            Some((of_client, of_all))
        };
        self.live.works().metrics.live_answer();
        let ask = Ask { asked_for: AskedFor::Delivery { since }, ..ask.clone() };
        let answer = match kind {
            SubscriptionKind::Live(_) => {
                self.live.endpoint.reply(ask, Coding::Identity, &account).await.answer
            }
            // Its `since` is not part of the cache key of answers.
            SubscriptionKind::Changed => {
                Arc::new(Box::pin(Arc::clone(self.live.works()).answer(ask, account)).await)
            }
        };
        drop(turns);
        answer
    }

    /// Sends an answer to subscribers; if its result is unchanged, only to future ones.
    fn tell(&self, answer: &Arc<HttpAnswer>, is_news: bool) {
        let told = LiveAnswer { answer: Arc::clone(answer), is_last: false };
        match &self.channel {
            Channel::Live(sender) if !is_news => {
                sender.send_if_modified(|last| {
                    *last = Some(told);
                    false
                });
            }
            channel => channel.tell(told),
        }
    }

    /// Refuses an answer that is too large for a subscription.
    fn has_room(&self, answer: &HttpAnswer) -> Result<(), Refusal> {
        let bytes = answer.body.len();
        if bytes > MOST_BYTES {
            let message = format!(
                "The answer has {bytes} bytes, but an answer to a subscription may have at most {MOST_BYTES}. \
                 Ask for less at once."
            );
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return Err(Refusal::new(status, codes::QUERY_TOO_LARGE, &message));
        }
        if !self.live.table.keep(&self.topic.key, bytes) {
            let message = "The answers of all subscriptions use all the memory available to them. Try again later.";
            return Err(Refusal::too_many_live(message, "bytes of live answers"));
        }
        Ok(())
    }
}
