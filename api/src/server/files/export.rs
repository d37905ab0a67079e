//! A query whose answer is a file: all rows of a list, or its groups, as CSV, JSON lines or Parquet.
//!
//! The rows are sent part by part, as the client reads them. Each part takes a slot, has a deadline and is paid for
//! like a query, so a slow reader delays nobody. A file is of one revision: after each part, before any of it is
//! sent, the server checks whether a load was committed meanwhile, and if so reads the part again from the history.
//! If the revision is no longer available, or the database fails, the transfer is aborted: the body has no end, which
//! every HTTP/1.1 client can detect.

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

/// The maximum length in bytes of a link that appears twice in a file's headers: proxies limit the size of headers.
const MOST_LINK: usize = 1_500;

impl Endpoint {
    /// Answers one request with a file.
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
                let reason = "Costs and reads are reported only with JSON. Request JSON in the header `Accept`.";
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

    /// The response, or the error if there is none.
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

    /// A response without a body, with the headers that all files share.
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

    /// Begins to send a file. Errors in the query or its first rows still set the status.
    pub(crate) async fn send(
        &self,
        ask: Ask,
        limits: Limits,
        format: TableFormat,
        parts: &Parts,
        account: Account,
    ) -> Result<Response, HttpAnswer> {
        if parts.version < Version::HTTP_11 {
            let reason =
                "Files need HTTP/1.1, in which a client can detect an incomplete transfer.";
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
        // The known price of the first part; it is returned once that part is paid for.
        let reservation = account.reserve(export.price);
        let reservation =
            reservation.map_err(|seconds| self.refused(Refusal::too_many(seconds)))?;
        let works = &self.0.works;
        let bytes = export.bytes.saturating_add(gathers(format));
        let Some(share) = works.file_shares.wait(account.client, bytes).await else {
            reservation.settle(0);
            return Err(self.refused(Refusal::busy()));
        };
        // A file continues where a query ends, so it never takes a slot for short work.
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
        // A tag identifies one file, but a date all files: only now is it known that this one exists.
        if !is_cited && client.has(&tag, modified) {
            let mut response = self.labeled(tag, modified, (&file.dataset, age));
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Ok(response);
        }
        // The router drops the body for a HEAD, but needs it to see that the length is unknown.
        let first = stream::iter([Ok(Bytes::from(first))]);
        *response.body_mut() = Body::from_stream(first.chain(file.rest()));
        Ok(response)
    }

    /// The connections that read the file's revision, and which revision that is.
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

    /// The dataset that a request names, if any.
    pub(crate) async fn wanted(
        &self,
        pin: Option<Pin>,
    ) -> Result<Option<Arc<Dataset>>, HttpAnswer> {
        let Some(pin) = pin else { return Ok(None) };
        let found = pin.find(&self.0.works.server).await;
        found.map(|found| Some(Arc::new(found))).map_err(|refusal| self.refused(refusal))
    }

    /// The answer that says why a request is refused.
    pub(crate) fn refused(&self, refusal: Refusal) -> HttpAnswer {
        self.0.works.refuse(refusal)
    }

    /// The answer that says what is wrong with a query, or with its first rows.
    fn failed(&self, found: Vec<ServerError>, dataset: &Dataset) -> HttpAnswer {
        let mut response = Answered::from_errors(found);
        errors::complete(&mut response, self.0.works.settings.suggestions);
        self.0.works.metrics.errors(&response.errors);
        HttpAnswer::unread(&response, dataset)
    }
}

/// Cites a file, also in its headers. A citation contains the current time, so the file is for one client and has no
/// tag.
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

/// The tag of a file, from everything that its bytes depend on.
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

/// The suggested name of a file.
fn disposition(export: &Export, format: TableFormat, dataset: &Dataset) -> HeaderValue {
    let (name, revision, extension) = (export.name, dataset.revision, format.extension());
    let made_up = if dataset.synthetic { "-synthetic" } else { "" };
    let text = format!("attachment; filename=\"{name}-revision-{revision}{made_up}.{extension}\"");
    HeaderValue::try_from(text).expect("digits, letters and dashes")
}
