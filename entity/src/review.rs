//! `reviews`: a person's decision about which agency a recipient is.

use sea_orm::entity::prelude::*;

use crate::scalar::State;

/// A person's decision about a recipient whose name matches no agency, or several. It holds for all awards to that
/// recipient, including those loaded later.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reviews")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The name of the recipient , normalized for comparison.
    #[sea_orm(column_type = "Text")]
    pub recipient_key: String,
    /// Its state. Null if sources give none.
    #[sea_orm(column_type = "Text")]
    pub state: Option<State>,
    /// Its unique entity identifier. Null if sources give none.
    #[sea_orm(column_type = "Text")]
    pub uei: Option<String>,
    /// The name of the recipient as printed.
    #[sea_orm(column_type = "Text")]
    pub recipient: String,
    /// The agency. Null if the recipient is an organization in its own right.
    pub agency_id: Option<i32>,
    /// The source that the row came from.
    pub source_id: i32,
    /// The load that added the row or last changed it.
    pub revision_id: i32,
}

/// The tables that a row refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The agency.
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
