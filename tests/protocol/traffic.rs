//! Limits on concurrent work per client, and security headers for browsers.

use std::time::{Duration, Instant};

use cops_graphql::{
    limits::Limits,
    server::{ClientConnections, ConnectionLimits, RateLimit},
};

use futures_util::future::join_all;

use super::*;

#[tokio::test]
async fn what_is_too_much_at_once_is_told_to_come_again() {
    let settings =
        Settings { cache_bytes: 0, most_running: Some(1), most_waiting: 0, ..Settings::default() };
    let site = Site::with(settings).await;
    let lists: Vec<String> = (0..10)
        .map(|n| format!("a{n}: trainees(first: 10, filter: {{ hours: {{ ne: {n} }} }}) {{ nodes {{ hours session {{ code }} }} }}"))
        .collect();
    let body = json!({ "query": format!("{{ {} }}", lists.join(" ")) });
    // Whether requests overlap depends on the machine, so they are sent until some have.
    let mut counts = [0, 0];
    let until = Instant::now() + Duration::from_mins(1);
    while Instant::now() < until && (counts[0] == 0 || counts[1] == 0) {
        for response in join_all((0..50).map(|_| site.post(&body).send())).await {
            let response = response.unwrap();
            if response.status() == 200 {
                counts[0] += 1;
                continue;
            }
            counts[1] += 1;
            assert_eq!(response.status(), 503);
            assert_eq!(response.headers()["retry-after"], "1");
            assert_eq!(response.headers()["cache-control"], "no-store");
            let answer: Value = response.json().await.unwrap();
            assert_eq!(answer["errors"][0]["extensions"]["code"], "OVERLOADED");
        }
    }
    assert!(counts[0] > 0 && counts[1] > 0, "{counts:?}");
    // It is over at once.
    assert_eq!(site.post(&body).send().await.unwrap().status(), 200);
}

/// The points that a client has left.
fn left(response: &reqwest::Response) -> u64 {
    response.headers()["ratelimit-remaining"].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_ran_is_paid_for_though_it_is_refused_at_the_end() {
    let rate_limit = RateLimit { points_per_second: 1, burst: 5_000, ..RateLimit::default() };
    let limits = Limits { groups: 2, ..Limits::default() };
    let groups = "{ agencies(first: 100) { nodes { grants { groups(by: [OBLIGATED_ON]) { nodes { count } } } } } }";
    // Sixty statements, which nobody answers within a tick of the clock.
    let lists: Vec<String> = (0..20)
        .map(|n| format!("a{n}: agencies(first: 10, filter: {{ population: {{ ne: {n} }} }}) {{ nodes {{
            grants(first: 2) {{ nodes {{ officersFunded(first: 1) {{ nodes {{ id }} }} }} }} }} }} "))
        .collect();
    let long = format!("{{ {} }}", lists.join(" "));
    let usual = Settings::default().deadline;
    for (query, deadline, cost, code) in [
        // What was done of it.
        (groups, usual, u32::MAX, "TOO_MANY_GROUPS"),
        // All of its price: nobody knows how much was done.
        (&long, Duration::ZERO, u32::MAX, "TIMEOUT"),
        // What is wrong before it runs costs what it takes to read it.
        (groups, usual, 10, "QUERY_TOO_EXPENSIVE"),
        ("{ agencies { nothing } }", usual, u32::MAX, "INVALID_QUERY"),
    ] {
        let (rate_limit, limits) = (rate_limit.clone(), Limits { cost, ..limits });
        let settings = Settings { rate_limit, limits, deadline, ..Settings::default() };
        let site = Site::with(settings).await;
        let asked = site.post(&json!({ "query": query })).header("GraphQL-Cost", "report");
        let response = asked.send().await.unwrap();
        let left = left(&response);
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
        let cost = &answer["extensions"]["cost"];
        let paid = match code {
            "TIMEOUT" => cost["price"].as_u64().unwrap(),
            "TOO_MANY_GROUPS" => cost["actual"].as_u64().unwrap(),
            _ => 1 + query.len() as u64 / 64,
        };
        assert!(
            paid > 0 && (5_000 - paid..=5_002 - paid).contains(&left),
            "{query}: {left} {answer}"
        );
    }
}

