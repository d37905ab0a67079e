//! The rows of a filter that looks at rows which refer to others: each such filter of a request is looked up once.
//!
//! A database finds these row by row, and so takes seconds for what the copy in memory knows by a pass for each relation.
//! Where the copy knows, a statement is given the keys of the rows instead of the filter. One filter after the other is
//! looked up: a request that names many takes no more than one thread.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use tokio::sync::Mutex;

use super::page::List;
use crate::{
    catalog::predicate::{Predicate, Test},
    database::session::Session,
    error::Error,
    measures::Aggregates,
};

/// The keys of the rows of a filter; none where the database is to find them.
type Keys = Option<Arc<[i32]>>;

/// What was looked up for one request.
#[derive(Clone, Debug)]
pub(crate) struct RowKeys {
    session: Session,
    aggregates: Aggregates,
    found: Arc<Mutex<HashMap<String, Keys>>>,
}

impl RowKeys {
    pub(crate) fn new(session: Session, aggregates: Aggregates) -> Self {
        Self { session, aggregates, found: Arc::default() }
    }

    /// The same list, with keys in the place of its filter where they are known.
    ///
    /// # Errors
    /// Whatever is wrong with the filter.
    pub(crate) async fn of<'a>(&self, list: &'a List) -> Result<Cow<'a, List>, Error> {
        if list.keeps.related() == 0 {
            return Ok(Cow::Borrowed(list));
        }
        let mut found = self.found.lock().await;
        let name = format!("{} {:?}", list.table.name, list.keeps);
        let keys = if let Some(keys) = found.get(&name) {
            keys.clone()
        } else {
            let keys = self.aggregates.keys(&self.session, list.table, &list.keeps).await?;
            found.entry(name).or_insert(keys.map(Arc::from)).clone()
        };
        Ok(keys.map_or(Cow::Borrowed(list), |keys| {
            let test = Test::Keys(keys.to_vec());
            Cow::Owned(list.keeping(Predicate::Is { column: list.table.key, test }))
        }))
    }
}
