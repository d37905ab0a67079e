//! Rows before and after an event: what is counted where, and what is not.

use async_graphql::Value as GraphQl;
use cops_graphql::measures::{Cell, Event, Number, Request, Statistic};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{Executors, first_grant, kept, request_over, shown, whole};
use crate::support::TestDatabase;

/// Agencies 10 and 20 were funded in 2010 and in 2012, 30 never, and 40 nobody knows when. Agency 20 did not
/// report 2011, and for its second year counts nobody. The nation has values, too.
const ROWS: &str = "
    INSERT INTO revisions (id, loaded_at, format, synthetic, rows_read, added, changed, unchanged, removed, refused)
        VALUES (1, '2026-11-21 12:00:00+00:00', 'test', FALSE, 0, 0, 0, 0, 0, 0);
    INSERT INTO sources (id, code, kind, title, revision_id) VALUES (1, 'test', 'FILE', 'a file', 1);
    INSERT INTO programs (id, code, name, category, search, source_id, revision_id) VALUES
        (1, 'CHP', 'Hiring', 'HIRING', '', 1, 1), (2, 'SVPP', 'Schools', 'SCHOOL_SAFETY', '', 1, 1);
    INSERT INTO agencies (id, name, search, source_id, revision_id) VALUES
        (10, 'A', '', 1, 1), (20, 'B', '', 1, 1), (30, 'C', '', 1, 1), (40, 'D', '', 1, 1);
    INSERT INTO grants (id, agency_id, program_id, fiscal_year, search, source_id, revision_id) VALUES
        (1, 10, 1, 2010, '', 1, 1), (2, 10, 1, 2014, '', 1, 1), (3, 20, 1, 2012, '', 1, 1),
        (4, 20, 2, 2009, '', 1, 1), (5, 40, 1, NULL, '', 1, 1);
    INSERT INTO measures (id, code, name, category, unit, description, source_id, revision_id) VALUES
        (1, 'violent_crime', 'Violent crime', 'OFFENSE', 'offenses', '', 1, 1);
    INSERT INTO outcomes (id, measure_id, agency_id, level, state, year, value, population_served, months_reported, source_id, revision_id) VALUES
        (1, 1, 10, 'AGENCY', 'CA', 2009, 10, 1000, 12, 1, 1), (2, 1, 10, 'AGENCY', 'CA', 2010, 11, 1000, 12, 1, 1),
        (3, 1, 10, 'AGENCY', 'CA', 2011, 12, 1000, 12, 1, 1),
        (4, 1, 20, 'AGENCY', 'CA', 2010, 20, 3000, 12, 1, 1), (5, 1, 20, 'AGENCY', 'CA', 2012, 24, 3000, 12, 1, 1),
        (6, 1, 20, 'AGENCY', 'CA', 2013, 7, NULL, 6, 1, 1),
        (7, 1, 30, 'AGENCY', 'CA', 2010, 30, 5000, 12, 1, 1), (8, 1, 40, 'AGENCY', 'CA', 2010, 40, 5000, 12, 1, 1),
        (9, 1, NULL, 'NATION', NULL, 2010, 1000, 100000, NULL, 1, 1);
";

const CHP: &str = r#"{ "program": { "code": { "eq": "CHP" } } }"#;

fn graphql(text: &str) -> GraphQl {
    GraphQl::from_json(serde_json::from_str::<Value>(text).unwrap()).unwrap()
}

fn study(event: Event) -> Request {
    request_over("outcomes")
        .and_then(|request| request.by("agency:ever")?.by("year:since"))
        .and_then(|request| request.figure("agency", Statistic::Count))
        .and_then(|request| request.figure("value", Statistic::Sum))
        .unwrap()
        .around(event)
}

