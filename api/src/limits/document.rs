//! The text of a document, looked at before anything else looks at it.
//!
//! The parser, the validator and the database all walk a query by recursion, so a query that nests deeply
//! enough would take the whole process with it. This looks at the text only, in one pass and without
//! recursion, and is the first thing that a document meets.

use super::{Limits, refuse};
use crate::error::Error;

/// How deep brackets may stand in each other.
pub(crate) const MOST_NESTING: usize = 64;

/// Looks at the text of a document.
///
/// # Errors
/// Says which limit it goes beyond.
pub(crate) fn document(text: &str, limits: &Limits) -> Result<(), Error> {
    limits.document(text.len())?;
    let mut tokens = 0_usize;
    let (mut nesting, mut deepest) = (0_usize, 0);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skip = match c {
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '"' => {
                tokens += 1;
                string_length(rest)
            }
            c if c.is_alphanumeric() || c == '_' => {
                tokens += 1;
                let end = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.');
                rest.find(end).unwrap_or(rest.len())
            }
            c => {
                match c {
                    '{' | '[' | '(' => {
                        nesting += 1;
                        deepest = deepest.max(nesting);
                    }
                    '}' | ']' | ')' => nesting = nesting.saturating_sub(1),
                    _ => {}
                }
                tokens += usize::from(!(c.is_whitespace() || c == ',' || c == '.'));
                c.len_utf8()
            }
        };
        rest = &rest[skip..];
    }
    refuse("brackets in each other", deepest, MOST_NESTING, "")?;
    limits.tokens(tokens)
}

/// The bytes of the string at the beginning of a text, quotes and all.
pub(crate) fn string_length(text: &str) -> usize {
    if let Some(block) = text.strip_prefix("\"\"\"") {
        let mut from = 0;
        while let Some(end) = block[from..].find("\"\"\"") {
            if !block[..from + end].ends_with('\\') {
                return from + end + 6;
            }
            from += end + 3;
        }
        return text.len();
    }
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            '\n' | '\r' => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Result<(), Error> {
        let limits = Limits { document: u32::MAX, ..Limits::default() };
        super::document(text, &limits)
    }

    #[test]
    fn a_document_is_measured_as_graphql_reads_it() {
        let nested = |depth: usize| format!("{}{}", "{a".repeat(depth), "}".repeat(depth));
        assert!(document(&nested(MOST_NESTING)).is_ok());
        assert!(document(&nested(MOST_NESTING + 1)).is_err());
        assert!(document(&"a ".repeat(2_000)).is_ok());
        assert!(document(&"a ".repeat(2_001)).is_err());
        let brackets = "{".repeat(100_000);
        for text in [
            format!("{{ a # {brackets}\n }}"),
            format!("{{ a(b: \"{brackets}\\\" {brackets}\") }}"),
            format!("{{ a(b: \"\"\"{brackets} \\\"\"\" {brackets}\n\"\"\") }}"),
        ] {
            assert!(document(&text).is_ok());
        }
        assert!(document("\"unfinished \u{1F600}").is_ok());
        assert!(document(&format!("\"unfinished\n {brackets}")).is_err());
    }
}
