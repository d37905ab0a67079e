//! Where agencies are: within a circle, nearest first, in a county and in a state. Both databases and both executors find
//! what textbooks and the Census Bureau say.

use std::cmp::Ordering;

use cops_graphql::{
    database::load::{Load, LoadCounts},
    demo,
    ingest::{self, Format},
    reference,
};
use entity::{agency, county};
use indicatif::ProgressBar;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, Statement};
use serde_json::{Value, json};

use crate::{
    import::{TRANSACTIONS, csv, request},
    support::{Client, TestDatabase},
};

/// An agency of a list.
#[derive(Clone, Debug)]
struct Place {
    id: String,
    at: Option<(f64, f64)>,
}

/// All agencies, by their keys.
async fn places(client: &Client) -> Vec<Place> {
    let mut places = Vec::new();
    let mut after = String::new();
    loop {
        let query = format!(
            "{{ agencies(first: 100{after}) {{ nodes {{ id latitude longitude }} pageInfo {{ endCursor hasNextPage }} }} }}"
        );
        let page = client.data(&query).await["agencies"].clone();
        places.extend(page["nodes"].as_array().unwrap().iter().map(|node| Place {
            id: node["id"].to_string(),
            at: node["latitude"].as_f64().zip(node["longitude"].as_f64()),
        }));
        if page["pageInfo"]["hasNextPage"] == Value::Bool(false) {
            return places;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
}

/// The distance in kilometers, as the haversine formula has it.
fn kilometers((north, east): (f64, f64), (latitude, longitude): (f64, f64)) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let cosines = north.to_radians().cos() * latitude.to_radians().cos();
    let haversine = half(latitude - north) + cosines * half(longitude - east);
    2.0 * 6371.0088 * haversine.sqrt().asin()
}

/// The ids of the agencies within a circle, nearest first.
fn within(places: &[Place], middle: (f64, f64), most: f64) -> Vec<String> {
    let mut found: Vec<(f64, &Place)> = places
        .iter()
        .filter_map(|place| Some((kilometers(middle, place.at?), place)))
        .filter(|(far, _)| *far <= most)
        .collect();
    found.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal));
    found.into_iter().map(|(_, place)| place.id.clone()).collect()
}

/// What the server finds, a few at a time.
async fn asked(client: &Client, near: &str, size: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after = String::new();
    loop {
        let query = format!(
            "{{ agencies(filter: {{ near: {near} }}, orderBy: {{ field: DISTANCE }}, first: {size}{after}) \
             {{ nodes {{ id }} pageInfo {{ endCursor hasNextPage }} }} }}"
        );
        let page = client.data(&query).await["agencies"].clone();
        ids.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].to_string()));
        if page["pageInfo"]["hasNextPage"] == Value::Bool(false) {
            return ids;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
}

#[tokio::test]
async fn a_circle_has_the_agencies_that_are_within_nearest_first() {
    let mut answers = Vec::new();
    for database in TestDatabase::each_and_citus("a_circle_has_the_agencies").await {
        let bar = ProgressBar::hidden();
        demo::load(&database.writer().await, 0.05, 1, &bar).await.unwrap();
        let in_sql = database.client_in_sql().await;
        let all = places(&in_sql).await;
        let known = all.iter().filter(|place| place.at.is_some()).count();
        assert!(all.len() > 800 && known < all.len(), "{known} of {}", all.len());
        let mut counts = Vec::new();
        for (middle, most) in [
            ((38.9, -77.0), Some(50.0)),
            ((34.05, -118.24), Some(200.0)),
            ((61.2, -149.9), Some(1_000.0)),
            ((20.0, 179.9), Some(4_000.0)),
            ((90.0, 0.0), Some(5_000.0)),
            ((0.0, 0.0), Some(1.0)),
            ((40.0, -100.0), None),
        ] {
            let far = most.map_or(String::new(), |far| format!(", kilometers: {far}"));
            let near = format!("{{ latitude: {}, longitude: {}{far} }}", middle.0, middle.1);
            let expected = within(&all, middle, most.unwrap_or(f64::INFINITY));
            for client in [&database.client().await, &in_sql] {
                assert_eq!(asked(client, &near, 37).await, expected, "{near}");
                let query = format!(
                    "{{ agencies(filter: {{ near: {near} }}) {{ totalCount }} \
                     others: agencies(filter: {{ not: {{ near: {near} }} }}) {{ totalCount }} \
                     grants(filter: {{ agency: {{ near: {near} }} }}) {{ totals {{ count agencies federalShare {{ sum }} }} }} }}"
                );
                let data = client.data(&query).await;
                assert_eq!(data["agencies"]["totalCount"], expected.len(), "{near}");
                assert_eq!(data["others"]["totalCount"], all.len() - expected.len(), "{near}");
                answers.push(data);
            }
            counts.push(expected.len());
        }
        assert!(counts.contains(&0), "{counts:?}");
        assert!(counts.iter().filter(|count| **count > 2).count() > 3, "{counts:?}");
        assert_eq!(counts.last(), Some(&known));
    }
    for pair in answers.chunks(2) {
        assert_eq!(pair[0], pair[1], "the copy and the database");
    }
    if answers.len() > 14 {
        assert_eq!(answers[..14], answers[14..], "SQLite and PostgreSQL");
    }
}

