//! Joins awards of lists without a number with the same awards that have one.
//!
//! A list says who received how much under which program and in which year, and USAspending says the same under a
//! number. After all rows of a load are written, awards without a number are compared with those that have one,
//! regardless of load order. Two become one award if each is the only match of the other.
//!
//! Two awards match if their recipients may be the same, the amounts are equal, and program and year do not conflict.
//! The year of a list is the program's year, and its awards may be numbered in the following fiscal year; an award of
//! the same year takes precedence. Other possible matches stay separate, and the report names both.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{grant, kind::ClaimOrigin, officers_funded, training_session};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{
    awards::{Awards, shown},
    job::Job,
    recipients::{Kinship, Recipient, Recipients},
    report::FoundBy,
    sources::ListedTerms,
};

/// The warning about awards that may be the same but stay separate.
const UNCLEAR: &str = "awards of lists without a number that may also be in the dataset with a number, and are then \
                       counted twice: add the award number to the list";
/// How many examples the report lists.
const EXAMPLES: usize = 5;
/// The levels of certainty: same year, following year, unknown year, unknown amount.
const TIERS: u8 = 4;

/// An award and everything that it may be matched by.
struct Party {
    row: grant::Model,
    recipients: BTreeSet<Recipient>,
    terms: ListedTerms,
    is_of_load: bool,
}

/// Joins awards without a number with those that have one.
pub(crate) async fn meet(
    job: &mut Job,
    awards: &mut Awards,
    recipients: &mut Recipients,
) -> Result<(), DbErr> {
    let unnumbered = awards.without_number(job).await?;
    if unnumbered.is_empty() {
        return Ok(());
    }
    let kinship = recipients.kinship();
    let mut listed = Vec::new();
    for (row, claims) in unnumbered {
        let Some(terms) = awards.origins().listed(&row, &claims) else { continue };
        let described = recipients.described(&row);
        let possible = described.map(|it| recipients.possible(&it)).unwrap_or_default();
        let recipients = kinship.of(recipient(&row).into_iter().chain(possible));
        let is_of_load = awards.has_touched(row.id);
        listed.push(Party { row, recipients, terms, is_of_load });
    }
    let numbered = numbered(job, awards, &kinship, &listed).await?;
    let (pairs, unclear) = pairs(&listed, &numbered);
    for (one, other) in pairs {
        let (listed, numbered) = (&listed[one].row, &numbered[other].row);
        job.matched(FoundBy::AwardByRecipient, || {
            let name = listed.recipient_name.as_deref().unwrap_or_default();
            format!("{name} -> {}", shown(numbered))
        });
        move_children(job, listed.id, numbered.id).await?;
        awards.join(job, recipients, listed, numbered.id).await?;
    }
    let example = |(one, others): &(usize, Vec<usize>)| {
        let others: Vec<String> = others.iter().map(|at| named(&numbered[*at].row)).collect();
        format!("{} may be {}", named(&listed[*one].row), others.join(" or "))
    };
    let examples = unclear.iter().take(EXAMPLES).map(example).collect();
    job.report.warn(UNCLEAR, unclear.len() as u64, examples);
    Ok(())
}

/// The numbered awards of the recipients of other awards.
async fn numbered(
    job: &Job,
    awards: &Awards,
    kinship: &Kinship,
    listed: &[Party],
) -> Result<Vec<Party>, DbErr> {
    let of: BTreeSet<Recipient> =
        listed.iter().flat_map(|party| &party.recipients).copied().collect();
    let mut found = Vec::new();
    for (row, claims) in awards.of_recipients(job, &of).await? {
        if row.award_key.is_none() && row.usaspending_key.is_none() {
            continue;
        }
        let is_of_load = awards.has_touched(row.id);
        // A list does not repeat an award that it already described, but another list may.
        let is_listed = awards.origins().listed(&row, &claims).is_some();
        let is_only_listed =
            claims.is_empty() && awards.origins().of(&row) == ClaimOrigin::AwardList;
        if is_listed && !(is_only_listed && is_of_load) {
            continue;
        }
        let terms = ListedTerms {
            share: row.federal_share,
            program_id: row.program_id,
            fiscal_year: row.fiscal_year,
        };
        let recipients = kinship.of(recipient(&row));
        found.push(Party { row, recipients, terms, is_of_load });
    }
    Ok(found)
}

fn recipient(row: &grant::Model) -> Option<Recipient> {
    let agency = row.agency_id.map(Recipient::Agency);
    agency.or(row.organization_id.map(Recipient::Organization))
}

/// An award as text: its number or recipient, its money and its year.
fn named(row: &grant::Model) -> String {
    let number = row.award_number.as_deref().or(row.usaspending_key.as_deref());
    let name = number.or(row.recipient_name.as_deref()).unwrap_or("an award without a name");
    let share = row.federal_share.map_or("no amount".to_owned(), |share| share.to_string());
    let year = row.fiscal_year.map_or("no year".to_owned(), |year| year.to_string());
    format!("{name} ({share}, {year})")
}

