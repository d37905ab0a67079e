//! `sources`: where rows came from: a publication, a data file, or the generator of synthetic data.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{kind::SourceKind, scalar::BigInt};

/// Where rows came from: a publication, a data file, or the generator of synthetic data.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "sources")]
#[graphql(name = "Source")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// A short name of the source.
    #[sea_orm(column_type = "Text", unique)]
    pub code: String,
    /// The kind of source.
    #[sea_orm(column_type = "Text")]
    pub kind: SourceKind,
    /// The title of the publication, or the name of the file.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// The publisher. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub publisher: Option<String>,
    /// The date of publication, as precisely as known: `2005`, `2005-10` or `2005-10-31`. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub published_on: Option<String>,
    /// The address at which it can be read. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub url: Option<String>,
    /// The SHA-256 digest of the file, in hexadecimal. Null if the source is not a file.
    #[sea_orm(column_type = "Text", unique)]
    pub sha256: Option<String>,
    /// The size of the file in bytes. Null if the source is not a file.
    pub bytes: Option<BigInt>,
    /// The load that added it.
    #[graphql(skip)]
    pub revision_id: i32,
}

/// The tables that a row refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The load that added it.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl ActiveModelBehavior for ActiveModel {}
