//! `obligations`: one financial transaction on a grant.

use async_graphql::SimpleObject;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::scalar::Dollars;

/// One financial transaction on a grant.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "obligations")]
#[graphql(name = "Obligation")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The grant that the transaction is on.
    #[graphql(skip)]
    pub grant_id: i32,
    /// The key of the transaction at its source.
    #[sea_orm(column_type = "Text", unique)]
    #[graphql(skip)]
    pub transaction_key: Option<String>,
    /// The number of the modification that made the transaction. Null if the source gives none.
    #[sea_orm(column_type = "Text")]
    pub modification_number: Option<String>,
    /// The day of the transaction.
    pub obligated_on: NaiveDate,
    /// The federal money obligated. Negative if money was taken back (a de-obligation).
    pub amount: Dollars,
    /// The description of the transaction. Null if the source gives none.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
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
    /// The grant that the transaction is on.
    #[sea_orm(
        belongs_to = "super::grant::Entity",
        from = "Column::GrantId",
        to = "super::grant::Column::Id"
    )]
    Grant,
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
