//! A request for aggregates: one value that describes it in full, for either executor.

use super::{
    correlation::Correlation,
    estimate::{Clustered, Estimated},
    event::Event,
    having::Having,
    histogram::{Bin, Histogram},
    statistic::Statistic,
    summary::Summary,
    value::{Cell, Number},
    window::Window,
};
use crate::{
    catalog::{
        key::{End, Key, Measure, Part, Path},
        predicate::{Predicate, Test},
        table::Table,
    },
    error::Error,
};

/// The most keys of a request.
pub const MOST_KEYS: usize = 8;
/// The most figures of a request.
pub const MOST_FIGURES: usize = 512;
/// The most cells (keys and figures of all groups together) from which an answer is selected.
pub const MOST_CELLS: usize = 10_000_000;

/// The groups to form from the rows of a table, and the figures of each.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) table: &'static Table,
    pub(crate) keeps: Predicate,
    /// The event that places rows in time, and may restrict them to its window.
    pub(crate) event: Option<Event>,
    /// The keys. With parents, the parent's key comes first.
    pub(crate) keys: Vec<Key>,
    /// Whether the first key identifies parents, each of which has its own groups.
    pub(crate) of_parents: bool,
    /// The parts of the rows that some figures cover.
    pub(crate) parts: Vec<Subset>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) having: Having,
    pub(crate) order: Vec<Order>,
    pub(crate) page: Page,
    /// The histograms of the values of groups.
    pub(crate) histograms: Vec<Histogram>,
    /// The windows over the groups.
    pub(crate) windows: Vec<Window>,
    /// The summaries of all groups.
    pub(crate) summaries: Vec<Summary>,
    /// The groups to add to those that rows form.
    pub(crate) adds: AddedGroups,
}

/// The groups to add to those that rows form by all keys.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AddedGroups {
    /// Groups of fewer keys, down to none.
    pub(crate) subtotals: bool,
    /// Groups without rows, so that a series has no gaps.
    pub(crate) fills: bool,
    /// The group of all rows outside the groups of the page.
    pub(crate) others: bool,
}

/// A part of the rows: those that a filter keeps and that have a value for each of some measures.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subset {
    pub(crate) keeps: Predicate,
    pub(crate) known: Vec<Known>,
}

/// The condition that a row has a value for a measure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) measure: Measure,
    /// Whether the value must be positive: a population of 0 means that another agency counts the people.
    pub(crate) is_positive: bool,
}

impl Subset {
    /// The rows that a filter keeps.
    pub(crate) fn of(keeps: Predicate) -> Self {
        Self { keeps, known: Vec::new() }
    }

    /// Whether it is all rows.
    pub(crate) fn is_all(&self) -> bool {
        self.keeps.is_all() && self.known.is_empty()
    }
}

/// One number of each group.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// A statistic of a measure.
    Of {
        /// The measure.
        measure: Measure,
        /// The statistic.
        statistic: Statistic,
        /// The part of the rows, by its position; `None` stands for all rows.
        part: Option<usize>,
    },
    /// A correlation of two measures of the same rows.
    Correlation {
        /// The measures.
        measures: [Measure; 2],
        /// The kind of correlation.
        kind: Correlation,
        /// The part of the rows, by its position; `None` stands for all rows.
        part: Option<usize>,
    },
    /// A mean or a rate over clusters of rows, or its standard error.
    Estimate(Box<Clustered>, Estimated),
    /// The quotient of two figures, by their positions, each times its factor. Missing if either is missing or the
    /// divisor is zero.
    Ratio {
        /// The dividend.
        above: usize,
        /// The divisor.
        below: usize,
        /// The factors that bring both to their units.
        factor: (i64, i64),
    },
}

impl Figure {
    /// The measures that it is computed from, except for figures that it divides.
    pub(crate) fn measures(&self) -> Vec<&Measure> {
        match self {
            Self::Of { measure, .. } => vec![measure],
            Self::Correlation { measures, .. } => measures.iter().collect(),
            Self::Estimate(of, _) => std::iter::once(&of.above).chain(&of.below).collect(),
            Self::Ratio { .. } => Vec::new(),
        }
    }
}

