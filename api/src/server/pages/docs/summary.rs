//! `docs/SUMMARY.md`: the pages, their titles and their order, in the format of mdBook.

use super::links;

/// Pages under one heading.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SummaryPart {
    /// Empty for the pages before the first heading.
    pub(super) title: String,
    pub(super) pages: Vec<SummaryPage>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct SummaryPage {
    pub(super) title: String,
    /// Where the page is in the repository.
    pub(super) path: String,
}

/// The parts of a summary.
pub(super) fn parts(text: &str) -> Vec<SummaryPart> {
    let mut parts = vec![SummaryPart::default()];
    for line in text.lines().map(str::trim) {
        let last = parts.len() - 1;
        if let Some(title) = line.strip_prefix("# ").filter(|title| *title != "Summary") {
            parts.push(SummaryPart { title: title.to_owned(), pages: Vec::new() });
        } else if let Some(page) = page(line) {
            parts[last].pages.push(page);
        }
    }
    parts.retain(|part| !part.pages.is_empty());
    parts
}

/// The page of a line such as `- [Querying](querying.md)`.
fn page(line: &str) -> Option<SummaryPage> {
    let link = line.strip_prefix("- ").unwrap_or(line).strip_prefix('[')?.strip_suffix(')')?;
    let (title, target) = link.split_once("](")?;
    let path = links::joined("docs/SUMMARY.md", target)?;
    Some(SummaryPage { title: title.to_owned(), path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_parts_and_pages() {
        let text = "# Summary\n\n[Start](start.md)\n\n# Run it\n\n- [Proxy](proxy/README.md)\n  - [More](a/../b.md)\n";
        let page = |title: &str, path: &str| SummaryPage { title: title.into(), path: path.into() };
        assert_eq!(
            parts(text),
            [
                SummaryPart { title: String::new(), pages: vec![page("Start", "docs/start.md")] },
                SummaryPart {
                    title: "Run it".to_owned(),
                    pages: vec![page("Proxy", "docs/proxy/README.md"), page("More", "docs/b.md")]
                },
            ]
        );
    }
}
