//! Documents that have been read before: parsed once, validated once.
//!
//! async-graphql parses and validates a document each time that it runs. Most of what validation finds out
//! depends on the document alone; only whether an argument has the right type depends on the values of
//! variables. So a document is *known* for an operation and the names of the variables that were given, and
//! validation is skipped where it is known and each value fits the declared type of its variable. That type
//! was found to fit wherever the variable stands, and the rest of each argument is as it was, so nothing
//! gets through that validation would refuse. What this module is not sure of, such as a null, it leaves to
//! async-graphql.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{
    CacheControl, Name, Pos, Request, Response, ServerError, ServerResult, ValidationResult, Value,
    Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextValidation},
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition},
    },
    registry::{MetaType, MetaTypeName, Registry},
};
use quick_cache::{Weighter, sync::Cache};
use tracing::Instrument as _;

use crate::{
    limits::{self, Limits},
    schema::Schema,
    trace,
};

/// The bytes that documents may take.
const MOST_BYTES: u64 = 32 << 20;
/// A parsed document takes about so many times the bytes of its text.
const TREE: u64 = 16;
/// The combinations of an operation and names of variables that are remembered of one document.
const MOST_KNOWN: usize = 16;

#[derive(Clone, Debug)]
struct Weigher;

impl Weighter<Arc<str>, Arc<Document>> for Weigher {
    fn weight(&self, text: &Arc<str>, _: &Arc<Document>) -> u64 {
        512 + TREE * text.len() as u64
    }
}

/// The documents that have been read.
#[derive(Debug)]
pub(crate) struct Documents(Cache<Arc<str>, Arc<Document>, Weigher>);

impl Default for Documents {
    fn default() -> Self {
        Self(Cache::with_weighter(1_000, MOST_BYTES, Weigher))
    }
}

/// A document that can be parsed.
#[derive(Debug)]
pub(crate) struct Document {
    text: Arc<str>,
    /// The document as a tree.
    pub(crate) parsed: ExecutableDocument,
    known: Mutex<Vec<Known>>,
}

/// How a document was found to be valid.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    operation: Option<String>,
    /// The variables that had values, sorted.
    given: Vec<String>,
}

/// A run of a document, as validation needs to know it.
struct Run {
    document: Arc<Document>,
    known: Known,
    variables: Variables,
}

/// Says that a document is to be validated and not run.
struct OnlyCheck;

impl Document {
    /// The operation that is asked for.
    pub(crate) fn operation(&self, name: Option<&str>) -> Option<&OperationDefinition> {
        self.asked(name).map(|(_, operation)| operation)
    }

    /// What the operation that is asked for is called.
    pub(crate) fn operation_name(&self, name: Option<&str>) -> Option<&Name> {
        self.asked(name)?.0
    }

    fn asked(&self, name: Option<&str>) -> Option<(Option<&Name>, &OperationDefinition)> {
        let mut operations = self.parsed.operations.iter();
        let asked = operations.find(|(found, _)| {
            name.is_none_or(|name| found.is_some_and(|found| found.as_str() == name))
        });
        asked.map(|(name, operation)| (name, &operation.node))
    }
}

/// Reads the document of a request, and lets async-graphql know that it has been.
///
/// # Errors
/// What is wrong with its syntax.
pub(crate) fn read(schema: &Schema, request: &mut Request) -> ServerResult<Arc<Document>> {
    let before = schema.data::<Documents>().and_then(|documents| documents.0.get(&*request.query));
    let document = match before {
        Some(document) => document,
        None => Arc::new(Document {
            text: request.query.as_str().into(),
            parsed: parse(&request.query)?,
            known: Mutex::default(),
        }),
    };
    request.set_parsed_query(document.parsed.clone());
    let run = Run {
        document: Arc::clone(&document),
        known: Known {
            operation: request.operation_name.clone(),
            given: request.variables.keys().map(ToString::to_string).collect(),
        },
        variables: request.variables.clone(),
    };
    request.data.insert(run);
    Ok(document)
}

/// Parses a document, and says in a line what is wrong with it. The parser draws a picture of the place,
/// and what it wants stands behind the last `=` of it, in the names of its rules.
fn parse(text: &str) -> ServerResult<ExecutableDocument> {
    parse_query(text).map_err(|error| {
        let mut error = ServerError::from(error);
        let wants = error.message.rsplit_once("\n  = ").map(|(_, wants)| wants.trim());
        if let (Some(wants), Some(at)) = (wants, error.locations.first()) {
            let wants = wants.replace('_', " ").replace("EOI", "the end of the document");
            error.message =
                format!("syntax error in line {}, column {}: {wants}", at.line, at.column);
        }
        error
    })
}

