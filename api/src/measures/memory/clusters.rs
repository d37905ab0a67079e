//! The sums of rows by cluster, for each slot.

use rustc_hash::FxHashMap;

use super::{
    MemoryRequest, Replica, column::MISSING, group::Slots, keys::Ordinals, rows::RowSet, work::many,
};
use crate::{
    error::Error,
    limits::work::Work,
    measures::{
        estimate::{ClusterSums, Clustered, Estimated},
        groups::NULL,
        request::Figure,
        value::Number,
    },
};

impl Replica {
    /// Computes the estimates of the slots. Each mean or rate is computed once for all its results.
    pub(super) fn estimates(
        &self,
        asked: &MemoryRequest<'_>,
        rows: RowSet<'_>,
        slots: &Slots,
        figures: &mut [Number],
    ) -> Result<(), Error> {
        let all = &asked.request.figures;
        let mut done = vec![false; all.len()];
        for position in 0..all.len() {
            let Figure::Estimate(clustered, _) = &all[position] else { continue };
            if done[position] {
                continue;
            }
            let wanted = all.iter().enumerate().filter_map(|(place, figure)| match figure {
                Figure::Estimate(other, what) => (other == clustered).then_some((place, *what)),
                _ => None,
            });
            let wanted: Vec<(usize, Estimated)> = wanted.collect();
            let _taken = asked.stop.take(rows.len(), 96)?;
            let sums = self.cluster_sums(asked, clustered, rows, slots)?;
            for (slot, sums) in sums.iter().enumerate() {
                for (place, what) in &wanted {
                    figures[slot * all.len() + place] = sums.compute(*what, clustered.factor)?;
                    done[*place] = true;
                }
            }
        }
        Ok(())
    }

    fn cluster_sums(
        &self,
        asked: &MemoryRequest<'_>,
        clustered: &Clustered,
        rows: RowSet<'_>,
        slots: &Slots,
    ) -> Result<Vec<ClusterSums>, Error> {
        let narrowed = clustered.part.map(|part| slots.narrowed(rows, &asked.parts[part]));
        let (slots, rows) = match &narrowed {
            None => (slots, rows),
            Some((slots, rows)) => (slots, RowSet::Some(rows)),
        };
        let above = self.number_of_each(asked, &clustered.above, rows)?;
        let below = match &clustered.below {
            Some(below) => Some(self.number_of_each(asked, below, rows)?),
            None => None,
        };
        let (clusters, _) =
            self.key(asked.table, &clustered.cluster.path, clustered.cluster.part)?;
        asked.stop.spend(Work::grouped(many(rows.len()), many(slots.slots.len())))?;
        let number = |numbers: &[i64], index: usize| {
            Some(numbers[index]).filter(|number| *number != MISSING)
        };
        let mut found = vec![ClusterSums::default(); slots.slots.len()];
        let mut sums: FxHashMap<(u32, u32), (i128, i128)> = FxHashMap::default();
        for (index, slot) in slots.of_row.iter().enumerate() {
            let cluster = Ordinals::get(&clusters, rows.get(index));
            let below = match &below {
                Some(below) => number(below, index),
                None => Some(1),
            };
            let of_slot = &mut found[*slot as usize];
            match clustered.sides(number(&above, index), below) {
                Some((above, below)) if cluster != NULL => {
                    of_slot.rows += 1;
                    let sum = sums.entry((*slot, cluster)).or_default();
                    *sum = (sum.0 + i128::from(above), sum.1 + i128::from(below));
                }
                _ => of_slot.missing += 1,
            }
        }
        for ((slot, _), sum) in sums {
            found[slot as usize].sums.push(sum);
        }
        Ok(found)
    }
}
