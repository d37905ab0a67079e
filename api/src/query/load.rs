//! Rows from the database, batched: whatever the number of parents, one statement.
//!
//! Every relation goes through a loader of the `dataloader` crate. A request has one [`Loaders`], which
//! makes a loader when it is first asked for one; what a loader reads (table, cells, filter, order,
//! page) is its identity, so two fields that ask the same share its rows, and two that do not cannot be
//! mixed up.

use std::{
    any::Any,
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{Name, ServerResult, Value as GraphQl};
use dataloader::{BatchFn, cached::Loader};
use sea_orm::{DbBackend, QueryResult};
use tokio::sync::OnceCell;
use tracing::Instrument as _;

use super::{
    catalog::Table,
    packed,
    page::{List, select_by_key},
    plan::Picks,
    session::{Purpose, Session},
};
use crate::{
    analytics::{Aggregates, Answer as Measures, Request},
    error::Error,
    trace,
};

/// A row as far as it was read: its key and the cells asked for.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) key: i32,
    pub(crate) cells: Vec<GraphQl>,
}

/// A page of rows, in the order of the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Arc<Row>>,
    /// Whether there is one more row than the page shows.
    pub(crate) more: bool,
}

/// What a batch answers for a key.
type Answer<T> = Result<T, Error>;

/// Looks rows up by key. A key without a row has the answer `None`.
pub(crate) struct ByKey {
    session: Session,
    table: &'static Table,
    picks: Picks,
}

/// Reads the page of each parent.
pub(crate) struct ByParent {
    session: Session,
    list: List,
    picks: Picks,
    parent: &'static str,
}

/// Answers a request for aggregates for each parent.
pub(crate) struct MeasuresByParent {
    session: Session,
    aggregates: Aggregates,
    request: Request,
    column: usize,
}

impl BatchFn<i32, Answer<Option<Arc<Row>>>> for ByKey {
    async fn load(&mut self, keys: &[i32]) -> HashMap<i32, Answer<Option<Arc<Row>>>> {
        let keys = sorted(keys);
        let select = select_by_key(self.table, &self.picks, &keys, self.session.backend());
        let span = trace::batch(self.table.name, Purpose::Rows, keys.len());
        let read = self.session.all(self.table.name, Purpose::Rows, &select).instrument(span);
        let rows = match read.await {
            Ok(rows) => read_rows(self.table, &self.picks, &rows),
            Err(error) => Err(error),
        };
        answer(&keys, rows.map(|rows| rows.into_iter().map(|row| (row.key, Some(row))).collect()))
    }
}

impl BatchFn<i32, Answer<Page>> for ByParent {
    async fn load(&mut self, parents: &[i32]) -> HashMap<i32, Answer<Page>> {
        let parents = sorted(parents);
        let backend = self.session.backend();
        let select = self.list.select_by_parent(&self.picks, self.parent, &parents, backend);
        let (table, purpose) = (self.list.table.name, Purpose::Pages);
        let span = trace::batch(table, purpose, parents.len());
        let pages = match self.session.all(table, purpose, &select).instrument(span).await {
            Ok(rows) => self.pages(&rows),
            Err(error) => Err(error),
        };
        answer(&parents, pages)
    }
}

impl ByParent {
    fn pages(&self, results: &[QueryResult]) -> Result<HashMap<i32, Page>, Error> {
        let parent = self.picks.iter().len() + 1;
        let rows = read_rows(self.list.table, &self.picks, results)?;
        let mut pages: HashMap<i32, Vec<Arc<Row>>> = HashMap::new();
        for (result, row) in results.iter().zip(rows) {
            pages.entry(result.try_get_by_index(parent)?).or_default().push(row);
        }
        Ok(pages.into_iter().map(|(parent, rows)| (parent, cut(rows, &self.list))).collect())
    }
}

impl BatchFn<i32, Answer<Arc<Measures>>> for MeasuresByParent {
    async fn load(&mut self, parents: &[i32]) -> HashMap<i32, Answer<Arc<Measures>>> {
        let parents = sorted(parents);
        let request = self.request.clone().of_each(self.column, &parents);
        let span = trace::batch(request.table.name, Purpose::Aggregates, parents.len());
        let found = self.aggregates.answer_each(&self.session, request, &parents);
        let found = match found.instrument(span).await {
            Ok(found) => Ok(found.into_iter().map(|(parent, found)| (parent, Arc::new(found)))),
            Err(error) => Err(error),
        };
        answer(&parents, found.map(Iterator::collect))
    }
}

/// An answer for every key: what was found, nothing where nothing was, or the error of the batch.
fn answer<T: Clone + Default>(
    keys: &[i32],
    found: Result<HashMap<i32, T>, Error>,
) -> HashMap<i32, Answer<T>> {
    match found {
        Ok(mut found) => {
            keys.iter().map(|key| (*key, Ok(found.remove(key).unwrap_or_default()))).collect()
        }
        Err(error) => keys.iter().map(|key| (*key, Err(error.clone()))).collect(),
    }
}

/// The answer of a root field, made once.
type Shared = Arc<OnceCell<ServerResult<GraphQl>>>;

/// The loaders of one request.
pub(crate) struct Loaders {
    pub(crate) session: Session,
    aggregates: Aggregates,
    /// The answers of root fields that stand in the document more than once.
    shared: Mutex<HashMap<Name, Shared>>,
    made: Mutex<HashMap<String, Arc<dyn Any + Send + Sync>>>,
}

impl Loaders {
    pub(crate) fn new(session: Session, aggregates: Aggregates) -> Self {
        Self { session, aggregates, shared: Mutex::default(), made: Mutex::default() }
    }

