//! Several requests in one body, answered by a list of answers.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::{
    endpoint::{CODED, Endpoint, Wishes},
    request::{
        answer::{Client, Refusal},
        ask::Parameters,
        compress::{self, Coding},
        negotiate,
        report::ReportOptions,
        vary::VARY,
    },
    traffic::rate::Account,
};
use crate::error::codes;

/// How many requests of a batch run at once.
const AT_ONCE: usize = 4;
/// The maximum total size of a batch's answers, in bytes.
const MOST_OF_BATCH: usize = 16 << 20;
/// How many bytes of uncompressed answers are sent for one point.
const SENT: u64 = 16 << 10;

impl Endpoint {
    /// Answers several requests with a list of answers, a few at a time.
    pub(crate) async fn batch(
        &self,
        requests: Vec<Value>,
        client: &Client<'_>,
        account: &Account,
    ) -> Result<Response, Refusal> {
        let (most, count) = (self.0.works.settings.most_in_batch, requests.len());
        if count > most || count == 0 {
            let reason = match (most, count) {
                (0, _) => {
                    "The body is a list of requests, but this server takes one request at a time (--batch).".to_owned()
                }
                (_, 0) => "The list of requests is empty.".to_owned(),
                _ => format!(
                    "The list of {count} requests exceeds the limit of {most} (--batch)."
                ),
            };
            return Err(Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, &reason));
        }
        let wishes = Wishes::of(client.headers)?;
        // Costs and reads are reported for single requests only.
        let ReportOptions { cite, no_warnings, .. } = wishes.report;
        let report =
            ReportOptions { cite, no_warnings, is_of_many: true, ..ReportOptions::default() };
        let wishes = Wishes { report, ..wishes };
        let answer = async |request| {
            account.may_ask().map_err(Refusal::too_many)?;
            let parameters = Parameters::of_json(request)?;
            self.answer(parameters, Coding::Identity, wishes.clone(), account).await
        };
        let mut answers = std::pin::pin!(stream::iter(requests).map(answer).buffered(AT_ONCE));
        let (mut parts, mut length) = (Vec::with_capacity(count), 2 + count);
        while let Some(reply) = answers.next().await {
            let reply = reply.unwrap_or_else(|refusal| self.refuse(refusal));
            length += reply.answer.body.len();
            if length > MOST_OF_BATCH {
                let most = MOST_OF_BATCH >> 20;
                let reason = format!(
                    "The answers of the list exceed {most} MiB together. Send fewer requests at once."
                );
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                return Err(Refusal::new(status, codes::QUERY_TOO_LARGE, &reason));
            }
            parts.push(reply.answer.body.clone());
        }
        let coding = Some(negotiate::coding(client.headers));
        let coding = coding.filter(|_| compress::pays(length)).unwrap_or(Coding::Identity);
        let bytes = length as u64;
        let body = match coding {
            Coding::Identity => {
                account.pay(bytes / SENT);
                joined(&parts)
            }
            coding => {
                let price = (1 + bytes / CODED, bytes.saturating_mul(2));
                let code = move || {
                    let mut body = Vec::with_capacity(length);
                    list(&parts).for_each(|part| body.extend_from_slice(&part));
                    compress::compress(&body, coding)
                };
                match self.0.works.apart(account, price, code).await? {
                    Ok(body) => Body::from(body),
                    Err(error) => {
                        tracing::error!(%error, "cannot write the answers of a batch");
                        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
                    }
                }
            }
        };
        let headers = [
            (header::CONTENT_TYPE, client.media.content_type()),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::VARY, VARY),
        ];
        let mut response = (headers, body).into_response();
        if let Some(coding) = coding.content_encoding() {
            response.headers_mut().insert(header::CONTENT_ENCODING, coding);
        }
        Ok(response)
    }
}

/// A JSON list of answers, as parts.
fn list(answers: &[Bytes]) -> impl Iterator<Item = Bytes> {
    let between = |at| Bytes::from_static(if at == 0 { b"[" } else { b"," });
    let parts =
        answers.iter().enumerate().flat_map(move |(at, answer)| [between(at), answer.clone()]);
    parts.chain([Bytes::from_static(b"]")])
}

/// A body of these answers, without copying them.
fn joined(answers: &[Bytes]) -> Body {
    let parts: Vec<_> = list(answers).map(Ok::<_, std::convert::Infallible>).collect();
    Body::from_stream(stream::iter(parts))
}
