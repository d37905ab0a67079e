//! No N+1: a relation field costs one statement, however many rows it is asked of.

use cops_graphql::graphql::execute::Purpose;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::Value;

use crate::{
    fixture::{self, SMALL, Size},
    support::TestDatabase,
};

const WIDE: Size = Size { agencies: 100, grants_of_each: 11, officers_of_each: 10, trainees: 500 };

#[tokio::test]
async fn five_levels_cost_a_statement_for_each_relation_field() {
    for database in TestDatabase::each("five_levels_cost_a_statement_for_each_field").await {
        fixture::load(&database.writer().await, WIDE).await;
        let client = database.client().await;
        let query = "{ agencies(first: 100) { nodes { name
            grants(first: 10) { nodes { awardNumber
              program { code source { title revision { format } } }
              officersFunded(first: 10) { nodes { kind grant { agency { name } } } } } } } } }";
        let answer = client.answer(query, serde_json::Value::Null).await;
        assert!(answer.response.errors.is_empty(), "{:?}", answer.response.errors);
        let data = answer.response.data.clone().into_json().unwrap();
        let agencies = data["agencies"]["nodes"].as_array().unwrap();
        let grants: usize = agencies.iter().map(|agency| count(&agency["grants"])).sum();
        let officers: usize = agencies
            .iter()
            .flat_map(|agency| agency["grants"]["nodes"].as_array().unwrap())
            .map(|grant| count(&grant["officersFunded"]))
            .sum();
        assert_eq!((agencies.len(), grants, officers), (100, 1_000, 10_000));
        // agencies, grants, program, source, revision, officersFunded, grant, agency.
        assert_eq!(answer.statements().len(), 8, "{:#?}", answer.statements());
    }
}

#[tokio::test]
async fn a_nested_page_reads_no_more_than_it_returns() {
    for database in TestDatabase::each("a_nested_page_reads_no_more_than_it_returns").await {
        fixture::load(&database.writer().await, WIDE).await;
        let client = database.client().await;
        let query = "{ agencies(first: 50) { nodes { grants(first: 3) { nodes { id } } } } }";
        let answer = client.answer(query, serde_json::Value::Null).await;
        assert_eq!(answer.statements().len(), 2);
        assert!(answer.statements()[1].contains("ROW_NUMBER() OVER"), "{}", answer.statements()[1]);
        assert!(
            !answer.statements()[1].contains("title"),
            "a column that nobody asked for is read"
        );
    }
}

#[tokio::test]
async fn two_aliases_of_one_relation_do_not_mix() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, WIDE).await;
    let client = database.client().await;
    let query = "{ agencies(first: 5) { nodes {
        early: grants(first: 2, filter: { fiscalYear: { lt: 2014 } }) { totalCount nodes { fiscalYear } }
        late: grants(first: 3, filter: { fiscalYear: { gte: 2014 } }) { totalCount nodes { fiscalYear } } } } }";
    let data = client.data(query).await;
    for agency in data["agencies"]["nodes"].as_array().unwrap() {
        for (alias, most, early) in [("early", 2, true), ("late", 3, false)] {
            let nodes = agency[alias]["nodes"].as_array().unwrap();
            let total = agency[alias]["totalCount"].as_u64().unwrap();
            assert_eq!(nodes.len() as u64, total.min(most), "{agency}");
            for node in nodes {
                assert_eq!(node["fiscalYear"].as_i64().unwrap() < 2014, early, "{agency}");
            }
        }
    }
}

