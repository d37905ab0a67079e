//! The root of all queries.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use async_graphql::{
    CacheControl, ContainerType, Context, ContextSelectionSet, Name, ObjectType, OutputType, Pos,
    Positioned, ServerError, ServerResult, ValidationResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType,
        Selection, SelectionSet,
    },
    resolver_utils::resolve_container,
};
use indexmap::IndexMap;

use super::{
    catalog, change_types,
    citation::Operator,
    dataset,
    registry::{self, Registry, field, input},
    schema_types, subscription,
};
use crate::{
    catalog::{Catalog, table::Table},
    error::Error,
    limits::work::Work,
    measures::Aggregates,
    query::{
        changes,
        load::Loaders,
        nodes,
        plan::ConnectionPlan,
        planner::{Planner, Warning},
        price::Price,
        walk::run,
    },
};

/// The approximate number of values in an introspection answer: for the whole schema, and for one type.
const VALUES_OF_SCHEMA: u64 = 50_000;
const VALUES_OF_TYPE: u64 = 150;

/// The root of all queries.
#[derive(Clone, Copy, Debug)]
pub struct Query;

impl OutputType for Query {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Query")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry::root::<Self>(registry, "The root of all queries.", |types| {
            let catalog = catalog();
            schema_types::types(types, catalog);
            change_types::types(types, catalog);
            dataset::types(types, catalog);
            let ids = input("ids", "[ID!]!", "At most 100 ids, in any order.");
            let id = input("id", "ID!", "The id from the field `id` of an object.");
            let mut fields = vec![
                field("dataset", "Dataset!", "Information about the dataset as a whole.", vec![]),
                field(
                    "node",
                    "Node",
                    "Looks up an object by its global id. Null if there is none.",
                    vec![id],
                ),
                field(
                    "nodes",
                    "[Node]!",
                    "Looks up objects by their global ids, in the given order. Null for an id without an object.",
                    vec![ids],
                ),
            ];
            fields.extend(schema_types::root_fields(catalog));
            fields.extend(change_types::root_fields(catalog));
            fields
        })
    }

    async fn resolve(
        &self,
        context: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(context, self).await
    }
}

impl ContainerType for Query {
    async fn resolve_field(&self, context: &Context<'_>) -> ServerResult<Option<Value>> {
        let key = &context.item.node.response_key().node;
        let planned = context.data_opt::<Arc<Plans>>().and_then(|plans| plans.fields.get(key));
        let (Some(planned), Some(loaders)) = (planned, context.data_opt::<Loaders>()) else {
            let text = "this document was not planned before it ran. Use `cops_graphql::graphql::execute::execute`";
            return Err(ServerError::new(text, Some(context.item.pos)));
        };
        let answer = match planned {
            Root::Dataset(plan) => {
                let operator = context.data_opt::<Operator>().cloned().unwrap_or_default();
                dataset::resolve(loaders, plan, &operator).await
            }
            Root::Node(plan) => {
                nodes::objects(loaders, plan).await.map(|mut found| found.pop().unwrap_or_default())
            }
            Root::Nodes(plan) => nodes::objects(loaders, plan).await.map(Value::List),
            Root::List(plan) => run::root(loaders, plan).await,
            Root::One(plan) => nodes::one(loaders, plan).await,
            Root::Changes(plan) => changes::changes(loaders, plan).await,
            Root::DatasetChanged(plan) => subscription::resolve(loaders, plan).await,
            Root::TypeName | Root::Introspection { .. } => Ok(Value::Null),
        };
        Ok(Some(answer.unwrap_or_else(|error| loaders.fail(error))))
    }
}

impl ObjectType for Query {}

/// A planned root field.
#[derive(Debug)]
pub(crate) enum Root {
    TypeName,
    /// Introspection of the whole schema or of one type, which is answered elsewhere.
    Introspection {
        is_of_all: bool,
    },
    Dataset(dataset::Plan),
    Node(nodes::Objects),
    Nodes(nodes::Objects),
    List(Box<ConnectionPlan>),
    One(Box<nodes::NodePlan>),
    Changes(Box<changes::ChangesPlan>),
    DatasetChanged(subscription::ChangePlan),
}

/// The planned root fields of an operation. They are valid, and nothing has been read for them yet.
#[derive(Debug)]
pub(crate) struct Plans {
    /// The fields by their response names, in document order.
    pub(crate) fields: IndexMap<Name, Root>,
    /// Warnings about results that are easily misread.
    pub(crate) warnings: Vec<Warning>,
}

/// Plans the root fields of a subscription to loads, by their response names. It counts the changes since a revision;
/// `None` means that the dataset was replaced.
///
/// # Errors
/// The errors of the planner.
pub(crate) fn plan_changed<'a>(
    planner: &Planner<'a>,
    selected: &'a SelectionSet,
    since: Option<i32>,
) -> Result<Plans, ServerError> {
    let mut fields = IndexMap::new();
    for (key, merged) in planner.root_of("Subscription", selected)? {
        let plan = subscription::plan(planner, &merged, since)?;
        fields.insert(key, Root::DatasetChanged(plan));
    }
    Ok(Plans { fields, warnings: planner.take_warnings() })
}

