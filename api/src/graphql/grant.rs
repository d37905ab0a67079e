//! Declares the GraphQL type `Grant`.

use entity::{claim, grant, obligation, officers_funded, training_session};

use futures_util::FutureExt as _;

use super::registry::table_of;
use crate::{
    catalog::table::Childless,
    measures::ratio,
    query::computed::{ComputedRows, ComputedValues, Computes as _, Type, each},
};

pub(super) fn table() -> Type {
    table_of::<grant::Entity>("grant", "grants")
        .one("agency", grant::Relation::Agency, "The agency that received the award. Null if the recipient is an organization.")
        .one("organization", grant::Relation::Organization, "The organization that received the award. Null if the recipient is an agency.")
        .union("recipient", "Recipient", &["agency", "organization"], "The recipient of an award: an agency or another organization.")
        .one("inDistrict", grant::Relation::District, "The congressional district of the recipient's headquarters. Not all of the funded work is necessarily done there. Null if the source does not say, or names several districts.")
        .one("program", grant::Relation::Program, "The program that the award was made under. Null if the source does not say; it is never guessed.")
        .many("obligations", obligation::Relation::Grant, Childless::Unknown, "The financial transactions on the award.")
        .many("claims", claim::Relation::Grant, Childless::Unknown, "What each kind of source says about the award, field by field, if several kinds describe it. Empty if only one kind does: the fields of the award are then what that source says.")
        .many("officersFunded", officers_funded::Relation::Grant, Childless::Unknown, "The officers that the award funds, by kind.")
        .many("trainingSessions", training_session::Relation::Grant, Childless::Zero, "The training sessions that the award paid for.")
        .named_by("awardNumber", "String", &[grant::Column::AwardKey], award_key, "The award number, with or without hyphens.")
        .named_by("usaspendingKey", "String", &[grant::Column::UsaspendingKey], str::to_uppercase, "The key of the award at USAspending.")
        .priced_by("fiscalYear")
        .years(&[grant::Column::FiscalYear])
        .keys(&[
            grant::Column::FiscalYear,
            grant::Column::Status,
            grant::Column::Instrument,
            grant::Column::AssistanceListing,
            grant::Column::AnnouncedOn,
            grant::Column::ObligatedOn,
            grant::Column::PeriodStart,
            grant::Column::PeriodEnd,
            grant::Column::MatchedBy,
        ])
        .measure("agencies", "agency", "The number of different agencies among the recipients.")
        .measure("organizations", "organization", "The number of different organizations among the recipients.")
        .measure("programs", "program", "The number of different programs.")
        .sums(&[
            grant::Column::FederalShare,
            grant::Column::LocalMatch,
            grant::Column::ProjectTotal,
            grant::Column::Outlayed,
        ])
        .measure("officersRequested", "officersFunded.requested", "The officers requested for each award, all kinds together. Unknown for an award without rows of officers (its source may not report them), and if any of its rows lacks the number.")
        .measure("officersFunded", "officersFunded.funded", "The officers that each award funds, all kinds together. Unknown for an award without rows of officers (its source may not report them), and if any of its rows lacks the number.")
        .measure("officersAccepted", "officersFunded.accepted", "The funded officers of each award that the recipient accepted, all kinds together. Unknown in the same cases as `officersFunded`.")
        .measure("officersHired", "officersFunded.hired", "The accepted officers of each award who were hired or redeployed, all kinds together. Unknown in the same cases as `officersFunded`.")
        .measure("officersRetained", "officersFunded.retained", "The hired officers of each award who were kept after it ended, all kinds together. Unknown in the same cases as `officersFunded`.")
        .measure("peopleTrained", "trainingSessions.trainees.count", "The people trained in the sessions that each award paid for. A person counts once per session. 0 for an award that paid for none.")
        .measure("population", "agency.population", "The people that the recipient agencies serve. Each agency counts once, however many awards it has. The sum over groups can exceed the total, because an agency can be in several groups.")
        .ratio("dollarsPerOfficer", ("federalShare", "officersFunded.funded"), 1, "Federal dollars per officer funded, over the awards where both are known. It can differ from the quotient of the sums shown with it, which may cover more awards.")
        .ratio_of_people("dollarsPerCapita", ("federalShare", "agency.population"), 1, "Federal dollars per person that the recipient agencies serve, over the awards where both are known and the population is not 0. The population of each agency counts once. It can differ from the quotient of the sums shown with it, which may cover more awards.")
        .ratio_of_people("dollarsPerResident", ("federalShare", "agency.inState.residents2020"), 1, "Federal dollars per 2020 resident of the recipient agencies' states, over the awards where both are known. The residents of each state count once per group, however many awards there are, so group by AGENCY_IN_STATE or AGENCY_STATE. Residents are not the people that agencies serve; for those, use `dollarsPerCapita`. Awards to organizations are excluded.")
        .ratio_of_people("officersPer100k", ("officersFunded.funded", "agency.population"), 100_000, "Officers funded per 100,000 people that the recipient agencies serve, over the awards where both are known and the population is not 0. The population of each agency counts once. It can differ from the quotient of the sums shown with it, which may cover more awards.")
        .ratio("hiredRate", ("officersFunded.hired", "officersFunded.funded"), 1, "Officers hired per officer funded, over the rows of officers where both are known, as in `officersFunded { totals { hiredRate } }`. 1 means all of them.")
        .ratio("retainedRate", ("officersFunded.retained", "officersFunded.hired"), 1, "Officers retained per officer hired, over the rows of officers where both are known, as in `officersFunded { totals { retainedRate } }`. 1 means all of them.")
        .provenance(grant::Relation::Source, grant::Relation::Revision)
        .computed("costPerTrainee", "Float", cost_per_trainee, "Federal dollars of the award per person trained in the sessions that it paid for. A person counts once per session. Null if the federal share is unknown, or if nobody was trained.")
        .looking_at(&["training_sessions", "trainees"])
}

/// The federal share of each award divided by the people trained in its sessions.
fn cost_per_trainee(grants: ComputedRows<'_>) -> ComputedValues<'_> {
    async move {
        let found = grants.measures(["federalShare", "trainingSessions.trainees.count"]).await?;
        // The share is in cents.
        each(found, |[share, people]| ratio(share, people, (1, 100)))
    }
    .boxed()
}

/// Normalizes an award number for matching: upper case, without hyphens and spaces.
fn award_key(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}
