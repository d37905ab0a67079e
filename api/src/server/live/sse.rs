//! Operations as server-sent events: a response to `/graphql` that stays open, by the protocol of `graphql-sse`
//! (distinct connections mode).
//!
//! ```text
//! event: next
//! data: {"data":{"live":{"dataset":{"revision":2}}},"extensions":{"dataset":{"revision":2,"synthetic":false}}}
//!
//! event: complete
//! data:
//! ```
//!
//! Regular comments show proxies that the connection is alive. If the server shuts down, the response ends without
//! `complete`, which tells clients to reconnect.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;

use super::subscriber::{Delivery, Subscriber};
use crate::server::{
    request::{answer::HttpAnswer, vary::VARY},
    traffic::connections::{Ending, LiveConnection},
};

/// The longest time without sending anything.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// The comment that is sent then.
const COMMENT: &str = ":\n\n";
const STOPPING: &str = ": the server is stopping, reconnect\n\n";
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// A response that stays open.
pub(crate) struct Events {
    pub(crate) subscriber: Subscriber,
    pub(crate) connection: Option<LiveConnection>,
    pub(crate) ending: Ending,
    pub(crate) is_done: bool,
}

impl Events {
    /// The response.
    pub(crate) fn respond(self) -> Response {
        let begin = Bytes::from_static(COMMENT.as_bytes());
        let begin = stream::once(std::future::ready(Ok::<_, Infallible>(begin)));
        let events = stream::unfold(self, async |mut events| {
            let bytes = events.next().await?;
            Some((Ok(bytes), events))
        });
        response(Body::from_stream(futures_util::StreamExt::chain(begin, events)))
    }

    async fn next(&mut self) -> Option<Bytes> {
        if self.is_done {
            self.connection = None;
            return None;
        }
        tokio::select! {
            biased;
            () = self.ending.wait() => {
                self.is_done = true;
                Some(Bytes::from_static(STOPPING.as_bytes()))
            }
            delivery = self.subscriber.next() => Some(match delivery {
                Some(Delivery::Next(answer)) => event(&answer, ""),
                Some(Delivery::Failed(answer)) => {
                    self.is_done = true;
                    event(&answer, COMPLETE)
                }
                None => {
                    self.is_done = true;
                    Bytes::from_static(COMPLETE.as_bytes())
                }
            }),
            () = tokio::time::sleep(KEEP_ALIVE) => Some(Bytes::from_static(COMMENT.as_bytes())),
        }
    }
}

/// The response to an operation with one answer.
pub(crate) fn once(answer: &Arc<HttpAnswer>) -> Response {
    response(Body::from(event(answer, COMPLETE)))
}

/// An answer as an event. The JSON contains no line breaks.
fn event(answer: &HttpAnswer, then: &str) -> Bytes {
    let mut event = Vec::with_capacity(answer.body.len() + 64);
    for part in [b"event: next\ndata: ", &*answer.body, b"\n\n", then.as_bytes()] {
        event.extend_from_slice(part);
    }
    event.into()
}

fn response(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Otherwise nginx would buffer.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        (header::VARY, VARY),
    ];
    (headers, body).into_response()
}
