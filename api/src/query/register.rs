//! Tells async-graphql's registry the types that follow from the catalog: objects with their
//! relations, filters, orders, connections, keys. So `schema.graphql`, introspection and validation
//! know them as if they had been derived.

use async_graphql::{
    CacheControl, Value,
    registry::{
        Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType, MetaTypeName, Registry,
        ScalarValidatorFn,
    },
};
use indexmap::IndexMap;
use std::sync::Arc;

use super::{
    catalog::{Cardinality, Catalog, Table},
    filter::COMPARISONS,
    measured::{self, Vocabulary},
    order::orderable,
    page::DEFAULT_PAGE,
    scalar::Scalar,
};
use crate::limits::Limits;

/// Registers every type of the catalog.
pub(crate) fn types(registry: &mut Registry) {
    let tables = &Catalog::get().tables;
    for table in tables {
        (table.register)(registry);
    }
    shared(registry, tables);
    measured::register::shared(registry);
    for table in tables {
        object(registry, table);
        filter(registry, table);
        order(registry, table);
        connection(registry, table);
        measured::register::types(registry, table);
        if !table.natural_keys.is_empty() {
            key(registry, table);
        }
    }
}

/// The root fields of every table: the one row of a key, and the list.
pub(crate) fn root_fields() -> Vec<MetaField> {
    let mut fields = Vec::new();
    for table in &Catalog::get().tables {
        let type_name = &table.type_name;
        if !table.natural_keys.is_empty() {
            let by =
                input("by", &format!("{type_name}Key!"), "The key: exactly one of its fields.");
            let description = format!("The {type_name} of a key. Null where there is none.");
            fields.push(field(table.one, type_name, &description, vec![by]));
        }
        let description = format!("A list of {type_name}: filtered, ordered, a page at a time.");
        fields.push(field(
            table.list,
            &format!("{type_name}Connection!"),
            &description,
            list_arguments(table),
        ));
    }
    fields
}

/// The arguments of a list.
pub(crate) fn list_arguments(table: &Table) -> Vec<MetaInputValue> {
    let type_name = &table.type_name;
    let mut arguments = vec![input(
        "filter",
        &format!("{type_name}Filter"),
        "Which rows to keep. All of them where it is left out.",
    )];
    if table.searched {
        arguments.push(input(
            "search",
            "String",
            "Keeps rows that have, for each of these words, a word that begins with it. Looks at names, \
             titles, and the numbers and short names by which things are known. Case and accents do not \
             matter; at most 16 different words.",
        ));
    }
    let most = format!("Default {DEFAULT_PAGE}, at most {}.", Limits::default().page);
    arguments.extend([
        input(
            "orderBy",
            &format!("[{type_name}Order!]"),
            "What to order by, first key first. Rows that tie are ordered by their id, in the direction of the last key; upwards where there is no key.",
        ),
        input("first", "Int", &format!("How many rows from the front. {most}")),
        input("after", "String", "The cursor of the row after which the page begins."),
        input(
            "last",
            "Int",
            &format!("How many rows from the back, in the order of the list. {most}"),
        ),
        input("before", "String", "The cursor of the row before which the page ends."),
    ]);
    arguments
}

fn object(registry: &mut Registry, table: &Table) {
    let mut fields = IndexMap::new();
    let mut add = |field: MetaField| {
        fields.insert(field.name.clone(), field);
    };
    add(field("id", "ID!", "The global id: the same object has the same id everywhere.", vec![]));
    for (name, column) in table.visible() {
        let type_name = match column.kind.scalar {
            Scalar::TextList => "[String!]!".to_owned(),
            _ => format!("{}{}", shown(&column.type_name), if column.nullable { "" } else { "!" }),
        };
        let field = field(name, &type_name, &column.description, vec![]);
        add(MetaField { deprecation: column.deprecation.clone(), ..field });
    }
    for relation in &table.relations {
        let other = Catalog::get().table(relation.table);
        let (type_name, arguments) = match (relation.cardinality, relation.nullable) {
            (Cardinality::One, true) => (other.type_name.clone(), vec![]),
            (Cardinality::One, false) => (format!("{}!", other.type_name), vec![]),
            (Cardinality::Many, _) => {
                (format!("{}Connection!", other.type_name), list_arguments(other))
            }
        };
        add(field(relation.field, &type_name, relation.description, arguments));
    }
    for derived in table.derived_fields() {
        add(field(derived.field, derived.type_name, derived.description, vec![]));
    }
    for union in &table.unions {
        add(field(union.field, &format!("{}!", union.type_name), union.description, vec![]));
    }
    if let Some(MetaType::Object { fields: registered, .. }) =
        registry.types.get_mut(&table.type_name)
    {
        *registered = fields;
    }
    registry.add_implements(&table.type_name, "Node");
    for union in &table.unions {
        let members = union.arms.iter().filter_map(|arm| {
            let relation = table.relations.iter().find(|relation| relation.field == *arm)?;
            Some(Catalog::get().table(relation.table).type_name.clone())
        });
        registry.types.insert(
            union.type_name.to_owned(),
            MetaType::Union {
                name: union.type_name.to_owned(),
                description: Some(union.description.to_owned()),
                possible_types: members.collect(),
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: None,
                directive_invocations: Vec::new(),
            },
        );
    }
}

