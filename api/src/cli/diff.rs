//! `cops-graphql diff`: what changed between two revisions.
//!
//! The history says which rows may differ, and both revisions are asked for these, as any client would: so values are
//! written as the API writes them.

use std::{collections::BTreeMap, fmt::Write as _, process::ExitCode};

use async_graphql::{Request, Variables};
use clap::ValueEnum;
use entity::table::EntityTable;
use serde_json::{Map, Value, json};

use super::{fail, output::Output};
use crate::{
    catalog::{
        dataset::Dataset,
        table::{Cardinality, Table},
    },
    database::{self, DatabaseUrl, Readers, as_of, forget},
    graphql::{Schema, catalog, execute::execute, schema},
    limits::Limits,
    measures::Aggregates,
    query::id,
};

/// What its help says at the end.
pub(super) const HELP: &str = "\
Lists the rows that were added, changed or removed after the first revision, up to the second. Nothing is changed.

Examples:
  cops-graphql diff 3 5
  cops-graphql diff 3 5 --format csv > changes.csv
  cops-graphql diff 3 5 --table grants --format json | jq -r .after.awardNumber

Exit codes: 0 nothing differs, 1 something does, 2 it cannot be told: a revision is not kept, or the database cannot be
read, 3 the output could not be written.";

/// The rows that are asked for at once.
const ROWS: usize = 500;
/// The connections that a query needs at most.
const CONNECTIONS: usize = 2;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArgs {
    /// The revision to begin with.
    #[arg(value_name = "FROM", value_parser = clap::value_parser!(i32).range(1..))]
    from: i32,
    /// The revision to end with.
    #[arg(value_name = "TO", value_parser = clap::value_parser!(i32).range(1..))]
    to: i32,
    /// The tables to compare, as the API calls their lists [default: all].
    #[arg(long, value_name = "TABLE,...", value_delimiter = ',')]
    table: Vec<String>,
    /// How to write it: counts for people, a record of CSV for each field, or a line of JSON for each row.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: DiffFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    Human,
    Csv,
    Json,
}

/// A row that differs.
struct RowChange {
    kind: &'static str,
    id: String,
    before: Option<Map<String, Value>>,
    after: Option<Map<String, Value>>,
    /// What differs.
    fields: Vec<String>,
}

/// How many rows of a table differ, and in what.
#[derive(Default)]
struct Counts {
    kinds: BTreeMap<&'static str, u64>,
    fields: BTreeMap<String, u64>,
}

pub(crate) async fn run(args: &DiffArgs, url: &DatabaseUrl) -> ExitCode {
    let mut output = Output::default();
    match compare(args, url, &mut output).await {
        Ok(is_same) => output.end(u8::from(!is_same)),
        Err(message) => {
            fail(&message);
            ExitCode::from(2)
        }
    }
}

/// Writes what differs, and says whether nothing does.
async fn compare(args: &DiffArgs, url: &DatabaseUrl, output: &mut Output) -> Result<bool, String> {
    let tables = chosen(&args.table)?;
    if args.from > args.to {
        return Err(format!(
            "revision {} is after revision {}: name the earlier one first",
            args.from, args.to
        ));
    }
    let unreadable =
        |error| format!("cannot read the database: {}", database::explain(url, &error));
    let longest = std::time::Duration::from_hours(1);
    let readers = Readers::open_for(url, CONNECTIONS, longest).await.map_err(unreadable)?;
    migration::refuse(readers.spare()).await.map_err(unreadable)?;
    if migration::is_behind(readers.spare()).await.map_err(unreadable)? {
        return Err("the tables of the database are not those of this version of the program: \
                    `cops-graphql doctor` says what to do"
            .to_owned());
    }
    let (first, last) = forget::kept(readers.spare()).await.map_err(unreadable)?;
    let current = Dataset::of(&readers).await.map_err(|error| error.to_string())?;
    for revision in [args.from, args.to] {
        let found =
            Dataset::of(&readers.as_of(revision)).await.map_err(|error| error.to_string())?;
        if found.revision != revision || found.identity != current.identity {
            return Err(format!(
                "revision {revision} is not kept: kept are the revisions {first} to {last}"
            ));
        }
    }
    let schema = schema();
    let mut all = BTreeMap::new();
    if args.format == DiffFormat::Csv {
        output.write("table,kind,id,field,before,after\n");
    }
    for table in tables {
        let keys =
            as_of::changed_keys(readers.spare(), (table.name, table.key), (args.from, args.to));
        let keys = keys.await.map_err(unreadable)?;
        let counts: &mut Counts = all.entry(table.list).or_default();
        for keys in keys.chunks(ROWS) {
            let ids: Vec<String> = keys.iter().map(|key| id::encode(table, *key)).collect();
            let before = rows(&schema, &readers.as_of(args.from), table, &ids).await?;
            let after = rows(&schema, &readers.as_of(args.to), table, &ids).await?;
            for ((id, before), after) in ids.into_iter().zip(before).zip(after) {
                let Some(change) = RowChange::of(id, before, after) else { continue };
                *counts.kinds.entry(change.kind).or_default() += 1;
                if change.kind == "CHANGED" {
                    for field in &change.fields {
                        *counts.fields.entry(field.clone()).or_default() += 1;
                    }
                }
                match args.format {
                    DiffFormat::Human => {}
                    DiffFormat::Csv => output.write(&change.to_csv(table.list)?),
                    DiffFormat::Json => output.write(&format!("{}\n", change.to_json(table.list))),
                }
            }
        }
    }
    all.retain(|_, counts: &mut Counts| !counts.kinds.is_empty());
    if args.format == DiffFormat::Human {
        output.write(&in_words(args, &all));
    }
    Ok(all.is_empty())
}

