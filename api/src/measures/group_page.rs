//! Selects the page of all groups: `having`, order and page, in the same way for each executor.
//!
//! A group is held as ordinals: the position of its cell among the sorted cells of the key. Ordinals compare as the
//! cells do, so only the cells of the page are decoded. If the page is small, its groups are selected before they are
//! sorted.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::{
    correlation::Correlation,
    estimate::ClusterSums,
    fill::fill,
    groups::{ALL, Cells, Groups, NULL, search},
    request::{By, Figure, Group, GroupPlace, GroupsAnswer, Request},
    statistic::{Tally, Values, compute, ratio},
    summary::summarize,
    value::{Cell, Number},
    window::{self, of_partition, partitions},
};
use crate::error::Error;

/// A value that an order compares. Missing values go where the order puts them.
#[derive(Clone, Copy)]
enum Term {
    /// A cell, as twice its ordinal; an odd number lies between two cells.
    Cell(u64),
    Null,
    All,
    Number(Number),
}

struct Finish<'a> {
    request: &'a Request,
    groups: &'a Groups,
    cells: &'a dyn Cells,
}

/// The page of groups that a request asks for; with parents, one page for each that has rows, with its id.
///
/// # Errors
/// Says that there are too many groups, or that a figure is too large to compute with.
pub(crate) fn finish(
    request: &Request,
    mut groups: Groups,
    cells: &dyn Cells,
) -> Result<Vec<(Cell, GroupsAnswer)>, Error> {
    if request.adds.fills {
        let filled = fill(request, &mut groups, cells)?;
        return pages(request, groups, &filled);
    }
    pages(request, groups, cells)
}

fn pages(
    request: &Request,
    mut groups: Groups,
    cells: &dyn Cells,
) -> Result<Vec<(Cell, GroupsAnswer)>, Error> {
    divide(request, &mut groups.figures);
    let finish = Finish { request, groups: &groups, cells };
    let all = 0..groups.levels.len();
    if !request.of_parents {
        return Ok(vec![(Cell::All, page(&finish, all.collect())?)]);
    }
    let mut by_parent: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for group in all {
        let parent = groups.ordinals[group * request.keys.len()];
        by_parent.entry(parent).or_default().push(group);
    }
    let answer = |(parent, groups)| Ok((cells.cell(0, parent), page(&finish, groups)?));
    by_parent.into_iter().map(answer).collect()
}

/// The answer when there are no rows.
pub(crate) fn nothing(request: &Request) -> Result<GroupsAnswer, Error> {
    struct NoCells;
    impl Cells for NoCells {
        fn count(&self, _key: usize) -> u32 {
            1
        }
        fn cell(&self, _key: usize, _ordinal: u32) -> Cell {
            Cell::Null
        }
    }
    let histograms = vec![vec![Vec::new()]; request.histograms.len()];
    let mut groups = Groups { histograms, ..Groups::default() };
    if *request.levels().start() == request.skipped() {
        groups.levels.push(u8::try_from(request.skipped()).unwrap_or_default());
        groups.ordinals = vec![ALL; request.keys.len()];
        for figure in &request.figures {
            groups.figures.push(match figure {
                Figure::Of { statistic, .. } => {
                    compute(*statistic, &Tally::default(), &mut Values::Listed(&mut []))?
                }
                Figure::Correlation { kind: Correlation::Count, .. } => Number::Whole(0),
                Figure::Estimate(clustered, what) => {
                    ClusterSums::default().compute(*what, clustered.factor)?
                }
                Figure::Correlation { .. } | Figure::Ratio { .. } => Number::Missing,
            });
        }
    }
    let finish = Finish { request, groups: &groups, cells: &NoCells };
    page(&finish, (0..groups.levels.len()).collect())
}

