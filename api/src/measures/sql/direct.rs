//! The tallies of the measures of the rows themselves, of all levels.
//!
//! A measure is direct if it has one number for each row: no row has to be counted apart from others, so measures that
//! cover the same rows share one statement, and the groups of fewer keys are the groups by all keys, added up. Tallies
//! are exact integers, so this changes no answer. What saves statements saves most on several machines, where each
//! statement is planned and run once on every shard.
//!
//! For example, the number of rows, the sum of `hours` and their sum over rows whose `population` is known, by two
//! keys with subtotals, are one statement instead of nine:
//!
//! ```sql
//! SELECT k0, k1, COUNT(*), COUNT(r0), COUNT(v0), SUM(v0 >> 32), ..., COUNT(v1), ... FROM (SELECT state AS k0,
//! role AS k1, CASE WHEN population IS NOT NULL THEN 1 END AS r0, hours AS v0,
//! CASE WHEN population IS NOT NULL THEN hours END AS v1 FROM ...) AS counted GROUP BY k0, k1
//! ```
//!
//! Measures of related rows ([`super::related`]) count each related row once per group, so each is a statement of its
//! own.

use rustc_hash::FxHashMap;
use sea_orm::{
    QueryResult,
    sea_query::{Alias, CaseStatement, Expr, ExprTrait as _, Query, SelectStatement},
};

use super::{
    count, prices, read_key,
    statement::{SqlRows, Statements, big, key_column},
};
use crate::{
    catalog::{
        key::{Measure, Way},
        predicate::Predicate,
    },
    database::session::{Purpose, Session},
    error::Error,
    measures::{
        prices::Prices,
        request::{Figure, Known, Request, Subset},
        statistic::{Needs, Tally},
        value::Cell,
    },
};

/// The most measures of one statement: each is six columns and may join a table of sums, and databases limit both.
const MOST: usize = 16;

/// A measure over a part of the rows.
#[derive(Clone, Copy, PartialEq)]
struct DirectMeasure<'a> {
    measure: &'a Measure,
    part: Option<&'a Subset>,
    /// Whether its least and its greatest value are needed.
    has_ends: bool,
}

/// The tallies of each group by all keys, and where those of each figure are among them.
pub(super) struct DirectTallies {
    places: Vec<Option<usize>>,
    groups: FxHashMap<Vec<Cell>, Vec<Tally>>,
}

/// Whether a measure has one number for each row.
pub(super) fn is_direct(measure: &Measure) -> bool {
    match measure {
        Measure::Rows => true,
        Measure::Distinct(_) => false,
        Measure::Numbers(Way(path), _) => path.relations.is_empty(),
    }
}

impl<'a> DirectMeasure<'a> {
    /// The measures of a request, each once, and the place of that of each figure among them.
    fn all(request: &'a Request) -> (Vec<Self>, Vec<Option<usize>>) {
        let mut all: Vec<Self> = Vec::new();
        let places = request.figures.iter().map(|figure| {
            let Figure::Of { measure, part, statistic } = figure else { return None };
            if !is_direct(measure) {
                return None;
            }
            let part = part.and_then(|part| request.parts.get(part));
            let has_ends = statistic.needs() == Needs::Tally;
            let same = all.iter().position(|it| it.measure == measure && it.part == part);
            let place = same.unwrap_or_else(|| {
                all.push(Self { measure, part, has_ends });
                all.len() - 1
            });
            all[place].has_ends |= has_ends;
            Some(place)
        });
        let places = places.collect();
        (all, places)
    }

