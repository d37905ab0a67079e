//! Earlier revisions of the dataset, from the history of its tables.

use chrono::{Days, NaiveDate, NaiveTime};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement};

use super::state::Server;
use crate::{
    catalog::dataset::Dataset,
    database::{
        counters::KEPT_COUNTER,
        session::{Purpose, Session},
    },
    error::Error,
};

/// The dataset as of an earlier revision; `None` if that revision is not kept or belongs to another dataset.
///
/// # Errors
/// If a statement fails.
pub(crate) async fn at(
    server: &Server,
    revision: i32,
    told: &Dataset,
) -> Result<Option<Dataset>, Error> {
    if revision > told.revision {
        return Ok(None);
    }
    let found = Dataset::of(&server.0.readers.as_of(revision)).await?;
    let is_kept = found.revision == revision && found.identity == told.identity;
    Ok(Some(found).filter(|_| is_kept))
}

/// The last revision that was loaded by the end of a day.
///
/// # Errors
/// If a statement fails.
pub(crate) async fn last_of(server: &Server, day: NaiveDate) -> Result<Option<i32>, Error> {
    let Some(next) = day.checked_add_days(Days::new(1)) else { return Ok(None) };
    let ends = next.and_time(NaiveTime::MIN).and_utc();
    let mut last = Query::select();
    last.expr(Expr::col(Alias::new("id")).max())
        .from(Alias::new("revisions"))
        .and_where(Expr::col(Alias::new("loaded_at")).lt(ends));
    number(server, "revisions", last).await
}

/// The first revision whose rows are all still there.
///
/// # Errors
/// If a statement fails.
pub(crate) async fn first_kept(server: &Server) -> Result<i32, Error> {
    let mut kept = Query::select();
    kept.column(Alias::new("value"))
        .from(Alias::new("counters"))
        .and_where(Expr::col(Alias::new("name")).eq(KEPT_COUNTER));
    Ok(number(server, "counters", kept).await?.unwrap_or(1))
}

async fn number(
    server: &Server,
    table: &'static str,
    select: SelectStatement,
) -> Result<Option<i32>, Error> {
    let session = Session::new(server.0.readers.clone());
    let rows = session.all(table, Purpose::Dataset, select).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(row.try_get_by_index::<Option<i32>>(0)?)
}
