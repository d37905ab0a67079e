//! Matches rows of a list without an award number to the awards of earlier lists.
//!
//! Rows are compared with what lists said about the same recipient's awards, regardless of other sources. The order is:
//! first the same amount, program and year; then the same amount without a conflict; then, for a corrected amount, the
//! same program and year if exactly one row and one award are left. A row that could be any of several awards is left
//! out, because its money is already in the dataset. A row that may be another award with a different amount is loaded
//! as an award of its own, and the report names both.
//!
//! [`super::meeting`] then matches the award to USAspending, so the load order does not matter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::DbErr;

use super::{
    awards::{Award, Awards, shown},
    job::Job,
    recipients::{Recipient, Recipients},
    sources::ListedTerms,
};

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// An award that no list has mentioned.
    New,
    /// The award with this id.
    Known(i32),
    /// One of several awards.
    Unclear,
}

/// The warning about rows that are left out.
const LEFT_OUT: &str = "rows of a list that could be any of several awards (left out): add the award number to the \
                        list";
/// The warning about rows that may be counted twice.
const PERHAPS: &str = "rows of a list that may be existing awards of the recipient with another amount or year, and \
                       are then counted twice: add the award number and the year to the list";
/// How many examples the report lists.
const EXAMPLES: usize = 5;

/// An award that a list has mentioned.
#[derive(Debug)]
struct ListedAward {
    terms: ListedTerms,
    name: String,
    /// Whether only its terms distinguish it from others.
    is_told_by_terms: bool,
}

/// The rows, and the awards not yet matched to any of them.
struct Identifying<'a> {
    rows: &'a [&'a Award],
    recipients: Vec<BTreeSet<Recipient>>,
    free: BTreeMap<i32, ListedAward>,
    of: HashMap<Recipient, Vec<i32>>,
    found: Vec<Identity>,
}

/// Finds the award of each row without a number, by position.
pub(crate) async fn identify(
    job: &mut Job,
    awards: &Awards,
    recipients: &Recipients,
    rows: &[&Award],
) -> Result<Vec<Identity>, DbErr> {
    let kinship = recipients.kinship();
    let possible: Vec<BTreeSet<Recipient>> =
        rows.iter().map(|row| kinship.of(recipients.possible(&row.recipient))).collect();
    let all: BTreeSet<Recipient> = possible.iter().flatten().copied().collect();
    let (mut free, mut of) = (BTreeMap::new(), HashMap::<Recipient, Vec<i32>>::new());
    for (row, claims) in awards.of_recipients(job, &all).await? {
        let Some(terms) = awards.origins().listed(&row, &claims) else { continue };
        if awards.has_touched(row.id) {
            continue;
        }
        let agency = row.agency_id.map(Recipient::Agency);
        let recipient = agency.or(row.organization_id.map(Recipient::Organization));
        of.entry(recipient.unwrap_or(Recipient::Agency(0))).or_default().push(row.id);
        let is_told_by_terms = row.award_key.is_none() || !claims.is_empty();
        free.insert(row.id, ListedAward { terms, name: shown(&row), is_told_by_terms });
    }
    let found = vec![Identity::New; rows.len()];
    let mut identifying = Identifying { rows, recipients: possible, free, of, found };
    identifying.same_terms();
    let left_out = identifying.same_amount();
    let perhaps = identifying.corrected();
    job.report.warn(LEFT_OUT, left_out.0, left_out.1);
    job.report.warn(PERHAPS, perhaps.0, perhaps.1);
    Ok(identifying.found)
}

fn terms(row: &Award) -> ListedTerms {
    let Award { federal_share: share, program_id, fiscal_year, .. } = *row;
    ListedTerms { share, program_id, fiscal_year }
}

/// A count and examples.
type Counted = (u64, Vec<String>);

fn count(counted: &mut Counted, row: &Award, others: &[&str]) {
    counted.0 += 1;
    if counted.1.len() < EXAMPLES {
        let share = row.federal_share.map_or("no amount".to_owned(), |share| share.to_string());
        let name = &row.recipient.name;
        counted.1.push(format!("{name}, {share}: {}", others.join(" or ")));
    }
}

impl Identifying<'_> {
    /// The unmatched awards of a row's recipient that fit it, by id.
    fn fitting(&self, at: usize, fits: impl Fn(ListedTerms, &ListedAward) -> bool) -> Vec<i32> {
        let row = terms(self.rows[at]);
        let ids = self.recipients[at].iter().filter_map(|it| self.of.get(it)).flatten();
        let fitting = ids.filter(|id| self.free.get(id).is_some_and(|award| fits(row, award)));
        let fitting: BTreeSet<i32> = fitting.copied().collect();
        fitting.into_iter().collect()
    }

    fn open(&self) -> Vec<usize> {
        let is_open = |at: &usize| self.found[*at] == Identity::New;
        (0..self.rows.len()).filter(is_open).collect()
    }

    fn take(&mut self, at: usize, id: i32) {
        self.free.remove(&id);
        self.found[at] = Identity::Known(id);
    }

    fn names(&self, ids: &[i32]) -> Vec<&str> {
        ids.iter().filter_map(|id| self.free.get(id)).map(|award| award.name.as_str()).collect()
    }

    /// Awards with the same terms cannot be told apart, so the first row gets the first award.
    fn same_terms(&mut self) {
        for at in self.open() {
            let same = |row: ListedTerms, award: &ListedAward| {
                row == award.terms && (row.share.is_some() || row.fiscal_year.is_some())
            };
            if let Some(id) = self.fitting(at, same).first() {
                self.take(at, *id);
            }
        }
    }

    fn same_amount(&mut self) -> Counted {
        let mut left_out = Counted::default();
        for at in self.open() {
            let fitting = self.fitting(at, |row, award| {
                row.share.is_some()
                    && row.share == award.terms.share
                    && row.may_share_program(award.terms.program_id)
                    && row.may_share_year(award.terms.fiscal_year)
            });
            match fitting.as_slice() {
                [] => {}
                [id] => self.take(at, *id),
                several => {
                    count(&mut left_out, self.rows[at], &self.names(several));
                    self.found[at] = Identity::Unclear;
                }
            }
        }
        left_out
    }

    fn corrected(&mut self) -> Counted {
        let mut of_row: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
        let mut rows_of: BTreeMap<i32, usize> = BTreeMap::new();
        for at in self.open() {
            let fitting = self.fitting(at, |row, award| {
                award.is_told_by_terms
                    && row.program_id == award.terms.program_id
                    && row.fiscal_year.is_some()
                    && row.fiscal_year == award.terms.fiscal_year
            });
            for id in &fitting {
                *rows_of.entry(*id).or_default() += 1;
            }
            of_row.insert(at, fitting);
        }
        for (at, fitting) in of_row {
            if let [id] = fitting.as_slice()
                && rows_of.get(id) == Some(&1)
            {
                self.take(at, *id);
            }
        }
        let mut perhaps = Counted::default();
        for at in self.open() {
            let fitting = self.fitting(at, |row, award| {
                row.may_share_program(award.terms.program_id)
                    && row.may_share_year(award.terms.fiscal_year)
            });
            if !fitting.is_empty() {
                count(&mut perhaps, self.rows[at], &self.names(&fitting));
            }
        }
        perhaps
    }
}
