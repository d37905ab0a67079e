//! The review file: recipients that match no agency yet, with candidate agencies, for a person to decide.
//!
//! A recipient has one row per candidate and a last row without one. The reviewer writes `yes` as the decision of the
//! right candidate. In the last row, `yes` with an ORI names another agency, and `yes` without one says that the
//! recipient is an organization of its own. [`super::matches`] reads the file back.

use std::{collections::BTreeMap, fs::File, path::Path};

use entity::{
    grant,
    kind::{AgencyKind, MatchedBy, OrganizationKind},
    organization,
    scalar::{Dollars, Ori, State},
};
use sea_orm::{
    ActiveEnum as _, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    error::ImportError,
    job::Job,
    matching::{Fit, LikelyAgencies},
    names::Name,
    recipients::Recipients,
};

/// The columns of the file.
pub(crate) const COLUMNS: [&str; 13] = [
    "recipient",
    "state",
    "city",
    "uei",
    "awards",
    "federal_share",
    "found",
    "agency_id",
    "ori",
    "agency",
    "kind",
    "score",
    "decision",
];
/// The text in the last row of a recipient.
const NONE_OF_THESE: &str =
    "(none of these: an organization of its own, or the agency whose ORI you fill in)";

/// A recipient that matches no agency.
#[derive(Debug, Default)]
struct Unmatched {
    name: String,
    city: Option<String>,
    kind: Option<OrganizationKind>,
    awards: u64,
    cents: i64,
}

/// The state of a recipient, the normalized form of its name, and its UEI.
type UnmatchedKey = (String, String, Option<String>);
/// The printed recipient of an award, its UEI, the organization, and the money.
type Awarded = (Option<String>, Option<String>, i32, Option<i64>);

/// Refuses to overwrite a file, which may contain decisions.
pub(crate) fn check(path: &Path) -> Result<(), ImportError> {
    if path.exists() {
        return Err(ImportError::Request(format!(
            "{} already exists and may contain decisions: name another file for --review",
            path.display()
        )));
    }
    Ok(())
}

/// Writes the recipients that match no agency, those with the most money first. Returns their number.
pub(crate) async fn write(job: &Job, path: &Path) -> Result<u64, ImportError> {
    let recipients = Recipients::new(job).await?;
    let unmatched = unmatched(job, &recipients).await?;
    let candidates = LikelyAgencies::of(recipients.agencies.all());
    let fail = |error: csv::Error| {
        ImportError::Request(format!("{} cannot be written: {error}", path.display()))
    };
    let file = File::create_new(path).map_err(|error| fail(error.into()))?;
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(COLUMNS).map_err(fail)?;
    let count = unmatched.len() as u64;
    for ((state, uei), recipient) in unmatched {
        let Unmatched { name, city, kind, awards, cents } = recipient;
        let fit = recipients.fit(&name, state.as_ref(), kind);
        let found = match fit {
            Fit::Several(_) => "AMBIGUOUS",
            Fit::Nobody => "NOT_FOUND",
            // The agency was added after the award.
            Fit::One(..) => "FOUND_SINCE",
        };
        let shared = [
            as_text(&name),
            state.as_ref().map(ToString::to_string).unwrap_or_default(),
            as_text(&city.unwrap_or_default()),
            uei.unwrap_or_default(),
            awards.to_string(),
            Dollars(cents).to_string(),
            found.to_owned(),
        ];
        for candidate in candidates.like(&name, state.as_ref(), &fit) {
            let agency = recipients.agencies.get(candidate.at);
            let ori = agency.ori9.as_ref().or(agency.ori7.as_ref());
            let own = [
                agency.id.to_string(),
                ori.map(Ori::as_str).unwrap_or_default().to_owned(),
                as_text(agency.name.as_deref().unwrap_or_default()),
                agency.kind.map(|kind: AgencyKind| kind.to_value()).unwrap_or_default(),
                candidate.score.to_string(),
                String::new(),
            ];
            writer.write_record(shared.iter().chain(&own)).map_err(fail)?;
        }
        let own = ["", "", NONE_OF_THESE, "", "", ""].map(str::to_owned);
        writer.write_record(shared.iter().chain(&own)).map_err(fail)?;
    }
    writer.flush().map_err(|error| fail(error.into()))?;
    Ok(count)
}

/// Characters at which a spreadsheet starts a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell that a spreadsheet treats as text: a name that would run as a formula gets an apostrophe in front.
fn as_text(cell: &str) -> String {
    let mark = if cell.starts_with(FORMULA) { "'" } else { "" };
    format!("{mark}{cell}")
}

/// The text of such a cell.
pub(super) fn of_text(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell)
}

/// The organizations that receive awards, unless a person decided that they are organizations.
async fn unmatched(
    job: &Job,
    recipients: &Recipients,
) -> Result<Vec<((Option<State>, Option<String>), Unmatched)>, ImportError> {
    let db = job.load.transaction();
    let organizations: BTreeMap<i32, organization::Model> =
        organization::Entity::find().all(db).await?.into_iter().map(|row| (row.id, row)).collect();
    let open = Condition::any()
        .add(grant::Column::MatchedBy.ne(MatchedBy::Reviewed))
        .add(grant::Column::MatchedBy.is_null());
    let awards: Vec<Awarded> = grant::Entity::find()
        .select_only()
        .columns([
            grant::Column::RecipientName,
            grant::Column::RecipientUei,
            grant::Column::OrganizationId,
            grant::Column::FederalShare,
        ])
        .filter(grant::Column::OrganizationId.is_not_null())
        .filter(open)
        .order_by_asc(grant::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut found: BTreeMap<UnmatchedKey, (Option<State>, Unmatched)> = BTreeMap::new();
    for (name, uei, organization, cents) in awards {
        let Some(organization) = organizations.get(&organization) else { continue };
        let uei = if name.is_some() { uei } else { organization.uei.clone() };
        let name = name.unwrap_or_else(|| organization.name.clone());
        let state = organization.state.clone();
        if recipients.reviews.decide(&name, state.as_ref(), uei.as_deref()).is_some() {
            continue;
        }
        let key = (
            state.as_ref().map(ToString::to_string).unwrap_or_default(),
            Name::of(&name).form,
            uei,
        );
        let (_, recipient) = found.entry(key).or_insert_with(|| (state, Unmatched::default()));
        if recipient.name.is_empty() {
            recipient.name = name;
            recipient.city.clone_from(&organization.city);
            recipient.kind = organization.kind;
        }
        recipient.awards += 1;
        recipient.cents = recipient.cents.saturating_add(cents.unwrap_or_default());
    }
    let mut found: Vec<_> = found
        .into_iter()
        .map(|((_, _, uei), (state, recipient))| ((state, uei), recipient))
        .collect();
    found.sort_by_key(|(_, recipient)| std::cmp::Reverse(recipient.cents));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_each_is_read_as_it_was() {
        for name in [
            "=HYPERLINK(\"http://x\")",
            "-MINUS SCHOOL DISTRICT",
            "@HOME",
            "'Olelo",
            "O'Fallon",
            "",
        ] {
            let written = as_text(name);
            assert!(!written.starts_with(FORMULA), "{written}");
            assert_eq!(of_text(&written), name);
        }
    }
}
