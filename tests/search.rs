//! Search finds what was typed, the same on every database, and nothing else.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use cops_graphql::{
    database::load::{Load, LoadCounts},
    reference,
};
use entity::{
    agency,
    search::{Searched as _, words},
    source,
};
use sea_orm::{ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, QueryOrder as _};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    serve::Running,
    support::{Client, TestDatabase, binary},
};

const NAMES: usize = 500;
const SEARCHES: usize = 500;
const SEED: u64 = 16_710;

/// Names of places as agencies have them, and as they may have them.
const PLACES: &[&str] = &[
    "Kauaʻi",
    "Kaua'i County",
    "Lānaʻi",
    "Māui",
    "Hawai‘i",
    "Oʻahu",
    "Cañon City",
    "San Germán",
    "Añasco",
    "Mayagüez",
    "Peñasco",
    "Doña Ana County",
    "Española",
    "Piñon",
    "Coeur d'Alene",
    "Coeur d’Alene Tribal",
    "O’Fallon",
    "O'Brien County",
    "L'Anse",
    "St. Mary's",
    "Prince George`s County",
    "Queen Anneʼs County",
    "Winston-Salem",
    "Miami-Dade",
    "Wilkes-Barre",
    "Dover-Foxcroft",
    "Sault Ste. Marie",
    "Straße",
    "Weſt Straßburg",
    "Łódź",
    "Šumava",
    "İstanbul",
    "Diyarbakır",
    "Tromsø",
    "Ærø",
    "Ísafjörður",
    "Þórshöfn",
    "Đà Nẵng",
    "Nguyễn Huệ",
    "Œuvre",
    "ﬁrst",
    "Ｆｕｌｌ",
    "Ｎｏｒｔｈ １２",
    "Αθήνα",
    "Αστυνομίας",
    "Москва",
    "東京",
    "東京 警察",
    "㬐",
    "Dallas",
    "Spokane Valley",
    "Los Ángeles",
    "Montréal",
    "ŉoba",
    "Ĳmuiden",
    "Ca\u{ad}ñon",
    "🚓 Reno",
    "100%",
    "Under_Score",
    "Back\\slash",
    "\"Quoted\"",
    "12e3ab",
    "1E5",
    "12e34",
    "ab",
    "e3",
    "No. 7",
    "15JCOPS-24",
    "Ⅷ",
    "½",
    "1st",
    "u003b1",
];

/// What bodies are called.
const BODIES: &[&str] = &[
    "Police Department",
    "PD",
    "P.D.",
    "Sheriff's Office",
    "Sheriff’s Dept.",
    "Dept. of Public Safety",
    "Tribal Police",
    "Constable — Pct. 4",
    "School District #11",
    "Policía",
];

/// Numbers drawn from a seed (SplitMix64): the same everywhere.
struct NameDraw(u64);

impl NameDraw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut drawn = self.0;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let end = u64::try_from(end).unwrap();
        usize::try_from((drawn ^ (drawn >> 31)) % end).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// A name, in some spelling.
    fn name(&mut self) -> String {
        let mut parts = vec![self.one(PLACES)];
        if self.below(4) == 0 {
            parts.push(self.one(PLACES));
        }
        parts.push(self.one(BODIES));
        let name = parts.join(self.one(&[" ", " ", " ", "-", " / ", "\u{a0}"]));
        self.spelled(&name)
    }

    /// The same text otherwise encoded, and in other cases.
    fn spelled(&mut self, text: &str) -> String {
        let text = match self.below(4) {
            0 => text.nfd().collect(),
            1 => text.nfc().collect(),
            2 => text.replace(['\'', '’', 'ʻ', '‘', '`', 'ʼ'], self.one(&["", "'", "’", "ʻ", "ꞌ"])),
            _ => text.to_owned(),
        };
        match self.below(5) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            2 => text.chars().map(full_width).collect(),
            _ => text,
        }
    }

    /// What somebody types who looks for a name: some words of it, the last not to its end, with accents or without.
    fn search(&mut self, names: &[String]) -> String {
        let name = &names[self.below(names.len())];
        let parts: Vec<&str> = name.split_whitespace().collect();
        let count = 1 + self.below(parts.len().min(4));
        let mut typed: Vec<String> =
            (0..count).map(|_| parts[self.below(parts.len())].to_owned()).collect();
        if self.below(3) == 0 {
            let last = typed.pop().unwrap();
            let letters: Vec<char> = last.chars().collect();
            typed.push(letters[..=self.below(letters.len())].iter().collect());
        }
        if self.below(8) == 0 {
            typed.push(self.one(&["zzz", "of", "e3", "ab", "—", "α", "5"]).to_owned());
        }
        let typed = typed.join(" ");
        if self.below(3) == 0 {
            return words(&typed).collect::<Vec<_>>().join(" ");
        }
        self.spelled(&typed)
    }
}

