//! Agencies and offenses from the FBI's Crime Data Explorer and from NIBRS downloads.

use std::io::{Cursor, Write as _};

use cops_graphql::{
    ingest::{self, Format},
    reference,
};
use serde_json::json;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{NAMES, Place, outcomes, request};
use crate::support::TestDatabase;

const AGENCIES: &str = "SELECT ori9 || '|' || COALESCE(name, '-') || '|' || COALESCE(kind, '-') || '|' || \
    COALESCE(state, '-') || '|' || COALESCE(county_name, '-') || '|' || COALESCE(latitude, '-') || '|' || \
    COALESCE(population, '-') || '|' || COALESCE(sworn_officers, '-') AS line FROM agencies ORDER BY ori9";

/// The agencies of a state as the API gives them, by county.
const BY_COUNTY: &str = r#"{
  "QUILL": [
    {"ori": "AL0430200", "counties": "QUILL", "is_nibrs": true, "latitude": 32.6, "longitude": -85.3, "state_abbr": "AL",
     "state_name": "Alabama", "agency_name": "Quarry Police Department", "agency_type_name": "City",
     "nibrs_start_date": "2021-01-01"},
    {"ori": "AL0430000", "counties": "QUILL", "is_nibrs": true, "latitude": 32.6, "longitude": -85.3, "state_abbr": "AL",
     "state_name": "Alabama", "agency_name": "Quill County Sheriff's Office", "agency_type_name": "County",
     "nibrs_start_date": null}],
  "QUILL, LOOM": [
    {"ori": "AL0430200", "agency_name": "Quarry Police Department", "agency_type_name": "City"}],
  "NOT SPECIFIED": [
    {"ori": "ALSDI0000", "counties": "NOT SPECIFIED", "is_nibrs": false, "latitude": null, "longitude": null,
     "state_abbr": "AL", "state_name": "Alabama", "agency_name": "Orbit Guard", "agency_type_name": "Orbital",
     "nibrs_start_date": null}]
}"#;
/// The same as R makes a table of it.
const TABLE: &str = "ori,county,latitude,longitude,state_abbr,state,agency_name,agency_type,is_nibrs,nibrs_start_date\n\
    AL0430200,\"QUILL; LOOM\",32.6,-85.3,AL,Alabama,Quarry Police Department,City,TRUE,2021-01-01\n\
    AL0430000,QUILL,32.6,-85.3,AL,Alabama,Quill County Sheriff's Office,County,TRUE,NA\n\
    ALSDI0000,NOT SPECIFIED,NA,NA,AL,Alabama,Orbit Guard,Orbital,FALSE,NA\n";

#[tokio::test]
async fn agencies_come_by_county_and_as_a_table() {
    for (name, text) in [("agencies.json", BY_COUNTY), ("agencies.csv", TABLE)] {
        let place = Place::new().await;
        let file = place.file(name, text);
        let report = place.load(Format::FbiAgencies, &[&file]).await.unwrap();
        assert_eq!((report.rows_read, report.refused, report.unknown_columns.len()), (3, 0, 0));
        let expected = [
            "AL0430000|Quill County Sheriff's Office|SHERIFF|AL|QUILL|32.6|-|-",
            "AL0430200|Quarry Police Department|MUNICIPAL_POLICE|AL|-|32.6|-|-",
            "ALSDI0000|Orbit Guard|-|AL|-|-|-|-",
        ];
        assert_eq!(place.rows(AGENCIES).await, expected, "{name}");
        let said = report.to_string();
        let note = "agencies whose type and name do not determine their kind (left empty): 1\n    such as Orbit Guard \
                    (ALSDI0000, \"Orbital\")";
        assert!(said.contains(note), "{said}");
    }
}

