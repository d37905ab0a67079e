//! The officers of an award, by kind and by stage.
//!
//! An application for a hiring grant asks for three kinds: new hires, officers already laid off, and officers about to
//! be laid off. So most hiring awards have three rows, most of them without funded officers. Funded is what the plan
//! says; requested is more.

use entity::{grant, kind::OfficerKind, officers_funded, scalar::Officers};

use super::{awards::DemoAward, chance::Chance, plan::PlanCell, rules::Rules};

/// Adds the rows of an award, with ids from `next` on. Returns the next free id.
pub(super) fn add(
    rows: &mut Vec<officers_funded::Model>,
    mut next: i32,
    (cell, rules, grant): (&PlanCell, &Rules, &grant::Model),
    award: &DemoAward,
    chance: &mut Chance,
) -> i32 {
    for (kind, funded) in by_kind(cell, rules, award.officers, chance) {
        rows.push(row(next, kind, funded, (cell, rules, grant), award, chance));
        next += 1;
    }
    next
}

/// Divides the officers of an award into kinds.
fn by_kind(
    cell: &PlanCell,
    rules: &Rules,
    officers: i64,
    chance: &mut Chance,
) -> Vec<(OfficerKind, i64)> {
    match cell.program {
        Some("MORE") => return vec![(OfficerKind::Redeployed, officers)],
        // Half of these awards are for equipment and do not mention officers.
        Some("TRGP") if officers == 0 => return Vec::new(),
        _ => {}
    }
    let units = officers / rules.unit;
    // The Recovery Act was meant to keep officers from being laid off.
    let layoffs = if cell.program == Some("CHRP") { 0.45 } else { 0.06 };
    let mut some = |probability: f64, left: i64| {
        let bound = usize::try_from(left + 1).unwrap_or(1);
        if chance.happens(probability) {
            i64::try_from(chance.below(bound)).unwrap_or(0)
        } else {
            0
        }
    };
    let pending = some(layoffs, units);
    let laid_off = some(layoffs / 2.0, units - pending);
    let mut kinds = vec![
        (OfficerKind::NewHire, (units - pending - laid_off) * rules.unit),
        (OfficerKind::RehireLaidOff, laid_off * rules.unit),
        (OfficerKind::RehirePendingLayoff, pending * rules.unit),
    ];
    if chance.happens(0.03) {
        kinds.retain(|(_, officers)| *officers > 0);
    }
    kinds
}

fn row(
    id: i32,
    kind: OfficerKind,
    funded: i64,
    (cell, rules, grant): (&PlanCell, &Rules, &grant::Model),
    award: &DemoAward,
    chance: &mut Chance,
) -> officers_funded::Model {
    // A stage keeps most of the stage before it, in whole units.
    let stage = |of: i64, kept: f64, chance: &mut Chance| {
        let units = of / rules.unit;
        let lost = (0..units.min(6)).filter(|_| !chance.happens(kept)).count();
        of - i64::try_from(lost).unwrap_or(0) * rules.unit
    };
    let asked = match funded {
        0 => chance.within(0, 3),
        _ if chance.happens(0.45) => chance.within(1, 4),
        _ => 0,
    };
    let requested = funded + i64::from(asked) * rules.unit;
    let accepted = if award.withdrawn.is_some() { 0 } else { stage(funded, 0.97, chance) };
    let hired = stage(accepted, 0.96, chance);
    let retained = stage(hired, 0.9, chance);
    let some_of = |of: i64, divisor: i64, chance: &mut Chance| {
        let most = usize::try_from(of / rules.unit / divisor + 1).unwrap_or(0);
        i64::try_from(chance.below(most + 1)).unwrap_or(0).min(of / rules.unit) * rules.unit
    };
    let before = |year: i32| cell.year < Some(year);
    let schools = match cell.program {
        Some("CIS") => funded,
        Some("UHP" | "CHP") if chance.happens(0.15) => some_of(funded, 2, chance),
        _ => 0,
    };
    let veterans = some_of(hired, 4, chance);
    // Half an officer is a part-time officer.
    let part_time = if rules.unit == 5 && funded % 10 == 5 { 5 } else { 0 };
    let tenths = |value: i64| Some(Officers(i32::try_from(value).expect("officers are few")));
    let some = |known: bool, value: i64| if known { tenths(value) } else { None };
    officers_funded::Model {
        id,
        grant_id: grant.id,
        kind: (!before(2000) || chance.happens(0.99)).then_some(kind),
        requested: some(chance.happens(0.97), requested),
        funded: tenths(funded),
        accepted: some(before(2025), accepted),
        hired: some(before(2022) && chance.happens(0.97), hired),
        retained: some(before(2018) && chance.happens(0.9), retained),
        school_resource_officers: some(!before(1998), schools),
        veterans: some(!before(2012) && before(2022), veterans),
        part_time: some(kind != OfficerKind::Redeployed, part_time),
        source_id: grant.source_id,
        revision_id: grant.revision_id,
    }
}
