//! CSV files as Excel, R and databases write them.

use cops_graphql::ingest::{Format, ImportReport, MaxRejects};

use super::{Place, SUMMARIES, csv, request};

const LIST: &str = "\
State,Agency,Officers,Award\r\n\
CO,Cañon City Police Department,2,\"$250,000.00\"\r\n\
HI,Kauaʻi Police Department,1.5,\" $ 125,000 \"\r\n";
const SHARES: &str = "SELECT a.name || ' ' || COALESCE(federal_share, -1) AS line FROM grants g \
                      JOIN organizations a ON a.id = organization_id ORDER BY 1";

async fn list(place: &Place, name: &str, bytes: impl AsRef<[u8]>) -> ImportReport {
    let file = place.file(name, bytes);
    let mut wanted = request(Format::AwardList, &[&file]);
    let columns = [
        ("recipient", "Agency"),
        ("state", "State"),
        ("officers", "Officers"),
        ("federal_share", "Award"),
    ];
    wanted.mapping.columns =
        columns.map(|(field, column)| (field.to_owned(), column.to_owned())).into();
    place.run(&wanted).await.unwrap()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[tokio::test]
async fn a_list_in_utf16_is_read_with_and_without_its_mark() {
    for (mark, bytes) in [
        ("\u{feff}", u16::to_le_bytes as fn(u16) -> [u8; 2]),
        ("", u16::to_le_bytes),
        ("\u{feff}", u16::to_be_bytes),
        ("", u16::to_be_bytes),
    ] {
        let place = Place::new().await;
        let text = format!("{mark}{}", LIST.replace(',', "\t").replace("250\t000", "250,000"));
        let report =
            list(&place, "unicode.txt", utf16(&text.replace("125\t", "125,"), bytes)).await;
        assert_eq!((report.rows_read, report.refused), (2, 0));
        assert_eq!(report.remarks, ["unicode.txt was read as UTF-16"]);
        assert!(report.to_string().contains("note: unicode.txt was read as UTF-16"), "{report}");
        assert_eq!(
            place.rows(SHARES).await,
            ["Cañon City Police Department 25000000", "Kauaʻi Police Department 12500000"]
        );
    }
}

#[tokio::test]
async fn a_list_in_windows_1252_is_read_as_such() {
    let place = Place::new().await;
    let (bytes, _, lost) = encoding_rs::WINDOWS_1252.encode(LIST.split("HI,").next().unwrap());
    assert!(!lost);
    let report = list(&place, "list.csv", &bytes).await;
    assert_eq!((report.rows_read, report.refused), (1, 0));
    assert_eq!(report.remarks, ["list.csv was read as Windows-1252"]);
    assert_eq!(place.rows(SHARES).await, ["Cañon City Police Department 25000000"]);
    // In UTF-8 there is nothing to say.
    let report = list(&Place::new().await, "list.csv", format!("\u{feff}{LIST}")).await;
    assert_eq!((report.rows_read, report.remarks.len()), (2, 0));
}

#[tokio::test]
async fn titles_and_declared_separators_above_a_header_are_passed_over() {
    let semicolons = LIST.replace(',', ";").replace("250;000", "250,000").replace("125;", "125,");
    for text in [
        format!("sep=;\r\n{semicolons}"),
        format!("Awards by state, agency, officers and amount\r\n{semicolons}"),
        format!("COPS Hiring Program; fiscal year 2024; announced\r\n;;;\r\n{LIST}"),
        format!("\"COPS\nHiring | Program\"\r\n\r\n,,,\r\n{LIST}"),
        // Columns without a name, here and there.
        format!("{},,\r\n,,,,,\r\n", LIST.replace("Award\r", "Award,,\r").trim_end()),
    ] {
        let place = Place::new().await;
        let report = list(&place, "list.csv", &text).await;
        assert_eq!((report.rows_read, report.refused), (2, 0), "{text}");
        assert_eq!(report.unknown_columns.len(), 0, "{text}");
        let shares = place.rows(SHARES).await;
        assert_eq!(
            shares,
            ["Cañon City Police Department 25000000", "Kauaʻi Police Department 12500000"],
            "{text}"
        );
    }
}

#[tokio::test]
async fn rows_of_every_encoding_are_compared_and_totals_below_titles_are_no_awards() {
    let text = "COPS Hiring Program: Total of 2024\r\n\r\nAward,Agency,State,Officers,Amount\r\n\
                1,Cañon City Police Department,CO,1e0,\"$250,000.00\"\r\n\
                2,Example Police Department,CO,1.50,(0.25)\r\n\
                ,Total for Colorado,,2.5,\"$249,999.75\"\r\n\
                3,Peña Police Department,TX,1,100\r\n\
                3,Peña Police Department,TX,1,1e+03\r\n\
                ,Grand Total,,4.50,\"251,099.75\"\r\n";
    let (ansi, _, lost) = encoding_rs::WINDOWS_1252.encode(text);
    assert!(!lost);
    for (bytes, remarks) in [
        (text.as_bytes().to_vec(), None),
        (ansi.into_owned(), Some("list.csv was read as Windows-1252")),
        (utf16(text, u16::to_le_bytes), Some("list.csv was read as UTF-16")),
    ] {
        let place = Place::new().await;
        let file = place.file("list.csv", bytes);
        let mut wanted = request(Format::AwardList, &[&file]);
        wanted.max_rejects = MaxRejects::Count(2);
        let columns = [
            ("award_number", "Award"),
            ("recipient", "Agency"),
            ("state", "State"),
            ("officers", "Officers"),
            ("federal_share", "Amount"),
        ];
        wanted.mapping.columns =
            columns.map(|(field, column)| (field.to_owned(), column.to_owned())).into();
        let report = place.run(&wanted).await.unwrap();
        assert_eq!((report.rows_read, report.refused), (6, 2));
        assert_eq!(report.notes["totals that agree with the rows above them (left out)"], 2);
        assert_eq!(report.remarks, Vec::from_iter(remarks));
        let rejected = std::fs::read_to_string(place.path("list.csv.rejected.csv")).unwrap();
        for (line, other) in [(7, 8), (8, 7)] {
            let line = format!(
                "list.csv,{line},Award,3,\"contradicts list.csv, line {other}, about the same award"
            );
            assert!(rejected.contains(&line), "{line}\n{rejected}");
        }
        let shares = place.rows(SHARES).await;
        assert_eq!(
            shares,
            ["Cañon City Police Department 25000000", "Example Police Department -25"]
        );
    }
}

#[tokio::test]
async fn a_column_that_is_there_twice_is_named_and_a_name_may_have_several_lines() {
    let place = Place::new().await;
    let file = place.file("list.csv", "recipient,federal_share,Federal Share\nA,1,2\n");
    let text = place.load(Format::AwardList, &[&file]).await.unwrap_err().to_string();
    assert!(text.contains("\"federal_share\" and \"Federal Share\""), "{text}");
    let file = place.file("list.csv", "recipient,\"Federal\n Share\",,\nA,1,,\n");
    place.load(Format::AwardList, &[&file]).await.unwrap();
    assert_eq!(place.rows(SHARES).await, ["A 100"]);
}

#[tokio::test]
async fn a_value_that_is_said_to_be_missing_is_not_known() {
    let place = Place::new().await;
    let cells = [
        "", "NA", "N/A", "n/a", "#N/A", "NULL", "null", "\\N", "NaN", " $ -   ", "-", "\u{2014}",
        "None", "<NA>", "nan", ".",
    ];
    let mut rows = vec!["State,Agency,Officers,Award".to_owned()];
    rows.extend(cells.iter().zip(10..).map(|(cell, at)| format!("CA,{at} Police,{cell},{cell}")));
    rows.extend(
        ["$(1,234.00)", "1,234.00-"].iter().map(|cell| format!("CA,{cell} Police,1e1,\"{cell}\"")),
    );
    rows[17] = rows[17].replace("$(1,234.00) Police", "30 Police");
    rows[18] = rows[18].replace("1,234.00- Police", "31 Police");
    let report = list(&place, "list.csv", rows.join("\n")).await;
    assert_eq!((report.rows_read, report.refused), (18, 0));
    let shares = place.rows(SHARES).await;
    assert!(shares[..16].iter().all(|line| line.ends_with(" -1")), "{shares:?}");
    assert_eq!(shares[16..], ["30 Police -123400", "31 Police -123400"]);
    assert_eq!(place.rows("SELECT funded FROM officers_funded").await, ["100", "100"]);
}

#[tokio::test]
async fn an_error_of_a_spreadsheet_is_no_text() {
    let place = Place::new().await;
    let rows = "State,Agency,Officers,Award,Remarks\nCA,#REF!,1,5,\nCA,Quarry Police,1,5,#NAME?\nCA,#1 Police,1,5,\n";
    let mut wanted = request(Format::AwardList, &[&place.file("list.csv", rows)]);
    wanted.max_rejects = MaxRejects::Count(1);
    let columns = [("recipient", "Agency"), ("state", "State"), ("federal_share", "Award")];
    wanted.mapping.columns =
        columns.map(|(field, name)| (field.to_owned(), name.to_owned())).into();
    let report = place.run(&wanted).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (3, 1), "{report}");
    let rejected = std::fs::read_to_string(place.path("list.csv.rejected.csv")).unwrap();
    assert!(rejected.contains("list.csv,2,Agency,#REF!,\"is a spreadsheet error"), "{rejected}");
}

