//! `revisions`: one load of data into this database.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// One load of data into this database.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "revisions")]
#[graphql(name = "Revision")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The token of this revision.
    #[graphql(skip)]
    pub token: i64,
    /// The token of the dataset.
    #[graphql(skip)]
    pub dataset: i64,
    /// When the data was loaded.
    pub loaded_at: DateTime<Utc>,
    /// The format of the loaded data, such as `usaspending`.
    #[sea_orm(column_type = "Text")]
    pub format: String,
    /// Whether the load contains synthetic data.
    pub synthetic: bool,
    /// Rows read.
    pub rows_read: i32,
    /// Rows added to the dataset.
    pub added: i32,
    /// Rows of the dataset changed.
    pub changed: i32,
    /// Rows of the dataset that were read again and had not changed.
    pub unchanged: i32,
    /// Rows removed from the dataset.
    pub removed: i32,
    /// Rows rejected.
    pub refused: i32,
    /// The kinds of tables that the load read, one per line. Set only for formats that need to know which load
    /// supplied a value.
    #[sea_orm(column_type = "Text")]
    #[graphql(skip)]
    pub tables_read: Option<String>,
}

/// The tables that a row refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