fn filter(registry: &mut Registry, table: &Table) {
    let type_name = format!("{}Filter", table.type_name);
    let mut fields = vec![
        input("and", &format!("[{type_name}!]"), "Keeps rows that all of these keep."),
        input("or", &format!("[{type_name}!]"), "Keeps rows that at least one of these keeps."),
        input(
            "not",
            &type_name,
            "Keeps rows that this does not keep, those with a missing value among them.",
        ),
        input("id", "IDFilter", "By the global id."),
    ];
    for (name, column) in table.visible() {
        let operators = operators(registry, column.kind.scalar, &column.type_name);
        let mut description = format!("By `{name}`: {}", first_sentence(&column.description));
        if column.kind.scalar == Scalar::TextList {
            description.push_str(
                " As one text, with a vertical bar between them; missing where there are none.",
            );
        }
        fields.push(input(name, &operators, &description));
    }
    for relation in &table.relations {
        let other = &Catalog::get().table(relation.table).type_name;
        let about = first_sentence(relation.description);
        fields.push(match relation.cardinality {
            Cardinality::One => input(
                relation.field,
                &format!("{other}Filter"),
                &format!(
                    "By `{}`: {about} An empty filter keeps rows that have one.",
                    relation.field
                ),
            ),
            Cardinality::Many => {
                let list = format!("{other}ListFilter");
                let description = format!("By `{}`: {about}", relation.field);
                list_filter(registry, &list, other);
                input(relation.field, &list, &description)
            }
        });
    }
    let description = format!(
        "Which rows of {} to keep. Fields that are given must all hold; one that is null, such as a \
         variable left out, filters nothing. A comparison with a missing value never holds.",
        table.list
    );
    input_object(registry, &type_name, &description, fields, false);
}

fn list_filter(registry: &mut Registry, name: &str, other: &str) {
    let fields = vec![
        input(
            "some",
            &format!("{other}Filter"),
            "Keeps rows of which at least one related row is kept by this filter.",
        ),
        input(
            "none",
            &format!("{other}Filter"),
            "Keeps rows of which no related row is kept by this filter.",
        ),
    ];
    let description = format!("Which rows to keep, by their related rows of {other}.");
    input_object(registry, name, &description, fields, false);
}

/// The operators of a type, registered where they are not yet; the name of their type.
pub(super) fn operators(registry: &mut Registry, scalar: Scalar, type_name: &str) -> String {
    let operand = shown(type_name);
    let name = format!("{operand}Filter");
    if registry.types.contains_key(&name) {
        return name;
    }
    let words = |operator: &str| match operator {
        "eq" => "Is this.",
        "ne" => "Is known, and is not this.",
        "lt" => "Is less than this.",
        "lte" => "Is this or less.",
        "gt" => "Is greater than this.",
        _ => "Is this or greater.",
    };
    let mut fields: Vec<_> = COMPARISONS
        .iter()
        .filter(|(operator, _)| scalar.is_ordered() || matches!(*operator, "eq" | "ne"))
        .map(|(operator, _)| input(operator, operand, words(operator)))
        .collect();
    fields.push(input("in", &format!("[{operand}!]"), "Is one of these."));
    fields.push(input("notIn", &format!("[{operand}!]"), "Is known, and is none of these."));
    fields.push(input("isNull", "Boolean", "Is missing, if true; is known, if false."));
    if scalar.is_text() {
        let note = "Upper and lower case of ASCII letters are the same.";
        fields.push(input("contains", "String", &format!("Has this somewhere. {note}")));
        fields.push(input("startsWith", "String", &format!("Begins with this. {note}")));
        fields.push(input("endsWith", "String", &format!("Ends with this. {note}")));
    }
    let description = format!("Tests of a value of type {operand}. Those given must all hold.");
    input_object(registry, &name, &description, fields, false);
    name
}