#[tokio::test]
async fn names_are_priced_and_citing_is_paid_for() {
    let rate_limit = RateLimit { points_per_second: 1, burst: 5_000, ..RateLimit::default() };
    let site = Site::with(Settings { rate_limit, ..Settings::default() }).await;
    let ask = |name: &str| json!({ "query": format!("{{ trainees(first: 100) {{ nodes {{ agency {{ {name}: name }} }} }} }}") });
    let price = async |name: &str| {
        let asked = site.post(&ask(name)).header("GraphQL-Cost", "validate");
        let answer: Value = asked.send().await.unwrap().json().await.unwrap();
        answer["extensions"]["cost"]["price"].as_u64().unwrap()
    };
    let (short, long) = (price("a").await, price(&"a".repeat(100)).await);
    // Some rows times a hundred bytes, of which a point writes some 2,500.
    assert!((short + 1..=short + 6).contains(&long), "{short} {long}");
    let kept = ask(&"a".repeat(100));
    let bytes = site.post(&kept).send().await.unwrap().bytes().await.unwrap().len() as u64;
    let before = left(&site.post(&kept).send().await.unwrap());
    let cited = site.post(&kept).header("GraphQL-Cite", "1").send().await.unwrap();
    assert_eq!(cited.status(), 200);
    // One for the answer, which is kept, and more for its citation, by its bytes.
    let paid = before - left(&cited);
    assert!((bytes / 700..=bytes / 700 + 3).contains(&paid), "{paid} for {bytes} bytes");
}

#[tokio::test]
async fn a_client_that_asks_for_too_much_waits() {
    let rate_limit = RateLimit { points_per_second: 1, burst: 25, ..RateLimit::default() };
    let site = Site::with(Settings { rate_limit, ..Settings::default() }).await;
    let body = json!({ "query": "{ agencies(first: 50) { nodes { name } } }" });
    let ask = async |body: &Value| site.post(body).send().await.unwrap();
    // To ask for the price is free.
    let priced = site.post(&body).header("GraphQL-Cost", "validate").send().await.unwrap();
    assert_eq!(left(&priced), 25);
    let priced: Value = priced.json().await.unwrap();
    let price = priced["extensions"]["cost"]["price"].as_u64().unwrap();
    assert!((13..25).contains(&price), "{price}");
    let first = ask(&body).await;
    assert_eq!(
        (first.status(), &first.headers()["ratelimit-limit"]),
        (StatusCode::OK, &"25".parse().unwrap())
    );
    let after_first = left(&first);
    assert!((25 - price..25).contains(&after_first), "{after_first} {price}");
    // An answer that was kept costs a point.
    let second = ask(&body).await;
    assert!((after_first - 1..=after_first).contains(&left(&second)));
    // What costs more than is left has to wait.
    let other = json!({ "query": "{ grants(first: 50) { nodes { title } } }" });
    let refused = ask(&other).await;
    assert_eq!(refused.status(), 429);
    let seconds: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=price).contains(&seconds), "{seconds}");
    let answer: Value = refused.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    // Whoever says to be somebody else is not believed.
    let posing = site.post(&other).header("x-forwarded-for", "203.0.113.7").send().await.unwrap();
    assert_eq!(posing.status(), 429);
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_account() {
    let trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let rate_limit = RateLimit { points_per_second: 1, burst: 10, trusted_proxies };
    let site = Site::with(Settings { rate_limit, cache_bytes: 0, ..Settings::default() }).await;
    let body = json!({ "query": "{ agencies(first: 50) { nodes { name } } }" });
    for (client, status) in
        [("203.0.113.7", 200), ("203.0.113.7", 429), ("203.0.113.8", 200), ("203.0.113.8", 429)]
    {
        let response = site.post(&body).header("x-forwarded-for", client).send().await.unwrap();
        assert_eq!(response.status(), status, "{client}");
    }
}