#[tokio::test]
async fn a_row_that_is_cut_or_has_a_nul_is_refused_and_a_blank_one_is_nothing() {
    let place = Place::new().await;
    let good: &[(&str, &str)] = &[
        ("assistance_award_unique_key", "ASST_NON_A_015"),
        ("award_id_fain", "A"),
        ("recipient_name", "CITY OF A"),
        ("recipient_state_code", "CA"),
        ("total_obligated_amount", "1e+05"),
        ("cfda_numbers_and_titles", "16.710"),
    ];
    let mut text = csv(SUMMARIES, &[good]);
    let (header, row) = text.split_once("\r\n").unwrap();
    let rows =
        [row.trim_end().replace("CITY OF A", "CITY\0OF A"), ",".repeat(99), "a,b".to_owned()];
    text = format!("{header}\r\n{}\r\n{row}", rows.join("\r\n"));
    let file = place.file("awards.csv", text);
    let mut wanted = request(Format::Usaspending, &[&file]);
    wanted.max_rejects = MaxRejects::Count(2);
    let report = place.run(&wanted).await.unwrap();
    assert_eq!((report.rows_read, report.refused, report.tables["grants"].added), (3, 2, 1));
    let rejected = std::fs::read_to_string(place.path("awards.csv.rejected.csv")).unwrap();
    assert!(
        rejected.contains("awards.csv,2,recipient_name,CITY\u{2400}OF A,contains a NUL character"),
        "{rejected}"
    );
    assert!(rejected.contains("awards.csv,4,,a,\"the row has 2 cells"), "{rejected}");
    assert_eq!(place.rows("SELECT federal_share FROM grants").await, ["10000000"]);
}
