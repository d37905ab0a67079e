//! Converts responses of the USAspending API to tables.
//!
//! A response does not name its endpoint, so its fields decide. Awards of `search/spending_by_award`, transactions of
//! `search/spending_by_transaction` and the page of one award are read; any other response is refused with its
//! description. An award without money is never read, because nobody would notice that the amount is missing.
//!
//! Awards get the column names of the award summaries, so one reader serves both. The API returns assistance listings
//! only if they are requested: if no row has any, the table has no listing column.

use serde_json::{Map, Value};

use super::{text, value};

/// A column and the fields of a response that can fill it; the first one present is used. `a.b` is the field `b` of the
/// object `a`.
type AnswerColumn = (&'static str, &'static [&'static str]);

/// Awards of a search.
const AWARDS: &[AnswerColumn] = &[
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
    ("recipient_city_name", &["Recipient Location.city_name"]),
    ("recipient_state_code", &["Recipient State Code", "Recipient Location.state_code"]),
    (
        "cfda_numbers_and_titles",
        &["Assistance Listings", "CFDA Number", "primary_assistance_listing"],
    ),
    ("assistance_type_code", &["Award Type Code"]),
    ("assistance_type_description", &["Award Type"]),
    ("prime_award_base_transaction_description", &["Description"]),
    ("last_modified_date", &["Last Modified Date"]),
];

/// The page of one award.
const AWARD_PAGE: &[AnswerColumn] = &[
    ("assistance_award_unique_key", &["generated_unique_award_id"]),
    ("award_id_fain", &["fain"]),
    ("award_id_uri", &["uri"]),
    ("total_obligated_amount", &["total_obligation"]),
    ("total_outlayed_amount", &["total_outlay"]),
    ("total_non_federal_funding_amount", &["non_federal_funding"]),
    ("total_funding_amount", &["total_funding"]),
    ("award_base_action_date", &["date_signed"]),
    ("period_of_performance_start_date", &["period_of_performance.start_date"]),
    ("period_of_performance_current_end_date", &["period_of_performance.end_date"]),
    ("recipient_uei", &["recipient.recipient_uei"]),
    ("recipient_name", &["recipient.recipient_name"]),
    ("recipient_city_name", &["recipient.location.city_name"]),
    ("recipient_state_code", &["recipient.location.state_code"]),
    ("recipient_state_name", &["recipient.location.state_name"]),
    ("cfda_numbers_and_titles", &["cfda_info"]),
    ("assistance_type_code", &["type"]),
    ("assistance_type_description", &["type_description"]),
    ("prime_award_base_transaction_description", &["description"]),
    ("business_types_description", &["recipient.business_categories"]),
    ("last_modified_date", &["period_of_performance.last_modified_date"]),
];

/// Transactions of a search, with their names there.
const TRANSACTIONS: &[AnswerColumn] = &[
    ("generated_internal_id", &["generated_internal_id"]),
    ("Award ID", &["Award ID"]),
    ("Mod", &["Mod"]),
    ("Action Date", &["Action Date"]),
    ("Transaction Amount", &["Transaction Amount"]),
    ("Transaction Description", &["Transaction Description"]),
    ("Recipient Name", &["Recipient Name"]),
    ("Recipient UEI", &["Recipient UEI", "recipient_uei"]),
    ("Recipient Location.city_name", &["Recipient Location.city_name"]),
    ("Recipient Location.state_code", &["Recipient Location.state_code", "Recipient State Code"]),
    (
        "Assistance Listing",
        &["Assistance Listing", "Assistance Listings", "CFDA Number", "cfda_number"],
    ),
    ("Award Type", &["Award Type"]),
    ("Action Type", &["Action Type"]),
    ("Last Modified Date", &["Last Modified Date"]),
];

/// The same columns as a shape.
pub(crate) const TRANSACTION_FIELDS: &[&str] = &[
    "!award=generated_internal_id",
    "!number=Award ID",
    "!modification=Mod",
    "!day=Action Date",
    "!amount=Transaction Amount",
    "description=Transaction Description",
    "!recipient=Recipient Name",
    "uei=Recipient UEI",
    "city=Recipient Location.city_name",
    "state=Recipient Location.state_code",
    "listing=Assistance Listing",
    "type_text=Award Type",
    "action=Action Type",
    "modified=Last Modified Date",
];

/// The columns of assistance listings.
const LISTINGS: [&str; 2] = ["cfda_numbers_and_titles", "Assistance Listing"];
/// The columns that exist only if their fields are requested. A requested value that is missing is withdrawn.
const ASKED_FOR: [&str; 9] = [
    "total_outlayed_amount",
    "total_non_federal_funding_amount",
    "total_funding_amount",
    "award_base_action_date",
    "period_of_performance_start_date",
    "period_of_performance_current_end_date",
    "assistance_type_code",
    "assistance_type_description",
    "prime_award_base_transaction_description",
];

/// Responses that are not read, by fields that no other has: fields of the response or of each of its results.
const OTHERS: &[(&[&str], &str)] = &[
    (
        &["Sub-Award ID"],
        "subawards, which are parts of awards: request spending_by_award with \"spending_level\": \"awards\"",
    ),
    (&["subaward_number"], "the subawards of an award"),
    (&["piid"], "a contract, not financial assistance"),
    (&["Contract Award Type"], "contracts, not financial assistance"),
    (&["Loan Value"], "loans, not grants"),
    (&["file_url"], "the status of a download: fetch the file that it names"),
    (&["matched_transaction_count"], "the row count of a download"),
    (&["calculated_transaction_count"], "the row count of a download"),
    (
        &["federal_action_obligation", "modification_number"],
        "the transactions of one award without its key: download the award, or request search/spending_by_transaction",
    ),
    (&["transaction_obligated_amount"], "the accounts that pay an award"),
    (&["federal_account"], "the accounts that pay an award"),
    (&["time_period"], "spending over time, not awards"),
    (&["shape_code"], "spending by geography, not awards"),
    (&["category", "results"], "spending by category, not awards"),
    (&["recipient_level"], "recipients, not awards"),
    (&["toptier_code"], "government agencies, not awards"),
];

/// The rows of a response, header first.
pub(super) fn rows(answer: &Value) -> Result<Vec<Vec<String>>, String> {
    let Value::Object(answer) = answer else {
        return Err("is JSON, but not a response of USAspending".to_owned());
    };
    if answer.contains_key("generated_unique_award_id") && answer.contains_key("fain") {
        return one_award(answer);
    }
    let results = match answer.get("results") {
        Some(Value::Array(results)) => results.as_slice(),
        _ => &[],
    };
    let mut objects = Vec::with_capacity(results.len());
    for (result, number) in results.iter().zip(1..) {
        match result {
            Value::Object(result) => objects.push(result),
            _ => return Err(format!("result {number} is not an object")),
        }
    }
    let Some(first) = objects.first() else {
        return Err(unread(answer, None));
    };
    let has = |field: &str| objects.iter().any(|result| result.contains_key(field));
    let is_transactions = has("Transaction Amount") || has("Action Date") || has("Mod");
    let (columns, endpoint, needed): (_, _, &[&str]) = if is_transactions {
        let needed = &[
            "generated_internal_id",
            "Award ID",
            "Mod",
            "Action Date",
            "Transaction Amount",
            "Recipient Name",
        ];
        (TRANSACTIONS, "search/spending_by_transaction", needed)
    } else if has("Award ID") && other(first).is_none() {
        let needed = &["Award ID", "Award Amount", "Recipient Name"];
        (AWARDS, "search/spending_by_award", needed)
    } else {
        return Err(unread(answer, Some(first)));
    };
    for (result, number) in objects.iter().zip(1..) {
        if let Some(what) = other(result) {
            return Err(format!("result {number} is about {what}"));
        }
        if let Some(field) = needed.iter().find(|field| !result.contains_key(**field)) {
            return Err(format!(
                "is a response of /api/v2/{endpoint}/ whose result {number} lacks {field:?}: request it in the fields"
            ));
        }
        let key = result.get("generated_internal_id").and_then(Value::as_str);
        if key.is_some_and(|key| key.starts_with("CONT_")) {
            return Err(format!("result {number} is a contract, not financial assistance"));
        }
    }
    Ok(table(columns, &objects))
}

/// What to provide instead.
pub(super) const MEND: &str = "provide the complete response of /api/v2/search/spending_by_award/, \
                    /api/v2/search/spending_by_transaction/ or /api/v2/awards/ID/, or a CSV";

/// The page of one award as a table with one row.
fn one_award(answer: &Map<String, Value>) -> Result<Vec<Vec<String>>, String> {
    if answer.get("piid").is_some_and(|piid| !piid.is_null()) {
        return Err("is a contract, not financial assistance".to_owned());
    }
    for field in ["total_obligation", "recipient", "cfda_info"] {
        if !answer.contains_key(field) {
            return Err(format!("is the page of an award, but lacks {field:?}"));
        }
    }
    Ok(table(AWARD_PAGE, &[answer]))
}

/// The rows of results, header first.
fn table(columns: &[AnswerColumn], results: &[&Map<String, Value>]) -> Vec<Vec<String>> {
    let cell = |result: &Map<String, Value>, fields: &[&str]| {
        fields.iter().find_map(|field| value(result, field)).map(text).unwrap_or_default()
    };
    let has = |result: &Map<String, Value>, field: &str| {
        let first = field.split('.').next().unwrap_or(field);
        result.contains_key(first)
    };
    let is_there = |(name, fields): &&AnswerColumn| {
        let is_said = || results.iter().any(|it| !cell(it, fields).is_empty());
        let is_asked_for = || results.iter().any(|it| fields.iter().any(|field| has(it, field)));
        (!LISTINGS.contains(name) || is_said()) && (!ASKED_FOR.contains(name) || is_asked_for())
    };
    let columns: Vec<_> = columns.iter().filter(is_there).collect();
    let mut rows = vec![columns.iter().map(|(column, _)| (*column).to_owned()).collect()];
    rows.extend(
        results.iter().map(|it| columns.iter().map(|(_, fields)| cell(it, fields)).collect()),
    );
    rows
}

/// What an object is, if it is known not to be an award or a transaction.
fn other(object: &Map<String, Value>) -> Option<&'static str> {
    let has = |field: &str| object.get(field).is_some_and(|value| !value.is_null());
    let is_told = |fields: &[&str]| fields.iter().all(|field| has(field));
    OTHERS.iter().find(|(fields, _)| is_told(fields)).map(|(_, what)| *what)
}

/// Why a response is not read.
fn unread(answer: &Map<String, Value>, first: Option<&Map<String, Value>>) -> String {
    if let Some(what) = first.and_then(other).or_else(|| other(answer)) {
        return format!("is a response about {what}");
    }
    if let Some(detail) = answer.get("detail").or_else(|| answer.get("message")) {
        return format!("is an error of the API: {}", text(detail));
    }
    if answer.contains_key("results") && first.is_none() {
        return "is a response without results".to_owned();
    }
    let fields: Vec<&str> = first.unwrap_or(answer).keys().take(8).map(String::as_str).collect();
    format!(
        "is JSON, but not a response with awards or transactions (it has {})",
        fields.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use crate::ingest::json::{self, AnswerKind};

    #[test]
    fn an_answer_is_read_or_refused_as_what_it_is() {
        for (answer, words) in [
            (r#"{"detail": "Invalid value"}"#, "is an error of the API: Invalid value"),
            (r#"{"results": []}"#, "without results"),
            (r#"{"results": [1]}"#, "result 1 is not an object"),
            (r#"{"results": [{"Sub-Award ID": "1", "Award ID": "2"}]}"#, "subawards"),
            (r#"{"results": [{"aggregated_amount": 1, "time_period": {}}]}"#, "over time"),
            (r#"{"category": "cfda", "results": [{"code": "16.710"}]}"#, "by category"),
            (
                r#"{"results": [{"id": "ASST_TX_1", "federal_action_obligation": 1, "modification_number": "0"}]}"#,
                "without its key",
            ),
            (r#"{"status": "finished", "file_url": "x"}"#, "status of a download"),
            (
                r#"{"results": [{"Award ID": "A", "Recipient Name": "B"}]}"#,
                "lacks \"Award Amount\"",
            ),
            (
                r#"{"results": [{"Award ID": "A", "Transaction Amount": 1}]}"#,
                "spending_by_transaction/ whose result 1 lacks \"generated_internal_id\"",
            ),
            (
                r#"{"results": [{"Award ID": "A", "Award Amount": 1, "Recipient Name": "B", "generated_internal_id": "CONT_AWD_A"}]}"#,
                "contract",
            ),
            (
                r#"{"generated_unique_award_id": "CONT_AWD_1", "fain": null, "piid": "1"}"#,
                "contract",
            ),
            (r#"{"generated_unique_award_id": "A", "fain": "A"}"#, "lacks \"total_obligation\""),
            (r#"{"a": 1}"#, "it has a"),
            (r#"{"results": [{"#, "not a complete API response"),
        ] {
            let wanted = Some(AnswerKind::Usaspending);
            let error = json::rows("x.json", answer.as_bytes(), wanted).unwrap_err().to_string();
            assert!(error.contains(words), "{words}: {error}");
            assert!(error.contains("/api/v2/awards/ID/"), "{error}");
        }
    }
}
