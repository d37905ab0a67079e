//! Differences in differences, as the description of `differenceInDifferences` defines them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    data::{Data, Row},
    events::{Event, First},
    requests::Expected,
    tables::screaming,
};

pub(super) const FIELD: &str = "differenceInDifferences";

/// What is compared.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) of: &'static str,
    /// Whether controls never had the event.
    pub(super) is_never: bool,
    pub(super) event: Event,
}

/// The difference of a cohort in a year, and by how much each agency's change is off the mean of its side.
struct Cell {
    since: i128,
    difference: f64,
    treated: Vec<(i128, f64)>,
    controls: Vec<(i128, f64)>,
}

impl Difference {
    pub(super) fn text(&self) -> String {
        let control = if self.is_never { "NEVER" } else { "NOT_YET" };
        let effect = "value standardError treated controls";
        format!(
            "{FIELD}(of: {}, control: {control}, event: {}) {{ overall {{ {effect} }} byYearsSince {{ yearsSince {effect} }} \
             clusters leftOut missing }}",
            screaming(self.of),
            self.event.text()
        )
    }

    pub(super) fn answer(&self, data: &Data, rows: &[&Row]) -> Expected {
        let mut values: BTreeMap<(i128, i128), f64> = BTreeMap::new();
        let mut first: BTreeMap<i128, First> = BTreeMap::new();
        let mut missing = 0;
        for row in rows {
            let known = (row.number("agency_id"), row.number("year"), self.value(row));
            let (Some(agency), Some(year), Some(value)) = known else {
                missing += 1;
                continue;
            };
            values.insert((agency, year), value);
            first.insert(agency, self.event.first(data, row));
        }
        let cells = self.cells(&values, &first);
        let members =
            |cell: &Cell| cell.treated.iter().chain(&cell.controls).map(|it| it.0).collect();
        let compared: BTreeSet<i128> =
            cells.iter().flat_map(|cell| -> Vec<i128> { members(cell) }).collect();
        let clusters = compared.len();
        let after = effect(cells.iter().filter(|cell| cell.since >= 0), clusters);
        let since: BTreeSet<i128> = cells.iter().map(|cell| cell.since).collect();
        let mut years: BTreeMap<i128, Vec<(String, Expected)>> = BTreeMap::new();
        for year in since {
            years.insert(year, effect(cells.iter().filter(|cell| cell.since == year), clusters));
        }
        let is_in = |year: i128| {
            self.event.from.is_none_or(|from| from <= year)
                && self.event.to.is_none_or(|to| year <= to)
        };
        if is_in(-1) && !years.is_empty() {
            let mut base = effect(cells.iter(), clusters);
            (base[0].1, base[1].1) = (Expected::Near(0.0), Expected::Null);
            years.insert(-1, base);
        }
        let year = |(since, mut effect): (i128, Vec<(String, Expected)>)| {
            effect.push(("yearsSince".to_owned(), Expected::Exact(real(since))));
            Expected::Object(effect)
        };
        let count = |count: usize| Expected::Exact(real(i128::try_from(count).unwrap()));
        Expected::Object(vec![
            ("overall".to_owned(), Expected::Object(after)),
            ("byYearsSince".to_owned(), Expected::List(years.into_iter().map(year).collect())),
            ("clusters".to_owned(), count(clusters)),
            ("leftOut".to_owned(), count(first.len() - clusters)),
            ("missing".to_owned(), count(missing)),
        ])
    }

    fn value(&self, row: &Row) -> Option<f64> {
        match self.of {
            "value" => row.number("value").map(real),
            "populationServed" => row.number("population_served").map(real),
            _ => {
                let people = row.number("population_served").filter(|people| *people > 0)?;
                Some(real(row.number("value")? * 100_000) / real(people))
            }
        }
    }

