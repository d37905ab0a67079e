//! The executor that queries the database. It checks the in-memory executor in tests, and serves datasets that do not
//! fit into memory.
//!
//! A statement (`statement`) is an inner `SELECT` of the keys and the values of each row that the filter keeps, or of
//! each distinct related row, within a `GROUP BY`. To-many relations are never joined, so rows do not multiply.
//! Measures of the rows themselves share a statement (`direct`), and each measure of related rows has one (`related`);
//! each is of all levels.
//! - A sum is read as two: of the upper and of the lower 32 bits of the values. Neither can overflow 64 bits, and
//!   SQLite has no wider integers.
//! - Percentiles and variances are computed from the values, by the code of the other executor: SQLite has neither, and
//!   PostgreSQL rounds differently.

mod cells;
mod direct;
mod panel;
mod quality;
mod related;
mod statement;
mod sums;

use entity::price_index;
use rustc_hash::FxHashMap;
use sea_orm::{DatabaseConnection, QueryResult, sea_query::Query};

use self::{
    cells::read_cell,
    direct::{DirectTallies, is_direct},
    related::RelatedTallies,
    statement::{SqlRows, Statements},
};
pub(crate) use self::{panel::panel, quality::quality};
use super::{
    correlation::correlation_of_whole,
    estimate::ClusterSums,
    group_page::{divide, finish, nothing},
    groups::{ALL, Cells, Groups, NULL},
    histogram::{Bin, Edges},
    others::{self, OtherRows},
    prices::Prices,
    request::{Figure, GroupsAnswer, Request},
    statistic::{Needs, Statistic, Tally, Values, compute},
    value::{Cell, Number},
};
use crate::catalog::key::Measure;
use crate::{
    database::session::{Purpose, Session},
    error::Error,
};

/// The cells of each key in order, without the unknown.
struct Sorted(Vec<Vec<Cell>>);

impl Cells for Sorted {
    fn count(&self, key: usize) -> u32 {
        u32::try_from(self.0[key].len() + 1).unwrap_or(u32::MAX)
    }

    fn cell(&self, key: usize, ordinal: u32) -> Cell {
        match (ordinal as usize).checked_sub(1) {
            None => Cell::Null,
            Some(index) => self.0[key][index].clone(),
        }
    }
}

/// Answers a request from a database.
///
/// # Errors
/// Says that the request makes no sense or makes too many groups, or returns the error of the database.
pub async fn answer(
    database: &DatabaseConnection,
    request: &Request,
) -> Result<GroupsAnswer, Error> {
    match answers(&Session::new(database.clone().into()), request).await?.pop() {
        Some((_, answer)) => Ok(answer),
        None => nothing(request),
    }
}

/// Answers a request for each parent that has rows.
pub(crate) async fn answers(
    session: &Session,
    request: &Request,
) -> Result<Vec<(Cell, GroupsAnswer)>, Error> {
    request.check()?;
    let mut keys: Vec<Vec<Cell>> = Vec::new();
    let mut levels: Vec<u8> = Vec::new();
    let mut figures: Vec<Number> = Vec::new();
    let width = request.figures.len();
    let mut histograms = vec![Vec::new(); request.histograms.len()];
    let mut edges: Vec<Edges<Cell>> = request.histograms.iter().map(|_| <_>::default()).collect();
    let rows = SqlRows { request, level: request.keys.len(), shown: None };
    let direct = DirectTallies::of(session, rows).await?;
    let related = RelatedTallies::of(session, rows, request.levels()).await?;
    for level in request.levels() {
        let tallies = direct.at(request, level);
        if keys.len() + tallies.len() > request.most_groups() {
            return Err(request.too_many_groups());
        }
        let found: Vec<Vec<Cell>> = tallies.keys().cloned().collect();
        let first = keys.len();
        levels.resize(first + found.len(), u8::try_from(level).map_err(|_| Error::Internal)?);
        figures.resize((first + found.len()) * width, Number::Missing);
        let index: FxHashMap<Vec<Cell>, usize> = found.iter().cloned().zip(first..).collect();
        keys.extend(found);
        let rows = SqlRows { request, level, shown: None };
        let found =
            FoundGroups { index: &index, direct: &direct, tallies: &tallies, related: &related };
        figures_of(session, rows, &found, &mut figures).await?;
        bins_of(session, rows, &keys[first..], &mut edges, &mut histograms).await?;
    }
    trim(request, &keys, &edges, &mut histograms);
    let sorted = Sorted((0..request.keys.len()).map(|key| sorted(&keys, key)).collect());
    let ordinals = keys.iter().flat_map(|cells| {
        cells.iter().zip(&sorted.0).map(|(cell, sorted)| match cell {
            Cell::Null => NULL,
            Cell::All => ALL,
            cell => sorted.binary_search(cell).map_or(NULL, ordinal),
        })
    });
    let ordinals = ordinals.collect();
    let mut answers = finish(request, Groups { levels, ordinals, figures, histograms }, &sorted)?;
    if request.adds.others {
        add_others(session, request, &mut edges, &mut answers).await?;
    }
    Ok(answers)
}

