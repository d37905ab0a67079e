//! `trainees`: one person trained in one session.

use async_graphql::SimpleObject;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::{kind::TraineeRole, scalar::Hours};

/// One person trained in one session. A person who went to two sessions is two rows. There is
/// nothing here that tells who it was.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "trainees")]
#[graphql(name = "Trainee")]
pub struct Model {
    /// The key within this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The session that the person went to.
    #[graphql(skip)]
    pub session_id: i32,
    /// In what role the person was trained.
    #[sea_orm(column_type = "Text")]
    pub role: TraineeRole,
    /// The agency that the person works for. Null for others, or where unknown.
    #[graphql(skip)]
    pub agency_id: Option<i32>,
    /// The day on which the person completed the course. Null where it was not completed, or where
    /// unknown.
    pub completed_on: Option<NaiveDate>,
    /// The hours that the person was trained. Null where unknown.
    pub hours: Option<Hours>,
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
    /// The session that the person went to.
    #[sea_orm(
        belongs_to = "super::training_session::Entity",
        from = "Column::SessionId",
        to = "super::training_session::Column::Id"
    )]
    Session,
    /// The agency that the person works for.
    #[sea_orm(
        belongs_to = "super::agency::Entity",
        from = "Column::AgencyId",
        to = "super::agency::Column::Id"
    )]
    Agency,
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
