//! How many groups there may be, before any is made: what groups are priced by.
//!
//! It is the product of what the keys can be, where that is known: the values of a closed set, the states, the bands,
//! the years of a window, the rows of a table that has few. What only the data decide, such as how many agencies there
//! are, has no bound here but that of an answer (`--max-groups`).

use entity::scalar::STATES;

use crate::catalog::measure_catalog::{Dimension, Shows};
use crate::{
    catalog::{
        key::{BANDS, Part},
        scalar::Scalar,
        table::{Column, Table},
    },
    measures::Event,
};

/// The years that files may have: from 1900 to 2100.
const YEARS: u64 = 201;

/// How many groups there are of keys, and of each prefix of them where there are subtotals. None where the schema does
/// not say.
pub(crate) fn most_groups(
    table: &'static Table,
    by: &[&'static Dimension],
    subtotals: bool,
    event: Option<&Event>,
) -> Option<u64> {
    let (mut groups, mut of_prefixes) = (1_u64, 0_u64);
    for dimension in by {
        of_prefixes = of_prefixes.saturating_add(groups);
        groups = groups.saturating_mul(values(table, dimension, event)?);
    }
    Some(if subtotals { groups.saturating_add(of_prefixes) } else { groups })
}

/// How many values a key has, the unknown among them.
fn values(table: &'static Table, dimension: &Dimension, event: Option<&Event>) -> Option<u64> {
    let known = match dimension.shows {
        Shows::Row(_) => None,
        Shows::Column(column) => of_column(column),
        Shows::Band => Some(BANDS.len() as u64),
        Shows::Truth => Some(2),
        Shows::Year => Some(YEARS),
        Shows::Day => (dimension.key.part == Part::Quarter).then_some(4 * YEARS),
        Shows::Years => Some(match event.and_then(|event| event.window) {
            Some((from, to)) => u64::from(to.abs_diff(from)) + 1,
            None => 2 * YEARS,
        }),
    };
    let mut few = None;
    let mut at = table;
    for relation in &dimension.key.path.relations {
        at = at.relations[*relation].other();
        few = at.few.or(few);
    }
    let known = match (known, few) {
        (Some(known), Some(few)) => Some(known.min(few)),
        (known, few) => known.or(few),
    };
    known.map(|known| known + 1)
}

fn of_column(column: &Column) -> Option<u64> {
    match column.kind.scalar {
        Scalar::Boolean => Some(2),
        Scalar::State => Some(STATES.len() as u64),
        Scalar::Enum => column.values.as_ref().map(|set| set.values.len() as u64),
        Scalar::Int if column.name.ends_with("year") => Some(YEARS),
        _ => None,
    }
}
