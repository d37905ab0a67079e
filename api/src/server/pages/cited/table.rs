//! The data of an answer as HTML tables.
//!
//! Each list becomes a table. Its columns are the fields of its items, those of nested objects by their paths
//! (`agency.name`). Values outside lists become a list of figures. A list within an item becomes a cell of JSON.

use std::fmt::Write as _;

use async_graphql::{Name, Value};
use indexmap::IndexMap;

use crate::{
    error::counted,
    server::pages::page::{escape, grouped},
};

/// The maximum number of rows of a table, of its columns, and of the tables of a page.
const MOST_ROWS: usize = 100;
const MOST_COLUMNS: usize = 40;
const MOST_TABLES: usize = 20;
/// The maximum number of characters in a cell.
const MOST_CHARACTERS: usize = 300;

/// The data as HTML.
pub(super) fn tables(data: &Value) -> String {
    let mut page = DataTables::default();
    if let Value::Object(fields) = data {
        for (name, value) in fields {
            let _ = writeln!(page.html, "<h3>{}</h3>", escape(name));
            page.part(value);
        }
    }
    if page.left_out > 0 {
        let count = page.left_out;
        let _ = writeln!(page.html, "<p>{count} more lists are in the files.</p>");
    }
    page.html
}

#[derive(Default)]
struct DataTables {
    html: String,
    shown: usize,
    left_out: usize,
}

impl DataTables {
    /// One root field. Writing to a string cannot fail.
    fn part(&mut self, value: &Value) {
        let (mut figures, mut lists) = (Vec::new(), Vec::new());
        match value {
            Value::Object(fields) => flatten(fields, "", &mut figures, &mut lists),
            Value::List(items) => lists.push((String::new(), items)),
            other => figures.push((String::new(), other)),
        }
        if !figures.is_empty() {
            self.html.push_str("<dl>\n");
            for (name, value) in figures {
                let (name, text) = (escape(&name), escape(&text(value)));
                let _ = writeln!(self.html, "<div><dt>{name}</dt><dd>{text}</dd></div>");
            }
            self.html.push_str("</dl>\n");
        }
        for (name, items) in lists {
            if self.shown == MOST_TABLES {
                self.left_out += 1;
                continue;
            }
            self.shown += 1;
            self.table(&name, items);
        }
    }

    fn table(&mut self, name: &str, items: &[Value]) {
        let rows: Vec<_> = items.iter().take(MOST_ROWS).map(cells).collect();
        let mut columns: Vec<&str> = Vec::new();
        for (column, _) in rows.iter().flatten() {
            if !columns.contains(&column.as_str()) {
                columns.push(column);
            }
        }
        let left_out = columns.len().saturating_sub(MOST_COLUMNS);
        columns.truncate(MOST_COLUMNS);
        let mut caption = format!("<code>{}</code>: ", escape(name));
        let count = grouped(items.len() as u64);
        let _ = match items.len() > rows.len() {
            true => write!(caption, "the first {} of {count} rows", rows.len()),
            false if items.len() == 1 => write!(caption, "1 row"),
            false => write!(caption, "{count} rows"),
        };
        if left_out > 0 {
            let _ = write!(caption, ", without {} more", counted(left_out, "column"));
        }
        let _ = writeln!(
            self.html,
            "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table>\n<caption>{caption}</caption>",
            escape(name)
        );
        self.html.push_str("<thead><tr>");
        for column in &columns {
            let _ = write!(self.html, "<th scope=\"col\">{}</th>", escape(column));
        }
        self.html.push_str("</tr></thead>\n<tbody>\n");
        for row in &rows {
            self.html.push_str("<tr>");
            for column in &columns {
                let value = row.iter().find(|(name, _)| name == column).map(|(_, value)| *value);
                let value = value.unwrap_or(&Value::Null);
                let class =
                    if matches!(value, Value::Number(_)) { " class=\"number\"" } else { "" };
                let _ = write!(self.html, "<td{class}>{}</td>", escape(&text(value)));
            }
            self.html.push_str("</tr>\n");
        }
        self.html.push_str("</tbody></table></div>\n");
    }
}

/// The cells of an item, each with its column.
fn cells(item: &Value) -> Vec<(String, &Value)> {
    fn gather<'a>(
        fields: &'a IndexMap<Name, Value>,
        path: &str,
        cells: &mut Vec<(String, &'a Value)>,
    ) {
        for (name, value) in fields {
            let name = format!("{path}{name}");
            match value {
                Value::Object(fields) => gather(fields, &format!("{name}."), cells),
                other => cells.push((name, other)),
            }
        }
    }
    let mut found = Vec::new();
    match item {
        Value::Object(fields) => gather(fields, "", &mut found),
        other => found.push(("value".to_owned(), other)),
    }
    found
}

/// The single values and the lists of an object, each with its path.
fn flatten<'a>(
    fields: &'a IndexMap<Name, Value>,
    path: &str,
    figures: &mut Vec<(String, &'a Value)>,
    lists: &mut Vec<(String, &'a Vec<Value>)>,
) {
    for (name, value) in fields {
        let name = format!("{path}{name}");
        match value {
            Value::Object(fields) => flatten(fields, &format!("{name}."), figures, lists),
            Value::List(items) => lists.push((name, items)),
            other => figures.push((name, other)),
        }
    }
}

/// A value as text, shortened.
fn text(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        // As JSON.
        other => other.clone().into_json().map(|json| json.to_string()).unwrap_or_default(),
    };
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    fn tables(data: &serde_json::Value) -> String {
        let text = data.to_string();
        super::tables(&serde_json::from_str(&text).expect("JSON"))
    }

    #[test]
    fn lists_become_tables_and_the_rest_figures() {
        // As text, because the order of the fields is that of the columns.
        let data = r#"{ "grants": {
            "totalCount": 2,
            "totals": { "federalShare": { "sum": 12.5 } },
            "nodes": [
                { "title": "<b>", "agency": { "name": "A & B", "grants": { "nodes": [1, 2] } } },
                { "title": null, "agency": null, "topics": ["x"] }
            ]
        }}"#;
        let html = super::tables(&serde_json::from_str(data).expect("JSON"));
        for part in [
            "<h3>grants</h3>",
            "<div><dt>totals.federalShare.sum</dt><dd>12.5</dd></div>",
            "<caption><code>nodes</code>: 2 rows</caption>",
            "<th scope=\"col\">agency.name</th>",
            "<td>&lt;b&gt;</td><td>A &amp; B</td><td>[1,2]</td>",
        ] {
            assert!(html.contains(part), "{part} {html}");
        }
    }

    #[test]
    fn a_page_is_bounded_and_says_so() {
        let rows = vec![json!({ "name": "x".repeat(1_000) }); 250];
        let html =
            tables(&json!({ "a": { "nodes": rows }, "b": vec![json!({ "c": vec![1] }); 3] }));
        assert!(html.contains("the first 100 of 250 rows"));
        assert!(!html.contains(&"x".repeat(301)) && html.contains("x..."));
        let many = (0..25).map(|i| (format!("l{i}"), json!([i]))).collect();
        assert!(tables(&serde_json::Value::Object(many)).contains("5 more lists are in the files"));
    }
}
