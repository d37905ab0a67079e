//! Citation links: the cited data, and the page about them.

use std::{process::Command, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cops_graphql::{
    database::load::{Load, LoadCounts, TableTally},
    limits::Limits,
    server::{Settings, TrustedDocuments},
};
use entity::grant;
use sea_orm::EntityTrait as _;
use sha2::{Digest as _, Sha256};

use super::{citing::cited, *};
use crate::{serve::Running, support::binary};

const ASKED: &str = "query Money($n: Int = 3) { grants(first: $n, filter: { title: { contains: \"<b>\" } }) { \
                     totalCount } agencies(first: $n) { nodes { name state grants { totalCount } } } }";

/// A page, as a browser asks for it.
async fn page(site: &Site, link: &str) -> (StatusCode, String) {
    let response = site.client.get(link).header("accept", "text/html,*/*;q=0.8").send().await;
    let response = response.unwrap();
    let status = response.status();
    let policy = header(&response, "content-security-policy").to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("script"), "{policy}");
    (status, response.text().await.unwrap())
}

/// A load that takes the shares of all awards, and says so.
async fn change(site: &Site) {
    let load = Load::begin(&site.database.writer().await, "more", false).await.unwrap();
    let mut rows = grant::Entity::find().all(load.transaction()).await.unwrap();
    for row in &mut rows {
        (row.federal_share, row.revision_id) = (None, load.revision());
    }
    let tally = TableTally { changed: rows.len() as u64, ..TableTally::default() };
    load.change::<grant::Entity>(rows).await.unwrap();
    load.commit(LoadCounts { rows_read: 72, tables: [("grants", tally)].into() }).await.unwrap();
}

