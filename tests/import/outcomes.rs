//! The FBI's employees, offenses and estimates: which values are kept, flagged, or missing rather than zero.

use cops_graphql::{
    ingest::{self, Format, FoundBy},
    reference,
};
use entity::outcome;
use serde_json::json;

use super::{Place, request};
use crate::support::TestDatabase;

/// A place whose dataset has the catalogue of measures.
pub(super) async fn place() -> Place {
    let place = Place::new().await;
    let mut load =
        cops_graphql::database::load::Load::begin(&place.db, "fixture", false).await.unwrap();
    reference::reset(&mut load).await.unwrap();
    load.commit(cops_graphql::database::load::LoadCounts::default()).await.unwrap();
    place
}

const EMPLOYEES: &str = "data_year,ori,pub_agency_name,pub_agency_unit,state_abbr,division_name,\
    region_name,county_name,agency_type_name,population_group_desc,population,male_officer_ct,\
    male_cilvilian_ct,male_total_ct,female_officer_ct,female_cilvilian_ct,female_total_ct,officer_ct,\
    civilian_ct,total_pe_ct,pe_ct_per_1000";

/// A row of the file of employees: year, ORI, people, male, female and all officers, civilians.
fn employees(rows: &[[&str; 7]]) -> String {
    let rows = rows.iter().map(|[year, ori, people, men, women, officers, civilians]| {
        format!(
            "{year},{ori},Quarry,NULL,NB,Mountain,West,QUILL,City,\"Cities from 2,500 thru 9,999\",\
             {people},{men},0,0,{women},0,0,{officers},{civilians},0,NULL\n"
        )
    });
    format!("{EMPLOYEES}\n{}", rows.collect::<String>())
}

const OUTCOMES: &str = "SELECT COALESCE(a.ori9, a.ori7, o.state, 'nation') || ' ' || o.year || ' ' || m.code || ' ' || \
    o.value || ' ' || COALESCE(o.population_served, '-') || ' ' || COALESCE(o.months_reported, '-') || ' ' || \
    COALESCE(o.flag, '-') AS line FROM outcomes o JOIN measures m ON m.id = o.measure_id \
    LEFT JOIN agencies a ON a.id = o.agency_id ORDER BY 1";

