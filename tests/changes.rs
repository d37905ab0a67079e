//! The changes between two revisions that the API reports are the differences between the two datasets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{fixture, history::answer, serve::Running, support::TestDatabase};

/// The kinds of changes, by table and id.
pub(crate) type Changes = BTreeMap<(String, String), String>;

/// Values that a version has, by its field, and how a row of now is asked for the same.
const VALUES: [(&str, &str); 5] = [
    ("title", "title"),
    ("federalShare", "federalShare"),
    ("obligatedOn", "obligatedOn"),
    ("agencyId", "agency { id }"),
    ("sourceId", "source { id }"),
];

/// Filters of awards, some of which look at other tables, which have changed as well.
const FILTERS: [&str; 4] = [
    r#"{ agency: { name: { startsWith: "Renamed" } } }"#,
    "{ federalShare: { isNull: true } }",
    r#"{ not: { agency: { grants: { some: { title: { eq: "Title 3" } } } } } }"#,
    r#"{ or: [{ title: { in: ["Title 1", "Title 2"] } }, { program: { name: { eq: "Program of 3" } } }] }"#,
];

/// A server that has all revisions, and one over the copy of each.
pub(crate) struct Compared<'a> {
    pub(crate) server: &'a Running,
    pub(crate) before: &'a Running,
    pub(crate) after: &'a Running,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl Compared<'_> {
    /// Asks for a page of changes, of the newest revision or of the later one of the two.
    async fn ask(&self, field: &str, arguments: &str, selection: &str, pin: bool) -> Value {
        let document = format!(
            "query($from: Int!, $to: Int!) {{ changes: {field}(from: $from, to: $to{arguments}) {{ {selection} }} }}"
        );
        let variables = json!({ "from": self.from, "to": self.to });
        let answered = answer(self.server, &document, &variables, pin.then_some(self.to)).await;
        assert!(answered["errors"].is_null(), "{document} {answered}");
        answered["data"]["changes"].clone()
    }

    /// Holds what is answered against the changes that there are.
    pub(crate) async fn are_answered(&self, wanted: &Changes, tables: &[&str]) {
        for list in tables {
            let wanted: BTreeMap<&str, &str> = wanted
                .iter()
                .filter(|((table, _), _)| table == list)
                .map(|((_, id), kind)| (id.as_str(), kind.as_str()))
                .collect();
            let field = match *list {
                "agencies" => "agencyChanges".to_owned(),
                "officersFunded" => "officersFundedChanges".to_owned(),
                list => format!("{}Changes", list.trim_end_matches('s')),
            };
            self.pages_have(&field, &wanted).await;
        }
        self.versions_are_of_the_copies().await;
        for filter in FILTERS {
            self.filter_looks_at_both(filter, wanted).await;
        }
    }

    async fn pages_have(&self, field: &str, wanted: &BTreeMap<&str, &str>) {
        let selection = "totalCount kinds { kind count } fields { field count } \
                         nodes { rowId kind fields } pageInfo { hasNextPage hasPreviousPage endCursor }";
        let (mut found, mut differs, mut after) = (BTreeMap::new(), BTreeMap::new(), String::new());
        let first = loop {
            let page = self.ask(field, &format!(", first: 7{after}"), selection, false).await;
            assert_eq!(page["pageInfo"]["hasPreviousPage"], !after.is_empty());
            for node in page["nodes"].as_array().unwrap() {
                let text = |name: &str| node[name].as_str().unwrap().to_owned();
                assert!(found.insert(text("rowId"), text("kind")).is_none(), "{node}");
                let fields = node["fields"].as_array().unwrap();
                assert!(!fields.is_empty(), "{node}");
                for field in fields.iter().filter(|_| node["kind"] == "CHANGED") {
                    *differs.entry(field.as_str().unwrap().to_owned()).or_insert(0_u64) += 1;
                }
            }
            if page["pageInfo"]["hasNextPage"] == false {
                break page;
            }
            after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        };
        let found: BTreeMap<&str, &str> = found.iter().map(|(a, b)| (&**a, &**b)).collect();
        assert_eq!(&found, wanted, "{field} from {} to {}", self.from, self.to);
        assert_eq!(first["totalCount"], wanted.len());
        for counted in first["kinds"].as_array().unwrap() {
            let count = wanted.values().filter(|kind| counted["kind"] == **kind).count();
            assert_eq!(counted["count"], count, "{field} {counted}");
        }
        let counted = first["fields"].as_array().unwrap().iter().map(|counted| {
            (counted["field"].as_str().unwrap().to_owned(), counted["count"].as_u64().unwrap())
        });
        assert_eq!(counted.collect::<BTreeMap<_, _>>(), differs, "{field}");
        // The same, whichever revision is asked.
        let all = self.ask(field, ", first: 100", selection, false).await;
        assert_eq!(self.ask(field, ", first: 100", selection, true).await, all, "{field}");
        let removed = self.ask(field, ", kind: [REMOVED, ADDED], first: 0", "totalCount", false);
        let others = wanted.values().filter(|kind| **kind != "CHANGED").count();
        assert_eq!(removed.await["totalCount"], others, "{field}");
    }

    async fn versions_are_of_the_copies(&self) {
        let version = VALUES.map(|(field, _)| field).join(" ");
        let selection = format!("nodes {{ rowId before {{ {version} }} after {{ {version} }} }}");
        let found = self.ask("grantChanges", ", first: 100", &selection, false).await;
        let changes = found["nodes"].as_array().unwrap();
        let ids: Vec<_> = changes.iter().map(|change| &change["rowId"]).collect();
        let asked = VALUES.map(|(field, asked)| format!("{field}: {asked}")).join(" ");
        let document =
            format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Grant {{ {asked} }} }} }}");
        for (side, copy) in [("before", self.before), ("after", self.after)] {
            let truth = answer(copy, &document, &json!({ "ids": ids }), None).await;
            let truth = truth["data"]["nodes"].as_array().unwrap();
            assert_eq!(truth.len(), changes.len());
            for (change, truth) in changes.iter().zip(truth) {
                let mut truth = truth.clone();
                for field in ["agencyId", "sourceId"] {
                    if let Some(id) = truth.get(field).and_then(|row| row.get("id")).cloned() {
                        truth[field] = id;
                    }
                }
                assert_eq!(change[side], truth, "{side} {change}");
            }
        }
    }

    async fn filter_looks_at_both(&self, filter: &str, wanted: &Changes) {
        let document = format!("{{ grants(first: 100, filter: {filter}) {{ nodes {{ id }} }} }}");
        let mut kept = BTreeSet::new();
        for copy in [self.before, self.after] {
            let found = answer(copy, &document, &Value::Null, None).await;
            let nodes = found["data"]["grants"]["nodes"].as_array().unwrap();
            kept.extend(nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        }
        let wanted = wanted.keys().filter(|(table, id)| table == "grants" && kept.contains(id));
        let wanted: BTreeSet<&str> = wanted.map(|(_, id)| id.as_str()).collect();
        let arguments = format!(", first: 100, filter: {filter}");
        let selection = "totalCount nodes { rowId }";
        let found = self.ask("grantChanges", &arguments, selection, false).await;
        let nodes = found["nodes"].as_array().unwrap();
        let ids: BTreeSet<&str> = nodes.iter().map(|it| it["rowId"].as_str().unwrap()).collect();
        assert_eq!(ids, wanted, "{filter} from {} to {}", self.from, self.to);
        assert_eq!(found["totalCount"], wanted.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_that_are_not_kept_are_not_compared() {
    for test in TestDatabase::each_and_citus("revisions_that_are_not_kept_are_not_compared").await {
        let writer = test.writer().await;
        fixture::load(&writer, fixture::SMALL).await;
        for seed in 2..=4 {
            crate::history::load(&writer, seed).await;
        }
        cops_graphql::database::forget::forget(&writer, 2, false).await.unwrap();
        writer.close().await.unwrap();
        let server = Running::start(&test.url, &[]);
        for (arguments, pin, code, words) in [
            (
                "from: 1, to: 2",
                None,
                "REVISION_GONE",
                "Revision 1 is not kept. The available revisions are 2 to 4",
            ),
            (
                "from: 2, to: 5",
                None,
                "NO_SUCH_REVISION",
                "Revision 5 does not exist. The available revisions are 2 to 4",
            ),
            (
                "from: 2, to: 4",
                Some(3),
                "NO_SUCH_REVISION",
                "Revision 4 does not exist. The available revisions are 2 to 3",
            ),
            ("from: 0, to: 4", None, "NO_SUCH_REVISION", "Revision 0 does not exist"),
            ("from: 3, to: 2", None, "BAD_ARGUMENT", "revision 3 is after revision 2"),
            ("from: 2, to: 3, first: 101", None, "PAGE_TOO_LARGE", "101"),
            ("from: 2, to: 3, after: \"nothing\"", None, "INVALID_CURSOR", "cursor"),
        ] {
            let document = format!("{{ agencyChanges({arguments}) {{ totalCount }} }}");
            let refused = answer(&server, &document, &Value::Null, pin).await;
            let error = &refused["errors"][0];
            assert_eq!(error["extensions"]["code"], code, "{arguments} {refused}");
            assert!(error["message"].as_str().unwrap().contains(words), "{refused}");
            assert!(refused["data"].is_null(), "{refused}");
        }
        let same = "{ agencyChanges(from: 3, to: 3) { totalCount fields { field } nodes { rowId } } \
                    priceIndexChanges(from: 2, to: 4) { totalCount kinds { kind count } } }";
        let found = answer(&server, same, &Value::Null, None).await;
        let none = json!({ "totalCount": 0, "fields": [], "nodes": [] });
        assert_eq!(found["data"]["agencyChanges"], none, "{found}");
        assert_eq!(found["data"]["priceIndexChanges"]["kinds"].as_array().unwrap().len(), 3);
    }
}
