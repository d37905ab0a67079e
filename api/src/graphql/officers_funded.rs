//! `OfficersFunded`: what leads from it, and how one is named.

use entity::officers_funded;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<officers_funded::Entity>("officersFundedRow", "officersFunded")
        .one(
            "grant",
            officers_funded::Relation::Grant,
            "The award that funds the officers.",
        )
        .keys(&[officers_funded::Column::Kind])
        .measure("grants", "grant", "The number of different awards.")
        .measure("agencies", "grant.agency", "The number of different agencies among the recipients.")
        .sums(&[
            officers_funded::Column::Requested,
            officers_funded::Column::Funded,
            officers_funded::Column::Accepted,
            officers_funded::Column::Hired,
            officers_funded::Column::Retained,
            officers_funded::Column::SchoolResourceOfficers,
            officers_funded::Column::Veterans,
            officers_funded::Column::PartTime,
        ])
        .measure("federalShare", "grant.federalShare", "The federal share of the awards: each award counts once in a group, however many rows of officers it has. It is the money of the whole award, so it does not add up over kinds of officers.")
        .measure("population", "grant.agency.population", "The people that the recipient agencies serve: each agency counts once in a group.")
        .ratio("dollarsPerOfficer", ("grant.federalShare", "funded"), 1, "Refused: the money of an award is not split over its kinds of officers.")
        .refused("dollarsPerOfficer", "the money of an award is not split over its kinds of officers; ask `grants { totals { dollarsPerOfficer } }`, which is of whole awards")
        .ratio_of_people("officersPer100k", ("funded", "grant.agency.population"), 100_000, "Officers funded for each 100,000 people that the recipient agencies serve, over the rows where both are known and there are any people; each agency's people count once.")
        .ratio("hiredRate", ("hired", "funded"), 1, "Officers hired for each officer funded, over the rows where both are known: 1 is all of them.")
        .ratio("retainedRate", ("retained", "hired"), 1, "Officers retained for each officer hired, over the rows where both are known: 1 is all of them.")
        .provenance(officers_funded::Relation::Source, officers_funded::Relation::Revision)
}
