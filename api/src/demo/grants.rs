//! Awards as rows: the grant, its obligations and its officers.
//!
//! An award number looks like those of its time (`96-UM-WX-1454`, `2009-RK-WX-0400`, `15JCOPS-24-GG-03715-UHPX`), with
//! a `Z` where a real one has the program's letter and `15ZDEMO` where it names the office.

use std::collections::HashMap;

use chrono::{Datelike as _, Days, Months, NaiveDate};
use entity::{
    grant,
    kind::{GrantStatus, Instrument},
    obligation, officers_funded,
    scalar::Dollars,
    search::Searched as _,
};

use super::{
    Stamp,
    awards::{DemoAward, DemoRecipient},
    chance::Chance,
    plan::PlanCell,
    rules::{self, Rules},
};

/// The last day that the dataset covers.
const END: NaiveDate = NaiveDate::from_ymd_opt(2025, 9, 30).expect("a day of the calendar");
/// The listing of all programs until 2024, and of most programs since.
const UMBRELLA: &str = "16.710";

/// Rows ready to be written.
#[derive(Debug, Default)]
pub(super) struct GrantRows {
    pub(super) grants: Vec<grant::Model>,
    pub(super) obligations: Vec<obligation::Model>,
    pub(super) officers: Vec<officers_funded::Model>,
}

/// Generates the rows of awards, and keeps the totals that span all of them.
#[derive(Debug)]
pub(super) struct GrantMaker {
    pub(super) stamp: Stamp,
    pub(super) next_grant: i32,
    pub(super) next_obligation: i32,
    pub(super) next_officers: i32,
    /// How many awards of each fiscal year and program letter are numbered so far.
    pub(super) serials: HashMap<(Option<i32>, char), u32>,
    /// The cents obligated so far in each federal fiscal year under listing 16.710.
    pub(super) obligated: HashMap<i32, i64>,
    /// The grants that can pay for training, with their fiscal years.
    pub(super) for_training: Vec<(i32, i32)>,
}

/// The dates of an award.
struct Calendar {
    announced: NaiveDate,
    obligated: NaiveDate,
    start: NaiveDate,
    original_end: NaiveDate,
    end: NaiveDate,
}

impl Calendar {
    fn draw(cell: &PlanCell, rules: &Rules, chance: &mut Chance) -> Self {
        let (from, to) = cell.announced();
        let announced = chance.day(from, to);
        let obligated = announced + Days::new(chance.below(25) as u64);
        let obligated = cell.obligated_from().map_or(obligated, |from| obligated.max(from));
        let start = first_of_next_month(if cell.year < Some(2020) { announced } else { obligated });
        let original_end = start + Months::new(rules.months) - Days::new(1);
        let longer = if chance.happens(0.24) { 3 * chance.within(1, 6) } else { 0 };
        let end = start + Months::new(rules.months + longer.unsigned_abs()) - Days::new(1);
        Self { announced, obligated, start, original_end, end }
    }
}

impl GrantMaker {
    /// Generates the rows of the awards of one plan row.
    pub(super) fn add(
        &mut self,
        rows: &mut GrantRows,
        cell: &PlanCell,
        program_id: Option<i32>,
        awards: &[DemoAward],
        chance: &mut Chance,
    ) {
        let rules = rules::of(cell.program, cell.year);
        for award in awards {
            let days = Calendar::draw(cell, &rules, chance);
            let grant = self.grant(cell, &rules, program_id, award, &days, chance);
            self.obligations(&mut rows.obligations, cell, &grant, award, &days, chance);
            if rules.with_officers > 0.0 {
                let rows = &mut rows.officers;
                self.next_officers = super::officers::add(
                    rows,
                    self.next_officers,
                    (cell, &rules, &grant),
                    award,
                    chance,
                );
            }
            if let (Some("CPD" | "LEMHWA"), Some(year)) = (cell.program, cell.year) {
                self.for_training.push((year, grant.id));
            }
            rows.grants.push(grant);
        }
    }

    fn grant(
        &mut self,
        cell: &PlanCell,
        rules: &Rules,
        program_id: Option<i32>,
        award: &DemoAward,
        days: &Calendar,
        chance: &mut Chance,
    ) -> grant::Model {
        let id = self.next_grant;
        self.next_grant += 1;
        let number = self.number(cell, rules).filter(|_| chance.happens(0.993));
        let key = number.as_ref().map(|number| number.replace('-', ""));
        let since = |year: i32| cell.year >= Some(year);
        let title = match cell.year {
            Some(year) => format!("{}, fiscal year {year}", rules.title),
            None => rules.title.to_owned(),
        };
        let title = chance.happens(0.985).then_some(title);
        let local_match = local_match(rules, award.cents, chance);
        let total = local_match.map(|matched| award.cents + matched);
        let (agency_id, organization_id) = match award.recipient {
            DemoRecipient::Agency(id) => (Some(id), None),
            DemoRecipient::Organization(id) => (None, Some(id)),
        };
        let status = match award.withdrawn {
            Some(_) => GrantStatus::Withdrawn,
            None if days.end >= END => GrantStatus::Open,
            None if chance.happens(0.006) => GrantStatus::Terminated,
            None => GrantStatus::Closed,
        };
        let paid = if status == GrantStatus::Open { chance.unit() * 0.9 } else { 1.0 };
        let mut row = grant::Model {
            id,
            search: String::new(),
            usaspending_key: key
                .as_ref()
                .filter(|_| since(2008))
                .map(|key| format!("ASST_DEMO_{key}")),
            award_number: number,
            award_key: key,
            agency_id,
            organization_id,
            recipient_name: None,
            recipient_uei: None,
            district: None,
            district_id: None,
            matched_by: None,
            program_id,
            assistance_listing: listing(cell).filter(|_| since(2006) || chance.happens(0.98)),
            instrument: (since(2000) || chance.happens(0.9)).then(|| instrument(cell, chance)),
            fiscal_year: cell.year,
            announced_on: (since(2009) || chance.happens(0.985)).then_some(days.announced),
            obligated_on: Some(days.obligated),
            period_start: chance.happens(0.98).then_some(days.start),
            period_end: chance.happens(0.98).then_some(days.end),
            original_period_end: chance.happens(0.9).then_some(days.original_end),
            federal_share: Some(Dollars(award.cents)),
            local_match: local_match.map(Dollars),
            project_total: total.filter(|_| chance.happens(0.93)).map(Dollars),
            outlayed: since(2008).then(|| Dollars(part(award.cents, paid))),
            status: chance.happens(0.992).then_some(status),
            title,
            source_id: self.stamp.source,
            revision_id: self.stamp.revision,
        };
        row.search = row.searched();
        row
    }

