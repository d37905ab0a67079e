//! The front page as HTML.

use std::{fmt::Write as _, sync::LazyLock};

use axum::http::HeaderValue;
use serde_json::json;

use super::{FrontDataset, FrontSource};
use crate::{
    error::counted,
    server::pages::{
        bundle::LICENSES,
        page::{ICON, escape, grouped, hash, words},
    },
};

const STYLE: &str = include_str!("style.css");
/// The policy of the page: it may only use its own style sheet.
pub(crate) static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let policy = format!(
        "default-src 'none'; style-src {}; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        hash(STYLE)
    );
    HeaderValue::from_str(&policy).expect("a hash in Base64 is a header's text")
});

/// The page about a dataset, for the server at `base`, with an example query; without one if clients may not see the
/// schema.
pub(crate) fn page(dataset: &FrontDataset, base: &str, example: Option<&str>) -> String {
    let banner = match dataset.synthetic {
        true => {
            "<p class=\"synthetic\"><strong>Synthetic data.</strong> The agencies, grants, officers, outcomes and \
             trainees on this server are generated, not real; programs, publications and published figures are real.</p>"
        }
        false => "",
    };
    let (counts, sources) = (counts(dataset), sources(dataset));
    let loaded = dataset.loaded_at.as_deref().map_or_else(String::new, |at| {
        let at = escape(at);
        let day = at.split('T').next().unwrap_or(&at);
        format!(", loaded on <strong><time datetime=\"{at}\">{day}</time></strong>")
    });
    let (revision, rows) = (dataset.revision, dataset.counts.iter().map(|count| count.rows).sum());
    let rows = grouped(rows);
    let (citation, bibtex) = (escape(&dataset.citation.text), escape(&dataset.citation.bibtex));
    let licence = escape(&dataset.licence);
    let ways = example.map_or_else(|| named_way(base), |example| ways(base, example));
    let playground = match example {
        Some(_) => format!(" and of the <a href=\"/playground/assets/{LICENSES}\">playground</a>"),
        None => String::new(),
    };
    let licenses = format!(
        " Licenses of the parts of the <a href=\"/explore/assets/{LICENSES}\">explorer</a>{playground}."
    );
    let version = env!("CARGO_PKG_VERSION");
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="A GraphQL API over the funding of the COPS Office of the U.S. Department of Justice since 1994, and its outcomes.">
<title>COPS Office funding and outcomes: a GraphQL API</title>
<link rel="icon" href="{ICON}">
<style>{STYLE}</style>
</head>
<body>
{banner}
<header>
<div class="mark" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
<h1>COPS Office funding and outcomes</h1>
<p class="lead">A GraphQL API over the funding of the Office of Community Oriented Policing Services of the U.S. Department of Justice since 1994, and its outcomes: grants, the officers they paid for, the people who were trained, and what agencies reported.</p>
</header>
<main>
{ways}<h2>The dataset</h2>
<p class="facts">Revision <strong>{revision}</strong>{loaded}: <strong>{rows}</strong> rows.</p>
<dl>
{counts}</dl>
{sources}
<h2>How to cite it</h2>
<blockquote>{citation}</blockquote>
<details><summary>As BibTeX</summary><pre tabindex="0" aria-label="The citation as BibTeX"><code>{bibtex}</code></pre></details>
</main>
<footer>
<p>{licence}</p>
<p>cops-graphql {version}, MIT or Apache-2.0.{licenses}</p>
</footer>
</body>
</html>
"#
    )
}

/// The first way to use the API, after its opening tag.
const EXPLORER: &str = r#"<h3>Explorer</h3>
<p>See the data as a map, a timeline and tables that filter each other. You can get each chart as a query, a file and a citation.</p>
<p><a class="button" href="/explore">Explore the data</a></p>
</section>
"#;

/// The ways to use the API.
fn ways(base: &str, example: &str) -> String {
    let curl = escape(&curl(base, example));
    format!(
        r#"<h2>Five ways to use it</h2>
<div class="ways">
<section class="way">
{EXPLORER}<section class="way">
<h3>Playground</h3>
<p>Write queries in the browser, with worked examples, completion and the description of every field.</p>
<p><a class="button" href="/playground">Open the playground</a></p>
</section>
<section class="way">
<h3>Schema</h3>
<p>Everything you can query, with a description of each element, in the schema definition language.</p>
<p><a class="button" href="/schema.graphql">Read the schema</a></p>
</section>
<section class="way">
<h3>Docs</h3>
<p>How to query, measure, cite and download the data, with a cookbook of research questions and a search.</p>
<p><a class="button" href="/docs">Read the docs</a></p>
</section>
<section class="way wide">
<h3>Any HTTP client</h3>
<p>Send a query to <code>{base}/graphql</code>. Paste this into a terminal:</p>
<pre tabindex="0" aria-label="A query for curl"><code>{curl}</code></pre>
</section>
</div>
"#,
        base = escape(base),
    )
}

/// The ways to use the API if clients may not see the schema.
fn named_way(base: &str) -> String {
    format!(
        r#"<h2>Two ways to use it</h2>
<div class="ways">
<section class="way wide">
{EXPLORER}<section class="way wide">
<h3>Any HTTP client</h3>
<p>Send a query to <code>{base}/graphql</code>. This server does not publish its schema. Ask its operator which queries it answers.</p>
</section>
</div>
"#,
        base = escape(base),
    )
}

/// A command that sends `query`. It is safe within shell quotes, because the query contains none.
fn curl(base: &str, query: &str) -> String {
    let body = json!({ "query": query });
    format!("curl {base}/graphql \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'")
}

fn counts(dataset: &FrontDataset) -> String {
    let mut html = String::new();
    for count in &dataset.counts {
        let (table, rows) = (escape(&words(&count.table)), grouped(count.rows));
        // Writing to a string cannot fail.
        let _ = writeln!(html, "<div><dt>{table}</dt><dd>{rows}</dd></div>");
    }
    html
}

fn sources(dataset: &FrontDataset) -> String {
    let (total, shown) = (dataset.sources.total_count, dataset.sources.nodes.len());
    let summary = counted(total, "source");
    let mut html = format!("<details><summary>{summary}</summary>\n<ul>\n");
    for source in &dataset.sources.nodes {
        let _ = writeln!(html, "<li>{}</li>", of_source(source));
    }
    html.push_str("</ul>\n");
    if total > shown {
        let _ = writeln!(
            html,
            "<p>These are the first {shown}. The list <code>sources</code> has them all.</p>"
        );
    }
    html.push_str("</details>");
    html
}

fn of_source(source: &FrontSource) -> String {
    let title = escape(&source.title);
    let web = |url: &&String| url.starts_with("https://") || url.starts_with("http://");
    let title = source.url.as_ref().filter(web).map_or(title.clone(), |url| {
        format!("<a href=\"{}\" rel=\"noreferrer\">{title}</a>", escape(url))
    });
    let about = [&source.publisher, &source.published_on];
    let about: Vec<_> = about.into_iter().flatten().map(|text| escape(text)).collect();
    match about.is_empty() {
        true => title,
        false => format!("{title}, {}", about.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_data_stays_text() {
        let source = FrontSource {
            title: "<b>A & B</b>".to_owned(),
            publisher: Some("\"x\"".to_owned()),
            published_on: None,
            url: Some("javascript:alert(1)".to_owned()),
        };
        assert_eq!(of_source(&source), "&lt;b&gt;A &amp; B&lt;/b&gt;, &quot;x&quot;");
    }
}
