//! Parquet files, and compressed files.

use std::io::Read as _;

use axum::body::Bytes;
use parquet::{
    file::reader::{FileReader as _, SerializedFileReader},
    record::{Field, Row, RowAccessor as _},
};

use sea_orm::ConnectionTrait as _;

use super::*;

const PARQUET: &str = "application/vnd.apache.parquet";

async fn bytes(request: RequestBuilder, accept: &str) -> Bytes {
    let response = request.header("accept", accept).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.bytes().await.unwrap()
}

/// The rows of a Parquet file, and what it says of itself.
fn table(file: Bytes) -> (Vec<Row>, Vec<(String, String)>) {
    let reader = SerializedFileReader::new(file).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    let facts = reader.metadata().file_metadata().key_value_metadata().unwrap().iter();
    let facts = facts.map(|fact| (fact.key.clone(), fact.value.clone().unwrap_or_default()));
    (rows, facts.collect())
}

#[tokio::test]
async fn parquet_has_the_types_of_the_schema_and_says_what_it_is() {
    let site = Site::new().await;
    let fields = "title topics hours provider { name }";
    let text = format!("{{ trainings(orderBy: [{{ field: TITLE }}]) {{ nodes {{ {fields} }} }} }}");
    let (_, answer) = read(site.post(&query(&text))).await;
    let expected = answer["data"]["trainings"]["nodes"].as_array().unwrap().clone();
    let (rows, facts) = table(bytes(site.post(&query(&text)), PARQUET).await);
    assert_eq!(rows.len(), expected.len());
    for (row, expected) in rows.iter().zip(&expected) {
        assert_eq!(row.get_string(0).unwrap(), expected["title"].as_str().unwrap());
        let topics = row.get_list(1).unwrap().elements().iter().map(|topic| match topic {
            Field::Str(topic) => Value::from(topic.as_str()),
            other => panic!("{other:?}"),
        });
        assert_eq!(topics.collect::<Value>(), expected["topics"]);
        match row.get_decimal(2) {
            Ok(hours) => {
                assert_eq!((hours.precision(), hours.scale()), (18, 1));
                let tenths = i64::from_be_bytes(hours.data().try_into().unwrap());
                let hours = entity::scalar::parse_fixed(&expected["hours"].to_string(), 1);
                assert_eq!(hours, Ok(tenths));
            }
            Err(_) => assert_eq!(expected["hours"], Value::Null),
        }
        let provider = row.get_string(3).map_or(Value::Null, |name| name.as_str().into());
        assert_eq!(provider, expected["provider"]["name"]);
    }
    let empty = |row: &Value| row["topics"].as_array().unwrap().is_empty();
    assert!(expected.iter().any(empty) && !expected.iter().all(empty));
    let fact = |name: &str| &facts.iter().find(|(key, _)| key == name).unwrap().1;
    assert_eq!((fact("revision").as_str(), fact("synthetic").as_str()), ("1", "false"));
    assert_eq!(*fact("query"), text);
    let columns: Value = serde_json::from_str(fact("columns")).unwrap();
    assert!(columns["topics"].as_str().unwrap().len() > 10, "{columns}");
    // A column of which nothing is known has its rows all the same.
    let (rows, _) =
        table(bytes(site.post(&query("{ agencies { nodes { zip } } }")), PARQUET).await);
    assert_eq!(rows.len(), 24);
    assert!(rows.iter().all(|row| row.get_string(0).is_err()));
}

