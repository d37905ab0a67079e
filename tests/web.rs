//! The web pages, over a real socket: the front page, and the files of the explorer and the playground.

use std::{collections::BTreeSet, io::Read as _};

use cops_graphql::server::AggregatesBy;
use reqwest::{Client, Response, header};
use serde_json::Value;

use crate::support::server;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn get(url: &str, headers: &[(header::HeaderName, &str)]) -> Response {
    let mut request = Client::new().get(url);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    request.send().await.unwrap()
}

/// A header of an answer; empty where it is missing.
fn said(response: &Response, name: header::HeaderName) -> String {
    let value = response.headers().get(name);
    value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_browser_gets_a_page_and_others_get_json() {
    let (_test, url) = server(AggregatesBy::Sql).await;
    let page = get(&url, &[(header::ACCEPT, BROWSER)]).await;
    assert_eq!(page.status(), 200);
    assert_eq!(said(&page, header::CONTENT_TYPE), "text/html; charset=utf-8");
    assert!(said(&page, header::VARY).starts_with("Accept"));
    let policy = said(&page, header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let tag = said(&page, header::ETAG);
    let page = page.text().await.unwrap();
    for words in
        ["Five ways to use it", "Revision <strong>1</strong>", "2026-11-21", "Made by formulas"]
    {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    assert!(!page.contains("<script") && !page.contains("class=\"synthetic\""), "{page}");
    let again = get(&url, &[(header::ACCEPT, BROWSER), (header::IF_NONE_MATCH, &tag)]).await;
    assert_eq!(again.status(), 304);
    assert!(said(&again, header::VARY).starts_with("Accept"));
    assert_eq!(again.bytes().await.unwrap().len(), 0);

    for accept in ["*/*", "application/json", "application/json, text/html;q=0.9"] {
        let answer = get(&url, &[(header::ACCEPT, accept)]).await;
        assert_eq!(said(&answer, header::CONTENT_TYPE), "application/json; charset=utf-8");
        assert_ne!(said(&answer, header::ETAG), tag);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["dataset"]["revision"], 1);
        assert_eq!(answer["dataset"]["counts"][0]["rows"], 24, "{answer}");
        assert_eq!(answer["links"]["graphql"], format!("{url}/graphql"));
    }
}

#[tokio::test]
async fn the_front_page_tells_of_the_new_revision() {
    use cops_graphql::database::load::{Load, LoadCounts};
    let (test, url) = server(AggregatesBy::Sql).await;
    let revision = || async {
        let answer: Value = get(&url, &[]).await.json().await.unwrap();
        answer["dataset"]["revision"].clone()
    };
    assert_eq!(revision().await, 1);
    let load = Load::begin(&test.writer().await, "more", false).await.unwrap();
    load.commit(LoadCounts::default()).await.unwrap();
    let began = std::time::Instant::now();
    while revision().await != 2 {
        assert!(began.elapsed().as_secs() < 10, "the front page stays at the old revision");
    }
}

#[tokio::test]
async fn a_host_that_is_none_gets_nowhere() {
    let (_test, url) = server(AggregatesBy::Sql).await;
    for host in ["x';reboot;'", "<b>"] {
        let page = get(&url, &[(header::ACCEPT, BROWSER), (header::HOST, host)]).await;
        let page = page.text().await.unwrap();
        assert!(!page.contains(host) && page.contains("curl http://127.0.0.1:8080/graphql"));
    }
}

#[tokio::test]
async fn the_files_of_pages_are_the_same_in_every_coding() {
    let (_test, url) = server(AggregatesBy::Sql).await;
    for (page, package) in [("explore", "preact"), ("playground", "graphiql")] {
        files_of(&url, page, package).await;
    }
    let policy = said(&get(&format!("{url}/explore"), &[]).await, header::CONTENT_SECURITY_POLICY);
    assert!(!policy.contains("unsafe"), "{policy}");
}

/// Looks at a page and at what it loads; one of the packages that it is made of is named.
async fn files_of(url: &str, name: &str, package: &str) {
    let page = get(&format!("{url}/{name}"), &[]).await;
    assert_eq!(said(&page, header::CACHE_CONTROL), "no-cache");
    let policy = said(&page, header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe-eval"), "{policy}");
    let tag = said(&page, header::ETAG);
    let again = get(&format!("{url}/{name}"), &[(header::IF_NONE_MATCH, &tag)]).await;
    assert_eq!(again.status(), 304);

    let page = page.text().await.unwrap();
    assert!(!page.contains("<style") && !page.contains("https://"), "{page}");
    let assets = format!("/{name}/assets/");
    let paths: BTreeSet<_> = page.split('"').filter(|text| text.starts_with(&assets)).collect();
    assert!(paths.len() >= 3, "{paths:?}");
    for path in paths {
        let file = async |coding: &str| {
            let answer = get(&format!("{url}{path}"), &[(header::ACCEPT_ENCODING, coding)]).await;
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(said(&answer, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
            assert_eq!(said(&answer, header::VARY), "accept-encoding");
            assert_eq!(said(&answer, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
            let used = said(&answer, header::CONTENT_ENCODING);
            (used, answer.bytes().await.unwrap())
        };
        let (used, plain) = file("identity").await;
        assert_eq!(used, "");
        let (used, small) = file("gzip, br").await;
        assert_eq!(used, "br");
        assert!(small.len() < plain.len(), "{path}");
        let (used, zipped) = file("gzip").await;
        assert_eq!(used, "gzip");
        let mut unzipped = Vec::new();
        flate2::read::GzDecoder::new(&zipped[..]).read_to_end(&mut unzipped).unwrap();
        assert!(unzipped == plain, "{path}");
    }
    let missing = get(&format!("{url}{assets}none.js"), &[]).await;
    assert_eq!(missing.status(), 404);
    let licenses = get(&format!("{url}{assets}licenses.md"), &[]).await;
    assert_eq!(said(&licenses, header::CACHE_CONTROL), "no-cache");
    assert!(licenses.text().await.unwrap().contains(package));
}