fn full_width(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        other => other,
    }
}

/// The ids of the names that have, for each word of a search, one that begins with it.
fn oracle(names: &[String], search: &str) -> BTreeSet<i64> {
    let wanted: Vec<String> = words(search).collect();
    let found = |name: &String| {
        let has: Vec<String> = words(name).collect();
        wanted.iter().all(|word| has.iter().any(|other| other.starts_with(word.as_str())))
    };
    let is_blank = search.trim().is_empty();
    let ids = (1..).zip(names).filter(|(_, name)| (is_blank || !wanted.is_empty()) && found(name));
    ids.map(|(id, _)| id).collect()
}

/// Loads agencies of these names.
async fn load(database: &TestDatabase, names: &[String]) {
    let writer = database.writer().await;
    reference::ensure(&writer).await.unwrap();
    let source = source::Entity::find().order_by_asc(source::Column::Id).one(&writer).await;
    let source_id = source.unwrap().unwrap().id;
    let load = Load::begin(&writer, "names", false).await.unwrap();
    let agencies = (1..).zip(names).map(|(id, name)| {
        let mut agency = agency::Model {
            id,
            ori9: None,
            ori7: None,
            name: Some(name.clone()),
            kind: None,
            state: None,
            county_fips: None,
            county_name: None,
            city: None,
            // What tells the rows apart.
            zip: Some(id.to_string()),
            latitude: None,
            longitude: None,
            population: None,
            sworn_officers: None,
            search: String::new(),
            state_id: None,
            county_id: None,
            source_id,
            revision_id: load.revision(),
        };
        agency.search = agency.searched();
        agency
    });
    load.insert::<agency::Entity>(&agencies.collect::<Vec<_>>()).await.unwrap();
    load.commit(LoadCounts::default()).await.unwrap();
}

