//! A query whose answer is a file: all rows of a list, or its groups, as CSV, as JSON a line or as Parquet.
//!
//! The rows go out a part at a time, as the client takes them, and each part takes a turn, has its time and is
//! paid for as a query would be; so who reads slowly keeps nobody waiting. A file is of one revision. After
//! each part it is looked whether the dataset is still the same, before any of it is sent. Where it is not, or
//! where the database fails, the transfer breaks off: the body has no end, which every client of HTTP/1.1
//! tells from one that has.

use std::sync::Arc;

use async_graphql::{Pos, Response as Answered, ServerError};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header, request::Parts},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::{StreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use tracing::Span;

use super::file::{File, unwritten};
use super::table::{TableWriter, gathers};
use crate::server::request::format::{About, FileCitation, TableFormat};
use crate::server::{
    endpoint::Endpoint,
    request::{
        answer::{Client, HttpAnswer, Refusal},
        ask::{Ask, Parameters},
        base_url,
        compress::Coding,
        errors,
        freshness::{HttpDate, RevisionAge},
        memento::{self, PinPlace},
        negotiate::{self, MediaType},
        pin::Pin,
        report::ReportOptions,
        revision_header::{REVISION_HEADER, revision_of},
        vary::VARY,
    },
    traffic::{admission::LEAST_DEAR, rate::Account},
};
use crate::{
    catalog::dataset::Dataset,
    database::Readers,
    error::{Error, codes},
    graphql::{
        citation::{CitedQuery, Operator},
        execute::{AskedFor, plan_export},
    },
    limits::{Limits, work::Work},
    measures::Aggregates,
    query::export::Export,
};

/// The bytes of a link that stands twice in the head of a file: proxies have little room for that.
const MOST_LINK: usize = 1_500;

impl Endpoint {
    /// Answers one request by a file.
    pub(crate) async fn export(
        &self,
        mut parameters: Parameters,
        format: TableFormat,
        parts: &Parts,
        account: &Account,
    ) -> Response {
        let sent = async {
            let report =
                ReportOptions::of(&parts.headers).map_err(|refusal| self.refused(refusal))?;
            let other = ReportOptions { no_warnings: false, cite: false, ..report };
            if other != ReportOptions::default() {
                let reason =
                    "what a query costs and reads is told in JSON: ask for that by `Accept`";
                return Err(self.refused(Refusal::new(
                    StatusCode::BAD_REQUEST,
                    codes::BAD_REQUEST,
                    reason,
                )));
            }
            let pin = Pin::of_headers(&parts.headers);
            let pin = pin.and_then(|pin| Pin::of_both(pin, parameters.pin));
            let pin = pin.map_err(|refusal| self.refused(refusal))?;
            let named = self.0.documents.find(&mut parameters);
            let named = named.map_err(|refusal| self.refused(refusal))?;
            let document = Arc::clone(&named.document);
            let (operation, variables) = (parameters.operation, parameters.variables);
            let wanted = self.wanted(pin).await?;
            let is_by_token = pin.is_some_and(Pin::names_data);
            let ask = Ask {
                document: named.document,
                operation,
                variables,
                report,
                wanted,
                is_by_token,
                asked_for: AskedFor::OneAnswer,
            };
            let limits = self.0.works.settings.limits;
            let sent = self.send(ask, limits, format, parts, account.clone());
            let sent = Box::pin(sent).await?;
            if let Some(hash) = named.register {
                self.0.documents.register(hash, document);
            }
            Ok(sent)
        };
        self.finish(sent.await, parts, account)
    }

    /// The response, or what is said where there is none.
    pub(crate) fn finish(
        &self,
        sent: Result<Response, HttpAnswer>,
        parts: &Parts,
        account: &Account,
    ) -> Response {
        let mut response = sent.unwrap_or_else(|answer| {
            // The status says that there is no file.
            let (method, headers) = (&parts.method, &parts.headers);
            let client = Client { media: MediaType::Graphql, method, headers };
            answer.respond(&client, &self.0.freshness).0
        });
        self.tell(account, &parts.method, response.headers_mut());
        response
    }

    /// A response without a body yet, with what holds for every file.
    fn labeled(
        &self,
        tag: HeaderValue,
        modified: Option<&HttpDate>,
        (dataset, age): (&Dataset, RevisionAge),
    ) -> Response {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(header::ETAG, tag);
        headers.insert(REVISION_HEADER, revision_of(dataset));
        if let Some(modified) = modified {
            headers.insert(header::LAST_MODIFIED, modified.text.clone());
        }
        headers.insert(header::CACHE_CONTROL, self.0.freshness.control(age));
        headers.insert(header::VARY, VARY);
        response
    }

    /// Begins to send a file: what is wrong with a query, or with its first rows, has a status.
    pub(crate) async fn send(
        &self,
        ask: Ask,
        limits: Limits,
        format: TableFormat,
        parts: &Parts,
        account: Account,
    ) -> Result<Response, HttpAnswer> {
        if parts.version < Version::HTTP_11 {
            let reason = "a file is sent by HTTP/1.1, in which its end can be told from a break";
            let status = StatusCode::HTTP_VERSION_NOT_SUPPORTED;
            return Err(self.refused(Refusal::new(status, codes::BAD_REQUEST, reason)));
        }
        let server = &self.0.works.server;
        let failed = |error: Error, dataset: &Dataset| {
            self.failed(vec![error.at(Pos::default(), &[])], dataset)
        };
        let of_revision = self.of_revision(&ask).await;
        let (readers, dataset, age) =
            of_revision.map_err(|error| failed(error, &server.dataset()))?;
        let is_cited = ask.report.cite;
        let most = self.0.works.settings.most_export_rows;
        let coding = negotiate::coding_of(&parts.headers, format.codings());
        let tag = tag(&ask, format, coding, &dataset, most);
        let client =
            Client { media: MediaType::Json, method: &parts.method, headers: &parts.headers };
        let in_header = parts.headers.contains_key(REVISION_HEADER);
        let place = PinPlace::of(ask.wanted.is_some() && !in_header, in_header);
        let loaded = dataset.loaded_at.map(HttpDate::of_load);
        let modified = self.0.freshness.modified(loaded.as_ref());
        let modified = modified.as_ref();
        let mut response = self.labeled(tag.clone(), modified, (&dataset, age));
        let headers = response.headers_mut();
        if parts.method != Method::POST {
            memento::tell(headers, &parts.uri, place, &dataset);
        }
        let citation = match ask.report.cite {
            true => cite(headers, &ask, &dataset, &server.0.operator, &parts.headers),
            false => FileCitation::of_dataset(&dataset, &server.0.operator),
        };
        if !ask.report.cite && client.has(&tag, None) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Ok(response);
        }
        let aggregates = match server.copy() {
            Some(copy) if copy.dataset == dataset => Aggregates::Memory(copy.replica),
            _ => server.database(),
        };
        let request = ask.clone().into_request();
        let planned = plan_export(&server.0.schema.0, &aggregates, &limits, most, &request);
        let export = planned.map_err(|answer| self.failed(answer.response.errors, &dataset))?;
        // As much as is known of what the first part takes: it is given back when that is paid for.
        let reservation = account.reserve(export.price);
        let reservation =
            reservation.map_err(|seconds| self.refused(Refusal::too_many(seconds)))?;
        let works = &self.0.works;
        let bytes = export.bytes.saturating_add(gathers(format));
        let Some(share) = works.file_shares.wait(account.client, bytes).await else {
            reservation.settle(0);
            return Err(self.refused(Refusal::busy()));
        };
        // A file goes on where a query ends, so it never has a turn of those that end soon.
        let dear = export.price.max(LEAST_DEAR);
        let admitted = works.admit(account.client, dear, &works.memory_of_files, bytes);
        let Ok((turn, usage)) = admitted.await else {
            reservation.settle(0);
            return Err(self.refused(Refusal::busy()));
        };
        headers.insert(header::CONTENT_TYPE, format.content_type());
        headers.insert(header::CONTENT_DISPOSITION, disposition(&export, format, &dataset));
        if let Some(coding) = coding.content_encoding() {
            headers.insert(header::CONTENT_ENCODING, coding);
        }
        let (document, variables) = (&*ask.document, &ask.variables);
        let about = About { dataset: &dataset, document, variables, citation };
        let writer = TableWriter::new(format, coding, &export.columns, &about);
        let writer = writer.map_err(|error| failed(unwritten(&error), &dataset))?;
        let file = File {
            walk: export.begin(),
            ahead: None,
            export,
            format,
            writer: Some(writer),
            readers,
            aggregates,
            works: Arc::clone(works),
            account,
            usage,
            _share: share,
            work: Work::default(),
            paid: 0,
            dataset: dataset.clone(),
            is_done: false,
            span: Span::current(),
        };
        let first = file.first_apart().await;
        let (file, first) = first.map_err(|error| failed(error, &dataset))?;
        reservation.settle(0);
        drop(turn);
        // A tag is of one file, and a date of all: only now it is known that there is such a file.
        if !is_cited && client.has(&tag, modified) {
            let mut response = self.labeled(tag, modified, (&file.dataset, age));
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Ok(response);
        }
        // The router leaves the body out for a HEAD, and needs it to see that its length is not known.
        let first = stream::iter([Ok(Bytes::from(first))]);
        *response.body_mut() = Body::from_stream(first.chain(file.rest()));
        Ok(response)
    }

    /// What reads the revision that a file is of, and which that is.
    async fn of_revision(&self, ask: &Ask) -> Result<(Readers, Dataset, RevisionAge), Error> {
        let server = &self.0.works.server;
        let current = server.current().await?;
        let past = ask.past(&current).cloned();
        let readers = match &past {
            Some(past) => server.0.readers.as_of(past.revision),
            None => server.0.readers.clone(),
        };
        let age = RevisionAge::of(past.as_ref(), ask.is_by_token);
        Ok((readers, past.unwrap_or(current), age))
    }

    /// The dataset that a request names, if it does.
    pub(crate) async fn wanted(
        &self,
        pin: Option<Pin>,
    ) -> Result<Option<Arc<Dataset>>, HttpAnswer> {
        let Some(pin) = pin else { return Ok(None) };
        let found = pin.find(&self.0.works.server).await;
        found.map(|found| Some(Arc::new(found))).map_err(|refusal| self.refused(refusal))
    }

    /// Says why a request is not taken.
    pub(crate) fn refused(&self, refusal: Refusal) -> HttpAnswer {
        self.0.works.refuse(refusal)
    }

    /// Says what is wrong with a query, or with its first rows.
    fn failed(&self, found: Vec<ServerError>, dataset: &Dataset) -> HttpAnswer {
        let mut response = Answered::from_errors(found);
        errors::complete(&mut response, self.0.works.settings.suggestions);
        self.0.works.metrics.errors(&response.errors);
        HttpAnswer::unread(&response, dataset)
    }
}

