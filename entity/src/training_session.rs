//! `training_sessions`: one delivery of a course.

use async_graphql::SimpleObject;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::{kind::Modality, scalar::State};

/// One delivery of a course.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "training_sessions")]
#[graphql(name = "TrainingSession")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The course that was given.
    #[graphql(skip)]
    pub training_id: i32,
    /// The grant that paid for it. Null if unknown.
    #[graphql(skip)]
    pub grant_id: Option<i32>,
    /// The code of the session at its source. Null if it has none.
    #[sea_orm(column_type = "Text", unique)]
    pub code: Option<String>,
    /// The first day. Null if unknown.
    pub starts_on: Option<NaiveDate>,
    /// The last day. Null if unknown.
    pub ends_on: Option<NaiveDate>,
    /// The state in which it took place. Null for an online session, or if unknown.
    #[sea_orm(column_type = "Text")]
    pub state: Option<State>,
    /// How it was given. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub modality: Option<Modality>,
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
    /// The course that was given.
    #[sea_orm(
        belongs_to = "super::training::Entity",
        from = "Column::TrainingId",
        to = "super::training::Column::Id"
    )]
    Training,
    /// The grant that paid for it.
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
