//! `state_populations`: the people who lived in a state in one year.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

/// The people who lived in a state on July 1 of a year, as estimated by the Census Bureau. The estimates for the
/// 1990s were made before the 2000 census and were not revised after it, so part of the growth between 1999 and 2000
/// (9.5 million people in total) is a correction. Later years were revised after the 2010 census, and the years from
/// 2020 on after the 2020 census.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "state_populations")]
#[graphql(name = "StatePopulation")]
pub struct Model {
    /// The primary key in this database: the key of the state and the year.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The state.
    #[graphql(skip)]
    pub state_id: i32,
    /// The calendar year.
    pub year: i32,
    /// The people who lived there on July 1 of the year.
    pub residents: i32,
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
    /// The state that the people lived in.
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
    /// The load that added the row or last changed it.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl ActiveModelBehavior for ActiveModel {}
