//! Cached answers: fast, and only as long as they are right.

use std::{
    io::Read as _,
    time::{Duration, Instant},
};

use cops_graphql::server::{CacheCounts, Settings};
use serde_json::{Value, json};

use super::{GRAPHQL, JSON, Site, header, query, read};
use crate::{fixture::SMALL, support::TestDatabase};

/// More than is sent without a coding.
const LONG: &str =
    "{ agencies { totalCount nodes { id name state ori9 ori7 kind city population } } }";

#[tokio::test]
async fn an_answer_is_kept_and_shared_by_get_and_post() {
    let site = Site::new().await;
    let text = "query Q($n: Int, $s: State) { agencies(first: $n, filter: { state: { eq: $s } }) { totalCount } }";
    let first = json!({ "query": text, "variables": { "n": 1, "s": "CA" }, "operationName": "Q" });
    let response = site.post(&first).send().await.unwrap();
    assert_eq!(header(&response, "cache-status"), "cops-graphql; fwd=miss");
    assert_eq!(header(&response, "cache-control"), "public, max-age=5");
    assert!(header(&response, "last-modified").ends_with(" GMT"));
    let first = response.text().await.unwrap();
    let variables =
        [("query", text), ("variables", "{ \"s\": \"CA\", \"n\": 1 }"), ("operationName", "Q")];
    let again = site.get(&variables).send().await.unwrap();
    assert_eq!(header(&again, "cache-status"), "cops-graphql; hit");
    assert_eq!(again.text().await.unwrap(), first);
    // Another value, another operation and another document are other questions.
    let other = json!({ "query": text, "variables": { "n": 2, "s": "CA" }, "operationName": "Q" });
    let unnamed = json!({ "query": text, "variables": { "n": 1, "s": "CA" } });
    let spaced = json!({ "query": format!("{text} "), "variables": { "n": 1, "s": "CA" } });
    for body in [other, unnamed, spaced] {
        let response = site.post(&body).send().await.unwrap();
        assert_eq!(header(&response, "cache-status"), "cops-graphql; fwd=miss");
    }
    assert_eq!(site.counts(), CacheCounts { hits: 1, joined: 0, misses: 4, unchanged: 0 });
}

#[tokio::test]
async fn what_a_client_has_is_not_sent_again() {
    let site = Site::new().await;
    let ask = |accept: &'static str, coding: &'static str| {
        let request = site.get(&[("query", LONG)]).header("accept", accept);
        request.header("accept-encoding", coding)
    };
    let mut tags = Vec::new();
    for (accept, coding) in
        [(JSON, ""), (GRAPHQL, ""), (JSON, "br"), (JSON, "gzip"), (GRAPHQL, "br")]
    {
        let response = ask(accept, coding).send().await.unwrap();
        let tag = header(&response, "etag").to_owned();
        assert!(tag.starts_with('"') && !tags.contains(&tag), "{tag} of {accept} {coding}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"a\", {tag}"), "*".to_owned()] {
            let same = ask(accept, coding).header("if-none-match", &known).send().await.unwrap();
            assert_eq!(same.status(), 304, "{known}");
            assert_eq!(header(&same, "etag"), tag);
            for name in ["cache-control", "vary", "last-modified", "x-request-id"] {
                assert!(!header(&same, name).is_empty(), "{name}");
            }
            assert_eq!(same.bytes().await.unwrap().len(), 0);
        }
        for stale in tags.iter().map(String::as_str).chain(["\"a\"", "nonsense"]) {
            let other = ask(accept, coding).header("if-none-match", stale).send().await.unwrap();
            assert_eq!(other.status(), 200, "{stale}");
        }
        tags.push(tag);
    }
    assert_eq!(site.counts().unchanged, 20);
    let head = site.client.head(&site.url).query(&[("query", LONG)]).header("accept", JSON);
    let head = head.header("if-none-match", &tags[0]).send().await.unwrap();
    assert_eq!(head.status(), 304);
    // Only a GET can be told that nothing has changed.
    let posted = site.post(&query(LONG)).header("if-none-match", &tags[0]).send().await.unwrap();
    assert_eq!(posted.status(), 200);
    assert_eq!(header(&posted, "etag"), tags[0]);
}

