//! Global ids: the type and the key of an object, as opaque text.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::catalog::{Catalog, table::Table};
use crate::error::Error;

/// The id of a row.
pub(crate) fn encode(table: &Table, key: i32) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{key}", table.type_name))
}

/// The table and the key of an id.
///
/// # Errors
/// Says that the id is invalid.
pub(crate) fn decode(catalog: &Catalog, id: &str) -> Result<(&'static Table, i32), Error> {
    let mut tables = catalog.tables.iter();
    tables.find_map(|table| Some((table, key(table, id)?))).ok_or_else(|| invalid(id))
}

/// The key in the id of a row of this table; `None` if it is not one. Each object has one spelling: an id that this
/// program would not write is invalid.
pub(crate) fn key(table: &Table, id: &str) -> Option<i32> {
    let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
    let (type_name, key) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let key: i32 = key.parse().ok()?;
    (type_name == table.type_name && encode(table, key) == id).then_some(key)
}

/// The error for an invalid id.
pub(crate) fn invalid(id: &str) -> Error {
    Error::InvalidId(id.chars().take(64).collect())
}
