//! Removes and changes data that may be missing: numbers, child rows, parent rows, years, prices.

use sea_orm::{ConnectionTrait as _, DatabaseConnection};

use super::random::Random;

/// Tables with the ids that their rows have at most, and their numbers that may be unknown, each with the least and
/// the greatest that it becomes where it is changed.
type Numbers = (&'static str, usize, &'static [(&'static str, i64, i64)]);

const NUMBERS: [Numbers; 7] = [
    ("agencies", 24, &[("population", 0, 120_000), ("sworn_officers", 0, 90)]),
    (
        "grants",
        72,
        &[
            ("fiscal_year", 2004, 2026),
            ("federal_share", -5_000_001, 90_000_001),
            ("local_match", 0, 30_000_001),
            ("project_total", 0, 99_999_999),
            ("outlayed", 0, 70_000_001),
        ],
    ),
    (
        "officers_funded",
        144,
        &[
            ("requested", 0, 400),
            ("funded", 0, 300),
            ("accepted", 0, 300),
            ("hired", 0, 250),
            ("retained", 0, 200),
            ("school_resource_officers", 0, 20),
            ("veterans", 0, 20),
            ("part_time", 0, 20),
        ],
    ),
    ("trainings", 3, &[("hours", 1, 400), ("first_year", 2016, 2020)]),
    ("trainees", 60, &[("hours", 0, 99)]),
    ("programs", 3, &[("first_year", 1994, 1999), ("last_year", 2000, 2003)]),
    ("outcomes", 500, &[("population_served", 0, 9_999), ("months_reported", 0, 12)]),
];

/// Tables and their other columns that may be unknown.
const REST: [(&str, usize, &[&str]); 6] = [
    ("agencies", 24, &["state", "kind", "city", "county_name"]),
    ("organizations", 4, &["kind", "state", "city"]),
    (
        "grants",
        72,
        &["program_id", "status", "instrument", "obligated_on", "announced_on", "title"],
    ),
    ("officers_funded", 144, &["kind"]),
    ("training_sessions", 9, &["grant_id", "state", "starts_on", "modality"]),
    ("trainees", 60, &["agency_id", "completed_on"]),
];

/// Zeros are cases of their own.
const ZEROS: [(&str, usize, &str); 4] = [
    ("agencies", 24, "population"),
    ("agencies", 24, "sworn_officers"),
    ("officers_funded", 144, "funded"),
    ("outcomes", 500, "population_served"),
];

/// More rows of the tables of which there are few.
const MORE: [&str; 3] = [
    "INSERT INTO organizations (id, name, kind, search, source_id, revision_id) VALUES (4, 'Idle', 'BUSINESS', '', 1, 1)",
    "INSERT INTO partnerships (id, organization_id, announced_on, source_id, revision_id) VALUES
        (2, 3, NULL, 1, 1), (3, 1, '2022-09-30', 1, 1), (4, 4, '2021-10-01', 1, 1)",
    "INSERT INTO publications (id, title, series, topic, year, search, source_id, revision_id) VALUES
        (2, 'Second', 'S', NULL, NULL, '', 1, 1), (3, 'Third', 'S', 'BUILDING_TRUST', 2012, '', 1, 1),
        (4, 'Fourth', NULL, 'OFFICER_WELLNESS', 2015, '', 1, 1)",
];

/// Prices between which amounts in cents are often in the middle of two.
const ROUND_PRICES: [&str; 3] = [
    "UPDATE price_index SET cpi_u = 200000 WHERE year IN (2010, 2013, 2016)",
    "UPDATE price_index SET cpi_u = 100000 WHERE year = 2012",
    "UPDATE price_index SET cpi_u = 300000 WHERE year = 2024",
];

/// Breaks the data, for the same seed in the same way.
pub(super) async fn break_data(db: &DatabaseConnection, seed: u64) {
    let mut random = Random::new(seed);
    for sql in statements(&mut random) {
        db.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

fn statements(random: &mut Random) -> Vec<String> {
    let mut sql: Vec<_> = MORE.iter().map(|sql| (*sql).to_owned()).collect();
    for (table, most, columns) in NUMBERS {
        for (column, least, greatest) in columns {
            for id in some(random, most, 30) {
                let value = random.within(*least, *greatest);
                sql.push(format!("UPDATE {table} SET {column} = {value} WHERE id = {id}"));
            }
            sql.extend(unknown(random, table, most, column));
        }
    }
    for (table, most, column) in ZEROS {
        let ids = some(random, most, 8);
        sql.extend(of(&ids, &format!("UPDATE {table} SET {column} = 0 WHERE id")));
    }
    for (table, most, columns) in REST {
        for column in columns {
            sql.extend(unknown(random, table, most, column));
        }
    }
    for id in some(random, 144, 40) {
        let (year, month) = (random.within(2008, 2025), random.within(1, 12));
        let day = format!("{year}-{month:02}-{:02}", random.within(1, 28));
        let amount = random.within(-3_000_001, 9_000_001);
        sql.push(format!(
            "UPDATE obligations SET obligated_on = '{day}', amount = {amount} WHERE id = {id}"
        ));
    }
    for column in ["shown", "differs"] {
        let ids = some(random, 60, 30);
        sql.extend(of(&ids, &format!("UPDATE claims SET {column} = NOT {column} WHERE id")));
    }
    if random.chance(40) {
        sql.extend(ROUND_PRICES.map(ToOwned::to_owned));
    }
    sql.extend(deletions(random));
    sql
}

/// Makes a column unknown: rarely, or often, or (if seldom) everywhere.
fn unknown(random: &mut Random, table: &str, most: usize, column: &str) -> Option<String> {
    let percent = *random.pick(&[0, 3, 10, 10, 25, 25, 60, 100]);
    let ids = some(random, most, percent);
    of(&ids, &format!("UPDATE {table} SET {column} = NULL WHERE id"))
}

fn deletions(random: &mut Random) -> Vec<String> {
    let mut sql = Vec::new();
    let years: Vec<_> = (2010..=2017).filter(|year| *year != 2012 && random.chance(25)).collect();
    sql.extend(of(&years, "DELETE FROM price_index WHERE year"));
    for (table, column, most, percent) in [
        ("officers_funded", "grant_id", 72, 20),
        ("officers_funded", "id", 144, 10),
        ("obligations", "grant_id", 72, 20),
        ("claims", "grant_id", 72, 20),
        ("claims", "id", 60, 10),
        ("trainees", "session_id", 9, 20),
        ("outcomes", "agency_id", 24, 20),
        ("outcomes", "id", 500, 50),
    ] {
        let ids = some(random, most, percent);
        sql.extend(of(&ids, &format!("DELETE FROM {table} WHERE {column}")));
    }
    // All grants of an agency go with what hangs on them.
    if let Some(agencies) = list(&some(random, 24, 20)) {
        let grants = format!("(SELECT id FROM grants WHERE agency_id IN ({agencies}))");
        sql.extend([
            format!("UPDATE training_sessions SET grant_id = NULL WHERE grant_id IN {grants}"),
            format!("DELETE FROM officers_funded WHERE grant_id IN {grants}"),
            format!("DELETE FROM obligations WHERE grant_id IN {grants}"),
            format!("DELETE FROM claims WHERE grant_id IN {grants}"),
            format!("DELETE FROM grants WHERE agency_id IN ({agencies})"),
        ]);
    }
    sql
}

/// So many of a hundred ids.
fn some(random: &mut Random, most: usize, percent: usize) -> Vec<usize> {
    (1..=most).filter(|_| random.chance(percent)).collect()
}

fn list(ids: &[usize]) -> Option<String> {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    (!ids.is_empty()).then(|| ids.join(", "))
}

fn of(ids: &[usize], sql: &str) -> Option<String> {
    list(ids).map(|ids| format!("{sql} IN ({ids})"))
}
