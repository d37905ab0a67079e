//! Subscriptions: answers that follow the data.
//!
//! A *topic* is a subscription without its subscribers: a document, an operation and the values of its variables. However
//! many subscribe to the same, there is one topic, whose task ([`topic`]) asks for one answer after each load and gives the
//! same bytes to all. A *subscriber* ([`subscriber`]) is one operation of one client. [`table`] holds who is there, and
//! how much of it there may be.
//!
//! ```text
//! a load commits -> the server notices (a second) -> each topic: one answer, when its turn comes
//!                -> each subscriber of it: the same bytes, where the result differs from the one before
//! ```
//!
//! Two transports: [`websocket`], where one connection carries many operations (the protocol `graphql-transport-ws`, by
//! `async-graphql-axum`), and [`sse`], where a response carries one.
//!
//! # What it may cost
//! An operation is looked at and priced like a query before it is taken on, and what all topics are priced at together
//! has a limit: that is the work after a load. Topics are worked out one after another, with a turn of
//! [`crate::server::traffic::admission`] like any query and paid by one of those who wait for it, and of each client one at
//! a time. So whoever subscribes to much waits longer for it, and queries do not. What is not worked out when the next load
//! comes is worked out of that one alone. An answer that is lost on a slow client is made up by the next: it is the whole
//! answer. Changes add up, and a subscriber that misses one is ended with words.

mod channel;
mod operations;
mod protocol;
pub(crate) mod sse;
mod subscriber;
mod table;
mod topic;
pub(crate) mod websocket;

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::Semaphore;

use self::{subscriber::Subscriber, table::LiveTable, topic::Topic};
use super::{
    cache::answers::AnswerKey,
    endpoint::{Endpoint, Wishes},
    request::{
        answer::{HttpAnswer, Refusal},
        ask::{Ask, Parameters},
        persisted::Named,
        report::ReportOptions,
    },
    run::Works,
    traffic::{admission::Dearness, rate::Account},
};
use crate::{error::codes, graphql::execute::AskedFor};

/// All subscriptions of a server.
pub(crate) struct Live {
    pub(crate) endpoint: Endpoint,
    table: LiveTable,
    /// Turns of topics after a load, cheap and dear ones.
    turns: [Semaphore; 2],
}

/// What an operation turns out to be.
pub(crate) enum Opened {
    /// A query, which has one answer.
    Query(Named, Parameters),
    Subscription(Subscriber),
}

impl Live {
    /// No subscription yet.
    pub(crate) fn new(endpoint: Endpoint) -> Arc<Self> {
        let works = &endpoint.0.works;
        let queries = works.settings.running_over(works.server.0.readers.backend());
        // A quarter of what queries have, so that they never wait for a load to be told.
        let turns = [(); 2].map(|()| Semaphore::new((queries / 4).max(1)));
        let table = LiveTable::new(works.settings.live);
        Arc::new(Self { endpoint, table, turns })
    }

    fn works(&self) -> &Arc<Works> {
        &self.endpoint.0.works
    }

    /// Looks at an operation, and subscribes where it is a subscription.
    ///
    /// # Errors
    /// The answer that says why not.
    pub(crate) async fn open(
        self: &Arc<Self>,
        mut parameters: Parameters,
        wishes: &Wishes,
        account: &Account,
        transport: &'static str,
    ) -> Result<Opened, Arc<HttpAnswer>> {
        let refuse = |refusal| self.endpoint.refuse(refusal).answer;
        account.may_ask().map_err(|seconds| refuse(Refusal::too_many(seconds)))?;
        let named = self.endpoint.0.documents.find(&mut parameters).map_err(refuse)?;
        let mut ask = Ask {
            document: Arc::clone(&named.document),
            operation: parameters.operation.clone(),
            variables: parameters.variables.clone(),
            report: ReportOptions::default(),
            wanted: None,
            is_by_token: false,
            asked_for: AskedFor::Delivery { since: None },
        };
        let looked = self.works().look(ask.clone(), account).await;
        let (kind, price) = looked.map_err(Arc::new)?;
        let Some(kind) = kind else { return Ok(Opened::Query(named, parameters)) };
        check(wishes, &parameters).map_err(refuse)?;
        ask.report.no_warnings = wishes.report.no_warnings;
        if let Some(hash) = named.register {
            self.endpoint.0.documents.register(hash, named.document);
        }
        let key = AnswerKey::of(&ask, &self.works().server.dataset()).stored();
        let topic = Topic { key, ask, kind, price, dearness: Dearness::of(price) };
        let subscriber = self.join(topic, account, transport).map_err(refuse)?;
        Ok(Opened::Subscription(subscriber))
    }
}

/// Refuses what a subscription cannot be asked for.
fn check(wishes: &Wishes, parameters: &Parameters) -> Result<(), Refusal> {
    let bad = |reason| Err(Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, reason));
    if wishes.pin.is_some() || parameters.pin.is_some() {
        return bad("a subscription is of the newest revision: leave out the one that is named");
    }
    let ReportOptions { cost, explain, cite, .. } = wishes.report;
    if cost || explain || cite {
        return bad(
            "a subscription is neither priced, explained nor cited: leave out the headers GraphQL-Cost, \
             GraphQL-Explain and GraphQL-Cite, or send its query alone",
        );
    }
    Ok(())
}
