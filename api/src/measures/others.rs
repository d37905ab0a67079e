//! The group of all rows that no group of a page is of.
//!
//! Ten groups and this one are all rows, also where `having` leaves groups out. What it comes to is computed of its rows,
//! as that of any other group: a median of the others is their median, and no agency counts twice in them.

use rustc_hash::FxHashMap;

use super::{
    histogram::Bin,
    request::{Group, GroupsAnswer, Request},
    statistic::ratio,
    value::{Cell, Number},
    window::WindowKind,
};

/// The keys of the groups of all pages, that of the parent first where there are parents, of those that leave rows out.
pub(super) fn shown(request: &Request, answers: &[(Cell, GroupsAnswer)]) -> Vec<Vec<Cell>> {
    let mut all = Vec::new();
    for (parent, answer) in answers.iter().filter(|(_, answer)| answer.has_others) {
        for group in &answer.groups {
            let parent = request.of_parents.then(|| parent.clone());
            all.push(parent.into_iter().chain(group.key.iter().cloned()).collect());
        }
    }
    all
}

/// What the rows of no group come to.
pub(super) struct OtherRows {
    pub(super) figures: Vec<Number>,
    pub(super) histograms: Vec<Vec<Bin>>,
}

/// Puts what the rows of no group come to behind the groups of each page, by the parent.
pub(super) fn add(
    request: &Request,
    answers: &mut [(Cell, GroupsAnswer)],
    mut found: FxHashMap<Cell, OtherRows>,
) {
    for (parent, answer) in answers.iter_mut().filter(|(_, answer)| answer.has_others) {
        let Some(OtherRows { figures, histograms }) = found.remove(parent) else { continue };
        let windows =
            request.windows.iter().zip(&answer.sums).map(|(window, sum)| match window.kind {
                WindowKind::Share if window.within.is_empty() => {
                    ratio(figures[window.figure], *sum, (1, 1))
                }
                WindowKind::Cumulative if window.within.is_empty() => *sum,
                _ => Number::Missing,
            });
        let windows = windows.collect();
        let key = vec![Cell::All; request.own_keys().len()];
        answer.groups.push(Group { level: 0, key, figures, histograms, windows, is_others: true });
    }
}
