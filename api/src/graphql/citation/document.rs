//! Removes what GraphQL ignores from a document.

use crate::graphql::tokens::{TokenKind, Tokens};

/// Normalizes a document for its digest: its tokens, with a space only where two tokens would merge. Whitespace,
/// commas and comments do not distinguish documents; names, strings and their order do. The result is that of
/// graphql-js `stripIgnoredCharacters`, except that block strings stay as written.
///
/// The document must be parsable.
pub(super) fn normalised(document: &str) -> String {
    let mut normal = String::with_capacity(document.len());
    let mut was_word = false;
    for token in Tokens::of(document) {
        let is_word = matches!(token.kind, TokenKind::Name | TokenKind::Number | TokenKind::String);
        if was_word && (is_word || token.kind == TokenKind::Spread) {
            normal.push(' ');
        }
        normal.push_str(token.text);
        was_word = is_word;
    }
    normal
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