    fn cells(
        &self,
        values: &BTreeMap<(i128, i128), f64>,
        first: &BTreeMap<i128, First>,
    ) -> Vec<Cell> {
        let years: BTreeSet<i128> = values.keys().map(|(_, year)| *year).collect();
        let cohorts: BTreeSet<i128> = first.values().filter_map(|it| it.year()).collect();
        let mut cells = Vec::new();
        for cohort in cohorts {
            for year in &years {
                let since = year - cohort;
                let is_in = self.event.from.is_none_or(|from| from <= since)
                    && self.event.to.is_none_or(|to| since <= to);
                if since == -1 || !is_in {
                    continue;
                }
                let change = |agency: i128| {
                    Some((
                        agency,
                        values.get(&(agency, *year))? - values.get(&(agency, cohort - 1))?,
                    ))
                };
                let is_whole = |agency: i128| {
                    let (from, to) = (self.event.from.unwrap_or(0), self.event.to.unwrap_or(-1));
                    !self.event.balanced
                        || (from..=to).all(|since| values.contains_key(&(agency, cohort + since)))
                };
                let is_control = |of: First| match of {
                    First::Never => true,
                    First::Unknown => false,
                    First::In(other) => !self.is_never && other > cohort && other > *year,
                };
                let of = |keep: &dyn Fn(i128, First) -> bool| {
                    let kept = first.iter().filter(|(agency, of)| keep(**agency, **of));
                    kept.filter_map(|(agency, _)| change(*agency)).collect::<Vec<_>>()
                };
                let treated = of(&|agency, of| of == First::In(cohort) && is_whole(agency));
                let controls = of(&|_, of| is_control(of));
                if treated.is_empty() || controls.is_empty() {
                    continue;
                }
                let (up, down) = (mean(&treated), mean(&controls));
                let off = |of: Vec<(i128, f64)>, mean: f64| {
                    of.into_iter().map(|(agency, change)| (agency, change - mean)).collect()
                };
                let (treated, controls) = (off(treated, up), off(controls, down));
                cells.push(Cell { since, difference: up - down, treated, controls });
            }
        }
        cells
    }
}

fn mean(changes: &[(i128, f64)]) -> f64 {
    let sum: f64 = changes.iter().map(|it| it.1).sum();
    sum / real(i128::try_from(changes.len()).unwrap())
}

#[expect(clippy::cast_precision_loss, reason = "what is compared is near")]
fn real(number: i128) -> f64 {
    number as f64
}

/// The mean of cells, each as often as it has treated, and its error of so many clusters.
fn effect<'a>(cells: impl Iterator<Item = &'a Cell>, clusters: usize) -> Vec<(String, Expected)> {
    let count = |count: usize| real(i128::try_from(count).unwrap());
    let (mut sum, mut weight) = (0.0, 0.0);
    let mut added: BTreeMap<i128, f64> = BTreeMap::new();
    let (mut treated, mut alone, mut controls) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for cell in cells {
        let own = count(cell.treated.len());
        (sum, weight) = (sum + own * cell.difference, weight + own);
        for (agency, off) in &cell.treated {
            *added.entry(*agency).or_default() += off;
            treated.insert(*agency);
            if cell.treated.len() == 1 {
                alone.insert(*agency);
            }
        }
        for (agency, off) in &cell.controls {
            *added.entry(*agency).or_default() -= off * own / count(cell.controls.len());
            controls.insert(*agency);
        }
    }
    let squares: f64 = added.values().map(|it| it * it).sum();
    let all = count(clusters);
    let error = (squares * all / (all - 1.0)).sqrt() / weight;
    let is_told = treated.len() > alone.len() && controls.len() > 1;
    let near = |number: f64, is_there: bool| match is_there {
        true => Expected::Near(number),
        false => Expected::Null,
    };
    let fields = [
        ("value", near(sum / weight, weight > 0.0)),
        ("standardError", near(error, is_told)),
        ("treated", Expected::Exact(count(treated.len()))),
        ("controls", Expected::Exact(count(controls.len()))),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}
