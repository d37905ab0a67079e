//! Totals and groups over GraphQL: nested as at the root, a page at a time, and what is wrong with them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{
    fixture::{self, SMALL},
    support::{Client, TestDatabase},
};

/// What is asked of the grants of an agency, and of all grants that are filtered by it.
const SELECTIONS: [&str; 6] = [
    "totalCount totals { count agencies federalShare { sum avg median stddev known missing }
        population { sum } dollarsPerOfficer where(filter: { fiscalYear: { gte: 2014 } }) { count } }",
    "groups(by: [FISCAL_YEAR]) { totalCount nodes { key { fiscalYear } count localMatch { max } } }",
    "groups(by: [PROGRAM, STATUS], subtotals: true) { totalCount nodes {
        level key { program { code } status } count officersHired { sum } hiredRate } }",
    "groups(by: [OBLIGATED_ON_QUARTER], orderBy: [{ measure: FEDERAL_SHARE, direction: DESC, nulls: FIRST }],
        first: 1) { totalCount edges { cursor node { count key { obligatedOnQuarter } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }",
    "groups(by: [INSTRUMENT, FISCAL_YEAR], having: { federalShare: { min: { gt: 0 } } }, last: 2) {
        totalCount nodes { key { fiscalYear instrument } federalShare(inDollarsOf: 2024) { min } }
        pageInfo { hasNextPage hasPreviousPage } }",
    "groups(by: [], having: { count: { gt: 2 } }) { nodes { level count } }",
];

#[tokio::test]
async fn the_measures_of_each_parent_are_those_of_the_list_filtered_by_it() {
    for database in TestDatabase::each_and_citus("the_measures_of_each_parent").await {
        fixture::load(&database.writer().await, SMALL).await;
        for mut client in [database.client().await, database.client_in_sql().await] {
            client.limits.cost = 200_000;
            for selection in SELECTIONS {
                for filter in
                    ["{}", "{ fiscalYear: { gte: 2013 } }", "{ title: { contains: \"no\" } }"]
                {
                    let nested = format!(
                        "{{ agencies(first: 100) {{ nodes {{ id grants(filter: {filter}) {{ {selection} }} }} }} }}"
                    );
                    let data = client.data(&nested).await;
                    let agencies = data["agencies"]["nodes"].as_array().unwrap();
                    assert_eq!(agencies.len(), 24);
                    for agency in agencies {
                        let id = &agency["id"];
                        let root = format!(
                            "{{ grants(filter: {{ and: [{filter}, {{ agency: {{ id: {{ eq: {id} }} }} }}] }}) {{ {selection} }} }}"
                        );
                        let data = client.data(&root).await;
                        assert_eq!(agency["grants"], data["grants"], "{selection} {filter}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn the_measures_of_many_parents_cost_no_more_statements_than_those_of_one() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    let query = |parents: usize| {
        format!(
            "{{ agencies(first: {parents}) {{ nodes {{ grants {{ totalCount totals {{ federalShare {{ sum median }} }}
                groups(by: [PROGRAM]) {{ nodes {{ key {{ program {{ code }} }} count }} }} }} }} }} }}"
        )
    };
    let (copy, sql) = (database.client().await, database.client_in_sql().await);
    for parents in [2, 24] {
        // The agencies, and the programs that are keys.
        assert_eq!(copy.answer(&query(parents), Value::Null).await.statements().len(), 2);
        // And the keys, the tallies and the values of the totals; the keys and the counts of the groups.
        let answer = sql.answer(&query(parents), Value::Null).await;
        let statements = answer.statements();
        assert_eq!(statements.len(), 8, "{statements:#?}");
    }
    // What the page itself tells is not counted.
    let query = "{ programs { totalCount nodes { code } } }";
    assert_eq!(sql.answer(query, Value::Null).await.statements().len(), 1);
}

