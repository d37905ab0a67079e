//! The only access to `async_graphql::registry`.
//!
//! # Why it exists
//! async-graphql builds a schema from what `OutputType::create_type_info` puts into its `Registry`. Its macros do
//! that for types whose fields are Rust functions, and call one function for each field of each row, each in its own
//! future: an answer of 5,000 rows takes tens of thousands of boxed futures, which cost more than its SQL. This
//! program plans a list as a whole and answers it with one future for each relation field of the query
//! ([`crate::query`]). There are no such functions, so the types are registered as data: names, types and
//! descriptions.
//!
//! # Why it is the only access
//! The module is `#[doc(hidden)]`, so a release of async-graphql may change it without notice. Nothing else in this
//! program uses it; other modules register types with [`Types`], [`ObjectField`] and [`InputField`]. The version is
//! pinned in `Cargo.toml` (`=7.2.1`), and the tests below explain what changed if another version behaves
//! differently.
//!
//! # What an entity's `Model` may contain
//! [`table_of`] reads it as async-graphql sees it, and supports type names, descriptions, `deprecation` and `skip`.
//! Anything unsupported stops the program at startup with an error: a field that is not a column (`#[graphql(name)]`
//! on a field, `complex`), and attributes that would be ignored (`visible`, `complexity`, arguments, directives).
//! Only a `guard` leaves no trace and would be ignored silently; this is acceptable because the dataset is public.
//!
//! ```ignore
//! pub(super) fn table() -> Table {
//!     table_of::<measure::Entity>("measure", "measures").keys(&[measure::Column::Code])
//! }
//! ```

mod model;

use async_graphql::{
    CacheControl, OutputType, SubscriptionType,
    registry::{Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType, MetaTypeId},
};
use indexmap::IndexMap;

pub(super) use self::model::table_of;
use crate::catalog::table::ClosedValue;

/// The types registered with async-graphql. Use it only where its traits require it.
pub(super) use async_graphql::registry::Registry;

/// The types registered so far.
pub(super) struct Types<'a>(&'a mut Registry);

/// A field of an object.
#[derive(Clone, Debug)]
pub(super) struct ObjectField {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) description: String,
    pub(super) arguments: Vec<InputField>,
    /// The reason for its deprecation, with the replacement.
    pub(super) deprecated: Option<String>,
}

/// An argument, or a field of an input object.
#[derive(Clone, Debug)]
pub(super) struct InputField {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) description: String,
    pub(super) default: Option<&'static str>,
    /// The reason for its deprecation, with the replacement.
    pub(super) deprecated: Option<String>,
}

/// A field of an object.
pub(super) fn field(
    name: &str,
    type_name: &str,
    description: &str,
    arguments: Vec<InputField>,
) -> ObjectField {
    let [name, type_name, description] = [name, type_name, description].map(str::to_owned);
    ObjectField { name, type_name, description, arguments, deprecated: None }
}

/// An argument, or a field of an input object.
pub(super) fn input(name: &str, type_name: &str, description: &str) -> InputField {
    let [name, type_name, description] = [name, type_name, description].map(str::to_owned);
    InputField { name, type_name, description, default: None, deprecated: None }
}

/// A value of an enum.
pub(super) fn value(name: impl Into<String>, description: impl Into<String>) -> ClosedValue {
    ClosedValue { name: name.into(), description: description.into(), deprecated: None }
}

