//! A body that is compressed once for each coding that clients ask for.

use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;

use crate::server::request::compress::{self, Coding};

#[derive(Debug)]
pub(super) struct CodedBody {
    plain: Bytes,
    others: Mutex<Vec<(Coding, Bytes)>>,
}

impl CodedBody {
    pub(super) fn new(plain: Bytes) -> Self {
        Self { plain, others: Mutex::default() }
    }

    /// The body in a coding. Compressing blocks.
    pub(super) fn coded(&self, coding: Coding) -> std::io::Result<Bytes> {
        if coding == Coding::Identity {
            return Ok(self.plain.clone());
        }
        // Others that want the same coding wait, and do not compress it again.
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = others.iter().find(|(made, _)| *made == coding) {
            return Ok(bytes.clone());
        }
        let bytes = Bytes::from(compress::compress(&self.plain, coding)?);
        others.push((coding, bytes.clone()));
        Ok(bytes)
    }
}
