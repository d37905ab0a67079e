//! One GraphQL request, from the document to the answer, without HTTP.

mod nulls;

use std::sync::Arc;

use async_graphql::{Pos, Request, Response, ServerError, Value, Variables};
use indexmap::IndexMap;

use super::{
    Schema, catalog,
    documents::{self, Document},
    root::{self, Plans, Root},
    sizes::Sizes,
    sources,
};
pub use crate::{
    database::session::{Purpose, Read},
    query::Warning,
};
use crate::{
    database::{
        Readers,
        session::{Revisions, Session},
    },
    error::Error,
    limits::Limits,
    measures::Aggregates,
    query::{
        export::Export,
        load::Loaders,
        planner::{PAGES, Planner},
        row_cache::RevisionRows,
    },
    trace::QueryWork,
};

/// An answer, and what it cost.
#[derive(Debug)]
pub struct QueryAnswer {
    /// What GraphQL answers.
    pub response: Response,
    /// What was read for it.
    pub reads: Vec<Read>,
    /// What it was priced at before it ran: the rows that it might return, and its aggregates.
    pub price: u64,
    /// Whether it ran: then its price is paid, whatever came of it.
    pub(crate) ran: bool,
    /// What is right in it and easily misread.
    pub warnings: Vec<Warning>,
    /// The revision of the copy in memory that was read, where one was.
    pub copy: Option<i32>,
    /// The revisions that rows were read of.
    pub(crate) revisions: Revisions,
    /// The name of the operation that was asked for, where it has one and its document can be read.
    pub operation: Option<String>,
}

impl QueryAnswer {
    /// What is answered where nothing was read, and why. What is wrong with a request stands at a place of the
    /// document, and at none of the answer, which there is none of.
    pub(crate) fn refused(mut errors: Vec<ServerError>) -> Self {
        for error in &mut errors {
            error.path.clear();
        }
        let response = Response::from_errors(errors);
        let revisions = Revisions::None;
        let (reads, warnings) = <_>::default();
        Self {
            response,
            reads,
            price: 0,
            ran: false,
            warnings,
            copy: None,
            revisions,
            operation: None,
        }
    }

    /// The SQL statements that it cost, with placeholders for their values.
    #[must_use]
    pub fn statements(&self) -> Vec<&str> {
        self.reads.iter().filter_map(|read| read.statement.as_deref()).collect()
    }

    /// What it did cost, for its span.
    pub(crate) fn work(&self) -> QueryWork<'_> {
        QueryWork {
            operation: self.operation.as_deref(),
            price: self.price,
            cost: self.cost(),
            statements: self.statements().len(),
            errors: self.response.errors.len(),
        }
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
) -> QueryAnswer {
    execute_with(schema, readers, None, aggregates, limits, request).await
}

/// Runs a request, which may take rows that were looked up before.
pub(crate) async fn execute_with(
    schema: &Schema,
    readers: &Readers,
    kept: Option<Arc<RevisionRows>>,
    aggregates: &Aggregates,
    limits: &Limits,
    request: Request,
) -> QueryAnswer {
    let session = Session::new(readers.clone());
    let loaders = Loaders::new(session, aggregates.clone(), sources(), kept);
    run(schema, loaders, limits, request).await
}

/// Checks and prices a request, and reads nothing: its data have no fields.
#[must_use]
pub fn price(schema: &Schema, limits: &Limits, request: &Request) -> QueryAnswer {
    match Prepared::of(schema, limits, PAGES, request) {
        Ok(prepared) => {
            let mut answer = QueryAnswer::refused(Vec::new());
            answer.response.data = Value::Object(IndexMap::new());
            let Plans { price, warnings, .. } = prepared.plans;
            QueryAnswer { price, warnings, operation: prepared.operation, ..answer }
        }
        Err(answer) => *answer,
    }
}

/// Checks and plans a request whose one root field is to become a table of so many rows at most.
///
/// # Errors
/// The answer that says what is wrong.
pub(crate) fn plan_export(
    schema: &Schema,
    limits: &Limits,
    most: u32,
    request: &Request,
) -> Result<Export, Box<QueryAnswer>> {
    // It is bounded by its rows, and paid for as it is read.
    let limits = Limits { page: most, groups: most, cost: u32::MAX, ..*limits };
    let prepared = Prepared::of(schema, &limits, "--max-export-rows", request)?;
    let plans = prepared.plans;
    let refused =
        |error: Error| Box::new(QueryAnswer::refused(vec![error.at(Pos::default(), &[])]));
    let no_table = |reason: &str| refused(Error::NotATable(reason.to_owned()));
    if plans.fields.is_empty() {
        return Err(no_table("nothing is asked for"));
    }
    let price = plans.price;
    let mut fields = plans.fields.into_values();
    match (fields.next(), fields.next()) {
        (Some(Root::List(plan)), None) => Export::of(*plan, most, price).map_err(refused),
        _ => Err(no_table("a table is one list: ask for one field at the root, such as `grants`")),
    }
}

