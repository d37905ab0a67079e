//! The locations of synthetic agencies: real states, invented places.
//!
//! The states are real so that maps and rates per resident look plausible. Everything below a state is invented: the
//! name of every place begins with Q, X or Z and is composed of syllables, and ZIP codes begin with 000, which the
//! Postal Service has never assigned.

use super::chance::Chance;

/// What the generator knows about a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct StatePlaces {
    /// The postal code.
    pub(super) code: &'static str,
    /// The FIPS code.
    pub(super) fips: u32,
    /// Its population in 2020, in thousands.
    pub(super) thousands: u32,
    /// The number of its counties.
    pub(super) counties: u32,
    /// A box that lies almost entirely in it: south, north, west, east, in degrees.
    pub(super) within: [f64; 4],
}

const fn state(
    code: &'static str,
    fips: u32,
    thousands: u32,
    counties: u32,
    within: [f64; 4],
) -> StatePlaces {
    StatePlaces { code, fips, thousands, counties, within }
}

/// The states, the District of Columbia and Puerto Rico.
#[rustfmt::skip]
pub(super) const STATES: &[StatePlaces] = &[
    state("AL", 1, 5_024, 67, [30.5, 34.9, -88.3, -85.2]),
    state("AK", 2, 733, 30, [58.0, 66.5, -160.0, -142.0]),
    state("AZ", 4, 7_152, 15, [31.6, 36.9, -114.2, -109.2]),
    state("AR", 5, 3_012, 75, [33.1, 36.4, -94.3, -90.2]),
    state("CA", 6, 39_538, 58, [33.0, 41.8, -122.8, -117.2]),
    state("CO", 8, 5_774, 64, [37.1, 40.9, -108.9, -102.2]),
    state("CT", 9, 3_606, 8, [41.2, 42.0, -73.4, -71.9]),
    state("DE", 10, 990, 3, [38.5, 39.8, -75.7, -75.1]),
    state("DC", 11, 690, 1, [38.83, 38.97, -77.1, -76.93]),
    state("FL", 12, 21_538, 67, [25.5, 30.6, -82.8, -80.3]),
    state("GA", 13, 10_712, 159, [30.7, 34.8, -85.2, -81.4]),
    state("HI", 15, 1_455, 5, [19.2, 22.1, -159.6, -155.1]),
    state("ID", 16, 1_839, 44, [42.1, 48.5, -116.9, -112.0]),
    state("IL", 17, 12_813, 102, [37.3, 42.4, -90.9, -87.8]),
    state("IN", 18, 6_786, 92, [38.0, 41.7, -87.4, -84.9]),
    state("IA", 19, 3_190, 99, [40.7, 43.4, -96.0, -90.7]),
    state("KS", 20, 2_938, 105, [37.1, 39.9, -101.9, -94.8]),
    state("KY", 21, 4_506, 120, [36.7, 38.7, -88.5, -82.6]),
    state("LA", 22, 4_658, 64, [29.6, 32.9, -93.8, -89.9]),
    state("ME", 23, 1_362, 16, [43.5, 46.9, -70.7, -67.5]),
    state("MD", 24, 6_177, 24, [38.2, 39.6, -78.9, -75.5]),
    state("MA", 25, 7_030, 14, [41.7, 42.7, -73.2, -70.8]),
    state("MI", 26, 10_077, 83, [41.9, 45.8, -86.3, -82.8]),
    state("MN", 27, 5_706, 87, [43.6, 48.5, -96.4, -92.1]),
    state("MS", 28, 2_961, 82, [30.5, 34.9, -91.1, -88.3]),
    state("MO", 29, 6_155, 115, [36.6, 40.5, -95.2, -90.0]),
    state("MT", 30, 1_084, 56, [45.1, 48.9, -114.8, -104.2]),
    state("NE", 31, 1_962, 93, [40.1, 42.9, -103.8, -96.1]),
    state("NV", 32, 3_105, 17, [36.0, 41.9, -119.6, -114.2]),
    state("NH", 33, 1_378, 10, [42.8, 44.9, -72.2, -70.9]),
    state("NJ", 34, 9_289, 21, [39.3, 41.2, -75.2, -74.1]),
    state("NM", 35, 2_118, 33, [32.0, 36.9, -108.9, -103.2]),
    state("NY", 36, 20_201, 62, [40.7, 44.8, -78.9, -73.6]),
    state("NC", 37, 10_439, 100, [34.4, 36.5, -83.3, -76.6]),
    state("ND", 38, 779, 53, [46.0, 48.9, -103.9, -97.0]),
    state("OH", 39, 11_799, 88, [38.9, 41.5, -84.7, -80.7]),
    state("OK", 40, 3_959, 77, [34.1, 36.9, -99.8, -94.7]),
    state("OR", 41, 4_237, 36, [42.1, 45.9, -123.9, -117.2]),
    state("PA", 42, 13_003, 67, [39.8, 41.9, -80.4, -75.1]),
    state("RI", 44, 1_097, 5, [41.4, 42.0, -71.8, -71.2]),
    state("SC", 45, 5_118, 46, [32.4, 35.1, -82.8, -79.1]),
    state("SD", 46, 887, 66, [43.1, 45.9, -103.9, -96.6]),
    state("TN", 47, 6_911, 95, [35.1, 36.6, -89.9, -82.0]),
    state("TX", 48, 29_146, 254, [27.0, 34.5, -102.0, -94.2]),
    state("UT", 49, 3_272, 29, [37.1, 41.9, -113.9, -109.2]),
    state("VT", 50, 643, 14, [42.8, 44.9, -73.2, -71.7]),
    state("VA", 51, 8_631, 133, [36.7, 39.1, -82.0, -76.2]),
    state("WA", 53, 7_705, 39, [45.8, 48.9, -123.8, -117.2]),
    state("WV", 54, 1_794, 55, [37.6, 39.7, -82.0, -79.2]),
    state("WI", 55, 5_894, 72, [42.6, 46.4, -92.3, -87.9]),
    state("WY", 56, 577, 23, [41.1, 44.9, -110.9, -104.2]),
    state("PR", 72, 3_286, 78, [18.0, 18.5, -67.1, -65.7]),
];

