//! The cells of a sheet as text.

use calamine::DataType;

/// The text of a cell.
pub(super) fn text(cell: &impl DataType) -> String {
    if let Some(text) = cell.get_string().or(cell.get_datetime_iso()).or(cell.get_duration_iso()) {
        return text.trim_end().to_owned();
    }
    if let Some(number) = cell.get_int() {
        return number.to_string();
    }
    if let Some(number) = cell.get_float() {
        return digits(number);
    }
    if let Some(it) = cell.get_bool() {
        return if it { "TRUE" } else { "FALSE" }.to_owned();
    }
    if let Some(date) = cell.get_datetime() {
        if date.is_duration() {
            let seconds = (date.as_f64() * 86_400.0).round();
            return format!(
                "{}:{:02}:{:02}",
                (seconds / 3_600.0).trunc(),
                (seconds / 60.0) % 60.0,
                seconds % 60.0
            );
        }
        let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
        let day = format!("{year:04}-{month:02}-{day:02}");
        return match (hour, minute, second) {
            (0, 0, 0) => day,
            _ => format!("{day} {hour:02}:{minute:02}:{second:02}"),
        };
    }
    cell.get_error().map(ToString::to_string).unwrap_or_default()
}

/// A number with at most the fifteen digits that a spreadsheet shows; further ones are artifacts of binary fractions.
fn digits(number: f64) -> String {
    let shortest = number.to_string();
    let significant =
        shortest.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit);
    if significant.count() <= 15 {
        return shortest;
    }
    format!("{number:.14e}").parse::<f64>().map_or(shortest, |rounded| rounded.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_digits_that_a_spreadsheet_shows() {
        for (number, text) in [
            (100_000.0, "100000"),
            (1e5, "100000"),
            (125_000.5, "125000.5"),
            (0.1 + 0.2, "0.3"),
            (1_234.560_000_000_000_1, "1234.56"),
            (-0.000_125, "-0.000125"),
            (123_456_789_012_345.0, "123456789012345"),
            (0.0, "0"),
        ] {
            assert_eq!(digits(number), text);
        }
    }
}
