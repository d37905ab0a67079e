//! A document from the cache gets the same answer as a new document.

use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL},
    support::{Client, TestDatabase},
};

async fn outcome(client: &Client, document: &str, variables: &Value) -> (Value, String) {
    let response = client.answer(document, variables.clone()).await.response;
    (response.data.into_json().unwrap(), format!("{:?}", response.errors))
}

#[tokio::test]
async fn what_was_read_before_is_answered_as_what_was_not() {
    let test = TestDatabase::sqlite().await;
    fixture::load(&test.writer().await, SMALL).await;
    let filter = "query Q($f: AgencyFilter, $n: Int = 3) { agencies(filter: $f, first: $n) { totalCount nodes { name } } }";
    let part = "query($s: String, $on: Boolean!) { agencies(filter: { state: { eq: $s }, bogus: 1 }) { totalCount @include(if: $on) } }";
    let list = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let one = "query($by: AgencyKey!) { agency(by: $by) { name } }";
    let order = "query($o: [AgencyOrder!]) { agencies(orderBy: $o, first: 2) { nodes { name } } }";
    let cases: [(&str, Vec<Value>); 6] = [
        (
            filter,
            vec![
                json!({ "f": { "state": { "eq": "DC" } }, "n": 1 }),
                json!({ "f": { "state": { "eq": 1 } }, "n": 1 }),
                json!({ "f": { "nothing": 1 }, "n": 1 }),
                json!({ "f": { "or": [{ "state": { "in": ["DC", 2] } }] }, "n": 1 }),
                json!({ "f": { "or": { "state": { "eq": "DC" } } }, "n": 1 }),
                json!({ "f": "text", "n": 1 }),
                json!({ "f": null, "n": 1 }),
                json!({ "f": { "state": { "eq": "DC" } }, "n": "1" }),
                json!({ "f": { "state": { "eq": "DC" } }, "n": 1.5 }),
                json!({ "f": { "state": { "eq": "DC" } } }),
                json!({ "n": 2 }),
                json!({ "n": null }),
                json!({ "n": 2, "unknown": 1 }),
                json!({}),
            ],
        ),
        (
            part,
            vec![
                json!({ "on": true }),
                json!({ "on": false }),
                json!({ "on": "yes" }),
                json!({ "on": true, "s": "DC" }),
            ],
        ),
        (
            list,
            vec![
                json!({ "ids": ["QWdlbmN5OjE"] }),
                json!({ "ids": [1] }),
                json!({ "ids": "QWdlbmN5OjE" }),
                json!({ "ids": [null] }),
                json!({ "ids": [{}] }),
                json!({}),
            ],
        ),
        (
            one,
            vec![
                json!({ "by": { "ori": "CA0194200" } }),
                json!({ "by": { "ori": "CA0194200", "id": "a" } }),
                json!({ "by": {} }),
                json!({ "by": { "ori": null } }),
                json!({ "by": { "name": "a" } }),
            ],
        ),
        (
            order,
            vec![
                json!({ "o": [{ "field": "NAME" }] }),
                json!({ "o": [{ "field": "NAMES" }] }),
                json!({ "o": [{ "direction": "ASC" }] }),
                json!({ "o": { "field": "NAME", "direction": "DESC" } }),
                json!({ "o": [] }),
            ],
        ),
        ("{ agencies(first: 1) { totalCount } }", vec![json!({}), json!({ "unused": 1 })]),
    ];
    let shared = test.client().await;
    for (document, given) in &cases {
        // Twice, so that each comes after each.
        for variables in given.iter().chain(given.iter().rev()) {
            let fresh = outcome(&test.client().await, document, variables).await;
            let known = outcome(&shared, document, variables).await;
            assert_eq!(known, fresh, "{document} {variables}");
        }
    }
    // Another operation of the same document has variables of its own.
    let two = "query A($n: Int) { agencies(first: $n) { totalCount } } query B($n: State) { agencies(filter: { state: { eq: $n } }) { totalCount } }";
    let ask = async |name: &str, n: Value| {
        let mut request = async_graphql::Request::new(two).operation_name(name);
        request.variables = async_graphql::Variables::from_json(json!({ "n": n }));
        shared.send(request).await.response.errors.len()
    };
    for _ in 0..2 {
        assert_eq!(ask("A", json!(1)).await, 0);
        assert_eq!(ask("A", json!("DC")).await, 1);
        assert_eq!(ask("B", json!("DC")).await, 0);
        assert_eq!(ask("B", json!(1)).await, 1);
        assert_eq!(ask("C", json!(1)).await, 1);
    }
}

