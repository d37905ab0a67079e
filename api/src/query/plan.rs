//! From the selection of a query to a plan: what to read, and how the answer is put together.
//!
//! The whole selection below a root field is planned before anything is read, so every argument of it
//! is checked first, and the plan knows which columns each level needs. Fields of one response key are
//! merged as GraphQL says.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
};

use async_graphql::{
    Name, Positioned, ServerError, Value as GraphQl, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field as FieldNode, FragmentDefinition, Selection,
        SelectionSet,
    },
};
use async_graphql_value::Value as Written;
use indexmap::IndexMap;

use super::{
    arguments::{self, Arguments},
    catalog::{Cardinality, Catalog, Column, Field, Table},
    measured::{Common, Figures, GroupsPlan, Shape},
    order::OrderKey,
    page::{DEFAULT_PAGE, List, PageSizes},
    predicate::Predicate,
    scalar::Kind,
};
use crate::{
    analytics::{Measure, Request, Statistic},
    error::Error,
    limits::Limits,
};

/// The cells of a row that a plan reads: the columns of the table, and the columns of related rows by
/// which a list is ordered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Picks(Vec<Pick>);

/// One cell: a column, of the table itself or of the row that a to-one relation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    pub(crate) through: Option<usize>,
    pub(crate) column: usize,
    /// Whether it is the place of a row in an order, and not shown: that is the column as the database keeps it.
    is_key: bool,
}

impl Pick {
    pub(crate) fn kind(self, table: &Table) -> Kind {
        let kind = OrderKey::plain(self.through, self.column).column(table).kind;
        if self.is_key { kind.as_kept() } else { kind }
    }
}

impl Picks {
    /// Where the cell stands; it is added where it is not there yet.
    fn place(&mut self, through: Option<usize>, column: usize) -> usize {
        self.place_of(Pick { through, column, is_key: false })
    }

    fn place_of(&mut self, pick: Pick) -> usize {
        self.0.iter().position(|other| *other == pick).unwrap_or_else(|| {
            self.0.push(pick);
            self.0.len() - 1
        })
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Pick> {
        self.0.iter().copied()
    }

    /// The column of the table itself that a cell is of.
    pub(crate) fn column(&self, cell: usize, table: &'static Table) -> &'static Column {
        &table.columns[self.0[cell].column]
    }
}

/// How rows of a table become objects.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) table: &'static Table,
    pub(crate) fields: Vec<(Name, RowField)>,
}

/// A field of an object.
#[derive(Debug)]
pub(crate) enum RowField {
    TypeName,
    Id,
    Cell(usize),
    /// The row whose key is in a cell.
    One {
        cell: usize,
        lookup: Lookup,
    },
    /// The one of several relations that leads somewhere.
    Union(Vec<(usize, Lookup)>),
    /// The derived field at a position.
    Derived(usize),
    /// The rows that hold our key.
    Many {
        to: usize,
        connection: Box<Connection>,
    },
}

/// Rows of a table by their keys.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) rows: Rows,
    pub(crate) picks: Picks,
}

impl Lookup {
    /// Whether the keys tell all that is shown.
    pub(crate) fn reads_nothing(&self) -> bool {
        let tells = |field: &RowField| matches!(field, RowField::TypeName | RowField::Id);
        self.rows.fields.iter().all(|(_, field)| tells(field))
    }
}

/// A page of a list with all that hangs on it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) list: List,
    pub(crate) picks: Picks,
    /// Where the values of the order keys stand among the cells; empty where no cursor is asked for.
    pub(crate) keys: Vec<usize>,
    pub(crate) fields: Vec<(Name, ConnectionField)>,
    /// What is computed of all rows, pages aside.
    pub(crate) totals: Request,
}

/// A field of a connection.
#[derive(Debug)]
pub(crate) enum ConnectionField {
    TypeName,
    /// A figure of the totals.
    TotalCount(usize),
    Totals(Shape),
    Groups(Box<GroupsPlan>),
    Nodes(Rows),
    Edges(Vec<(Name, EdgeField<Rows>)>),
    PageInfo(Vec<(Name, PageInfoField)>),
}

