//! `trainings`: a course.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{kind::Modality, scalar::Hours};

/// A course.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "trainings")]
#[graphql(name = "Training")]
pub struct Model {
    /// The key within this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The title of the course.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// The short name of the course. Null where it has none.
    #[sea_orm(column_type = "Text")]
    pub acronym: Option<String>,
    /// The organization that gives the course. Null where unknown.
    #[graphql(skip)]
    pub provider_id: Option<i32>,
    /// What the course teaches. Empty where unknown.
    #[sea_orm(column_type = "Text")]
    pub topics: Option<String>,
    /// The length of the course. Null where unknown.
    pub hours: Option<Hours>,
    /// How the course is given. Null where unknown.
    #[sea_orm(column_type = "Text")]
    pub modality: Option<Modality>,
    /// Who certifies the course. Null where nobody is known to.
    #[sea_orm(column_type = "Text")]
    pub certified_by: Option<String>,
    /// The year in which it was first given. Null where unknown.
    pub first_year: Option<i32>,
    /// What else its source says about it. Null where nothing.
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
    /// The words by which the row is found; see [`crate::search`].
    #[sea_orm(column_type = "Text")]
    #[graphql(skip)]
    pub search: String,
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
    /// The organization that gives the course.
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
    /// The load that brought the row, or changed it last.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl ActiveModelBehavior for ActiveModel {}
