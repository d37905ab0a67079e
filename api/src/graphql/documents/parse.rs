//! Parses the text of a document to a tree, with one-line syntax errors.

use std::borrow::Cow;

use apollo_compiler::{ast, diagnostic::ToCliReport as _, parser::Parser};
use async_graphql::{Pos, ServerError};

use super::{lines::Lines, values::short};
use crate::graphql::tokens::{Token, TokenKind, Tokens};
use crate::{error::Error, graphql::sizes::MOST_NESTING};

/// Parses a document.
///
/// # Errors
/// The first syntax error. Later errors would be guesses.
pub(super) fn parse(text: &str, lines: &Lines<'_>) -> Result<ast::Document, ServerError> {
    let text = bare(text);
    // The size was checked before. Each bracket can take several recursive steps of the parser.
    let mut parser = Parser::new().recursion_limit(8 * MOST_NESTING);
    let document = parser.parse_ast(&*text, "").map_err(|found| {
        let wrong = found.errors.iter().map(|error| {
            let at = error.error.location().map_or(0, |span| span.offset());
            (at, error.error.to_string())
        });
        let (at, message) = wrong.min_by_key(|(at, _)| *at).unwrap_or_default();
        wrong_at(lines.at(at), &in_words(&message))
    })?;
    match first_difference(&text, &document.to_string()) {
        None => Ok(document),
        Some((at, wants)) => Err(wrong_at(lines.at(at), &wants)),
    }
}

/// The parser's message in the words of GraphQL, with tokens as written in the document.
fn in_words(message: &str) -> String {
    const TOKENS: [(&str, &str); 10] = [
        ("syntax error: ", ""),
        ("L_CURLY", "\"{\""),
        ("R_CURLY", "\"}\""),
        ("L_PAREN", "\"(\""),
        ("R_PAREN", "\")\""),
        ("L_BRACK", "\"[\""),
        ("R_BRACK", "\"]\""),
        ("Unexpected <EOF>.", "the document is empty"),
        ("expected definition", "expected a query, which begins with \"{\""),
        (
            "expected a StringValue, Name or OperationDefinition",
            "expected the end of the document, or a query, which begins with \"{\"",
        ),
    ];
    let (expected, got) = match message.split_once(", got ") {
        Some((expected, "EOF")) => (expected, ", got the end of the document".to_owned()),
        Some((expected, token)) => (expected, format!(", got {:?}", short(token))),
        None => (message, String::new()),
    };
    let expected =
        TOKENS.iter().fold(expected.to_owned(), |text, (token, words)| text.replace(token, words));
    expected + &got
}

fn wrong_at(at: Pos, wants: &str) -> ServerError {
    let message = format!("syntax error at line {}, column {}: {wants}", at.line, at.column);
    Error::InvalidDocument(message).at(at, &[])
}

/// The first difference between a document and the parser's understanding of it, printed in full. The parser
/// continues if something is missing, such as a colon, and could take the document for another one.
fn first_difference(text: &str, understood: &str) -> Option<(usize, String)> {
    let (mut written, mut understood) = (tokens(text), tokens(understood));
    loop {
        let (found, wanted) = match (written.next(), understood.next()) {
            (None, None) => return None,
            pair => pair,
        };
        let same = found.zip(wanted).is_some_and(|(found, wanted)| match wanted.kind {
            // A string can be written in several ways.
            TokenKind::String => found.kind == TokenKind::String,
            _ => found.text == wanted.text,
        });
        if !same {
            let at = found.map_or(text.len(), |found| found.at);
            let found = found
                .map_or("the end of the document".to_owned(), |found| format!("{:?}", found.text));
            return Some((
                at,
                format!("{found} is not complete: something is missing, such as a colon"),
            ));
        }
    }
}

/// The tokens of a document, without an optional `query` keyword, which the parser may or may not print.
fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut tokens = Tokens::of(text).peekable();
    let mut depth = 0_usize;
    std::iter::from_fn(move || {
        let token = tokens.next()?;
        let next = tokens.peek().map_or("", |next| next.text);
        let token =
            if depth == 0 && token.text == "query" && next == "{" { tokens.next()? } else { token };
        match token.text {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        Some(token)
    })
}

