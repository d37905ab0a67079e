//! The plan of a list: what to read, and how to put the answer together.
//!
//! A plan is a value. [`list_plan`](super::list_plan) makes it from a selection, [`run`](super::walk::run) turns it
//! into an answer, and [`export`](super::export) into a file. Its root is a [`ConnectionPlan`]. Below that are
//! [`RowsPlan`], whose fields lead to more of both, and the [`MeasuresPlan`] of aggregates over all rows or over
//! groups.
//!
//! ```text
//! grants(first: 2) { nodes { awardNumber agency { name } } totals { federalShare { sum } } }
//!
//! Connection { list: grants, 2 rows
//!   fields: nodes: Rows { awardNumber: Cell, agency: One(Lookup { Rows { name: Cell } }) }
//!           totals: Shape { federalShare: Statistics { sum: Figure } } }
//! ```

use std::{borrow::Cow, sync::Arc};

use async_graphql::Name;
use chrono::NaiveDate;

use super::{
    narrowing::Narrowing,
    page::List,
    picks::{Pick, Picks},
    show::Show,
};
use crate::{
    catalog::{
        measure_catalog::{ComputedMeasure, Dimension, Unit},
        place::Point,
        predicate::Predicate,
        table::Table,
    },
    measures::{DifferenceRequest, Request},
};

/// How rows of a table become objects.
#[derive(Clone, Debug)]
pub(crate) struct RowsPlan {
    pub(crate) table: &'static Table,
    pub(crate) fields: Vec<(Name, RowField)>,
}

/// A field of an object.
#[derive(Clone, Debug)]
pub(crate) enum RowField {
    TypeName,
    Id,
    Cell(usize),
    /// The row whose key is in a cell.
    One {
        cell: usize,
        lookup: Lookup,
    },
    /// The first of several to-one relations that is set.
    Union(Vec<(usize, Lookup)>),
    /// The computed field at a position.
    Computed(usize),
    /// The distance of the place in two cells (degrees north and east) from another place.
    Distance {
        cells: [usize; 2],
        from: Point,
    },
    /// The rows that refer to this one.
    Many {
        to: usize,
        connection: Box<ConnectionPlan>,
    },
}

/// Rows of a table by their keys.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    pub(crate) rows: RowsPlan,
    pub(crate) picks: Picks,
}

impl Lookup {
    /// Whether the keys alone give everything that is shown.
    pub(crate) fn reads_nothing(&self) -> bool {
        let tells = |field: &RowField| matches!(field, RowField::TypeName | RowField::Id);
        self.rows.fields.iter().all(|(_, field)| tells(field))
    }
}

/// A page of a list, with everything below it.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionPlan {
    pub(crate) list: List,
    /// The conditions that need aggregates before the list is read.
    pub(crate) narrowings: Vec<Narrowing>,
    pub(crate) picks: Picks,
    /// The positions of the order keys among the cells, except figures; empty if no cursor is needed.
    pub(crate) keys: Vec<Option<usize>>,
    pub(crate) fields: Vec<(Name, ConnectionField)>,
    /// The aggregates over all rows, not only the page.
    pub(crate) totals: Request,
}

/// A field of a connection.
#[derive(Clone, Debug)]
pub(crate) enum ConnectionField {
    TypeName,
    /// A figure of the totals.
    TotalCount(usize),
    Totals(MeasuresPlan),
    Groups(Box<GroupsPlan>),
    Facets(Box<FacetsPlan>),
    Overlap(Box<OverlapPlan>),
    Quality(QualityPlan),
    Difference(DifferencePlan),
    Nodes(RowsPlan),
    Edges(Vec<(Name, EdgeField<RowsPlan>)>),
    PageInfo(Vec<(Name, PageInfoField)>),
}

/// A field of an edge.
#[derive(Clone, Debug)]
pub(crate) enum EdgeField<N> {
    TypeName,
    Cursor,
    Node(N),
}

/// A field of `pageInfo`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PageInfoField {
    TypeName,
    HasNextPage,
    HasPreviousPage,
    StartCursor,
    EndCursor,
}

