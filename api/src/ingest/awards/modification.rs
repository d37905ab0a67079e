//! The order of the modifications of an award.

/// The order of modifications within one day, as people count them: `0` and `00` come first, then `00-1`, `01`, `01-1`,
/// `02`, `P00003` and `10`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModificationOrder([u64; 4]);

impl ModificationOrder {
    /// After all modifications.
    pub(crate) const LAST: Self = Self([u64::MAX; 4]);

    /// The position of a number. Letters before the first digit only show the type of number; a letter after a digit
    /// counts as part of it.
    pub(crate) fn of(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default();
        let text = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let mut numbers = [0; 4];
        let mut chars = text.chars().peekable();
        let mut at = 0;
        while let Some(c) = chars.next() {
            let number = match c {
                '0'..='9' => {
                    let mut number = u64::from(c as u32 - '0' as u32);
                    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                        number = number.saturating_mul(10).saturating_add(digit.into());
                        chars.next();
                    }
                    number
                }
                c if c.is_ascii_alphabetic() => {
                    u64::from(c.to_ascii_uppercase() as u32 - 'A' as u32 + 1)
                }
                _ => continue,
            };
            let Some(place) = numbers.get_mut(at) else { break };
            *place = number;
            at += 1;
        }
        Self(numbers)
    }

    /// Whether this is the award itself, before any modification.
    pub(crate) fn is_base(self) -> bool {
        self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::ModificationOrder;

    #[test]
    fn modifications_come_in_the_order_in_which_people_count() {
        let order = |text: &str| ModificationOrder::of(Some(text));
        for groups in [
            &["0", "00-1", "01", "01-1", "01-2", "02", "P00003", "10", "A00011"][..],
            &["", "1", "1A", "1B", "2", "20240101", "999999999999999999999"],
            &["P00000", "M001", "Mod 2", "Amendment No. 3", "003-01", "4"],
        ] {
            for pair in groups.windows(2) {
                assert!(order(pair[0]) < order(pair[1]), "{pair:?}");
            }
        }
        assert!(order("00").is_base() && order("P00000").is_base() && !order("00-1").is_base());
        assert!(ModificationOrder::of(None).is_base());
        assert_eq!(order("1"), order("01"));
        assert!(order("99-99") < ModificationOrder::LAST);
    }
}
