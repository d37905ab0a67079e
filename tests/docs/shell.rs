//! Commands in the docs.
//!
//! The program's own parser reads every command line. A block runs if all its commands can run in a test: in a folder
//! for its page, with the synthetic dataset, in the order of the page, with a test server in place of [`ADDRESS`].
//! Commands that cannot run are on a short list, each with the reason.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use clap::{CommandFactory as _, Parser as _, error::ErrorKind};
use cops_graphql::cli::Cli;
use sea_orm::ConnectionTrait as _;
use serde_json::Value;
use tempfile::TempDir;

use super::{
    ADDRESS, assert_none,
    blocks::{Block, blocks, pages, spans},
    root, synthetic,
};
use crate::{serve::Running, support::binary};

const PROGRAM: &str = "cops-graphql";
/// How the docs run the program in a clone. The tests run the binary.
const BY_CARGO: &str = "cargo run --release --";

/// Commands that run besides the program. A block with one that is not installed is skipped with a message.
const RUN: [&str; 3] = ["curl", "jq", "promtool"];

/// Commands that do not run here.
const NOT_RUN: [(&str, &str); 8] = [
    ("apt-get", "installs packages"),
    ("cargo", "compiles; `cargo run -- ...` counts as the program"),
    ("cd", "enters a folder of a clone"),
    ("createdb", "needs a PostgreSQL server"),
    ("export", "names a database server"),
    ("node", "is a stage of .ci/run, or takes minutes"),
    ("npm", "is a stage of .ci/run"),
    ("tests/bench/run", "is a stage of .ci/run"),
];

/// Commands of the program that are parsed but do not run.
const NOT_RUN_COMMANDS: [(&str, &str); 4] = [
    ("", "serves until it is stopped"),
    ("serve", "serves until it is stopped"),
    ("distribute", "needs Citus"),
    ("fetch", "needs the API of USAspending"),
];

/// Placeholders in the docs, with an example for each.
const PLACEHOLDERS: [(&str, &str); 6] = [
    ("FORMAT", "fbi-agencies"),
    ("PATH...", "agencies.csv"),
    ("FROM", "1"),
    ("TO", "2"),
    ("N", "1"),
    ("OPTIONS", "--listen=127.0.0.1:0"),
];

const AGENCIES: &str = "ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\n\
    AK0010100,City,,A,A,\n";

/// A logical line of a script: commands joined by `|`, `&&`, `||`, `;` or `&`, with continuations.
#[derive(Debug)]
struct Line {
    /// Its line in the script, from 0.
    at: usize,
    text: String,
    /// The words of each command, without environment settings and redirections.
    commands: Vec<Vec<String>>,
}

/// Splits a script into lines, as far as the docs need it. Other syntax is an error.
fn lines(script: &str) -> Result<Vec<Line>, String> {
    let mut reader = Reader::default();
    let mut chars = script.chars().peekable();
    while let Some(found) = chars.next() {
        reader.text.push(found);
        match (reader.quote, found) {
            (Some(quote), _) if quote == found => reader.quote = None,
            (Some('"') | None, '$') if chars.peek() == Some(&'(') => {
                return Err("this test does not read $(...)".to_owned());
            }
            (Some('"') | None, '`') => {
                return Err("this test does not read commands in backticks".to_owned());
            }
            (Some('"') | None, '\\') => {
                let next = chars.next().ok_or("it ends with a backslash")?;
                reader.text.push(next);
                if next != '\n' {
                    reader.word().push(next);
                }
            }
            (None, '\'' | '"') => {
                reader.word();
                reader.quote = Some(found);
            }
            (None, '#') if reader.word.is_none() => {
                while chars.peek().is_some_and(|it| *it != '\n') {
                    chars.next();
                }
            }
            (None, '\n') => reader.end_line(),
            (None, '|' | '&' | ';') => reader.end_command(),
            (None, '<' | '>') if chars.peek() == Some(&'<') => {
                return Err("this test does not read here-documents".to_owned());
            }
            (None, '<' | '>') => {
                reader.word.take_if(|word| word == "2");
                reader.end_word();
                reader.is_redirected = true;
                if chars.peek() == Some(&'>') {
                    reader.text.extend(chars.next());
                }
            }
            (None, _) if found.is_whitespace() => {
                if reader.word.is_some() {
                    reader.end_word();
                }
            }
            _ => reader.word().push(found),
        }
    }
    if reader.quote.is_some() {
        return Err("a quotation mark is not closed".to_owned());
    }
    reader.end_line();
    Ok(reader.lines)
}

