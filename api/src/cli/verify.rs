//! `cops-graphql verify`: runs the query of a citation again, and checks that the answer is the same.

use std::{
    ffi::OsString, fmt::Write as _, io::Read as _, path::Path, process::ExitCode, time::Duration,
};

use async_graphql::{Request, Response, Value, Variables};

use super::{cited_server, fail, output::Output};
use crate::{
    catalog::dataset::Dataset,
    database::{self, DatabaseUrl, Readers, forget},
    graphql::{
        citation::{
            self, Citation, Edition, LinkedCitation, Operator, PROGRAM, link::PATH, moment,
        },
        execute::execute,
        schema,
    },
    limits::Limits,
    measures::Aggregates,
};

/// The end of its help.
pub(super) const HELP: &str = "\
The citation is the JSON of `extensions.citation` in the answer to a query with the header `GraphQL-Cite: 1`, or that \
whole answer, or its link as printed in a paper. For a link, the command queries the server that the link leads to.

Exit codes: 0 the answer is the same, 1 it differs, 2 unknown, because the file is not a citation or was changed, \
the cited revision is no longer kept, or the database or the server cannot answer, 3 the same, but the output could \
not be written.

Examples:
  curl -s http://127.0.0.1:8080/graphql -H 'GraphQL-Cite: 1' -H 'Content-Type: application/json' \\
    -d '{\"query\": \"{ grants { totals { federalShare { sum } } } }\"}' > answer.json
  cops-graphql verify answer.json
  jq .extensions.citation answer.json | cops-graphql verify - --database postgres://localhost/cops
  cops-graphql verify answer.json --server http://127.0.0.1:8080
  cops-graphql verify https://data.example.gov/cite/q1YqU7JSqlbKTFGyUko...";

/// The most connections that a query needs.
const CONNECTIONS: u32 = 2;
/// The deadline of a statement: the longest that a server allows.
const LONGEST: Duration = Duration::from_hours(1);
/// How often to run a query if loads commit while it runs.
const TRIES: u32 = 4;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArgs {
    /// A file with a citation or with an answer that has one, or the link of a citation; - is standard input.
    #[arg(value_name = "CITATION")]
    citation: OsString,
    /// Query this server instead of the database or the server of the link, such as `https://data.example.gov`.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

/// The result of the check.
enum Verdict {
    /// The answer is the same, with details.
    Same(String),
    /// The answer differs, and why.
    Differs(String),
}

pub(crate) async fn run(args: &VerifyArgs, url: &DatabaseUrl) -> ExitCode {
    let mut output = Output::default();
    match verify(args, url).await {
        Ok(Verdict::Same(words)) => {
            output.write(&format!("same: {words}\n"));
            output.end(0)
        }
        Ok(Verdict::Differs(words)) => {
            output.write(&format!("differs: {words}\n"));
            output.end(1)
        }
        Err(message) => {
            fail(&message);
            ExitCode::from(2)
        }
    }
}

async fn verify(args: &VerifyArgs, url: &DatabaseUrl) -> Result<Verdict, String> {
    let link = args.citation.to_str().and_then(linked).transpose()?;
    let name = Path::new(&args.citation).display();
    let (citation, of_link) = if let Some((citation, server)) = link {
        (citation, Some(server))
    } else {
        let text = read(args).map_err(|error| format!("{name}: {error}"))?;
        (citation::read(&text).map_err(|error| format!("{name}: {error}"))?, None)
    };
    if let Some(server) = args.server.as_ref().or(of_link.as_ref()) {
        let found = cited_server::ask(server, &citation).await?;
        let answered = Answered {
            program: found.program,
            place: format!(" at {server}"),
            sha256: found.result.sha256,
            edition: found.dataset,
            kept: None,
        };
        return compare(&citation, &answered);
    }
    if let Some(missing) = database::no_database(url) {
        let server = citation.link.as_deref().and_then(server_of);
        let server = server.map_or("--server URL".to_owned(), |server| {
            format!("--server {server}, to which the citation links")
        });
        return Err(format!("{missing}: name one with --database, or a server with {server}"));
    }
    let unreachable =
        |error| format!("cannot open the database: {}", database::explain(url, &error));
    let readers = Readers::open_for(url, CONNECTIONS as usize, LONGEST).await;
    let readers = readers.map_err(unreachable)?;
    let wrong_tables = "the tables of the database do not match this version of the program: `cops-graphql doctor` \
                        explains how to fix that";
    if migration::is_behind(readers.spare()).await.map_err(unreachable)? {
        return Err(wrong_tables.to_owned());
    }
    if let Some(newer) = migration::unknown(readers.spare()).await.map_err(unreachable)?.first() {
        return Err(format!("cannot open the database: {}", migration::made_by_newer(newer)));
    }
    let (response, dataset) = answer(&readers, &citation).await?;
    if let Some(error) = response.errors.first() {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        let is_ours = matches!(code, Some(Value::String(code)) if code == "UNAVAILABLE" || code == "INTERNAL");
        let mut words = format!("{PROGRAM} answers the query with an error: {}", error.message);
        if citation.program != PROGRAM {
            let _ = write!(
                words,
                "; {}, which made the citation, answered without an error",
                citation.program
            );
        }
        return if is_ours { Err(words) } else { Ok(Verdict::Differs(words)) };
    }
    let data = response.data.into_json().map_err(|error| error.to_string())?;
    let (sha256, edition) = (citation::digest(&data), Edition::from(&dataset));
    let (program, place) = (PROGRAM.to_owned(), String::new());
    let kept = forget::kept(readers.spare()).await.map_err(unreachable)?;
    compare(&citation, &Answered { program, place, sha256, edition, kept: Some(kept) })
}

/// The current answer.
struct Answered {
    /// The program that answers, and its version.
    program: String,
    /// The server, with a space before it; empty for the database.
    place: String,
    /// The digest of the data.
    sha256: String,
    /// The dataset of the answer.
    edition: Edition,
    /// The first and the last kept revision of the database. None for a server, which refuses the others.
    kept: Option<(i32, i32)>,
}

fn read(args: &VerifyArgs) -> std::io::Result<String> {
    match args.citation == "-" {
        true => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            Ok(text)
        }
        false => std::fs::read_to_string(&args.citation),
    }
}

