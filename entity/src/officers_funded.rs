//! `officers_funded`: the officers of one kind under one grant, by stage: requested, funded, accepted, hired,
//! retained.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{kind::OfficerKind, scalar::Officers};

/// The officers of one kind under one grant, by stage: requested, funded, accepted, hired, retained. Funded does not
/// mean hired: an officer counts as funded when the application is approved.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "officers_funded")]
#[graphql(name = "OfficersFunded")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The grant that funds the officers.
    #[graphql(skip)]
    pub grant_id: i32,
    /// How the grant puts the officers on the street. Null if the source does not say.
    #[sea_orm(column_type = "Text")]
    pub kind: Option<OfficerKind>,
    /// Officers applied for. Null if unknown.
    pub requested: Option<Officers>,
    /// Officers whose funding was approved, even if the award was later withdrawn. Null if unknown.
    pub funded: Option<Officers>,
    /// Funded officers that the recipient accepted. Null if unknown.
    pub accepted: Option<Officers>,
    /// Accepted officers who were hired, or redeployed. Null if unknown.
    pub hired: Option<Officers>,
    /// Hired officers kept for as long as the grant required after it ended. Null if unknown.
    pub retained: Option<Officers>,
    /// Of the funded officers, those who serve in schools. Overlaps with the other attributes. Null if unknown.
    pub school_resource_officers: Option<Officers>,
    /// Of the funded officers, military veterans. Overlaps with the other attributes. Null if unknown.
    pub veterans: Option<Officers>,
    /// Of the funded officers, those who work part time. Overlaps with the other attributes. Null if unknown.
    pub part_time: Option<Officers>,
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
    /// The grant that funds the officers.
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