/// Computes the ratios, from figures that are already there.
pub(super) fn divide(request: &Request, figures: &mut [Number]) {
    let ratios = request.figures.iter().enumerate().filter_map(|(figure, asked)| match asked {
        Figure::Ratio { above, below, factor } => Some((figure, *above, *below, *factor)),
        Figure::Of { .. } | Figure::Correlation { .. } | Figure::Estimate(..) => None,
    });
    let ratios: Vec<_> = ratios.collect();
    if ratios.is_empty() {
        return;
    }
    for figures in figures.chunks_exact_mut(request.figures.len()) {
        for (figure, above, below, factor) in &ratios {
            figures[*figure] = ratio(figures[*above], figures[*below], *factor);
        }
    }
}

fn page(finish: &Finish<'_>, mut kept: Vec<usize>) -> Result<GroupsAnswer, Error> {
    let request = finish.request;
    // Only windows need all of them again.
    let count = kept.len();
    let all = if request.windows.is_empty() { Vec::new() } else { kept.clone() };
    kept.retain(|group| request.having.passes(finish.figures(*group)));
    let total = kept.len();
    let (summarized, summary) = finish.summary(&kept)?;
    let (windows, sums) = finish.windows(&all, &kept);
    let page = &request.page;
    if let Some(after) = &page.after {
        let after = finish.terms(after);
        kept.retain(|group| finish.compare(|term| finish.term(*group, term), &after).is_gt());
    }
    if let Some(before) = &page.before {
        let before = finish.terms(before);
        kept.retain(|group| finish.compare(|term| finish.term(*group, term), &before).is_lt());
    }
    let order = |a: &usize, b: &usize| {
        let other = |term| finish.term(*b, term);
        let ordering = finish.compare_by(|term| finish.term(*a, term), other);
        if page.backward { ordering.reverse() } else { ordering }
    };
    let more = page.limit.is_some_and(|limit| limit < kept.len());
    if let Some(limit) = page.limit {
        if more && limit > 0 {
            kept.select_nth_unstable_by(limit - 1, order);
        }
        kept.truncate(limit);
    }
    kept.sort_unstable_by(order);
    if page.backward {
        kept.reverse();
    }
    let show = |group: usize| {
        let windows = windows.get(&group).cloned().unwrap_or_default();
        Group { windows, ..finish.show(group) }
    };
    let groups: Vec<Group> = kept.into_iter().map(show).collect();
    let has_others = groups.len() < count;
    Ok(GroupsAnswer { groups, total, more, has_others, summarized, summary, sums })
}