/// Runs the query of a citation on one revision of the dataset.
async fn answer(readers: &Readers, citation: &Citation) -> Result<(Response, Dataset), String> {
    let unreadable = |error| format!("cannot read the database: {error}");
    let (schema, query) = (schema(), &citation.query);
    // The limits of the server that made the citation are unknown.
    let limits = Limits::unlimited();
    let mut dataset = Dataset::of(readers).await.map_err(unreadable)?;
    // The cited revision itself, if the history still has it.
    let then = readers.as_of(citation.dataset.revision);
    let past = Dataset::of(&then).await.map_err(unreadable)?;
    let is_cited = past != dataset && Edition::from(&past).is_same(&citation.dataset);
    let readers = if is_cited { &then } else { readers };
    if is_cited {
        dataset = past;
    }
    for _ in 0..TRIES {
        let variables = serde_json::Value::Object(query.variables.clone());
        let mut request = Request::new(&query.document).variables(Variables::from_json(variables));
        request.operation_name.clone_from(&query.operation_name);
        let answer =
            execute(&schema, readers, &Aggregates::Database(<_>::default()), &limits, request)
                .await;
        let current = Dataset::of(readers).await.map_err(unreadable)?;
        if current == dataset {
            return Ok((answer.response, dataset));
        }
        dataset = current;
    }
    Err("loads kept changing the dataset: try again when no load is running".to_owned())
}

/// Compares an answer with a citation.
///
/// # Errors
/// If the answers differ, and the cited revision is not kept: then they need not have differed.
fn compare(citation: &Citation, answered: &Answered) -> Result<Verdict, String> {
    let (cited, found) = (&citation.dataset, &answered.edition);
    let (was, is) = (&citation.result.sha256, &answered.sha256);
    if cited.synthetic != found.synthetic {
        let kind = |edition: &Edition| if edition.synthetic { "synthetic" } else { "real" };
        return Ok(Verdict::Differs(format!(
            "this is another dataset: the cited data are {}, and these are {}",
            kind(cited),
            kind(found)
        )));
    }
    let is_other = is_other(cited, found) == Some(true);
    let relation = relation(cited, found);
    let forgotten = answered.kept.filter(|(first, _)| !is_other && cited.revision < *first);
    if is == was {
        // The relation says what differs nevertheless.
        let differs = match (cited.is_same(found), is_other) {
            (true, _) => "",
            (false, true) => "the dataset is not: ",
            (false, false) => "the revision is not: ",
        };
        Ok(Verdict::Same(format!(
            "the data of the answer are the cited ones, sha256:{is}; {differs}{relation}"
        )))
    } else if let Some((first, last)) = forgotten {
        Err(format!(
            "this database cannot verify the citation: it no longer keeps the cited {}, only {} (`cops-graphql forget` \
             deletes earlier ones). The answer of {} has other data (sha256:{is}) than the cited one (sha256:{was}), \
             which proves nothing: verify with a database or a server that keeps {}",
            named(cited),
            match first == last {
                true => format!("revision {first}"),
                false => format!("the revisions {first} to {last}"),
            },
            named(found),
            named(cited)
        ))
    } else {
        let hint = match cited.is_same(found) {
            true => reason(&citation.program, answered),
            false => String::new(),
        };
        Ok(Verdict::Differs(format!(
            "the cited data are sha256:{was}, and these sha256:{is}; {relation}{hint}"
        )))
    }
}

