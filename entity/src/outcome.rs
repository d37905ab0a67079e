//! `outcomes`: the value of one measure in one year, for an agency, for a state, or for the nation.

use async_graphql::SimpleObject;
use sea_orm::entity::prelude::*;

use crate::{
    kind::{OutcomeFlag, OutcomeLevel},
    scalar::{BigInt, State},
};

/// The value of one measure in one year, for an agency, for a state, or for the nation. A year
/// without a row is a year without a report, not a zero.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "outcomes")]
#[graphql(name = "Outcome")]
pub struct Model {
    /// The key within this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The measure.
    #[graphql(skip)]
    pub measure_id: i32,
    /// The agency that reported. Null for a state or the nation.
    #[graphql(skip)]
    pub agency_id: Option<i32>,
    /// Whom the value is of: an agency, a state or the nation. Values of several levels are not added up.
    #[sea_orm(column_type = "Text")]
    pub level: OutcomeLevel,
    /// The state that the value is for, or that the agency is in. Null for the nation.
    #[sea_orm(column_type = "Text")]
    pub state: Option<State>,
    /// The calendar year.
    pub year: i32,
    /// The value, in the unit of its measure.
    pub value: BigInt,
    /// The people served in that year, as the filing or estimate says that the value comes from: what
    /// a rate divides by. Null where it does not say, or where another agency counts them.
    pub population_served: Option<i32>,
    /// For how many months of the year the agency reported. A value of fewer than 12 months is not
    /// a year: ask for `monthsReported: { eq: 12 }` where years are compared. Null where the source
    /// does not say, and of what is counted on one day, such as officers.
    pub months_reported: Option<i32>,
    /// Why the value should be read with care. Null where nothing is known against it.
    #[sea_orm(column_type = "Text")]
    pub flag: Option<OutcomeFlag>,
    /// What the publisher says of the value, in its words. Null where it says nothing.
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
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
    /// The load that brought the row, or changed it last.
    #[sea_orm(
        belongs_to = "super::revision::Entity",
        from = "Column::RevisionId",
        to = "super::revision::Column::Id"
    )]
    Revision,
}

impl Model {
    /// The level of a value, by whom it is of.
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