#[tokio::test]
async fn rows_are_placed_by_the_first_of_what_counts() {
    let (no, yes) = (Cell::Boolean(false), Cell::Boolean(true));
    for database in TestDatabase::each_and_citus("rows_are_placed_by_the_first").await {
        database.writer().await.execute_unprepared(ROWS).await.unwrap();
        let executors = Executors::of(&database).await;
        let event = || first_grant(&graphql(CHP));
        let placed = |agencies: &[(Cell, Cell, [i128; 2])]| -> Vec<(Vec<Cell>, Vec<Number>)> {
            let row = |(ever, since, figures): &(Cell, Cell, [i128; 2])| {
                (vec![ever.clone(), since.clone()], whole(figures))
            };
            agencies.iter().map(row).collect()
        };
        let unplaced = [(yes.clone(), Cell::Null, [1, 40]), (Cell::Null, Cell::Null, [0, 1000])];
        let never = (no.clone(), Cell::Null, [1, 30]);
        let at = |year, figures| (yes.clone(), Cell::Whole(year), figures);

        let all = [
            vec![never.clone(), at(-2, [1, 20]), at(-1, [1, 10]), at(0, [2, 35]), at(1, [2, 19])],
            unplaced.to_vec(),
        ]
        .concat();
        let answer = executors.answer(&study(event())).await;
        assert_eq!(shown(&answer), placed(&all));

        // A window leaves out what is beyond it, and nothing that has no place.
        let within = [vec![never.clone(), at(-1, [1, 10]), at(0, [2, 35])], unplaced.to_vec()];
        let answer = executors.answer(&study(event().within(-1, 0))).await;
        assert_eq!(shown(&answer), placed(&within.concat()));

        // A balanced panel has the same agencies in each of its years: only one reported all three.
        let balanced = [
            vec![never.clone(), at(-1, [1, 10]), at(0, [1, 11]), at(1, [1, 12])],
            unplaced.to_vec(),
        ];
        let answer = executors.answer(&study(event().within(-1, 1).balanced())).await;
        assert_eq!(shown(&answer), placed(&balanced.concat()));

        // It is balanced among what the filter keeps.
        let full = graphql(r#"{ "value": { "ne": 12 } }"#);
        let request = kept(study(event().within(-1, 1).balanced()), &full);
        let answer = executors.answer(&request).await;
        assert_eq!(shown(&answer), placed(&[vec![never.clone()], unplaced.to_vec()].concat()));

        // Another event: the first grant of all, and one that never was.
        let answer = executors.answer(&study(Event::default())).await;
        assert_eq!(answer.groups[1].key, [yes.clone(), Cell::Whole(-1)]);
        assert_eq!(answer.groups[1].figures, whole(&[1, 10]));
        assert_eq!(answer.groups.last().unwrap().key, [Cell::Null, Cell::Null]);
        let nothing = first_grant(&graphql(r#"{ "fiscalYear": { "gt": 2050 } }"#));
        let answer = executors.answer(&study(nothing.within(-3, 3))).await;
        assert_eq!(
            shown(&answer),
            placed(&[(no.clone(), Cell::Null, [4, 154]), unplaced[1].clone()])
        );
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_said() {
    let database = TestDatabase::sqlite().await;
    let executors = Executors::of(&database).await;
    let event = Event::default;
    let over = |table: &str, event| super::over(table).around(event);
    for (request, words) in [
        (over("grants", event()), "grants have no event to count years from"),
        (over("outcomes", event().within(3, 1)), "`from` (3) is after `to` (1)"),
        (over("outcomes", event().within(-900, 1)), "within 200 years"),
        (over("outcomes", event().balanced()), "needs `from` and `to`"),
        (over("outcomes", event().within(-60, 60).balanced()), "at most 64 years"),
    ] {
        let error = executors.replica.answer(&request).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.code(), "BAD_ARGUMENT");
    }
    for key in ["monthsReported:since", "measure:ever", "agency.population:since"] {
        assert!(super::over("outcomes").by(key).is_err(), "{key}");
    }
    assert!(super::over("grants").by("fiscalYear:since").is_err());
}

#[tokio::test]
async fn rates_divide_by_the_people_of_the_same_years() {
    for database in TestDatabase::each_and_citus("rates_divide_by_the_people").await {
        database.writer().await.execute_unprepared(ROWS).await.unwrap();
        let query = "{
          agencies: outcomes(filter: { agency: { name: { isNull: false } }, measure: { code: { eq: \"violent_crime\" } } }) {
            groups(by: [EVER_FUNDED, YEARS_SINCE_FIRST_GRANT],
                   event: { grants: { program: { code: { eq: \"CHP\" } } }, from: 0, to: 1 }) {
              nodes { key { everFunded yearsSinceFirstGrant } agencies value { sum } populationServed { sum } ratePer100k }
            }
          }
          full: outcomes(filter: { agency: { name: { isNull: false } }, measure: { code: { eq: \"violent_crime\" } }, monthsReported: { eq: 12 } }) {
            totals { count ratePer100k }
          }
          none: outcomes(filter: { year: { gte: 2050 }, level: { eq: STATE }, measure: { code: { eq: \"violent_crime\" } } }) {
            totals { count agencies value { sum known } years { min max } ratePer100k }
            groups(by: [YEAR]) { totalCount nodes { count } }
          }
          measures { nodes { code outcomes { totals { years { min max } } } } }
        }";
        for client in [database.client().await, database.client_in_sql().await] {
            let data = client.data(query).await;
            let groups = &data["agencies"]["groups"]["nodes"];
            // 11 and 24 of 1,000 and 3,000 people; then 12 of 1,000: of the other nobody knows the people.
            assert_eq!(groups[1]["ratePer100k"], json!(875.0));
            assert_eq!(groups[2]["value"]["sum"], json!(19));
            assert_eq!(groups[2]["ratePer100k"], json!(1200.0));
            assert_eq!(groups[2]["agencies"], json!(2));
            assert_eq!(data["full"]["totals"]["count"], json!(7));
            assert_eq!(data["full"]["totals"]["ratePer100k"], json!(147.0 / 19_000.0 * 100_000.0));
            // Years without data are no zeros, and the measures say which years there are.
            let nothing = json!({
                "count": 0, "agencies": 0, "value": { "sum": null, "known": 0 },
                "years": { "min": null, "max": null }, "ratePer100k": null,
            });
            assert_eq!(data["none"]["totals"], nothing);
            assert_eq!(data["none"]["groups"], json!({ "totalCount": 0, "nodes": [] }));
            let years = &data["measures"]["nodes"][0]["outcomes"]["totals"]["years"];
            assert_eq!(*years, json!({ "min": 2009, "max": 2013 }));
        }
    }
}
