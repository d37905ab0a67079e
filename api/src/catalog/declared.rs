//! What a type declares of its rows, as it is written down: names, paths and positions of columns.
//!
//! [`declare`](super::declare) fills it in. What it comes to, with everything that follows from it, is the
//! [`measure_catalog`](super::measure_catalog).

/// What a type says of itself.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// Columns by which rows are grouped.
    pub(crate) keys: Vec<usize>,
    /// Columns of years, which follow each other.
    pub(crate) years: Vec<usize>,
    /// Columns of people by whose bands rows are grouped.
    pub(crate) bands: Vec<usize>,
    /// Names, paths and descriptions of what is computed; a description of none is that of the column.
    pub(crate) measures: Vec<(String, String, &'static str)>,
    pub(crate) ratios: Vec<DeclaredRatio>,
    /// Names of what is not to be asked for any more, and what is instead.
    pub(crate) deprecated: Vec<(&'static str, &'static str)>,
    /// Names of what has no sense here, and why.
    pub(crate) refused: Vec<(&'static str, &'static str)>,
    /// A column of people, whom several rows may count, and the column by whose values rows do not.
    pub(crate) overlapping: Option<(usize, usize)>,
    /// What is never added up, and across what.
    pub(crate) never_added: NeverAdded,
}

/// One sum divided by another.
#[derive(Debug)]
pub(crate) struct DeclaredRatio {
    pub(crate) name: &'static str,
    pub(crate) above: &'static str,
    pub(crate) below: &'static str,
    pub(crate) factor: i64,
    /// Whether rows count only where there are any of what is divided by.
    pub(crate) is_of_people: bool,
    pub(crate) description: &'static str,
}

/// What some columns are never added up across.
#[derive(Debug, Default)]
pub(crate) struct NeverAdded {
    /// The columns.
    pub(crate) columns: Vec<usize>,
    pub(crate) across: Vec<Across>,
}

/// Something that tells values apart.
#[derive(Debug)]
pub(crate) struct Across {
    /// The column that holds it.
    pub(crate) column: &'static str,
    /// The columns of references that say it, too, where they lead somewhere.
    pub(crate) implied_by: &'static [&'static str],
    /// What is wrong, and how to mend it.
    pub(crate) words: &'static str,
}

impl NeverAdded {
    /// Whether a column is one of these.
    pub(crate) fn holds(&self, column: usize) -> bool {
        self.columns.contains(&column)
    }
}

/// What first happens to those whom the rows of a table are of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirstEvent {
    /// The field of the to-one relation to whom it happens.
    pub(crate) subject: &'static str,
    /// The field of the to-many relation from there to what happens.
    pub(crate) happens: &'static str,
    /// A column, and its values of rows that are of nobody.
    pub(crate) of_nobody: (&'static str, &'static [&'static str]),
    /// The columns in which the years stand: of a row, and of what happens.
    pub(crate) years: [&'static str; 2],
    /// The column of what tells the series of a subject apart, which refers to a row.
    pub(crate) series: &'static str,
    /// The name and the description of the key of the years since.
    pub(crate) since: (&'static str, &'static str),
    /// The name and the description of the key of whether it ever happened.
    pub(crate) ever: (&'static str, &'static str),
    /// What the argument says of itself.
    pub(crate) about: &'static str,
}
