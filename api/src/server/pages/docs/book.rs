//! All pages of the docs, rendered once.

use std::sync::LazyLock;

use super::{
    embedded::{PAGES, README, SUMMARY},
    links,
    render::{self, RenderedPage},
    search::SearchedSection,
    summary,
};

/// The docs.
#[derive(Debug)]
pub(super) struct DocsBook {
    /// In the order in which they are read.
    pub(super) pages: Vec<BookPage>,
    /// In the order of the pages.
    pub(super) sections: Vec<SearchedSection>,
}

/// A page.
#[derive(Debug)]
pub(super) struct BookPage {
    /// The heading above its title in the list of pages; empty if there is none.
    pub(super) part: String,
    pub(super) title: String,
    pub(super) url: String,
    pub(super) rendered: RenderedPage,
}

/// Rendered when somebody first opens a page.
static BOOK: LazyLock<DocsBook> = LazyLock::new(DocsBook::new);

impl DocsBook {
    /// The docs of this program.
    pub(super) fn get() -> &'static Self {
        &BOOK
    }

    fn new() -> Self {
        let page = |part: &str, title: &str, path: &str| {
            let (_, text) = PAGES.iter().find(|(known, _)| *known == path)?;
            Some(BookPage {
                part: part.to_owned(),
                title: title.to_owned(),
                url: links::url(path),
                rendered: render::render(path, text),
            })
        };
        let mut pages: Vec<_> = page("", "Overview", README).into_iter().collect();
        for part in summary::parts(SUMMARY) {
            pages.extend(part.pages.iter().filter_map(|it| page(&part.title, &it.title, &it.path)));
        }
        let sections = pages.iter().enumerate().flat_map(|(at, page)| {
            page.rendered.sections.iter().map(move |it| SearchedSection::new(at, &page.title, it))
        });
        Self { sections: sections.collect(), pages }
    }
}