    /// The filter on its rows besides that of the request.
    fn filter(&self) -> Option<&'a Predicate> {
        self.part.map(|part| &part.keeps).filter(|keeps| !keeps.is_all())
    }

    /// The values that its rows must have.
    fn known(&self) -> &'a [Known] {
        self.part.map_or(&[], |part| &part.known)
    }

    fn is_priced(&self) -> bool {
        let known = self.known().iter().map(|known| &known.measure);
        let mut measures = known.chain([self.measure]);
        measures.any(|measure| matches!(measure, Measure::Numbers(_, Some(_))))
    }

    fn has_numbers(&self) -> bool {
        matches!(self.measure, Measure::Numbers(..))
    }

    /// Reads its tally from the columns of a row, the next of which is `next`, given the number of rows that it covers.
    fn read(&self, row: &QueryResult, next: &mut usize, rows: u64) -> Result<Tally, Error> {
        if !self.has_numbers() {
            return Ok(Tally { known: rows, ..Tally::default() });
        }
        let known = count(row, *next)?;
        let whole = |place: usize| row.try_get_by_index::<Option<i64>>(*next + place);
        let (upper, lower) = (whole(1)?.unwrap_or_default(), whole(2)?.unwrap_or_default());
        let sum = (i128::from(upper) << 32) + i128::from(lower);
        let mut tally = Tally { known, missing: rows - known, sum, ..Tally::default() };
        if self.has_ends {
            tally.min = whole(3)?.unwrap_or(tally.min);
            tally.max = whole(4)?.unwrap_or(tally.max);
        }
        *next += if self.has_ends { 5 } else { 3 };
        Ok(tally)
    }
}

impl DirectTallies {
    /// Reads the tallies of the groups of a level.
    pub(super) async fn of(session: &Session, rows: SqlRows<'_>) -> Result<Self, Error> {
        let request = rows.request;
        let (all, places) = DirectMeasure::all(request);
        // The rows of the request come first: they form the groups.
        let mut filters: Vec<Option<&Predicate>> = vec![None];
        filters.extend(all.iter().map(DirectMeasure::filter));
        let mut groups: FxHashMap<Vec<Cell>, Vec<Tally>> = FxHashMap::default();
        for (place, keeps) in filters.iter().enumerate() {
            if filters[..place].contains(keeps) {
                continue;
            }
            let here: Vec<usize> =
                (0..all.len()).filter(|it| all[*it].filter() == *keeps).collect();
            let chunks = match here.is_empty() {
                true => vec![&here[..]],
                false => here.chunks(MOST).collect(),
            };
            for places in chunks {
                let measures: Vec<_> = places.iter().map(|place| all[*place]).collect();
                let found = read(session, rows, *keeps, &measures).await?;
                if groups.len().max(found.len()) > request.most_groups() {
                    return Err(request.too_many_groups());
                }
                for (key, tallies) in found {
                    let of_group =
                        groups.entry(key).or_insert_with(|| vec![Tally::default(); all.len()]);
                    for (place, tally) in places.iter().zip(tallies) {
                        of_group[*place] = tally;
                    }
                }
            }
        }
        Ok(Self { places, groups })
    }

    /// The tallies of the groups of a level of at most as many keys.
    pub(super) fn at(&self, request: &Request, level: usize) -> FxHashMap<Vec<Cell>, Vec<Tally>> {
        let mut found: FxHashMap<Vec<Cell>, Vec<Tally>> = FxHashMap::default();
        let measures = self.places.iter().flatten().max().map_or(0, |last| last + 1);
        let none = || vec![Tally::default(); measures];
        if level == 0 {
            // The group of all rows exists even without rows.
            found.insert(vec![Cell::All; request.keys.len()], none());
        }
        for (key, tallies) in &self.groups {
            let mut key = key.clone();
            key[level..].fill(Cell::All);
            for (all, tally) in found.entry(key).or_insert_with(none).iter_mut().zip(tallies) {
                all.merge(tally);
            }
        }
        found
    }

    /// The tally of a figure among those of a group; `None` if its measure is not direct.
    pub(super) fn place(&self, figure: usize) -> Option<usize> {
        self.places[figure]
    }
}

/// Reads the tallies of some measures over the rows that a filter keeps.
async fn read(
    session: &Session,
    rows: SqlRows<'_>,
    keeps: Option<&Predicate>,
    measures: &[DirectMeasure<'_>],
) -> Result<Vec<(Vec<Cell>, Vec<Tally>)>, Error> {
    let SqlRows { request, level, .. } = rows;
    let prices = match measures.iter().any(DirectMeasure::is_priced) {
        true => prices(session).await?,
        false => Prices::default(),
    };
    let conditions = conditions(measures);
    let statements = Statements::over(rows, keeps, &prices, session.backend());
    let select = statements?.direct(measures, &conditions)?;
    let found = session.all(request.table.name, Purpose::Aggregates, select).await?;
    let tallies = found.iter().map(|row| {
        let key = read_key(request, level, row)?;
        let mut next = level + 1 + conditions.len();
        let of_measure = |it: &DirectMeasure<'_>| {
            let condition = conditions.iter().position(|known| *known == it.known());
            let rows = count(row, level + condition.map_or(0, |place| place + 1))?;
            it.read(row, &mut next, rows)
        };
        Ok((key, measures.iter().map(of_measure).collect::<Result<_, Error>>()?))
    });
    tallies.collect()
}

