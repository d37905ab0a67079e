//! Citations of answers, and queries as of a revision.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

use cops_graphql::{
    database::load::{Load, LoadCounts},
    server::Settings,
};
use entity::grant;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::support::binary;

/// Money to the cent, groups and rows.
const ASKED: &str = "query Money($n: Int = 3) {\n  # All of it.\n  grants(first: $n, orderBy: [{ field: FEDERAL_SHARE, direction: DESC }]) {\n    \
    totals { federalShare { sum avg } }\n    nodes { awardNumber, federalShare, agency { name } }\n  }\n}";

pub(super) async fn cited(request: RequestBuilder) -> Value {
    let (status, answer) = read(request.header("GraphQL-Cite", "1")).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Gives a file to `cops-graphql verify`: its exit code, and what it says.
fn verify(database: &str, text: &str) -> (i32, String) {
    verify_by(&["--database", database], text)
}

pub(super) fn verify_by(arguments: &[&str], text: &str) -> (i32, String) {
    let mut child = Command::new(binary())
        .args(["verify", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let said = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
    (status.code().unwrap(), said)
}

#[tokio::test]
async fn a_citation_is_made_of_what_is_kept_and_is_not_kept_itself() {
    let site = Site::new().await;
    let body = json!({ "query": ASKED, "variables": { "n": 2 } });
    let (_, plain) = read(site.post(&body)).await;
    assert_eq!(plain["extensions"].get("citation"), None);
    let mut answers = Vec::new();
    for coding in ["", "gzip", "br"] {
        let request = site.post(&body).header("GraphQL-Cite", "1");
        let response = request.header("accept-encoding", coding).send().await.unwrap();
        assert_eq!(header(&response, "cache-status"), "cops-graphql; hit", "{coding}");
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(header(&response, "etag"), "");
        assert!(header(&response, "vary").contains("graphql-cite"));
        assert_eq!(header(&response, "content-encoding"), coding);
        let bytes = response.bytes().await.unwrap();
        if coding.is_empty() {
            answers.push(serde_json::from_slice::<Value>(&bytes).unwrap());
        }
    }
    let answer = answers.remove(0);
    assert_eq!(answer["data"], plain["data"]);
    assert_eq!(answer["extensions"]["dataset"], plain["extensions"]["dataset"]);
    let (_, again) = read(site.post(&body)).await;
    assert_eq!(again, plain, "what is kept is as it was");

    let citation = &answer["extensions"]["citation"];
    assert_eq!(citation["format"], "cops-graphql-citation/1");
    assert_eq!(citation["dataset"]["revision"], 1);
    assert_eq!(citation["query"]["document"], ASKED);
    assert_eq!(citation["query"]["operationName"], "Money");
    assert_eq!(citation["query"]["variables"], json!({ "n": 2 }));
    // Both digests can be had without the program: what it hashes is this, in so many bytes.
    let normal = "query Money($n:Int=3){grants(first:$n orderBy:[{field:FEDERAL_SHARE direction:DESC}])\
                  {totals{federalShare{sum avg}}nodes{awardNumber federalShare agency{name}}}}";
    let query = format!(
        "{{\"document\":{},\"operationName\":\"Money\",\"variables\":{{\"n\":2}}}}",
        json!(normal)
    );
    let query = format!("{:x}", Sha256::digest(query));
    assert_eq!(citation["query"]["sha256"], query.as_str());
    let digest = citation["result"]["sha256"].as_str().unwrap();
    for format in ["text", "bibtex"] {
        let text = citation[format].as_str().unwrap();
        assert!(text.contains(&query) && text.contains(digest), "{text}");
        assert!(text.contains("evision 1, loaded 20"), "{text}");
    }
    assert_eq!(citation["cslJson"]["type"], "dataset");
    assert_eq!(citation["cslJson"]["accessed"]["date-parts"][0].as_array().unwrap().len(), 3);

    // Without a cache, by GET, in a list, and where nothing can be cited.
    let bare =
        Site::with(Settings { cache_bytes: 0, most_in_batch: 2, ..Settings::default() }).await;
    let got = cited(bare.get(&[("query", ASKED), ("variables", "{\"n\":2}")])).await;
    assert_eq!(got["extensions"]["citation"]["result"], citation["result"]);
    let several = cited(bare.post(&json!([body, body]))).await;
    assert_eq!(several[1]["extensions"]["citation"]["query"], citation["query"]);
    let wrong = cited(site.post(&super::query("{ nothing }"))).await;
    assert_eq!(code(&wrong), "INVALID_QUERY");
    assert_eq!(wrong["extensions"].get("citation"), None);
    for (name, value) in [("GraphQL-Cite", "yes"), ("GraphQL-Cost", "validate")] {
        let request = site.post(&body).header(name, value).header("GraphQL-Cite", "1");
        let (status, refused) = read(request).await;
        assert_eq!((status.as_u16(), code(&refused)), (400, "BAD_REQUEST"), "{refused}");
    }
    let (status, refused) =
        read(site.post(&body).header("GraphQL-Explain", "1").header("accept", "text/csv")).await;
    assert_eq!((status.as_u16(), code(&refused)), (400, "BAD_REQUEST"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_data_do_not_make_another_revision_right() {
    let site = Site::new().await;
    let answer = cited(site.post(&json!({ "query": ASKED, "variables": { "n": 5 } }))).await;
    let mut edited = answer["extensions"]["citation"].clone();
    edited["dataset"]["revision"] = json!(7);
    let (exit, words) = verify(&site.database.url, &edited.to_string());
    assert!(exit == 0 && words.contains("the revision is not: "), "{exit}: {words}");
    assert!(!words.contains("this is the cited revision"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citation_is_verified_until_the_answer_changes() {
    for database in TestDatabase::each("a_citation_is_verified_until_the_answer_changes").await {
        let site = Site::of(database, SMALL, Settings::default()).await;
        let answer = cited(site.post(&json!({ "query": ASKED, "variables": { "n": 5 } }))).await;
        let citation = answer["extensions"]["citation"].to_string();
        let of_agencies = json!({ "query": "{ agencies(first: 3) { nodes { ori9 name } } }" });
        let agencies = cited(site.post(&of_agencies)).await;
        let said = |text: &str| verify(&site.database.url, text);
        for text in [answer.to_string(), citation.clone()] {
            let (exit, words) = said(&text);
            assert!(exit == 0 && words.starts_with("same: "), "{exit}: {words}");
            assert!(words.contains("this is the cited revision 1 (loaded "), "{words}");
        }
        // A load that does not touch it makes another revision, and the same answer.
        site.load().await;
        let (exit, words) = said(&citation);
        assert!(exit == 0 && words.contains("this is the cited revision 1 (loaded "), "{words}");
        // Who has no database asks a server.
        let by_server = |server: &str| verify_by(&["--server", server], &citation);
        let (exit, words) = by_server(&site.url);
        assert!(exit == 0 && words.contains("this is the cited revision 1 (loaded "), "{words}");
        for (server, expected) in
            [("http://127.0.0.1:1", "does not answer"), ("example.gov", "write the address as")]
        {
            let (exit, words) = by_server(server);
            assert!(exit == 2 && words.contains(expected), "{words}");
        }
        // Nor does one that changes it: the revision is still there, until it is forgotten.
        let load = Load::begin(&site.database.writer().await, "more", false).await.unwrap();
        let mut rows = grant::Entity::find().all(load.transaction()).await.unwrap();
        for row in &mut rows {
            row.federal_share = None;
            row.revision_id = load.revision();
        }
        load.change::<grant::Entity>(rows).await.unwrap();
        load.commit(LoadCounts::default()).await.unwrap();
        let (exit, words) = said(&citation);
        assert!(exit == 0 && words.contains("this is the cited revision 1 (loaded "), "{words}");
        let forget = |arguments: &[&str]| {
            let output = Command::new(binary())
                .args(["forget", "--database", &site.database.url])
                .args(arguments)
                .output()
                .unwrap();
            let said = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
            (output.status.code().unwrap(), said.concat())
        };
        let (exit, words) = forget(&["--before", "2", "--dry-run"]);
        assert!(
            exit == 0 && words.contains("revision 1 would be forgotten, with 0 rows"),
            "{words}"
        );
        let (exit, words) = forget(&["--before", "4"]);
        assert!(
            exit == 2 && words.contains("revision 4 does not exist: the current one is 3"),
            "{words}"
        );
        let (exit, words) = forget(&["--before", "3"]);
        assert!(
            exit == 0 && words.contains("forgot the revisions 1 to 2, with 72 rows"),
            "{words}"
        );
        let (exit, words) = forget(&["--before", "3"]);
        assert!(exit == 2 && words.contains("the available revisions are 3 to 3"), "{words}");
        let gone = json!({ "query": "{ grants { totalCount } }", "extensions": { "revision": 1 } });
        // The server may be yet to hear of the loads, and have a copy of the revision.
        let began = std::time::Instant::now();
        let refused = loop {
            let (status, answer) = read(site.post(&gone)).await;
            if status == 409 {
                break answer;
            }
            assert!(began.elapsed().as_secs() < 20, "{answer}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        };
        assert_eq!(code(&refused), "REVISION_GONE", "{refused}");
        let (exit, words) = by_server(&site.url);
        assert!(exit == 2 && words.contains("REVISION_GONE"), "{words}");
        let (exit, words) = said(&citation);
        assert!(exit == 2 && !words.contains("differs"), "{exit}: {words}");
        assert!(words.contains("no longer keeps the cited revision 1 (loaded "), "{words}");
        assert!(words.contains("only revision 3 (`cops-graphql forget`"), "{words}");
        // What later loads did not change is still the same, though its revision is gone.
        let untouched = agencies["extensions"]["citation"].to_string();
        let (exit, words) = said(&untouched);
        assert!(
            exit == 0 && words.starts_with("same: the data of the answer are the cited"),
            "{words}"
        );
        let relation = "the revision is not: the citation is of revision 1 (";
        assert!(words.contains(relation) && words.contains("holds revision 3 "), "{words}");
        assert!(words.contains("later loads changed this database"), "{words}");
        let mut of_other = agencies["extensions"]["citation"].clone();
        of_other["dataset"]["identity"] = json!("0000000000000001");
        let (exit, words) = said(&of_other.to_string());
        assert!(exit == 0 && words.contains("the dataset is not: the citation"), "{exit}: {words}");
        // Made-up data never stand for real ones.
        let sql = "UPDATE sources SET kind = 'SYNTHETIC' WHERE id = 1";
        site.database.writer().await.execute_unprepared(sql).await.unwrap();
        let (exit, words) = said(&citation);
        assert!(exit == 1 && words.contains("another dataset"), "{words}");
        let (exit, words) = verify("sqlite:///nowhere/cops.db", &citation);
        assert!(exit == 2 && words.contains("there is no database /nowhere/cops.db"), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_citation_or_was_tampered_with_is_told_apart() {
    let site = Site::new().await;
    let answer = cited(site.post(&json!({ "query": ASKED, "variables": { "n": 5 } }))).await;
    let citation = &answer["extensions"]["citation"];
    let changed = |path: &str, value: Value| {
        let mut changed = answer.clone();
        *changed.pointer_mut(path).unwrap() = value;
        changed.to_string()
    };
    let place = |path: &str| format!("/extensions/citation/{path}");
    let deep = format!("{}{}", "{a".repeat(10_000), "}".repeat(10_000));
    for (text, words) in [
        (
            changed(&place("query/document"), json!(ASKED.replace("DESC", "ASC"))),
            "tampered with: its query",
        ),
        (changed(&place("query/variables/n"), json!(6)), "tampered with: its query"),
        (changed(&place("query/operationName"), json!("Other")), "tampered with: its query"),
        (
            changed(&place("query/document"), json!(deep)),
            "damaged: 10000 levels of nested brackets",
        ),
        (
            changed("/data/grants/nodes/0/federalShare", json!(0.01)),
            "tampered with: the data of the answer",
        ),
        (
            changed(&place("result/sha256"), json!("0".repeat(64))),
            "tampered with: the data of the answer",
        ),
        (changed(&place("text"), json!("Nothing.")), "tampered with: its text"),
        (
            changed(&place("link"), json!("https://data.example.gov/cite/AAAA")),
            "tampered with: its link",
        ),
        (
            changed(&place("format"), json!("cops-graphql-citation/9")),
            "has the format \"cops-graphql-citation/9\"",
        ),
        (changed(&place("query"), json!({ "document": ASKED })), "damaged: missing field"),
        (citation["bibtex"].as_str().unwrap().to_owned(), "this is BibTeX"),
        (citation["text"].as_str().unwrap().to_owned(), "this is the text of a citation"),
        (citation["cslJson"].to_string(), "this is CSL-JSON"),
        (
            json!({ "text": "", "bibtex": "", "cslJson": {} }).to_string(),
            "the citation of a dataset",
        ),
        (json!({ "data": answer["data"] }).to_string(), "an answer without a citation"),
        (json!([1]).to_string(), "a JSON value of another kind"),
        (json!({ "a": 1 }).to_string(), "a JSON object of another kind"),
        ("awardNumber,federalShare\n1,2\n".to_owned(), "this is not JSON"),
        (" \n".to_owned(), "this is an empty file"),
    ] {
        let (exit, said) = verify(&site.database.url, &text);
        assert!(
            exit == 2 && said.starts_with("error: -: ") && said.contains(words),
            "{words}: {said}"
        );
    }
    // A digest that was changed in the citation alone cannot be told from data that changed.
    let mut alone = citation.clone();
    alone.as_object_mut().unwrap().remove("link");
    let zeros = "0".repeat(64);
    let digest = citation["result"]["sha256"].as_str().unwrap();
    alone["text"] = json!(citation["text"].as_str().unwrap().replace(digest, &zeros));
    alone["result"]["sha256"] = json!(zeros);
    let (exit, said) = verify(&site.database.url, &alone.to_string());
    assert!(exit == 1 && said.contains("were changed"), "{said}");
    let (exit, said) = verify("sqlite:///nowhere.db", "{}");
    assert!(
        exit == 2 && said.contains("JSON object of another kind"),
        "the file is looked at first: {said}"
    );
    // A missing database is not created, and the citation says where to ask instead.
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!("sqlite://{}", folder.path().join("cops.db").display());
    let (exit, said) = verify(&nowhere, &citation.to_string());
    assert!(exit == 2 && said.contains("there is no database"), "{said}");
    let link = citation["link"].as_str().unwrap();
    let server = format!("--server {}", link.split_once("/cite/").unwrap().0);
    assert!(said.contains("--database") && said.contains(&server), "{server}: {said}");
    let mut unlinked = citation.clone();
    unlinked.as_object_mut().unwrap().remove("link");
    let (exit, said) = verify(&nowhere, &unlinked.to_string());
    assert!(exit == 2 && said.contains("--server URL"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let missing = Command::new(binary()).args(["verify", "nothing.json"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_answered_of_the_revision_that_it_names_or_not_at_all() {
    for database in TestDatabase::each("a_request_is_answered_of_the_revision_that_it_names").await
    {
        let settings = Settings { most_in_batch: 3, ..Settings::default() };
        let site = Site::of(database, SMALL, settings).await;
        site.load().await;
        // One that reads rows, one that the copy in memory answers, and one that reads nothing.
        let texts =
            ["{ revisions { nodes { id } } }", "{ revisions { totalCount } }", "{ __typename }"];
        let pinned = |text: &str, revision: &str| {
            site.post(&query(text)).header("X-Dataset-Revision", revision)
        };
        for text in texts {
            // Of the load that has just committed, though neither the server nor the copy may know of it.
            let (status, answer) = read(pinned(text, "2")).await;
            assert_eq!(status, 200, "{answer}");
            assert_eq!(answer["extensions"]["dataset"]["revision"], 2, "{answer}");
            let (status, answer) = read(pinned(text, "1")).await;
            assert_eq!(status, 200, "{answer}");
            assert_eq!(answer["extensions"]["dataset"]["revision"], 1, "{answer}");
            for (revision, expected) in [("3", "NO_SUCH_REVISION"), ("0", "NO_SUCH_REVISION")] {
                for _ in 0..2 {
                    let (status, answer) = read(pinned(text, revision)).await;
                    assert_eq!((status.as_u16(), code(&answer)), (409, expected), "{answer}");
                    assert_eq!(answer["extensions"]["dataset"]["revision"], 2, "{answer}");
                    let message = answer["errors"][0]["message"].as_str().unwrap();
                    assert!(message.contains(&format!("Revision {revision} ")), "{message}");
                    assert!(
                        message.contains("The available revisions are 1 to 2, loaded 20"),
                        "{message}"
                    );
                    assert_eq!(answer.get("data"), None);
                }
            }
        }
        let (status, _) =
            read(pinned("{ revisions { totalCount } }", "99999999999999999999")).await;
        assert_eq!(status, 400);
        // In the request itself, by GET and in a list.
        let link = |extensions: &'static str| {
            site.get(&[("query", "{ __typename }"), ("extensions", extensions)])
        };
        assert_eq!(read(link("{\"revision\":2}")).await.0, 200);
        assert_eq!(read(link("{\"revision\":3}")).await.0, 409);
        let (status, refused) = read(link("{\"revision\":\"2-1\"}")).await;
        assert_eq!((status.as_u16(), code(&refused)), (400, "BAD_REQUEST"));
        let (status, refused) =
            read(link("{\"revision\":2}").header("X-Dataset-Revision", "1")).await;
        assert_eq!((status.as_u16(), code(&refused)), (400, "BAD_REQUEST"), "{refused}");
        let of = |revision: i32| json!({ "query": "{ __typename }", "extensions": { "revision": revision } });
        let (status, list) = read(site.post(&json!([of(2), of(3), query("{ __typename }")]))).await;
        assert_eq!((status.as_u16(), code(&list[1])), (200, "NO_SUCH_REVISION"), "{list}");
        assert!(list[0]["data"].is_object() && list[2]["data"].is_object(), "{list}");
        // What a client has is not sent again, and of another revision neither.
        let tag = link("{\"revision\":2}").send().await.unwrap();
        assert!(header(&tag, "vary").contains("x-dataset-revision"));
        let tag = header(&tag, "etag").to_owned();
        let unchanged =
            link("{\"revision\":2}").header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(unchanged.status(), 304);
        let gone = link("{\"revision\":3}").header("if-none-match", &tag).send().await.unwrap();
        assert_eq!((gone.status().as_u16(), header(&gone, "cache-control")), (409, "no-store"));
        // Files.
        let rows = "{ revisions { nodes { id } } }";
        for (revision, status) in [("2", 200), ("1", 200), ("7", 409), ("x", 400)] {
            let file = pinned(rows, revision).header("accept", "text/csv").send().await.unwrap();
            assert_eq!(file.status(), status, "{revision}");
            let export = site.url.replace("graphql", "export/revisions.csv");
            let by_header = site.client.get(&export).header("X-Dataset-Revision", revision);
            let by_link = site.client.get(format!("{export}?revision={revision}"));
            for request in [by_header, by_link] {
                let response = request.send().await.unwrap();
                assert_eq!(response.status(), status, "{revision}");
                if status == 409 {
                    let refused: Value = response.json().await.unwrap();
                    assert!(code(&refused).contains("REVISION"), "{refused}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_that_the_server_has_not_heard_of_are_answered_of() {
    for database in TestDatabase::each("revisions_that_the_server_has_not_heard_of").await {
        let site = Site::of(database, SMALL, Settings::default()).await;
        // Three loads one after the other: when they are asked for, the server knows of none.
        for _ in 0..3 {
            site.load().await;
        }
        for revision in [3, 2, 4, 1] {
            let body = json!({ "query": "{ revisions { totalCount } }", "extensions": { "revision": revision } });
            let (status, answer) = read(site.post(&body)).await;
            let found = &answer["data"]["revisions"]["totalCount"];
            assert_eq!((status.as_u16(), found), (200, &json!(revision)), "{answer}");
            assert_eq!(answer["extensions"]["dataset"]["revision"], revision, "{answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_names_a_revision_and_a_token_may_be_kept_for_long() {
    for database in TestDatabase::each("a_day_names_a_revision").await {
        let site = Site::of(database, SMALL, Settings::default()).await;
        site.load().await;
        let pinned = |text: &str, revision: &str| {
            site.post(&query(text)).header("X-Dataset-Revision", revision)
        };
        // By days: the fixture is of the 21st, and all that follows of today.
        for (day, expected) in [
            ("2026-11-20", (409, "REVISION_GONE")),
            ("2999-01-01", (400, "BAD_REQUEST")),
            ("2026-11-31", (400, "BAD_REQUEST")),
        ] {
            let (status, answer) = read(pinned("{ __typename }", day)).await;
            assert_eq!((status.as_u16(), code(&answer)), expected, "{day}: {answer}");
        }
        let (status, answer) = read(pinned("{ revisions { totalCount } }", "2026-11-22")).await;
        assert_eq!((status.as_u16(), &answer["data"]["revisions"]["totalCount"]), (200, &json!(1)));
        // What is named by its token may be kept for long, and what a restored backup may have others of may not.
        let token = answer["extensions"]["dataset"]["revision"].as_i64();
        assert_eq!(token, Some(1), "{answer}");
        let by_number = pinned("{ revisions { totalCount } }", "1").send().await.unwrap();
        assert_eq!(header(&by_number, "cache-control"), "public, max-age=5");
        let name = header(&by_number, "x-dataset-revision").to_owned();
        // As soon as the server has heard that it is an earlier one.
        let began = std::time::Instant::now();
        loop {
            let by_token = pinned("{ revisions { totalCount } }", &name).send().await.unwrap();
            let control = header(&by_token, "cache-control").to_owned();
            if control == "public, max-age=86400, immutable" {
                break;
            }
            assert!(control == "public, max-age=5" && began.elapsed().as_secs() < 20, "{control}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let by_number = pinned("{ revisions { totalCount } }", "1").send().await.unwrap();
        assert_eq!(header(&by_number, "cache-control"), "public, max-age=5");
    }
}
