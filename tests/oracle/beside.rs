//! Values other than statistics of measures: histograms, correlations, and standard errors of means.

use std::collections::BTreeMap;

use super::{
    data::{Data, Row},
    dimensions::{Dimension, Key},
    events::Event,
    measures::Path,
    quotients::{Side, quotient},
    requests::Expected,
    tables::{Measure, Table, screaming},
};

/// One of these.
#[derive(Clone, Debug)]
pub(super) enum Beside {
    /// Of a number, in so many bins at most.
    Histogram(&'static Measure, i128),
    /// Of two numbers.
    Correlation(&'static Measure, &'static Measure),
    /// Of a number or a rate, clustered by a key.
    Estimate(&'static Measure, Dimension),
    /// Of one figure by another.
    Ratio(Box<[Side; 2]>),
}

impl Beside {
    /// Whether a measure may be estimated: each row has a number of its own.
    pub(super) fn is_estimated(table: &'static Table, measure: &Measure) -> bool {
        match measure {
            Measure::Number(_, path) => Path::parse(table, path).is_own(),
            Measure::Ratio(_, above, below, _) | Measure::PeopleRatio(_, above, below, _) => {
                [above, below].iter().all(|path| Path::parse(table, path).is_of_column())
            }
            Measure::Distinct(..) => false,
        }
    }

    pub(super) fn text(&self, alias: &str) -> String {
        match self {
            Self::Histogram(measure, bins) => {
                format!(
                    "{alias}: {} {{ histogram(bins: {bins}) {{ from to count sum }} }}",
                    measure.name()
                )
            }
            Self::Correlation(of, with) => {
                let [of, with] = [of, with].map(|measure| screaming(measure.name()));
                format!("{alias}: correlation(of: {of}, with: {with}) {{ pearson spearman n }}")
            }
            Self::Ratio(sides) => {
                let [above, below] = [0, 1].map(|side| sides[side].text());
                format!("{alias}: ratio(of: {above}, to: {below})")
            }
            Self::Estimate(of, by) => {
                let (of, by) = (screaming(of.name()), screaming(&by.name()));
                format!(
                    "{alias}: estimate(of: {of}, clusteredBy: {by}) {{ value standardError clusters rows missing }}"
                )
            }
        }
    }

    pub(super) fn answer(&self, data: &Data, table: &'static Table, rows: &[&Row]) -> Expected {
        match self {
            Self::Histogram(measure, bins) => {
                let path = Path::parse(table, measure.path());
                let bins = histogram(&path.numbers(data, rows), path.kind().unit(), *bins);
                Expected::Object(vec![("histogram".to_owned(), bins)])
            }
            Self::Correlation(of, with) => {
                let paths = [of, with].map(|measure| Path::parse(table, measure.path()));
                let pair = |row: &&Row| {
                    let of = |path: &Path| path.number_of_row(data, row);
                    Some((of(&paths[0])?, of(&paths[1])?))
                };
                correlation(&rows.iter().filter_map(pair).collect::<Vec<_>>())
            }
            Self::Ratio(sides) => quotient(data, table, rows, sides),
            Self::Estimate(of, by) => estimate(data, table, rows, of, by),
        }
    }
}

/// An object of numbers.
fn object<const N: usize>(fields: [(&str, Expected); N]) -> Expected {
    Expected::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn whole(count: usize) -> Expected {
    Expected::Exact(u32::try_from(count).unwrap().into())
}

fn near(number: Option<f64>) -> Expected {
    number.filter(|number| number.is_finite()).map_or(Expected::Null, Expected::Near)
}

#[expect(clippy::cast_precision_loss, reason = "what is compared is near")]
fn real(number: i128) -> f64 {
    number as f64
}

/// The shortest of the steps 1, 2 and 5 with zeros behind by which the multiples that cover all values make few enough bins.
fn histogram(values: &[i128], unit: i128, most: i128) -> Expected {
    let Some((least, greatest)) = values.iter().min().zip(values.iter().max()) else {
        return Expected::List(Vec::new());
    };
    let steps = (0..30).flat_map(|zeros| [1, 2, 5].map(|step| step * 10_i128.pow(zeros)));
    let cover = |step: i128| (least.div_euclid(step), greatest.div_euclid(step) + 1);
    let mut found = steps.clone().filter(|step| cover(*step).1 - cover(*step).0 <= most);
    let edges: Vec<i128> = if most == 1 && *least < 0 && *greatest >= 0 {
        let step = steps.clone().find(|step| *step > *greatest && *step >= -least).unwrap();
        vec![-step, step]
    } else {
        let step = found.next().unwrap();
        (cover(step).0..=cover(step).1).map(|place| place * step).collect()
    };
    let bin = |edge: &[i128]| {
        let within = values.iter().filter(|value| edge[0] <= **value && **value < edge[1]);
        let shown = |number: i128| Expected::Exact(real(number) / real(unit));
        object([
            ("from", shown(edge[0])),
            ("to", shown(edge[1])),
            ("count", whole(within.clone().count())),
            ("sum", shown(within.sum())),
        ])
    };
    Expected::List(edges.windows(2).map(bin).collect())
}

fn correlation(pairs: &[(i128, i128)]) -> Expected {
    let sides: [Vec<f64>; 2] =
        [pairs.iter().map(|it| real(it.0)).collect(), pairs.iter().map(|it| real(it.1)).collect()];
    let ranks = sides.clone().map(|side| {
        let rank = |one: &f64| {
            let below = side.iter().filter(|other| *other < one).count();
            let same = side.iter().filter(|other| other.total_cmp(one).is_eq()).count();
            f64::from(u32::try_from(2 * below + same + 1).unwrap()) / 2.0
        };
        side.iter().map(rank).collect::<Vec<f64>>()
    });
    object([
        ("pearson", near(pearson(&sides))),
        ("spearman", near(pearson(&ranks))),
        ("n", whole(pairs.len())),
    ])
}

fn pearson([x, y]: &[Vec<f64>; 2]) -> Option<f64> {
    let count = f64::from(u32::try_from(x.len()).unwrap());
    let mean = |side: &[f64]| side.iter().sum::<f64>() / count;
    let (of_x, of_y) = (mean(x), mean(y));
    let product = |a: &[f64], b: &[f64], means: (f64, f64)| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - means.0) * (b - means.1)).sum()
    };
    let is_spread = |side: &[f64]| side.iter().any(|value| (value - side[0]).abs() > 0.0);
    let both = product(x, y, (of_x, of_y));
    let spread = (product(x, x, (of_x, of_x)) * product(y, y, (of_y, of_y))).sqrt();
    (x.len() > 1 && is_spread(x) && is_spread(y)).then(|| both / spread)
}

