//! `states`: a state, the District of Columbia, a territory, or a freely associated state.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{
    kind::{CensusDivision, CensusRegion},
    scalar::State,
};

/// A state, the District of Columbia, a territory, or a freely associated state. Its code is a value of the scalar
/// `State`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "states")]
#[graphql(name = "UsState")]
pub struct Model {
    /// The primary key in this database: the FIPS code, as a number.
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
    /// The Census Bureau region. Null for territories and freely associated states, which are in no region.
    #[sea_orm(column_type = "Text")]
    pub region: Option<CensusRegion>,
    /// The Census Bureau division, which is part of a region. Null for territories and freely associated states.
    #[sea_orm(column_type = "Text")]
    pub division: Option<CensusDivision>,
    /// The latitude of a point near the middle of the state, in degrees north. Null if the Census Bureau gives none.
    pub latitude: Option<f64>,
    /// The longitude of the same point, in degrees east. Null if the Census Bureau gives none.
    pub longitude: Option<f64>,
    /// The Census Bureau's estimate of the people living there on July 1, 2020: the 2020 row of `populations`. Null
    /// outside the states and the District of Columbia. It is not the population that agencies serve.
    pub residents2020: Option<i32>,
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