#[tokio::test]
async fn the_same_answers_make_the_same_dataset_on_both() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let agencies = file("agencies.json", BY_COUNTY);
    let offenses = file("offenses.json", &summarized(&[(2012, "burglary", 3, 1)]));
    let mut answers = Vec::new();
    for database in TestDatabase::each("the_same_answers_make_the_same_dataset_on_both").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        ingest::run(&db, &request(Format::FbiAgencies, &[&agencies])).await.unwrap();
        ingest::run(&db, &request(Format::FbiOffenses, &[&offenses])).await.unwrap();
        let query = "{ agencies(filter: { ori9: { eq: \"AL0430200\" } }) { nodes { ori9 name kind countyName longitude
            outcomes { nodes { measure { code } year value monthsReported populationServed } } } } }";
        answers.push(database.client().await.data(query).await);
    }
    let quarry = &answers[0]["agencies"]["nodes"][0];
    assert_eq!(quarry["name"], "Quarry Police Department");
    let outcome = |code: &str, value: i32| {
        json!({ "measure": { "code": code }, "year": 2012, "value": value, "monthsReported": null,
            "populationServed": null })
    };
    let expected = json!([outcome("burglary", 3), outcome("burglary_cleared", 1)]);
    assert_eq!(quarry["outcomes"]["nodes"], expected);
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

const OF_A_YEAR: &str = "\"DATA_YEAR\",\"ORI\",\"NCIC_AGENCY_NAME\",\"PUB_AGENCY_NAME\",\"PUB_AGENCY_UNIT\",\"STATE_NAME\",\
    \"STATE_ABBR\",\"STATE_POSTAL_ABBR\",\"AGENCY_TYPE_NAME\",\"POPULATION\",\"MALE_OFFICER\",\"FEMALE_OFFICER\",\
    \"COUNTY_NAME\",\"NIBRS_PARTICIPATED\"\n";

fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn the_tables_of_a_download_of_nibrs_fill_what_is_not_known() {
    let place = Place::new().await;
    let names = place.file("names.csv", NAMES);
    place.load(Format::FbiAgencies, &[&names]).await.unwrap();
    let of_2018 = [
        OF_A_YEAR,
        "2018,\"NB0010000\",\"ADAMS CO SO HASTINGS\",\"Adams\",\"\",\"Nebraska\",\"NB\",\"NE\",\"County\",9000,20,3,\"ADAMS\",\"Y\"\n",
        "2018,\"LA0030000\",\"ASCENSION CO SO DONALDSONVILLE\",\"Ascension\",\"\",\"Louisiana\",\"LA\",\"LA\",\"County\",113129,229,47,\"ASCENSION\",\"Y\"\n",
        "2018,\"LALSP0000\",\"TROOP A\",\"State Police:\",\"Troop A\",\"Louisiana\",\"LA\",\"LA\",\"State Police\",0,,,\"A; B\",\"N\"\n",
        "2018,\"LA0990000\",\"NOWHERE\",\"Nowhere\",\"\",\"Louisiana\",\"LA\",\"LA\",\"County\",5,1,0,\"\",\"N\"\n",
    ]
    .concat();
    // A year before, which an archive of several years has, too.
    let of_2017 =
        of_2018.replace("2018,", "2017,").replace("113129", "1").replace("ASCENSION\"", "OLD\"");
    let parts = [
        ("LA/NIBRS_incident.csv", "INCIDENT_ID,AGENCY_ID,DATA_YEAR\n1,2,2018\n"),
        ("LA/agencies.csv", of_2018.as_str()),
        ("LA/agencies_2017.csv", of_2017.as_str()),
        ("LA/README.md", "# Read me\n"),
    ];
    let file = place.file("LA-2018.zip", zip(&parts));
    let report = place.load(Format::FbiAgencies, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (8, 0));
    assert_eq!(report.ignored_files, ["LA/NIBRS_incident.csv", "LA/README.md"]);
    let said = report.to_string();
    assert!(said.contains("rows replaced by a newer row of the same load (left out): 4"), "{said}");
    assert!(
        said.contains("(left empty): 1\n    such as Nowhere (LA0990000, \"County\")"),
        "{said}"
    );
    let rows = place.rows(AGENCIES).await;
    for line in [
        "LA0030000|Ascension|SHERIFF|LA|ASCENSION|-|113129|276",
        "LA0990000|Nowhere|-|LA|-|-|5|-",
        "LALSP0000|State Police: Troop A|STATE_POLICE|LA|-|-|-|-",
        // The name that was known is the longer one.
        "NB0010000|Adams County Sheriff's Office|SHERIFF|NE|ADAMS|-|9000|23",
    ] {
        assert!(rows.contains(&line.to_owned()), "{line}: {rows:?}");
    }

    let participation = "year,state_name,state_abbr,agency_id,agency_ori,agency_name,agency_population,\
        population_group_code,population_group,reported,months_reported,nibrs_reported,nibrs_months_reported,covered,\
        participated,nibrs_participated\n\
        2014,Louisiana,LA,1,LA0030000,Ascension,2,9A,x,1,12,1,12,0,1,1\n\
        2015,Louisiana,LA,1,LA0030000,Ascension,3,9A,x,1,12,1,12,0,1,1\n\
        2015,Louisiana,LA,2,LA0440000,Tensas,4500,9A,x,1,12,1,12,0,1,1\n";
    let explorer = "agency_id,ori,legacy_ori,agency_name,short_name,agency_type_id,agency_type_name,city_name,state_abbr,\
        primary_county,primary_county_fips,population,total_officers,icpsr_zip,icpsr_lat,icpsr_lng\n\
        1,LA0030000,LA0030000,Ascension Parish Sheriff's Office,Ascension,2,County,,LA,Ascension,22005,7,8,70346,30.2,-90.9\n";
    let parts = [("agency_participation.csv", participation), ("cde_agencies.csv", explorer)];
    let file = place.file("LA-2015.zip", zip(&parts));
    let report = place.load(Format::FbiAgencies, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (4, 0));
    let rows = place.rows(AGENCIES).await;
    for line in [
        "LA0030000|Ascension Parish Sheriff's Office|SHERIFF|LA|Ascension|30.2|113129|276",
        "LA0440000|Tensas|-|LA|-|-|4500|-",
    ] {
        assert!(rows.contains(&line.to_owned()), "{line}: {rows:?}");
    }
    let fips = "SELECT county_fips || ' ' || zip AS line FROM agencies WHERE ori9 = 'LA0030000'";
    assert_eq!(place.rows(fips).await, ["22005 70346"]);
}

#[tokio::test]
async fn an_agency_that_two_rows_tell_differently_is_refused() {
    let place = Place::new().await;
    let file = place.file("agencies.csv", TABLE.replace("AL0430000", "AL0430200"));
    let error = place.load(Format::FbiAgencies, &[&file]).await.unwrap_err().to_string();
    assert!(error.contains("2 of 3 rows"), "{error}");
    let file = place.file("other.csv", TABLE.replace(",AL,Alabama,Orbit", ",AL,Georgia,Orbit"));
    let error = place.load(Format::FbiAgencies, &[&file]).await.unwrap_err().to_string();
    assert!(error.contains("contradicts the state code, AL"), "{error}");
}

/// Results as the API gives them: year, offense, how many there were, and how many were cleared.
fn summarized(results: &[(i32, &str, i32, i32)]) -> String {
    let results = results.iter().map(|(year, offense, actual, cleared)| {
        json!({ "ori": "AL0430200                ", "data_year": year, "offense": offense, "cleared": cleared,
            "actual": actual })
    });
    json!({ "results": results.collect::<Vec<_>>(), "pagination": { "count": 3, "page": 0 } })
        .to_string()
}

