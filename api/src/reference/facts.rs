//! The facts in `api/facts/`, one struct per file.
//!
//! Facts are checked when they are read: a missing or unknown column, an unknown enum value, or a number that would
//! have to be rounded is an error. A test reads every file, so an error in a file never reaches a database.

use std::fmt;

use entity::{
    kind::{
        CensusDivision, CensusRegion, FigureMetric, MeasureCategory, Modality, OrganizationKind,
        ProgramCategory, PublicationTopic, Qualifier,
    },
    scalar::{Figure, IndexPoints, State},
};
use sea_orm::{ActiveEnum, prelude::Date};
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error as _};

/// A file of facts: its columns are exactly the fields of the struct.
pub(super) trait Fact: Clone + DeserializeOwned {
    /// The column names, in file order.
    const COLUMNS: &'static [&'static str];
    /// The name and the text of the file.
    const FILE: (&'static str, &'static str);

    /// Reads the whole file.
    fn read() -> Result<Vec<Self>, super::ReferenceError> {
        let (name, text) = Self::FILE;
        let wrong = |why: String| super::ReferenceError::Fact { file: name, why };
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| wrong(error.to_string()))?;
        if header.iter().ne(Self::COLUMNS.iter().copied()) {
            return Err(wrong(format!("the columns must be {}", Self::COLUMNS.join(","))));
        }
        reader.deserialize().collect::<Result<_, _>>().map_err(|error| wrong(error.to_string()))
    }
}

macro_rules! facts {
    ($($name:ident in $file:literal { $($(#[$meta:meta])* $field:ident: $type:ty,)+ })+) => {$(
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$meta])* pub(super) $field: $type,)+
        }

        impl Fact for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];
            const FILE: (&'static str, &'static str) =
                ($file, include_str!(concat!("../../facts/", $file)));
        }
    )+};
}

facts! {
    Origin in "sources.csv" {
        source: String,
        title: String,
        publisher: Option<String>,
        published_on: Option<String>,
        url: Option<String>,
    }
    Program in "programs.csv" {
        code: String,
        name: String,
        #[serde(deserialize_with = "word")]
        category: ProgramCategory,
        first_year: Option<i32>,
        last_year: Option<i32>,
        note: Option<String>,
    }
    Organization in "organizations.csv" {
        name: String,
        #[serde(deserialize_with = "optional_word")]
        kind: Option<OrganizationKind>,
        city: Option<String>,
        #[serde(deserialize_with = "optional_text")]
        state: Option<State>,
        founded_year: Option<i32>,
        former_name: Option<String>,
        note: Option<String>,
        source: String,
    }
    Partnership in "partnerships.csv" {
        organization: String,
        announced_on: Option<Date>,
        purpose: Option<String>,
        source: String,
    }
    Training in "trainings.csv" {
        title: String,
        acronym: Option<String>,
        provider: Option<String>,
        topics: Option<String>,
        first_year: Option<i32>,
        certified_by: Option<String>,
        #[serde(deserialize_with = "optional_word")]
        modality: Option<Modality>,
        note: Option<String>,
        source: String,
    }
    Publication in "publications.csv" {
        title: String,
        series: Option<String>,
        #[serde(deserialize_with = "optional_word")]
        topic: Option<PublicationTopic>,
        year: Option<i32>,
        source: String,
    }
    PublishedFigure in "published_figures.csv" {
        #[serde(deserialize_with = "word")]
        metric: FigureMetric,
        program: Option<String>,
        from_year: i32,
        to_year: Option<i32>,
        as_of: Option<String>,
        #[serde(deserialize_with = "word")]
        qualifier: Qualifier,
        #[serde(deserialize_with = "text")]
        value: Figure,
        unit: String,
        source: String,
        note: Option<String>,
    }
    PriceIndex in "cpi_u.csv" {
        year: i32,
        #[serde(deserialize_with = "text")]
        cpi_u: IndexPoints,
    }
    UsState in "states.csv" {
        #[serde(deserialize_with = "text")]
        code: State,
        name: String,
        fips: String,
        #[serde(deserialize_with = "optional_word")]
        region: Option<CensusRegion>,
        #[serde(deserialize_with = "optional_word")]
        division: Option<CensusDivision>,
        latitude: Option<f64>,
        longitude: Option<f64>,
        source: String,
    }
    StatePopulation in "state_populations.csv" {
        #[serde(deserialize_with = "text")]
        state: State,
        year: i32,
        residents: i32,
    }
    Measure in "measures.csv" {
        code: String,
        name: String,
        #[serde(deserialize_with = "word")]
        category: MeasureCategory,
        unit: String,
        description: String,
    }
}

fn word<'de, D: Deserializer<'de>, E: ActiveEnum<Value = String>>(from: D) -> Result<E, D::Error> {
    let text = String::deserialize(from)?;
    E::try_from_value(&text).map_err(|_| D::Error::custom(format!("{text:?} is not a valid value")))
}

fn optional_word<'de, D: Deserializer<'de>, E: ActiveEnum<Value = String>>(
    from: D,
) -> Result<Option<E>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let word = E::try_from_value(&text);
    word.map(Some).map_err(|_| D::Error::custom(format!("{text:?} is not a valid value")))
}

fn text<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: fmt::Display>,
{
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

fn optional_text<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: fmt::Display>,
{
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}
