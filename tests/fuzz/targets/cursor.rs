//! Cursors: any text, and lists of any values that bear the mark of the list that they are sent to.

#![no_main]

use std::cell::OnceCell;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// Lists whose orders have keys of all kinds, with nulls among them, and one that goes through a relation.
const LISTS: [&str; 6] = [
    "agencies(first: 2, orderBy: [{ field: POPULATION, nulls: FIRST }, { field: NAME, direction: DESC }]",
    "agencies(last: 2, orderBy: [{ field: LATITUDE, direction: DESC, nulls: LAST }]",
    "grants(first: 2, orderBy: [{ field: FEDERAL_SHARE, direction: DESC }, { field: OBLIGATED_ON }]",
    "grants(first: 2, orderBy: [{ field: AGENCY_STATE }, { field: STATUS, nulls: FIRST }]",
    "revisions(first: 2, orderBy: [{ field: LOADED_AT }]",
    "officersFunded(last: 2, orderBy: [{ field: FUNDED }, { field: KIND }]",
];

thread_local! {
    static MARKS: OnceCell<Vec<Value>> = const { OnceCell::new() };
}

/// The first item of the cursors of each list.
fn marks(fixture: &fuzz::Fixture) -> Vec<Value> {
    let mark = |list: &&str| {
        let data =
            fixture.ask(&format!("{{ list: {list}) {{ edges {{ cursor }} }} }}"), &Value::Null);
        let data = data.unwrap_or_else(|| panic!("{list} is refused"));
        let cursor = data["list"]["edges"][0]["cursor"].as_str().expect("a row");
        let bytes = URL_SAFE_NO_PAD.decode(cursor).expect("base64");
        serde_json::from_slice::<Vec<Value>>(&bytes).expect("a list").swap_remove(0)
    };
    LISTS.iter().map(mark).collect()
}

fuzz_target!(|data: (u8, bool, bool, &str)| {
    let (list, is_marked, before, text) = data;
    fuzz::with(|fixture| {
        let number = usize::from(list) % LISTS.len();
        let cursor = if is_marked {
            let mark =
                MARKS.with(|known| known.get_or_init(|| self::marks(fixture))[number].clone());
            let Ok(Value::Array(mut cells)) = serde_json::from_str(text) else { return };
            cells.insert(0, mark);
            URL_SAFE_NO_PAD.encode(Value::Array(cells).to_string())
        } else {
            text.to_owned()
        };
        let argument = if before { "before" } else { "after" };
        let list = LISTS[number];
        let query = format!(
            "query($at: String) {{ {list}, {argument}: $at) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}"
        );
        let variables = json!({ "at": cursor });
        // What is taken before it runs has an answer.
        let taken = fixture.prices(&query, &variables);
        assert_eq!(fixture.ask(&query, &variables).is_some(), taken, "{query} {variables}");
    });
});
