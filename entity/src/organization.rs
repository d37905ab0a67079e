//! `organizations`: a recipient, training provider or partner that is not a law enforcement agency.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{kind::OrganizationKind, scalar::State};

/// A recipient, training provider or partner that is not a law enforcement agency: a school
/// district, a university, a tribe, a nonprofit, a film company.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "organizations")]
#[graphql(name = "Organization")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The name of the organization, as its source spells it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The kind of organization. Null if the source does not say.
    #[sea_orm(column_type = "Text")]
    pub kind: Option<OrganizationKind>,
    /// The city that it is in. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub city: Option<String>,
    /// The state that it is in. Null if unknown.
    #[sea_orm(column_type = "Text")]
    pub state: Option<State>,
    /// The year in which it was founded. Null if unknown.
    pub founded_year: Option<i32>,
    /// Its former names. Empty if none are known.
    #[sea_orm(column_type = "Text")]
    pub former_names: Option<String>,
    /// The unique entity identifier (UEI) that the federal government assigned. Null if unknown.
    #[sea_orm(column_type = "Text", unique)]
    pub uei: Option<String>,
    /// Further remarks of its source. Null if there are none.
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
    /// The row of the state, which each load derives from `state`.
    #[graphql(skip)]
    pub state_id: Option<i32>,
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
    /// The load that added the row or last changed it.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl ActiveModelBehavior for ActiveModel {}
