//! Random requests of every shape, generated from the schema.

use std::{collections::HashMap, fmt::Write as _};

use async_graphql::parser::{
    parse_schema,
    types::{
        BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
        TypeSystemDefinition,
    },
};

/// Numbers as if by chance, the same each time.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// One of so many.
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % count
    }

    /// Whether one of so many comes up.
    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What requests are made up from.
pub(super) struct Shapes {
    types: HashMap<String, TypeDefinition>,
}

impl Shapes {
    pub(super) fn of(sdl: &str) -> Self {
        let document = parse_schema(sdl).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(found) => {
                Some((found.node.name.node.to_string(), found.node))
            }
            _ => None,
        });
        Self { types: types.collect() }
    }

    /// A request for one or two lists, with all that may hang on them.
    pub(super) fn request(&self, chance: &mut Chance) -> String {
        // What changed is no list of rows.
        let is_of_rows = |field: &&FieldDefinition| {
            is_list(field) && !named(&field.ty.node).ends_with("ChangeConnection")
        };
        let lists: Vec<&FieldDefinition> =
            self.fields("Query").into_iter().filter(is_of_rows).collect();
        let mut text = String::from("{");
        for index in 0..=usize::from(chance.one_in(6)) {
            let field = *chance.pick(&lists);
            let _ = write!(text, " q{index}: ");
            self.list(field, 3, chance, &mut text);
        }
        text.push_str(" }");
        text
    }

    fn fields(&self, name: &str) -> Vec<&FieldDefinition> {
        match &self.types[name].kind {
            TypeKind::Object(object) => object.fields.iter().map(|field| &field.node).collect(),
            _ => Vec::new(),
        }
    }

    /// A connection of rows.
    fn list(&self, field: &FieldDefinition, depth: usize, chance: &mut Chance, text: &mut String) {
        let connection = named(&field.ty.node).to_owned();
        let row = connection.trim_end_matches("Connection");
        let mut arguments = Vec::new();
        if chance.one_in(2) {
            let filter = self.filter(&format!("{row}Filter"), 2, chance);
            arguments.push(format!("filter: {filter}"));
        }
        if chance.one_in(3) {
            let order = format!("{row}OrderField");
            // The order by distance needs a place.
            if let Some(by) = self.value(&order, chance).filter(|by| by != "DISTANCE") {
                let direction = chance.pick(&["ASC", "DESC"]);
                arguments.push(format!("orderBy: [{{ field: {by}, direction: {direction} }}]"));
            }
        }
        let first = chance.pick(&[1, 5, 25, 100]);
        arguments.push(format!("{}: {first}", chance.pick(&["first", "first", "first", "last"])));
        let _ = write!(text, "{}({}) {{", field.name.node, arguments.join(", "));
        let has_measures = self.types.contains_key(&format!("{row}Measures"));
        match chance.below(if has_measures { 7 } else { 4 }) {
            0 => text.push_str(" totalCount"),
            1..4 => self.rows(row, depth, chance, text),
            4 => self.measures("totals", &format!("{row}Measures"), 2, chance, text),
            _ => self.groups(row, chance, text),
        }
        if chance.one_in(5) {
            text.push_str(" n: totalCount");
        }
        text.push_str(" }");
    }

    fn rows(&self, row: &str, depth: usize, chance: &mut Chance, text: &mut String) {
        text.push_str(if chance.one_in(4) { " edges { cursor node {" } else { " nodes {" });
        let is_edges = text.ends_with("node {");
        text.push_str(" id");
        let fields = self.fields(row);
        for index in 0..=chance.below(6) {
            let field = *chance.pick(&fields);
            let of = named(&field.ty.node);
            let is_object =
                self.types.get(of).is_some_and(|it| matches!(it.kind, TypeKind::Object(_)));
            if is_list(field) && depth > 1 {
                let _ = write!(text, " f{index}: ");
                self.list(field, depth - 2, chance, text);
            } else if is_object && !is_list(field) && depth > 0 {
                let _ = write!(text, " f{index}: {} {{ id", field.name.node);
                for inner in
                    self.fields(of).into_iter().filter(|field| self.is_scalar(field)).take(3)
                {
                    let _ = write!(text, " {}", inner.name.node);
                }
                text.push_str(" }");
            } else if self.is_scalar(field) {
                let _ = write!(text, " f{index}: {}", field.name.node);
            }
        }
        text.push_str(if is_edges { " } }" } else { " }" });
    }

    fn is_scalar(&self, field: &FieldDefinition) -> bool {
        let kind = self.types.get(named(&field.ty.node)).map(|found| &found.kind);
        let needs = |argument: &InputValueDefinition| !argument.ty.node.nullable;
        !field.arguments.iter().any(|argument| needs(&argument.node))
            && !matches!(
                kind,
                Some(TypeKind::Object(_) | TypeKind::Union(_) | TypeKind::Interface(_))
            )
    }

    fn groups(&self, row: &str, chance: &mut Chance, text: &mut String) {
        let mut by: Vec<String> = Vec::new();
        for _ in 0..=chance.below(3) {
            let key = self.value(&format!("{row}Dimension"), chance).unwrap();
            if !by.contains(&key) {
                by.push(key);
            }
        }
        let subtotals = if chance.one_in(6) { ", subtotals: true" } else { "" };
        let first = chance.pick(&[1, 10, 100, 1_000]);
        let _ = write!(text, " groups(by: [{}], first: {first}{subtotals}) {{", by.join(", "));
        self.measures("nodes", &format!("{row}Group"), 2, chance, text);
        text.push_str(" }");
    }

    /// Some measures of rows.
    fn measures(
        &self,
        as_field: &str,
        of: &str,
        depth: usize,
        chance: &mut Chance,
        text: &mut String,
    ) {
        let _ = write!(text, " {as_field} {{ count");
        let fields = self.fields(of);
        for index in 0..=chance.below(5) {
            let field = *chance.pick(&fields);
            match (field.name.node.as_str(), named(&field.ty.node)) {
                ("key", _) => {}
                ("where", measures) if depth > 0 => {
                    let row = measures.trim_end_matches("Measures");
                    let filter = self.filter(&format!("{row}Filter"), 1, chance);
                    let call = format!("w{index}: where(filter: {filter})");
                    self.measures(&call, measures, depth - 1, chance, text);
                }
                (name, statistics) if statistics.ends_with("Statistics") => {
                    let which = chance.pick(&["sum", "avg", "median", "max", "percentile(p: 0.9)"]);
                    let _ = write!(text, " m{index}: {name} {{ {which} }}");
                }
                (name, _) if self.is_scalar(field) => {
                    let _ = write!(text, " m{index}: {name}");
                }
                _ => {}
            }
        }
        text.push_str(" }");
    }

    /// A value of an enum.
    fn value(&self, name: &str, chance: &mut Chance) -> Option<String> {
        match &self.types.get(name)?.kind {
            TypeKind::Enum(found) => Some(chance.pick(&found.values).node.value.node.to_string()),
            _ => None,
        }
    }

    fn filter(&self, name: &str, depth: usize, chance: &mut Chance) -> String {
        let TypeKind::InputObject(input) = &self.types[name].kind else { return "{}".to_owned() };
        let fields: Vec<&InputValueDefinition> =
            input.fields.iter().map(|field| &field.node).collect();
        let mut parts = Vec::new();
        for _ in 0..=chance.below(2) {
            let field = *chance.pick(&fields);
            let (name, of) = (field.name.node.as_str(), named(&field.ty.node));
            if parts.iter().any(|(known, _)| known == name) {
                continue;
            }
            let value = match name {
                "and" | "or" if depth > 0 => {
                    let parts = [(); 2].map(|()| self.filter(of, depth - 1, chance));
                    Some(format!("[{}]", parts.join(", ")))
                }
                "not" if depth > 0 => Some(self.filter(of, depth - 1, chance)),
                "id" | "and" | "or" | "not" | "compare" => None,
                "days" => {
                    let day = format!("{}Day", of.trim_end_matches("DaysFilter"));
                    let (from, to) = (self.value(&day, chance), self.value(&day, chance));
                    from.zip(to).map(|(from, to)| {
                        format!("[{{ from: {from}, to: {to}, is: {{ gt: 30 }} }}]")
                    })
                }
                "near" => {
                    let far = chance.pick(&[20, 200, 2_000]);
                    Some(format!("{{ latitude: 39, longitude: -95, kilometers: {far} }}"))
                }
                _ if of.ends_with("ListFilter") && depth > 0 => {
                    let inner = of.replace("ListFilter", "Filter");
                    let way = chance.pick(&["some", "none"]);
                    Some(format!("{{ {way}: {} }}", self.filter(&inner, depth - 1, chance)))
                }
                _ if self.is_test(of) => self.test(of, chance),
                _ if depth > 0 && !of.ends_with("ListFilter") => {
                    Some(self.filter(of, depth - 1, chance))
                }
                _ => None,
            };
            if let Some(value) = value {
                parts.push((name.to_owned(), value));
            }
        }
        let parts: Vec<_> = parts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        format!("{{ {} }}", parts.join(", "))
    }

    /// Whether a filter is of one column.
    fn is_test(&self, name: &str) -> bool {
        let TypeKind::InputObject(input) = &self.types[name].kind else { return false };
        input.fields.iter().any(|field| field.node.name.node == "isNull")
    }

    fn test(&self, name: &str, chance: &mut Chance) -> Option<String> {
        let TypeKind::InputObject(input) = &self.types[name].kind else { return None };
        let equal = input.fields.iter().find(|field| field.node.name.node == "eq")?;
        let of = named(&equal.node.ty.node);
        let has = |name: &str| input.fields.iter().any(|field| field.node.name.node == name);
        let year = 1994 + chance.below(32);
        let value = match of {
            "Int" | "BigInt" => year.to_string(),
            "Float" => "2.5".to_owned(),
            "Dollars" => "\"100000.00\"".to_owned(),
            "Boolean" => "true".to_owned(),
            "Date" => format!("\"{year}-0{}-15\"", 1 + chance.below(9)),
            "DateTime" => format!("\"{year}-01-01T00:00:00Z\""),
            "String" => chance.pick(&["\"a\"", "\"police\"", "\"zzqx\"", "\"2\""]).to_string(),
            _ => match self.value(of, chance) {
                Some(value) => value,
                None => return Some("{ isNull: false }".to_owned()),
            },
        };
        let ways = ["eq", "ne", "lt", "gte", "contains", "startsWith"];
        let ways: Vec<_> = ways.into_iter().filter(|way| has(way)).collect();
        Some(format!("{{ {}: {value} }}", chance.pick(&ways)))
    }
}

/// The name of a type, without lists.
fn named(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(of) => named(of),
    }
}

/// Whether a field is a connection.
fn is_list(field: &FieldDefinition) -> bool {
    named(&field.ty.node).ends_with("Connection")
}
