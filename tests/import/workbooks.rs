//! Sheets of workbooks are read as CSV files are.

use std::io::{Cursor, Write as _};

use cops_graphql::ingest::{Format, ImportError, ImportReport, MaxRejects};
use flate2::{Compression, write::GzEncoder};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    Place, SUMMARIES,
    made_workbooks::{
        Made::{self, Blank, Day, Error, Formula, Number, Text},
        MadeSheet, ods, sheet, xls, xlsx, zipped,
    },
    request,
};

/// A list of awards as somebody makes it: a title, a blank row, a day and numbers that are such.
fn awards() -> Vec<Vec<Made>> {
    vec![
        vec![Text("COPS Hiring Program, fiscal year 2024; announced")],
        vec![],
        vec![
            Blank,
            Text("recipient"),
            Text("state"),
            Text("officers"),
            Text("federal_share"),
            Text("announced_on"),
            Text("Note"),
        ],
        vec![
            Blank,
            Text("Cañon City Police Department"),
            Text("CO"),
            Number(2.5),
            Number(100_000.0),
            Day(45_566),
        ],
        vec![
            Blank,
            Text("Kauaʻi & Sons, \"Police\""),
            Text("HI"),
            Number(1.0),
            Number(0.1 + 0.2),
            Text("2024-10-02"),
            Text("x\ny"),
        ],
    ]
}

const LINES: &str = "SELECT o.name || ' ' || federal_share || ' ' || announced_on || ' ' || funded AS line \
                     FROM grants g JOIN organizations o ON o.id = organization_id \
                     JOIN officers_funded f ON f.grant_id = g.id ORDER BY 1";
const EXPECTED: [&str; 2] = [
    "Cañon City Police Department 10000000 2024-10-01 25",
    "Kauaʻi & Sons, \"Police\" 30 2024-10-02 10",
];

async fn load(
    place: &Place,
    name: &str,
    bytes: &[u8],
    sheet: Option<&str>,
) -> Result<ImportReport, ImportError> {
    let file = place.file(name, bytes);
    let mut wanted = request(Format::AwardList, &[&file]);
    wanted.sheet = sheet.map(str::to_owned);
    place.run(&wanted).await
}

#[tokio::test]
async fn a_sheet_is_read_with_its_types_whatever_the_workbook() {
    let notes = || sheet("Notes", vec![vec![Text("Source"), Text("COPS Office")]]);
    let sheets = || {
        let hidden = MadeSheet { is_hidden: true, ..sheet("Draft", awards()) };
        [notes(), sheet("Awards", awards()), hidden]
    };
    for (name, bytes) in
        [("a.xlsx", xlsx(&sheets())), ("a.ods", ods(&sheets())), ("a.xls", xls(&sheets()))]
    {
        for packed in [false, true] {
            let place = Place::new().await;
            let gz = format!("{name}.gz");
            let name = if packed { gz.as_str() } else { name };
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(&bytes).unwrap();
            let bytes = if packed { gzip.finish().unwrap() } else { bytes.clone() };
            let report = load(&place, name, &bytes, None).await.unwrap();
            assert_eq!((report.rows_read, report.refused), (2, 0), "{name}");
            assert_eq!(place.rows(LINES).await, EXPECTED, "{name}");
            assert_eq!(report.ignored_files, [format!("{name}/Notes")]);
            let said = report.to_string();
            assert!(
                said.contains(&format!("{name}: only the sheet \"Awards\" was read")),
                "{said}"
            );
            assert!(said.contains("the hidden sheets \"Draft\" were not read"), "{said}");
        }
    }
}

#[tokio::test]
async fn rows_of_a_sheet_are_compared_and_its_totals_are_no_awards() {
    let row = |number: &'static str, name: &'static str, officers: f64, share: Made| {
        vec![Text(number), Text(name), Text("CA"), Number(officers), share]
    };
    let rows = vec![
        vec![Text("COPS Hiring Program, total of all awards")],
        ["award_number", "recipient", "state", "officers", "federal_share"].map(Text).into(),
        row("A1", "One Police Department", 2.0, Number(250_000.1)),
        row("A2", "Two Police Department", 1.5, Text("$(0.1)")),
        vec![],
        vec![Blank, Text("CA Total"), Blank, Number(3.5), Number(250_000.0)],
        row("A3", "Three Police Department", 1.0, Number(100_000.0)),
        row("A-3", "Three Police Department", 1.0, Number(100_001.0)),
        row("A4", "Four Police Department", -1.0, Number(100_000.0)),
        vec![Text("Grand Total"), Blank, Blank, Blank, Number(550_001.0)],
        vec![Text("Grand Total"), Blank, Blank, Blank, Number(550_000.0)],
    ];
    let sheets = || {
        [sheet("Awards", rows.clone()), sheet("Notes", vec![vec![Text("Source"), Text("COPS")]])]
    };
    for (name, bytes) in
        [("a.xlsx", xlsx(&sheets())), ("a.ods", ods(&sheets())), ("a.xls", xls(&sheets()))]
    {
        let place = Place::new().await;
        let file = place.file(name, bytes);
        let mut wanted = request(Format::AwardList, &[&file]);
        wanted.max_rejects = MaxRejects::Count(4);
        let report = place.run(&wanted).await.unwrap();
        assert_eq!((report.rows_read, report.refused), (8, 4), "{name}");
        assert_eq!(report.notes["totals that agree with the rows above them (left out)"], 2);
        // Files are read twice, and the report tells it once.
        assert_eq!(report.ignored_files, [format!("{name}/Notes")]);
        assert_eq!(report.remarks, [format!("{name}: only the sheet \"Awards\" was read")]);
        let list = place.path(&format!("{name}.rejected.csv"));
        let rejected = std::fs::read_to_string(list).unwrap();
        for line in [
            format!("7,award_number,A3,\"contradicts {name}/Awards, line 8, about the same award"),
            format!("8,award_number,A-3,\"contradicts {name}/Awards, line 7, about the same award"),
            "9,officers,-1,is negative".to_owned(),
            "11,recipient,,".to_owned(),
        ] {
            assert!(rejected.contains(&format!("{name}/Awards,{line}")), "{line}\n{rejected}");
        }
        let shares = "SELECT federal_share FROM grants ORDER BY 1";
        assert_eq!(place.rows(shares).await, ["-10", "25000010"], "{name}");
    }
}