/// The tables that are to be compared: those whose rows loads change.
fn chosen(names: &[String]) -> Result<Vec<&'static Table>, String> {
    let kept: Vec<_> =
        entity::table::tables().into_iter().filter(EntityTable::has_history).collect();
    let all = catalog().tables.iter();
    let all: Vec<&Table> = all
        .filter(|table| table.key == "id" && kept.iter().any(|it| it.name == table.name))
        .collect();
    let find = |name: &String| {
        all.iter().copied().find(|table| table.list == name).ok_or_else(|| {
            let lists: Vec<_> = all.iter().map(|table| table.list).collect();
            format!("there is no table {name}: the tables are {}", lists.join(", "))
        })
    };
    if names.is_empty() { Ok(all.clone()) } else { names.iter().map(find).collect() }
}

/// The rows of ids as of a revision; none where there is none.
async fn rows(
    schema: &Schema,
    readers: &Readers,
    table: &Table,
    ids: &[String],
) -> Result<Vec<Option<Map<String, Value>>>, String> {
    let ones = table.relations.iter().filter(|it| it.cardinality == Cardinality::One);
    // Of which load a row is differs wherever anything does.
    let ones = ones.filter(|it| it.field != "revision").map(|it| format!("{} {{ id }}", it.field));
    let fields: Vec<String> =
        table.visible().map(|(name, _)| name.to_owned()).chain(ones).collect();
    let document = format!(
        "query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {} {{ id {} }} }} }}",
        table.type_name,
        fields.join(" ")
    );
    let request = Request::new(document).variables(Variables::from_json(json!({ "ids": ids })));
    let aggregates = Aggregates::Database(<_>::default());
    let answer = execute(schema, readers, &aggregates, &Limits::unlimited(), request).await;
    if let Some(error) = answer.response.errors.first() {
        return Err(format!("{} cannot be read: {}", table.list, error.message));
    }
    let mut data = answer.response.data.into_json().map_err(|error| error.to_string())?;
    let Value::Array(nodes) = data["nodes"].take() else { return Err("no rows".to_owned()) };
    let row = |node| match node {
        Value::Object(row) => Some(row),
        _ => None,
    };
    Ok(nodes.into_iter().map(row).collect())
}

impl RowChange {
    fn of(
        id: String,
        before: Option<Map<String, Value>>,
        after: Option<Map<String, Value>>,
    ) -> Option<Self> {
        let kind = match (&before, &after) {
            (None, None) => return None,
            (None, Some(_)) => "ADDED",
            (Some(_), None) => "REMOVED",
            (Some(_), Some(_)) => "CHANGED",
        };
        let of = |row: &Option<Map<String, Value>>, field: &str| {
            row.as_ref().and_then(|row| row.get(field)).cloned().unwrap_or_default()
        };
        let names = after.as_ref().or(before.as_ref())?.keys();
        let fields = names.filter(|name| *name != "id" && of(&before, name) != of(&after, name));
        let fields: Vec<String> = fields.cloned().collect();
        // Its words were the same all along, and only its source says so anew.
        (kind != "CHANGED" || !fields.is_empty()).then_some(Self {
            kind,
            id,
            before,
            after,
            fields,
        })
    }

    fn to_json(&self, table: &str) -> Value {
        let Self { kind, id, before, after, fields } = self;
        json!({ "table": table, "kind": kind, "id": id, "before": before, "after": after, "fields": fields })
    }

    /// A record for each field that differs.
    fn to_csv(&self, table: &str) -> Result<String, String> {
        let cell = |row: &Option<Map<String, Value>>, field: &str| match row
            .as_ref()
            .and_then(|row| row.get(field))
        {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            // What a row refers to.
            Some(Value::Object(other)) => other["id"].as_str().unwrap_or_default().to_owned(),
            Some(other) => other.to_string(),
        };
        let mut writer = csv::Writer::from_writer(Vec::new());
        for field in &self.fields {
            let (before, after) = (cell(&self.before, field), cell(&self.after, field));
            let record = [table, self.kind, &self.id, field, &before, &after];
            writer.write_record(record).map_err(|error| error.to_string())?;
        }
        let bytes = writer.into_inner().map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    }
}

fn in_words(args: &DiffArgs, all: &BTreeMap<&'static str, Counts>) -> String {
    let (from, to) = (args.from, args.to);
    if all.is_empty() {
        return format!("nothing differs between the revisions {from} and {to}\n");
    }
    let mut words = format!("from revision {from} to revision {to}:\n");
    for (table, Counts { kinds, fields }) in all {
        let count = |kind| kinds.get(kind).copied().unwrap_or_default();
        let (added, changed, removed) = (count("ADDED"), count("CHANGED"), count("REMOVED"));
        // Writing to a string cannot fail.
        let _ = writeln!(words, "  {table}: {added} added, {changed} changed, {removed} removed");
        for (field, count) in fields {
            let _ = writeln!(words, "    {field}: {count}");
        }
    }
    words
}