/// The state of `lines`.
#[derive(Default)]
struct Reader {
    lines: Vec<Line>,
    /// The number of lines before this one.
    before: usize,
    text: String,
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: Option<String>,
    quote: Option<char>,
    /// Whether the next word is the file of a redirection.
    is_redirected: bool,
}

impl Reader {
    fn word(&mut self) -> &mut String {
        self.word.get_or_insert_default()
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let is_setting = self.words.is_empty()
            && word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.bytes().all(|it| it.is_ascii_uppercase() || it == b'_')
            });
        if !std::mem::take(&mut self.is_redirected) && !is_setting {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        let words = std::mem::take(&mut self.words);
        if !words.is_empty() {
            self.commands.push(words);
        }
    }

    fn end_line(&mut self) {
        self.end_command();
        let (text, commands) = (std::mem::take(&mut self.text), std::mem::take(&mut self.commands));
        let at = self.before;
        self.before += text.matches('\n').count();
        if !commands.is_empty() {
            self.lines.push(Line { at, text, commands });
        }
    }
}

/// The words of a command if it runs the program, directly or with Cargo.
fn of_program(words: &[String]) -> Option<Vec<&str>> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let rest = match words.as_slice() {
        ["cargo", "run", rest @ ..] => rest.split(|word| *word == "--").nth(1).unwrap_or_default(),
        [first, rest @ ..] if first.rsplit('/').next() == Some(PROGRAM) => rest,
        _ => return None,
    };
    Some([PROGRAM].into_iter().chain(rest.iter().map(|word| with_example(word))).collect())
}

/// Replaces a placeholder with its example.
fn with_example(word: &str) -> &str {
    PLACEHOLDERS.iter().find(|(name, _)| *name == word).map_or(word, |(_, example)| example)
}

/// Why the program's parser rejects a command line.
fn refusal(words: &[&str]) -> Option<String> {
    let error = Cli::try_parse_from(words).err()?;
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    (!is_help).then(|| error.to_string())
}

/// Why the parser rejects a code span, which may also be just the name of a command.
fn refusal_of_span(words: &[&str]) -> Option<String> {
    let command = Cli::command();
    let is_name = words.len() == 2 && command.find_subcommand(words[1]).is_some();
    if is_name { None } else { refusal(words) }
}

/// Whether a command runs here, or why that is unknown.
fn runs(words: &[String]) -> Result<bool, String> {
    let first = words[0].as_str();
    if let Some(words) = of_program(words) {
        let command = words.get(1).filter(|word| !word.starts_with('-')).copied();
        let command = command.unwrap_or_default();
        return Ok(NOT_RUN_COMMANDS.iter().all(|(name, _)| *name != command));
    }
    if first == "curl" && !words.iter().any(|word| word.starts_with(ADDRESS)) {
        return Err(format!("curl requests something other than {ADDRESS}"));
    }
    if RUN.contains(&first) {
        return Ok(true);
    }
    if NOT_RUN.iter().any(|(word, _)| *word == first) {
        return Ok(false);
    }
    Err(format!(
        "{first:?} is neither among what runs here nor on the list of what does not (NOT_RUN)"
    ))
}

/// The document that a block sends by `curl` as JSON, if the answer is JSON.
pub(super) fn sent_by_curl(block: &Block) -> Option<String> {
    let lines = lines(&block.text).ok()?;
    let curl = lines.iter().flat_map(|line| &line.commands).find(|words| words[0] == "curl")?;
    if curl.iter().any(|word| word.contains("text/event-stream")) {
        return None;
    }
    let body = curl.iter().skip_while(|word| *word != "-d").nth(1)?;
    let body: Value = serde_json::from_str(body).ok()?;
    Some(body["query"].as_str()?.to_owned())
}

#[test]
fn every_command_line_of_the_program_is_one() {
    let (mut failures, mut read) = (Vec::new(), 0);
    for block in blocks().iter().filter(|block| block.language == "sh") {
        let lines = match lines(&block.text) {
            Ok(lines) => lines,
            Err(error) => {
                failures.push(format!("{}: {error}", block.place()));
                continue;
            }
        };
        for line in &lines {
            let place = format!("{}:{}", block.page, block.line + line.at);
            for words in &line.commands {
                if let Some(words) = of_program(words) {
                    read += 1;
                    failures.extend(refusal(&words).map(|error| format!("{place}: {error}")));
                }
                failures.extend(runs(words).err().map(|error| format!("{place}: {error}")));
                // A script of the repository exists.
                let file = words.first().filter(|word| word.starts_with("tests/"));
                failures.extend(
                    file.filter(|file| !root().join(file).exists())
                        .map(|file| format!("{place}: there is no {file}")),
                );
            }
        }
    }
    for (page, text) in pages() {
        for (line, span) in spans(&text) {
            let words: Vec<String> = span.split(' ').map(ToOwned::to_owned).collect();
            let Some(words) = of_program(&words).filter(|words| words.len() > 1) else { continue };
            read += 1;
            failures.extend(refusal_of_span(&words).map(|error| format!("{page}:{line}: {error}")));
        }
    }
    assert_none(&failures);
    assert!(read > 20, "{read} command lines");
}