    /// The printed number of the next award of its kind. Awards of an unknown year come from lists without numbers.
    fn number(&mut self, cell: &PlanCell, rules: &Rules) -> Option<String> {
        let year = cell.year?;
        let letter = rules.letter;
        let serial = self.serials.entry((cell.year, letter)).or_default();
        *serial += 1;
        Some(match year {
            ..=2008 => format!("{:02}-Z{letter}-WX-{serial:04}", year % 100),
            2009..=2019 => format!("{year}-Z{letter}-WX-{serial:04}"),
            _ => format!("15ZDEMO-{:02}-GG-{serial:05}-Z{letter}MO", year % 100),
        })
    }

    /// The first obligation and its modifications. Their sum is the federal share.
    fn obligations(
        &mut self,
        rows: &mut Vec<obligation::Model>,
        cell: &PlanCell,
        grant: &grant::Model,
        award: &DemoAward,
        days: &Calendar,
        chance: &mut Chance,
    ) {
        let mut later: Vec<(NaiveDate, i64, &str)> = Vec::new();
        // An award that balances a year is obligated in that year and not modified later.
        if cell.balances.is_none() {
            if let Some(cents) = award.withdrawn {
                let day = days.obligated + Days::new(60 + chance.below(400) as u64);
                later.push((day, -cents, "Recipient withdrew"));
            } else {
                while later.len() < 2 && chance.happens(0.14) {
                    let day = days.obligated + Days::new(90 + chance.below(600) as u64);
                    later.push((day, part(award.cents, 0.05 + 0.2 * chance.unit()), "Supplement"));
                }
                if chance.happens(0.16) {
                    let day = days.end + Days::new(45 + chance.below(120) as u64);
                    let unspent = part(award.cents, 0.01 + 0.25 * chance.unit());
                    later.push((day, -unspent, "De-obligation of unspent funds"));
                }
            }
        }
        later.retain(|(day, cents, _)| *day <= END && *cents != 0);
        later.sort_unstable();
        let first = award.cents - later.iter().map(|(_, cents, _)| cents).sum::<i64>();
        let base = (days.obligated, first, "New award");
        for (number, (day, cents, description)) in std::iter::once(base).chain(later).enumerate() {
            if grant.assistance_listing.as_deref() == Some(UMBRELLA) {
                *self.obligated.entry(federal_fiscal_year(day)).or_default() += cents;
            }
            rows.push(obligation::Model {
                id: self.next_obligation,
                grant_id: grant.id,
                transaction_key: grant
                    .usaspending_key
                    .as_ref()
                    .map(|key| format!("{key}_{number}")),
                modification_number: (cell.year >= Some(2000)).then(|| number.to_string()),
                obligated_on: day,
                amount: Dollars(cents),
                description: (cell.year >= Some(2008)).then(|| description.to_owned()),
                source_id: self.stamp.source,
                revision_id: self.stamp.revision,
            });
            self.next_obligation += 1;
        }
    }
}

/// The assistance listing of an award.
fn listing(cell: &PlanCell) -> Option<String> {
    let listing = match (cell.year, cell.program) {
        (Some(2025..), Some("CHP")) => "16.068",
        (Some(2025..), Some("SVPP")) => "16.071",
        (None, _) => return None,
        _ => UMBRELLA,
    };
    Some(listing.to_owned())
}

fn instrument(cell: &PlanCell, chance: &mut Chance) -> Instrument {
    if cell.program == Some("CPD") && chance.happens(0.6) {
        Instrument::CooperativeAgreement
    } else {
        Instrument::ProjectGrant
    }
}

/// The local match: the recipient's share of the cost, more if the cap leaves more to pay, and nothing if the match was
/// waived.
fn local_match(rules: &Rules, cents: i64, chance: &mut Chance) -> Option<i64> {
    let least = rules.local / (1.0 - rules.local);
    let more = if rules.cap.is_some() && chance.happens(0.5) { chance.unit() } else { 0.0 };
    let waived = chance.happens(0.03);
    let known = chance.happens(0.93);
    let matched = if waived { 0 } else { part(cents, least * (1.0 + more)) };
    known.then_some(matched)
}

/// A share of an amount in cents, in whole dollars, or all of it to the cent.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "below 2^53")]
fn part(cents: i64, of: f64) -> i64 {
    if of >= 1.0 { cents } else { (cents as f64 * of / 100.0) as i64 * 100 }
}

fn first_of_next_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).expect("every month has a first day") + Months::new(1)
}

/// The federal fiscal year of a day. It begins on October 1 of the year before.
fn federal_fiscal_year(day: NaiveDate) -> i32 {
    day.year() + i32::from(day.month() >= 10)
}