/// Documents with a slip, and what is said of it.
const SLIPS: &[(&str, &str)] = &[
    // A slip of the keyboard: of a field, an argument, a value, an input field, a type, a directive and more.
    (
        "{ agencys { totalCount } }",
        "there is no field \"agencys\" in Query. Did you mean \"agency\" or \"agencies\"?",
    ),
    (
        "{ agencies(firts: 1) { totalCount } }",
        "Query.agencies has no argument \"firts\". Did you mean \"first\"?",
    ),
    (
        "{ agencies(orderBy: { field: NAEM }) { totalCount } }",
        "orderBy.field: \"NAEM\" is not a value of AgencyOrderField. Did you mean \"NAME\"?",
    ),
    (
        "{ agencies(filter: { stat: {} }) { totalCount } }",
        "filter.stat: there is no field \"stat\" in AgencyFilter. Did you mean \"state\"?",
    ),
    (
        "query($f: AgencyFiltre) { agencies(filter: $f) { totalCount } }",
        "there is no type \"AgencyFiltre\". Did you mean \"AgencyFilter\" or \"AgencyFigure\"?",
    ),
    (
        "{ node(id: 1) { ... on Agencie { name } } }",
        "there is no type \"Agencie\". Did you mean \"Agency\"?",
    ),
    (
        "query($first: Int) { agencies(first: $frist) { totalCount } }",
        "first: the variable $frist is not declared. Did you mean \"first\"?",
    ),
    (
        "{ agencies { ...Counts } } fragment Count on AgencyConnection { totalCount }",
        "there is no fragment \"Counts\". Did you mean \"Count\"?",
    ),
    (
        "{ agencies @inclued(if: true) { totalCount } }",
        "there is no directive \"inclued\". Did you mean \"include\"?",
    ),
    // A longer path, and not what merely looks alike.
    (
        "{ grants { groups(by: [STATE]) { totalCount } } }",
        "by[0]: \"STATE\" is not a value of GrantDimension. Did you mean \"AGENCY_STATE\", \"ORGANIZATION_STATE\" or \"AGENCY_IN_STATE\"?",
    ),
    (
        "{ grants { groups(by: [AGENCY_STATE]) { nodes { key { state } } } } }",
        "there is no field \"state\" in GrantGroupKey. Did you mean \"agencyState\", \"organizationState\" or \"agencyInState\"?",
    ),
    // A step further in.
    (
        "{ agencies(filter: { grants: { fiscalYear: { eq: 2009 } } }) { totalCount } }",
        "filter.grants.fiscalYear: there is no field \"fiscalYear\" in GrantListFilter. Did you mean `some: { fiscalYear: ... }`?",
    ),
    (
        "{ agencies(filter: { fiscalYear: { eq: 2009 } }) { totalCount } }",
        "filter.fiscalYear: there is no field \"fiscalYear\" in AgencyFilter. Did you mean `grants: { some: { fiscalYear: ... } }`?",
    ),
    (
        "{ grants(filter: { state: { eq: \"CA\" } }) { totalCount } }",
        "filter.state: there is no field \"state\" in GrantFilter. Did you mean `agency: { state: ... }`, `organization: { state: ... }` or `trainingSessions: { some: { state: ... } }`?",
    ),
    (
        "{ agencies(state: \"CA\") { totalCount } }",
        "Query.agencies has no argument \"state\". Did you mean `filter: { state: ... }`?",
    ),
    (
        "{ agency(ori: \"CA0194200\") { name } }",
        "Query.agency has no argument \"ori\". Did you mean `by: { ori: ... }`?",
    ),
    (
        "{ agencies { name } }",
        "there is no field \"name\" in AgencyConnection. Did you mean `nodes { name }`?",
    ),
    (
        "{ agency(by: { ori: \"CA0194200\" }) { federalShare } }",
        "there is no field \"federalShare\" in Agency. Did you mean `grants { nodes { federalShare } }`?",
    ),
    (
        "{ grants { groups(by: [FISCAL_YEAR]) { nodes { fiscalYear } } } }",
        "there is no field \"fiscalYear\" in GrantGroup. Did you mean `key { fiscalYear }`?",
    ),
    (
        "{ grants { nodes { recipient { ori9 } } } }",
        "there is no field \"ori9\" in Recipient. Did you mean `... on Agency { ori9 }`?",
    ),
    (
        "{ node(id: 1) { awardNumber } }",
        "there is no field \"awardNumber\" in Node. Did you mean `... on Grant { awardNumber }`?",
    ),
    // What other APIs call it.
    (
        "{ agencies(limit: 1) { totalCount } }",
        "Query.agencies has no argument \"limit\". Did you mean \"first\"?",
    ),
    (
        "{ agencies(filter: { name: { like: \"a\" } }) { totalCount } }",
        "filter.name.like: there is no field \"like\" in StringFilter. Did you mean \"contains\"?",
    ),
    // A value without its operator.
    (
        "{ agencies(filter: { state: \"CA\" }) { totalCount } }",
        "filter.state: \"CA\" is not an object of type StateFilter. Write `{ eq: \"CA\" }`",
    ),
    (
        "{ agencies(filter: { state: [\"CA\"] }) { totalCount } }",
        "filter.state: [\"CA\"] is not an object of type StateFilter. Write `{ in: [\"CA\"] }`",
    ),
    // Quotes too many or too few.
    (
        "{ grants(filter: { fiscalYear: { gte: \"2020\" } }) { totalCount } }",
        "filter.fiscalYear.gte: \"2020\" is not a whole number. Write 2020 without quotes",
    ),
    (
        "{ grants(filter: { fiscalYear: { gte: \"x\" } }) { totalCount } }",
        "filter.fiscalYear.gte: \"x\" is not a whole number",
    ),
    (
        "{ agencies(filter: { state: { eq: TX } }) { totalCount } }",
        "filter.state.eq: TX is not a value of State. Write \"TX\"",
    ),
    (
        "{ agencies(filter: { state: { eq: Texas } }) { totalCount } }",
        "filter.state.eq: Texas is not a value of State",
    ),
    (
        "{ agencies(search: Houston) { totalCount } }",
        "search: Houston is not a string in quotes. Write \"Houston\"",
    ),
    (
        "{ agencies @include(iff: true) { totalCount } }",
        "@include has no argument \"iff\". Did you mean \"if\"?",
    ),
    // Nothing is guessed where nothing looks alike.
    (
        "{ agencies(wavelength: 1) { totalCount } }",
        "Query.agencies has no argument \"wavelength\".",
    ),
];

/// What is not there is refused with what may have been meant.
#[tokio::test]
async fn a_slip_is_answered_with_what_may_have_been_meant() {
    let test = TestDatabase::sqlite().await;
    let client = test.client().await;
    for (document, error) in SLIPS {
        let errors = client.answer(document, json!({})).await.response.errors;
        assert_eq!(errors.first().map(|it| &*it.message), Some(*error), "{document}");
    }
    let variables = json!({ "f": { "grants": { "fiscalYear": { "eq": 2009 } } } });
    let document = "query($f: AgencyFilter) { agencies(filter: $f) { totalCount } }";
    let errors = client.answer(document, variables).await.response.errors;
    assert!(errors[0].message.ends_with("Did you mean `some: { fiscalYear: ... }`?"), "{errors:?}");
}
