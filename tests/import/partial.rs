//! Files with only some of the transactions of an award.

use cops_graphql::ingest::{Format, ImportReport};

use super::{Place, SUMMARIES, TRANSACTIONS, csv};

const AWARD: [(&str, &str); 5] = [
    ("assistance_award_unique_key", "ASST_NON_15JCOPS23GG00001UHPX_015"),
    ("award_id_fain", "15JCOPS23GG00001UHPX"),
    ("recipient_name", "CITY OF EXAMPLE"),
    ("recipient_state_code", "CA"),
    ("period_of_performance_current_end_date", "2028-09-30"),
];
const MONEY: &str = "SELECT COALESCE(CAST(federal_share AS TEXT), '-') || ' ' || \
                     COALESCE(CAST(obligated_on AS TEXT), '-') AS line FROM grants ORDER BY award_key";

/// A transaction: its modification, its day, its amount, and the total that its row states.
fn transaction([number, day, amount, total]: [&str; 4]) -> Vec<(&str, &str)> {
    let mut row = AWARD.to_vec();
    row.extend([
        ("assistance_transaction_unique_key", number),
        ("modification_number", number),
        ("action_date", day),
        ("federal_action_obligation", amount),
        ("total_obligated_amount", total),
        ("cfda_number", "16.710"),
    ]);
    row
}

fn summary([total, first, last]: [&str; 3]) -> Vec<(&str, &str)> {
    let mut row = AWARD.to_vec();
    row.extend([
        ("total_obligated_amount", total),
        ("award_base_action_date", first),
        ("award_latest_action_date", last),
        ("cfda_numbers_and_titles", "16.710: X"),
    ]);
    row
}

async fn load(place: &Place, header: &str, rows: &[Vec<(&str, &str)>]) -> ImportReport {
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    let number = std::fs::read_dir(place.folder.path()).unwrap().count();
    let file = place.file(&format!("{number}.csv"), csv(header, &rows));
    place.load(Format::Usaspending, &[&file]).await.unwrap()
}

/// The warning of a report about transactions that are missing.
fn missing(report: &ImportReport) -> Vec<String> {
    let mut warnings = report.warnings.iter().filter(|(text, _)| text.contains("transactions"));
    warnings.next().map(|(_, (_, examples))| examples.clone()).unwrap_or_default()
}

const FIRST: [&str; 4] = ["0", "2023-09-20", "250000", "250000"];
const LATER: [&str; 4] = ["1", "2025-02-01", "-10.55", "249989.45"];
const WHOLE: &str = "24998945 2023-09-20";

#[tokio::test]
async fn some_of_the_transactions_of_an_award_are_not_its_money() {
    for place in Place::each("some_of_the_transactions_of_an_award_are_not_its_money").await {
        load(&place, SUMMARIES, &[summary(["250000", "2023-09-20", "2023-09-20"])]).await;
        let report = load(&place, TRANSACTIONS, &[transaction(LATER)]).await;
        let words = "15JCOPS23GG00001UHPX: 249989.45, but the transactions add up to -10.55";
        assert_eq!(missing(&report), [words], "{report}");
        assert_eq!(place.rows(MONEY).await, [WHOLE]);
        // Whoever brings the rest has the same sum, and is not warned any more.
        let report = load(&place, TRANSACTIONS, &[transaction(FIRST)]).await;
        assert!(missing(&report).is_empty(), "{report}");
        assert_eq!(place.rows(MONEY).await, [WHOLE]);
    }
}

#[tokio::test]
async fn an_award_whose_first_transaction_is_missing_has_the_total_that_is_stated() {
    for place in Place::each("an_award_whose_first_transaction_is_missing").await {
        let report = load(&place, TRANSACTIONS, &[transaction(LATER)]).await;
        assert_eq!(missing(&report).len(), 1, "{report}");
        assert_eq!(place.rows(MONEY).await, ["24998945 -"]);
        // Where no row states a total, it is unknown.
        let other = |key, [number, day, amount, _]: [&'static str; 4]| {
            let mut row = transaction([number, day, amount, ""]);
            row.retain(|(name, _)| !name.ends_with("_key") && *name != "award_id_fain");
            row.push(("assistance_transaction_unique_key", key));
            row.push(("assistance_award_unique_key", "ASST_NON_15JCOPS23GG00002UHPX_015"));
            row.push(("award_id_fain", "15JCOPS23GG00002UHPX"));
            row
        };
        let report = load(&place, TRANSACTIONS, &[other("B1", LATER)]).await;
        let words = "15JCOPS23GG00002UHPX: unknown, but the transactions add up to -10.55";
        assert_eq!(missing(&report), [words], "{report}");
        assert_eq!(place.rows(MONEY).await, ["24998945 -", "- -"]);
        let report = load(&place, TRANSACTIONS, &[other("B0", FIRST)]).await;
        assert!(missing(&report).is_empty(), "{report}");
        assert_eq!(place.rows(MONEY).await, ["24998945 -", WHOLE]);
    }
}

#[tokio::test]
async fn a_newer_summary_says_what_the_transactions_of_an_older_file_do_not() {
    for place in Place::each("a_newer_summary_says_what_the_transactions").await {
        load(&place, TRANSACTIONS, &[transaction(FIRST)]).await;
        assert_eq!(place.rows(MONEY).await, ["25000000 2023-09-20"]);
        let report =
            load(&place, SUMMARIES, &[summary(["249989.45", "2023-09-20", "2025-02-01"])]).await;
        assert_eq!(report.tables["grants"].changed, 1, "{report}");
        assert_eq!(missing(&report).len(), 1, "{report}");
        assert_eq!(place.rows(MONEY).await, [WHOLE]);
        // An older one changes nothing.
        let report =
            load(&place, SUMMARIES, &[summary(["250000", "2023-09-20", "2023-09-20"])]).await;
        assert_eq!(
            (report.tables["grants"].changed, place.rows(MONEY).await),
            (0, vec![WHOLE.to_owned()])
        );
        let report = load(&place, TRANSACTIONS, &[transaction(LATER)]).await;
        assert!(missing(&report).is_empty(), "{report}");
        assert_eq!(place.rows(MONEY).await, [WHOLE]);
        // A newer file alone takes away what was taken back.
        let report =
            load(&place, TRANSACTIONS, &[transaction(["2", "2026-01-05", "-9.45", "249980"])])
                .await;
        assert!(missing(&report).is_empty(), "{report}");
        assert_eq!(place.rows(MONEY).await, ["24998000 2023-09-20"]);
    }
}

#[tokio::test]
async fn a_total_of_several_listings_is_not_held_against_the_transactions_of_one() {
    for place in Place::each("a_total_of_several_listings_is_not_held").await {
        let first = transaction(["0", "2023-09-20", "100", "130"]);
        let mut other = transaction(["1", "2024-09-20", "30", "130"]);
        other.retain(|(name, _)| *name != "cfda_number");
        other.push(("cfda_number", "16.738"));
        let report = load(&place, TRANSACTIONS, &[first, other]).await;
        assert!(missing(&report).is_empty() && report.skipped == 1, "{report}");
        assert_eq!(place.rows(MONEY).await, ["10000 2023-09-20"]);
        let mut both = summary(["130", "2023-09-20", "2024-09-20"]);
        both.retain(|(name, _)| *name != "cfda_numbers_and_titles");
        both.push(("cfda_numbers_and_titles", "16.710: X; 16.738: Y"));
        let report = load(&place, SUMMARIES, &[both]).await;
        assert!(missing(&report).is_empty(), "{report}");
        assert_eq!(place.rows(MONEY).await, ["10000 2023-09-20"]);
    }
}
