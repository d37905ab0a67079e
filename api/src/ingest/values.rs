//! Parses cells exactly, or refuses them with a reason.

use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate};
use entity::scalar::{DecimalError, Hours, Ori, STATES, State, parse_fixed};

use super::row::{FileRow, RowRefusal};

/// The range of valid years.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// Parses a date: `2024-10-01`, with or without a time of day, or `10/1/2024`.
pub(crate) fn date(text: &str) -> Result<NaiveDate, String> {
    let day = text.split([' ', 'T']).next().unwrap_or(text);
    let date = if day.contains('/') {
        NaiveDate::parse_from_str(day, "%m/%d/%Y")
    } else {
        NaiveDate::parse_from_str(day, "%Y-%m-%d")
    };
    match date {
        Ok(date) if YEARS.contains(&date.year()) => Ok(date),
        Ok(_) => Err("is a date outside the years 1900 to 2100".to_owned()),
        Err(_) => Err("is not a date, such as 2024-10-01".to_owned()),
    }
}

/// Parses a year.
pub(crate) fn year(text: &str) -> Result<i32, String> {
    let digits = text.strip_prefix("FY").unwrap_or(text).trim();
    let year = count(digits).ok().filter(|_| !digits.contains(','));
    let year = year.and_then(|year| i32::try_from(year).ok());
    let year = year.filter(|year| YEARS.contains(year));
    year.ok_or_else(|| "is not a year, such as 2024".to_owned())
}

/// Parses a decimal number exactly, as accountants, Excel and R write it: `-1,234.00`, `$(1,234.00)`, `1,234.00-`,
/// `1e+05`.
pub(crate) fn decimal<T: FromStr<Err = DecimalError>>(text: &str) -> Result<T, DecimalError> {
    plain(text)?.parse()
}

/// Parses a whole number exactly, as statistics programs write it: `4000`, `4,000`, `4e3`, `4000.0`.
pub(crate) fn count(text: &str) -> Result<i64, String> {
    let wrong = "is not a whole number, such as 4000 or 4e3";
    if text.contains('$') {
        return Err(wrong.to_owned());
    }
    plain(text).and_then(|plain| parse_fixed(&plain, 0)).map_err(|_| wrong.to_owned())
}

/// A number with its sign in front, otherwise only digits, thousands separators and a decimal point.
fn plain(text: &str) -> Result<String, DecimalError> {
    let mut rest = text.trim();
    let mut signs = 0;
    // The sign, the dollar sign and the opening parenthesis come in any order.
    let (mut is_negative, mut has_dollar, mut is_open) = (false, false, false);
    loop {
        rest = rest.trim_start();
        let mut letters = rest.chars();
        match letters.next() {
            Some('-' | '\u{2212}') => (signs, is_negative) = (signs + 1, true),
            Some('+') => signs += 1,
            Some('$') if !has_dollar => has_dollar = true,
            Some('(') if !is_open => (signs, is_negative, is_open) = (signs + 1, true, true),
            _ => break,
        }
        rest = letters.as_str();
    }
    rest = rest.trim_end();
    if is_open {
        rest = rest.strip_suffix(')').ok_or(DecimalError::NotANumber)?.trim_end();
    }
    if let Some(before) = rest.strip_suffix(['-', '\u{2212}']) {
        (rest, signs, is_negative) = (before.trim_end(), signs + 1, true);
    }
    if signs > 1 {
        return Err(DecimalError::NotANumber);
    }
    let digits = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => shifted(mantissa, exponent)?,
        None => rest.to_owned(),
    };
    // The rest is parsed by the type that knows the unit, which accepts signs of its own.
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Err(DecimalError::NotANumber);
    }
    Ok(if is_negative { format!("-{digits}") } else { digits })
}

/// Rewrites a number with an exponent without it.
fn shifted(mantissa: &str, exponent: &str) -> Result<String, DecimalError> {
    let wrong = DecimalError::NotANumber;
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = !whole.is_empty() && are_digits(whole) && are_digits(decimals);
    let size = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if !is_number || size.is_empty() || !are_digits(size) {
        return Err(wrong);
    }
    let size: usize = size.parse().map_err(|_| DecimalError::OutOfRange)?;
    if size > 30 {
        return Err(DecimalError::OutOfRange);
    }
    let zeros = "0".repeat(size);
    let (digits, point) = if exponent.starts_with('-') {
        (format!("{zeros}{whole}{decimals}"), whole.len())
    } else {
        (format!("{whole}{decimals}{zeros}"), whole.len() + size)
    };
    let (whole, decimals) = digits.split_at(point);
    Ok(format!("{whole}.{decimals}"))
}

/// Parses a number of hours.
pub(crate) fn hours(text: &str) -> Result<Hours, String> {
    let hours: Result<Hours, DecimalError> = decimal(text);
    match hours {
        Ok(Hours(..0)) => Err("is negative".to_owned()),
        Ok(hours) => Ok(hours),
        Err(error) => Err(error.to_string()),
    }
}

/// Parses a state, by postal code or name.
pub(crate) fn state(text: &str) -> Result<State, String> {
    let name = text.trim();
    let by_name = STATES.iter().find(|(_, known)| {
        // Other publishers' spellings of `U.S. Virgin Islands`.
        let short = known.strip_prefix("U.S. ").unwrap_or(known);
        let plain = name.strip_prefix("US ").or_else(|| name.strip_prefix("United States "));
        known.eq_ignore_ascii_case(name) || short.eq_ignore_ascii_case(plain.unwrap_or(name))
    });
    by_name
        .map_or(text, |(code, _)| code)
        .parse()
        .map_err(|_| "is not a state or territory, such as CA or California".to_owned())
}

