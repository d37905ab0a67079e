//! `Agency`: what leads from it, and how one is named.

use entity::{agency, grant, outcome, trainee};

use super::registry::table_of;
use super::upper;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<agency::Entity>("agency", "agencies")
        .one("inState", agency::Relation::State, "The state that it is in, with what is said of it. Null where the source does not say.")
        .one("inCounty", agency::Relation::County, "The county of its headquarters: one row for each code, however its name is spelled. Null where unknown.")
        .many("grants", grant::Relation::Agency, Childless::Zero, "The awards that the agency got.")
        .many(
            "trainees",
            trainee::Relation::Agency, Childless::Zero,
            "The people of the agency who were trained, a row for each person and session.",
        )
        .many("outcomes", outcome::Relation::Agency, Childless::Unknown, "What the agency reported, year by year.")
        .named_by(
            "ori",
            "Ori",
            &[agency::Column::Ori9, agency::Column::Ori7],
            upper,
            "The ORI, of nine or of seven characters.",
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
        .measure("grants", "grants.count", "The awards of each agency.")
        .measure("federalShare", "grants.federalShare", "The federal share of each agency's awards together: 0 where it has none, and unknown where that of one award is.")
        .measure("trainees", "trainees.count", "The people of each agency who were trained, once for each session.")
        .ratio_of_people("swornOfficersPer100k", ("swornOfficers", "population"), 100_000, "Sworn officers for each 100,000 people, over the agencies where both are known and there are any people. It is not the quotient of the sums shown beside it, which are of more agencies.")
        .ratio_of_people("dollarsPerCapita", ("grants.federalShare", "population"), 1, "Federal dollars for each person, over the agencies where both are known and there are any people. An agency without awards got nothing, and its people count. It is not the quotient of the sums shown beside it, which are of more agencies.")
        .ratio("dollarsPerSwornOfficer", ("grants.federalShare", "swornOfficers"), 1, "Federal dollars for each sworn officer that the agencies have (not each that is funded), over the agencies where both are known. It is not the quotient of the sums shown beside it, which are of more agencies.")
        .ratio_of_people("officersPer100k", ("swornOfficers", "population"), 100_000, "The same as `swornOfficersPer100k`.")
        .deprecated("officersPer100k", "Elsewhere this is officers funded. Ask for `swornOfficersPer100k`.")
        .ratio("dollarsPerOfficer", ("grants.federalShare", "swornOfficers"), 1, "The same as `dollarsPerSwornOfficer`.")
        .deprecated("dollarsPerOfficer", "Elsewhere this is dollars for each officer funded. Ask for `dollarsPerSwornOfficer`.")
        .provenance(agency::Relation::Source, agency::Relation::Revision)
}