/// A field of an edge.
#[derive(Debug)]
pub(crate) enum EdgeField<N> {
    TypeName,
    Cursor,
    Node(N),
}

/// A field of a page's description.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PageInfoField {
    TypeName,
    HasNextPage,
    HasPreviousPage,
    StartCursor,
    EndCursor,
}

impl ConnectionField {
    fn shows_cursors(&self) -> bool {
        match self {
            Self::Edges(fields) => {
                fields.iter().any(|(_, field)| matches!(field, EdgeField::Cursor))
            }
            Self::PageInfo(fields) => fields.iter().any(|(_, field)| {
                matches!(field, PageInfoField::StartCursor | PageInfoField::EndCursor)
            }),
            _ => false,
        }
    }
}

impl Connection {
    /// Whether any row must be read.
    pub(crate) fn reads_rows(&self) -> bool {
        self.fields.iter().any(|(_, field)| {
            matches!(
                field,
                ConnectionField::Nodes(_)
                    | ConnectionField::Edges(_)
                    | ConnectionField::PageInfo(_)
            )
        })
    }

    /// Reads the values of the order keys, so that each row has a cursor.
    pub(crate) fn find_keys(&mut self) {
        let keys = self.list.order.iter().map(|key| {
            let (through, column) = (key.through, key.column);
            let kind = key.column(self.list.table).kind;
            self.picks.place_of(Pick { through, column, is_key: kind.as_kept() != kind })
        });
        self.keys = keys.collect();
    }

    /// Whether nothing is computed of all rows but their number, at most.
    pub(crate) fn only_counts(&self) -> bool {
        !self.fields.iter().any(|(_, field)| matches!(field, ConnectionField::Totals(_)))
    }
}

/// The rows that lists hang on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parents {
    /// How many there may be.
    pub(crate) count: u64,
    /// The column of the rows of a list that says whose they are.
    pub(crate) column: Option<&'static str>,
}

impl Parents {
    /// A list that hangs on nothing.
    pub(crate) const NONE: Self = Self { count: 1, column: None };
}

/// What an operator sets the most rows of a page of an answer by.
pub(crate) const PAGES: &str = "--max-page";
/// The price of an aggregate of a list.
const PRICE_OF_AGGREGATES: u64 = 10;

/// What is right in an answer and easily misread.
#[derive(Clone, Debug)]
pub struct Warning {
    /// The first field that it is about, by the names in the answer; of a list, that of all items.
    pub path: Vec<String>,
    /// A word that a client may act on.
    pub code: &'static str,
    /// What to know, and what to ask instead.
    pub message: Cow<'static, str>,
}

/// Plans the selections of one request.
pub(crate) struct Planner<'a> {
    /// The price of the plan so far.
    price: Cell<u64>,
    /// What is easily misread.
    warnings: RefCell<Vec<Warning>>,
    pub(super) limits: Limits,
    /// What an operator sets the most rows of a page by.
    pages: &'static str,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
}

/// The fields of one response key.
pub(crate) type Merged<'a> = Vec<&'a Positioned<FieldNode>>;

impl<'a> Planner<'a> {
    /// A planner for an operation of a document, with the values of its variables.
    pub(crate) fn new(
        limits: Limits,
        pages: &'static str,
        document: &'a ExecutableDocument,
        variables: &'a Variables,
    ) -> Self {
        let fragments = &document.fragments;
        let (price, warnings) = <_>::default();
        Self { price, warnings, limits, pages, fragments, variables }
    }

    /// The pages of lists.
    fn page_sizes(&self) -> PageSizes {
        PageSizes { default: DEFAULT_PAGE, most: self.limits.page, setting: self.pages }
    }

