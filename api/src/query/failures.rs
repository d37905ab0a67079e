//! What could not be read for an answer.
//!
//! A field that fails must become a null with an error beside it, and where it may not be null, so must what holds it.
//! Which that is, only the whole answer shows. So a value that cannot be read is marked ([`Failures::fail`]) until
//! [`execute`](crate::graphql::execute) has the whole. The mark is binary, and nothing else of an answer is.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Value as GraphQl;
use bytes::Bytes;

use crate::error::Error;

/// What could not be read for one answer, which all who work on it share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failures(Arc<Mutex<Vec<Error>>>);

impl Failures {
    /// Notes that something cannot be read, and gives what stands for it in the answer until that is whole.
    pub(crate) fn fail(&self, error: Error) -> GraphQl {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.push(error);
        GraphQl::Binary(Bytes::copy_from_slice(&(failures.len() - 1).to_le_bytes()))
    }

    /// Whether all could be read.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Refuses what could not all be read.
    ///
    /// # Errors
    /// The first that could not.
    pub(crate) fn none(&self) -> Result<(), Error> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.first().cloned().map_or(Ok(()), Err)
    }

    /// Why a value is not there, where it stands for something that could not be read.
    pub(crate) fn of(&self, value: &GraphQl) -> Option<Error> {
        let GraphQl::Binary(bytes) = value else { return None };
        let index = <[u8; size_of::<usize>()]>::try_from(&**bytes).ok()?;
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(usize::from_le_bytes(index)).cloned()
    }
}
