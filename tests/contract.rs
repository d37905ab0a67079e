//! `schema.graphql` is the schema that the server serves, and describes every element.

use std::path::Path;

use cops_graphql::graphql::sdl;
use serde_json::Value;

use crate::support::TestDatabase;

#[test]
fn the_committed_schema_is_the_served_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, sdl()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == sdl(),
        "schema.graphql is not what the server serves: if the change is meant, run \
         `UPDATE_SCHEMA=1 cargo test --workspace the_committed_schema` and commit the file"
    );
}

#[tokio::test]
async fn everything_in_the_schema_has_a_description() {
    let client = TestDatabase::sqlite().await.client().await;
    let schema = client
        .data(
            "{ __schema { types { kind name description
                 fields(includeDeprecated: true) { name description args { name description } }
                 inputFields { name description } enumValues(includeDeprecated: true) { name description } } } }",
        )
        .await;
    let mut silent = Vec::new();
    let mut check = |place: String, element: &Value| {
        if element["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
            silent.push(place);
        }
    };
    let each = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for kind in each(&schema["__schema"]["types"]) {
        let name = kind["name"].as_str().unwrap().to_owned();
        // What GraphQL itself defines, it describes in its specification.
        if name.starts_with("__") || name == "ID" {
            continue;
        }
        check(name.clone(), &kind);
        for field in each(&kind["fields"]) {
            let place = format!("{name}.{}", field["name"].as_str().unwrap());
            check(place.clone(), &field);
            for argument in each(&field["args"]) {
                check(format!("{place}({})", argument["name"].as_str().unwrap()), &argument);
            }
        }
        for value in each(&kind["inputFields"]).iter().chain(&each(&kind["enumValues"])) {
            check(format!("{name}.{}", value["name"].as_str().unwrap()), value);
        }
    }
    assert!(silent.is_empty(), "without a description: {silent:#?}");
}
