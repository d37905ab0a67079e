//! One GraphQL request, from the document to the answer, without HTTP.

use std::sync::Arc;

use async_graphql::{
    Name, PathSegment, Pos, Request, Response, ServerError, Value, Variables,
    parser::types::OperationDefinition,
};
use indexmap::IndexMap;

pub use crate::query::session::{Purpose, Read};

use crate::{
    analytics::Aggregates,
    database::Readers,
    documents,
    error::Error,
    limits::{self, Limits, Sizes},
    query::{
        self,
        export::Export,
        kept::Kept,
        load::Loaders,
        session::{Revisions, Session},
    },
    schema::Schema,
    trace,
};

/// An answer, and what it cost.
#[derive(Debug)]
pub struct Answer {
    /// What GraphQL answers.
    pub response: Response,
    /// What was read for it.
    pub reads: Vec<Read>,
    /// What it was priced at before it ran: the rows that it might return, and its aggregates.
    pub price: u64,
    /// The revision of the copy in memory that was read, where one was.
    pub copy: Option<i32>,
    /// The revisions that rows were read of.
    pub(crate) revisions: Revisions,
    /// The name of the operation that was asked for, where it has one and its document can be read.
    pub operation: Option<String>,
}

impl Answer {
    /// What is answered where nothing was read, and why.
    pub(crate) fn refused(error: ServerError) -> Self {
        let response = Response::from_errors(vec![error]);
        let revisions = Revisions::None;
        Self { response, reads: Vec::new(), price: 0, copy: None, revisions, operation: None }
    }

    /// The SQL statements that it cost, with placeholders for their values.
    #[must_use]
    pub fn statements(&self) -> Vec<&str> {
        self.reads.iter().filter_map(|read| read.statement.as_deref()).collect()
    }

    /// What it did cost: a point for each row or group that was read, and for each read that found none;
    /// never more than its price.
    #[must_use]
    pub fn cost(&self) -> u64 {
        let rows: usize = self.reads.iter().map(|read| read.rows.max(1)).sum();
        self.price.min(rows as u64)
    }
}

/// Runs a request against a database. Everything that one request reads is batched and shared within
/// it, and nothing is shared with others.
pub async fn execute(
    schema: &Schema,
    readers: &Readers,
    aggregates: &Aggregates,
    limits: &Limits,
    request: Request,
) -> Answer {
    execute_with(schema, readers, None, aggregates, limits, request).await
}

/// Runs a request, which may take rows that were looked up before.
pub(crate) async fn execute_with(
    schema: &Schema,
    readers: &Readers,
    kept: Option<Arc<Kept>>,
    aggregates: &Aggregates,
    limits: &Limits,
    request: Request,
) -> Answer {
    run(schema, Session::of(readers.clone(), *limits, kept), aggregates, request).await
}

/// Checks and prices a request, and reads nothing: its data are nulls.
pub async fn price(
    schema: &Schema,
    readers: &Readers,
    limits: &Limits,
    request: Request,
) -> Answer {
    let session = Session::to_price(readers.clone(), *limits);
    run(schema, session, &Aggregates::Database, request).await
}

/// Checks and plans a request whose one root field is to become a table of so many rows at most.
///
/// # Errors
/// The answer that says what is wrong.
pub(crate) async fn plan_export(
    schema: &Schema,
    readers: &Readers,
    limits: &Limits,
    most: u32,
    request: Request,
) -> Result<Export, Answer> {
    let session = Session::to_export(readers.clone(), *limits, most);
    let answer = run(schema, session.clone(), &Aggregates::Database, request).await;
    match session.planned() {
        Some(planned) if answer.response.errors.is_empty() => Ok(planned),
        _ if !answer.response.errors.is_empty() => Err(answer),
        // It was skipped.
        _ => Err(Answer::refused(
            Error::NotATable("nothing is asked for".to_owned()).at(Pos::default(), &[]),
        )),
    }
}

/// The loaders of a part of a table.
pub(crate) fn loaders(readers: &Readers, aggregates: &Aggregates, limits: &Limits) -> Loaders {
    Loaders::new(Session::of(readers.clone(), *limits, None), aggregates.clone())
}

