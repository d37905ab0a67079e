//! Turns a client's filter into a [`Predicate`].

use async_graphql::{Name, Value as GraphQl};
use indexmap::IndexMap;

use super::id;
use crate::catalog::{
    place::{EarthCircle, FARTHEST, Location, Point},
    predicate::{Comparison, Predicate, Test},
    scalar::{ColumnKind, Scalar, enum_word, real_number},
    table::{Cardinality, Comparable, FieldOf, Relation, Table},
};
use crate::{
    error::Error,
    limits::{MOST_CONDITIONS, MOST_WORDS},
};

/// The operators that compare with one value, by name.
pub(crate) const COMPARISONS: [(&str, Comparison); 6] = [
    ("eq", Comparison::Equal),
    ("ne", Comparison::NotEqual),
    ("lt", Comparison::Less),
    ("lte", Comparison::LessOrEqual),
    ("gt", Comparison::Greater),
    ("gte", Comparison::GreaterOrEqual),
];

/// Reads a filter over a table. `path` is its place, for error messages.
pub(crate) fn parse(table: &Table, value: &GraphQl, path: &str) -> Result<Predicate, Error> {
    let keeps = predicate(table, value, path)?;
    let weight = keeps.weight();
    if weight > MOST_CONDITIONS {
        return Err(Error::BadArgument(format!(
            "{path}: {weight} conditions and values exceed the limit of {MOST_CONDITIONS} for a filter"
        )));
    }
    Ok(keeps)
}

fn predicate(table: &Table, value: &GraphQl, path: &str) -> Result<Predicate, Error> {
    let mut parts = Vec::new();
    for (name, value) in object(value, path)? {
        let here = format!("{path}.{name}");
        match (name.as_str(), value) {
            // A variable without a value filters nothing.
            (_, GraphQl::Null) => {}
            ("and", value) => {
                parts.extend(each(value, &here, |value, path| predicate(table, value, path))?);
            }
            ("or", value) => {
                let any = each(value, &here, |value, path| predicate(table, value, path))?;
                parts.push(Predicate::Any(any));
            }
            ("not", value) => parts.push(Predicate::Not(Box::new(predicate(table, value, &here)?))),
            ("near", value) if table.location.is_some() => parts.push(near(table, value, &here)?),
            (name, value) => parts.push(field(table, name, value, &here)?),
        }
    }
    Ok(match parts.len() {
        1 => parts.remove(0),
        _ => Predicate::All(parts),
    })
}

/// Reads the text of a search. Blank text finds everything; text with no letter or digit finds nothing.
pub(crate) fn search(table: &Table, text: &str) -> Result<Predicate, Error> {
    let mut words: Vec<String> = Vec::new();
    for word in entity::search::words(text) {
        if !words.contains(&word) {
            words.push(word);
        }
        if words.len() > MOST_WORDS {
            let reason = format!("search: more than {MOST_WORDS} different words; remove some");
            return Err(Error::BadArgument(reason));
        }
    }
    Ok(match words.is_empty() {
        true if text.trim().is_empty() => Predicate::all(),
        true => Predicate::Any(Vec::new()),
        false => Predicate::Words { key: table.key, words },
    })
}

fn field(table: &Table, name: &str, value: &GraphQl, path: &str) -> Result<Predicate, Error> {
    match table.field(name) {
        Some(FieldOf::Id) => tests(value, path, |test| {
            Ok(Predicate::Is { column: table.key, test: id_test(table, test.0, test.1, test.2)? })
        }),
        Some(FieldOf::Column(index)) => {
            let column = &table.columns[index];
            tests(value, path, |(operator, value, path)| {
                let test = test(column.kind, operator, value, path)?;
                Ok(Predicate::Is { column: column.name, test })
            })
        }
        Some(FieldOf::Relation(index)) => relation(&table.relations[index], value, path),
        None if name == "compare" => compares(table, value, path),
        None if name == "days" => days(table, value, path),
        Some(FieldOf::Union(_) | FieldOf::Computed(_) | FieldOf::Distance) | None => {
            Err(Error::BadArgument(format!("{path}: {} cannot be filtered by this", table.list)))
        }
    }
}

