//! `measures`: something counted for agencies, states or the nation, year by year.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::kind::MeasureCategory;

/// Something counted for agencies, states or the nation, year by year.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "measures")]
#[graphql(name = "Measure")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The short name of the measure, such as `violent_crime`.
    #[sea_orm(column_type = "Text", unique)]
    pub code: String,
    /// The name of the measure.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The subject of the measure.
    #[sea_orm(column_type = "Text")]
    pub category: MeasureCategory,
    /// The unit of its values, such as `offenses`.
    #[sea_orm(column_type = "Text")]
    pub unit: String,
    /// How it is counted, and what its values must not be compared with.
    #[sea_orm(column_type = "Text")]
    pub description: String,
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
