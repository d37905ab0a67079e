//! `organizations`: a recipient, training provider or partner that is not a law enforcement agency: a school district, a university, a tribe, a nonprofit, a film company.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{kind::OrganizationKind, scalar::State};

/// A recipient, training provider or partner that is not a law enforcement agency: a school
/// district, a university, a tribe, a nonprofit, a film company.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "organizations")]
#[graphql(name = "Organization")]
pub struct Model {
    /// The key within this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The name of the organization, as its source spells it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// What sort of organization it is. Null where the source does not say.
    #[sea_orm(column_type = "Text")]
    pub kind: Option<OrganizationKind>,
    /// The city that it is in. Null where unknown.
    #[sea_orm(column_type = "Text")]
    pub city: Option<String>,
    /// The state that it is in. Null where unknown.
    #[sea_orm(column_type = "Text")]
    pub state: Option<State>,
    /// The year in which it was founded. Null where unknown.
    pub founded_year: Option<i32>,
    /// Names that it had before. Empty where none is known.
    #[sea_orm(column_type = "Text")]
    pub former_names: Option<String>,
    /// The unique entity identifier by which the federal government knows it. Null where unknown.
    #[sea_orm(column_type = "Text", unique)]
    pub uei: Option<String>,
    /// What else its source says about it. Null where nothing.
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
    /// The state, by its row. Each load sets it of `state`.
    #[graphql(skip)]
    pub state_id: Option<i32>,
    /// The words by which the row is found; see [`crate::search`].
    #[sea_orm(column_type = "Text")]
    #[graphql(skip)]
    pub search: String,
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
    /// The state that it is in.
    #[sea_orm(
        belongs_to = "super::us_state::Entity",
        from = "Column::StateId",
        to = "super::us_state::Column::Id"
    )]
    State,
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
