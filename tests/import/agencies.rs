//! The FBI's two files of agencies, and the crosswalk.

use cops_graphql::ingest::{Format, FoundBy};

use super::{NAMES, PLACES, Place, csv, request};

const AGENCIES: &str = "SELECT ori9 || '|' || COALESCE(name, '-') || '|' || COALESCE(kind, '-') || '|' || \
    COALESCE(state, '-') || '|' || COALESCE(zip, '-') || '|' || COALESCE(latitude, '-') AS line \
    FROM agencies ORDER BY ori9";

#[tokio::test]
async fn the_two_files_are_joined_in_either_order() {
    let mut answers = Vec::new();
    for order in [["names.csv", "places.csv"], ["places.csv", "names.csv"]] {
        let place = Place::new().await;
        place.file("names.csv", NAMES);
        place.file("places.csv", PLACES);
        let paths = order.map(|name| place.path(name));
        let report = place.load(Format::FbiAgencies, &[&paths[0], &paths[1]]).await.unwrap();
        assert_eq!((report.rows_read, report.refused), (10, 0));
        assert_eq!(report.tables["agencies"].added, 9);
        answers.push(place.rows(AGENCIES).await);
    }
    assert_eq!(answers[0], answers[1]);
    let expected = [
        "AZ0080900|-|-|AZ|-|-",
        "MA008239E|-|-|MA|-|42.339459",
        "MA014669E|-|MUNICIPAL_POLICE|MA|-|-",
        "NB0010000|Adams County Sheriff's Office|SHERIFF|NE|-|-",
        "PA0010100|Perry Police Department|MUNICIPAL_POLICE|PA|-|-",
        "PA0010200|Perry Township Police Department|MUNICIPAL_POLICE|PA|-|-",
        "TSARRES06|Test Agency|OTHER|-|-|-",
        "TXDPD0000|Dallas Police Department|MUNICIPAL_POLICE|TX|-|-",
        "WA0320400|Spokane Valley Police Department|MUNICIPAL_POLICE|WA|99206|47.6",
    ];
    assert_eq!(answers[0], expected);
}

#[tokio::test]
async fn a_file_in_two_halves_is_the_same_dataset_and_a_newer_one_says_what_changed() {
    let place = Place::new().await;
    let names = place.file("names.csv", NAMES);
    let places = place.file("places.csv", PLACES);
    place.load(Format::FbiAgencies, &[&names]).await.unwrap();
    let report = place.load(Format::FbiAgencies, &[&places]).await.unwrap();
    let tally = report.tables["agencies"];
    assert_eq!((tally.added, tally.changed, tally.unchanged), (2, 1, 0));
    let newer = place.file("newer.csv", NAMES.replace("Test Agency", "Trial Agency"));
    let report = place.load(Format::FbiAgencies, &[&newer]).await.unwrap();
    let tally = report.tables["agencies"];
    assert_eq!((tally.added, tally.changed, tally.unchanged), (0, 1, 6));
    let revisions = place.rows("SELECT DISTINCT revision_id FROM agencies ORDER BY 1").await;
    assert_eq!(revisions, ["2", "3", "4"]);
}

const CROSSWALK: &str = "FSTATE,FCOUNTY,FPLACE,FIPS_ST,FIPS_COUNTY,FIPS,ORI9,ORI7,NAME,UA,STATENAME,\
COUNTYNAME,UANAME,PARTOF,AGCYTYPE,SUBTYPE1,SUBTYPE2,GOVID,LG_NAME,ADDRESS_NAME,ADDRESS_STR1,\
ADDRESS_STR2,ADDRESS_CITY,ADDRESS_STATE,ADDRESS_ZIP,REPORT_FLAG,CSLLEA08_ID,LEMAS_ID,U_STATENO,U_CNTY,\
U_POPGRP,U_TPOP,LG_POPULATION,CSLLEA_SUB,COMMENT,INTPTLAT,INTPTLONG,CONGDIST1,CONGDIST2_18,DISTNAME,\
SOURCE_A,SOURCE_B,SOURCE_C,SOURCE_D,SOURCE_E,SOURCE_F";

