//! The group that combines all rows outside the groups of a page.
//!
//! Together with the page it covers all rows, including those of groups that `having` excludes. Its figures are
//! computed from its rows, as in any other group: its median is the median of its rows, and no agency counts twice.

use rustc_hash::FxHashMap;

use super::{
    histogram::Bin,
    request::{Group, GroupsAnswer, Request},
    statistic::ratio,
    value::{Cell, Number},
    window::WindowKind,
};

/// The keys of the groups of all pages that leave rows out. With parents, the parent's key comes first.
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

/// The figures of the remaining rows.
pub(super) struct OtherRows {
    pub(super) figures: Vec<Number>,
    pub(super) histograms: Vec<Vec<Bin>>,
}

/// Appends the group of remaining rows to each page, by parent.
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
