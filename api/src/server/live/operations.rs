//! The operations of one WebSocket, as `async-graphql` runs them: our executor behind its protocol.
//!
//! The library keeps track of which operations of a connection are open, and in which order they speak. It would also make
//! the text of each answer anew for each subscriber. So what it is given here are signs: an operation is known to it by a
//! number, its document is that number, and its answers are empty. What they stand for is here, for the session to put in
//! their place ([`super::websocket`]).

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_graphql::{Data, Executor, Request, Response};
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use serde_json::Value;

use super::{Live, Opened, subscriber::Delivery};
use crate::server::{
    endpoint::Wishes,
    observe::metrics,
    request::{answer::Refusal, ask::Parameters, compress::Coding},
    traffic::rate::Account,
};

/// The operations that a connection may have at once: the library looks at all of them for each message.
const MOST: usize = 100;

/// The operations of a connection, by number.
#[derive(Clone)]
pub(super) struct Operations(Arc<ClientOperations>);

struct ClientOperations {
    live: Arc<Live>,
    account: Account,
    open: Mutex<HashMap<String, OpenOperation>>,
}

#[derive(Default)]
struct OpenOperation {
    /// What the client has asked; none once it runs.
    asked: Option<Value>,
    /// What it is to be told.
    told: VecDeque<Delivery>,
}

impl Operations {
    pub(super) fn new(live: Arc<Live>, account: Account) -> Self {
        let open = Mutex::default();
        Self(Arc::new(ClientOperations { live, account, open }))
    }

    /// Notes what an operation asks, before it begins.
    pub(super) fn ask(&self, number: &str, asked: Value) {
        let operation = OpenOperation { asked: Some(asked), ..OpenOperation::default() };
        self.open().insert(number.to_owned(), operation);
    }

    /// What an answer of an operation stands for.
    pub(super) fn take(&self, number: &str) -> Option<Delivery> {
        self.open().get_mut(number)?.told.pop_front()
    }

    /// Forgets an operation.
    pub(super) fn end(&self, number: &str) {
        self.open().remove(number);
    }

    /// Gives an answer to an operation, as long as that is open.
    fn tell(&self, number: &str, delivery: Delivery) {
        if let Some(operation) = self.open().get_mut(number) {
            operation.told.push_back(delivery);
        }
    }

    fn asked(&self, number: &str) -> Option<Value> {
        self.open().get_mut(number)?.asked.take()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, OpenOperation>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an operation: what it is told first, and what tells it more.
    async fn begin(&self, number: &str) -> OperationStep {
        // A connection that asks for a hundred things at once is one among others: each of them waits its turn on the threads
        // that serve.
        tokio::task::yield_now().await;
        let Some(asked) = self.asked(number) else { return OperationStep::Done };
        let ClientOperations { live, account, .. } = &*self.0;
        let refused =
            |refusal| OperationStep::Last(Delivery::Failed(live.endpoint.refuse(refusal).answer));
        if self.open().len() > MOST {
            let message = format!(
                "this connection has {MOST} operations, and may have no more: complete some of them first, or connect again"
            );
            return refused(Refusal::too_many_live(&message, "operations of a connection"));
        }
        let parameters = match Parameters::of_json(asked) {
            Ok(parameters) => parameters,
            Err(refusal) => return refused(refusal),
        };
        let wishes = Wishes::default();
        match live.open(parameters, &wishes, account, metrics::WEBSOCKET).await {
            Ok(Opened::Subscription(subscriber)) => OperationStep::Follow(Box::new(subscriber)),
            Ok(Opened::Query(named, parameters)) => {
                let how = (Coding::Identity, wishes);
                let answer = live.endpoint.answer_named(named, parameters, how, account).await;
                OperationStep::Last(match answer {
                    Ok(reply) if reply.answer.ran() => Delivery::Next(reply.answer),
                    Ok(reply) => Delivery::Failed(reply.answer),
                    Err(refusal) => return refused(refusal),
                })
            }
            Err(answer) => OperationStep::Last(Delivery::Failed(answer)),
        }
    }
}

/// What comes next of an operation.
enum OperationStep {
    Begin,
    Follow(Box<super::Subscriber>),
    /// This, and nothing after it.
    Last(Delivery),
    Done,
}

impl Executor for Operations {
    async fn execute(&self, _: Request) -> Response {
        Response::default()
    }

    fn execute_stream(
        &self,
        request: Request,
        _: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let (operations, number) = (self.clone(), request.query);
        let next = |(mut step, operations, number): (OperationStep, Self, String)| async move {
            if let OperationStep::Begin = step {
                step = operations.begin(&number).await;
            }
            let (delivery, then) = match step {
                OperationStep::Follow(mut subscriber) => match subscriber.next().await? {
                    failed @ Delivery::Failed(_) => (failed, OperationStep::Done),
                    delivery => (delivery, OperationStep::Follow(subscriber)),
                },
                OperationStep::Last(delivery) => (delivery, OperationStep::Done),
                OperationStep::Begin | OperationStep::Done => return None,
            };
            operations.tell(&number, delivery);
            Some((Response::default(), (then, operations, number)))
        };
        stream::unfold((OperationStep::Begin, operations, number), next).boxed()
    }
}
