//! `Grant`: what leads from it, and how one is named.

use entity::{agency, grant, obligation, officers_funded, organization, program, training_session};

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<grant::Entity>("grant", "grants")
        .one("agency", grant::Column::AgencyId, agency::Entity, "The agency that got the award. Null where the recipient is an organization.")
        .one("organization", grant::Column::OrganizationId, organization::Entity, "The organization that got the award. Null where the recipient is an agency.")
        .union("recipient", "Recipient", &["agency", "organization"], "Who got an award: an agency or another organization.")
        .one("program", grant::Column::ProgramId, program::Entity, "The program that the award was made under. Null where the source does not say: it is never guessed.")
        .many("obligations", obligation::Column::GrantId, "The financial transactions on the award.")
        .many("officersFunded", officers_funded::Column::GrantId, "The officers that the award funds, by kind.")
        .many("trainingSessions", training_session::Column::GrantId, "The training sessions that the award paid for.")
        .named_by("awardNumber", "String", &[grant::Column::AwardKey], award_key, "The award number, with or without hyphens.")
        .provenance(grant::Column::SourceId, grant::Column::RevisionId)
}

/// An award number as awards are matched: without hyphens and spaces, in upper case.
fn award_key(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}
