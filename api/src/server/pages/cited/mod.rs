//! `/cite/{link}`: the data that a citation names, and a page about them for people.
//!
//! The link carries the query, the revision and the digest (see [`crate::graphql::citation::link`]), so nothing is
//! stored. A program gets exactly those data as JSON or as a file, by `Accept` or `?format=`. A browser gets a page:
//! the data as tables, whether they still match the citation, how to cite them, and what loads have changed since.
//! The page is plain HTML under a strict policy: no scripts, and nothing from elsewhere.
//!
//! The query runs like any other: with `--trusted-only` it must be trusted, it is priced, and it waits for a slot.

mod html;
mod since;
mod table;

use async_graphql::{Request as GraphqlRequest, Variables};
use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use self::since::SinceCited;
use super::page;
use crate::{
    error::{Error, codes},
    graphql::{
        citation::{self, Edition, LinkedCitation},
        execute::plan_export,
    },
    server::{
        endpoint::{self, Endpoint, Wishes},
        request::{
            answer::{Client, HttpAnswer, Refusal},
            ask::Parameters,
            base_url,
            compress::Coding,
            format::TableFormat,
            negotiate::{self, MediaType},
            pin::Pin,
        },
        traffic::rate::Account,
    },
};

/// How many bytes of an answer are parsed and shown for one point, and the memory for each byte.
const SHOWN: u64 = 500;
const SHOWN_MEMORY: u64 = 20;
/// The headers that the page depends on.
const VARY_PAGE: HeaderValue =
    HeaderValue::from_static("accept, x-dataset-revision, host, x-forwarded-proto");

/// The requested form of a citation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CitedForm {
    Page,
    Json,
    File(TableFormat),
    Bibtex,
    Csl,
}

impl CitedForm {
    /// The form that a link names, or that its client prefers.
    fn of(parts: &Parts) -> Result<Self, Refusal> {
        let query = parts.uri.query().unwrap_or_default();
        let mut named = form_urlencoded::parse(query.as_bytes()).filter(|it| it.0 == "format");
        let Some((_, name)) = named.next() else {
            let headers = &parts.headers;
            return Ok(match negotiate::table(headers) {
                _ if negotiate::prefers_html(headers) => Self::Page,
                Some(format) => Self::File(format),
                None => Self::Json,
            });
        };
        match &*name {
            "html" => Ok(Self::Page),
            "json" => Ok(Self::Json),
            "bibtex" => Ok(Self::Bibtex),
            "csl" => Ok(Self::Csl),
            other => TableFormat::of_extension(other).map(Self::File).ok_or_else(|| {
                bad("The parameter `format` must be `html`, `json`, `csv`, `ndjson`, `parquet`, `bibtex` or `csl`")
            }),
        }
    }
}

/// What the page shows of the data.
struct Shown {
    /// The digest of the data.
    sha256: String,
    /// The data as tables.
    tables: String,
}

/// The data of an answer as JSON text.
#[derive(Deserialize)]
struct DataOfAnswer<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

/// The current answer to the same query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Today {
    /// The cited revision is the current one.
    Current,
    Same,
    Differs,
    /// An error, or no answer.
    Unanswered,
}

/// `GET /cite/{link}`.
pub(in crate::server) async fn serve(
    State(endpoint): State<Endpoint>,
    Path(end): Path<String>,
    request: Request,
) -> Response {
    let span = endpoint::span("/cite/{link}", &request);
    let (parts, _) = request.into_parts();
    endpoint.watch(span, Box::pin(endpoint.cited_data(&end, &parts))).await
}

