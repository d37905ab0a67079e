//! Alternatives that differ in the codes of some columns and in the range of one, such as the awards of each program
//! above the 99th percentile of that program.
//!
//! Evaluated one by one, each alternative is a pass over all rows for each of its tests. But a row can meet only the
//! alternative for its own codes. So a table holds the accepted range for each combination of codes, and one pass
//! compares each row with the range for its codes.

use std::ops::Range;

use super::{
    Replica, Stored, accepted::range_of, column::StoredColumn, keys::Ordinals, mask::Mask,
};
use crate::{
    catalog::{
        key::{End, Part, Path},
        predicate::{Predicate, Test},
        table::{Relation, Table},
    },
    error::Error,
    limits::work::Work,
};

/// The number of alternatives from which on a table is made.
const MANY: usize = 4;
/// The most columns.
const MOST_COLUMNS: usize = 4;
/// The most combinations of codes in the table, which then takes half a megabyte.
const MOST_COMBINATIONS: usize = 1 << 16;

/// Alternatives as a table.
pub(super) struct Alternatives<'a> {
    table: &'a Stored,
    ranged: &'a StoredColumn,
    /// The other columns, each with the distance in the table between two of its codes.
    keys: Vec<(Path, usize)>,
    /// The accepted codes of the ranged column for each combination of the others: the first, and their number.
    ranges: Vec<(u32, u32)>,
}

/// The columns of alternatives.
struct TestedColumns<'a> {
    paths: Vec<Path>,
    columns: Vec<&'a StoredColumn>,
}

impl<'a> Alternatives<'a> {
    /// The alternatives of a condition; `None` if it has another shape, or a row could meet several of them.
    pub(super) fn of(
        replica: &'a Replica,
        table: &'a Stored,
        keeps: &Predicate,
    ) -> Result<Option<Self>, Error> {
        let Predicate::Any(parts) = keeps else { return Ok(None) };
        if parts.len() < MANY {
            return Ok(None);
        }
        let mut all: Vec<Vec<(Path, Test)>> = Vec::with_capacity(parts.len());
        for part in parts {
            let mut tests = Vec::new();
            if !add_tests(table.table, &[], part, &mut tests) {
                return Ok(None);
            }
            all.push(tests);
        }
        let mut paths: Vec<Path> = Vec::new();
        for (path, _) in &all[0] {
            if !paths.contains(path) {
                paths.push(path.clone());
            }
        }
        let is_alike = |tests: &Vec<(Path, Test)>| {
            paths.iter().all(|path| tests.iter().any(|(of, _)| of == path))
                && tests.iter().all(|(of, _)| paths.contains(of))
        };
        if !(2..=MOST_COLUMNS).contains(&paths.len()) || !all.iter().all(is_alike) {
            return Ok(None);
        }
        let column = |path: &Path| {
            let end = replica.table_named(path.table(table.table).name)?;
            let End::Column(column) = path.end else { return Err(Error::Internal) };
            end.column(column)
        };
        let columns = paths.iter().map(column).collect::<Result<_, _>>()?;
        let columns = TestedColumns { paths, columns };
        let mut sets = Vec::with_capacity(all.len());
        for tests in &all {
            let Some(accepted) = columns.accepted(tests)? else { return Ok(None) };
            sets.push(accepted);
        }
        let mut all = 0..columns.columns.len();
        Ok(all.find_map(|ranged| Self::by(table, &columns, ranged, &sets)))
    }

