//! From byte offsets to lines and columns, as defined by GraphQL.

use apollo_compiler::{Node, parser::SourceSpan};
use async_graphql::{Pos, Positioned};

/// The line starts of a text. A line ends with `\n`, `\r\n` or `\r`, and a column is a character.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The position of a byte.
    pub(super) fn at(&self, offset: usize) -> Pos {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        let end = self.text.floor_char_boundary(offset);
        Pos { line, column: self.text[start..end].chars().count() + 1 }
    }

    /// The position of the start of a span.
    pub(super) fn of_span(&self, span: Option<SourceSpan>) -> Pos {
        span.map_or(Pos::default(), |span| self.at(span.offset()))
    }

    /// The position of a node.
    pub(super) fn of_node<T: ?Sized>(&self, node: &Node<T>) -> Pos {
        self.of_span(node.location())
    }

    /// A value with the position of a span.
    pub(super) fn positioned<T>(&self, span: Option<SourceSpan>, value: T) -> Positioned<T> {
        Positioned::new(value, self.of_span(span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_line_end_ends_a_line() {
        let text = "a\nbé\r\nc\rd\u{2028}e";
        let lines = Lines::of(text);
        let at = |part: &str| {
            let Pos { line, column } = lines.at(text.find(part).expect("it is there"));
            (line, column)
        };
        assert_eq!(
            [at("a"), at("é"), at("c"), at("d"), at("e")],
            [(1, 1), (2, 2), (3, 1), (4, 1), (4, 3)]
        );
        assert_eq!(lines.at(text.len()), Pos { line: 4, column: 4 });
    }
}
