//! `Agency`: what leads from it, and how one is named.

use entity::{agency, grant, outcome, trainee};

use super::upper;
use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<agency::Entity>("agency", "agencies")
        .many("grants", grant::Column::AgencyId, "The awards that the agency got.")
        .many(
            "trainees",
            trainee::Column::AgencyId,
            "The people of the agency who were trained, a row for each person and session.",
        )
        .many("outcomes", outcome::Column::AgencyId, "What the agency reported, year by year.")
        .named_by(
            "ori",
            "Ori",
            &[agency::Column::Ori9, agency::Column::Ori7],
            upper,
            "The ORI, of nine or of seven characters.",
        )
        .keys(&[
            agency::Column::State,
            agency::Column::Kind,
            agency::Column::CountyFips,
            agency::Column::CountyName,
            agency::Column::City,
            agency::Column::Zip,
        ])
        .banded(agency::Column::Population)
        .sums(&[agency::Column::Population, agency::Column::SwornOfficers])
        .measure("grants", "grants.count", "The awards of each agency.")
        .measure("federalShare", "grants.federalShare", "The federal share of each agency's awards together.")
        .measure("trainees", "trainees.count", "The people of each agency who were trained, once for each session.")
        .ratio("officersPer100k", ("swornOfficers", "population"), 100_000, "Sworn officers for each 100,000 people, over the agencies where both are known.")
        .ratio("dollarsPerCapita", ("grants.federalShare", "population"), 1, "Federal dollars for each person, over the agencies where both are known.")
        .ratio("dollarsPerOfficer", ("grants.federalShare", "swornOfficers"), 1, "Federal dollars for each sworn officer that the agency has (not each that is funded), over the agencies where both are known.")
        .provenance(agency::Column::SourceId, agency::Column::RevisionId)
}
