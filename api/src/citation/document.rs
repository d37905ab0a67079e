//! A document without what GraphQL ignores.

use crate::limits::string_length;

/// The document as it is hashed: its tokens, with a space only where two would run together. Space, commas
/// and comments do not tell two documents apart; names and strings, and their order, do. It is what
/// `stripIgnoredCharacters` of graphql-js makes of it, except that block strings stay as they are written.
///
/// The document must be one that can be parsed.
pub(super) fn normalised(document: &str) -> String {
    let mut normal = String::with_capacity(document.len());
    let mut was_word = false;
    let mut rest = document;
    while let Some(c) = rest.chars().next() {
        let end_of = |is_in: fn(char) -> bool| rest.find(|c| !is_in(c)).unwrap_or(rest.len());
        let length = match c {
            ' ' | '\t' | '\n' | '\r' | ',' | '\u{feff}' => {
                rest = &rest[c.len_utf8()..];
                continue;
            }
            '#' => {
                rest = &rest[end_of(|c| !matches!(c, '\n' | '\r'))..];
                continue;
            }
            '"' => string_length(rest),
            '.' => end_of(|c| c == '.'),
            c if is_of_name(c) && !c.is_ascii_digit() => end_of(is_of_name),
            c if is_of_number(c) => end_of(is_of_number),
            c => c.len_utf8(),
        };
        let is_word = is_of_name(c) || is_of_number(c) && c != '.' || c == '"';
        if was_word && (is_word || c == '.') {
            normal.push(' ');
        }
        normal.push_str(&rest[..length]);
        was_word = is_word;
        rest = &rest[length..];
    }
    normal
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_graphql_ignores_makes_no_difference() {
        let written = "\u{feff}query Q($n: Int = -1.5e+3, $t: [String!]) @skip(if: false) { # {\n  a: grants(first: $n, \
            filter: {title: {contains: \"a  , #b \\\" c\"}}) { nodes { id ...F ... on Grant { id } } }\r\n}\n\
            fragment F on Grant { title, id }";
        let normal = "query Q($n:Int=-1.5e+3$t:[String!])@skip(if:false){a:grants(first:$n filter:{title:{contains:\
            \"a  , #b \\\" c\"}}){nodes{id ...F ...on Grant{id}}}}fragment F on Grant{title id}";
        assert_eq!(normalised(written), normal);
        assert_eq!(normalised(normal), normal);
        assert_eq!(normalised("{a...F}"), "{a ...F}");
        assert_eq!(
            normalised("{a(b:\"\"\" \\\"\"\" , \"\"\" c:[1 2.5,3])}"),
            "{a(b:\"\"\" \\\"\"\" , \"\"\" c:[1 2.5 3])}"
        );
    }
}
