//! `/graphql/ws`: operations over a WebSocket, by the protocol `graphql-transport-ws`.
//!
//! `async-graphql-axum` implements the protocol with its [`GraphQLWebSocket`]. It trusts its client, so a session
//! stands between the two. The session passes on valid messages, and closes the connection with the protocol's code
//! for invalid ones. It gives operations ids of its own, so that a late answer of an ended operation never reaches
//! the next one with the same id. And it sends the bytes of an answer that all its subscribers share
//! ([`super::operations`]).
//!
//! A page of any site can open a WebSocket to any other site, and CORS does not apply. So the `Origin` is checked
//! here.

use std::{
    collections::HashMap,
    future::poll_fn,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::{
    extract::{
        FromRequestParts as _, Request, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::Response,
};
use futures_util::{sink, stream};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};
use tokio::sync::mpsc;

use super::{
    Live,
    operations::Operations,
    protocol::{ClientMessage, Closing, PROTOCOL, shortened},
    subscriber::Delivery,
};
use crate::{
    error::codes,
    server::{
        endpoint,
        request::{
            answer::{Client, Refusal},
            negotiate::MediaType,
        },
        traffic::{hold::ConnectionHold, rate::Account},
    },
};

/// How many client messages may wait for the library.
const WAITING: usize = 16;
/// The size in bytes of the read and write buffers.
const BUFFER: usize = 4 << 10;
/// How long sending the close frame may take.
const LAST_WORD: Duration = Duration::from_secs(1);

/// `GET /graphql/ws`.
pub(crate) async fn serve(State(live): State<Arc<Live>>, request: Request) -> Response {
    let endpoint = &live.endpoint;
    let span = endpoint::span("/graphql/ws", &request);
    let (mut parts, _) = request.into_parts();
    endpoint.watch(span, upgrade(&live, &mut parts)).await
}

async fn upgrade(live: &Arc<Live>, parts: &mut Parts) -> Response {
    let account = live.endpoint.account(parts);
    let refused = match begin(live, parts, &account).await {
        Ok(response) => return response,
        Err(refusal) => live.endpoint.refuse(refusal),
    };
    let (method, headers) = (&parts.method, &parts.headers);
    let client =
        Client { media: MediaType::of(headers).unwrap_or(MediaType::Json), method, headers };
    let mut response = live.endpoint.respond(&refused, &client, &account);
    if response.status() == StatusCode::UPGRADE_REQUIRED {
        response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    }
    response
}

async fn begin(
    live: &Arc<Live>,
    parts: &mut Parts,
    account: &Account,
) -> Result<Response, Refusal> {
    account.may_ask().map_err(Refusal::too_many)?;
    let settings = &live.works().settings;
    let public_url = live.works().server.0.operator.public_url.as_deref();
    if !is_welcome(&parts.headers, &settings.origins, public_url) {
        let reason = "Pages of this origin may not connect (--cors-origin).";
        return Err(Refusal::new(StatusCode::FORBIDDEN, codes::BAD_REQUEST, reason));
    }
    let upgrade = WebSocketUpgrade::from_request_parts(parts, &()).await.map_err(|_| {
        let reason = "This endpoint serves only WebSocket. Connect with the subprotocol graphql-transport-ws, or \
         subscribe at /graphql with the header `Accept: text/event-stream`.";
        Refusal::new(StatusCode::UPGRADE_REQUIRED, codes::BAD_REQUEST, reason)
    })?;
    let upgrade = upgrade.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let reason = "Offer the subprotocol graphql-transport-ws (`Sec-WebSocket-Protocol`). This server supports no \
         other, such as the older graphql-ws.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, reason));
    }
    let hold = parts.extensions.get::<ConnectionHold>().cloned();
    let connection = hold
        .as_ref()
        .map(ConnectionHold::go_live)
        .transpose()
        .map_err(|_| Refusal::too_many_live_connections())?;
    let most = usize::try_from(settings.limits.body).unwrap_or(usize::MAX);
    let (live, account) = (Arc::clone(live), account.clone());
    let upgrade = upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(most)
        .max_frame_size(most);
    Ok(upgrade.on_upgrade(async move |socket| {
        SocketSession::new(live, account).run(socket, hold.as_ref()).await;
        drop((connection, hold));
    }))
}

