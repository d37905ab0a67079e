//! Events in GraphQL: the keys that look at one, and the argument that says which.

use async_graphql::{Value as GraphQl, registry::Registry};

use super::vocabulary::{Dimension, Shows};
use crate::{
    analytics::{Event, Key},
    error::Error,
    query::{
        catalog::{Catalog, Table, screaming_case},
        register::{input, input_object},
    },
};

/// What the rows of a table can be grouped by because of what happens to those whom they are of.
pub(super) fn dimensions(table: &'static Table) -> Vec<Dimension> {
    let Some(event) = &table.event else { return Vec::new() };
    let year = table.columns[table.column_index(event.years[0])].field.as_deref();
    let year = year.expect("the year of an event is visible");
    [
        (event.since, format!("{year}:since"), Shows::Years),
        (event.ever, format!("{}:ever", event.subject), Shows::Truth),
    ]
    .into_iter()
    .map(|((field, description), key, shows)| Dimension {
        field: field.to_owned(),
        name: screaming_case(field),
        description: description.to_owned(),
        key: Key::of(table, &key).expect("an event is declared with columns of the table"),
        shows,
    })
    .collect()
}

/// Reads the argument `event`.
pub(super) fn parse(
    table: &'static Table,
    value: Option<&GraphQl>,
) -> Result<Option<Event>, Error> {
    let (Some(GraphQl::Object(given)), Some(declared)) = (value, &table.event) else {
        return Ok(None);
    };
    let year = |name: &str| match given.get(name) {
        Some(GraphQl::Number(year)) => {
            let year = year.as_i64().and_then(|year| i32::try_from(year).ok());
            year.map(Some).ok_or_else(|| Error::BadArgument(format!("event.{name}: is no year")))
        }
        _ => Ok(None),
    };
    let mut event = match given.get(declared.happens) {
        Some(counts @ GraphQl::Object(_)) => Event::of(table.name, counts)?,
        _ => Event::default(),
    };
    event = match (year("from")?, year("to")?) {
        (Some(from), Some(to)) => event.within(from, to),
        (None, None) => event,
        _ => {
            let text = "event: a window has both ends, `from` and `to`";
            return Err(Error::BadArgument(text.to_owned()));
        }
    };
    let is_balanced = given.get("balanced") == Some(&GraphQl::Boolean(true));
    Ok(Some(if is_balanced { event.balanced() } else { event }))
}

/// Registers the argument that says which event rows are placed by.
pub(super) fn register(registry: &mut Registry, table: &'static Table) {
    let Some(event) = &table.event else { return };
    let happens = event.happens(table);
    let counts = Catalog::get().table(happens.table);
    let unplaced = "Rows without years since stay.";
    let fields = vec![
        input(
            event.happens,
            &format!("{}Filter", counts.type_name),
            &format!(
                "Which {} count. The first of them is the event. All where left out.",
                counts.list
            ),
        ),
        input(
            "from",
            "Int",
            &format!(
                "The first of the years since to look at, such as -5 for five years before the event; all where left out, with `to`. {unplaced}"
            ),
        ),
        input(
            "to",
            "Int",
            &format!("The last of the years since to look at, such as 10. {unplaced}"),
        ),
        input(
            "balanced",
            "Boolean",
            &format!(
                "Whether to look only at a balanced panel: at each `{}` that has a value (which `filter` \
                 keeps) in every year from `from` to `to`, measure by measure; both are needed then. {unplaced}",
                event.subject
            ),
        ),
    ];
    input_object(registry, &format!("{}Event", table.type_name), event.about, fields, false);
}
