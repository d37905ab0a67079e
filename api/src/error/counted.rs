//! Counts with their noun, for people.

use std::fmt::Display;

/// A count with its noun, such as "1 row" or "2 rows".
pub(crate) fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_no_ending() {
        assert_eq!([0_u64, 1, 2].map(|it| counted(it, "row")), ["0 rows", "1 row", "2 rows"]);
        assert_eq!([0.5, 1.0].map(|it| counted(it, "second")), ["0.5 seconds", "1 second"]);
    }
}
