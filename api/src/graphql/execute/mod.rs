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

/// How many times as much a query may cost where a database answers what is computed of all rows.
const IN_DATABASE: u64 = 10;

/// An answer, and what it cost.
#[derive(Debug)]
pub struct QueryAnswer {
    /// What GraphQL answers.
    pub response: Response,
    /// What was read for it.
    pub reads: Vec<Read>,
    /// What it was priced at before it ran, in points of about twenty microseconds of one core.
    pub price: u64,
    /// What was done for it.
    pub(crate) done: Work,
    /// Whether it was given up: then its price is paid, for it is not known how much was done.
    pub(crate) gave_up: bool,
    /// What is right in it and easily misread.
    pub warnings: Vec<Warning>,
    /// The revision of the copy in memory that was read, where one was.
    pub copy: Option<DataStamp>,
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
            done: Work::default(),
            gave_up: false,
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

    /// What it did cost, in points: what was done for it, and to read, plan and answer it.
    #[must_use]
    pub fn cost(&self) -> u64 {
        (Work::REQUEST + self.done).points()
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
    match Prepared::of(schema, aggregates, limits, &request, AskedFor::OneAnswer) {
        Ok(prepared) => {
            prepared.run(schema, loaders(readers, aggregates, None, Usage::default())).await
        }
        Err(answer) => *answer,
    }
}

/// Checks and prices a request, and reads nothing: its data have no fields.
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

/// Checks and plans a request whose one root field is to become a table of so many rows at most.
///
/// # Errors
/// The answer that says what is wrong.
pub(crate) fn plan_export(
    schema: &Schema,
    aggregates: &Aggregates,
    limits: &Limits,
    most: u32,
    request: &Request,
) -> Result<Export, Box<QueryAnswer>> {
    // It is bounded by its rows, and paid for as it is read.
    let limits = Limits { page: most, groups: most, cost: u32::MAX, memory: u32::MAX, ..*limits };
    let pages = ("--max-export-rows", AskedFor::OneAnswer);
    let prepared = Prepared::planned(schema, aggregates, &limits, pages, request)?;
    let price = (prepared.price, prepared.bytes);
    let refused =
        |error: Error| Box::new(QueryAnswer::refused(vec![error.at(Pos::default(), &[])]));
    let no_table = |reason: &str| refused(Error::NotATable(reason.to_owned()));
    let plans = Arc::into_inner(prepared.plans).ok_or_else(|| refused(Error::Internal))?;
    if plans.fields.is_empty() {
        return Err(no_table("nothing is asked for"));
    }
    let mut fields = plans.fields.into_values();
    match (fields.next(), fields.next()) {
        (Some(Root::List(plan)), None) => {
            Export::of(*plan, most, price, &Estimates::of(aggregates)).map_err(refused)
        }
        _ => Err(no_table("a table is one list: ask for one field at the root, such as `grants`")),
    }
}

/// Loaders over a database, which may take rows that were looked up before, and take work and memory of a request.
pub(crate) fn loaders(
    readers: &Readers,
    aggregates: &Aggregates,
    kept: Option<Arc<RevisionRows>>,
    usage: Usage,
) -> Loaders {
    let session = Session::taking(readers.clone(), usage);
    Loaders::new(session, aggregates.clone(), sources(), kept)
}

/// How an operation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedFor {
    /// For one answer, which a subscription has not.
    OneAnswer,
    /// For one of the answers of a subscription. Changes are counted since a revision; since none where the dataset was
    /// replaced by another one.
    Delivery {
        /// The revision.
        since: Option<i32>,
    },
}

/// A request that is right: what remains is to read.
pub(crate) struct Prepared {
    document: Arc<Document>,
    /// What it subscribes to; none of a query.
    pub(crate) subscription: Option<SubscriptionKind>,
    /// The name of the operation.
    operation: Option<String>,
    variables: Variables,
    plans: Arc<Plans>,
    /// What it costs, in points.
    pub(crate) price: u64,
    /// The memory that it is expected to take.
    pub(crate) bytes: u64,
}

impl Prepared {
    /// Reads the document, takes in the values of variables, plans all that is asked for, and prices it for what is to
    /// answer.
    ///
    /// # Errors
    /// The answer that says what is wrong.
    pub(crate) fn of(
        schema: &Schema,
        aggregates: &Aggregates,
        limits: &Limits,
        request: &Request,
        asked_for: AskedFor,
    ) -> Result<Self, Box<QueryAnswer>> {
        Self::planned(schema, aggregates, limits, (PAGES, asked_for), request)
    }

    /// The same, where `pages` is the setting of the size of pages.
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
        // What a database does for aggregates it does on cores of its own, and takes longer for.
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

    /// The answer of a request that is only priced: its data have no fields.
    pub(crate) fn priced(self) -> QueryAnswer {
        let mut answer = QueryAnswer::refused(Vec::new());
        answer.response.data = Value::Object(IndexMap::new());
        let Self { operation, plans, price, .. } = self;
        QueryAnswer { price, warnings: plans.warnings.clone(), operation, ..answer }
    }

    /// The answer of a request that ran, and came to nothing.
    pub(crate) fn failed(&self, error: Error, done: Work) -> QueryAnswer {
        let refused = QueryAnswer::refused(vec![error.at(Pos::default(), &[])]);
        let (price, operation) = (self.price, self.operation.clone());
        QueryAnswer { price, done, gave_up: true, operation, ..refused }
    }

    /// Reads what was asked for.
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

/// Puts the answer of a query under the name of the field that it was asked for by.
fn put_under(key: &Name, response: &mut Response, warnings: &mut [Warning]) {
    // There must be a value, so without one there is no answer.
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

/// How many values a value has in it, and is.
fn values(value: &Value) -> u64 {
    match value {
        Value::List(items) => 1 + items.iter().map(values).sum::<u64>(),
        Value::Object(fields) => 1 + fields.values().map(values).sum::<u64>(),
        _ => 1,
    }
}

/// About how many bytes a value has in an answer.
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
