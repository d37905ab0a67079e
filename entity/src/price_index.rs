//! `price_index`: the consumer price index (CPI-U) of one year.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::scalar::IndexPoints;

/// The consumer price index of one year: CPI-U, U.S. city average, all items, 1982-84 = 100, annual average.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "price_index")]
#[graphql(name = "PriceIndex")]
pub struct Model {
    /// The calendar year.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// The index.
    pub cpi_u: IndexPoints,
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