/// A link of the same server that carries something else.
fn carrying(link: &str, json: &Value) -> String {
    let text = json.to_string();
    let length = u16::try_from(text.len()).unwrap();
    // A block of RFC 1951 that is stored as it is.
    let mut bytes = vec![1];
    bytes.extend(length.to_le_bytes());
    bytes.extend((!length).to_le_bytes());
    bytes.extend(text.bytes());
    let (base, _) = link.rsplit_once('/').unwrap();
    format!("{base}/{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// What the link of a citation carries.
fn carried(citation: &Value) -> Value {
    let (query, dataset) = (&citation["query"], &citation["dataset"]);
    json!({
        "v": 1, "q": query["document"], "o": query["operationName"], "x": query["variables"],
        "r": dataset["revision"], "t": dataset["token"], "i": dataset["identity"],
        "l": dataset["loadedAt"], "a": citation["accessedAt"], "p": citation["program"],
        "d": citation["result"]["sha256"],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_gives_the_cited_data_and_a_page_about_them() {
    for database in TestDatabase::each("a_link_gives_the_cited_data_and_a_page_about_them").await {
        let site = Site::of(database, SMALL, Settings::default()).await;
        let asked = "{ grants(first: 4) { totals { federalShare { sum } } nodes { federalShare title agency { name } } } }";
        let answer = cited(site.post(&query(asked))).await;
        let citation = &answer["extensions"]["citation"];
        let link = citation["link"].as_str().unwrap();
        assert!(link.starts_with(&site.url.replace("graphql", "cite/")), "{link}");
        for part in ["text", "bibtex"] {
            assert!(citation[part].as_str().unwrap().contains(link), "{citation}");
        }
        assert_eq!(citation["cslJson"]["URL"], link);
        let (status, html) = page(&site, link).await;
        assert!(status == 200 && html.contains("<strong>Verified.</strong>"), "{html}");
        assert!(html.contains("Nothing: this is the current revision."), "{html}");
        change(&site).await;
        let told = async || {
            read(site.post(&query("{ __typename }"))).await.1["extensions"]["dataset"]["revision"]
                .clone()
        };
        while told().await != 2 {
            tokio::task::yield_now().await;
        }
        let response = site.client.get(link).send().await.unwrap();
        assert!(header(&response, "x-dataset-revision").starts_with("1-"));
        assert!(header(&response, "cache-control").contains("immutable"));
        let data: Value = response.json().await.unwrap();
        assert_eq!(data["data"], answer["data"]);
        let (_, now) = read(site.post(&query(asked))).await;
        assert_ne!(now["data"], answer["data"]);
        let (status, html) = page(&site, link).await;
        assert_eq!(status, 200);
        let digest = citation["result"]["sha256"].as_str().unwrap();
        for part in [
            "<strong>Verified.</strong>",
            digest,
            "<strong>another answer</strong> today. The current revision is <strong>2</strong>",
            "Rows that 1 load since then changed",
            "<td class=\"number\">0</td><td class=\"number\">72</td><td class=\"number\">0</td>",
            "<code>cops-graphql diff 1 2</code>",
            "<th scope=\"col\">federalShare</th><th scope=\"col\">title</th><th scope=\"col\">agency.name</th>",
            "<a href=\"?format=json\"",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        // What cannot be a table is not offered as one.
        assert!(!html.contains("?format=csv"), "{html}");
        let diff = html.split("href=\"../").nth(1).unwrap().split('"').next().unwrap();
        let diff = site.url.replace("graphql", diff);
        let changes = read(site.client.get(diff)).await.1;
        // Nine of the 72 had no share.
        assert_eq!(changes["data"]["grantChanges"]["totalCount"], 63, "{changes}");
        // A page is checked by its tag, and only what is asked for is sent.
        let tagged = site.client.get(link).header("accept", "text/html").send().await.unwrap();
        let tag = header(&tagged, "etag").to_owned();
        let again = site.client.get(link).header("accept", "text/html");
        let again = again.header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status(), 304);
        let head = site.client.head(link).send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.text().await.unwrap()), (200, String::new()));
        for (format, kind) in [
            ("bibtex", "application/x-bibtex; charset=utf-8"),
            ("csl", "application/vnd.citationstyles.csl+json"),
            ("json", "application/json; charset=utf-8"),
            ("html", "text/html; charset=utf-8"),
        ] {
            let found = site.client.get(format!("{link}?format={format}")).send().await.unwrap();
            assert_eq!((found.status().as_u16(), header(&found, "content-type")), (200, kind));
        }
        let bibtex = site.client.get(format!("{link}?format=bibtex")).send().await.unwrap();
        assert_eq!(bibtex.text().await.unwrap(), citation["bibtex"].as_str().unwrap());
        let (exit, words) = verify_link(&[link]);
        assert!(exit == 0 && words.contains("this is the cited revision 1"), "{words}");
        let (exit, words) = verify_link(&[&link[..link.len() - 9]]);
        assert!(exit == 2 && words.contains("the link is damaged"), "{words}");
        let (exit, words) = verify_link(&["https://data.example.gov/graphql"]);
        assert!(exit == 2 && words.contains("is not the link of a citation"), "{words}");
        links_that_are_no_longer_so(&site, citation).await;
    }
}

/// What `cops-graphql verify` says of a link.
fn verify_link(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(binary()).arg("verify").args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap()).concat();
    (output.status.code().unwrap(), said)
}

async fn links_that_are_no_longer_so(site: &Site, citation: &Value) {
    let link = citation["link"].as_str().unwrap();
    let with = |changes: Value| {
        let mut all = carried(citation);
        for (name, value) in changes.as_object().unwrap() {
            all[name] = value.clone();
        }
        carrying(link, &all)
    };
    // Written otherwise, it is the same.
    let (status, html) = page(site, &with(json!({}))).await;
    assert!(status == 200 && html.contains("<strong>Verified.</strong>"), "{html}");
    let other = with(json!({ "d": "0".repeat(64) }));
    let (status, html) = page(site, &other).await;
    assert!(status == 200 && html.contains("<strong>Not the same.</strong>"), "{html}");
    assert!(html.contains("the digest in the link or the rows"), "{html}");
    let (exit, words) = verify_link(&[&other]);
    assert!(exit == 1 && words.contains("the citation was made by the same program"), "{words}");
    let older = with(json!({ "d": "0".repeat(64), "p": "cops-graphql <i>0.0.9" }));
    let (_, html) = page(site, &older).await;
    assert!(
        html.contains("cops-graphql &lt;i&gt;0.0.9 cited them, and this server runs "),
        "{html}"
    );
    let (exit, words) = verify_link(&[&older]);
    assert!(exit == 1 && words.contains("the program differs"), "{words}");
    assert!(words.contains("cops-graphql <i>0.0.9 made the citation, and cops-graphql"), "{words}");
    for (link, status, words) in [
        (with(json!({ "l": "2001-01-01T00:00:00Z" })), 400, "says about its revision"),
        (with(json!({ "s": true })), 400, "says about its revision"),
        (with(json!({ "q": "{ nothing }" })), 400, "nothing"),
        (with(json!({ "q": "<script>" })), 400, "&lt;"),
        (with(json!({ "t": "00000000000000ff" })), 409, "has another token"),
        (with(json!({ "r": 9 })), 409, "Revision 9 does not exist"),
        (with(json!({ "d": "0" })), 400, "not SHA-256"),
        (with(json!({ "y": 1 })), 400, "not a citation"),
        (with(json!({ "v": 2 })), 400, "version 2"),
        (format!("{link}A"), 400, "damaged"),
        (site.url.replace("graphql", "cite/%20"), 400, "not base64url"),
    ] {
        let (found, html) = page(site, &link).await;
        assert_eq!(found.as_u16(), status, "{words} {html}");
        assert!(html.contains(words) && !html.contains("<script"), "{words} {html}");
        assert!(html.contains("These data cannot be shown"), "{html}");
        let (found, said) = read(site.client.get(&link)).await;
        if status == 409 {
            assert_eq!(found.as_u16(), 409, "{said}");
        }
    }
    let writer = site.database.writer().await;
    cops_graphql::database::forget::forget(&writer, 2, false).await.unwrap();
    let began = std::time::Instant::now();
    let html = loop {
        // What was answered before may be kept for a while, and is right.
        let fresh = with(
            json!({ "q": format!("{{ agencies {{ totalCount }} }} # {:?}", began.elapsed()), "d": null }),
        );
        let (status, html) = page(site, &fresh).await;
        if status == 409 {
            break html;
        }
        assert!(began.elapsed().as_secs() < 20, "{html}");
    };
    assert!(html.contains("Revision 1 is not kept"), "{html}");
}

#[tokio::test]
async fn text_of_the_data_and_of_the_query_stays_text() {
    let site = Site::new().await;
    let body = json!({ "query": ASKED, "variables": { "n": 2 } });
    let answer = cited(site.post(&body)).await;
    let link = answer["extensions"]["citation"]["link"].as_str().unwrap();
    let (_, html) = page(&site, link).await;
    assert!(html.contains("contains: &quot;&lt;b&gt;&quot;"), "{html}");
    assert!(!html.contains("<b>"), "{html}");
    assert!(html.contains("<h3>agencies</h3>") && html.contains("&quot;n&quot;: 2"), "{html}");
    // A query that is too long for a link is cited without one.
    let noise: Vec<u8> = (0..300_u32).flat_map(|i| Sha256::digest(i.to_le_bytes())).collect();
    let noise = URL_SAFE_NO_PAD.encode(noise);
    let long = cited(site.post(&query(&format!("{{ __typename }} #{noise}")))).await;
    let citation = &long["extensions"]["citation"];
    assert!(citation["text"].is_string() && citation.get("link").is_none(), "{citation}");
}

#[tokio::test]
async fn only_trusted_documents_are_answered_by_links() {
    let folder = tempfile::tempdir().unwrap();
    let count = "query Count { agencies { totalCount } }";
    std::fs::write(folder.path().join("count.graphql"), count).unwrap();
    let trusted = TrustedDocuments::read(folder.path(), &Limits::default()).map(Arc::new).unwrap();
    let settings = Settings { trusted: Some(trusted), trusted_only: true, ..Settings::default() };
    let site = Site::with(settings).await;
    let answer = cited(site.post(&query(count))).await;
    let citation = &answer["extensions"]["citation"];
    let link = citation["link"].as_str().unwrap();
    site.load().await;
    let current = site.post(&query(count)).header("X-Dataset-Revision", "2");
    assert_eq!(read(current).await.0, 200);
    let (status, html) = page(&site, link).await;
    assert!(status == 200 && html.contains("<strong>Verified.</strong>"), "{html}");
    assert!(!html.contains("/graphql?query"), "{html}");
    let mut other = carried(citation);
    other["q"] = json!("{ grants { totalCount } }");
    let link = carrying(link, &other);
    let (status, said) = read(site.client.get(&link)).await;
    assert_eq!((status.as_u16(), code(&said)), (403, "NOT_TRUSTED"), "{said}");
    let (status, html) = page(&site, &link).await;
    assert!(status == 403 && html.contains("trusted"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_cited() {
    let site = Site::new().await;
    let base = site.url.replace("graphql", "");
    let asked = "query Titles($n: Int) { grants(first: $n) { nodes { title federalShare } } }";
    let sent = [("query", asked), ("variables", "{\"n\":40}")];
    for request in [
        site.get(&sent).header("accept", "text/csv"),
        site.client.get(format!("{base}export/grants.csv")),
    ] {
        let plain = request.try_clone().unwrap().send().await.unwrap();
        assert!(!header(&plain, "link").contains("cite-as"));
        let plain = plain.bytes().await.unwrap();
        let file = request.header("GraphQL-Cite", "1").send().await.unwrap();
        assert_eq!((file.status().as_u16(), header(&file, "cache-control")), (200, "no-store"));
        assert!(!file.headers().contains_key("etag"));
        let revision = header(&file, "x-dataset-revision").to_owned();
        let links: Vec<_> = file.headers().get_all("link").iter().collect();
        let links = links.iter().find(|it| it.to_str().unwrap().contains("cite-as")).unwrap();
        let links = links.to_str().unwrap().to_owned();
        assert_eq!(file.bytes().await.unwrap(), plain);
        let target = |relation: &str| {
            let link = links.split(", <").find(|link| link.contains(relation)).unwrap();
            link.trim_start_matches('<').split('>').next().unwrap().to_owned()
        };
        let (link, csl) = (target("cite-as"), target("describedby"));
        let (status, said) = read(site.client.get(&csl)).await;
        assert_eq!((status.as_u16(), &said[0]["URL"]), (200, &json!(link)), "{said}");
        assert!(said[0]["note"].as_str().unwrap().contains(", as a file, "), "{said}");
        site.load().await;
        let again = site.client.get(format!("{link}?format=csv")).send().await.unwrap();
        assert_eq!(header(&again, "x-dataset-revision"), revision);
        assert_eq!(again.bytes().await.unwrap(), plain);
        let (status, html) = page(&site, &link).await;
        assert!(status == 200 && html.contains("<strong>A file was cited.</strong>"), "{html}");
        assert!(html.contains("?format=parquet"), "{html}");
        let (exit, words) = verify_link(&[&link]);
        assert!(exit == 2 && words.contains("cites a file"), "{words}");
        parquet_says_how_it_is_cited(&site, &link, &plain).await;
    }
}

/// Parquet says of itself how it is cited.
async fn parquet_says_how_it_is_cited(site: &Site, link: &str, csv: &[u8]) {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    let file = site.client.get(format!("{link}?format=parquet")).header("GraphQL-Cite", "1");
    let bytes = file.send().await.unwrap().bytes().await.unwrap();
    let reader = SerializedFileReader::new(bytes).unwrap();
    let rows = reader.metadata().file_metadata().num_rows();
    let lines = std::str::from_utf8(csv).unwrap().lines().count();
    assert_eq!(usize::try_from(rows).unwrap() + 1, lines);
    let facts = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
    let fact = |name: &str| {
        let fact = facts.iter().find(|it| it.key == name).unwrap_or_else(|| panic!("{name}"));
        fact.value.clone().unwrap()
    };
    let own = fact("citation.link");
    assert!(own.contains("/cite/") && fact("citation").contains(&own));
    assert!(fact("citation.bibtex").contains(&own));
    let csl: Value = serde_json::from_str(&fact("citation.csl")).unwrap();
    assert_eq!(csl["URL"], own);
}

#[tokio::test(flavor = "multi_thread")]
async fn citations_name_who_runs_the_server() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    let server = Running::start(
        &database.url,
        &[
            "--public-url",
            "https://data.example.gov/cops/",
            "--citation-author",
            "The Data Office",
            "--citation-publisher",
            "Example University",
        ],
    );
    let client = reqwest::Client::new();
    let asked = "{ dataset { citation { text cslJson } } }";
    let answer = client.post(format!("{}/graphql", server.url)).json(&query(asked));
    let answer = cited(answer).await;
    let citation = &answer["extensions"]["citation"];
    let link = citation["link"].as_str().unwrap();
    assert!(link.starts_with("https://data.example.gov/cops/cite/"), "{link}");
    let of_dataset = &answer["data"]["dataset"]["citation"];
    assert_eq!(of_dataset["cslJson"]["URL"], "https://data.example.gov/cops");
    for cited in [citation, of_dataset] {
        let text = cited["text"].as_str().unwrap();
        assert!(text.starts_with("The Data Office. COPS Office funding"), "{text}");
        assert!(text.contains(" Example University. "), "{text}");
        assert_eq!(cited["cslJson"]["publisher"], "Example University");
    }
    // Whoever follows the link through the proxy gets the page, which names the link as it was cited.
    let (_, end) = link.rsplit_once('/').unwrap();
    let page = client.get(format!("{}/cite/{end}", server.url)).header("accept", "text/html");
    let html = page.send().await.unwrap().text().await.unwrap();
    assert!(html.contains(link) && html.contains("The Data Office. COPS"), "{html}");
}
