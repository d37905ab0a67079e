//! Each limit of a request: just below it, at it, and just above it.

use async_graphql::{Request, Variables};
use cops_graphql::limits::Limits;
use serde_json::json;

use crate::{
    fixture::{self, SMALL},
    support::{Client, TestDatabase},
};

/// The message and the code of an error, with what was read; none where there is no error.
async fn refusal(client: &Client, query: &str, variables: serde_json::Value) -> Option<String> {
    let request = Request::new(query).variables(Variables::from_json(variables));
    let answer = client.send(request).await;
    let error = answer.response.errors.first()?;
    assert!(answer.statements().is_empty(), "{query}: refused before anything is read");
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    Some(format!("{}: {}", code.map_or_else(String::new, ToString::to_string), error.message))
}

/// One after the other.
fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().concat()
}

/// Makes a query of so many of something.
type Make = fn(usize) -> (String, serde_json::Value);

#[tokio::test]
async fn every_limit_holds_at_its_number() {
    let test = TestDatabase::sqlite().await;
    fixture::load(&test.writer().await, SMALL).await;
    let mut client = test.client_in_sql().await;
    let none = serde_json::Value::Null;
    let limits = Limits::default();
    let cases: [(&str, Limits, Make); 10] = [
        ("--max-document", Limits { document: 24, ..limits }, |n| {
            (format!("{:n$}", "{ dataset { revision } }"), json!(null))
        }),
        ("--max-tokens", Limits { tokens: 24, ..limits }, |n| {
            (format!("{{ {} }}", "__typename ".repeat(n - 2)), json!(null))
        }),
        ("--max-depth", Limits { depth: 24, ..limits }, |n| {
            // Two levels, three more each time, and the rest.
            let inner = ["name", "grants { totalCount }", "grants { nodes { title } }"];
            let (times, rest) = ((n - 3) / 3, (n - 3) % 3);
            let mut query = inner[rest].to_owned();
            for _ in 0..times {
                let up = "grants(first: 1) { nodes { recipient { ... on Agency { ";
                query = format!("{up}{query} }} }} }} }}");
            }
            (format!("{{ agencies(first: 1) {{ nodes {{ {query} }} }} }}"), json!(null))
        }),
        ("--max-fields", Limits { fields: 24, ..limits }, |n| {
            let fields = "revision ".repeat(n - 1);
            (format!("{{ dataset {{ {fields} }} }}"), json!(null))
        }),
        ("--max-root-fields", Limits { root_fields: 24, aliases: 100, ..limits }, |n| {
            let field = |n| format!("f{n}: __typename ");
            (format!("{{ {} }}", many(n, field)), json!(null))
        }),
        ("--max-aliases", Limits { aliases: 24, root_fields: 100, ..limits }, |n| {
            let field = |n| format!("f{n}: __typename ");
            (format!("{{ {} }}", many(n, field)), json!(null))
        }),
        ("--max-alias", Limits { alias: 24, ..limits }, |n| {
            (format!("{{ {}: __typename }}", "a".repeat(n)), json!(null))
        }),
        ("--max-directives", Limits { directives: 24, ..limits }, |n| {
            let field = "dataset { revision @include(if: true) } ";
            (format!("{{ {} }}", field.repeat(n)), json!(null))
        }),
        ("--max-list-items", Limits { list_items: 24, ..limits }, |n| {
            let items = "2010, ".repeat(n);
            let filter = format!("{{ fiscalYear: {{ in: [{items}] }} }}");
            (format!("{{ grants(filter: {filter}) {{ totalCount }} }}"), json!(null))
        }),
        ("--max-list-items", Limits { list_items: 24, ..limits }, |n| {
            let query = "query($f: GrantFilter) { grants(filter: $f) { totalCount } }";
            (query.to_owned(), json!({ "f": { "fiscalYear": { "in": vec![2010; n] } } }))
        }),
    ];
    for (setting, limits, make) in cases {
        client.limits = limits;
        for n in [23, 24] {
            let (query, variables) = make(n);
            assert_eq!(refusal(&client, &query, variables).await, None, "{setting}: {query}");
        }
        let (query, variables) = make(25);
        let refused = refusal(&client, &query, variables).await;
        let refused = refused.unwrap_or_else(|| panic!("{setting}: {query}"));
        assert!(refused.contains(setting), "{refused}");
        assert!(refused.contains("25") && refused.contains("24"), "{refused}");
    }
    // Each of these is within the limit, and both together may not be.
    let query = "{ agencies(first: 12) { nodes { id } } programs(first: 13) { nodes { id } } }";
    client.limits = Limits::default();
    let price = u32::try_from(client.price(query).price).unwrap();
    // Where the database answers aggregates, ten times as much.
    client.limits.cost = price.div_ceil(10);
    assert_eq!(refusal(&client, query, json!(null)).await, None);
    let cost = price.div_ceil(10) - 1;
    client.limits.cost = cost;
    let refused = refusal(&client, query, json!(null)).await.unwrap();
    for words in ["--max-cost", &price.to_string(), &(cost * 10).to_string()] {
        assert!(refused.contains(words), "{refused}");
    }
    client.limits = Limits { page: 24, groups: 24, ..Limits::default() };
    let page = |n: usize| format!("{{ agencies(first: {n}) {{ nodes {{ id }} }} }}");
    let groups = |n: usize| {
        let groups = format!("groups(by: [STATE], last: {n}) {{ nodes {{ count }} }}");
        format!("{{ agencies {{ {groups} }} }}")
    };
    for (setting, make) in
        [("--max-page", &page as &dyn Fn(usize) -> String), ("--max-groups", &groups)]
    {
        for n in [23, 24] {
            assert_eq!(refusal(&client, &make(n), none.clone()).await, None);
        }
        let refused = refusal(&client, &make(25), none.clone()).await.unwrap();
        assert!(refused.contains("PAGE_TOO_LARGE") && refused.contains(setting), "{refused}");
    }
}