#[tokio::test]
async fn a_distance_is_shown_where_a_place_is_known() {
    for database in TestDatabase::each_and_citus("a_distance_is_shown").await {
        let bar = ProgressBar::hidden();
        demo::load(&database.writer().await, 0.01, 1, &bar).await.unwrap();
        let client = database.client().await;
        let query = "{ agencies(first: 100) { nodes { latitude longitude \
            distanceKm(latitude: 38.9, longitude: -77) west: distanceKm(latitude: 0, longitude: -179.5) } } }";
        let data = client.data(query).await;
        for node in data["agencies"]["nodes"].as_array().unwrap() {
            let at = node["latitude"].as_f64().zip(node["longitude"].as_f64());
            for (name, from) in [("distanceKm", (38.9, -77.0)), ("west", (0.0, -179.5))] {
                let expected = at.map(|at| (kilometers(from, at) * 1000.0).round() / 1000.0);
                assert_eq!(node[name].as_f64(), expected, "{node}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_place_is_refused() {
    let database = TestDatabase::sqlite().await;
    let client = database.client().await;
    let near = |near: &str| format!("{{ agencies(filter: {{ near: {near} }}) {{ totalCount }} }}");
    let by = |filter: &str| {
        format!("{{ agencies(filter: {filter}, orderBy: {{ field: DISTANCE }}) {{ totalCount }} }}")
    };
    for (query, message) in [
        (
            near("{ latitude: 90.5, longitude: 0 }"),
            "filter.near.latitude: 90.5 is not between -90 and 90",
        ),
        (
            near("{ latitude: 0, longitude: -181 }"),
            "filter.near.longitude: -181 is not between -180 and 180",
        ),
        (
            near("{ latitude: 0, longitude: 0, kilometers: -1 }"),
            "filter.near.kilometers: -1 is not between 0 and 20016",
        ),
        (
            "{ agencies { nodes { distanceKm(latitude: 91, longitude: 0) } } }".to_owned(),
            "distanceKm.latitude: 91 is not between -90 and 90",
        ),
        (
            by("{ not: { near: { latitude: 0, longitude: 0 } } }"),
            "orderBy[0]: DISTANCE is measured from the center of `near`; add exactly one `near` to `filter`, outside of \
             `or` and `not`",
        ),
    ] {
        let (found, code) = client.error(&query).await;
        assert_eq!((&*found, &*code), (message, "BAD_ARGUMENT"), "{query}");
    }
    // A cursor of another place is one of another order.
    let bar = ProgressBar::hidden();
    demo::load(&database.writer().await, 0.01, 1, &bar).await.unwrap();
    let page = |longitude: i32, after: &str| {
        format!(
            "{{ agencies(filter: {{ near: {{ latitude: 40, longitude: {longitude} }} }}, orderBy: {{ field: DISTANCE }}, \
             first: 1{after}) {{ pageInfo {{ endCursor }} }} }}"
        )
    };
    let client = database.client().await;
    let cursor = client.data(&page(-90, "")).await["agencies"]["pageInfo"]["endCursor"].clone();
    let (_, code) = client.error(&page(-91, &format!(", after: {cursor}"))).await;
    assert_eq!(code, "INVALID_CURSOR");
}

/// Agencies with a code and a name of their county, written by a load that names those that are gone.
async fn write(db: &sea_orm::DatabaseConnection, gone: &[i32], rows: &[(i32, &str, Option<&str>)]) {
    let load = Load::begin(db, "counties", false).await.unwrap();
    let (revision_id, source_id) = (load.revision(), 1);
    load.remove::<agency::Entity>(agency::Column::Id.is_in(gone.iter().copied())).await.unwrap();
    let known: Vec<i32> = agency::Entity::find()
        .all(load.transaction())
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.id)
        .collect();
    for (id, fips, name) in rows {
        let row = agency::Model {
            id: *id,
            ori9: None,
            ori7: None,
            name: Some(format!("Agency {id}")),
            kind: None,
            state: Some("CA".parse().unwrap()),
            county_fips: Some((*fips).to_owned()),
            county_name: name.map(str::to_owned),
            city: None,
            zip: None,
            latitude: None,
            longitude: None,
            population: None,
            sworn_officers: None,
            state_id: None,
            county_id: None,
            search: String::new(),
            source_id,
            revision_id,
        };
        match known.contains(id) {
            true => load.change::<agency::Entity>(vec![row]).await.unwrap(),
            false => load.insert::<agency::Entity>(&[row]).await.unwrap(),
        }
    }
    load.commit(LoadCounts::default()).await.unwrap();
}

#[tokio::test]
async fn a_county_is_one_row_however_its_name_is_spelled() {
    for database in TestDatabase::each_and_citus("a_county_is_one_row").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        let query = "{ counties(orderBy: { field: FIPS }) { nodes { fips name inState { code } agencies { totalCount } } }
            agencies { groups(by: [IN_COUNTY, IN_STATE]) { nodes { key { inCounty { fips } inState { code name } } count } } } }";
        let show = async || database.client().await.data(query).await;
        let county = |fips: &str, name: Option<&str>, state: Option<&str>, count: i32| {
            let in_state = state.map(|code| json!({ "code": code }));
            json!({ "fips": fips, "name": name, "inState": in_state, "agencies": { "totalCount": count } })
        };
        let rows = [
            (1, "06037", Some("LOS ANGELES")),
            (2, "06037", Some("Los Angeles")),
            (3, "06037", Some("Los Angeles")),
            (4, "06037", None),
            (5, "06001", Some("Alameda")),
            (6, "06001", Some("Alameda County")),
            (7, "99001", None),
            (8, "6037", Some("no code")),
        ];
        write(&db, &[], &rows).await;
        let data = show().await;
        assert_eq!(
            data["counties"]["nodes"],
            json!([
                county("06001", Some("Alameda County"), Some("CA"), 2),
                county("06037", Some("Los Angeles"), Some("CA"), 4),
                county("99001", None, None, 1),
            ])
        );
        let california = json!({ "code": "CA", "name": "California" });
        let group = |fips: Option<&str>, count: i32| {
            let in_county = fips.map(|fips| json!({ "fips": fips }));
            json!({ "key": { "inCounty": in_county, "inState": california }, "count": count })
        };
        let groups = [(Some("06001"), 2), (Some("06037"), 4), (Some("99001"), 1), (None, 1)];
        let groups = groups.map(|(fips, count)| group(fips, count));
        assert_eq!(data["agencies"]["groups"]["nodes"], json!(groups));
        // Names are counted anew by each load, and a county of no agency is gone. What was, was.
        let rows = [(2, "06037", Some("LOS ANGELES")), (9, "06001", Some("Alameda"))];
        write(&db, &[7], &rows).await;
        let data = show().await;
        assert_eq!(
            data["counties"]["nodes"],
            json!([
                county("06001", Some("Alameda"), Some("CA"), 3),
                county("06037", Some("LOS ANGELES"), Some("CA"), 4),
            ])
        );
        let history = county::Entity::find().all(&db).await.unwrap();
        assert!(history.iter().all(|row| row.revision_id == 3), "{history:?}");
        let kept = "SELECT CAST(COUNT(*) AS bigint) FROM counties_history WHERE ended_by = 3";
        let kept = Statement::from_string(db.get_database_backend(), kept);
        let kept: i64 = db.query_one_raw(kept).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!(kept, 3);
    }
}

#[tokio::test]
async fn states_add_up_to_the_nation_and_tell_their_residents() {
    let database = TestDatabase::sqlite().await;
    let bar = ProgressBar::hidden();
    demo::load(&database.writer().await, 0.02, 1, &bar).await.unwrap();
    let query = "{ states { totalCount groups(by: [REGION]) { nodes { key { region } count } } }
        california: state(by: { code: \"CA\" }) { name fips region division latitude longitude residents2020
          populations(filter: { year: { eq: 2020 } }) { nodes { residents } } agencies { totalCount } }
        guam: state(by: { fips: \"66\" }) { code region residents2020 }
        statePopulations { groups(by: [YEAR]) { nodes { key { year } count residents { sum } } } }
        agencies(filter: { state: { eq: \"CA\" } }) { totalCount }
        others: agencies(filter: { inState: { region: { ne: WEST } } }) { totalCount }
        west: agencies(filter: { inState: { region: { eq: WEST } } }) { totalCount }
        all: agencies(filter: { state: { isNull: false }, inState: { region: { isNull: false } } }) { totalCount }
        grants { groups(by: [AGENCY_STATE]) { nodes { key { agencyState } federalShare { sum } dollarsPerResident } } }
        rows: states(first: 100) { nodes { code residents2020 } } }";
    let data = database.client().await.data(query).await;
    assert_eq!(data, database.client_in_sql().await.data(query).await);
    assert_eq!(data["states"]["totalCount"], 59);
    let counts: Vec<_> = data["states"]["groups"]["nodes"].as_array().unwrap().clone();
    let counts: Vec<_> = counts
        .iter()
        .map(|group| (group["key"]["region"].as_str().unwrap_or("none"), group["count"].clone()))
        .collect();
    let regions = [("MIDWEST", 12), ("NORTHEAST", 9), ("SOUTH", 17), ("WEST", 13), ("none", 8)];
    assert_eq!(counts, regions.map(|(region, count)| (region, json!(count))));
    let california = &data["california"];
    assert_eq!(california["residents2020"], california["populations"]["nodes"][0]["residents"]);
    assert_eq!(california["agencies"]["totalCount"], data["agencies"]["totalCount"]);
    assert_eq!(data["guam"], json!({ "code": "GU", "region": null, "residents2020": null }));
    // Each year has the 50 states and the District, which are the nation: the Census Bureau's own numbers, to the million.
    let years = data["statePopulations"]["groups"]["nodes"].as_array().unwrap();
    let nation = [(1990, 249), (1999, 272), (2000, 282), (2010, 309), (2020, 331), (2024, 340)];
    for (year, millions) in nation {
        let group = years.iter().find(|group| group["key"]["year"] == year).unwrap();
        assert_eq!(group["count"], 51);
        assert_eq!(group["residents"]["sum"].as_i64().unwrap() / 1_000_000, millions, "{year}");
    }
    let number = |value: &Value| value.as_i64().unwrap();
    let [west, others, all] =
        ["west", "others", "all"].map(|name| number(&data[name]["totalCount"]));
    assert_eq!(west + others, all);
    assert!(west > 0);
    // Dollars by residents of the state, whoever they are.
    let residents = |code: &str| {
        let mut rows = data["rows"]["nodes"].as_array().unwrap().iter();
        rows.find(|row| row["code"] == code).and_then(|row| row["residents2020"].as_f64())
    };
    let mut checked = 0;
    for group in data["grants"]["groups"]["nodes"].as_array().unwrap() {
        let Some(code) = group["key"]["agencyState"].as_str() else {
            assert_eq!(
                group["dollarsPerResident"],
                Value::Null,
                "organizations are in no agency's state"
            );
            continue;
        };
        let Some(sum) = group["federalShare"]["sum"].as_f64() else { continue };
        let expected = residents(code).map(|residents| sum / residents);
        let found = group["dollarsPerResident"].as_f64();
        match (found, expected) {
            (Some(found), Some(expected)) => {
                assert!((found - expected).abs() < 1e-9 * expected, "{group}");
                checked += 1;
            }
            (found, expected) => assert_eq!(found, expected, "{group}"),
        }
    }
    assert!(checked > 20, "{checked}");
}

#[tokio::test]
async fn awards_go_to_the_district_that_their_file_names() {
    let award = |key: &'static str, district: &'static str, amount: &'static str| {
        vec![
            ("assistance_transaction_unique_key", key),
            ("assistance_award_unique_key", key),
            ("award_id_fain", key),
            ("recipient_name", "CITY OF SPOKANE VALLEY"),
            ("recipient_state_code", "WA"),
            ("prime_award_transaction_recipient_cd_current", district),
            ("action_date", "2024-09-20"),
            ("federal_action_obligation", amount),
            ("cfda_number", "16.710"),
        ]
    };
    let rows = [
        award("A", "WA-05", "100"),
        award("B", "wa-05", "20"),
        award("C", "WY-00", "3"),
        award("D", "WA-90", "0.5"),
        award("E", "", "0.25"),
        award("F", "somewhere", "0.05"),
    ];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("awards.csv");
    std::fs::write(&path, csv(TRANSACTIONS, &rows)).unwrap();
    for database in TestDatabase::each_and_citus("awards_go_to_the_district").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        ingest::run(&db, &request(Format::Usaspending, &[&path])).await.unwrap();
        let query = "{ grants { groups(by: [IN_DISTRICT]) { nodes { key { inDistrict { code number inState { name } } } count federalShare { sum } } } }
            congressionalDistrict(by: { code: \"wa-05\" }) { grants { totals { count } } }
            grants2: grants(filter: { inDistrict: { number: { eq: 0 } } }) { totalCount } }";
        let data = database.client().await.data(query).await;
        assert_eq!(data, database.client_in_sql().await.data(query).await);
        let group = |district: Value, count: i32, sum: f64| json!({ "key": { "inDistrict": district }, "count": count, "federalShare": { "sum": sum } });
        let district = |code: &str, number: i32, state: &str| json!({ "code": code, "number": number, "inState": { "name": state } });
        let mut groups = data["grants"]["groups"]["nodes"].clone();
        for group in groups.as_array_mut().unwrap() {
            let sum = group["federalShare"]["sum"].as_f64();
            group["federalShare"]["sum"] = json!(sum);
        }
        assert_eq!(
            groups,
            json!([
                group(district("WA-05", 5, "Washington"), 2, 120.0),
                group(district("WY-00", 0, "Wyoming"), 1, 3.0),
                group(Value::Null, 3, 0.8),
            ])
        );
        assert_eq!(data["congressionalDistrict"]["grants"]["totals"]["count"], 2);
        assert_eq!(data["grants2"]["totalCount"], 1);
    }
}

#[tokio::test]
async fn every_value_of_the_data_has_a_label_and_every_band_its_edges() {
    let database = TestDatabase::sqlite().await;
    let query = "{ dataset { labels { enum value label description } populationBands { band from to label } }
        kinds: __type(name: \"AgencyKind\") { enumValues { name description } }
        bands: __type(name: \"PopulationBand\") { enumValues { name } } }";
    let data = database.client().await.data(query).await;
    let labels = data["dataset"]["labels"].as_array().unwrap();
    for value in data["kinds"]["enumValues"].as_array().unwrap() {
        let of = |label: &&Value| label["enum"] == "AgencyKind" && label["value"] == value["name"];
        let label = labels.iter().find(of).unwrap();
        assert_eq!(label["description"], value["description"]);
    }
    let sheriff = labels.iter().find(|label| label["value"] == "MUNICIPAL_POLICE").unwrap();
    assert_eq!(sheriff["label"], "Municipal police");
    let bands: Vec<_> = data["dataset"]["populationBands"].as_array().unwrap().clone();
    let names: Vec<_> = bands.iter().map(|band| json!({ "name": band["band"] })).collect();
    assert_eq!(json!(names), data["bands"]["enumValues"]);
    assert_eq!(
        bands[1],
        json!({ "band": "FROM_10000", "from": 10_000, "to": 25_000, "label": "10,000 to 24,999" })
    );
}
