//! `publications`: a publication of the COPS Office.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::kind::PublicationTopic;

/// A publication of the COPS Office.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "publications")]
#[graphql(name = "Publication")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The title of the publication.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// The series that it belongs to. Null if it belongs to none.
    #[sea_orm(column_type = "Text")]
    pub series: Option<String>,
    /// Its subject. Null if the source does not say.
    #[sea_orm(column_type = "Text")]
    pub topic: Option<PublicationTopic>,
    /// The year of publication. Null if unknown.
    pub year: Option<i32>,
    /// The words that full-text search finds the row by; see [`crate::search`].
    #[sea_orm(column_type = "Text")]
    #[graphql(skip)]
    pub search: String,
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
