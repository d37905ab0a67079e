//! Documents that a client names instead of sending.

use std::{fs, path::Path, process::Command, sync::Arc};

use cops_graphql::{
    limits::Limits,
    server::{Settings, TrustedDocuments},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{GRAPHQL, Site, code, header, query, read};
use crate::support::binary;

fn hash(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

fn extensions(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

#[tokio::test]
async fn a_document_is_registered_once_and_then_named() {
    let site = Site::new().await;
    let text = "query Count($n: Int) { agencies(first: $n) { totalCount } }";
    let named = extensions(&hash(text)).to_string();
    let by_get = || site.get(&[("extensions", &named), ("variables", "{\"n\":1}")]);
    let unknown = by_get().send().await.unwrap();
    assert_eq!(unknown.status(), 200);
    assert_eq!(header(&unknown, "cache-control"), "no-store");
    let unknown: Value = unknown.json().await.unwrap();
    assert_eq!(unknown["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(code(&unknown), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(by_get().header("accept", GRAPHQL).send().await.unwrap().status(), 400);
    let both =
        json!({ "query": text, "extensions": extensions(&hash(text)), "variables": { "n": 1 } });
    let (_, registered) = read(site.post(&both)).await;
    assert_eq!(registered["data"]["agencies"]["totalCount"], 24);
    let found = by_get().send().await.unwrap();
    assert_eq!(header(&found, "cache-status"), "cops-graphql; hit");
    assert_eq!(found.json::<Value>().await.unwrap(), registered);
    let posted =
        json!({ "extensions": extensions(&hash(text).to_uppercase()), "variables": { "n": 1 } });
    assert_eq!(read(site.post(&posted)).await.1, registered);
    let by_id = json!({ "documentId": format!("sha256:{}", hash(text)), "variables": { "n": 1 } });
    assert_eq!(read(site.post(&by_id)).await.1, registered);
}

#[tokio::test]
async fn what_is_no_persisted_query_is_refused() {
    let site = Site::new().await;
    let text = "{ __typename }";
    let version = json!({ "persistedQuery": { "version": 2, "sha256Hash": hash(text) } });
    for (body, words) in [
        (
            json!({ "query": text, "extensions": extensions(&hash("{ a }")) }),
            "provided sha does not match query",
        ),
        (json!({ "query": text, "extensions": version }), "version 1"),
        (json!({ "extensions": { "persistedQuery": { "version": 1 } } }), "sha256Hash"),
        (json!({ "query": text, "documentId": "a" }), "Send one of them"),
    ] {
        let (status, answer) = read(site.post(&body)).await;
        assert_eq!((status.as_u16(), code(&answer)), (400, "BAD_REQUEST"));
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(words), "{answer}");
    }
    // What does not run is not worth keeping.
    let wrong = "{ nothing }";
    let both = json!({ "query": wrong, "extensions": extensions(&hash(wrong)) });
    assert_eq!(code(&read(site.post(&both)).await.1), "INVALID_QUERY");
    let named = json!({ "extensions": extensions(&hash(wrong)) });
    assert_eq!(code(&read(site.post(&named)).await.1), "PERSISTED_QUERY_NOT_FOUND");
    let by_id = json!({ "documentId": "nobody knows it" });
    assert_eq!(code(&read(site.post(&by_id)).await.1), "PERSISTED_QUERY_NOT_FOUND");
}

fn trusted(path: &Path) -> Result<Arc<TrustedDocuments>, String> {
    TrustedDocuments::read(path, &Limits::default()).map(Arc::new)
}

#[tokio::test]
async fn a_folder_of_documents_is_all_that_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let count = "query Count($n: Int) { agencies(first: $n) { totalCount } }\n";
    fs::create_dir(folder.path().join("inner")).unwrap();
    fs::write(folder.path().join("inner/count.graphql"), count).unwrap();
    let two = "query A { __typename } query B { dataset { revision } }";
    fs::write(folder.path().join("two.gql"), two).unwrap();
    fs::write(folder.path().join("README.md"), "not a document").unwrap();
    let documents = trusted(folder.path()).unwrap();
    assert_eq!(documents.len(), 2);
    let open = Settings { trusted: Some(Arc::clone(&documents)), ..Settings::default() };
    let only = Settings { trusted: Some(documents), trusted_only: true, ..Settings::default() };
    let (open, only) = (Site::with(open).await, Site::with(only).await);
    for site in [&open, &only] {
        for body in [
            json!({ "documentId": "inner/count" }),
            json!({ "documentId": hash(count) }),
            json!({ "documentId": format!("sha256:{}", hash(count)) }),
            json!({ "extensions": extensions(&hash(count)) }),
            json!({ "query": count }),
        ] {
            let (_, answer) = read(site.post(&body)).await;
            assert_eq!(answer["data"]["agencies"]["totalCount"], 24, "{body}: {answer}");
        }
        let named = site.get(&[("documentId", "two"), ("operationName", "B")]);
        assert_eq!(read(named).await.1["data"]["dataset"]["revision"], 1);
    }
    let text = "{ __typename }";
    let both = json!({ "query": text, "extensions": extensions(&hash(text)) });
    assert_eq!(read(open.post(&query(text))).await.0, 200);
    for body in [
        query(text),
        query(count.trim()),
        query("{ __schema { queryType { name } } }"),
        both,
        json!({ "extensions": extensions(&hash(text)) }),
        json!({ "documentId": "three" }),
    ] {
        let (status, answer) = read(only.post(&body)).await;
        assert_eq!((status.as_u16(), code(&answer)), (403, "NOT_TRUSTED"), "{body}");
    }
}

#[tokio::test]
async fn the_manifests_of_builds_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("manifest.json");
    let text = "query Q { __typename }";
    let apollo = json!({
        "format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [{ "id": "an-id", "name": "Q", "type": "query", "body": text }],
    });
    for manifest in [apollo, json!({ "an-id": text })] {
        fs::write(&path, manifest.to_string()).unwrap();
        let documents = Some(trusted(&path).unwrap());
        let site = Site::with(Settings { trusted: documents, ..Settings::default() }).await;
        for body in [json!({ "documentId": "an-id" }), json!({ "extensions": extensions("an-id") })]
        {
            assert_eq!(read(site.post(&body)).await.1["data"]["__typename"], "Query");
        }
    }
    for (manifest, words) in [
        (json!({ "format": "other", "version": 1, "operations": [] }), "format \"other\""),
        (json!({ "a": 1 }), "neither a map"),
        (json!([text]), "neither a map"),
        (json!({}), "no documents"),
        (json!({ "a": "{ __typename }", "b": "{ nothing }" }), "document \"b\": line 1, column 3"),
        (json!({ "a": "{\n  __typename" }), "document \"a\": line 2, column 13: syntax error"),
        (json!({ "a": "mutation { __typename }" }), "queries and subscriptions"),
        (
            json!({ "a": format!("{}{}", "{a".repeat(70), "}".repeat(70)) }),
            "levels of nested brackets",
        ),
    ] {
        fs::write(&path, manifest.to_string()).unwrap();
        let error = trusted(&path).unwrap_err();
        assert!(error.contains(words) && error.contains("manifest.json"), "{error}");
    }
}

#[test]
fn a_bad_document_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.graphql"), "{ __typename }").unwrap();
    fs::write(folder.path().join("bad.graphql"), "{\n  agencies {\n    totalCounts\n  }\n}")
        .unwrap();
    let database = format!("sqlite://{}", folder.path().join("new.db").display());
    let start = |arguments: &[&str]| {
        let mut program = Command::new(binary());
        program.args(["--listen", "127.0.0.1:0", "--database", &database]).args(arguments);
        let output = program.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let documents = folder.path().to_str().unwrap();
    let (status, error) = start(&["--trusted-documents", documents]);
    assert_eq!(status, Some(1), "{error}");
    assert!(error.contains("bad.graphql: line 3, column 5: there is no field"), "{error}");
    assert!(!folder.path().join("new.db").exists(), "the database is not touched before");
    for (arguments, words) in [
        (["--trusted-documents", "/nowhere"], "cannot read /nowhere"),
        (["--cache-size", "much"], "write a number followed by KiB"),
        (["--cors-origin", "https://example.gov/"], "without a path"),
        (["--batch", "1000"], "1000 is not in 0..=100"),
    ] {
        let (status, error) = start(&arguments);
        assert_ne!(status, Some(0));
        assert!(error.contains(words), "{error}");
    }
    let (status, error) = start(&["--trusted-only"]);
    assert_eq!(status, Some(1));
    assert!(error.contains("--trusted-documents"), "{error}");
}
