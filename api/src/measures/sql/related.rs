//! The tallies of the measures of related rows, of all levels.
//!
//! A related row counts once per group, so the groups of fewer keys are not the groups by all keys, added up: an agency
//! in two of them is one agency. But they need no more of the rows than which related rows each group by all keys has.
//! That is a common table expression, which the database computes once; several machines would otherwise send each
//! other these pairs for each level.
//!
//! ```sql
//! WITH counted AS (SELECT DISTINCT state AS k0, role AS k1, agency_id AS e FROM ...)
//! SELECT k0, k1, COUNT(*), 2 FROM counted GROUP BY k0, k1
//! UNION ALL SELECT k0, NULL, COUNT(*), 1 FROM (SELECT DISTINCT k0, e FROM counted) AS each GROUP BY k0
//! ```

use std::ops::RangeInclusive;

use rustc_hash::FxHashMap;
use sea_orm::{
    QueryResult,
    sea_query::{
        Alias, CommonTableExpression, Expr, Query, SelectStatement, UnionType, WithClause,
    },
};

use super::{
    count,
    direct::{aggregates, is_direct},
    prices_of, read_key,
    statement::{SqlRows, Statements, key_alias, key_column},
};
use crate::{
    catalog::key::Measure,
    database::session::{Purpose, Session},
    error::Error,
    measures::{request::Figure, statistic::Tally, value::Cell},
};

/// The rows to count, with the keys of the greatest level.
const COUNTED: &str = "counted";

/// The tallies of each measure over each part of the rows.
pub(super) struct RelatedTallies<'a> {
    all: Vec<RelatedMeasure<'a>>,
}

/// The tallies of a measure over a part of the rows, by the keys of groups.
struct RelatedMeasure<'a> {
    measure: &'a Measure,
    part: Option<usize>,
    tallies: FxHashMap<Vec<Cell>, Tally>,
}

impl<'a> RelatedTallies<'a> {
    /// Reads the tallies of the groups of some levels, of which the greatest is that of the rows.
    pub(super) async fn of(
        session: &Session,
        rows: SqlRows<'a>,
        levels: RangeInclusive<usize>,
    ) -> Result<Self, Error> {
        let mut found = Self { all: Vec::new() };
        for figure in &rows.request.figures {
            let Figure::Of { measure, part, .. } = figure else { continue };
            if is_direct(measure) || found.find(measure, *part).is_some() {
                continue;
            }
            let prices = prices_of(session, rows.request, measure, *part).await?;
            let mut statements = Statements::new(rows, *part, &prices, session.backend())?;
            let select = statements.tallies(measure, levels.clone())?;
            let mut tallies = FxHashMap::default();
            for row in session.all(rows.request.table.name, Purpose::Aggregates, select).await? {
                let level = level(&row, rows.level, measure)?;
                let key = read_key(rows.request, level, &row)?;
                tallies.insert(key, read_tally(measure, rows.level, &row)?);
            }
            found.all.push(RelatedMeasure { measure, part: *part, tallies });
        }
        Ok(found)
    }

    /// The tally of a measure over a part of the rows in a group.
    pub(super) fn get(&self, measure: &Measure, part: Option<usize>, key: &[Cell]) -> Tally {
        let tallies = self.find(measure, part);
        tallies.and_then(|tallies| tallies.get(key).copied()).unwrap_or_default()
    }

    fn find(&self, measure: &Measure, part: Option<usize>) -> Option<&FxHashMap<Vec<Cell>, Tally>> {
        let found = self.all.iter().find(|it| it.measure == measure && it.part == part);
        found.map(|it| &it.tallies)
    }
}

impl Statements<'_> {
    /// For each group of some levels, of which the greatest is that of the statement: the keys, the number of distinct
    /// related rows and, for numbers, the count of known values, the sums of their upper and lower halves, the least and
    /// the greatest; and the level.
    fn tallies(
        &mut self,
        measure: &Measure,
        levels: RangeInclusive<usize>,
    ) -> Result<SelectStatement, Error> {
        let counted = self.counted(measure)?;
        let deepest = self.level;
        let columns: &[&str] = if is_number(measure) { &["e", "v"] } else { &["e"] };
        let groups = |level: usize| {
            let mut groups = Query::select();
            for index in 0..deepest {
                let key = if index < level { key_column(index) } else { Expr::cust("NULL") };
                groups.expr_as(key, key_alias(index));
            }
            let all = std::iter::once(Expr::cust("COUNT(*)"));
            let all = all.chain(aggregates("v", true).filter(|_| is_number(measure)));
            for (index, aggregate) in all.enumerate() {
                groups.expr_as(aggregate, Alias::new(format!("a{index}")));
            }
            groups.expr_as(Expr::cust(format!("CAST({level} AS BIGINT)")), Alias::new("level"));
            groups.add_group_by((0..level).map(key_column));
            groups
        };
        let mut all = groups(deepest);
        if *levels.start() == deepest {
            return Ok(all.from_subquery(counted, Alias::new(COUNTED)).to_owned());
        }
        all.from(Alias::new(COUNTED));
        for level in levels.rev().skip(1) {
            let mut each = Query::select();
            each.exprs((0..level).map(key_column)).distinct().from(Alias::new(COUNTED));
            each.columns(columns.iter().map(|name| Alias::new(*name)));
            let mut groups = groups(level);
            groups.from_subquery(each, Alias::new("each"));
            all.union(UnionType::All, groups);
        }
        let mut named = CommonTableExpression::new();
        named.table_name(Alias::new(COUNTED)).query(counted);
        all.with_cte(WithClause::new().cte(named).to_owned());
        // A statement that reads an earlier revision gets a `WITH` of its own in front.
        let mut outer = Query::select();
        outer.expr(Expr::cust("\"levels\".*")).from_subquery(all, Alias::new("levels"));
        Ok(outer)
    }
}

fn is_number(measure: &Measure) -> bool {
    matches!(measure, Measure::Numbers(..))
}

/// The level of a row, after its keys and aggregates.
fn level(row: &QueryResult, deepest: usize, measure: &Measure) -> Result<usize, Error> {
    let aggregates = if is_number(measure) { 6 } else { 1 };
    let level: i64 = row.try_get_by_index(deepest + aggregates)?;
    usize::try_from(level).map_err(|_| Error::Internal)
}

/// Reads the aggregates after the keys.
fn read_tally(measure: &Measure, keys: usize, row: &QueryResult) -> Result<Tally, Error> {
    let rows = count(row, keys)?;
    if !is_number(measure) {
        return Ok(Tally { known: rows, ..Tally::default() });
    }
    let known = count(row, keys + 1)?;
    let whole = |index: usize| row.try_get_by_index::<Option<i64>>(keys + index);
    let (upper, lower) = (whole(2)?.unwrap_or_default(), whole(3)?.unwrap_or_default());
    Ok(Tally {
        known,
        missing: rows - known,
        sum: (i128::from(upper) << 32) + i128::from(lower),
        min: whole(4)?.unwrap_or(i64::MAX),
        max: whole(5)?.unwrap_or(i64::MIN),
    })
}
