//! An answer as bytes, and as a response to one client.
//!
//! The bytes are made once and shared: every identical request gets the same answer, in the media type and coding
//! that its client prefers. The `ETag` is a strong hash of the bytes: it differs by media type and by coding, as RFC
//! 9110 demands. The date is for clients that send no tag: see [`super::freshness`].

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use async_graphql::{ErrorExtensionValues, Name, Response as Answered, ServerError, Value};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use sha2::{Digest as _, Sha256};

use super::{
    compress::Coding,
    freshness::{Freshness, HttpDate, RevisionAge},
    negotiate::MediaType,
    revision_header::{REVISION_HEADER, revision_of},
    standing::{self, Standing},
    vary::VARY,
};
use crate::{
    catalog::dataset::Dataset,
    error::{Error, codes},
    graphql::citation::{CitedQuery, LinkedCitation, Operator},
    limits::usage::{MemoryAside, Usage},
};

/// The methods of `/graphql`.
const ALLOW: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, OPTIONS");
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What the body of a request must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyDemand {
    /// JSON.
    Json,
    /// Without a content coding.
    Plain,
}

impl BodyDemand {
    /// The response header that says so. It tells a client the two reasons for 415 apart, as RFC 9110 asks.
    fn header(self) -> (HeaderName, HeaderValue) {
        match self {
            Self::Json => (ACCEPT_POST, HeaderValue::from_static("application/json")),
            Self::Plain => (header::ACCEPT_ENCODING, HeaderValue::from_static("identity")),
        }
    }
}

/// Why a request is refused before GraphQL sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    standing: Standing,
    code: &'static str,
    /// Which limit the request exceeds, if that is the reason.
    limit: Option<&'static str>,
    message: Cow<'static, str>,
    /// After how many seconds the client may retry.
    retry_after: Option<u64>,
    /// What its body must be, if that is the reason.
    demand: Option<BodyDemand>,
    /// The current dataset, if that is the reason.
    dataset: Option<Box<Dataset>>,
}

impl Refusal {
    /// A request that cannot be read, or that this server does not accept.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self::standing(Standing::Refused(status), code, Cow::Owned(message.to_owned()))
    }

    fn standing(standing: Standing, code: &'static str, message: Cow<'static, str>) -> Self {
        debug_assert!(codes::is_code(code), "{code} is not in the list of codes");
        let (limit, retry_after, demand, dataset) = (None, None, None, None);
        Self { standing, code, limit, message, retry_after, demand, dataset }
    }

    /// A request that is wrong before GraphQL sees it.
    pub(crate) fn of(status: StatusCode, error: &Error) -> Self {
        let refusal = Self::new(status, error.code(), &error.to_string());
        Self { limit: error.limit(), ..refusal }
    }

    /// A request for which the server has no capacity.
    pub(crate) fn busy() -> Self {
        let message = "The server is overloaded. Try again in 1 second.";
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, codes::OVERLOADED, message);
        Self { retry_after: Some(1), limit: Some("queries at once"), ..refusal }
    }

    /// A request of a client that exceeds its rate limit.
    pub(crate) fn too_many(seconds: u64) -> Self {
        let message =
            format!("You exceeded the rate limit (--rate-limit). Try again in {seconds} s.");
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, codes::RATE_LIMITED, &message);
        Self { retry_after: Some(seconds), limit: Some("points of a client"), ..refusal }
    }

    /// A subscription beyond the limit.
    pub(crate) fn too_many_live(message: &str, limit: &'static str) -> Self {
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, codes::OVERLOADED, message);
        Self { limit: Some(limit), ..refusal }
    }

    /// A connection with subscriptions beyond the limit.
    pub(crate) fn too_many_live_connections() -> Self {
        let message = "The limit of connections with subscriptions is reached: half of all connections \
         (--max-connections, --max-connections-per-address). Try again later.";
        Self::too_many_live(message, "connections with subscriptions")
    }

    /// A valid request whose document is unknown.
    pub(crate) fn unanswered(code: &'static str, message: &'static str) -> Self {
        let standing = Standing::Unanswered(StatusCode::BAD_REQUEST);
        Self::standing(standing, code, Cow::Borrowed(message))
    }

    /// A request with an unsupported body.
    pub(crate) fn unread(reason: &str, demand: BodyDemand) -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let refusal = Self::new(status, codes::BAD_REQUEST, reason);
        Self { demand: Some(demand), ..refusal }
    }

    /// The same refusal, naming the current dataset.
    pub(crate) fn about(self, dataset: &Dataset) -> Self {
        Self { dataset: Some(Box::new(dataset.clone())), ..self }
    }

    /// The error code, on which a client may act.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// Which limit the request exceeds, if that is the reason.
    pub(crate) fn limit(&self) -> Option<&'static str> {
        self.limit
    }

    /// The message for the client.
    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl From<Refusal> for HttpAnswer {
    fn from(refusal: Refusal) -> Self {
        let mut error = ServerError::new(refusal.message, None);
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", refusal.code);
        error.extensions = Some(extensions);
        let mut answered = Answered::from_errors(vec![error]);
        if let Some(dataset) = &refusal.dataset {
            answered.extensions.insert("dataset".to_owned(), about(dataset));
        }
        let answer = Self::new(refusal.standing, &answered, None);
        let is_of_one_client = refusal.retry_after.is_some();
        let revision = refusal.dataset.as_deref().map(revision_of);
        let Refusal { retry_after, demand, .. } = refusal;
        Self { revision, is_of_one_client, retry_after, demand, ..answer }
    }
}

