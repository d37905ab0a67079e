//! `partnerships`: a partnership of the COPS Office with an organization.

use async_graphql::SimpleObject;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

/// A partnership of the COPS Office with an organization.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "partnerships")]
#[graphql(name = "Partnership")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The partner.
    #[graphql(skip)]
    pub organization_id: i32,
    /// The day on which it was announced. Null if unknown.
    pub announced_on: Option<NaiveDate>,
    /// What the partnership is for. Null if the source does not say.
    #[sea_orm(column_type = "Text")]
    pub purpose: Option<String>,
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
    /// The partner.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::OrganizationId",
        to = "super::organization::Column::Id"
    )]
    Organization,
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
