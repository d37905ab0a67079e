//! Overlaps of groups, with one bit for each two values instead of a group.

use super::{
    Replica,
    keys::{AllCells, Ordinals},
    masks::Masks,
    rows::RowSet,
    work::many,
};
use crate::{
    error::Error,
    limits::work::Work,
    measures::{
        groups::{Cells as _, NULL},
        overlap::{MOST_OVERLAPPING, Overlaps},
        request::Request,
        stop::Stop,
    },
};

impl Replica {
    /// The overlaps: for each two values of the second key, the number of values of the first that have both.
    pub(crate) fn overlaps(&self, request: &Request, stop: &Stop) -> Result<Overlaps, Error> {
        request.check()?;
        let [of, by] = &request.keys[..] else { return Err(Error::Internal) };
        let table = self.table_named(request.table.name)?;
        stop.spend(Work::ANSWER)?;
        let kept = Masks::new(self, request, stop).of(table, &request.keeps)?;
        let _rows = stop.take(kept.count(), size_of::<u32>())?;
        let rows = kept.rows();
        let (rows, count) = (RowSet::Some(&rows), many(rows.len()));
        let (of, _) = self.key(table, &of.path, of.part)?;
        let (by, cells) = self.key(table, &by.path, by.part)?;
        stop.spend(Work::passed(count.saturating_mul(3)) + Work::values(of.count.into()))?;
        // The values that occur, in order, with the unknown last.
        let mut place = vec![None; by.count as usize];
        for row in (0..rows.len()).map(|index| rows.get(index)) {
            place[by.get(row) as usize] = Some(0);
        }
        let cells = AllCells(vec![cells]);
        let known = (1..by.count).chain([NULL]);
        let known: Vec<u32> = known.filter(|value| place[*value as usize].is_some()).collect();
        if known.len() > MOST_OVERLAPPING {
            return Err(Overlaps::too_many(known.len()));
        }
        for (index, value) in known.iter().enumerate() {
            place[*value as usize] = Some(index);
        }
        let counts = together(rows, (&of, &by), &place, known.len(), stop)?;
        let values = known.into_iter().map(|value| cells.cell(0, value)).collect();
        Ok(Overlaps { values, counts })
    }

    /// The work of computing overlaps.
    pub(crate) fn work_of_overlaps(&self, request: &Request) -> Result<Work, Error> {
        let table = self.table_named(request.table.name)?;
        let rows = Work::passed(many(table.rows).saturating_mul(3));
        let values = request.keys.iter().map(|key| self.values_of(table, key));
        let values = values.sum::<Result<u64, Error>>()?;
        let filter = self.work_of_filter(request.table.name, &request.keeps)?;
        Ok(Work::ANSWER + filter + rows + Work::values(values))
    }
}

/// The overlaps of each two values, by their positions.
fn together(
    rows: RowSet<'_>,
    (of, by): (&Ordinals<'_>, &Ordinals<'_>),
    place: &[Option<usize>],
    values: usize,
    stop: &Stop,
) -> Result<Vec<u64>, Error> {
    let words = values.div_ceil(64);
    let _bits = stop.take(of.count as usize * words, size_of::<u64>())?;
    let mut bits = vec![0_u64; of.count as usize * words];
    for row in (0..rows.len()).map(|index| rows.get(index)) {
        if let Some(place) = place[by.get(row) as usize] {
            bits[of.get(row) as usize * words + place / 64] |= 1 << (place % 64);
        }
    }
    let mut counts = vec![0; values * values];
    let mut found = Vec::new();
    // The first is the unknown, which is not counted.
    for bits in bits.chunks(words.max(1)).skip(1) {
        found.clear();
        for (word, bits) in bits.iter().enumerate() {
            let mut left = *bits;
            while left != 0 {
                found.push(64 * word + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
        for first in &found {
            for second in &found {
                counts[first * values + second] += 1;
            }
        }
    }
    Ok(counts)
}
