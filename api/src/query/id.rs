//! Global ids: the type and the key of an object, as one opaque text.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::catalog::{Catalog, table::Table};
use crate::error::Error;

/// The id of a row.
pub(crate) fn encode(table: &Table, key: i32) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{key}", table.type_name))
}

/// The table and the key that an id stands for.
///
/// # Errors
/// Says that it is no id.
pub(crate) fn decode(catalog: &Catalog, id: &str) -> Result<(&'static Table, i32), Error> {
    let mut tables = catalog.tables.iter();
    tables.find_map(|table| Some((table, key(table, id)?))).ok_or_else(|| invalid(id))
}

/// The key that the id of a row of a table stands for; none where it is not that of one. There is one spelling for one
/// object: what we would not have given out is not an id.
pub(crate) fn key(table: &Table, id: &str) -> Option<i32> {
    let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
    let (type_name, key) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let key: i32 = key.parse().ok()?;
    (type_name == table.type_name && encode(table, key) == id).then_some(key)
}

/// Says that a text is no id.
pub(crate) fn invalid(id: &str) -> Error {
    Error::InvalidId(id.chars().take(64).collect())
}
