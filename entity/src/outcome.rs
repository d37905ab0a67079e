//! `outcomes`: the value of one measure in one year, for an agency, for a state, or for the nation.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{
    kind::{OutcomeFlag, OutcomeLevel},
    scalar::{BigInt, State},
};

/// The value of one measure in one year, for an agency, for a state, or for the nation. A missing year means that
/// nothing was reported, not zero.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "outcomes")]
#[graphql(name = "Outcome")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The measure.
    #[graphql(skip)]
    pub measure_id: i32,
    /// The agency that reported. Null for a state or the nation.
    #[graphql(skip)]
    pub agency_id: Option<i32>,
    /// Whether the value is for an agency, a state or the nation. Do not add up values of different levels.
    #[sea_orm(column_type = "Text")]
    pub level: OutcomeLevel,
    /// The state that the value is for, or that the agency is in. Null for the nation.
    #[sea_orm(column_type = "Text")]
    pub state: Option<State>,
    /// The calendar year.
    pub year: i32,
    /// The value, in the unit of its measure.
    pub value: BigInt,
    /// The number of people served in that year, according to the filing or estimate that the value comes from. Rates
    /// divide by it. Null if the filing does not say, or if another agency counts these people.
    pub population_served: Option<i32>,
    /// The number of months of the year that the agency reported. A value for fewer than 12 months does not cover the
    /// year: filter with `monthsReported: { eq: 12 }` to compare years. Null if the source does not say, and for
    /// values counted on one day, such as officers.
    pub months_reported: Option<i32>,
    /// The reason to read the value with care. Null if there is no known problem.
    #[sea_orm(column_type = "Text")]
    pub flag: Option<OutcomeFlag>,
    /// The publisher's remark about the value, verbatim. Null if there is none.
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
    /// The measure.
    #[sea_orm(
        belongs_to = "super::measure::Entity",
        from = "Column::MeasureId",
        to = "super::measure::Column::Id"
    )]
    Measure,
    /// The agency that reported.
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

impl Model {
    /// The level of a value, derived from which references it has.
    #[must_use]
    pub fn level_of(agency_id: Option<i32>, state: Option<&State>) -> OutcomeLevel {
        match (agency_id, state) {
            (Some(_), _) => OutcomeLevel::Agency,
            (None, Some(_)) => OutcomeLevel::State,
            (None, None) => OutcomeLevel::Nation,
        }
    }
}

impl ActiveModelBehavior for ActiveModel {}