fn order(registry: &mut Registry, table: &Table) {
    let type_name = &table.type_name;
    let values = orderable(table).into_iter().map(|(name, through, column)| {
        let description = match through {
            None => format!("By `{}`.", table.columns[column].field.as_deref().unwrap_or_default()),
            Some(index) => {
                let relation = &table.relations[index];
                let column = &Catalog::get().table(relation.table).columns[column];
                let field = column.field.as_deref().unwrap_or_default();
                format!("By `{}.{field}`.", relation.field)
            }
        };
        lasting(name, description)
    });
    let values: Vec<_> = values.collect();
    let fields = format!("{type_name}OrderField");
    enumeration(registry, &fields, &format!("What {} can be ordered by.", table.list), values);
    let mut direction = input("direction", "OrderDirection!", "Which way.");
    direction.default_value = Some("ASC".to_owned());
    let mut nulls = input("nulls", "NullsOrder!", "Where rows without a value go.");
    nulls.default_value = Some("LAST".to_owned());
    let fields = vec![input("field", &format!("{fields}!"), "What to order by."), direction, nulls];
    let description = format!("One key of an order of {}.", table.list);
    input_object(registry, &format!("{type_name}Order"), &description, fields, false);
}

fn connection(registry: &mut Registry, table: &Table) {
    let type_name = &table.type_name;
    let edge = format!("{type_name}Edge");
    let mut fields = vec![
        field(
            "edges",
            &format!("[{edge}!]!"),
            "The rows of the page, each with its cursor.",
            vec![],
        ),
        field("nodes", &format!("[{type_name}!]!"), "The rows of the page.", vec![]),
        field("pageInfo", "PageInfo!", "Where the page stands in the list.", vec![]),
        field("totalCount", "Int!", "How many rows the filter keeps, pages aside.", vec![]),
    ];
    if Vocabulary::of(table).is_some() {
        fields.extend(measured::register::connection_fields(table));
    }
    let description =
        format!("A page of a list of {type_name}, and what holds for the whole list.");
    object_type(registry, &format!("{type_name}Connection"), &description, fields);
    let fields = vec![
        field("cursor", "String!", "The place of the row in this list, in this order.", vec![]),
        field("node", &format!("{type_name}!"), "The row.", vec![]),
    ];
    object_type(registry, &edge, &format!("One {type_name} at its place in a list."), fields);
}

fn key(registry: &mut Registry, table: &Table) {
    let mut fields = vec![input("id", "ID", "The global id.")];
    for natural in &table.natural_keys {
        fields.push(input(natural.argument, natural.type_name, natural.description));
    }
    let type_name = &table.type_name;
    let description = format!("What names one {type_name}: exactly one of these.");
    input_object(registry, &format!("{type_name}Key"), &description, fields, true);
}