/// All groups, a page at a time, as their keys and counts.
async fn walk(client: &Client, arguments: &str, size: usize, forward: bool) -> Vec<Value> {
    let mut groups = Vec::new();
    let mut place = String::new();
    loop {
        let end = if forward { "first" } else { "last" };
        let query = format!(
            "{{ trainees {{ groups({arguments}, {end}: {size}{place}) {{
            nodes {{ level count key {{ role sessionState agency {{ id }} }} hours {{ avg }} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"
        );
        let data = client.data(&query).await;
        let page = &data["trainees"]["groups"];
        let mut nodes = page["nodes"].as_array().unwrap().clone();
        assert!(nodes.len() <= size);
        if !forward {
            nodes.reverse();
        }
        groups.extend(nodes);
        let info = &page["pageInfo"];
        let (more, cursor, name) = match forward {
            true => (&info["hasNextPage"], &info["endCursor"], "after"),
            false => (&info["hasPreviousPage"], &info["startCursor"], "before"),
        };
        if *more == Value::Bool(false) {
            break;
        }
        place.clear();
        write!(place, ", {name}: {cursor}").unwrap();
    }
    if !forward {
        groups.reverse();
    }
    groups
}

#[tokio::test]
async fn pages_of_groups_put_together_are_all_of_them() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    for client in [database.client().await, database.client_in_sql().await] {
        for order in [
            "[]",
            "[{ measure: COUNT, direction: DESC }]",
            "[{ measure: HOURS, statistic: AVG, nulls: FIRST }, { key: ROLE, direction: DESC }]",
            "[{ measure: HOURS, statistic: PERCENTILE, p: 0.9 }, { key: AGENCY, nulls: FIRST }]",
        ] {
            let arguments =
                format!("by: [AGENCY, SESSION_STATE, ROLE], subtotals: true, orderBy: {order}");
            let all = walk(&client, &arguments, 1000, true).await;
            assert!(all.len() > 60, "{}", all.len());
            assert_eq!(walk(&client, &arguments, 7, true).await, all, "{order}");
            assert_eq!(walk(&client, &arguments, 7, false).await, all, "{order}");
        }
    }
}

/// Fields that are wrong, with the code and some words of what is said of them.
fn mistakes(cursor: &str) -> Vec<(String, &'static str, &'static str)> {
    let after = |arguments: &str| format!("groups({arguments}, after: {cursor}) {{ totalCount }}");
    let figures: String = (0..514).fold(String::new(), |mut text, index| {
        write!(text, "p{index}: percentile(p: {}) ", f64::from(index) / 1000.0).unwrap();
        text
    });
    let groups = |arguments: &str| format!("groups({arguments}) {{ totalCount }}");
    let nine_keys = groups(
        "by: [AGENCY_STATE, FISCAL_YEAR, STATUS, INSTRUMENT, ASSISTANCE_LISTING, PROGRAM, AGENCY,
            AGENCY_KIND, AGENCY_ZIP]",
    );
    let by = |rest: &str| groups(&format!("by: [FISCAL_YEAR]{rest}"));
    vec![
        (
            "totals { federalShare(inDollarsOf: 1800) { sum } }".to_owned(),
            "BAD_ARGUMENT",
            "years known: 1990 to ",
        ),
        (
            by(", having: { federalShare: { inDollarsOf: 2023, sum: { gt: 1 } } }"),
            "BAD_ARGUMENT",
            "2023",
        ),
        (
            "totals { federalShare { percentile(p: 2) } }".to_owned(),
            "BAD_ARGUMENT",
            "2 is not between 0 and 1",
        ),
        (
            "totals { federalShare { percentile(p: -0.1) } }".to_owned(),
            "BAD_ARGUMENT",
            "between 0 and 1",
        ),
        (nine_keys, "BAD_ARGUMENT", "9 keys are more than the 8"),
        (groups("by: [STATUS, STATUS]"), "BAD_ARGUMENT", "STATUS is named twice"),
        (groups("by: [COLOUR]"), "INVALID_QUERY", "COLOUR"),
        (by(", having: { federalShare: { modus: { gt: 1 } } }"), "INVALID_QUERY", "mode"),
        (
            by(", having: { federalShare: { sum: { gt: \"1.005\" } } }"),
            "INVALID_QUERY",
            "having.federalShare.sum.gt",
        ),
        (
            by(", having: { federalShare: { percentile: [{ p: 7, is: { gt: 1 } }] } }"),
            "BAD_ARGUMENT",
            "having.federalShare.percentile[0]",
        ),
        (by(", orderBy: [{ key: STATUS }]"), "BAD_ARGUMENT", "`by` does not name STATUS"),
        (by(", orderBy: [{}]"), "BAD_ARGUMENT", "orderBy[0]: name either"),
        (
            by(", orderBy: [{ key: FISCAL_YEAR, measure: COUNT }]"),
            "BAD_ARGUMENT",
            "name one of them",
        ),
        (
            by(", orderBy: [{ measure: COUNT, statistic: AVG }]"),
            "BAD_ARGUMENT",
            "COUNT has one value",
        ),
        (
            by(", orderBy: [{ measure: FEDERAL_SHARE, statistic: PERCENTILE }]"),
            "BAD_ARGUMENT",
            "p: a percentile needs it",
        ),
        (
            by(", orderBy: [{ measure: OFFICERS_FUNDED, inDollarsOf: 2024 }]"),
            "BAD_ARGUMENT",
            "no amounts",
        ),
        (by(", first: -1"), "BAD_ARGUMENT", "negative"),
        (by(", first: 100000"), "PAGE_TOO_LARGE", "--max-groups"),
        (by(", first: 1, last: 1"), "BAD_ARGUMENT", "one end"),
        (after("by: [FISCAL_YEAR]"), "INVALID_CURSOR", "another key or order"),
        (
            after("by: [STATUS], orderBy: [{ key: STATUS, direction: DESC }]"),
            "INVALID_CURSOR",
            "another key or order",
        ),
        (by(", after: \"bnVsbA\""), "INVALID_CURSOR", "place of a group"),
        (by(", before: \"???\""), "INVALID_CURSOR", "base64"),
        (
            "groups(by: [FISCAL_YEAR]) { nodes { key { status } } }".to_owned(),
            "BAD_ARGUMENT",
            "`by` does not name STATUS",
        ),
        (
            format!("totals {{ federalShare {{ {figures} }} }}"),
            "BAD_ARGUMENT",
            "514 figures are more than 512",
        ),
        (
            "totals { where(filter: { federalShare: { gt: \"x\" } }) { count } }".to_owned(),
            "INVALID_QUERY",
            "filter.federalShare.gt",
        ),
    ]
}

