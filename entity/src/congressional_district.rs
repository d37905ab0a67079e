//! `congressional_districts`: a district of the House of Representatives, to which awards went.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

/// A district of the House of Representatives, in which recipients of awards are, by the map that was in force when the
/// file of the award was made: maps change after each census, and between them.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "congressional_districts")]
#[graphql(name = "CongressionalDistrict")]
pub struct Model {
    /// The key within this database: a hundred times the FIPS code of the state, and the number.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The postal code of the state and the number, such as `CA-37`.
    #[sea_orm(column_type = "Text", unique)]
    pub code: String,
    /// The number within the state: 0 where the whole state is the district, and 98 where it has a delegate.
    pub number: i32,
    /// The state.
    #[graphql(skip)]
    pub state_id: i32,
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
