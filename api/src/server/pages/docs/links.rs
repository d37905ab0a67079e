//! Where the links of a page lead: a link within the repository becomes a link on this server, or none.

use super::embedded::{FILES, PAGES, README};

/// The address in the docs of a server that runs on the reader's machine.
const LOCAL: &str = "http://127.0.0.1:8080/";

/// The URL of a page, from its path in the repository: `docs/proxy/README.md` is `/docs/proxy`.
pub(super) fn url(path: &str) -> String {
    match name(path) {
        "" => "/docs".to_owned(),
        name => format!("/docs/{name}"),
    }
}

/// The name of a page below `/docs/`; empty for the page at `/docs` itself.
pub(super) fn name(path: &str) -> &str {
    if path == README {
        return "";
    }
    let name = path.strip_prefix("docs/").unwrap_or(path);
    let name = name.strip_suffix(".md").unwrap_or(name);
    name.strip_suffix("/README").unwrap_or(name)
}

/// The URL of a link on the page at `from`. None if this server does not serve its target.
pub(super) fn target(from: &str, href: &str) -> Option<String> {
    if let Some(path) = href.strip_prefix(LOCAL) {
        return Some(format!("/{path}"));
    }
    if href.starts_with('#') || href.contains("://") || href.starts_with("mailto:") {
        return Some(href.to_owned());
    }
    let (file, anchor) = href.find('#').map_or((href, ""), |at| href.split_at(at));
    let path = joined(from, file)?;
    if PAGES.iter().any(|(page, _)| *page == path) {
        return Some(format!("{}{anchor}", url(&path)));
    }
    if let Some(file) = FILES.iter().find(|file| file.path == path) {
        return Some(format!("/docs/{}", file.name));
    }
    (path == "schema.graphql").then(|| "/schema.graphql".to_owned())
}

/// The path in the repository of a link from the file at `from`. None if it leads out of the repository.
pub(super) fn joined(from: &str, link: &str) -> Option<String> {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut path: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in link.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(path.pop()?),
            name => path.push(name),
        }
    }
    Some(path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_page_a_file_or_nowhere() {
        for (from, href, expected) in [
            ("README.md", "docs/querying.md", Some("/docs/querying")),
            ("docs/querying.md", "../README.md#words", Some("/docs#words")),
            ("docs/querying.md", "http.md#pages", Some("/docs/http#pages")),
            ("docs/scaling.md", "proxy/README.md", Some("/docs/proxy")),
            ("docs/proxy/README.md", "nginx.conf", Some("/docs/proxy/nginx.conf")),
            ("docs/proxy/README.md", "../errors.md", Some("/docs/errors")),
            ("docs/querying.md", "#filters", Some("#filters")),
            ("docs/querying.md", "../schema.graphql", Some("/schema.graphql")),
            ("docs/http.md", "https://example.org/a.md", Some("https://example.org/a.md")),
            ("README.md", "http://127.0.0.1:8080/explore", Some("/explore")),
            ("README.md", "LICENSE-MIT", None),
            ("docs/http.md", "../api/src/lib.rs", None),
            ("README.md", "../elsewhere.md", None),
        ] {
            assert_eq!(target(from, href).as_deref(), expected, "{from}: {href}");
        }
    }
}
