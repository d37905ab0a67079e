//! Identifies the dataset in a database: its revision, and whether it is synthetic.

use chrono::{DateTime, Utc};
use entity::kind::SourceKind;
use sea_orm::{
    ActiveEnum as _, DatabaseConnection, QueryResult,
    sea_query::{Alias, Expr, ExprTrait as _, Func, Order, Query},
};

use crate::{
    database::{
        Readers,
        session::{Purpose, Session},
        token::{DataStamp, DataToken},
    },
    error::Error,
};

/// The identity and revision of the dataset in a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dataset {
    /// The number of the latest load; 0 if there is none.
    pub revision: i32,
    /// The time of the latest load.
    pub loaded_at: Option<DateTime<Utc>>,
    /// Whether any rows are synthetic.
    pub synthetic: bool,
    /// Distinguishes the revision from any other with the same number.
    pub token: DataToken,
    /// Distinguishes the dataset from others. It stays the same across loads until the loaded data is removed.
    pub identity: DataToken,
    /// Distinguishes the data from its state before a file was replaced or a backup restored.
    pub stamp: DataStamp,
}

impl Dataset {
    /// Reads which dataset a database holds.
    ///
    /// # Errors
    /// Database errors, in a form that clients may read.
    pub async fn read(database: &DatabaseConnection) -> Result<Self, Error> {
        Self::of(&database.clone().into()).await
    }

    /// Whether loads produced it from another state.
    pub(crate) fn follows(&self, before: &Self) -> bool {
        self.identity == before.identity && self.revision > before.revision
    }

    /// Reads the dataset that queries see.
    pub(crate) async fn of(readers: &Readers) -> Result<Self, Error> {
        Self::seen_by(&Session::new(readers.clone())).await
    }

    /// Reads the dataset that a request sees.
    pub(crate) async fn seen_by(session: &Session) -> Result<Self, Error> {
        let mut made_up = Query::select();
        made_up
            .expr(Func::count(Expr::cust("*")))
            .from(Alias::new("sources"))
            .and_where(Expr::col(Alias::new("kind")).eq(SourceKind::Synthetic.to_value()));
        let mut select = Query::select();
        select
            .column(Alias::new("id"))
            .column(Alias::new("loaded_at"))
            .column(Alias::new("token"))
            .column(Alias::new("dataset"))
            .expr(Expr::SubQuery(None, Box::new(made_up.into())))
            .from(Alias::new("revisions"))
            .order_by(Alias::new("id"), Order::Desc)
            .limit(1);
        let make = |rows: Vec<QueryResult>| {
            let Some(row) = rows.first() else { return Ok((0, Dataset::default())) };
            let dataset = Dataset {
                revision: row.try_get_by_index(0)?,
                loaded_at: row.try_get_by_index(1)?,
                token: row.try_get_by_index::<i64>(2)?.into(),
                identity: row.try_get_by_index::<i64>(3)?.into(),
                synthetic: row.try_get_by_index::<i64>(4)? > 0,
                stamp: DataStamp::default(),
            };
            Ok((1, dataset))
        };
        let read = session.read("revisions", Purpose::Dataset, select, make).await?;
        Ok(Dataset { stamp: read.stamp.unwrap_or_default(), ..read.rows })
    }
}
