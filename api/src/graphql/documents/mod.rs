//! Defines what a document means: one parser and one validator, which every document that runs has passed.
//!
//! A document is *read* once: its syntax ([`parse`]), its size ([`crate::limits`]), and whether it fits the schema
//! ([`check`]) including each literal ([`values`]). The result is cached as async-graphql's own tree, with source
//! positions ([`convert`]). The values of variables are not part of a document. They are checked against the declared
//! types for each request ([`Document::coerce`]), by the same rules as literals.
//!
//! async-graphql's own parser and validator are not used: they accept some documents that GraphQL forbids and answer
//! them with plausible but wrong numbers (only the first of two different fields with the same name), and reject some
//! valid ones. `tests/conformance` compares this module with graphql-js.

mod check;
mod contract;
mod convert;
mod introspection;
mod lines;
mod merging;
mod parse;
mod subscriptions;
mod suggestions;
mod values;
mod variables;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Name, Pos, ServerError, Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};
use indexmap::IndexMap;
use quick_cache::{Weighter, sync::Cache};

pub(crate) use apollo_compiler::ast::Type;
use apollo_compiler::validation::Valid;

pub(crate) use self::{
    contract::{check_contract, field_type},
    subscriptions::SubscriptionKind,
};
use self::{introspection::Introspection, lines::Lines, merging::MOST_LEVELS, values::NotNull};
use super::sizes;
use super::{Schema, sizes::Sizes};
use crate::{
    error::Error,
    limits::{self, Limits},
    trace,
};

/// The maximum number of errors reported for one document.
pub(crate) const MOST_ERRORS: usize = 50;
/// The maximum bytes of cached documents.
const MOST_BYTES: u64 = 32 << 20;
/// The memory of a document, as a multiple of the bytes of its text.
const TREE: u64 = 20;
/// The same for a document with introspection, which is also kept as a tree of `apollo-compiler`.
const BOTH_TREES: u64 = 40;

#[derive(Clone, Debug)]
struct DocumentWeigher;

impl Weighter<Arc<str>, Arc<Document>> for DocumentWeigher {
    fn weight(&self, text: &Arc<str>, document: &Arc<Document>) -> u64 {
        let times = if document.introspection.is_some() { BOTH_TREES } else { TREE };
        512 + times * text.len() as u64
    }
}

/// The cache of documents.
#[derive(Debug)]
pub(crate) struct Documents(Cache<Arc<str>, Arc<Document>, DocumentWeigher>);

impl Default for Documents {
    fn default() -> Self {
        Self(Cache::with_weighter(1_000, MOST_BYTES, DocumentWeigher))
    }
}

/// A document that fits the schema.
#[derive(Debug)]
pub(crate) struct Document {
    /// The document as a tree.
    pub(crate) parsed: ExecutableDocument,
    /// Its introspection, if any.
    introspection: Option<Introspection>,
    /// The operations that are subscriptions.
    subscriptions: HashMap<Option<String>, SubscriptionKind>,
    /// The variables of each operation that must not be null but may be omitted.
    not_null: HashMap<Option<String>, Vec<NotNull>>,
}

/// An operation of a document with its name.
pub(crate) type Operation<'a> = (Option<&'a Name>, &'a OperationDefinition);

impl Document {
    /// The requested operation.
    ///
    /// # Errors
    /// If there is no such operation, or none was named. The error lists the operations.
    pub(crate) fn operation(&self, wanted: Option<&str>) -> Result<Operation<'_>, Error> {
        let operations = || self.parsed.operations.iter();
        let found = match wanted {
            None if operations().len() > 1 => None,
            None => operations().next(),
            Some(wanted) => operations().find(|(name, _)| name.is_some_and(|name| name == wanted)),
        };
        let Some((name, operation)) = found else {
            let mut names: Vec<_> = operations().filter_map(|(name, _)| name).collect();
            names.sort_unstable();
            let names: Vec<String> =
                names.iter().map(|name| format!("{:?}", name.as_str())).collect();
            let there_are = match names.as_slice() {
                [] => "its only operation has no name".to_owned(),
                names => format!("it has {}", names.join(", ")),
            };
            return Err(Error::NoSuchOperation(match wanted {
                Some(name) => format!("the document has no operation {name:?}: {there_are}"),
                None => format!("`operationName` must name the operation to run: {there_are}"),
            }));
        };
        Ok((name, &operation.node))
    }

    /// The kind of subscription of an operation; `None` for a query.
    pub(crate) fn subscription(&self, (name, _): Operation<'_>) -> Option<&SubscriptionKind> {
        self.subscriptions.get(&name.map(ToString::to_string))
    }

    /// The variable values that an operation runs with.
    ///
    /// # Errors
    /// The errors in the values that were sent.
    pub(crate) fn coerce(
        &self,
        (name, operation): Operation<'_>,
        sent: &Variables,
    ) -> Result<Variables, Vec<ServerError>> {
        let not_null = self.not_null.get(&name.map(ToString::to_string));
        variables::coerce(operation, not_null.map_or(&[], Vec::as_slice), sent)
    }

    /// The introspection fields of an operation, by response name.
    pub(crate) fn introspect(
        &self,
        operation: Option<&str>,
        variables: &Variables,
    ) -> Result<IndexMap<Name, Value>, ServerError> {
        match &self.introspection {
            Some(introspection) => introspection.answer(operation, variables),
            None => Ok(IndexMap::new()),
        }
    }
}

