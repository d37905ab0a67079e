//! Answers of the USAspending API's `spending_by_award`, as a table.
//!
//! A page of answers holds at most 100 awards, so it is read whole, and given the column names of the
//! award summaries: one reader serves both.

use std::io::Read;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::{FilePlace, ImportError};

/// The bytes of one answer.
const MAX_BYTES: u64 = 64 << 20;

/// A column of the award summaries, and the fields of an answer that fill it, the first that is
/// there.
const COLUMNS: &[(&str, &[&str])] = &[
    ("assistance_award_unique_key", &["generated_internal_id"]),
    ("award_id_fain", &["Award ID"]),
    ("total_obligated_amount", &["Award Amount"]),
    ("total_outlayed_amount", &["Total Outlays"]),
    ("award_base_action_date", &["Base Obligation Date"]),
    ("period_of_performance_start_date", &["Start Date", "Period of Performance Start Date"]),
    (
        "period_of_performance_current_end_date",
        &["End Date", "Period of Performance Current End Date"],
    ),
    ("recipient_uei", &["Recipient UEI", "recipient_uei"]),
    ("recipient_name", &["Recipient Name"]),
    ("recipient_city_name", &["recipient_location_city_name"]),
    ("recipient_state_code", &["Recipient State Code", "recipient_location_state_code"]),
    (
        "cfda_numbers_and_titles",
        &["Assistance Listings", "CFDA Number", "primary_assistance_listing"],
    ),
    ("assistance_type_code", &["Award Type Code"]),
    ("assistance_type_description", &["Award Type"]),
    ("prime_award_base_transaction_description", &["Description"]),
    ("last_modified_date", &["Last Modified Date"]),
];

#[derive(Deserialize)]
struct ApiAnswer {
    results: Vec<Map<String, Value>>,
}

/// The rows of an answer, header first.
pub(crate) fn rows(file: &str, reader: impl Read) -> Result<Vec<Vec<String>>, ImportError> {
    let answer: ApiAnswer = serde_json::from_reader(reader.take(MAX_BYTES)).map_err(|error| {
        let place = FilePlace::line(file, error.line() as u64);
        let mend = "give the whole answer of /api/v2/search/spending_by_award/, or a CSV";
        ImportError::file(place, format!("is not such an answer: {error}"), mend)
    })?;
    let mut rows = vec![COLUMNS.iter().map(|(column, _)| (*column).to_owned()).collect()];
    rows.extend(answer.results.iter().map(|result| {
        let cell = |fields: &[&str]| match fields.iter().find_map(|field| value(result, field)) {
            Some(value) => text(value),
            None => String::new(),
        };
        COLUMNS.iter().map(|(_, fields)| cell(fields)).collect()
    }));
    Ok(rows)
}

/// A field that is there and not null. The recipient's place is an object of its own.
fn value<'a>(result: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    let found = match field.strip_prefix("recipient_location_") {
        Some(part) => result.get("Recipient Location")?.get(part),
        None => result.get(field),
    };
    found.filter(|value| !value.is_null())
}

/// A value as a cell shows it. A listing is an object, and there may be several.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join("; "),
        Value::Object(object) => {
            let part = |key: &str| object.get(key).map(text).unwrap_or_default();
            format!("{}: {}", part("cfda_number"), part("cfda_program_title"))
        }
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.to_string(),
            // An amount: the shortest decimal notation of the float, which is the one that was sent.
            None => number.as_f64().map(|number| format!("{number}")).unwrap_or_default(),
        },
        Value::Bool(_) | Value::Null => String::new(),
    }
}
