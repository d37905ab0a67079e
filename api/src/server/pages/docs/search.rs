//! Finds sections of the docs by the words in them.
//!
//! A section is found if it contains every word, in its text, its heading or the title of its page. A word is found as
//! a whole, in another common form (`paging` for `page`), or as the beginning of a longer word (`cur` for `cursor`), but
//! not in the middle of one; the words of `endCursor` and `MAX_PAGE` count, too. Case does not matter, and common English
//! words are ignored. Whole words come before beginnings, then words in headings before words in text.

use std::cmp::Reverse;

use super::render::DocsSection;

/// The characters that a search may have.
pub(super) const LONGEST: usize = 100;
/// The sections that are shown.
pub(super) const MOST_SHOWN: usize = 30;
/// The characters of an excerpt, and how many of them come before the first word.
const EXCERPT: usize = 240;
const BEFORE: usize = 60;
/// The words that are ignored, unless a search has no others.
const STOP_WORDS: [&str; 23] = [
    "a", "an", "and", "are", "can", "do", "does", "for", "how", "i", "in", "is", "it", "my", "of",
    "on", "or", "that", "the", "this", "to", "what", "with",
];
/// The fewest letters that two forms of a word have in common.
const SHORTEST_STEM: usize = 3;

/// A section in the form in which it is searched.
#[derive(Debug)]
pub(super) struct SearchedSection {
    /// Its page, by its place in the book.
    pub(super) page: usize,
    pub(super) heading: String,
    /// Whether it starts with the title of the page.
    pub(super) is_first: bool,
    pub(super) anchor: String,
    title: Vec<char>,
    heading_text: Vec<char>,
    text: Vec<char>,
}

/// A word of a search.
#[derive(Debug, PartialEq, Eq)]
struct SearchWord {
    /// In lower case.
    letters: Vec<char>,
    stem: String,
}

/// How a word is found in a text, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum WordFit {
    /// As the beginning of a longer word.
    Beginning = 1,
    /// As a whole, or in another form.
    Whole = 2,
}

/// How well a section fits a search. The first field counts most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct SectionRank {
    /// All words, by their best fits.
    fit: usize,
    /// The words in the heading, by their fits.
    heading: usize,
    /// How often the text has the rarest of the words.
    rarest: usize,
    /// The words in the title of the page, by their fits.
    title: usize,
    /// How often the text has any of the words.
    times: usize,
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
        Self {
            page,
            title: title.chars().collect(),
            heading_text: section.heading.chars().collect(),
            text: section.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect(),
            heading: section.heading.clone(),
            is_first: section.level == 1,
            anchor: section.anchor.clone(),
        }
    }

    /// How well it fits the words, the greater the better. None if it does not contain all of them.
    fn rank(&self, words: &[SearchWord]) -> Option<SectionRank> {
        let mut rank = SectionRank { rarest: usize::MAX, ..SectionRank::default() };
        for word in words {
            let best = |text: &[char]| word.places(text).map(|(_, fit, _)| fit).max();
            let in_heading = best(&self.heading_text);
            let in_title = best(&self.title);
            let in_text = best(&self.text);
            let points = |fit: Option<WordFit>| fit.map_or(0, |fit| fit as usize);
            let times = word.places(&self.text).count();
            rank.heading += points(in_heading);
            rank.fit += points(Some(in_heading.max(in_title).max(in_text)?));
            rank.rarest = rank.rarest.min(times);
            rank.title += points(in_title);
            rank.times += times;
        }
        // A title alone would find every section of its page.
        (rank.heading + rank.times > 0).then_some(rank)
    }
}

impl SearchWord {
    fn new(text: &str) -> Self {
        let letters: Vec<char> = text.chars().map(folded_character).collect();
        Self { stem: stem(&letters), letters }
    }

