//! What a filter means: one value, whoever evaluates it.
//!
//! A test is either true or false, never unknown: every comparison with a missing value is false
//! (`isNull` apart), and `not` is the exact complement of what it holds. So `not: { year: { eq: 2020 } }`
//! keeps rows without a year, and `year: { ne: 2020 }` does not.
//!
//! Text is compared by its bytes; `contains`, `startsWith` and `endsWith` take upper and lower case of
//! ASCII letters as the same, because that is what SQLite's `LIKE` does and PostgreSQL can do alike.

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
    /// All hold; true of everything where there are none.
    All(Vec<Predicate>),
    /// One holds; true of nothing where there are none.
    Any(Vec<Predicate>),
    /// It does not hold.
    Not(Box<Predicate>),
    /// A column passes a test.
    Is {
        /// The column, by its name in the database.
        column: &'static str,
        /// The test.
        test: Test,
    },
    /// What one column is more than another passes a test; of days, in days. Where one of them is missing, so is that.
    Difference {
        /// What it is taken from.
        column: &'static str,
        /// What is taken.
        less: &'static str,
        /// Whether they are days.
        is_of_days: bool,
        /// The test.
        test: Test,
    },
    /// A row of another table, whose column `to` has the value of ours, is kept by a filter there.
    Through {
        /// Our column.
        column: &'static str,
        /// The other table.
        table: &'static Table,
        /// The column there.
        to: &'static str,
        /// The filter there.
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
    /// The row has a word that begins with each of these.
    Words {
        /// The primary key of the table.
        key: &'static str,
        /// The words, folded.
        words: Vec<String>,
    },
}

/// A test of one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Compares like this with a value.
    Compare(Comparison, Value),
    /// Is one of these.
    In(Vec<Value>),
    /// Is known, and none of these.
    NotIn(Vec<Value>),
    /// Is one of these keys, of which there may be any number.
    Keys(Vec<i32>),
    /// Is missing, if true; is known, if false.
    Null(bool),
    /// Has this somewhere.
    Contains(String),
    /// Begins with this.
    StartsWith(String),
    /// Ends with this.
    EndsWith(String),
}

/// A comparison with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Equal,
    /// Another.
    NotEqual,
    /// Before it.
    Less,
    /// Before it, or the same.
    LessOrEqual,
    /// After it.
    Greater,
    /// After it, or the same.
    GreaterOrEqual,
}

impl Comparison {
    /// Whether it holds of two values, given how the first compares with the second.
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
    /// Everything.
    pub(crate) fn all() -> Self {
        Self::All(Vec::new())
    }

    /// Both this and another.
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