#[tokio::test]
async fn the_crosswalk_completes_and_adds_and_derives_no_ori() {
    let place = Place::new().await;
    let names = place.file("names.csv", NAMES);
    place.load(Format::FbiAgencies, &[&names]).await.unwrap();
    let local = ("AGCYTYPE", "(000) Local police department");
    let text = csv(
        CROSSWALK,
        &[
            &[
                ("ORI9", "WA0320400"),
                ("ORI7", "WA03204  "),
                ("NAME", "SPOKANE VALLEY POLICE DEPARTMENT    "),
                ("STATENAME", "WASHINGTON   "),
                ("COUNTYNAME", "SPOKANE"),
                ("FIPS", "53063"),
                ("U_TPOP", "90641"),
                local,
            ],
            &[
                ("ORI9", "INIPD0000"),
                ("ORI7", "IN0494900"),
                ("NAME", "INDIANAPOLIS POLICE"),
                ("STATENAME", "INDIANA"),
            ],
            &[
                ("ORI9", "INIPD0001"),
                ("ORI7", "IN04949"),
                ("NAME", "INDIANAPOLIS POLICE"),
                ("STATENAME", "INDIANA"),
                ("U_TPOP", "888888888"),
                ("LG_POPULATION", "999999999"),
                ("FIPS", "1001"),
                local,
            ],
            &[
                ("ORI9", "-1"),
                ("ORI7", "-1"),
                ("NAME", "SOMEWHERE MARSHAL"),
                ("STATENAME", "OHIO"),
                ("AGCYTYPE", "(004) Constable/Marshal"),
            ],
        ],
    );
    let file = place.file("leaic.tsv", text.replace("\",\"", "\"\t\"").replacen(',', "\t", 45));
    let mut wanted = request(Format::Leaic, &[&file]);
    wanted.max_rejects = "1".parse().unwrap();
    let report = place.run(&wanted).await.unwrap();
    // The second has nine characters where seven belong.
    assert_eq!((report.rows_read, report.refused), (4, 1));
    let tally = report.tables["agencies"];
    assert_eq!((tally.added, tally.changed), (2, 1));
    let rows = place
        .rows(
            "SELECT COALESCE(ori9, '-') || '|' || COALESCE(ori7, '-') || '|' || name || '|' || \
             COALESCE(kind, '-') || '|' || state || '|' || COALESCE(county_fips, '-') || '|' || \
             COALESCE(population, -1) AS line FROM agencies WHERE revision_id = 3 ORDER BY id",
        )
        .await;
    assert_eq!(
        rows,
        [
            "WA0320400|WA03204|Spokane Valley Police Department|MUNICIPAL_POLICE|WA|53063|90641",
            "INIPD0001|IN04949|INDIANAPOLIS POLICE|MUNICIPAL_POLICE|IN|01001|-1",
            "-|-|SOMEWHERE MARSHAL|CONSTABLE|OH|-|-1",
        ]
    );
    wanted.again = true;
    let tally = place.run(&wanted).await.unwrap().tables["agencies"];
    assert_eq!((tally.added, tally.changed, tally.unchanged), (0, 0, 3));
    assert!(!report.matches.contains_key(&FoundBy::AgencyByOri));
}

#[tokio::test]
async fn the_crosswalk_is_read_by_the_names_that_r_gives_its_columns() {
    for header in [
        "\"\",\"FIPS.ST\",\"FIPS.COUNTY\",\"ORI9\",\"ORI7\",\"NAME\",\"STATENAME\",\"ADDRESS.CITY\",\"U.TPOP\",\"AGCYTYPE\"",
        "\"\",\"fips_st\",\"fips_county\",\"ori9\",\"ori7\",\"name\",\"statename\",\"address_city\",\"u_tpop\",\"agcytype\"",
        "\"\",\"fips_state_code\",\"fips_county_code\",\"ori9\",\"ori\",\"agency_name\",\"state\",\"address city\",\"u_tpop\",\"agency_type\"",
    ] {
        let place = Place::new().await;
        let row = "\"1\",78,10,\"VIVPD0000\",\"VIVPD00\",\"VIRGIN ISLANDS POLICE\",\"VIRGIN ISLANDS\",NA,1e+05,\"Local police department\"";
        let file = place.file("leaic.csv", format!("{header}\n{row}\n"));
        let report = place.load(Format::Leaic, &[&file]).await.unwrap();
        assert_eq!((report.rows_read, report.refused, report.unknown_columns.len()), (1, 0, 0));
        let sql = "SELECT ori9 || ' ' || state || ' ' || population || ' ' || kind || ' ' || county_fips || ' ' || \
                   COALESCE(city, '-') AS line FROM agencies";
        assert_eq!(place.rows(sql).await, ["VIVPD0000 VI 100000 MUNICIPAL_POLICE 78010 -"]);
    }
}

#[tokio::test]
async fn a_place_that_is_none_and_codes_that_something_took_for_numbers() {
    let place = Place::new().await;
    let rows = "ori,zip,lat,lng\nCA0010100,90210.0,34.5,-118.5\nCA0010200,9021O,0,0\nCA0010300,90210,34.5,118.5\n\
                CA0010400,90210,-118.5,34.5\nGM0010000,96910,13.5,144.8\n";
    let mut wanted = request(Format::FbiAgencies, &[&place.file("places.csv", rows)]);
    wanted.max_rejects = "2".parse().unwrap();
    let report = place.run(&wanted).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (5, 2), "{report}");
    let rejected = std::fs::read_to_string(place.path("places.csv.rejected.csv")).unwrap();
    assert!(
        rejected.contains("places.csv,4,lng,118.5,is not in the United States at this latitude"),
        "{rejected}"
    );
    let expected =
        ["CA0010100|-|-|CA|90210|34.5", "CA0010200|-|-|CA|-|-", "GM0010000|-|-|GU|96910|13.5"];
    assert_eq!(place.rows(AGENCIES).await, expected);
    let crosswalk = "ORI9,ORI7,NAME,STATENAME,FIPS,AGCYTYPE,INTPTLAT,INTPTLONG\n\
        CA0010500,CA00105,OAK POLICE,CALIFORNIA,6001.0,(000) Local police department,0,0\n";
    place.load(Format::Leaic, &[&place.file("leaic.csv", crosswalk)]).await.unwrap();
    let fips = "SELECT county_fips || ' ' || COALESCE(latitude, '-') AS line FROM agencies WHERE ori9 = 'CA0010500'";
    assert_eq!(place.rows(fips).await, ["06001 -"]);
}
