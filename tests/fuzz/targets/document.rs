//! Documents: any text, with any values of its variables. What is taken is answered alike by both executors, and
//! what is refused is refused again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fuzz_target!(|data: &str| {
    // The values of variables stand before the first line end, where they are JSON.
    let (first, rest) = data.split_once('\n').unwrap_or(("", data));
    let (variables, document) = match serde_json::from_str::<Value>(first) {
        Ok(variables @ Value::Object(_)) => (variables, rest),
        _ => (json!({}), data),
    };
    fuzz::with(|fixture| {
        let is_taken = fixture.prices(document, &variables);
        let memory = fixture.ask(document, &variables);
        assert_eq!(memory.is_some(), is_taken, "{document} {variables}");
        if let Some(memory) = memory {
            let database = fixture.ask_database(document, &variables);
            assert_eq!(database, Some(memory), "{document} {variables}");
        }
    });
});
