//! `cops-graphql examples`: prints the worked queries of the playground.
//!
//! The queries are the files of `api/web/examples/`, which the playground shows and a test runs.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::{doctor::ReportFormat, fail, output::Output};

/// The end of its help.
pub(super) const HELP: &str = "\
Needs no database and no server. With --format json it prints the body of a request: pipe it into curl.

Exit codes: 0 done, 2 there is no such example, 3 the output could not be written.

Examples:
  cops-graphql examples
  cops-graphql examples money-by-year
  cops-graphql examples money-by-year --format json |
    curl -s http://127.0.0.1:8080/graphql -H 'Content-Type: application/json' -d @-";

/// The end of the list.
const HOW_TO: &str = "`cops-graphql examples NAME` prints one. To run it: cops-graphql examples NAME --format json | \
                      curl -s http://127.0.0.1:8080/graphql -H 'Content-Type: application/json' -d @-";

/// How alike a name must be to be suggested, from 0 to 1.
const ALIKE: f64 = 0.7;

macro_rules! files {
    ($($name:literal $(with $variables:literal)?),* $(,)?) => {
        &[$((
            $name,
            include_str!(concat!("../../web/examples/", $name, ".graphql")),
            concat!("" $(, include_str!(concat!("../../web/examples/", $variables)))?),
        )),*]
    };
}

/// The name of each file, its query, and its variables as JSON, which may be empty.
const FILES: &[(&str, &str, &str)] = files![
    "01-largest-awards",
    "02-one-agency",
    "03-awards-in-a-state" with "03-awards-in-a-state.json",
    "04-money-by-year",
    "05-states-on-a-map",
    "06-programs",
    "07-from-funded-to-retained",
    "08-people-trained",
    "09-real-dollars",
    "10-spread-by-agency-size",
    "11-withdrawn-awards",
    "12-subtotals",
    "13-announced-and-obligated",
    "14-trained-but-never-funded",
    "15-published-figures",
    "16-before-and-after-a-grant",
    "17-how-concentrated-the-money-is",
    "18-officers-year-by-year",
    "19-top-states-and-all-others",
];

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct ExamplesArgs {
    /// The name or the number of an example [default: lists all of them].
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: ReportFormat,
}

/// A worked query.
#[derive(Clone, Copy, Debug)]
struct WorkedQuery {
    number: usize,
    name: &'static str,
    /// Who asks such a question.
    audience: &'static str,
    title: &'static str,
    query: &'static str,
    /// JSON, or empty.
    variables: &'static str,
}

impl WorkedQuery {
    /// Reads a file: `01-name`, which starts with `# Audience: Title`.
    fn of((file, query, variables): &(&'static str, &'static str, &'static str)) -> Option<Self> {
        let (number, name) = file.split_once('-')?;
        let first = query.lines().next()?.strip_prefix("# ")?;
        let (audience, title) = first.split_once(": ")?;
        Some(Self { number: number.parse().ok()?, name, audience, title, query, variables })
    }

    fn variables(&self) -> Option<Value> {
        serde_json::from_str(self.variables).ok()
    }

    /// The query, with its variables as a comment.
    fn to_text(self) -> String {
        let query = self.query.trim_end();
        match self.variables() {
            Some(variables) => format!("{query}\n\n# Variables: {variables}\n"),
            None => format!("{query}\n"),
        }
    }

    /// The body of a request.
    fn to_body(self) -> Value {
        match self.variables() {
            Some(variables) => json!({ "query": self.query, "variables": variables }),
            None => json!({ "query": self.query }),
        }
    }
}

fn all() -> Vec<WorkedQuery> {
    FILES.iter().filter_map(WorkedQuery::of).collect()
}

pub(crate) fn run(args: &ExamplesArgs) -> ExitCode {
    let examples = all();
    let is_json = args.format == ReportFormat::Json;
    let text = match &args.name {
        None if is_json => format!("{}\n", listed_as_json(&examples)),
        None => listed(&examples),
        Some(name) => match find(&examples, name) {
            Ok(example) if is_json => format!("{}\n", example.to_body()),
            Ok(example) => example.to_text(),
            Err(message) => {
                fail(&message);
                return ExitCode::from(2);
            }
        },
    };
    let mut output = Output::default();
    output.write(&text);
    output.end(0)
}

/// A line for each example, and how to print and run one.
fn listed(examples: &[WorkedQuery]) -> String {
    let widest = examples.iter().map(|it| it.name.len()).max().unwrap_or_default();
    let line = |it: &WorkedQuery| {
        let WorkedQuery { number, name, audience, title, .. } = it;
        format!("{number:>2}  {name:<widest$}  {audience}: {title}\n")
    };
    let lines: String = examples.iter().map(line).collect();
    format!("{lines}\n{HOW_TO}\n")
}

fn listed_as_json(examples: &[WorkedQuery]) -> Value {
    let entry = |it: &WorkedQuery| {
        let WorkedQuery { number, name, audience, title, .. } = it;
        json!({ "number": number, "name": name, "audience": audience, "title": title })
    };
    examples.iter().map(entry).collect()
}

/// The example of a name or a number.
fn find(examples: &[WorkedQuery], name: &str) -> Result<WorkedQuery, String> {
    let number = name.parse().ok();
    let is_it = |it: &&WorkedQuery| it.name == name || Some(it.number) == number;
    if let Some(example) = examples.iter().find(is_it) {
        return Ok(*example);
    }
    let alike = |it: &WorkedQuery| strsim::jaro_winkler(it.name, name);
    let nearest = examples.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)));
    let hint = match nearest.filter(|it| alike(it) >= ALIKE) {
        Some(nearest) => format!("Did you mean {}?", nearest.name),
        None => "`cops-graphql examples` lists all of them.".to_owned(),
    };
    Err(format!("there is no example {name:?}. {hint}"))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;

    #[test]
    fn the_examples_are_the_files_of_the_playground() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/examples");
        let files = std::fs::read_dir(folder).expect("the folder is there");
        let files =
            files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"));
        let files: BTreeSet<String> = files.collect();
        let mut embedded = BTreeSet::new();
        for (name, _, variables) in FILES {
            embedded.insert(format!("{name}.graphql"));
            if !variables.is_empty() {
                embedded.insert(format!("{name}.json"));
            }
        }
        assert_eq!(embedded, files);
        let numbers: Vec<_> = all().iter().map(|it| it.number).collect();
        assert_eq!(numbers, (1..=FILES.len()).collect::<Vec<_>>());
    }

    #[test]
    fn an_example_is_found_by_its_name_or_number_and_a_slip_is_corrected() {
        let examples = all();
        assert_eq!(find(&examples, "money-by-year").expect("it is there").number, 4);
        assert_eq!(find(&examples, "04").expect("it is there").name, "money-by-year");
        let slip = find(&examples, "money-by-yaer").expect_err("a slip");
        assert!(slip.ends_with("Did you mean money-by-year?"), "{slip}");
        let other = find(&examples, "99").expect_err("no number");
        assert!(other.ends_with("lists all of them."), "{other}");
    }

    #[test]
    fn variables_go_with_the_query() {
        let example = find(&all(), "awards-in-a-state").expect("it is there");
        assert!(example.to_text().ends_with("}\n\n# Variables: {\"state\":\"CA\"}\n"));
        assert_eq!(example.to_body()["variables"]["state"], "CA");
        let example = find(&all(), "money-by-year").expect("it is there");
        assert_eq!(example.to_body().get("variables"), None);
    }
}
