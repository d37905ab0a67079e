//! Global ids: the type and the key of an object, as one opaque text.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::catalog::{Catalog, Table};
use crate::error::Error;

/// The id of a row.
pub(crate) fn encode(table: &Table, key: i32) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{key}", table.type_name))
}

/// The table and the key that an id stands for.
pub(crate) fn decode(id: &str) -> Result<(&'static Table, i32), Error> {
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (type_name, key) = text.split_once(':')?;
        let table = Catalog::get().by_type(type_name)?;
        let key: i32 = key.parse().ok()?;
        // One spelling for one object: what we would not have given out is not an id.
        (encode(table, key) == id).then_some((table, key))
    };
    read().ok_or_else(|| Error::InvalidId(id.chars().take(64).collect()))
}
