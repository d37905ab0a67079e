//! A request for aggregates: one value that says everything, whoever answers it.

use super::{
    estimate::{Clustered, Estimated},
    event::Event,
    having::Having,
    histogram::{Bin, Histogram},
    statistic::Statistic,
    summary::{Correlation, Summary},
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

/// The keys that a request may have.
pub const MOST_KEYS: usize = 8;
/// The figures that a request may ask for.
pub const MOST_FIGURES: usize = 512;
/// The cells, keys and figures of all groups together, that an answer may be chosen from.
pub const MOST_CELLS: usize = 10_000_000;

/// Which groups of the rows of a table, and what of each.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) table: &'static Table,
    pub(crate) keeps: Predicate,
    /// What rows are placed by, and which are looked at because of it.
    pub(crate) event: Option<Event>,
    /// The keys; that of the parents before all others, where there are parents.
    pub(crate) keys: Vec<Key>,
    /// Whether the first key tells parents apart, each of which has groups of its own.
    pub(crate) of_parents: bool,
    /// The parts of the rows, beside all of them, that figures are computed of.
    pub(crate) parts: Vec<Subset>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) having: Having,
    pub(crate) order: Vec<Order>,
    pub(crate) page: Page,
    /// How the values of groups are spread.
    pub(crate) histograms: Vec<Histogram>,
    /// What groups come to among the others.
    pub(crate) windows: Vec<Window>,
    /// What is computed of all groups.
    pub(crate) summaries: Vec<Summary>,
    /// The groups beside those that rows are in.
    pub(crate) adds: AddedGroups,
}

/// Which groups there are beside those of all keys that rows are in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AddedGroups {
    /// Those of fewer keys, down to none.
    pub(crate) subtotals: bool,
    /// Those without rows, so that keys that follow each other have no gaps.
    pub(crate) fills: bool,
    /// That of all rows of other groups than those of the page.
    pub(crate) others: bool,
}

/// A part of the rows: those that a filter keeps, and of these those that have a value of each of some measures.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subset {
    pub(crate) keeps: Predicate,
    pub(crate) known: Vec<Known>,
}

/// That a row has a value of a measure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) measure: Measure,
    /// Whether the value must be more than nothing: nobody is served where others count the people.
    pub(crate) is_positive: bool,
}

impl Subset {
    /// The rows that a filter keeps.
    pub(crate) fn of(keeps: Predicate) -> Self {
        Self { keeps, known: Vec::new() }
    }

    /// Whether it is all of them.
    pub(crate) fn is_all(&self) -> bool {
        self.keeps.is_all() && self.known.is_empty()
    }
}

/// One number of each group.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// A statistic of a measure.
    Of {
        /// What is computed with.
        measure: Measure,
        /// What is computed.
        statistic: Statistic,
        /// The part of the rows, by its position; all of them where not said.
        part: Option<usize>,
    },
    /// How two measures of the same rows go together.
    Correlation {
        /// Of what.
        measures: [Measure; 2],
        /// What is computed.
        kind: Correlation,
        /// The part of the rows, by its position; all of them where not said.
        part: Option<usize>,
    },
    /// A mean or a rate over clusters of rows, or how sure it is.
    Estimate(Box<Clustered>, Estimated),
    /// The quotient of two figures, by their positions, times that of a factor. Missing where one of
    /// them is, or the lower is zero.
    Ratio {
        /// What is divided.
        above: usize,
        /// By what.
        below: usize,
        /// What both are multiplied with, to bring them to their units.
        factor: (i64, i64),
    },
}

impl Figure {
    /// The measures that it is computed of, figures that it divides aside.
    pub(crate) fn measures(&self) -> Vec<&Measure> {
        match self {
            Self::Of { measure, .. } => vec![measure],
            Self::Correlation { measures, .. } => measures.iter().collect(),
            Self::Estimate(of, _) => std::iter::once(&of.above).chain(&of.below).collect(),
            Self::Ratio { .. } => Vec::new(),
        }
    }
}

/// What groups are ordered by.
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
    /// What is compared.
    pub by: By,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// Whether unknown keys and missing figures come first.
    pub nulls_first: bool,
}

/// Where a group stands in an order: the figures that the order looks at, and its key.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPlace {
    /// A number for each term of the order that is a figure.
    pub figures: Vec<Number>,
    /// A cell for each key.
    pub key: Vec<Cell>,
}

