//! The order of a list, and its cursors.
//!
//! A list is ordered by any number of keys and finally by its primary key, so no two rows tie. A cursor holds the
//! values of those keys in one row, and a mark that identifies the order. The next rows are found by comparing with
//! these values, not by counting. So a page costs the same wherever it is, and rows that appear or disappear elsewhere
//! move nothing.

use async_graphql::Value as GraphQl;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, JoinType, NullOrdering, Order, SelectStatement, Value,
};

use super::figure_order::{self, FigureOrder};
use crate::catalog::{
    Catalog,
    place::{Location, Point},
    predicate::column_of,
    scalar::{enum_word, items, real_number},
    table::{Cardinality, Column, Table, screaming_case},
};
use crate::{error::Error, limits::MOST_KEYS, measures::Number};

/// One key of an order.
#[derive(Clone, Debug)]
pub(crate) struct OrderKey {
    /// The position of the to-one relation that leads to the column; `None` for a column of the table itself.
    pub(crate) through: Option<usize>,
    /// The position of the column in its table.
    pub(crate) column: usize,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
    /// Whether its value may be missing.
    pub(crate) nullable: bool,
    /// The aggregate to compare, instead of a column.
    pub(crate) figure: Option<FigureOrder>,
    /// The place to measure distance from, and the columns with the place of a row, instead of a column.
    pub(crate) from: Option<(Point, Location)>,
}

/// The name of the order by distance from the center of `near`.
pub(crate) const BY_DISTANCE: &str = "DISTANCE";

/// The columns that can order a table, with the names of the enum values.
pub(crate) fn orderable(table: &Table) -> Vec<(String, Option<usize>, usize)> {
    let columns = |table: &Table| -> Vec<(String, usize)> {
        table
            .columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| Some((screaming_case(column.field.as_deref()?), index)))
            .collect()
    };
    let own = columns(table).into_iter().map(|(name, column)| (name, None, column));
    let ones = table
        .relations
        .iter()
        .enumerate()
        .filter(|(_, relation)| relation.cardinality == Cardinality::One && relation.orders);
    let theirs = ones.flat_map(|(index, relation)| {
        let prefix = screaming_case(relation.field);
        columns(relation.other())
            .into_iter()
            .map(move |(name, column)| (format!("{prefix}_{name}"), Some(index), column))
    });
    own.chain(theirs).collect()
}

/// Reads the argument `orderBy`, and adds the primary key. `middles` are the centers of the circles in the filter.
pub(crate) fn parse(
    catalog: &'static Catalog,
    table: &'static Table,
    value: Option<&GraphQl>,
    middles: &[Point],
) -> Result<Vec<OrderKey>, Error> {
    let values = items(value);
    if values.len() > MOST_KEYS {
        let count = values.len();
        let reason = format!("orderBy: {count} keys exceed the limit of {MOST_KEYS}");
        return Err(Error::BadArgument(reason));
    }
    let mut keys = Vec::with_capacity(values.len() + 1);
    for (index, value) in values.iter().enumerate() {
        let bad = |what: &str| Error::BadArgument(format!("orderBy[{index}]: {what}"));
        let GraphQl::Object(value) = value else { return Err(bad("this is not an object")) };
        let word = |name: &str| enum_word(value.get(name));
        let (descending, nulls_first) =
            (word("direction") == Some("DESC"), word("nulls") == Some("FIRST"));
        let is_given = |name: &str| value.get(name).filter(|value| **value != GraphQl::Null);
        let mut figures = figure_order::relations(catalog, table).into_iter();
        let figure = figures.find_map(|of| Some((of.field, is_given(of.field)?)));
        let column = table.column_index(table.key);
        if let Some((name, value)) = figure {
            if word("field").is_some() || figures.any(|of| is_given(of.field).is_some()) {
                return Err(bad("name only one thing to order by"));
            }
            let path = format!("orderBy[{index}].{name}");
            let figure = Some(figure_order::parse(catalog, table, name, value, &path)?);
            let key = OrderKey::plain(None, column);
            keys.push(OrderKey { descending, nulls_first, figure, ..key });
            continue;
        }
        let field = word("field").ok_or_else(|| bad("name a field to order by"))?;
        if let (BY_DISTANCE, Some(location)) = (field, table.location) {
            let [from] = middles else {
                return Err(bad(
                    "DISTANCE is measured from the center of `near`; add exactly one `near` to `filter`, outside of \
                     `or` and `not`",
                ));
            };
            let key = OrderKey::plain(None, location.latitude);
            keys.push(OrderKey { descending, from: Some((*from, location)), ..key });
            continue;
        }
        let (_, through, column) = orderable(table)
            .into_iter()
            .find(|(name, ..)| name == field)
            .ok_or_else(|| bad("there is no such field"))?;
        let key = OrderKey::plain(through, column);
        keys.push(OrderKey { descending, nulls_first, nullable: key.may_be_null(table), ..key });
    }
    // The direction of the last key, so that an index can be read from either end.
    let descending = keys.last().is_some_and(|key: &OrderKey| key.descending);
    keys.push(OrderKey { descending, ..OrderKey::plain(None, table.column_index(table.key)) });
    Ok(keys)
}