/// What makes no sense of groups among each other, and of what is computed of rows beside their measures.
fn mistakes_among_groups() -> Vec<(String, &'static str, &'static str)> {
    let groups = |arguments: &str| format!("groups({arguments}) {{ totalCount }}");
    let by = |arguments: &str| groups(&format!("by: [FISCAL_YEAR]{arguments}"));
    vec![
        (by(", others: true"), "BAD_ARGUMENT", "`top`, which is missing"),
        (by(", top: 3, first: 3"), "BAD_ARGUMENT", "leave `first` out"),
        (by(", top: 3, others: true, subtotals: true"), "BAD_ARGUMENT", "others: subtotals"),
        (groups("by: [STATUS], fill: true"), "BAD_ARGUMENT", "fill: `by` names no years"),
        (
            "groups(by: [STATUS]) { nodes { window(within: [FISCAL_YEAR]) { count { share } } } }".to_owned(),
            "BAD_ARGUMENT",
            "within: `by` does not name FISCAL_YEAR",
        ),
        (
            "groups(by: [STATUS]) { nodes { window { agencies { cumulative } } } }".to_owned(),
            "BAD_ARGUMENT",
            "groups may share what this counts",
        ),
        (
            "groups(by: [STATUS]) { summary { count { topShare(p: 1.5) } } }".to_owned(),
            "BAD_ARGUMENT",
            "p: is not between 0 and 1",
        ),
        (
            by(", having: { figures: [{ measure: COUNT, statistic: AVG, is: { gt: 1 } }] }"),
            "BAD_ARGUMENT",
            "having.figures[0]: COUNT has one value",
        ),
        (
            by(", orderBy: [{ days: { from: PERIOD_START, to: PERIOD_END }, inDollarsOf: 2024 }]"),
            "BAD_ARGUMENT",
            "belongs to amounts, not to days",
        ),
        (
            "totals { correlation(of: COUNT, with: FEDERAL_SHARE) { n } }".to_owned(),
            "BAD_ARGUMENT",
            "of: COUNT is no number of each row",
        ),
        (
            "totals { correlation(of: POPULATION, with: OFFICERS_FUNDED, inDollarsOf: 2024) { n } }".to_owned(),
            "BAD_ARGUMENT",
            "neither of these is an amount",
        ),
        (
            "totals { estimate(of: POPULATION, clusteredBy: AGENCY) { value } }".to_owned(),
            "BAD_ARGUMENT",
            "its rows are no sample",
        ),
        (
            "totals { federalShare { histogram(bins: 201) { count } } }".to_owned(),
            "BAD_ARGUMENT",
            "bins: 201 is not between 1 and 200",
        ),
        (
            "totals { federalShare { histogram(from: 5, to: 5) { count } } }".to_owned(),
            "BAD_ARGUMENT",
            "ends before the first begins",
        ),
        (
            "totals { active(from: PERIOD_START, to: PERIOD_END, on: { every: MONTH, from: 1990, to: 2020 }) { count } }".to_owned(),
            "BAD_ARGUMENT",
            "more than 128 days",
        ),
        (
            "overlap(of: PROGRAM, by: PROGRAM) { count }".to_owned(),
            "BAD_ARGUMENT",
            "two different keys",
        ),
    ]
}

