//! From a selection of measures to the figures that it needs and the shape of the answer.

use async_graphql::{
    Name, Positioned, ServerError, Value as GraphQl, parser::types::Field as FieldNode,
};
use chrono::NaiveDate;

use super::{
    apart::Common,
    asked::year,
    cursor, event,
    figures::{Figures, STATISTICS, statistic},
    having, order,
};
use crate::{
    catalog::{
        key::Measure,
        measure_catalog::{ComputedMeasure, Dimension, MeasureCatalog, Shows, Unit, What},
        predicate::Predicate,
        scalar::{enum_word, items, real_number},
        table::{Table, screaming_case},
    },
    error::Error,
    measures::{Bins, Number, Page, Statistic},
    query::{
        arguments::Arguments,
        filter,
        order::short_mark,
        page::PageSizes,
        plan::{
            BinField, EdgeField, FigureOf, GroupsField, GroupsPlan, KeyField, MeasureField,
            MeasuresPlan, StatisticField,
        },
        planner::{Merged, Planner, Warning, join},
        show::Show,
    },
};

/// The default of the most bins of a histogram.
pub(crate) const DEFAULT_BINS: usize = 20;

type Fields<'a> = [&'a Positioned<FieldNode>];

impl<'a> Planner<'a> {
    /// Plans the measures of all rows of a list.
    pub(crate) fn totals(
        &self,
        table: &'static Table,
        fields: &Fields<'a>,
        figures: &mut Figures,
        path: &[String],
    ) -> Result<MeasuresPlan, ServerError> {
        self.measures(table, fields, figures, &Predicate::all(), MeasuredRows::All, path)
    }