#[tokio::test]
async fn a_body_and_a_url_have_their_ends() {
    let limits = Limits { body: 1_000, ..Limits::default() };
    let site = Site::with(Settings { limits, ..Settings::default() }).await;
    let body = |length: usize| {
        let rest = length - r#"{"query":"{ __typename }"}"#.len();
        format!(r#"{{"query":"{{ __typename{} }}"}}"#, " ".repeat(rest))
    };
    for (length, status) in [(999, 200), (1_000, 200), (1_001, 413), (100_000, 413)] {
        let text = body(length);
        assert_eq!(text.len(), length);
        for streamed in [false, true] {
            let request = site.client.post(&site.url).header("content-type", "application/json");
            let text = text.clone();
            let request = if streamed {
                // It does not say how long it is.
                let parts = futures_util::stream::iter([Ok::<_, std::io::Error>(text)]);
                request.body(reqwest::Body::wrap_stream(parts))
            } else {
                request.body(text)
            };
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{length} {streamed}");
            if status == 413 {
                let answer: Value = response.json().await.unwrap();
                let message = answer["errors"][0]["message"].as_str().unwrap();
                assert!(message.contains("--max-body") && message.contains("1000"), "{message}");
            }
        }
    }
    let get = async |spaces: usize| {
        let query = format!("{{__typename}}{}", "+".repeat(spaces));
        site.client.get(format!("{}?query={query}", site.url)).send().await.unwrap().status()
    };
    let most = 1_000 - "query={__typename}".len();
    assert_eq!((get(most).await, get(most + 1).await), (StatusCode::OK, StatusCode::URI_TOO_LONG));
}

#[tokio::test]
async fn a_body_has_its_time() {
    let body = Duration::from_millis(100);
    let limits = ConnectionLimits { body, ..ConnectionLimits::default() };
    let connections = Arc::new(ClientConnections::new(limits));
    let site = Site::with(Settings { connections, ..Settings::default() }).await;
    let never = futures_util::stream::pending::<Result<String, std::io::Error>>();
    let request = site.client.post(&site.url).header("content-type", "application/json");
    let response = request.body(reqwest::Body::wrap_stream(never)).send().await.unwrap();
    assert_eq!(response.status(), 408);
}

#[tokio::test]
async fn the_schema_and_suggestions_can_be_kept_back() {
    let limits = Limits { introspection: false, ..Limits::default() };
    let settings = Settings { limits, suggestions: false, ..Settings::default() };
    let closed = Site::with(settings).await;
    let open = Site::new().await;
    for query in ["{ __schema { queryType { name } } }", "{ __type(name: \"Query\") { name } }"] {
        let body = json!({ "query": query });
        let told: Value = open.post(&body).send().await.unwrap().json().await.unwrap();
        assert!(told["errors"].is_null(), "{told}");
        let told: Value = closed.post(&body).send().await.unwrap().json().await.unwrap();
        assert_eq!(told["errors"][0]["extensions"]["code"], "INTROSPECTION_DISABLED", "{told}");
    }
    let sdl = async |site: &Site| {
        let url = site.url.replace("/graphql", "/schema.graphql");
        site.client.get(url).send().await.unwrap().status()
    };
    assert_eq!((sdl(&open).await, sdl(&closed).await), (StatusCode::OK, StatusCode::NOT_FOUND));
    let body = json!({ "query": "{ agencie { totalCount } }" });
    let told = open.post(&body).send().await.unwrap().text().await.unwrap();
    assert!(told.contains("Did you mean") && told.contains("agencies"), "{told}");
    let told = closed.post(&body).send().await.unwrap().text().await.unwrap();
    assert!(!told.contains("Did you mean") && !told.contains("agencies"), "{told}");
    let data: Value = closed
        .post(&json!({ "query": "{ agencies(first: 1) { nodes { __typename name } } }" }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(data["data"]["agencies"]["nodes"][0]["__typename"], "Agency");
}

#[tokio::test]
async fn every_response_tells_browsers_to_be_careful() {
    let site = Site::new().await;
    let base = site.url.replace("/graphql", "");
    for path in [
        "/",
        "/graphql?query={__typename}",
        "/graphql",
        "/metrics",
        "/schema.graphql",
        "/nowhere",
        "/health/ready",
        "/explore",
        "/playground",
    ] {
        let response = site.client.get(format!("{base}{path}")).send().await.unwrap();
        let header = |name: &str| {
            let value = response.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert!(header("content-security-policy").contains("default-src 'none'"), "{path}");
        // Nothing tells which program this is, or which version of it.
        assert!(header("server").is_empty() && header("x-powered-by").is_empty(), "{path}");
    }
}
