//! Values that are never added up: of several measures, or of agencies and their states.

use crate::{
    fixture::{self, SMALL},
    support::TestDatabase,
};

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
    const MEASURES: &str = "values of different measures must not be added up";
    const LEVELS: &str =
        "values of agencies, states and the nation overlap and must not be added up";
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
        (String::new(), "differenceInDifferences(of: VALUE) { clusters }", MEASURES),
        (VIOLENT.into(), "differenceInDifferences(of: RATE_PER100K) { clusters }", LEVELS),
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