/// Registers the root object, for `OutputType::create_type_info`.
pub(super) fn root<T: OutputType>(
    registry: &mut Registry,
    description: &str,
    fields: impl FnOnce(&mut Types<'_>) -> Vec<ObjectField>,
) -> String {
    let mut fields = Some(fields);
    registry.create_output_type::<T, _>(MetaTypeId::Object, |registry| {
        let fields = fields.take().map_or_else(Vec::new, |fields| fields(&mut Types(registry)));
        object(&T::type_name(), description, fields)
    })
}

/// Registers the root object of subscriptions, for `SubscriptionType::create_type_info`.
pub(super) fn subscriptions<T: SubscriptionType>(
    registry: &mut Registry,
    description: &str,
    fields: impl FnOnce(&mut Types<'_>) -> Vec<ObjectField>,
) -> String {
    let mut fields = Some(fields);
    registry.create_subscription_type::<T, _>(|registry| {
        let fields = fields.take().map_or_else(Vec::new, |fields| fields(&mut Types(registry)));
        let mut root = object(&T::type_name(), description, fields);
        if let MetaType::Object { is_subscription, .. } = &mut root {
            *is_subscription = true;
        }
        root
    })
}

impl Types<'_> {
    /// Whether a type with this name exists.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.types.contains_key(name)
    }

    /// Adds a type that async-graphql declares itself, such as a scalar, and returns its name as a non-null type.
    pub(super) fn declared<T: OutputType>(&mut self) -> String {
        T::create_type_info(self.0)
    }

    /// Adds a scalar. Its values are validated when they are read, which gives better errors.
    pub(super) fn scalar(&mut self, name: &str, description: &str) {
        let scalar = MetaType::Scalar {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            is_valid: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            specified_by_url: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        };
        self.add(name, scalar);
    }

    /// Adds an object.
    pub(super) fn object(&mut self, name: &str, description: &str, fields: Vec<ObjectField>) {
        self.add(name, object(name, description, fields));
    }

    /// Declares that an object implements an interface.
    pub(super) fn implements(&mut self, object: &str, interface: &str) {
        self.0.add_implements(object, interface);
    }

    /// Adds an interface of several objects.
    pub(super) fn interface(
        &mut self,
        name: &str,
        description: &str,
        fields: Vec<ObjectField>,
        objects: impl Iterator<Item = String>,
    ) {
        let interface = MetaType::Interface {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            fields: by_name(fields),
            possible_types: objects.collect(),
            extends: false,
            keys: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        };
        self.add(name, interface);
    }

    /// Adds a union of several objects.
    pub(super) fn union(
        &mut self,
        name: &str,
        description: &str,
        objects: impl Iterator<Item = String>,
    ) {
        let union = MetaType::Union {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            possible_types: objects.collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
        };
        self.add(name, union);
    }

    /// Adds an input object. If `one_of`, exactly one of its fields must be set.
    pub(super) fn input_object(
        &mut self,
        name: &str,
        description: &str,
        fields: Vec<InputField>,
        one_of: bool,
    ) {
        let fields = fields.into_iter().map(|field| (field.name.clone(), field.into()));
        let input = MetaType::InputObject {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            input_fields: fields.collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            oneof: one_of,
            directive_invocations: Vec::new(),
        };
        self.add(name, input);
    }

    /// Adds an enum.
    pub(super) fn enumeration(&mut self, name: &str, description: &str, values: Vec<ClosedValue>) {
        let value = |value: ClosedValue| {
            let (name, description) = (value.name, Some(value.description));
            let meta = MetaEnumValue {
                name: name.clone(),
                description,
                deprecation: deprecation(value.deprecated),
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                directive_invocations: Vec::new(),
            };
            (name, meta)
        };
        let enumeration = MetaType::Enum {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            enum_values: values.into_iter().map(value).collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        };
        self.add(name, enumeration);
    }

    fn add(&mut self, name: &str, meta: MetaType) {
        self.0.types.insert(name.to_owned(), meta);
    }
}

fn object(name: &str, description: &str, fields: Vec<ObjectField>) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        fields: by_name(fields),
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription: false,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn by_name(fields: Vec<ObjectField>) -> IndexMap<String, MetaField> {
    fields.into_iter().map(|field| (field.name.clone(), field.into())).collect()
}

impl From<ObjectField> for MetaField {
    fn from(field: ObjectField) -> Self {
        let arguments = field.arguments.into_iter();
        Self {
            name: field.name,
            description: Some(field.description),
            args: arguments.map(|argument| (argument.name.clone(), argument.into())).collect(),
            ty: field.type_name,
            deprecation: deprecation(field.deprecated),
            cache_control: CacheControl::default(),
            external: false,
            requires: None,
            provides: None,
            visible: None,
            shareable: false,
            inaccessible: false,
            tags: Vec::new(),
            override_from: None,
            compute_complexity: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    }
}

impl From<InputField> for MetaInputValue {
    fn from(input: InputField) -> Self {
        Self {
            name: input.name,
            description: Some(input.description),
            ty: input.type_name,
            deprecation: deprecation(input.deprecated),
            default_value: input.default.map(str::to_owned),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            is_secret: false,
            directive_invocations: Vec::new(),
        }
    }
}

fn deprecation(reason: Option<String>) -> Deprecation {
    match reason {
        Some(reason) => Deprecation::Deprecated { reason: Some(reason) },
        None => Deprecation::NoDeprecated,
    }
}
