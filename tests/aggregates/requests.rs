//! Random requests.

use async_graphql::Value as GraphQl;
use cops_graphql::{
    catalog::{key::Measure, predicate::Comparison},
    graphql::catalog,
    measures::{By, Figure, Having, Number, Order, Request, Statistic},
    query,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    first_grant, kept,
    subjects::{STATISTICS, SUBJECTS},
};

/// A figure as it is made up.
#[derive(Clone, Debug)]
struct Computed {
    measure: &'static str,
    statistic: Statistic,
    of_part: bool,
    year: Option<i32>,
}

/// An event as it is made up: what counts, the window around it, and whether the panel is balanced.
type Around = (Value, Option<(i32, i32)>, bool);

/// A request as it is made up.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    subject: usize,
    filter: Value,
    search: Option<&'static str>,
    pub(super) keys: Vec<&'static str>,
    figures: Vec<Computed>,
    /// The part of the rows that some figures are computed of.
    part: Value,
    /// Two figures to divide.
    ratio: Option<(usize, usize)>,
    having: Vec<(usize, bool, i64)>,
    order: Vec<(usize, bool, bool)>,
    pub(super) limit: usize,
    subtotals: bool,
    /// What counts as the event, the window around it, and whether the panel is balanced.
    event: Option<Around>,
}

fn filters(subject: usize) -> impl Strategy<Value = Value> {
    let atom = proptest::sample::select((SUBJECTS[subject].filters)());
    let filter = atom.prop_recursive(2, 6, 3, |inner| {
        let several = proptest::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            several.clone().prop_map(|parts| json!({ "and": parts })),
            several.prop_map(|parts| json!({ "or": parts })),
            inner.prop_map(|part| json!({ "not": part })),
        ]
    });
    prop_oneof![1 => Just(json!({})), 3 => filter]
}

/// Mostly one where there are any, with a window that is rarely empty.
fn events(subject: usize) -> BoxedStrategy<Option<Around>> {
    let events = (SUBJECTS[subject].events)();
    if events.is_empty() {
        return Just(None).boxed();
    }
    let window = proptest::option::weighted(0.7, (-8..3, 0..7));
    let event = (proptest::sample::select(events), window, any::<bool>());
    let event = event.prop_map(|(counts, window, is_balanced)| {
        let window = window.map(|(from, width)| (from, from + width));
        (counts, window, is_balanced && window.is_some())
    });
    proptest::option::weighted(0.7, event).boxed()
}

fn words(subject: usize) -> impl Strategy<Value = Option<&'static str>> {
    let mut words = vec![None; 6];
    words.extend(SUBJECTS[subject].words.iter().map(|words| Some(*words)));
    proptest::sample::select(words)
}

fn figures(subject: usize) -> impl Strategy<Value = Computed> {
    let measure = prop_oneof![
        1 => Just(("count", Statistic::Count)),
        1 => proptest::sample::select(SUBJECTS[subject].distinct)
            .prop_map(|name| (name, Statistic::Count)),
        4 => (
            proptest::sample::select(SUBJECTS[subject].numbers),
            proptest::sample::select(&STATISTICS[..]),
        ),
    ];
    let year = prop_oneof![2 => Just(None), 1 => Just(Some(2024)), 1 => Just(Some(2011))];
    (measure, proptest::bool::weighted(0.3), year).prop_map(
        |((measure, statistic), of_part, year)| Computed { measure, statistic, of_part, year },
    )
}

pub(super) fn requests() -> impl Strategy<Value = Asked> {
    (0..SUBJECTS.len()).prop_flat_map(|subject| {
        let keys = proptest::sample::select(SUBJECTS[subject].keys);
        (
            (filters(subject), words(subject), proptest::bool::weighted(0.3), events(subject)),
            proptest::collection::vec(keys, 0..4),
            (
                proptest::collection::vec(figures(subject), 1..5),
                filters(subject),
                proptest::option::weighted(0.3, (0..5_usize, 0..5_usize)),
            ),
            proptest::collection::vec((0..5_usize, any::<bool>(), -5_i64..60), 0..3),
            proptest::collection::vec((0..8_usize, any::<bool>(), any::<bool>()), 0..3),
            1..20_usize,
        )
            .prop_map(
                move |(
                    (filter, search, subtotals, event),
                    keys,
                    (figures, part, ratio),
                    having,
                    order,
                    limit,
                )| Asked {
                    subject,
                    filter,
                    search,
                    keys,
                    figures,
                    part,
                    ratio,
                    having,
                    order,
                    limit,
                    subtotals,
                    event,
                },
            )
    })
}

impl Asked {
    pub(super) fn request(&self) -> Request {
        let filter = GraphQl::from_json(self.filter.clone()).unwrap();
        let table = SUBJECTS[self.subject].table;
        let table = catalog().find(table).unwrap();
        let mut request = kept(Request::over(table), &filter);
        if let Some(words) = self.search {
            request = request.keep(query::search(table, words).unwrap());
        }
        if let Some((counts, window, is_balanced)) = &self.event {
            let counts = GraphQl::from_json(counts.clone()).unwrap();
            let mut event = first_grant(&counts);
            if let Some((from, to)) = window {
                event = event.within(*from, *to);
            }
            request = request.around(if *is_balanced { event.balanced() } else { event });
        }
        for key in &self.keys {
            request = request.by(key).unwrap();
        }
        let part = GraphQl::from_json(self.part.clone()).unwrap();
        request = request.part(query::filter(table, &part).unwrap());
        for figure in &self.figures {
            let mut measure = Measure::parse(table, figure.measure).unwrap();
            if let Some(year) = figure.year {
                // What are no amounts of a year is left as it is.
                measure = measure.clone().in_dollars_of(table, year).unwrap_or(measure);
            }
            let (statistic, part) = (figure.statistic, figure.of_part.then_some(0));
            request = request.compute(Figure::Of { measure, statistic, part });
        }
        if let Some((above, below)) = self.ratio {
            let (above, below) = (above % self.figures.len(), below % self.figures.len());
            request = request.compute(Figure::Ratio { above, below, factor: (100, 10) });
        }
        request = request.having(self.having()).order(self.order());
        if self.subtotals { request.subtotals() } else { request }
    }

    /// How many figures there are, the ratio among them.
    fn width(&self) -> usize {
        self.figures.len() + usize::from(self.ratio.is_some())
    }

    pub(super) fn having(&self) -> Having {
        let part = |(figure, not, than): &(usize, bool, i64)| {
            let figure = figure % self.width();
            let part = match than {
                ..0 => Having::Missing(figure),
                0..30 => Having::Is(figure, Comparison::LessOrEqual, Number::Whole((*than).into())),
                _ => Having::Is(figure, Comparison::Greater, Number::Whole((*than).into())),
            };
            if *not { Having::Not(Box::new(part)) } else { part }
        };
        let parts = self.having.iter().map(part).collect();
        if self.limit.is_multiple_of(2) || self.having.is_empty() {
            Having::All(parts)
        } else {
            Having::Any(parts)
        }
    }

    pub(super) fn order(&self) -> Vec<Order> {
        let all = self.keys.len() + self.width();
        let term = |(by, descending, nulls_first): &(usize, bool, bool)| Order {
            by: match by % all {
                key if key < self.keys.len() => By::Key(key),
                figure => By::Figure(figure - self.keys.len()),
            },
            descending: *descending,
            nulls_first: *nulls_first,
        };
        self.order.iter().map(term).collect()
    }
}