/// Which of the groups in order.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// How many. All where not said.
    pub limit: Option<usize>,
    /// Whether the last so many, not the first. They still come in the order of the list.
    pub backward: bool,
    /// Only those after this place.
    pub after: Option<GroupPlace>,
    /// Only those before this place.
    pub before: Option<GroupPlace>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// How many of the keys it is of; fewer than all for a subtotal, whose other cells are
    /// [`Cell::All`].
    pub level: usize,
    /// A cell for each key.
    pub key: Vec<Cell>,
    /// A number for each figure.
    pub figures: Vec<Number>,
    /// The bins of each histogram.
    pub histograms: Vec<Vec<Bin>>,
    /// A number for each window.
    pub windows: Vec<Number>,
    /// Whether it is of all rows that no other group of the page is of. Its cells are [`Cell::All`] then.
    pub is_others: bool,
}

impl Group {
    /// Where it stands in the order of a request: the place that a cursor holds.
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
    /// How many groups there are, pages aside.
    pub total: usize,
    /// Whether there are more beyond the page, in the direction in which it was counted.
    pub more: bool,
    /// Whether there are rows of other groups than those of the page: beyond it, or which `having` leaves out.
    pub has_others: bool,
    /// What is computed of all groups.
    pub summary: Vec<Number>,
    /// The sum of the figure of each window over all groups.
    pub sums: Vec<Number>,
}

impl Request {
    /// All rows of a table as one group, of which nothing is asked yet.
    #[must_use]
    pub fn over(table: &'static Table) -> Self {
        Self::of(table, Predicate::all())
    }

