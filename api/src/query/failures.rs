//! Values of an answer that could not be read.
//!
//! A field that fails becomes a null with an error. If it is non-null, its nearest nullable parent becomes null
//! instead, and only the whole answer shows which one that is. So a value that cannot be read is marked
//! ([`Failures::fail`]) until [`execute`](crate::graphql::execute) has the whole answer. The mark is a binary value,
//! which answers do not otherwise contain.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Value as GraphQl;
use bytes::Bytes;

use crate::error::Error;

/// The failures of one answer, shared by all tasks that work on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failures(Arc<Mutex<Vec<Error>>>);

impl Failures {
    /// Records a failure, and returns its placeholder in the answer.
    pub(crate) fn fail(&self, error: Error) -> GraphQl {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.push(error);
        GraphQl::Binary(Bytes::copy_from_slice(&(failures.len() - 1).to_le_bytes()))
    }

    /// Whether everything was read.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Refuses an answer with failures.
    ///
    /// # Errors
    /// The first failure.
    pub(crate) fn none(&self) -> Result<(), Error> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.first().cloned().map_or(Ok(()), Err)
    }

    /// The failure that a value stands for, if it does.
    pub(crate) fn of(&self, value: &GraphQl) -> Option<Error> {
        let GraphQl::Binary(bytes) = value else { return None };
        let index = <[u8; size_of::<usize>()]>::try_from(&**bytes).ok()?;
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(usize::from_le_bytes(index)).cloned()
    }
}
