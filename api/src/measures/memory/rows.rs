//! The rows of a table to use, and their numbers.

/// The rows that a filter keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RowSet<'a> {
    /// All rows, this many.
    All(usize),
    /// These rows.
    Some(&'a [u32]),
}

impl RowSet<'_> {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::All(count) => count,
            Self::Some(rows) => rows.len(),
        }
    }

    #[inline]
    pub(crate) fn get(self, index: usize) -> usize {
        match self {
            Self::All(_) => index,
            Self::Some(rows) => rows[index] as usize,
        }
    }
}

/// A number of a row, or of rows.
pub(crate) fn position(number: usize) -> u32 {
    u32::try_from(number).expect("a table has fewer than 2^32 rows")
}
