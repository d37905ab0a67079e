//! Wrong input is reported with its place, and changes nothing.

use std::io::Write as _;

use cops_graphql::{
    ingest::{self, Format, MaxRejects},
    reference,
};
use entity::{grant, source};
use flate2::{Compression, write::GzEncoder};

use sea_orm::EntityTrait as _;

use super::{NAMES, PLACES, Place, SUMMARIES, csv, request};
use crate::support::TestDatabase;

const GOOD: &[(&str, &str)] = &[
    ("assistance_award_unique_key", "ASST_NON_A_015"),
    ("award_id_fain", "A"),
    ("recipient_name", "CITY OF A"),
    ("recipient_state_code", "CA"),
    ("total_obligated_amount", "1"),
    ("cfda_numbers_and_titles", "16.710"),
];

async fn refusal(format: Format, bytes: &[u8]) -> String {
    let place = Place::new().await;
    let file = place.file("file.csv", bytes);
    let error = place.load(format, &[&file]).await.unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error}");
    assert_eq!(place.count(source::Entity).await, 1, "nothing was kept");
    error.to_string()
}

#[tokio::test]
async fn files_that_are_something_else_are_named_for_what_they_are() {
    let cases: &[(Format, &[u8], &[&str])] = &[
        (
            Format::Usaspending,
            NAMES.as_bytes(),
            &["assistance_award_unique_key", "it looks like fbi-agencies"],
        ),
        (Format::FbiAgencies, SUMMARIES.as_bytes(), &["it looks like usaspending"]),
        (Format::Leaic, PLACES.as_bytes(), &["ORI9", "fbi-agencies"]),
        (Format::Trainees, b"a,b\n1,2\n", &["session_code", "import --help"]),
        (Format::Usaspending, b"", &["is empty"]),
        (Format::Usaspending, b"\xef\xbb\xbf \n", &["is empty"]),
        (Format::Usaspending, b"%PDF-1.7\n", &["is not a text file"]),
        (Format::Usaspending, b"\x00\x01\x02", &["is not a text file"]),
        (Format::Usaspending, b"<!DOCTYPE html><title>Not found</title>", &["is HTML or XML"]),
        (Format::Usaspending, b"{\"detail\": 1}", &["spending_by_award"]),
        (Format::Usaspending, b"PK\x03\x04 broken", &["ZIP", "download it again"]),
    ];
    for (format, bytes, words) in cases {
        let text = refusal(*format, bytes).await;
        for word in *words {
            assert!(text.contains(word), "{text}");
        }
    }
    let without = SUMMARIES.replace("recipient_name,", "");
    let text = refusal(Format::Usaspending, without.as_bytes()).await;
    let words = "is not in the format usaspending: the column recipient_name is missing (it has ";
    assert!(text.contains(words), "{text}");
}

#[tokio::test]
async fn a_download_that_was_cut_off_is_refused() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let noise: Vec<String> =
        (0..3_000_u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_string()).collect();
    let rows: Vec<Vec<(&str, &str)>> = noise
        .iter()
        .map(|n| {
            let mut row = GOOD.to_vec();
            row[0].1 = n;
            row[1].1 = n;
            row
        })
        .collect();
    let text = csv(SUMMARIES, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    gzip.write_all(text.as_bytes()).unwrap();
    let whole = gzip.finish().unwrap();
    let text = refusal(Format::Usaspending, &whole[..whole.len() - 100]).await;
    assert!(text.contains("ends too early") && text.contains("download it again"), "{text}");
}

#[tokio::test]
async fn a_quote_that_is_never_closed_ends_the_load_in_its_line() {
    let mut text = csv(SUMMARIES, &[GOOD]);
    text.push('"');
    text.push_str(&"x,y\n".repeat(1 << 19));
    let text = refusal(Format::Usaspending, text.as_bytes()).await;
    assert!(text.contains("file.csv, line 3") && text.contains("never closed"), "{text}");
}

