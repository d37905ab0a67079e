//! `congressional_districts`: a district of the House of Representatives in which recipients of awards are located.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

/// A district of the House of Representatives in which recipients of awards are located. It follows the map that was
/// in force when the file with the award was made; maps change after each census, and between them.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "congressional_districts")]
#[graphql(name = "CongressionalDistrict")]
pub struct Model {
    /// The primary key in this database: 100 times the FIPS code of the state, plus the number.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The postal code of the state with the number, such as `CA-37`.
    #[sea_orm(column_type = "Text", unique)]
    pub code: String,
    /// The number within the state: 0 if the whole state is one district, 98 if it elects a delegate.
    pub number: i32,
    /// The state.
    #[graphql(skip)]
    pub state_id: i32,
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
    /// The state that the district is in.
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