impl ConnectionField {
    pub(crate) fn shows_cursors(&self) -> bool {
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

impl ConnectionPlan {
    /// The requests to answer before the list is read.
    pub(crate) fn computed_first(&self) -> impl Iterator<Item = &Request> {
        let of_order = self.list.order.iter().filter_map(|key| key.figure.as_ref());
        let narrowings = self.narrowings.iter().map(Narrowing::request);
        narrowings.chain(of_order.map(|figure| &*figure.request))
    }

    /// Whether there are any.
    pub(crate) fn is_narrowed(&self) -> bool {
        self.computed_first().next().is_some()
    }

    /// Whether rows must be read.
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

    /// Adds the values of the order keys to the cells, so that each row has a cursor.
    pub(crate) fn find_keys(&mut self) {
        let keys = self.list.order.iter().flat_map(|key| {
            let (through, kind) = (key.through, key.column(self.list.table).kind);
            let is_key = kind.as_kept() != kind;
            let pick = move |column| Some(Pick { through, column, is_key });
            match key.figure {
                Some(_) => vec![None],
                None => key.columns().into_iter().map(pick).collect(),
            }
        });
        let keys = keys.map(|pick| pick.map(|pick| self.picks.place_of(pick)));
        self.keys = keys.collect();
    }

    /// Whether the only aggregate over all rows is their count, if any.
    pub(crate) fn only_counts(&self) -> bool {
        !self.fields.iter().any(|(_, field)| matches!(field, ConnectionField::Totals(_)))
    }
}

/// The shape of the measures of a group, or of all rows.
#[derive(Clone, Debug)]
pub(crate) struct MeasuresPlan {
    pub(crate) type_name: String,
    pub(crate) fields: Vec<(Name, MeasureField)>,
}

/// An object of numbers over groups, by their positions in the answer.
#[derive(Clone, Debug)]
pub(crate) struct NumbersPlan {
    pub(crate) type_name: Cow<'static, str>,
    pub(crate) fields: Vec<(Name, NumberField)>,
}

/// A field of such an object.
#[derive(Clone, Debug)]
pub(crate) enum NumberField {
    TypeName,
    /// The number of groups.
    Groups,
    /// A number and its description.
    Number(usize, Show, &'static str),
    Object(NumbersPlan),
}

/// A field of measures.
#[derive(Clone, Debug)]
pub(crate) enum MeasureField {
    TypeName,
    /// The number of keys of the group.
    Level,
    Key(Vec<(Name, KeyField)>),
    /// One figure.
    Figure(usize, Show, FigureOf),
    /// The figures of one measure.
    Statistics(Unit, Vec<(Name, StatisticField)>, &'static ComputedMeasure),
    /// The measures of a part of the rows.
    Part(MeasuresPlan),
    /// The measures of the rows that are active on each of some days.
    OnDays(Vec<MeasuresPlan>),
    /// The day that measures belong to.
    Day(NaiveDate),
    /// The figures of a correlation or an estimate, with the name of its type.
    Figures(&'static str, Vec<(Name, ToldField)>),
    /// The group's windows.
    Window(NumbersPlan),
    /// Whether the group stands for the remaining rows.
    IsOthers,
}

/// The description of `isOthers`.
pub(crate) const IS_OTHERS: &str = "Whether this group combines all rows outside the other groups of the list (see the argument `others`). \
    Its keys are null, because it covers every other key.";

/// The source of a figure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FigureOf {
    /// A measure that has a single value.
    Measure(&'static ComputedMeasure),
    /// A quotient that a client defines.
    Ratio,
}

/// A field of statistics.
#[derive(Clone, Debug)]
pub(crate) enum StatisticField {
    TypeName,
    /// A figure with the name of its statistic.
    Figure(usize, Show, &'static str),
    /// The histogram at a position, in a unit.
    Histogram(usize, Unit, Vec<(Name, BinField)>),
}

/// A field of a bin of a histogram.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BinField {
    TypeName,
    From,
    To,
    Count,
    Sum,
}

/// A field of an object of figures.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ToldField {
    TypeName,
    /// A figure and its description.
    Figure(usize, Show, &'static str),
}

/// A field of a key.
#[derive(Clone, Debug)]
pub(crate) enum KeyField {
    TypeName,
    /// The cell of the key at a position.
    Cell(usize, &'static Dimension),
    /// The row whose id is the cell of the key at a position.
    Row(usize, Lookup),
}

/// Counts of rows by single keys.
#[derive(Clone, Debug)]
pub(crate) struct FacetsPlan {
    pub(crate) type_name: String,
    pub(crate) facets: Vec<FacetPlan>,
    pub(crate) fields: Vec<(Name, FacetField)>,
}

/// One facet.
#[derive(Clone, Debug)]
pub(crate) struct FacetPlan {
    pub(crate) dimension: &'static Dimension,
    pub(crate) request: Request,
    /// Looks up the names of the rows that the key stands for.
    pub(crate) label: Option<Lookup>,
}

/// A field of a facet.
#[derive(Clone, Debug)]
pub(crate) enum FacetField {
    TypeName,
    Dimension,
    Distinct,
    Others,
    Values(Vec<(Name, KeyTextField)>),
}

/// A field of a key written as text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyTextField {
    TypeName(&'static str),
    Key,
    Label,
    Count,
}

/// Counts of the values of one key that have two values of another in common.
#[derive(Clone, Debug)]
pub(crate) struct OverlapPlan {
    pub(crate) dimension: &'static Dimension,
    pub(crate) request: Request,
    /// Looks up the names of the rows that the key stands for.
    pub(crate) label: Option<Lookup>,
    pub(crate) fields: Vec<(Name, OverlapField)>,
}

/// A field of an overlap.
#[derive(Clone, Debug)]
pub(crate) enum OverlapField {
    TypeName,
    First(Vec<(Name, KeyTextField)>),
    Second(Vec<(Name, KeyTextField)>),
    Count,
}

/// How complete columns are.
#[derive(Clone, Debug)]
pub(crate) struct QualityPlan {
    pub(crate) table: &'static Table,
    pub(crate) keeps: Predicate,
    pub(crate) fields: Vec<(Name, QualityField)>,
}

/// A field of the quality of a column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum QualityField {
    TypeName,
    Column,
    Known,
    Missing,
    Distinct,
    Min,
    Max,
}

/// How values changed after an event, minus how they changed in the comparison group.
#[derive(Clone, Debug)]
pub(crate) struct DifferencePlan {
    pub(crate) asked: Arc<DifferenceRequest>,
    pub(crate) fields: Vec<(Name, DifferenceField)>,
}

/// A field of a difference in differences, or of a part of it.
#[derive(Clone, Debug)]
pub(crate) enum DifferenceField {
    TypeName(&'static str),
    /// The value with this name.
    Told(String),
    Part(DifferencePart, Vec<(Name, DifferenceField)>),
}

/// A part of a difference in differences.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DifferencePart {
    Overall,
    ByYearsSince,
    ByCohort,
    PreTrend,
}

impl GroupsField {
    /// Whether it shows groups of the page.
    pub(crate) fn shows_groups(&self) -> bool {
        matches!(self, Self::Nodes(_) | Self::Edges(_) | Self::PageInfo(_))
    }
}

/// Groups, and the shape of their answer.
#[derive(Clone, Debug)]
pub(crate) struct GroupsPlan {
    pub(crate) table: &'static Table,
    pub(crate) request: Request,
    pub(crate) fields: Vec<(Name, GroupsField)>,
    /// The mark that identifies the cursors of these groups.
    pub(crate) mark: String,
    /// Whether a client asks for a number of groups.
    pub(crate) chosen: bool,
}

/// A field of a page of groups.
#[derive(Clone, Debug)]
pub(crate) enum GroupsField {
    TypeName,
    TotalCount,
    /// The summary of all groups.
    Summary(NumbersPlan),
    Nodes(MeasuresPlan),
    Edges(Vec<(Name, EdgeField<MeasuresPlan>)>),
    PageInfo(Vec<(Name, PageInfoField)>),
}