/// The types that do not belong to one table.
fn shared(registry: &mut Registry, tables: &[Table]) {
    registry.types.remove("NaiveDate");
    // Whether the text is a day is found where it is read, with words for what is wrong with it.
    let text: ScalarValidatorFn = Arc::new(|value| matches!(value, Value::String(_)));
    let description = "A day of the calendar, as ISO 8601 writes it: `2020-06-30`.";
    scalar(registry, "Date", description, text.clone());
    let description = "A moment, in UTC, as RFC 3339 writes it: `2020-06-30T12:00:00Z`.";
    scalar(registry, "DateTime", description, text);
    let node = field("id", "ID!", "The global id.", vec![]);
    registry.types.insert(
        "Node".to_owned(),
        MetaType::Interface {
            name: "Node".to_owned(),
            description: Some("An object with a global id.".to_owned()),
            fields: IndexMap::from([("id".to_owned(), node)]),
            possible_types: tables.iter().map(|table| table.type_name.clone()).collect(),
            extends: false,
            keys: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        },
    );
    let fields = vec![
        field("hasNextPage", "Boolean!", "Whether rows come after this page.", vec![]),
        field("hasPreviousPage", "Boolean!", "Whether rows come before this page.", vec![]),
        field(
            "startCursor",
            "String",
            "The cursor of the first row. Null where the page is empty.",
            vec![],
        ),
        field(
            "endCursor",
            "String",
            "The cursor of the last row. Null where the page is empty.",
            vec![],
        ),
    ];
    object_type(registry, "PageInfo", "Where a page stands in its list.", fields);
    let values = [("ASC", "Smallest first."), ("DESC", "Greatest first.")];
    enumeration(registry, "OrderDirection", "Which way to order.", owned(&values));
    let values = [("FIRST", "Before the others."), ("LAST", "After the others.")];
    enumeration(
        registry,
        "NullsOrder",
        "Where rows without a value go in an order.",
        owned(&values),
    );
    let fields = vec![
        input("eq", "ID", "Is this."),
        input("ne", "ID", "Is not this."),
        input("in", "[ID!]", "Is one of these."),
        input("notIn", "[ID!]", "Is none of these."),
    ];
    input_object(
        registry,
        "IDFilter",
        "Tests of a global id. Those given must all hold.",
        fields,
        false,
    );
}

pub(super) fn owned(values: &[(&str, &str)]) -> Vec<(String, String, Deprecation)> {
    let value = |(name, words): &(&str, &str)| lasting(*name, *words);
    values.iter().map(value).collect()
}

/// A value of an enum that does not go.
pub(super) fn lasting(
    name: impl Into<String>,
    words: impl Into<String>,
) -> (String, String, Deprecation) {
    (name.into(), words.into(), Deprecation::NoDeprecated)
}

/// The name that clients know a type by.
pub(super) fn shown(type_name: &str) -> &str {
    let name = MetaTypeName::concrete_typename(type_name);
    if name == "NaiveDate" { "Date" } else { name }
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

/// A field of an object.
pub(crate) fn field(
    name: &str,
    type_name: &str,
    description: &str,
    arguments: Vec<MetaInputValue>,
) -> MetaField {
    MetaField {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        args: arguments.into_iter().map(|argument| (argument.name.clone(), argument)).collect(),
        ty: type_name.to_owned(),
        deprecation: Deprecation::default(),
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

/// Says that something goes, and what to ask for instead.
pub(crate) fn deprecation(instead: Option<&str>) -> Deprecation {
    match instead {
        Some(reason) => Deprecation::Deprecated { reason: Some(reason.to_owned()) },
        None => Deprecation::NoDeprecated,
    }
}

/// An argument, or a field of an input.
pub(crate) fn input(name: &str, type_name: &str, description: &str) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        ty: type_name.to_owned(),
        deprecation: Deprecation::default(),
        default_value: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

/// Registers an object.
pub(crate) fn object_type(
    registry: &mut Registry,
    name: &str,
    description: &str,
    fields: Vec<MetaField>,
) {
    registry.types.insert(name.to_owned(), object_meta(name, description, fields));
}

/// What the registry keeps of an object.
pub(crate) fn object_meta(name: &str, description: &str, fields: Vec<MetaField>) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        fields: fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
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

pub(super) fn input_object(
    registry: &mut Registry,
    name: &str,
    description: &str,
    fields: Vec<MetaInputValue>,
    one_of: bool,
) {
    let meta = MetaType::InputObject {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        input_fields: fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        oneof: one_of,
        directive_invocations: Vec::new(),
    };
    registry.types.insert(name.to_owned(), meta);
}

fn scalar(registry: &mut Registry, name: &str, description: &str, valid: ScalarValidatorFn) {
    let meta = MetaType::Scalar {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        is_valid: Some(valid),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        specified_by_url: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.insert(name.to_owned(), meta);
}

pub(super) fn enumeration(
    registry: &mut Registry,
    name: &str,
    description: &str,
    values: Vec<(String, String, Deprecation)>,
) {
    let value = |(name, description, deprecation): (String, String, Deprecation)| {
        let value = MetaEnumValue {
            name: name.clone(),
            description: Some(description),
            deprecation,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        (name, value)
    };
    let meta = MetaType::Enum {
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
    registry.types.insert(name.to_owned(), meta);
}
