//! The page about cited data as HTML.

use std::{fmt::Write as _, sync::LazyLock};

use axum::http::HeaderValue;

use super::{Shown, Today, since::SinceCited};
use crate::{
    graphql::{
        self,
        citation::{Formats, LinkedCitation, PROGRAM, moment},
    },
    query::changes,
    server::pages::page::{ICON, escape, grouped, hash, words},
};

const STYLE: &str = include_str!("style.css");

/// The policy of the page: it may only use its own style sheet.
pub(super) static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let policy = format!(
        "default-src 'none'; style-src {}; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        hash(STYLE)
    );
    HeaderValue::from_str(&policy).expect("a hash in Base64 is a header's text")
});

/// The parts of the page.
pub(super) struct CitedPage<'a> {
    pub(super) linked: &'a LinkedCitation,
    pub(super) formats: &'a Formats,
    pub(super) shown: &'a Shown,
    pub(super) today: Today,
    /// What loads have changed since.
    pub(super) since: &'a SinceCited,
    pub(super) current: i32,
    /// Whether any query is allowed.
    pub(super) tells_schema: bool,
    /// Whether the data are available as a file.
    pub(super) is_table: bool,
}

impl CitedPage<'_> {
    pub(super) fn html(&self) -> String {
        let LinkedCitation { dataset, accessed_at, program, query, .. } = self.linked;
        let banner = match dataset.synthetic {
            true => {
                "<p class=\"synthetic\"><strong>Synthetic data.</strong> The agencies, grants, officers, outcomes and \
                 trainees of this revision are generated, not real.</p>\n"
            }
            false => "",
        };
        let loaded = dataset.loaded_at.map(|at| format!(", loaded {}", moment(at)));
        let (revision, loaded) = (dataset.revision, loaded.unwrap_or_default());
        let (accessed, program) = (moment(*accessed_at), escape(program));
        let (text, bibtex) = (escape(&self.formats.text), escape(&self.formats.bibtex));
        let csl = serde_json::to_string_pretty(&self.formats.csl_json).unwrap_or_default();
        let (csl, document) = (escape(&csl), escape(&query.document));
        let variables = if query.variables.is_empty() {
            String::new()
        } else {
            let variables = serde_json::to_string_pretty(&query.variables).unwrap_or_default();
            format!(
                "<h3>Variables</h3>\n<pre tabindex=\"0\" aria-label=\"The variables\"><code>{}</code></pre>\n",
                escape(&variables)
            )
        };
        let (verdict, since, files) = (self.verdict(), self.since(), self.files());
        let tables = &self.shown.tables;
        let main = format!(
            r#"<header>
<h1>Cited data of the COPS Office funding and outcomes dataset</h1>
<p class="lead">Revision <strong>{revision}</strong>{loaded}. Cited on {accessed}.</p>
{verdict}</header>
<main>
<h2>How to cite</h2>
<blockquote>{text}</blockquote>
<p class="facts">For reference managers: <a href="?format=bibtex" rel="nofollow">BibTeX</a>, <a href="?format=csl" rel="nofollow">CSL-JSON</a>.</p>
<details><summary>As BibTeX</summary><pre tabindex="0" aria-label="The citation as BibTeX"><code>{bibtex}</code></pre></details>
<details><summary>As CSL-JSON</summary><pre tabindex="0" aria-label="The citation as CSL-JSON"><code>{csl}</code></pre></details>
<h2>The data</h2>
<p class="facts">{files}</p>
{tables}<h2>What has changed since</h2>
{since}<h2>The query</h2>
<p class="facts">First answered by {program}.</p>
<pre tabindex="0" aria-label="The query"><code>{document}</code></pre>
{variables}</main>
"#
        );
        page("Cited data", banner, &main)
    }

    /// Whether the data are those that were cited.
    fn verdict(&self) -> String {
        let now = &self.shown.sha256;
        let Some(result) = &self.linked.result else {
            return "<p class=\"verdict\" id=\"verdict\"><strong>A file was cited.</strong> Its digest was not \
                     recorded; its revision determines its rows.</p>\n"
                .to_owned();
        };
        if result.sha256 == *now {
            return format!(
                "<p class=\"verdict same\" id=\"verdict\"><strong>Verified.</strong> These are the cited data: \
                 sha256:{now}.</p>\n"
            );
        }
        let (was, program) = (escape(&result.sha256), escape(&self.linked.program));
        let why = match self.linked.program == PROGRAM {
            true => "the digest in the link or the rows in the database were changed".to_owned(),
            false => format!("{program} cited them, and this server runs {PROGRAM}"),
        };
        format!(
            "<p class=\"verdict differs\" id=\"verdict\"><strong>Not the same.</strong> The cited data have the digest \
             sha256:{was}, but these have sha256:{now}, at the same revision: {why}.</p>\n"
        )
    }

    /// Links to the data.
    fn files(&self) -> String {
        let links = |formats: &[(&str, &str)]| {
            let links = formats.iter().map(|(format, name)| {
                format!("<a href=\"?format={format}\" rel=\"nofollow\">{name}</a>")
            });
            links.collect::<Vec<_>>().join(", ")
        };
        let json = links(&[("json", "JSON")]);
        let files = match self.is_table {
            true => {
                let files = [("csv", "CSV"), ("ndjson", "NDJSON"), ("parquet", "Parquet")];
                format!(" The whole list, at the same revision: {}.", links(&files))
            }
            false => String::new(),
        };
        format!("Exactly these data: {json}.{files}")
    }

    /// What loads have changed since, and whether that changes the answer.
    fn since(&self) -> String {
        if matches!(self.since, SinceCited::Nothing) {
            return "<p id=\"since\">Nothing: this is the current revision.</p>\n".to_owned();
        }
        let (from, to) = (self.linked.dataset.revision, self.current);
        let today = match self.today {
            Today::Same => "The same query has the <strong>same answer</strong> today.",
            Today::Differs => "The same query has <strong>another answer</strong> today.",
            Today::Current | Today::Unanswered => {
                "The current answer to the same query is not available at the moment."
            }
        };
        let mut html =
            format!("<p id=\"since\">{today} The current revision is <strong>{to}</strong>.</p>\n");
        let SinceCited::Loads { loads, tables } = self.since else {
            let _ = writeln!(html, "<p>A summary of later loads is not available.</p>");
            return html + &command(from, to);
        };
        let loads = if *loads == 1 { "1 load".to_owned() } else { format!("{loads} loads") };
        if tables.is_empty() {
            let _ = writeln!(html, "<p>{loads} since then recorded no changes.</p>");
            return html;
        }
        let _ = writeln!(
            html,
            "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Loads since\"><table>\n<caption>Rows \
             that {loads} since then changed, counted once per load</caption>\n<thead><tr>\
             <th scope=\"col\">Table</th><th \
             scope=\"col\" class=\"number\">Added</th><th scope=\"col\" class=\"number\">Changed</th><th scope=\"col\" \
             class=\"number\">Removed</th></tr></thead>\n<tbody>"
        );
        for (list, numbers) in tables {
            let name = escape(&words(list));
            let name = match self.changes(list, (from, to)) {
                Some(link) => format!("<a href=\"{}\" rel=\"nofollow\">{name}</a>", escape(&link)),
                None => name,
            };
            let [added, changed, removed] = numbers.map(grouped);
            let _ = writeln!(
                html,
                "<tr><th scope=\"row\">{name}</th><td class=\"number\">{added}</td><td class=\"number\">{changed}</td><td \
                 class=\"number\">{removed}</td></tr>"
            );
        }
        html.push_str("</tbody></table></div>\n");
        html + &command(from, to)
    }

    /// A link to the changes of a table, if any query is allowed.
    fn changes(&self, list: &str, (from, to): (i32, i32)) -> Option<String> {
        let table = graphql::catalog().tables.iter().find(|table| table.list == list)?;
        if !self.tells_schema || !changes::has_history(table) {
            return None;
        }
        let query = format!(
            "{{ {}(from: {from}, to: {to}, first: 100) {{ totalCount kinds {{ kind count }} fields {{ field count }} \
             pageInfo {{ hasNextPage endCursor }} nodes {{ rowId kind fields }} }} }}",
            changes::field_name(table)
        );
        let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        Some(format!("../graphql?query={query}"))
    }
}

/// The command that lists the changes.
fn command(from: i32, to: i32) -> String {
    format!(
        "<p>To list them from the database, run <code>cops-graphql diff {from} {to}</code>.</p>\n"
    )
}

/// A page that says why the data cannot be shown.
pub(super) fn problem(message: &str) -> String {
    let main = format!(
        "<header>\n<h1>These data cannot be shown</h1>\n<p class=\"verdict differs\" id=\"problem\">{}</p>\n</header>\n\
         <main>\n<p>A citation link names data of one revision. The server answers with exactly these data, or \
         not at all.</p>\n</main>\n",
        escape(message)
    );
    page("These data cannot be shown", "", &main)
}

fn page(title: &str, banner: &str, main: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}: COPS Office funding and outcomes</title>
<link rel="icon" href="{ICON}">
<style>{STYLE}</style>
</head>
<body>
{banner}{main}<footer>
<p><a href="../">About this server</a>. cops-graphql {version}, MIT or Apache-2.0.</p>
</footer>
</body>
</html>
"#
    )
}