/// Comparisons of two columns of a row.
fn compares(table: &Table, value: &GraphQl, path: &str) -> Result<Predicate, Error> {
    let columns = table.comparable();
    let comparison = |value: &GraphQl, path: &str| {
        let given = object(value, path)?;
        let column = |name: &str| {
            let word = enum_word(given.get(name));
            let found = columns.iter().find(|(column, ..)| Some(column.as_str()) == word);
            let bad = || Error::BadArgument(format!("{path}.{name}: not a comparable column"));
            found.map(|(_, column, of)| (column.name, *of)).ok_or_else(bad)
        };
        let ((column, of), (less, other)) = (column("column")?, column("with")?);
        if of != other {
            let text = format!(
                "{path}: compare dates with dates, amounts with amounts of the same unit, and counts with counts"
            );
            return Err(Error::BadArgument(text));
        }
        let name = enum_word(given.get("is")).unwrap_or_default().to_ascii_lowercase();
        let found = COMPARISONS.iter().find(|(operator, _)| *operator == name);
        let (_, comparison) = found.ok_or(Error::Internal)?;
        let test = Test::Compare(*comparison, 0_i64.into());
        Ok(Predicate::Difference { column, less, is_of_days: of == Comparable::Day, test })
    };
    Ok(Predicate::All(each(value, path, comparison)?))
}

/// Tests of the number of days between two dates of a row.
fn days(table: &Table, value: &GraphQl, path: &str) -> Result<Predicate, Error> {
    let columns = table.comparable();
    let test_of = |value: &GraphQl, path: &str| {
        let given = object(value, path)?;
        let day = |name: &str| {
            let word = enum_word(given.get(name));
            let mut days = columns.iter().filter(|(.., of)| *of == Comparable::Day);
            let found = days.find(|(column, ..)| Some(column.as_str()) == word);
            let bad =
                || Error::BadArgument(format!("{path}.{name}: not a date field of these rows"));
            found.map(|(_, column, _)| column.name).ok_or_else(bad)
        };
        let (less, column) = (day("from")?, day("to")?);
        let kind = ColumnKind::new(Scalar::Int, &sea_orm::ColumnType::Integer);
        let here = format!("{path}.is");
        tests(given.get("is").unwrap_or(&GraphQl::Null), &here, |(operator, value, path)| {
            let test = test(kind, operator, value, path)?;
            Ok(Predicate::Difference { column, less, is_of_days: true, test })
        })
    };
    Ok(Predicate::All(each(value, path, test_of)?))
}

/// Reads a circle on the Earth.
fn near(table: &Table, value: &GraphQl, path: &str) -> Result<Predicate, Error> {
    let Some(Location { latitude, longitude }) = table.location else {
        return Err(Error::Internal);
    };
    let given = object(value, path)?;
    let middle = point(|name| given.get(name), path)?;
    let kilometers = match given.get("kilometers") {
        None | Some(GraphQl::Null) => None,
        Some(value) => Some(degrees(value, 0.0, FARTHEST.ceil(), &format!("{path}.kilometers"))?),
    };
    let name = |column: usize| table.columns[column].name;
    Ok(Predicate::Near {
        latitude: name(latitude),
        longitude: name(longitude),
        circle: EarthCircle::new(middle, kilometers),
    })
}

/// Reads a place from its latitude and longitude.
pub(crate) fn point<'a>(
    given: impl Fn(&str) -> Option<&'a GraphQl>,
    path: &str,
) -> Result<Point, Error> {
    let read = |name: &str, most: f64| {
        let path = format!("{path}.{name}");
        let value = given(name).ok_or_else(|| Error::BadArgument(format!("{path}: is missing")))?;
        degrees(value, -most, most, &path)
    };
    Ok(Point { latitude: read("latitude", 90.0)?, longitude: read("longitude", 180.0)? })
}

/// Reads a number within limits.
fn degrees(value: &GraphQl, least: f64, most: f64, path: &str) -> Result<f64, Error> {
    match real_number(value) {
        // Makes -0.0 the same as 0.0.
        Ok(number) if (least..=most).contains(&number) => Ok(number + 0.0),
        _ => Err(Error::BadArgument(format!("{path}: {value} is not between {least} and {most}"))),
    }
}

