//! Documents that a client names instead of sending them.
//!
//! There are two ways: *automatic persisted queries*, Apollo's protocol, in which a client sends the hash of a
//! document, learns that it is unknown, and sends both once; and *trusted documents*, which the operator provides,
//! besides those of the explorer. Registered documents have a size limit and may be evicted at any time: the client
//! sends them again.

use std::sync::Arc;

use axum::http::StatusCode;
use quick_cache::{Weighter, sync::Cache};

use super::{
    answer::Refusal,
    ask::{Parameters, PersistedQuery},
    trusted::{EXPLORER, TrustedDocuments, hash},
};
use crate::error::codes;

/// The total size of registered documents in bytes.
const MOST_BYTES: u64 = 16 << 20;
/// The minimum weight of a document, so that there are never more than 16,384.
const LEAST_WEIGHT: u64 = 1 << 10;

#[derive(Clone, Debug)]
struct PersistedWeigher;

impl Weighter<String, Arc<str>> for PersistedWeigher {
    fn weight(&self, hash: &String, document: &Arc<str>) -> u64 {
        ((hash.len() + document.len()) as u64).max(LEAST_WEIGHT)
    }
}

/// The documents that can be named.
#[derive(Debug)]
pub(crate) struct PersistedDocuments {
    registered: Cache<String, Arc<str>, PersistedWeigher>,
    trusted: Option<Arc<TrustedDocuments>>,
    trusted_only: bool,
}

/// The document of a request.
#[derive(Debug)]
pub(crate) struct Named {
    /// Its text.
    pub(crate) document: Arc<str>,
    /// The hash to register it under once it has run.
    pub(crate) register: Option<String>,
}

impl From<Arc<str>> for Named {
    fn from(document: Arc<str>) -> Self {
        Self { document, register: None }
    }
}

impl PersistedDocuments {
    /// The trusted documents, and whether all others are refused.
    pub(crate) fn new(trusted: Option<Arc<TrustedDocuments>>, trusted_only: bool) -> Self {
        let most = usize::try_from(MOST_BYTES / LEAST_WEIGHT).unwrap_or(usize::MAX);
        let registered = Cache::with_weighter(most, MOST_BYTES, PersistedWeigher);
        Self { registered, trusted, trusted_only }
    }

    /// Finds the document that a request names.
    ///
    /// # Errors
    /// If there is none, or it may not run.
    pub(crate) fn find(&self, parameters: &mut Parameters) -> Result<Named, Refusal> {
        let query = parameters.query.take();
        match (query, parameters.document_id.take(), parameters.persisted.take()) {
            (Some(_), Some(_), _) => {
                Err(bad("The request has both `query` and `documentId`. Send one of them."))
            }
            (None, Some(id), _) => self.by_id(&id),
            (None, None, Some(persisted)) => self.by_hash(&persisted),
            (Some(query), None, persisted) => {
                let register = persisted.map(|persisted| verify(&query, persisted)).transpose()?;
                if self.trusted_only && !self.trusts(&query) {
                    return Err(not_trusted());
                }
                let register = register.filter(|_| !self.trusted_only);
                Ok(Named { document: query.into(), register })
            }
            (None, None, None) => Err(bad("`query` is missing. Send the text of a query.")),
        }
    }

    /// Registers a document under its hash.
    pub(crate) fn register(&self, hash: String, document: Arc<str>) {
        self.registered.insert(hash, document);
    }

    fn by_id(&self, id: &str) -> Result<Named, Refusal> {
        let hash = id.strip_prefix("sha256:");
        if let Some(document) = self.trusted(hash.unwrap_or(id)) {
            return Ok(document.into());
        }
        match hash.filter(|_| !self.trusted_only) {
            Some(hash) => self.registered(&hash.to_ascii_lowercase()),
            None if self.trusted_only => Err(not_trusted()),
            None => Err(Refusal::unanswered(
                codes::PERSISTED_QUERY_NOT_FOUND,
                "No document has this `documentId`.",
            )),
        }
    }

    fn by_hash(&self, persisted: &PersistedQuery) -> Result<Named, Refusal> {
        check_version(persisted)?;
        match self.trusted(&persisted.hash) {
            Some(document) => Ok(document.into()),
            None if self.trusted_only => Err(not_trusted()),
            None => self.registered(&persisted.hash),
        }
    }

    fn registered(&self, hash: &str) -> Result<Named, Refusal> {
        let document = self.registered.get(hash);
        // Apollo's clients look for this exact text.
        let unknown =
            || Refusal::unanswered(codes::PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound");
        document.map(Named::from).ok_or_else(unknown)
    }

    fn trusted(&self, id: &str) -> Option<Arc<str>> {
        let given = self.trusted.as_ref().and_then(|trusted| trusted.get(id));
        given.or_else(|| EXPLORER.get(id))
    }

    fn trusts(&self, document: &str) -> bool {
        let given = self.trusted.as_ref().is_some_and(|trusted| trusted.contains(document));
        given || EXPLORER.contains(document)
    }
}

/// The hash of a document, if it matches what the client sent.
fn verify(query: &str, persisted: PersistedQuery) -> Result<String, Refusal> {
    check_version(&persisted)?;
    match persisted.hash == hash(query) {
        true => Ok(persisted.hash),
        false => Err(bad("provided sha does not match query")),
    }
}

fn check_version(persisted: &PersistedQuery) -> Result<(), Refusal> {
    match persisted.version {
        1 => Ok(()),
        _ => Err(bad("Unsupported persisted query version: this server speaks version 1")),
    }
}

fn bad(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, message)
}

fn not_trusted() -> Refusal {
    let reason = "This server answers only trusted documents, and this is not one of them. Ask its operator to \
                  add it.";
    Refusal::new(StatusCode::FORBIDDEN, codes::NOT_TRUSTED, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_registered_is_bounded() {
        let documents = PersistedDocuments::new(None, false);
        for number in 0..40_000 {
            let text = format!("{{ a{number}: __typename }}");
            documents.register(hash(&text), text.into());
        }
        assert!(documents.registered.len() <= 16_384, "{}", documents.registered.len());
        for number in 0..400 {
            let text = format!("{number}{}", " ".repeat(100_000));
            documents.register(hash(&text), text.into());
        }
        assert!(documents.registered.weight() <= MOST_BYTES, "{}", documents.registered.weight());
    }
}