impl Run {
    /// Whether validation would find nothing.
    fn is_valid(&self, registry: &Registry) -> bool {
        let known = self.document.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains(&self.known) {
            return false;
        }
        drop(known);
        let operation = self.document.operation(self.known.operation.as_deref());
        operation.is_some_and(|operation| {
            operation.variable_definitions.iter().all(|definition| {
                let definition = &definition.node;
                self.variables.get(&definition.name.node).is_none_or(|value| {
                    fits(registry, &definition.var_type.node.to_string(), value)
                })
            })
        })
    }

    /// Remembers that validation found nothing.
    fn remember(&self, documents: &Documents) {
        let mut known = self.document.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST_KNOWN && !known.contains(&self.known) {
            known.push(self.known.clone());
        }
        drop(known);
        if !documents.0.contains_key(&self.document.text) {
            documents.0.insert(Arc::clone(&self.document.text), Arc::clone(&self.document));
        }
    }
}

/// Whether a value is sure to be one of a type.
fn fits(registry: &Registry, type_name: &str, value: &Value) -> bool {
    match (MetaTypeName::create(type_name), value) {
        (_, Value::Null) => false,
        (MetaTypeName::NonNull(of), value) => fits(registry, of, value),
        (MetaTypeName::List(of), Value::List(items)) => {
            items.iter().all(|item| fits(registry, of, item))
        }
        (MetaTypeName::List(_), _) => false,
        (MetaTypeName::Named(name), value) => match (registry.types.get(name), value) {
            (Some(MetaType::Scalar { is_valid, .. }), value) => {
                is_valid.as_ref().is_none_or(|is_valid| is_valid(value))
            }
            (Some(MetaType::Enum { enum_values, .. }), Value::String(name)) => {
                enum_values.contains_key(name)
            }
            (Some(MetaType::InputObject { input_fields, oneof, .. }), Value::Object(values)) => {
                let is_known = |(name, value): (&Name, &Value)| {
                    let field = input_fields.get(name.as_str());
                    field.is_some_and(|field| fits(registry, &field.ty, value))
                };
                let is_there = |field: &async_graphql::registry::MetaInputValue| {
                    values.contains_key(field.name.as_str())
                        || field.default_value.is_some()
                        || !MetaTypeName::create(&field.ty).is_non_null()
                };
                (!oneof || values.len() == 1)
                    && values.iter().all(is_known)
                    && input_fields.values().all(is_there)
            }
            _ => false,
        },
    }
}

/// What makes async-graphql skip what is known.
pub(crate) struct SkipKnown;

impl ExtensionFactory for SkipKnown {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for SkipKnown {
    async fn validation(
        &self,
        context: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let run = context.data_opt::<Run>();
        if run.is_some_and(|run| run.is_valid(&context.schema_env.registry)) {
            let cache_control = CacheControl::default();
            return Ok(ValidationResult { cache_control, complexity: 0, depth: 0 });
        }
        let found = next.run(context).instrument(trace::validate()).await?;
        if let (Some(run), Some(documents)) = (run, context.data_opt::<Documents>()) {
            run.remember(documents);
        }
        Ok(found)
    }

    async fn execute(
        &self,
        context: &ExtensionContext<'_>,
        operation: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        match context.data_opt::<OnlyCheck>() {
            Some(OnlyCheck) => Response::default(),
            None => next.run(context, operation).await,
        }
    }
}

/// What is wrong with a document, and where.
pub(crate) struct Problem {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column, from 1.
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

/// Validates each operation of a document without running any.
pub(crate) async fn check(schema: &Schema, text: &str) -> Vec<Problem> {
    // They are an operator's own; only how deep they nest could harm.
    let limits = Limits { document: u32::MAX, tokens: u32::MAX, ..Limits::default() };
    if let Err(error) = limits::document(text, &limits) {
        return vec![error.at(Pos::default(), &[]).into()];
    }
    let document = match parse(text) {
        Ok(document) => document,
        Err(error) => return vec![error.into()],
    };
    let mut problems = Vec::new();
    for (name, _) in document.operations.iter() {
        let mut request = Request::new(text).data(OnlyCheck);
        request.operation_name = name.map(ToString::to_string);
        request.set_parsed_query(document.clone());
        let response = schema.execute(request).await;
        problems.extend(response.errors.into_iter().map(Problem::from));
        // What is wrong with the document is wrong with each of its operations.
        if !problems.is_empty() {
            break;
        }
    }
    problems
}