/// How certainly two awards are the same; a higher level is less certain. None if something contradicts it.
fn tier(one: &Party, other: &Party) -> Option<u8> {
    let (listed, numbered) = (one.terms, other.terms);
    let is_new = one.is_of_load || other.is_of_load;
    // The rows of one list are different awards.
    let is_one_list = one.is_of_load && other.row.usaspending_key.is_none() && other.is_of_load;
    if !is_new || is_one_list || !listed.may_share_program(numbered.program_id) {
        return None;
    }
    let years = listed.fiscal_year.zip(numbered.fiscal_year);
    if listed.share.is_none() {
        let is_same = listed.program_id.is_some() && listed.program_id == numbered.program_id;
        return (is_same && years.is_some_and(|(one, other)| one == other)).then_some(3);
    }
    match years {
        _ if listed.share != numbered.share => None,
        None => Some(2),
        Some((one, other)) if one == other => Some(0),
        Some((one, other)) if one + 1 == other => Some(1),
        Some(_) => None,
    }
}

/// Whether two awards may be the same although their amounts differ.
fn may_be_one(one: &Party, other: &Party) -> bool {
    let (listed, numbered) = (one.terms, other.terms);
    let years = listed.fiscal_year.zip(numbered.fiscal_year);
    let is_one_list = one.is_of_load && other.row.usaspending_key.is_none() && other.is_of_load;
    (one.is_of_load || other.is_of_load)
        && !is_one_list
        && listed.may_share_program(numbered.program_id)
        && years.is_none_or(|(one, other)| one == other || one + 1 == other)
}

/// The awards without a number that may be others, by position.
type UnclearAwards = Vec<(usize, Vec<usize>)>;

/// Which awards are the same, and which may be.
fn pairs(listed: &[Party], numbered: &[Party]) -> (Vec<(usize, usize)>, UnclearAwards) {
    let mut of: HashMap<Recipient, Vec<usize>> = HashMap::new();
    for (at, party) in numbered.iter().enumerate() {
        for recipient in &party.recipients {
            of.entry(*recipient).or_default().push(at);
        }
    }
    let kin = |party: &Party| -> BTreeSet<usize> {
        party.recipients.iter().filter_map(|it| of.get(it)).flatten().copied().collect()
    };
    let kin: Vec<BTreeSet<usize>> = listed.iter().map(kin).collect();
    let mut open: BTreeSet<usize> = (0..listed.len()).filter(|at| !kin[*at].is_empty()).collect();
    let (mut pairs, mut unclear) = (Vec::new(), Vec::new());
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for surely in 0..TIERS {
        let mut fitting: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for one in &open {
            let fits = |other: &usize| {
                !taken.contains(other) && tier(&listed[*one], &numbered[*other]) == Some(surely)
            };
            let others: Vec<usize> = kin[*one].iter().copied().filter(fits).collect();
            for other in &others {
                *counts.entry(*other).or_default() += 1;
            }
            if !others.is_empty() {
                fitting.insert(*one, others);
            }
        }
        for (one, others) in fitting {
            open.remove(&one);
            taken.extend(&others);
            match others.as_slice() {
                [other] if counts[other] == 1 => pairs.push((one, *other)),
                _ => unclear.push((one, others)),
            }
        }
    }
    for one in open {
        let may_be =
            |other: &usize| !taken.contains(other) && may_be_one(&listed[one], &numbered[*other]);
        let others: Vec<usize> = kin[one].iter().copied().filter(may_be).collect();
        if !others.is_empty() {
            unclear.push((one, others));
        }
    }
    (pairs, unclear)
}

/// Moves the officers and training of an award to another one. Officers are dropped if the other award already has that
/// kind.
async fn move_children(job: &mut Job, from: i32, to: i32) -> Result<(), DbErr> {
    let (db, revision_id) = (job.load.transaction(), job.load.revision());
    let rows = officers_funded::Entity::find()
        .filter(officers_funded::Column::GrantId.is_in([from, to]))
        .all(db)
        .await?;
    let (there, here): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.grant_id == to);
    let is_there = |row: &officers_funded::Model| there.iter().any(|it| it.kind == row.kind);
    let (gone, moved): (Vec<_>, Vec<_>) = here.into_iter().partition(is_there);
    let new = moved.iter().filter(|row| row.revision_id == revision_id).count();
    let moved: Vec<_> = moved
        .into_iter()
        .map(|row| officers_funded::Model { grant_id: to, revision_id, ..row })
        .collect();
    let sessions = training_session::Entity::find()
        .filter(training_session::Column::GrantId.eq(from))
        .all(db)
        .await?;
    let sessions = sessions.into_iter().map(|row| training_session::Model {
        grant_id: Some(to),
        revision_id,
        ..row
    });
    let sessions: Vec<_> = sessions.collect();
    let tally = job.report.tally("officers_funded");
    tally.changed += (moved.len() - new) as u64;
    tally.removed += gone.len() as u64;
    if !sessions.is_empty() {
        job.report.tally("training_sessions").changed += sessions.len() as u64;
    }
    let gone = gone.into_iter().map(|row| row.id);
    let gone = officers_funded::Column::Id.is_in(gone);
    job.load.remove::<officers_funded::Entity>(gone).await?;
    job.load.change::<officers_funded::Entity>(moved).await?;
    job.load.change::<training_session::Entity>(sessions).await
}
