//! The price of a request predicts its cost, whatever it asks.

mod requests;

use std::io::Write as _;

use cops_graphql::{demo, graphql::sdl};
use indicatif::ProgressBar;
use serde_json::Value;

use self::requests::{Chance, Shapes};
use crate::support::TestDatabase;

/// The requests that are made up.
const REQUESTS: u64 = 2_000;
/// Where they are written, for a clock to be held against them.
const WRITTEN: &str = "LOAD_REQUESTS";

/// A request whose cost was not its price.
struct Far {
    times: f64,
    price: u64,
    cost: u64,
    query: String,
}

#[tokio::test]
async fn a_price_says_what_a_request_does() {
    let test = TestDatabase::sqlite().await;
    let db = test.writer().await;
    demo::load(&db, 0.05, demo::DEFAULT_SEED, &ProgressBar::hidden()).await.unwrap();
    let client = test.client().await;
    let shapes = Shapes::of(&sdl());
    let mut written = std::env::var(WRITTEN).ok().map(|path| std::fs::File::create(path).unwrap());
    let (mut asked, mut far) = (0, Vec::new());
    for seed in 0..REQUESTS {
        let query = shapes.request(&mut Chance::of(seed));
        let answer = client.answer(&query, Value::Null).await;
        if let Some(error) = answer.response.errors.first() {
            // Some measures need a filter, which nobody has made up.
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            let code = code.map(ToString::to_string).unwrap_or_default();
            let refused = ["\"BAD_ARGUMENT\"", "\"QUERY_TOO_LARGE\""];
            assert!(refused.contains(&code.as_str()), "{error:?} {query}");
            continue;
        }
        if let Some(file) = &mut written {
            writeln!(file, "{query}").unwrap();
        }
        asked += 1;
        let (price, cost) = (answer.price, answer.cost());
        let number = |points: u64| f64::from(u32::try_from(points).unwrap());
        let times = number(price) / number(cost);
        if !(1.0 / 3.0..=3.0).contains(&times) {
            far.push(Far { times, price, cost, query });
        }
    }
    far.sort_by(|a, b| a.times.total_cmp(&b.times));
    let show = |Far { times, price, cost, query }: &Far| {
        format!("{times:.2} ({price} and not {cost}): {query}")
    };
    let shown: Vec<String> = far.iter().map(show).collect();
    assert!(asked > REQUESTS * 9 / 10, "{asked}");
    assert!(far.len() as u64 * 20 <= asked, "{} of {asked}: {shown:#?}", far.len());
    // An estimate is one of averages: where the rows that are asked for are all at one end of a table, one may be off.
    let beyond = |times: f64| -> Vec<String> {
        let is_beyond = |far: &&Far| !(1.0 / times..=times).contains(&far.times);
        far.iter().filter(is_beyond).map(show).collect()
    };
    assert!(beyond(10.0).len() as u64 * 1_000 <= asked, "{:#?}", beyond(10.0));
    assert!(beyond(20.0).is_empty(), "{:#?}", beyond(20.0));
}
