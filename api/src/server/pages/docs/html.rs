//! The pages of the docs as HTML.

use std::{fmt::Write as _, sync::LazyLock};

use axum::http::HeaderValue;

use super::{
    book::{BookPage, DocsBook},
    search::{Excerpt, FoundSections, LONGEST},
};
use crate::server::pages::page::{ICON, escape, hash};

const STYLE: &str = include_str!("style.css");

/// The pages may use their own style sheet, show images of this server, and send its search form to this server.
pub(super) static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let policy = format!(
        "default-src 'none'; style-src {}; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'",
        hash(STYLE)
    );
    HeaderValue::from_str(&policy).expect("a hash in Base64 is a header's text")
});

/// A page of the book, by its place.
pub(super) fn page(book: &DocsBook, at: usize) -> String {
    let BookPage { title, url, rendered, .. } = &book.pages[at];
    // The table of contents follows the title.
    let (top, rest) = rendered.html.split_once("</h1>\n").unwrap_or(("", &rendered.html));
    let top = if top.is_empty() { String::new() } else { format!("{top}</h1>\n") };
    let main = format!("{top}{}{rest}{}", contents(book, at), neighbors(book, at));
    whole(book, title, Some(url), "", &main)
}

/// The page with the results of a search.
pub(super) fn results(book: &DocsBook, words: &str, found: &FoundSections<'_>) -> String {
    let asked = escape(words);
    let (total, shown) = (found.total, found.shown.len());
    let mut main = "<h1>Search</h1>\n".to_owned();
    // Writing to a string cannot fail.
    let _ = match total {
        0 => writeln!(
            main,
            "<p>No section of the docs contains <strong>{asked}</strong>. Try fewer or shorter words. The <a \
             href=\"/schema.graphql\">schema</a> describes every field.</p>"
        ),
        1 => writeln!(main, "<p>One section contains <strong>{asked}</strong>.</p>"),
        _ if total > shown => writeln!(
            main,
            "<p>{total} sections contain <strong>{asked}</strong>. These are the best {shown}; add a word to see \
             fewer.</p>"
        ),
        _ => writeln!(main, "<p>{total} sections contain <strong>{asked}</strong>.</p>"),
    };
    main.push_str("<ol class=\"results\">\n");
    for result in &found.shown {
        let section = result.section;
        let page = &book.pages[section.page];
        let (title, heading) = (escape(&page.title), escape(&section.heading));
        let name = if section.is_first { title } else { format!("{title}: {heading}") };
        let _ = writeln!(
            main,
            "<li><h2><a href=\"{}#{}\">{name}</a></h2>\n<p>{}</p></li>",
            page.url,
            escape(&section.anchor),
            marked(&result.excerpt)
        );
    }
    main.push_str("</ol>\n");
    if total == 0 {
        main = main.replace("<ol class=\"results\">\n</ol>\n", "");
    }
    whole(book, "Search", None, words, &main)
}

/// The page for a search that is too long.
pub(super) fn too_long(book: &DocsBook) -> String {
    let main = format!(
        "<h1>Search</h1>\n<p>The search exceeds the limit of {LONGEST} characters. Search for fewer words.</p>\n"
    );
    whole(book, "Search", None, "", &main)
}

/// The page for a name that is none.
pub(super) fn missing(book: &DocsBook) -> String {
    let main = "<h1>No such page</h1>\n<p>The docs have no page at this address. Search for it, or pick one from \
                the list.</p>\n";
    whole(book, "No such page", None, "", main)
}

fn marked(excerpt: &Excerpt) -> String {
    let parts = excerpt.parts.iter().map(|(text, is_marked)| match is_marked {
        true => format!("<mark>{}</mark>", escape(text)),
        false => escape(text),
    });
    parts.collect()
}

/// The headings below the title, where there are several.
fn contents(book: &DocsBook, at: usize) -> String {
    let sections = book.pages[at].rendered.sections.iter().filter(|it| it.level == 2);
    let links: Vec<String> = sections
        .map(|it| {
            format!("<li><a href=\"#{}\">{}</a></li>\n", escape(&it.anchor), escape(&it.heading))
        })
        .collect();
    match links.len() {
        0 | 1 => String::new(),
        _ => format!(
            "<details class=\"contents\" open><summary>On this page</summary>\n<nav aria-label=\"On this \
             page\">\n<ul>\n{}</ul>\n</nav>\n</details>\n",
            links.concat()
        ),
    }
}

/// Links to the page before and the page after.
fn neighbors(book: &DocsBook, at: usize) -> String {
    let link = |page: Option<&BookPage>, rel: &str, label: &str| {
        page.map_or_else(String::new, |page| {
            let (url, title) = (&page.url, escape(&page.title));
            format!("<a rel=\"{rel}\" href=\"{url}\"><span>{label}</span> {title}</a>\n")
        })
    };
    let before = at.checked_sub(1).and_then(|at| book.pages.get(at));
    format!(
        "<nav class=\"neighbors\" aria-label=\"Previous and next page\">\n{}{}</nav>\n",
        link(before, "prev", "Previous:"),
        link(book.pages.get(at + 1), "next", "Next:")
    )
}

/// The list of all pages, of which one may be shown.
fn pages(book: &DocsBook, current: Option<&str>) -> String {
    let (mut html, mut part) = (String::new(), None);
    for page in &book.pages {
        if part != Some(page.part.as_str()) {
            if part.is_some() {
                html.push_str("</ul>\n");
            }
            if !page.part.is_empty() {
                let _ = writeln!(html, "<h2>{}</h2>", escape(&page.part));
            }
            html.push_str("<ul>\n");
            part = Some(&page.part);
        }
        let mark = if current == Some(&page.url) { " aria-current=\"page\"" } else { "" };
        let (url, title) = (&page.url, escape(&page.title));
        let _ = writeln!(html, "<li><a href=\"{url}\"{mark}>{title}</a></li>");
    }
    html.push_str("</ul>\n");
    html
}

/// A page with its header and the list of pages.
fn whole(book: &DocsBook, title: &str, current: Option<&str>, words: &str, main: &str) -> String {
    let (title, words, pages) = (escape(title), escape(words), pages(book, current));
    let version = env!("CARGO_PKG_VERSION");
    format!(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: docs of the COPS Office funding and outcomes API</title>
<link rel="icon" href="{ICON}">
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<header>
<p class="site"><a href="/">
<span class="mark" aria-hidden="true"><i></i><i></i><i></i><i></i></span>COPS Office funding and outcomes</a></p>
<nav aria-label="Site">
<a href="/explore">Explorer</a>
<a href="/playground">Playground</a>
<a href="/docs">Docs</a>
<a class="narrow" href="#pages">All pages</a>
</nav>
<form role="search" action="/docs">
<input type="search" name="search" value="{words}" maxlength="{LONGEST}" aria-label="Search the docs"
placeholder="Search the docs" required>
<button>Search</button>
</form>
</header>
<div class="columns">
<main id="main">
{main}</main>
<nav class="pages" id="pages" aria-label="All pages">
{pages}</nav>
</div>
<footer>
<p>cops-graphql {version}, MIT or Apache-2.0.</p>
</footer>
</body>
</html>
"##
    )
}
