//! The formats of files, and what a file says of itself.

use axum::http::HeaderValue;

use super::compress::Coding;
use crate::{
    catalog::dataset::Dataset,
    graphql::citation::{CitedQuery, Formats, LinkedCitation, Operator},
};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableFormat {
    /// RFC 4180, with a header.
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

impl TableFormat {
    /// All of them; among those that a client likes equally, the first is sent.
    pub(crate) const ALL: [Self; 3] = [Self::Csv, Self::Ndjson, Self::Parquet];

    /// The format of files whose name ends so.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// How the name of a file ends.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }

    /// The media type, in two parts.
    pub(crate) fn media_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => ("text", "csv"),
            Self::Ndjson => ("application", "x-ndjson"),
            Self::Parquet => ("application", "vnd.apache.parquet"),
        }
    }

    /// The value of `Content-Type`.
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson; charset=utf-8",
            Self::Parquet => "application/vnd.apache.parquet",
        })
    }

    /// Whether it can say behind its last row that there are more, so that nobody misses it.
    pub(crate) fn can_be_cut(self) -> bool {
        self != Self::Parquet
    }

    /// The codings in which it may be sent: Parquet is compressed as it is.
    pub(crate) fn codings(self) -> &'static [Coding] {
        match self {
            Self::Csv | Self::Ndjson => &[Coding::Zstd, Coding::Gzip],
            Self::Parquet => &[],
        }
    }
}

/// How a file is cited, or the dataset that it is of.
#[derive(Debug)]
pub(crate) struct FileCitation {
    formats: Formats,
    /// None where the dataset is cited, or where a link would be too long.
    pub(crate) link: Option<String>,
    is_of_file: bool,
}

impl FileCitation {
    /// That of the dataset.
    pub(crate) fn of_dataset(dataset: &Dataset, operator: &Operator) -> Self {
        let formats = Formats::of_dataset(&dataset.into(), operator);
        Self { formats, link: None, is_of_file: false }
    }

    /// That of the file itself, of a server at a place.
    pub(crate) fn of_file(
        dataset: &Dataset,
        query: CitedQuery,
        operator: &Operator,
        base: &str,
    ) -> Self {
        let linked = LinkedCitation::new(dataset, query, None);
        let link = linked.link(base);
        let formats = linked.formats(operator, link.as_deref());
        Self { formats, link, is_of_file: true }
    }
}

/// What a file says of itself, where its format has a place for it.
#[derive(Debug)]
pub(crate) struct About<'a> {
    pub(crate) dataset: &'a Dataset,
    /// The query whose answer it is.
    pub(crate) document: &'a str,
    pub(crate) variables: &'a serde_json::Map<String, serde_json::Value>,
    /// How the dataset is cited; or the file itself, where that was asked for.
    pub(crate) citation: FileCitation,
}

impl About<'_> {
    /// Each fact under its name.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let dataset = self.dataset;
        let loaded = dataset.loaded_at.map(|at| at.to_rfc3339());
        let mut facts = vec![
            ("revision", dataset.revision.to_string()),
            ("synthetic", dataset.synthetic.to_string()),
            ("loadedAt", loaded.unwrap_or_default()),
            ("citation", self.citation.formats.text.clone()),
            ("query", self.document.to_owned()),
            ("variables", serde_json::json!(self.variables).to_string()),
        ];
        let FileCitation { formats, link, is_of_file } = &self.citation;
        if *is_of_file {
            facts.push(("citation.bibtex", formats.bibtex.clone()));
            facts.push(("citation.csl", formats.csl_json.to_string()));
            facts.extend(link.clone().map(|link| ("citation.link", link)));
        }
        facts
    }
}