#[tokio::test]
async fn an_answer_is_compressed_as_the_client_likes_and_the_same() {
    let site = Site::new().await;
    let plain = site.post(&query(LONG)).send().await.unwrap();
    assert_eq!(header(&plain, "content-encoding"), "");
    let plain = plain.bytes().await.unwrap();
    assert!(plain.len() > 2_000);
    for round in ["made", "kept"] {
        for (accept, coding) in [
            ("br", "br"),
            ("zstd", "zstd"),
            ("gzip", "gzip"),
            ("gzip;q=0.5, zstd;q=0.9, br;q=0.1", "zstd"),
        ] {
            let request = site.post(&query(LONG)).header("accept-encoding", accept);
            let response = request.send().await.unwrap();
            assert_eq!(header(&response, "content-encoding"), coding);
            assert_eq!(header(&response, "cache-status"), "cops-graphql; hit", "{round}");
            let sent = response.bytes().await.unwrap();
            assert!(sent.len() * 2 < plain.len(), "{coding}: {} bytes", sent.len());
            let mut decoded = Vec::new();
            match coding {
                "br" => brotli::BrotliDecompress(&mut &*sent, &mut decoded).unwrap(),
                "zstd" => decoded = zstd::decode_all(&*sent).unwrap(),
                _ => drop(flate2::read::GzDecoder::new(&*sent).read_to_end(&mut decoded).unwrap()),
            }
            assert_eq!(decoded, plain);
        }
    }
    let short =
        site.post(&query("{ __typename }")).header("accept-encoding", "br").send().await.unwrap();
    assert_eq!(header(&short, "content-encoding"), "");
}

#[tokio::test]
async fn what_has_errors_is_never_kept() {
    let site = Site::new().await;
    for text in [
        "{ node(id: \"?\") { id } dataset { revision } }",
        "{ agencies(first: 101) { totalCount } }",
        "{ nothing }",
        "{ ",
    ] {
        for _ in 0..2 {
            let response = site.post(&query(text)).send().await.unwrap();
            assert_eq!(header(&response, "cache-control"), "no-store");
            assert_eq!(header(&response, "etag"), "");
            assert_eq!(header(&response, "cache-status"), "cops-graphql; fwd=miss");
        }
    }
    assert_eq!(site.counts(), CacheCounts { hits: 0, joined: 0, misses: 8, unchanged: 0 });
}

