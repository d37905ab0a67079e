//! An order of rows by an aggregate of each row's related rows: agencies by the money of their grants.
//!
//! A request for aggregates ([`narrow`](super::narrow::narrow)) computes the numbers before the list is read, and the
//! in-memory copy sorts the rows.

use std::sync::Arc;

use async_graphql::Value as GraphQl;

use super::groups::{apart::Common, asked, figures::Figures};
use crate::{
    catalog::{
        Catalog,
        key::{End, Key, Part, Path},
        predicate::Predicate,
        table::{Cardinality, Childless, FieldOf, Relation, Table},
    },
    error::Error,
    measures::{Number, RankedNumbers, Request},
};

/// An order by an aggregate of the related rows of each row.
#[derive(Clone, Debug)]
pub(crate) struct FigureOrder {
    /// The text that identifies it.
    pub(crate) identity: String,
    /// The request that computes it, by row key.
    pub(crate) request: Arc<Request>,
    /// The position of the figure.
    pub(crate) figure: usize,
    /// The value for a row without related rows.
    pub(crate) nothing: Number,
    /// The numbers, once they are known.
    pub(crate) ranked: Option<Arc<RankedNumbers>>,
}

impl FigureOrder {
    /// The value of a row in a cursor.
    pub(crate) fn cell(&self, key: i32) -> GraphQl {
        let number = self.ranked.as_ref().and_then(|ranked| ranked.of(key).text());
        number.map_or(GraphQl::Null, GraphQl::String)
    }
}

/// A request over the related rows of each row.
pub(crate) fn request_of(relation: &Relation) -> Figures {
    let other = relation.other();
    let common = Common { keys: Vec::new(), parent: Some(relation.to) };
    let mut figures = Figures::of(other, Predicate::all(), common);
    let path = Path { relations: Vec::new(), end: End::Column(other.column_index(relation.to)) };
    figures.request.keys = vec![Key { path, part: Part::Itself }];
    figures
}

/// A relation to many rows that have measures.
pub(crate) fn related<'t>(table: &'t Table, name: &str) -> Result<&'t Relation, Error> {
    match table.field(name) {
        Some(FieldOf::Relation(index)) => Ok(&table.relations[index]),
        _ => Err(Error::Internal),
    }
}

/// The value of each figure over no related rows.
pub(crate) fn of_nothing(request: &Request, relation: &Relation) -> Result<Vec<Number>, Error> {
    request.figures_of_nothing(relation.childless == Childless::Zero)
}

/// Reads an order by an aggregate of the related rows.
///
/// # Errors
/// Says what makes no sense.
pub(crate) fn parse(
    catalog: &'static Catalog,
    table: &Table,
    name: &str,
    value: &GraphQl,
    path: &str,
) -> Result<FigureOrder, Error> {
    let relation = related(table, name)?;
    let GraphQl::Object(given) = value else {
        return Err(Error::BadArgument(format!("{path}: {value} is not an object")));
    };
    let mut figures = request_of(relation);
    let measures = catalog.measures(relation.other()).ok_or(Error::Internal)?;
    let asked = asked::figure(measures, &mut figures, given, path)?;
    figures.request.check()?;
    let nothing = of_nothing(&figures.request, relation)?[asked.figure];
    Ok(FigureOrder {
        identity: format!("{name} {}", asked.identity),
        request: Arc::new(figures.request),
        figure: asked.figure,
        nothing,
        ranked: None,
    })
}

/// The relations of a table to many rows that have measures.
pub(crate) fn relations(catalog: &Catalog, table: &'static Table) -> Vec<&'static Relation> {
    let many = |relation: &&Relation| relation.cardinality == Cardinality::Many;
    let measured = |relation: &&Relation| catalog.measures(relation.other()).is_some();
    table.relations.iter().filter(many).filter(measured).collect()
}
