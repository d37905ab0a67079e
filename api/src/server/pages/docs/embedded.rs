//! The Markdown files and the images of the docs, embedded in the program.

/// A file of the repository as text.
macro_rules! text {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../", $path))
    };
}

macro_rules! texts {
    ($($path:literal),* $(,)?) => { &[$(($path, text!($path))),*] };
}

macro_rules! files {
    ($($path:literal as $name:literal: $kind:literal),* $(,)?) => {
        &[$(DocsFile {
            path: $path,
            name: $name,
            content_type: $kind,
            bytes: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../", $path)),
        }),*]
    };
}

/// The list of pages, in the format of mdBook.
pub(super) const SUMMARY: &str = text!("docs/SUMMARY.md");

/// The page at `/docs`.
pub(super) const README: &str = "README.md";

/// The Markdown of each page, by its path in the repository.
pub(super) const PAGES: &[(&str, &str)] = texts![
    "README.md",
    "docs/analysis.md",
    "docs/apollo.md",
    "docs/architecture.md",
    "docs/benchmarks.md",
    "docs/cookbook.md",
    "docs/development.md",
    "docs/errors.md",
    "docs/explorer.md",
    "docs/files-and-citation.md",
    "docs/getting-started.md",
    "docs/http.md",
    "docs/importing.md",
    "docs/live.md",
    "docs/measures.md",
    "docs/observability/README.md",
    "docs/operating.md",
    "docs/places.md",
    "docs/playground.md",
    "docs/proxy/README.md",
    "docs/querying.md",
    "docs/recipients.md",
    "docs/scaling.md",
    "docs/security.md",
];

/// A file that pages show or link to.
#[derive(Debug)]
pub(super) struct DocsFile {
    /// Where it is in the repository.
    pub(super) path: &'static str,
    /// Its name below `/docs/`.
    pub(super) name: &'static str,
    pub(super) content_type: &'static str,
    pub(super) bytes: &'static [u8],
}

pub(super) const FILES: &[DocsFile] = files![
    "docs/explorer-dark.png" as "explorer-dark.png": "image/png",
    "docs/explorer-light.png" as "explorer-light.png": "image/png",
    "docs/playground-dark.png" as "playground-dark.png": "image/png",
    "docs/playground-light.png" as "playground-light.png": "image/png",
    "docs/examples/agencies.csv" as "examples/agencies.csv": "text/csv; charset=utf-8",
    "docs/examples/awards.csv" as "examples/awards.csv": "text/csv; charset=utf-8",
    "docs/examples/awards.toml" as "examples/awards.toml": "text/plain; charset=utf-8",
    "docs/observability/alerts.yml" as "observability/alerts.yml": "text/plain; charset=utf-8",
    "docs/observability/dashboard.json" as "observability/dashboard.json": "application/json; charset=utf-8",
    "docs/proxy/nginx.conf" as "proxy/nginx.conf": "text/plain; charset=utf-8",
    "tests/queries/readme_event_study.svg" as "event-study.svg": "image/svg+xml",
];

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        path::{Path, PathBuf},
    };

    use super::*;
    use crate::server::pages::docs::summary;

    /// The Markdown files below a folder, by their paths in the repository.
    fn markdown(root: &Path, folder: &str, found: &mut BTreeSet<String>) {
        let entries = std::fs::read_dir(root.join(folder)).expect("the folder is there");
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            if path.is_dir() {
                markdown(root, &name, found);
            } else if path.extension().is_some_and(|it| it == "md") {
                found.insert(name);
            }
        }
    }

    #[test]
    fn the_pages_are_those_of_the_summary_and_of_the_folder() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut files = BTreeSet::from([README.to_owned()]);
        markdown(&root, "docs", &mut files);
        assert!(files.remove("docs/SUMMARY.md"));
        let embedded: BTreeSet<_> = PAGES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(embedded.len(), PAGES.len(), "a page is embedded twice");
        assert_eq!(
            embedded, files,
            "PAGES of api/src/server/pages/docs/embedded.rs are not the files of docs/"
        );
        let listed: Vec<_> =
            summary::parts(SUMMARY).into_iter().flat_map(|part| part.pages).collect();
        let mut named: BTreeSet<_> = listed.iter().map(|page| page.path.clone()).collect();
        assert_eq!(named.len(), listed.len(), "docs/SUMMARY.md names a page twice");
        named.insert(README.to_owned());
        assert_eq!(named, files, "docs/SUMMARY.md does not name the files of docs/");
    }
}