/// The state that an ORI begins with. Nebraska and Guam have other letters there, and some ORIs do not begin with a
/// state.
pub(crate) fn state_of_ori(ori: &str) -> Option<State> {
    match ori.get(..2)? {
        "NB" => "NE",
        "GM" => "GU",
        other => other,
    }
    .parse()
    .ok()
}

/// Refuses a row whose ORI belongs to another state than its other columns. Not every ORI begins with a state.
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

/// An award number as a key: letters and digits only, in upper case. Award letters print hyphens that data files omit.
pub(crate) fn award_key(number: &str) -> Option<String> {
    let key: String =
        number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (!key.is_empty()).then_some(key)
}

/// An assistance listing in its usual form: two digits, a point, three digits. Spreadsheets treat it as a number and
/// drop trailing zeros.
pub(crate) fn listing(text: &str) -> Option<String> {
    let (agency, program) = text.trim().split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = agency.len() == 2 && matches!(program.len(), 1..=3);
    (shaped && digits(agency) && digits(program)).then(|| format!("{agency}.{program:0<3}"))
}

/// A numeric code without the `.0` that a spreadsheet added.
fn code(text: &str) -> &str {
    text.strip_suffix(".0").unwrap_or(text)
}

/// A code of a fixed number of digits, with lost leading zeros restored.
pub(crate) fn padded(text: &str, width: usize) -> Option<String> {
    let text = code(text);
    let shaped = text.len() <= width && text.bytes().all(|byte| byte.is_ascii_digit());
    shaped.then(|| format!("{text:0>width$}"))
}

/// Whether a location, in degrees, can be in a state or territory. It cannot if the longitude lost its sign.
pub(crate) fn is_in_the_states(latitude: f64, longitude: f64) -> bool {
    // From American Samoa to Alaska; from the Aleutian Islands to the Virgin Islands, and the Marianas.
    let is_east = (144.0..=180.0).contains(&longitude);
    (-15.0..=72.0).contains(&latitude) && ((-180.0..=-64.0).contains(&longitude) || is_east)
}

/// The first five digits of a ZIP code, if there are five.
pub(crate) fn zip(text: &str) -> Option<String> {
    let text = code(text);
    let zip = text.get(..5)?;
    let rest = &text[5..];
    let plain = rest.is_empty() || rest.starts_with('-') || rest.len() == 4;
    (plain && zip.bytes().all(|byte| byte.is_ascii_digit())).then(|| zip.to_owned())
}

/// Parses a value of a closed set: `Law enforcement` and `law-enforcement` are `LAW_ENFORCEMENT`.
pub(crate) fn choice<E>(text: &str) -> Result<E, String>
where
    E: sea_orm::ActiveEnum<Value = String> + sea_orm::Iterable,
{
    let wanted: String =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    E::iter().find(|value| value.to_value().replace('_', "") == wanted).ok_or_else(|| {
        let known: Vec<String> = E::iter().map(|value| value.to_value()).collect();
        format!("is not one of {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use entity::scalar::Dollars;

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
            ("1e+05", 100_000),
            ("20e-1", 2),
            ("-3", -3),
            ("0", 0),
        ] {
            assert_eq!(super::count(text), Ok(count), "{text}");
        }
        for text in [
            "", "e3", "1.5", "4e-3", "4e99", "four", "1e1.5", "--1", "1.x", "NULL", "1,5", "1,23",
            "$5", "1,000e3",
        ] {
            assert!(super::count(text).is_err(), "{text}");
        }
        for (text, year) in [("2024", 2024), ("FY2024", 2024), ("2e3", 2000), ("2024.0", 2024)] {
            assert_eq!(super::year(text), Ok(year), "{text}");
        }
        for text in ["2,024", "24", "2024.5", "2024-10-01", "1905-07-16"] {
            assert!(super::year(text).is_err(), "{text}");
        }
    }

    #[test]
    fn money_is_read_as_accountants_excel_and_r_write_it() {
        for (text, cents) in [
            ("1,234.00", 123_400),
            ("$1,234", 123_400),
            ("-$1,234.00", -123_400),
            ("$-1,234.00", -123_400),
            ("- $ 1,234.00", -123_400),
            ("(1,234.00)", -123_400),
            ("$(1,234.00)", -123_400),
            ("($1,234.00)", -123_400),
            (" $ (1,234.00) ", -123_400),
            ("1,234.00-", -123_400),
            ("$1,234.00-", -123_400),
            ("\u{2212}1,234.00", -123_400),
            ("+5", 500),
            (".5", 50),
            ("100000.0", 10_000_000),
            ("1e+05", 10_000_000),
            ("1.2345e3", 123_450),
            ("-2.5e-1", -25),
        ] {
            assert_eq!(decimal(text), Ok(Dollars(cents)), "{text}");
        }
        for text in [
            "", "$", "-", "()", "$()", "--5", "(-5)", "-5-", "(5", "5)", "$$5", "$5$", "1,23",
            "1.234,00", "e5", "1e", "1e+", "1e5e5", "1e1.5", "5 6", "0x5", "1e99",
        ] {
            assert!(decimal::<Dollars>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn codes_are_read() {
        assert_eq!(state("new york").map(|state| state.to_string()), Ok("NY".to_owned()));
        for text in ["VIRGIN ISLANDS", "U.S. Virgin Islands", "US Virgin Islands", "vi"] {
            assert_eq!(state(text).map(|state| state.to_string()), Ok("VI".to_owned()), "{text}");
        }
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
