//! `grants`: an award: a grant or a cooperative agreement, made under a funding program to exactly one recipient.

use async_graphql::SimpleObject;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::{
    kind::{GrantStatus, Instrument, MatchedBy},
    scalar::Dollars,
};

/// An award: a grant or a cooperative agreement, made under a funding program to exactly one
/// recipient.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject)]
#[sea_orm(table_name = "grants")]
#[graphql(name = "Grant")]
pub struct Model {
    /// The primary key in this database.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: i32,
    /// The award number as printed on the award. For an aggregate of many small awards, the identifier (URI) that
    /// USAspending assigns. Null if the source gives none.
    #[sea_orm(column_type = "Text")]
    pub award_number: Option<String>,
    /// The award number in upper case without hyphens, which is used to match awards.
    #[sea_orm(column_type = "Text", unique)]
    #[graphql(skip)]
    pub award_key: Option<String>,
    /// The key of the award at USAspending, such as `ASST_NON_2020UMWX0001_015`, which is part of the address of its
    /// page there. Null if the award came from another source.
    #[sea_orm(column_type = "Text", unique)]
    pub usaspending_key: Option<String>,
    /// The agency that received the award. Null if the recipient is an organization.
    #[graphql(skip)]
    pub agency_id: Option<i32>,
    /// The organization that received the award. Null if the recipient is an agency.
    #[graphql(skip)]
    pub organization_id: Option<i32>,
    /// The name of the recipient as the source prints it. Null for synthetic awards, and for awards loaded before
    /// this field existed.
    #[sea_orm(column_type = "Text")]
    pub recipient_name: Option<String>,
    /// The unique entity identifier (UEI) of the recipient. Null if the source gives none.
    #[sea_orm(column_type = "Text")]
    pub recipient_uei: Option<String>,
    /// The congressional district of the recipient, as the source writes it.
    #[sea_orm(column_type = "Text")]
    #[graphql(skip)]
    pub district: Option<String>,
    /// The row of the district, which each load derives from `district`.
    #[graphql(skip)]
    pub district_id: Option<i32>,
    /// How the recipient was identified from what the source gives. Null for synthetic awards, which need no
    /// matching, and for awards loaded before this field existed.
    #[sea_orm(column_type = "Text")]
    pub matched_by: Option<MatchedBy>,
    /// The program that the award was made under. Null if the source does not say; it is never guessed.
    #[graphql(skip)]
    pub program_id: Option<i32>,
    /// The Assistance Listing (formerly CFDA) number, such as `16.710`. Null if the source does
    /// not say.
    #[sea_orm(column_type = "Text")]
    pub assistance_listing: Option<String>,
    /// The type of award. Null if the source does not say.
    #[sea_orm(column_type = "Text")]
    pub instrument: Option<Instrument>,
    /// The fiscal year of the program that the award was announced under. The money may have been obligated in a
    /// later year. Null if the source does not say.
    pub fiscal_year: Option<i32>,
    /// The day on which the award was announced. Null if unknown.
    pub announced_on: Option<NaiveDate>,
    /// The day of the first obligation. The federal fiscal year of this day is the year of the money. Null if
    /// unknown.
    pub obligated_on: Option<NaiveDate>,
    /// The first day of the period of performance. Null if unknown.
    pub period_start: Option<NaiveDate>,
    /// The last day of the period of performance, after extensions. Null if unknown.
    pub period_end: Option<NaiveDate>,
    /// The last day of the period of performance as first set. Null if unknown.
    pub original_period_end: Option<NaiveDate>,
    /// The federal money of the award: the sum of its obligations, or the total that the source states if some
    /// obligations are unknown. Null if unknown.
    pub federal_share: Option<Dollars>,
    /// The money that the recipient contributes. Null if unknown.
    pub local_match: Option<Dollars>,
    /// The cost of the whole project as the source states it, which is not always the sum of share and match. Null if
    /// unknown.
    pub project_total: Option<Dollars>,
    /// The federal money paid out so far. Null if unknown.
    pub outlayed: Option<Dollars>,
    /// The status of the award. Null if the source does not say.
    #[sea_orm(column_type = "Text")]
    pub status: Option<GrantStatus>,
    /// The title or description of the award. Null if the source gives none.
    #[sea_orm(column_type = "Text")]
    pub title: Option<String>,
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
    /// The congressional district of the recipient.
    #[sea_orm(
        belongs_to = "super::congressional_district::Entity",
        from = "Column::DistrictId",
        to = "super::congressional_district::Column::Id"
    )]
    District,
    /// The agency that received the award.
    #[sea_orm(
        belongs_to = "super::agency::Entity",
        from = "Column::AgencyId",
        to = "super::agency::Column::Id"
    )]
    Agency,
    /// The organization that received the award.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::OrganizationId",
        to = "super::organization::Column::Id"
    )]
    Organization,
    /// The program that the award was made under.
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