#[tokio::test]
async fn employees_are_kept_as_filed_and_marked_where_they_cannot_be_right() {
    let place = place().await;
    let text = employees(&[
        // As the publisher writes populations, and what is missing.
        ["2020", "NB0010100", "4e3", "8", "1", "9", "NULL"],
        ["2019", "NB0010100", "3900", "8", "1", "9", "3"],
        // Counted by another agency; more officers than people can have; a sum that is none.
        ["2020", "NB0010200", "0", "5", "0", "5", "1"],
        ["2020", "NB0010300", "2078", "400", "67", "467", "2"],
        ["2020", "NB0010400", "5000", "9", "2", "12", "0"],
        // Nothing at all is no zero.
        ["2018", "NB0010400", "NULL", "NULL", "NULL", "NULL", "NULL"],
    ]);
    let file = place.file("lee.csv", &text);
    let report = place.load(Format::FbiEmployees, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.refused, report.unknown_columns.len()), (6, 0, 0));
    assert_eq!(report.matches[&FoundBy::AgencyAdded], 4);
    assert_eq!(report.tables["agencies"].added, 4);
    assert_eq!(report.notes.values().sum::<u64>(), 1, "{:?}", report.notes);
    let expected = [
        "NB0010100 2019 civilians 3 3900 - -",
        "NB0010100 2019 population 3900 3900 - -",
        "NB0010100 2019 sworn_officers 9 3900 - -",
        "NB0010100 2020 population 4000 4000 - -",
        "NB0010100 2020 sworn_officers 9 4000 - -",
        "NB0010200 2020 civilians 1 - - -",
        "NB0010200 2020 population 0 - - COUNTED_ELSEWHERE",
        "NB0010200 2020 sworn_officers 5 - - -",
        "NB0010300 2020 civilians 2 2078 - -",
        "NB0010300 2020 population 2078 2078 - -",
        "NB0010300 2020 sworn_officers 467 2078 - IMPLAUSIBLE",
        "NB0010400 2020 civilians 0 5000 - -",
        "NB0010400 2020 population 5000 5000 - -",
        "NB0010400 2020 sworn_officers 12 5000 - IMPLAUSIBLE",
    ];
    assert_eq!(place.rows(OUTCOMES).await, expected);
    // The last year is what is known of the agency today, where it can be right.
    let agencies = "SELECT ori9 || ' ' || name || ' ' || kind || ' ' || state || ' ' || COALESCE(population, '-') \
        || ' ' || COALESCE(sworn_officers, '-') AS line FROM agencies ORDER BY ori9";
    let expected = [
        "NB0010100 Quarry MUNICIPAL_POLICE NE 4000 9",
        "NB0010200 Quarry MUNICIPAL_POLICE NE - 5",
        "NB0010300 Quarry MUNICIPAL_POLICE NE 2078 -",
        "NB0010400 Quarry MUNICIPAL_POLICE NE 5000 -",
    ];
    assert_eq!(place.rows(agencies).await, expected);

    // The same again is no load; the same in another file changes nothing; a correction one row.
    let again = place.load(Format::FbiEmployees, &[&file]).await.unwrap();
    assert_eq!(again.revision, None);
    let spelled = text.replace("cilvilian", "civilian");
    let file = place.file("spelled.csv", &spelled);
    let tally = place.load(Format::FbiEmployees, &[&file]).await.unwrap().tables["outcomes"];
    assert_eq!((tally.added, tally.changed, tally.unchanged), (0, 0, 14));
    let file = place.file("newer.csv", spelled.replace(",3900,", ",3901,"));
    let report = place.load(Format::FbiEmployees, &[&file]).await.unwrap();
    let tally = report.tables["outcomes"];
    assert_eq!((tally.added, tally.changed, tally.unchanged), (0, 3, 11));
    // An older year says nothing of today.
    assert_eq!(place.rows(agencies).await, expected);
}

#[tokio::test]
async fn employees_come_concatenated_too_by_the_shorter_ori() {
    let place = place().await;
    let first =
        place.file("lee.csv", employees(&[["2015", "NB0010100", "3000", "8", "1", "9", "3"]]));
    place.load(Format::FbiEmployees, &[&first]).await.unwrap();
    let text = "agency,year,state,population,ORI,total_officers,female_employees_officers,\
        male_employees_officers,total_civilians,officers_killed_felony\n\
        Quarry Police Department,2014,nebraska,2608,NB00101,9,0,9,8,0\n\
        Quarry Police Department,1978,nebraska,1e3,NB00101,8,,,4,0\n";
    let file = place.file("leoka.csv", text);
    let report = place.load(Format::FbiEmployees, &[&file]).await.unwrap();
    // The longer ORI is that of the agency, with two zeros after the shorter.
    assert_eq!(report.matches[&FoundBy::AgencyByOri], 1);
    assert_eq!(report.tables["outcomes"].added, 6);
    let rows = place.rows(OUTCOMES).await;
    assert!(rows.contains(&"NB0010100 1978 population 1000 1000 - -".to_owned()), "{rows:?}");
}

const OFFENSES: &str = "ori,ori9,agency_name,state,year,number_of_months_reported,population,actual_murder,\
    actual_rape_total,actual_robbery_total,actual_assault_aggravated,actual_burg_total,actual_theft_total,\
    actual_mtr_veh_theft_total,actual_index_violent,actual_index_property,tot_clr_murder,\
    tot_clr_index_violent,tot_clr_index_property,actual_arson_total";

