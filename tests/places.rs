//! Where agencies are: within a circle, and nearest first. Both databases and both executors find what textbooks say.

use std::cmp::Ordering;

use cops_graphql::demo;
use indicatif::ProgressBar;
use serde_json::Value;

use crate::support::{Client, TestDatabase};

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
    for database in TestDatabase::each("a_circle_has_the_agencies").await {
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
        assert!(counts.iter().any(|count| *count == 0), "{counts:?}");
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
    for database in TestDatabase::each("a_distance_is_shown").await {
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
            "filter.near.latitude: 90.5 is not from -90 to 90",
        ),
        (
            near("{ latitude: 0, longitude: -181 }"),
            "filter.near.longitude: -181 is not from -180 to 180",
        ),
        (
            near("{ latitude: 0, longitude: 0, kilometers: -1 }"),
            "filter.near.kilometers: -1 is not from 0 to 20016",
        ),
        (
            "{ agencies { nodes { distanceKm(latitude: 91, longitude: 0) } } }".to_owned(),
            "distanceKm.latitude: 91 is not from -90 to 90",
        ),
        (
            by("{ not: { near: { latitude: 0, longitude: 0 } } }"),
            "orderBy[0]: rows are ordered by their distance from the middle of `near`: name one in `filter`, outside of \
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
