//! CSV files whose quotation marks are wrong, and files that were cut off inside them.

use cops_graphql::ingest::{Format, ImportError, ImportReport, MaxRejects};

use super::{Place, request};

const HEADER: &str = "recipient,state,officers,federal_share,fiscal_year,program\n";
const NAMES: &str =
    "SELECT o.name AS line FROM grants g JOIN organizations o ON o.id = organization_id ORDER BY 1";

struct Outcome {
    result: Result<ImportReport, ImportError>,
    /// The lines, columns and reasons of the refused rows.
    refused: Vec<(String, String, String)>,
    /// The recipients of the awards that were loaded.
    names: Vec<String>,
}

/// Loads a list, however many rows it refuses.
async fn load(text: impl AsRef<[u8]>) -> Outcome {
    let place = Place::new().await;
    let file = place.file("list.csv", text);
    let mut wanted = request(Format::AwardList, &[&file]);
    wanted.max_rejects = MaxRejects::Count(100_000);
    let result = place.run(&wanted).await;
    let mut refused = Vec::new();
    let list = place.path("list.csv.rejected.csv");
    if list.exists() {
        for row in csv::Reader::from_path(list).unwrap().records() {
            let row = row.unwrap();
            refused.push((row[1].to_owned(), row[2].to_owned(), row[4].to_owned()));
        }
    }
    Outcome { result, refused, names: place.rows(NAMES).await }
}

impl Outcome {
    /// How many rows were read, the refused lines, and the recipients that were loaded.
    fn rows(&self) -> (u64, Vec<&str>, Vec<&str>) {
        let report = self.result.as_ref().unwrap();
        assert_eq!(report.refused, self.refused.len() as u64);
        let lines = self.refused.iter().map(|it| it.0.as_str()).collect();
        (report.rows_read, lines, self.names.iter().map(String::as_str).collect())
    }
}

/// The texts with each line break, and with each separator that the cells allow.
fn variants(text: &str) -> [String; 3] {
    [text.to_owned(), text.replace('\n', "\r\n"), text.replace(',', "\t").replace("$1\t", "$1,")]
}

#[tokio::test]
async fn a_file_that_ends_inside_quotation_marks_is_refused() {
    for (rows, line) in [
        ("A PD,CO,1,100,2024,CHP\nB PD,CO,1,200,2024,\"CH", 3),
        ("A PD,CO,1,100,2024,CHP\nB PD,CO,1,200,2024,\"", 3),
        ("A PD,CO,1,100,2024,CHP\nB PD,CO,1,200,2024,\"CHP\n", 3),
        ("A PD,CO,1,100,2024,\"CHP\nB PD,CO,1,200,2024,CHP\nC PD,CO,1,300,2024,CHP\n", 2),
        // An escaped quotation mark does not close a cell.
        ("A PD,CO,1,100,2024,CHP\nB PD,CO,1,200,2024,\"the \"\"CHP\"\"\n", 3),
        // The cell that is not closed opens in the last line of its row.
        ("A PD,CO,1,100,2024,CHP\n\"B\nPD\",CO,1,200,2024,\"CHP", 4),
    ] {
        for rows in variants(&format!("{HEADER}{rows}")) {
            let outcome = load(&rows).await;
            let error = outcome.result.unwrap_err();
            let words = format!(
                "list.csv, line {line}: the file ends inside quotation marks that open in line {line}"
            );
            assert!(error.to_string().contains(&words), "{rows:?}\n{error}");
            assert!(error.to_string().contains("download it again"), "{error}");
            assert_eq!((error.exit_code(), outcome.names.len()), (2, 0));
        }
    }
}