    /// Where a text has the word: the first character, how it fits, and the number of characters.
    fn places<'a>(
        &'a self,
        text: &'a [char],
    ) -> impl Iterator<Item = (usize, WordFit, usize)> + 'a {
        let starts = (0..text.len()).filter(|at| starts_word(text, *at));
        starts.filter_map(|at| self.fit(text, at).map(|(fit, length)| (at, fit, length)))
    }

    /// How it fits the word of a text that starts at a character, and how many characters of the text it takes.
    fn fit(&self, text: &[char], at: usize) -> Option<(WordFit, usize)> {
        let is_at = |letters: &[char]| {
            let found = text[at..].iter().copied().map(folded_character);
            text.len() - at >= letters.len() && found.zip(letters).all(|(a, b)| a == *b)
        };
        let is_beginning = is_at(&self.letters);
        let length = self.letters.len();
        if is_beginning && ends_word(text, at + length) {
            return Some((WordFit::Whole, length));
        }
        // Two forms of a word begin with the same letters.
        if self.letters.get(..SHORTEST_STEM).is_some_and(is_at) {
            let end = (at + 1..text.len()).find(|end| ends_word(text, *end)).unwrap_or(text.len());
            let found: Vec<char> = text[at..end].iter().copied().map(folded_character).collect();
            if stem(&found) == self.stem {
                return Some((WordFit::Whole, end - at));
            }
        }
        is_beginning.then_some((WordFit::Beginning, length))
    }
}

/// Whether a word starts at a character. `endCursor` and `MAX_PAGE` are two words each.
fn starts_word(text: &[char], at: usize) -> bool {
    let Some(character) = text.get(at).filter(|it| it.is_alphanumeric()) else { return false };
    match at.checked_sub(1).map(|before| text[before]) {
        Some(before) if before.is_alphanumeric() => {
            before.is_lowercase() && character.is_uppercase()
        }
        _ => true,
    }
}

/// Whether a word ends before a character.
fn ends_word(text: &[char], at: usize) -> bool {
    text.get(at).is_none_or(|it| !it.is_alphanumeric()) || starts_word(text, at)
}

/// The letters that the common forms of a word share: `page`, `pages`, `paged` and `paging` have `pag`.
fn stem(letters: &[char]) -> String {
    let word: String = letters.iter().collect();
    let shortened = |end: &str| {
        let rest = word.strip_suffix(end)?;
        let is_word =
            rest.chars().count() >= SHORTEST_STEM && rest.contains(['a', 'e', 'i', 'o', 'u']);
        is_word.then_some(rest)
    };
    let shorter = match shortened("ies") {
        Some(rest) => return format!("{rest}y"),
        None if word.ends_with("ss") => &word,
        None => ["ing", "ed", "es", "s", "e"].into_iter().find_map(shortened).unwrap_or(&word),
    };
    shorter.to_owned()
}

/// The sections that contain every word of a text, the best first.
pub(super) fn search<'a>(sections: &'a [SearchedSection], text: &str) -> FoundSections<'a> {
    let words = words(text);
    if words.is_empty() {
        return FoundSections { total: 0, shown: Vec::new() };
    }
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

/// The words of a search.
fn words(text: &str) -> Vec<SearchWord> {
    let parts = text.split(|it: char| !it.is_alphanumeric() && it != '_');
    let mut all: Vec<String> = parts
        .map(|it| it.trim_matches('_').chars().map(folded_character).collect())
        .filter(|it: &String| !it.is_empty())
        .collect();
    all.sort();
    all.dedup();
    if all.iter().any(|it| !STOP_WORDS.contains(&it.as_str())) {
        all.retain(|it| !STOP_WORDS.contains(&it.as_str()));
    }
    all.iter().map(|it| SearchWord::new(it)).collect()
}

/// The character in lower case, if that is one character.
fn folded_character(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => character,
    }
}