    /// Plans the groups of a list; for each parent, if a column says which parent a row belongs to.
    pub(crate) fn groups(
        &self,
        table: &'static Table,
        keeps: &Predicate,
        fields: &Fields<'a>,
        parent: Option<&'static str>,
        path: &[String],
    ) -> Result<GroupsPlan, ServerError> {
        let (Some(field), Some(measures)) = (fields.first(), self.catalog.measures(table)) else {
            return Err(Error::Internal.at(async_graphql::Pos::default(), path));
        };
        let at = |error: Error| error.at(field.pos, path);
        let arguments = self.arguments(field);
        let by = dimensions(measures, arguments.get("by")).map_err(at)?;
        let keys: Vec<_> = by.iter().map(|dimension| dimension.key.clone()).collect();
        // Subtotals have fewer keys, down to none.
        let subtotals = arguments.get("subtotals") == Some(&GraphQl::Boolean(true));
        let common = Common { keys: if subtotals { Vec::new() } else { keys.clone() }, parent };
        let mut figures = Figures::of(table, keeps.clone(), common);
        (figures.request.keys, figures.request.adds.subtotals) = (keys, subtotals);
        figures.request.event = event::parse(table, arguments.get("event")).map_err(at)?;
        if let Some(event) = &figures.request.event {
            self.count_related(&event.counts).map_err(at)?;
        }
        let sizes = PageSizes {
            default: self.limits.groups,
            most: self.limits.groups,
            setting: self.groups_setting(),
        };
        let mark = arrange(measures, &by, &arguments, sizes, &mut figures).map_err(at)?;
        self.tell_noted(&mut figures, path).map_err(at)?;
        let chosen =
            ["first", "last", "top"].map(|size| arguments.get(size).unwrap_or(&GraphQl::Null));
        let chosen = chosen != [&GraphQl::Null; 3];
        let type_name = &table.type_name;
        let mut plan = Vec::new();
        for (name, merged) in self.collect(&format!("{type_name}GroupConnection"), fields)? {
            let here = join(path, &name);
            let mut node = |merged: &Merged<'a>, here: &[String]| {
                let all = Predicate::all();
                self.measures(table, merged, &mut figures, &all, MeasuredRows::Group(&by), here)
            };
            let field = match merged[0].node.name.node.as_str() {
                "totalCount" => GroupsField::TotalCount,
                "nodes" => GroupsField::Nodes(node(&merged, &here)?),
                "summary" => {
                    let all = Predicate::all();
                    let plan = self.summary(table, &merged, &mut figures, &all, &here)?;
                    GroupsField::Summary(plan)
                }
                "edges" => {
                    let mut edges = Vec::new();
                    for (name, merged) in self.collect(&format!("{type_name}GroupEdge"), &merged)? {
                        let field = match merged[0].node.name.node.as_str() {
                            "cursor" => EdgeField::Cursor,
                            "node" => EdgeField::Node(node(&merged, &join(&here, &name))?),
                            _ => EdgeField::TypeName,
                        };
                        edges.push((name, field));
                    }
                    GroupsField::Edges(edges)
                }
                "pageInfo" => GroupsField::PageInfo(self.page_info(&merged)?),
                _ => GroupsField::TypeName,
            };
            plan.push((name, field));
        }
        figures.request.check().map_err(at)?;
        if !plan.iter().any(|(_, field)| field.shows_groups()) {
            // The request asks for nothing of a page.
            figures.request.page.limit = Some(0);
            figures.request.adds.others = false;
        }
        Ok(GroupsPlan { table, request: figures.request, fields: plan, mark, chosen })
    }

    /// Plans the measures of the rows that a filter keeps, of a group if there is one.
    pub(super) fn measures(
        &self,
        table: &'static Table,
        fields: &Fields<'a>,
        figures: &mut Figures,
        keeps: &Predicate,
        of: MeasuredRows<'_>,
        path: &[String],
    ) -> Result<MeasuresPlan, ServerError> {
        let type_name = format!("{}{}", table.type_name, of.suffix());
        let mut plan = Vec::new();
        for (name, merged) in self.collect(&type_name, fields)? {
            let here = join(path, &name);
            let at = |error: Error| error.at(merged[0].pos, &here);
            let field = match (merged[0].node.name.node.as_str(), of) {
                ("day", MeasuredRows::Day(day)) => MeasureField::Day(day),
                ("__typename", _) => MeasureField::TypeName,
                ("level", _) => MeasureField::Level,
                ("isOthers", _) => MeasureField::IsOthers,
                ("window", MeasuredRows::Group(by)) => {
                    MeasureField::Window(self.window(table, &merged, figures, by, &here)?)
                }
                ("key", MeasuredRows::Group(by)) => {
                    MeasureField::Key(self.key(table, &merged, by, &here)?)
                }
                ("where", _) => {
                    let arguments = self.arguments(merged[0]);
                    let keep = match arguments.get("filter") {
                        Some(value) => filter::parse(table, value, "filter").map_err(at)?,
                        None => Predicate::all(),
                    };
                    self.count_related(&keep).map_err(at)?;
                    let keeps = keeps.clone().and(keep);
                    let shape =
                        self.measures(table, &merged, figures, &keeps, MeasuredRows::All, &here)?;
                    MeasureField::Part(shape)
                }
                ("active", _) => self.active(table, &merged, figures, keeps, &here)?,
                ("estimate", _) => self.estimate(&merged, figures, keeps, &here)?,
                ("correlation", _) => self.correlation(&merged, figures, keeps, &here)?,
                ("ratio", _) => self.ratio(&merged, figures, keeps, &here)?,
                ("days", _) => self.days(&merged, figures, keeps, &here)?,
                (field, _) => self.computed(field, &merged, figures, keeps, &here)?,
            };
            plan.push((name, field));
        }
        figures.request.check().map_err(|error| error.at(fields[0].pos, path))?;
        Ok(MeasuresPlan { type_name, fields: plan })
    }

    fn computed(
        &self,
        field: &str,
        merged: &Merged<'a>,
        figures: &mut Figures,
        keeps: &Predicate,
        path: &[String],
    ) -> Result<MeasureField, ServerError> {
        let at = |error: Error| error.at(merged[0].pos, path);
        let measures = self.catalog.measures(figures.request.table);
        let computed = measures.and_then(|measures| measures.computed(field));
        let computed = computed.ok_or_else(|| at(Error::Internal))?;
        let year = year(self.arguments(merged[0]).get("inDollarsOf"))
            .map_err(|reason| at(Error::BadArgument(reason)))?;
        if let What::Statistics(measure, unit) = &computed.what {
            let measure = figures.priced(measure, year).map_err(at)?;
            let fields = self.statistics(merged, *unit, &measure, figures, keeps, path)?;
            for (name, field) in &fields {
                if let StatisticField::Figure(figure, ..) = field {
                    let statistic = figures.statistic_at(*figure);
                    self.tell(figures, computed, statistic, year, keeps, || join(path, name));
                }
            }
            return Ok(MeasureField::Statistics(*unit, fields, computed));
        }
        let (figure, show) = figures.single(computed, year, keeps).map_err(at)?;
        self.tell(figures, computed, None, year, keeps, || path.to_vec());
        Ok(MeasureField::Figure(figure, show, FigureOf::Measure(computed)))
    }

    /// Gives the warnings noted while figures were added, and counts the conditions of their parts.
    pub(super) fn tell_noted(&self, figures: &mut Figures, path: &[String]) -> Result<(), Error> {
        for (code, message) in figures.noted.drain(..) {
            self.warn(Warning { path: path.to_vec(), code, message });
        }
        self.count_relations(std::mem::take(&mut figures.related))
    }

    /// Gives the warnings about a field.
    pub(super) fn tell(
        &self,
        figures: &mut Figures,
        computed: &ComputedMeasure,
        statistic: Option<Statistic>,
        year: Option<i32>,
        keeps: &Predicate,
        path: impl Fn() -> Vec<String>,
    ) {
        for (code, message) in figures.readings(computed, statistic, year, keeps) {
            self.warn(Warning { path: path(), code, message });
        }
    }

    pub(super) fn statistics(
        &self,
        fields: &Merged<'a>,
        unit: Unit,
        measure: &Measure,
        figures: &mut Figures,
        keeps: &Predicate,
        path: &[String],
    ) -> Result<Vec<(Name, StatisticField)>, ServerError> {
        let mut plan = Vec::new();
        for (name, merged) in self.collect(unit.statistics_name(), fields)? {
            let field = merged[0];
            let at = |error: Error| error.at(field.pos, &join(path, &name));
            let shown = match field.node.name.node.as_str() {
                "__typename" => StatisticField::TypeName,
                "histogram" => {
                    let bins = bins(&self.arguments(field), unit).map_err(at)?;
                    let place = figures.histogram(measure, bins, keeps).map_err(at)?;
                    StatisticField::Histogram(place, unit, self.bin_fields(&merged, unit)?)
                }
                word => {
                    let arguments = self.arguments(field);
                    let p = arguments.get("p").map(real_number).transpose();
                    let p = p.map_err(|reason| at(Error::BadArgument(format!("p: {reason}"))))?;
                    let (statistic, show) = statistic(word, unit, p).map_err(at)?;
                    let figure = figures.statistic(measure, statistic, keeps).map_err(at)?;
                    let name = STATISTICS.into_iter().find(|name| *name == word);
                    StatisticField::Figure(figure, show, name.unwrap_or_default())
                }
            };
            plan.push((name, shown));
        }
        Ok(plan)
    }

    fn bin_fields(
        &self,
        merged: &Merged<'a>,
        unit: Unit,
    ) -> Result<Vec<(Name, BinField)>, ServerError> {
        let field = |merged: &Merged<'a>| match merged[0].node.name.node.as_str() {
            "from" => BinField::From,
            "to" => BinField::To,
            "count" => BinField::Count,
            "sum" => BinField::Sum,
            _ => BinField::TypeName,
        };
        let fields = self.collect(unit.bin_name(), merged)?.into_iter();
        Ok(fields.map(|(name, merged)| (name, field(&merged))).collect())
    }

    fn key(
        &self,
        table: &'static Table,
        fields: &Merged<'a>,
        by: &[&'static Dimension],
        path: &[String],
    ) -> Result<Vec<(Name, KeyField)>, ServerError> {
        let mut plan = Vec::new();
        for (name, merged) in self.collect(&format!("{}GroupKey", table.type_name), fields)? {
            let here = join(path, &name);
            let word = merged[0].node.name.node.as_str();
            if word == "__typename" {
                plan.push((name, KeyField::TypeName));
                continue;
            }
            let position = by.iter().position(|dimension| dimension.field == word);
            let Some(position) = position else {
                let value = screaming_case(word);
                let text = format!(
                    "key.{word}: {value} is not in `by`; add it there, or remove this field"
                );
                return Err(Error::BadArgument(text).at(merged[0].pos, &here));
            };
            let field = match by[position].shows {
                Shows::Row(other) => {
                    let lookup = self.lookup(other, &merged, &here)?;
                    KeyField::Row(position, lookup)
                }
                _ => KeyField::Cell(position, by[position]),
            };
            plan.push((name, field));
        }
        Ok(plan)
    }
}

