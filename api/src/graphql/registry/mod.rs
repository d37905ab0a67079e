//! The one door to `async_graphql::registry`.
//!
//! # Why there is a door
//! async-graphql makes a schema out of what `OutputType::create_type_info` puts into its `Registry`. Its macros do that
//! for a type whose fields are Rust functions, and then call one of them for each field of each row, each in a future
//! of its own: an answer of 5,000 rows is tens of thousands of boxed futures, which cost more than its SQL. Here a list
//! is planned as a whole and answered by one future for each relation field of the query ([`crate::query`]), so there
//! are no such functions, and the types are told to the registry as what they are: names, types and descriptions.
//!
//! # Why it is the only one
//! The module is `#[doc(hidden)]`: a release of async-graphql may change it without a word. Nothing else of this
//! program names it; whoever has a type to tell does it by [`Types`], [`ObjectField`] and [`InputField`]. The version is pinned in
//! `Cargo.toml` (`=7.2.1`); the tests below say in words what has changed where another one behaves otherwise.
//!
//! # What an entity's `Model` may say
//! [`table_of`] reads it the way in which async-graphql sees it. It takes over names of types, descriptions,
//! `deprecation` and `skip`. What it cannot take over stops the program at its start, with words: a field that is no
//! column (`#[graphql(name)]` on a field, `complex`), and what would be ignored (`visible`, `complexity`, arguments,
//! directives). Only a `guard` leaves no trace there, so nobody can tell that it does nothing: this dataset is public.
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

/// What async-graphql knows of all types; only to be named where its traits demand it.
pub(super) use async_graphql::registry::Registry;

/// The types that the schema has so far.
pub(super) struct Types<'a>(&'a mut Registry);

/// A field of an object.
#[derive(Clone, Debug)]
pub(super) struct ObjectField {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) description: String,
    pub(super) arguments: Vec<InputField>,
    /// Why it goes, and what to ask for instead.
    pub(super) deprecated: Option<String>,
}

/// An argument, or a field of an input object.
#[derive(Clone, Debug)]
pub(super) struct InputField {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) description: String,
    pub(super) default: Option<&'static str>,
    /// Why it goes, and what to ask for instead.
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

/// Tells of the root object, by way of `OutputType::create_type_info`.
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

/// Tells of the root object of subscriptions, by way of `SubscriptionType::create_type_info`.
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
    /// Whether there is a type of a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.types.contains_key(name)
    }

    /// Adds a type that async-graphql declares itself, such as a scalar, and gives its name as a type that cannot be
    /// null.
    pub(super) fn declared<T: OutputType>(&mut self) -> String {
        T::create_type_info(self.0)
    }

    /// Adds a scalar. Whether a value is one is found where it is read, with words for what is wrong with it.
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

    /// Says that an object has the fields of an interface.
    pub(super) fn implements(&mut self, object: &str, interface: &str) {
        self.0.add_implements(object, interface);
    }

    /// Adds an interface of some objects.
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

    /// Adds a union of some objects.
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

    /// Adds an input object, of which exactly one field is to be given where it is `one_of`.
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