#[tokio::test]
async fn an_unclosed_quotation_mark_refuses_its_row_and_not_the_next_ones() {
    for (rows, lines, names) in [
        // The next quotation mark opens a cell.
        (
            "A PD,CO,1,\"$1,250,2024,CHP\nB PD,CO,1,200,2024,CHP\nC PD,CO,1,\"$1,300\",2024,CHP\n",
            vec!["2"],
            vec!["B PD", "C PD"],
        ),
        // The cell with the padding of Excel.
        (
            "A PD,CO,1,\" $1,250 ,2024,CHP\nB PD,CO,1,\" $1,300 \",2024,CHP\n",
            vec!["2"],
            vec!["B PD"],
        ),
        // Two of them.
        (
            "A PD,CO,1,\"$1,250,2024,CHP\nB PD,CO,1,200,2024,CHP\nC PD,CO,1,\"$1,300,2024,CHP\n\
             D PD,CO,1,400,2024,CHP\nE PD,CO,1,\"$1,500\",2024,CHP\n",
            vec!["2", "4"],
            vec!["B PD", "D PD", "E PD"],
        ),
        // In the last cell, and every cell is quoted.
        (
            "\"A PD\",\"CO\",\"1\",\"100\",\"2024\",\"CHP\n\"B PD\",\"CO\",\"\",\"200\",\"2024\",\"CHP\"\n",
            vec!["2"],
            vec!["B PD"],
        ),
        // An escaped quotation mark at the end of the line.
        (
            "\"the \"\"A PD\"\"\nB PD,CO,1,200,2024,CHP\n\"the \"\"C PD\"\"\",CO,1,300,2024,CHP\n",
            vec!["2"],
            vec!["B PD", "the \"C PD\""],
        ),
        // Empty quoted cells do not close it.
        (
            "A PD,CO,1,\"100,2024,CHP\nB PD,CO,\"\",200,2024,CHP\nC PD,CO,1,\"300\",2024,CHP\n",
            vec!["2"],
            vec!["B PD", "C PD"],
        ),
        // A row of several lines follows it.
        (
            "A PD,CO,1,\"100,2024,CHP\n\"B\nPD\",CO,1,200,2024,CHP\nC PD,CO,1,300,2024,CHP\n",
            vec!["2"],
            vec!["B\nPD", "C PD"],
        ),
    ] {
        for rows in variants(&format!("{HEADER}{rows}")) {
            let outcome = load(&rows).await;
            let names: Vec<&str> =
                names.iter().map(|name| if *name == "B\nPD" { "B PD" } else { name }).collect();
            let (read, refused, loaded) = outcome.rows();
            assert_eq!((refused, loaded), (lines.clone(), names.clone()), "{rows:?}");
            assert_eq!(read, (lines.len() + names.len()) as u64, "{rows:?}");
            let (_, column, reason) = &outcome.refused[0];
            assert!(reason.contains("is not closed in its row"), "{reason}");
            assert_ne!(column, "", "{rows:?}");
        }
    }
}

#[tokio::test]
async fn lines_between_quotation_marks_that_are_rows_by_themselves_are_refused_with_them() {
    for (rows, lines) in [
        (
            "\"A PD,CO,1,100,2024,CHP\nB PD,CO,1,200,2024,CHP\nC PD\",CO,1,300,2024,CHP\n",
            vec!["3", "4", "5"],
        ),
        ("A PD,CO,\"1,100,2024,CHP\nB PD,CO,1\",200,2024,CHP\n", vec!["3", "4"]),
        (
            "A PD,CO,1,100,2024,\"CHP\nB PD,CO,1,200,2024,CHP\nC PD,CO,1,300,2024,CHP\"\n",
            vec!["3", "4", "5"],
        ),
    ] {
        let text = format!("{HEADER}D PD,CO,1,400,2024,CHP\n{rows}E PD,CO,1,500,2024,CHP\n");
        for text in variants(&text) {
            let outcome = load(&text).await;
            assert_eq!(
                outcome.rows(),
                (2 + lines.len() as u64, lines.clone(), vec!["D PD", "E PD"])
            );
            let words = format!("opens in line 3 and closes in line {}", lines.last().unwrap());
            for (_, _, reason) in &outcome.refused {
                assert!(reason.contains(&words), "{reason}");
            }
        }
    }
}

#[tokio::test]
async fn a_row_of_several_lines_that_has_not_the_cells_of_the_header_is_read_line_by_line() {
    // The mark of an inch closes the cell.
    let rows =
        "\"A PD,CO,1,100,2024,CHP\nB PD,CO,1,200,2024,CHP\nC PD 5\",CO\nD PD,CO,1,400,2024,CHP\n";
    let outcome = load(format!("{HEADER}{rows}")).await;
    assert_eq!(outcome.rows(), (4, vec!["2", "4"], vec!["B PD", "D PD"]));
    assert_eq!(outcome.refused[0].1, "recipient");
    assert!(outcome.refused[1].2.contains("has 2 cells"), "{:?}", outcome.refused);
    // What follows a quotation mark that is not doubled may be the rest of a text, and not a row.
    let rows = "\"A PD\nsays \"hi\" here\nand, CO,1,100,2024,CHP\",CO\nB PD,\"CO\",1,200,2024,CHP\n\
                C 5\" PD,CO,1,300,2024,CHP\n";
    let outcome = load(format!("{HEADER}{rows}")).await;
    assert_eq!(outcome.rows(), (5, vec!["2", "3", "4"], vec!["B PD", "C 5\" PD"]));
    let rows = "\"A PD\nsays \"hi\" here\nTown, CO,1,100,2024,CHP\"\nB PD,\"CO\",1,200,2024,CHP\n";
    let outcome = load(format!("{HEADER}{rows}")).await;
    assert_eq!(outcome.rows(), (4, vec!["2", "3", "4"], vec!["B PD"]));
    assert!(outcome.refused[2].2.contains("line 2, which is damaged"), "{:?}", outcome.refused);
}