#[tokio::test]
async fn offenses_are_of_the_months_that_were_reported() {
    let place = place().await;
    let row = |year: &str, months: &str, people: &str, counts: &str| {
        format!("NB00101,NB0010100,Quarry,nebraska,{year},{months},{people},{counts},0\n")
    };
    let first = [
        OFFENSES.to_owned() + "\n",
        row("2012", "12", "4e3", "1,2,3,4,5,6,7,10,18,1,5,2"),
        row("2013", "7", "", "0,2,NA,4,5,6,7,6,18,,5,2"),
        // No month reported: zeros that are none.
        row("2014", "0", "4000", "0,0,0,0,0,0,0,0,0,0,0,0"),
        // Less than nothing; a whole that is less than its parts.
        row("2015", "12", "NA", "-1,2,3,4,5,6,7,8,1,1,5,2"),
        row("2016", "13", "4000", "0,0,0,0,0,0,0,0,0,0,0,0"),
    ]
    .concat();
    let first = place.file("NB00101.csv", first);
    // A file of the next agency, one of several of a load.
    let other = row("2012", "12", "500", "0,0,0,0,0,0,0,0,0,0,0,0").replace("NB00101", "NB00102");
    let other = place.file("NB00102.csv", format!("{OFFENSES}\n{other}"));
    let mut wanted = request(Format::FbiOffenses, &[&first, &other]);
    let error = place.run(&wanted).await.unwrap_err().to_string();
    assert!(error.contains("line 6") && error.contains("from 0 to 12"), "{error}");
    assert_eq!(place.count(outcome::Entity).await, 0);
    wanted.max_rejects = "1".parse().unwrap();
    let report = place.run(&wanted).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (6, 1));
    let rows = place.rows(OUTCOMES).await;
    let of = |start: &str| -> Vec<&str> {
        rows.iter().filter_map(|row| row.strip_prefix(start)).collect()
    };
    assert_eq!(
        of("NB0010100 2012 "),
        [
            "aggravated_assault 4 4000 12 -",
            "burglary 5 4000 12 -",
            "larceny 6 4000 12 -",
            "motor_vehicle_theft 7 4000 12 -",
            "murder 1 4000 12 -",
            "murder_cleared 1 4000 12 -",
            "population 4000 4000 - -",
            "property_crime 18 4000 12 -",
            "property_crime_cleared 2 4000 12 -",
            "rape_legacy 2 4000 12 -",
            "robbery 3 4000 12 -",
            "violent_crime 10 4000 12 -",
            "violent_crime_cleared 5 4000 12 -",
        ]
    );
    // The definition of rape is another from 2013 on; what is missing is not there.
    let of_2013 = of("NB0010100 2013 ");
    assert!(of_2013.contains(&"rape_revised 2 - 7 -"), "{of_2013:?}");
    assert!(!of_2013.iter().any(|row| row.starts_with("robbery")), "{of_2013:?}");
    assert_eq!(of("NB0010100 2014 "), ["population 4000 4000 - -"]);
    let of_2015 = of("NB0010100 2015 ");
    assert!(of_2015.contains(&"murder -1 - 12 IMPLAUSIBLE"), "{of_2015:?}");
    assert!(of_2015.contains(&"property_crime 1 - 12 IMPLAUSIBLE"), "{of_2015:?}");
    assert!(of_2015.contains(&"violent_crime 8 - 12 -"), "{of_2015:?}");
    assert_eq!(of("NB0010200 2012 ").len(), 13);

    // The people that the file of employees says hold, whichever comes first.
    let lee =
        place.file("lee.csv", employees(&[["2012", "NB0010100", "4100", "8", "1", "9", "3"]]));
    let report = place.load(Format::FbiEmployees, &[&lee]).await.unwrap();
    assert_eq!(report.matches[&FoundBy::AgencyByOri], 1);
    assert_eq!(report.tables["outcomes"].changed, 1);
    wanted.again = true;
    let tally = place.run(&wanted).await.unwrap().tables["outcomes"];
    assert_eq!((tally.added, tally.changed), (0, 0));
    let rows = place.rows(OUTCOMES).await;
    assert!(rows.contains(&"NB0010100 2012 population 4100 4100 - -".to_owned()), "{rows:?}");
}