/// Plans the root fields of an operation.
///
/// # Errors
/// The first invalid argument.
pub(crate) fn plan<'a>(
    planner: &Planner<'a>,
    selected: &'a SelectionSet,
) -> Result<Plans, ServerError> {
    let mut fields = IndexMap::new();
    for (key, merged) in planner.root(selected)? {
        let path = [key.to_string()];
        let planned = match merged[0].node.name.node.as_str() {
            "__typename" => Root::TypeName,
            name @ ("__schema" | "__type") => Root::Introspection { is_of_all: name == "__schema" },
            "dataset" => Root::Dataset(dataset::plan(planner, &merged, &path)?),
            "node" => Root::Node(nodes::plan_objects(planner, "id", &merged, &path)?),
            "nodes" => Root::Nodes(nodes::plan_objects(planner, "ids", &merged, &path)?),
            name => match root_field(planner.catalog, name) {
                Some((table, FieldOfTable::List)) => {
                    Root::List(Box::new(planner.connection(table, &merged, None, &path)?))
                }
                Some((table, FieldOfTable::One)) => {
                    Root::One(Box::new(nodes::plan_one(planner, table, &merged, &path)?))
                }
                Some((table, FieldOfTable::Changes)) => {
                    Root::Changes(Box::new(changes::plan(planner, table, &merged, &path)?))
                }
                None => return Err(Error::Internal.at(merged[0].pos, &path)),
            },
        };
        fields.insert(key, planned);
    }
    Ok(Plans { fields, warnings: planner.take_warnings() })
}

impl Plans {
    /// The price of the request on this instance: points, and bytes of memory.
    pub(crate) fn price(&self, aggregates: &Aggregates) -> Result<(u64, u64), Error> {
        let mut price = Price::of(catalog(), aggregates);
        for root in self.fields.values() {
            match root {
                Root::TypeName => {}
                Root::Introspection { is_of_all } => {
                    price.add(Work::introspected(if *is_of_all {
                        VALUES_OF_SCHEMA
                    } else {
                        VALUES_OF_TYPE
                    }));
                }
                Root::Dataset(plan) => plan.price(&mut price)?,
                Root::Node(plan) | Root::Nodes(plan) => plan.price(&mut price)?,
                Root::List(plan) => price.list(plan, None)?,
                Root::One(plan) => plan.price(&mut price)?,
                Root::Changes(plan) => plan.price(&mut price)?,
                Root::DatasetChanged(plan) => plan.price(&mut price),
            }
        }
        Ok((price.points(), price.bytes()))
    }

    /// The document for async-graphql to run: each root field that reads data, once, under its response name. The
    /// plans hold the selections.
    pub(crate) fn document(&self) -> ExecutableDocument {
        let at = |node| Positioned::new(node, Pos::default());
        let field = |(key, root): (&Name, &Root)| {
            let name = match root {
                Root::Introspection { .. } => return None,
                Root::TypeName => Name::new("__typename"),
                // async-graphql runs a query, which has no field `datasetChanged`; the response name finds the plan.
                Root::Dataset(_) | Root::DatasetChanged(_) => Name::new("dataset"),
                Root::Node(_) => Name::new("node"),
                Root::Nodes(_) => Name::new("nodes"),
                Root::List(plan) => Name::new(plan.list.table.list),
                Root::One(plan) => Name::new(plan.table().one),
                Root::Changes(plan) => Name::new(changes::field_name(plan.table)),
            };
            let field = Field {
                alias: Some(at_name(key)),
                name: at_name(&name),
                arguments: Vec::new(),
                directives: Vec::new(),
                selection_set: Positioned::default(),
            };
            Some(at_selection(Selection::Field(Positioned::new(field, Pos::default()))))
        };
        let items = self.fields.iter().filter_map(field).collect();
        let operation = OperationDefinition {
            ty: OperationType::Query,
            variable_definitions: Vec::new(),
            directives: Vec::new(),
            selection_set: Positioned::new(SelectionSet { items }, Pos::default()),
        };
        ExecutableDocument {
            operations: DocumentOperations::Single(at(operation)),
            fragments: HashMap::new(),
        }
    }
}

fn at_name(name: &Name) -> Positioned<Name> {
    Positioned::new(name.clone(), Pos::default())
}

fn at_selection(selection: Selection) -> Positioned<Selection> {
    Positioned::new(selection, Pos::default())
}

/// Makes async-graphql leave validation to [`crate::graphql::documents`].
pub(super) struct Validated;

impl ExtensionFactory for Validated {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Validated {
    async fn validation(
        &self,
        _: &ExtensionContext<'_>,
        _: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let cache_control = CacheControl::default();
        Ok(ValidationResult { cache_control, complexity: 0, depth: 0 })
    }
}

/// The kinds of root fields of a table.
enum FieldOfTable {
    List,
    One,
    Changes,
}

/// The table and kind of a root field.
fn root_field(catalog: &Catalog, name: &str) -> Option<(&'static Table, FieldOfTable)> {
    catalog.tables.iter().find_map(|table| match name {
        name if name == table.list => Some((table, FieldOfTable::List)),
        name if name == table.one && !table.natural_keys.is_empty() => {
            Some((table, FieldOfTable::One))
        }
        name if name == changes::field_name(table) => Some((table, FieldOfTable::Changes)),
        _ => None,
    })
}
