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
    for database in
        TestDatabase::each_and_citus("five_levels_cost_a_statement_for_each_field").await
    {
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
    for database in
        TestDatabase::each_and_citus("a_nested_page_reads_no_more_than_it_returns").await
    {
        fixture::load(&database.writer().await, WIDE).await;
        let client = database.client_in_sql().await;
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
async fn a_query_is_priced_by_what_it_will_do_before_anything_is_read() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, WIDE).await;
    for client in [database.client().await, database.client_in_sql().await] {
        // Each is dearer than the one before it.
        for queries in [
            &[
                "{ __typename }",
                "{ agencies(first: 1) { nodes { name } } }",
                "{ agencies(first: 100) { nodes { name } } }",
                "{ agencies(first: 100) { nodes { name city state zip kind population } } }",
                "{ agencies(first: 100) { nodes { name grants(first: 5) { nodes { id } } } } }",
                "{ agencies(first: 100) { nodes { name grants(first: 5) { nodes { id program { code } } } } } }",
            ][..],
            &[
                "{ grants { totalCount } }",
                "{ grants { totals { federalShare { sum median } dollarsPerOfficer } } }",
                "{ grants { groups(by: [AGENCY]) { nodes { federalShare { sum median } dollarsPerOfficer } } } }",
            ],
            &[
                "{ grants { totalCount } }",
                "{ grants(filter: { officersFunded: { some: { agency: {} } }, title: { contains: \"a\" } }) { totalCount } }",
            ],
        ] {
            let mut last = 0;
            for query in queries {
                let query =
                    query.replace("agency: {}", "grant: { agency: { grants: { some: {} } } }");
                let priced = client.price(&query);
                assert!(priced.response.errors.is_empty(), "{query}: {:?}", priced.response.errors);
                assert!(priced.reads.is_empty(), "{query}");
                let answer = client.answer(&query, serde_json::Value::Null).await;
                assert_eq!(answer.price, priced.price, "{query}");
                assert!(answer.price > last, "{query}: {} after {last}", answer.price);
                assert!(
                    (1..=answer.price * 3).contains(&answer.cost()),
                    "{query}: {}",
                    answer.cost()
                );
                last = answer.price;
            }
        }
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
async fn the_rows_of_a_filter_over_many_are_found_in_the_copy() {
    let test = TestDatabase::sqlite().await;
    fixture::load(&test.writer().await, SMALL).await;
    let filter = "filter: { trainees: { some: { hours: { gt: 8 } } } }";
    let query = format!(
        "{{ agencies({filter}, first: 2) {{ nodes {{ id }} }}
           programs {{ nodes {{ grants(filter: {{ agency: {{ trainees: {{ some: {{}} }} }} }}) {{ nodes {{ id }} }} }} }} }}"
    );
    let found = test.client().await.answer(&query, Value::Null).await;
    let keys = found.reads.iter().filter(|read| read.purpose == Purpose::Order);
    assert_eq!(keys.count(), 2);
    assert!(
        found.statements().iter().all(|sql| !sql.contains("trainees")),
        "{:?}",
        found.statements()
    );
    // Without the copy, the database finds them, and the answer is the same.
    let in_sql = test.client_in_sql().await.answer(&query, Value::Null).await;
    assert!(in_sql.reads.iter().all(|read| read.purpose != Purpose::Order));
    assert_eq!(in_sql.statements().iter().filter(|sql| sql.contains("trainees")).count(), 2);
    assert_eq!(in_sql.response.data, found.response.data);
}

#[tokio::test]
async fn related_rows_are_hashed_however_many_there_are() {
    // SQLite looks them up in an index.
    let Some(test) = TestDatabase::postgres("related_rows_are_hashed_however_many_there_are").await
    else {
        return;
    };
    let database = test.writer().await;
    fixture::load(&database, Size { trainees: 20_000, ..SMALL }).await;
    let query =
        "{ agencies(filter: { trainees: { none: {} } }, first: 2) { totalCount nodes { id } } }";
    let answer = test.client_in_sql().await.answer(query, Value::Null).await;
    let mut plans = 0;
    for sql in answer.statements().iter().filter(|sql| sql.contains("trainees")) {
        for setting in ["ANALYZE", "SET work_mem = '64kB'", "SET hash_mem_multiplier = 1"] {
            database.execute_unprepared(setting).await.unwrap();
        }
        let plan = format!("EXPLAIN {}", sql.replace("$1", "100"));
        let plan = Statement::from_string(DbBackend::Postgres, plan);
        let plan = database.query_all_raw(plan).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.try_get_by(0).unwrap()).collect();
        assert!(plan.iter().any(|step| step.contains("hashed SubPlan")), "{plan:#?}");
        plans += 1;
    }
    assert!(plans > 0, "{:?}", answer.statements());
}
