//! What single cells of a row say, and whether they agree.

use chrono::{Datelike as _, NaiveDate};
use entity::{kind::Instrument, scalar::State};

use crate::ingest::{
    row::{FileRow, RowRefusal},
    values,
};

/// The prefixes of award keys: of single awards, and of many small ones that are reported together.
const SINGLE: &str = "ASST_NON_";
pub(super) const AGGREGATE: &str = "ASST_AGG_";

/// Whether a text names one congressional district, such as `CA-37`. `CA-90` means several.
pub(super) fn is_district(text: &str) -> bool {
    text.split_once('-').is_some_and(|(state, number)| {
        let is_number = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
        state.parse::<State>().is_ok() && is_number && number != "90"
    })
}

/// The assistance listings in a cell.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split([';', ',', '|']);
    parts.filter_map(|part| values::listing(part.split(':').next().unwrap_or(part)))
}

/// The rank of a row among those of the same transaction. The latest modification wins; on the same day, a deletion or
/// correction does.
pub(super) fn rank(row: &FileRow<'_>) -> Result<u32, RowRefusal> {
    let modified = row.read("modified", values::date)?;
    let days = modified.and_then(|day| u32::try_from(day.num_days_from_ce()).ok()).unwrap_or(0);
    let code = match row.text("correction").map(str::to_uppercase).as_deref() {
        Some("D") => 2,
        Some("C") => 1,
        _ => 0,
    };
    Ok(days * 4 + code)
}

/// The recipient's state, which a row has as a code and as a name.
pub(super) fn state(row: &FileRow<'_>) -> Result<Option<State>, RowRefusal> {
    let code = row.read("state", values::state)?;
    let named = row.text("state_name").and_then(|name| values::state(name).ok());
    match (&code, named) {
        (Some(code), Some(named)) if *code != named => {
            Err(row.refuse("state_name", format!("contradicts the state code, {code}")))
        }
        (_, named) => Ok(code.or(named)),
    }
}

/// Refuses a row whose keys contain another award number than its column: `ASST_NON_NUMBER_015` and
/// `1524_NUMBER_-NONE-_16.710_0`, and for an aggregate `ASST_AGG_URI_015` and `1524_-NONE-_URI_16.710_0`.
pub(super) fn agree_on_number(row: &FileRow<'_>, number: Option<&str>) -> Result<(), RowRefusal> {
    let Some(number) = number else { return Ok(()) };
    let of_award = row.text("award").and_then(|key| {
        let kind = key.get(..9).map(str::to_uppercase)?;
        let rest = key.get(9..).filter(|_| matches!(kind.as_str(), SINGLE | AGGREGATE))?;
        rest.rsplit_once('_').map(|(number, _)| number)
    });
    let of_transaction = row.text("transaction").and_then(|key| {
        let parts: Vec<&str> = key.split('_').collect();
        let is_known = parts.len() == 5 && parts[0].bytes().all(|byte| byte.is_ascii_digit());
        is_known.then(|| if parts[1] == "-NONE-" { parts[2] } else { parts[1] })
    });
    for (field, found) in [("award", of_award), ("transaction", of_transaction)] {
        if found.and_then(values::award_key).is_some_and(|found| found != number) {
            let shown = row.text("number").unwrap_or_default();
            return Err(row.refuse(field, format!("contradicts the award number, {shown}")));
        }
    }
    Ok(())
}

/// Refuses a row whose fiscal year does not match its date.
pub(super) fn agree_on_year(
    row: &FileRow<'_>,
    field: &str,
    day: Option<NaiveDate>,
) -> Result<(), RowRefusal> {
    let Some((year, day)) = row.read(field, values::year)?.zip(day) else { return Ok(()) };
    if year == day.year() + i32::from(day.month() >= 10) {
        return Ok(());
    }
    Err(row
        .refuse(field, format!("is not the fiscal year of {day}; fiscal years begin in October")))
}

/// The instrument, by its code or, in API responses, by its description.
pub(super) fn instrument(row: &FileRow<'_>) -> Option<Instrument> {
    let by_code = row.text("type").and_then(|code| match code.trim_start_matches('0') {
        "2" => Some(Instrument::BlockGrant),
        "3" => Some(Instrument::FormulaGrant),
        "4" => Some(Instrument::ProjectGrant),
        "5" => Some(Instrument::CooperativeAgreement),
        _ => None,
    });
    by_code.or_else(|| {
        let text = row.text("type_text")?.to_uppercase();
        let words = [
            ("BLOCK GRANT", Instrument::BlockGrant),
            ("FORMULA GRANT", Instrument::FormulaGrant),
            ("PROJECT GRANT", Instrument::ProjectGrant),
            ("COOPERATIVE AGREEMENT", Instrument::CooperativeAgreement),
        ];
        words.into_iter().find(|(words, _)| text.contains(words)).map(|(_, instrument)| instrument)
    })
}
