//! Divides a plan row into awards whose officers and dollars add up to it exactly.

use super::{
    agencies::Traits,
    chance::{Chance, share},
    plan::PlanCell,
    recipients::DemoRecipients,
    rules::{self, Rules},
};

/// The recipient of an award.
#[derive(Clone, Copy, Debug)]
pub(super) enum DemoRecipient {
    /// An agency, by its id.
    Agency(i32),
    /// An organization, by its id.
    Organization(i32),
}

/// An award before it becomes rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct DemoAward {
    pub(super) recipient: DemoRecipient,
    /// Funded officers, in tenths.
    pub(super) officers: i64,
    /// The amount first obligated to a withdrawn award, in cents, later de-obligated in full.
    pub(super) withdrawn: Option<i64>,
    /// The federal share, in cents.
    pub(super) cents: i64,
}

/// The organizations that may receive awards: id and kind.
pub(super) type Organizations = Vec<(i32, entity::kind::OrganizationKind)>;

/// Generates the awards of a plan row whose numbers are already scaled. The money, in cents, may differ from the row's.
pub(super) fn of(
    (number, cell): (usize, &PlanCell),
    cents: i64,
    agencies: &[Traits],
    recipients: &mut DemoRecipients<'_>,
    organizations: &Organizations,
    chance: &mut Chance,
) -> Vec<DemoAward> {
    let rules = rules::of(cell.program, cell.year);
    let admitted: Vec<i32> = organizations
        .iter()
        .filter(|(_, kind)| rules.organizations.contains(kind))
        .map(|(id, _)| *id)
        .collect();
    let mut sizes = Vec::new();
    let mut drawn = Vec::new();
    for at in 0..cell.awards {
        if at < cell.to_organizations && !admitted.is_empty() {
            drawn.push(DemoRecipient::Organization(*chance.pick(&admitted)));
            sizes.push(20.0);
        } else {
            let agency = &agencies[recipients.draw((number, cell), rules.eligible, chance)];
            drawn.push(DemoRecipient::Agency(agency.id));
            sizes.push(f64::from(agency.sworn));
        }
    }
    let officers = officers(cell, &rules, &sizes, chance);
    // Nobody withdraws if a published figure counts the final awards.
    let may_withdraw = cell.awards >= 500 && cell.year < Some(2009);
    let weights: Vec<(f64, bool)> = officers
        .iter()
        .map(|officers| (weight(*officers, cell, &rules, chance), chance.happens(0.015)))
        .map(|(weight, withdrawn)| (weight, withdrawn && may_withdraw))
        .collect();
    let kept: Vec<f64> =
        weights.iter().map(|(weight, gone)| if *gone { 0.0 } else { *weight }).collect();
    // Awards are in whole dollars; the remaining cents go to the first award.
    let mut dollars = share(cents / 100, 0, &kept);
    for amount in &mut dollars {
        *amount *= 100;
    }
    if let Some(first) = dollars.first_mut() {
        *first += cents % 100;
    }
    let all: f64 = kept.iter().sum();
    let awards = drawn.into_iter().zip(officers).zip(dollars).zip(weights);
    awards
        .map(|(((recipient, officers), cents_of), (weight, gone))| DemoAward {
            recipient,
            officers,
            withdrawn: gone.then(|| whole_dollars(weight / all, cents)),
            cents: cents_of,
        })
        .collect()
}

/// The officers of each award, in tenths and in whole units of the program.
fn officers(cell: &PlanCell, rules: &Rules, sizes: &[f64], chance: &mut Chance) -> Vec<i64> {
    if cell.officers == 0 || rules.unit == 0 {
        return vec![0; sizes.len()];
    }
    let all = rules.with_officers >= 1.0;
    let weights: Vec<f64> = sizes
        .iter()
        .map(|size| {
            let weight = size.sqrt() * chance.skewed(0.45);
            if all || chance.happens(rules.with_officers) { weight } else { 0.0 }
        })
        .collect();
    let mut units = share(cell.officers / rules.unit, i64::from(all), &weights);
    for officers in &mut units {
        *officers *= rules.unit;
    }
    units
}

/// The weight of an award when the money is divided. Amounts spread as far below the cap as they can while keeping the
/// plan's mean.
#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
fn weight(officers: i64, cell: &PlanCell, rules: &Rules, chance: &mut Chance) -> f64 {
    let for_officers = rules.with_officers >= 1.0;
    let each = if for_officers { officers as f64 / 10.0 } else { 1.0 };
    let number = if for_officers { cell.officers as f64 / 10.0 } else { f64::from(cell.awards) };
    match rules.cap {
        Some(cap) => {
            let mean = cell.dollars as f64 / number;
            let spread = 2.0 * (1.0 - mean / cap as f64);
            let spread = if spread > 0.0 { spread.min(0.6) } else { 0.3 };
            each * (1.0 - spread * chance.unit())
        }
        None if for_officers => each * chance.skewed(0.3),
        None => (1.0 + officers as f64 / 10.0) * chance.skewed(0.8),
    }
}

/// A share of an amount in cents, in whole dollars.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "below 2^53")]
fn whole_dollars(part: f64, cents: i64) -> i64 {
    (cents as f64 * part / 100.0) as i64 * 100
}
