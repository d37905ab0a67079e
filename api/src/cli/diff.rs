//! `cops-graphql diff`: lists what changed between two revisions.
//!
//! It runs the queries that any client can send (`grantChanges` and similar fields), so it cannot disagree with the API
//! and writes values as the API does.

use std::{collections::BTreeMap, fmt::Write as _, process::ExitCode};

use async_graphql::{Request, Variables};
use clap::ValueEnum;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{fail, output::Output};
use crate::{
    catalog::table::Table,
    database::{self, DatabaseUrl, Readers},
    graphql::{Schema, catalog, execute::execute, schema},
    limits::Limits,
    measures::Aggregates,
    query::changes,
};

/// The end of its help.
pub(super) const HELP: &str = "\
Lists the rows that were added, changed or removed after the first revision, up to and including the second.

Exit codes: 0 no difference, 1 some difference, 2 unknown, because a revision is no longer kept or the database cannot \
be read, 3 the output could not be written.

Examples:
  cops-graphql diff 3 5
  cops-graphql diff 3 5 --format csv > changes.csv
  cops-graphql diff 3 5 --table grants --format json | jq -r .after.awardNumber";

/// The rows that one query reads.
const ROWS: usize = 10_000;
/// The most connections that a query needs.
const CONNECTIONS: usize = 2;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArgs {
    /// The earlier revision.
    #[arg(value_name = "FROM", value_parser = clap::value_parser!(i32).range(1..))]
    from: i32,
    /// The later revision.
    #[arg(value_name = "TO", value_parser = clap::value_parser!(i32).range(1..))]
    to: i32,
    /// The tables to compare, by the names of their lists in the API [default: all].
    #[arg(long, value_name = "TABLE,...", value_delimiter = ',')]
    table: Vec<String>,
    /// The output: counts for people, a CSV record for each changed field, or a line of JSON for each row.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: DiffFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    Human,
    Csv,
    Json,
}

/// A changed row.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RowChange {
    kind: String,
    row_id: String,
    before: Option<Map<String, Value>>,
    after: Option<Map<String, Value>>,
    /// The changed fields.
    fields: Vec<String>,
}

/// How many rows of a table changed, by kind and by field.
struct Counts {
    kinds: Vec<(String, u64)>,
    fields: Vec<(String, u64)>,
}

pub(crate) async fn run(args: &DiffArgs, url: &DatabaseUrl) -> ExitCode {
    let mut output = Output::default();
    match compare(args, url, &mut output).await {
        Ok(is_same) => output.end_if_complete(u8::from(!is_same)),
        Err(message) => {
            fail(&message);
            ExitCode::from(2)
        }
    }
}

/// Writes the differences. Returns whether there are none.
async fn compare(args: &DiffArgs, url: &DatabaseUrl, output: &mut Output) -> Result<bool, String> {
    let tables = chosen(&args.table)?;
    if let Some(missing) = database::no_database(url) {
        return Err(format!("{missing}: name one with --database"));
    }
    let unreadable =
        |error| format!("cannot read the database: {}", database::explain(url, &error));
    let longest = std::time::Duration::from_hours(1);
    let readers = Readers::open_for(url, CONNECTIONS, longest).await.map_err(unreadable)?;
    migration::refuse(readers.spare()).await.map_err(unreadable)?;
    if migration::is_behind(readers.spare()).await.map_err(unreadable)? {
        return Err("the tables of the database do not match this version of the program: `cops-graphql doctor` \
                    explains how to fix that"
            .to_owned());
    }
    let schema = schema();
    let mut all = BTreeMap::new();
    for table in tables {
        let counts = Counts::of(args, &schema, &readers, table).await?;
        // The query above has checked the revisions.
        if all.is_empty() && args.format == DiffFormat::Csv {
            output.write("table,kind,id,field,before,after\n");
        }
        if !counts.kinds.is_empty() && args.format != DiffFormat::Human {
            list(args, &schema, &readers, table, output).await?;
        }
        all.insert(table.list, counts);
    }
    all.retain(|_, counts: &mut Counts| !counts.kinds.is_empty());
    if args.format == DiffFormat::Human {
        output.write(&in_words(args, &all));
    }
    Ok(all.is_empty())
}

/// The tables to compare, among those whose rows change with loads.
fn chosen(names: &[String]) -> Result<Vec<&'static Table>, String> {
    let all = catalog().tables.iter().filter(|table| changes::has_history(table));
    let all: Vec<&Table> = all.collect();
    let find = |name: &String| {
        all.iter().copied().find(|table| table.list == name).ok_or_else(|| {
            let lists: Vec<_> = all.iter().map(|table| table.list).collect();
            format!("there is no table {name}; the tables are {}", lists.join(", "))
        })
    };
    if names.is_empty() { Ok(all.clone()) } else { names.iter().map(find).collect() }
}