/// Adds the group of the rows outside the groups of the pages.
async fn add_others(
    session: &Session,
    request: &Request,
    edges: &mut [Edges<Cell>],
    answers: &mut [(Cell, GroupsAnswer)],
) -> Result<(), Error> {
    let shown = others::shown(request, answers);
    let rows = SqlRows { request, level: request.skipped(), shown: Some(&shown) };
    let direct = DirectTallies::of(session, rows).await?;
    let related = RelatedTallies::of(session, rows, rows.level..=rows.level).await?;
    let tallies = direct.at(request, rows.level);
    let found: Vec<Vec<Cell>> = tallies.keys().cloned().collect();
    let width = request.figures.len();
    let mut figures = vec![Number::Missing; found.len() * width];
    let index: FxHashMap<Vec<Cell>, usize> = found.iter().cloned().zip(0..).collect();
    let groups =
        FoundGroups { index: &index, direct: &direct, tallies: &tallies, related: &related };
    figures_of(session, rows, &groups, &mut figures).await?;
    divide(request, &mut figures);
    let mut histograms = vec![Vec::new(); request.histograms.len()];
    bins_of(session, rows, &found, edges, &mut histograms).await?;
    trim(request, &found, edges, &mut histograms);
    let of_group = |(group, key): (usize, &Vec<Cell>)| {
        let histograms = histograms.iter().map(|all| all[group].clone()).collect();
        let figures = figures[group * width..(group + 1) * width].to_vec();
        (parent(request, key), OtherRows { figures, histograms })
    };
    others::add(request, answers, found.iter().enumerate().map(of_group).collect());
    Ok(())
}

/// The parent of a group with this key.
fn parent(request: &Request, key: &[Cell]) -> Cell {
    if request.of_parents { key[0].clone() } else { Cell::All }
}

/// Puts the values of groups into bins.
async fn bins_of(
    session: &Session,
    rows: SqlRows<'_>,
    groups: &[Vec<Cell>],
    edges: &mut [Edges<Cell>],
    bins: &mut [Vec<Vec<Bin>>],
) -> Result<(), Error> {
    let request = rows.request;
    let parents: Vec<Cell> = groups.iter().map(|key| parent(request, key)).collect();
    for ((histogram, edges), bins) in request.histograms.iter().zip(edges).zip(bins) {
        let prices = prices_of(session, request, &histogram.measure, histogram.part).await?;
        let mut found = values(session, rows, &histogram.measure, histogram.part, &prices).await?;
        let none = &mut Vec::new();
        bins.extend(edges.fill(&histogram.bins, &parents, |group, visit| {
            let values = found.get_mut(&groups[group]).unwrap_or(none);
            Values::Listed(values).each(visit);
        }));
    }
    Ok(())
}

/// Removes empty open bins.
fn trim(
    request: &Request,
    groups: &[Vec<Cell>],
    edges: &[Edges<Cell>],
    histograms: &mut [Vec<Vec<Bin>>],
) {
    let parents = || groups.iter().map(|key| parent(request, key)).collect::<Vec<_>>();
    for (edges, all) in edges.iter().zip(histograms) {
        edges.trim(all, &parents());
    }
}

/// The values of a measure over a part of the rows, by the keys of the groups.
async fn values(
    session: &Session,
    rows: SqlRows<'_>,
    measure: &Measure,
    part: Option<usize>,
    prices: &Prices,
) -> Result<FxHashMap<Vec<Cell>, Vec<i64>>, Error> {
    let SqlRows { request, level, .. } = rows;
    let mut found: FxHashMap<Vec<Cell>, Vec<i64>> = FxHashMap::default();
    let mut statements = Statements::new(rows, part, prices, session.backend())?;
    let table = request.table.name;
    for row in session.all(table, Purpose::Aggregates, statements.values(measure)?).await? {
        let key = read_key(request, level, &row)?;
        found.entry(key).or_default().push(row.try_get_by_index(level)?);
    }
    Ok(found)
}