fn count(connection: &serde_json::Value) -> usize {
    connection["nodes"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_query_is_priced_by_what_it_may_return_before_anything_is_read() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, WIDE).await;
    let client = database.client().await;
    for (query, price) in [
        ("{ agencies(first: 10) { nodes { name } } }", 10),
        // Ten rows, and ten pages of five; the default page has 25.
        ("{ agencies(first: 10) { nodes { grants(first: 5) { nodes { id } } } } }", 60),
        (
            "{ agencies(first: 10) { nodes { grants { nodes { program { code } } } } } }",
            10 + 250 + 250,
        ),
        // Ten points and one for the only figure, however many parents there are.
        ("{ agencies(first: 10) { nodes { grants { totalCount } } } }", 10 + 11),
        ("{ grants { totals { federalShare { sum avg } } } }", 12),
        // 20 groups, and as many rows of agencies.
        (
            "{ grants { groups(by: [AGENCY], first: 20) { nodes { count key { agency { name } } } } } }",
            20 + 20 + 11,
        ),
        // As many as the schema lets be: four statuses, and eight bands of population, and the unknown ones.
        ("{ grants { groups(by: [STATUS]) { nodes { count } } } }", 5 + 11),
        (
            "{ agencies(first: 10) { nodes { grants { groups(by: [STATUS]) { nodes { count } } } } } }",
            10 + 10 * 5 + 11,
        ),
        (
            "{ grants { groups(by: [STATUS, AGENCY_POPULATION_BAND]) { nodes { count } } } }",
            5 * 9 + 11,
        ),
        (
            "{ grants { groups(by: [PROGRAM]) { nodes { count key { program { code } } } } } }",
            101 + 101 + 11,
        ),
        ("{ grants { groups(by: [STATUS], subtotals: true) { nodes { count } } } }", 5 + 1 + 11),
        (
            "{ outcomes { groups(by: [YEARS_SINCE_FIRST_GRANT], event: { from: -4, to: 12 }) { nodes { count } } } }",
            18 + 11,
        ),
        // Where the schema lets be any number, as many as an answer may have.
        ("{ grants { groups(by: [AGENCY]) { nodes { count } } } }", 1_000 + 11),
        ("{ grants { groups(by: [AGENCY, STATUS], first: 7) { nodes { count } } } }", 7 + 11),
        ("{ program(by: { code: \"CHP\" }) { name } }", 1),
        ("{ a: dataset { revision } b: dataset { revision } }", 2),
    ] {
        let priced = client.price(query);
        assert!(priced.response.errors.is_empty(), "{query}: {:?}", priced.response.errors);
        assert_eq!((priced.price, priced.reads.len()), (price, 0), "{query}");
        let answer = client.answer(query, serde_json::Value::Null).await;
        assert_eq!(answer.price, price, "{query}");
        assert!((1..=price).contains(&answer.cost()), "{query}: {:?}", answer.reads);
    }
}

#[tokio::test]
async fn no_order_of_a_column_with_an_index_sorts() {
    let test = TestDatabase::sqlite().await;
    let database = test.writer().await;
    fixture::load(&database, WIDE).await;
    let client = test.client().await;
    let mut read = 0;
    for (list, field) in [
        ("grants", "FISCAL_YEAR"),
        ("grants", "FEDERAL_SHARE"),
        ("grants", "AWARD_NUMBER"),
        ("agencies", "STATE"),
        ("trainees", "COMPLETED_ON"),
    ] {
        for (direction, nulls, page) in
            [("ASC", "FIRST"), ("ASC", "LAST"), ("DESC", "FIRST"), ("DESC", "LAST")]
                .into_iter()
                .flat_map(|(direction, nulls)| {
                    ["first", "last"].map(|page| (direction, nulls, page))
                })
        {
            let order = format!("{{ field: {field}, direction: {direction}, nulls: {nulls} }}");
            let query = format!("{{ {list}({page}: 100, orderBy: {order}) {{ nodes {{ id }} }} }}");
            let answer = client.answer(&query, serde_json::Value::Null).await;
            assert!(answer.response.errors.is_empty(), "{:?}", answer.response.errors);
            for sql in answer.statements() {
                let plan =
                    Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
                let plan = database.query_all_raw(plan).await.unwrap();
                let steps: Vec<String> =
                    plan.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
                assert!(
                    !steps.iter().any(|step| step.contains("TEMP B-TREE")),
                    "{query}: {steps:?}"
                );
                read += 1;
            }
        }
    }
    assert!(read > 40, "{read}");
}

#[tokio::test]
async fn the_rows_of_a_filter_over_many_are_looked_up_once_in_the_copy() {
    let test = TestDatabase::sqlite().await;
    fixture::load(&test.writer().await, SMALL).await;
    let filter = "filter: { trainees: { some: { hours: { gt: 8 } } } }";
    let query = format!(
        "{{ a: agencies({filter}, first: 2) {{ nodes {{ id }} }} b: agencies({filter}, first: 3) {{ nodes {{ id }} }} }}"
    );
    let found = test.client().await.answer(&query, Value::Null).await;
    let keys = found.reads.iter().filter(|read| read.purpose == Purpose::Keys);
    assert_eq!(keys.count(), 1);
    assert!(
        found.statements().iter().all(|sql| !sql.contains("trainees")),
        "{:?}",
        found.statements()
    );
    // Without the copy, the database finds them, and the answer is the same.
    let in_sql = test.client_in_sql().await.answer(&query, Value::Null).await;
    assert!(in_sql.reads.iter().all(|read| read.purpose != Purpose::Keys));
    assert!(in_sql.statements().iter().all(|sql| sql.contains("trainees")));
    assert_eq!(in_sql.response.data, found.response.data);
}
