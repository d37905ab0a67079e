//! The comparison: cell by cell, and the aggregates of the cells.

use std::collections::BTreeMap;

use super::{
    ControlGroup, DifferenceRequest, Differences, Effect, EffectOfCohort, EffectOfYear, Panel,
    grid::Grid,
    sums::{CellSummary, ComparedPair, ComparedSide, EffectSums, Sureness},
};
use crate::{error::Error, limits::work::Work, measures::stop::Stop};

/// Compares.
///
/// # Errors
/// Says that a subject has several values for a year, or that there are too many years; stops if nobody waits for the
/// answer.
pub(crate) fn compare(
    panel: Panel,
    asked: &DifferenceRequest,
    stop: &Stop,
) -> Result<Differences, Error> {
    let Panel { rows, missing } = panel;
    stop.spend(Work::ranked(rows.len() as u64))?;
    let Some(grid) = Grid::new(rows, stop)? else {
        return Ok(Differences { missing, ..Differences::default() });
    };
    let _sums = stop.take(grid.subjects() * 2 * grid.years().count(), size_of::<f64>() + 1)?;
    let mut by_since: BTreeMap<i64, EffectSums> = BTreeMap::new();
    let mut cells = Vec::new();
    each_cell(&grid, asked, stop, |cohort, year, sides| {
        let sums = by_since.entry(year - cohort);
        sums.or_insert_with(|| EffectSums::of(grid.subjects())).add(sides);
        cells.push((cohort, year, sides.summary()));
    })?;
    let subjects = grid.subjects();
    let (mut all, mut after) = (EffectSums::of(subjects), EffectSums::of(subjects));
    stop.spend(Work::passed((2 * by_since.len() * subjects) as u64))?;
    for (since, sums) in &by_since {
        all.include(sums);
        if *since >= 0 {
            after.include(sums);
        }
    }
    let clusters = all.subjects();
    let sure = Sureness::new(clusters)?;
    // An effect without a known error cannot be tested against 0.
    let is_sure = |sums: &&EffectSums| sure.of(sums, &grid).error.is_some();
    let before = by_since.range(..-1).map(|(_, sums)| sums);
    let before: Vec<&EffectSums> = before.filter(is_sure).collect();
    stop.spend(Work::passed((before.len() * before.len() * subjects) as u64 / 2))?;
    let of_year = |(since, sums): (&i64, &EffectSums)| EffectOfYear {
        since: *since,
        effect: sure.of(sums, &grid),
    };
    let mut by_year: Vec<EffectOfYear> = by_since.iter().map(of_year).collect();
    let shows_base = asked.window.is_none_or(|(from, to)| (from..=to).contains(&-1));
    if shows_base && !by_year.is_empty() {
        // The base year, relative to which all effects are measured.
        let base =
            Effect { value: Some(0.0), error: None, low: None, high: None, ..sure.of(&all, &grid) };
        let place = by_year.partition_point(|it| it.since < -1);
        by_year.insert(place, EffectOfYear { since: -1, effect: base });
    }
    let of_cell = |(cohort, year, cell): &(i64, i64, CellSummary)| EffectOfCohort {
        cohort: *cohort,
        year: *year,
        effect: sure.of_cell(cell),
    };
    Ok(Differences {
        overall: sure.of(&after, &grid),
        by_year,
        by_cohort: cells.iter().map(of_cell).collect(),
        pre_trend: sure.pre_trend(&before)?,
        clusters: clusters as u64,
        left_out: (subjects - clusters) as u64,
        missing,
    })
}

