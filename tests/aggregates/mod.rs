//! Every executor of aggregates gives the same answer to every request, value for value; and what they
//! agree on is right where it is easy to get wrong.

mod agreement;
mod events;
mod requests;
mod subjects;

use async_graphql::Value as GraphQl;
use cops_graphql::{
    database::token::DataStamp,
    error::Error,
    graphql::catalog,
    measures::{
        By, Cell, Event, GroupsAnswer, Having, Number, Order, Replica, Request, Statistic, sql,
    },
    query,
};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use serde_json::json;

use crate::{
    fixture::{self, SMALL, Size},
    support::TestDatabase,
};

/// All rows of a table of a name.
fn request_over(table: &str) -> Result<Request, Error> {
    catalog().find(table).map(Request::over)
}

fn over(table: &str) -> Request {
    request_over(table).unwrap()
}

/// Those of the rows of a request that a filter keeps, as a client writes it.
fn kept(request: Request, filter: &GraphQl) -> Request {
    let keeps = query::filter(request.table(), filter).unwrap();
    request.keep(keeps)
}

/// The first of the grants of an agency that a filter keeps.
fn first_grant(filter: &GraphQl) -> Event {
    Event::of(query::filter(catalog().find("grants").unwrap(), filter).unwrap())
}

/// A database, the copy of it, and one on which several threads work however few rows there are.
struct Executors {
    database: DatabaseConnection,
    replica: Replica,
    divided: Replica,
}

impl Executors {
    async fn of(database: &TestDatabase) -> Self {
        let database = database.client().await.database;
        let replica = Replica::build(catalog(), &database).await.unwrap();
        let divided = Replica::build(catalog(), &database).await.unwrap().with_threads(3, 5);
        Self { database, replica, divided }
    }

    /// The one answer of all.
    async fn answer(&self, request: &Request) -> GroupsAnswer {
        let answer = self.replica.answer(request).unwrap();
        assert_eq!(answer, self.divided.answer(request).unwrap(), "{request:?}");
        assert_eq!(answer, sql::answer(&self.database, request).await.unwrap(), "{request:?}");
        answer
    }
}

/// The cells and the figures of groups, for comparison by eye.
fn shown(answer: &GroupsAnswer) -> Vec<(Vec<Cell>, Vec<Number>)> {
    answer.groups.iter().map(|group| (group.key.clone(), group.figures.clone())).collect()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn whole(numbers: &[i128]) -> Vec<Number> {
    numbers.iter().copied().map(Number::Whole).collect()
}

/// Three agencies, of which one has three grants, in two of which some officers are unknown, one has one grant
/// without rows of officers, and one has none; and two grants of an organization, whose sum is beyond 64 bits.
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
    for database in TestDatabase::each_and_citus("nothing_is_counted_twice").await {
        database.writer().await.execute_unprepared(FEW_ROWS).await.unwrap();
        let executors = Executors::of(&database).await;
        let sum = Statistic::Sum;
        let request = request_over("grants")
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
            (vec![text("CA")], whole(&[4, 350, 2, 1000, 1, 25, 3])),
            (vec![Cell::Null], unknown.clone()),
        ];
        assert_eq!(shown(&executors.answer(&request).await), expected);

        // The children of a related row are those of each distinct one, too; subtotals count anew.
        let request = request_over("grants")
            .and_then(|request| {
                request.by("agency.name")?.by("fiscalYear")?.figure("agency", Statistic::Count)
            })
            .and_then(|request| request.figure("agency.population", sum))
            .and_then(|request| request.figure("agency.grants.federalShare", sum))
            .unwrap()
            .subtotals();
        let state = json!({ "agency": { "state": { "eq": "CA" } } });
        let request = kept(request, &GraphQl::from_json(state).unwrap());
        let missing = |count: i128, share: i128| {
            vec![Number::Whole(count), Number::Missing, Number::Whole(share)]
        };
        // What one of its grants comes to is not known, so nor is what all do.
        let unknown = || vec![Number::Whole(1), Number::Whole(1000), Number::Missing];
        let expected = vec![
            (vec![text("Big"), Cell::Whole(2020)], unknown()),
            (vec![text("Big"), Cell::Whole(2021)], unknown()),
            (vec![text("Big"), Cell::All], unknown()),
            (vec![text("Small"), Cell::Whole(2021)], missing(1, -50)),
            (vec![text("Small"), Cell::All], missing(1, -50)),
            (vec![Cell::All, Cell::All], whole(&[2, 1000, -50])),
        ];
        assert_eq!(shown(&executors.answer(&request).await), expected);

        // The fiscal year of the government begins in October; a quarter is its first day.
        let request = request_over("grants")
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
    for database in TestDatabase::each_and_citus("an_empty_table_has_no_groups").await {
        let executors = Executors::of(&database).await;
        assert_eq!(
            (executors.replica.rows(), executors.replica.stamp()),
            (0, DataStamp::default())
        );
        let request = request_over("trainees")
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
    let grants = || over("grants");
    let keys = |count: usize| (0..count).try_fold(grants(), |request, _| request.by("fiscalYear"));
    let figure = |measure: &str, statistic| grants().figure(measure, statistic);
    let cases: Vec<(Result<Request, Error>, &str)> = vec![
        (request_over("wages"), "not a table"),
        (grants().by("agency.salary"), "Agency has no \"salary\""),
        (grants().by("officersFunded"), "Grant has no \"officersFunded\" that leads to one value"),
        (grants().by("officersFunded.funded"), "what many others hold"),
        (grants().by("agency.latitude"), "cannot be grouped by this"),
        (grants().by("title:year"), "cannot be grouped by this"),
        (grants().by("obligatedOn:week"), "is not a part of a value: year, quarter"),
        (figure("title", Statistic::Sum), "not a number"),
        (figure("agency.latitude", Statistic::Sum), "not a number"),
        (figure("agency", Statistic::Sum), "rows can only be counted"),
        (figure("federalShare", Statistic::Percentile(2.0, 0)), "p must be between 0 and 1, not 2"),
        (
            figure("federalShare", Statistic::Percentile(f64::NAN, 0)),
            "must be between 0 and 1, not NaN",
        ),
        (keys(9), "9 keys exceed the limit of 8"),
        (Ok(grants().having(Having::Missing(0))), "having: names a figure"),
        (
            Ok(grants().order(vec![Order {
                by: By::Key(0),
                descending: false,
                nulls_first: false,
            }])),
            "orderBy: names a key or figure that is not requested",
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
            let mut request = kept(over("trainees"), &filter);
            for key in keys {
                request = request.by(key).unwrap();
            }
            for (measure, statistic) in [
                ("hours", Statistic::Sum),
                ("hours", Statistic::Percentile(0.3, 0)),
                ("agency.population", Statistic::Sum),
                ("session", Statistic::Count),
            ] {
                request = request.figure(measure, statistic).unwrap();
            }
            executors.answer(&request).await;
        }
    }
    // More groups than an answer may be chosen from: the same refusal.
    let mut request = over("trainees").by("id").unwrap();
    for _ in 0..128 {
        request = request.figure("count", Statistic::Count).unwrap();
    }
    let request = request.by("id").unwrap().by("id").unwrap().subtotals();
    let refused = executors.replica.answer(&request).unwrap_err();
    assert!(refused.to_string().contains("group by fewer keys"), "{refused}");
    let other = sql::answer(&executors.database, &request).await.unwrap_err();
    assert_eq!(other.to_string(), refused.to_string());
}