async fn run(
    schema: &Schema,
    session: Session,
    aggregates: &Aggregates,
    mut request: Request,
) -> Answer {
    if let Err(error) = limits::document(&request.query, session.limits()) {
        return Answer::refused(error.at(Pos::default(), &[]));
    }
    let document = match trace::parse().in_scope(|| documents::read(schema, &mut request)) {
        Ok(document) => document,
        Err(error) => return Answer::refused(error),
    };
    let name = document.operation_name(request.operation_name.as_deref());
    let name = name.map(ToString::to_string);
    let mut order = Vec::new();
    if let Some(operation) = document.operation(request.operation_name.as_deref()) {
        if let Some(error) = missing_variable(operation, &request.variables) {
            return Answer::refused(error);
        }
        let roots = limits::root_fields(operation, &document.parsed);
        let sizes = Sizes::of(operation, &document.parsed, &roots);
        if let Err(error) = sizes.check(session.limits(), &request.variables) {
            return Answer::refused(error.at(Pos::default(), &[]));
        }
        let is_list = |name: &&Name| query::root_field(name).is_some_and(|(_, is_list)| is_list);
        if session.export_of().is_some() && (roots.len() != 1 || !roots.values().all(is_list)) {
            let reason = "a table is one list: ask for one field at the root, such as `grants`";
            let error = Error::NotATable(reason.to_owned());
            return Answer::refused(error.at(Pos::default(), &[]));
        }
        session.set_fields(roots.len());
        order = roots.into_iter().map(|(key, name)| (key.clone(), name.clone())).collect();
    }
    let loaders = Loaders::new(session.clone(), aggregates.clone());
    let mut response = schema.execute(request.data(loaders)).await;
    complete(&mut response, &order);
    let (reads, price, copy) = (session.reads(), session.price(), session.copy());
    Answer { response, reads, price, copy, revisions: session.revisions(), operation: name }
}

/// Puts the root fields into the order of the document, and nulls in the place of those that failed.
///
/// async-graphql leaves them in the order in which they were done, and leaves the failed ones out; but
/// the same query must have the same answer, byte for byte, and a field that was asked for has a value.
/// Where that must not be null, GraphQL says, the whole answer is null.
fn complete(response: &mut Response, order: &[(Name, Name)]) {
    let failed = |key: &Name, errors: &[ServerError]| {
        errors.iter().any(|error| match error.path.first() {
            Some(PathSegment::Field(first)) => first == key.as_str(),
            _ => false,
        })
    };
    let mut data = match &mut response.data {
        Value::Object(data) => std::mem::take(data),
        _ if response.errors.is_empty() => {
            // Every field was skipped.
            response.data = Value::Object(IndexMap::new());
            return;
        }
        _ => IndexMap::new(),
    };
    for (key, field) in order {
        if data.contains_key(key) || !failed(key, &response.errors) {
            continue;
        }
        if !crate::schema::is_nullable_root(field) {
            response.data = Value::Null;
            return;
        }
        data.insert(key.clone(), Value::Null);
    }
    if data.is_empty() {
        return;
    }
    let place = |name: &Name| order.iter().position(|(key, _)| key == name);
    data.sort_by(|a, _, b, _| place(a).cmp(&place(b)));
    response.data = Value::Object(data);
}

/// The error of a variable that must be there and is not, which async-graphql leaves to resolvers.
fn missing_variable(operation: &OperationDefinition, variables: &Variables) -> Option<ServerError> {
    let missing = operation.variable_definitions.iter().find(|definition| {
        let definition = &definition.node;
        let given = variables.get(&definition.name.node).is_some_and(|value| *value != Value::Null);
        !definition.var_type.node.nullable && definition.default_value.is_none() && !given
    })?;
    let (name, kind) = (&missing.node.name.node, &missing.node.var_type.node);
    let text = format!("the variable ${name} of type {kind} is missing: give it a value");
    Some(Error::BadArgument(text).at(missing.pos, &[]))
}