#[tokio::test]
async fn estimates_are_of_states_and_the_nation_with_what_is_said_against_them() {
    let place = place().await;
    let text = "year,state_abbr,population,violent_crime,homicide,rape_legacy,rape_revised,robbery,\
        aggravated_assault,property_crime,burglary,larceny,motor_vehicle_theft,caveats\n\
        2001,,285317559,1439480,16037,90863,,423557,909023,10437189,2116531,7092267,1228391,\"Those of  11 September are not counted.\"\n\
        2001,AK,633630,3735,39,501,,514,2681,23160,3847,16695,2618,\"2,618 \"\n";
    let file = place.file("estimated.csv", text);
    let report = place.load(Format::FbiEstimates, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.refused, report.tables["outcomes"].added), (2, 0, 20));
    // A number is no caveat.
    assert_eq!(report.notes.values().sum::<u64>(), 1);
    let rows = place.rows(OUTCOMES).await;
    assert!(rows.contains(&"AK 2001 murder 39 633630 - -".to_owned()), "{rows:?}");
    assert!(rows.contains(&"nation 2001 murder 16037 285317559 - CAVEAT".to_owned()), "{rows:?}");
    assert!(
        rows.contains(&"nation 2001 population 285317559 285317559 - -".to_owned()),
        "{rows:?}"
    );
    let notes = "SELECT DISTINCT COALESCE(note, '-') AS note FROM outcomes ORDER BY 1";
    assert_eq!(place.rows(notes).await, ["-", "Those of 11 September are not counted."]);
    let file = place.file("newer.csv", text.replace(",39,", ",40,"));
    let tally = place.load(Format::FbiEstimates, &[&file]).await.unwrap().tables["outcomes"];
    assert_eq!((tally.added, tally.changed, tally.unchanged), (0, 1, 19));
}