/// The program has every option in the docs' tables, with the same environment variable.
#[test]
fn every_option_in_a_table_is_one() {
    let command = Cli::command();
    let serve = command.find_subcommand("serve").unwrap();
    let options: Vec<&clap::Arg> = serve.get_arguments().chain(command.get_arguments()).collect();
    let (mut failures, mut read) = (Vec::new(), 0);
    for (page, text) in pages() {
        for (at, line) in (1..).zip(text.lines()) {
            let Some(cells) = line.strip_prefix("| `--") else { continue };
            let cells: Vec<&str> = cells.split('|').map(str::trim).collect();
            let name = cells[0].split([' ', '`']).next().unwrap();
            read += 1;
            let Some(option) = options.iter().find(|option| option.get_long() == Some(name)) else {
                failures.push(format!("{page}:{at}: the program has no --{name}"));
                continue;
            };
            let variable = cells[1].trim_matches('`');
            let is_variable =
                |name: &str| name.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
            let named = option.get_env().and_then(|name| name.to_str());
            if cells[1].starts_with('`') && is_variable(variable) && named != Some(variable) {
                failures.push(format!("{page}:{at}: --{name} is not {variable}, but {named:?}"));
            }
        }
    }
    assert_none(&failures);
    assert!(read > 30, "{read} options");
}

/// The folder in which the blocks of a page run.
fn folder(database: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(database, folder.path().join("cops.db")).unwrap();
    fs::write(folder.path().join("agencies.csv"), AGENCIES).unwrap();
    let examples = folder.path().join("docs/examples");
    fs::create_dir_all(&examples).unwrap();
    for entry in fs::read_dir(root().join("docs/examples")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, examples.join(path.file_name().unwrap())).unwrap();
    }
    fs::write(folder.path().join(".curlrc"), "fail-with-body\nmax-time = 60\n").unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    symlink(binary(), folder.path().join("bin").join(PROGRAM)).unwrap();
    folder
}

/// A command that runs a script of a page in its folder.
fn shell(folder: &Path, script: &str) -> Command {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", script]).current_dir(folder).stdin(Stdio::null());
    bash.env("PATH", format!("{}:{path}", folder.join("bin").display()));
    bash.env("CURL_HOME", folder).env_remove("DATABASE_URL").env_remove("DATABASE_URL_FILE");
    bash.stdout(Stdio::piped()).stderr(Stdio::piped());
    bash
}

/// Runs a line. Returns what is wrong with its exit code or its output.
fn run(folder: &Path, line: &Line, server: &str) -> Option<String> {
    let words: Vec<&str> = line.commands.iter().flatten().map(String::as_str).collect();
    let script = line.text.replace(ADDRESS, server).replace(BY_CARGO, PROGRAM);
    let script = script.trim_end().split(' ').map(with_example).collect::<Vec<_>>().join(" ");
    if words.iter().any(|word| word.contains("text/event-stream")) {
        return first_event(folder, &script);
    }
    let output = shell(folder, &script).output().unwrap();
    let (said, error) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        return Some(format!("{}: {said}{error}", output.status));
    }
    let written = words.windows(2).filter(|pair| pair[0] == "-o").map(|pair| {
        let bytes = fs::read(folder.join(pair[1])).unwrap_or_default();
        (pair[1], String::from_utf8_lossy(&bytes).into_owned())
    });
    // A checker may print nothing on success; these two must print something.
    let is_asked = line.commands.last().is_some_and(|last| last[0] == "curl" || last[0] == "jq");
    let mut outputs: Vec<(&str, String)> = written.collect();
    if is_asked && outputs.is_empty() || !said.is_empty() {
        outputs.push(("standard output", said.into_owned()));
    }
    outputs.into_iter().find_map(|(name, text)| {
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        match json.get("errors") {
            Some(errors) => Some(format!("{name} has errors: {errors}")),
            None => text.trim().is_empty().then(|| format!("{name} is empty")),
        }
    })
}

/// Runs a subscription until its first event.
fn first_event(folder: &Path, script: &str) -> Option<String> {
    let mut child = shell(folder, &format!("exec {script}")).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let event = lines.find_map(|line| line.strip_prefix("data: ").map(ToOwned::to_owned));
    let _ = child.kill();
    let _ = child.wait();
    let Some(event) = event else { return Some("there is no event".to_owned()) };
    let answer: Value = serde_json::from_str(&event).unwrap_or_default();
    (!answer["data"].is_object() || answer.get("errors").is_some()).then_some(event)
}

