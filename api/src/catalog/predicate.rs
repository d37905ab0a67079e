//! Filters as values, with one meaning in SQL and in memory.
//!
//! A test is either true or false, never unknown. Every comparison with a missing value is false (except `isNull`),
//! and `not` is the exact complement of its contents. So `not: { year: { eq: 2020 } }` keeps rows without a year, and
//! `year: { ne: 2020 }` does not.
//!
//! Text is compared by its bytes. `contains`, `startsWith` and `endsWith` ignore the case of ASCII letters, because
//! SQLite's `LIKE` does and PostgreSQL can be made to do the same.

use sea_orm::{
    DbBackend,
    sea_query::{
        Alias, BinOper, Expr, ExprTrait, Func, LikeExpr, Query, Value, extension::postgres::PgFunc,
    },
};

use super::{
    place::{EarthCircle, Point},
    table::Table,
};

/// A filter over the rows of one table.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// All hold. True if the list is empty.
    All(Vec<Predicate>),
    /// At least one holds. False if the list is empty.
    Any(Vec<Predicate>),
    /// The filter does not hold.
    Not(Box<Predicate>),
    /// A column passes a test.
    Is {
        /// The column, by its name in the database.
        column: &'static str,
        /// The test.
        test: Test,
    },
    /// The difference of two columns passes a test; for dates, in days. It is missing if either column is.
    Difference {
        /// The minuend.
        column: &'static str,
        /// The subtrahend.
        less: &'static str,
        /// Whether the columns are dates.
        is_of_days: bool,
        /// The test.
        test: Test,
    },
    /// A row of another table whose column `to` equals our column matches a filter.
    Through {
        /// Our column.
        column: &'static str,
        /// The other table.
        table: &'static Table,
        /// The column of the other table.
        to: &'static str,
        /// The filter over the other table.
        keeps: Box<Predicate>,
    },
    /// The row is within a circle on the Earth.
    Near {
        /// The column of degrees north, by its name in the database.
        latitude: &'static str,
        /// The column of degrees east.
        longitude: &'static str,
        /// The circle.
        circle: EarthCircle,
    },
    /// For each of these words, the row has a word that starts with it.
    Words {
        /// The primary key of the table.
        key: &'static str,
        /// The words, normalized.
        words: Vec<String>,
    },
}

/// A test of one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The comparison with a value holds.
    Compare(Comparison, Value),
    /// Is one of these values.
    In(Vec<Value>),
    /// Is known and is none of these values.
    NotIn(Vec<Value>),
    /// Is one of these keys, of which there may be many.
    Keys(Vec<i32>),
    /// If true, is missing; if false, is known.
    Null(bool),
    /// Contains this text.
    Contains(String),
    /// Starts with this text.
    StartsWith(String),
    /// Ends with this text.
    EndsWith(String),
}

/// A comparison with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Less.
    Less,
    /// Less or equal.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterOrEqual,
}