/// The body of an answer, in the order in which it is written.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

/// The body of an answer without errors, with its parts unparsed.
#[derive(Serialize, Deserialize)]
struct Flawless<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
    extensions: BTreeMap<String, Box<RawValue>>,
}

/// The parts of the body of any answer that are its result.
#[derive(Deserialize, PartialEq)]
struct ResultParts<'a> {
    #[serde(borrow, default, deserialize_with = "text_of")]
    errors: Option<&'a str>,
    #[serde(borrow, default, deserialize_with = "text_of")]
    data: Option<&'a str>,
}

/// A value as its JSON text.
fn text_of<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<&'de str>, D::Error> {
    <&RawValue>::deserialize(value).map(|value| Some(value.get()))
}

/// Bytes, and the memory reserved for them.
struct HeldBody {
    bytes: Bytes,
    _aside: MemoryAside,
}

impl AsRef<[u8]> for HeldBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Which memory budget a body counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyMemory {
    /// It is small, or counts as part of the answer cache.
    Shared,
    /// It stays reserved for the request until the body has been sent.
    OfRequest,
}

/// What answered a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerSource {
    /// The database, or nothing was read.
    Database,
    /// The in-memory copy, which may be behind.
    Copy,
}

/// An answer in one content coding.
#[derive(Clone, Debug)]
pub(crate) struct HttpAnswer {
    /// The bytes as they are sent.
    pub(crate) body: Bytes,
    memory: BodyMemory,
    standing: Standing,
    has_errors: bool,
    /// Whether it describes one run, so that the next answer would differ.
    is_of_one_run: bool,
    coding: Coding,
    /// The hash of the uncompressed bytes.
    digest: String,
    /// The `ETag` for JSON, and for GraphQL's own media type.
    tags: [HeaderValue; 2],
    /// The number and token of its revision.
    revision: Option<HeaderValue>,
    /// When its dataset was loaded.
    loaded: Option<HttpDate>,
    /// Whether its revision is an earlier one, as requested.
    pub(crate) age: RevisionAge,
    /// What answered it.
    pub(crate) source: AnswerSource,
    /// Whether it only says that its client exceeds its limits.
    pub(crate) is_of_one_client: bool,
    retry_after: Option<u64>,
    demand: Option<BodyDemand>,
    /// The dataset that it is of; `None` if it needed none.
    pub(crate) dataset: Option<Dataset>,
}

impl HttpAnswer {
    /// The answer of a query, with its dataset.
    pub(crate) fn of(mut answered: Answered, dataset: &Dataset) -> Self {
        // A request that did not run has no data, which differs from null data.
        let ran = answered.data != Value::Null
            || answered.errors.iter().any(|error| !error.path.is_empty());
        let standing = if ran { Standing::Ran } else { standing::of_failure(&answered) };
        answered.extensions.insert("dataset".to_owned(), about(dataset));
        Self::new(standing, &answered, Some(dataset.clone()))
    }

    /// The answer of a request that did not run.
    pub(crate) fn unread(answered: &Answered, dataset: &Dataset) -> Self {
        Self::new(standing::of_failure(answered), answered, Some(dataset.clone()))
    }

