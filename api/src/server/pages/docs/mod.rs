//! `/docs`: the pages of `docs/` as HTML, with a search.
//!
//! The Markdown is part of the program, so the docs fit its version and need nothing from elsewhere. `docs/SUMMARY.md`
//! names the pages and their order; the README is the page at `/docs`. A link between pages works in the repository and
//! here: it becomes a link to the page on this server, or text if the server does not have its target (see [`links`]).
//! The pages have no script: the server renders the results of a search, too.

mod book;
mod coded;
mod embedded;
mod html;
mod links;
mod render;
mod search;
mod summary;

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    body::Bytes,
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use self::{book::DocsBook, coded::CodedBody, embedded::FILES};
use super::page;
use crate::server::request::{
    compress::{self, Coding},
    negotiate, vary,
};

/// What is served below `/docs/`, by its name; the page at `/docs` has none.
static DOCUMENTS: LazyLock<BTreeMap<&str, DocsDocument>> = LazyLock::new(|| {
    let book = DocsBook::get();
    let pages = book.pages.iter().enumerate().map(|(at, page)| {
        let name = page.url.trim_start_matches("/docs").trim_start_matches('/');
        (
            name,
            DocsDocument { body: CodedBody::new(html::page(book, at).into()), content_type: None },
        )
    });
    let files = FILES.iter().map(|file| {
        let body = CodedBody::new(Bytes::from_static(file.bytes));
        (file.name, DocsDocument { body, content_type: Some(file.content_type) })
    });
    pages.chain(files).collect()
});

/// A page or a file.
struct DocsDocument {
    body: CodedBody,
    /// None for a page.
    content_type: Option<&'static str>,
}

/// `GET /docs`, and `GET /docs?search=WORDS`.
pub(crate) async fn index(RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let search = parameters.find(|(name, _)| name == "search").map(|(_, words)| words.into_owned());
    match search.filter(|words| !words.trim().is_empty()) {
        Some(words) => answer(headers, move |coding| found(&words, coding)).await,
        None => answer(headers, |coding| document("", coding)).await,
    }
}

/// `GET /docs/{page}`, and the files that pages show.
pub(crate) async fn page(Path(name): Path<String>, headers: HeaderMap) -> Response {
    answer(headers, move |coding| document(&name, coding)).await
}

/// A body on its way to a client.
struct DocsBody {
    status: StatusCode,
    bytes: Bytes,
    coding: Coding,
    content_type: Option<&'static str>,
}

fn document(name: &str, coding: Coding) -> std::io::Result<DocsBody> {
    let Some(DocsDocument { body, content_type }) = DOCUMENTS.get(name) else {
        return made(StatusCode::NOT_FOUND, html::missing(DocsBook::get()), coding);
    };
    let content_type = *content_type;
    // An image is compressed already.
    let coding = if content_type == Some("image/png") { Coding::Identity } else { coding };
    let bytes = body.coded(coding)?;
    Ok(DocsBody { status: StatusCode::OK, bytes, coding, content_type })
}

/// The page with what a search finds.
fn found(words: &str, coding: Coding) -> std::io::Result<DocsBody> {
    let book = DocsBook::get();
    if words.chars().count() > search::LONGEST {
        return made(StatusCode::BAD_REQUEST, html::too_long(book), coding);
    }
    made(StatusCode::OK, html::results(book, words, &search::search(&book.sections, words)), coding)
}

/// A page that is made for one client.
fn made(status: StatusCode, html: String, coding: Coding) -> std::io::Result<DocsBody> {
    let bytes = CodedBody::new(Bytes::from(html)).coded(coding)?;
    Ok(DocsBody { status, bytes, coding, content_type: None })
}

/// Answers with a body, which is rendered and compressed away from the threads that serve.
async fn answer(
    headers: HeaderMap,
    body: impl FnOnce(Coding) -> std::io::Result<DocsBody> + Send + 'static,
) -> Response {
    let coding = negotiate::coding(&headers);
    let made = match compress::turn(move || body(coding)).await {
        Ok(made) => made,
        Err(error) => {
            tracing::error!(%error, "a page of the docs cannot be sent");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let DocsBody { status, bytes, coding, content_type } = made;
    let is_found = status == StatusCode::OK;
    let known = if is_found { headers } else { HeaderMap::new() };
    let mut answer = match content_type {
        None => page::answer(&known, &html::POLICY, bytes),
        Some(content_type) => page::checked(&known, content_type, bytes),
    };
    if !is_found {
        *answer.status_mut() = status;
        answer.headers_mut().remove(header::ETAG);
    }
    let is_whole = answer.status() != StatusCode::NOT_MODIFIED;
    let about = answer.headers_mut();
    about.insert(header::VARY, HeaderValue::from_static(vary::ACCEPT_ENCODING));
    if let Some(coding) = coding.content_encoding().filter(|_| is_whole) {
        about.insert(header::CONTENT_ENCODING, coding);
    }
    answer
}