#[tokio::test]
async fn the_usual_attacks_are_refused_before_anything_is_read() {
    let test = TestDatabase::sqlite().await;
    let client = test.client_in_sql().await;
    let aliases = many(101, |n| format!("a{n}: __typename "));
    let schemas = many(2, |n| format!("s{n}: __schema {{ types {{ name }} }} "));
    let round = "fields { type { ".repeat(6) + "name" + &" } }".repeat(6);
    let spread = |n: usize| format!("fragment F{n} on Query {{ ...F{} ...F{} }} ", n + 1, n + 1);
    let bomb = many(30, spread);
    for (query, words) in [
        (format!("{{ {aliases} }}"), "fields at the root"),
        (format!("{{ dataset {{ {aliases} }} }}"), "aliases"),
        (format!("{{ dataset {{ {} }} }}", "revision ".repeat(1_000)), "fields"),
        (format!("{{ __typename {} }}", "@skip(if: false) ".repeat(21)), "directives"),
        (format!("{{ {schemas} }}"), "fields `__schema`"),
        (format!("{{ __schema {{ types {{ {round} }} }} }}"), "levels of nested member lists"),
        (format!("{{ ...F0 }} {bomb} fragment F30 on Query {{ __typename }}"), "fields"),
    ] {
        let refused = refusal(&client, &query, json!(null)).await;
        assert!(refused.as_ref().is_some_and(|text| text.contains(words)), "{query}: {refused:?}");
    }
    // A fragment that spreads itself is left to validation, which ends, too.
    let circle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    assert!(refusal(&client, circle, json!(null)).await.is_some());
}

#[tokio::test]
async fn adversarial_documents_are_refused_at_once() {
    let test = TestDatabase::sqlite().await;
    let client = test.client_in_sql().await;
    let operations = |n: usize, body: &str| many(n, |n| format!("query Q{n} {{ {body} }} "));
    let long = "sessionTrainingProviderFiscal".repeat(1_950);
    let cases = [
        // A fragment within itself, below a field, which nobody can follow to its end.
        ("{...F} fragment F on Query{agencies{...F}}".to_owned(), "reference itself"),
        (
            "{agencies{nodes{...F}}} fragment F on Agency{grants{nodes{agency{...G}}}} fragment G on Agency{...F @skip(if: true)}".to_owned(),
            "reference itself",
        ),
        ("{__schema{types{...T}}} fragment T on __Type{ofType{...T}}".to_owned(), "reference itself"),
        // Names that nothing is like, again and again.
        (
            format!("{} fragment F on Query{{trainees{{groups(by:[]){{nodes{{key{{{long}}}}}}}}}}}", "{...F} ".repeat(480)),
            "there is no field",
        ),
        (
            format!(
                "{} fragment F on Query{{grants{{groups(by:[{}]){{totalCount}}}}}}",
                operations(60, "...F"),
                many(250, |n| format!("AGENCY_SOMETHING_LONG_THAT_IS_NOT_THERE_{n} "))
            ),
            "is not a value of GrantDimension",
        ),
        (operations(250, &"x".repeat(150)), "there is no field"),
        // Fragments in each other, one by one.
        (
            format!("{{...F0}} {} fragment F102 on Query{{__typename}}", many(102, |n| format!("fragment F{n} on Query{{...F{}}} ", n + 1))),
            "levels of selections",
        ),
    ];
    for (query, words) in cases {
        // Each of these took seconds, a minute, or the process.
        let refused = refusal(&client, &query, json!(null)).await.unwrap_or_default();
        assert!(refused.contains(words), "{}: {refused}", &query[..40]);
        let answer = client.answer(&query, json!(null)).await;
        assert!(answer.response.errors.len() <= 51, "{}", answer.response.errors.len());
    }
}

