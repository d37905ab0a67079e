//! One GraphQL request, from the document to the answer, without HTTP.

mod nulls;

use std::sync::Arc;

use async_graphql::{Name, PathSegment, Pos, Request, Response, ServerError, Value, Variables};
use indexmap::IndexMap;

use super::{
    Schema, catalog,
    documents::{self, Document, SubscriptionKind},
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
        token::DataStamp,
    },
    error::Error,
    limits::{
        Limits,
        usage::{MOST_OF_EACH, Usage, too_much},
        work::Work,
    },
    measures::{Aggregates, Estimates},
    query::{
        export::Export,
        load::Loaders,
        planner::{PAGES, Planner},
        price::BYTES_OF_VALUE,
        row_cache::RevisionRows,
    },
    trace::QueryWork,
};

/// The factor on the price limit if aggregates run in the database.
const IN_DATABASE: u64 = 10;

/// An answer with its cost.
#[derive(Debug)]
pub struct QueryAnswer {
    /// The GraphQL response.
    pub response: Response,
    /// The reads for this answer.
    pub reads: Vec<Read>,
    /// The price before it ran, in points of about 20 microseconds of one core.
    pub price: u64,
    /// The work done.
    pub(crate) done: Work,
    /// Whether it was canceled. It is then charged its price, because the work done is unknown.
    pub(crate) gave_up: bool,
    /// Warnings about correct results that are easily misread.
    pub warnings: Vec<Warning>,
    /// The revision of the in-memory copy, if it was read.
    pub copy: Option<DataStamp>,
    /// The revisions of the rows that were read.
    pub(crate) revisions: Revisions,
    /// The name of the operation, if it has one and the document is valid.
    pub operation: Option<String>,
}

impl QueryAnswer {
    /// The answer if nothing was read, with the reasons. Errors in a request have a location in the document but no
    /// path, because there is no data.
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
            done: Work::default(),
            gave_up: false,
            warnings,
            copy: None,
            revisions,
            operation: None,
        }
    }

    /// The SQL statements that were run, with placeholders for their values.
    #[must_use]
    pub fn statements(&self) -> Vec<&str> {
        self.reads.iter().filter_map(|read| read.statement.as_deref()).collect()
    }

    /// The work, for the span of the query.
    pub(crate) fn work(&self) -> QueryWork<'_> {
        QueryWork {
            operation: self.operation.as_deref(),
            price: self.price,
            cost: self.cost(),
            statements: self.statements().len(),
            errors: self.response.errors.len(),
        }
    }

    /// The cost in points: the work done, plus the fixed work of a request.
    #[must_use]
    pub fn cost(&self) -> u64 {
        (Work::REQUEST + self.done).points()
    }
}

/// Runs a request against a database. All reads of one request are batched and shared within it, and nothing is
/// shared with other requests.
pub async fn execute(
    schema: &Schema,
    readers: &Readers,
    aggregates: &Aggregates,
    limits: &Limits,
    request: Request,
) -> QueryAnswer {
    match Prepared::of(schema, aggregates, limits, &request, AskedFor::OneAnswer) {
        Ok(prepared) => {
            prepared.run(schema, loaders(readers, aggregates, None, Usage::default())).await
        }
        Err(answer) => *answer,
    }
}

/// Validates and prices a request without reading anything; its data has no fields.
#[must_use]
pub fn price(
    schema: &Schema,
    aggregates: &Aggregates,
    limits: &Limits,
    request: &Request,
) -> QueryAnswer {
    match Prepared::of(schema, aggregates, limits, request, AskedFor::OneAnswer) {
        Ok(prepared) => prepared.priced(),
        Err(answer) => *answer,
    }
}