/// Whether a string token is valid: it is terminated, and its escapes are those of GraphQL.
fn is_string(token: &str) -> bool {
    Parser::new().parse_ast(format!("{{a(b:{token})}}"), "").is_ok()
}

/// The text with spaces in place of everything that GraphQL ignores, and of the same length. Commas and comments
/// confuse the parser's lookahead. It does not support descriptions of operations, fragments and variables, which
/// have no effect on the answer.
fn bare(text: &str) -> Cow<'_, str> {
    let mut bare = String::with_capacity(text.len());
    let mut open: Vec<&str> = Vec::new();
    let mut before: Option<Token<'_>> = None;
    let mut tokens = Tokens::of(text).peekable();
    while let Some(token) = tokens.next() {
        let end = bare.len();
        blank(&mut bare, &text[end..token.at]);
        match token.text {
            "{" | "[" | "(" => open.push(token.text),
            "}" | "]" | ")" => {
                open.pop();
            }
            _ => {}
        }
        let next = tokens.peek().map_or("", |next| next.text);
        let is_value = before.is_some_and(|before| matches!(before.text, ":" | "="));
        let describes = token.kind == TokenKind::String
            && match open.last() {
                None => matches!(next, "query" | "mutation" | "subscription" | "fragment"),
                Some(&"(") => next == "$" && !is_value,
                _ => false,
            };
        if describes && is_string(token.text) {
            blank(&mut bare, token.text);
        } else {
            bare.push_str(token.text);
        }
        before = Some(token);
    }
    let end = bare.len();
    blank(&mut bare, &text[end..]);
    if bare == text { Cow::Borrowed(text) } else { Cow::Owned(bare) }
}

/// Appends a space for each byte of a text, but keeps line ends.
fn blank(to: &mut String, text: &str) {
    to.extend(
        text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' }),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, String> {
        let lines = Lines::of(text);
        parse(text, &lines).map(|it| it.to_string()).map_err(|error| error.message)
    }

    #[test]
    fn what_the_parser_guesses_is_refused() {
        for (text, message) in [
            ("{a(b 1)}", "syntax error at line 1, column 6: expected \")\", got \"1\""),
            ("{a{b)}", "syntax error at line 1, column 5: expected \"}\", got \")\""),
            (
                "{a{b}",
                "syntax error at line 1, column 6: expected \"}\", got the end of the document",
            ),
            ("a{b}", "syntax error at line 1, column 1: expected a query, which begins with \"{\""),
            (
                "{a}}",
                "syntax error at line 1, column 4: expected the end of the document, or a query",
            ),
            ("{a(b c: 1)}", "syntax error at line 1, column 4: \"b\" is not complete"),
            ("{a(b: {c d: 1})}", "syntax error at line 1, column 8: \"c\" is not complete"),
            ("{a}\n}", "syntax error at line 2, column 1: "),
            ("query Q(){a}", "syntax error at line 1, column 9: "),
            ("queryQ{a}", "syntax error at line 1, column 1: "),
            ("\n\n\n\n\n\n\n\n\n\n{\na(\n}", "syntax error at line 13, column 1: "),
            ("", "syntax error at line 1, column 1: "),
        ] {
            let error = parsed(text).expect_err(text);
            assert!(error.starts_with(message) && !error.contains('\n'), "{text}: {error}");
        }
    }

    #[test]
    fn what_graphql_ignores_may_stand_anywhere() {
        let text = "\u{feff}\"\"\"what\nit is\"\"\" query Q(\"how many\" $n # c\n : , Int ! = 1 \"more\" $t: [ String ! ] = [\"a\"]) \
            {a ,: b(c:,[\"x\"] d: $n e: $t) ...on, #c\n A {x} ...F} \"of it\" fragment F on A {y}";
        let plain = "query Q($n: Int! = 1, $t: [String!] = [\"a\"]) {a: b(c: [\"x\"], d: $n, e: $t) ...on A {x} ...F} \
            fragment F on A {y}";
        assert_eq!(parsed(text), parsed(plain));
        assert!(parsed(text).is_ok(), "{:?}", parsed(text));
        assert!(parsed("\"what\" {a}").is_err());
        assert!(parsed("\"\\q\" query {a}").is_err());
        assert!(parsed("{a(b: \"x\" $c)}").is_err());
        assert!(parsed("query {a} query B {b}").is_ok());
    }
}