#[tokio::test]
async fn summarized_offenses_are_read_without_the_zeros_that_stand_for_nothing() {
    let place = outcomes::place().await;
    let answer = summarized(&[
        // The old definition; and nothing cleared, which nobody counted.
        (2005, "rape", 0, 0),
        (2005, "rape-legacy", 16, 0),
        (2005, "robbery", 38, 0),
        (2005, "violent-crime", 54, 0),
        (2005, "arson", 3, 0),
        // The new one; no murder is a number.
        (2015, "rape", 9, 2),
        (2015, "rape-legacy", 0, 0),
        (2015, "homicide", 0, 0),
        // The old one was kept on for some years. Of two zeros the new one is in use.
        (2013, "rape", 0, 0),
        (2013, "rape-legacy", 5, 1),
        (2014, "rape", 0, 0),
        (2014, "rape-legacy", 0, 0),
        (2014, "larceny", 7, 1),
        // Nobody knows whether this was reported.
        (2016, "larceny", 0, 0),
        (2016, "rape", 0, 0),
    ]);
    let file = place.file("summarized.json", answer);
    let report = place.load(Format::FbiOffenses, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (5, 0));
    let said = report.to_string();
    assert!(said.contains("(left out, since they may not have been reported): 1"), "{said}");
    assert!(
        said.contains("years whose clearances are all zero (clearances left out): 1"),
        "{said}"
    );
    let rows = place
        .rows(
            "SELECT o.year || ' ' || m.code || ' ' || o.value || ' ' || COALESCE(o.months_reported, '-') || ' ' || \
             COALESCE(o.flag, '-') AS line FROM outcomes o JOIN measures m ON m.id = o.measure_id ORDER BY 1",
        )
        .await;
    let expected = [
        "2005 rape_legacy 16 - -",
        "2005 robbery 38 - -",
        "2005 violent_crime 54 - -",
        "2013 rape_legacy 5 - -",
        "2013 rape_legacy_cleared 1 - -",
        "2014 larceny 7 - -",
        "2014 larceny_cleared 1 - -",
        "2014 rape_revised 0 - -",
        "2014 rape_revised_cleared 0 - -",
        "2015 murder 0 - -",
        "2015 murder_cleared 0 - -",
        "2015 rape_revised 9 - -",
        "2015 rape_revised_cleared 2 - -",
    ];
    assert_eq!(rows, expected);
    let file = place.file("two.json", summarized(&[(2005, "rape", 1, 0), (2005, "rape", 2, 0)]));
    let error = place.load(Format::FbiOffenses, &[&file]).await.unwrap_err().to_string();
    assert!(error.contains("its results 1 and 2 contradict each other"), "{error}");
}

#[tokio::test]
async fn an_answer_given_to_another_format_is_named_for_what_it_is() {
    let place = outcomes::place().await;
    let awards = json!({ "results": [{ "Award ID": "A", "Award Amount": 1 }] }).to_string();
    let files = [
        (place.file("agencies.json", BY_COUNTY), Format::FbiAgencies),
        (place.file("offenses.json", summarized(&[(2005, "rape", 1, 0)])), Format::FbiOffenses),
        (place.file("awards.json", awards), Format::Usaspending),
    ];
    for (file, format) in &files {
        let others = [Format::FbiAgencies, Format::FbiOffenses, Format::Usaspending, Format::Leaic];
        for other in others.into_iter().filter(|other| other != format) {
            let error = place.load(other, &[file]).await.unwrap_err();
            assert_eq!(error.exit_code(), 2);
            let hint = format!("try `cops-graphql import {}`", format.name());
            assert!(error.to_string().contains(&hint), "{error}");
        }
    }
    let unknown = place.file("unknown.json", "{\"colour\": [{\"name\": \"red\"}]}");
    let error = place.load(Format::FbiAgencies, &[&unknown]).await.unwrap_err().to_string();
    assert!(
        error.contains("it has name") && error.contains("with the agencies of a state"),
        "{error}"
    );
    assert!(!error.to_lowercase().contains("spending"), "{error}");
    let error = place.load(Format::Leaic, &[&unknown]).await.unwrap_err().to_string();
    assert!(error.contains("the format does not read JSON"), "{error}");
}
