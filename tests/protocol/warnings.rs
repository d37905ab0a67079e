//! Warnings about answers that are right but easily misread.

use serde_json::{Value, json};

use super::{Site, header, query, read};
use crate::{
    fixture::{self, SMALL},
    support::TestDatabase,
};

const MONEY: &str = "{ grants { totals { federalShare { sum } } } }";
const VIOLENT: &str = r#"measure: { code: { eq: "violent_crime" } }"#;

/// What is asked, and what is told of it: codes, with the first field that each is about.
fn readings() -> Vec<(String, Value)> {
    let none = || json!([]);
    let some = "grants: { some: { fiscalYear: { gte: 2020 } } }";
    let agencies =
        |filter: &str, of: &str| format!("{{ agencies(filter: {{ {filter} }}) {{ {of} }} }}");
    let outcomes = |filter: &str, of: &str| {
        format!("{{ outcomes(filter: {{ {VIOLENT}, {filter} }}) {{ {of} }} }}")
    };
    let dollars = "totals { federalShare(inDollarsOf: 2024) { sum } }";
    let children = json!([["ALL_CHILDREN_COUNT", "agencies.totals.federalShare.sum"]]);
    let people = |path: &str| json!([["OVERLAPPING_POPULATIONS", path]]);
    let panel = |path: &str| json!([["CHANGING_PANEL", path]]);
    let nominal = |path: &str| json!([["NOMINAL_DOLLARS", path]]);
    vec![
        // All the money of agencies that had some award.
        (agencies(some, dollars), children.clone()),
        (agencies(&format!("and: [{{ or: [{{ {some} }}, {{ name: {{ isNull: true }} }}] }}]"), dollars), children),
        (agencies(some, "totals { where(filter: { state: { eq: \"CA\" } }) { trainees { sum } } }"), none()),
        (agencies("", &format!("totals {{ where(filter: {{ {some} }}) {{ m: federalShare(inDollarsOf: 2024) {{ avg }} }} }}")),
            json!([["ALL_CHILDREN_COUNT", "agencies.totals.where.m.avg"]])),
        (agencies("grants: { some: {} }", dollars), none()),
        (agencies("grants: { none: { fiscalYear: { eq: 2020 } } }", dollars), none()),
        (agencies(some, "totals { count federalShare { known missing } }"), none()),
        ("{ grants(filter: { officersFunded: { some: { kind: { eq: NEW_HIRE } } } }) { totals { hiredRate } } }".into(),
            json!([["ALL_CHILDREN_COUNT", "grants.totals.hiredRate"]])),
        (agencies("not: { grants: { none: { fiscalYear: { eq: 2020 } } } }", dollars),
            json!([["ALL_CHILDREN_COUNT", "agencies.totals.federalShare.sum"]])),
        // People who are counted once for each agency that serves them.
        (agencies("", "totals { population { sum avg } }"), people("agencies.totals.population.sum")),
        (agencies("", "totals { population { avg max known } }"), none()),
        (agencies("kind: { eq: MUNICIPAL_POLICE }", "totals { population { sum } }"), none()),
        (agencies("kind: { in: [SHERIFF, SHERIFF] }", "totals { population { sum } }"), none()),
        (agencies("kind: { in: [SHERIFF, TRIBAL] }", "totals { population { sum } }"), people("agencies.totals.population.sum")),
        (agencies("", "groups(by: [KIND]) { nodes { population { sum } } }"), none()),
        (agencies("", "groups(by: [STATE]) { nodes { swornOfficersPer100k } }"), people("agencies.groups.nodes.swornOfficersPer100k")),
        (agencies("", "totals { dollarsPerCapita(inDollarsOf: 2024) }"), people("agencies.totals.dollarsPerCapita")),
        ("{ grants { totals { population { sum } } } }".into(), people("grants.totals.population.sum")),
        ("{ grants { groups(by: [AGENCY_KIND]) { nodes { population { sum } } } } }".into(), none()),
        ("{ grants(filter: { agency: { kind: { eq: SHERIFF } } }) { totals { population { sum } } } }".into(), none()),
        ("{ grants { groups(by: [AGENCY]) { nodes { population { sum } } } } }".into(), none()),
        ("{ agencies { nodes { grants { totals { population { sum } } } } } }".into(), none()),
        // Years side by side.
        (outcomes("level: { eq: AGENCY }", "groups(by: [YEAR]) { nodes { ratePer100k value { sum } } }"), panel("outcomes.groups.nodes.ratePer100k")),
        (outcomes("agency: {}", "groups(by: [YEARS_SINCE_FIRST_GRANT], event: { from: -1, to: 1 }) { edges { node { value { avg } } } }"),
            panel("outcomes.groups.edges.node.value.avg")),
        (outcomes("agency: {}", "groups(by: [YEARS_SINCE_FIRST_GRANT], event: { from: -1, to: 1, balanced: true }) { nodes { value { sum } } }"), none()),
        (outcomes("agency: {}", "groups(by: [YEARS_SINCE_FIRST_GRANT, EVER_FUNDED], event: { from: -1, to: 1 }) { nodes { ratePer100k } }"),
            panel("outcomes.groups.nodes.ratePer100k")),
        (outcomes("agency: {}", "groups(by: [YEAR], event: { from: -1, to: 1, balanced: true }) { nodes { ratePer100k } }"),
            panel("outcomes.groups.nodes.ratePer100k")),
        (outcomes("level: { eq: STATE }", "groups(by: [YEAR]) { nodes { value { sum } } }"), none()),
        (outcomes("level: { eq: AGENCY }", "groups(by: [STATE]) { nodes { value { sum } } }"), none()),
        (outcomes("level: { eq: AGENCY }", "groups(by: [YEAR]) { nodes { agencies value { known } } }"), none()),
        (outcomes("level: { eq: AGENCY }", "groups(by: [AGENCY, YEAR]) { nodes { value { sum } } }"), none()),
        (format!("{{ agencies {{ nodes {{ outcomes(filter: {{ {VIOLENT} }}) {{ groups(by: [YEAR]) {{ nodes {{ value {{ sum }} }} }} }} }} }} }}"), none()),
        // Dollars of many years.
        (MONEY.into(), nominal("grants.totals.federalShare.sum")),
        ("{ grants { totals { a: federalShare { max } b: localMatch { sum } dollarsPerOfficer } } }".into(), nominal("grants.totals.a.max")),
        ("{ grants { totals { dollarsPerOfficer } } }".into(), nominal("grants.totals.dollarsPerOfficer")),
        ("{ grants { totals { federalShare(inDollarsOf: 2024) { sum } hiredRate } } }".into(), none()),
        ("{ grants(filter: { fiscalYear: { eq: 2014 } }) { totals { federalShare { sum } } } }".into(), none()),
        ("{ grants(filter: { fiscalYear: { gte: 2010, lte: 2014 } }) { totals { federalShare { sum } } } }".into(), none()),
        ("{ grants(filter: { fiscalYear: { gte: 2010, lte: 2015 } }) { totals { federalShare { sum } } } }".into(), nominal("grants.totals.federalShare.sum")),
        ("{ grants(filter: { fiscalYear: { in: [2010, 2012] } }) { totals { federalShare { sum } } } }".into(), none()),
        ("{ grants(filter: { fiscalYear: { gte: 2010 } }) { groups(by: [FISCAL_YEAR]) { nodes { federalShare { sum } } } } }".into(),
            nominal("grants.groups.nodes.federalShare.sum")),
        ("{ obligations(filter: { obligatedOn: { gte: \"2014-01-01\", lt: \"2015-01-01\" } }) { totals { amount { sum } } } }".into(), none()),
        ("{ obligations { totals { amount { sum } } } }".into(), nominal("obligations.totals.amount.sum")),
        ("{ grants(filter: { id: { eq: \"R3JhbnQ6MQ\" } }) { totals { federalShare { sum } } } }".into(), none()),
        // Each list tells of its own; what groups are ordered or kept by tells of the groups.
        ("{ a: grants { totals { federalShare { sum } } } b: grants { totals { federalShare { sum } } } }".into(),
            json!([["NOMINAL_DOLLARS", "a.totals.federalShare.sum"], ["NOMINAL_DOLLARS", "b.totals.federalShare.sum"]])),
        ("{ grants { totalCount nodes { federalShare } groups(by: [STATUS], orderBy: [{ measure: FEDERAL_SHARE }]) { nodes { count } } } }".into(), nominal("grants.groups")),
        ("{ grants { groups(by: [STATUS], having: { federalShare: { avg: { gt: 1 } } }) { nodes { count localMatch { sum } } } } }".into(), nominal("grants.groups")),
        ("{ grants { groups(by: [STATUS], having: { dollarsPerOfficer: { gt: 1 } }) { nodes { count } } } }".into(), nominal("grants.groups")),
        ("{ grants { groups(by: [STATUS], having: { federalShare: { known: { gt: 1 } } }) { nodes { count } } } }".into(), none()),
        ("{ grants { totalCount nodes { federalShare } } }".into(), none()),
    ]
}

