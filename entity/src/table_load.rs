//! `table_loads`: what one load did to one table.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

/// What one load did to one table. A table that the load did not touch has no entry.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "table_loads")]
#[graphql(name = "TableLoad")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The load.
    #[graphql(skip)]
    pub revision_id: i32,
    /// The table, by the name of its list, such as `officersFunded`.
    #[sea_orm(column_type = "Text")]
    pub table_name: String,
    /// Rows added.
    pub added: i32,
    /// Rows changed.
    pub changed: i32,
    /// Rows read again that had not changed.
    pub unchanged: i32,
    /// Rows removed.
    pub removed: i32,
    /// Rows of the loaded files that belonged to this table and were rejected.
    pub refused: i32,
}

/// The tables that a row refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The load.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl ActiveModelBehavior for ActiveModel {}
