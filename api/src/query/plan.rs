//! The plan of a list: what to read, and how the answer is put together.
//!
//! A plan is a value. [`list_plan`](super::list_plan) makes it of a selection, [`run`](super::walk::run) turns it into an
//! answer, and [`export`](super::export) into a file. Its root is a [`ConnectionPlan`]; below it are [`RowsPlan`], whose fields
//! lead to more of both, and the [`MeasuresPlan`] of what is computed of all rows or of groups.
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
    /// The one of several relations that leads somewhere.
    Union(Vec<(usize, Lookup)>),
    /// The computed field at a position.
    Computed(usize),
    /// How far the place in two cells, of degrees north and east, is from another.
    Distance {
        cells: [usize; 2],
        from: Point,
    },
    /// The rows that hold our key.
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
    /// Whether the keys tell all that is shown.
    pub(crate) fn reads_nothing(&self) -> bool {
        let tells = |field: &RowField| matches!(field, RowField::TypeName | RowField::Id);
        self.rows.fields.iter().all(|(_, field)| tells(field))
    }
}

/// A page of a list with all that hangs on it.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionPlan {
    pub(crate) list: List,
    /// What is to be known first, beside what it is ordered by.
    pub(crate) narrowings: Vec<Narrowing>,
    pub(crate) picks: Picks,
    /// Where the values of the order keys stand among the cells, but for figures; empty where no cursor is asked for.
    pub(crate) keys: Vec<Option<usize>>,
    pub(crate) fields: Vec<(Name, ConnectionField)>,
    /// What is computed of all rows, pages aside.
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
    /// What is to be computed before the list is read.
    pub(crate) fn computed_first(&self) -> impl Iterator<Item = &Request> {
        let of_order = self.list.order.iter().filter_map(|key| key.figure.as_ref());
        let narrowings = self.narrowings.iter().map(Narrowing::request);
        narrowings.chain(of_order.map(|figure| &*figure.request))
    }

    /// Whether anything is.
    pub(crate) fn is_narrowed(&self) -> bool {
        self.computed_first().next().is_some()
    }

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

    /// Whether nothing is computed of all rows but their number, at most.
    pub(crate) fn only_counts(&self) -> bool {
        !self.fields.iter().any(|(_, field)| matches!(field, ConnectionField::Totals(_)))
    }
}

/// What is shown of the measures of a group, or of all rows.
#[derive(Clone, Debug)]
pub(crate) struct MeasuresPlan {
    pub(crate) type_name: String,
    pub(crate) fields: Vec<(Name, MeasureField)>,
}

/// An object of numbers that a request computes of groups, by their positions.
#[derive(Clone, Debug)]
pub(crate) struct NumbersPlan {
    pub(crate) type_name: Cow<'static, str>,
    pub(crate) fields: Vec<(Name, NumberField)>,
}

/// A field of such an object.
#[derive(Clone, Debug)]
pub(crate) enum NumberField {
    TypeName,
    /// How many groups there are.
    Groups,
    /// A number, and what it says of itself.
    Number(usize, Show, &'static str),
    Object(NumbersPlan),
}

/// A field of measures.
#[derive(Clone, Debug)]
pub(crate) enum MeasureField {
    TypeName,
    /// How many keys the group has.
    Level,
    Key(Vec<(Name, KeyField)>),
    /// One figure.
    Figure(usize, Show, FigureOf),
    /// The figures of one measure.
    Statistics(Unit, Vec<(Name, StatisticField)>, &'static ComputedMeasure),
    /// The measures of a part.
    Part(MeasuresPlan),
    /// The measures of the rows that are active on each of some days.
    OnDays(Vec<MeasuresPlan>),
    /// The day that measures are of.
    Day(NaiveDate),
    /// Figures of an object of a type: how two measures go together, or how sure a mean is.
    Figures(&'static str, Vec<(Name, ToldField)>),
    /// What the group comes to among the others.
    Window(NumbersPlan),
    /// Whether the group is of all rows that no other is of.
    IsOthers,
}

/// What a group says of whether it is that of all other rows.
pub(crate) const IS_OTHERS: &str = "Whether the group is that of all rows which no other group of the list is of, as `others` asks for. \
    Its keys are null, as they are everything else.";

/// What a figure is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FigureOf {
    /// That of a measure that has one value.
    Measure(&'static ComputedMeasure),
    /// The quotient of two that a client names.
    Ratio,
}

/// A field of statistics.
#[derive(Clone, Debug)]
pub(crate) enum StatisticField {
    TypeName,
    /// A figure, which shows the statistic of a name.
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
    /// A figure, and what it says of itself.
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

/// Counts of rows by one key each.
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
    /// What shows the rows that the key is.
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

/// A field of a key as a text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyTextField {
    TypeName(&'static str),
    Key,
    Label,
    Count,
}

/// In how many of one key values of another are found together.
#[derive(Clone, Debug)]
pub(crate) struct OverlapPlan {
    pub(crate) dimension: &'static Dimension,
    pub(crate) request: Request,
    /// What shows the rows that the key is.
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

/// How well columns are filled.
#[derive(Clone, Debug)]
pub(crate) struct QualityPlan {
    pub(crate) table: &'static Table,
    pub(crate) keeps: Predicate,
    pub(crate) fields: Vec<(Name, QualityField)>,
}

/// A field of what is known of a column.
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

/// How values changed after an event, less how they changed elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct DifferencePlan {
    pub(crate) asked: Arc<DifferenceRequest>,
    pub(crate) fields: Vec<(Name, DifferenceField)>,
}

/// A field of such differences, or of a part of them.
#[derive(Clone, Debug)]
pub(crate) enum DifferenceField {
    TypeName(&'static str),
    /// What its object tells by this name.
    Told(String),
    Part(DifferencePart, Vec<(Name, DifferenceField)>),
}

/// A part of what is told of differences.
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

/// Groups, and what is shown of them.
#[derive(Clone, Debug)]
pub(crate) struct GroupsPlan {
    pub(crate) table: &'static Table,
    pub(crate) request: Request,
    pub(crate) fields: Vec<(Name, GroupsField)>,
    /// What tells the cursors of these groups from others.
    pub(crate) mark: String,
    /// Whether a client says how many groups it wants.
    pub(crate) chosen: bool,
}

/// A field of a page of groups.
#[derive(Clone, Debug)]
pub(crate) enum GroupsField {
    TypeName,
    TotalCount,
    /// What is computed of all groups.
    Summary(NumbersPlan),
    Nodes(MeasuresPlan),
    Edges(Vec<(Name, EdgeField<MeasuresPlan>)>),
    PageInfo(Vec<(Name, PageInfoField)>),
}
