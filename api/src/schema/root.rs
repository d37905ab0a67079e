//! The root of all queries.

use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult,
    Value,
    parser::types::Field,
    registry::{MetaTypeId, Registry},
    resolver_utils::resolve_container,
};

use super::dataset;
use crate::query::{self, register};

/// Everything that can be asked.
#[derive(Clone, Copy, Debug)]
pub struct Query;

impl OutputType for Query {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Query")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            register::types(registry);
            dataset::register(registry);
            let ids = register::input("ids", "[ID!]!", "At most 100 ids, in any order.");
            let mut fields = vec![
                register::field("dataset", "Dataset!", "The dataset as a whole.", vec![]),
                register::field(
                    "node",
                    "Node",
                    "The object of an id. Null where there is none.",
                    vec![register::input(
                        "id",
                        "ID!",
                        "The id, as the field `id` of an object gives it.",
                    )],
                ),
                register::field(
                    "nodes",
                    "[Node]!",
                    "The objects of ids, in their order. Null stands for one that is not there.",
                    vec![ids],
                ),
            ];
            fields.extend(register::root_fields());
            register::object_meta("Query", "Everything that can be asked.", fields)
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
        let merged = query::merged(context);
        let answer = async {
            match context.item.node.name.node.as_str() {
                "dataset" => dataset::resolve(context, &merged).await,
                "node" => query::node(context, &merged).await,
                "nodes" => query::nodes(context, &merged).await,
                name => match query::root_field(name) {
                    Some((table, true)) => query::list(context, table, &merged).await,
                    Some((table, false)) => query::one(context, table, &merged).await,
                    None => Ok(Value::Null),
                },
            }
        };
        query::once(context, &merged, Box::pin(answer)).await.map(Some)
    }
}

impl ObjectType for Query {}
