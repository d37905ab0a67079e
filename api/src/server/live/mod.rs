//! Subscriptions: answers that follow the data.
//!
//! A *topic* is a subscription without its subscribers: a document, an operation and its variables. All clients with
//! the same subscription share one topic, whose task ([`topic`]) computes one answer after each load and gives the
//! same bytes to all. A *subscriber* ([`subscriber`]) is one operation of one client. [`table`] holds the topics and
//! subscribers, and enforces their limits.
//!
//! ```text
//! a load commits -> the server notices (a second) -> each topic: one answer, when its turn comes
//!                -> each subscriber of it: the same bytes, if the result differs from the one before
//! ```
//!
//! There are two transports: [`websocket`], where one connection carries many operations (the protocol
//! `graphql-transport-ws`, implemented by `async-graphql-axum`), and [`sse`], where a response carries one.
//!
//! # Cost
//! An operation is validated and priced like a query before it starts. The total price of all topics, which is the
//! work after a load, has a limit. Topics are answered one after another. Each takes a slot of
//! [`crate::server::traffic::admission`] like any query and is paid for by one of its subscribers, and each client
//! has one topic answered at a time. So a client with many subscriptions waits longer, and queries do not. A topic
//! that has not been answered when the next load commits is answered for that load only. If a slow client misses an
//! answer, the next one makes up for it, because each is complete. Changes are increments, so a subscriber that
//! misses one is ended with an error.

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
    /// Slots for topics after a load: one semaphore for cheap topics, one for expensive ones.
    turns: [Semaphore; 2],
}

/// What an operation turns out to be.
pub(crate) enum Opened {
    /// A query, which has one answer.
    Query(Named, Parameters),
    Subscription(Subscriber),
}

impl Live {
    /// A server without subscriptions.
    pub(crate) fn new(endpoint: Endpoint) -> Arc<Self> {
        let works = &endpoint.0.works;
        let queries = works.settings.running_over(works.server.0.readers.backend());
        // A quarter of what queries have, so that queries never wait for subscriptions after a load.
        let turns = [(); 2].map(|()| Semaphore::new((queries / 4).max(1)));
        let table = LiveTable::new(works.settings.live);
        Arc::new(Self { endpoint, table, turns })
    }

    fn works(&self) -> &Arc<Works> {
        &self.endpoint.0.works
    }

    /// Validates an operation, and subscribes if it is a subscription.
    ///
    /// # Errors
    /// The answer that says why it is refused.
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

/// Refuses options that a subscription does not support.
fn check(wishes: &Wishes, parameters: &Parameters) -> Result<(), Refusal> {
    let bad = |reason| Err(Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, reason));
    if wishes.pin.is_some() || parameters.pin.is_some() {
        return bad("A subscription follows the newest revision. Do not name one.");
    }
    let ReportOptions { cost, explain, cite, .. } = wishes.report;
    if cost || explain || cite {
        return bad(
            "A subscription cannot be priced, explained or cited. Omit the headers GraphQL-Cost, \
             GraphQL-Explain and GraphQL-Cite, or send the selection as a query.",
        );
    }
    Ok(())
}
