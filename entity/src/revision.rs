//! `revisions`: one load of data into this database.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// One load of data into this database.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "revisions")]
#[graphql(name = "Revision")]
pub struct Model {
    /// The key within this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The token of the revision.
    #[graphql(skip)]
    pub token: i64,
    /// The token of the dataset that it is a revision of.
    #[graphql(skip)]
    pub dataset: i64,
    /// When the load was made.
    pub loaded_at: DateTime<Utc>,
    /// The format of what was loaded, such as `usaspending`.
    #[sea_orm(column_type = "Text")]
    pub format: String,
    /// Whether its rows are made up.
    pub synthetic: bool,
    /// Rows read.
    pub rows_read: i32,
    /// Rows added to the dataset.
    pub added: i32,
    /// Rows of the dataset that were changed.
    pub changed: i32,
    /// Rows of the dataset that were read again and found the same.
    pub unchanged: i32,
    /// Rows taken out of the dataset.
    pub removed: i32,
    /// Rows that could not be taken.
    pub refused: i32,
    /// The kinds of tables that the load has read, one a line, of those formats that need to know who gave a value.
    #[sea_orm(column_type = "Text")]
    #[graphql(skip)]
    pub tables_read: Option<String>,
}

/// What a row refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
