//! Rows of award lists without an award number, and the awards that they match.

use cops_graphql::ingest::{Format, ImportReport};

use super::{Place, SUMMARIES, csv, request};

const AGENCIES: &str = "\
ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\r
WA0173600,City,,Federal Way Police Department,Federal Way,\r
WA0320000,County,,Spokane County Sheriff's Office,Spokane,\r
";
/// The year of the program; the awards are numbered in the next one.
const LIST: &str = "\
recipient,state,officers,federal_share,fiscal_year,program
Federal Way Police Department,WA,1,125000,2023,CHP
Spokane County Sheriff's Office,WA,2,250000,2023,CHP
";
const ALL: &str = "SELECT COALESCE(g.award_number, 'no number') || ' ' || g.federal_share || ' ' || g.fiscal_year || ' ' || \
     COALESCE(a.ori9, o.name) || ' ' || COALESCE(g.recipient_uei, '-') || ' ' || COALESCE(f.funded, 0) AS line FROM grants g \
     LEFT JOIN agencies a ON a.id = agency_id LEFT JOIN organizations o ON o.id = organization_id \
     LEFT JOIN officers_funded f ON f.grant_id = g.id ORDER BY 1";

fn award([number, recipient, uei, share]: [&str; 4]) -> Vec<(&str, &str)> {
    vec![
        ("award_id_fain", number),
        ("recipient_name", recipient),
        ("recipient_state_code", "WA"),
        ("recipient_uei", uei),
        ("total_obligated_amount", share),
        ("cfda_numbers_and_titles", "16.710"),
        ("prime_award_base_transaction_description", "COPS HIRING PROGRAM (CHP)"),
    ]
}

