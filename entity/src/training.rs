//! `trainings`: a course.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{kind::Modality, scalar::Hours};

/// A course.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "trainings")]
#[graphql(name = "Training")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The title of the course.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// The short name of the course. Null if it has none.
    #[sea_orm(column_type = "Text")]
    pub acronym: Option<String>,
    /// The organization that offers the course. Null if unknown.
    #[graphql(skip)]
    pub provider_id: Option<i32>,
    /// The topics of the course. Empty if unknown.
    #[sea_orm(column_type = "Text")]
    pub topics: Option<String>,
    /// The length of the course. Null if unknown.
    pub hours: Option<Hours>,
    /// How the course is given. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub modality: Option<Modality>,
    /// Who certifies the course. Null if no certification is known.
    #[sea_orm(column_type = "Text")]
    pub certified_by: Option<String>,
    /// The year in which it was first given. Null if unknown.
    pub first_year: Option<i32>,
    /// Further remarks of its source. Null if there are none.
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
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
    /// The organization that offers the course.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::ProviderId",
        to = "super::organization::Column::Id"
    )]
    Provider,
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