impl OrderKey {
    /// An ascending key that every row has.
    pub(crate) fn plain(through: Option<usize>, column: usize) -> Self {
        let (descending, nulls_first, nullable) = (false, false, false);
        Self { through, column, descending, nulls_first, nullable, figure: None, from: None }
    }

    pub(crate) fn column<'t>(&self, table: &'t Table) -> &'t Column {
        match self.through {
            None => &table.columns[self.column],
            Some(index) => &table.relations[index].other().columns[self.column],
        }
    }

    /// The SQL expression; needs the joins of [`join`].
    pub(crate) fn to_sql(&self, table: &Table) -> Expr {
        if let Some((from, Location { latitude, longitude })) = self.from {
            let degrees = |column: usize| column_of(table.name, table.columns[column].name);
            return from.haversine_in_sql(&degrees(latitude), &degrees(longitude));
        }
        let column = self.column(table).name;
        match self.through {
            None => column_of(table.name, column),
            Some(index) => column_of(table.relations[index].field, column),
        }
    }

    fn may_be_null(&self, table: &Table) -> bool {
        self.through.is_some_and(|index| table.relations[index].nullable)
            || self.column(table).nullable
    }

    /// The direction and the place of nulls in SQL, forward or backward.
    pub(crate) fn sort(&self, backward: bool) -> (Order, Option<NullOrdering>) {
        let order = if self.descending == backward { Order::Asc } else { Order::Desc };
        let nulls = self.nullable.then_some(match self.nulls_first == backward {
            true => NullOrdering::Last,
            false => NullOrdering::First,
        });
        (order, nulls)
    }
}

/// Joins the rows at the end of the to-one relations at these positions.
pub(crate) fn join(
    select: &mut SelectStatement,
    table: &Table,
    relations: impl IntoIterator<Item = usize>,
) {
    let mut joined = Vec::new();
    for index in relations {
        if joined.contains(&index) {
            continue;
        }
        joined.push(index);
        let relation = &table.relations[index];
        select.join_as(
            JoinType::LeftJoin,
            Alias::new(relation.table),
            Alias::new(relation.field),
            column_of(table.name, relation.from).eq(column_of(relation.field, relation.to)),
        );
    }
}

/// The condition that a row comes after a place (before it, if `backward`).
///
/// For keys `a, b` it is `a >= x AND (a > x OR (a = x AND b > y))`, with missing values where the order puts them. The
/// first part is redundant, but an index can start from it.
pub(crate) fn beyond(table: &Table, keys: &[OrderKey], place: &[Value], backward: bool) -> Expr {
    let mut condition: Option<Expr> = None;
    for (key, value) in keys.iter().zip(place).rev() {
        let column = || key.to_sql(table);
        let missing = is_null(value);
        let nulls_ahead = key.nulls_first != backward;
        let further = match (missing, nulls_ahead) {
            (true, true) => Some(column().is_not_null()),
            (true, false) => None,
            (false, ahead) => {
                let beyond = match key.descending == backward {
                    true => column().gt(Expr::val(value.clone())),
                    false => column().lt(Expr::val(value.clone())),
                };
                Some(match key.nullable && !ahead {
                    true => beyond.or(column().is_null()),
                    false => beyond,
                })
            }
        };
        let same = || match missing {
            true => column().is_null(),
            false => column().eq(Expr::val(value.clone())),
        };
        condition = match (further, condition) {
            (further, None) => further,
            (None, Some(rest)) => Some(same().and(rest)),
            (Some(further), Some(rest)) => Some(further.or(same().and(rest))),
        };
    }
    let condition = condition.unwrap_or_else(|| Expr::cust("FALSE"));
    match (keys, place) {
        ([key, _, ..], [value, ..]) if !is_null(value) => {
            let (column, value) = (key.to_sql(table), Expr::val(value.clone()));
            let mut bound = match key.descending == backward {
                true => column.clone().gte(value),
                false => column.clone().lte(value),
            };
            if key.nullable && key.nulls_first == backward {
                bound = bound.or(column.is_null());
            }
            bound.and(condition)
        }
        _ => condition,
    }
}

