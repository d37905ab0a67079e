//! The client messages of `graphql-transport-ws`, and how a connection is closed if one is invalid.
//!
//! The protocol: <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>. An invalid message closes the
//! connection with a code and a reason, because client and server no longer agree on the state.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::server::observe::metrics::DropReason;

/// The name of the protocol.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";
/// The maximum length in bytes of a client's id for an operation, which every message about it repeats.
const MOST_NAME: usize = 128;
/// The maximum length in bytes of a reason: a close frame has no more room.
const MOST_REASON: usize = 123;

/// Why a connection is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing {
    pub(super) code: u16,
    pub(super) reason: Cow<'static, str>,
    /// The reason for metrics.
    pub(super) why: DropReason,
}

impl Closing {
    fn bad(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { code: 4400, reason: reason.into(), why: DropReason::BadMessage }
    }

    pub(super) fn binary() -> Self {
        Self::bad("a message must be JSON text, not binary")
    }

    pub(super) fn too_large(most: u32) -> Self {
        let reason = format!("a message may have at most {most} bytes (--max-body)");
        Self { code: 1009, reason: reason.into(), why: DropReason::LargeMessage }
    }

    pub(super) fn not_begun() -> Self {
        let reason = Cow::Borrowed("Unauthorized: send connection_init first");
        Self { code: 4401, reason, why: DropReason::NotInitialized }
    }

    pub(super) fn late() -> Self {
        let reason =
            Cow::Borrowed("Connection initialisation timeout: send connection_init at once");
        Self { code: 4408, reason, why: DropReason::NotInitialized }
    }

    pub(super) fn taken(name: &str) -> Self {
        let reason = format!("Subscriber for {name} already exists");
        Self { code: 4409, reason: shortened(reason).into(), why: DropReason::BadMessage }
    }

    pub(super) fn begun() -> Self {
        let reason = Cow::Borrowed("Too many initialisation requests");
        Self { code: 4429, reason, why: DropReason::BadMessage }
    }

    pub(super) fn stopping() -> Self {
        let reason = Cow::Borrowed("the server is stopping: connect again");
        Self { code: 1001, reason, why: DropReason::Stopping }
    }

    pub(super) fn slow() -> Self {
        let reason = Cow::Borrowed("you read too slowly: connect again");
        Self { code: 4408, reason, why: DropReason::Slow }
    }

    pub(super) fn silent() -> Self {
        let reason = Cow::Borrowed("you did not answer a ping: connect again");
        Self { code: 4408, reason, why: DropReason::Silent }
    }
}

/// A reason, shortened to fit into a close frame.
pub(super) fn shortened(mut reason: String) -> String {
    if reason.len() > MOST_REASON {
        reason.truncate(reason.floor_char_boundary(MOST_REASON - 3));
        reason.push_str("...");
    }
    reason
}

/// A message of a client.
#[derive(Debug, PartialEq)]
pub(super) enum ClientMessage {
    Init,
    Ping(Option<Value>),
    Pong,
    Subscribe(String, Value),
    Complete(String),
}

#[derive(Deserialize)]
struct WrittenMessage {
    #[serde(rename = "type")]
    kind: Option<Value>,
    id: Option<Value>,
    payload: Option<Value>,
}

impl ClientMessage {
    /// Parses a message.
    ///
    /// # Errors
    /// The close code and reason for an invalid message.
    pub(super) fn of_text(text: &str) -> Result<Self, Closing> {
        let written = serde_json::from_str::<WrittenMessage>(text);
        let WrittenMessage { kind, id, payload } = written.map_err(|error| {
            Closing::bad(shortened(format!("a message must be a JSON object: {error}")))
        })?;
        let Some(Value::String(kind)) = kind else {
            return Err(Closing::bad("a message must have a string `type`"));
        };
        let is_object = payload.as_ref().is_none_or(|it| it.is_object() || it.is_null());
        let id = |of: &str| match &id {
            Some(Value::String(id)) if id.len() > MOST_NAME => {
                let reason = format!("the `id` of {of} exceeds {MOST_NAME} bytes");
                Err(Closing::bad(reason))
            }
            Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
            _ => Err(Closing::bad(format!("{of} needs a string `id`"))),
        };
        match kind.as_str() {
            "connection_init" | "ping" | "pong" if !is_object => {
                Err(Closing::bad("a `payload` must be a JSON object"))
            }
            "connection_init" => Ok(Self::Init),
            "ping" => Ok(Self::Ping(payload)),
            "pong" => Ok(Self::Pong),
            "complete" => id("complete").map(Self::Complete),
            "subscribe" => match payload {
                Some(payload @ Value::Object(_)) => {
                    id("subscribe").map(|id| Self::Subscribe(id, payload))
                }
                _ => Err(Closing::bad("subscribe needs a `payload` with the string `query`")),
            },
            "start" | "connection_terminate" | "stop" => Err(Closing::bad(
                "this is a message of subscriptions-transport-ws: use graphql-transport-ws",
            )),
            other => Err(Closing::bad(shortened(format!(
                "unknown message type {other:?}: use connection_init, ping, pong, subscribe or complete"
            )))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_is_read_or_the_connection_is_closed_with_words() {
        let read = |text: &str| ClientMessage::of_text(text);
        assert_eq!(
            read(r#"{"type":"connection_init","payload":{"a":1}}"#),
            Ok(ClientMessage::Init)
        );
        assert_eq!(read(r#"{"type":"ping"}"#), Ok(ClientMessage::Ping(None)));
        let asked = r#"{"id":"a","type":"subscribe","payload":{"query":"{a}"},"more":[]}"#;
        let expected = ClientMessage::Subscribe("a".to_owned(), json!({ "query": "{a}" }));
        assert_eq!(read(asked), Ok(expected));
        for (text, words) in [
            ("", "a JSON object"),
            ("[]", "a JSON object"),
            ("{\"type\":", "a JSON object"),
            ("{}", "a string `type`"),
            (r#"{"type":1}"#, "a string `type`"),
            (r#"{"type":"nothing"}"#, "unknown message type \"nothing\""),
            (r#"{"type":"start","id":"1"}"#, "subscriptions-transport-ws"),
            (r#"{"type":"subscribe","payload":{}}"#, "needs a string `id`"),
            (r#"{"type":"subscribe","id":"","payload":{}}"#, "needs a string `id`"),
            (r#"{"type":"subscribe","id":"1"}"#, "needs a `payload`"),
            (r#"{"type":"subscribe","id":"1","payload":"{a}"}"#, "needs a `payload`"),
            (r#"{"type":"complete"}"#, "needs a string `id`"),
            (r#"{"type":"ping","payload":1}"#, "must be a JSON object"),
        ] {
            let closing = read(text).expect_err(text);
            assert_eq!(closing.code, 4400);
            assert!(closing.reason.contains(words), "{text}: {}", closing.reason);
        }
        let long = "é".repeat(200);
        for text in
            [format!(r#"{{"type":"{long}"}}"#), format!(r#"{{"type":"complete","id":"{long}"}}"#)]
        {
            let closing = read(&text).expect_err("it is long");
            assert!(closing.reason.len() <= MOST_REASON, "{}", closing.reason);
        }
        assert!(Closing::taken(&long).reason.len() <= MOST_REASON);
    }
}