/// Validates and plans a request whose one root field becomes a table with at most `most` rows.
///
/// # Errors
/// The answer with the errors.
pub(crate) fn plan_export(
    schema: &Schema,
    aggregates: &Aggregates,
    limits: &Limits,
    most: u32,
    request: &Request,
) -> Result<Export, Box<QueryAnswer>> {
    // An export is limited by its rows, and charged while it is read.
    let limits = Limits { page: most, groups: most, cost: u32::MAX, memory: u32::MAX, ..*limits };
    let pages = ("--max-export-rows", AskedFor::OneAnswer);
    let prepared = Prepared::planned(schema, aggregates, &limits, pages, request)?;
    let price = (prepared.price, prepared.bytes);
    let refused =
        |error: Error| Box::new(QueryAnswer::refused(vec![error.at(Pos::default(), &[])]));
    let no_table = |reason: &str| refused(Error::NotATable(reason.to_owned()));
    let plans = Arc::into_inner(prepared.plans).ok_or_else(|| refused(Error::Internal))?;
    if plans.fields.is_empty() {
        return Err(no_table("the query selects nothing"));
    }
    let mut fields = plans.fields.into_values();
    match (fields.next(), fields.next()) {
        (Some(Root::List(plan)), None) => {
            Export::of(*plan, most, price, &Estimates::of(aggregates)).map_err(refused)
        }
        _ => Err(no_table("a table holds one list. Select one root field, such as `grants`")),
    }
}

/// Loaders over a database. They may use cached rows, and count the work and memory of a request.
pub(crate) fn loaders(
    readers: &Readers,
    aggregates: &Aggregates,
    kept: Option<Arc<RevisionRows>>,
    usage: Usage,
) -> Loaders {
    let session = Session::taking(readers.clone(), usage);
    Loaders::new(session, aggregates.clone(), sources(), kept)
}

/// The way in which an operation is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedFor {
    /// For one answer, which excludes subscriptions.
    OneAnswer,
    /// For one answer of a subscription. Changes are counted since a revision; `None` means that the dataset was
    /// replaced.
    Delivery {
        /// The revision.
        since: Option<i32>,
    },
}

/// A valid request, ready to run.
pub(crate) struct Prepared {
    document: Arc<Document>,
    /// The kind of subscription; `None` for a query.
    pub(crate) subscription: Option<SubscriptionKind>,
    /// The name of the operation.
    operation: Option<String>,
    variables: Variables,
    plans: Arc<Plans>,
    /// The price in points.
    pub(crate) price: u64,
    /// The estimated memory in bytes.
    pub(crate) bytes: u64,
}

impl Prepared {
    /// Reads the document, coerces the variables, plans the request, and prices it for the executor that will answer.
    ///
    /// # Errors
    /// The answer with the errors.
    pub(crate) fn of(
        schema: &Schema,
        aggregates: &Aggregates,
        limits: &Limits,
        request: &Request,
        asked_for: AskedFor,
    ) -> Result<Self, Box<QueryAnswer>> {
        Self::planned(schema, aggregates, limits, (PAGES, asked_for), request)
    }