    /// What an operator sets the most groups by: those of a file are its rows.
    pub(super) fn groups_setting(&self) -> &'static str {
        if self.pages == PAGES { "--max-groups" } else { self.pages }
    }

    /// Plans a connection of each of so many parents, for fields whose selection is that of a connection.
    pub(crate) fn connection(
        &self,
        table: &'static Table,
        fields: &[&'a Positioned<FieldNode>],
        parents: Parents,
        path: &[String],
    ) -> Result<Connection, ServerError> {
        let field = fields[0];
        let arguments = self.arguments(field);
        let list = List::parse(table, &arguments, self.page_sizes())
            .map_err(|error| error.at(field.pos, path))?;
        let rows = parents.count.saturating_mul(list.limit.into());
        let common = Common { keys: Vec::new(), parent: parents.column };
        let mut figures = Figures::of(table, list.keeps.clone(), common);
        let mut picks = Picks::default();
        let mut plan = Vec::new();
        let selection = self.collect(&format!("{}Connection", table.type_name), fields)?;
        let is_page = |name: &str| matches!(name, "nodes" | "edges" | "pageInfo");
        if selection.values().any(|merged| is_page(&merged[0].node.name.node)) {
            self.charge(rows);
        }
        for (name, merged) in selection {
            let path = join(path, &name);
            let field = match merged[0].node.name.node.as_str() {
                "__typename" => ConnectionField::TypeName,
                "totalCount" => ConnectionField::TotalCount(
                    figures
                        .statistic(&Measure::Rows, Statistic::Count, &Predicate::all())
                        .map_err(|error| error.at(field.pos, &path))?,
                ),
                "totals" => {
                    ConnectionField::Totals(self.totals(table, &merged, &mut figures, &path)?)
                }
                "groups" => {
                    let plan = self.groups(table, &list.keeps, &merged, parents, &path)?;
                    ConnectionField::Groups(Box::new(plan))
                }
                "nodes" => {
                    ConnectionField::Nodes(self.rows(table, &merged, rows, &mut picks, &path)?)
                }
                "edges" => {
                    ConnectionField::Edges(self.edges(table, &merged, rows, &mut picks, &path)?)
                }
                _ => ConnectionField::PageInfo(self.page_info(&merged)?),
            };
            plan.push((name, field));
        }
        self.charge_for(&figures.request);
        let shows_cursors = plan.iter().any(|(_, field)| field.shows_cursors());
        let (keys, totals) = (Vec::new(), figures.request);
        let mut connection = Connection { list, picks, keys, fields: plan, totals };
        if shows_cursors {
            connection.find_keys();
        }
        Ok(connection)
    }

    /// What the plan costs: a point for each row or group that it may return, and for each aggregate of
    /// a list ten points and one more for each figure, however many parents there are.
    pub(crate) fn price(&self) -> u64 {
        self.price.get()
    }

    /// Tells what is easily misread.
    pub(crate) fn warn(&self, warning: Warning) {
        self.warnings.borrow_mut().push(warning);
    }

    /// What is easily misread, of all that was planned.
    pub(crate) fn take_warnings(&self) -> Vec<Warning> {
        self.warnings.take()
    }

    /// Adds to the price.
    pub(crate) fn charge(&self, points: u64) {
        self.price.set(self.price.get().saturating_add(points));
    }

    /// Charges for aggregates.
    pub(crate) fn charge_for(&self, request: &Request) {
        if !request.figures.is_empty() || !request.keys.is_empty() {
            self.charge(PRICE_OF_AGGREGATES + request.figures.len() as u64);
        }
    }

    /// Plans the rows of a table that are looked up by key, of so many keys.
    pub(crate) fn lookup(
        &self,
        table: &'static Table,
        fields: &[&'a Positioned<FieldNode>],
        count: u64,
        path: &[String],
    ) -> Result<Lookup, ServerError> {
        self.charge(count);
        let mut picks = Picks::default();
        let rows = self.rows(table, fields, count, &mut picks, path)?;
        Ok(Lookup { rows, picks })
    }

    fn edges(
        &self,
        table: &'static Table,
        fields: &[&'a Positioned<FieldNode>],
        count: u64,
        picks: &mut Picks,
        path: &[String],
    ) -> Result<Vec<(Name, EdgeField<Rows>)>, ServerError> {
        let type_name = format!("{}Edge", table.type_name);
        self.collect(&type_name, fields)?
            .into_iter()
            .map(|(name, merged)| {
                let field = match merged[0].node.name.node.as_str() {
                    "__typename" => EdgeField::TypeName,
                    "cursor" => EdgeField::Cursor,
                    _ => EdgeField::Node(self.rows(
                        table,
                        &merged,
                        count,
                        picks,
                        &join(path, &name),
                    )?),
                };
                Ok((name, field))
            })
            .collect()
    }

    pub(crate) fn page_info(
        &self,
        fields: &[&'a Positioned<FieldNode>],
    ) -> Result<Vec<(Name, PageInfoField)>, ServerError> {
        let field = |merged: &Merged<'a>| match merged[0].node.name.node.as_str() {
            "hasNextPage" => PageInfoField::HasNextPage,
            "hasPreviousPage" => PageInfoField::HasPreviousPage,
            "startCursor" => PageInfoField::StartCursor,
            "endCursor" => PageInfoField::EndCursor,
            _ => PageInfoField::TypeName,
        };
        let merged = self.collect("PageInfo", fields)?.into_iter();
        Ok(merged.map(|(name, merged)| (name, field(&merged))).collect())
    }

    fn rows(
        &self,
        table: &'static Table,
        fields: &[&'a Positioned<FieldNode>],
        count: u64,
        picks: &mut Picks,
        path: &[String],
    ) -> Result<Rows, ServerError> {
        let mut plan = Vec::new();
        let mut derives = false;
        for (name, merged) in self.collect(&table.type_name, fields)? {
            let path = join(path, &name);
            let field = match table.field(merged[0].node.name.node.as_str()) {
                None => RowField::TypeName,
                Some(Field::Id) => RowField::Id,
                Some(Field::Derived(index)) => {
                    derives = true;
                    RowField::Derived(index)
                }
                Some(Field::Column(index)) => RowField::Cell(picks.place(None, index)),
                Some(Field::Relation(index)) => {
                    self.relation(table, index, &merged, count, picks, &path)?
                }
                Some(Field::Union(index)) => {
                    let arms = table.unions[index].arms.iter().map(|arm| {
                        let Some(Field::Relation(index)) = table.field(arm) else {
                            unreachable!("a union names relations of its own table");
                        };
                        match self.relation(table, index, &merged, count, picks, &path)? {
                            RowField::One { cell, lookup } => Ok((cell, lookup)),
                            _ => unreachable!("a union names to-one relations"),
                        }
                    });
                    RowField::Union(arms.collect::<Result<_, ServerError>>()?)
                }
            };
            plan.push((name, field));
        }
        if derives {
            self.charge(count.saturating_add(PRICE_OF_AGGREGATES));
        }
        Ok(Rows { table, fields: plan })
    }

    fn relation(
        &self,
        table: &'static Table,
        index: usize,
        fields: &[&'a Positioned<FieldNode>],
        count: u64,
        picks: &mut Picks,
        path: &[String],
    ) -> Result<RowField, ServerError> {
        let relation = &table.relations[index];
        let other = Catalog::get().table(relation.table);
        Ok(match relation.cardinality {
            Cardinality::One => RowField::One {
                cell: picks.place(None, table.column_index(relation.from)),
                lookup: self.lookup(other, fields, count, path)?,
            },
            Cardinality::Many => {
                let to = other.column_index(relation.to);
                let parents = Parents { count, column: Some(relation.to) };
                let connection = self.connection(other, fields, parents, path)?;
                RowField::Many { to, connection: Box::new(connection) }
            }
        })
    }

    /// The values of a field's arguments.
    pub(crate) fn arguments(&self, field: &Positioned<FieldNode>) -> Arguments {
        arguments::of(field, self.variables)
    }

    /// The fields at the root of an operation, merged by response key.
    pub(crate) fn root(
        &self,
        set: &'a SelectionSet,
    ) -> Result<IndexMap<Name, Merged<'a>>, ServerError> {
        let mut found = IndexMap::new();
        self.collect_set("Query", set, &mut found, &mut HashSet::new());
        self.agreeing(found)
    }

    /// The fields selected on a concrete type, merged by response key, in the order of the document.
    ///
    /// # Errors
    /// Where fields of one key are not the same: validation should have found it, and one answer cannot be that of
    /// both.
    pub(crate) fn collect(
        &self,
        type_name: &str,
        fields: &[&'a Positioned<FieldNode>],
    ) -> Result<IndexMap<Name, Merged<'a>>, ServerError> {
        let mut found = IndexMap::new();
        let mut seen = HashSet::new();
        for field in fields {
            self.collect_set(type_name, &field.node.selection_set.node, &mut found, &mut seen);
        }
        self.agreeing(found)
    }

    fn agreeing(
        &self,
        found: IndexMap<Name, Merged<'a>>,
    ) -> Result<IndexMap<Name, Merged<'a>>, ServerError> {
        for (key, fields) in &found {
            let [first, others @ ..] = fields.as_slice() else { continue };
            for other in others {
                let same = other.node.name.node == first.node.name.node;
                if !same || self.arguments(other) != self.arguments(first) {
                    let reason = format!(
                        "{:?} stands for two different fields: give one an alias",
                        key.as_str()
                    );
                    let mut error = Error::BadArgument(reason).at(first.pos, &[]);
                    error.locations.push(other.pos);
                    return Err(error);
                }
            }
        }
        Ok(found)
    }

    fn collect_set(
        &self,
        type_name: &str,
        set: &'a SelectionSet,
        found: &mut IndexMap<Name, Merged<'a>>,
        seen: &mut HashSet<&'a str>,
    ) {
        for selection in &set.items {
            if self.is_skipped(selection.node.directives()) {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => {
                    found.entry(field.node.response_key().node.clone()).or_default().push(field);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|on| applies(&on.node.on.node, type_name)) {
                        let set = &fragment.node.selection_set.node;
                        self.collect_set(type_name, set, found, seen);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.fragments.get(name) else { continue };
                    let condition = &fragment.node.type_condition.node.on.node;
                    if seen.insert(name.as_str()) && applies(condition, type_name) {
                        let set = &fragment.node.selection_set.node;
                        self.collect_set(type_name, set, found, seen);
                    }
                }
            }
        }
    }

    /// Whether `@skip` or `@include` leave out what they stand at.
    fn is_skipped(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let skips = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            let holds = match directive.node.get_argument("if").map(|value| &value.node) {
                Some(Written::Boolean(truth)) => *truth,
                Some(Written::Variable(name)) => {
                    self.variables.get(name) == Some(&GraphQl::Boolean(true))
                }
                _ => false,
            };
            holds == skips
        })
    }
}

/// Whether an object of a type is also of the type that a fragment asks for.
fn applies(condition: &str, type_name: &str) -> bool {
    let is_table = |table: &Table| table.type_name == type_name;
    let has_arm = |table: &Table| {
        let unions = table.unions.iter().filter(|union| union.type_name == condition);
        unions.flat_map(|union| union.arms).any(|arm| {
            let relation = table.relations.iter().find(|relation| relation.field == *arm);
            relation.is_some_and(|it| is_table(Catalog::get().table(it.table)))
        })
    };
    let tables = &Catalog::get().tables;
    condition == type_name
        || condition == "Node" && tables.iter().any(is_table)
        || tables.iter().any(has_arm)
}

/// Where a field below another stands.
pub(crate) fn join(path: &[String], name: &Name) -> Vec<String> {
    path.iter().cloned().chain([name.to_string()]).collect()
}