/// Whether a page may connect: any page if the operator names no origins, otherwise pages of those or of this server.
/// The scheme is not compared, because a proxy may hide it.
fn is_welcome(headers: &HeaderMap, origins: &[HeaderValue], public_url: Option<&str>) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = |url: &str| url.parse::<Uri>().ok()?.into_parts().authority;
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse().ok());
    let is_own = || {
        let of_page = origin.to_str().ok().and_then(host);
        of_page.is_some() && [asked, public_url.and_then(host)].contains(&of_page)
    };
    origins.is_empty() || origins.contains(origin) || is_own()
}

/// The connection of one client.
struct SocketSession {
    live: Arc<Live>,
    operations: Operations,
    /// The open operations: from the client's ids to our numbers.
    numbers: HashMap<String, String>,
    /// From our numbers to the client's ids.
    names: HashMap<String, String>,
    last: u64,
    is_begun: bool,
    /// When the client was last heard from, and whether it has been pinged since.
    heard: Instant,
    is_asked: bool,
}

/// A message of the library: about an operation, or about the connection.
#[derive(Deserialize)]
struct LibraryMessage<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: Option<&'a str>,
}

/// A message about an operation.
#[derive(Serialize)]
struct Sent<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a RawValue>,
}

impl SocketSession {
    fn new(live: Arc<Live>, account: Account) -> Self {
        let operations = Operations::new(Arc::clone(&live), account);
        let (numbers, names) = <_>::default();
        let heard = Instant::now();
        Self { live, operations, numbers, names, last: 0, is_begun: false, heard, is_asked: false }
    }

    /// Exchanges messages until either side ends the connection.
    async fn run(mut self, mut socket: WebSocket, hold: Option<&ConnectionHold>) {
        let Some(closing) = self.speak(&mut socket).await else { return };
        self.live.works().metrics.dropped(closing.why);
        tracing::debug!(code = closing.code, reason = %closing.reason, "closed a WebSocket");
        if let Some(hold) = hold {
            hold.linger();
        }
        let frame = CloseFrame { code: closing.code, reason: closing.reason.as_ref().into() };
        let last = async {
            socket.send(Message::Close(Some(frame))).await?;
            // The client's answer shows that it has read the frame.
            while let Some(Ok(_)) = socket.recv().await {}
            Ok::<_, axum::Error>(())
        };
        let _ = tokio::time::timeout(LAST_WORD, last).await;
    }

