//! An independent implementation: it reads the raw rows, answers requests in plain Rust as the docs and
//! `schema.graphql` define them, and compares the answers of both executors on both databases, value by value. The
//! rows are those of the fixture, with many values removed or changed.

mod asked;
mod beside;
mod beyond;
mod breakage;
mod data;
mod difference;
mod dimensions;
mod draw;
mod events;
mod filters;
mod groups;
mod having;
mod measures;
mod quotients;
mod random;
mod requests;
mod summaries;
mod tables;

use std::collections::BTreeMap;

use cops_graphql::limits::Limits;
use serde_json::Value;

use self::{
    data::Data,
    dimensions::Dimension,
    draw::Draw,
    random::Random,
    requests::{Expected, Ids, Request},
    tables::{TABLES, Table, screaming},
};
use crate::{
    fixture::{self, SMALL},
    support::{Client, TestDatabase},
};

/// What all choices follow from, each of the datasets and its requests.
const MASTER_SEED: u64 = 20_261_125;
const DATASETS: u64 = 8;
const REQUESTS: usize = 250;
/// How many requests are sent in one document.
const TOGETHER: usize = 10;

/// What was compared.
#[derive(Default)]
struct Tally {
    values: usize,
    quotients: usize,
    wrong: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_those_of_the_raw_rows() {
    let (datasets, requests) =
        (from_env("ORACLE_DATASETS", DATASETS), from_env("ORACLE_REQUESTS", REQUESTS));
    let master = from_env("ORACLE_SEED", MASTER_SEED);
    let mut tally = Tally::default();
    for dataset in 0..datasets {
        let seed = master.wrapping_add(dataset * 1_000_003);
        ask_dataset(seed, requests, &mut tally).await;
    }
    println!("{} values, {} of them quotients", tally.values, tally.quotients);
    let wrong = tally.wrong.len();
    assert!(wrong == 0, "master seed {master}: {wrong} differ\n{}", tally.wrong.join("\n\n"));
    let requests = usize::try_from(datasets).unwrap() * requests;
    assert!(tally.values > requests * 20 && tally.quotients > requests, "what is compared");
}

/// A number of the environment, for more of the same.
fn from_env<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Breaks the data in one way, and asks both executors on both databases.
async fn ask_dataset(seed: u64, requests: usize, tally: &mut Tally) {
    let databases = TestDatabase::each_layout("answers_are_those_of_the_raw_rows").await;
    let (mut clients, mut read) = (Vec::new(), Vec::new());
    for database in &databases {
        let writer = database.writer().await;
        fixture::load(&writer, SMALL).await;
        breakage::break_data(&writer, seed).await;
        read.push(Data::read(&writer).await);
        let mut executors = vec![("SQL", database.client_in_sql().await)];
        if !database.is_on_several_machines {
            executors.push(("memory", database.client().await));
        }
        for (executor, mut client) in executors {
            // Prices grow with what a page may hold.
            client.limits = Limits { groups: 4_000, page: 200, ..Limits::unlimited() };
            clients.push((format!("{executor} ({})", database.url), client));
        }
    }
    assert!(read.iter().all(|data| *data == read[0]), "the same rows on each");
    let data = &read[0];
    let ids = ids(&clients[0].1, data).await;
    let mut random = Random::new(seed);
    let mut draw = Draw { random: &mut random, data };
    let drawn: Vec<_> = (0..requests).map(|_| draw.request()).collect();
    for together in drawn.chunks(TOGETHER) {
        let answers: Vec<_> = together.iter().map(|request| request.answer(data, &ids)).collect();
        for (name, client) in &clients {
            ask(client, &format!("seed {seed}, {name}"), together, &answers, tally).await;
        }
    }
}

/// The global ids of the rows that can be keys: rows are in the order of their ids.
async fn ids(client: &Client, data: &Data) -> Ids {
    let mut ids = BTreeMap::new();
    let is_key =
        |table: &&Table| TABLES.iter().any(|it| it.ones.iter().any(|one| one.table == table.name));
    for table in TABLES.iter().filter(is_key) {
        let rows = data.all(table.name);
        let found = client
            .data(&format!("{{ {}(first: {}) {{ nodes {{ id }} }} }}", table.name, rows.len()))
            .await;
        let nodes = found[table.name]["nodes"].as_array().unwrap();
        let found = rows
            .iter()
            .zip(nodes)
            .map(|(row, node)| (row.id, node["id"].as_str().unwrap().to_owned()));
        ids.insert(table.name, found.collect());
    }
    ids
}

/// Asks several requests in one document.
async fn ask(
    client: &Client,
    name: &str,
    requests: &[Request],
    expected: &[Expected],
    tally: &mut Tally,
) {
    let named = |place: usize| format!("r{place}");
    let fields: Vec<_> = requests.iter().enumerate().map(|(at, it)| it.text(&named(at))).collect();
    let answer = client.answer(&format!("{{ {} }}", fields.join("\n")), Value::Null).await;
    if let Some(error) = answer.response.errors.first() {
        // Which of them it is of is found by asking for each alone.
        for (request, expected) in requests.iter().zip(expected) {
            if requests.len() == 1 {
                tally.wrong.push(format!("{name}: {}\n{{ {} }}", error.message, fields[0]));
            } else {
                let alone = (std::slice::from_ref(request), std::slice::from_ref(expected));
                Box::pin(ask(client, name, alone.0, alone.1, tally)).await;
            }
        }
        return;
    }
    let found = answer.response.data.into_json().unwrap();
    for (place, expected) in expected.iter().enumerate() {
        if let Err(what) = tally.compare(&found[named(place)], expected) {
            tally.wrong.push(format!("{name}: {what}\n{{ {} }}", fields[place]));
        }
    }
}

impl Tally {
    /// Holds what was found to what was expected, and says where they part.
    fn compare(&mut self, found: &Value, expected: &Expected) -> Result<(), String> {
        self.values += 1;
        let differ = || Err(format!(": found {found}, expected {expected:?}"));
        match (expected, found) {
            (Expected::Null, Value::Null) => Ok(()),
            (Expected::Boolean(expected), Value::Bool(found)) if expected == found => Ok(()),
            (Expected::Text(expected), Value::String(found)) if expected == found => Ok(()),
            (Expected::Exact(expected), Value::Number(found)) if is(found.as_f64(), *expected) => {
                Ok(())
            }
            (Expected::Quotient(expected), Value::Number(found))
                if is(found.as_f64(), *expected) =>
            {
                self.quotients += 1;
                Ok(())
            }
            (Expected::Near(expected), Value::Number(found)) => {
                let found = found.as_f64().unwrap();
                let most = 1e-8 * expected.abs().max(found.abs()).max(1.0);
                if (found - expected).abs() <= most { Ok(()) } else { differ() }
            }
            (Expected::List(expected), Value::Array(found)) => {
                if expected.len() != found.len() {
                    return Err(format!(
                        ": found {} groups, expected {}",
                        found.len(),
                        expected.len()
                    ));
                }
                let mut pairs = found.iter().zip(expected).enumerate();
                pairs.try_for_each(|(at, (found, expected))| {
                    self.compare(found, expected).map_err(|what| format!("[{at}]{what}"))
                })
            }
            (Expected::Object(expected), Value::Object(found)) => {
                expected.iter().try_for_each(|(name, expected)| {
                    let found = found.get(name).unwrap_or(&Value::Null);
                    self.compare(found, expected).map_err(|what| format!(".{name}{what}"))
                })
            }
            _ => differ(),
        }
    }
}

/// Whether both are the same float, to the last bit.
fn is(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| {
        found.total_cmp(&expected).is_eq() || (found == 0.0 && expected == 0.0)
    })
}

