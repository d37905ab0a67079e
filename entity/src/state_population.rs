//! `state_populations`: the people who lived in a state in one year.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

/// The people who lived in a state on 1 July of a year, as the Census Bureau estimates it. The estimates of the 1990s were
/// made before the census of 2000 and were not revised after it, so what grew between 1999 and 2000 (9.5 million people
/// together) is in part a correction. Later years were revised by the census of 2010, and from 2020 on by that of 2020.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "state_populations")]
#[graphql(name = "StatePopulation")]
pub struct Model {
    /// The key within this database: the key of the state and the year.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The state.
    #[graphql(skip)]
    pub state_id: i32,
    /// The calendar year.
    pub year: i32,
    /// The people who lived there on 1 July of the year.
    pub residents: i32,
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
    /// The state that they lived in.
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