/// The conditions on the rows of measures, each once, without that of no condition.
fn conditions<'a>(measures: &[DirectMeasure<'a>]) -> Vec<&'a [Known]> {
    let mut conditions = Vec::new();
    for known in measures.iter().map(DirectMeasure::known) {
        if !known.is_empty() && !conditions.contains(&known) {
            conditions.push(known);
        }
    }
    conditions
}

impl Statements<'_> {
    /// For each group, the keys, the number of rows, the number of rows that meet each condition, and for each measure
    /// with numbers the count of known values, the sums of their upper and lower halves, and the least and the greatest
    /// if they are needed.
    fn direct(
        mut self,
        measures: &[DirectMeasure<'_>],
        conditions: &[&[Known]],
    ) -> Result<SelectStatement, Error> {
        self.select_keys()?;
        let mut numbers: Vec<(&Measure, Expr)> = Vec::new();
        let known = conditions.iter().flat_map(|known| known.iter().map(|known| &known.measure));
        let of_rows = measures.iter().filter(|it| it.has_numbers()).map(|it| it.measure);
        for measure in known.chain(of_rows) {
            if !numbers.iter().any(|(it, _)| *it == measure) {
                numbers.push((measure, self.number(measure)?));
            }
        }
        let number = |measure: &Measure| {
            let found = numbers.iter().find(|(it, _)| *it == measure);
            found.map(|(_, number)| number.clone()).ok_or(Error::Internal)
        };
        let (mut columns, mut outer) = (Vec::new(), Query::select());
        outer.exprs((0..self.level).map(key_column)).expr(Expr::cust("COUNT(*)"));
        let mut met = Vec::new();
        for (place, known) in conditions.iter().enumerate() {
            let each = known.iter().map(|known| Ok(known.holds(number(&known.measure)?)));
            let each: Vec<Expr> = each.collect::<Result<_, Error>>()?;
            let condition = each.into_iter().reduce(Expr::and).ok_or(Error::Internal)?;
            met.push(condition.clone());
            let row = CaseStatement::new().case(condition, Expr::cust("1"));
            columns.push(format!("r{place}"));
            self.select.expr_as(row, Alias::new(format!("r{place}")));
            outer.expr(Expr::cust(format!("COUNT(r{place})")));
        }
        for (place, it) in measures.iter().filter(|it| it.has_numbers()).enumerate() {
            let value = big(number(it.measure)?);
            let condition = conditions.iter().position(|known| *known == it.known());
            let value = match condition {
                Some(condition) => CaseStatement::new().case(met[condition].clone(), value).into(),
                None => value,
            };
            let name = format!("v{place}");
            self.select.expr_as(value, Alias::new(&name));
            outer.exprs(aggregates(&name, it.has_ends));
            columns.push(name);
        }
        if columns.is_empty() {
            columns.push("v".to_owned());
            self.select.expr_as(Expr::cust("1"), Alias::new("v"));
        }
        let inner = std::mem::take(&mut self.select);
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        outer.from_subquery(self.without_shown(inner, &columns), Alias::new("counted"));
        outer.add_group_by((0..self.level).map(key_column));
        Ok(outer)
    }
}

/// The count of a column, the sums of its upper and lower halves, and its ends if they are needed.
pub(super) fn aggregates(column: &str, has_ends: bool) -> impl Iterator<Item = Expr> {
    let all = [
        format!("COUNT({column})"),
        format!("CAST(SUM({column} >> 32) AS BIGINT)"),
        format!("CAST(SUM({column} & 4294967295) AS BIGINT)"),
        format!("MIN({column})"),
        format!("MAX({column})"),
    ];
    all.into_iter().take(if has_ends { 5 } else { 3 }).map(Expr::cust)
}