    /// The answer to a document that is neither a query nor a subscription.
    pub(crate) fn not_a_query() -> Self {
        let message = "This API is read-only: it has queries and subscriptions, but no mutations.";
        let message = Cow::Borrowed(message);
        Refusal::standing(Standing::NotAQuery, codes::INVALID_QUERY, message).into()
    }

    fn new(standing: Standing, answered: &Answered, dataset: Option<Dataset>) -> Self {
        let written = Written {
            errors: &answered.errors,
            data: (standing == Standing::Ran).then_some(&answered.data),
            extensions: &answered.extensions,
        };
        let (standing, body) = match serde_json::to_vec(&written) {
            Ok(body) => (standing, body),
            Err(error) => {
                tracing::error!(%error, "cannot write an answer");
                let text = r#"{"errors":[{"message":"Internal error. The server's log has the cause under the request id.","extensions":{"code":"INTERNAL"}}]}"#;
                (Standing::Refused(StatusCode::INTERNAL_SERVER_ERROR), text.into())
            }
        };
        let digest = digest(&body);
        let loaded = dataset.as_ref().and_then(|dataset| dataset.loaded_at).map(HttpDate::of_load);
        Self {
            body: body.into(),
            memory: BodyMemory::Shared,
            standing,
            has_errors: standing != Standing::Ran || !answered.errors.is_empty(),
            is_of_one_run: false,
            coding: Coding::Identity,
            tags: tags(&digest, Coding::Identity),
            digest,
            revision: dataset.as_ref().map(revision_of),
            loaded,
            age: RevisionAge::Current,
            source: AnswerSource::Database,
            is_of_one_client: false,
            retry_after: None,
            demand: None,
            dataset,
        }
    }

    /// The same answer, whose memory stays reserved by its request until all bytes are sent. `None` if the memory is
    /// not available.
    pub(crate) fn holding(self, usage: &Usage) -> Option<Self> {
        Some(match usage.hold(self.body.len() as u64).ok()? {
            Some(aside) => {
                let body = Bytes::from_owner(HeldBody { bytes: self.body, _aside: aside });
                Self { body, memory: BodyMemory::OfRequest, ..self }
            }
            None => self,
        })
    }

    /// The same answer for the cache, which reserves its own memory for the bytes.
    pub(crate) fn released(self: &Arc<Self>) -> Arc<Self> {
        match self.memory {
            BodyMemory::OfRequest => {
                let body = Bytes::copy_from_slice(&self.body);
                Arc::new(Self { body, memory: BodyMemory::Shared, ..Self::clone(self) })
            }
            BodyMemory::Shared => Arc::clone(self),
        }
    }

    /// The same answer in another content coding, with the bytes of that coding.
    pub(crate) fn encoded(&self, coding: Coding, body: Vec<u8>) -> Self {
        let tags = tags(&self.digest, coding);
        Self { body: body.into(), memory: BodyMemory::Shared, coding, tags, ..self.clone() }
    }

    /// The same answer with its citation, made for one client: it contains the current time.
    ///
    /// # Errors
    /// If the body is not what this module writes for an answer without errors, such as a compressed one.
    pub(crate) fn cited(
        &self,
        query: CitedQuery,
        operator: &Operator,
        base: &str,
    ) -> Result<Self, serde_json::Error> {
        let Some(dataset) = &self.dataset else { return Ok(self.clone()) };
        let mut written: Flawless<'_> = serde_json::from_slice(&self.body)?;
        let data = serde_json::from_str(written.data.get())?;
        let linked = LinkedCitation::new(dataset, query, Some(&data));
        let citation = linked.citation(operator, linked.link(base).as_deref());
        written.extensions.insert("citation".to_owned(), to_raw_value(&citation)?);
        let body = serde_json::to_vec(&written)?;
        let digest = digest(&body);
        let tags = tags(&digest, self.coding);
        Ok(Self {
            body: body.into(),
            memory: BodyMemory::Shared,
            digest,
            tags,
            is_of_one_run: true,
            ..self.clone()
        })
    }

    /// The same answer, marked as describing one run, so that no cache gives it to anybody else.
    pub(crate) fn kept_by_nobody(self) -> Self {
        Self { is_of_one_run: true, ..self }
    }

