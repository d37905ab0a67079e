//! Finds sections of the docs by the words in them.
//!
//! A section is found if it contains every word, in its text, its heading or the title of its page; `a` is also found
//! within `cat`, and case does not matter. Sections with the words in their headings come first.

use std::cmp::Reverse;

use super::render::DocsSection;

/// The characters that a search may have.
pub(super) const LONGEST: usize = 100;
/// The sections that are shown.
pub(super) const MOST_SHOWN: usize = 30;
/// The characters of an excerpt, and how many of them come before the first word.
const EXCERPT: usize = 240;
const BEFORE: usize = 60;

/// A section in the form in which it is searched.
#[derive(Debug)]
pub(super) struct SearchedSection {
    /// Its page, by its place in the book.
    pub(super) page: usize,
    pub(super) heading: String,
    /// Whether it starts with the title of the page.
    pub(super) is_first: bool,
    pub(super) anchor: String,
    text: String,
    /// The same in lower case.
    folded_title: String,
    folded_heading: String,
    folded_text: String,
}

/// A section that has the words.
#[derive(Debug)]
pub(super) struct FoundSection<'a> {
    pub(super) section: &'a SearchedSection,
    pub(super) excerpt: Excerpt,
}

/// Part of a text, in which words are marked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// Texts, and whether each is a word of the search.
    pub(super) parts: Vec<(String, bool)>,
}

/// What a search finds.
#[derive(Debug)]
pub(super) struct FoundSections<'a> {
    pub(super) total: usize,
    /// The first of them.
    pub(super) shown: Vec<FoundSection<'a>>,
}

impl SearchedSection {
    pub(super) fn new(page: usize, title: &str, section: &DocsSection) -> Self {
        let text = section.text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            page,
            folded_title: folded(title),
            folded_heading: folded(&section.heading),
            folded_text: folded(&text),
            heading: section.heading.clone(),
            is_first: section.level == 1,
            anchor: section.anchor.clone(),
            text,
        }
    }

    /// How well it fits the words, the greater the better. None if it does not contain all of them.
    fn rank(&self, words: &[String]) -> Option<(usize, usize, usize)> {
        let (mut in_heading, mut in_title, mut times) = (0, 0, 0);
        for word in words {
            let is_in_heading = self.folded_heading.contains(word);
            let is_in_title = self.folded_title.contains(word);
            let of_word = self.folded_text.matches(word).count();
            if !is_in_heading && !is_in_title && of_word == 0 {
                return None;
            }
            in_heading += usize::from(is_in_heading);
            in_title += usize::from(is_in_title);
            times += of_word;
        }
        // A title alone would find every section of its page.
        (in_heading + times > 0).then_some((in_heading, in_title, times))
    }
}

/// The sections that contain every word of a text, the best first.
pub(super) fn search<'a>(sections: &'a [SearchedSection], text: &str) -> FoundSections<'a> {
    let words = words(text);
    let ranked = sections.iter().filter_map(|it| Some((Reverse(it.rank(&words)?), it)));
    let mut ranked: Vec<_> = ranked.collect();
    // The sort is stable: equals stay in the order of the book.
    ranked.sort_by_key(|(rank, _)| *rank);
    let shown = ranked
        .iter()
        .take(MOST_SHOWN)
        .map(|&(_, section)| FoundSection { section, excerpt: Excerpt::of(&section.text, &words) });
    FoundSections { total: ranked.len(), shown: shown.collect() }
}

/// The words of a search, in lower case.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = text.split_whitespace().map(folded).collect();
    words.sort();
    words.dedup();
    words
}

/// Lower case, with as many characters as before.
fn folded(text: &str) -> String {
    text.chars().map(folded_character).collect()
}

fn folded_character(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => character,
    }
}

impl Excerpt {
    /// The part of a text around the first of the words.
    fn of(text: &str, words: &[String]) -> Self {
        let all: Vec<char> = text.chars().collect();
        let folded: Vec<char> = all.iter().copied().map(folded_character).collect();
        let words: Vec<Vec<char>> = words.iter().map(|word| word.chars().collect()).collect();
        let is_word = |at: usize, word: &Vec<char>| folded[at..].starts_with(word);
        let first = (0..all.len()).find(|at| words.iter().any(|word| is_word(*at, word)));
        let start = first.unwrap_or_default().saturating_sub(BEFORE);
        // Words are not cut: the excerpt starts and ends at a space, where there is one.
        let start = match start {
            0 => 0,
            start => all[start..]
                .iter()
                .take(BEFORE)
                .position(|it| *it == ' ')
                .map_or(start, |at| start + at + 1),
        };
        let end = all.len().min(start + EXCERPT);
        let end = match all[start..end].iter().rposition(|it| *it == ' ') {
            Some(at) if end < all.len() => start + at,
            _ => end,
        };
        let mut marked = vec![false; all.len()];
        for at in start..end {
            for word in words.iter().filter(|word| is_word(at, word)) {
                marked[at..at + word.len()].fill(true);
            }
        }
        let mut parts: Vec<(String, bool)> = Vec::new();
        let mut push = |character: char, is_marked: bool| match parts.last_mut() {
            Some((text, last)) if *last == is_marked => text.push(character),
            _ => parts.push((character.to_string(), is_marked)),
        };
        if start > 0 {
            push('…', false);
        }
        for at in start..end {
            push(all[at], marked[at]);
        }
        if end < all.len() {
            push('…', false);
        }
        Self { parts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(title: &str, heading: &str, text: &str) -> SearchedSection {
        let section =
            DocsSection { heading: heading.into(), text: text.into(), ..DocsSection::default() };
        SearchedSection::new(0, title, &section)
    }

    #[test]
    fn every_word_is_wanted_and_headings_count_more_than_text() {
        let words = words("Page  CURSOR page");
        assert_eq!(words, ["cursor", "page"]);
        assert!(section("Querying", "Filters", "a page").rank(&words).is_none());
        let in_text = section("Querying", "Lists", "Each page has a cursor.").rank(&words);
        let in_heading = section("Querying", "Pages", "The cursor.").rank(&words);
        assert!(in_text.is_some() && in_heading > in_text);
        assert!(section("Page cursors", "Filters", "Nothing.").rank(&words).is_none());
    }

    #[test]
    fn an_excerpt_marks_words_whatever_their_case_and_length() {
        let excerpt = |text: &str, search: &str| Excerpt::of(text, &words(search)).parts;
        let part = |text: &str, is_marked| (text.to_owned(), is_marked);
        assert_eq!(
            excerpt("İ: Cursors and ağ", "cursor Ağ"),
            [part("İ: ", false), part("Cursor", true), part("s and ", false), part("ağ", true)]
        );
        let long = format!("{} needle {}", "word ".repeat(100), "word ".repeat(100));
        let parts = excerpt(&long, "needle");
        assert_eq!(parts.len(), 3);
        assert!(parts[0].0.starts_with("…word ") && parts[2].0.ends_with(" word…"), "{parts:?}");
        assert_eq!(excerpt("no such", "needle"), [part("no such", false)]);
    }
}
