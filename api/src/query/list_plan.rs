//! Plans a list from its selection.

use async_graphql::{Name, Positioned, ServerError, parser::types::Field as FieldNode};

use super::{
    filter,
    groups::{apart::Common, figures::Figures},
    narrowing,
    page::List,
    picks::Picks,
    plan::{ConnectionField, ConnectionPlan, EdgeField, Lookup, PageInfoField, RowField, RowsPlan},
    planner::{Merged, Planner, join},
};
use crate::{
    catalog::{
        key::Measure,
        place::Location,
        predicate::Predicate,
        table::{Cardinality, DISTANCE, FieldOf, Table},
    },
    error::Error,
    measures::Statistic,
};

impl<'a> Planner<'a> {
    /// Plans a connection from the fields that select it; for each parent, if a column says which parent a row belongs
    /// to.
    pub(crate) fn connection(
        &self,
        table: &'static Table,
        fields: &[&'a Positioned<FieldNode>],
        parent: Option<&'static str>,
        path: &[String],
    ) -> Result<ConnectionPlan, ServerError> {
        let field = fields[0];
        let arguments = self.arguments(field);
        let at = |error: Error| error.at(field.pos, path);
        let list = List::parse(self.catalog, table, &arguments, self.page_sizes()).map_err(at)?;
        let narrowings = narrowing::parse(self.catalog, table, &list.keeps, &arguments);
        let narrowings = narrowings.map_err(at)?;
        if list.has_figures() && parent.is_some() {
            let text = format!(
                "orderBy: a nested list can be ordered only by its own columns; to order by aggregates of related rows, use `{}`",
                table.list
            );
            return Err(at(Error::BadArgument(text)));
        }
        self.count_related(&list.keeps).map_err(|error| error.at(field.pos, path))?;
        let common = Common { keys: Vec::new(), parent };
        let mut figures = Figures::of(table, list.keeps.clone(), common);
        let mut picks = Picks::default();
        let mut plan = Vec::new();
        let selection = self.collect(&format!("{}Connection", table.type_name), fields)?;
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
                    let plan = self.groups(table, &list.keeps, &merged, parent, &path)?;
                    ConnectionField::Groups(Box::new(plan))
                }
                "facets" => {
                    let plan = self.facets(table, &list.keeps, &merged, &path)?;
                    ConnectionField::Facets(Box::new(plan))
                }
                "overlap" => {
                    let plan = self.overlap(table, &list.keeps, &merged, &path)?;
                    ConnectionField::Overlap(Box::new(plan))
                }
                "quality" => ConnectionField::Quality(self.quality(
                    table,
                    &list.keeps,
                    &merged,
                    parent,
                    &path,
                )?),
                "differenceInDifferences" => ConnectionField::Difference(self.difference(
                    table,
                    &list.keeps,
                    &merged,
                    parent,
                    &path,
                )?),
                "nodes" => ConnectionField::Nodes(self.rows(table, &merged, &mut picks, &path)?),
                "edges" => ConnectionField::Edges(self.edges(table, &merged, &mut picks, &path)?),
                _ => ConnectionField::PageInfo(self.page_info(&merged)?),
            };
            plan.push((name, field));
        }
        let shows_cursors = plan.iter().any(|(_, field)| field.shows_cursors());
        let (keys, totals) = (Vec::new(), figures.request);
        let mut connection = ConnectionPlan { list, narrowings, picks, keys, fields: plan, totals };
        if shows_cursors {
            connection.find_keys();
        }
        Ok(connection)
    }

    /// Plans the rows of a table that are looked up by key.
    pub(crate) fn lookup(
        &self,
        table: &'static Table,
        fields: &[&'a Positioned<FieldNode>],
        path: &[String],
    ) -> Result<Lookup, ServerError> {
        let mut picks = Picks::default();
        let rows = self.rows(table, fields, &mut picks, path)?;
        Ok(Lookup { rows, picks })
    }

    fn edges(
        &self,
        table: &'static Table,
        fields: &[&'a Positioned<FieldNode>],
        picks: &mut Picks,
        path: &[String],
    ) -> Result<Vec<(Name, EdgeField<RowsPlan>)>, ServerError> {
        let type_name = format!("{}Edge", table.type_name);
        self.collect(&type_name, fields)?
            .into_iter()
            .map(|(name, merged)| {
                let field = match merged[0].node.name.node.as_str() {
                    "__typename" => EdgeField::TypeName,
                    "cursor" => EdgeField::Cursor,
                    _ => EdgeField::Node(self.rows(table, &merged, picks, &join(path, &name))?),
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
        picks: &mut Picks,
        path: &[String],
    ) -> Result<RowsPlan, ServerError> {
        let mut plan = Vec::new();
        for (name, merged) in self.collect(&table.type_name, fields)? {
            let path = join(path, &name);
            let field = match table.field(merged[0].node.name.node.as_str()) {
                None => RowField::TypeName,
                Some(FieldOf::Id) => RowField::Id,
                Some(FieldOf::Computed(index)) => RowField::Computed(index),
                Some(FieldOf::Distance) => {
                    let Some(Location { latitude, longitude }) = table.location else {
                        unreachable!("a table with distances has places");
                    };
                    let cells = [latitude, longitude].map(|column| picks.place(None, column));
                    let arguments = self.arguments(merged[0]);
                    let from = filter::point(|name| arguments.get(name), DISTANCE)
                        .map_err(|error| error.at(merged[0].pos, &path))?;
                    RowField::Distance { cells, from }
                }
                Some(FieldOf::Column(index)) => RowField::Cell(picks.place(None, index)),
                Some(FieldOf::Relation(index)) => {
                    self.relation(table, index, &merged, picks, &path)?
                }
                Some(FieldOf::Union(index)) => {
                    let arms = table.unions[index].arms.iter().map(|arm| {
                        let Some(FieldOf::Relation(index)) = table.field(arm) else {
                            unreachable!("a union names relations of its own table");
                        };
                        match self.relation(table, index, &merged, picks, &path)? {
                            RowField::One { cell, lookup } => Ok((cell, lookup)),
                            _ => unreachable!("a union names to-one relations"),
                        }
                    });
                    RowField::Union(arms.collect::<Result<_, ServerError>>()?)
                }
            };
            plan.push((name, field));
        }
        Ok(RowsPlan { table, fields: plan })
    }

    fn relation(
        &self,
        table: &'static Table,
        index: usize,
        fields: &[&'a Positioned<FieldNode>],
        picks: &mut Picks,
        path: &[String],
    ) -> Result<RowField, ServerError> {
        let relation = &table.relations[index];
        let other = relation.other();
        Ok(match relation.cardinality {
            Cardinality::One => RowField::One {
                cell: picks.place(None, table.column_index(relation.from)),
                lookup: self.lookup(other, fields, path)?,
            },
            Cardinality::Many => {
                let to = other.column_index(relation.to);
                let connection = self.connection(other, fields, Some(relation.to), path)?;
                RowField::Many { to, connection: Box::new(connection) }
            }
        })
    }
}
