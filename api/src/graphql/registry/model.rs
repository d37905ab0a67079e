//! Reads an entity's `Model` as async-graphql sees it.

use std::collections::BTreeMap;

use async_graphql::{
    CacheControl, OutputType,
    registry::{Deprecation, MetaField, MetaType, MetaTypeName, Registry},
};
use indexmap::IndexMap;
use sea_orm::{ColumnTrait, ColumnType, EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn};

use crate::catalog::{
    scalar::{ColumnKind, Scalar},
    table::{ClosedSet, ClosedValue, Column, Table, camel_case},
};

/// The default reason of `@deprecated`.
const NO_REASON: &str = "No longer supported";

/// Starts the declaration of a type: the table of an entity, with the root fields for one row and for the list.
///
/// # Panics
/// If its `Model` contains something that would be ignored: see [`super`].
pub(crate) fn table_of<E>(one: &'static str, list: &'static str) -> Table
where
    E: EntityTrait,
    E::Model: OutputType,
{
    let model = Model::of::<E::Model>();
    let columns: Vec<_> = E::Column::iter()
        .map(|column| {
            model.column(
                column.as_str(),
                &column.def().get_column_type().clone(),
                column.def().is_null(),
            )
        })
        .collect();
    model.check(&columns);
    let key = E::PrimaryKey::iter().next().expect("an entity has a primary key");
    let key = key.into_column().as_str();
    Table::new::<E>((model.name, model.description), (one, list), key, columns)
}

/// A `Model` as async-graphql sees it.
struct Model {
    name: String,
    description: String,
    fields: IndexMap<String, MetaField>,
    /// The types that its fields refer to.
    types: BTreeMap<String, MetaType>,
}

impl Model {
    fn of<M: OutputType>() -> Self {
        let mut registry = Registry::default();
        M::create_type_info(&mut registry);
        let (name, mut types) = (M::type_name().into_owned(), registry.types);
        let Some(MetaType::Object { description, fields, .. }) = types.remove(&name) else {
            panic!("{name} is not an object: derive `SimpleObject` for the `Model`");
        };
        Self { name, description: description.unwrap_or_default(), fields, types }
    }

    fn column(&self, name: &'static str, kept: &ColumnType, nullable: bool) -> Column {
        let field = self.fields.get(&camel_case(name));
        let type_name = field.map_or("String", |field| MetaTypeName::concrete_typename(&field.ty));
        let values = match self.types.get(type_name) {
            Some(MetaType::Enum { description, enum_values, .. }) => {
                let description = description.clone().unwrap_or_default();
                let values = enum_values.values().map(|value| ClosedValue {
                    name: value.name.clone(),
                    description: value.description.clone().unwrap_or_default(),
                    deprecated: reason(&value.deprecation),
                });
                Some(ClosedSet { description, values: values.collect() })
            }
            _ => None,
        };
        let scalar = match field {
            None => hidden(kept),
            Some(_) if values.is_some() => Scalar::Enum,
            Some(field) => Scalar::named(type_name).unwrap_or_else(|| {
                panic!(
                    "{}.{} has the type {type_name}, which no column can hold",
                    self.name, field.name
                )
            }),
        };
        let is_own =
            matches!(scalar, Scalar::BigInt | Scalar::Fixed(_) | Scalar::Ori | Scalar::State);
        let scalar_description = match self.types.get(type_name) {
            Some(MetaType::Scalar { description, .. }) if is_own => description.clone(),
            _ => None,
        };
        Column {
            name,
            field: field.map(|field| field.name.clone()),
            kind: ColumnKind::new(scalar, kept),
            nullable,
            description: field.and_then(|field| field.description.clone()).unwrap_or_default(),
            // The name that clients see.
            type_name: if scalar == Scalar::Date { "Date" } else { type_name }.to_owned(),
            values,
            scalar_description,
            deprecated: field.and_then(|field| reason(&field.deprecation)),
        }
    }

    /// Checks that nothing in the model is ignored.
    fn check(&self, columns: &[Column]) {
        for field in self.fields.values() {
            let at = format!("{}.{}", self.name, field.name);
            let is_column = columns.iter().any(|column| column.field.as_ref() == Some(&field.name));
            assert!(
                is_column,
                "{at} is not a column of the entity. A column has its own name in camelCase: remove \
                 `#[graphql(name)]`, or skip the field and show it with `Table::shows`. Declare a computed field \
                 (`complex`) with `.computed(...)`."
            );
            assert!(
                !field.ty.starts_with('['),
                "{at} is a list, which no column can hold. Store it as one text and show it with `Table::list`"
            );
            let lost = [
                ("arguments", !field.args.is_empty()),
                ("`visible`", field.visible.is_some()),
                ("`complexity`", field.compute_complexity.is_some()),
                ("`cache_control`", field.cache_control != CacheControl::default()),
                ("directives", !field.directive_invocations.is_empty()),
            ];
            if let Some((what, _)) = lost.iter().find(|(_, is_there)| *is_there) {
                panic!("{at}: {what} of a column would be ignored. Remove them");
            }
        }
    }
}