#[tokio::test]
async fn of_several_sheets_that_fit_one_is_named() {
    let sheets =
        [sheet("2023", awards()), sheet("2024", awards()), sheet("Notes", vec![vec![Text("a")]])];
    let bytes = xlsx(&sheets);
    let place = Place::new().await;
    let text = load(&place, "a.xlsx", &bytes, None).await.unwrap_err().to_string();
    assert!(
        text.contains("several sheets in the format award-list: \"2023\", \"2024\"")
            && text.contains("--sheet"),
        "{text}"
    );
    for wrong in ["2025", "0", "4"] {
        let text = load(&place, "a.xlsx", &bytes, Some(wrong)).await.unwrap_err().to_string();
        assert!(text.contains("has no sheet") && text.contains("\"Notes\""), "{text}");
    }
    let text = load(&place, "a.xlsx", &bytes, Some("Notes")).await.unwrap_err().to_string();
    assert!(text.contains("a.xlsx/Notes") && text.contains("the column recipient"), "{text}");
    for right in ["2024", "2"] {
        let place = Place::new().await;
        let report = load(&place, "a.xlsx", &bytes, Some(right)).await.unwrap();
        assert_eq!(report.ignored_files, ["a.xlsx/2023", "a.xlsx/Notes"]);
        assert_eq!(place.rows(LINES).await, EXPECTED);
    }
    let text = load(&place, "a.csv", b"recipient\nA\n", Some("1")).await.unwrap_err().to_string();
    assert!(text.contains("has no sheets") && text.contains("omit --sheet"), "{text}");
}

#[tokio::test]
async fn a_cell_that_cannot_be_relied_on_refuses_its_row() {
    let place = Place::new().await;
    let mut rows = awards();
    let row = |share: Made| vec![Blank, Text("A"), Text("CA"), Number(1.0), share];
    rows.extend([row(Error("#DIV/0!")), row(Formula), row(Number(5.0)), row(Number(6.0))]);
    rows.extend([
        row(Error("#N/A")),
        row(Text("5")),
        vec![Blank, Text("A"), Text("CA"), Day(45_566)],
    ]);
    let made = MadeSheet { merged: "A1:G1 E8:E9", ..sheet("Awards", rows) };
    let file = place.file("a.xlsx", xlsx(&[made]));
    let mut wanted = request(Format::AwardList, &[&file]);
    wanted.max_rejects = MaxRejects::Count(5);
    let report = place.run(&wanted).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (9, 5));
    let rejected = std::fs::read_to_string(place.path("a.xlsx.rejected.csv")).unwrap();
    for line in [
        "a.xlsx/Awards,6,federal_share,#DIV/0!,is a formula error",
        "a.xlsx/Awards,7,federal_share,,\"is a formula that was never calculated",
        "a.xlsx/Awards,8,federal_share,5,\"is merged with cells of other rows",
        "a.xlsx/Awards,9,federal_share,6,\"is merged with cells of other rows",
        "a.xlsx/Awards,12,officers,2024-10-01,is not a decimal number",
    ] {
        assert!(rejected.contains(line), "{line}\n{rejected}");
    }
}