fn summaries(rows: &[[&str; 4]]) -> String {
    let rows: Vec<_> = rows.iter().map(|row| award(*row)).collect();
    csv(SUMMARIES, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

const AWARDS: [[&str; 4]; 2] = [
    ["15JCOPS24GG00001UHPX", "CITY OF FEDERAL WAY", "AAAAAAAAAAA1", "125000"],
    ["15JCOPS24GG00002UHPX", "COUNTY OF SPOKANE", "AAAAAAAAAAA2", "250000"],
];

/// Loads a text as a file of its own, also one that was loaded before.
async fn load(place: &Place, format: Format, text: &str) -> ImportReport {
    let number = std::fs::read_dir(place.folder.path()).unwrap().count();
    let file = place.file(&format!("{number}.csv"), text);
    let mut wanted = request(format, &[&file]);
    wanted.again = true;
    place.run(&wanted).await.unwrap()
}

/// What the report warns of in words that have these in them.
fn warned(report: &ImportReport, words: &str) -> Vec<String> {
    let mut warnings = report.warnings.iter().filter(|(text, _)| text.contains(words));
    warnings.next().map(|(_, (_, examples))| examples.clone()).unwrap_or_default()
}

const BESIDE: &str = "are then counted twice";

#[tokio::test]
async fn a_list_without_numbers_meets_usaspending_in_every_order() {
    let awards = summaries(&AWARDS);
    let (agencies, list, awards) = (
        (Format::FbiAgencies, AGENCIES),
        (Format::AwardList, LIST),
        (Format::Usaspending, awards.as_str()),
    );
    // Awards that were loaded before agencies are loaded again after them.
    for (at, order) in [
        &[agencies, list, awards][..],
        &[agencies, awards, list],
        &[list, agencies, awards],
        &[awards, agencies, list],
        &[list, agencies, list, awards],
        &[list, awards, agencies, list],
        &[list, awards, agencies, awards],
        &[awards, list, agencies, awards, list],
    ]
    .into_iter()
    .enumerate()
    {
        for place in Place::each(&format!("a_list_without_numbers_meets_usaspending_{at}")).await {
            let mut last = None;
            for (format, text) in order {
                last = Some(load(&place, *format, text).await);
            }
            let last = last.unwrap();
            assert!(warned(&last, BESIDE).is_empty(), "{order:?}: {last}");
            let lines = [
                "15JCOPS24GG00001UHPX 12500000 2023 WA0173600 AAAAAAAAAAA1 10",
                "15JCOPS24GG00002UHPX 25000000 2023 WA0320000 AAAAAAAAAAA2 20",
            ];
            assert_eq!(place.rows(ALL).await, lines, "{order:?}: {last}");
            // All of it again changes nothing.
            for (format, text) in [agencies, list, awards] {
                let report = load(&place, format, text).await;
                assert_eq!(place.rows(ALL).await, lines, "{order:?}, then {format:?}: {report}");
                assert!(
                    report.tables.get("grants").is_none_or(|it| it.added + it.removed == 0),
                    "{report}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_list_that_is_loaded_again_after_agencies_is_the_same_list() {
    for place in Place::each("a_list_that_is_loaded_again_after_agencies").await {
        load(&place, Format::AwardList, LIST).await;
        load(&place, Format::FbiAgencies, AGENCIES).await;
        let report = load(&place, Format::AwardList, LIST).await;
        assert_eq!(
            (report.tables["grants"].added, report.tables["grants"].changed),
            (0, 2),
            "{report}"
        );
        let lines =
            ["no number 12500000 2023 WA0173600 - 10", "no number 25000000 2023 WA0320000 - 20"];
        assert_eq!(place.rows(ALL).await, lines);
    }
}

#[tokio::test]
async fn of_two_recipients_of_one_name_the_amount_tells_which() {
    let awards = summaries(&[
        ["15JCOPS23GG00001UHPX", "WASHINGTON TOWNSHIP", "AAAAAAAAAAA1", "100000"],
        ["15JCOPS23GG00002UHPX", "WASHINGTON TOWNSHIP", "AAAAAAAAAAA2", "200000"],
    ]);
    let list = "recipient,state,officers,federal_share,fiscal_year,program\nWashington Township,WA,2,200000,2023,CHP\n";
    let (list, awards) = ((Format::AwardList, list), (Format::Usaspending, awards.as_str()));
    for (at, order) in [[list, awards], [awards, list]].into_iter().enumerate() {
        for place in Place::each(&format!("of_two_recipients_of_one_name_{at}")).await {
            for (format, text) in order {
                load(&place, format, text).await;
            }
            let lines = place.rows(ALL).await;
            assert_eq!(lines.len(), 2, "{lines:?}");
            assert!(
                lines[1].starts_with("15JCOPS23GG00002UHPX 20000000 2023")
                    && lines[1].ends_with(" 20"),
                "{lines:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_may_be_one_award_and_stays_two_is_said() {
    let awards = |share| {
        summaries(&[
            ["15JCOPS23GG00001UHPX", "CITY OF EXAMPLE", "AAAAAAAAAAA1", "100000"],
            ["15JCOPS23GG00002UHPX", "CITY OF EXAMPLE", "AAAAAAAAAAA1", share],
        ])
    };
    let list = "recipient,state,officers,federal_share,fiscal_year,program\nCITY OF EXAMPLE,WA,2,100000,2023,CHP\n";
    // Two awards of one amount, and an amount that neither has.
    for (at, (share, list)) in
        [("100000", list.to_owned()), ("300000", list.replace("100000", "99000"))]
            .into_iter()
            .enumerate()
    {
        for list_first in [false, true] {
            for place in Place::each(&format!("what_may_be_one_award_{at}_{list_first}")).await {
                let mut order =
                    [(Format::Usaspending, awards(share)), (Format::AwardList, list.clone())];
                if list_first {
                    order.reverse();
                }
                load(&place, order[0].0, &order[0].1).await;
                let report = load(&place, order[1].0, &order[1].1).await;
                let warned = warned(&report, BESIDE);
                assert_eq!(warned.len(), 1, "{report}");
                assert!(
                    warned[0].contains("CITY OF EXAMPLE (")
                        && warned[0].contains("15JCOPS23GG00001UHPX ("),
                    "{warned:?}"
                );
                assert_eq!(place.rows(ALL).await.len(), 3);
            }
        }
    }
}

#[tokio::test]
async fn lists_without_a_year_do_not_replace_each_other() {
    for place in Place::each("lists_without_a_year_do_not_replace_each_other").await {
        let list = "recipient,state,officers,federal_share,program\nA PD,CO,1,100,CHP\nB PD,CO,1,200,CHP\n";
        load(&place, Format::AwardList, list).await;
        let other = list.replace("100", "350").replace("200", "400");
        let report = load(&place, Format::AwardList, &other).await;
        assert_eq!(report.tables["grants"].added, 2, "{report}");
        assert_eq!(warned(&report, "with another amount or year").len(), 2, "{report}");
        let shares = "SELECT federal_share FROM grants ORDER BY 1";
        assert_eq!(place.rows(shares).await, ["10000", "20000", "35000", "40000"]);
        // A year says which one is corrected, and where two are it does not.
        let dated = "recipient,state,officers,federal_share,program,fiscal_year\nC PD,CO,1,100,CHP,2020\nC PD,CO,2,200,CHP,2020\n";
        load(&place, Format::AwardList, dated).await;
        let report = load(&place, Format::AwardList, &dated.replace(",1,100,", ",1,150,")).await;
        assert_eq!(
            (report.tables["grants"].changed, report.tables["grants"].unchanged),
            (1, 1),
            "{report}"
        );
        let both = dated.replace(",1,100,", ",1,160,").replace(",2,200,", ",2,210,");
        let report = load(&place, Format::AwardList, &both).await;
        assert_eq!(warned(&report, "with another amount or year").len(), 2, "{report}");
    }
}

#[tokio::test]
async fn a_row_that_is_one_of_several_awards_of_lists_is_left_out() {
    for place in Place::each("a_row_that_is_one_of_several_awards_of_lists").await {
        let list = "recipient,state,officers,federal_share,program,fiscal_year\nA PD,CO,1,100,CHP,2020\nA PD,CO,2,100,CHP,2022\n";
        load(&place, Format::AwardList, list).await;
        let other = "recipient,state,officers,federal_share,program\nA PD,CO,1,100,CHP\n";
        let report = load(&place, Format::AwardList, other).await;
        assert_eq!(warned(&report, "(left out)").len(), 1, "{report}");
        assert_eq!(place.rows("SELECT federal_share FROM grants").await, ["10000", "10000"]);
    }
}