#[tokio::test]
async fn without_room_nothing_is_kept() {
    let site = Site::with(Settings { cache_bytes: 0, max_age: 60, ..Settings::default() }).await;
    for _ in 0..2 {
        let request = site.post(&query(LONG)).header("accept-encoding", "zstd");
        let response = request.send().await.unwrap();
        assert_eq!(header(&response, "cache-status"), "cops-graphql; fwd=miss");
        assert_eq!(header(&response, "cache-control"), "public, max-age=60");
        assert_eq!(header(&response, "content-encoding"), "zstd");
    }
    // Nor what would take the place of everything else.
    let site = Site::with(Settings { cache_bytes: 4_096, ..Settings::default() }).await;
    for (text, expected) in
        [(LONG, "cops-graphql; fwd=miss"), ("{ __typename }", "cops-graphql; hit")]
    {
        let _first = site.post(&query(text)).send().await.unwrap();
        let again = site.post(&query(text)).send().await.unwrap();
        assert_eq!(header(&again, "cache-status"), expected, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_question_is_worked_out_once_however_many_ask() {
    let site = Site::new().await;
    let text = "{ agencies(first: 24) { nodes { name grants(first: 4) { nodes { title officersFunded { nodes { kind } } } } } } }";
    let asked: Vec<_> = (0..30).map(|_| tokio::spawn(site.post(&query(text)).send())).collect();
    let mut bodies = Vec::new();
    for response in asked {
        bodies.push(response.await.unwrap().unwrap().text().await.unwrap());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    let counts = site.counts();
    assert_eq!((counts.misses, counts.hits + counts.joined), (1, 29), "{counts:?}");
}

#[tokio::test]
async fn a_new_revision_drops_what_is_kept() {
    let site = Site::new().await;
    let text = "{ dataset { revision } agencies { totalCount } }";
    let ask = || site.get(&[("query", text)]);
    let old = ask().send().await.unwrap();
    let (tag, modified) =
        (header(&old, "etag").to_owned(), header(&old, "last-modified").to_owned());
    assert_eq!(old.json::<Value>().await.unwrap()["data"]["dataset"]["revision"], 1);
    site.load().await;
    let committed = Instant::now();
    let new = loop {
        let response = ask().header("if-none-match", &tag).send().await.unwrap();
        if response.status() == 200 {
            break response;
        }
        assert_eq!(response.status(), 304);
        assert!(committed.elapsed() < Duration::from_secs(2), "the old answer is still given");
        tokio::task::yield_now().await;
    };
    assert_ne!(header(&new, "etag"), tag);
    assert!(!modified.is_empty());
    let new: Value = new.json().await.unwrap();
    assert_eq!(new["data"]["dataset"]["revision"], 2);
    assert_eq!(new["extensions"]["dataset"]["revision"], 2);
}

#[tokio::test]
async fn who_has_seen_a_revision_is_never_sent_back() {
    let site = Site::new().await;
    let kept = "{ a: dataset { revision } }";
    let (_, first) = read(site.post(&query(kept))).await;
    assert_eq!(first["data"]["a"]["revision"], 1);
    site.load().await;
    // A question that was not asked before finds the load at once; from then on so does every other.
    let (_, other) = read(site.post(&query("{ b: dataset { revision } }"))).await;
    assert_eq!(other["extensions"]["dataset"]["revision"], 2);
    let (_, again) = read(site.post(&query(kept))).await;
    assert_eq!(again["data"]["a"]["revision"], 2);
}

#[tokio::test]
async fn rows_that_were_looked_up_are_not_read_again_until_a_new_revision() {
    let settings = || Settings { cache_bytes: 0, ..Settings::default() };
    for database in TestDatabase::each("rows_that_were_looked_up").await {
        let site = Site::of(database, SMALL, settings()).await;
        let text =
            "{ grants(first: 5) { nodes { agency { name grants(first: 2) { nodes { id } } } } } }";
        let ask = async |text| {
            let asked = site.post(&query(text)).header("GraphQL-Explain", "1");
            let (_, answer) = read(asked).await;
            let reads = answer["extensions"]["explain"]["reads"].as_array().unwrap().clone();
            let database = reads.iter().filter(|read| read["from"] == "database").count();
            let before = reads.iter().filter(|read| read["purpose"] == "read before").count();
            (answer["data"].clone(), database, before)
        };
        let first = ask(text).await;
        assert_eq!((first.1, first.2), (3, 0));
        // The page again, whatever else is asked of its rows: not their agencies, nor what leads from these.
        let again = ask(text).await;
        assert_eq!((again.1, again.2), (1, 2));
        assert_eq!(again.0, first.0);
        let page = ask(
            "{ grants(first: 3) { nodes { agency { name grants(first: 3) { nodes { id } } } } } }",
        );
        assert_eq!(
            {
                let page = page.await;
                (page.1, page.2)
            },
            (2, 1)
        );
        site.load().await;
        let (_, other) = read(site.post(&query("{ agencies(first: 1) { nodes { name } } }"))).await;
        assert_eq!(other["extensions"]["dataset"]["revision"], 2);
        let new = ask(text).await;
        // A first try may have met the copy of the old revision, and what it has read of the new one is kept.
        assert!(new.1 >= 2 && new.1 + new.2 == 3, "{} {}", new.1, new.2);
        assert_eq!(new.0, first.0);
    }
}
