//! Declares the GraphQL type `Agency`.

use entity::{agency, grant, outcome, trainee};

use super::registry::table_of;
use super::upper;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<agency::Entity>("agency", "agencies")
        .one("inState", agency::Relation::State, "The state that the agency is in, as an object. Null if the source does not say.")
        .one("inCounty", agency::Relation::County, "The county of the agency's headquarters: one object per FIPS code, however its name is spelled. Null if unknown.")
        .many("grants", grant::Relation::Agency, Childless::Zero, "The awards to the agency.")
        .many(
            "trainees",
            trainee::Relation::Agency, Childless::Zero,
            "The people of the agency who were trained, one row per person and session.",
        )
        .many("outcomes", outcome::Relation::Agency, Childless::Unknown, "What the agency reported, year by year.")
        .named_by(
            "ori",
            "Ori",
            &[agency::Column::Ori9, agency::Column::Ori7],
            upper,
            "The ORI, with nine or seven characters.",
        )
        .located(agency::Column::Latitude, agency::Column::Longitude)
        .keys(&[
            agency::Column::State,
            agency::Column::Kind,
            agency::Column::CountyFips,
            agency::Column::CountyName,
            agency::Column::City,
            agency::Column::Zip,
        ])
        .banded(agency::Column::Population)
        .overlapping(agency::Column::Population, agency::Column::Kind)
        .sums(&[agency::Column::Population, agency::Column::SwornOfficers])
        .measure("grants", "grants.count", "The number of awards to each agency.")
        .measure("federalShare", "grants.federalShare", "The total federal share of the awards to each agency. 0 if there are no awards; unknown if the share of any award is unknown.")
        .measure("trainees", "trainees.count", "The people of each agency who were trained. A person counts once per session.")
        .ratio_of_people("swornOfficersPer100k", ("swornOfficers", "population"), 100_000, "Sworn officers per 100,000 people, over the agencies where both are known and the population is not 0. It can differ from the quotient of the sums shown with it, which may cover more agencies.")
        .ratio_of_people("dollarsPerCapita", ("grants.federalShare", "population"), 1, "Federal dollars per person, over the agencies where both are known and the population is not 0. An agency without awards counts with 0 dollars and its population. It can differ from the quotient of the sums shown with it, which may cover more agencies.")
        .ratio("dollarsPerSwornOfficer", ("grants.federalShare", "swornOfficers"), 1, "Federal dollars per sworn officer that the agencies have (not per officer funded), over the agencies where both are known. It can differ from the quotient of the sums shown with it, which may cover more agencies.")
        .ratio_of_people("officersPer100k", ("swornOfficers", "population"), 100_000, "The same as `swornOfficersPer100k`.")
        .deprecated("officersPer100k", "On other types, this name means officers funded. Use `swornOfficersPer100k`.")
        .ratio("dollarsPerOfficer", ("grants.federalShare", "swornOfficers"), 1, "The same as `dollarsPerSwornOfficer`.")
        .deprecated("dollarsPerOfficer", "On other types, this name means dollars per officer funded. Use `dollarsPerSwornOfficer`.")
        .provenance(agency::Relation::Source, agency::Relation::Revision)
}