/// What is drawn from is all there is: keys and measures are those of `schema.graphql`, but for
/// what is refused.
#[test]
fn all_keys_and_measures_are_drawn() {
    let schema = cops_graphql::graphql::sdl();
    let members = |opening: &str, is_value: fn(&str) -> bool| -> Vec<String> {
        let body = schema.split_once(opening).unwrap().1.split_once("\n}").unwrap().0;
        let mut documented = body
            .split("\"\"\"")
            .step_by(2)
            .flat_map(str::split_whitespace)
            .filter(|word| is_value(word));
        let mut found: Vec<_> = documented.by_ref().map(ToOwned::to_owned).collect();
        found.sort();
        found
    };
    let is_name = |word: &str| {
        word.chars().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_')
    };
    for table in &TABLES {
        let mut keys: Vec<_> =
            Dimension::all(table).iter().map(|key| screaming(&key.name())).collect();
        keys.sort();
        let name = table.name;
        let drawn = members(&format!("enum {}Dimension {{", table.type_name), is_name);
        assert_eq!(drawn, keys, "the keys of {name}: tests/oracle/tables.rs lists them");
        let mut measures: Vec<_> = table.measures.iter().map(|it| screaming(it.name())).collect();
        measures.push("COUNT".into());
        if table.name == "officersFunded" {
            measures.push("DOLLARS_PER_OFFICER".into());
        }
        measures.sort();
        let drawn = members(&format!("enum {}Measure {{", table.type_name), is_name);
        assert_eq!(drawn, measures, "the measures of {name}: tests/oracle/tables.rs lists them");
    }
}