impl Excerpt {
    /// The part of a text around the first of the words.
    fn of(all: &[char], words: &[SearchWord]) -> Self {
        let places = || words.iter().flat_map(|word| word.places(all));
        let first = places().map(|(at, ..)| at).min();
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
        for (at, _, length) in places() {
            marked[at..at + length].fill(true);
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

    fn texts(words: &[SearchWord]) -> Vec<String> {
        words.iter().map(|word| word.letters.iter().collect()).collect()
    }

    #[test]
    fn every_word_is_wanted_and_headings_count_more_than_text() {
        let words = words("Page  CURSOR page");
        assert_eq!(texts(&words), ["cursor", "page"]);
        assert!(section("Querying", "Filters", "a page").rank(&words).is_none());
        let in_text = section("Querying", "Lists", "Each page has a cursor.").rank(&words);
        let in_heading = section("Querying", "Pages", "The cursor.").rank(&words);
        assert!(in_text.is_some() && in_heading > in_text);
        assert!(section("Page cursors", "Filters", "Nothing.").rank(&words).is_none());
    }

    #[test]
    fn stop_words_are_ignored_unless_there_is_nothing_else() {
        assert_eq!(texts(&words("How to cite a number?")), ["cite", "number"]);
        assert_eq!(texts(&words("what is --max-page")), ["max", "page"]);
        assert_eq!(texts(&words("QUERY_TOO_EXPENSIVE")), ["query_too_expensive"]);
        assert_eq!(texts(&words("what is it")), ["is", "it", "what"]);
        assert!(words("<>").is_empty());
        assert_eq!(search(&[section("Querying", "Lists", "Text.")], "<>").total, 0);
    }

    #[test]
    fn a_word_is_found_whole_in_another_form_or_as_a_beginning() {
        let fit = |word: &str, text: &str| {
            let text: Vec<char> = text.chars().collect();
            SearchWord::new(word).places(&text).map(|(_, fit, _)| fit).max()
        };
        for (word, text) in [
            ("port", "the Port."),
            ("paging", "pages"),
            ("page", "Paging"),
            ("citing", "cite"),
            ("query", "queries"),
            ("strings", "string"),
            ("cursor", "endCursor"),
            ("endcursor", "endCursor"),
            ("page", "MAX_PAGE"),
            ("max_page", "MAX_PAGE"),
        ] {
            assert_eq!(fit(word, text), Some(WordFit::Whole), "{word}: {text}");
        }
        for (word, text) in [("port", "portable"), ("e", "error"), ("max", "maximum")] {
            assert_eq!(fit(word, text), Some(WordFit::Beginning), "{word}: {text}");
        }
        for (word, text) in [
            ("port", "import report"),
            ("city", "cite"),
            ("string", "strong"),
            ("a", ""),
            ("age", "page"),
        ] {
            assert_eq!(fit(word, text), None, "{word}: {text}");
        }
        let rank = |text: &str| section("Querying", "Lists", text).rank(&words("port"));
        assert!(rank("the port") > rank("portable and portable"));
        assert!(rank("portable").is_some() && rank("import").is_none());
    }

    #[test]
    fn the_docs_answer_what_people_ask() {
        let book = super::super::book::DocsBook::get();
        for (question, page, heading) in [
            ("change the port", "Operating", "Changing the port"),
            ("how to cite a number", "Getting started", "5. Cite a number"),
            ("what does null mean", "Querying", "Null"),
            ("paging", "Querying", "Paging"),
            ("what is a price", "HTTP", "Price and cost"),
            ("next page", "Querying", "Paging"),
        ] {
            let found = search(&book.sections, question);
            let best = found.shown.iter().take(2);
            let best: Vec<_> = best
                .map(|it| (&*book.pages[it.section.page].title, &*it.section.heading))
                .collect();
            assert!(best.contains(&(page, heading)), "{question}: {best:?}");
        }
    }

    #[test]
    fn an_excerpt_marks_words_whatever_their_case_and_length() {
        let excerpt = |text: &str, search: &str| {
            Excerpt::of(&text.chars().collect::<Vec<_>>(), &words(search)).parts
        };
        let part = |text: &str, is_marked| (text.to_owned(), is_marked);
        assert_eq!(
            excerpt("İ: Cursors, imports and the ağa", "the port cursor Ağ"),
            [
                part("İ: ", false),
                part("Cursors", true),
                part(", imports and the ", false),
                part("ağ", true),
                part("a", false)
            ]
        );
        let long = format!("{} needle {}", "word ".repeat(100), "word ".repeat(100));
        let parts = excerpt(&long, "needle");
        assert_eq!(parts.len(), 3);
        assert!(parts[0].0.starts_with("…word ") && parts[2].0.ends_with(" word…"), "{parts:?}");
        assert_eq!(excerpt("no such", "needle"), [part("no such", false)]);
    }
}
