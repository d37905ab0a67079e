//! Converts API responses to tables.
//!
//! A response does not name its API, so its fields decide ([`kind_of`]). If another format reads it, the error names
//! that format. If no format does, the error lists its fields.
//!
//! A response is read into memory: a page of USAspending has at most 100 rows, and all agencies of the nation are about
//! 5 MB.

mod exact;
mod fbi;
mod usaspending;

use std::io::Read;

use serde_json::{Map, Value};

pub(crate) use self::{fbi::SUMMARIZED, usaspending::TRANSACTION_FIELDS};
use super::error::{FilePlace, ImportError};

/// The maximum size of a response, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// A kind of response that a format reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerKind {
    /// Awards or transactions from USAspending.
    Usaspending,
    /// Agencies from the FBI's Crime Data Explorer.
    Agencies,
    /// Offenses of one agency by year, from the Crime Data Explorer.
    Offenses,
}

impl AnswerKind {
    /// The name of the format that reads it.
    pub(crate) fn format(self) -> &'static str {
        match self {
            Self::Usaspending => "usaspending",
            Self::Agencies => "fbi-agencies",
            Self::Offenses => "fbi-offenses",
        }
    }

    /// A description for messages.
    fn what(self) -> &'static str {
        match self {
            Self::Usaspending => "a response of USAspending",
            Self::Agencies => "a list of agencies of the Crime Data Explorer",
            Self::Offenses => "offenses of an agency by year, of the Crime Data Explorer",
        }
    }

    /// What to provide instead of a different response.
    fn mend(self) -> &'static str {
        match self {
            Self::Usaspending => usaspending::MEND,
            Self::Agencies => {
                "provide the complete response of the Crime Data Explorer's API with the agencies of a state, or a CSV"
            }
            Self::Offenses => {
                "provide the complete response of the Crime Data Explorer's API with the summarized offenses of an \
                 agency, whose results have ori, data_year, offense and actual, or a CSV"
            }
        }
    }
}

/// Whether a text is JSON, by its first bytes.
pub(crate) fn begins(text: &[u8]) -> bool {
    let after = |text: &[u8]| text[1..].trim_ascii_start().first().copied();
    match text.first() {
        Some(b'{') => true,
        // A CSV header may also begin with a bracket.
        Some(b'[') => matches!(after(text), Some(b'{' | b'[' | b']')),
        _ => false,
    }
}

/// The kind of a response, none if no format reads it, and whether it is one of several pages.
pub(crate) fn read_kind(
    file: &str,
    reader: &mut dyn Read,
) -> Result<(Option<AnswerKind>, bool), ImportError> {
    let answer = serde_json::from_reader(reader.take(MAX_BYTES)).map_err(|error| {
        let problem = format!("is not a complete API response: {error}");
        ImportError::file(FilePlace::file(file), problem, "download it again")
    })?;
    Ok((kind_of(&answer), page(&answer).is_some_and(AnswerPage::has_others)))
}

/// A response as a table.
#[derive(Debug)]
pub(crate) struct AnswerTable {
    /// The rows, header first.
    pub(crate) rows: Vec<Vec<String>>,
    /// Which page it is.
    pub(crate) page: Option<AnswerPage>,
}

/// A page of a response that may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AnswerPage {
    /// Its number, counted from 1.
    pub(crate) number: u64,
    /// Whether it is the last page.
    pub(crate) is_last: bool,
}

impl AnswerPage {
    /// Whether the response has other pages.
    fn has_others(self) -> bool {
        self.number > 1 || !self.is_last
    }

    /// The first page that lacks a neighbor, and the number of the missing page. Several responses may have pages with
    /// the same number.
    pub(crate) fn missing(pages: &[Self]) -> Option<(usize, u64)> {
        pages.iter().enumerate().find_map(|(at, page)| {
            let next = |number: u64| pages.iter().filter(|it| it.number == number).count();
            let open =
                |number: u64| pages.iter().filter(|it| it.number == number && !it.is_last).count();
            let number = page.number;
            if !page.is_last && next(number + 1) < open(number) {
                return Some((at, number + 1));
            }
            let has_before = number <= 1 || open(number - 1) >= next(number);
            (!has_before).then(|| (at, number - 1))
        })
    }
}

/// The rows of a response, header first.
pub(crate) fn rows(
    file: &str,
    reader: impl Read,
    wanted: Option<AnswerKind>,
) -> Result<AnswerTable, ImportError> {
    let other = "provide a CSV or a workbook: the format does not read JSON";
    let mend = wanted.map_or(other, AnswerKind::mend);
    let mut text = Vec::new();
    let read = reader.take(MAX_BYTES + 1).read_to_end(&mut text);
    read.map_err(|error| ImportError::read(FilePlace::file(file), &error))?;
    if text.len() as u64 > MAX_BYTES {
        let problem = format!("is JSON of more than {MAX_BYTES} bytes");
        return Err(ImportError::file(FilePlace::file(file), problem, mend));
    }
    // The parser refuses too large a number without saying where it is.
    if let Some((line, problem)) = exact::flaw(&text) {
        return Err(ImportError::file(FilePlace::line(file, line), problem, mend));
    }
    let answer: Value = serde_json::from_slice(&text).map_err(|error| {
        let place = FilePlace::line(file, error.line() as u64);
        ImportError::file(place, format!("is not a complete API response: {error}"), mend)
    })?;
    let page = page(&answer);
    let refused = |problem: String| ImportError::file(FilePlace::file(file), problem, mend);
    let rows = match (kind_of(&answer), wanted) {
        (Some(kind), _) if wanted != Some(kind) => {
            let (what, format) = (kind.what(), kind.format());
            let mend = format!("try `cops-graphql import {format}`");
            Err(ImportError::file(FilePlace::file(file), format!("is {what}"), mend))
        }
        (_, Some(AnswerKind::Usaspending)) => usaspending::rows(&answer).map_err(refused),
        (Some(AnswerKind::Agencies), _) => fbi::agencies(&answer).map_err(refused),
        (Some(AnswerKind::Offenses), _) => fbi::offenses(&answer).map_err(refused),
        (_, Some(kind)) => {
            Err(refused(format!("is JSON, but not {}{}", kind.what(), shown(&answer))))
        }
        (_, None) => Err(refused(format!("is JSON of an unknown kind{}", shown(&answer)))),
    };
    rows.map(|rows| AnswerTable { rows, page })
}

