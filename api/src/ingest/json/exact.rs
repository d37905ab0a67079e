//! Checks that parsing an API response loses nothing: no key occurs twice in an object, and no number has too many
//! digits.
//!
//! Of two values with the same key the parser keeps the last one, and it keeps a number as a float, which is exact to
//! 15 digits. Neither loss would be noticed.

use std::{collections::HashSet, fmt::Write as _};

/// The maximum number of digits in a float's text.
const FLOAT_DIGITS: usize = 17;
/// The maximum number of digits before the point for which cents are exact.
const LARGE: i64 = 13;

/// An object or a list being read.
enum Frame {
    Object { keys: HashSet<String>, key: String, is_key_next: bool },
    List(usize),
}

/// What is wrong with a response, and on which line. Its parser checks whether it is valid JSON.
pub(super) fn flaw(text: &[u8]) -> Option<(u64, String)> {
    let mut frames: Vec<Frame> = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(byte) = text.get(at) {
        let begin = at;
        at += 1;
        match byte {
            b'\n' => line += 1,
            b'{' => {
                let (keys, key) = (HashSet::new(), String::new());
                frames.push(Frame::Object { keys, key, is_key_next: true });
            }
            b'[' => frames.push(Frame::List(0)),
            b'}' | b']' => {
                frames.pop();
            }
            b',' => match frames.last_mut() {
                Some(Frame::Object { is_key_next, .. }) => *is_key_next = true,
                Some(Frame::List(place)) => *place += 1,
                None => {}
            },
            b'"' => {
                at = end_of_text(text, at);
                let Some(Frame::Object { keys, key, is_key_next }) = frames.last_mut() else {
                    continue;
                };
                if !std::mem::take(is_key_next) {
                    continue;
                }
                // The same letter can be escaped or not.
                *key = serde_json::from_slice(&text[begin..at]).unwrap_or_default();
                if !keys.insert(key.clone()) {
                    return Some((line, format!("contains {} twice", path(&frames))));
                }
            }
            b'-' | b'0'..=b'9' => {
                while text.get(at).is_some_and(|it| {
                    it.is_ascii_digit() || matches!(it, b'.' | b'e' | b'E' | b'+' | b'-')
                }) {
                    at += 1;
                }
                let number = String::from_utf8_lossy(&text[begin..at]);
                if !is_exact(&number) {
                    let problem = format!(
                        "contains a number with more digits than can be read exactly: {} is {number}",
                        path(&frames)
                    );
                    return Some((line, problem));
                }
            }
            _ => {}
        }
    }
    None
}

/// The end of a string that begins before `at`.
fn end_of_text(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// The path of a value: `results[3].Award Amount`.
fn path(frames: &[Frame]) -> String {
    let mut path = String::new();
    for frame in frames {
        match frame {
            Frame::Object { key, .. } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Frame::List(place) => {
                // Writing to a string cannot fail.
                let _ = write!(path, "[{place}]");
            }
        }
    }
    path
}

/// Whether a number keeps its written value.
fn is_exact(number: &str) -> bool {
    let is_whole = !number.contains(['.', 'e', 'E']);
    if is_whole && (number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok()) {
        return true;
    }
    let written = digits(number);
    let (_, significant, point) = &written;
    // A latitude may have as many digits as a float's text; the last one does not matter.
    if significant.len() <= FLOAT_DIGITS && *point <= LARGE {
        return true;
    }
    let read = serde_json::from_str::<f64>(number).ok();
    read.is_some_and(|read| digits(&format!("{read:e}")) == written)
}

/// The sign and the digits of a number without surrounding zeros, and the position of the point after the first one.
fn digits(number: &str) -> (bool, String, i64) {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap_or(i64::MAX / 2);
    let is_negative = mantissa.starts_with('-');
    let mantissa = mantissa.trim_start_matches('-');
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{decimals}");
    let significant = all.trim_start_matches('0');
    if significant.is_empty() {
        return (false, String::new(), 0);
    }
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX / 4);
    let zeros = i64::try_from(all.len() - significant.len()).unwrap_or(i64::MAX / 4);
    (is_negative, significant.trim_end_matches('0').to_owned(), exponent + point - zeros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_named() {
        let flaw = |text: &str| flaw(text.as_bytes());
        for text in [
            r#"{"a": {"a": 1}, "b": [{"a": 2}, {"a": 3}], "c": "a\",\"a\": 1"}"#,
            r#"[{"a": "{"}, {"a": "x\\"}]"#,
            "{}",
        ] {
            assert_eq!(flaw(text), None, "{text}");
        }
        let text =
            "{\"results\": [{\"a\": 1},\n{\"Award Amount\": 1, \"b\": {},\n\"Award Amount\": 1}]}";
        assert_eq!(flaw(text), Some((3, "contains results[1].Award Amount twice".to_owned())));
        let text = r#"{"a": 1, "\u0061": 2}"#;
        assert_eq!(flaw(text), Some((1, "contains a twice".to_owned())));
    }

    #[test]
    fn a_number_that_would_be_another_is_named() {
        for number in [
            "0",
            "-0.0",
            "1",
            "-12.50",
            "125000.0",
            "1e5",
            "1E+05",
            "0.1",
            "33.520661000000004",
            "1e-3",
            "9223372036854775807",
            "18446744073709551615",
            "9999999999999.99",
            "100000000000000000000",
        ] {
            assert!(is_exact(number), "{number}");
        }
        for number in [
            "12345678901234567.89",
            "90071992547409.931",
            "0.25000000000000000001",
            "9007199254740993.0",
            "1e400",
            "18446744073709551617",
        ] {
            assert!(!is_exact(number), "{number}");
        }
        for text in ["{\"a\\", "{\"a", "[1, \"\\", "]", "{]}", "-", "1e", ""] {
            flaw(text.as_bytes());
        }
        let text = "{\"a\": [1,\n{\"b\": 12345678901234567.89}]}";
        let (line, words) = flaw(text.as_bytes()).unwrap();
        assert!(line == 2 && words.ends_with("a[1].b is 12345678901234567.89"), "{words}");
    }
}
