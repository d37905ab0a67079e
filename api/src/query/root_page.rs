//! Pages of root lists.
//!
//! The database reads them, in the order of an index. If it would have to sort all rows, or scan many to find a few,
//! the in-memory copy finds the keys of the page, and the rows are read by key.

use std::sync::Arc;

use sea_orm::QueryResult;

use super::{
    load::{Loaders, cut, read},
    packed,
    page::List,
    picks::Picks,
    price,
    rows::{Row, RowPage},
};
use crate::{
    catalog::table::Table,
    database::session::{Purpose, Session},
    error::Error,
    measures::Estimates,
};

/// Reads a page of a root list.
pub(crate) async fn root_page(
    loaders: &Loaders,
    list: &List,
    picks: &Picks,
) -> Result<RowPage, Error> {
    let session = &loaders.session;
    let copied = loaders.aggregates.copied_rows(list.table)?;
    if copied.is_some_and(|rows| list.is_of_copy(rows)) {
        let keys = loaders.aggregates.first_keys(session, list.first_rows());
        if let Some(keys) = Box::pin(keys).await? {
            let rows = rows_of_keys(loaders, list.table, picks, &keys).await?;
            return Ok(cut(rows, list));
        }
    }
    let work = price::in_database(&Estimates::of(&loaders.aggregates), list)?;
    session.usage().add(work);
    let mut rows = Vec::new();
    for mut part in list.parts(session.backend()) {
        part.limit -= u32::try_from(rows.len()).map_err(|_| Error::Internal)?;
        let select = part.select(picks, session.backend());
        let read = read(session, list.table, picks, Purpose::Page, select).await?;
        rows.extend(read.rows.rows);
        if rows.len() > list.limit as usize {
            break;
        }
    }
    Ok(cut(rows, list))
}

/// The keys of a page of a root list, counted from the front, and whether there is one row more.
pub(crate) async fn root_keys(loaders: &Loaders, list: &List) -> Result<(Vec<i32>, bool), Error> {
    let session = &loaders.session;
    let found = loaders.aggregates.first_keys(session, list.first_rows());
    let mut keys = match Box::pin(found).await? {
        Some(keys) => keys,
        None => keys_in_database(session, list).await?,
    };
    let more = keys.len() > list.limit as usize;
    keys.truncate(list.limit as usize);
    Ok((keys, more))
}

/// The keys of a page and one more, from the database. It sorts only keys, not whole rows.
async fn keys_in_database(session: &Session, list: &List) -> Result<Vec<i32>, Error> {
    let mut keys = Vec::new();
    for mut part in list.parts(session.backend()) {
        part.limit -= u32::try_from(keys.len()).map_err(|_| Error::Internal)?;
        let select = part.select(&Picks::default(), session.backend());
        let select = packed::pack(select, &[], false, session.backend());
        let unpack = |rows: Vec<QueryResult>| {
            let keys = packed::keys(rows.first().ok_or(Error::Internal)?)?;
            Ok((keys.len(), keys))
        };
        keys.extend(session.read(list.table.name, Purpose::Order, select, unpack).await?.rows);
        if keys.len() > list.limit as usize {
            break;
        }
    }
    Ok(keys)
}

/// Rows by their keys, in the same order.
pub(crate) async fn rows_of_keys(
    loaders: &Loaders,
    table: &'static Table,
    picks: &Picks,
    keys: &[i32],
) -> Result<Vec<Arc<Row>>, Error> {
    let mut found = loaders.by_key(table, picks, keys.to_vec()).await?;
    Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
}

/// Whether a root list has more rows than its page.
pub(crate) async fn has_more(loaders: &Loaders, list: &List) -> Result<bool, Error> {
    let session = &loaders.session;
    if loaders.aggregates.copied_rows(list.table)?.is_some_and(|rows| list.is_of_copy(rows)) {
        return Ok(root_keys(loaders, list).await?.1);
    }
    let select = list.select_count(session.backend());
    let results = session.all(list.table.name, Purpose::Aggregates, select).await?;
    let count: i64 = results.first().ok_or(Error::Internal)?.try_get_by_index(0)?;
    Ok(count > i64::from(list.limit))
}
