//! Checks the text of a document before anything else does.
//!
//! The parser, the validator and the database all walk a query recursively, so a deeply nested query could crash the
//! whole process. This check runs first. It makes one pass over the text, without recursion.

use crate::limits::{Limits, refuse};
use crate::{error::Error, graphql::tokens::Tokens};

/// The maximum nesting depth of brackets.
pub(crate) const MOST_NESTING: usize = 64;

/// Checks the text of a document.
///
/// # Errors
/// The limit that it exceeds.
pub(crate) fn document(text: &str, limits: &Limits) -> Result<(), Error> {
    limits.document(text.len())?;
    let (mut tokens, mut nesting, mut deepest) = (0_usize, 0_usize, 0);
    for token in Tokens::of(text) {
        tokens += 1;
        match token.text {
            "{" | "[" | "(" => {
                nesting += 1;
                deepest = deepest.max(nesting);
            }
            "}" | "]" | ")" => nesting = nesting.saturating_sub(1),
            _ => {}
        }
    }
    refuse("levels of nested brackets", deepest, MOST_NESTING, "")?;
    limits.tokens(tokens)
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
