//! Every executor of aggregates gives the same answer to every request, value for value; and what they
//! agree on is right where it is easy to get wrong.

use std::{cmp::Ordering, time::Instant};

use async_graphql::Value as GraphQl;
use cops_graphql::{
    analytics::{
        Answer, By, Cell, Comparison, Figure, Group, Having, Measure, Number, Order, Page, Replica,
        Request, Statistic, sql,
    },
    error::Error,
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL, Size},
    support::{TestDatabase, block},
};

/// A table with what can be asked of it here.
struct Subject {
    table: &'static str,
    keys: &'static [&'static str],
    /// Distinct rows, which are counted, and numbers, which have every statistic.
    distinct: &'static [&'static str],
    numbers: &'static [&'static str],
    /// What is searched for.
    words: &'static [&'static str],
    filters: fn() -> Vec<Value>,
}

static SUBJECTS: [Subject; 5] = [
    Subject {
        table: "grants",
        keys: &[
            "fiscalYear",
            "agency",
            "agency.state",
            "agency.kind",
            "agency.name",
            "agency.population:band",
            "organization.name",
            "program",
            "program.category",
            "obligatedOn",
            "obligatedOn:year",
            "obligatedOn:quarter",
            "obligatedOn:month",
            "obligatedOn:fiscalYear",
            "federalShare",
            "status",
            "revision.synthetic",
            "id",
        ],
        distinct: &["agency", "program", "organization"],
        numbers: &[
            "federalShare",
            "localMatch",
            "agency.population",
            "agency.outcomes.value",
            "officersFunded.funded",
            "officersFunded.schoolResourceOfficers",
            "obligations.amount",
            "obligations.count",
            "agency.grants.count",
            "program.firstYear",
        ],
        words: &["hir", "hiring", "nothing"],
        filters: || {
            vec![
                json!({ "fiscalYear": { "gte": 2013 } }),
                json!({ "fiscalYear": { "in": [2011, 2012, 2099] } }),
                json!({ "fiscalYear": { "notIn": [] } }),
                json!({ "fiscalYear": { "isNull": true } }),
                json!({ "federalShare": { "gt": "250001.00" } }),
                json!({ "status": { "ne": "CLOSED" } }),
                json!({ "obligatedOn": { "lt": "2016-03-01" } }),
                json!({ "title": { "contains": "OFFICERS" } }),
                json!({ "agency": { "name": { "startsWith": "city OF" } } }),
                json!({ "agency": { "name": { "contains": "100%_" } } }),
                json!({ "agency": { "name": { "gte": "a" } } }),
                json!({ "agency": { "grants": { "some": { "fiscalYear": { "eq": 2012 } } } } }),
                json!({ "officersFunded": { "some": { "kind": { "eq": "REDEPLOYED" } } } }),
                json!({ "officersFunded": { "none": { "hired": { "gt": 10 } } } }),
                json!({ "trainingSessions": { "some": {} } }),
                json!({ "program": { "category": { "notIn": ["HIRING"] } } }),
                json!({ "revision": { "synthetic": { "eq": false } } }),
                json!({ "revision": { "loadedAt": { "gt": "2020-01-01T00:00:00Z" } } }),
            ]
        },
    },
    Subject {
        table: "trainees",
        keys: &[
            "role",
            "agency.state",
            "agency",
            "session",
            "session.state",
            "session.training",
            "session.training.provider",
            "session.training.provider.name",
            "session.grant.agency.kind",
            "session.grant.agency.population:band",
            "completedOn:year",
            "completedOn:month",
            "hours",
        ],
        distinct: &["agency", "session", "session.training.provider", "session.grant"],
        numbers: &[
            "hours",
            "session.training.hours",
            "session.grant.federalShare",
            "session.trainees.hours",
            "agency.grants.federalShare",
        ],
        words: &[],
        filters: || {
            vec![
                json!({ "role": { "eq": "LAW_ENFORCEMENT" } }),
                json!({ "agency": { "name": { "contains": "alpha" } } }),
                json!({ "agency": { "name": { "endsWith": "1" } } }),
                json!({ "agency": { "latitude": { "gte": 35.25 } } }),
                json!({ "session": { "state": { "isNull": false } } }),
                json!({ "session": { "training": { "topics": { "contains": "self-" } } } }),
                json!({ "session": { "training": { "provider": { "kind": { "eq": "NONPROFIT" } } } } }),
                json!({ "completedOn": { "gte": "2012-01-01", "lt": "2014-01-01" } }),
                json!({ "hours": { "lte": 4.2 } }),
            ]
        },
    },
    Subject {
        table: "agencies",
        keys: &["state", "kind", "population:band", "city", "countyName", "ori9", "id"],
        distinct: &["revision"],
        numbers: &["population", "swornOfficers", "grants.federalShare", "outcomes.value"],
        words: &["alph", "falls bet", "nandu sure", "police 1", "x"],
        filters: || {
            vec![
                json!({ "state": { "in": ["CA", "DC"] } }),
                json!({ "population": { "lt": 40_000 } }),
                json!({ "grants": { "none": { "fiscalYear": { "eq": 2014 } } } }),
                json!({ "trainees": { "some": { "role": { "ne": "LAW_ENFORCEMENT" } } } }),
                json!({ "ori9": { "startsWith": "zz0000" } }),
            ]
        },
    },
    Subject {
        table: "officers_funded",
        keys: &["kind", "grant", "grant.agency.state", "grant.obligatedOn:fiscalYear"],
        distinct: &["grant", "grant.agency"],
        numbers: &["funded", "hired", "grant.federalShare", "grant.agency.population"],
        words: &[],
        filters: || {
            vec![
                json!({ "kind": { "isNull": true } }),
                json!({ "funded": { "gte": 2.5 } }),
                json!({ "grant": { "agency": { "state": { "eq": "TX" } } } }),
            ]
        },
    },
    Subject {
        table: "outcomes",
        keys: &["measure", "measure.code", "year", "state", "agency.kind", "flag"],
        distinct: &["agency"],
        numbers: &["value", "monthsReported"],
        words: &[],
        filters: || {
            vec![
                json!({ "year": { "gt": 2001 } }),
                json!({ "value": { "gte": "100000000000" } }),
                json!({ "measure": { "code": { "eq": "violent_crime" } } }),
            ]
        },
    },
];