impl Comparison {
    /// Whether the comparison holds, given the ordering of the first value relative to the second.
    pub(crate) fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Predicate {
    /// The filter that keeps every row.
    pub(crate) fn all() -> Self {
        Self::All(Vec::new())
    }

    /// The conjunction of two filters.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All(mut these), Self::All(those)) => {
                these.extend(those);
                Self::All(these)
            }
            (Self::All(mut these), other) => {
                these.push(other);
                Self::All(these)
            }
            (this, other) => Self::All(vec![this, other]),
        }
    }

    /// The number of its conditions and values.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                1 + parts.iter().map(Self::weight).sum::<usize>()
            }
            Self::Not(part) => 1 + part.weight(),
            Self::Is { test: Test::In(values) | Test::NotIn(values), .. }
            | Self::Difference { test: Test::In(values) | Test::NotIn(values), .. } => {
                1 + values.len()
            }
            Self::Is { .. } | Self::Difference { .. } => 1,
            Self::Through { keeps, .. } => 1 + keeps.weight(),
            // A database needs about as many steps as for 16 comparisons.
            Self::Near { .. } => 16,
            Self::Words { words, .. } => words.len(),
        }
    }

    /// The number of its conditions on child rows, which a database evaluates row by row.
    pub(crate) fn related(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::related).sum(),
            Self::Not(part) => part.related(),
            Self::Through { table, to, keeps, .. } => {
                usize::from(*to != table.key) + keeps.related()
            }
            Self::Is { .. } | Self::Difference { .. } | Self::Near { .. } | Self::Words { .. } => 0,
        }
    }

    /// Whether it contains a word search, which databases answer from an index.
    pub(crate) fn has_words(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::has_words),
            Self::Not(part) => part.has_words(),
            Self::Through { keeps, .. } => keeps.has_words(),
            Self::Is { .. } | Self::Difference { .. } | Self::Near { .. } => false,
            Self::Words { .. } => true,
        }
    }

    /// Whether it keeps every row.
    pub(crate) fn is_all(&self) -> bool {
        matches!(self, Self::All(parts) if parts.is_empty())
    }

    /// Whether it obviously keeps only rows with a value in a column. May miss some cases.
    pub(crate) fn excludes_null(&self, name: &str) -> bool {
        match self {
            Self::All(parts) => parts.iter().any(|part| part.excludes_null(name)),
            Self::Is { column, test } => *column == name && *test != Test::Null(true),
            Self::Near { latitude, longitude, .. } => [latitude, longitude].contains(&&name),
            _ => false,
        }
    }

    /// The centers of the circles that contain all rows it keeps.
    pub(crate) fn middles(&self) -> Vec<Point> {
        match self {
            Self::All(parts) => parts.iter().flat_map(Self::middles).collect(),
            Self::Near { circle, .. } => vec![circle.middle],
            _ => Vec::new(),
        }
    }

    /// The SQL condition as the `WHERE` clause of a statement over the rows of a table, or as part of it.
    pub(crate) fn to_sql(&self, table: &str, backend: DbBackend) -> Expr {
        self.to_sql_at(Position::Where, table, backend)
    }

    /// The SQL condition as a value that a statement over the rows of a table computes.
    pub(crate) fn to_sql_value(&self, table: &str, backend: DbBackend) -> Expr {
        self.to_sql_at(Position::Value, table, backend)
    }

    fn to_sql_at(&self, position: Position, table: &str, backend: DbBackend) -> Expr {
        match self {
            Self::All(parts) => parts
                .iter()
                .map(|part| part.to_sql_at(position, table, backend))
                .reduce(ExprTrait::and)
                .unwrap_or_else(|| Expr::cust("TRUE")),
            Self::Any(parts) => parts
                .iter()
                .map(|part| part.to_sql_at(Position::Value, table, backend))
                .reduce(ExprTrait::or)
                .unwrap_or_else(|| Expr::cust("FALSE")),
            // In SQL, a comparison with NULL is unknown. Here, unknown counts as false.
            Self::Not(part) => {
                let not_true = Expr::Constant(true.into());
                part.to_sql_at(Position::Value, table, backend).binary(BinOper::IsNot, not_true)
            }
            Self::Is { column, test } => test.to_sql(column_of(table, column), backend),
            Self::Difference { column, less, is_of_days, test } => {
                let [column, less] = [column, less].map(|name| column_of(table, name));
                let difference = match is_of_days {
                    true => days_between(less, column, backend),
                    false => column.sub(less),
                };
                test.to_sql(difference, backend)
            }
            Self::Through { column, table: other, to, keeps } => {
                let mut inner = Query::select();
                inner
                    .column((Alias::new(other.name), Alias::new(*to)))
                    .from(Alias::new(other.name));
                if position == Position::Value && backend == DbBackend::Postgres && *to != other.key
                {
                    inner.distinct();
                }
                if !keeps.is_all() {
                    inner.and_where(keeps.to_sql(other.name, backend));
                }
                column_of(table, column).in_subquery(inner)
            }
            Self::Near { latitude, longitude, circle } => {
                circle.to_sql(column_of(table, latitude), column_of(table, longitude))
            }
            Self::Words { key, words } => {
                if backend == DbBackend::Postgres {
                    words_of_postgres(table, words)
                } else {
                    let query: Vec<_> = words.iter().map(|word| format!("\"{word}\"*")).collect();
                    let index = format!("{table}_search");
                    let mut inner = Query::select();
                    inner
                        .column((Alias::new(&index), Alias::new("rowid")))
                        .from(Alias::new(&index))
                        .and_where(
                            Expr::col(Alias::new(&index))
                                .binary(BinOper::Custom("MATCH"), query.join(" AND ")),
                        );
                    column_of(table, key).in_subquery(inner)
                }
            }
        }
    }
}

