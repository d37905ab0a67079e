//! What a cell says, read exactly or refused with the reason.

use chrono::{Datelike as _, NaiveDate};
use entity::scalar::{DecimalError, Hours, Ori, STATES, State};

use super::table::{FileRow, RowRefusal};

/// The years in which anything here can lie.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// Reads a date: `2024-10-01`, with or without a time of day after it, or `10/1/2024`.
pub(crate) fn date(text: &str) -> Result<NaiveDate, String> {
    let day = text.split([' ', 'T']).next().unwrap_or(text);
    let date = if day.contains('/') {
        NaiveDate::parse_from_str(day, "%m/%d/%Y")
    } else {
        NaiveDate::parse_from_str(day, "%Y-%m-%d")
    };
    match date {
        Ok(date) if YEARS.contains(&date.year()) => Ok(date),
        Ok(_) => Err("is a date too far from today".to_owned()),
        Err(_) => Err("is not a date, such as 2024-10-01".to_owned()),
    }
}

/// Reads a year.
pub(crate) fn year(text: &str) -> Result<i32, String> {
    let digits = text.strip_prefix("FY").unwrap_or(text).trim();
    match digits.parse() {
        Ok(year) if YEARS.contains(&year) => Ok(year),
        _ => Err("is not a year, such as 2024".to_owned()),
    }
}

/// The text of a cell, where the publisher does not write that there is none: `NULL` or `NA`.
pub(crate) fn present<'a>(row: &FileRow<'a>, column: &str) -> Option<&'a str> {
    row.text(column).filter(|text| !matches!(*text, "NULL" | "NA"))
}

/// Reads a whole number, exactly, however a statistics program wrote it: `4000`, `4,000`, `4e3`, `4000.0`.
pub(crate) fn count(text: &str) -> Result<i64, String> {
    let wrong = || "is not a whole number, such as 4000 or 4e3".to_owned();
    let plain = text.replace(',', "");
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((&plain, "0"));
    let exponent: usize = exponent.parse().map_err(|_| wrong())?;
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let decimals = decimals.trim_end_matches('0');
    let are_digits =
        whole.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit())
            && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let zeros = exponent.checked_sub(decimals.len()).filter(|zeros| *zeros <= 18);
    let (Some(zeros), true) = (zeros, are_digits) else { return Err(wrong()) };
    format!("{whole}{decimals}{}", "0".repeat(zeros)).parse().map_err(|_| wrong())
}

/// Reads a number of hours.
pub(crate) fn hours(text: &str) -> Result<Hours, String> {
    let hours: Result<Hours, DecimalError> = text.parse();
    match hours {
        Ok(Hours(..0)) => Err("is negative".to_owned()),
        Ok(hours) => Ok(hours),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a state by its postal code or its name.
pub(crate) fn state(text: &str) -> Result<State, String> {
    let by_name = STATES.iter().find(|(_, name)| name.eq_ignore_ascii_case(text.trim()));
    by_name
        .map_or(text, |(code, _)| code)
        .parse()
        .map_err(|_| "is not a state or territory, such as CA or California".to_owned())
}

/// The state that an ORI begins with. Nebraska and Guam go by other letters there; an ORI may begin
/// with something that is no state.
pub(crate) fn state_of_ori(ori: &str) -> Option<State> {
    match ori.get(..2)? {
        "NB" => "NE",
        "GM" => "GU",
        other => other,
    }
    .parse()
    .ok()
}

/// Refuses a row whose ORI is of another state than its other columns say. Not every ORI begins with a state.
pub(crate) fn agree_on_state(
    row: &FileRow<'_>,
    field: &str,
    ori: Option<&Ori>,
    state: Option<&State>,
) -> Result<(), RowRefusal> {
    let of_ori = ori.and_then(|ori| state_of_ori(ori.as_str()));
    match (ori, of_ori, state) {
        (Some(ori), Some(of_ori), Some(state)) if of_ori != *state => Err(row.refuse(
            field,
            format!("contradicts the state, which is {state} elsewhere in the row: {} is an ORI of {of_ori}", ori.as_str()),
        )),
        _ => Ok(()),
    }
}

/// An award number as a key: letters and digits only, in upper case. Award letters print hyphens
/// where data files have none.
pub(crate) fn award_key(number: &str) -> Option<String> {
    let key: String =
        number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (!key.is_empty()).then_some(key)
}

/// An assistance listing as it is written: two digits, a point, three digits. A spreadsheet takes
/// it for a number and drops the zeros at its end.
pub(crate) fn listing(text: &str) -> Option<String> {
    let (agency, program) = text.trim().split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = agency.len() == 2 && matches!(program.len(), 1..=3);
    (shaped && digits(agency) && digits(program)).then(|| format!("{agency}.{program:0<3}"))
}

/// The first five digits of a ZIP code, where there are five.
pub(crate) fn zip(text: &str) -> Option<String> {
    let zip = text.get(..5)?;
    let rest = &text[5..];
    let plain = rest.is_empty() || rest.starts_with('-') || rest.len() == 4;
    (plain && zip.bytes().all(|byte| byte.is_ascii_digit())).then(|| zip.to_owned())
}

/// Reads a value of a closed set: `Law enforcement` and `law-enforcement` are `LAW_ENFORCEMENT`.
pub(crate) fn choice<E>(text: &str) -> Result<E, String>
where
    E: sea_orm::ActiveEnum<Value = String> + sea_orm::Iterable,
{
    let wanted: String =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    E::iter().find(|value| value.to_value().replace('_', "") == wanted).ok_or_else(|| {
        let known: Vec<String> = E::iter().map(|value| value.to_value()).collect();
        format!("is none of {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_or_refused() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 29);
        assert_eq!(date("2024-02-29").ok(), day);
        assert_eq!(date("2/29/2024").ok(), day);
        assert_eq!(date("2024-02-29T00:00:00Z").ok(), day);
        for text in ["2023-02-29", "2024-13-01", "0024-01-01", "9999-01-01", "20240229", "soon"] {
            assert!(date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_are_read_exactly_or_refused() {
        for (text, count) in [
            ("4000", 4_000),
            ("4e3", 4_000),
            ("4E+03", 4_000),
            ("1.5e3", 1_500),
            ("12,345", 12_345),
            ("7.0", 7),
            ("-3", -3),
            ("0", 0),
        ] {
            assert_eq!(super::count(text), Ok(count), "{text}");
        }
        for text in ["", "e3", "1.5", "4e-3", "4e99", "four", "1e1.5", "--1", "1.x", "NULL"] {
            assert!(super::count(text).is_err(), "{text}");
        }
    }

    #[test]
    fn codes_are_read() {
        assert_eq!(state("new york").map(|state| state.to_string()), Ok("NY".to_owned()));
        assert!(state("XX").is_err());
        assert_eq!(state_of_ori("NB0010000").map(|state| state.to_string()), Some("NE".to_owned()));
        assert_eq!(state_of_ori("TSARRES06"), None);
        assert_eq!(award_key("15jcops-24-GG-03715-UHPX").as_deref(), Some("15JCOPS24GG03715UHPX"));
        assert_eq!(award_key(" - "), None);
        assert_eq!(listing("16.71").as_deref(), Some("16.710"));
        assert_eq!(listing("16.0680"), None);
        assert_eq!(zip("90210-1234").as_deref(), Some("90210"));
        assert_eq!(zip("1075"), None);
        assert_eq!(
            choice::<entity::kind::TraineeRole>("law enforcement"),
            Ok(entity::kind::TraineeRole::LawEnforcement)
        );
    }
}