#[tokio::test]
async fn what_is_easily_misread_is_told_and_nothing_else() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    let client = database.client().await;
    for (query, expected) in readings() {
        let answer = client.answer(&query, Value::Null).await;
        assert!(answer.response.errors.is_empty(), "{query}: {:?}", answer.response.errors);
        let told =
            answer.warnings.iter().map(|warning| json!([warning.code, warning.path.join(".")]));
        assert_eq!(Value::Array(told.collect()), expected, "{query}");
        assert!(answer.warnings.iter().all(|warning| warning.message.len() > 80), "{query}");
        // It is known before anything is read.
        assert_eq!(client.price(&query).warnings.len(), answer.warnings.len(), "{query}");
    }
}

#[tokio::test]
async fn warnings_are_beside_the_answer_unless_nobody_wants_them() {
    let site = Site::new().await;
    let ask = |word: Option<&'static str>| {
        let request = site.post(&query(MONEY));
        word.map_or(request, |word| site.post(&query(MONEY)).header("GraphQL-Warnings", word))
    };
    let response = ask(None).send().await.unwrap();
    assert!(header(&response, "vary").contains("graphql-warnings"));
    let told: Value = response.json().await.unwrap();
    let warnings = &told["extensions"]["warnings"];
    assert_eq!(warnings[0]["code"], "NOMINAL_DOLLARS", "{told}");
    assert_eq!(warnings[0]["path"], json!(["grants", "totals", "federalShare", "sum"]));
    assert!(warnings[0]["message"].as_str().unwrap().contains("inDollarsOf"));
    // Both answers are kept, each for who asks for it.
    for _ in 0..2 {
        let (_, off) = read(ask(Some("0"))).await;
        assert_eq!(off["data"], told["data"]);
        assert_eq!(off["extensions"].get("warnings"), None, "{off}");
        let (_, on) = read(ask(Some("1"))).await;
        assert_eq!(on, told);
    }
    assert_eq!(site.counts().hits, 3);
    let (status, _) = read(ask(Some("no"))).await;
    assert_eq!(status.as_u16(), 400);
    // Who only asks for the price is told, too; and an answer without any says nothing.
    let (_, priced) = read(ask(None).header("GraphQL-Cost", "validate")).await;
    assert_eq!(priced["extensions"]["warnings"], *warnings);
    let (_, plain) = read(site.post(&query("{ grants { totals { count } } }"))).await;
    assert_eq!(plain["extensions"].get("warnings"), None);
    // Files have no place for them, and need no header for that.
    let file = ask(Some("0")).header("Accept", "text/csv").send().await.unwrap();
    assert_eq!(file.status().as_u16(), 400, "totals are no table");
    let file = site
        .post(&query("{ grants { groups(by: [STATUS]) { nodes { federalShare { sum } } } } }"))
        .header("Accept", "text/csv")
        .header("GraphQL-Warnings", "0");
    assert_eq!(file.send().await.unwrap().status().as_u16(), 200);
}
