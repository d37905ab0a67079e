//! `programs`: a funding program of the COPS Office.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::kind::ProgramCategory;

/// A funding program of the COPS Office.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "programs")]
#[graphql(name = "Program")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The short name of the program, such as `CHP`.
    #[sea_orm(column_type = "Text", unique)]
    pub code: String,
    /// The full name of the program.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The purpose of the program.
    #[sea_orm(column_type = "Text")]
    pub category: ProgramCategory,
    /// The first fiscal year in which it made awards. Null if unknown.
    pub first_year: Option<i32>,
    /// The last fiscal year in which it made awards. Null if the program is still active, or if unknown.
    pub last_year: Option<i32>,
    /// What is special about its awards: caps, match, terms. Null if nothing is noted.
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