    /// Whether nothing is asked of the rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.figures.is_empty() && self.histograms.is_empty()
    }

    /// The table whose rows these are.
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

    /// Keeps only rows that a filter keeps.
    #[must_use]
    pub fn keep(mut self, keeps: Predicate) -> Self {
        self.keeps = self.keeps.and(keeps);
        self
    }

    /// Places rows by an event, and looks only at those of its window.
    #[must_use]
    pub fn around(mut self, event: Event) -> Self {
        self.event = Some(event);
        self
    }

    /// The event that rows are placed by: where a key looks at one and none is named, the first of all.
    pub(crate) fn event(&self) -> Option<Event> {
        let is_looked_at = || self.keys.iter().any(|key| key.part.is_of_event());
        self.event.clone().or_else(|| is_looked_at().then(Event::default))
    }

    /// Groups by one key more; see [`Key::parse`].
    ///
    /// # Errors
    /// Says what is wrong with the name.
    pub fn by(mut self, key: &str) -> Result<Self, Error> {
        self.keys.push(Key::parse(self.table, key)?);
        Ok(self)
    }

    /// Answers for each of some parents, whose ids stand in a column: the rows of each have groups, an
    /// order and a page of their own. Said before any key.
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

    /// The keys of the groups themselves.
    pub(crate) fn own_keys(&self) -> &[Key] {
        &self.keys[self.skipped()..]
    }

    /// How many keys are not those of the groups themselves.
    pub(crate) fn skipped(&self) -> usize {
        usize::from(self.of_parents)
    }

    /// Asks for one figure more of each group; see [`Measure::parse`]. The figures of a group are in
    /// the order in which they were asked for.
    ///
    /// # Errors
    /// Says what is wrong with the name, or that rows are only counted.
    pub fn figure(mut self, measure: &str, statistic: Statistic) -> Result<Self, Error> {
        let measure = Measure::parse(self.table, measure)?;
        self.figures.push(Figure::Of { measure, statistic, part: None });
        Ok(self)
    }

    /// Asks for one figure more of each group, of any kind.
    #[must_use]
    pub fn compute(mut self, figure: Figure) -> Self {
        self.figures.push(figure);
        self
    }

    /// Names a part of the rows, for figures that are computed of it only.
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

    /// Puts the groups in an order; where it leaves two alike, their keys decide, upwards, with the
    /// unknown last.
    #[must_use]
    pub fn order(mut self, order: Vec<Order>) -> Self {
        self.order = order;
        self
    }

    /// Answers a page of the groups.
    #[must_use]
    pub fn page(mut self, page: Page) -> Self {
        self.page = page;
        self
    }

    /// Adds the groups of each prefix of the keys, down to that of everything, which is there even
    /// where no row is.
    #[must_use]
    pub fn subtotals(mut self) -> Self {
        self.adds.subtotals = true;
        self
    }

    /// How many keys the groups have: of each level that is asked for.
    pub(crate) fn levels(&self) -> std::ops::RangeInclusive<usize> {
        let least = if self.adds.subtotals { self.skipped() } else { self.keys.len() };
        least..=self.keys.len()
    }

    /// Says what makes no sense, before any work is done.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let bad = |text: String| Err(Error::BadArgument(text));
        if self.own_keys().len() > MOST_KEYS {
            return bad(format!(
                "by: {} keys are more than the {MOST_KEYS} that groups may have",
                self.own_keys().len()
            ));
        }
        if self.figures.len() > MOST_FIGURES {
            let count = self.figures.len();
            return bad(format!(
                "{count} figures are more than {MOST_FIGURES}: ask for some at a time"
            ));
        }
        let among = self.windows.len() + self.summaries.len();
        if among > MOST_FIGURES {
            return bad(format!(
                "{among} numbers of windows and summaries are more than {MOST_FIGURES}: ask for some at a time"
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
                return bad("orderBy: names what is not asked for".to_owned());
            }
        }
        self.check_series()?;
        if !self.having.is_known(self.figures.len()) {
            return bad("having: names a figure that is not asked for".to_owned());
        }
        let figures = self.order.iter().filter(|order| matches!(order.by, By::Figure(_))).count();
        let fits = |place: &Option<GroupPlace>| {
            place.as_ref().is_none_or(|place| {
                place.key.len() == self.own_keys().len() && place.figures.len() == figures
            })
        };
        match fits(&self.page.after) && fits(&self.page.before) {
            true => Ok(()),
            false => bad("after, before: this is a place among other groups".to_owned()),
        }
    }

    /// Says what makes no sense about the groups as a whole.
    fn check_series(&self) -> Result<(), Error> {
        let bad = |text: &str| Err(Error::BadArgument(text.to_owned()));
        if self.adds.fills && !self.own_keys().iter().any(|key| key.follows(self.table)) {
            return bad(
                "fill: `by` names no years, quarters or months, and nothing else has gaps to fill",
            );
        }
        if self.adds.others && self.adds.subtotals {
            return bad("others: subtotals are of all rows already: ask for one of the two");
        }
        if self.adds.others && self.own_keys().is_empty() {
            return bad("others: without keys there is one group, of all rows");
        }
        Ok(())
    }

    fn check_figure(&self, position: usize, figure: &Figure) -> Result<(), Error> {
        let bad = |text: String| Err(Error::BadArgument(text));
        match figure {
            Figure::Of { part: Some(part), .. } | Figure::Correlation { part: Some(part), .. }
                if *part >= self.parts.len() =>
            {
                bad("a figure names a part that is not there".to_owned())
            }
            Figure::Ratio { above, below, .. } if *above.max(below) >= position => {
                bad("a ratio names figures that do not come before it".to_owned())
            }
            Figure::Of { measure, statistic, .. } => match *statistic {
                Statistic::Count => Ok(()),
                _ if matches!(measure, Measure::Rows | Measure::Distinct(_)) => {
                    bad("rows are counted, and nothing else".to_owned())
                }
                Statistic::Percentile(part, _)
                | Statistic::Floor(part)
                | Statistic::Ceiling(part)
                    if !(0.0..=1.0).contains(&part) =>
                {
                    bad(format!("percentile: p is {part}, which is not between 0 and 1"))
                }
                _ => Ok(()),
            },
            Figure::Correlation { measures, .. }
                if measures.iter().any(|of| !matches!(of, Measure::Numbers(..))) =>
            {
                bad("correlation: rows are counted, and have no number to go with another"
                    .to_owned())
            }
            Figure::Estimate(clustered, _)
                if clustered.part.is_some_and(|part| part >= self.parts.len()) =>
            {
                bad("a figure names a part that is not there".to_owned())
            }
            Figure::Correlation { .. } | Figure::Estimate(..) | Figure::Ratio { .. } => Ok(()),
        }
    }

    /// The groups, of all levels together, that an answer may be chosen from.
    pub(crate) fn most_groups(&self) -> usize {
        MOST_CELLS / self.width()
    }

    /// That there are more groups than that.
    pub(crate) fn too_many_groups(&self) -> Error {
        let (most, width) = (self.most_groups(), self.width());
        Error::BadArgument(format!(
            "by: this makes more than {most} groups of {width} cells each: narrow the filter, or group \
             by less"
        ))
    }

    /// The cells that are kept of a group: its level, keys, figures and bins.
    fn width(&self) -> usize {
        let bins = self.histograms.iter().map(|histogram| 2 * histogram.bins.most);
        1 + self.keys.len() + self.figures.len() + bins.sum::<usize>()
    }
}
