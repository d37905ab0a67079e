//! Histograms: the count and the sum of values between round edges.
//!
//! A bin holds the values from its lower edge up to, but not including, its upper edge. Unless the request names edges,
//! the bins cover all values of the rows, and all groups share the same edges, so that groups can be compared; each
//! parent has its own. Edges are round: 1, 2 and 5 times a power of ten, or, on a logarithmic scale, such steps within
//! each power of ten, as fine as the number of bins allows. Values beyond a named edge, and values that have no place
//! on a logarithmic scale, go into a bin that is open at that end, so no value is left out.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::{catalog::key::Measure, error::Error};

/// The most bins of a histogram.
pub(crate) const MOST_BINS: usize = 200;

/// A histogram of each group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Histogram {
    pub(crate) measure: Measure,
    /// The part of the rows, by its position.
    pub(crate) part: Option<usize>,
    pub(crate) bins: Bins,
}

/// The bins of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bins {
    /// The most bins, apart from the open ones.
    pub(crate) most: usize,
    pub(crate) is_logarithmic: bool,
    /// The start of the first bin, in the smallest unit.
    pub(crate) from: Option<i64>,
    /// The end of the last bin.
    pub(crate) to: Option<i64>,
}

/// A bin of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    /// The lower edge, inclusive; `None` if the bin is open at that end.
    pub from: Option<i64>,
    /// The upper edge, exclusive; `None` if the bin is open at that end.
    pub to: Option<i64>,
    /// The number of values.
    pub count: u64,
    /// Their sum.
    pub sum: i128,
}

impl Bins {
    /// Checks that the bins make sense.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let bad = |text: String| Err(Error::BadArgument(text));
        if self.most == 0 || self.most > MOST_BINS {
            return bad(format!("bins: {} is not between 1 and {MOST_BINS}", self.most));
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            return bad("from, to: `to` must be greater than `from`".to_owned());
        }
        if self.is_logarithmic && [self.from, self.to].iter().flatten().any(|edge| *edge <= 0) {
            return bad("from, to: edges on a logarithmic scale must be greater than 0".to_owned());
        }
        Ok(())
    }

    /// The edges of bins that cover values, from the least and the greatest value that has a place on the scale.
    fn edges(&self, least: Option<i64>, greatest: Option<i64>) -> Vec<i64> {
        let (Some(first), Some(last)) = (self.from.or(least), self.to.or(greatest)) else {
            return Vec::new();
        };
        // The last bin includes the greatest value, unless `to` is given.
        let end = if self.to.is_some() { last } else { last.saturating_add(1) };
        if first >= end {
            return Vec::new();
        }
        let mut edges = match self.is_logarithmic {
            true => self.logarithmic(first, end),
            false => self.linear(first, end),
        };
        if self.from.is_some() {
            edges[0] = first;
        }
        if let (Some(to), Some(last)) = (self.to, edges.last_mut()) {
            *last = to;
        }
        edges
    }

    /// Multiples of a round step, from at most `first` to at least `end`.
    fn linear(&self, first: i64, end: i64) -> Vec<i64> {
        let (first, end) = (i128::from(first), i128::from(end));
        let mut power = 1_i128;
        loop {
            for step in [power, 2 * power, 5 * power] {
                // 0 is always an edge of steps, so a single bin around it extends equally far both ways.
                if self.most == 1 && first < 0 && end > 0 {
                    if step >= end.max(-first) {
                        return vec![within(-step), within(step)];
                    }
                    continue;
                }
                let lower = first.div_euclid(step);
                let upper = end.div_euclid(step) + i128::from(end.rem_euclid(step) > 0);
                if upper - lower <= self.most as i128 {
                    return (lower..=upper).map(|place| within(place * step)).collect();
                }
            }
            power *= 10;
        }
    }

    /// Round steps within powers of ten.
    fn logarithmic(&self, first: i64, end: i64) -> Vec<i64> {
        const STEPS: [&[i128]; 6] = [
            &[10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95],
            &[10, 20, 30, 40, 50, 60, 70, 80, 90],
            &[10, 15, 25, 40, 60],
            &[10, 20, 50],
            &[10, 30],
            &[10],
        ];
        let (first, end) = (i128::from(first), i128::from(end));
        let edges = |steps: &[i128], powers: u32| {
            let scales = (0..=20_u32).step_by(powers as usize).map(|power| 10_i128.pow(power));
            // Fractions are dropped: nothing is below the smallest unit.
            let all = scales.flat_map(|scale| steps.iter().map(move |step| step * scale / 10));
            let mut all: Vec<i128> = all.collect();
            all.dedup();
            let lower = all.iter().rposition(|edge| *edge <= first).unwrap_or_default();
            let upper = all.iter().position(|edge| *edge >= end).unwrap_or(all.len() - 1);
            all[lower..=upper].to_vec()
        };
        let finest = STEPS.iter().map(|steps| edges(steps, 1));
        let coarser = (2..=20).map(|powers| edges(&[10], powers));
        let mut all = finest.chain(coarser);
        let found = all.find(|edges| edges.len() <= self.most + 1);
        // One bin holds everything.
        let found = found.unwrap_or_else(|| vec![1, end]);
        found.into_iter().map(within).collect()
    }
}

