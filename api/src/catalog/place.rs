//! Locations on the Earth and their distances: one function in Rust, and the same in SQL, digit for digit.
//!
//! The Earth is a sphere with its mean radius, 6371.0088 km, so a distance differs by up to 0.5% from that on the
//! ellipsoid. Distances are compared by the *haversine* of the angle between two places, `sin²(angle / 2)`, from 0
//! (the same place) to 1 (the opposite side of the Earth). It grows with the distance. It is converted to kilometers
//! only where a distance is shown.
//!
//! SQLite may lack sine functions, and libraries disagree on the last digit. So this module computes sines as series
//! of differences, products and quotients of floating-point numbers, which give the same result everywhere if they
//! are computed in the same order. Within their range they are accurate to about 15 digits.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SubQueryStatement};

/// The mean radius of the Earth, in kilometers.
const RADIUS: f64 = 6371.0088;
/// The square of a degree, in radians.
const SQUARE_DEGREE: f64 = (std::f64::consts::PI / 180.0) * (std::f64::consts::PI / 180.0);
/// The divisors of the terms of the haversine of an angle up to 180 degrees: 3·4, 5·6 and so on.
const OF_HAVERSINE: [u32; 15] =
    [12, 30, 56, 90, 132, 182, 240, 306, 380, 462, 552, 650, 756, 870, 992];
/// The same for the cosine of an angle up to 90 degrees: 1·2, 3·4 and so on.
const OF_COSINE: [u32; 12] = [2, 12, 30, 56, 90, 132, 182, 240, 306, 380, 462, 552];
/// Half the circumference of the Earth in kilometers: the greatest distance.
pub(crate) const FARTHEST: f64 = RADIUS * std::f64::consts::PI;

/// A location in degrees north and east.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

/// A circle on the Earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarthCircle {
    /// The center.
    pub(crate) middle: Point,
    /// The haversine of the angle from the center to the edge. `None` if the circle covers the whole Earth.
    edge: Option<f64>,
    /// The greatest difference in latitude from the center, in degrees.
    degrees: f64,
}

/// The columns of a table with the location of its rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Location {
    /// The column of degrees north, by its position.
    pub(crate) latitude: usize,
    /// The column of degrees east.
    pub(crate) longitude: usize,
}

/// `1 - t/a·(1 - t/b·(1 - ...))`: a series with alternating signs.
fn series(square: f64, divisors: &[u32]) -> f64 {
    divisors.iter().rev().fold(1.0, |rest, divisor| 1.0 - square / f64::from(*divisor) * rest)
}

fn series_in_sql(square: &'static str, divisors: &[u32]) -> Expr {
    divisors.iter().rev().fold(whole(1), |rest, divisor| {
        whole(1).sub(Expr::col(Alias::new(square)).div(whole(*divisor)).mul(rest))
    })
}

fn whole(number: u32) -> Expr {
    Expr::cust(number.to_string())
}

impl Point {
    /// The haversine of the angle to another location.
    pub(crate) fn haversine(self, latitude: f64, longitude: f64) -> f64 {
        let (north, east) = (latitude - self.latitude, longitude - self.longitude);
        let squares = [
            north * north * SQUARE_DEGREE,
            latitude * latitude * SQUARE_DEGREE,
            // Half the angle, because two longitudes may differ by up to 360 degrees.
            east * east * (SQUARE_DEGREE / 4.0),
        ];
        let along = squares[0] / 4.0 * series(squares[0], &OF_HAVERSINE);
        let cosine = series(squares[1], &OF_COSINE);
        let half = squares[2] / 4.0 * series(squares[2], &OF_HAVERSINE);
        along + self.cosine() * cosine * (4.0 * half * (1.0 - half))
    }

    fn cosine(self) -> f64 {
        series(self.latitude * self.latitude * SQUARE_DEGREE, &OF_COSINE)
    }

    /// The haversine of the angle to the location of a row, in the same steps as [`Self::haversine`].
    pub(crate) fn haversine_in_sql(self, latitude: &Expr, longitude: &Expr) -> Expr {
        let square = |degrees: Expr, unit: f64| degrees.clone().mul(degrees).mul(Expr::val(unit));
        let north = latitude.clone().sub(Expr::val(self.latitude));
        let east = longitude.clone().sub(Expr::val(self.longitude));
        let mut squares = Query::select();
        squares
            .expr_as(square(north, SQUARE_DEGREE), Alias::new("north"))
            .expr_as(square(latitude.clone(), SQUARE_DEGREE), Alias::new("pole"))
            .expr_as(square(east, SQUARE_DEGREE / 4.0), Alias::new("east"));
        let col = |name: &'static str| Expr::col(Alias::new(name));
        let quarter =
            |of: &'static str| col(of).div(whole(4)).mul(series_in_sql(of, &OF_HAVERSINE));
        let mut parts = Query::select();
        parts
            .expr_as(quarter("north"), Alias::new("along"))
            .expr_as(series_in_sql("pole", &OF_COSINE), Alias::new("cosine"))
            .expr_as(quarter("east"), Alias::new("half"))
            .from_subquery(squares, Alias::new("squares"));
        let east = whole(4).mul(col("half")).mul(whole(1).sub(col("half")));
        let mut haversine = Query::select();
        haversine
            .expr(col("along").add(Expr::val(self.cosine()).mul(col("cosine")).mul(east)))
            .from_subquery(parts, Alias::new("parts"));
        Expr::from(SubQueryStatement::from(haversine))
    }
}

