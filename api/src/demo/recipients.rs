//! Draws the agencies that receive awards so that the published numbers of agencies match.
//!
//! A published number of agencies counts *different* agencies over several plan rows, and a row can belong to several
//! such numbers (an award of `CIS` in 2002 belongs to three). Each number is a [`Circle`]: until it is full, awards go
//! to agencies outside it; after that, to those inside. Within one plan row no agency gets two awards, so a row has as
//! many agencies as awards.

use super::{
    agencies::Traits,
    chance::Chance,
    plan::{PlanCell, REACHES, Reach},
    rules::Eligible,
};

/// The probability that an award goes to an agency without any, while there are such agencies.
const NEWCOMERS: f64 = 0.62;
/// The number of failed draws after which a circle is ignored. A full-size dataset never gets there.
const PATIENCE: u32 = 20_000;

/// The agencies that a part of the plan has reached.
#[derive(Debug)]
struct Circle {
    reach: Reach,
    limit: usize,
    members: Vec<usize>,
    inside: Vec<bool>,
}

/// Eligible agencies, drawn uniformly or by size.
#[derive(Debug)]
struct Candidates {
    eligible: Eligible,
    agencies: Vec<usize>,
    /// Cumulative sizes.
    sizes: Vec<f64>,
}

/// The agencies and the awards they have received so far.
#[derive(Debug)]
pub(super) struct DemoRecipients<'a> {
    agencies: &'a [Traits],
    candidates: Vec<Candidates>,
    circles: Vec<Circle>,
    /// The plan row of each agency's last award, counted from 1.
    last: Vec<usize>,
}

impl<'a> DemoRecipients<'a> {
    /// Starts without any awards.
    pub(super) fn new(agencies: &'a [Traits], scaled: impl Fn(u32) -> usize) -> Self {
        let circle = |(reach, limit): &(Reach, u32)| Circle {
            reach: *reach,
            limit: scaled(*limit).min(agencies.len()),
            members: Vec::new(),
            inside: vec![false; agencies.len()],
        };
        let kinds = [Eligible::Any, Eligible::Small, Eligible::Tribal, Eligible::State];
        Self {
            agencies,
            candidates: kinds.map(|eligible| Candidates::new(eligible, agencies)).into(),
            circles: REACHES.iter().map(circle).collect(),
            last: vec![0; agencies.len()],
        }
    }

    /// Draws the agency that gets an award of a plan row.
    pub(super) fn draw(
        &mut self,
        (number, cell): (usize, &PlanCell),
        eligible: Eligible,
        chance: &mut Chance,
    ) -> usize {
        let newcomer = chance.happens(NEWCOMERS);
        let candidates = self
            .candidates
            .iter()
            .find(|candidates| candidates.eligible == eligible && !candidates.agencies.is_empty())
            .unwrap_or(&self.candidates[0]);
        // If few agencies qualify, most draws would miss, so draw from the circle itself.
        let few = self
            .circles
            .iter()
            .filter(|circle| circle.reach.covers(cell) && circle.is_full())
            .min_by_key(|circle| circle.limit)
            .filter(|circle| circle.limit < self.agencies.len() / 2);
        let mut drawn = 0;
        for attempt in 0..PATIENCE {
            drawn = match few {
                Some(circle) => *chance.pick(&circle.members),
                None if newcomer => *chance.pick(&candidates.agencies),
                None => candidates.by_size(chance),
            };
            let traits = &self.agencies[drawn];
            let patient = attempt < PATIENCE / 10;
            if self.last[drawn] != number
                && eligible.admits(traits.kind, traits.population)
                && self
                    .circles
                    .iter()
                    .filter(|circle| circle.reach.covers(cell))
                    .all(|circle| circle.admits(drawn, newcomer && patient))
            {
                break;
            }
        }
        self.last[drawn] = number;
        for circle in self.circles.iter_mut().filter(|circle| circle.reach.covers(cell)) {
            circle.take(drawn);
        }
        drawn
    }
}

impl Candidates {
    fn new(eligible: Eligible, all: &[Traits]) -> Self {
        let admitted = |at: &usize| eligible.admits(all[*at].kind, all[*at].population);
        let agencies: Vec<usize> = (0..all.len()).filter(admitted).collect();
        let sum = |sum: &mut f64, at: &usize| {
            *sum += f64::from(all[*at].sworn).sqrt();
            Some(*sum)
        };
        let sizes = agencies.iter().scan(0.0, sum).collect();
        Self { eligible, agencies, sizes }
    }

    fn by_size(&self, chance: &mut Chance) -> usize {
        let at = chance.unit() * self.sizes.last().expect("somebody is eligible");
        self.agencies[self.sizes.partition_point(|sum| *sum <= at).min(self.agencies.len() - 1)]
    }
}

impl Circle {
    fn is_full(&self) -> bool {
        self.members.len() >= self.limit
    }

    /// Whether an agency may receive an award. The circle of all programs does not demand newcomers: it requires one
    /// only if the award was meant for one.
    fn admits(&self, agency: usize, newcomer: bool) -> bool {
        match self.reach {
            Reach::Ever if !self.is_full() => !(newcomer && self.inside[agency]),
            _ => self.inside[agency] == self.is_full(),
        }
    }

    fn take(&mut self, agency: usize) {
        if !self.inside[agency] {
            self.inside[agency] = true;
            self.members.push(agency);
        }
    }
}
