//! `/graphql`: from a request to a response.
//!
//! Checks run in order of cost: what the client accepts, what it sends, which document it names, and whether the
//! answer is cached. Only then does GraphQL see the request.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{
    endpoint::{self, Wishes},
    live::{
        Live, Opened,
        sse::{self, Events},
    },
    observe::metrics,
    request::{
        answer::{Client, HttpAnswer, Refusal},
        ask::{Asks, Parameters},
        body,
        compress::Coding,
        memento::{self, PinPlace},
        negotiate::{self, EventsWanted, MediaType},
        revision_header::REVISION_HEADER,
        vary,
    },
    traffic::{hold::ConnectionHold, rate::Account},
};
use crate::error::codes;

/// Where a browser that opens the endpoint's URL is redirected.
const PLAYGROUND: &str = "/playground";
/// The redirect if there is no playground.
const FRONT: &str = "/";

/// Any method on `/graphql` except OPTIONS, which [`super::request::cors`] answers.
pub(crate) async fn serve(State(live): State<Arc<Live>>, request: Request) -> Response {
    let span = endpoint::span("/graphql", &request);
    live.endpoint.watch(span, Box::pin(answer(&live, request))).await
}

async fn answer(live: &Arc<Live>, request: Request) -> Response {
    let endpoint = &live.endpoint;
    let (parts, body) = request.into_parts();
    let (method, headers) = (&parts.method, &parts.headers);
    let media = MediaType::of(headers);
    let client = Client { media: media.unwrap_or(MediaType::Json), method, headers };
    let account = endpoint.account(&parts);
    if let Err(seconds) = account.may_ask() {
        let reply = endpoint.refuse(Refusal::too_many(seconds));
        return endpoint.respond(&reply, &client, &account);
    }
    let limits = &endpoint.0.works.settings.limits;
    let is_get = method == Method::GET || method == Method::HEAD;
    let asked = if is_get {
        let query = parts.uri.query().unwrap_or_default();
        let asked = match limits.body(query.len()) {
            Ok(()) => Parameters::of_url(query),
            Err(error) => Err(Refusal::of(StatusCode::URI_TOO_LONG, &error)),
        };
        let nothing = asked.as_ref().is_ok_and(Parameters::names_nothing);
        if nothing && negotiate::prefers_html(headers) {
            let page = if endpoint.0.works.settings.tells_schema() { PLAYGROUND } else { FRONT };
            return ([(header::VARY, vary::ACCEPT)], Redirect::to(page)).into_response();
        }
        asked.map(Asks::One)
    } else if method == Method::POST {
        body::read(headers, body, limits, endpoint.0.works.settings.connections.limits().body).await
    } else {
        let reason = "Send a query with GET or POST.";
        Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, codes::BAD_REQUEST, reason))
    };
    let table =
        negotiate::table(headers).filter(|_| endpoint.0.works.settings.most_export_rows > 0);
    let asked = match (table, asked) {
        (Some(format), Ok(Asks::One(asked))) => {
            // A file is much more work; boxing keeps its state out of the future of every other answer.
            return Box::pin(endpoint.export(asked, format, &parts, &account)).await;
        }
        (_, asked) => asked,
    };
    let events = negotiate::events(headers);
    let in_url = matches!(&asked, Ok(Asks::One(asked)) if asked.pin.is_some());
    let reply = match (media, asked) {
        (_, Ok(Asks::One(asked))) if events == EventsWanted::First => {
            return Box::pin(stream(live, asked, &parts, &account)).await;
        }
        (None, Err(refusal)) if events == EventsWanted::First => Err(refusal),
        (None, _) => Err(not_acceptable()),
        (_, Err(refusal)) => Err(refusal),
        (_, Ok(Asks::One(asked))) => {
            let again = (events == EventsWanted::ForSubscriptions).then(|| asked.clone());
            let coding = negotiate::coding(headers);
            let reply = match Wishes::of(headers) {
                Ok(wishes) => endpoint.answer(asked, coding, wishes, &account).await,
                Err(refusal) => Err(refusal),
            };
            match (reply, again) {
                (Ok(reply), Some(asked)) if reply.answer.is_for_subscribers() => {
                    return Box::pin(stream(live, asked, &parts, &account)).await;
                }
                (reply, _) => reply,
            }
        }
        (_, Ok(Asks::Several(requests))) => {
            match Box::pin(endpoint.batch(requests, &client, &account)).await {
                Ok(response) => return response,
                Err(refusal) => Err(refusal),
            }
        }
    };
    let reply = reply.unwrap_or_else(|refusal| endpoint.refuse(refusal));
    let mut response = endpoint.respond(&reply, &client, &account);
    if let Some(dataset) = reply.answer.dataset.as_ref().filter(|_| is_get)
        && reply.answer.is_flawless()
    {
        let place = PinPlace::of(in_url, headers.contains_key(REVISION_HEADER));
        memento::tell(response.headers_mut(), &parts.uri, place, dataset);
    }
    response
}

fn not_acceptable() -> Refusal {
    let reason = "The header `Accept` names no media type that this server sends. Answers are `application/json` or \
     `application/graphql-response+json`, subscriptions `text/event-stream`, and files `text/csv`, \
     `application/x-ndjson` or `application/vnd.apache.parquet`.";
    Refusal::new(StatusCode::NOT_ACCEPTABLE, codes::BAD_REQUEST, reason)
}

/// Answers one request with server-sent events.
async fn stream(live: &Arc<Live>, asked: Parameters, parts: &Parts, account: &Account) -> Response {
    let endpoint = &live.endpoint;
    let client = Client { media: MediaType::Json, method: &parts.method, headers: &parts.headers };
    let mut response = match events(live, asked, parts, account).await {
        Ok(response) => response,
        Err(answer) if answer.is_refused() => {
            return endpoint.respond(&answer.into(), &client, account);
        }
        Err(answer) => sse::once(&answer),
    };
    endpoint.tell(account, &parts.method, response.headers_mut());
    response
}

async fn events(
    live: &Arc<Live>,
    asked: Parameters,
    parts: &Parts,
    account: &Account,
) -> Result<Response, Arc<HttpAnswer>> {
    let endpoint = &live.endpoint;
    let refuse = |refusal| endpoint.refuse(refusal).answer;
    let wishes = Wishes::of(&parts.headers).map_err(refuse)?;
    match live.open(asked, &wishes, account, metrics::EVENTS).await? {
        Opened::Query(named, asked) => {
            let reply = endpoint.answer_named(named, asked, (Coding::Identity, wishes), account);
            Err(reply.await.map_err(refuse)?.answer)
        }
        Opened::Subscription(subscriber) => {
            let hold = parts.extensions.get::<ConnectionHold>();
            let connection = hold.map(ConnectionHold::go_live).transpose();
            let connection =
                connection.map_err(|_| refuse(Refusal::too_many_live_connections()))?;
            let ending = endpoint.0.works.settings.connections.ending();
            Ok(Events { subscriber, connection, ending, is_done: false }.respond())
        }
    }
}