#[tokio::test]
async fn what_is_wrong_with_a_filing_is_said_with_its_place() {
    let place = place().await;
    let cases = [
        (["20x0", "NB0010100", "1", "1", "1", "2", "0"], "\"data_year\"", "is not a year"),
        (["2020", "NB001", "1", "1", "1", "2", "0"], "\"ori\"", "ORI"),
        (["2020", "NULL", "1", "1", "1", "2", "0"], "\"ori\"", "must name its agency"),
        (["2020", "NB0010100", "1.5", "1", "1", "2", "0"], "\"population\"", "4e3"),
        (["2020", "NB0010100", "1", "1", "1", "two", "0"], "\"officer_ct\"", "whole number"),
    ];
    for (row, column, words) in cases {
        let good = ["2019", "NB0010100", "1000", "1", "1", "2", "0"];
        let file = place.file("lee.csv", employees(&[good, row]));
        let error = place.load(Format::FbiEmployees, &[&file]).await.unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let text = error.to_string();
        for words in ["line 3", column, words, "nothing was changed"] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
    assert_eq!(place.count(outcome::Entity).await, 0);
}

#[tokio::test]
async fn the_same_filings_make_the_same_outcomes_on_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lee.csv");
    let rows = [
        ["2020", "NB0010100", "4e3", "8", "1", "9", "2"],
        ["2019", "NB0010100", "0", "8", "1", "9", "2"],
        ["2019", "NB0010100", "0", "8", "1", "9", "2"],
        ["2020", "NB0010200", "NULL", "8", "1", "9", "2"],
    ];
    std::fs::write(&path, employees(&rows)).unwrap();
    let query = "{ outcomes { totals { count agencies }
        groups(by: [MEASURE, LEVEL]) { nodes { key { measure { code } level } value { sum } } }
        nodes { level measure { code } agency { ori9 population swornOfficers } state year value populationServed
            monthsReported flag note source { title } } } }";
    let mut answers = Vec::new();
    for database in TestDatabase::each("the_same_filings_make_the_same_outcomes").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        let wanted = request(Format::FbiEmployees, &[&path]);
        let report = ingest::run(&db, &wanted).await.unwrap();
        // What is said twice is said once.
        assert_eq!(report.tables["outcomes"].added, 8);
        assert_eq!(report.notes.values().sum::<u64>(), 1);
        answers.push(database.client().await.data(query).await);
    }
    assert_eq!(answers[0]["outcomes"]["totals"]["count"], json!(8));
    assert_eq!(answers[0]["outcomes"]["totals"]["agencies"], json!(2));
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn months_are_told_counted_or_not_known() {
    // Of one agency, without months: they are not known, and a zero stands.
    let place = place().await;
    let text = "agency,year,state,population,ORI,act_murder,act_manslaughter,act_rape_total,act_robbery_total,\
                act_assault_total,act_aggravated_assault,act_burglary_total,act_theft_total,act_mtr_vhc_theft_total\n\
                Quarry,2016,Nebraska,4220,NB00101,0,0,1,0,37,5,18,20,6\n";
    let file = place.file("quarry.csv", text);
    let report = place.load(Format::FbiOffenses, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (1, 0));
    assert_eq!(
        place.rows(OUTCOMES).await,
        [
            "NB00101 2016 aggravated_assault 5 4220 - -",
            "NB00101 2016 burglary 18 4220 - -",
            "NB00101 2016 larceny 20 4220 - -",
            "NB00101 2016 motor_vehicle_theft 6 4220 - -",
            "NB00101 2016 murder 0 4220 - -",
            "NB00101 2016 population 4220 4220 - -",
            "NB00101 2016 rape_revised 1 4220 - -",
            "NB00101 2016 robbery 0 4220 - -",
        ]
    );
    // Of all, with the months that are missing.
    let place = self::place().await;
    let rows = "ori,ori9,state_abb,year,number_of_months_missing,population,actual_murder\n\
                NB00101,NB0010100,NB,2016,0,4220,0\n\
                NB00101,NB0010100,NB,2015,12,4214,0\n\
                NB00101,NB0010100,NB,2014,3,NA,2\n\
                NB00101,NB0010100,NB,2013,NA,4200,0\n\
                NB00101,NB0010100,NB,2012,13,4200,0\n";
    let file = place.file("all.csv", rows);
    let mut wanted = request(Format::FbiOffenses, &[&file]);
    wanted.max_rejects = ingest::MaxRejects::Count(2);
    let report = place.run(&wanted).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (5, 2));
    assert_eq!(
        place.rows(OUTCOMES).await,
        [
            "NB0010100 2014 murder 2 - 9 -",
            "NB0010100 2015 population 4214 4214 - -",
            "NB0010100 2016 murder 0 4220 12 -",
            "NB0010100 2016 population 4220 4220 - -",
        ]
    );
    let rejected = std::fs::read_to_string(place.path("all.csv.rejected.csv")).unwrap();
    assert!(rejected.contains("all.csv,5,number_of_months_missing,NA,is empty"), "{rejected}");
    assert!(
        rejected.contains("all.csv,6,number_of_months_missing,13,\"is not a number of months"),
        "{rejected}"
    );
}