/// The rows that measures cover.
#[derive(Clone, Copy)]
pub(super) enum MeasuredRows<'b> {
    /// All rows, or a part of them.
    All,
    /// The rows of a group with these keys.
    Group(&'b [&'static Dimension]),
    /// The rows that are active on a day.
    Day(NaiveDate),
}

impl MeasuredRows<'_> {
    /// The suffix of the name of the type of these measures.
    fn suffix(self) -> &'static str {
        match self {
            Self::All => "Measures",
            Self::Group(_) => "Group",
            Self::Day(_) => "OnDay",
        }
    }
}

/// Reads the bins of a histogram.
fn bins(arguments: &Arguments, unit: Unit) -> Result<Bins, Error> {
    let edge = |name: &str| match arguments.get(name) {
        None | Some(GraphQl::Null) => Ok(None),
        Some(value) => {
            let bad = |reason: String| Error::BadArgument(format!("{name}: {reason}"));
            match Show::Exact(unit.digits()).operand(value).map_err(bad)? {
                Number::Whole(edge) => i64::try_from(edge).map(Some).map_err(|_| Error::Internal),
                _ => Err(Error::Internal),
            }
        }
    };
    let most = match arguments.get("bins") {
        Some(GraphQl::Number(number)) => number.as_u64().and_then(|it| usize::try_from(it).ok()),
        _ => Some(DEFAULT_BINS),
    };
    let is_logarithmic = arguments.get("scale") == Some(&GraphQl::Enum(Name::new("LOG")));
    let (from, to) = (edge("from")?, edge("to")?);
    let bins = Bins { most: most.unwrap_or_default(), is_logarithmic, from, to };
    bins.check()?;
    Ok(bins)
}