fn estimate(
    data: &Data,
    table: &'static Table,
    rows: &[&Row],
    of: &'static Measure,
    by: &Dimension,
) -> Expected {
    let path = |path| Path::parse(table, path);
    let (above, below, factor, by_people) = match *of {
        Measure::Ratio(_, above, below, factor) => (above, Some(path(below)), factor, false),
        Measure::PeopleRatio(_, above, below, factor) => (above, Some(path(below)), factor, true),
        _ => (of.path(), None, 1, false),
    };
    let above = path(above);
    let units = real(below.as_ref().map_or(1, |below| below.kind().unit()) * factor)
        / real(above.kind().unit());
    let mut clusters: BTreeMap<Key, (i128, i128)> = BTreeMap::new();
    let mut missing = 0;
    for row in rows {
        let below = below.as_ref().map_or(Some(1), |path| path.number_of_row(data, row));
        let below = below.filter(|below| !by_people || *below > 0);
        match (above.number_of_row(data, row), below, by.key(data, &Event::default(), row)) {
            (Some(above), Some(below), key @ Key::Known(_)) => {
                let sums = clusters.entry(key).or_default();
                *sums = (sums.0 + above, sums.1 + below);
            }
            _ => missing += 1,
        }
    }
    let (up, down) = clusters.values().fold((0, 0), |all, of| (all.0 + of.0, all.1 + of.1));
    let value = real(up) / real(down) * units;
    let residual = |of: &(i128, i128)| (real(of.0) - real(up) * real(of.1) / real(down)).powi(2);
    let count = f64::from(u32::try_from(clusters.len()).unwrap());
    let squares: f64 = clusters.values().map(residual).sum();
    let error = (squares * count / (count - 1.0)).sqrt() / real(down) * units;
    let is_known = down != 0;
    object([
        ("value", near(is_known.then_some(value))),
        ("standardError", near((is_known && clusters.len() > 1).then_some(error))),
        ("clusters", whole(clusters.len())),
        ("rows", whole(rows.len() - missing)),
        ("missing", whole(missing)),
    ])
}