/// Cites a file, and says so in its head: what tells of the moment is of one client, and has no tag.
fn cite(
    headers: &mut HeaderMap,
    ask: &Ask,
    dataset: &Dataset,
    operator: &Operator,
    asked: &HeaderMap,
) -> FileCitation {
    let query = CitedQuery::new(&ask.document, ask.operation.as_deref(), &ask.variables);
    let base = base_url::public_base(operator, asked);
    let citation = FileCitation::of_file(dataset, query, operator, &base);
    headers.remove(header::ETAG);
    headers.remove(header::LAST_MODIFIED);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(link) = citation.link.as_ref().filter(|link| link.len() <= MOST_LINK) {
        let links = format!(
            "<{link}>; rel=\"cite-as\", \
             <{link}?format=csl>; rel=\"describedby\"; type=\"application/vnd.citationstyles.csl+json\""
        );
        if let Ok(links) = HeaderValue::try_from(links) {
            headers.append(header::LINK, links);
        }
    }
    citation
}

/// The tag of a file: whatever its bytes depend on.
fn tag(
    ask: &Ask,
    format: TableFormat,
    coding: Coding,
    dataset: &Dataset,
    most: u32,
) -> HeaderValue {
    let of = serde_json::json!([
        env!("CARGO_PKG_VERSION"),
        &*ask.document,
        ask.operation,
        ask.variables,
        format.extension(),
        coding.name(),
        dataset.token,
        most,
    ]);
    let digest = Sha256::digest(of.to_string());
    let text = format!("\"{}-r{}\"", URL_SAFE_NO_PAD.encode(&digest[..16]), dataset.revision);
    HeaderValue::try_from(text).expect("digits, letters and dashes")
}

/// The name under which a browser keeps a file.
fn disposition(export: &Export, format: TableFormat, dataset: &Dataset) -> HeaderValue {
    let (name, revision, extension) = (export.name, dataset.revision, format.extension());
    let made_up = if dataset.synthetic { "-synthetic" } else { "" };
    let text = format!("attachment; filename=\"{name}-revision-{revision}{made_up}.{extension}\"");
    HeaderValue::try_from(text).expect("digits, letters and dashes")
}
