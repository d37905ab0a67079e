//! `counties`: a county or county equivalent in which an agency has its headquarters.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

/// A county or county equivalent (parish, borough, independent city) in which an agency has its headquarters. There
/// is one row per FIPS code, even if agencies spell the county's name differently.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "counties")]
#[graphql(name = "County")]
pub struct Model {
    /// The primary key in this database: the FIPS code as a number.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The five-digit FIPS code, starting with the state.
    #[sea_orm(column_type = "Text", unique)]
    pub fips: String,
    /// The name that most of its agencies use. A tie goes to the longest name, then to the first in alphabetical
    /// order. Null if no agency gives a name.
    #[sea_orm(column_type = "Text")]
    pub name: Option<String>,
    /// The state of the first two digits. Null if no state has this code.
    #[graphql(skip)]
    pub state_id: Option<i32>,
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