#[tokio::test]
async fn what_is_wrong_with_aggregates_is_said_before_anything_is_read() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    let mut clients = [database.client().await, database.client_in_sql().await];
    // More figures than one list may have are more aliases than a query may have.
    for client in &mut clients {
        client.limits.aliases = 1_000;
        client.limits.tokens = 10_000;
    }
    let query = "{ grants { groups(by: [STATUS], first: 1) { pageInfo { endCursor } } } }";
    let data = clients[0].data(query).await;
    let cursor = data["grants"]["groups"]["pageInfo"]["endCursor"].to_string();
    for (field, code, words) in mistakes(&cursor).into_iter().chain(mistakes_among_groups()) {
        for client in &clients {
            let query = format!("{{ grants {{ nodes {{ id }} {field} }} }}");
            let answer = client.answer(&query, Value::Null).await;
            let (message, found) = client.error(&query).await;
            assert!(message.contains(words), "{query}: {message}");
            assert_eq!(found, code, "{query}: {message}");
            // A year that the program knows, and this database does not.
            let is_of_year = field.contains("inDollarsOf: 2023");
            assert!(
                answer.statements().is_empty() || is_of_year,
                "{query}: refused before anything is read"
            );
        }
    }
    // Where it is wrong is said by the place in the document: there is no answer that a path could lead into.
    let query = "{ agencies { nodes { all: grants { groups(by: [STATUS]) { nodes { share: federalShare { p: percentile(p: 3) } } } } } } }";
    let answer = clients[0].answer(query, Value::Null).await;
    let error = &answer.response.errors[0];
    assert!(error.path.is_empty());
    assert_eq!(error.locations[0].column, query.find("p: percentile").unwrap() + 1);
    for (query, words) in [
        (
            "{ grants(beyond: { measure: FEDERAL_SHARE }) { totalCount } }",
            "either `above` or `below`",
        ),
        (
            "{ grants(beyond: { measure: POPULATION, above: 0.9 }) { totalCount } }",
            "of a related row",
        ),
        ("{ grants(beyond: { measure: FEDERAL_SHARE, above: 99 }) { totalCount } }", "0.99"),
        (
            "{ agencies { nodes { grants(orderBy: [{ officersFunded: { measure: FUNDED } }]) { nodes { id } } } } }",
            "ask `grants`",
        ),
        (
            "{ grants(filter: { compare: [{ column: PERIOD_END, is: GT, with: FEDERAL_SHARE }] }) { totalCount } }",
            "days are compared with days",
        ),
        (
            "{ outcomes { groups(by: [MEASURE, LEVEL]) { nodes { window { value { cumulative } } } } } }",
            "several measures",
        ),
        ("{ agencies { nodes { grants { quality { column } } } } }", "hangs on no row"),
    ] {
        let (message, code) = clients[0].error(query).await;
        assert!(message.contains(words), "{query}: {message}");
        assert_eq!(code, "BAD_ARGUMENT", "{query}");
    }
    let order = "{ agencies(orderBy: [{ grants: { measure: COUNT } }]) { nodes { id } } }";
    assert!(clients[1].error(order).await.0.contains("--aggregates sql"));
    clients[0].data(order).await;
    let many = "{ agencies(first: 100) { nodes { grants { groups(by: [PERIOD_START], first: 1000) { totalCount } } } } }";
    clients[0].limits.cost = 10;
    assert_eq!(clients[0].error(many).await.1, "QUERY_TOO_EXPENSIVE");
}

