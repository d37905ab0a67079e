//! Links in the docs lead to files and headings that exist.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The Markdown files of a folder and those below it, by their paths within it.
pub(crate) fn pages(root: &Path) -> Vec<PathBuf> {
    const NOT_OURS: [&str; 5] = ["node_modules", "target", ".git", "dist", "fixtures"];
    let (mut folders, mut pages) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !NOT_OURS.contains(&name) {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

/// The text without what is shown as it is.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            let parts = line.split('`').enumerate().filter(|(at, _)| at % 2 == 0);
            prose.extend(parts.map(|(_, part)| part));
        }
        prose.push('\n');
    }
    prose
}

/// The anchors of the headings of a page, as a repository shows it.
fn anchors(text: &str) -> Vec<String> {
    let mut seen = BTreeMap::<String, usize>::new();
    let (mut is_code, mut anchors) = (false, Vec::new());
    for line in text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        let title = line.trim_start_matches('#');
        if is_code || title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let slug: String = title
            .trim()
            .to_lowercase()
            .chars()
            .filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'))
            .map(|it| if it == ' ' { '-' } else { it })
            .collect();
        let times = seen.entry(slug.clone()).or_default();
        anchors.push(if *times == 0 { slug } else { format!("{slug}-{times}") });
        *times += 1;
    }
    anchors
}

/// The targets of the links of a page, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (line, text) in (1..).zip(prose(text).lines()) {
        for (at, _) in text.match_indices("](") {
            let target = &text[at + 2..];
            let end = target.find([')', ' ']).unwrap_or(target.len());
            links.push((line, target[..end].to_owned()));
        }
    }
    links
}

#[test]
fn links_of_the_docs_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (pages, mut broken, mut count) = (pages(root), Vec::new(), 0);
    for page in &pages {
        let text = std::fs::read_to_string(page).unwrap();
        for (line, target) in links(&text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let file =
                if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let has_anchor = || {
                let text = std::fs::read_to_string(&file).unwrap_or_default();
                anchors(&text).iter().any(|it| it == anchor)
            };
            if !file.exists() || (!anchor.is_empty() && !has_anchor()) {
                let page = page.strip_prefix(root).unwrap().display();
                broken.push(format!("{page}:{line}: {target}"));
            }
        }
    }
    assert!(pages.len() > 10 && count > 40, "{} pages, {count} links", pages.len());
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn a_link_is_told_from_code_and_an_anchor_is_that_of_a_heading() {
    let text = "# A `b`, and c\n[x](y.md#z) `[no](no)`\n```\n# no\n[no](no)\n```\n## A b and c\n";
    assert_eq!(links(text), [(2, "y.md#z".to_owned())]);
    assert_eq!(anchors(text), ["a-b-and-c", "a-b-and-c-1"]);
}