/// Converts a haversine to kilometers, rounded to the meter.
pub(crate) fn kilometers(haversine: f64) -> f64 {
    let angle = 2.0 * haversine.clamp(0.0, 1.0).sqrt().asin();
    (angle * RADIUS * 1000.0).round() / 1000.0
}

impl EarthCircle {
    /// A circle with a radius in kilometers; without one, the whole Earth.
    pub(crate) fn new(middle: Point, kilometers: Option<f64>) -> Self {
        let angle = (kilometers.unwrap_or(FARTHEST) / RADIUS).min(std::f64::consts::PI);
        let sine = (angle / 2.0).sin();
        let edge = (angle < std::f64::consts::PI).then_some(sine * sine);
        // Slightly more than the angle, so that no row at the edge is lost.
        Self { middle, edge, degrees: angle.to_degrees() * 1.000_001 + 1e-9 }
    }

    /// Whether a location is in the circle.
    pub(crate) fn has(&self, latitude: f64, longitude: f64) -> bool {
        self.edge.is_none_or(|edge| {
            (latitude - self.middle.latitude).abs() <= self.degrees
                && self.middle.haversine(latitude, longitude) <= edge
        })
    }

    /// Whether the location of a row is in the circle. The latitude range lets a database use an index before it
    /// computes distances.
    pub(crate) fn to_sql(self, latitude: Expr, longitude: Expr) -> Expr {
        let Some(edge) = self.edge else {
            return latitude.is_not_null().and(longitude.is_not_null());
        };
        let is_near = self.middle.haversine_in_sql(&latitude, &longitude).lte(Expr::val(edge));
        let (south, north) =
            (self.middle.latitude - self.degrees, self.middle.latitude + self.degrees);
        latitude.clone().gte(south).and(latitude.lte(north)).and(is_near)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The textbook formula.
    fn by_sines(a: Point, latitude: f64, longitude: f64) -> f64 {
        let (north, east) = (latitude - a.latitude, longitude - a.longitude);
        let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
        let [here, there] = [a.latitude, latitude].map(|degrees| degrees.to_radians().cos());
        half(north) + here * there * half(east)
    }

    #[test]
    fn sums_are_the_sines_that_they_stand_for() {
        let degrees = |step: f64, most: f64| {
            (0..).map(move |at| -most + f64::from(at) * step).take_while(move |it| *it <= most)
        };
        for latitude in degrees(15.0, 90.0) {
            for longitude in degrees(60.0, 180.0) {
                let here = Point { latitude, longitude };
                for north in degrees(7.3, 90.0) {
                    for east in degrees(41.7, 180.0) {
                        let (sums, sines) =
                            (here.haversine(north, east), by_sines(here, north, east));
                        assert!(
                            (sums - sines).abs() < 1e-14,
                            "{here:?} {north} {east}: {sums} {sines}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn known_distances() {
        let at = |latitude, longitude| Point { latitude, longitude };
        let far = |from: Point, to: Point| {
            let kilometers = kilometers(from.haversine(to.latitude, to.longitude));
            format!("{kilometers:.3}")
        };
        let (washington, new_york) = (at(38.9072, -77.0369), at(40.7128, -74.0060));
        assert_eq!(far(washington, new_york), "327.583");
        assert_eq!(far(washington, washington), "0.000");
        // One degree along a meridian, and one across the 180th meridian.
        assert_eq!(far(at(0.0, 0.0), at(1.0, 0.0)), "111.195");
        assert_eq!(far(at(0.0, 179.5), at(0.0, -179.5)), "111.195");
        assert_eq!(far(at(0.0, 0.0), at(0.0, 180.0)), "20015.114");
        assert_eq!(far(at(90.0, 0.0), at(-90.0, 0.0)), "20015.114");
    }

    #[test]
    fn a_circle_has_its_middle_and_all_the_earth_has_everything() {
        let middle = Point { latitude: 64.8, longitude: -147.7 };
        assert!(EarthCircle::new(middle, Some(0.0)).has(64.8, -147.7));
        assert!(!EarthCircle::new(middle, Some(1.0)).has(64.8, -147.6));
        assert!(EarthCircle::new(middle, None).has(-64.8, 32.3));
        assert!(EarthCircle::new(middle, Some(FARTHEST)).has(-64.8, 32.3));
        assert!(
            EarthCircle::new(Point { latitude: 90.0, longitude: 0.0 }, Some(112.0))
                .has(89.0, 180.0)
        );
    }
}
