//! The tokens of a document, without a parser: one pass over the text, and no recursion.
//!
//! Whoever must look at a document before it is parsed, or must not change more of it than what GraphQL ignores,
//! looks at these. A text that is no GraphQL has tokens, too; which ones does not matter, because the parser
//! refuses it.

/// A token, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind,
    /// Where it begins, in bytes.
    pub(crate) at: usize,
    pub(crate) text: &'a str,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Name,
    Number,
    /// A string, quotes and all.
    String,
    /// `...`
    Spread,
    /// One of the characters that stand by themselves, or one that GraphQL does not know.
    Punctuator,
}

/// The tokens of a text.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = &self.text[self.at..];
            let c = rest.chars().next()?;
            let end_of = |is_in: fn(char) -> bool| rest.find(|c| !is_in(c)).unwrap_or(rest.len());
            let (kind, length) = match c {
                ' ' | '\t' | '\n' | '\r' | ',' | '\u{feff}' => {
                    self.at += c.len_utf8();
                    continue;
                }
                '#' => {
                    self.at += end_of(|c| !matches!(c, '\n' | '\r'));
                    continue;
                }
                '"' => (TokenKind::String, string_length(rest)),
                '.' => (TokenKind::Spread, end_of(|c| c == '.')),
                c if is_of_name(c) && !c.is_ascii_digit() => (TokenKind::Name, end_of(is_of_name)),
                c if is_of_number(c) => (TokenKind::Number, end_of(is_of_number)),
                c => (TokenKind::Punctuator, c.len_utf8()),
            };
            let at = self.at;
            self.at += length;
            return Some(Token { kind, at, text: &rest[..length] });
        }
    }
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')
}

/// The bytes of the string at the beginning of a text, quotes and all.
fn string_length(text: &str) -> usize {
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
            '\n' | '\r' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
