//! The declarations of a type about its rows: names, paths and positions of columns.
//!
//! [`declare`](super::declare) fills them in; [`measure_catalog`](super::measure_catalog) derives everything that
//! follows from them.

/// The declarations of a type.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// The columns that rows can be grouped by.
    pub(crate) keys: Vec<usize>,
    /// Columns that hold years, whose values form a sequence.
    pub(crate) years: Vec<usize>,
    /// Columns with numbers of people that rows can be grouped by as population bands.
    pub(crate) bands: Vec<usize>,
    /// Names, paths and descriptions of measures. An empty description stands for that of the column.
    pub(crate) measures: Vec<(String, String, &'static str)>,
    pub(crate) ratios: Vec<DeclaredRatio>,
    /// Names of deprecated measures, with their replacements.
    pub(crate) deprecated: Vec<(&'static str, &'static str)>,
    /// Names of measures that make no sense here, with the reason.
    pub(crate) refused: Vec<(&'static str, &'static str)>,
    /// A column with numbers of people whom several rows may count, and the column that separates rows that do not
    /// overlap.
    pub(crate) overlapping: Option<(usize, usize)>,
    /// The columns that must not be added up, and across what.
    pub(crate) never_added: NeverAdded,
}

/// One sum divided by another.
#[derive(Debug)]
pub(crate) struct DeclaredRatio {
    pub(crate) name: &'static str,
    pub(crate) above: &'static str,
    pub(crate) below: &'static str,
    pub(crate) factor: i64,
    /// Whether rows count only if the denominator is not 0.
    pub(crate) is_of_people: bool,
    pub(crate) description: &'static str,
}

/// Columns that must not be added up across the values of other columns.
#[derive(Debug, Default)]
pub(crate) struct NeverAdded {
    /// The columns.
    pub(crate) columns: Vec<usize>,
    pub(crate) across: Vec<Across>,
}

/// A column whose values must not be mixed in a sum.
#[derive(Debug)]
pub(crate) struct Across {
    /// The column.
    pub(crate) column: &'static str,
    /// Foreign key columns that imply its value if they are set.
    pub(crate) implied_by: &'static [&'static str],
    /// The error text: what is wrong, and how to fix it.
    pub(crate) words: &'static str,
}

impl NeverAdded {
    /// Whether a column is one of the columns.
    pub(crate) fn holds(&self, column: usize) -> bool {
        self.columns.contains(&column)
    }
}

/// The event that "years since" keys count from: the first event of the subject of each row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirstEvent {
    /// The field of the to-one relation to the subject.
    pub(crate) subject: &'static str,
    /// The field of the to-many relation from the subject to the events.
    pub(crate) happens: &'static str,
    /// A column, and its values for rows without a subject.
    pub(crate) of_nobody: (&'static str, &'static [&'static str]),
    /// The columns with the year of a row, and of an event.
    pub(crate) years: [&'static str; 2],
    /// The foreign key column that separates the series of a subject.
    pub(crate) series: &'static str,
    /// The name and description of the "years since" key.
    pub(crate) since: (&'static str, &'static str),
    /// The name and description of the key for whether the event ever happened.
    pub(crate) ever: (&'static str, &'static str),
    /// The description of the argument.
    pub(crate) about: &'static str,
}
