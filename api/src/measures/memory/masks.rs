//! The masks of one request. Each filter is evaluated once, however often it occurs.
//!
//! A mask is cached by the number of its condition ([`super::conditions`]). If there are few conditions, they are
//! evaluated directly: numbering them would cost more than it saves.

use std::{cell::RefCell, rc::Rc};

use rustc_hash::FxHashMap;

use super::{
    Replica, Stored,
    conditions::{Conditions, parts_of},
    mask::Mask,
};
use crate::{
    catalog::predicate::Predicate,
    error::Error,
    measures::{request::Request, stop::Stop},
};

/// The number of conditions from which on they are numbered.
const MANY: usize = 8;
/// The most bytes of masks to cache for a request. Beyond that, masks are computed again.
const MOST_BYTES: usize = 32 << 20;

/// The masks of a request.
pub(crate) struct Masks<'a> {
    replica: &'a Replica,
    stop: &'a Stop,
    /// `None` if there are few conditions.
    made: Option<RefCell<MadeMasks>>,
}

#[derive(Default)]
struct MadeMasks {
    conditions: Conditions,
    /// By the number of a condition, while they fit.
    masks: FxHashMap<u32, Rc<Mask>>,
    bytes: usize,
}

impl<'a> Masks<'a> {
    pub(crate) fn new(replica: &'a Replica, request: &Request, stop: &'a Stop) -> Self {
        let parts = request.parts.iter().map(|part| &part.keeps);
        let filters =
            parts.chain([&request.keeps]).chain(request.event.as_ref().map(|it| &it.counts));
        Self::many(replica, filters.map(Predicate::weight).sum(), stop)
    }

    /// The masks of one filter.
    pub(crate) fn of_filter(replica: &'a Replica, keeps: &Predicate, stop: &'a Stop) -> Self {
        Self::many(replica, keeps.weight(), stop)
    }

    fn many(replica: &'a Replica, conditions: usize, stop: &'a Stop) -> Self {
        Self { replica, stop, made: (conditions > MANY).then(RefCell::default) }
    }

    /// The rows of a table that a filter keeps.
    ///
    /// # Errors
    /// Any error of the filter, or that nobody waits for the answer any more.
    pub(crate) fn of(&self, table: &Stored, keeps: &Predicate) -> Result<Mask, Error> {
        Ok(match &self.made {
            None => self.evaluate(table, keeps, &mut |table, part| self.of(table, part))?,
            Some(made) => Rc::unwrap_or_clone(self.known(made, table, keeps)?.1),
        })
    }

    /// A condition's number, and its mask.
    fn known(
        &self,
        made: &RefCell<MadeMasks>,
        table: &Stored,
        keeps: &Predicate,
    ) -> Result<(u32, Rc<Mask>), Error> {
        let (of, parts) = parts_of(self.replica, table, keeps)?;
        let known = parts.iter().map(|part| self.known(made, of, part));
        let (numbers, masks): (Vec<_>, Vec<_>) =
            known.collect::<Result<Vec<_>, Error>>()?.into_iter().unzip();
        let (number, _) = made.borrow_mut().conditions.number(table, keeps, numbers)?;
        if let Some(mask) = made.borrow().masks.get(&number) {
            return Ok((number, Rc::clone(mask)));
        }
        let mut masks = masks.into_iter();
        let mask = self.evaluate(table, keeps, &mut |_, _| {
            masks.next().map(Rc::unwrap_or_clone).ok_or(Error::Internal)
        })?;
        let mask = Rc::new(mask);
        let mut made = made.borrow_mut();
        if made.bytes + mask.size_in_bytes() <= MOST_BYTES {
            made.bytes += mask.size_in_bytes();
            made.masks.insert(number, Rc::clone(&mask));
        }
        Ok((number, mask))
    }

    /// Evaluates a condition, given the masks of its parts.
    fn evaluate(
        &self,
        table: &Stored,
        keeps: &Predicate,
        inner: &mut dyn FnMut(&Stored, &Predicate) -> Result<Mask, Error>,
    ) -> Result<Mask, Error> {
        self.stop.spend(self.replica.work_of_condition(table, keeps)?)?;
        self.replica.evaluate(table, keeps, inner)
    }
}

#[cfg(test)]
mod tests {
    use crate::{graphql::catalog, measures::stop::Waiting, query};

    use super::*;

    async fn replica() -> Replica {
        let db = crate::database::writer("sqlite::memory:").await.expect("a database in memory");
        migration::run(&db).await.expect("its tables");
        Replica::build(catalog(), &db).await.expect("a copy of nothing")
    }

    /// A request for the trainees of a filter, as a client writes it.
    fn trainees(filter: serde_json::Value) -> Request {
        let table = catalog().table("trainees");
        let filter = async_graphql::Value::from_json(filter).expect("JSON");
        Request::over(table).keep(query::filter(table, &filter).expect("a filter"))
    }

    /// A trainee whose agency has a trainee whose agency ...
    fn chain(hops: usize) -> serde_json::Value {
        (0..hops).fold(
            serde_json::json!({ "role": { "isNull": false } }),
            |found, _| serde_json::json!({ "agency": { "trainees": { "some": found } } }),
        )
    }

    #[tokio::test]
    async fn a_condition_is_evaluated_once_however_often_it_stands_in_a_request() {
        let (replica, stop) = (replica().await, Stop::default());
        let evaluated = |request: &Request| {
            let masks = Masks::new(&replica, request, &stop);
            let table = replica.table_named("trainees").expect("trainees");
            masks.of(table, &request.keeps).expect("a mask");
            masks.of(table, &request.keeps).expect("the same mask");
            masks.made.map(|made| made.into_inner().masks.len())
        };
        let one = evaluated(&trainees(chain(10))).expect("conditions are many");
        assert_eq!(one, 22, "ten hops, each there and back, the test, and the whole");
        let twenty = serde_json::json!({ "or": vec![chain(10); 20] });
        assert_eq!(evaluated(&trainees(twenty)), Some(one + 1));
        let few = serde_json::json!({ "role": { "isNull": false } });
        assert_eq!(evaluated(&trainees(few)), None, "few conditions are not numbered");
    }

    #[tokio::test]
    async fn what_nobody_waits_for_ends() {
        let replica = replica().await;
        let waiting = Waiting::default();
        let (stop, request) = (waiting.stop(), trainees(chain(10)));
        assert!(replica.answers(&request, &stop).is_ok());
        drop(waiting);
        assert_eq!(
            replica.answers(&request, &stop).map_err(|error| error.code()),
            Err("UNAVAILABLE")
        );
    }
}
