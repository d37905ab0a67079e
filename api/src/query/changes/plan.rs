//! Plans changes from their selection.

use async_graphql::{Name, Positioned, ServerError, Value as GraphQl, parser::types::Field};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    ChangeCell, ChangeField, ChangeFields, ChangeKind, ChangesField, ChangesPlan, CountField, Side,
    VersionCell, VersionField, version_fields,
};
use crate::{
    catalog::{predicate::Predicate, scalar::items, table::Table},
    error::Error,
    query::{
        arguments::Arguments,
        filter,
        order::short_mark,
        plan::EdgeField,
        planner::{Merged, Planner},
    },
};

/// The arguments: name, type and description. `{}` stands for the type of the rows.
pub(crate) const fn argument_lists() -> [(&'static str, &'static str, &'static str); 6] {
    [
        (
            "from",
            "Int!",
            "The number of the first revision. It must still be kept; the error `REVISION_GONE` lists the revisions that are.",
        ),
        (
            "to",
            "Int!",
            "The number of the second revision: `from` or later, up to the revision that the request reads.",
        ),
        ("kind", "[ChangeKind!]", "The kinds of changes to include. Omit it to include all."),
        (
            "filter",
            "{}Filter",
            "Filters the changes. A row counts if it passes at `from` or at `to`, with all data as of that revision.",
        ),
        ("first", "Int", "The number of rows of the page."),
        ("after", "String", "The cursor after which the page begins."),
    ]
}

/// Plans the changes of a table.
///
/// # Errors
/// The first argument that makes no sense.
pub(crate) fn plan<'a>(
    planner: &Planner<'a>,
    table: &'static Table,
    fields: &[&'a Positioned<Field>],
    path: &[String],
) -> Result<ChangesPlan, ServerError> {
    let arguments = planner.arguments(fields[0]);
    let plan = of_arguments(planner, table, &arguments);
    let mut plan = plan.map_err(|error| error.at(fields[0].pos, path))?;
    for (name, merged) in
        planner.collect(&format!("{}ChangeConnection", table.type_name), fields)?
    {
        let field = match merged[0].node.name.node.as_str() {
            "nodes" => ChangesField::Nodes(plan.change(planner, &merged)?),
            "edges" => ChangesField::Edges(plan.edges(planner, &merged)?),
            "pageInfo" => ChangesField::PageInfo(planner.page_info(&merged)?),
            "totalCount" => ChangesField::TotalCount,
            "kinds" => ChangesField::Kinds(counts(planner, "ChangeKindCount", &merged)?),
            "fields" => ChangesField::Fields(counts(planner, "ChangeFieldCount", &merged)?),
            _ => ChangesField::TypeName,
        };
        plan.fields.push((name, field));
    }
    Ok(plan)
}

fn of_arguments(
    planner: &Planner<'_>,
    table: &'static Table,
    arguments: &Arguments,
) -> Result<ChangesPlan, Error> {
    let given = |name: &str| arguments.get(name).filter(|value| **value != GraphQl::Null);
    let revision = |name: &str| match given(name) {
        Some(GraphQl::Number(number)) => {
            let number = number.as_i64().and_then(|number| i32::try_from(number).ok());
            number.ok_or_else(|| Error::BadArgument(format!("{name}: not a revision number")))
        }
        _ => Err(Error::BadArgument(format!("{name}: give a revision number"))),
    };
    let (from, to) = (revision("from")?, revision("to")?);
    if from > to {
        let words = format!("from: revision {from} is after revision {to} (`to`); swap them");
        return Err(Error::BadArgument(words));
    }
    let keeps = match given("filter") {
        Some(filter) => filter::parse(table, filter, "filter")?,
        None => Predicate::all(),
    };
    planner.count_related(&keeps)?;
    let named = items(given("kind"));
    let is_named = |kind: &ChangeKind| {
        let is = |value: &GraphQl| matches!(value, GraphQl::Enum(name) if name == kind.name());
        given("kind").is_none() || named.iter().any(is)
    };
    let (limit, _) = planner.page_sizes().of(given("first"), None)?;
    let after = match given("after") {
        Some(GraphQl::String(cursor)) => Some(key_of(table, cursor)?),
        _ => None,
    };
    Ok(ChangesPlan {
        table,
        from,
        to,
        keeps,
        kinds: ChangeKind::ALL.into_iter().filter(is_named).collect(),
        limit,
        after,
        versions: version_fields(table),
        cells: Vec::new(),
        fields: Vec::new(),
    })
}

impl ChangesPlan {
    fn edges<'a>(
        &mut self,
        planner: &Planner<'a>,
        fields: &[&'a Positioned<Field>],
    ) -> Result<Vec<(Name, EdgeField<ChangeFields>)>, ServerError> {
        let edge = format!("{}ChangeEdge", self.table.type_name);
        let collected = planner.collect(&edge, fields)?.into_iter();
        let edge = |(name, merged): (Name, Merged<'a>)| {
            let field = match merged[0].node.name.node.as_str() {
                "cursor" => EdgeField::Cursor,
                "node" => EdgeField::Node(self.change(planner, &merged)?),
                _ => EdgeField::TypeName,
            };
            Ok((name, field))
        };
        collected.map(edge).collect()
    }

    fn change<'a>(
        &mut self,
        planner: &Planner<'a>,
        fields: &[&'a Positioned<Field>],
    ) -> Result<ChangeFields, ServerError> {
        let mut plan = Vec::new();
        for (name, merged) in planner.collect(&format!("{}Change", self.table.type_name), fields)? {
            let field = match merged[0].node.name.node.as_str() {
                "rowId" => ChangeField::RowId,
                "kind" => ChangeField::Kind,
                "fields" => {
                    for field in 0..self.versions.len() {
                        self.place_of(ChangeCell::Differs(field));
                    }
                    ChangeField::Fields
                }
                "before" => self.version(planner, Side::Before, &merged)?,
                "after" => self.version(planner, Side::After, &merged)?,
                _ => ChangeField::TypeName,
            };
            plan.push((name, field));
        }
        Ok(plan)
    }

    fn version<'a>(
        &mut self,
        planner: &Planner<'a>,
        side: Side,
        fields: &[&'a Positioned<Field>],
    ) -> Result<ChangeField, ServerError> {
        let mut cells = Vec::new();
        for (name, merged) in
            planner.collect(&format!("{}Version", self.table.type_name), fields)?
        {
            let field = merged[0].node.name.node.as_str();
            let place = self.versions.iter().position(|it: &VersionField| it.name == field);
            let cell = place.map_or(VersionCell::TypeName, |place| {
                VersionCell::Cell(self.place_of(ChangeCell::Value(side, place)))
            });
            cells.push((name, cell));
        }
        Ok(ChangeField::Version(side, cells))
    }

    /// The position of a cell, which is added if necessary.
    fn place_of(&mut self, cell: ChangeCell) -> usize {
        self.cells.iter().position(|other| *other == cell).unwrap_or_else(|| {
            self.cells.push(cell);
            self.cells.len() - 1
        })
    }
}

fn counts<'a>(
    planner: &Planner<'a>,
    type_name: &str,
    fields: &[&'a Positioned<Field>],
) -> Result<Vec<(Name, CountField)>, ServerError> {
    let field = |(name, merged): (Name, Merged<'a>)| {
        let field = match merged[0].node.name.node.as_str() {
            "count" => CountField::Count,
            "kind" | "field" => CountField::Of,
            _ => CountField::TypeName,
        };
        (name, field)
    };
    Ok(planner.collect(type_name, fields)?.into_iter().map(field).collect())
}

/// The cursor of a change.
pub(super) fn cursor_of(table: &Table, key: i32) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{key}", mark(table)))
}

/// The key in a cursor.
fn key_of(table: &Table, cursor: &str) -> Result<i32, Error> {
    let invalid = |reason| Error::InvalidCursor { argument: "after", reason };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid("it is not base64"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| invalid("it does not hold text"))?;
    let key = text.split_once(':').filter(|(found, _)| *found == mark(table));
    let (_, key) = key.ok_or_else(|| invalid("it belongs to another list"))?;
    key.parse().map_err(|_| invalid("it does not hold a key"))
}

fn mark(table: &Table) -> String {
    short_mark(["changes", table.name])
}