    /// The table with the ranges of one of the columns.
    fn by(
        table: &'a Stored,
        TestedColumns { paths, columns }: &TestedColumns<'a>,
        ranged: usize,
        sets: &[Vec<Range<u32>>],
    ) -> Option<Self> {
        if !paths[ranged].relations.is_empty() {
            return None;
        }
        let mut combinations = 1_usize;
        let mut keys = Vec::with_capacity(columns.len());
        for (position, column) in columns.iter().enumerate().filter(|(it, _)| *it != ranged) {
            keys.push((position, combinations));
            combinations = combinations.checked_mul(column.codes())?;
        }
        if combinations > MOST_COMBINATIONS {
            return None;
        }
        let mut ranges = vec![(0, 0); combinations];
        for sets in sets {
            let Range { start, end } = sets[ranged];
            if start >= end {
                continue;
            }
            let mut places = vec![0];
            for (position, distance) in &keys {
                let places_of =
                    |code: u32| places.iter().map(move |place| place + code as usize * distance);
                places = sets[*position].clone().flat_map(places_of).collect();
            }
            for place in places {
                if ranges[place].1 > 0 {
                    return None;
                }
                ranges[place] = (start, end - start);
            }
        }
        let keys = keys.into_iter().map(|(position, distance)| (paths[position].clone(), distance));
        Some(Self { table, ranged: columns[ranged], keys: keys.collect(), ranges })
    }

    /// The rows that meet one of the alternatives.
    pub(super) fn mask(&self, replica: &Replica) -> Result<Mask, Error> {
        let keys = self.keys.iter().map(|(path, distance)| {
            Ok::<_, Error>((replica.key(self.table, path, Part::Itself)?.0, *distance))
        });
        let keys: Vec<(Ordinals<'_>, usize)> = keys.collect::<Result<_, _>>()?;
        Ok(Mask::from_fn(self.table.rows, |row| {
            let keys = keys.iter();
            let place: usize = keys.map(|(key, distance)| key.get(row) as usize * distance).sum();
            let (first, count) = self.ranges[place];
            self.ranged.codes.get(row).wrapping_sub(first) < count
        }))
    }

    /// The work of testing the rows.
    pub(super) fn work(&self, replica: &Replica) -> Result<Work, Error> {
        let mut work = Work::passed(self.table.rows as u64).times(1 + self.keys.len() as u64);
        for (path, _) in &self.keys {
            for through in path.tables(self.table.table) {
                work += Work::values(replica.table_named(through.name)?.rows as u64);
            }
        }
        Ok(work + Work::values(self.ranges.len() as u64))
    }
}

impl TestedColumns<'_> {
    /// The codes of each column that tests accept; `None` if those of one are not a range.
    fn accepted(&self, tests: &[(Path, Test)]) -> Result<Option<Vec<Range<u32>>>, Error> {
        let mut all = Vec::with_capacity(self.paths.len());
        for (path, column) in self.paths.iter().zip(&self.columns) {
            let mut accepted = 0..u32::try_from(column.codes()).map_err(|_| Error::Internal)?;
            for (_, test) in tests.iter().filter(|(of, _)| of == path) {
                let Some(range) = range_of(column, test)? else { return Ok(None) };
                accepted = accepted.start.max(range.start)..accepted.end.min(range.end);
            }
            all.push(accepted);
        }
        Ok(Some(all))
    }
}