/// Reads the document of a request, or takes it from the cache.
///
/// # Errors
/// The first syntax error, the limit that is exceeded, or the validation errors.
pub(crate) fn read(
    schema: &Schema,
    text: &str,
    limits: &Limits,
) -> Result<Arc<Document>, Vec<ServerError>> {
    let at_once = |error: Error| vec![error.at(Pos::default(), &[])];
    sizes::document(text, limits).map_err(at_once)?;
    let kept = schema.data::<Documents>();
    if let Some(document) = kept.and_then(|documents| documents.0.get(text)) {
        return Ok(document);
    }
    let document = Arc::new(read_anew(text, limits)?);
    if let Some(documents) = kept {
        documents.0.insert(text.into(), Arc::clone(&document));
    }
    Ok(document)
}

fn read_anew(text: &str, limits: &Limits) -> Result<Document, Vec<ServerError>> {
    let lines = Lines::of(text);
    let tree =
        trace::parse().in_scope(|| parse::parse(text, &lines)).map_err(|error| vec![error])?;
    let parsed = convert::document(&tree, &lines);
    // Nested fragments can stand for more fields than validation can handle.
    for (_, operation) in parsed.operations.iter() {
        let sizes = Sizes::of(&operation.node, &parsed);
        sizes.check_document(limits).map_err(|error| vec![error.at(operation.pos, &[])])?;
    }
    if let Some((_, other)) =
        parsed.operations.iter().find(|(_, it)| it.node.ty == OperationType::Mutation)
    {
        return Err(vec![Error::NotAQuery.at(other.pos, &[])]);
    }
    // Validation reports fragments that spread themselves.
    let levels = merging::levels(&tree);
    if let Some(levels) = levels {
        limits::refuse("levels of selections, with fragments spread,", levels, MOST_LEVELS, "")
            .map_err(|error| vec![error.at(Pos::default(), &[])])?;
    }
    let checked = trace::validate().in_scope(|| check::check(&tree, levels.is_some(), &lines))?;
    let subscriptions::ReadAsQueries { tree, kinds } = subscriptions::read(&tree);
    let (parsed, document) = match tree {
        Some(tree) => {
            let document = tree.to_executable(contract::contract());
            let document = document.map_err(|error| {
                tracing::error!(%error, "cannot convert a live query to a query");
                vec![Error::Internal.at(Pos::default(), &[])]
            })?;
            (convert::document(&tree, &lines), Valid::assume_valid(document))
        }
        None => (parsed, checked.document),
    };
    let introspection = Introspection::of(text, document);
    Ok(Document { parsed, introspection, subscriptions: kinds, not_null: checked.not_null })
}

/// An error in a document, with its position.
pub(crate) struct Problem {
    /// The line, starting at 1.
    pub(crate) line: usize,
    /// The column, starting at 1.
    pub(crate) column: usize,
    /// What is wrong.
    pub(crate) message: String,
}

impl From<ServerError> for Problem {
    fn from(error: ServerError) -> Self {
        let Pos { line, column } = error.locations.first().copied().unwrap_or_default();
        Self { line: line.max(1), column: column.max(1), message: error.message }
    }
}

/// Validates a document without running it.
pub(crate) fn problems(text: &str, limits: &Limits) -> Vec<Problem> {
    let read = sizes::document(text, limits).map_err(|error| vec![error.at(Pos::default(), &[])]);
    let read = read.and_then(|()| read_anew(text, limits));
    read.err().unwrap_or_default().into_iter().map(Problem::from).collect()
}
