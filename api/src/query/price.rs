//! The price of a query: an estimate of the work of its plan, from the sizes of the tables it reads.
//!
//! The price estimates a typical case before any data is read. A sample of the rows estimates how many a filter keeps,
//! and the spread of child rows over parents estimates how many a parent has. A client pays for the work done, and
//! never more than the price.

use async_graphql::Name;

use super::{
    narrowing::Narrowing,
    page::List,
    plan::{
        ConnectionField, ConnectionPlan, DifferenceField, DifferencePart, DifferencePlan,
        EdgeField, GroupsField, GroupsPlan, KeyField, Lookup, MeasureField, MeasuresPlan,
        NumberField, NumbersPlan, RowField, RowsPlan, StatisticField,
    },
};
use crate::{
    catalog::{Catalog, predicate::Predicate, table::Table},
    error::Error,
    limits::work::Work,
    measures::{Aggregates, Estimates, MOST_OVERLAPPING, Parents, Request},
};

/// Adds up the price of one request.
pub(crate) struct Price<'a> {
    catalog: &'static Catalog,
    estimates: Estimates<'a>,
    work: Work,
    /// The bytes of the rows that it reads, of the state of its groups, and of the answer.
    bytes: u64,
    /// How often a row is shown. A row that many others refer to is read once and shown with each of them.
    times: u64,
}

impl<'a> Price<'a> {
    /// The price of an empty request.
    pub(crate) fn of(catalog: &'static Catalog, aggregates: &'a Aggregates) -> Self {
        Self {
            catalog,
            estimates: Estimates::of(aggregates),
            work: Work::REQUEST,
            bytes: 0,
            times: 1,
        }
    }

    /// The price in points.
    pub(crate) fn points(&self) -> u64 {
        self.work.points()
    }

    /// The memory that it takes, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds rows that a statement returns, each with this many cells.
    fn read(&mut self, rows: u64, cells: usize) {
        self.work += Work::statements(1) + Work::rows(rows, cells as u64);
        self.bytes = self.bytes.saturating_add(bytes_of_rows(rows, cells as u64));
    }

    /// Adds work that was estimated elsewhere.
    pub(crate) fn add(&mut self, work: Work) {
        self.work += work;
    }

    /// Adds memory that was estimated elsewhere.
    pub(crate) fn keep(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// The number of rows of a table.
    pub(crate) fn rows_in(&self, table: &Table) -> Result<u64, Error> {
        self.estimates.rows(table)
    }

    /// The work of a filter that the database tests against each row of a table.
    pub(crate) fn in_database(&self, table: &Table, keeps: &Predicate) -> Result<Work, Error> {
        let each = |parts: &[Predicate]| {
            let parts = parts.iter().map(|part| self.in_database(table, part));
            parts.sum::<Result<Work, Error>>()
        };
        Ok(match keeps {
            Predicate::All(parts) | Predicate::Any(parts) => each(parts)?,
            Predicate::Not(part) => self.in_database(table, part)?,
            Predicate::Is { .. }
            | Predicate::Difference { .. }
            | Predicate::Near { .. }
            | Predicate::Words { .. } => Work::scanned(self.rows_in(table)?),
            Predicate::Through { table: other, keeps, .. } => {
                let rows = self.rows_in(table)?.saturating_add(self.rows_in(other)?);
                self.in_database(other, keeps)? + Work::scanned(rows)
            }
        })
    }

    /// Adds a pass of the database over all tables.
    pub(crate) fn counts(&mut self) -> Result<(), Error> {
        for table in self.catalog.tables {
            self.work += Work::passed(self.estimates.rows(table)?);
        }
        Ok(())
    }

    /// Adds objects with these fields, which need no read.
    pub(crate) fn objects<'n>(&mut self, count: u64, names: impl Iterator<Item = &'n Name>) {
        self.show(count, names);
    }

