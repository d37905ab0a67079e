//! Cursors of groups. A cursor is a group's place in the order, so it stays valid when other groups appear or
//! disappear.
//!
//! A cursor holds the exact figures that the order compares and the cells of the key; floats are stored as their bits.
//! Its mark identifies the table, key and order, so a cursor of other groups is refused.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    error::Error,
    measures::{Cell, GroupPlace, Number},
};

/// The cursor of a place.
pub(crate) fn encode(mark: &str, place: &GroupPlace) -> String {
    let figures = place.figures.iter().map(|figure| match figure {
        Number::Missing => Value::Null,
        Number::Whole(whole) => Value::String(whole.to_string()),
        Number::Real(real) => json!(real.to_bits()),
    });
    let key = place.key.iter().map(|cell| match cell {
        Cell::Null => Value::Null,
        Cell::All => json!({}),
        Cell::Boolean(truth) => json!(truth),
        Cell::Whole(whole) => json!(whole),
        Cell::Text(text) => json!(text),
        Cell::Date(day) => json!([day]),
    });
    let parts = json!([mark, figures.collect::<Vec<_>>(), key.collect::<Vec<_>>()]);
    URL_SAFE_NO_PAD.encode(parts.to_string())
}

/// The place that a cursor holds.
pub(crate) fn decode(
    mark: &str,
    argument: &'static str,
    cursor: &str,
) -> Result<GroupPlace, Error> {
    let invalid = |reason| Error::InvalidCursor { argument, reason };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid("it is not base64"))?;
    let parts = serde_json::from_slice(&bytes);
    let (found, figures, key): (String, Vec<Value>, Vec<Value>) =
        parts.map_err(|_| invalid("it is not a cursor of groups"))?;
    if found != mark {
        return Err(invalid("it belongs to groups with another key or order"));
    }
    let figure = |value: &Value| match value {
        Value::Null => Some(Number::Missing),
        Value::String(whole) => whole.parse().ok().map(Number::Whole),
        value => value.as_u64().map(f64::from_bits).filter(|x| !x.is_nan()).map(Number::Real),
    };
    let cell = |value: &Value| match value {
        Value::Null => Some(Cell::Null),
        Value::Object(_) => Some(Cell::All),
        Value::Bool(truth) => Some(Cell::Boolean(*truth)),
        Value::Number(whole) => whole.as_i64().map(Cell::Whole),
        Value::String(text) => Some(Cell::Text(text.clone())),
        Value::Array(day) => Some(Cell::Date(day.first()?.as_str()?.parse().ok()?)),
    };
    let other = || invalid("it holds a value of another type");
    Ok(GroupPlace {
        figures: figures.iter().map(figure).collect::<Option<_>>().ok_or_else(other)?,
        key: key.iter().map(cell).collect::<Option<_>>().ok_or_else(other)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_cursor() {
        let place = GroupPlace {
            figures: vec![
                Number::Missing,
                Number::Whole(i128::MAX),
                Number::Real(0.1 + 0.2),
                Number::Real(-0.0),
            ],
            key: vec![
                Cell::Null,
                Cell::All,
                Cell::Boolean(true),
                Cell::Whole(-7),
                Cell::Text("Cañon".to_owned()),
                Cell::Date("2020-10-01".parse().expect("a day")),
            ],
        };
        let cursor = encode("mark", &place);
        assert_eq!(decode("mark", "after", &cursor).expect("it is ours"), place);
        assert!(decode("other", "after", &cursor).is_err());
        assert!(decode("mark", "after", "e30").is_err());
    }
}