/// Reads the filter, order and page of groups; returns the mark of its cursors.
fn arrange(
    measures: &'static MeasureCatalog,
    by: &[&'static Dimension],
    arguments: &Arguments,
    sizes: PageSizes,
    figures: &mut Figures,
) -> Result<String, Error> {
    let given = |name: &str| arguments.get(name).filter(|value| **value != GraphQl::Null);
    let order = order::parse(measures, by, figures, given("orderBy"))?;
    let names: Vec<&str> = by.iter().map(|dimension| dimension.name.as_str()).collect();
    let table = figures.request.table.name;
    let mark = short_mark([table, &names.join(" "), &order.identity]);
    figures.request.order = order.order;
    if let Some(value) = given("having") {
        figures.request.having = having::parse(measures, figures, value, "having")?;
    }
    let is_true = |name: &str| given(name) == Some(&GraphQl::Boolean(true));
    (figures.request.adds.fills, figures.request.adds.others) =
        (is_true("fill"), is_true("others"));
    let top = given("top");
    if top.is_none() && figures.request.adds.others {
        let text = "others: this requires `top`, the number of groups to show by themselves";
        return Err(Error::BadArgument(text.to_owned()));
    }
    let of_pages = ["first", "last", "after", "before"];
    if let (Some(_), Some(other)) = (top, of_pages.iter().find(|name| given(name).is_some())) {
        return Err(Error::BadArgument(format!("top: this replaces paging; remove `{other}`")));
    }
    let (limit, backward) = sizes.of(top.or_else(|| given("first")), given("last"))?;
    let place = |argument: &'static str| match given(argument) {
        Some(GraphQl::String(cursor)) => cursor::decode(&mark, argument, cursor).map(Some),
        _ => Ok(None),
    };
    figures.request.page = Page {
        limit: Some(limit as usize),
        backward,
        after: place("after")?,
        before: place("before")?,
    };
    Ok(mark)
}

/// Reads the argument `by`.
fn dimensions(
    measures: &'static MeasureCatalog,
    value: Option<&GraphQl>,
) -> Result<Vec<&'static Dimension>, Error> {
    let values = items(value);
    let mut by: Vec<&Dimension> = Vec::with_capacity(values.len());
    for value in values {
        let name = enum_word(Some(value));
        let name = name.ok_or_else(|| Error::BadArgument(format!("by: {value} is not a key")))?;
        if by.iter().any(|dimension| dimension.name == name) {
            return Err(Error::BadArgument(format!("by: {name} is named twice")));
        }
        let dimension = measures.dimensions.iter().find(|dimension| dimension.name == name);
        let unknown = || Error::BadArgument(format!("by: {name} is not a key of these rows"));
        by.push(dimension.ok_or_else(unknown)?);
    }
    Ok(by)
}