/// The consumer price index, if a measure or a part of the rows needs it.
async fn prices_of(
    session: &Session,
    request: &Request,
    measure: &Measure,
    part: Option<usize>,
) -> Result<Prices, Error> {
    let is_priced = |measure: &Measure| matches!(measure, Measure::Numbers(_, Some(_)));
    let known = part.iter().flat_map(|part| &request.parts[*part].known);
    let mut measures = std::iter::once(measure).chain(known.map(|known| &known.measure));
    match measures.any(is_priced) {
        true => prices(session).await,
        false => Ok(Prices::default()),
    }
}

/// Computes the figures of groups. Each measure of a part is read once for all its statistics.
async fn figures_of(
    session: &Session,
    rows: SqlRows<'_>,
    found: &FoundGroups<'_>,
    figures: &mut [Number],
) -> Result<(), Error> {
    let index = found.index;
    let all = &rows.request.figures;
    let mut done = vec![false; all.len()];
    for position in 0..all.len() {
        let Figure::Of { measure, part, .. } = &all[position] else { continue };
        if done[position] {
            continue;
        }
        let wanted = all.iter().enumerate().filter_map(|(position, figure)| match figure {
            Figure::Of { measure: other, part: of, statistic } => {
                (other == measure && of == part).then_some((position, *statistic))
            }
            Figure::Correlation { .. } | Figure::Estimate(..) | Figure::Ratio { .. } => None,
        });
        let wanted: Vec<_> = wanted.collect();
        for (position, _) in &wanted {
            done[*position] = true;
        }
        let asked = SqlRequest { rows, measure, part: *part, wanted };
        measure_into(session, &asked, found, figures).await?;
    }
    correlations_of(session, rows, index, figures).await?;
    estimates_of(session, rows, index, figures).await
}

/// Computes the estimates of groups. Each mean or rate is read once for all its results.
async fn estimates_of(
    session: &Session,
    rows: SqlRows<'_>,
    index: &FxHashMap<Vec<Cell>, usize>,
    figures: &mut [Number],
) -> Result<(), Error> {
    let SqlRows { request, level, .. } = rows;
    let all = &request.figures;
    let mut done = vec![false; all.len()];
    for position in 0..all.len() {
        let Figure::Estimate(clustered, _) = &all[position] else { continue };
        if done[position] {
            continue;
        }
        let prices = prices_of(session, request, &clustered.above, clustered.part).await?;
        let mut statements = Statements::new(rows, clustered.part, &prices, session.backend())?;
        let mut sums: FxHashMap<(Vec<Cell>, Cell), (i128, i128)> = FxHashMap::default();
        let mut found: FxHashMap<Vec<Cell>, ClusterSums> = FxHashMap::default();
        let select = statements.clustered(clustered)?;
        for row in session.all(request.table.name, Purpose::Aggregates, select).await? {
            let key = read_key(request, level, &row)?;
            let cluster = read_cell(request.table, &clustered.cluster, &row, level)?;
            let number = |index| row.try_get_by_index::<Option<i64>>(index);
            let (above, below) = (number(level + 1)?, number(level + 2)?);
            let of_group = found.entry(key.clone()).or_default();
            match clustered.sides(above, below) {
                Some((above, below)) if cluster != Cell::Null => {
                    of_group.rows += 1;
                    let sum = sums.entry((key, cluster)).or_default();
                    *sum = (sum.0 + i128::from(above), sum.1 + i128::from(below));
                }
                _ => of_group.missing += 1,
            }
        }
        for ((key, _), sum) in sums {
            found.entry(key).or_default().sums.push(sum);
        }
        let nothing = ClusterSums::default();
        for (place, figure) in all.iter().enumerate() {
            let Figure::Estimate(other, what) = figure else { continue };
            if other != clustered {
                continue;
            }
            done[place] = true;
            for (key, group) in index {
                let sums = found.get(key).unwrap_or(&nothing);
                figures[group * all.len() + place] = sums.compute(*what, clustered.factor)?;
            }
        }
    }
    Ok(())
}