impl Finish<'_> {
    fn figures(&self, group: usize) -> &[Number] {
        let width = self.request.figures.len();
        &self.groups.figures[group * width..(group + 1) * width]
    }

    fn ordinal(&self, group: usize, key: usize) -> u32 {
        let request = self.request;
        self.groups.ordinals[group * request.keys.len() + request.skipped() + key]
    }

    /// The value of a term of the order; the keys follow the terms.
    fn term(&self, group: usize, term: usize) -> Term {
        let by = self.request.order.get(term).map(|order| order.by);
        match by.unwrap_or_else(|| By::Key(term - self.request.order.len())) {
            By::Figure(figure) => Term::Number(self.figures(group)[figure]),
            By::Key(key) => match self.ordinal(group, key) {
                NULL => Term::Null,
                ALL => Term::All,
                ordinal => Term::Cell(u64::from(ordinal) * 2),
            },
        }
    }

    /// The values of a place.
    fn terms(&self, place: &GroupPlace) -> Vec<Term> {
        let mut figures = place.figures.iter();
        let keys = (0..self.request.own_keys().len()).map(By::Key);
        let terms = self.request.order.iter().map(|order| order.by).chain(keys);
        terms
            .map(|by| match by {
                By::Figure(_) => Term::Number(figures.next().copied().unwrap_or(Number::Missing)),
                By::Key(key) => match &place.key[key] {
                    Cell::Null => Term::Null,
                    Cell::All => Term::All,
                    cell => Term::Cell(self.search(key, cell)),
                },
            })
            .collect()
    }

    fn search(&self, key: usize, cell: &Cell) -> u64 {
        search(self.cells, self.request.skipped() + key, cell)
    }

    fn compare(&self, these: impl Fn(usize) -> Term, those: &[Term]) -> Ordering {
        self.compare_by(these, |term| those[term])
    }

    fn compare_by(&self, these: impl Fn(usize) -> Term, those: impl Fn(usize) -> Term) -> Ordering {
        for term in 0..self.request.order.len() + self.request.own_keys().len() {
            let order = self.request.order.get(term);
            let descending = order.is_some_and(|order| order.descending);
            let nulls_first = order.is_some_and(|order| order.nulls_first);
            let (a, b) = (these(term), those(term));
            let rank = |term| match term {
                Term::Null | Term::Number(Number::Missing) => u8::from(!nulls_first) * 2,
                Term::Cell(_) | Term::Number(_) => 1,
                Term::All => 3,
            };
            let values = || {
                let ordering = match (a, b) {
                    (Term::Cell(a), Term::Cell(b)) => a.cmp(&b),
                    (Term::Number(a), Term::Number(b)) => a.compare(b).unwrap_or(Ordering::Equal),
                    _ => Ordering::Equal,
                };
                if descending { ordering.reverse() } else { ordering }
            };
            let ordering = rank(a).cmp(&rank(b)).then_with(values);
            if ordering.is_ne() {
                return ordering;
            }
        }
        Ordering::Equal
    }

    /// The number of groups that are no subtotals, and the summaries of their figures.
    fn summary(&self, kept: &[usize]) -> Result<(usize, Vec<Number>), Error> {
        let level = self.request.keys.len();
        let is_whole = |group: &&usize| usize::from(self.groups.levels[**group]) == level;
        let of = |figure: usize| -> Vec<Number> {
            let groups = kept.iter().filter(is_whole);
            groups.map(|group| self.figures(*group)[figure]).collect()
        };
        let summaries = self.request.summaries.iter();
        let summary: Result<_, Error> =
            summaries.map(|it| summarize(it.statistic, &of(it.figure), of)).collect();
        Ok((kept.iter().filter(is_whole).count(), summary?))
    }

    /// The windows of each kept group, and the sum of each figure over all groups.
    fn windows(
        &self,
        all: &[usize],
        kept: &[usize],
    ) -> (FxHashMap<usize, Vec<Number>>, Vec<Number>) {
        let windows = &self.request.windows;
        if windows.is_empty() {
            return <_>::default();
        }
        let mut kept = kept.to_vec();
        kept.sort_unstable_by(|a, b| {
            self.compare_by(|term| self.term(*a, term), |term| self.term(*b, term))
        });
        let none = vec![Number::Missing; windows.len()];
        let mut found: FxHashMap<usize, Vec<Number>> =
            kept.iter().map(|group| (*group, none.clone())).collect();
        let mut sums = Vec::with_capacity(windows.len());
        for (position, window) in windows.iter().enumerate() {
            let figure = |group: usize| self.figures(group)[window.figure];
            let alike = |group: usize| {
                let keys = window.within.iter().map(|key| self.ordinal(group, *key));
                keys.chain([self.groups.levels[group].into()]).collect()
            };
            let partitions = partitions(figure, alike, all, &kept);
            for partition in &partitions {
                of_partition(window.kind, partition, figure, |group, number| {
                    if let Some(numbers) = found.get_mut(&group) {
                        numbers[position] = number;
                    }
                });
            }
            let of_all = partitions.iter().map(|partition| partition.sum);
            sums.push(of_all.fold(Number::Missing, window::sum));
        }
        (found, sums)
    }

    fn show(&self, group: usize) -> Group {
        let cell = |key| match self.ordinal(group, key) {
            ALL => Cell::All,
            ordinal => self.cells.cell(self.request.skipped() + key, ordinal),
        };
        Group {
            level: usize::from(self.groups.levels[group]) - self.request.skipped(),
            key: (0..self.request.own_keys().len()).map(cell).collect(),
            figures: self.figures(group).to_vec(),
            histograms: self.groups.histograms.iter().map(|all| all[group].clone()).collect(),
            windows: Vec::new(),
            is_others: false,
        }
    }
}
