//! `agencies`: a law enforcement agency of a city, county, state, tribe, campus or special district.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{
    kind::AgencyKind,
    scalar::{Ori, State},
};

/// A law enforcement agency of a city, county, state, tribe, campus or special district.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "agencies")]
#[graphql(name = "Agency")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The nine-character ORI. Null if the agency has none. It is never derived from the seven-character ORI.
    #[sea_orm(column_type = "Text", unique)]
    pub ori9: Option<Ori>,
    /// The seven-character ORI. Null if the agency has none. It is not always the first seven characters of the
    /// nine-character ORI.
    #[sea_orm(column_type = "Text", unique)]
    pub ori7: Option<Ori>,
    /// The name of the agency as its source spells it. Null if the sources give only the ORI.
    #[sea_orm(column_type = "Text")]
    pub name: Option<String>,
    /// The kind of agency. Null if the source does not say.
    #[sea_orm(column_type = "Text")]
    pub kind: Option<AgencyKind>,
    /// The state that the agency is in. Null if the source does not say.
    #[sea_orm(column_type = "Text")]
    pub state: Option<State>,
    /// The five-digit FIPS code of the county of its headquarters, starting with the state. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub county_fips: Option<String>,
    /// The name of the county of its headquarters. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub county_name: Option<String>,
    /// The city of its headquarters. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub city: Option<String>,
    /// The five-digit ZIP code of its headquarters. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub zip: Option<String>,
    /// The latitude of its headquarters or of the center of its county, in degrees north. Null if unknown.
    pub latitude: Option<f64>,
    /// The longitude of its headquarters or of the center of its county, in degrees east. Null if unknown.
    pub longitude: Option<f64>,
    /// The number of people it serves, in the latest known year. Null if unknown. Do not add it up over agencies that
    /// serve the same people, such as a county and its cities.
    pub population: Option<i32>,
    /// Its number of sworn officers, in the latest known year. Null if unknown.
    pub sworn_officers: Option<i32>,
    /// The row of the state, which each load derives from `state`.
    #[graphql(skip)]
    pub state_id: Option<i32>,
    /// The row of the county, which each load derives from `county_fips`.
    #[graphql(skip)]
    pub county_id: Option<i32>,
    /// The words that full-text search finds the row by; see [`crate::search`].
    #[sea_orm(column_type = "Text")]
    #[graphql(skip)]
    pub search: String,
    /// The source that the row came from.
    #[graphql(skip)]
    pub source_id: i32,
    /// The load that added the row or last changed it.
    #[graphql(skip)]
    pub revision_id: i32,
}

/// The tables that a row refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The state that it is in.
    #[sea_orm(
        belongs_to = "super::us_state::Entity",
        from = "Column::StateId",
        to = "super::us_state::Column::Id"
    )]
    State,
    /// The county that it is in.
    #[sea_orm(
        belongs_to = "super::county::Entity",
        from = "Column::CountyId",
        to = "super::county::Column::Id"
    )]
    County,
    /// The source that the row came from.
    #[sea_orm(
        belongs_to = "super::source::Entity",
        from = "Column::SourceId",
        to = "super::source::Column::Id"
    )]
    Source,
    /// The load that added the row or last changed it.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl ActiveModelBehavior for ActiveModel {}