const STATISTICS: [Statistic; 11] = [
    Statistic::Count,
    Statistic::Missing,
    Statistic::Sum,
    Statistic::Average,
    Statistic::Minimum,
    Statistic::Maximum,
    Statistic::MEDIAN,
    Statistic::Percentile(0.9),
    Statistic::Percentile(0.0),
    Statistic::Deviation,
    Statistic::Variance,
];

/// A figure as it is made up.
#[derive(Clone, Debug)]
struct Computed {
    measure: &'static str,
    statistic: Statistic,
    of_part: bool,
    year: Option<i32>,
}

/// A request as it is made up.
#[derive(Clone, Debug)]
struct Asked {
    subject: usize,
    filter: Value,
    search: Option<&'static str>,
    keys: Vec<&'static str>,
    figures: Vec<Computed>,
    /// The part of the rows that some figures are computed of.
    part: Value,
    /// Two figures to divide.
    ratio: Option<(usize, usize)>,
    having: Vec<(usize, bool, i64)>,
    order: Vec<(usize, bool, bool)>,
    limit: usize,
    subtotals: bool,
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

fn requests() -> impl Strategy<Value = Asked> {
    (0..SUBJECTS.len()).prop_flat_map(|subject| {
        let keys = proptest::sample::select(SUBJECTS[subject].keys);
        (
            (filters(subject), words(subject), proptest::bool::weighted(0.3)),
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
                    (filter, search, subtotals),
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
                },
            )
    })
}

