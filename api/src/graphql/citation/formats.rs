//! The text formats of a citation, for people and for reference managers.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Edition, LinkedCitation, Operator, PROGRAM, moment};

/// The number of digits of a digest in the key of an entry.
const KEY_DIGITS: usize = 12;

/// The same citation in three formats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Formats {
    /// Plain text.
    pub(crate) text: String,
    /// A BibTeX entry.
    pub(crate) bibtex: String,
    /// A CSL-JSON item.
    pub(crate) csl_json: Value,
}

/// The contents of a citation.
struct WrittenCitation<'a> {
    dataset: &'a Edition,
    key: String,
    note: String,
    accessed_at: Option<DateTime<Utc>>,
    operator: &'a Operator,
    link: Option<&'a str>,
}

impl Formats {
    /// The citation of a dataset as a whole.
    pub(crate) fn of_dataset(dataset: &Edition, operator: &Operator) -> Self {
        let key = format!("cops-graphql-r{}", dataset.revision);
        let note = format!("Served by {PROGRAM}.");
        let link = operator.public_url.as_deref();
        WrittenCitation { dataset, key, note, accessed_at: None, operator, link }.formats()
    }

    /// The citation of an answer or a file.
    pub(super) fn of_answer(
        cited: &LinkedCitation,
        operator: &Operator,
        link: Option<&str>,
    ) -> Self {
        let LinkedCitation { dataset, accessed_at, program, query, result } = cited;
        let key = format!("cops-graphql-r{}-{}", dataset.revision, &query.sha256[..KEY_DIGITS]);
        let data = result.as_ref().map_or_else(
            || "as a file".to_owned(),
            |result| format!("data sha256:{}", result.sha256),
        );
        let note = format!(
            "Answer of {program} to query sha256:{}, {data}, accessed {}.",
            query.sha256,
            moment(*accessed_at)
        );
        WrittenCitation { dataset, key, note, accessed_at: Some(*accessed_at), operator, link }
            .formats()
    }
}

impl WrittenCitation<'_> {
    fn formats(self) -> Formats {
        let Self { dataset, key, note, accessed_at, operator, link } = self;
        let made_up = if dataset.synthetic { " (synthetic)" } else { "" };
        let title = format!("COPS Office funding and outcomes dataset{made_up}");
        let loaded = dataset.loaded_at.map(|at| format!(", loaded {}", moment(at)));
        let revision = format!("revision {}{}", dataset.revision, loaded.unwrap_or_default());
        let mut csl_json = json!({
            "id": key, "type": "dataset", "title": title, "version": revision, "source": PROGRAM, "note": note,
        });
        for (name, at) in [("issued", dataset.loaded_at), ("accessed", accessed_at)] {
            if let Some(at) = at {
                csl_json[name] = json!({ "date-parts": [[at.year(), at.month(), at.day()]] });
            }
        }
        let Operator { author, publisher, .. } = operator;
        if let Some(author) = author {
            csl_json["author"] = json!([{ "literal": author }]);
        }
        for (name, value) in [("publisher", publisher.as_deref()), ("URL", link)] {
            if let Some(value) = value {
                csl_json[name] = value.into();
            }
        }
        let year = dataset.loaded_at.map(|at| at.year().to_string());
        let mut bibtex = format!("@misc{{{key},\n");
        let mut line = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                // Writing to a string cannot fail.
                let _ = writeln!(bibtex, "  {name} = {{{value}}},");
            }
        };
        // Braces keep BibTeX from splitting a name or changing the case of a title.
        let whole = |text: &String| format!("{{{text}}}");
        line("author", author.as_ref().map(whole));
        line("title", Some(whole(&title)));
        line("year", year);
        line("howpublished", Some(format!("Data set, {revision}")));
        line("publisher", publisher.clone());
        line("url", link.map(str::to_owned));
        let _ = write!(bibtex, "  note = {{{note}}}\n}}\n");
        let mut text = author.as_ref().map_or_else(String::new, |author| format!("{author}. "));
        let _ = write!(text, "{title} [Data set]. R{}. ", &revision[1..]);
        if let Some(publisher) = publisher {
            let _ = write!(text, "{publisher}. ");
        }
        text.push_str(&note);
        if let Some(link) = link {
            let _ = write!(text, " {link}");
        }
        Formats { text, bibtex, csl_json }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_is_cited_in_each_format() {
        let at = DateTime::from_timestamp(1_763_758_800, 0);
        let dataset =
            Edition { revision: 2, loaded_at: at, synthetic: true, identity: None, token: None };
        let cited = Formats::of_dataset(&dataset, &Operator::default());
        let (title, revision) = (
            "COPS Office funding and outcomes dataset (synthetic)",
            "evision 2, loaded 2025-11-21T21:00:00Z",
        );
        assert_eq!(cited.text, format!("{title} [Data set]. R{revision}. Served by {PROGRAM}."));
        assert_eq!(
            cited.bibtex,
            format!(
                "@misc{{cops-graphql-r2,\n  title = {{{{{title}}}}},\n  year = {{2025}},\n  \
                 howpublished = {{Data set, r{revision}}},\n  note = {{Served by {PROGRAM}.}}\n}}\n"
            )
        );
        assert_eq!(cited.csl_json["issued"], json!({ "date-parts": [[2025, 11, 21]] }));
        let before =
            Edition { revision: 0, loaded_at: None, synthetic: false, identity: None, token: None };
        let cited = Formats::of_dataset(&before, &Operator::default());
        assert!(!cited.bibtex.contains("year") && cited.csl_json.get("issued").is_none());
        let operator = Operator {
            public_url: Some("https://data.example.gov".to_owned()),
            author: Some("The Data Office".to_owned()),
            publisher: Some("Example University".to_owned()),
        };
        let cited = Formats::of_dataset(&dataset, &operator);
        assert_eq!(
            cited.text,
            format!(
                "The Data Office. {title} [Data set]. R{revision}. Example University. Served by {PROGRAM}. \
                 https://data.example.gov"
            )
        );
        for line in [
            "  author = {{The Data Office}},\n",
            "  publisher = {Example University},\n",
            "  url = {https://data.example.gov},\n",
        ] {
            assert!(cited.bibtex.contains(line), "{}", cited.bibtex);
        }
        assert_eq!(cited.csl_json["author"], json!([{ "literal": "The Data Office" }]));
        assert_eq!(cited.csl_json["URL"], "https://data.example.gov");
    }
}