#[tokio::test]
async fn parquet_that_would_be_cut_is_refused_before_it_is_sent() {
    let site = Site::with(Settings { most_export_rows: 10, ..Settings::default() }).await;
    let groups = "groups(by: [FISCAL_YEAR, AGENCY_STATE]) { nodes { count key { fiscalYear agencyState } } }";
    for text in ["{ agencies { nodes { id } } }", &format!("{{ grants {{ {groups} }} }}")] {
        let (status, answer) = read(site.post(&query(text)).header("accept", PARQUET)).await;
        assert_eq!((status.as_u16(), code(&answer)), (400, "EXPORT_TOO_LARGE"), "{answer}");
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("--max-export-rows") && message.contains("CSV"), "{message}");
    }
    let link = site.client.get(site.url.replace("graphql", "export/agencies.parquet"));
    assert_eq!(link.send().await.unwrap().status(), 400);
    for text in ["{ agencies(first: 10) { nodes { id } } }", "{ programs { nodes { id } } }"] {
        let (rows, _) = table(bytes(site.post(&query(text)), PARQUET).await);
        assert!((1..=10).contains(&rows.len()), "{text}");
    }
}

#[tokio::test]
async fn a_file_comes_in_the_coding_that_is_liked_best() {
    let site = Site::new().await;
    let link = |file: &str| site.client.get(site.url.replace("graphql", &format!("export/{file}")));
    let plain = link("trainees.csv").send().await.unwrap();
    let plain_tag = header(&plain, "etag").to_owned();
    assert_eq!(header(&plain, "content-encoding"), "");
    let plain = plain.bytes().await.unwrap();
    for (accepted, coding) in [("gzip, br", "gzip"), ("gzip, deflate, br, zstd", "zstd")] {
        let response =
            link("trainees.csv").header("accept-encoding", accepted).send().await.unwrap();
        assert_eq!(header(&response, "content-encoding"), coding);
        assert!(header(&response, "vary").contains("accept-encoding"));
        assert_ne!(header(&response, "etag"), plain_tag);
        let coded = response.bytes().await.unwrap();
        assert!(coded.len() * 3 < plain.len(), "{}", coded.len());
        let mut text = Vec::new();
        match coding {
            "gzip" => flate2::read::GzDecoder::new(&*coded).read_to_end(&mut text).unwrap(),
            _ => zstd::stream::read::Decoder::new(&*coded).unwrap().read_to_end(&mut text).unwrap(),
        };
        assert!(text == plain, "{coding}");
    }
    let parquet = link("trainees.parquet").header("accept-encoding", "gzip, zstd");
    let parquet = parquet.send().await.unwrap();
    assert_eq!(header(&parquet, "content-encoding"), "");
    assert_eq!(header(&parquet, "content-type"), PARQUET);
    assert!(header(&parquet, "content-disposition").ends_with(".parquet\""));
    assert!(!table(parquet.bytes().await.unwrap()).0.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_breaks_off_has_no_end_in_any_format_or_coding() {
    let size = Size { trainees: 120_000, ..SMALL };
    let site = Site::of(TestDatabase::sqlite().await, size, Settings::default()).await;
    let text = "{ trainees { nodes { id role completedOn hours \
        session { code training { title provider { name } } } source { title publisher url } } } }";
    let mut transfers = Vec::new();
    for (accept, coding) in [(PARQUET, "identity"), ("text/csv", "gzip"), ("text/csv", "zstd")] {
        let request = site.post(&query(text)).header("accept", accept);
        let response = request.header("accept-encoding", coding).send().await.unwrap();
        assert_eq!(response.status(), 200);
        transfers.push((accept, coding, response));
    }
    // As a backup does it that is restored: there is no history of what was there before.
    let writer = site.database.writer().await;
    writer.execute_unprepared("UPDATE revisions SET token = 4242").await.unwrap();
    for (accept, coding, mut response) in transfers {
        let mut found = Vec::new();
        let broken = loop {
            match response.chunk().await {
                Ok(Some(bytes)) => found.extend_from_slice(&bytes),
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(broken, "{accept} {coding}");
        let mut text = Vec::new();
        let read = match coding {
            "gzip" => flate2::read::GzDecoder::new(&*found).read_to_end(&mut text).is_ok(),
            "zstd" => {
                zstd::stream::read::Decoder::new(&*found).unwrap().read_to_end(&mut text).is_ok()
            }
            _ => SerializedFileReader::new(Bytes::from(found)).is_ok(),
        };
        assert!(!read, "{accept} {coding}: what has arrived is no file");
    }
}
