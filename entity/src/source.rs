//! `sources`: where rows came from: a publication, a data file that was loaded, or the generator of made-up rows.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{kind::SourceKind, scalar::BigInt};

/// Where rows came from: a publication, a data file that was loaded, or the generator of made-up
/// rows.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "sources")]
#[graphql(name = "Source")]
pub struct Model {
    /// The key within this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// A short name of the source.
    #[sea_orm(column_type = "Text", unique)]
    pub code: String,
    /// What kind of thing it is.
    #[sea_orm(column_type = "Text")]
    pub kind: SourceKind,
    /// The title of the publication, or the name of the file.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Who published it. Null where unknown.
    #[sea_orm(column_type = "Text")]
    pub publisher: Option<String>,
    /// When it was published, to the precision known: `2005`, `2005-10` or `2005-10-31`. Null where
    /// unknown.
    #[sea_orm(column_type = "Text")]
    pub published_on: Option<String>,
    /// Where it can be read. Null where unknown.
    #[sea_orm(column_type = "Text")]
    pub url: Option<String>,
    /// The SHA-256 digest of the file, in hexadecimal. Null where it is not a file.
    #[sea_orm(column_type = "Text", unique)]
    pub sha256: Option<String>,
    /// The size of the file. Null where it is not a file.
    pub bytes: Option<BigInt>,
    /// The load that brought it.
    #[graphql(skip)]
    pub revision_id: i32,
}

/// What a row refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The load that brought it.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl ActiveModelBehavior for ActiveModel {}
