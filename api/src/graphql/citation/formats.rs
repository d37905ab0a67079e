//! A citation as people write it, and as reference managers read it.

use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{CitedQuery, Digested, Edition, PROGRAM, moment};

/// The digits of a digest that stand in the key of an entry.
const KEY_DIGITS: usize = 12;

/// The same citation in three formats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Formats {
    /// A sentence.
    pub(crate) text: String,
    /// An entry of BibTeX.
    pub(crate) bibtex: String,
    /// An item of CSL-JSON.
    pub(crate) csl_json: Value,
}

impl Formats {
    /// How a dataset is cited as such.
    pub(crate) fn of_dataset(dataset: &Edition) -> Self {
        let key = format!("cops-graphql-r{}", dataset.revision);
        Self::new(dataset, &key, &format!("Served by {PROGRAM}."), None)
    }

    /// How an answer is cited.
    pub(super) fn of_answer(
        dataset: &Edition,
        query: &CitedQuery,
        result: &Digested,
        accessed_at: DateTime<Utc>,
    ) -> Self {
        let key = format!("cops-graphql-r{}-{}", dataset.revision, &query.sha256[..KEY_DIGITS]);
        let note = format!(
            "Answer of {PROGRAM} to query sha256:{}, data sha256:{}, accessed {}.",
            query.sha256,
            result.sha256,
            moment(accessed_at)
        );
        Self::new(dataset, &key, &note, Some(accessed_at))
    }

    fn new(dataset: &Edition, key: &str, note: &str, accessed_at: Option<DateTime<Utc>>) -> Self {
        let made_up = if dataset.synthetic { " (synthetic)" } else { "" };
        let title = format!("COPS Office funding and outcomes dataset{made_up}");
        let loaded = dataset.loaded_at.map(|at| format!(", loaded {}", moment(at)));
        let revision = format!("revision {}{}", dataset.revision, loaded.unwrap_or_default());
        let year = dataset.loaded_at.map(|at| format!("  year = {{{}}},\n", at.year()));
        let mut csl_json = json!({
            "id": key, "type": "dataset", "title": title, "version": revision, "source": PROGRAM, "note": note,
        });
        for (name, at) in [("issued", dataset.loaded_at), ("accessed", accessed_at)] {
            if let Some(at) = at {
                csl_json[name] = json!({ "date-parts": [[at.year(), at.month(), at.day()]] });
            }
        }
        Self {
            text: format!("{title} [Data set]. R{}. {note}", &revision[1..]),
            bibtex: format!(
                "@misc{{{key},\n  title = {{{{{title}}}}},\n{}  howpublished = {{Data set, {revision}}},\n  \
                 note = {{{note}}}\n}}\n",
                year.unwrap_or_default()
            ),
            csl_json,
        }
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
        let cited = Formats::of_dataset(&dataset);
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
        let cited = Formats::of_dataset(&before);
        assert!(!cited.bibtex.contains("year") && cited.csl_json.get("issued").is_none());
    }
}
