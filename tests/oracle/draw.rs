//! Draws random requests.

use super::{
    asked::{Asked, STATISTICS, Selection, YEARS, kept},
    beside::Beside,
    beyond::{Beyond, MOST_ALIKE},
    data::Data,
    difference::Difference,
    dimensions::Dimension,
    events::Event,
    filters::{self, Filter},
    groups::{Group, Groups, Page},
    having::{By, Compared, Having, Term},
    measures::{Exact, Figure, Path, Statistic},
    quotients::Side,
    random::Random,
    requests::{Parent, Request},
    summaries::{OF_GROUPS, Summary, WHOLE},
    tables::{Kind, Measure, TABLES, Table},
};

/// The groups that are asked for at once, with those that are filled.
const MOST_FILLED: usize = 1_500;

/// Draws requests over data.
pub(super) struct Draw<'a> {
    pub(super) random: &'a mut Random,
    pub(super) data: &'a Data,
}

/// Outcomes are added up where they are of one measure and one level.
const GUARDED: [&str; 3] = ["value", "populationServed", "ratePer100k"];

impl Draw<'_> {
    pub(super) fn request(&mut self) -> Request {
        let table = self.table();
        let parent = if self.random.chance(25) { self.parent(table) } else { None };
        let mut filter = self.random.chance(65).then(|| self.filter(table));
        let free = table.name != "outcomes" || self.random.chance(70);
        if table.name == "outcomes" && free {
            let on = parent.as_ref().map(|parent| parent.table.name);
            let one = self.one_measure(table, on);
            filter = Some(Filter::And([one].into_iter().chain(filter).collect()));
        }
        let beyond = (parent.is_none() && self.random.chance(20))
            .then(|| self.beyond(table, free, filter.as_ref()))
            .flatten();
        let (totals, groups) =
            *self.random.pick(&[(true, false), (false, true), (false, true), (true, true)]);
        let totals = totals.then(|| self.selection(table, free, 2));
        let totals = totals.map(|totals| self.with_histogram(table, free, totals));
        let groups = groups.then(|| self.groups(table, free));
        let is_compared = table.name == "outcomes" && parent.is_none() && free;
        let difference = (is_compared && self.random.chance(50)).then(|| self.difference());
        Request { table, parent, filter, beyond, totals, difference, groups }
    }

    /// Rows on which a list of the table hangs, if there are any.
    fn parent(&mut self, table: &Table) -> Option<Parent> {
        let all = TABLES.iter().flat_map(|it| it.manys.iter().map(move |many| (it, many)));
        let all: Vec<_> = all.filter(|(_, many)| many.table == table.name).collect();
        let (parent, many) = *(!all.is_empty()).then(|| self.random.pick(&all))?;
        let through = TABLES.iter().flat_map(|it| it.ones.iter().map(move |one| (it, one)));
        let through: Vec<_> = through.filter(|(_, one)| one.table == parent.name).collect();
        let (table, through) = if through.is_empty() || self.random.chance(60) {
            (parent, None)
        } else {
            let (table, one) = *self.random.pick(&through);
            (table, Some(one))
        };
        let filter = filters::draw(self.random, self.data, table, 1);
        Some(Parent { table, filter, through, many })
    }

    /// Grants and agencies more often than the others.
    fn table(&mut self) -> &'static Table {
        let often =
            ["grants", "grants", "grants", "agencies", "agencies", "officersFunded", "outcomes"];
        if self.random.chance(50) {
            let name = *self.random.pick(&often);
            return Table::named(name);
        }
        self.random.pick(&TABLES)
    }

    fn filter(&mut self, table: &'static Table) -> Filter {
        let depth = 1 + self.random.below(3);
        filters::draw(self.random, self.data, table, depth)
    }

    /// What keeps one measure and one level, beside the row that the list hangs on.
    fn one_measure(&mut self, table: &'static Table, on: Option<&str>) -> Filter {
        let code = *self.random.pick(&["violent_crime", "violent_crime", "sworn_officers"]);
        let level = *self.random.pick(&["AGENCY", "AGENCY", "AGENCY", "STATE", "NATION"]);
        let measure = Filter::eq(Table::named("measures"), "code", code);
        let measure = Filter::One(table.one("measure").unwrap(), Box::new(measure));
        let level = Filter::eq(table, "level", level);
        match on {
            Some("agencies") if self.random.chance(70) => measure,
            Some("measures") if self.random.chance(70) => level,
            _ => Filter::Fields(vec![measure, level]),
        }
    }

    fn selection(&mut self, table: &'static Table, free: bool, parts: usize) -> Selection {
        let count = 1 + self.random.below(4);
        let asked = (0..count).map(|_| self.asked(table, free)).collect();
        let part = (parts > 0 && self.random.chance(30)).then(|| {
            let mut filter = self.filter(table);
            let is_apart = !free && self.random.chance(60);
            if is_apart {
                filter = Filter::And(vec![filter, self.one_measure(table, None)]);
            }
            (filter, Box::new(self.selection(table, free || is_apart, parts - 1)))
        });
        let beside = self.random.chance(20).then(|| self.beside(table, free)).flatten();
        Selection { asked, beside: beside.into_iter().collect(), part }
    }

    /// Totals with a histogram: those of groups have the edges of all of them.
    fn with_histogram(
        &mut self,
        table: &'static Table,
        free: bool,
        mut totals: Selection,
    ) -> Selection {
        let asked = self.measure(table, free);
        if let Some(measure) = asked.measure.filter(|_| asked.is_number())
            && (free || !GUARDED.contains(&measure.name()))
            && self.random.chance(40)
        {
            let bins = 1 + i128::try_from(self.random.below(12)).unwrap();
            totals.beside.push(Beside::Histogram(measure, bins));
        }
        totals
    }

    /// One side of a quotient.
    fn side(&mut self, table: &'static Table, free: bool) -> Side {
        let measure = self.measure(table, free).measure;
        let is_summed = |measure: &&Measure| {
            matches!(measure, Measure::Number(..)) && (free || !GUARDED.contains(&measure.name()))
        };
        let part = self.random.chance(40).then(|| self.filter(table));
        Side { measure: measure.filter(is_summed), part }
    }

    /// A quotient, a correlation or an estimate.
    fn beside(&mut self, table: &'static Table, free: bool) -> Option<Beside> {
        let is_free = |measure: &&Measure| free || !GUARDED.contains(&measure.name());
        let measures = || table.measures.iter().filter(is_free);
        if self.random.chance(35) {
            let sides = [self.side(table, free), self.side(table, free)];
            return Some(Beside::Ratio(Box::new(sides)));
        }
        if self.random.chance(50) {
            let numbers = measures().filter(|it| matches!(it, Measure::Number(..)));
            let numbers: Vec<&'static Measure> = numbers.collect();
            let mut pick = || (!numbers.is_empty()).then(|| *self.random.pick(&numbers));
            return Some(Beside::Correlation(pick()?, pick()?));
        }
        let estimated = measures().filter(|it| Beside::is_estimated(table, it));
        let estimated: Vec<&'static Measure> = estimated.collect();
        let measure = *(!estimated.is_empty()).then(|| self.random.pick(&estimated))?;
        let mut keys = Dimension::all(table);
        keys.retain(|key| !key.is_placed());
        let key = self.random.pick(&keys).clone();
        Some(Beside::Estimate(measure, key))
    }

    fn beyond(
        &mut self,
        table: &'static Table,
        free: bool,
        filter: Option<&Filter>,
    ) -> Option<Beyond> {
        let is_own = |measure: &&Measure| {
            matches!(measure, Measure::Number(..))
                && (free || !GUARDED.contains(&measure.name()))
                && Path::parse(table, measure.path()).is_of_column()
        };
        let measures: Vec<&'static Measure> = table.measures.iter().filter(is_own).collect();
        let measure = *(!measures.is_empty()).then(|| self.random.pick(&measures))?;
        let mut keys = Dimension::all(table);
        keys.retain(|key| !key.is_placed());
        let within = (0..self.random.below(3)).map(|_| self.random.pick(&keys).clone()).collect();
        let twentieths = i128::try_from(self.random.below(20)).unwrap();
        let mut beyond = Beyond { measure, twentieths, is_above: self.random.chance(50), within };
        let rows = kept(self.data, &self.data.all(table.name), filter);
        while beyond.alike(self.data, &rows).len() > MOST_ALIKE {
            beyond.within.pop();
        }
        Some(beyond)
    }

    /// A statistic of all groups.
    fn summary(&mut self, table: &'static Table, free: bool) -> Summary {
        let mut asked = self.measure(table, free);
        if asked.is_ratio() {
            asked.measure = None;
        }
        asked.year = None;
        let figure = match self.statistic(asked, free) {
            figure @ (Statistic::Known | Statistic::Missing) => figure,
            _ => *self.random.pick(&WHOLE),
        };
        let count = 1 + self.random.below(4);
        let of = (0..count).map(|_| *self.random.pick(&OF_GROUPS)).collect();
        Summary { asked, figure, of }
    }

    fn difference(&mut self) -> Difference {
        let of = *self.random.pick(&["value", "populationServed", "ratePer100k"]);
        Difference { of, is_never: self.random.chance(50), event: self.event() }
    }

    fn asked(&mut self, table: &'static Table, free: bool) -> (Asked, Vec<Statistic>) {
        let asked = self.measure(table, free);
        let count = 1 + self.random.below(4);
        let statistics = (0..count).map(|_| self.statistic(asked, free)).collect();
        (asked, statistics)
    }

    fn measure(&mut self, table: &'static Table, free: bool) -> Asked {
        if table.measures.is_empty() || self.random.chance(8) {
            return Asked { measure: None, year: None };
        }
        let measure = self.random.pick(table.measures);
        let mut asked = Asked { measure: Some(measure), year: None };
        if asked.is_ratio() && !free && GUARDED.contains(&measure.name()) {
            return self.measure(table, free);
        }
        let is_dollars = Path::parse(table, measure.path()).kind() == Kind::Dollars;
        if is_dollars && self.random.chance(40) {
            asked.year = Some(*self.random.pick(&YEARS));
        }
        asked
    }

    fn statistic(&mut self, asked: Asked, free: bool) -> Statistic {
        match !free && GUARDED.contains(&asked.name()) {
            true => *self.random.pick(&[Statistic::Known, Statistic::Missing]),
            false => *self.random.pick(&STATISTICS),
        }
    }

    fn groups(&mut self, table: &'static Table, free: bool) -> Groups {
        let dimensions = Dimension::all(table);
        let mut by: Vec<Dimension> = Vec::new();
        // Keys leave one measure and one level in each group, too.
        let is_apart = !free && self.random.chance(60);
        if is_apart {
            let measure = *self.random.pick(&["measure", "measureCode"]);
            let are_keys = dimensions.iter().filter(|it| [measure, "level"].contains(&&*it.name()));
            by.extend(are_keys.cloned());
        }
        // A statistic of all groups is over all measures again.
        let summary = self.random.chance(30).then(|| self.summary(table, free));
        let free = free || is_apart;
        for _ in 0..*self.random.pick(&[0, 1, 1, 1, 2, 2, 3]) {
            let placed: Vec<_> = dimensions.iter().filter(|it| it.is_placed()).collect();
            let dimension = match !placed.is_empty() && self.random.chance(25) {
                true => *self.random.pick(&placed),
                false => self.random.pick(&dimensions),
            };
            if by.iter().all(|by| by.name() != dimension.name()) {
                by.push(dimension.clone());
            }
        }
        let subtotals = !is_apart && self.random.chance(25);
        let selection = self.selection(table, free, 2);
        let (having, order, page, fills) = (None, Vec::new(), None, false);
        let windows = self.random.chance(25);
        let event = self.event();
        let mut groups = Groups {
            by,
            event,
            having,
            order,
            subtotals,
            fills,
            windows,
            page,
            selection,
            summary,
        };
        let (data, rows) = (self.data, self.data.all(table.name));
        let whole = groups.of(data, table, &rows);
        if self.random.chance(35) {
            groups.having = Some(self.having(table, free, &whole, 1));
        }
        if self.random.chance(30) {
            groups.order =
                (0..=self.random.below(2)).map(|_| self.term(table, free, &groups.by)).collect();
            let count = 1 + self.random.below(8);
            groups.page =
                *self.random.pick(&[None, Some(Page::First(count)), Some(Page::Last(count))]);
        }
        // What is filled has no rows, so what is looked at there is not told by any.
        let is_plain = groups.having.is_none() && groups.order.is_empty();
        if is_plain && self.random.chance(25) {
            groups.fills = groups.by.iter().any(Dimension::follows);
            // More than may be asked for at once are refused.
            groups.fills &= groups.of(data, table, &rows).len() < MOST_FILLED;
        }
        if !subtotals && !groups.by.is_empty() && !groups.fills && self.random.chance(25) {
            groups.page = Some(Page::Top(1 + self.random.below(6)));
        }
        groups
    }

    fn event(&mut self) -> Event {
        let grants = self.random.chance(60).then(|| self.filter(Table::named("grants")));
        if self.random.chance(40) {
            return Event { grants, ..Event::default() };
        }
        let from = self.random.within(-5, 2);
        let to = from + self.random.within(0, 4);
        let balanced = self.random.chance(40);
        Event { grants, from: Some(from.into()), to: Some(to.into()), balanced }
    }

    fn term(&mut self, table: &'static Table, free: bool, keys: &[Dimension]) -> Term {
        let by = if !keys.is_empty() && self.random.chance(40) {
            By::Key(self.random.below(keys.len()))
        } else {
            let asked = self.measure(table, free);
            By::Figure(asked, self.statistic(asked, free))
        };
        Term { by, descending: self.random.chance(50), nulls_first: self.random.chance(30) }
    }

    fn having(
        &mut self,
        table: &'static Table,
        free: bool,
        groups: &[Group],
        depth: usize,
    ) -> Having {
        if depth > 0 && self.random.chance(30) {
            let mut part = || Box::new(self.having(table, free, groups, depth - 1));
            let (one, other) = (part(), part());
            return match self.random.below(3) {
                0 => Having::And(vec![*one, *other]),
                1 => Having::Or(vec![*one, *other]),
                _ => Having::Not(one),
            };
        }
        let mut asked = self.measure(table, free);
        if asked.is_ratio() {
            asked.year = None;
        }
        // A root is compared as a float, which is no test of anything but floats.
        let statistic = match self.statistic(asked, free) {
            Statistic::Stddev => Statistic::Avg,
            statistic => statistic,
        };
        let figure = if groups.is_empty() {
            Figure::Missing
        } else {
            let (_, rows) = self.random.pick(groups);
            asked.figure(self.data, table, rows, statistic)
        };
        let figure = match figure {
            Figure::Quotient(exact) => Figure::Quotient(eighth(exact)),
            figure => figure,
        };
        let word = *self.random.pick(&["lt", "lte", "gt", "gte", "eq", "ne"]);
        let compared = match figure {
            Figure::Missing => Compared::IsNull(self.random.chance(50)),
            _ => Compared::To(word, figure),
        };
        Having::Is(asked, statistic, compared)
    }
}

/// Down to an eighth, which a float holds exactly.
fn eighth(exact: Exact) -> Exact {
    Exact::new(exact.times(8).floor(), 8)
}
