//! The argument `event`: the event that "years since" keys count from.

use async_graphql::Value as GraphQl;

use crate::{catalog::table::Table, error::Error, measures::Event, query::filter};

/// Reads the argument `event`.
pub(crate) fn parse(
    table: &'static Table,
    value: Option<&GraphQl>,
) -> Result<Option<Event>, Error> {
    let (Some(GraphQl::Object(given)), Some(declared)) = (value, &table.event) else {
        return Ok(None);
    };
    let year = |name: &str| match given.get(name) {
        Some(GraphQl::Number(year)) => {
            let year = year.as_i64().and_then(|year| i32::try_from(year).ok());
            year.map(Some)
                .ok_or_else(|| Error::BadArgument(format!("event.{name}: this is not a year")))
        }
        _ => Ok(None),
    };
    let mut event = match given.get(declared.happens) {
        Some(counts @ GraphQl::Object(_)) => {
            let path = format!("event.{}", declared.happens);
            Event::of(filter::parse(declared.happens(table).other(), counts, &path)?)
        }
        _ => Event::default(),
    };
    event = match (year("from")?, year("to")?) {
        (Some(from), Some(to)) => event.within(from, to),
        (None, None) => event,
        _ => {
            let text = "event: a window needs both `from` and `to`";
            return Err(Error::BadArgument(text.to_owned()));
        }
    };
    let is_balanced = given.get("balanced") == Some(&GraphQl::Boolean(true));
    Ok(Some(if is_balanced { event.balanced() } else { event }))
}