#[tokio::test]
async fn rows_that_cannot_be_taken_are_listed_and_the_rest_is_taken() {
    let place = Place::new().await;
    let long = "x".repeat(70_000);
    let wrong: &[(&str, &str)] = &[
        ("total_obligated_amount", "1.005"),
        ("total_obligated_amount", "lots"),
        ("total_obligated_amount", "99999999999999999999"),
        ("period_of_performance_start_date", "2023-02-29"),
        ("recipient_state_code", "XX"),
        ("recipient_name", ""),
        ("cfda_numbers_and_titles", ""),
        ("recipient_name", &long),
    ];
    let mut good = GOOD.to_vec();
    good[2].1 = "CITY OF CAÑON CITY";
    let mut rows: Vec<Vec<(&str, &str)>> = vec![good];
    for cell in wrong {
        let mut row = GOOD.to_vec();
        row.retain(|(name, _)| name != &cell.0);
        row.push(*cell);
        rows.push(row);
    }
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    let mut bytes = csv(SUMMARIES, &rows).into_bytes();
    bytes.extend(b"ragged,row\r\n");
    let latin: Vec<u8> = csv(SUMMARIES, &[GOOD]).replace("CITY OF A", "CA#ON").into_bytes();
    let start = latin.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    bytes.extend(latin[start..].iter().map(|byte| if *byte == b'#' { 0xd1 } else { *byte }));
    let file = place.file("awards.csv", bytes);

    let error = place.load(Format::Usaspending, &[&file]).await.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.exit_code(), 2);
    assert!(text.contains("10 of 11 rows") && text.contains("awards.csv.rejected.csv"), "{text}");
    assert_eq!(place.count(grant::Entity).await, 0);

    let mut wanted = request(Format::Usaspending, &[&file]);
    wanted.max_rejects = MaxRejects::Count(10);
    let report = place.run(&wanted).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (11, 10));
    assert_eq!(place.count(grant::Entity).await, 1);
    let rejected = std::fs::read_to_string(place.path("awards.csv.rejected.csv")).unwrap();
    for line in [
        "file,line,column,value,reason",
        "awards.csv,3,total_obligated_amount,1.005,has more decimals than its unit allows",
        "awards.csv,4,total_obligated_amount,lots,is not a decimal number",
        "awards.csv,5,total_obligated_amount,99999999999999999999,is out of range",
        "awards.csv,6,period_of_performance_start_date,2023-02-29,\"is not a date",
        "awards.csv,7,recipient_state_code,XX,\"is not a state",
        "awards.csv,8,recipient_name,,is empty",
        "awards.csv,9,cfda_numbers_and_titles,,is empty",
        "awards.csv,10,recipient_name,xxxx",
        "awards.csv,11,,ragged,\"the row has 2 cells, but the header has 100\"",
        "awards.csv,12,number 41,CA\u{fffd}ON,is not UTF-8 text",
    ] {
        assert!(rejected.contains(line), "{line}\n{}", rejected.replace(&long[..900], "..."));
    }
    let mut trial =
        request(Format::Usaspending, &[&place.file("more.csv", csv(SUMMARIES, &[rows[0]]))]);
    trial.dry_run = true;
    let report = place.run(&trial).await.unwrap();
    assert_eq!((report.revision, report.tables["grants"].unchanged), (None, 1));
    assert_eq!(place.count(source::Entity).await, 2);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_changes_while_it_is_read_is_refused_and_is_not_known() {
    for place in Place::each("a_file_that_changes_while_it_is_read").await {
        let text = csv(SUMMARIES, &[GOOD]);
        let file = place.file("awards.csv", &text);
        // The pipe is opened when the file has its digest, and gives nothing until it is written.
        let pipe = place.path("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let (path, other) = (pipe.clone(), text.replace("\"A\"", "\"B\"").replace("_A_", "_B_"));
        let changed = file.clone();
        let writer = std::thread::spawn(move || {
            let mut pipe = std::fs::File::options().write(true).open(path).unwrap();
            let mut file = std::fs::File::options().append(true).open(changed).unwrap();
            let more = other.lines().nth(1).unwrap();
            writeln!(file, "{}\r", more.replace("\"1\"", "\"2\"")).unwrap();
            pipe.write_all(other.replace("\"B\"", "\"C\"").replace("_B_", "_C_").as_bytes())
                .unwrap();
        });
        let refused = place.load(Format::Usaspending, &[&file, &pipe]).await.unwrap_err();
        writer.join().unwrap();
        let words = "awards.csv: changed while it was being read\n  nothing was changed";
        assert!(refused.to_string().contains(words), "{refused}");
        assert_eq!(place.count(grant::Entity).await, 0);
        // The file as it was first is none that was loaded.
        let file = place.file("awards.csv", &text);
        let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
        assert_eq!(report.tables["grants"].added, 1, "{report}");
    }
}

#[tokio::test]
async fn a_damaged_file_of_a_zip_is_named() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for name in ["readme.txt", "awards_1.csv"] {
        archive.start_file(name, stored).unwrap();
        archive.write_all(csv(SUMMARIES, &[GOOD]).as_bytes()).unwrap();
    }
    let mut bytes = archive.finish().unwrap().into_inner();
    let found = bytes.windows(9).rposition(|it| it == b"CITY OF A").unwrap();
    bytes[found] = b'X';
    let text = refusal(Format::Usaspending, &bytes).await;
    assert!(text.contains("file.csv/awards_1.csv"), "{text}");
}

#[tokio::test]
async fn a_list_without_rows_takes_nothing_out() {
    for database in TestDatabase::each("a_list_without_rows_takes_nothing_out").await {
        let (db, folder) = (database.writer().await, tempfile::tempdir().unwrap());
        reference::ensure(&db).await.unwrap();
        let bar = indicatif::ProgressBar::hidden();
        cops_graphql::demo::load(&db, 0.01, 1, &bar).await.unwrap();
        let path = folder.path().join("list.csv");
        let count =
            async || sea_orm::PaginatorTrait::count(grant::Entity::find(), &db).await.unwrap();
        let before = count().await;
        let header = "recipient,state,officers,federal_share\n";
        for (rows, refused) in [("", 0), ("A PD,XX,1,1\n", 1)] {
            std::fs::write(&path, format!("{header}{rows}")).unwrap();
            let mut wanted = request(Format::AwardList, &[&path]);
            wanted.max_rejects = MaxRejects::Count(1);
            let report = ingest::run(&db, &wanted).await.unwrap();
            assert_eq!((report.revision, report.refused), (None, refused), "{report}");
            assert!(report.to_string().contains("No row was loaded"), "{report}");
            assert_eq!(count().await, before);
        }
        std::fs::write(&path, format!("{header}A PD,CA,1,1\n")).unwrap();
        ingest::run(&db, &request(Format::AwardList, &[&path])).await.unwrap();
        assert_eq!(count().await, 1);
    }
}