    /// Returns why to close the connection; `None` if the client closed it.
    async fn speak(&mut self, socket: &mut WebSocket) -> Option<Closing> {
        let works = Arc::clone(self.live.works());
        let (limits, ping) = (works.settings.connections.limits(), works.settings.live.ping);
        let (to_library, from_client) = mpsc::channel(WAITING);
        let (to_client, mut from_library) = mpsc::channel(1);
        let from_client = stream::unfold(from_client, async |mut from_client| {
            let message: Option<Message> = from_client.recv().await;
            message.map(|message| (Ok(message), from_client))
        });
        let to_client = sink::unfold(to_client, async |to_client, message: Message| {
            to_client.send(message).await.map(|()| to_client)
        });
        let protocol = protocol().await?;
        let library = GraphQLWebSocket::new_with_pair(
            to_client,
            from_client,
            self.operations.clone(),
            protocol,
        );
        let mut library = pin!(library.serve());
        let mut ending = works.settings.connections.ending();
        let mut late = pin!(tokio::time::sleep(limits.head));
        let mut ticks = tokio::time::interval(ping / 2);
        let mut is_over = false;
        loop {
            // Messages of the library come first: a client that sends much and reads little has to wait.
            let said = poll_fn(|context| {
                let said = from_library.poll_recv(context);
                if said.is_ready() || is_over {
                    return said;
                }
                is_over = library.as_mut().poll(context).is_ready();
                from_library.poll_recv(context)
            });
            tokio::select! {
                biased;
                () = ending.wait() => return Some(Closing::stopping()),
                said = said => {
                    let Some(message) = self.translated(said?) else { continue };
                    let began = Instant::now();
                    match tokio::time::timeout(limits.write, socket.send(message)).await {
                        Ok(Ok(())) => {}
                        // The connection has the same timeout.
                        Ok(Err(_)) if began.elapsed() < limits.write => return None,
                        Ok(Err(_)) | Err(_) => return Some(Closing::slow()),
                    }
                }
                received = socket.recv(), if to_library.capacity() > 0 => {
                    let message = match received {
                        Some(Ok(message)) => message,
                        Some(Err(error)) if is_too_large(&error) => {
                            return Some(Closing::too_large(works.settings.limits.body));
                        }
                        _ => return None,
                    };
                    (self.heard, self.is_asked) = (Instant::now(), false);
                    match self.passed(message) {
                        Ok(None) => {}
                        Ok(Some(message)) => drop(to_library.try_send(message)),
                        Err(closing) => return Some(closing),
                    }
                }
                () = &mut late, if !self.is_begun => return Some(Closing::late()),
                _ = ticks.tick() => match self.heard.elapsed() {
                    silent if silent > ping * 2 && self.is_asked => return Some(Closing::silent()),
                    silent if silent > ping && !self.is_asked => {
                        self.is_asked = true;
                        if socket.send(Message::Ping(<_>::default())).await.is_err() {
                            return None;
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// The part of a client's message that the library needs.
    fn passed(&mut self, message: Message) -> Result<Option<Message>, Closing> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Closing::binary()),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(None),
        };
        let passed = match ClientMessage::of_text(&text)? {
            ClientMessage::Init if self.is_begun => return Err(Closing::begun()),
            ClientMessage::Init => {
                self.is_begun = true;
                json!({ "type": "connection_init" })
            }
            ClientMessage::Ping(payload) => json!({ "type": "ping", "payload": payload }),
            ClientMessage::Pong => return Ok(None),
            ClientMessage::Subscribe(..) if !self.is_begun => return Err(Closing::not_begun()),
            ClientMessage::Subscribe(name, asked) => {
                if self.numbers.contains_key(&name) {
                    return Err(Closing::taken(&name));
                }
                self.last += 1;
                let number = self.last.to_string();
                self.operations.ask(&number, asked);
                let passed =
                    json!({ "type": "subscribe", "id": number, "payload": { "query": number } });
                self.names.insert(number.clone(), name.clone());
                self.numbers.insert(name, number);
                passed
            }
            ClientMessage::Complete(name) => {
                // It may just have been completed from here.
                let Some(number) = self.numbers.remove(&name) else { return Ok(None) };
                self.names.remove(&number);
                self.operations.end(&number);
                json!({ "type": "complete", "id": number })
            }
        };
        Ok(Some(Message::Text(passed.to_string().into())))
    }

    /// The message to the client for a message of the library.
    fn translated(&mut self, message: Message) -> Option<Message> {
        let Message::Text(text) = message else { return Some(message) };
        let said: LibraryMessage<'_> = serde_json::from_str(&text).ok()?;
        let Some(number) = said.id else { return Some(Message::Text(text)) };
        // After a client completes an operation it hears no more of it.
        let name = self.names.get(number)?;
        let sent = match (said.kind, self.operations.take(number)) {
            ("next", Some(Delivery::Next(answer))) => {
                let payload: &RawValue = serde_json::from_slice(&answer.body).ok()?;
                written(&Sent { id: name, kind: "next", payload: Some(payload) })
            }
            ("next", Some(Delivery::Failed(answer))) => {
                let errors = answer.errors().and_then(|errors| RawValue::from_string(errors).ok());
                let sent = written(&Sent { id: name, kind: "error", payload: errors.as_deref() });
                self.forget(number);
                sent
            }
            ("complete", _) => {
                let sent = written(&Sent { id: name, kind: "complete", payload: None });
                self.forget(number);
                sent
            }
            _ => return None,
        };
        sent.map(|text| Message::Text(text.into()))
    }

    fn forget(&mut self, number: &str) {
        self.operations.end(number);
        if let Some(name) = self.names.remove(number) {
            self.numbers.remove(&name);
        }
    }
}

fn written(sent: &Sent<'_>) -> Option<String> {
    serde_json::to_string(sent)
        .inspect_err(|error| tracing::error!(%error, "cannot write an answer"))
        .ok()
}

/// The protocol, as the library reads it from a request.
async fn protocol() -> Option<GraphQLProtocol> {
    let request = axum::http::Request::builder().header(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
    let (mut parts, ()) = request.body(()).ok()?.into_parts();
    GraphQLProtocol::from_request_parts(&mut parts, &()).await.ok()
}

/// Whether a message exceeds the maximum size.
fn is_too_large(error: &axum::Error) -> bool {
    shortened(error.to_string()).contains("too long")
}