impl Endpoint {
    async fn cited_data(&self, end: &str, parts: &Parts) -> Response {
        let account = self.account(parts);
        let form = CitedForm::of(parts);
        let is_page = form.as_ref().is_ok_and(|form| *form == CitedForm::Page);
        let sent = async {
            account.may_ask().map_err(Refusal::too_many)?;
            let most = self.0.works.settings.limits.body as usize;
            let read = LinkedCitation::of_end(end, most);
            let linked = read.map_err(|error| bad(&error.to_string()));
            let linked = linked.inspect_err(|_| account.pay(1))?;
            match form? {
                CitedForm::Page => self.page(&linked, parts, &account).await,
                CitedForm::Json => self.json(&linked, parts, &account).await,
                CitedForm::File(_) if self.0.works.settings.most_export_rows == 0 => {
                    Err(bad("This server sends no files (--max-export-rows is 0). Ask for JSON."))
                }
                CitedForm::File(format) => {
                    Ok(self.export(parameters(&linked), format, parts, &account).await)
                }
                CitedForm::Bibtex => {
                    let bibtex = self.formats(&linked, &parts.headers).bibtex;
                    Ok(page::checked(&parts.headers, "application/x-bibtex; charset=utf-8", bibtex))
                }
                CitedForm::Csl => {
                    let csl = self.formats(&linked, &parts.headers).csl_json;
                    let kind = "application/vnd.citationstyles.csl+json";
                    Ok(page::checked(&parts.headers, kind, serde_json::json!([csl]).to_string()))
                }
            }
        };
        let sent: Result<Response, Refusal> = sent.await;
        sent.unwrap_or_else(|refusal| {
            let answer = self.0.works.refuse(refusal);
            self.unanswered(&answer, parts, &account, is_page)
        })
    }

    /// The formatted citation, with its link.
    fn formats(&self, linked: &LinkedCitation, headers: &HeaderMap) -> citation::Formats {
        let operator = &self.0.works.server.0.operator;
        let link = linked.link(&base_url::public_base(operator, headers));
        linked.formats(operator, link.as_deref())
    }

    /// The data as JSON, as `/graphql` would answer.
    async fn json(
        &self,
        linked: &LinkedCitation,
        parts: &Parts,
        account: &Account,
    ) -> Result<Response, Refusal> {
        let (method, headers) = (&parts.method, &parts.headers);
        let media = MediaType::of(headers).unwrap_or(MediaType::Json);
        let client = Client { media, method, headers };
        let (coding, wishes) = (negotiate::coding(headers), Wishes::of(headers)?);
        let reply = self.answer(parameters(linked), coding, wishes, account).await?;
        Ok(self.respond(&reply, &client, account))
    }

    /// The page about the data.
    async fn page(
        &self,
        linked: &LinkedCitation,
        parts: &Parts,
        account: &Account,
    ) -> Result<Response, Refusal> {
        let (works, headers) = (&self.0.works, &parts.headers);
        let wishes = || Wishes::of(&HeaderMap::new());
        let asked = parameters(linked);
        let reply = self.answer(asked, Coding::Identity, wishes()?, account).await?;
        let (Some(dataset), true) = (&reply.answer.dataset, reply.answer.is_flawless()) else {
            return Ok(self.unanswered(&reply.answer, parts, account, true));
        };
        let found = Edition::from(dataset);
        if found != linked.dataset {
            return Err(bad(
                "The link was changed: what it says about its revision (load time, or synthetic or real) is wrong.",
            ));
        }
        let shown = self.shown(&reply.answer, true, account).await?;
        let current = works.server.dataset();
        let today = match current == *dataset {
            true => Today::Current,
            false => self.today(linked, &shown, account).await,
        };
        let since = match today {
            Today::Current => SinceCited::Nothing,
            _ => since::loads_after(&works.server, dataset.revision).await,
        };
        let about = html::CitedPage {
            linked,
            formats: &self.formats(linked, headers),
            shown: &shown,
            today,
            since: &since,
            current: current.revision,
            tells_schema: works.settings.tells_schema(),
            is_table: self.is_table(linked),
        };
        let mut response = page::answer(headers, &html::POLICY, about.html());
        let about = response.headers_mut();
        about.insert(header::VARY, VARY_PAGE);
        self.tell(account, &parts.method, about);
        Ok(response)
    }