impl Asked {
    fn request(&self) -> Request {
        let filter = GraphQl::from_json(self.filter.clone()).unwrap();
        let table = SUBJECTS[self.subject].table;
        let mut request = Request::over(table).unwrap().filter(&filter).unwrap();
        if let Some(words) = self.search {
            request = request.search(words).unwrap();
        }
        for key in &self.keys {
            request = request.by(key).unwrap();
        }
        request = request.part(&GraphQl::from_json(self.part.clone()).unwrap()).unwrap();
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

    fn having(&self) -> Having {
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

    fn order(&self) -> Vec<Order> {
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

/// A database, and the copy of it.
struct Executors {
    database: DatabaseConnection,
    replica: Replica,
}

impl Executors {
    async fn of(database: &TestDatabase) -> Self {
        let database = database.client().await.database;
        let replica = Replica::build(&database).await.unwrap();
        Self { database, replica }
    }

    /// The one answer of both.
    async fn answer(&self, request: &Request) -> Answer {
        let answer = self.replica.answer(request).unwrap();
        assert_eq!(answer, sql::answer(&self.database, request).await.unwrap(), "{request:?}");
        answer
    }
}

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
    let databases = TestDatabase::each("every_executor_gives_the_same_answer").await;
    for database in &databases {
        fixture::load(&database.writer().await, SMALL).await;
        executors.push(Executors::of(database).await);
    }
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, rng)
        .run(&requests(), |asked| {
            let request = asked.request();
            let answers: Vec<Answer> =
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

/// The cells and the figures of groups, for comparison by eye.
fn shown(answer: &Answer) -> Vec<(Vec<Cell>, Vec<Number>)> {
    answer.groups.iter().map(|group| (group.key.clone(), group.figures.clone())).collect()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn whole(numbers: &[i128]) -> Vec<Number> {
    numbers.iter().copied().map(Number::Whole).collect()
}

/// Three agencies, of which one has three grants with two rows of officers each, one has one grant
/// without any, and one has none; and two grants of an organization, whose sum is beyond 64 bits.
const FEW_ROWS: &str = "
    INSERT INTO revisions (id, loaded_at, format, synthetic, rows_read, added, changed, unchanged, removed, refused)
        VALUES (1, '2026-11-21 12:00:00+00:00', 'test', FALSE, 0, 0, 0, 0, 0, 0);
    INSERT INTO sources (id, code, kind, title, revision_id) VALUES (1, 'test', 'FILE', 'a file', 1);
    INSERT INTO agencies (id, name, state, population, search, source_id, revision_id) VALUES
        (10, 'Big', 'CA', 1000, '', 1, 1), (20, 'Small', 'CA', NULL, '', 1, 1),
        (30, 'None', NULL, 7, '', 1, 1);
    INSERT INTO organizations (id, name, search, source_id, revision_id) VALUES (1, 'Other', '', 1, 1);
    INSERT INTO grants (id, agency_id, organization_id, fiscal_year, obligated_on, federal_share, search, source_id, revision_id) VALUES
        (1, 10, NULL, 2020, '2020-09-30', 100, '', 1, 1), (2, 10, NULL, 2020, '2020-10-01', 300, '', 1, 1),
        (3, 10, NULL, 2021, NULL, NULL, '', 1, 1), (4, 20, NULL, 2021, '2020-12-31', -50, '', 1, 1),
        (5, NULL, 1, NULL, '2021-01-01', 9000000000000000000, '', 1, 1),
        (6, NULL, 1, NULL, '2021-01-01', 9000000000000000000, '', 1, 1);
    INSERT INTO officers_funded (id, grant_id, funded, source_id, revision_id) VALUES
        (1, 1, 10, 1, 1), (2, 1, 15, 1, 1), (3, 2, 20, 1, 1), (4, 2, NULL, 1, 1), (5, 3, NULL, 1, 1);
";

#[tokio::test]
async fn nothing_is_counted_twice_and_the_unknown_is_a_group() {
    for database in TestDatabase::each("nothing_is_counted_twice").await {
        database.writer().await.execute_unprepared(FEW_ROWS).await.unwrap();
        let executors = Executors::of(&database).await;
        let sum = Statistic::Sum;
        let request = Request::over("grants")
            .and_then(|request| request.by("agency.state")?.figure("count", Statistic::Count))
            .and_then(|request| {
                request.figure("federalShare", sum)?.figure("agency", Statistic::Count)
            })
            .and_then(|request| request.figure("agency.population", sum))
            .and_then(|request| request.figure("agency.population", Statistic::Missing))
            .and_then(|request| request.figure("officersFunded.funded", sum))
            .and_then(|request| request.figure("officersFunded.funded", Statistic::Missing))
            .unwrap();
        let mut unknown = whole(&[2, 18_000_000_000_000_000_000, 0]);
        unknown.extend([Number::Missing, Number::Whole(0), Number::Missing, Number::Whole(2)]);
        let expected = vec![
            (vec![text("CA")], whole(&[4, 350, 2, 1000, 1, 45, 2])),
            (vec![Cell::Null], unknown.clone()),
        ];
        assert_eq!(shown(&executors.answer(&request).await), expected);

        // The children of a related row are those of each distinct one, too; subtotals count anew.
        let request = Request::over("grants")
            .and_then(|request| {
                request.by("agency.name")?.by("fiscalYear")?.figure("agency", Statistic::Count)
            })
            .and_then(|request| request.figure("agency.population", sum))
            .and_then(|request| request.figure("agency.grants.federalShare", sum))
            .unwrap()
            .filter(&GraphQl::from_json(json!({ "agency": { "state": { "eq": "CA" } } })).unwrap())
            .unwrap()
            .subtotals();
        let missing = |count: i128, share: i128| {
            vec![Number::Whole(count), Number::Missing, Number::Whole(share)]
        };
        let expected = vec![
            (vec![text("Big"), Cell::Whole(2020)], whole(&[1, 1000, 400])),
            (vec![text("Big"), Cell::Whole(2021)], whole(&[1, 1000, 400])),
            (vec![text("Big"), Cell::All], whole(&[1, 1000, 400])),
            (vec![text("Small"), Cell::Whole(2021)], missing(1, -50)),
            (vec![text("Small"), Cell::All], missing(1, -50)),
            (vec![Cell::All, Cell::All], whole(&[2, 1000, 350])),
        ];
        assert_eq!(shown(&executors.answer(&request).await), expected);

        // The fiscal year of the government begins in October; a quarter is its first day.
        let request = Request::over("grants")
            .and_then(|request| request.by("obligatedOn:fiscalYear")?.by("obligatedOn:quarter"))
            .and_then(|request| request.figure("count", Statistic::Count))
            .unwrap();
        let quarter = |text: &str| Cell::Date(text.parse().unwrap());
        let expected = vec![
            (vec![Cell::Whole(2020), quarter("2020-07-01")], whole(&[1])),
            (vec![Cell::Whole(2021), quarter("2020-10-01")], whole(&[2])),
            (vec![Cell::Whole(2021), quarter("2021-01-01")], whole(&[2])),
            (vec![Cell::Null, Cell::Null], whole(&[1])),
        ];
        assert_eq!(shown(&executors.answer(&request).await), expected);
    }
}

#[tokio::test]
async fn an_empty_table_has_no_groups_but_that_of_everything() {
    for database in TestDatabase::each("an_empty_table_has_no_groups").await {
        let executors = Executors::of(&database).await;
        assert_eq!((executors.replica.rows(), executors.replica.revision()), (0, 0));
        let request = Request::over("trainees")
            .and_then(|request| {
                request.figure("count", Statistic::Count)?.figure("hours", Statistic::Sum)
            })
            .and_then(|request| request.figure("agency.population", Statistic::MEDIAN))
            .unwrap();
        let nothing = vec![Number::Whole(0), Number::Missing, Number::Missing];
        let answer = executors.answer(&request).await;
        assert_eq!(shown(&answer), vec![(Vec::new(), nothing.clone())]);
        let request = request.by("session.training.provider").unwrap();
        assert_eq!(executors.answer(&request).await.total, 0);
        let request = request.subtotals();
        assert_eq!(shown(&executors.answer(&request).await), vec![(vec![Cell::All], nothing)]);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said() {
    let database = TestDatabase::sqlite().await;
    let executors = Executors::of(&database).await;
    let grants = || Request::over("grants").unwrap();
    let keys = |count: usize| (0..count).try_fold(grants(), |request, _| request.by("fiscalYear"));
    let figure = |measure: &str, statistic| grants().figure(measure, statistic);
    let cases: Vec<(Result<Request, Error>, &str)> = vec![
        (Request::over("wages"), "not a table"),
        (grants().by("agency.salary"), "Agency has no \"salary\""),
        (grants().by("officersFunded"), "Grant has no \"officersFunded\" that leads to one value"),
        (grants().by("officersFunded.funded"), "what many others hold"),
        (grants().by("agency.latitude"), "cannot be grouped by this"),
        (grants().by("title:year"), "cannot be grouped by this"),
        (grants().by("obligatedOn:week"), "is not a part of a value: year, quarter"),
        (figure("title", Statistic::Sum), "not a number"),
        (figure("agency.latitude", Statistic::Sum), "not a number"),
        (figure("agency", Statistic::Sum), "rows are counted"),
        (
            figure("federalShare", Statistic::Percentile(2.0)),
            "p is 2, which is not between 0 and 1",
        ),
        (figure("federalShare", Statistic::Percentile(f64::NAN)), "which is not between 0 and 1"),
        (keys(9), "9 keys are more than the 8"),
        (Ok(grants().having(Having::Missing(0))), "having: names a figure"),
        (
            Ok(grants().order(vec![Order {
                by: By::Key(0),
                descending: false,
                nulls_first: false,
            }])),
            "orderBy: names what is not asked for",
        ),
    ];
    for (request, words) in cases {
        let error = match request {
            Err(error) => error,
            Ok(request) => {
                let error = executors.replica.answer(&request).unwrap_err();
                let other = sql::answer(&executors.database, &request).await.unwrap_err();
                assert_eq!(error.to_string(), other.to_string());
                error
            }
        };
        assert_eq!(error.code(), "BAD_ARGUMENT", "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn many_rows_and_many_keys_are_answered_alike() {
    let database = TestDatabase::sqlite().await;
    let size = Size { agencies: 300, trainees: 70_000, ..SMALL };
    fixture::load(&database.writer().await, size).await;
    let executors = Executors::of(&database).await;
    assert!(executors.replica.size_in_bytes() < 60 * executors.replica.rows());
    let cases: [&[&str]; 5] = [
        // Few combinations, many, more than rows, more than 64 bits number, and none.
        &["role", "agency.state", "completedOn:year"],
        &["agency", "session"],
        &["id", "agency"],
        &["completedOn", "agency", "id", "completedOn", "agency", "id", "completedOn", "role"],
        &[],
    ];
    for keys in cases {
        for filter in [json!({}), json!({ "agency": { "name": { "contains": "ALPHA" } } })] {
            let filter = GraphQl::from_json(filter).unwrap();
            let mut request = Request::over("trainees").unwrap().filter(&filter).unwrap();
            for key in keys {
                request = request.by(key).unwrap();
            }
            for (measure, statistic) in [
                ("hours", Statistic::Sum),
                ("hours", Statistic::Percentile(0.3)),
                ("agency.population", Statistic::Sum),
                ("session", Statistic::Count),
            ] {
                request = request.figure(measure, statistic).unwrap();
            }
            executors.answer(&request).await;
        }
    }
    // More groups than an answer may be chosen from: the same refusal.
    let mut request = Request::over("trainees").and_then(|request| request.by("id")).unwrap();
    for _ in 0..128 {
        request = request.figure("count", Statistic::Count).unwrap();
    }
    let request = request.by("id").unwrap().by("id").unwrap().subtotals();
    let refused = executors.replica.answer(&request).unwrap_err();
    assert!(refused.to_string().contains("group by less"), "{refused}");
    let other = sql::answer(&executors.database, &request).await.unwrap_err();
    assert_eq!(other.to_string(), refused.to_string());
}

/// What the executor that serves must reach; run in release mode:
/// `cargo test --release -p tests aggregates::timings -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it makes the whole demo dataset, and says what it measured"]
async fn timings() {
    let database = TestDatabase::sqlite().await;
    let bar = indicatif::ProgressBar::hidden();
    cops_graphql::demo::load(&database.writer().await, 1.0, 1994, &bar).await.unwrap();
    let reader = database.client().await.database;
    let began = Instant::now();
    let replica = Replica::build(&reader).await.unwrap();
    let (took, size, rows) = (began.elapsed(), replica.size_in_bytes(), replica.rows());
    println!("built in {took:?}: {rows} rows, {size} bytes, {} a row", size / rows);
    let over = |table: &str, filter: Value, keys: &[&str], figures: &[(&str, Statistic)]| {
        let filter = GraphQl::from_json(filter).unwrap();
        let request = Request::over(table).unwrap().filter(&filter).unwrap();
        let request = keys.iter().fold(request, |request, key| request.by(key).unwrap());
        figures.iter().fold(request, |request, (measure, statistic)| {
            request.figure(measure, *statistic).unwrap()
        })
    };
    let count = ("count", Statistic::Count);
    let share = |statistic| ("federalShare", statistic);
    let hours = ("hours", Statistic::Sum);
    let name = json!({ "agency": { "name": { "contains": "county" } } });
    let of_share = [
        count,
        share(Statistic::Sum),
        share(Statistic::Average),
        share(Statistic::MEDIAN),
        share(Statistic::Percentile(0.9)),
    ];
    let three = ["agency.state", "completedOn:year", "role"];
    let requests = [
        ("trainees by state, year, role", over("trainees", json!({}), &three, &[count, hours])),
        ("grants by fiscal year", over("grants", json!({}), &["fiscalYear"], &of_share)),
        ("trainees of counties by role", over("trainees", name, &["role"], &[count, hours])),
        ("trainees, all", over("trainees", json!({}), &[], &[count, hours])),
        ("trainees by agency", over("trainees", json!({}), &["agency"], &[count, hours])),
        (
            "trainees by agency, month",
            over("trainees", json!({}), &["agency", "completedOn:month"], &[count, hours]),
        ),
        (
            "trainees by state: median hours",
            over("trainees", json!({}), &["agency.state"], &[("hours", Statistic::MEDIAN)]),
        ),
        (
            "trainees by state: population",
            over(
                "trainees",
                json!({}),
                &["agency.state"],
                &[("agency.population", Statistic::Sum)],
            ),
        ),
        (
            "grants by state: officers",
            over(
                "grants",
                json!({}),
                &["agency.state"],
                &[("officersFunded.funded", Statistic::Sum)],
            ),
        ),
    ];
    for (name, request) in requests {
        let request = request.page(Page { limit: Some(1000), ..Page::default() });
        let mut times: Vec<_> = (0..21)
            .map(|_| {
                let began = Instant::now();
                let answer = replica.answer(&request).unwrap();
                (began.elapsed(), answer.total)
            })
            .collect();
        times.sort();
        let began = Instant::now();
        let answer = sql::answer(&reader, &request).await.unwrap();
        let in_sql = began.elapsed();
        assert_eq!(answer, replica.answer(&request).unwrap());
        let (took, groups) = times[times.len() / 2];
        println!("{name}: {took:?} (least {:?}), {groups} groups; SQLite {in_sql:?}", times[0].0);
    }
}