    /// How many conditions and values it has.
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
            // As many steps as a database takes for some comparisons.
            Self::Near { .. } => 16,
            Self::Words { words, .. } => words.len(),
        }
    }

    /// How many of its conditions look at rows that refer to others: what a database does row by row.
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

    /// Whether it looks for words, for which a database has an index.
    pub(crate) fn has_words(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::has_words),
            Self::Not(part) => part.has_words(),
            Self::Through { keeps, .. } => keeps.has_words(),
            Self::Is { .. } | Self::Difference { .. } | Self::Near { .. } => false,
            Self::Words { .. } => true,
        }
    }

    /// Whether it keeps everything.
    pub(crate) fn is_all(&self) -> bool {
        matches!(self, Self::All(parts) if parts.is_empty())
    }

    /// Whether it keeps only rows that have a value in a column, as far as that is easily seen.
    pub(crate) fn excludes_null(&self, name: &str) -> bool {
        match self {
            Self::All(parts) => parts.iter().any(|part| part.excludes_null(name)),
            Self::Is { column, test } => *column == name && *test != Test::Null(true),
            Self::Near { latitude, longitude, .. } => [latitude, longitude].contains(&&name),
            _ => false,
        }
    }

    /// The middles of the circles that all rows it keeps are within.
    pub(crate) fn middles(&self) -> Vec<Point> {
        match self {
            Self::All(parts) => parts.iter().flat_map(Self::middles).collect(),
            Self::Near { circle, .. } => vec![circle.middle],
            _ => Vec::new(),
        }
    }

    /// The condition in SQL, as (a part of) the `WHERE` of a statement over the rows of a table.
    pub(crate) fn to_sql(&self, table: &str, backend: DbBackend) -> Expr {
        self.to_sql_at(Place::Where, table, backend)
    }

    /// The condition in SQL, as a value that a statement over the rows of a table computes.
    pub(crate) fn to_sql_value(&self, table: &str, backend: DbBackend) -> Expr {
        self.to_sql_at(Place::Value, table, backend)
    }

    fn to_sql_at(&self, place: Place, table: &str, backend: DbBackend) -> Expr {
        match self {
            Self::All(parts) => parts
                .iter()
                .map(|part| part.to_sql_at(place, table, backend))
                .reduce(ExprTrait::and)
                .unwrap_or_else(|| Expr::cust("TRUE")),
            Self::Any(parts) => parts
                .iter()
                .map(|part| part.to_sql_at(Place::Value, table, backend))
                .reduce(ExprTrait::or)
                .unwrap_or_else(|| Expr::cust("FALSE")),
            // A comparison with NULL is unknown in SQL: what is not true is false here.
            Self::Not(part) => {
                let not_true = Expr::Constant(true.into());
                part.to_sql_at(Place::Value, table, backend).binary(BinOper::IsNot, not_true)
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
                if place == Place::Value && backend == DbBackend::Postgres && *to != other.key {
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

/// Where a condition stands in a statement.
///
/// A database joins the rows of `WHERE a IN (SELECT ...)`. Below `OR` and `NOT`, and outside of `WHERE`, it looks
/// each row up in the list instead: PostgreSQL makes a hash of the list if it expects the list to fit into
/// `hash_mem`, and otherwise reads all of the list for each row. So the list holds each value once there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
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
            // `x NOT IN ()` is true of NULL, while `x NOT IN (1)` is not: say the former alike.
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

/// A column of a table, by its full name: inside a subquery the nearest table of a name is meant.
pub(crate) fn column_of(table: &str, column: &str) -> Expr {
    Expr::col((Alias::new(table), Alias::new(column)))
}

/// The days from one day to another, a whole number.
pub(crate) fn days_between(from: Expr, to: Expr, backend: DbBackend) -> Expr {
    if backend == DbBackend::Postgres {
        return to.sub(from);
    }
    // Days begin at noon there, so the difference of two is whole.
    let day = |day: Expr| Expr::expr(Func::cust("julianday").arg(day));
    Expr::expr(Func::cast_as(day(to).sub(day(from)), Alias::new("INTEGER")))
}

/// That a column has one of many values, in a statement whose text does not depend on how many: the
/// database need not read it again.
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

/// Whether a row has a word that begins with each of these. The index finds all such rows, and some others: PostgreSQL
/// takes the beginning of `12e3ab` for a number and cuts the word behind it. So the words are compared as they are, too.
fn words_of_postgres(table: &str, words: &[String]) -> Expr {
    let search = column_of(table, "search");
    let query: Vec<_> = words.iter().map(|word| format!("'{word}':*")).collect();
    let vector = Func::cust("to_tsvector").arg(Expr::cust("'simple'")).arg(search.clone());
    let query = Func::cust("to_tsquery").arg(Expr::cust("'simple'")).arg(query.join(" & "));
    let found = Expr::expr(vector).binary(BinOper::Custom("@@"), Expr::expr(query));
    words.iter().fold(found, |found, word| {
        let words = Expr::cust("' '").binary(BinOper::Custom("||"), search.clone());
        let place = Func::cust("strpos").arg(words).arg(format!(" {word}"));
        // The planner takes this to be true of nearly all rows, as it is.
        found.and(Expr::expr(place).ne(0))
    })
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
