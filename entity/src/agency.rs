//! `agencies`: a law enforcement agency: of a city, a county, a state, a tribe, a campus or a special district.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{
    kind::AgencyKind,
    scalar::{Ori, State},
};

/// A law enforcement agency: of a city, a county, a state, a tribe, a campus or a special district.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "agencies")]
#[graphql(name = "Agency")]
pub struct Model {
    /// The key within this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The nine-character ORI. Null where the agency has none; never derived from the
    /// seven-character one.
    #[sea_orm(column_type = "Text", unique)]
    pub ori9: Option<Ori>,
    /// The seven-character ORI. Null where the agency has none; it is not always the first seven
    /// characters of the other.
    #[sea_orm(column_type = "Text", unique)]
    pub ori7: Option<Ori>,
    /// The name of the agency, as its source spells it. Null where a source gives only the ORI.
    #[sea_orm(column_type = "Text")]
    pub name: Option<String>,
    /// What sort of agency it is. Null where the source does not say.
    #[sea_orm(column_type = "Text")]
    pub kind: Option<AgencyKind>,
    /// The state that the agency is in. Null where the source does not say.
    #[sea_orm(column_type = "Text")]
    pub state: Option<State>,
    /// The five-digit FIPS code of the county of its headquarters, state first. Null where unknown.
    #[sea_orm(column_type = "Text")]
    pub county_fips: Option<String>,
    /// The name of the county of its headquarters. Null where unknown.
    #[sea_orm(column_type = "Text")]
    pub county_name: Option<String>,
    /// The city of its headquarters. Null where unknown.
    #[sea_orm(column_type = "Text")]
    pub city: Option<String>,
    /// The five-digit ZIP code of its headquarters. Null where unknown.
    #[sea_orm(column_type = "Text")]
    pub zip: Option<String>,
    /// The latitude of its headquarters or of the middle of its county, in degrees north. Null
    /// where unknown.
    pub latitude: Option<f64>,
    /// The longitude of its headquarters or of the middle of its county, in degrees east. Null
    /// where unknown.
    pub longitude: Option<f64>,
    /// The number of people it serves, in the last year known. Null where unknown. Do not add it up
    /// over agencies that serve the same people, such as a county and its cities.
    pub population: Option<i32>,
    /// Its number of sworn officers, in the last year known. Null where unknown.
    pub sworn_officers: Option<i32>,
    /// The state, by its row. Each load sets it of `state`.
    #[graphql(skip)]
    pub state_id: Option<i32>,
    /// The county, by its row. Each load sets it of `county_fips`.
    #[graphql(skip)]
    pub county_id: Option<i32>,
    /// The words by which the row is found; see [`crate::search`].
    #[sea_orm(column_type = "Text")]
    #[graphql(skip)]
    pub search: String,
    /// The source that the row came from.
    #[graphql(skip)]
    pub source_id: i32,
    /// The load that brought the row, or changed it last.
    #[graphql(skip)]
    pub revision_id: i32,
}

/// What a row refers to.
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
    /// The load that brought the row, or changed it last.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl ActiveModelBehavior for ActiveModel {}