const BEGINNINGS: &[&str] = &[
    "Qal", "Qar", "Qel", "Qer", "Qil", "Qir", "Qol", "Qor", "Xal", "Xan", "Xar", "Xel", "Xen",
    "Xer", "Xil", "Xin", "Xol", "Xor", "Zab", "Zal", "Zan", "Zar", "Zeb", "Zel", "Zer", "Zil",
    "Zin", "Zol", "Zor", "Zul",
];
const MIDDLES: &[&str] =
    &["", "a", "an", "bra", "da", "den", "e", "en", "fa", "ga", "i", "ka", "lo", "mi", "o", "ra"];
const ENDINGS: &[&str] = &[
    "bach", "borough", "brook", "bury", "by", "combe", "dale", "dell", "fell", "field", "ford",
    "gate", "ham", "haven", "hurst", "ley", "mere", "mont", "moor", "port", "shire", "stead",
    "thorpe", "ton", "vale", "ville", "wick", "wood", "worth",
];

/// The name of a place, such as `Zanbraford`.
pub(super) fn name(chance: &mut Chance) -> String {
    let parts = [BEGINNINGS, MIDDLES, ENDINGS].map(|parts| *chance.pick(parts));
    parts.concat()
}

/// The number of a place in its state, as `digits` letters and digits, or none if it does not fit.
pub(super) fn code(mut number: u32, digits: usize) -> Option<String> {
    let mut text = vec![b'0'; digits];
    for place in text.iter_mut().rev() {
        *place = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"[(number % 34) as usize];
        number /= 34;
    }
    (number == 0).then(|| String::from_utf8(text).expect("letters and digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_one_that_the_entities_know_and_its_box_is_the_right_way_up() {
        for state in STATES {
            assert!(state.code.parse::<entity::scalar::State>().is_ok(), "{state:?}");
            let [south, north, west, east] = state.within;
            assert!(south < north && west < east, "{state:?}");
        }
        let people: u32 = STATES.iter().map(|state| state.thousands).sum();
        assert!((330_000..340_000).contains(&people), "{people}");
    }

    #[test]
    fn codes_are_of_one_length_and_end_where_they_must() {
        assert_eq!(code(12, 5).as_deref(), Some("0000C"));
        assert_eq!(code(34 * 34 * 34, 3), None);
    }
}
