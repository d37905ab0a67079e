//! Declares what the columns of an award list mean.
//!
//! The lists that the COPS Office publishes change their columns from year to year, so no layout is built in. A small
//! file beside the list declares which column holds which field, and the values that apply to the whole list:
//!
//! ```toml
//! [columns]
//! recipient = "Law Enforcement Agency"
//! state = "State"
//! officers = "Positions Awarded"
//! federal_share = "Award Amount"
//!
//! [constants]
//! program = "CHP"
//! fiscal_year = 2020
//! ```

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;

use super::error::{FilePlace, ImportError};

/// The fields of an award list.
pub(crate) const FIELDS: &[&str] = &[
    "award_number",
    "program",
    "fiscal_year",
    "recipient",
    "state",
    "city",
    "ori",
    "uei",
    "listing",
    "instrument",
    "federal_share",
    "local_match",
    "project_total",
    "officers",
    "officer_kind",
    "requested",
    "accepted",
    "hired",
    "retained",
    "school_resource_officers",
    "veterans",
    "part_time",
    "announced_on",
    "obligated_on",
    "period_start",
    "period_end",
    "original_period_end",
    "status",
    "title",
];

/// Which column holds which field, and which fields have one value for all rows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The column name of each field. A field that is not listed is read from the column with its own name.
    pub columns: BTreeMap<String, String>,
    /// The value of each field for rows that have none.
    pub constants: BTreeMap<String, Value>,
}

/// Whether a JSON file declares columns or constants.
fn declares(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    ["columns", "constants"].iter().any(|field| json.get(field).is_some())
}

impl Mapping {
    /// Reads a mapping from a TOML or JSON file.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let place = || FilePlace::file(path.display().to_string());
        let text =
            std::fs::read_to_string(path).map_err(|error| ImportError::read(place(), &error))?;
        let is_json = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        let mapping: Result<Self, String> = if is_json {
            serde_json::from_str(&text).map_err(|error| error.to_string())
        } else {
            toml::from_str(&text).map_err(|error| error.to_string())
        };
        let mend = "see the example of `cops-graphql import --template award-list`";
        let mapping = mapping.map_err(|problem| {
            ImportError::file(place(), format!("is not a mapping: {}", problem.trim()), mend)
        })?;
        mapping.checked()
    }

    /// Where the mapping of a list may be.
    pub(crate) fn places(list: &Path) -> [PathBuf; 4] {
        let appended = |end: &str| {
            let mut name = list.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        };
        [
            appended(".toml"),
            list.with_extension("toml"),
            appended(".json"),
            list.with_extension("json"),
        ]
    }

    /// The mapping beside the lists: `LIST.csv.toml` or `LIST.toml`, or the same names with `.json`.
    pub(crate) fn beside(paths: &[PathBuf]) -> Result<Self, ImportError> {
        let mut found: Option<(PathBuf, Self)> = None;
        for path in paths.iter().filter(|path| path.as_os_str() != "-") {
            let places = Self::places(path);
            // Files of other formats may have such a name.
            let is_mapping = |place: &PathBuf| {
                place != path
                    && place.is_file()
                    && (*place != path.with_extension("json") || declares(place))
            };
            let beside = places.into_iter().find(is_mapping);
            let Some(place) = beside else { continue };
            let mapping = Self::open(&place)?;
            match &found {
                Some((other, known)) if *known != mapping => {
                    return Err(ImportError::Request(format!(
                        "{} and {} differ: load lists with different columns one at a time",
                        other.display(),
                        place.display()
                    )));
                }
                _ => found = Some((place, mapping)),
            }
        }
        Ok(found.map(|(_, mapping)| mapping).unwrap_or_default())
    }

    /// Applies another mapping over this one.
    pub(crate) fn overridden_by(mut self, other: &Self) -> Result<Self, ImportError> {
        self.columns.extend(other.columns.clone());
        self.constants.extend(other.constants.clone());
        self.checked()
    }

    fn checked(self) -> Result<Self, ImportError> {
        let mut fields = self.columns.keys().chain(self.constants.keys());
        let has_nul = |value: &&Value| value.as_str().is_some_and(|text| text.contains('\0'));
        if self.constants.values().any(|value| has_nul(&value)) {
            return Err(ImportError::Request(
                "a constant of the mapping contains a NUL character".to_owned(),
            ));
        }
        match fields.find(|field| !FIELDS.contains(&field.as_str())) {
            Some(field) => Err(ImportError::Request(format!(
                "{field:?} is not a field of an award list; the fields are {}",
                FIELDS.join(", ")
            ))),
            None => Ok(self),
        }
    }

    /// The constant of a field, as cell text.
    pub(crate) fn constant(&self, field: &str) -> Option<String> {
        match self.constants.get(field)? {
            Value::Null => None,
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            other => Some(other.to_string()),
        }
    }
}
