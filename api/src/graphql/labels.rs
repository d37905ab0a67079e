//! Labels for people: one for each enum value in the data, and the limits of the population bands. They are derived
//! from the names and descriptions of the schema, so that clients need no list of their own.

use std::collections::BTreeMap;

use super::measure_types::thousands;
use crate::catalog::{
    Catalog,
    key::BANDS,
    measure_catalog::band_name,
    table::{ClosedSet, ClosedValue},
};

/// A value of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ValueLabel {
    /// The name of the enum.
    pub(super) of: String,
    pub(super) value: String,
    pub(super) label: String,
    pub(super) description: String,
}

/// A band of population.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BandEdges {
    pub(super) band: String,
    pub(super) from: i64,
    /// The first number beyond the band; `None` for the last band.
    pub(super) to: Option<i64>,
    pub(super) label: String,
}

/// Words that are not written in lower case.
const WORDS: [(&str, &str); 3] = [("ORI", "ORI"), ("UEI", "UEI"), ("USASPENDING", "USAspending")];

/// The labels of all values, sorted by enum name, with values in enum order.
pub(super) fn labels(catalog: &Catalog) -> Vec<ValueLabel> {
    let columns = catalog.tables.iter().flat_map(|table| &table.columns);
    let sets: BTreeMap<&str, &ClosedSet> = columns
        .filter(|column| column.field.is_some())
        .filter_map(|column| Some((column.type_name.as_str(), column.values.as_ref()?)))
        .collect();
    let label = |of: &str, ClosedValue { name, description, .. }: &ClosedValue| ValueLabel {
        of: of.to_owned(),
        value: name.clone(),
        label: words(name),
        description: description.clone(),
    };
    let of_set = |(of, set): (&str, &ClosedSet)| -> Vec<ValueLabel> {
        set.values.iter().map(|value| label(of, value)).collect()
    };
    sets.into_iter().flat_map(of_set).collect()
}

/// The bands of population, smallest first.
pub(super) fn bands() -> Vec<BandEdges> {
    let band = |(index, from): (usize, &i64)| {
        let to = BANDS.get(index + 1).copied();
        let label = match (from, to) {
            (0, Some(to)) => format!("Under {}", thousands(to)),
            (from, Some(to)) => format!("{} to {}", thousands(*from), thousands(to - 1)),
            (from, None) => format!("{} or more", thousands(*from)),
        };
        BandEdges { band: band_name(*from), from: *from, to, label }
    };
    BANDS.iter().enumerate().map(band).collect()
}

/// Converts `MUNICIPAL_POLICE` to `Municipal police`.
fn words(name: &str) -> String {
    let word = |(place, word): (usize, &str)| {
        let known = WORDS.iter().find(|(known, _)| *known == word);
        match (known, word.split_at_checked(1)) {
            (Some((_, written)), _) => (*written).to_owned(),
            (None, Some((first, rest))) if place == 0 => {
                format!("{first}{}", rest.to_ascii_lowercase())
            }
            _ => word.to_ascii_lowercase(),
        }
    };
    name.split('_').enumerate().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_words() {
        assert_eq!(words("MUNICIPAL_POLICE"), "Municipal police");
        assert_eq!(words("ORI"), "ORI");
        assert_eq!(words("USASPENDING"), "USAspending");
        let labels = labels(crate::graphql::catalog());
        let of = |value: &str| labels.iter().find(|label| label.value == value).cloned();
        assert_eq!(
            of("REHIRE_LAID_OFF").map(|label| label.label).as_deref(),
            Some("Rehire laid off")
        );
        assert!(labels.iter().all(|label| !label.description.is_empty()));
        let mut known: Vec<_> = labels.iter().map(|label| (&label.of, &label.value)).collect();
        known.sort();
        known.dedup();
        assert_eq!(known.len(), labels.len());
    }

    #[test]
    fn bands_follow_each_other() {
        let bands = bands();
        for pair in bands.windows(2) {
            assert_eq!(pair[0].to, Some(pair[1].from));
        }
        let labels: Vec<_> = bands.iter().map(|band| band.label.as_str()).collect();
        assert_eq!(labels[..2], ["Under 10,000", "10,000 to 24,999"]);
        assert_eq!((bands[0].from, labels[7]), (0, "1,000,000 or more"));
        assert_eq!(bands[7].to, None);
    }
}
