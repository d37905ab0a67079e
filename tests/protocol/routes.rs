//! The routes of a server, with introspection and without.

use cops_graphql::{limits::Limits, server::TrustedDocuments};

use super::*;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Every route, and whether it leads to the schema or to whole tables.
const ROUTES: [(&str, Leads); 24] = [
    ("/", Leads::Always),
    ("/graphql?documentId=count", Leads::Always),
    ("/health/live", Leads::Always),
    ("/health/ready", Leads::Always),
    ("/metrics", Leads::Always),
    ("/schema.graphql", Leads::ToSchema),
    ("/dictionary.csv", Leads::ToSchema),
    ("/explore", Leads::Always),
    ("/explore/", Leads::Always),
    ("/explore/agency/CAZZ00001", Leads::Always),
    ("/explore/award/95-CC-WX-0001", Leads::Always),
    ("/explore/assets/licenses.md", Leads::Always),
    ("/playground", Leads::ToSchema),
    ("/playground/", Leads::ToSchema),
    ("/playground/assets/licenses.md", Leads::ToSchema),
    ("/docs", Leads::ToSchema),
    ("/docs/", Leads::ToSchema),
    ("/docs?search=cursor", Leads::ToSchema),
    ("/docs/querying", Leads::ToSchema),
    ("/docs/proxy/nginx.conf", Leads::ToSchema),
    ("/export/agencies.csv", Leads::ToTables),
    ("/export/agencies.ndjson", Leads::ToTables),
    ("/export/agencies.parquet", Leads::ToTables),
    ("/nowhere", Leads::Nowhere),
];

#[derive(Clone, Copy, PartialEq)]
enum Leads {
    Always,
    ToSchema,
    ToTables,
    Nowhere,
}

#[tokio::test]
async fn what_is_not_told_has_no_route_and_no_link() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("count.graphql"), "{ agencies { totalCount } }").unwrap();
    let trusted = TrustedDocuments::read(folder.path(), &Limits::default()).map(Arc::new).unwrap();
    let with = |trusted_only: bool, introspection: bool| {
        let limits = Limits { introspection, ..Limits::default() };
        let trusted = Some(Arc::clone(&trusted));
        Site::with(Settings { trusted, trusted_only, limits, ..Settings::default() })
    };
    for (trusted_only, introspection) in
        [(false, true), (false, false), (true, true), (true, false)]
    {
        let site = with(trusted_only, introspection).await;
        let base = site.url.replace("/graphql", "");
        let tells_schema = introspection && !trusted_only;
        for (path, leads) in ROUTES {
            let is_there = match leads {
                Leads::Always => true,
                Leads::ToSchema => tells_schema,
                Leads::ToTables => !trusted_only,
                Leads::Nowhere => false,
            };
            let response = site.client.get(format!("{base}{path}")).send().await.unwrap();
            let found = response.status().is_success() || response.status().is_redirection();
            assert_eq!(found, is_there, "{path}: {} {trusted_only}", response.status());
            assert!(is_there || response.status() == 404, "{path}: {}", response.status());
        }
        // Each link of the front page leads somewhere, and so does the address of the API in a browser.
        let page = site.client.get(&base).header("accept", BROWSER).send().await.unwrap();
        let page = page.text().await.unwrap();
        let links = page.split("href=\"/").skip(1).map(|rest| rest.split('"').next().unwrap());
        let links: Vec<_> = links.map(|link| format!("{base}/{link}")).collect();
        assert_eq!(links.len(), if tells_schema { 6 } else { 2 }, "{links:?}");
        assert_eq!(page.contains("Five ways to use it"), tells_schema);
        assert_eq!(page.contains("does not publish its schema"), !tells_schema);
        let (_, told) = read(site.client.get(&base)).await;
        let named = told["links"].as_object().unwrap().values();
        let named = named.map(|link| link.as_str().unwrap().to_owned());
        let named: Vec<_> = named.filter(|link| !link.ends_with("/graphql")).collect();
        assert_eq!(named.len(), if tells_schema { 4 } else { 1 }, "{told}");
        for link in links.into_iter().chain(named) {
            assert_eq!(site.client.get(&link).send().await.unwrap().status(), 200, "{link}");
        }
        let opened = site.get(&[]).header("accept", BROWSER).send().await.unwrap();
        let led = header(&opened, "location").to_owned();
        assert_eq!(
            (opened.status(), led.as_str()),
            (StatusCode::SEE_OTHER, if tells_schema { "/playground" } else { "/" })
        );
        let page = site.client.get(format!("{base}{led}")).header("accept", BROWSER);
        assert_eq!(page.send().await.unwrap().status(), 200);
        // The explorer leads to the playground where there is one, and may ask what it asks.
        let page = site.client.get(format!("{base}/explore")).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert_eq!(page.contains("data-playground=\"yes\""), tells_schema);
        let request = site.client.get(&site.url).query(&[("documentId", "explore/catalog")]);
        let (status, answer) = read(request).await;
        assert_eq!(
            (status, answer["data"]["dataset"]["revision"].is_u64()),
            (StatusCode::OK, true),
            "{answer}"
        );
        // Nor is it told by a query.
        let asked = read(site.post(&query("{ __schema { queryType { name } } }"))).await.1;
        assert_eq!(asked["data"]["__schema"].is_null(), !tells_schema, "{asked}");
    }
}
