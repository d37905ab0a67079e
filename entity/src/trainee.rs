//! `trainees`: one person trained in one session.

use async_graphql::SimpleObject;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::{kind::TraineeRole, scalar::Hours};

/// One person trained in one session. A person who attended two sessions has two rows. The data does not identify
/// anyone.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "trainees")]
#[graphql(name = "Trainee")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The session that the person attended.
    #[graphql(skip)]
    pub session_id: i32,
    /// The role in which the person was trained.
    #[sea_orm(column_type = "Text")]
    pub role: TraineeRole,
    /// The agency that the person works for. Null for people who do not work for an agency, or if unknown.
    #[graphql(skip)]
    pub agency_id: Option<i32>,
    /// The day on which the person completed the course. Null if the person did not complete it, or if unknown.
    pub completed_on: Option<NaiveDate>,
    /// The hours of training that the person received. Null if unknown.
    pub hours: Option<Hours>,
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
    /// The session that the person attended.
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
    /// The load that added the row or last changed it.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl ActiveModelBehavior for ActiveModel {}
