//! `claims`: what one kind of source says of an award, where several kinds tell of it.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::kind::{ClaimField, ClaimOrigin};

/// What one kind of source says of an award. Claims are kept of the awards of which several kinds of sources tell; of
/// the others the fields of the award are what their one source says.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "claims")]
#[graphql(name = "Claim")]
pub struct Model {
    /// The key within this database.
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
    /// What it says, as text: dollars with two decimals, days with the year first, a program by its code, a recipient by
    /// its name.
    #[sea_orm(column_type = "Text")]
    pub value: String,
    /// Whether the award shows this claim: of the kinds of sources that say something, the most trusted one's.
    pub shown: bool,
    /// Whether another kind of source says something else of the same field. Names of one recipient that are only
    /// written differently do not differ.
    pub differs: bool,
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
    /// The load that brought the row, or changed it last.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl ActiveModelBehavior for ActiveModel {}