/// Explains why the same revision has another answer.
fn reason(cited: &str, Answered { program, place, .. }: &Answered) -> String {
    if cited == program {
        return format!(
            "; the citation was made by the same program, {program}{place}, so the recorded digest or the rows of the \
             database were changed"
        );
    }
    format!(
        "; the program differs: {cited} made the citation, and {program}{place} answers now. Run {cited} to see \
         whether the rows are still the same"
    )
}

/// The citation in a link, and the server that the link leads to. None if the text is not a link.
fn linked(text: &str) -> Option<Result<(Citation, String), String>> {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return None;
    }
    let of_server = || {
        let (server, end) = text.rsplit_once(&format!("/{PATH}/"))?;
        Some((server.to_owned(), end.split(['?', '#']).next().unwrap_or_default()))
    };
    let Some((server, end)) = of_server() else {
        return Some(Err(format!(
            "{text} is not the link of a citation, which is https://HOST/{PATH}/ followed by many letters and digits. \
             To query a server, name it with --server"
        )));
    };
    let most = Limits::default().body as usize;
    let cited = LinkedCitation::of_end(end, most).map_err(|error| error.to_string());
    let citation = cited.and_then(|linked| {
        let link = format!("{server}/{PATH}/{end}");
        linked.citation(&Operator::default(), Some(&link)).ok_or_else(|| {
            "this link cites a file, which has no recorded digest to compare; its revision determines its data"
                .to_owned()
        })
    });
    Some(citation.map(|citation| (citation, server)))
}

/// The server that the link of a citation leads to. None if a changed file has something else there.
fn server_of(link: &str) -> Option<&str> {
    let (server, _) = link.rsplit_once(&format!("/{PATH}/"))?;
    cited_server::url_of(server).is_ok().then_some(server)
}

/// Describes how the dataset that answers relates to the cited dataset.
fn relation(cited: &Edition, found: &Edition) -> String {
    if cited.is_same(found) {
        return format!("this is the cited {}", named(found));
    }
    let is_other = is_other(cited, found);
    let reason = match found.revision.cmp(&cited.revision) {
        _ if is_other == Some(true) => "this is another dataset",
        std::cmp::Ordering::Greater if is_other == Some(false) => {
            "later loads changed this database"
        }
        std::cmp::Ordering::Less if is_other == Some(false) => {
            "this database lacks the cited load, or was replaced by an older backup"
        }
        std::cmp::Ordering::Equal if is_other == Some(false) => {
            "this database was replaced by an older backup, and loads changed it since"
        }
        std::cmp::Ordering::Greater => "later loads changed this database, or it is another one",
        std::cmp::Ordering::Less => "this database lacks the cited load, or is another one",
        std::cmp::Ordering::Equal => "this is another database",
    };
    format!(
        "the citation is of {}, and the database holds {}: {reason}",
        named(cited),
        named(found)
    )
}

/// Whether two editions are of different datasets, if both say which they are of.
fn is_other(cited: &Edition, found: &Edition) -> Option<bool> {
    cited.identity.zip(found.identity).map(|(cited, found)| cited != found)
}

/// The revision of an edition, for a person.
fn named(edition: &Edition) -> String {
    let loaded = edition.loaded_at.map(|at| format!(" (loaded {})", moment(at)));
    format!("revision {}{}", edition.revision, loaded.unwrap_or_default())
}
