//! Declares the GraphQL type `OfficersFunded`.

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
        .measure("federalShare", "grant.federalShare", "The federal share of the awards. Each award counts once per group, however many rows of officers it has. It covers the whole award, so do not add it up over kinds of officers.")
        .measure("population", "grant.agency.population", "The people that the recipient agencies serve. Each agency counts once per group.")
        .ratio("dollarsPerOfficer", ("grant.federalShare", "funded"), 1, "Refused: the money of an award is not split between its kinds of officers.")
        .refused("dollarsPerOfficer", "the money of an award is not split between its kinds of officers. Use `grants { totals { dollarsPerOfficer } }`, which covers whole awards")
        .ratio_of_people("officersPer100k", ("funded", "grant.agency.population"), 100_000, "Officers funded per 100,000 people that the recipient agencies serve, over the rows where both are known and the population is not 0. The population of each agency counts once.")
        .ratio("hiredRate", ("hired", "funded"), 1, "Officers hired per officer funded, over the rows where both are known. 1 means all of them.")
        .ratio("retainedRate", ("retained", "hired"), 1, "Officers retained per officer hired, over the rows where both are known. 1 means all of them.")
        .provenance(officers_funded::Relation::Source, officers_funded::Relation::Revision)
}
