//! Both executors give the same answer to any request, and the answer has the requested properties: filters, order,
//! and pages that together are the whole.

use std::cmp::Ordering;

use cops_graphql::catalog::predicate::Comparison;
use cops_graphql::measures::{
    By, Cell, Group, GroupsAnswer, Having, Number, Order, Page, Replica, Request,
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::{
    Executors,
    requests::{Asked, requests},
};
use crate::{
    fixture::{self, SMALL},
    support::{TestDatabase, block},
};

/// Whether a group passes, said again.
fn passes(having: &Having, figures: &[Number]) -> bool {
    match having {
        Having::All(parts) => parts.iter().all(|part| passes(part, figures)),
        Having::Any(parts) => parts.iter().any(|part| passes(part, figures)),
        Having::Not(part) => !passes(part, figures),
        Having::Missing(figure) => figures[*figure] == Number::Missing,
        Having::Is(figure, comparison, Number::Whole(than)) => {
            let holds = |ordering: Ordering| match comparison {
                Comparison::LessOrEqual => ordering.is_le(),
                _ => ordering.is_gt(),
            };
            figures[*figure] != Number::Missing
                && holds(compare(&figures[*figure], &Number::Whole(*than)))
        }
        Having::Is(..) => unreachable!("no other is made up"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "as it is said")]
fn compare(a: &Number, b: &Number) -> Ordering {
    let real = |number: &Number| match number {
        Number::Missing => f64::NAN,
        Number::Whole(whole) => *whole as f64,
        Number::Real(real) => *real,
    };
    match (a, b) {
        (Number::Whole(a), Number::Whole(b)) => a.cmp(b),
        (a, b) => real(a).partial_cmp(&real(b)).unwrap(),
    }
}

/// Asserts that each group comes strictly before the next.
fn assert_ordered(asked: &Asked, groups: &[Group]) {
    let mut order = asked.order();
    order.extend((0..asked.keys.len()).map(|key| Order {
        by: By::Key(key),
        descending: false,
        nulls_first: false,
    }));
    for pair in groups.windows(2) {
        let ordering = order.iter().map(|term| {
            let place = |missing, all| match (all, missing, term.nulls_first) {
                (true, ..) => 3,
                (_, true, true) => 0,
                (_, true, false) => 2,
                _ => 1,
            };
            let (places, values) = match term.by {
                By::Key(key) => {
                    let cells = [&pair[0].key[key], &pair[1].key[key]];
                    let places = cells.map(|cell| place(*cell == Cell::Null, *cell == Cell::All));
                    (places, cells[0].cmp(cells[1]))
                }
                By::Figure(figure) => {
                    let numbers = [&pair[0].figures[figure], &pair[1].figures[figure]];
                    let places = numbers.map(|number| place(*number == Number::Missing, false));
                    let known = places == [1, 1];
                    let values =
                        if known { compare(numbers[0], numbers[1]) } else { Ordering::Equal };
                    (places, values)
                }
            };
            let values = if term.descending { values.reverse() } else { values };
            places[0].cmp(&places[1]).then(values)
        });
        let ordering = ordering.fold(Ordering::Equal, Ordering::then);
        assert_eq!(ordering, Ordering::Less, "{asked:?}: {pair:?}");
    }
}

/// All groups, a page at a time, from one end or the other.
fn walk(replica: &Replica, request: &Request, limit: usize, backward: bool) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut place = None;
    loop {
        let limit = Some(limit);
        let page = match backward {
            false => Page { limit, backward, after: place, before: None },
            true => Page { limit, backward, after: None, before: place },
        };
        let mut answer = replica.answer(&request.clone().page(page)).unwrap();
        if backward {
            answer.groups.reverse();
        }
        place = answer.groups.last().map(|group| group.place(request));
        groups.extend(answer.groups);
        if !answer.more {
            break;
        }
    }
    if backward {
        groups.reverse();
    }
    groups
}

#[tokio::test(flavor = "multi_thread")]
async fn every_executor_gives_the_same_answer() {
    let mut executors = Vec::new();
    let databases = TestDatabase::each_layout("every_executor_gives_the_same_answer").await;
    for database in &databases {
        fixture::load(&database.writer().await, SMALL).await;
        executors.push(Executors::of(database).await);
    }
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, rng)
        .run(&requests(), |asked| {
            let request = asked.request();
            let answers: Vec<GroupsAnswer> =
                executors.iter().map(|executors| block(executors.answer(&request))).collect();
            let answer = &answers[0];
            prop_assert!(answers.iter().all(|other| other == answer), "the databases differ");
            prop_assert_eq!(answer.total, answer.groups.len());
            assert_ordered(&asked, &answer.groups);

            // `having` keeps what passes, and nothing else.
            let all = request.clone().having(Having::All(Vec::new()));
            let mut all = executors[0].replica.answer(&all).unwrap().groups;
            all.retain(|group| passes(&asked.having(), &group.figures));
            prop_assert_eq!(&all, &answer.groups);

            // Pages put together are the whole.
            let replica = &executors[0].replica;
            prop_assert_eq!(&walk(replica, &request, asked.limit, false), &answer.groups);
            prop_assert_eq!(&walk(replica, &request, asked.limit, true), &answer.groups);

            // A page is the same page from the database.
            let after = answer.groups.get(asked.limit / 2).map(|group| group.place(&request));
            let page = Page { limit: Some(asked.limit), after, ..Page::default() };
            let page = request.clone().page(page);
            for executors in &executors {
                block(executors.answer(&page));
            }
            Ok(())
        })
        .unwrap();
}
