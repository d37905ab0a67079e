//! The formats of files, and what a file says about itself.

use axum::http::HeaderValue;

use super::compress::Coding;
use crate::{
    catalog::dataset::Dataset,
    graphql::citation::{CitedQuery, Formats, LinkedCitation, Operator},
};

/// The format of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableFormat {
    /// RFC 4180, with a header.
    Csv,
    /// One JSON object per line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

impl TableFormat {
    /// All formats; of those that a client prefers equally, the first is sent.
    pub(crate) const ALL: [Self; 3] = [Self::Csv, Self::Ndjson, Self::Parquet];

    /// The format of a file extension.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// The file extension.
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

    /// Whether a note after the last row can say that rows are missing.
    pub(crate) fn can_be_cut(self) -> bool {
        self != Self::Parquet
    }

    /// The content codings it may be sent in; Parquet is already compressed.
    pub(crate) fn codings(self) -> &'static [Coding] {
        match self {
            Self::Csv | Self::Ndjson => &[Coding::Zstd, Coding::Gzip],
            Self::Parquet => &[],
        }
    }
}

/// How to cite a file, or its dataset.
#[derive(Debug)]
pub(crate) struct FileCitation {
    formats: Formats,
    /// None if the dataset is cited, or if a link would be too long.
    pub(crate) link: Option<String>,
    is_of_file: bool,
}

impl FileCitation {
    /// The citation of the dataset.
    pub(crate) fn of_dataset(dataset: &Dataset, operator: &Operator) -> Self {
        let formats = Formats::of_dataset(&dataset.into(), operator);
        Self { formats, link: None, is_of_file: false }
    }

    /// The citation of the file itself, on a server with a URL.
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

/// What a file says about itself, if its format has a place for it.
#[derive(Debug)]
pub(crate) struct About<'a> {
    pub(crate) dataset: &'a Dataset,
    /// The query that the file answers.
    pub(crate) document: &'a str,
    pub(crate) variables: &'a serde_json::Map<String, serde_json::Value>,
    /// How to cite the dataset, or the file itself if requested.
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