#[tokio::test]
async fn text_after_a_closing_quotation_mark_refuses_the_row() {
    let rows = "\"A \"B\" PD\",CO,1,100,2024,CHP\nB PD,CO,1,\"2\"00,2024,CHP\nC PD,CO,1,\"300\" ,2024,CHP\n";
    for rows in variants(&format!("{HEADER}{rows}")) {
        let outcome = load(&rows).await;
        assert_eq!(outcome.rows(), (3, vec!["2", "3"], vec!["C PD"]));
        for ((_, column, reason), wanted) in
            outcome.refused.iter().zip(["recipient", "federal_share"])
        {
            assert_eq!(column, wanted);
            assert!(reason.contains("must be doubled"), "{reason}");
        }
    }
}

#[tokio::test]
async fn quotation_marks_that_are_right_are_read() {
    let rows = "\"A PD,\nTown of A, CO\",CO,1,100,2024,CHP\n5\" Pipe PD,CO,1,200,2024,\"CHP\n\"\n\
                \"C \"\"PD\"\"\nof C\n\n\",CO,\"1\",\"$1,000.00\",2024,CHP\n\"D, E\",CO,,1,2024,\"\"\n";
    for rows in [format!("{HEADER}{rows}"), format!("{HEADER}{rows}").replace('\n', "\r\n")] {
        let outcome = load(&rows).await;
        let names = vec!["5\" Pipe PD", "A PD, Town of A, CO", "C \"PD\" of C", "D, E"];
        assert_eq!(outcome.rows(), (4, vec![], names), "{rows:?}");
    }
    // A text without LF.
    let outcome = load(format!("{HEADER}\"A\nPD\",XX,1,100,2024,CHP\n").replace('\n', "\r")).await;
    assert_eq!(outcome.rows(), (1, vec!["2"], vec![]));
    // A refusal for another reason says which lines the row has.
    let outcome = load(format!("{HEADER}\"A\nPD\",XX,1,100,2024,CHP\n")).await;
    let (line, column, reason) = &outcome.refused[0];
    assert_eq!((line.as_str(), column.as_str()), ("2", "state"));
    assert!(reason.ends_with("(the row has the lines 2 to 3)"), "{reason}");
}

#[tokio::test]
async fn a_header_with_wrong_quotation_marks_is_refused_and_a_title_is_not() {
    let row = "A PD,CO,1,\"$1,100\",2024,CHP\n";
    let outcome = load(format!("\"Awards of \"2024\"\n{HEADER}{row}")).await;
    assert_eq!(outcome.rows(), (1, vec![], vec!["A PD"]));
    let header = HEADER.replace("program", "\"program");
    let error = load(format!("{header}{row}")).await.result.unwrap_err().to_string();
    assert!(error.contains("list.csv, line 1") && error.contains("not closed"), "{error}");
    assert!(error.contains("quotation marks of the header"), "{error}");
    let error = load(format!("\"{HEADER}A PD,CO,1,100,2024,CHP\n")).await.result.unwrap_err();
    assert!(error.to_string().contains("line 1: the file ends inside"), "{error}");
}

#[tokio::test]
async fn a_last_line_without_a_line_break_is_remarked() {
    let row = "A PD,CO,1,100,2024,CHP";
    let remarks = async |text: String| load(text).await.result.unwrap().remarks;
    assert_eq!(remarks(format!("{HEADER}{row}\n")).await, Vec::<String>::new());
    let said = remarks(format!("{HEADER}{row}")).await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("list.csv: the last line has no line break"), "{said:?}");
}

#[tokio::test]
async fn every_line_of_a_long_damaged_part_is_refused_by_itself() {
    // Each line opens a quotation mark, also if it begins inside one. The last one shows that they are wrong.
    let lines = 20_000;
    let text = format!("{HEADER}{}y\"z\nA PD,CO,1,100,2024,CHP\n", "x\" ,\"\n".repeat(lines));
    let outcome = load(text).await;
    let (read, refused, names) = outcome.rows();
    assert_eq!((read, refused.len(), names), (lines as u64 + 2, lines + 1, vec!["A PD"]));
}