    /// Adds a list; for each parent, if there are parents.
    pub(crate) fn list(
        &mut self,
        plan: &ConnectionPlan,
        of_each: Option<Parents<'_>>,
    ) -> Result<(), Error> {
        for request in plan.computed_first() {
            let found = self.estimates.answer(request, None)?;
            self.work += found.work + Work::groups(found.groups, 1);
            self.bytes = self.bytes.saturating_add(found.bytes);
        }
        for narrowing in &plan.narrowings {
            if let Narrowing::Beyond { request, .. } = narrowing {
                // Each row is compared with the percentile of its group.
                let rows = self.estimates.rows(request.table())?;
                self.work += Work::passed(rows).times(1 + request.keys.len() as u64);
            }
        }
        let are_picked = plan.list.order.len() > 1 || !plan.list.keeps.is_all();
        let lists = of_each.map_or(1, |parents| parents.count);
        self.show(lists, plan.fields.iter().map(|(name, _)| name));
        if plan.reads_rows() {
            let rows = self.page(&plan.list, of_each)?;
            self.read(rows, plan.picks.iter().len());
            for (_, field) in &plan.fields {
                match field {
                    ConnectionField::Nodes(plan) => self.rows(plan, rows, are_picked)?,
                    ConnectionField::Edges(fields) => {
                        self.show(rows, fields.iter().map(|(name, _)| name));
                        for (_, field) in fields {
                            match field {
                                EdgeField::Node(plan) => self.rows(plan, rows, are_picked)?,
                                EdgeField::Cursor => self.work += Work::rows(rows, 1),
                                EdgeField::TypeName => {}
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        if !plan.totals.is_empty() {
            let found = self.estimates.answer(&plan.totals, of_each)?;
            self.work += found.work;
            self.bytes = self.bytes.saturating_add(found.bytes);
        }
        let totals = &plan.totals;
        for (_, field) in &plan.fields {
            match field {
                ConnectionField::Groups(plan) => self.groups(plan, of_each)?,
                ConnectionField::Facets(plan) => {
                    for facet in &plan.facets {
                        let found = self.estimates.answer(&facet.request, of_each)?;
                        self.work += found.work;
                        self.bytes = self.bytes.saturating_add(found.bytes);
                        let limit = facet.request.page.limit.unwrap_or_default() as u64;
                        let values = found.groups.min(lists.saturating_mul(limit));
                        self.show(values, plan.fields.iter().map(|(name, _)| name));
                        if let Some(label) = &facet.label {
                            self.lookup(label, values)?;
                        }
                    }
                }
                ConnectionField::Overlap(plan) => {
                    let found = self.estimates.overlaps(&plan.request, of_each)?;
                    self.work += found.work;
                    self.bytes = self.bytes.saturating_add(found.bytes);
                    let most = MOST_OVERLAPPING as u64;
                    let pairs = found.groups.min(most * most / 2);
                    self.show(pairs, plan.fields.iter().map(|(name, _)| name));
                    if let Some(label) = &plan.label {
                        self.lookup(label, most.min(found.groups))?;
                    }
                }
                ConnectionField::Quality(plan) => {
                    self.work += self.estimates.quality(plan.table, &plan.keeps)?;
                    let columns = plan.table.columns.len() as u64;
                    self.show(columns, plan.fields.iter().map(|(name, _)| name));
                }
                ConnectionField::Difference(plan) => self.difference(plan)?,
                ConnectionField::Totals(plan) => self.measures(plan, lists, totals)?,
                ConnectionField::PageInfo(fields) => {
                    self.show(lists, fields.iter().map(|(name, _)| name));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds a difference in differences.
    fn difference(&mut self, plan: &DifferencePlan) -> Result<(), Error> {
        let (work, bytes) = self.estimates.difference(&plan.asked)?;
        self.work += work;
        self.bytes = self.bytes.saturating_add(bytes);
        self.differences(&plan.fields, 1);
        Ok(())
    }

    /// Adds the output of this many differences.
    fn differences(&mut self, fields: &[(Name, DifferenceField)], count: u64) {
        self.show(count, fields.iter().map(|(name, _)| name));
        for (_, field) in fields {
            if let DifferenceField::Part(part, fields) = field {
                let parts = match part {
                    DifferencePart::Overall | DifferencePart::PreTrend => 1,
                    // A typical number of years.
                    DifferencePart::ByYearsSince => 40,
                    DifferencePart::ByCohort => 600,
                };
                self.differences(fields, parts);
            }
        }
    }

    /// Adds the work of finding the rows of the pages of a list, and returns their number.
    fn page(&mut self, list: &List, of_each: Option<Parents<'_>>) -> Result<u64, Error> {
        let (estimates, table) = (&self.estimates, list.table);
        let limit = u64::from(list.limit);
        let all = estimates.rows(table)?;
        let kept = estimates.kept(table, &list.keeps)?;
        let Some(parents) = of_each else {
            let rows = kept.min(limit);
            self.work += match estimates.is_copied() && list.is_of_copy(all) {
                true => estimates.first(&list.first_rows(), kept)?,
                false => in_database(estimates, list)?,
            };
            return Ok(rows);
        };
        let children = estimates.children(table, parents)?;
        let found = of_each_parent(estimates, list, parents.count, children)?;
        self.work += found.work;
        if found.is_of_copy {
            // The rows are then read by their keys.
            self.work += Work::statements(1);
        }
        let kept = children.saturating_mul(kept).div_ceil(all.max(1));
        Ok(kept.min(parents.count.saturating_mul(limit)))
    }

    /// Adds the output of this many objects with these members, each as often as it is shown.
    fn show<'n>(&mut self, count: u64, names: impl Iterator<Item = &'n Name>) {
        let (mut written, mut kept) = (0, BYTES_OF_OBJECT);
        for name in names {
            let member = name.len() as u64 + BYTES_OF_VALUE;
            written += member;
            // Once as a value, and once as text.
            kept += BYTES_OF_MEMBER + 2 * member;
        }
        let shown = count.saturating_mul(self.times);
        self.work += Work::written(shown.saturating_mul(written));
        self.bytes = self.bytes.saturating_add(shown.saturating_mul(kept));
    }

    /// Adds the rows that this many others refer to.
    pub(crate) fn lookup(&mut self, plan: &Lookup, count: u64) -> Result<(), Error> {
        let keys = count.min(self.estimates.rows(plan.rows.table)?);
        if !plan.reads_nothing() {
            self.read(keys, plan.picks.iter().len());
        }
        let before = self.times;
        self.times = before.saturating_mul(count.div_ceil(keys.max(1)));
        self.rows(&plan.rows, keys, false)?;
        self.times = before;
        Ok(())
    }

    /// Adds the output of this many rows. `are_picked` says whether they were selected by a filter or a page.
    fn rows(&mut self, plan: &RowsPlan, count: u64, are_picked: bool) -> Result<(), Error> {
        if count == 0 {
            return Ok(());
        }
        self.show(count, plan.fields.iter().map(|(name, _)| name));
        let mut batches = Vec::new();
        for (_, field) in &plan.fields {
            match field {
                RowField::TypeName | RowField::Id => self.work += Work::rows(count, 0),
                RowField::Cell(_) => {}
                RowField::Distance { .. } => self.work += Work::rows(count, 1),
                RowField::One { lookup, .. } => self.lookup(lookup, count)?,
                RowField::Union(arms) => {
                    for (_, lookup) in arms {
                        self.lookup(lookup, count)?;
                    }
                }
                RowField::Computed(index) => {
                    let field = &plan.table.computed[*index];
                    if !batches.contains(&field.batch) {
                        batches.push(field.batch);
                        self.work += Work::ANSWER + Work::rows(count, 2);
                        for name in field.looks_at.iter().chain([&plan.table.name]) {
                            let rows = self.estimates.rows(self.catalog.table(name))?;
                            self.work += Work::passed(rows.saturating_mul(3));
                        }
                    }
                }
                RowField::Many { to, connection } => {
                    let column = connection.list.table.columns[*to].name;
                    self.list(connection, Some(Parents { column, count, are_picked }))?;
                }
            }
        }
        Ok(())
    }

    /// Adds the groups of each parent, and their output.
    fn groups(&mut self, plan: &GroupsPlan, of_each: Option<Parents<'_>>) -> Result<(), Error> {
        let request = &plan.request;
        let found = self.estimates.answer(request, of_each)?;
        self.work += found.work;
        self.bytes = self.bytes.saturating_add(found.bytes);
        let lists = of_each.map_or(1, |parents| parents.count);
        self.show(lists, plan.fields.iter().map(|(name, _)| name));
        let limit = plan.request.page.limit.map_or(u64::MAX, |limit| limit as u64);
        let shown = found.groups.min(lists.saturating_mul(limit));
        for (_, field) in &plan.fields {
            match field {
                GroupsField::Nodes(plan) => self.measures(plan, shown, request)?,
                GroupsField::Summary(plan) => {
                    let cells = self.numbers(plan, lists);
                    self.work += Work::groups(lists, cells);
                }
                GroupsField::PageInfo(fields) => {
                    self.show(lists, fields.iter().map(|(name, _)| name));
                }
                GroupsField::Edges(fields) => {
                    self.show(shown, fields.iter().map(|(name, _)| name));
                    for (_, field) in fields {
                        match field {
                            EdgeField::Node(plan) => self.measures(plan, shown, request)?,
                            EdgeField::Cursor => self.work += Work::groups(shown, 1),
                            EdgeField::TypeName => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds the output of this many objects of numbers, and returns how many numbers each has.
    fn numbers(&mut self, plan: &NumbersPlan, count: u64) -> u64 {
        self.show(count, plan.fields.iter().map(|(name, _)| name));
        let cells = plan.fields.iter().map(|(_, field)| match field {
            NumberField::Object(plan) => self.numbers(plan, count),
            _ => 1,
        });
        cells.sum()
    }

    /// Adds the output of this many groups.
    fn measures(
        &mut self,
        plan: &MeasuresPlan,
        groups: u64,
        request: &Request,
    ) -> Result<(), Error> {
        self.show(groups, plan.fields.iter().map(|(name, _)| name));
        let mut cells = 0;
        for (_, field) in &plan.fields {
            match field {
                MeasureField::Key(fields) => {
                    self.show(groups, fields.iter().map(|(name, _)| name));
                    cells += fields.len() as u64;
                    for (_, field) in fields {
                        if let KeyField::Row(_, lookup) = field {
                            self.lookup(lookup, groups)?;
                        }
                    }
                }
                MeasureField::Statistics(_, fields, _) => {
                    self.show(groups, fields.iter().map(|(name, _)| name));
                    cells += fields.len() as u64;
                    for (_, field) in fields {
                        if let StatisticField::Histogram(place, _, fields) = field {
                            let most = request.histograms[*place].bins.most as u64;
                            let bins = groups.saturating_mul(most);
                            self.show(bins, fields.iter().map(|(name, _)| name));
                            self.work += Work::groups(bins, fields.len() as u64);
                        }
                    }
                }
                MeasureField::Part(plan) => self.measures(plan, groups, request)?,
                MeasureField::OnDays(days) => {
                    for plan in days {
                        self.measures(plan, groups, request)?;
                    }
                }
                MeasureField::Figures(_, fields) => {
                    self.show(groups, fields.iter().map(|(name, _)| name));
                    cells += fields.len() as u64;
                }
                MeasureField::Window(plan) => cells += self.numbers(plan, groups),
                _ => cells += 1,
            }
        }
        self.work += Work::groups(groups, cells);
        Ok(())
    }
}

/// The memory of an object of an answer, and of each member beyond its text.
pub(crate) const BYTES_OF_OBJECT: u64 = 200;
pub(crate) const BYTES_OF_MEMBER: u64 = 100;
/// The bytes of a value in an answer, including punctuation.
pub(crate) const BYTES_OF_VALUE: u64 = 16;

/// The memory of rows with this many cells, including the objects made from them.
pub(crate) fn bytes_of_rows(rows: u64, cells: u64) -> u64 {
    rows.saturating_mul(200 + 250 * cells)
}

/// The work of a database to find the rows of a page.
pub(crate) fn in_database(estimates: &Estimates<'_>, list: &List) -> Result<Work, Error> {
    let all = estimates.rows(list.table)?;
    if !list.is_indexed() {
        return Ok(estimates.filter(list.table, &list.keeps)? + Work::scanned(all));
    }
    // The rows to scan until the page is full.
    let kept = estimates.kept(list.table, &list.keeps)?.max(1);
    let looked_at = all.saturating_mul(u64::from(list.limit) + 1).div_ceil(kept).min(all);
    Ok(Work::scanned(looked_at.saturating_mul(conditions(list))))
}

/// How the pages of parents are found.
pub(crate) struct PagesOfParents {
    /// Whether the in-memory copy finds them, if there is one.
    pub(crate) is_of_copy: bool,
    pub(crate) work: Work,
}

/// How to find the pages of this many parents that have this many child rows together. A database numbers all of those;
/// the in-memory copy scans each row of the table.
pub(crate) fn of_each_parent(
    estimates: &Estimates<'_>,
    list: &List,
    parents: u64,
    children: u64,
) -> Result<PagesOfParents, Error> {
    let scanned = Work::scanned(children.saturating_mul(conditions(list)));
    let in_database = Work::numbered(children) + scanned;
    if estimates.is_copied() {
        let in_copy = estimates.first_of_each(&list.first_rows(), parents, children)?;
        // Some parents have far more rows than others, which costs the database more.
        if list.keeps.related() > 0 || in_copy < in_database.times(2) {
            return Ok(PagesOfParents { is_of_copy: true, work: in_copy });
        }
    }
    Ok(PagesOfParents { is_of_copy: false, work: in_database })
}

fn conditions(list: &List) -> u64 {
    list.keeps.weight().max(1) as u64
}