#[tokio::test]
async fn a_stray_number_is_no_caveat() {
    let place = place().await;
    let header = "year,state_abbr,population,violent_crime,homicide,robbery,aggravated_assault,property_crime,\
                  burglary,larceny,motor_vehicle_theft,caveats";
    let row =
        |year: &str, caveat: &str| format!("{year},CA,\" 4,000 \",9,1,1,7,3,1,1,1,{caveat}\n");
    let text = format!("{header}\n{}{}", row("2020", "\" 1,234 \""), row("2021", "See note 3"));
    let file = place.file("estimates.csv", text);
    place.load(Format::FbiEstimates, &[&file]).await.unwrap();
    let notes = "SELECT DISTINCT year || ' ' || COALESCE(flag, '-') || ' ' || COALESCE(note, '-') AS line FROM outcomes \
                 WHERE measure_id = (SELECT id FROM measures WHERE code = 'robbery') ORDER BY 1";
    assert_eq!(place.rows(notes).await, ["2020 - -", "2021 CAVEAT See note 3"]);
}

#[tokio::test]
async fn an_agency_has_one_row_under_both_lengths_of_its_ori() {
    let kaplan = "year,ori,population,total_officers,total_civilians,agency,state\n2020,WA03204,90000,100,20,spokane valley,washington\n";
    for seven_first in [false, true] {
        for place in Place::each(&format!("an_agency_has_one_row_{seven_first}")).await {
            let (names, kaplan) =
                (place.file("names.csv", super::NAMES), place.file("kaplan.csv", kaplan));
            let mut order = [(Format::FbiAgencies, &names), (Format::FbiEmployees, &kaplan)];
            if seven_first {
                order.reverse();
            }
            for (format, file) in order {
                place.load(format, &[file]).await.unwrap();
            }
            let list = place.file(
                "list.csv",
                "award_number,recipient,state,ori\nA1,Spokane Valley,WA,WA03204\n",
            );
            place.load(Format::AwardList, &[&list]).await.unwrap();
            let agencies = "SELECT a.ori9 || ' ' || a.ori7 || ' ' || a.name || ' ' || (SELECT COUNT(*) FROM outcomes o WHERE o.agency_id = a.id) \
                            || ' ' || (SELECT COUNT(*) FROM grants g WHERE g.agency_id = a.id) AS line FROM agencies a WHERE a.state = 'WA'";
            assert_eq!(
                place.rows(agencies).await,
                ["WA0320400 WA03204 Spokane Valley Police Department 3 1"]
            );
        }
    }
}

#[tokio::test]
async fn rows_of_one_agency_under_two_oris_that_differ_are_named() {
    let header = "data_year,ori,population,officer_ct,civilian_ct,pub_agency_name\n";
    for place in Place::each("rows_of_one_agency_under_two_oris").await {
        // Two lengths of one ORI: refused by line.
        let rows = "2020,WA0320400,90000,100,20,Spokane Valley\n2020,WA03204,90000,101,20,Spokane Valley\n";
        let file = place.file("lee.csv", format!("{header}{rows}"));
        let refused = place.load(Format::FbiEmployees, &[&file]).await.unwrap_err().to_string();
        let words = "lee.csv, line 2, \"ori\" \"WA0320400\": contradicts lee.csv, line 3, about the same agency and year";
        assert!(refused.contains(words), "{refused}");
        // Two ORIs that only the crosswalk knows to be of one agency.
        let crosswalk = place.file(
            "leaic.csv",
            "ORI9,ORI7,NAME,STATENAME\nIN0494900,INIPD00,INDIANAPOLIS POLICE DEPARTMENT,INDIANA\n",
        );
        place.load(Format::Leaic, &[&crosswalk]).await.unwrap();
        let rows = "2020,IN0494900,800000,1000,20,Indianapolis\n2020,INIPD00,800000,1001,20,Indianapolis\n";
        let file = place.file("lee.csv", format!("{header}{rows}"));
        let refused = place.load(Format::FbiEmployees, &[&file]).await.unwrap_err().to_string();
        let words = "two rows contradict each other about INDIANAPOLIS POLICE DEPARTMENT (ORI IN0494900, INIPD00) in 2020: sworn_officers is 1000 and 1001";
        assert!(refused.contains(words), "{refused}");
    }
}