const VIOLENT: &str = r#"measure: { code: { eq: "violent_crime" } }"#;

/// What leaves one measure and one level, as arguments of `outcomes` and what is asked of them.
fn left_apart() -> Vec<(String, &'static str)> {
    let totals = "totals { value { sum } populationServed { max } ratePer100k }";
    vec![
        (format!("{VIOLENT}, level: {{ eq: AGENCY }}"), totals),
        (r#"measure: { code: { in: ["violent_crime"] } }, level: { in: [STATE] }"#.into(), totals),
        (format!("{VIOLENT}, level: {{ in: [AGENCY, AGENCY] }}"), totals),
        (format!("{VIOLENT}, agency: {{}}"), totals),
        (format!("{VIOLENT}, agency: {{ state: {{ eq: \"CA\" }} }}"), totals),
        (format!("or: [{{ {VIOLENT}, agency: {{}} }}]"), totals),
        (
            format!("and: [{{ {VIOLENT} }}, {{ level: {{ eq: NATION }}, year: {{ gt: 2000 }} }}]"),
            totals,
        ),
        (
            format!(
                "or: [{{ {VIOLENT}, year: {{ lt: 2010 }} }}, {{ {VIOLENT}, year: {{ gt: 2012 }} }}], level: {{ eq: AGENCY }}"
            ),
            totals,
        ),
        (VIOLENT.into(), "groups(by: [LEVEL, YEAR]) { nodes { value { sum } ratePer100k } }"),
        ("level: { eq: AGENCY }".into(), "groups(by: [MEASURE]) { nodes { value { sum } } }"),
        ("level: { eq: AGENCY }".into(), "groups(by: [MEASURE_CODE]) { nodes { value { sum } } }"),
        (VIOLENT.into(), "totals { where(filter: { level: { eq: STATE } }) { value { sum } } }"),
        (
            String::new(),
            "totals { count agencies value { known missing } populationServed { known missing } }",
        ),
        (
            String::new(),
            "groups(by: [YEAR], having: { value: { known: { gt: 1 } } }, orderBy: [{ measure: VALUE, statistic: KNOWN }]) { nodes { count } }",
        ),
        (
            String::new(),
            "groups(by: [LEVEL, YEAR], subtotals: true) { nodes { count agencies value { known } } }",
        ),
    ]
}

/// What does not, and what is said of it.
fn mixed() -> Vec<(String, &'static str, &'static str)> {
    const MEASURES: &str = "values of several measures are not added up";
    const LEVELS: &str = "values of agencies, of states and of the nation hold each other";
    let sum = "totals { value { sum } }";
    vec![
        (String::new(), sum, MEASURES),
        (String::new(), "totals { populationServed { avg } }", MEASURES),
        (String::new(), "totals { ratePer100k }", MEASURES),
        (String::new(), "totals { value { max } }", MEASURES),
        (VIOLENT.into(), sum, LEVELS),
        (VIOLENT.into(), "totals { ratePer100k }", LEVELS),
        ("level: { eq: AGENCY }".into(), sum, MEASURES),
        (r#"measure: { code: { in: ["violent_crime", "sworn_officers"] } }, level: { eq: AGENCY }"#.into(), sum, MEASURES),
        ("measure: { category: { eq: OFFENSE } }, level: { eq: AGENCY }".into(), sum, MEASURES),
        (r#"not: { measure: { code: { eq: "violent_crime" } } }, level: { eq: AGENCY }"#.into(), sum, MEASURES),
        (format!("{VIOLENT}, level: {{ ne: NATION }}"), sum, LEVELS),
        (format!("{VIOLENT}, or: [{{ level: {{ eq: AGENCY }} }}, {{ level: {{ eq: STATE }} }}]"), sum, LEVELS),
        (format!("{VIOLENT}, state: {{ eq: \"CA\" }}"), sum, LEVELS),
        (format!("{VIOLENT}, agency: null"), sum, LEVELS),
        (VIOLENT.into(), "groups(by: [YEAR]) { nodes { value { sum } } }", LEVELS),
        (VIOLENT.into(), "groups(by: [LEVEL], subtotals: true) { nodes { value { sum } } }", LEVELS),
        ("level: { eq: AGENCY }".into(), "groups(by: [MEASURE_CATEGORY]) { nodes { value { sum } } }", MEASURES),
        ("level: { eq: AGENCY }".into(), "groups(by: [MEASURE, YEAR], subtotals: true) { nodes { value { sum } } }", MEASURES),
        (String::new(), "groups(by: [YEAR], having: { value: { sum: { gt: 1 } } }) { nodes { count } }", MEASURES),
        (String::new(), "groups(by: [YEAR], having: { ratePer100k: { gt: 1 } }) { nodes { count } }", MEASURES),
        (String::new(), "groups(by: [YEAR], orderBy: [{ measure: VALUE }]) { nodes { count } }", MEASURES),
        (String::new(), "groups(by: [YEAR], orderBy: [{ measure: RATE_PER100K }]) { nodes { count } }", MEASURES),
    ]
}

#[tokio::test]
async fn values_of_several_measures_or_levels_are_not_added_up() {
    for database in TestDatabase::each_and_citus("values_of_several_measures").await {
        fixture::load(&database.writer().await, SMALL).await;
        let list =
            |filter: &str, of: &str| format!("{{ outcomes(filter: {{ {filter} }}) {{ {of} }} }}");
        for client in [database.client().await, database.client_in_sql().await] {
            for (filter, of) in left_apart() {
                client.data(&list(&filter, of)).await;
            }
            for (filter, of, words) in mixed() {
                let query = list(&filter, of);
                let (message, code) = client.error(&query).await;
                assert!(message.contains(words), "{query}: {message}");
                assert_eq!(code, "BAD_ARGUMENT", "{query}");
            }
            // The row that the list hangs on leaves one, too; neither alone is enough.
            let of_agencies = |filter: &str| {
                format!(
                    "{{ agencies {{ nodes {{ outcomes(filter: {{ {filter} }}) {{ totals {{ value {{ sum }} }} }} }} }} }}"
                )
            };
            let of_measures = |filter: &str| {
                format!(
                    "{{ measures {{ nodes {{ outcomes(filter: {{ {filter} }}) {{ totals {{ value {{ sum }} }} }} }} }} }}"
                )
            };
            client.data(&of_agencies(VIOLENT)).await;
            client.data(&of_measures("level: { eq: STATE }")).await;
            client.error(&of_agencies("")).await;
            client.error(&of_measures("")).await;
            // Each level has its own, and together they are all.
            let parts = client.data(&format!(
                "{{ outcomes(filter: {{ {VIOLENT} }}) {{ totals {{ count value {{ known }} }}
                    groups(by: [LEVEL]) {{ nodes {{ key {{ level }} count agencies value {{ known }} }} }} }} }}"
            )).await;
            let groups = parts["outcomes"]["groups"]["nodes"].as_array().unwrap();
            let levels: Vec<_> =
                groups.iter().map(|group| group["key"]["level"].as_str().unwrap()).collect();
            assert_eq!(levels, ["AGENCY", "NATION", "STATE"]);
            let counts: i64 = groups.iter().map(|group| group["count"].as_i64().unwrap()).sum();
            assert_eq!(counts, parts["outcomes"]["totals"]["count"]);
            assert_eq!((&groups[1]["agencies"], &groups[1]["count"]), (&0.into(), &3.into()));
        }
    }
}

