//! Runs work over many rows on all cores, if there are enough rows.

use std::{iter::once, num::NonZero, ops::Range, thread};

/// The least number of rows for a thread of its own: a pass takes a few nanoseconds for each row, and starting a thread
/// about ten microseconds.
const ROWS_OF_A_THREAD: usize = 100_000;

/// The number of threads, and the least number of rows for each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Workers {
    most: usize,
    rows_of_each: usize,
}

impl Default for Workers {
    /// One thread for each core.
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self::new(cores, ROWS_OF_A_THREAD)
    }
}

impl Workers {
    /// At most this many threads, each with at least this many rows.
    pub(crate) fn new(most: usize, rows_of_each: usize) -> Self {
        Self { most: most.max(1), rows_of_each: rows_of_each.max(1) }
    }

    /// These threads if there are many rows for each slot, and one thread if each would have to make its own slots.
    pub(crate) fn where_few(self, slots: usize, rows: usize) -> Self {
        if slots > rows / 8 { Self { most: 1, ..self } } else { self }
    }

    /// The number of rows for each thread.
    fn share(self, count: usize) -> usize {
        let workers = (count / self.rows_of_each).clamp(1, self.most);
        count.div_ceil(workers).max(1)
    }

    /// Divides `0..count` into ranges, and works on all at once. The results are in the order of the ranges, of which
    /// there is at least one.
    pub(crate) fn map<T: Send>(
        self,
        count: usize,
        work: impl Fn(Range<usize>) -> T + Sync,
    ) -> Vec<T> {
        let share = self.share(count);
        let others = (share..count).step_by(share).map(|start| start..count.min(start + share));
        at_once(0..count.min(share), others, work)
    }

    /// Divides values into ranges, and works on all at once, given the position of the first value of each. The results
    /// are in the order of the ranges, of which there is at least one.
    pub(crate) fn fill<V: Send, T: Send>(
        self,
        values: &mut [V],
        work: impl Fn(usize, &mut [V]) -> T + Sync,
    ) -> Vec<T> {
        let share = self.share(values.len());
        let (first, others) = values.split_at_mut(share.min(values.len()));
        let others = (share..).step_by(share).zip(others.chunks_mut(share));
        at_once((0, first), others, |(start, values)| work(start, values))
    }
}

/// Works on one part on this thread, and on each other part on a thread of its own.
fn at_once<P: Send, T: Send>(
    first: P,
    others: impl Iterator<Item = P>,
    work: impl Fn(P) -> T + Sync,
) -> Vec<T> {
    let work = &work;
    thread::scope(|scope| {
        let others: Vec<_> = others.map(|part| scope.spawn(move || work(part))).collect();
        let join = |handle: thread::ScopedJoinHandle<'_, T>| {
            handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        once(work(first)).chain(others.into_iter().map(join)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_position_is_worked_on_once() {
        for count in [0, 1, 9, 10, 11, 29, 30, 31, 100] {
            for workers in [Workers::default(), Workers::new(3, 10), Workers::new(0, 0)] {
                let mut values = vec![0; count];
                let starts = workers.fill(&mut values, |start, values| {
                    for (position, value) in (start..).zip(values) {
                        *value += position + 1;
                    }
                    start
                });
                assert!(values.iter().copied().eq(1..=count));
                let ranges = workers.map(count, |range| range);
                assert!(ranges.iter().map(|range| range.start).eq(starts));
                assert!(ranges.into_iter().flatten().eq(0..count));
            }
        }
        assert_eq!(Workers::new(3, 10).map(29, |range| range.len()), [15, 14]);
        assert_eq!(Workers::new(3, 10).map(100, |range| range.len()), [34, 34, 32]);
    }
}