    /// The one answer of a root field that stands in the document more than once.
    pub(crate) fn shared(&self, name: &Name) -> Shared {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.entry(name.clone()).or_default().clone()
    }

    /// Looks rows up by key; keys without a row are missing from the answer.
    pub(crate) async fn by_key(
        &self,
        table: &'static Table,
        picks: &Picks,
        keys: Vec<i32>,
    ) -> Result<HashMap<i32, Arc<Row>>, Error> {
        let identity = format!("{} {picks:?}", table.name);
        let session = self.session.clone();
        let loader = self.loader(identity, || ByKey { session, table, picks: picks.clone() });
        let found = load(&loader, keys).await?;
        Ok(found.into_iter().filter_map(|(key, row)| Some((key, row?))).collect())
    }

    /// Reads the page of each parent.
    pub(crate) async fn by_parent(
        &self,
        list: &List,
        picks: &Picks,
        parent: &'static str,
        parents: Vec<i32>,
    ) -> Result<HashMap<i32, Page>, Error> {
        let identity = format!("page {parent} {} {picks:?}", list.identity());
        let session = self.session.clone();
        let loader = self.loader(identity, || ByParent {
            session,
            list: list.clone(),
            picks: picks.clone(),
            parent,
        });
        load(&loader, parents).await
    }

    /// Answers a request for aggregates.
    pub(crate) async fn measures(&self, request: &Request) -> Result<Arc<Measures>, Error> {
        self.aggregates.answer(&self.session, request.clone()).await.map(Arc::new)
    }

    /// Answers a request for aggregates for each parent, whose ids stand in a column.
    pub(crate) async fn measures_by_parent(
        &self,
        request: &Request,
        column: usize,
        parents: &[i32],
    ) -> Result<Vec<Arc<Measures>>, Error> {
        let identity = format!("measures {column} {request:?}");
        let loader = self.loader(identity, || MeasuresByParent {
            session: self.session.clone(),
            aggregates: self.aggregates.clone(),
            request: request.clone(),
            column,
        });
        let found = load(&loader, parents.to_vec()).await?;
        let answer = |parent| found.get(parent).cloned().ok_or(Error::Internal);
        parents.iter().map(answer).collect()
    }

    fn loader<V, F>(&self, identity: String, make: impl FnOnce() -> F) -> Loader<i32, V, F>
    where
        V: Clone + Send + Sync + 'static,
        F: BatchFn<i32, V> + Send + Sync + 'static,
    {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let loader = made
            .entry(identity)
            .or_insert_with(|| Arc::new(Loader::new(make()).with_max_batch_size(usize::MAX)));
        let loader: &Loader<i32, V, F> =
            loader.downcast_ref().expect("an identity belongs to loaders of one kind");
        loader.clone()
    }
}

/// Reads a page of a list that has no parent.
pub(crate) async fn root_page(
    session: &Session,
    list: &List,
    picks: &Picks,
) -> Result<Page, Error> {
    let select = list.select(picks, session.backend());
    let results = session.all(list.table.name, Purpose::Page, &select).await?;
    Ok(cut(read_rows(list.table, picks, &results)?, list))
}

/// Reads a long page of a list that has no parent.
pub(crate) async fn root_part(
    session: &Session,
    list: &List,
    picks: &Picks,
) -> Result<Page, Error> {
    if session.backend() != DbBackend::Sqlite {
        return root_page(session, list, picks).await;
    }
    let kinds: Vec<_> = picks.iter().map(|pick| pick.kind(list.table)).collect();
    let select = packed::pack(list.select(picks, session.backend()), &kinds);
    let results = session.all(list.table.name, Purpose::Page, &select).await?;
    let rows = packed::unpack(results.first().ok_or(Error::Internal)?, &kinds)?;
    Ok(cut(rows, list))
}

/// Whether a list that has no parent has more rows than its page.
pub(crate) async fn has_more(session: &Session, list: &List) -> Result<bool, Error> {
    let select = list.select_count(session.backend());
    let results = session.all(list.table.name, Purpose::Aggregates, &select).await?;
    let count: i64 = results.first().ok_or(Error::Internal)?.try_get_by_index(0)?;
    Ok(count > i64::from(list.limit))
}

async fn load<K, V, F>(
    loader: &Loader<K, Answer<V>, F>,
    keys: Vec<K>,
) -> Result<HashMap<K, V>, Error>
where
    K: Eq + Hash + Clone + std::fmt::Debug,
    V: Clone,
    F: BatchFn<K, Answer<V>>,
{
    let found = loader.try_load_many(keys).await.map_err(|error| {
        tracing::error!(%error, "a loader left a key without an answer");
        Error::Internal
    })?;
    found.into_iter().map(|(key, answer)| Ok((key, answer?))).collect()
}

/// Cuts the one row more off a page, and turns a page that was read from the end around.
fn cut(mut rows: Vec<Arc<Row>>, list: &List) -> Page {
    let more = rows.len() > list.limit as usize;
    rows.truncate(list.limit as usize);
    if list.backward {
        rows.reverse();
    }
    Page { rows, more }
}

fn read_rows(
    table: &Table,
    picks: &Picks,
    results: &[QueryResult],
) -> Result<Vec<Arc<Row>>, Error> {
    let kinds: Vec<_> = picks.iter().map(|pick| pick.kind(table)).collect();
    results
        .iter()
        .map(|result| {
            let cells = kinds.iter().enumerate();
            let cells = cells.map(|(index, kind)| kind.read(result, index + 1));
            Ok(Arc::new(Row {
                key: result.try_get_by_index(0)?,
                cells: cells.collect::<Result<_, _>>()?,
            }))
        })
        .collect()
}

/// Keys in order: the statement of a batch does not depend on which field came first.
fn sorted(keys: &[i32]) -> Vec<i32> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys
}