    /// The same; `pages` is the option that limits the page size.
    fn planned(
        schema: &Schema,
        aggregates: &Aggregates,
        limits: &Limits,
        (pages, asked_for): (&'static str, AskedFor),
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
        let subscription = document.subscription(asked).cloned();
        let since = match (asked_for, &subscription) {
            (AskedFor::OneAnswer, Some(_)) => return Err(named(one(Error::IsSubscription))),
            (AskedFor::Delivery { since }, _) => since,
            (AskedFor::OneAnswer, None) => None,
        };
        let sizes = Sizes::of(operation, &document.parsed);
        sizes.check(limits, &request.variables).map_err(one).map_err(named)?;
        let variables = document.coerce(asked, &request.variables);
        let variables = variables.map_err(refused).map_err(named)?;
        let planner = Planner::new(catalog(), *limits, pages, &document.parsed, &variables);
        let selected = &operation.selection_set.node;
        let plans = match subscription {
            Some(SubscriptionKind::Changed) => root::plan_changed(&planner, selected, since),
            _ => root::plan(&planner, selected),
        };
        let plans = plans.map_err(|error| named(refused(vec![error])))?;
        let (price, bytes) = plans.price(aggregates).map_err(one).map_err(named)?;
        // A database computes aggregates on its own cores, and takes longer.
        let most = match aggregates {
            Aggregates::Memory(_) => u64::from(limits.cost),
            Aggregates::Database(_) => u64::from(limits.cost) * IN_DATABASE,
        };
        if price > most {
            let answer = named(one(Error::TooExpensive { price, most }));
            return Err(Box::new(QueryAnswer { price, ..*answer }));
        }
        let most_bytes = u64::from(limits.memory) << 20;
        if bytes > most_bytes {
            let answer = named(one(too_much(bytes, most_bytes, MOST_OF_EACH)));
            return Err(Box::new(QueryAnswer { price, ..*answer }));
        }
        let (document, plans) = (Arc::clone(&document), Arc::new(plans));
        Ok(Self { document, subscription, operation: name, variables, plans, price, bytes })
    }

    /// The answer of a request that is only priced; its data has no fields.
    pub(crate) fn priced(self) -> QueryAnswer {
        let mut answer = QueryAnswer::refused(Vec::new());
        answer.response.data = Value::Object(IndexMap::new());
        let Self { operation, plans, price, .. } = self;
        QueryAnswer { price, warnings: plans.warnings.clone(), operation, ..answer }
    }

    /// The answer of a request that failed while it ran.
    pub(crate) fn failed(&self, error: Error, done: Work) -> QueryAnswer {
        let refused = QueryAnswer::refused(vec![error.at(Pos::default(), &[])]);
        let (price, operation) = (self.price, self.operation.clone());
        QueryAnswer { price, done, gave_up: true, operation, ..refused }
    }

    /// Runs the request.
    pub(crate) async fn run(&self, schema: &Schema, loaders: Loaders) -> QueryAnswer {
        let introspected = self.document.introspect(self.operation.as_deref(), &self.variables);
        let mut introspected = match introspected {
            Ok(fields) => fields,
            Err(error) => return QueryAnswer::refused(vec![error]),
        };
        let (session, failures) = (loaders.session.clone(), loaders.failures.clone());
        session.usage().add(Work::introspected(introspected.values().map(values).sum()));
        let mut planned = Request::new("").data(loaders).data(Arc::clone(&self.plans));
        planned.set_parsed_query(self.plans.document());
        let mut response = schema.execute(planned).await;
        let mut read = match std::mem::take(&mut response.data) {
            Value::Object(fields) => fields,
            _ => IndexMap::new(),
        };
        let keys = self.plans.fields.keys();
        let fields = keys.map(|key| {
            let value = read.swap_remove(key).or_else(|| introspected.swap_remove(key));
            (key.clone(), value.unwrap_or_default())
        });
        let fields = fields.collect();
        match self.document.operation(self.operation.as_deref()) {
            Ok((_, asked)) => {
                let fragments = &self.document.parsed.fragments;
                nulls::complete(&mut response, fields, asked, fragments, &failures);
            }
            Err(error) => return QueryAnswer::refused(vec![error.at(Pos::default(), &[])]),
        }
        let mut warnings = self.plans.warnings.clone();
        if let Some(SubscriptionKind::Live(key)) = &self.subscription {
            put_under(key, &mut response, &mut warnings);
        }
        session.usage().add(Work::written(bytes(&response.data)));
        QueryAnswer {
            response,
            reads: session.reads(),
            price: self.price,
            done: session.usage().work(),
            gave_up: false,
            warnings,
            copy: session.copy(),
            revisions: session.revisions(),
            operation: self.operation.clone(),
        }
    }
}

/// Nests the answer of a live query under the response name of its field.
fn put_under(key: &Name, response: &mut Response, warnings: &mut [Warning]) {
    // The field is not nullable, so without a value there is no data.
    if response.data != Value::Null {
        let data = std::mem::take(&mut response.data);
        response.data = Value::Object([(key.clone(), data)].into_iter().collect());
    }
    for error in response.errors.iter_mut().filter(|error| !error.path.is_empty()) {
        error.path.insert(0, PathSegment::Field(key.to_string()));
    }
    for warning in warnings {
        warning.path.insert(0, key.to_string());
    }
}

/// The number of values in a value, including itself.
fn values(value: &Value) -> u64 {
    match value {
        Value::List(items) => 1 + items.iter().map(values).sum::<u64>(),
        Value::Object(fields) => 1 + fields.values().map(values).sum::<u64>(),
        _ => 1,
    }
}

/// The approximate bytes of a value in an answer.
fn bytes(value: &Value) -> u64 {
    match value {
        Value::List(items) => items.iter().map(bytes).sum(),
        Value::Object(fields) => {
            let field =
                |(name, value): (&Name, &Value)| name.len() as u64 + BYTES_OF_VALUE + bytes(value);
            fields.iter().map(field).sum()
        }
        _ => 0,
    }
}
