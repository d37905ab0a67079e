//! Queries whose answers are files.

use cops_graphql::{database::load::Load, server::RateLimit};
use entity::trainee;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _};

use super::*;

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

/// A file, read by a real reader: the header and the records.
fn records(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let head = cells(reader.headers().unwrap());
    (head, reader.records().map(|record| cells(&record.unwrap())).collect())
}

/// The cells of a JSON object in the columns of a header, as CSV has them.
fn cells(head: &[String], row: &Value) -> Vec<String> {
    let cell = |name: &String| match name.split('.').fold(row, |object, field| &object[field]) {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    head.iter().map(cell).collect()
}

async fn file(request: RequestBuilder, accept: &str) -> String {
    let response = request.header("accept", accept).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(status, 200, "{text}");
    text
}

/// All rows of a list as JSON, page by page.
async fn pages(site: &Site, list: &str, arguments: &str, fields: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut after = Value::Null;
    loop {
        let text = format!(
            "query($after: String) {{ {list}(first: 20, after: $after{arguments}) {{ nodes {{ {fields} }} \
             pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let body = json!({ "query": text, "variables": { "after": after } });
        let (_, answer) = read(site.post(&body)).await;
        let page = &answer["data"][list];
        rows.extend(page["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            return rows;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn a_file_has_every_row_that_the_pages_have_to_the_cent() {
    let site = Site::new().await;
    let fields = "id awardNumber federalShare announcedOn title agency { name state sworn: population } \
        obligations { totalCount totals { amount { sum min } } }";
    let order = ", orderBy: [{ field: FEDERAL_SHARE, direction: DESC, nulls: LAST }]";
    let rows = pages(&site, "grants", order, fields).await;
    assert!(rows.len() > 60, "several pages: {}", rows.len());
    let order = order.trim_start_matches(", ");
    let text = format!("{{ grants({order}) {{ nodes {{ {fields} }} pageInfo {{ endCursor }} }} }}");
    let (head, found) = records(&file(site.post(&query(&text)), CSV).await);
    assert_eq!(
        head,
        [
            "id",
            "awardNumber",
            "federalShare",
            "announcedOn",
            "title",
            "agency.name",
            "agency.state",
            "agency.sworn",
            "obligations.totalCount",
            "obligations.totals.amount.sum",
            "obligations.totals.amount.min",
        ]
    );
    assert_eq!(found.len(), rows.len());
    for (found, row) in found.iter().zip(&rows) {
        assert_eq!(*found, cells(&head, row));
    }
    let lines = file(site.get(&[("query", &text)]), NDJSON).await;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, rows);
}

/// The ids of a list, which a file or an answer has.
fn ids(rows: impl IntoIterator<Item = Value>) -> Vec<String> {
    rows.into_iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_file_in_an_order_finds_its_rows_once_and_reads_them_in_parts() {
    for by in [AggregatesBy::Memory, AggregatesBy::Sql] {
        for database in TestDatabase::each("a_file_in_an_order_finds_its_rows_once").await {
            let size = Size { trainees: 4_500, ..SMALL };
            let site = Site::by(by, database, size, Settings::default()).await;
            let mut client = site.database.client_in_sql().await;
            (client.limits.page, client.limits.cost) = (10_000, 1_000_000);
            let data = client
                .data("{ trainees(first: 9, orderBy: { field: ROLE }) { pageInfo { endCursor } } }")
                .await;
            let cursor = &data["trainees"]["pageInfo"]["endCursor"];
            let agency = "{ field: AGENCY_NAME, direction: DESC, nulls: FIRST }";
            let long = "agency: { trainees: { some: { hours: { gt: 4 } } } }";
            for arguments in [
                format!("orderBy: [{agency}, {{ field: HOURS }}]"),
                format!("orderBy: {agency}, filter: {{ {long} }}"),
                format!("orderBy: {{ field: ROLE }}, after: {cursor}"),
                "filter: { role: { ne: COMMUNITY_MEMBER } }".to_owned(),
            ] {
                let whole =
                    format!("{{ trainees(first: 10000, {arguments}) {{ nodes {{ id }} }} }}");
                let whole = client.data(&whole).await["trainees"]["nodes"].clone();
                let whole = ids(whole.as_array().unwrap().clone());
                let before = site.metric("statements_total").await;
                let text = format!("{{ trainees({arguments}) {{ nodes {{ id }} }} }}");
                let lines = file(site.post(&query(&text)), NDJSON).await;
                let statements = site.metric("statements_total").await - before;
                let found = ids(lines.lines().map(|line| serde_json::from_str(line).unwrap()));
                assert!(found == whole, "{by:?} {arguments}: {} {}", found.len(), whole.len());
                // Of a thousand rows each.
                let parts = u32::try_from(whole.len().div_ceil(1_000)).unwrap();
                assert!(parts > 1, "{arguments}");
                // The copy needs no statement for the keys, and the database one for all.
                let keys = if by == AggregatesBy::Memory { 0.0 } else { 1.0 };
                assert!(
                    (statements - keys - f64::from(parts)).abs() < 0.1,
                    "{arguments}: {statements}"
                );
                let some = text.replacen("trainees(", "trainees(first: 2500, ", 1);
                let lines = file(site.post(&query(&some)), NDJSON).await;
                let found = ids(lines.lines().map(|line| serde_json::from_str(line).unwrap()));
                assert!(found == whole[..2_500], "{by:?} {arguments}: {}", found.len());
            }
        }
    }
}

#[tokio::test]
async fn a_file_in_an_order_is_cut_as_any_other() {
    for by in [AggregatesBy::Memory, AggregatesBy::Sql] {
        let settings = Settings { most_export_rows: 2_500, ..Settings::default() };
        let size = Size { trainees: 2_510, ..SMALL };
        let site = Site::by(by, TestDatabase::sqlite().await, size, settings).await;
        let list = "trainees(orderBy: [{ field: AGENCY_NAME }, { field: HOURS }]";
        let text = format!("{{ {list}) {{ nodes {{ id }} }} }}");
        let cut = file(site.post(&query(&text)), CSV).await;
        assert_eq!(cut.lines().count(), 1 + 2_500 + 1);
        let cursor = cut.split("after: ").nth(1).unwrap().trim_matches(['"', ',', '`']);
        let cursor = cursor.split('"').next().unwrap();
        let next = format!("{{ {list}, after: \"{cursor}\") {{ nodes {{ id }} }} }}");
        let (_, rest) = records(&file(site.post(&query(&next)), CSV).await);
        assert_eq!(rest.len(), 10);
        let mut all: Vec<_> = cut.lines().skip(1).take(2_500).collect();
        all.extend(rest.iter().map(|row| row[0].as_str()));
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!((all.len(), distinct.len()), (2_510, 2_510));
        // What cannot say so is refused before it is sent.
        let parquet = site.post(&query(&text)).header("accept", "application/vnd.apache.parquet");
        let (status, answer) = read(parquet).await;
        assert_eq!((status.as_u16(), code(&answer)), (400, "EXPORT_TOO_LARGE"), "{answer}");
    }
}

#[tokio::test]
async fn groups_edges_lists_of_texts_and_unions_are_tables_too() {
    let site = Site::new().await;
    let groups = "{ grants { groups(by: [AGENCY_STATE, FISCAL_YEAR]) { nodes { key { agencyState fiscalYear } \
        federalShare { sum average: avg } count } } } }";
    let (_, answer) = read(site.post(&query(&groups.replace("by:", "first: 1000, by:")))).await;
    let nodes = answer["data"]["grants"]["groups"]["nodes"].as_array().unwrap().clone();
    let (head, found) = records(&file(site.post(&query(groups)), CSV).await);
    assert_eq!(
        head,
        ["key.agencyState", "key.fiscalYear", "federalShare.sum", "federalShare.average", "count"]
    );
    assert!(nodes.len() > 10, "{answer}");
    assert_eq!(found, nodes.iter().map(|row| cells(&head, row)).collect::<Vec<_>>());
    let two = groups.replace("by:", "first: 2, by:");
    let (_, first) = records(&file(site.post(&query(&two)), CSV).await);
    assert_eq!(first, found[..2]);
    // A file may have more rows than a page.
    let more = groups.replace("by:", "first: 1001, by:");
    let (_, all) = records(&file(site.post(&query(&more)), CSV).await);
    assert_eq!(all, found);
    let edges = "{ grants(first: 3) { edges { cursor node { awardNumber recipient { __typename \
        ... on Agency { agency: name ori9 } ... on Organization { organization: name kind } } } } } }";
    let (head, found) = records(&file(site.post(&query(edges)), CSV).await);
    assert_eq!(
        head,
        [
            "cursor",
            "node.awardNumber",
            "node.recipient.__typename",
            "node.recipient.agency",
            "node.recipient.ori9",
            "node.recipient.organization",
            "node.recipient.kind",
        ]
    );
    let (_, answer) = read(site.post(&query(edges))).await;
    for (found, edge) in found.iter().zip(answer["data"]["grants"]["edges"].as_array().unwrap()) {
        let recipient = &edge["node"]["recipient"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        assert_eq!(found[0], text(&edge["cursor"]));
        assert_eq!(
            found[2..],
            ["__typename", "agency", "ori9", "organization", "kind"]
                .map(|name| text(&recipient[name]))
        );
    }
    assert_eq!(found.len(), 3);
}

#[tokio::test]
async fn what_is_no_table_is_refused_with_the_mend() {
    let site = Site::new().await;
    for (text, words) in [
        ("{ agencies { nodes { name grants { nodes { title } } } } }", "`grants.nodes` is a list"),
        ("{ agencies { nodes { name } } grants { nodes { title } } }", "one field at the root"),
        ("{ dataset { revision } }", "one field at the root"),
        ("{ __typename }", "one field at the root"),
        ("{ agencies { totalCount nodes { name } } }", "`totalCount`"),
        ("{ agencies { nodes { name } edges { cursor } } }", "second table"),
        ("{ agencies { pageInfo { endCursor } } }", "`nodes`"),
        ("{ agencies(last: 3) { nodes { name } } }", "`last`"),
        ("{ agencies @skip(if: true) { nodes { name } } }", "nothing is asked for"),
    ] {
        let (status, answer) = read(site.post(&query(text)).header("accept", CSV)).await;
        assert_eq!((status.as_u16(), code(&answer)), (400, "NOT_A_TABLE"), "{text}: {answer}");
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(words), "{text}: {message}");
    }
    for (text, expected) in [
        ("{ agencies { nodes { nothing } } }", "INVALID_QUERY"),
        ("{ agencies(first: -1) { nodes { name } } }", "BAD_ARGUMENT"),
        ("{ agencies(first: 1000001) { nodes { name } } }", "PAGE_TOO_LARGE"),
    ] {
        let (status, answer) = read(site.post(&query(text)).header("accept", CSV)).await;
        assert_eq!((status.as_u16(), code(&answer)), (400, expected), "{answer}");
    }
    let costs = site.post(&query("{ agencies { nodes { name } } }")).header("accept", CSV);
    let (status, _) = read(costs.header("graphql-cost", "report")).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_file_that_is_cut_says_so_where_nobody_can_miss_it() {
    let site = Site::with(Settings { most_export_rows: 10, ..Settings::default() }).await;
    let text = "{ agencies { nodes { id name } } }";
    let whole = file(site.post(&query(text)), CSV).await;
    let mut reader = csv::Reader::from_reader(whole.as_bytes());
    let found: Vec<_> = reader.records().collect();
    assert_eq!(found.len(), 11);
    assert!(found[..10].iter().all(Result::is_ok) && found[10].is_err(), "a reader stumbles");
    let last = whole.lines().last().unwrap();
    assert!(last.contains("TRUNCATED") && last.contains("--max-export-rows"), "{last}");
    // The cursor that it names leads to the rest.
    let cursor = last.split("after: ").nth(1).unwrap().trim_matches(['"', ',', '`']);
    let next = format!("{{ agencies(first: 5, after: \"{cursor}\") {{ nodes {{ id name }} }} }}");
    let (head, rest) = records(&file(site.post(&query(&next)), CSV).await);
    let rows = pages(&site, "agencies", "", "id name").await;
    assert_eq!(rest, rows[10..15].iter().map(|row| cells(&head, row)).collect::<Vec<_>>());
    let lines = file(site.post(&query(text)), NDJSON).await;
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(code(&last), "EXPORT_TRUNCATED");
    assert_eq!(lines.lines().count(), 11);
    // Who asks for some rows gets these, and they are all.
    let some = file(site.post(&query("{ agencies(first: 10) { nodes { id } } }")), CSV).await;
    assert_eq!(records(&some).1.len(), 10);
}

#[tokio::test]
async fn a_whole_table_is_a_link_with_a_tag_of_the_revision() {
    let site = Site::new().await;
    let link = |file: &str| site.client.get(site.url.replace("graphql", &format!("export/{file}")));
    let response = link("trainees.csv").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "text/csv; charset=utf-8; header=present");
    let name = header(&response, "content-disposition").to_owned();
    assert!(name.starts_with("attachment; filename=\"trainees-revision-"), "{name}");
    let tag = header(&response, "etag").to_owned();
    let (head, found) = records(&response.text().await.unwrap());
    assert_eq!(
        head,
        [
            "id",
            "role",
            "completedOn",
            "hours",
            "session.id",
            "agency.id",
            "source.id",
            "revision.id",
        ]
    );
    let fields =
        "id role completedOn hours session { id } agency { id } source { id } revision { id }";
    let rows = pages(&site, "trainees", "", fields).await;
    assert_eq!(found, rows.iter().map(|row| cells(&head, row)).collect::<Vec<_>>());
    let again = link("trainees.csv").header("if-none-match", &tag).send().await.unwrap();
    assert_eq!((again.status(), again.text().await.unwrap().len()), (StatusCode::NOT_MODIFIED, 0));
    let lines = link("trainees.ndjson").header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(lines.status(), 200);
    assert_eq!(lines.text().await.unwrap().lines().count(), rows.len());
    site.load().await;
    let newer = link("trainees.csv").header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(newer.status(), 200);
    assert_ne!(header(&newer, "etag"), tag);
    let head = site.client.head(site.url.replace("graphql", "export/grants.csv"));
    let head = head.send().await.unwrap();
    assert_eq!((head.status(), head.text().await.unwrap().len()), (StatusCode::OK, 0));
    // Every table can be had.
    let sdl = site.client.get(site.url.replace("graphql", "schema.graphql")).send().await.unwrap();
    assert_eq!(sdl.status(), 200);
    for file in ["nothing.csv", "grants.xlsx", "grants"] {
        let (status, answer) = read(link(file)).await;
        assert_eq!((status.as_u16(), code(&answer)), (404, "NOT_FOUND"));
        let message = answer["errors"][0]["message"].as_str().unwrap().to_owned();
        let tables = message.rsplit(" are ").next().unwrap().trim_end_matches('.');
        for table in tables.split(", ") {
            let text = file_of(&site, &format!("{table}.csv")).await;
            assert!(records(&text).0.len() > 2, "{table}");
        }
    }
}

async fn file_of(site: &Site, name: &str) -> String {
    let request = site.client.get(site.url.replace("graphql", &format!("export/{name}")));
    file(request, "*/*").await
}

#[tokio::test]
async fn a_file_is_paid_for_part_by_part_and_can_be_forbidden() {
    let rate_limit = RateLimit { points_per_second: 1, burst: 60, ..RateLimit::default() };
    let site = Site::with(Settings { rate_limit, ..Settings::default() }).await;
    let body = query("{ agencies(first: 50) { nodes { name } } }");
    let ask = async || site.post(&body).header("accept", CSV).send().await.unwrap();
    let first = ask().await;
    assert_eq!(first.status(), 200);
    let left: u64 = header(&first, "ratelimit-remaining").parse().unwrap();
    // What its parts did is paid for, and no more than that.
    let paid = 60 - left;
    assert!((5..25).contains(&paid), "{paid}");
    let mut asked = 1;
    let refused = loop {
        let response = ask().await;
        if response.status() != 200 {
            break response;
        }
        asked += 1;
    };
    assert_eq!(refused.status(), 429);
    assert!((2..=60 / paid + 1).contains(&asked), "{asked} files of {paid} points");
    assert_eq!(code(&refused.json::<Value>().await.unwrap()), "RATE_LIMITED");
    let site = Site::with(Settings { most_export_rows: 0, ..Settings::default() }).await;
    let none = site.post(&body).header("accept", CSV).send().await.unwrap();
    assert_eq!(none.status(), 406);
    let link = site.client.get(site.url.replace("graphql", "export/grants.csv"));
    assert_eq!(link.send().await.unwrap().status(), 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_of_one_revision_whatever_is_loaded_meanwhile() {
    for database in TestDatabase::each("a_file_is_of_one_revision_or_breaks_off").await {
        let size = Size { trainees: 60_000, ..SMALL };
        let site = Site::of(database, size, Settings::default()).await;
        let text = "{ trainees { nodes { id role completedOn hours \
            session { code training { title provider { name } } } source { title publisher url } } } }";
        let ask = async || {
            let request = site.post(&query(text)).header("accept", NDJSON);
            let mut response = request.send().await.unwrap();
            assert_eq!(response.status(), 200);
            let first = response.chunk().await.unwrap().unwrap().to_vec();
            (response, first)
        };
        let rest = async |mut response: Response, mut file: Vec<u8>| loop {
            match response.chunk().await {
                Ok(Some(bytes)) => file.extend_from_slice(&bytes),
                Ok(None) => return (file, true),
                Err(_) => return (file, false),
            }
        };
        let (response, first) = ask().await;
        let (whole, is_whole) = rest(response, first).await;
        assert!(is_whole && whole.len() > 8_000_000, "{}", whole.len());
        let (response, first) = ask().await;
        let writer = site.database.writer().await;
        let load = Load::begin(&writer, "more", false).await.unwrap();
        let last = trainee::Column::Id.gt(59_000);
        let mut rows = trainee::Entity::find().filter(last).all(load.transaction()).await.unwrap();
        for row in &mut rows {
            (row.hours, row.revision_id) = (None, load.revision());
        }
        load.change::<trainee::Entity>(rows).await.unwrap();
        load.remove::<trainee::Entity>(trainee::Column::Id.eq(58_000)).await.unwrap();
        load.commit(<_>::default()).await.unwrap();
        let (file, is_whole) = rest(response, first).await;
        assert!(is_whole && file == whole, "{}", file.len());
        let (response, first) = ask().await;
        let (after, is_whole) = rest(response, first).await;
        assert!(is_whole && after != whole, "{}", after.len());
        let (response, first) = ask().await;
        let broken = "ALTER TABLE training_sessions RENAME TO gone";
        site.database.writer().await.execute_unprepared(broken).await.unwrap();
        let (file, is_whole) = rest(response, first).await;
        assert!(!is_whole && file.len() < whole.len(), "{}", file.len());
        // What fails before the first row has a status.
        let (status, answer) = read(site.post(&query(text)).header("accept", CSV)).await;
        assert_eq!((status.as_u16(), code(&answer)), (503, "UNAVAILABLE"), "{answer}");
    }
}

#[tokio::test]
async fn the_dictionary_explains_every_column_of_every_file() {
    let site = Site::new().await;
    let request = site.client.get(site.url.replace("graphql", "dictionary.csv"));
    let (head, lines) = records(&file(request, "*/*").await);
    assert_eq!(head, ["table", "column", "type", "nullable", "description"]);
    let tables: Vec<_> = lines.iter().filter(|line| line[1].is_empty()).collect();
    assert!(tables.len() > 15, "{}", tables.len());
    for table in tables {
        let (columns, _) = records(&file_of(&site, &format!("{}.csv", table[0])).await);
        let known = lines.iter().filter(|line| line[0] == table[0] && !line[1].is_empty());
        assert_eq!(columns, known.map(|line| line[1].clone()).collect::<Vec<_>>());
    }
    assert!(lines.iter().all(|line| !line[4].is_empty()), "each has a description");
    let found = |table: &str, column: &str| {
        lines.iter().find(|line| line[0] == table && line[1] == column).unwrap()[2..4].to_vec()
    };
    assert_eq!(found("grants", "federalShare")[0], "Dollars");
    assert_eq!(found("trainees", "agency.id"), ["ID", "true"]);
    assert_eq!(found("TraineeRole", "LAW_ENFORCEMENT")[0], "value");
}
