//! Which request headers change an answer, and which response headers say so.

use std::collections::BTreeSet;

use cops_graphql::server::RateLimit;
use reqwest::Method;

use super::*;

/// Dollars of many years, which are easily misread, in an answer that is long enough for a coding.
const QUERY: &str = "{ grants { totals { federalShare { sum } } } \
    agencies { totalCount nodes { id name state ori9 ori7 kind city population } } }";

/// All of a response that is of the answer and not of the moment.
async fn answer(request: RequestBuilder) -> (StatusCode, Vec<(String, String)>, Vec<u8>) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let of_moment = ["date", "x-request-id", "cache-status"];
    let headers = response.headers().iter().filter(|(name, _)| !of_moment.contains(&name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let headers = headers.collect();
    (status, headers, response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn every_header_that_changes_an_answer_is_one_by_which_it_varies() {
    let site = Site::new().await;
    let ask = || site.get(&[("query", QUERY)]);
    let response = ask().send().await.unwrap();
    let varies: BTreeSet<_> = header(&response, "vary").split(", ").map(str::to_owned).collect();
    let plain = answer(ask()).await;
    assert_eq!(plain.0, 200);
    let changing = [
        ("accept", GRAPHQL),
        ("accept-encoding", "gzip"),
        ("graphql-cost", "report"),
        ("graphql-explain", "1"),
        ("graphql-cite", "1"),
        ("graphql-warnings", "0"),
        ("x-dataset-revision", "99"),
    ];
    for (name, value) in changing {
        assert_ne!(answer(ask().header(name, value)).await, plain, "{name}");
        assert!(varies.contains(name), "{name} changes an answer, which does not say so");
    }
    assert_eq!(varies.len(), changing.len(), "{varies:?}: each has to be tried");
    for (name, value) in [
        ("accept-language", "fr"),
        ("authorization", "Bearer a"),
        ("content-encoding", "gzip"),
        ("content-type", "text/plain"),
        ("cookie", "a=b"),
        ("forwarded", "for=203.0.113.7"),
        ("host", "other.example"),
        ("origin", "https://other.example"),
        ("prefer", "return=minimal"),
        ("range", "bytes=0-9"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("user-agent", "somebody"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-proto", "https"),
        ("x-request-id", "mine"),
    ] {
        assert_eq!(answer(ask().header(name, value)).await, plain, "{name}");
    }
    // A file is as much an answer, and so is one that says only that nothing has changed.
    let file = ask_file(&site).send().await.unwrap();
    assert_eq!(header(&file, "vary"), header(&response, "vary"));
    let known = ask().header("if-none-match", "*").send().await.unwrap();
    assert_eq!(
        (known.status(), header(&known, "vary")),
        (StatusCode::NOT_MODIFIED, header(&file, "vary"))
    );
}

fn ask_file(site: &Site) -> RequestBuilder {
    site.get(&[("query", "{ agencies { nodes { name } } }")]).header("accept", "text/csv")
}

#[tokio::test]
async fn the_front_page_varies_by_what_it_repeats() {
    let site = Site::new().await;
    let ask = || site.client.get(site.url.replace("graphql", ""));
    let response = ask().send().await.unwrap();
    let varies = header(&response, "vary").to_ascii_lowercase();
    let plain = answer(ask()).await;
    let changing =
        [("accept", "text/html"), ("host", "other.example"), ("x-forwarded-proto", "https")];
    for (name, value) in changing {
        assert_ne!(answer(ask().header(name, value)).await, plain, "{name}");
    }
    assert_eq!(varies.split(", ").collect::<Vec<_>>(), changing.map(|(name, _)| name));
    let metrics = site.client.get(site.url.replace("graphql", "metrics")).send().await.unwrap();
    assert_eq!(header(&metrics, "vary"), "accept");
}

#[tokio::test]
async fn a_head_says_what_the_get_says() {
    let site = Site::new().await;
    let base = site.url.replace("/graphql", "");
    for path in [
        "/graphql?query={__typename}",
        "/graphql?query={nothing}",
        "/graphql",
        "/export/agencies.csv",
        "/export/grants.ndjson",
        "/export/grants.parquet",
        "/export/nothing.csv",
        "/dictionary.csv",
        "/schema.graphql",
        "/explore",
        "/explore/assets/licenses.md",
        "/playground",
        "/playground/assets/licenses.md",
        "/",
        "/health/live",
        "/health/ready",
    ] {
        for coding in ["identity", "gzip"] {
            let ask = async |method: Method| {
                let request = site.client.request(method, format!("{base}{path}"));
                let request = request.header("accept-encoding", coding);
                answer(request).await
            };
            let (status, headers, body) = ask(Method::GET).await;
            let (status_of_head, of_head, nothing) = ask(Method::HEAD).await;
            assert_eq!((status_of_head, nothing.len()), (status, 0), "{path}");
            assert!(!body.is_empty(), "{path}");
            // How a body is sent is said with the body only.
            let sent = |headers: Vec<(String, String)>| {
                headers
                    .into_iter()
                    .filter(|(name, _)| name != "transfer-encoding")
                    .collect::<BTreeSet<_>>()
            };
            assert_eq!(sent(of_head), sent(headers), "{path}");
        }
    }
    let head = site.client.head(&site.url).query(&[("query", "{ agencies { nodes { name } } }")]);
    let (_, headers, _) = answer(head.header("accept", "text/csv")).await;
    let (_, of_get, _) = answer(ask_file(&site)).await;
    let named = |headers: &[(String, String)]| {
        headers
            .iter()
            .filter(|(name, _)| name != "transfer-encoding")
            .cloned()
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(named(&headers), named(&of_get));
}

#[tokio::test]
async fn an_answer_that_has_not_changed_since_is_not_sent_again() {
    let site = Site::new().await;
    let link = site.url.replace("graphql", "export/agencies.csv");
    let asks: [(&str, &dyn Fn(Method) -> RequestBuilder); 2] = [
        ("an answer", &|method| site.client.request(method, &site.url).query(&[("query", QUERY)])),
        ("a file", &|method| site.client.request(method, &link)),
    ];
    let mut before = Vec::new();
    for (what, ask) in asks {
        let response = ask(Method::GET).send().await.unwrap();
        let (tag, date) = (header(&response, "etag"), header(&response, "last-modified"));
        assert!(date.ends_with(" GMT"), "{what}: {date}");
        for method in [Method::GET, Method::HEAD] {
            let since = |date: &str| ask(method.clone()).header("if-modified-since", date);
            let same = since(date).send().await.unwrap();
            assert_eq!(same.status(), 304, "{what}");
            assert_eq!((header(&same, "etag"), header(&same, "last-modified")), (tag, date));
            assert_eq!(same.bytes().await.unwrap().len(), 0);
            // A later date is of no answer: a load is dated when it begins, and seen when it commits.
            for other in
                ["Sun, 06 Nov 1994 08:49:37 GMT", "Fri, 01 Jan 2100 00:00:00 GMT", "nonsense"]
            {
                assert_eq!(since(other).send().await.unwrap().status(), 200, "{what}: {other}");
            }
            // Who names a tag is told by that.
            let stale = since(date).header("if-none-match", "\"other\"").send().await.unwrap();
            assert_eq!(stale.status(), 200, "{what}");
            let known = since("nonsense").header("if-none-match", tag).send().await.unwrap();
            assert_eq!(known.status(), 304, "{what}");
        }
        before.push(date.to_owned());
    }
    let posted = site.post(&query(QUERY)).header("if-modified-since", &before[0]);
    assert_eq!(posted.send().await.unwrap().status(), 200);
    // A date says nothing of what was never answered.
    let wrong = || site.get(&[("query", "{ agencies { nodes { nothing } } }")]);
    for (request, status) in [
        (wrong(), 200),
        (wrong().header("accept", GRAPHQL), 400),
        (wrong().header("accept", "text/csv"), 400),
        (site.client.get(site.url.replace("graphql", "export/nothing.csv")), 404),
    ] {
        let response = request.header("if-modified-since", &before[0]).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(header(&response, "last-modified"), "");
    }
    site.load().await;
    for ((what, ask), before) in asks.into_iter().zip(before) {
        // The new revision is seen within two seconds, and dated with the next whole second.
        let began = std::time::Instant::now();
        loop {
            let response =
                ask(Method::GET).header("if-modified-since", &before).send().await.unwrap();
            let date = header(&response, "last-modified").to_owned();
            if response.status() == 200 && !date.is_empty() {
                assert_ne!(date, before, "{what}");
                break;
            }
            assert!(began.elapsed().as_secs() < 10, "{what}: {} {date}", response.status());
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn what_shared_caches_may_keep_tells_nobody_of_an_account() {
    let rate_limit = RateLimit { points_per_second: 1, burst: 10_000, ..RateLimit::default() };
    let site = Site::with(Settings { rate_limit, ..Settings::default() }).await;
    let free = Site::new().await;
    let wrong = "{ nothing }";
    let file = "{ agencies { nodes { name } } }";
    let link = site.url.replace("graphql", "export/agencies.csv");
    for (what, request, control, is_told) in [
        ("GET", site.get(&[("query", QUERY)]), "public, max-age=5", false),
        (
            "HEAD",
            site.client.head(&site.url).query(&[("query", QUERY)]),
            "public, max-age=5",
            false,
        ),
        (
            "304",
            site.get(&[("query", QUERY)]).header("if-none-match", "*"),
            "public, max-age=5",
            false,
        ),
        ("POST", site.post(&query(QUERY)), "private, max-age=5", true),
        ("wrong", site.get(&[("query", wrong)]), "no-store", true),
        (
            "explained",
            site.get(&[("query", QUERY)]).header("graphql-explain", "1"),
            "no-store",
            true,
        ),
        ("file", ask_file(&site), "public, max-age=5", false),
        ("link", site.client.get(&link), "public, max-age=5", false),
        (
            "posted file",
            site.post(&query(file)).header("accept", "text/csv"),
            "private, max-age=5",
            true,
        ),
        ("no limit", free.post(&query(QUERY)), "public, max-age=5", false),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(header(&response, "cache-control"), control, "{what}");
        for name in ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"] {
            assert_eq!(!header(&response, name).is_empty(), is_told, "{what}: {name}");
        }
    }
}

#[tokio::test]
async fn the_id_of_a_request_is_short_and_visible_or_a_new_one() {
    let site = Site::new().await;
    let longest = "a".repeat(128);
    for (id, is_kept) in [
        ("mine-1", true),
        (&*longest, true),
        (&*format!("{longest}a"), false),
        (&*"a".repeat(200_000), false),
        ("with space", false),
        ("", false),
    ] {
        for path in ["graphql?query={__typename}", "nowhere", "health/live"] {
            let url = site.url.replace("graphql", path);
            let response = site.client.get(url).header("x-request-id", id).send().await.unwrap();
            let given = header(&response, "x-request-id");
            match is_kept {
                true => assert_eq!(given, id),
                false => assert_eq!(given.len(), 36, "{path}: {given}"),
            }
        }
    }
}