impl OrderKey {
    /// The positions of the columns whose values a key needs: one, or those with the place of the row.
    pub(crate) fn columns(&self) -> Vec<usize> {
        match self.from {
            Some((_, Location { latitude, longitude })) => vec![latitude, longitude],
            None => vec![self.column],
        }
    }
}

/// The cursor of a row, from the values of the columns of its keys.
pub(crate) fn encode_cursor(table: &Table, keys: &[OrderKey], cells: &[GraphQl]) -> String {
    let mut parts = vec![GraphQl::from(mark(table, keys))];
    parts.extend_from_slice(cells);
    URL_SAFE_NO_PAD.encode(GraphQl::List(parts).into_json().unwrap_or_default().to_string())
}

/// The values in a cursor.
pub(crate) fn decode_cursor(
    table: &Table,
    keys: &[OrderKey],
    argument: &'static str,
    cursor: &str,
) -> Result<Vec<Value>, Error> {
    let invalid = |reason| Error::InvalidCursor { argument, reason };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid("it is not base64"))?;
    let parts: Vec<serde_json::Value> =
        serde_json::from_slice(&bytes).map_err(|_| invalid("it does not hold a list"))?;
    let Some((found, cells)) = parts.split_first() else {
        return Err(invalid("it is empty"));
    };
    if found.as_str() != Some(mark(table, keys).as_str()) {
        return Err(invalid("it belongs to another list or order"));
    }
    if cells.len() != keys.iter().map(|key| key.columns().len()).sum::<usize>() {
        return Err(invalid("it holds the wrong number of keys"));
    }
    let mut cells = cells.iter().map(|cell| GraphQl::from_json(cell.clone()).unwrap_or_default());
    let mut next = || cells.next().unwrap_or_default();
    keys.iter()
        .map(|key| {
            let cell = next();
            if let Some((from, _)) = key.from {
                let degrees = |cell: &GraphQl, most: f64| {
                    let degrees = real_number(cell).ok().filter(|it| it.abs() <= most);
                    degrees.ok_or_else(|| invalid("it does not hold a place on Earth"))
                };
                let haversine = from.haversine(degrees(&cell, 90.0)?, degrees(&next(), 180.0)?);
                return Ok(Value::Double(Some(haversine)));
            }
            if cell == GraphQl::Null {
                return Ok(Value::String(None));
            }
            if key.figure.is_some() {
                return match cell {
                    GraphQl::String(text) if Number::parse(&text).is_some() => Ok(text.into()),
                    _ => Err(invalid("it holds a value of another type")),
                };
            }
            key.column(table)
                .kind
                .operand(&cell)
                .map_err(|_| invalid("it holds a value of another type"))
        })
        .collect()
}

/// Whether a cursor has no value for a key.
pub(crate) fn is_null(value: &Value) -> bool {
    matches!(value, Value::String(None))
}

/// A short mark that identifies a table and an order, so that cursors of other lists are refused.
fn mark(table: &Table, keys: &[OrderKey]) -> String {
    let mut words = vec![table.name];
    let place = |from: &(Point, Location)| format!("{} {}", from.0.latitude, from.0.longitude);
    let places: Vec<_> = keys.iter().filter_map(|key| key.from.as_ref()).map(place).collect();
    words.extend(places.iter().map(String::as_str));
    for key in keys {
        words.push(key.through.map_or("", |index| table.relations[index].field));
        words.push(key.figure.as_ref().map_or(key.column(table).name, |figure| &figure.identity));
        words.push(if key.descending { "desc" } else { "asc" });
        words.push(if key.nulls_first { "first" } else { "last" });
    }
    short_mark(words)
}

/// A short mark of some words (half of 64-bit FNV-1a).
pub(crate) fn short_mark<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let bytes = words.into_iter().flat_map(|word| word.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{:08x}", hash >> 32)
}