/// A term to order groups by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A key, by its position.
    Key(usize),
    /// A figure, by its position.
    Figure(usize),
}

/// One term of an order of groups. Subtotals come after the groups that they add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The key or figure to compare.
    pub by: By,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// Whether unknown keys and missing figures come first.
    pub nulls_first: bool,
}

/// The place of a group in an order: the figures that the order compares, and its key.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPlace {
    /// A number for each term of the order that is a figure.
    pub figures: Vec<Number>,
    /// A cell for each key.
    pub key: Vec<Cell>,
}

/// A page of the ordered groups.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The most groups; `None` stands for all.
    pub limit: Option<usize>,
    /// Whether these are the last groups instead of the first. They still come in the order of the list.
    pub backward: bool,
    /// Only groups after this place.
    pub after: Option<GroupPlace>,
    /// Only groups before this place.
    pub before: Option<GroupPlace>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// The number of its keys. A subtotal has fewer than the request, and its other cells are [`Cell::All`].
    pub level: usize,
    /// A cell for each key.
    pub key: Vec<Cell>,
    /// A number for each figure.
    pub figures: Vec<Number>,
    /// The bins of each histogram.
    pub histograms: Vec<Vec<Bin>>,
    /// A number for each window.
    pub windows: Vec<Number>,
    /// Whether it combines all rows outside the other groups of the page. Its cells are then [`Cell::All`].
    pub is_others: bool,
}

impl Group {
    /// Its place in the order of a request, as a cursor holds it.
    #[must_use]
    pub fn place(&self, request: &Request) -> GroupPlace {
        let figure = |order: &Order| match order.by {
            By::Figure(figure) => Some(self.figures[figure]),
            By::Key(_) => None,
        };
        GroupPlace {
            figures: request.order.iter().filter_map(figure).collect(),
            key: self.key.clone(),
        }
    }
}

/// The groups of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupsAnswer {
    /// The groups, in order.
    pub groups: Vec<Group>,
    /// The number of groups, not only those of the page.
    pub total: usize,
    /// Whether there are more groups beyond the page, in its direction.
    pub more: bool,
    /// Whether there are rows outside the groups of the page: beyond it, or excluded by `having`.
    pub has_others: bool,
    /// The number of groups that the summaries are of: subtotals are not among them.
    pub summarized: usize,
    /// The summaries of all groups.
    pub summary: Vec<Number>,
    /// The sum of each window's figure over all groups.
    pub sums: Vec<Number>,
}

impl Request {
    /// All rows of a table as one group, without any figures yet.
    #[must_use]
    pub fn over(table: &'static Table) -> Self {
        Self::of(table, Predicate::all())
    }

