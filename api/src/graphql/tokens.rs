//! The tokens of a document, found without a parser: one pass over the text, without recursion.
//!
//! Used by code that looks at a document before it is parsed, or that changes only what GraphQL ignores. Text that is
//! not GraphQL also yields tokens; they do not matter, because the parser refuses it.

/// A token as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind,
    /// The byte offset of its start.
    pub(crate) at: usize,
    pub(crate) text: &'a str,
}

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Name,
    Number,
    /// A string, including its quotes.
    String,
    /// `...`
    Spread,
    /// A single-character punctuator, or a character that GraphQL does not know.
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

/// The length in bytes of the string at the start of a text, including its quotes.
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
