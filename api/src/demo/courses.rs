//! National trends from 1990 to 2024 in round numbers, which the synthetic outcomes follow.

/// The trend of a rate per 100,000 people: years, and round numbers for them.
pub(super) type RateCourse = [(i32, f64); 7];

/// An offense: whether it is violent, the share that is cleared, and the trend of its rate.
pub(super) struct Offense {
    pub(super) code: &'static str,
    pub(super) is_violent: bool,
    pub(super) cleared: f64,
    pub(super) course: RateCourse,
}

const fn offense(code: &'static str, is_violent: bool, cleared: f64, rates: [f64; 7]) -> Offense {
    let mut course = PEOPLE;
    let mut at = 0;
    while at < course.len() {
        course[at].1 = rates[at];
        at += 1;
    }
    Offense { code, is_violent, cleared, course }
}

/// The offenses, at about the national rates.
pub(super) const OFFENSES: [Offense; 7] = [
    offense("murder", true, 0.61, [9.5, 8.0, 5.5, 5.5, 4.5, 6.5, 5.0]),
    offense("rape", true, 0.39, [41.0, 37.0, 32.0, 30.0, 37.0, 38.0, 37.0]),
    offense("robbery", true, 0.28, [255.0, 220.0, 145.0, 145.0, 100.0, 75.0, 60.0]),
    offense("aggravated_assault", true, 0.54, [420.0, 420.0, 325.0, 275.0, 230.0, 280.0, 255.0]),
    offense("burglary", false, 0.13, [1230.0, 990.0, 730.0, 735.0, 535.0, 315.0, 230.0]),
    offense("larceny", false, 0.19, [3200.0, 3050.0, 2500.0, 2200.0, 1850.0, 1400.0, 1300.0]),
    offense("motor_vehicle_theft", false, 0.13, [655.0, 560.0, 410.0, 315.0, 215.0, 245.0, 260.0]),
];
/// Population and officers by year, relative to the last years.
pub(super) const PEOPLE: RateCourse = [
    (1990, 0.74),
    (1995, 0.79),
    (2000, 0.84),
    (2008, 0.91),
    (2014, 0.95),
    (2020, 0.99),
    (2024, 1.01),
];
pub(super) const OFFICERS: RateCourse = [
    (1990, 0.74),
    (1995, 0.82),
    (2000, 0.92),
    (2008, 1.02),
    (2014, 0.96),
    (2020, 1.0),
    (2024, 0.98),
];

/// The value of a trend in a year, interpolated linearly.
pub(super) fn at(course: &RateCourse, year: i32) -> f64 {
    let after = course.iter().position(|(of, _)| *of >= year).unwrap_or(course.len() - 1).max(1);
    let ((from, low), (to, high)) = (course[after - 1], course[after]);
    low + (high - low) * f64::from(year - from) / f64::from(to - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_straight_between_its_years() {
        let course = &OFFENSES[0].course;
        assert!((at(course, 1990) - 9.5).abs() < 1e-9);
        assert!((at(course, 2004) - 5.5).abs() < 1e-9);
        assert!((at(course, 2024) - 5.0).abs() < 1e-9);
        assert!((at(course, 2017) - 5.5).abs() < 1e-9);
    }
}
