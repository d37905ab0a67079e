//! The docs as a server shows them: every page, image and link, and the search.

use std::collections::{BTreeMap, BTreeSet};

use cops_graphql::server::AggregatesBy;
use reqwest::{Client, Response, StatusCode, header};

use crate::support::server;

async fn get(url: &str, headers: &[(header::HeaderName, &str)]) -> Response {
    let mut request = Client::new().get(url);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    request.send().await.unwrap()
}

fn said(response: &Response, name: header::HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The values of an attribute, unescaped.
fn values(html: &str, attribute: &str) -> Vec<String> {
    let start = format!(" {attribute}=\"");
    let values = html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap());
    values.map(|value| value.replace("&#39;", "'").replace("&amp;", "&")).collect()
}

fn title(html: &str) -> &str {
    html.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0
}

#[tokio::test]
async fn every_page_of_the_docs_is_shown_and_every_link_leads_somewhere() {
    let (_test, url) = server(AggregatesBy::Sql).await;
    // What is linked, with the anchors that are asked for, and where.
    let (mut seen, mut left) = (BTreeMap::<String, String>::new(), vec!["/docs".to_owned()]);
    let mut anchors = BTreeSet::new();
    while let Some(path) = left.pop() {
        if seen.contains_key(&path) {
            continue;
        }
        let response = get(&format!("{url}{path}"), &[(header::ACCEPT, "text/html")]).await;
        assert_eq!(response.status(), 200, "{path}");
        let is_page =
            path.starts_with("/docs") && said(&response, header::CONTENT_TYPE).contains("html");
        let body = response.bytes().await.unwrap();
        let text = if is_page { String::from_utf8(body.to_vec()).unwrap() } else { String::new() };
        for value in ["href", "src", "srcset"].iter().flat_map(|name| values(&text, name)) {
            assert!(!value.is_empty(), "{path} has a link or an image without a target");
            if value.contains(':') {
                continue;
            }
            let (to, anchor) = value.split_once('#').unwrap_or((&value, ""));
            let to = if to.is_empty() { &path } else { to };
            assert!(to.starts_with('/'), "{path}: {value}");
            if to.starts_with("/docs") && !anchor.is_empty() {
                anchors.insert((path.clone(), to.to_owned(), anchor.to_owned()));
            }
            left.push(to.to_owned());
        }
        seen.insert(path, text);
    }
    let pages: Vec<_> = seen.iter().filter(|(_, text)| !text.is_empty()).collect();
    assert!(pages.len() > 20, "{} pages", pages.len());
    let titles: BTreeSet<_> = pages.iter().map(|(_, text)| title(text)).collect();
    assert_eq!(titles.len(), pages.len(), "two pages have the same title");
    for (path, text) in &pages {
        assert_eq!(text.matches("<h1").count(), 1, "{path}");
        assert!(text.contains("<html lang=\"en\">") && !text.contains("<script"), "{path}");
    }
    let broken: Vec<_> = anchors
        .iter()
        .filter(|(_, to, anchor)| !values(&seen[to], "id").contains(anchor))
        .collect();
    assert!(anchors.len() > 60 && broken.is_empty(), "{broken:?}");
    let is_image = |path: &&String| matches!(path.rsplit_once('.'), Some((_, "png" | "svg")));
    assert!(seen.keys().filter(is_image).count() >= 4);
    assert!(seen["/docs/cookbook"].contains(">Try it</a>"));
}

#[tokio::test]
async fn a_page_is_kept_compressed_and_checked() {
    let (_test, url) = server(AggregatesBy::Sql).await;
    let page = format!("{url}/docs/querying");
    let plain = get(&page, &[]).await;
    assert_eq!(said(&plain, header::CONTENT_TYPE), "text/html; charset=utf-8");
    assert_eq!(said(&plain, header::CACHE_CONTROL), "no-cache");
    assert_eq!(said(&plain, header::VARY), "accept-encoding");
    let policy = said(&plain, header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let tag = said(&plain, header::ETAG).to_owned();
    let coded = get(&page, &[(header::ACCEPT_ENCODING, "br")]).await;
    assert_eq!(said(&coded, header::CONTENT_ENCODING), "br");
    assert_ne!(said(&coded, header::ETAG), tag, "another body has another tag");
    let (small, large) = (coded.bytes().await.unwrap(), plain.bytes().await.unwrap());
    assert!(small.len() * 2 < large.len());
    let again = get(&page, &[(header::IF_NONE_MATCH, &tag)]).await;
    assert_eq!((again.status(), again.bytes().await.unwrap().len()), (StatusCode::NOT_MODIFIED, 0));
    let head = Client::new().head(&page).send().await.unwrap();
    assert_eq!((head.status(), said(&head, header::ETAG)), (StatusCode::OK, tag.as_str()));
    assert_eq!(Client::new().post(&page).send().await.unwrap().status(), 405);
    let missing = get(&format!("{url}/docs/%3Cb%3E"), &[]).await;
    assert_eq!((missing.status(), said(&missing, header::ETAG)), (StatusCode::NOT_FOUND, ""));
    let missing = missing.text().await.unwrap();
    assert!(missing.contains("<h1>No such page</h1>") && missing.contains("/docs/querying"));
}

#[tokio::test]
async fn the_search_finds_sections_and_escapes_what_is_asked() {
    let (_test, url) = server(AggregatesBy::Sql).await;
    let search = async |words: &str| {
        let request = Client::new().get(format!("{url}/docs")).query(&[("search", words)]);
        let response = request.send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    };
    // Case does not matter, all words are wanted, and a heading comes before text.
    let (status, found) = search("  QUERY_TOO_EXPENSIVE  ").await;
    assert_eq!(status, 200);
    assert!(found.contains("<a href=\"/docs/errors#errors\">Errors</a>"), "{found}");
    assert!(found.contains("<mark>QUERY_TOO_EXPENSIVE</mark>"), "{found}");
    let (_, found) = search("metrics").await;
    let first = found.split("<ol class=\"results\">").nth(1).unwrap();
    let first = first.split("</li>").next().unwrap();
    assert!(first.contains("/docs/observability#metrics"), "{first}");
    // Many sections have a letter: the best are shown, and how many there are.
    let (_, found) = search("e").await;
    assert!(found.contains("These are the best 30; add a word"), "{found}");
    assert_eq!(found.matches("<li><h2>").count(), 30);
    let (status, found) = search("<b>\"'&zzz").await;
    assert_eq!(status, 200);
    assert!(
        found.contains(
            "No section of the docs contains <strong>&lt;b&gt;&quot;&#39;&amp;zzz</strong>"
        ),
        "{found}"
    );
    assert!(found.contains("value=\"&lt;b&gt;&quot;&#39;&amp;zzz\""), "{found}");
    assert!(!found.contains("<b>"), "{found}");
    let (status, found) = search(&"x".repeat(101)).await;
    assert_eq!(status, 400);
    assert!(found.contains("exceeds the limit of 100 characters"), "{found}");
    // Nothing is asked: the first page.
    let (status, found) = search(" ").await;
    assert!(status == 200 && found.contains("<title>Overview"), "{found}");
}