    /// Whether another answer has the same data and errors, whatever its revision. Both are uncompressed.
    pub(crate) fn has_result_of(&self, other: &Self) -> bool {
        let parts = |answer| serde_json::from_slice::<ResultParts<'_>>(answer).ok();
        match (parts(&self.body), parts(&other.body)) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        }
    }

    /// The list of its errors as JSON text; `None` without errors.
    pub(crate) fn errors(&self) -> Option<String> {
        let parts: ResultParts<'_> = serde_json::from_slice(&self.body).ok()?;
        parts.errors.map(ToOwned::to_owned)
    }

    /// Whether the same request may succeed in a moment.
    pub(crate) fn may_go_well_later(&self) -> bool {
        let later = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS];
        match self.standing {
            Standing::Unanswered(status) | Standing::Refused(status) => later.contains(&status),
            _ => false,
        }
    }

    /// Whether the answer has no errors. An answer with errors may succeed the next time and is never cached.
    pub(crate) fn is_flawless(&self) -> bool {
        !self.has_errors
    }

    /// Whether it only says that the request is a subscription.
    pub(crate) fn is_for_subscribers(&self) -> bool {
        self.standing == Standing::IsSubscription
    }

    /// Whether it was refused before GraphQL saw it.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.standing, Standing::Refused(_))
    }

    /// Whether its document is valid and ran.
    pub(crate) fn ran(&self) -> bool {
        self.standing == Standing::Ran
    }

    /// The response to one client, and whether it only says that nothing has changed.
    pub(crate) fn respond(&self, client: &Client<'_>, freshness: &Freshness) -> (Response, bool) {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(header::VARY, VARY);
        if let Some(revision) = &self.revision {
            headers.insert(REVISION_HEADER, revision.clone());
        }
        let mut status = self.standing.status(client.media, client.method);
        let mut is_unchanged = false;
        if self.is_flawless() && !self.is_of_one_run {
            let tag = &self.tags[usize::from(client.media == MediaType::Graphql)];
            headers.insert(header::ETAG, tag.clone());
            headers.insert(header::CACHE_CONTROL, freshness.control(self.age));
            let modified = freshness.modified(self.loaded.as_ref());
            if let Some(modified) = &modified {
                headers.insert(header::LAST_MODIFIED, modified.text.clone());
            }
            is_unchanged = client.has(tag, modified.as_ref());
        } else {
            headers.insert(header::CACHE_CONTROL, NO_STORE);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        } else if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(demand) = self.demand {
            let (name, value) = demand.header();
            headers.insert(name, value);
        }
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, ALLOW);
        }
        if is_unchanged {
            status = StatusCode::NOT_MODIFIED;
        } else {
            headers.insert(header::CONTENT_TYPE, client.media.content_type());
            if let Some(coding) = self.coding.content_encoding() {
                headers.insert(header::CONTENT_ENCODING, coding);
            }
            *response.body_mut() = Body::from(self.body.clone());
        }
        *response.status_mut() = status;
        (response, is_unchanged)
    }
}

/// What an answer says about its dataset.
fn about(dataset: &Dataset) -> Value {
    let about = [
        (Name::new("revision"), Value::from(dataset.revision)),
        (Name::new("synthetic"), Value::Boolean(dataset.synthetic)),
    ];
    Value::Object(about.into_iter().collect())
}

fn digest(body: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(body)[..16])
}

fn tags(digest: &str, coding: Coding) -> [HeaderValue; 2] {
    let separator = if coding == Coding::Identity { "" } else { "-" };
    let coding = coding.name().unwrap_or_default();
    ["json", "graphql"].map(|media| {
        let text = format!("\"{digest}-{media}{separator}{coding}\"");
        HeaderValue::try_from(text).expect("digits, letters and dashes")
    })
}

/// The parts of a request that its response depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client<'a> {
    /// The media type of the answer.
    pub(crate) media: MediaType,
    /// The request method.
    pub(crate) method: &'a Method,
    /// The request headers.
    pub(crate) headers: &'a HeaderMap,
}

impl Client<'_> {
    /// Whether the client already has the answer with a tag or, if it sends no tags, of a date. Only a GET can be
    /// answered so.
    pub(crate) fn has(&self, tag: &HeaderValue, modified: Option<&HttpDate>) -> bool {
        if *self.method == Method::POST {
            return false;
        }
        if !self.headers.contains_key(header::IF_NONE_MATCH) {
            return modified.is_some_and(|date| date.is_met_by(self.headers));
        }
        let lines = self.headers.get_all(header::IF_NONE_MATCH);
        let mut tags = lines.iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        tags.any(|known| {
            let known = known.trim_ascii();
            known == b"*" || known.strip_prefix(b"W/").unwrap_or(known) == tag.as_bytes()
        })
    }
}