/// The page of a response; none if it does not say.
fn page(answer: &Value) -> Option<AnswerPage> {
    let metadata = answer.get("page_metadata")?;
    let number = metadata.get("page").and_then(Value::as_u64);
    let is_last = !metadata.get("hasNext").and_then(Value::as_bool)?;
    Some(AnswerPage { number: number.unwrap_or(1), is_last })
}

/// The kind of a response, by fields that no other kind has.
fn kind_of(answer: &Value) -> Option<AnswerKind> {
    let results = results(answer);
    let any = |fields: &[&str]| results.iter().any(|object| has(object, fields));
    if any(&["ori", "data_year", "offense", "actual"]) {
        return Some(AnswerKind::Offenses);
    }
    let is_page = answer.get("generated_unique_award_id").is_some();
    if is_page || any(&["Award ID"]) || any(&["generated_internal_id"]) {
        return Some(AnswerKind::Usaspending);
    }
    let is_agency = |(_, object): (_, &Map<String, Value>)| has(object, &["ori", "agency_name"]);
    fbi::listed(answer).any(is_agency).then_some(AnswerKind::Agencies)
}

fn has(object: &Map<String, Value>, fields: &[&str]) -> bool {
    fields.iter().all(|field| object.contains_key(*field))
}

/// The objects among the results of a response.
fn results(answer: &Value) -> Vec<&Map<String, Value>> {
    let results = answer.get("results").and_then(Value::as_array);
    results.into_iter().flatten().filter_map(Value::as_object).collect()
}

/// The first fields of a response or of its first result, for messages.
fn shown(answer: &Value) -> String {
    let first =
        results(answer).first().copied().or_else(|| fbi::listed(answer).next().map(|it| it.1));
    let fields: Vec<&str> = first
        .or_else(|| answer.as_object())
        .into_iter()
        .flat_map(|object| object.keys().take(8).map(String::as_str))
        .collect();
    if fields.is_empty() { String::new() } else { format!(" (it has {})", fields.join(", ")) }
}

/// A field that is present and not null. `a.b` is the field `b` of the object `a`.
fn value<'a>(object: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    let mut parts = field.split('.');
    let first = object.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part)).filter(|value| !value.is_null())
}

/// A value as cell text. A listing is an object, and there may be several.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join("; "),
        Value::Object(object) => {
            let part = |keys: &[&str]| keys.iter().find_map(|key| object.get(*key)).map(text);
            let number = part(&["cfda_number"]).unwrap_or_default();
            format!("{number}: {}", part(&["cfda_program_title", "cfda_title"]).unwrap_or_default())
        }
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.to_string(),
            // An amount: the shortest decimal notation of the float, which is what the API sent.
            None => number.as_f64().map(|number| format!("{number}")).unwrap_or_default(),
        },
        Value::Bool(it) => it.to_string(),
        Value::Null => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(answer: &str, wanted: Option<AnswerKind>) -> String {
        rows("x.json", answer.as_bytes(), wanted).unwrap_err().to_string()
    }

    #[test]
    fn an_answer_of_another_format_is_refused_with_its_name_and_an_unknown_one_with_what_it_has() {
        let awards = r#"{"results": [{"Award ID": "A"}]}"#;
        let agencies =
            r#"{"A": [{"ori": "CA0010000", "agency_name": "A"}], "B": [], "note": "none"}"#;
        let offenses = r#"{"results": [{"ori": "CA0010000", "data_year": 2000, "offense": "burglary", "actual": 1}]}"#;
        for (answer, kind) in [
            (awards, AnswerKind::Usaspending),
            (agencies, AnswerKind::Agencies),
            (offenses, AnswerKind::Offenses),
        ] {
            let all = [None, Some(AnswerKind::Usaspending), Some(AnswerKind::Agencies)];
            for wanted in all.into_iter().chain([Some(AnswerKind::Offenses)]) {
                if wanted == Some(kind) {
                    continue;
                }
                let said = refusal(answer, wanted);
                let hint = format!("try `cops-graphql import {}`", kind.format());
                assert!(said.contains(&hint), "{said}");
                assert!(kind == AnswerKind::Usaspending || !said.contains("spending"), "{said}");
            }
        }
        for wanted in [None, Some(AnswerKind::Agencies), Some(AnswerKind::Offenses)] {
            for answer in [r#"{"a": 1, "b": []}"#, r#"[{"a": 1, "b": []}]"#] {
                let said = refusal(answer, wanted);
                assert!(said.contains("it has a, b"), "{said}");
                assert!(!said.contains("spending") && !said.contains("try `"), "{said}");
            }
            assert!(refusal("[{", wanted).contains("not a complete API response"));
        }
    }

    #[test]
    fn json_is_told_from_a_header_by_its_first_bytes() {
        for text in ["{", "[{\"a\": 1}]", "[ [1]]", "[]"] {
            assert!(begins(text.as_bytes()), "{text}");
        }
        for text in ["[id],name", "id", "", "["] {
            assert!(!begins(text.as_bytes()), "{text}");
        }
    }
}