/// The loaders of a part of a table.
pub(crate) fn loaders(readers: &Readers, aggregates: &Aggregates) -> Loaders {
    Loaders::new(Session::new(readers.clone()), aggregates.clone(), sources(), None)
}

/// A request that is right: what remains is to read.
struct Prepared {
    document: Arc<Document>,
    /// The name of the operation.
    operation: Option<String>,
    variables: Variables,
    plans: Plans,
}

impl Prepared {
    /// Reads the document, takes in the values of variables, and plans all that is asked for. `pages` is the setting
    /// of the size of pages.
    fn of(
        schema: &Schema,
        limits: &Limits,
        pages: &'static str,
        request: &Request,
    ) -> Result<Self, Box<QueryAnswer>> {
        let refused = |errors| Box::new(QueryAnswer::refused(errors));
        let one = |error: Error| refused(vec![error.at(Pos::default(), &[])]);
        let document = documents::read(schema, &request.query, limits).map_err(refused)?;
        let wanted = request.operation_name.as_deref();
        let asked @ (name, operation) = document.operation(wanted).map_err(one)?;
        let name = name.map(ToString::to_string);
        let named =
            |answer: Box<QueryAnswer>| Box::new(QueryAnswer { operation: name.clone(), ..*answer });
        let sizes = Sizes::of(operation, &document.parsed);
        sizes.check(limits, &request.variables).map_err(one).map_err(named)?;
        let variables = document.coerce(asked, &request.variables);
        let variables = variables.map_err(refused).map_err(named)?;
        let planner = Planner::new(catalog(), *limits, pages, &document.parsed, &variables);
        let plans = root::plan(&planner, &operation.selection_set.node);
        let plans = plans.map_err(|error| named(refused(vec![error])))?;
        let (price, most) = (plans.price, limits.cost.into());
        if price > most {
            let answer = named(one(Error::TooExpensive { price, most }));
            return Err(Box::new(QueryAnswer { price, ..*answer }));
        }
        Ok(Self { document: Arc::clone(&document), operation: name, variables, plans })
    }
}

async fn run(schema: &Schema, loaders: Loaders, limits: &Limits, request: Request) -> QueryAnswer {
    let prepared = match Prepared::of(schema, limits, PAGES, &request) {
        Ok(prepared) => prepared,
        Err(answer) => return *answer,
    };
    let Prepared { document, operation, variables, mut plans } = prepared;
    let (price, warnings) = (plans.price, std::mem::take(&mut plans.warnings));
    let introspected = document.introspect(operation.as_deref(), &variables);
    let mut introspected = match introspected {
        Ok(fields) => fields,
        Err(error) => return QueryAnswer::refused(vec![error]),
    };
    let plans = Arc::new(plans);
    let (session, failures) = (loaders.session.clone(), loaders.failures.clone());
    let mut planned = Request::new("").data(loaders).data(Arc::clone(&plans));
    planned.set_parsed_query(plans.document());
    let mut response = schema.execute(planned).await;
    let mut read = match std::mem::take(&mut response.data) {
        Value::Object(fields) => fields,
        _ => IndexMap::new(),
    };
    let keys = plans.fields.keys();
    let fields = keys.map(|key| {
        let value = read.swap_remove(key).or_else(|| introspected.swap_remove(key));
        (key.clone(), value.unwrap_or_default())
    });
    let fields = fields.collect();
    match document.operation(operation.as_deref()) {
        Ok((_, asked)) => {
            let fragments = &document.parsed.fragments;
            nulls::complete(&mut response, fields, asked, fragments, &failures);
        }
        Err(error) => return QueryAnswer::refused(vec![error.at(Pos::default(), &[])]),
    }
    let (reads, copy, revisions) = (session.reads(), session.copy(), session.revisions());
    QueryAnswer { response, reads, price, ran: true, warnings, copy, revisions, operation }
}