    /// Whether the data are available as a file.
    fn is_table(&self, linked: &LinkedCitation) -> bool {
        let (server, settings) = (&self.0.works.server, &self.0.works.settings);
        let most = settings.most_export_rows;
        let query = &linked.query;
        let variables = Variables::from_json(Value::Object(query.variables.clone()));
        let mut request = GraphqlRequest::new(&query.document).variables(variables);
        request.operation_name.clone_from(&query.operation_name);
        let (schema, aggregates) = (&server.0.schema.0, server.database());
        most > 0 && plan_export(schema, &aggregates, &settings.limits, most, &request).is_ok()
    }

    /// The content of an answer. Parsing it takes time and memory in proportion to its size.
    async fn shown(
        &self,
        answer: &HttpAnswer,
        shows: bool,
        account: &Account,
    ) -> Result<Shown, Refusal> {
        let body = answer.body.clone();
        let bytes = body.len() as u64;
        let price = (1 + bytes / SHOWN, bytes.saturating_mul(SHOWN_MEMORY));
        let read = move || {
            let answer: DataOfAnswer<'_> = serde_json::from_slice(&body)?;
            let data: Value = serde_json::from_str(answer.data.get())?;
            // Parsed again to keep the order of the query's fields.
            let tables = match shows {
                true => table::tables(&serde_json::from_str(answer.data.get())?),
                false => String::new(),
            };
            Ok(Shown { sha256: citation::digest(&data), tables })
        };
        let shown: serde_json::Result<Shown> = self.0.works.apart(account, price, read).await?;
        shown.map_err(|error| {
            tracing::error!(%error, "cannot show an answer");
            Refusal::of(StatusCode::INTERNAL_SERVER_ERROR, &Error::Internal)
        })
    }

    /// The answer of the same query at the current revision.
    async fn today(&self, linked: &LinkedCitation, then: &Shown, account: &Account) -> Today {
        let asked = Parameters { pin: None, ..parameters(linked) };
        let Ok(wishes) = Wishes::of(&HeaderMap::new()) else { return Today::Unanswered };
        match self.answer(asked, Coding::Identity, wishes, account).await {
            Ok(reply) if reply.answer.is_flawless() => {
                match self.shown(&reply.answer, false, account).await {
                    Ok(now) if now.sha256 == then.sha256 => Today::Same,
                    Ok(_) => Today::Differs,
                    Err(_) => Today::Unanswered,
                }
            }
            _ => Today::Unanswered,
        }
    }

    /// The response if there are no data: an error, as a page for people.
    fn unanswered(
        &self,
        answer: &HttpAnswer,
        parts: &Parts,
        account: &Account,
        is_page: bool,
    ) -> Response {
        let client =
            Client { media: MediaType::Graphql, method: &parts.method, headers: &parts.headers };
        let (mut response, _) = answer.respond(&client, &self.0.freshness);
        if is_page {
            let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let message = said["errors"][0]["message"].as_str().unwrap_or_default();
            let status = response.status();
            let retry = response.headers_mut().remove(header::RETRY_AFTER);
            let html = html::problem(message);
            response = page::answer(&HeaderMap::new(), &html::POLICY, html);
            *response.status_mut() = status;
            let about = response.headers_mut();
            about.remove(header::ETAG);
            about.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            about.insert(header::VARY, VARY_PAGE);
            if let Some(retry) = retry {
                about.insert(header::RETRY_AFTER, retry);
            }
        }
        self.tell(account, &parts.method, response.headers_mut());
        response.into_response()
    }
}

/// The request for the data at exactly the cited revision.
fn parameters(linked: &LinkedCitation) -> Parameters {
    let (query, dataset) = (&linked.query, &linked.dataset);
    let number = u64::try_from(dataset.revision).unwrap_or_default();
    Parameters {
        query: Some(query.document.clone()),
        operation: query.operation_name.clone(),
        variables: query.variables.clone(),
        pin: Some(Pin::Revision { number, token: dataset.token }),
        ..Parameters::default()
    }
}

fn bad(reason: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, reason)
}
