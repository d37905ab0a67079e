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

use async_graphql::Name;

use super::{
    page::List,
    picks::{Pick, Picks},
    show::Show,
};
use crate::{
    catalog::{
        measure_catalog::{ComputedMeasure, Dimension, Unit},
        place::Point,
        table::Table,
    },
    measures::Request,
};

/// How rows of a table become objects.
#[derive(Debug)]
pub(crate) struct RowsPlan {
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
#[derive(Debug)]
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
#[derive(Debug)]
pub(crate) struct ConnectionPlan {
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
    Totals(MeasuresPlan),
    Groups(Box<GroupsPlan>),
    Nodes(RowsPlan),
    Edges(Vec<(Name, EdgeField<RowsPlan>)>),
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
            key.columns().into_iter().map(move |column| Pick { through, column, is_key })
        });
        let keys = keys.map(|pick| self.picks.place_of(pick));
        self.keys = keys.collect();
    }

    /// Whether nothing is computed of all rows but their number, at most.
    pub(crate) fn only_counts(&self) -> bool {
        !self.fields.iter().any(|(_, field)| matches!(field, ConnectionField::Totals(_)))
    }
}

/// What is shown of the measures of a group, or of all rows.
#[derive(Debug)]
pub(crate) struct MeasuresPlan {
    pub(crate) type_name: String,
    pub(crate) fields: Vec<(Name, MeasureField)>,
}

/// A field of measures.
#[derive(Debug)]
pub(crate) enum MeasureField {
    TypeName,
    /// How many keys the group has.
    Level,
    Key(Vec<(Name, KeyField)>),
    /// One figure.
    Figure(usize, Show, &'static ComputedMeasure),
    /// The figures of one measure.
    Statistics(Unit, Vec<(Name, StatisticField)>, &'static ComputedMeasure),
    /// The measures of a part.
    Part(MeasuresPlan),
}

/// A field of statistics.
#[derive(Debug)]
pub(crate) enum StatisticField {
    TypeName,
    /// A figure, which shows the statistic of a name.
    Figure(usize, Show, &'static str),
}

/// A field of a key.
#[derive(Debug)]
pub(crate) enum KeyField {
    TypeName,
    /// The cell of the key at a position.
    Cell(usize, &'static Dimension),
    /// The row whose id is the cell of the key at a position.
    Row(usize, Lookup),
}

/// Groups, and what is shown of them.
#[derive(Debug)]
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
#[derive(Debug)]
pub(crate) enum GroupsField {
    TypeName,
    TotalCount,
    Nodes(MeasuresPlan),
    Edges(Vec<(Name, EdgeField<MeasuresPlan>)>),
    PageInfo(Vec<(Name, PageInfoField)>),
}