/// Whether a program is installed.
fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).exists())
}

/// The lines of a block, if all of them can run here.
fn lines_to_run(block: &Block) -> Option<Vec<Line>> {
    let lines = lines(&block.text).ok()?;
    let commands = || lines.iter().flat_map(|line| &line.commands);
    if !commands().all(|words| runs(words) == Ok(true)) {
        return None;
    }
    let missing =
        commands().map(|words| words[0].as_str()).find(|it| RUN.contains(it) && !is_installed(it));
    if let Some(missing) = missing {
        // Directly to standard error, since the output of a passing test is not shown.
        let words = format!("skipped: {}: {missing} is not installed", block.place());
        let _ = writeln!(std::io::stderr(), "{words}");
        return None;
    }
    Some(lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_that_can_run_here_does() {
    let database = synthetic().await;
    let scratch = tempfile::tempdir().unwrap();
    // The trusted document that docs/http.md requests by its id.
    let documents = scratch.path().join("documents");
    fs::create_dir_all(documents.join("spending")).unwrap();
    let document = "{ grants { groups(by: [AGENCY_STATE]) { nodes { count } } } }";
    fs::write(documents.join("spending/by-state.graphql"), document).unwrap();
    let copy = scratch.path().join("copy.db");
    let sql = format!("VACUUM INTO '{}'", copy.display());
    database.writer().await.execute_unprepared(&sql).await.unwrap();
    let server =
        Running::start(&database.url, &["--trusted-documents", documents.to_str().unwrap()]);
    while reqwest::get(format!("{}/health/ready", server.url)).await.unwrap().status() != 200 {
        tokio::task::yield_now().await;
    }
    let (mut failures, mut ran) = (Vec::new(), 0);
    let mut page: Option<(String, TempDir)> = None;
    for block in blocks() {
        let is_output = block.language.is_empty();
        let lines = if block.language == "sh" { lines_to_run(&block) } else { None };
        if lines.is_none() && !is_output {
            continue;
        }
        let here = page.take().filter(|(name, _)| *name == block.page);
        let (_, folder) = page.insert(here.unwrap_or_else(|| (block.page.clone(), folder(&copy))));
        if is_output {
            failures.extend(is_not_said_by_doctor(folder.path(), &block));
        }
        for line in lines.unwrap_or_default() {
            ran += 1;
            let wrong = run(folder.path(), &line, &server.url);
            let at = block.line + line.at;
            failures.extend(wrong.map(|wrong| format!("{}:{at}: {wrong}", block.page)));
        }
    }
    assert_none(&failures);
    assert!(ran > 8, "{ran} lines");
}

/// A block without a language shows output of `cops-graphql doctor` on the dataset of the first run.
fn is_not_said_by_doctor(folder: &Path, block: &Block) -> Option<String> {
    let output = shell(folder, "cops-graphql doctor --listen 127.0.0.1:0").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    // The width of the columns depends on the other lines.
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = said.lines().map(words).collect();
    let line = block.text.lines().find(|line| !lines.contains(&words(line)))?;
    Some(format!("{}: `cops-graphql doctor` does not say {line:?}, but\n{said}", block.place()))
}

#[test]
fn a_script_is_read_as_a_shell_reads_it() {
    fn words(words: &[String]) -> Vec<&str> {
        words.iter().map(String::as_str).collect()
    }
    let script = "A=b c 'd\n e' \"f\\\"g\" # h\n\ni \\\n  -j >k 2>l <m | n --o=p && q\nr#s; t\n";
    let lines = lines(script).unwrap();
    let found: Vec<(usize, Vec<Vec<&str>>)> = lines
        .iter()
        .map(|line| (line.at, line.commands.iter().map(|it| words(it)).collect()))
        .collect();
    assert_eq!(
        found,
        [
            (0, vec![vec!["c", "d\n e", "f\"g"]]),
            (3, vec![vec!["i", "-j"], vec!["n", "--o=p"], vec!["q"]]),
            (5, vec![vec!["r#s"], vec!["t"]]),
        ]
    );
    for script in ["a $(b)", "a `b`", "a 'b", "a <<EOF\nb\nEOF\n"] {
        assert!(super::shell::lines(script).is_err(), "{script}");
    }
    assert!(runs(&["nowhere".to_owned()]).is_err());
    assert!(refusal(&[PROGRAM, "import", "nothing", "a.csv"]).is_some());
}
