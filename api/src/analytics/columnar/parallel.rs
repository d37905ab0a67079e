//! Work over many rows on all cores, where there are so many that it pays.

use std::{num::NonZero, ops::Range, sync::LazyLock, thread};

/// The rows below which a thread of its own does not pay. A pass takes about a nanosecond a row, so half
/// a million rows are done before a busy machine has found a core for another thread.
const ROWS_OF_A_THREAD: usize = 500_000;

static CORES: LazyLock<usize> =
    LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get));

/// Cuts `0..count` into ranges, at most one a core, and works on all at once. The answers are in the
/// order of the ranges.
pub(super) fn map<T: Send>(count: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let threads = (count / ROWS_OF_A_THREAD).clamp(1, *CORES);
    if threads == 1 {
        return vec![work(0..count)];
    }
    let size = count.div_ceil(threads);
    let ranges = (0..threads).map(|thread| (thread * size)..count.min((thread + 1) * size));
    let work = &work;
    thread::scope(|scope| {
        let handles: Vec<_> = ranges.map(|range| scope.spawn(move || work(range))).collect();
        let join = |handle: thread::ScopedJoinHandle<'_, T>| {
            handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        handles.into_iter().map(join).collect()
    })
}

/// Fills values by their positions, on all cores.
pub(super) fn fill<T: Send>(values: &mut [T], work: impl Fn(usize, &mut [T]) + Sync) {
    let threads = (values.len() / ROWS_OF_A_THREAD).clamp(1, *CORES);
    if threads == 1 {
        return work(0, values);
    }
    let size = values.len().div_ceil(threads);
    let work = &work;
    thread::scope(|scope| {
        for (part, values) in values.chunks_mut(size).enumerate() {
            scope.spawn(move || work(part * size, values));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_position_is_worked_on_once() {
        for count in [0, 1, ROWS_OF_A_THREAD * 2, ROWS_OF_A_THREAD * 5 + 3] {
            let mut values = vec![0; count];
            fill(&mut values, |start, values| {
                for (position, value) in (start..).zip(values) {
                    *value += position + 1;
                }
            });
            assert!(values.iter().copied().eq(1..=count));
            let ranges = map(count, |range| range);
            assert!(ranges.into_iter().flatten().eq(0..count));
        }
    }
}