/// How many rows a search has, and the rows, page by page.
async fn walk(client: &Client, search: &str, size: usize, backward: bool) -> (u64, Vec<i64>) {
    let (first, after, more) = match backward {
        false => ("first", "after", "hasNextPage endCursor"),
        true => ("last", "before", "hasPreviousPage startCursor"),
    };
    let query = format!(
        "query ($search: String!, $place: String) {{ agencies(search: $search, {first}: {size}, {after}: $place) \
         {{ totalCount nodes {{ zip }} pageInfo {{ {more} }} }} }}"
    );
    let (has_more, cursor) = more.split_once(' ').unwrap();
    let (mut place, mut ids) = (Value::Null, Vec::new());
    loop {
        let variables = json!({ "search": search, "place": place });
        let data = client.data_with(&query, variables).await;
        let page = &data["agencies"];
        let nodes = page["nodes"].as_array().unwrap().iter();
        let found: Vec<i64> =
            nodes.map(|node| node["zip"].as_str().unwrap().parse().unwrap()).collect();
        if backward {
            ids.splice(0..0, found);
        } else {
            ids.extend(found);
        }
        if page["pageInfo"][has_more] != true {
            return (page["totalCount"].as_u64().unwrap(), ids);
        }
        place = page["pageInfo"][cursor].clone();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_find_what_a_naive_search_finds_however_they_are_paged() {
    let mut draw = NameDraw(SEED);
    let mut names: Vec<String> = (0..NAMES).map(|_| draw.name()).collect();
    // More than PostgreSQL takes for one word.
    let long = "x".repeat(3_000);
    names[NAMES / 2] = format!("{long} Police");
    let mut searches: Vec<String> = (0..SEARCHES).map(|_| draw.search(&names)).collect();
    searches.extend(
        ["", " ", "—", "12e3", "e3ab", "ab", "u", &long, &long[..700]].map(ToOwned::to_owned),
    );
    let expected: Vec<_> = searches.iter().map(|search| oracle(&names, search)).collect();
    let some = expected.iter().filter(|ids| !ids.is_empty()).count();
    assert!(some > 400 && expected.iter().any(BTreeSet::is_empty), "{some} find something");
    for (name, id) in names.iter().zip(1..) {
        assert!(oracle(&names, name).contains(&id), "{name}");
    }
    let pagings: Vec<_> =
        [1, 2, 7, 50].into_iter().flat_map(|size| [(size, false), (size, true)]).collect();
    let test = "searches_find_what_a_naive_search_finds_however_they_are_paged";
    for database in TestDatabase::each(test).await {
        load(&database, &names).await;
        for client in [database.client().await, database.client_in_sql().await] {
            for (index, (search, expected)) in searches.iter().zip(&expected).enumerate() {
                // Each search in one way, and some in all.
                let ways = match index % 25 {
                    0 => &pagings[..],
                    _ => &pagings[index % pagings.len()..][..1],
                };
                for (size, backward) in ways {
                    // Not hundreds of pages.
                    let size = if expected.len() > size * 20 { 50 } else { *size };
                    let (total, ids) = walk(&client, search, size, *backward).await;
                    assert!(ids.is_sorted(), "{search:?} {size} {backward}: {ids:?}");
                    let what =
                        format!("{}: {search:?} by {size}, backward {backward}", database.url);
                    assert_eq!(total, ids.len() as u64, "{what}");
                    assert_eq!(&ids.into_iter().collect::<BTreeSet<_>>(), expected, "{what}");
                }
            }
            for (name, id) in names.iter().zip(1_i64..) {
                let (_, ids) = walk(&client, name, 50, false).await;
                assert!(ids.contains(&id), "{}: {name}", database.url);
            }
        }
    }
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/names_to_search.csv")
}

fn import(url: &str) {
    let import = Command::new(binary())
        .args(["import", "--database", url, "fbi-agencies"])
        .arg(fixture())
        .output()
        .unwrap();
    let said = String::from_utf8([import.stdout, import.stderr].concat()).unwrap();
    assert!(import.status.success(), "{said}");
}

#[tokio::test]
async fn what_people_type_finds_the_agencies_that_they_mean() {
    for database in TestDatabase::each("what_people_type_finds_the_agencies_that_they_mean").await {
        import(&database.url);
        let client = database.client().await;
        for (typed, expected) in [
            ("kauai", &["HI0040000", "HI0050000"][..]),
            ("kauaʻi police", &["HI0040000", "HI0050000"]),
            ("maui", &["HI0020000"]),
            ("lanai", &["HI0030000"]),
            ("german", &["PR0010000"]),
            ("strasse", &["TX0010000"]),
            ("STRAẞE", &["TX0010000"]),
            ("lodz", &["TX0020000"]),
            ("sumava", &["TX0020000"]),
            ("istanbul", &["TX0030000"]),
            ("ISTANBUL", &["TX0030000"]),
            ("first", &["TX0040000"]),
            ("full", &["TX0050000"]),
            ("100", &["TX0060000", "TX0070000"]),
            ("100%", &["TX0060000", "TX0070000"]),
            ("police_dept", &["TX0060000", "TX0070000"]),
            ("ofallon", &["TX0080000"]),
            ("o'fallon", &["TX0080000"]),
            ("nguyen", &["TX0090000"]),
            ("Nguye\u{302}\u{303}n", &["TX0090000"]),
            ("canon", &["CO0220100", "CO0220200"]),
            ("can\u{303}on", &["CO0220100", "CO0220200"]),
            ("cañon city nfd", &["CO0220200"]),
            ("anon", &[]),
        ] {
            let query = "query ($typed: String!) { agencies(search: $typed, orderBy: { field: ORI9 }) \
                { totalCount nodes { ori9 } } }";
            let data = client.data_with(query, json!({ "typed": typed })).await;
            let nodes = data["agencies"]["nodes"].as_array().unwrap();
            let found: Vec<&str> = nodes.iter().map(|it| it["ori9"].as_str().unwrap()).collect();
            assert_eq!(found, expected, "{}: {typed}", database.url);
            assert_eq!(data["agencies"]["totalCount"], expected.len(), "{typed}");
        }
    }
}

#[tokio::test]
async fn words_that_an_older_version_folded_are_folded_again_once() {
    for database in
        TestDatabase::each("words_that_an_older_version_folded_are_folded_again_once").await
    {
        import(&database.url);
        let writer = database.writer().await;
        let revisions = entity::revision::Entity::find().count(&writer).await.unwrap();
        for sql in [
            "UPDATE agencies SET search = 'kaua i county' WHERE ori9 = 'HI0050000'",
            "UPDATE counters SET value = 1 WHERE name = 'search folding'",
        ] {
            assert_eq!(writer.execute_unprepared(sql).await.unwrap().rows_affected(), 1, "{sql}");
        }
        let query = "{ agencies(search: \"kauai\") { totalCount } revisions(last: 1) { totalCount \
            nodes { format rowsRead changed unchanged } } }";
        for start in 1..=2 {
            let mut server = Running::start(&database.url, &["--empty"]);
            let data = server.data(query).await;
            assert_eq!(data["agencies"]["totalCount"], 2, "start {start}");
            assert_eq!(data["revisions"]["totalCount"], revisions + 1, "start {start}");
            let last = &data["revisions"]["nodes"][0];
            assert_eq!(last["format"], "search");
            assert_eq!(last["changed"], 1, "{last}");
            assert!(last["unchanged"].as_u64().unwrap() > 15, "{last}");
            assert!(last["rowsRead"].as_u64().unwrap() > 16, "{last}");
            #[cfg(unix)]
            assert_eq!(server.stop(), Some(0));
            drop(server);
        }
    }
}
