//! `states`: a state, the District of Columbia, a territory, or a freely associated state.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{
    kind::{CensusDivision, CensusRegion},
    scalar::State,
};

/// A state, the District of Columbia, a territory, or a freely associated state: what the code of the scalar `State`
/// stands for.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "states")]
#[graphql(name = "UsState")]
pub struct Model {
    /// The key within this database: the FIPS code, as a number.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The postal code, such as `CA`.
    #[sea_orm(column_type = "Text", unique)]
    pub code: State,
    /// The name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The two-digit FIPS code.
    #[sea_orm(column_type = "Text", unique)]
    pub fips: String,
    /// The region of the Census Bureau. Null for what is in none: territories and freely associated states.
    #[sea_orm(column_type = "Text")]
    pub region: Option<CensusRegion>,
    /// The division of the Census Bureau, a part of a region. Null for what is in none.
    #[sea_orm(column_type = "Text")]
    pub division: Option<CensusDivision>,
    /// The latitude of a point within it, near its middle, in degrees north. Null where the Census Bureau gives none.
    pub latitude: Option<f64>,
    /// The longitude of that point, in degrees east. Null where the Census Bureau gives none.
    pub longitude: Option<f64>,
    /// The people who lived there on 1 July 2020, as the Census Bureau estimates it: the row of 2020 of `populations`.
    /// Null outside the states and the District of Columbia. Not the people whom agencies serve.
    pub residents2020: Option<i32>,
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
