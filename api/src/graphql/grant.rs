//! `Grant`: what leads from it, and how one is named.

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
        .one("agency", grant::Relation::Agency, "The agency that got the award. Null where the recipient is an organization.")
        .one("organization", grant::Relation::Organization, "The organization that got the award. Null where the recipient is an agency.")
        .union("recipient", "Recipient", &["agency", "organization"], "Who got an award: an agency or another organization.")
        .one("inDistrict", grant::Relation::District, "The congressional district of the recipient, where its headquarters are: not all of what the money pays for is done there. Null where the source does not say, or names several.")
        .one("program", grant::Relation::Program, "The program that the award was made under. Null where the source does not say: it is never guessed.")
        .many("obligations", obligation::Relation::Grant, Childless::Unknown, "The financial transactions on the award.")
        .many("claims", claim::Relation::Grant, Childless::Unknown, "What each kind of source says of the award, field by field, where several kinds tell of it. Empty where one does: then the award is what its source says.")
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
        .measure("officersRequested", "officersFunded.requested", "The officers that each award was applied for with, all kinds together. Unknown for an award without rows of officers (its source may say nothing of them), and where one of its rows does not say.")
        .measure("officersFunded", "officersFunded.funded", "The officers that each award funds, all kinds together. Unknown for an award without rows of officers (its source may say nothing of them), and where one of its rows does not say.")
        .measure("officersAccepted", "officersFunded.accepted", "The funded officers of each award that the recipient accepted, all kinds together; unknown as `officersFunded` is.")
        .measure("officersHired", "officersFunded.hired", "The accepted officers of each award who were hired, or redeployed, all kinds together; unknown as `officersFunded` is.")
        .measure("officersRetained", "officersFunded.retained", "The hired officers of each award who were kept after it ended, all kinds together; unknown as `officersFunded` is.")
        .measure("peopleTrained", "trainingSessions.trainees.count", "The people trained in the sessions that each award paid for, once for each session: 0 for an award that paid for none.")
        .measure("population", "agency.population", "The people that the recipient agencies serve: each agency counts once, however many awards it has. The sum over groups may be more than the total, as an agency can be in several.")
        .ratio("dollarsPerOfficer", ("federalShare", "officersFunded.funded"), 1, "Federal dollars for each officer funded, over the awards where both are known. It is not the quotient of the sums shown beside it, which are of more awards.")
        .ratio_of_people("dollarsPerCapita", ("federalShare", "agency.population"), 1, "Federal dollars for each person that the recipient agencies serve, over the awards where both are known and there are any people; each agency's people count once. It is not the quotient of the sums shown beside it, which are of more awards.")
        .ratio_of_people("dollarsPerResident", ("federalShare", "agency.inState.residents2020"), 1, "Federal dollars for each person who lived in 2020 in the states of the recipient agencies, over the awards where both are known: each state's residents count once in a group, however many awards there are, so group by AGENCY_IN_STATE or AGENCY_STATE. Those who live there, and not those whom the agencies serve: these are in `dollarsPerCapita`. Awards to organizations are not in it.")
        .ratio_of_people("officersPer100k", ("officersFunded.funded", "agency.population"), 100_000, "Officers funded for each 100,000 people that the recipient agencies serve, over the awards where both are known and there are any people; each agency's people count once. It is not the quotient of the sums shown beside it, which are of more awards.")
        .ratio("hiredRate", ("officersFunded.hired", "officersFunded.funded"), 1, "Officers hired for each officer funded, over the rows of officers where both are known, as `officersFunded { totals { hiredRate } }` has it: 1 is all of them.")
        .ratio("retainedRate", ("officersFunded.retained", "officersFunded.hired"), 1, "Officers retained for each officer hired, over the rows of officers where both are known, as `officersFunded { totals { retainedRate } }` has it: 1 is all of them.")
        .provenance(grant::Relation::Source, grant::Relation::Revision)
        .computed("costPerTrainee", "Float", cost_per_trainee, "Federal dollars of the award for each person trained in the sessions that it paid for, who counts once for each session. Null where the federal share is unknown, and where nobody was trained.")
        .looking_at(&["training_sessions", "trainees"])
}

/// The federal share of each award by the people trained in its sessions.
fn cost_per_trainee(grants: ComputedRows<'_>) -> ComputedValues<'_> {
    async move {
        let found = grants.measures(["federalShare", "trainingSessions.trainees.count"]).await?;
        // The share is in cents.
        each(found, |[share, people]| ratio(share, people, (1, 100)))
    }
    .boxed()
}

/// An award number as awards are matched: without hyphens and spaces, in upper case.
fn award_key(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}
