//! The operations of one WebSocket: our executor behind the protocol of `async-graphql`.
//!
//! The library tracks which operations of a connection are open, and the order of their messages. It would also
//! serialize each answer again for each subscriber. So it is given placeholders: it knows an operation by a number,
//! the operation's document is that number, and its answers are empty. The real content is kept here, and the session
//! puts it in their place ([`super::websocket`]).

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

/// The maximum number of operations on a connection: the library checks all of them for each message.
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
    /// The client's request; none once it runs.
    asked: Option<Value>,
    /// What it is still to receive.
    told: VecDeque<Delivery>,
}

impl Operations {
    pub(super) fn new(live: Arc<Live>, account: Account) -> Self {
        let open = Mutex::default();
        Self(Arc::new(ClientOperations { live, account, open }))
    }

    /// Stores the request of an operation before it begins.
    pub(super) fn ask(&self, number: &str, asked: Value) {
        let operation = OpenOperation { asked: Some(asked), ..OpenOperation::default() };
        self.open().insert(number.to_owned(), operation);
    }

    /// The content of an operation's placeholder answer.
    pub(super) fn take(&self, number: &str) -> Option<Delivery> {
        self.open().get_mut(number)?.told.pop_front()
    }

    /// Removes an operation.
    pub(super) fn end(&self, number: &str) {
        self.open().remove(number);
    }

    /// Queues an answer for an operation that is still open.
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

    /// Begins an operation: its first answer, and the source of more.
    async fn begin(&self, number: &str) -> OperationStep {
        // A connection that sends a hundred operations at once must not block others: each operation yields the
        // serving thread first.
        tokio::task::yield_now().await;
        let Some(asked) = self.asked(number) else { return OperationStep::Done };
        let ClientOperations { live, account, .. } = &*self.0;
        let refused =
            |refusal| OperationStep::Last(Delivery::Failed(live.endpoint.refuse(refusal).answer));
        if self.open().len() > MOST {
            let message = format!(
                "The connection has reached its limit of {MOST} operations. Complete some first, or connect again."
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

/// The next step of an operation.
enum OperationStep {
    Begin,
    Follow(Box<super::Subscriber>),
    /// One last answer.
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