#[tokio::test]
async fn a_null_is_refused_where_there_must_be_a_value() {
    let test = TestDatabase::sqlite().await;
    fixture::load(&test.writer().await, SMALL).await;
    let client = test.client().await;
    for query in [
        "query($v:String=\"Agency\"){__type(name:$v){name}}",
        "query($v:Boolean=true){agencies{totalCount @include(if:$v)}}",
        "query($v:Boolean=true){...F} fragment F on Query{agencies @skip(if:$v){totalCount}}",
        "query($v:ID=\"QWdlbmN5OjE\"){node(id:$v){id}}",
        "query($v:[ID!]=[\"QWdlbmN5OjE\"]){nodes(ids:$v){id}}",
        "query($v:ID=\"QWdlbmN5OjE\"){nodes(ids:[$v]){id}}",
        "query($v:[AgencyDimension!]=[STATE]){agencies{groups(by:$v){totalCount}}}",
        "query($v:OrderDirection){agencies(first:1,orderBy:{field:NAME,direction:$v}){nodes{id}}}",
        "query($v:NullsOrder=LAST){agencies{groups(by:[STATE],orderBy:[{key:STATE,nulls:$v}]){totalCount}}}",
        "query($v:FloatFilter={gte:1}){agencies{groups(by:[STATE],having:{population:{percentile:{p:0.5,is:$v}}}){totalCount}}}",
        "query($v:ID=\"QWdlbmN5OjE\"){agency(by:{id:$v}){id}}",
    ] {
        let refused = refusal(&client, query, json!({ "v": null })).await;
        // A filter that is null tests nothing, and may be.
        let may_be = query.contains("FloatFilter");
        assert_eq!(refused.is_some(), !may_be, "{query}: {refused:?}");
        assert!(may_be || refused.unwrap().contains("must not be null"), "{query}");
        assert_eq!(refusal(&client, query, json!({})).await, None, "{query}");
    }
}

#[tokio::test]
async fn conditions_on_related_rows_are_counted_over_the_whole_request() {
    let test = TestDatabase::sqlite().await;
    fixture::load(&test.writer().await, SMALL).await;
    let client = test.client().await;
    let query = "query ($f: AgencyFilter!, $g: AgencyFilter) { \
        a: agencies(filter: $f, first: 1) { totalCount nodes { id } } \
        b: agencies(filter: $f, first: 2) { groups(by: [STATE], first: 1) { nodes { where(filter: $f) { count } } } } \
        c: agencies(filter: $g) { totalCount } }";
    let one = |n: usize| json!({ "trainees": { "some": { "hours": { "gt": n } } } });
    let some = |count: usize| json!({ "or": (0..count).map(one).collect::<Vec<_>>() });
    // The variable stands in three places.
    let sent = |f, g| json!({ "f": some(f), "g": some(g) });
    assert_eq!(refusal_of(&client, query, sent(66, 2)).await, None);
    let refused = refusal(&client, query, sent(66, 3)).await.unwrap();
    assert!(refused.contains("QUERY_TOO_LARGE") && refused.contains("201"), "{refused}");
    assert!(refused.contains("`some` and `none`, in all filters together"), "{refused}");
}

/// The message of the first error of an answer, whatever was read for it.
async fn refusal_of(client: &Client, query: &str, variables: serde_json::Value) -> Option<String> {
    let request = Request::new(query).variables(Variables::from_json(variables));
    let answer = client.send(request).await;
    answer.response.errors.first().map(|error| error.message.clone())
}

#[tokio::test]
async fn rows_that_many_lead_to_are_priced_as_often_as_they_are_shown() {
    let test = TestDatabase::sqlite().await;
    let db = test.writer().await;
    fixture::load(&db, SMALL).await;
    let client = test.client().await;
    // A few programs have all grants, whose programs have all grants, and so on.
    let query = |levels: usize, first: usize| {
        let inner = "{ nodes { id } }".to_owned();
        let around =
            |query, _| format!("{{ nodes {{ program {{ grants(first: {first}) {query} }} }} }}");
        format!("{{ grants(first: {first}) {} }}", (0..levels).fold(inner, around))
    };
    let prices: Vec<u64> = (0..3).map(|levels| client.price(&query(levels, 20)).price).collect();
    assert!(prices[2] > prices[1] + 20, "twenty times as many are shown: {prices:?}");
    let refused = refusal(&client, &query(3, 100), json!(null)).await.unwrap();
    assert!(refused.contains("--max-memory") || refused.contains("--max-cost"), "{refused}");
    let fine = refusal(&client, &query(1, 20), json!(null)).await;
    assert_eq!(fine, None);
}