/// Adds the tests of a condition; false if they need not all pass, or are not of columns of the row and of the rows
/// that it refers to.
fn add_tests(
    table: &'static Table,
    relations: &[usize],
    keeps: &Predicate,
    tests: &mut Vec<(Path, Test)>,
) -> bool {
    let mut add = |column: &str, test: Test| {
        let end = End::Column(table.column_index(column));
        tests.push((Path { relations: relations.to_vec(), end }, test));
        true
    };
    match keeps {
        Predicate::All(parts) => {
            parts.iter().all(|part| add_tests(table, relations, part, tests))
                && (relations.is_empty() || !parts.is_empty())
        }
        // A row that refers to none has no value there, but does not pass. It would pass `not` within the relation.
        Predicate::Is { test: Test::Null(true), .. } | Predicate::Not(_)
            if !relations.is_empty() =>
        {
            false
        }
        Predicate::Is { column, test } => add(column, test.clone()),
        Predicate::Not(part) => {
            let known = tests.len();
            let is_null = add_tests(table, relations, part, tests)
                && matches!(&tests[known..], [(_, Test::Null(false))]);
            if let (true, Some((_, test))) = (is_null, tests.last_mut()) {
                *test = Test::Null(true);
            }
            is_null
        }
        Predicate::Through { column, table: other, to, keeps } => {
            let is_this = |relation: &Relation| {
                relation.from == *column && relation.table == other.name && relation.to == *to
            };
            let relation = table.relations.iter().position(is_this);
            let relation = relation.filter(|_| *to == other.key);
            relation.is_some_and(|relation| {
                let relations = [relations, &[relation]].concat();
                add_tests(other, &relations, keeps, tests)
            })
        }
        Predicate::Any(_)
        | Predicate::Difference { .. }
        | Predicate::Near { .. }
        | Predicate::Words { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use indicatif::ProgressBar;

    use super::*;
    use crate::{
        demo,
        graphql::catalog,
        measures::{memory::masks::Masks, stop::Stop},
        query,
    };

    async fn replica() -> Replica {
        let db = crate::database::writer("sqlite::memory:").await.expect("a database in memory");
        migration::run(&db).await.expect("its tables");
        demo::load(&db, 0.02, demo::DEFAULT_SEED, &ProgressBar::hidden()).await.expect("rows");
        Replica::build(catalog(), &db).await.expect("a copy")
    }

    /// The filter of alternatives as a client writes them.
    fn filter(alternatives: impl Iterator<Item = serde_json::Value>) -> Predicate {
        let or = serde_json::json!({ "or": alternatives.collect::<Vec<_>>() });
        let or = async_graphql::Value::from_json(or).expect("JSON");
        match query::filter(catalog().table("grants"), &or).expect("a filter") {
            Predicate::All(mut parts) if parts.len() == 1 => parts.remove(0),
            filter => filter,
        }
    }

    #[tokio::test]
    async fn a_table_keeps_the_rows_of_all_alternatives() {
        let (replica, stop) = (replica().await, Stop::default());
        let table = replica.table_named("grants").expect("grants");
        let share = |year: i64| serde_json::json!({ "gt": ((year - 1990) * 20_000).to_string() });
        let states = || ["CA", "TX", "NY", "OH", "FL", "PA"].into_iter().zip(1995..);
        let years = || 1995..2020;
        let of_years = filter(years().map(
            |year| serde_json::json!({ "fiscalYear": { "eq": year }, "federalShare": share(year) }),
        ));
        let of_states = filter(states().map(|(state, year)| {
            serde_json::json!({ "agency": { "state": { "eq": state } }, "federalShare": share(year) })
        }));
        let of_the_unknown = filter(
            std::iter::once(serde_json::json!({
                "not": { "agency": { "state": { "isNull": false } } }, "federalShare": share(1991)
            }))
            .chain(states().map(|(state, year)| {
                serde_json::json!({ "agency": { "state": { "eq": state } }, "federalShare": share(year) })
            })),
        );
        let that_overlap = filter(years().map(
            |year| serde_json::json!({ "fiscalYear": { "gte": year }, "federalShare": share(year) }),
        ));
        let of_one_column =
            filter(years().map(|year| serde_json::json!({ "fiscalYear": { "eq": year } })));
        let without_agency = filter(states().map(|(_, year)| {
            serde_json::json!({ "agency": { "state": { "isNull": true } }, "fiscalYear": { "eq": year } })
        }));
        for (name, keeps, is_table) in [
            ("of years", of_years, true),
            ("of states", of_states, true),
            ("of the unknown", of_the_unknown, true),
            ("that overlap", that_overlap, false),
            ("of one column", of_one_column, false),
            ("without an agency", without_agency, false),
        ] {
            let found = Alternatives::of(&replica, table, &keeps).expect("a valid condition");
            assert_eq!(found.is_some(), is_table, "{name}: {keeps:?}");
            let Predicate::Any(parts) = &keeps else { panic!("{name}: {keeps:?}") };
            let masks = Masks::of_filter(&replica, &keeps, &stop);
            let rows = masks.of(table, &keeps).expect("a mask").rows();
            let mut each: Vec<u32> = Vec::new();
            for part in parts {
                each.extend(masks.of(table, part).expect("a mask").rows());
            }
            each.sort_unstable();
            each.dedup();
            assert_eq!(rows, each, "{name}");
            assert!(rows.len() < table.rows, "{name}");
        }
    }
}
