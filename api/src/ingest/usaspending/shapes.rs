//! The tables of USAspending and their columns.

use crate::ingest::{json, layout::TableShape};

pub(super) const TRANSACTIONS: &str = "transactions";
pub(super) const API_TRANSACTIONS: &str = "transactions of the API";
pub(super) const SUMMARIES: &str = "award summaries";

/// Columns that both kinds of file have, with all their names.
const COMMON: &[&str] = &[
    "!award=assistance_award_unique_key",
    "!number=award_id_fain",
    // Aggregates have this instead of a number.
    "uri=award_id_uri",
    "obligated=total_obligated_amount",
    "outlayed=total_outlayed_amount|total_outlayed_amount_for_overall_award",
    "match=total_non_federal_funding_amount",
    "total=total_funding_amount",
    "start=period_of_performance_start_date",
    "end=period_of_performance_current_end_date",
    "uei=recipient_uei",
    "!recipient=recipient_name",
    "city=recipient_city_name",
    "!state=recipient_state_code",
    "state_name=recipient_state_name",
    "district=prime_award_transaction_recipient_cd_current|prime_award_summary_recipient_cd_current",
    "type=assistance_type_code",
    "type_text=assistance_type_description",
    "base_description=prime_award_base_transaction_description|award_description",
    "business=business_types_description",
];

/// The tables that are read.
pub(super) fn known() -> Vec<TableShape> {
    let with = |name, own: &[&'static str]| TableShape::new(name, &[COMMON, own].concat());
    vec![
        with(
            TRANSACTIONS,
            &[
                "!transaction=assistance_transaction_unique_key",
                "!amount=federal_action_obligation",
                "!day=action_date",
                "listing=cfda_number|assistance_listing_number",
                "modification=modification_number",
                "description=transaction_description",
                "correction=correction_delete_indicator_code|correction_delete_ind",
                "action=action_type_code",
                "day_year=action_date_fiscal_year",
                "modified=last_modified_date",
            ],
        ),
        TableShape::new(API_TRANSACTIONS, json::TRANSACTION_FIELDS),
        with(
            SUMMARIES,
            &[
                "listing=cfda_numbers_and_titles|assistance_listings|cfda_number",
                "base_day=award_base_action_date",
                "latest_day=award_latest_action_date",
                "base_year=award_base_action_date_fiscal_year",
                "latest_year=award_latest_action_date_fiscal_year",
            ],
        ),
    ]
}
