//! The position of answers in time, by RFC 7089.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn links_with_and_without_a_revision_lead_to_each_other() {
    let site = Site::new().await;
    site.load().await;
    let asked = [("query", "{ agencies(first: 1) { totalCount nodes { name } } }")];
    let data = async |response: Response| {
        response.json::<Value>().await.unwrap()["data"]["agencies"].clone()
    };
    let now = site.get(&asked).header("X-Dataset-Revision", "2").send().await.unwrap();
    assert_eq!(now.status(), 200);
    let past = site.get(&asked).header("X-Dataset-Revision", "1").send().await.unwrap();
    // The moment of the fixture's load.
    assert_eq!(header(&past, "memento-datetime"), "Sat, 21 Nov 2026 12:00:00 GMT");
    let links = header(&past, "link").to_owned();
    let target = |relation: &str| {
        let link = links.split(", <").find(|link| link.contains(relation)).unwrap();
        link.trim_start_matches('<').split('>').next().unwrap().to_owned()
    };
    let (original, memento) = (target("rel=\"original\""), target("rel=\"memento\""));
    assert!(links.contains("; datetime=\"Sat, 21 Nov 2026 12:00:00 GMT\""), "{links}");
    assert_eq!(header(&past, "content-location"), memento);
    let past = data(past).await;
    let base = reqwest::Url::parse(&site.url).unwrap();
    let follow = async |link: &str| site.client.get(base.join(link).unwrap()).send().await.unwrap();
    let of_memento = follow(&memento).await;
    assert_eq!(header(&of_memento, "memento-datetime"), "Sat, 21 Nov 2026 12:00:00 GMT");
    assert_eq!(header(&of_memento, "link"), links);
    assert!(!of_memento.headers().contains_key("content-location"));
    assert_eq!(data(of_memento).await, past);
    // What names no revision shows another one tomorrow.
    let of_original = follow(&original).await;
    assert_eq!(of_original.url().query(), site.get(&asked).build().unwrap().url().query());
    assert!(!of_original.headers().contains_key("memento-datetime"));
    assert!(header(&of_original, "link").contains("rel=\"memento\""));
    // A file; and what is no answer of a link.
    let file = base.join("export/grants.csv?revision=1").unwrap();
    let file = site.client.get(file).send().await.unwrap();
    assert_eq!(header(&file, "memento-datetime"), "Sat, 21 Nov 2026 12:00:00 GMT");
    assert!(header(&file, "link").starts_with("<grants.csv>; rel=\"original\", <grants.csv?rev"));
    let body = json!({ "query": asked[0].1, "extensions": { "revision": 1 } });
    for response in [site.post(&body).send().await, site.get(&[("query", "{ no }")]).send().await] {
        let response = response.unwrap();
        assert!(!response.headers().contains_key("link"), "{response:?}");
        assert!(!response.headers().contains_key("memento-datetime"), "{response:?}");
    }
    let long = format!("{{ agencies {{ totalCount }} }} #{}", "x".repeat(1_000));
    let long = site.get(&[("query", &*long)]).header("X-Dataset-Revision", "1");
    let long = long.send().await.unwrap();
    assert!(long.headers().contains_key("memento-datetime"));
    assert!(!long.headers().contains_key("link"));
}