fn reason(deprecation: &Deprecation) -> Option<String> {
    match deprecation {
        Deprecation::NoDeprecated => None,
        Deprecation::Deprecated { reason } => {
            Some(reason.clone().unwrap_or_else(|| NO_REASON.to_owned()))
        }
    }
}

/// The type of a column that clients do not see.
fn hidden(column: &ColumnType) -> Scalar {
    match column {
        ColumnType::Integer => Scalar::Int,
        ColumnType::BigInteger => Scalar::BigInt,
        _ => Scalar::Text,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{ComplexObject, Enum, SimpleObject};

    use super::*;

    /// An enum of a test.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
    enum Sort {
        /// The first.
        First,
        #[graphql(deprecation = "Take the first.")]
        Second,
    }

    /// A row of a test.
    #[derive(SimpleObject)]
    #[graphql(name = "TestRow")]
    struct Plain {
        /// The name.
        name: String,
        #[graphql(deprecation = "Ask for the name.")]
        old_name: Option<String>,
        sort: Sort,
        #[graphql(skip)]
        #[expect(dead_code, reason = "only its absence is checked")]
        secret: String,
    }

    #[derive(SimpleObject)]
    struct Renamed {
        #[graphql(name = "title")]
        name: String,
    }

    #[derive(SimpleObject)]
    #[graphql(complex)]
    struct Complex {
        name: String,
    }

    #[ComplexObject]
    impl Complex {
        async fn length(&self) -> usize {
            self.name.len()
        }
    }

    #[derive(SimpleObject)]
    struct Hidden {
        #[graphql(visible = false)]
        name: String,
    }

    #[derive(SimpleObject)]
    struct Listed {
        name: Vec<String>,
    }

    fn columns(model: &Model) -> Vec<Column> {
        let column = |name| model.column(name, &ColumnType::Text, false);
        ["name", "old_name", "sort", "secret"].map(column).into()
    }

    /// The panic message for a model.
    fn refused<M: OutputType>() -> String {
        let refuses = || {
            let model = Model::of::<M>();
            model.check(&columns(&model));
        };
        let panic = std::panic::catch_unwind(refuses).expect_err("the model is refused");
        panic.downcast_ref::<String>().expect("a panic with words").clone()
    }

    #[test]
    fn what_a_model_says_of_itself_is_taken_over() {
        let changed = "async-graphql registers a SimpleObject differently than before: check `Model::of` and \
            `Model::column`";
        let model = Model::of::<Plain>();
        assert_eq!(
            (&*model.name, &*model.description),
            ("TestRow", "A row of a test."),
            "{changed}"
        );
        let columns = columns(&model);
        model.check(&columns);
        let fields: Vec<_> = columns.iter().map(|column| column.field.as_deref()).collect();
        assert_eq!(fields, [Some("name"), Some("oldName"), Some("sort"), None], "{changed}");
        assert_eq!(columns[0].description, "The name.", "{changed}");
        assert_eq!(columns[1].deprecated.as_deref(), Some("Ask for the name."), "{changed}");
        assert_eq!(columns[2].kind.scalar, Scalar::Enum, "{changed}");
        let set = columns[2].values.as_ref().expect(changed);
        assert_eq!(set.description, "An enum of a test.", "{changed}");
        let values: Vec<_> =
            set.values.iter().map(|value| (&*value.name, &value.deprecated)).collect();
        let second = Some("Take the first.".to_owned());
        assert_eq!(values, [("FIRST", &None), ("SECOND", &second)], "{changed}");
    }

    #[test]
    fn what_would_be_lost_stops_the_program_with_words() {
        for (said, words) in [
            (refused::<Renamed>(), "Renamed.title is not a column of the entity"),
            (refused::<Complex>(), "with `.computed(...)`"),
            (refused::<Hidden>(), "`visible` of a column would be ignored"),
            (refused::<Listed>(), "Listed.name is a list, which no column can hold"),
        ] {
            assert!(said.contains(words), "{said}");
        }
    }
}
