//! `counties`: a county, or what stands in its place, in which an agency has its headquarters.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

/// A county, or what stands in its place (a parish, a borough, a city of its own), in which an agency has its
/// headquarters: one row for each code that agencies have, though they spell its name in several ways.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "counties")]
#[graphql(name = "County")]
pub struct Model {
    /// The key within this database: the FIPS code, as a number.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The five-digit FIPS code, state first.
    #[sea_orm(column_type = "Text", unique)]
    pub fips: String,
    /// The name that most of its agencies give it; of several the longest, and of these the first by the alphabet. Null
    /// where none gives one.
    #[sea_orm(column_type = "Text")]
    pub name: Option<String>,
    /// The state, by the first two digits. Null where they are those of none.
    #[graphql(skip)]
    pub state_id: Option<i32>,
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
