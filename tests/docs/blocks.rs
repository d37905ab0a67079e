//! The fenced blocks and code spans of the pages.

use std::fs;

use super::root;
use crate::links;

/// A fenced block.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    /// The path of its page within the repository.
    pub(super) page: String,
    /// The line of the page where its text starts.
    pub(super) line: usize,
    /// The word after the fence; empty if there is none.
    pub(super) language: String,
    pub(super) text: String,
}

impl Block {
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }
}

/// The path and the text of each page of the repository.
pub(super) fn pages() -> Vec<(String, String)> {
    let paths = links::pages(root());
    let page = |path: &std::path::PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    paths.iter().map(page).collect()
}

/// The blocks of all pages, in order.
pub(super) fn blocks() -> Vec<Block> {
    pages().iter().flat_map(|(page, text)| blocks_of(page, text)).collect()
}

fn blocks_of(page: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = (1..).zip(text.lines());
    while let Some((at, line)) = lines.next() {
        let Some(language) = line.trim_start().strip_prefix("```") else { continue };
        let indent = line.len() - line.trim_start().len();
        let (mut text, mut is_closed) = (String::new(), false);
        for (_, line) in lines.by_ref() {
            is_closed = line.trim() == "```";
            if is_closed {
                break;
            }
            text.push_str(line.get(indent..).unwrap_or_default());
            text.push('\n');
        }
        assert!(is_closed, "{page}:{at}: the block is not closed");
        let (page, language) = (page.to_owned(), language.trim().to_owned());
        blocks.push(Block { page, line: at + 1, language, text });
    }
    blocks
}

/// The code spans of a page outside its blocks, with their lines. A span may continue on the next line.
pub(super) fn spans(text: &str) -> Vec<(usize, String)> {
    let (mut is_block, mut paragraph, mut began) = (false, String::new(), 1);
    let mut spans = Vec::new();
    for (at, line) in (1..).zip(text.lines().chain([""])) {
        let is_fence = line.trim_start().starts_with("```");
        if is_fence || is_block || line.trim().is_empty() {
            spans_of(&paragraph, began, &mut spans);
            (paragraph, began) = (String::new(), at + 1);
            is_block ^= is_fence;
        } else {
            paragraph.push_str(line);
            paragraph.push('\n');
        }
    }
    spans
}

fn spans_of(paragraph: &str, began: usize, spans: &mut Vec<(usize, String)>) {
    let mut line = began;
    for (at, part) in paragraph.split('`').enumerate() {
        if at % 2 == 1 {
            let words: Vec<&str> = part.split_whitespace().collect();
            spans.push((line, words.join(" ")));
        }
        line += part.matches('\n').count();
    }
}

#[test]
fn blocks_and_spans_are_found_with_their_lines() {
    let text = "# A\n`b\nc` and `d`\n\n- e\n\n  ```sh\n  f \\\n    `g`\n  ```\n\n`h`\n";
    let blocks = blocks_of("a.md", text);
    let [block] = blocks.as_slice() else { panic!("{blocks:?}") };
    assert_eq!((block.place().as_str(), block.language.as_str()), ("a.md:8", "sh"));
    assert_eq!(block.text, "f \\\n  `g`\n");
    let found: Vec<(usize, String)> =
        [(2, "b c"), (3, "d"), (12, "h")].map(|(line, span)| (line, span.to_owned())).into();
    assert_eq!(spans(text), found);
}
