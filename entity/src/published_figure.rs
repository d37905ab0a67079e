//! `published_figures`: a published number about the COPS Office.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{
    kind::{FigureMetric, Qualifier},
    scalar::Figure,
};

/// A published number about the COPS Office.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "published_figures")]
#[graphql(name = "PublishedFigure")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// What the figure counts.
    #[sea_orm(column_type = "Text")]
    pub metric: FigureMetric,
    /// The program that the figure is about. Null for the office as a whole.
    #[graphql(skip)]
    pub program_id: Option<i32>,
    /// The first fiscal year that it covers.
    pub from_year: i32,
    /// The last fiscal year that it covers. Null if the source does not say.
    pub to_year: Option<i32>,
    /// The date for which the figure was stated, as precisely as known: `2024`, `2024-09` or `2024-09-17`. Null if
    /// unknown.
    #[sea_orm(column_type = "Text")]
    pub as_of: Option<String>,
    /// How exact the source says the figure is.
    #[sea_orm(column_type = "Text")]
    pub qualifier: Qualifier,
    /// The figure.
    pub value: Figure,
    /// The unit of the figure: `USD`, `officers`, `agencies`, `people`, `copies`.
    #[sea_orm(column_type = "Text")]
    pub unit: String,
    /// What the figure excludes or includes. Null if nothing is noted.
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
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
    /// The program that the figure is about.
    #[sea_orm(
        belongs_to = "super::program::Entity",
        from = "Column::ProgramId",
        to = "super::program::Column::Id"
    )]
    Program,
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