/// A number limited to 64 bits.
fn within(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

/// The edges of a histogram, for each parent if there are parents, and whether any value lies beyond them.
#[derive(Debug)]
pub(crate) struct Edges<P>(FxHashMap<P, (Vec<i64>, [bool; 2])>);

impl<P> Default for Edges<P> {
    fn default() -> Self {
        Self(FxHashMap::default())
    }
}

impl<P: Hash + Eq + Clone> Edges<P> {
    /// Puts the values of groups into the bins of their parents, whose edges are computed if they are not known yet.
    pub(crate) fn fill(
        &mut self,
        bins: &Bins,
        parents: &[P],
        mut values: impl FnMut(usize, &mut dyn FnMut(i64, u64)),
    ) -> Vec<Vec<Bin>> {
        let mut ends: FxHashMap<P, [Option<i64>; 2]> = FxHashMap::default();
        for (group, parent) in parents.iter().enumerate() {
            let ends = ends.entry(parent.clone()).or_default();
            values(group, &mut |value, _| {
                if value > 0 || !bins.is_logarithmic {
                    ends[0] = Some(ends[0].map_or(value, |least| least.min(value)));
                    ends[1] = Some(ends[1].map_or(value, |greatest| greatest.max(value)));
                }
            });
        }
        for (parent, [least, greatest]) in ends {
            self.0.entry(parent).or_insert_with(|| (bins.edges(least, greatest), [false; 2]));
        }
        let mut all = Vec::with_capacity(parents.len());
        for (group, parent) in parents.iter().enumerate() {
            let Some((edges, beyond)) = self.0.get_mut(parent) else { continue };
            let mut bins = empty(edges);
            values(group, &mut |value, count| {
                let bin = &mut bins[edges.partition_point(|edge| *edge <= value)];
                bin.count += count;
                bin.sum += i128::from(value) * i128::from(count);
            });
            beyond[0] |= bins.first().is_some_and(|bin| bin.count > 0);
            beyond[1] |= bins.len() > 1 && bins.last().is_some_and(|bin| bin.count > 0);
            all.push(bins);
        }
        all
    }

    /// Removes the open bins that are empty in all groups of a parent.
    pub(crate) fn trim(&self, all: &mut [Vec<Bin>], parents: &[P]) {
        for (bins, parent) in all.iter_mut().zip(parents) {
            let Some((_, [below, above])) = self.0.get(parent) else { continue };
            if bins.len() > 1 && !above {
                bins.pop();
            }
            if !below && !bins.is_empty() {
                bins.remove(0);
            }
        }
    }
}

/// Bins without values; the first and the last are open.
fn empty(edges: &[i64]) -> Vec<Bin> {
    let edge = |place: usize| edges.get(place).copied();
    let bin = |place: usize| Bin {
        from: place.checked_sub(1).and_then(edge),
        to: edge(place),
        count: 0,
        sum: 0,
    };
    (0..=edges.len()).map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bins: Bins, values: &[i64]) -> Vec<(Option<i64>, Option<i64>, u64, i128)> {
        let mut edges = Edges::default();
        let all = |_: usize, visit: &mut dyn FnMut(i64, u64)| {
            for value in values {
                visit(*value, 1);
            }
        };
        let mut found = edges.fill(&bins, &[()], all);
        edges.trim(&mut found, &[()]);
        let counted: u64 = found[0].iter().map(|bin| bin.count).sum();
        assert_eq!(counted, values.len() as u64, "no value is left out");
        found[0].iter().map(|bin| (bin.from, bin.to, bin.count, bin.sum)).collect()
    }

    const LINEAR: Bins = Bins { most: 4, is_logarithmic: false, from: None, to: None };
    const LOGARITHMIC: Bins = Bins { is_logarithmic: true, ..LINEAR };

    #[test]
    fn edges_are_round_and_no_value_is_left_out() {
        assert_eq!(of(LINEAR, &[]), []);
        assert_eq!(of(LINEAR, &[7]), [(Some(7), Some(8), 1, 7)]);
        assert_eq!(
            of(LINEAR, &[-3, 12, 19, 20, 31]),
            [(Some(-20), Some(0), 1, -3), (Some(0), Some(20), 2, 31), (Some(20), Some(40), 2, 51),]
        );
        assert_eq!(
            of(Bins { from: Some(10), to: Some(30), ..LINEAR }, &[-3, 12, 19, 20, 30, 31]),
            [
                (None, Some(10), 1, -3),
                (Some(10), Some(15), 1, 12),
                (Some(15), Some(20), 1, 19),
                (Some(20), Some(25), 1, 20),
                (Some(25), Some(30), 0, 0),
                (Some(30), None, 2, 61),
            ]
        );
        assert_eq!(
            of(LOGARITHMIC, &[0, 150, 150, 90_000]),
            [
                (None, Some(100), 1, 0),
                (Some(100), Some(1_000), 2, 300),
                (Some(1_000), Some(10_000), 0, 0),
                (Some(10_000), Some(100_000), 1, 90_000),
            ]
        );
        let one = Bins { most: 1, ..LINEAR };
        assert_eq!(of(one, &[-3, 12, 40]), [(Some(-50), Some(50), 3, 49)]);
        assert_eq!(of(one, &[-3, 0]), [(Some(-5), Some(5), 2, -3)]);
        assert_eq!(of(one, &[i64::MIN, i64::MAX]).iter().map(|bin| bin.2).sum::<u64>(), 2);
        let wide = Bins { most: 1, ..LOGARITHMIC };
        assert_eq!(of(wide, &[1, i64::MAX]).iter().map(|bin| bin.2).sum::<u64>(), 2);
        let ends = Bins { most: MOST_BINS, ..LINEAR };
        assert_eq!(of(ends, &[i64::MIN, i64::MAX]).iter().map(|bin| bin.2).sum::<u64>(), 2);
    }

    #[test]
    fn bins_that_make_no_sense_are_refused() {
        for bins in [
            Bins { most: 0, ..LINEAR },
            Bins { most: MOST_BINS + 1, ..LINEAR },
            Bins { from: Some(5), to: Some(5), ..LINEAR },
            Bins { from: Some(0), ..LOGARITHMIC },
        ] {
            assert!(bins.check().is_err(), "{bins:?}");
        }
    }
}