#[tokio::test]
async fn groups_come_whole_or_are_refused() {
    for database in TestDatabase::each_and_citus("groups_come_whole").await {
        fixture::load(&database.writer().await, SMALL).await;
        for mut client in [database.client().await, database.client_in_sql().await] {
            let agencies = |arguments: &str, of: &str| {
                format!("{{ grants {{ groups(by: [AGENCY]{arguments}) {{ {of} }} }} }}")
            };
            let data = client.data(&agencies("", "totalCount nodes { count }")).await;
            let groups = &data["grants"]["groups"];
            let total = groups["totalCount"].as_u64().unwrap();
            assert_eq!(groups["nodes"].as_array().unwrap().len() as u64, total);
            // As many as an answer may have are all; of one more a part is not shown as the whole.
            client.limits.groups = total.try_into().unwrap();
            client.data(&agencies("", "nodes { count }")).await;
            client.limits.groups -= 1;
            for of in [
                "nodes { count }",
                "edges { node { count } }",
                "totalCount pageInfo { hasNextPage } nodes { count }",
            ] {
                for arguments in
                    ["", ", having: { count: { gte: 0 } }", ", orderBy: [{ measure: COUNT }]"]
                {
                    let (message, code) = client.error(&agencies(arguments, of)).await;
                    assert_eq!(code, "TOO_MANY_GROUPS", "{message}");
                    assert!(
                        message.contains(&format!("more than the {} ", total - 1)),
                        "{message}"
                    );
                    assert!(
                        message.contains("--max-groups") && message.contains("`first`"),
                        "{message}"
                    );
                }
            }
            // Nothing of such a request is answered, wherever it stands.
            let nested = "{ a: dataset { revision } programs(first: 1) { nodes { grants { groups(by: [AGENCY, STATUS, FISCAL_YEAR]) { nodes { count } } } } } }";
            client.limits.groups = 1;
            let answer = client.answer(nested, Value::Null).await;
            assert_eq!(answer.response.data, async_graphql::Value::Null);
            assert!(answer.response.errors.iter().all(|error| error.path.is_empty()));
            // A page says that it is one, and who only counts is told how many there are.
            for of in ["first: 1", "last: 1"] {
                let data = client
                    .data(&agencies(
                        &format!(", {of}"),
                        "pageInfo { hasNextPage hasPreviousPage } nodes { count }",
                    ))
                    .await;
                assert_eq!(data["grants"]["groups"]["nodes"].as_array().unwrap().len(), 1);
            }
            let data = client.data(&agencies("", "totalCount")).await;
            assert_eq!(data["grants"]["groups"]["totalCount"], total);
            let data = client.data(&agencies("", "pageInfo { hasNextPage }")).await;
            assert_eq!(data["grants"]["groups"]["pageInfo"]["hasNextPage"], true);
        }
    }
}