/// Writes the changed rows of a table.
async fn list(
    args: &DiffArgs,
    schema: &Schema,
    readers: &Readers,
    table: &'static Table,
    output: &mut Output,
) -> Result<(), String> {
    let fields: Vec<_> =
        changes::version_fields(table).into_iter().map(|field| field.name).collect();
    let version = fields.join(" ");
    let selection = format!(
        "pageInfo {{ hasNextPage endCursor }} \
         nodes {{ kind rowId fields before {{ {version} }} after {{ {version} }} }}"
    );
    let mut after = Value::Null;
    loop {
        let mut found = ask(args, schema, readers, table, (&selection, after)).await?;
        let nodes = serde_json::from_value::<Vec<RowChange>>(found["nodes"].take());
        for change in nodes.map_err(|error| error.to_string())? {
            match args.format {
                DiffFormat::Csv => output.write(&change.to_csv(table.list)?),
                _ => output.write(&format!("{}\n", change.to_json(table.list))),
            }
        }
        if found["pageInfo"]["hasNextPage"] != true {
            return Ok(());
        }
        after = found["pageInfo"]["endCursor"].take();
    }
}

/// Queries the changes of a table.
async fn ask(
    args: &DiffArgs,
    schema: &Schema,
    readers: &Readers,
    table: &Table,
    (selection, after): (&str, Value),
) -> Result<Value, String> {
    let document = format!(
        "query($from: Int!, $to: Int!, $after: String) {{ \
         changes: {}(from: $from, to: $to, first: {ROWS}, after: $after) {{ {selection} }} }}",
        changes::field_name(table)
    );
    let variables = json!({ "from": args.from, "to": args.to, "after": after });
    let request = Request::new(document).variables(Variables::from_json(variables));
    let aggregates = Aggregates::Database(<_>::default());
    let answer = execute(schema, readers, &aggregates, &Limits::unlimited(), request).await;
    if let Some(error) = answer.response.errors.first() {
        return Err(error.message.clone());
    }
    let mut data = answer.response.data.into_json().map_err(|error| error.to_string())?;
    Ok(data["changes"].take())
}

impl Counts {
    async fn of(
        args: &DiffArgs,
        schema: &Schema,
        readers: &Readers,
        table: &Table,
    ) -> Result<Self, String> {
        let selection = "kinds { of: kind count } fields { of: field count }";
        let found = ask(args, schema, readers, table, (selection, Value::Null)).await?;
        let counts = |name: &str| {
            let counted = found[name].as_array().into_iter().flatten();
            let counted = counted.map(|it| {
                (
                    it["of"].as_str().unwrap_or_default().to_owned(),
                    it["count"].as_u64().unwrap_or(0),
                )
            });
            counted.filter(|(_, count)| *count > 0).collect()
        };
        Ok(Self { kinds: counts("kinds"), fields: counts("fields") })
    }
}

impl RowChange {
    fn to_json(&self, table: &str) -> Value {
        let Self { kind, row_id, before, after, fields } = self;
        json!({ "table": table, "kind": kind, "id": row_id, "before": before, "after": after, "fields": fields })
    }

    /// A record for each changed field.
    fn to_csv(&self, table: &str) -> Result<String, String> {
        let cell = |row: &Option<Map<String, Value>>, field: &str| match row
            .as_ref()
            .and_then(|row| row.get(field))
        {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let mut writer = csv::Writer::from_writer(Vec::new());
        for field in &self.fields {
            let (before, after) = (cell(&self.before, field), cell(&self.after, field));
            let record = [table, &self.kind, &self.row_id, field, &before, &after];
            writer.write_record(record).map_err(|error| error.to_string())?;
        }
        let bytes = writer.into_inner().map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    }
}

fn in_words(args: &DiffArgs, all: &BTreeMap<&'static str, Counts>) -> String {
    let (from, to) = (args.from, args.to);
    if all.is_empty() {
        return format!("no differences between the revisions {from} and {to}\n");
    }
    let mut words = format!("from revision {from} to revision {to}:\n");
    for (table, Counts { kinds, fields }) in all {
        let count = |kind| kinds.iter().find(|it| it.0 == kind).map_or(0, |it| it.1);
        let (added, changed, removed) = (count("ADDED"), count("CHANGED"), count("REMOVED"));
        // Writing to a string cannot fail.
        let _ = writeln!(words, "  {table}: {added} added, {changed} changed, {removed} removed");
        for (field, count) in fields {
            let _ = writeln!(words, "    {field}: {count}");
        }
    }
    words
}
