//! `claims`: what one kind of source says about an award, if several kinds of sources describe it.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::kind::{ClaimField, ClaimOrigin};

/// What one kind of source says about one field of an award. Only awards described by several kinds of sources have
/// claims; for all others, the fields of the award are what its one source says.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "claims")]
#[graphql(name = "Claim")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The award.
    #[graphql(skip)]
    pub grant_id: i32,
    /// The field of the award that the claim is about.
    #[sea_orm(column_type = "Text")]
    pub field: ClaimField,
    /// The kind of source that makes the claim.
    #[sea_orm(column_type = "Text")]
    pub origin: ClaimOrigin,
    /// The claimed value as text: dollars with two decimals, dates as year-month-day, a program by its code, a
    /// recipient by its name.
    #[sea_orm(column_type = "Text")]
    pub value: String,
    /// Whether the award shows this claim. The award shows the claim of the most trusted kind of source that has a
    /// value.
    pub shown: bool,
    /// Whether another kind of source has a different value for the same field. Spelling variants of a recipient's
    /// name do not count as different.
    pub differs: bool,
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
    /// The award.
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