    /// Whether nothing is computed of the rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.figures.is_empty() && self.histograms.is_empty()
    }

    /// The table of the rows.
    #[must_use]
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// The rows of a table that a filter keeps.
    pub(crate) fn of(table: &'static Table, keeps: Predicate) -> Self {
        Self {
            table,
            keeps,
            event: None,
            keys: Vec::new(),
            of_parents: false,
            parts: Vec::new(),
            figures: Vec::new(),
            having: Having::All(Vec::new()),
            order: Vec::new(),
            page: Page::default(),
            histograms: Vec::new(),
            windows: Vec::new(),
            summaries: Vec::new(),
            adds: AddedGroups::default(),
        }
    }

    /// Keeps only rows that pass a filter.
    #[must_use]
    pub fn keep(mut self, keeps: Predicate) -> Self {
        self.keeps = self.keeps.and(keeps);
        self
    }

    /// Places rows by an event, and keeps only those in its window.
    #[must_use]
    pub fn around(mut self, event: Event) -> Self {
        self.event = Some(event);
        self
    }

    /// The event that places rows. If a key needs one and the request names none, it is the first event of each
    /// subject.
    pub(crate) fn event(&self) -> Option<Event> {
        let is_looked_at = || self.keys.iter().any(|key| key.part.is_of_event());
        self.event.clone().or_else(|| is_looked_at().then(Event::default))
    }

    /// Adds a key to group by; see [`Key::parse`].
    ///
    /// # Errors
    /// Says what is wrong with the name.
    pub fn by(mut self, key: &str) -> Result<Self, Error> {
        self.keys.push(Key::parse(self.table, key)?);
        Ok(self)
    }

    /// Answers for each of some parents, whose ids are in a column: each has its own groups, order and page. Call it
    /// before adding keys.
    #[must_use]
    pub(crate) fn of_each(mut self, column: usize, parents: &[i32]) -> Self {
        let test = Test::Keys(parents.to_vec());
        self.keeps =
            self.keeps.and(Predicate::Is { column: self.table.columns[column].name, test });
        let path = Path { relations: Vec::new(), end: End::Column(column) };
        self.keys.insert(0, Key { path, part: Part::Itself });
        self.of_parents = true;
        self
    }

    /// The keys of the groups, without the parent's.
    pub(crate) fn own_keys(&self) -> &[Key] {
        &self.keys[self.skipped()..]
    }

    /// The number of keys before those of the groups.
    pub(crate) fn skipped(&self) -> usize {
        usize::from(self.of_parents)
    }

    /// Adds a figure to each group; see [`Measure::parse`]. The figures of a group come in the order in which they are
    /// added.
    ///
    /// # Errors
    /// Says what is wrong with the name, or that rows can only be counted.
    pub fn figure(mut self, measure: &str, statistic: Statistic) -> Result<Self, Error> {
        let measure = Measure::parse(self.table, measure)?;
        self.figures.push(Figure::Of { measure, statistic, part: None });
        Ok(self)
    }

    /// Adds a figure of any kind to each group.
    #[must_use]
    pub fn compute(mut self, figure: Figure) -> Self {
        self.figures.push(figure);
        self
    }

    /// Adds a part of the rows, for figures that cover only that part.
    #[must_use]
    pub fn part(mut self, keeps: Predicate) -> Self {
        self.parts.push(Subset::of(keeps));
        self
    }

    /// Keeps only groups that pass.
    #[must_use]
    pub fn having(mut self, having: Having) -> Self {
        self.having = having;
        self
    }

    /// Orders the groups. Ties are ordered by their keys, ascending, with the unknown last.
    #[must_use]
    pub fn order(mut self, order: Vec<Order>) -> Self {
        self.order = order;
        self
    }

    /// Selects a page of the groups.
    #[must_use]
    pub fn page(mut self, page: Page) -> Self {
        self.page = page;
        self
    }

    /// Adds the groups of each prefix of the keys, down to the grand total, which exists even without rows.
    #[must_use]
    pub fn subtotals(mut self) -> Self {
        self.adds.subtotals = true;
        self
    }

    /// The number of keys of the groups, for each requested level.
    pub(crate) fn levels(&self) -> std::ops::RangeInclusive<usize> {
        let least = if self.adds.subtotals { self.skipped() } else { self.keys.len() };
        least..=self.keys.len()
    }

    /// Checks the request before any work is done.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let bad = |text: String| Err(Error::BadArgument(text));
        if self.own_keys().len() > MOST_KEYS {
            return bad(format!(
                "by: {} keys exceed the limit of {MOST_KEYS}",
                self.own_keys().len()
            ));
        }
        if self.figures.len() > MOST_FIGURES {
            let count = self.figures.len();
            return bad(format!(
                "{count} figures exceed the limit of {MOST_FIGURES}; split the query"
            ));
        }
        let among = self.windows.len() + self.summaries.len();
        if among > MOST_FIGURES {
            return bad(format!(
                "{among} numbers of windows and summaries exceed the limit of {MOST_FIGURES}; split the query"
            ));
        }
        if let Some(event) = &self.event {
            event.check(self.table)?;
        }
        for histogram in &self.histograms {
            histogram.bins.check()?;
        }
        for (position, figure) in self.figures.iter().enumerate() {
            self.check_figure(position, figure)?;
        }
        for order in &self.order {
            let known = match order.by {
                By::Key(key) => key < self.own_keys().len(),
                By::Figure(figure) => figure < self.figures.len(),
            };
            if !known {
                return bad("orderBy: names a key or figure that is not requested".to_owned());
            }
        }
        self.check_series()?;
        if !self.having.is_known(self.figures.len()) {
            return bad("having: names a figure that is not requested".to_owned());
        }
        let figures = self.order.iter().filter(|order| matches!(order.by, By::Figure(_))).count();
        let fits = |place: &Option<GroupPlace>| {
            place.as_ref().is_none_or(|place| {
                place.key.len() == self.own_keys().len() && place.figures.len() == figures
            })
        };
        match fits(&self.page.after) && fits(&self.page.before) {
            true => Ok(()),
            false => bad("after, before: this place belongs to other groups".to_owned()),
        }
    }

    /// Checks the groups as a whole.
    fn check_series(&self) -> Result<(), Error> {
        let bad = |text: &str| Err(Error::BadArgument(text.to_owned()));
        if self.adds.fills && !self.own_keys().iter().any(|key| key.follows(self.table)) {
            return bad("fill: `by` has no years, quarters or months; only those can be filled");
        }
        if self.adds.others && self.adds.subtotals {
            return bad(
                "others: this cannot be combined with `subtotals`, which already cover all rows",
            );
        }
        if self.adds.others && self.own_keys().is_empty() {
            return bad("others: without keys, a single group already covers all rows");
        }
        Ok(())
    }

    fn check_figure(&self, position: usize, figure: &Figure) -> Result<(), Error> {
        let bad = |text: String| Err(Error::BadArgument(text));
        match figure {
            Figure::Of { part: Some(part), .. } | Figure::Correlation { part: Some(part), .. }
                if *part >= self.parts.len() =>
            {
                bad("a figure names a part that does not exist".to_owned())
            }
            Figure::Ratio { above, below, .. } if *above.max(below) >= position => {
                bad("a ratio must name figures that come before it".to_owned())
            }
            Figure::Of { measure, statistic, .. } => match *statistic {
                Statistic::Count => Ok(()),
                _ if matches!(measure, Measure::Rows | Measure::Distinct(_)) => {
                    bad("rows can only be counted".to_owned())
                }
                Statistic::Percentile(part, _)
                | Statistic::Floor(part)
                | Statistic::Ceiling(part)
                    if !(0.0..=1.0).contains(&part) =>
                {
                    bad(format!("percentile: p must be between 0 and 1, not {part}"))
                }
                _ => Ok(()),
            },
            Figure::Correlation { measures, .. }
                if measures.iter().any(|of| !matches!(of, Measure::Numbers(..))) =>
            {
                bad("correlation: rows can only be counted; name a measure of each row".to_owned())
            }
            Figure::Estimate(clustered, _)
                if clustered.part.is_some_and(|part| part >= self.parts.len()) =>
            {
                bad("a figure names a part that does not exist".to_owned())
            }
            Figure::Correlation { .. } | Figure::Estimate(..) | Figure::Ratio { .. } => Ok(()),
        }
    }

    /// The most groups, of all levels together, from which an answer is selected.
    pub(crate) fn most_groups(&self) -> usize {
        MOST_CELLS / self.width()
    }

    /// The error for more groups than that.
    pub(crate) fn too_many_groups(&self) -> Error {
        let (most, width) = (self.most_groups(), self.width());
        Error::BadArgument(format!(
            "by: this makes more than {most} groups of {width} cells each; narrow the filter, or group \
             by fewer keys"
        ))
    }

    /// The cells that a group takes: its level, keys, figures and bins.
    fn width(&self) -> usize {
        let bins = self.histograms.iter().map(|histogram| 2 * histogram.bins.most);
        1 + self.keys.len() + self.figures.len() + bins.sum::<usize>()
    }
}
