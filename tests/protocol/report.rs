//! The extensions of an answer: cost and explanation.

use serde_json::Value;

use super::{Site, code, header, query, read};

const QUERY: &str = "{ agencies(first: 2) { nodes { name grants { totalCount } } } }";

#[tokio::test]
async fn a_query_tells_its_price_and_its_cost() {
    let site = Site::new().await;
    let ask = |word: &'static str| site.post(&query(QUERY)).header("GraphQL-Cost", word);
    let (_, plain) = read(site.post(&query(QUERY))).await;
    assert_eq!(plain["extensions"].get("cost"), None);
    let mut told_price = 0;
    for _ in 0..2 {
        // The answer with its cost is kept beside the one without.
        let (_, told) = read(ask("report")).await;
        assert_eq!(told["data"], plain["data"]);
        let cost = &told["extensions"]["cost"];
        let (price, actual) = (cost["price"].as_u64().unwrap(), cost["actual"].as_u64().unwrap());
        assert!(price > 0 && (1..=price * 3).contains(&actual), "{cost}");
        told_price = price;
    }
    assert_eq!(site.counts().hits, 1);
    let response = ask("validate").send().await.unwrap();
    assert_eq!(header(&response, "cache-control"), "no-store");
    let priced: Value = response.json().await.unwrap();
    assert_eq!(
        priced["extensions"]["cost"],
        serde_json::json!({ "price": told_price, "actual": null })
    );
    assert_eq!(priced["data"]["agencies"], Value::Null);
    // What is wrong with a query is found without running it.
    let wrong = query("{ agencies(first: 1000) { nodes { name } } }");
    let (_, wrong) = read(site.post(&wrong).header("GraphQL-Cost", "validate")).await;
    assert_eq!(code(&wrong), "PAGE_TOO_LARGE", "{wrong}");
    let (status, refused) = read(ask("free")).await;
    assert_eq!((status.as_u16(), code(&refused)), (400, "BAD_REQUEST"), "{refused}");
}

#[tokio::test]
async fn a_query_tells_what_was_read_and_no_sql() {
    let site = Site::new().await;
    let explained = site.post(&query(QUERY)).header("GraphQL-Explain", "1");
    let response = explained.send().await.unwrap();
    assert_eq!(header(&response, "cache-control"), "no-store");
    let text = response.text().await.unwrap();
    assert!(!text.contains("SELECT"), "{text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    let explain = &answer["extensions"]["explain"];
    assert!(explain["milliseconds"].as_f64().unwrap() > 0.0, "{explain}");
    let reads = explain["reads"].as_array().unwrap();
    assert_eq!(reads.len(), 2, "{explain}");
    assert_eq!((&reads[0]["table"], &reads[0]["purpose"]), (&"agencies".into(), &"page".into()));
    assert_eq!(
        (&reads[1]["table"], &reads[1]["purpose"]),
        (&"grants".into(), &"aggregates".into())
    );
}
