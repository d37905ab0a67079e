//! Rows from the database, in batches: one statement, whatever the number of parents.
//!
//! Every relation goes through a loader of the `dataloader` crate. A request has one [`Loaders`], which makes each
//! loader when it is first needed. The identity of a loader is what it reads (table, cells, filter, order, page), so
//! two fields with the same needs share rows, and two with different needs cannot be mixed up.

use std::{
    any::Any,
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::Value as GraphQl;
use dataloader::{BatchFn, cached::Loader};
use sea_orm::{QueryResult, sea_query::SelectStatement};
use tracing::Instrument as _;

use super::{
    computed::{Batch, Batches, ComputedRows, ComputedSources},
    failures::Failures,
    packed::{self, Unpacked},
    page::{List, select_by_key},
    picks::Picks,
    price,
    row_cache::{self, CachedRows, RevisionRows},
    rows::{Row, RowPage},
};
use crate::{
    catalog::{Catalog, predicate::Predicate, table::Table},
    database::{
        session::{Purpose, RowsRead, Session},
        token::DataStamp,
    },
    error::Error,
    limits::work::Work,
    measures::{
        Aggregates, ColumnQuality, DifferenceRequest, Differences, Estimates,
        GroupsAnswer as Measures, Overlaps, Parents, Request,
    },
    trace,
};

/// How often a loader yields before it sends a batch, so that other fields can add keys. Each yield polls the whole
/// request again, and the fields of a level have all added their keys after the first.
const YIELDS: usize = 1;

/// The result of a batch for a key.
type Loaded<T> = Result<T, Error>;

/// Looks up rows by key. A key without a row gives `None`.
pub(crate) struct ByKey {
    session: Session,
    kept: Option<row_cache::LookupKind>,
    table: &'static Table,
    picks: Picks,
}

/// Reads the page of each parent.
pub(crate) struct ByParent {
    session: Session,
    aggregates: Aggregates,
    kept: Option<row_cache::LookupKind>,
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

/// Computes fields of rows.
pub(crate) struct Computing {
    sources: ComputedSources,
    table: &'static Table,
    batch: Batch,
}

impl BatchFn<i32, Loaded<Option<Arc<Row>>>> for ByKey {
    async fn load(&mut self, keys: &[i32]) -> HashMap<i32, Loaded<Option<Arc<Row>>>> {
        let keys = sorted(keys);
        let select = select_by_key(self.table, &self.picks, &keys, self.session.backend());
        let (table, purpose) = (self.table, Purpose::Rows);
        let span = trace::batch(table.name, purpose.words(), keys.len());
        let read = read(&self.session, table, &self.picks, purpose, select).instrument(span).await;
        let stamp = read.as_ref().ok().and_then(|read| read.stamp);
        let rows =
            read.map(|read| read.rows.rows.into_iter().map(|row| (row.key, Some(row))).collect());
        let answers = answer(&keys, rows);
        keep(self.kept.as_ref(), stamp, &answers, CachedRows::Row);
        answers
    }
}

impl BatchFn<i32, Loaded<RowPage>> for ByParent {
    async fn load(&mut self, parents: &[i32]) -> HashMap<i32, Loaded<RowPage>> {
        let parents = sorted(parents);
        let (table, purpose) = (self.list.table, Purpose::Pages);
        let span = trace::batch(table.name, purpose.words(), parents.len());
        let read = self.read(&parents).instrument(span).await;
        let stamp = read.as_ref().ok().and_then(|read| read.stamp);
        // The keys of a filter may come from the in-memory copy. If that has another revision, the page must not be
        // cached.
        let copy = self.session.copy();
        let stamp = stamp.filter(|stamp| copy.is_none_or(|copy| copy == *stamp));
        let answers = answer(&parents, read.map(|read| read.rows));
        keep(self.kept.as_ref(), stamp, &answers, CachedRows::Page);
        answers
    }
}

impl ByParent {
    async fn read(&self, parents: &[i32]) -> Result<RowsRead<HashMap<i32, RowPage>>, Error> {
        let estimates = Estimates::of(&self.aggregates);
        let (list, count) = (&self.list, parents.len() as u64);
        let of = Parents { column: self.parent, count, are_picked: true };
        let children = estimates.children(list.table, of)?;
        let found = price::of_each_parent(&estimates, list, count, children)?;
        drop(estimates);
        if found.is_of_copy {
            return Box::pin(self.read_of_copy(parents)).await;
        }
        self.session.usage().add(found.work);
        let backend = self.session.backend();
        let select = list.select_by_parent(&self.picks, self.parent, parents, backend);
        let read = read(&self.session, list.table, &self.picks, Purpose::Pages, select).await?;
        let (rows, stamp) = (self.pages(read.rows), read.stamp);
        Ok(RowsRead { rows, stamp })
    }

    /// The pages whose rows the in-memory copy finds.
    async fn read_of_copy(
        &self,
        parents: &[i32],
    ) -> Result<RowsRead<HashMap<i32, RowPage>>, Error> {
        let (session, table) = (&self.session, self.list.table);
        let asked = self.list.first_rows();
        let found = self.aggregates.first_keys_of_each(session, asked, self.parent, parents);
        let found = found.await?.ok_or(Error::Internal)?;
        let keys = sorted(&found.concat());
        let select = select_by_key(table, &self.picks, &keys, session.backend());
        let read = read(session, table, &self.picks, Purpose::Rows, select).await?;
        let by_key: HashMap<i32, Arc<Row>> =
            read.rows.rows.into_iter().map(|row| (row.key, row)).collect();
        let page = |(parent, keys): (&i32, Vec<i32>)| {
            let rows = keys.iter().filter_map(|key| by_key.get(key).cloned()).collect();
            (*parent, cut(rows, &self.list))
        };
        let rows = parents.iter().zip(found).map(page).collect();
        Ok(RowsRead { rows, stamp: read.stamp })
    }

    fn pages(&self, read: Unpacked) -> HashMap<i32, RowPage> {
        let mut pages: HashMap<i32, Vec<Arc<Row>>> = HashMap::new();
        for (parent, row) in read.parents.into_iter().zip(read.rows) {
            pages.entry(parent).or_default().push(row);
        }
        pages.into_iter().map(|(parent, rows)| (parent, cut(rows, &self.list))).collect()
    }
}

impl BatchFn<i32, Loaded<Arc<Measures>>> for MeasuresByParent {
    async fn load(&mut self, parents: &[i32]) -> HashMap<i32, Loaded<Arc<Measures>>> {
        let parents = sorted(parents);
        let request = self.request.clone().of_each(self.column, &parents);
        let span = trace::batch(request.table.name, Purpose::Aggregates.words(), parents.len());
        let found = self.aggregates.answer_each(&self.session, request, &parents);
        let found = match found.instrument(span).await {
            Ok(found) => Ok(found.into_iter().map(|(parent, found)| (parent, Arc::new(found)))),
            Err(error) => Err(error),
        };
        answer(&parents, found.map(Iterator::collect))
    }
}

impl BatchFn<i32, Loaded<Vec<GraphQl>>> for Computing {
    async fn load(&mut self, keys: &[i32]) -> HashMap<i32, Loaded<Vec<GraphQl>>> {
        let keys = sorted(keys);
        let span = trace::batch(self.table.name, Purpose::Aggregates.words(), keys.len());
        let rows = ComputedRows { sources: &self.sources, table: self.table, keys: &keys };
        answer(&keys, (self.batch)(rows).instrument(span).await)
    }
}

/// An answer for every key: the value, an empty value, or the error of the batch.
fn answer<T: Clone + Default>(
    keys: &[i32],
    found: Result<HashMap<i32, T>, Error>,
) -> HashMap<i32, Loaded<T>> {
    match found {
        Ok(mut found) => {
            keys.iter().map(|key| (*key, Ok(found.remove(key).unwrap_or_default()))).collect()
        }
        Err(error) => keys.iter().map(|key| (*key, Err(error.clone()))).collect(),
    }
}

/// Caches the rows that a batch read at a revision, for later requests.
fn keep<T: Clone>(
    kept: Option<&row_cache::LookupKind>,
    stamp: Option<DataStamp>,
    answers: &HashMap<i32, Loaded<T>>,
    found: impl Fn(T) -> CachedRows,
) {
    if let Some(kept) = kept {
        let answers = answers.iter();
        let answers =
            answers.filter_map(|(key, answer)| Some((*key, answer.as_ref().ok()?.clone())));
        kept.keep(stamp, answers.map(|(key, answer)| (key, found(answer))));
    }
}

/// The loaders of one request.
///
/// Their futures are boxed: the levels of a query await each other, and each would otherwise need stack space for a
/// whole statement.
pub(crate) struct Loaders {
    pub(crate) session: Session,
    pub(crate) catalog: &'static Catalog,
    /// The values that could not be read.
    pub(crate) failures: Failures,
    pub(super) aggregates: Aggregates,
    batches: &'static Batches,
    /// The cached rows.
    kept: Option<Arc<RevisionRows>>,
    made: Mutex<HashMap<String, Arc<dyn Any + Send + Sync>>>,
}

impl Loaders {
    pub(crate) fn new(
        session: Session,
        aggregates: Aggregates,
        (catalog, batches): (&'static Catalog, &'static Batches),
        kept: Option<Arc<RevisionRows>>,
    ) -> Self {
        let (failures, made) = <_>::default();
        Self { session, catalog, failures, aggregates, batches, kept, made }
    }

    /// Records a failure, and returns its placeholder.
    pub(crate) fn fail(&self, error: Error) -> GraphQl {
        self.failures.fail(error)
    }

    /// Looks up rows by key; keys without a row are missing from the answer.
    pub(crate) async fn by_key(
        &self,
        table: &'static Table,
        picks: &Picks,
        keys: Vec<i32>,
    ) -> Result<HashMap<i32, Arc<Row>>, Error> {
        let identity = format!("{} {picks:?}", table.name);
        let session = &self.session;
        let kept = self.kept.as_ref().map(|kept| kept.kind(&identity));
        let (mut found, missing) =
            take(session, kept.as_ref(), table.name, keys, |kept| match kept {
                CachedRows::Row(row) => Some(row),
                CachedRows::Page(_) => None,
            });
        if !missing.is_empty() {
            let (session, picks) = (session.clone(), picks.clone());
            let loader = self.loader(identity, || ByKey { session, kept, table, picks });
            found.extend(Box::pin(load(&loader, missing)).await?);
        }
        Ok(found.into_iter().filter_map(|(key, row)| Some((key, row?))).collect())
    }

    /// Reads the page of each parent.
    pub(crate) async fn by_parent(
        &self,
        list: &List,
        picks: &Picks,
        parent: &'static str,
        parents: Vec<i32>,
    ) -> Result<HashMap<i32, RowPage>, Error> {
        let identity = format!("page {parent} {} {picks:?}", list.identity());
        let session = &self.session;
        let kept = self.kept.as_ref().map(|kept| kept.kind(&identity));
        let table = list.table.name;
        let (mut found, missing) =
            take(session, kept.as_ref(), table, parents, |kept| match kept {
                CachedRows::Page(page) => Some(page),
                CachedRows::Row(_) => None,
            });
        if !missing.is_empty() {
            let (session, aggregates) = (session.clone(), self.aggregates.clone());
            let (list, picks) = (list.clone(), picks.clone());
            let by_parent = || ByParent { session, aggregates, kept, list, picks, parent };
            let loader = self.loader(identity, by_parent);
            found.extend(Box::pin(load(&loader, missing)).await?);
        }
        Ok(found)
    }

    /// Computes the fields of one function for rows, by their keys.
    pub(crate) async fn computed(
        &self,
        table: &'static Table,
        batch: usize,
        keys: Vec<i32>,
    ) -> Result<HashMap<i32, Vec<GraphQl>>, Error> {
        let function = self.batches.of(table, batch).ok_or(Error::Internal)?;
        let loader = self.loader(format!("computed {} {batch}", table.name), || Computing {
            sources: ComputedSources {
                session: self.session.clone(),
                aggregates: self.aggregates.clone(),
                catalog: self.catalog,
            },
            table,
            batch: function,
        });
        Box::pin(load(&loader, keys)).await
    }

    /// Answers a request for aggregates.
    pub(crate) async fn measures(&self, request: &Request) -> Result<Arc<Measures>, Error> {
        let answer = self.aggregates.answer(&self.session, request.clone());
        Box::pin(answer).await.map(Arc::new)
    }

    /// The quality of the columns of a table, over the rows that a filter keeps.
    pub(crate) async fn quality(
        &self,
        table: &'static Table,
        keeps: &Predicate,
    ) -> Result<Vec<ColumnQuality>, Error> {
        Box::pin(self.aggregates.quality(&self.session, table, keeps.clone())).await
    }

    /// The overlaps of a request: for each two values of the second key, the number of values of the first that have
    /// both.
    pub(crate) async fn overlaps(&self, request: &Request) -> Result<Overlaps, Error> {
        Box::pin(self.aggregates.overlaps(&self.session, request)).await
    }

    /// How values changed after an event, minus how they changed in the comparison group.
    pub(crate) async fn difference(
        &self,
        asked: &Arc<DifferenceRequest>,
    ) -> Result<Differences, Error> {
        Box::pin(self.aggregates.difference(&self.session, asked)).await
    }

    /// Answers a request for aggregates for each parent, by the column that holds its id.
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
        let found = Box::pin(load(&loader, parents.to_vec())).await?;
        let answer = |parent| found.get(parent).cloned().ok_or(Error::Internal);
        parents.iter().map(answer).collect()
    }

    fn loader<V, F>(&self, identity: String, make: impl FnOnce() -> F) -> Loader<i32, V, F>
    where
        V: Clone + Send + Sync + 'static,
        F: BatchFn<i32, V> + Send + Sync + 'static,
    {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let loader = made.entry(identity).or_insert_with(|| {
            let loader = Loader::new(make()).with_max_batch_size(usize::MAX);
            Arc::new(loader.with_yield_count(YIELDS))
        });
        let loader: &Loader<i32, V, F> =
            loader.downcast_ref().expect("an identity belongs to loaders of one kind");
        loader.clone()
    }
}

/// The cached rows, and the keys that are not cached.
fn take<T>(
    session: &Session,
    kept: Option<&row_cache::LookupKind>,
    table: &'static str,
    keys: Vec<i32>,
    show: impl Fn(CachedRows) -> Option<T>,
) -> (HashMap<i32, T>, Vec<i32>) {
    let Some(kept) = kept else { return (HashMap::new(), keys) };
    let (mut found, mut missing) = (HashMap::with_capacity(keys.len()), Vec::new());
    for key in keys {
        match kept.get(key).and_then(&show) {
            Some(value) => drop(found.insert(key, value)),
            None => missing.push(key),
        }
    }
    if !found.is_empty() {
        session.usage().add(Work::remembered(found.len() as u64));
        session.note_kept(kept.stamp(), table, found.len());
    }
    (found, missing)
}

/// Reads rows with their revision.
pub(super) async fn read(
    session: &Session,
    table: &'static Table,
    picks: &Picks,
    purpose: Purpose,
    select: SelectStatement,
) -> Result<RowsRead<Unpacked>, Error> {
    let kinds: Vec<_> = picks.iter().map(|pick| pick.kind(table)).collect();
    let by_parent = purpose == Purpose::Pages;
    let select = packed::pack(select, &kinds, by_parent, session.backend());
    let unpack = |rows: Vec<QueryResult>| {
        let packed = rows.first().ok_or(Error::Internal)?;
        let unpacked = packed::unpack(packed, &kinds, by_parent)?;
        let (rows, cells) = (unpacked.rows.len() as u64, kinds.len() as u64);
        session.usage().add(Work::rows(rows, cells));
        session.usage().keep(price::bytes_of_rows(rows, cells))?;
        Ok((unpacked.rows.len(), unpacked))
    };
    session.read(table.name, purpose, select, unpack).await
}

async fn load<K, V, F>(
    loader: &Loader<K, Loaded<V>, F>,
    keys: Vec<K>,
) -> Result<HashMap<K, V>, Error>
where
    K: Eq + Hash + Clone + std::fmt::Debug,
    V: Clone,
    F: BatchFn<K, Loaded<V>>,
{
    let found = loader.try_load_many(keys).await.map_err(|error| {
        tracing::error!(%error, "a loader left a key without an answer");
        Error::Internal
    })?;
    found.into_iter().map(|(key, answer)| Ok((key, answer?))).collect()
}

/// Removes the one extra row from a page, and reverses a page that was read from the end.
pub(super) fn cut(mut rows: Vec<Arc<Row>>, list: &List) -> RowPage {
    let more = rows.len() > list.limit as usize;
    rows.truncate(list.limit as usize);
    if list.backward {
        rows.reverse();
    }
    RowPage { rows, more }
}

/// The keys in order, so that the statement of a batch does not depend on which field came first.
fn sorted(keys: &[i32]) -> Vec<i32> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys
}