/// The position of a condition in a statement.
///
/// A database turns `WHERE a IN (SELECT ...)` into a join. Below `OR` and `NOT`, and outside of `WHERE`, it looks up
/// each row in the list instead: PostgreSQL hashes the list if it expects the list to fit into `hash_mem`, and
/// otherwise scans the whole list for each row. So the list holds each value only once there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Where,
    Value,
}

impl Test {
    fn to_sql(&self, column: Expr, backend: DbBackend) -> Expr {
        match self {
            Self::Compare(comparison, value) => {
                let operator = match comparison {
                    Comparison::Equal => BinOper::Equal,
                    Comparison::NotEqual => BinOper::NotEqual,
                    Comparison::Less => BinOper::SmallerThan,
                    Comparison::LessOrEqual => BinOper::SmallerThanOrEqual,
                    Comparison::Greater => BinOper::GreaterThan,
                    Comparison::GreaterOrEqual => BinOper::GreaterThanOrEqual,
                };
                column.binary(operator, Expr::val(value.clone()))
            }
            Self::In(values) => column.is_in(values.iter().cloned()),
            // `x NOT IN ()` is true for NULL, while `x NOT IN (1)` is not. Treat both alike.
            Self::NotIn(values) if values.is_empty() => column.is_not_null(),
            Self::NotIn(values) => column.is_not_in(values.iter().cloned()),
            Self::Keys(keys) => keys_in(column, keys, backend),
            Self::Null(true) => column.is_null(),
            Self::Null(false) => column.is_not_null(),
            Self::Contains(text) => like(column, &format!("%{}%", escape(text)), backend),
            Self::StartsWith(text) => like(column, &format!("{}%", escape(text)), backend),
            Self::EndsWith(text) => like(column, &format!("%{}", escape(text)), backend),
        }
    }
}

/// A column qualified by its table. In a subquery, this means the innermost table of that name.
pub(crate) fn column_of(table: &str, column: &str) -> Expr {
    Expr::col((Alias::new(table), Alias::new(column)))
}

/// The days from one day to another, a whole number.
pub(crate) fn days_between(from: Expr, to: Expr, backend: DbBackend) -> Expr {
    if backend == DbBackend::Postgres {
        return to.sub(from);
    }
    // Julian days start at noon, so the difference between two dates is whole.
    let day = |day: Expr| Expr::expr(Func::cust("julianday").arg(day));
    Expr::expr(Func::cast_as(day(to).sub(day(from)), Alias::new("INTEGER")))
}

/// The condition that a column has one of many values. The text of the statement does not depend on their number, so
/// the database can reuse the prepared statement.
pub(crate) fn keys_in(column: Expr, keys: &[i32], backend: DbBackend) -> Expr {
    if let [key] = keys {
        return column.eq(*key);
    }
    if backend == DbBackend::Postgres {
        column.eq(PgFunc::any(Expr::val(keys.to_vec())))
    } else {
        let list = serde_json::to_string(keys).unwrap_or_default();
        let mut values = Query::select();
        values
            .column(Alias::new("value"))
            .from_function(Func::cust("json_each").arg(list), Alias::new("keys"));
        column.in_subquery(values)
    }
}

fn like(column: Expr, pattern: &str, backend: DbBackend) -> Expr {
    let pattern = LikeExpr::new(pattern.to_ascii_lowercase()).escape('\\');
    match backend {
        // The columns have the collation "C", so this changes ASCII letters only.
        DbBackend::Postgres => Expr::expr(Func::lower(column)).like(pattern),
        _ => column.like(pattern),
    }
}

/// The condition that for each of these words, a row has a word that starts with it. The index finds all such rows
/// and some others: PostgreSQL parses the start of `12e3ab` as a number and splits the word after it. So the words
/// are also compared directly.
fn words_of_postgres(table: &str, words: &[String]) -> Expr {
    let search = column_of(table, "search");
    let query: Vec<_> = words.iter().map(|word| format!("'{word}':*")).collect();
    let vector = Func::cust("to_tsvector").arg(Expr::cust("'simple'")).arg(search.clone());
    let query = Func::cust("to_tsquery").arg(Expr::cust("'simple'")).arg(query.join(" & "));
    let found = Expr::expr(vector).binary(BinOper::Custom("@@"), Expr::expr(query));
    words.iter().fold(found, |found, word| {
        let words = Expr::cust("' '").binary(BinOper::Custom("||"), search.clone());
        let place = Func::cust("strpos").arg(words).arg(format!(" {word}"));
        // The planner assumes that this holds for nearly all rows, which is correct.
        found.and(Expr::expr(place).ne(0))
    })
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