/// Computes the correlations of groups. Each pair of measures of a part is read once.
async fn correlations_of(
    session: &Session,
    rows: SqlRows<'_>,
    index: &FxHashMap<Vec<Cell>, usize>,
    figures: &mut [Number],
) -> Result<(), Error> {
    let SqlRows { request, level, .. } = rows;
    let all = &request.figures;
    let mut done = vec![false; all.len()];
    for position in 0..all.len() {
        let Figure::Correlation { measures, part, .. } = &all[position] else { continue };
        if done[position] {
            continue;
        }
        let priced = |measure: &Measure| matches!(measure, Measure::Numbers(_, Some(_)));
        let priced = measures.iter().find(|measure| priced(measure)).unwrap_or(&measures[0]);
        let prices = prices_of(session, request, priced, *part).await?;
        let mut statements = Statements::new(rows, *part, &prices, session.backend())?;
        let mut found: FxHashMap<Vec<Cell>, Vec<(i64, i64)>> = FxHashMap::default();
        let select = statements.pairs(measures)?;
        for row in session.all(request.table.name, Purpose::Aggregates, select).await? {
            let pair = (row.try_get_by_index(level)?, row.try_get_by_index(level + 1)?);
            found.entry(read_key(request, level, &row)?).or_default().push(pair);
        }
        for (place, figure) in all.iter().enumerate() {
            let Figure::Correlation { measures: other, part: of, kind } = figure else { continue };
            if other != measures || of != part {
                continue;
            }
            done[place] = true;
            for (key, group) in index {
                let pairs = found.get(key).map_or(&[][..], Vec::as_slice);
                figures[group * all.len() + place] = correlation_of_whole(*kind, pairs)?;
            }
        }
    }
    Ok(())
}

/// The groups of a level, with what was tallied in them.
struct FoundGroups<'a> {
    index: &'a FxHashMap<Vec<Cell>, usize>,
    direct: &'a DirectTallies,
    tallies: &'a FxHashMap<Vec<Cell>, Vec<Tally>>,
    related: &'a RelatedTallies<'a>,
}

impl FoundGroups<'_> {
    /// The tally of a measure in a group.
    fn tally(&self, asked: &SqlRequest<'_>, key: &[Cell]) -> Result<Tally, Error> {
        if !is_direct(asked.measure) {
            return Ok(self.related.get(asked.measure, asked.part, key));
        }
        let place = asked.wanted.first().and_then(|(figure, _)| self.direct.place(*figure));
        let tallies = self.tallies.get(key).ok_or(Error::Internal)?;
        Ok(tallies[place.ok_or(Error::Internal)?])
    }
}

/// The statistics of one measure, over one part of the rows, at one level.
struct SqlRequest<'a> {
    rows: SqlRows<'a>,
    measure: &'a Measure,
    part: Option<usize>,
    /// The statistics, with the positions of their figures.
    wanted: Vec<(usize, Statistic)>,
}

fn ordinal(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(ALL)
}

/// The distinct cells of a key in order, without the unknown and subtotals.
fn sorted(keys: &[Vec<Cell>], key: usize) -> Vec<Cell> {
    let known = |cell: &&Cell| !matches!(cell, Cell::Null | Cell::All);
    let mut cells: Vec<Cell> =
        keys.iter().map(|cells| &cells[key]).filter(known).cloned().collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

fn read_key(request: &Request, level: usize, row: &QueryResult) -> Result<Vec<Cell>, Error> {
    let cells = request.keys.iter().enumerate().map(|(index, key)| match index < level {
        true => read_cell(request.table, key, row, index),
        false => Ok(Cell::All),
    });
    cells.collect()
}

async fn measure_into(
    session: &Session,
    asked: &SqlRequest<'_>,
    groups: &FoundGroups<'_>,
    figures: &mut [Number],
) -> Result<(), Error> {
    let SqlRequest { rows, measure, part, wanted } = asked;
    let request = rows.request;
    let mut found = FxHashMap::default();
    if wanted.iter().any(|(_, statistic)| statistic.needs() == Needs::Values) {
        let prices = prices_of(session, request, measure, *part).await?;
        found = values(session, *rows, measure, *part, &prices).await?;
    }
    for (key, group) in groups.index {
        let (tally, mut values) =
            (groups.tally(asked, key)?, found.remove(key).unwrap_or_default());
        for (position, statistic) in wanted {
            figures[group * request.figures.len() + position] =
                compute(*statistic, &tally, &mut Values::Listed(&mut values))?;
        }
    }
    Ok(())
}

/// The consumer price index.
async fn prices(session: &Session) -> Result<Prices, Error> {
    let mut select = Query::select();
    select
        .column(price_index::Column::Year)
        .column(price_index::Column::CpiU)
        .from(price_index::Entity);
    let rows = session.all("price_index", Purpose::Aggregates, select).await?;
    let rows = rows.iter().map(|row| {
        let number = |index| Ok::<_, Error>(i64::from(row.try_get_by_index::<i32>(index)?));
        Ok::<_, Error>((number(0)?, number(1)?))
    });
    Ok(Prices::new(rows.collect::<Result<Vec<_>, _>>()?))
}

fn count(row: &QueryResult, index: usize) -> Result<u64, Error> {
    u64::try_from(row.try_get_by_index::<i64>(index)?).map_err(|_| Error::Internal)
}