fn relation(relation: &Relation, value: &GraphQl, path: &str) -> Result<Predicate, Error> {
    let other = relation.other();
    let through = |value: &GraphQl, path: &str| {
        Ok::<_, Error>(Predicate::Through {
            column: relation.from,
            table: other,
            to: relation.to,
            keeps: Box::new(predicate(other, value, path)?),
        })
    };
    match relation.cardinality {
        Cardinality::One => through(value, path),
        Cardinality::Many => tests(value, path, |(operator, value, path)| {
            let through = through(value, path)?;
            Ok(match operator {
                "some" => through,
                _ => Predicate::Not(Box::new(through)),
            })
        }),
    }
}

fn tests(
    value: &GraphQl,
    path: &str,
    mut read: impl FnMut((&str, &GraphQl, &str)) -> Result<Predicate, Error>,
) -> Result<Predicate, Error> {
    let mut parts = Vec::new();
    for (name, value) in object(value, path)? {
        if *value != GraphQl::Null {
            parts.push(read((name.as_str(), value, &format!("{path}.{name}")))?);
        }
    }
    Ok(match parts.len() {
        1 => parts.remove(0),
        _ => Predicate::All(parts),
    })
}

fn test(kind: ColumnKind, operator: &str, value: &GraphQl, path: &str) -> Result<Test, Error> {
    let operand = |value: &GraphQl, path: &str| {
        kind.operand(value).map_err(|reason| Error::BadArgument(format!("{path}: {reason}")))
    };
    let part = || match value {
        GraphQl::String(text) if !text.contains('\0') => Ok(text.clone()),
        other => Err(Error::BadArgument(format!("{path}: {other} is not text, or contains NUL"))),
    };
    if let Some((_, comparison)) = COMPARISONS.iter().find(|(name, _)| *name == operator) {
        return Ok(Test::Compare(*comparison, operand(value, path)?));
    }
    Ok(match operator {
        "in" => Test::In(each(value, path, operand)?),
        "notIn" => Test::NotIn(each(value, path, operand)?),
        "isNull" => Test::Null(*value == GraphQl::Boolean(true)),
        "contains" => Test::Contains(part()?),
        "startsWith" => Test::StartsWith(part()?),
        "endsWith" => Test::EndsWith(part()?),
        _ => return Err(Error::BadArgument(format!("{path}: there is no such operator"))),
    })
}

fn id_test(table: &Table, operator: &str, value: &GraphQl, path: &str) -> Result<Test, Error> {
    let key = |value: &GraphQl, path: &str| {
        let GraphQl::String(text) = value else {
            return Err(Error::BadArgument(format!("{path}: {value} is not an id")));
        };
        let key = id::key(table, text).ok_or_else(|| {
            let (text, wants) = (text.chars().take(64).collect::<String>(), &table.type_name);
            Error::BadArgument(format!("{path}: {text:?} is not the id of a row of type {wants}"))
        })?;
        Ok(key.into())
    };
    Ok(match operator {
        "eq" => Test::Compare(Comparison::Equal, key(value, path)?),
        "ne" => Test::Compare(Comparison::NotEqual, key(value, path)?),
        "in" => Test::In(each(value, path, key)?),
        _ => Test::NotIn(each(value, path, key)?),
    })
}

/// Reads a list. A single value counts as a list of one, as GraphQL specifies.
fn each<T>(
    value: &GraphQl,
    path: &str,
    read: impl Fn(&GraphQl, &str) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    match value {
        GraphQl::List(values) => values
            .iter()
            .enumerate()
            .map(|(index, value)| read(value, &format!("{path}[{index}]")))
            .collect(),
        value => Ok(vec![read(value, path)?]),
    }
}

fn object<'a>(value: &'a GraphQl, path: &str) -> Result<&'a IndexMap<Name, GraphQl>, Error> {
    match value {
        GraphQl::Object(object) => Ok(object),
        other => Err(Error::BadArgument(format!("{path}: {other} is not an object"))),
    }
}