#[tokio::test]
async fn a_workbook_in_a_zip_is_one_of_its_tables() {
    let place = Place::new().await;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let dictionary = xlsx(&[sheet("Dictionary", vec![vec![Text("Element"), Text("Definition")]])]);
    for (name, bytes) in
        [("Awards.xlsx", xlsx(&[sheet("Awards", awards())])), ("Dictionary.xlsx", dictionary)]
    {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    let report = load(&place, "a.zip", &zip.finish().unwrap().into_inner(), None).await.unwrap();
    assert_eq!(place.rows(LINES).await, EXPECTED);
    assert_eq!(report.ignored_files, ["Dictionary.xlsx"]);
}

#[tokio::test]
async fn a_workbook_that_is_damaged_or_would_fill_the_memory_is_refused() {
    let good = xlsx(&[sheet("Awards", awards())]);
    let parts = |change: &dyn Fn(&str, String) -> String| {
        let mut archive = zip::ZipArchive::new(Cursor::new(good.clone())).unwrap();
        let parts: Vec<(String, String)> = (0..archive.len())
            .map(|at| {
                let part = archive.by_index(at).unwrap();
                let name = part.name().unwrap().into_owned();
                let text = std::io::read_to_string(part).unwrap();
                let text = change(&name, text);
                (name, text)
            })
            .collect();
        zipped(&parts.iter().map(|(name, text)| (name.as_str(), text.clone())).collect::<Vec<_>>())
    };
    let only = |wanted: &'static str, change: fn(String) -> String| {
        parts(&move |name, text| if name.ends_with(wanted) { change(text) } else { text })
    };
    let repeated = ods(&[sheet("A", vec![vec![Text("x")]; 400])]);
    let repeated = {
        let mut archive = zip::ZipArchive::new(Cursor::new(repeated)).unwrap();
        let content = std::io::read_to_string(archive.by_name("content.xml").unwrap()).unwrap();
        let wide = "<table:table-cell table:number-columns-repeated=\"16000\" office:value-type=\"string\">";
        let content = content.replace("<table:table-cell office:value-type=\"string\">", wide);
        zipped(&[
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()),
            ("content.xml", content),
        ])
    };
    let far = xls(&[sheet("A", {
        let mut rows = vec![vec![Text("x")]];
        rows.resize(65_000, Vec::new());
        rows.push(vec![Blank; 200].into_iter().chain([Text("y")]).collect());
        rows
    })]);
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (good[..good.len() / 2].to_vec(), "ZIP"),
        (only("sheet1.xml", |text| text[..text.len() / 2].to_owned()), "a.xlsx"),
        (only("sheet1.xml", |text| text + &" ".repeat(80 << 20)), "a cell longer than"),
        (only("sheet1.xml", |text| text + &"<a/>".repeat(20 << 20)), "times its compressed size"),
        (
            only("sharedStrings.xml", |text| {
                text.replace("uniqueCount=\"", "uniqueCount=\"9999999999")
            }),
            "strings",
        ),
        (only("sheet1.xml", |text| text.replace("\"B4\"", "\"XFD4\"")), "more than 2000 cells"),
        (
            only("sheet1.xml", |text| text.replace("\"B4\"", "\"ZZZZZZZZ99999999999\"")),
            "its sheet \"Awards\" cannot be read: it is damaged",
        ),
        (
            only("sheet1.xml", |text| text.replace("r=\"4\"", "r=\"1\"").replace("B4\"", "B1\"")),
            "after row",
        ),
        (repeated, "more than 5000000 cells"),
        (far, "more than 5000000 cells"),
        (
            zipped(&[("[Content_Types].xml", String::new()), ("xl/workbook.bin", String::new())]),
            "XLSB",
        ),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on".to_vec(), "damaged"),
    ];
    for (bytes, words) in cases {
        let place = Place::new().await;
        let error = load(&place, "a.xlsx", &bytes, None).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(words), "{words}: {text}");
        assert_eq!(error.exit_code(), 2, "{text}");
    }
}

#[tokio::test]
async fn a_download_of_usaspending_that_went_through_a_spreadsheet_is_the_same() {
    let columns: Vec<&'static str> = SUMMARIES.trim_end().split(',').collect();
    let cells = |column: &str| match column {
        "assistance_award_unique_key" => Text("ASST_NON_15JCOPS24GG03715UHPX_015"),
        "award_id_fain" => Text("15JCOPS24GG03715UHPX"),
        "recipient_name" => Text("CITY OF CAÑON CITY"),
        "recipient_state_code" => Text("CO"),
        "total_obligated_amount" => Number(1e5),
        "period_of_performance_start_date" => Day(45_566),
        "cfda_numbers_and_titles" => Number(16.71),
        _ => Blank,
    };
    // Twenty-six columns have a name of one letter.
    let wanted: Vec<&'static str> =
        columns.into_iter().filter(|it| !matches!(cells(it), Blank)).collect();
    let rows = vec![
        wanted.iter().map(|column| Text(column)).collect(),
        wanted.iter().map(|column| cells(column)).collect(),
    ];
    let place = Place::new().await;
    let file = place.file("awards.xlsx", xlsx(&[sheet("Sheet1", rows)]));
    let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.refused, report.remarks.len()), (1, 0, 0));
    let sql = "SELECT assistance_listing || ' ' || federal_share || ' ' || period_start AS line FROM grants";
    assert_eq!(place.rows(sql).await, ["16.710 10000000 2024-10-01"]);
}