/// Visits each cohort in each year in which some of its subjects can be compared with others.
fn each_cell(
    grid: &Grid,
    asked: &DifferenceRequest,
    stop: &Stop,
    mut visit: impl FnMut(i64, i64, &ComparedPair),
) -> Result<(), Error> {
    let candidates = grid.candidates();
    for cohort in grid.cohorts() {
        let Some(base) = cohort.checked_sub(1).and_then(|year| grid.year(year)) else { continue };
        let treated = grid.treated(cohort, asked);
        for year in grid.years() {
            let since = year - cohort;
            let is_in = |(from, to): (i32, i32)| (from.into()..=to.into()).contains(&since);
            if since == -1 || !asked.window.is_none_or(is_in) {
                continue;
            }
            // A subject with the event in the same year belongs to the cohort, so it is not a control in the years
            // before.
            let latest = match asked.control {
                ControlGroup::NotYet => year.max(cohort),
                ControlGroup::Never => i64::MAX - 1,
            };
            let controls = &candidates[..candidates.partition_point(|(until, _)| *until > latest)];
            stop.spend(Work::passed(2 * (controls.len() + treated.len()) as u64))?;
            let pair = [base, grid.year(year).ok_or(Error::Internal)?];
            let treated = ComparedSide::of(treated.iter().copied(), pair);
            let controls = ComparedSide::of(controls.iter().map(|(_, subject)| *subject), pair);
            if let Some((treated, controls)) = treated.zip(controls) {
                visit(cohort, year, &ComparedPair { treated, controls });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{
        super::{FirstYear, PanelRow},
        *,
    };
    use crate::{
        catalog::key::{End, Key, Measure, Part, Path},
        graphql::catalog,
        measures::{estimate::Clustered, request::Request},
    };

    /// For each subject, the year of the event, and its values from the first year on.
    const PANEL: [(Option<i64>, [Option<f64>; 5]); 8] = [
        (None, [Some(10.0), Some(11.0), Some(13.0), Some(12.0), Some(15.0)]),
        (None, [Some(7.0), Some(9.0), Some(8.0), Some(11.0), Some(10.0)]),
        (None, [Some(20.0), Some(22.0), None, Some(23.0), Some(27.0)]),
        (Some(3), [Some(5.0), Some(6.0), Some(11.0), Some(10.0), Some(14.0)]),
        (Some(3), [Some(8.0), Some(7.0), Some(10.0), Some(12.0), Some(12.0)]),
        (Some(4), [Some(30.0), Some(31.0), Some(30.0), Some(38.0), Some(36.0)]),
        (Some(5), [Some(3.0), Some(5.0), Some(4.0), Some(6.0), Some(11.0)]),
        (Some(4), [None, Some(12.0), Some(13.0), Some(17.0), Some(21.0)]),
    ];

    fn rows() -> Vec<PanelRow> {
        let subjects = (0..).zip(PANEL);
        let rows = subjects.flat_map(|(subject, (first, values))| {
            let first = first.map_or(FirstYear::Never, FirstYear::In);
            let values = (1..).zip(values).filter_map(|(year, value)| Some((year, value?)));
            values.map(move |(year, value)| PanelRow { subject, year, first, value })
        });
        rows.collect()
    }

    fn asked(control: ControlGroup, window: Option<(i32, i32)>) -> DifferenceRequest {
        let table = catalog().table("outcomes");
        let cluster = Key { path: Path { relations: vec![0], end: End::Row }, part: Part::Itself };
        let above = Measure::parse(table, "value").expect("a measure");
        let of = Clustered {
            above,
            below: None,
            is_of_people: false,
            factor: (1, 1),
            cluster,
            part: None,
        };
        let request = Request::over(table);
        DifferenceRequest { request, of, window, is_balanced: false, control }
    }

    fn found(rows: Vec<PanelRow>, asked: &DifferenceRequest) -> Differences {
        compare(Panel { rows, missing: 4 }, asked, &Stop::default()).expect("the panel is valid")
    }

    #[test]
    fn differences_are_those_of_the_regression_of_stacked_cells() {
        // statsmodels 0.15.0, as in `tests/queries/research/26_crime_after_the_first_award.py`.
        for (control, overall, years, statistic, p) in [
            (
                ControlGroup::NotYet,
                (4.092_592_592_592_593, 0.266_316_152_156_797, 3.462_854_960_611_756),
                [(-2, 0.44, 0.433_563_308_937_856), (0, 4.066_666_666_667, 0.806_492_175_801_868)],
                1.029_912_451_361_855_8,
                0.343_965_589_002_596,
            ),
            (
                ControlGroup::Never,
                (4.037_037_037_037_037, 0.200_593_540_855_209, 3.562_708_685_617_943),
                [
                    (-2, 0.666_666_666_667, 0.434_491_736_150_492),
                    (1, 4.083_333_333_333, 0.446_917_721_438_128),
                ],
                2.354_260_089_686_088,
                0.168_812_998_666_508_4,
            ),
        ] {
            let found = found(rows(), &asked(control, Some((-3, 1))));
            let is = |found: Option<f64>, expected: f64| {
                let found = found.expect("it is known");
                assert!((found - expected).abs() < 1e-9, "{control:?}: {found}, not {expected}");
            };
            is(found.overall.value, overall.0);
            is(found.overall.error, overall.1);
            is(found.overall.low, overall.2);
            for (since, value, error) in years {
                let of = found.by_year.iter().find(|it| it.since == since).expect("a year");
                is(of.effect.value, value);
                is(of.effect.error, error);
            }
            let test = found.pre_trend.expect("two years before are known");
            assert_eq!(
                (test.years, test.freedom),
                (1, 7),
                "three years before, the subject is alone in its cohort"
            );
            is(Some(test.statistic), statistic);
            is(Some(test.p), p);
            assert_eq!((found.clusters, found.left_out, found.missing), (8, 0, 4));
        }
    }

    #[test]
    fn who_cannot_be_compared_is_counted_and_left_out() {
        let mut rows = rows();
        for row in &mut rows {
            row.first = match row.subject {
                0 => FirstYear::Unknown,
                1 => FirstYear::In(1),
                _ => row.first,
            };
        }
        let all = found(rows.clone(), &asked(ControlGroup::Never, None));
        assert_eq!((all.clusters, all.left_out), (4, 4));
        let one = all.by_year.iter().find(|it| it.since == 0).expect("the year of the event");
        assert_eq!(
            (one.effect.controls, one.effect.error),
            (1, None),
            "a single control has no spread"
        );
        let base = all.by_year.iter().find(|it| it.since == -1).expect("the year before");
        assert_eq!((base.effect.value, base.effect.error), (Some(0.0), None));
        let balanced =
            DifferenceRequest { is_balanced: true, ..asked(ControlGroup::NotYet, Some((-3, 0))) };
        // The other subject of the fourth year has no value for the first year.
        let of_fourth = found(rows.clone(), &balanced).by_cohort;
        let of_fourth = of_fourth.iter().filter(|cell| cell.cohort == 4);
        let treated: Vec<u64> = of_fourth.map(|cell| cell.effect.treated).collect();
        assert_eq!(treated, [1, 1, 1]);
        rows.retain(|row| row.first == FirstYear::Unknown);
        let none = found(rows, &asked(ControlGroup::Never, None));
        assert_eq!(none, Differences { left_out: 1, missing: 4, ..Differences::default() });
        let empty = found(Vec::new(), &asked(ControlGroup::Never, None));
        assert_eq!(empty, Differences { missing: 4, ..Differences::default() });
    }

    #[test]
    fn two_values_of_a_year_are_refused() {
        let mut rows = rows();
        rows.push(rows[0]);
        let panel = Panel { rows, missing: 0 };
        let refused = compare(panel, &asked(ControlGroup::Never, None), &Stop::default());
        let refused = refused.expect_err("several values for a year").to_string();
        assert!(refused.contains("several values for 1"), "{refused}");
    }
}
