//! Snippets in other languages: which tool reads or runs each, or why none does.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::{
    assert_none,
    blocks::{Block, blocks},
    for_users, root,
};
use crate::{
    import::{self, SUMMARIES},
    support::binary,
};

/// Checks a block. Returns what is wrong with it.
type Check = fn(&Path, &Block) -> Option<String>;

/// The languages of the pages for users, with their checks.
const LANGUAGES: [(&str, Check); 13] = [
    // `shell` checks commands and their output.
    ("", |_, _| None),
    ("sh", |_, _| None),
    // A diagram.
    ("text", |_, _| None),
    // `documents` checks queries and their answers.
    ("graphql", |_, _| None),
    ("json", is_no_json),
    ("csv", is_no_list_of_programs),
    ("js", |folder, block| is_refused_by(folder, block, "snippet.mjs", &["node", "--check"])),
    // `tests/files/run` runs these, and names their pages.
    ("python", |folder, block| {
        let refused = is_refused_by(folder, block, "snippet.py", &["python3", "-m", "py_compile"]);
        refused.or_else(|| does_not_run(block))
    }),
    ("r", |folder, block| {
        let parse = ["Rscript", "-e", "invisible(parse(commandArgs(TRUE)))"];
        is_refused_by(folder, block, "snippet.R", &parse).or_else(|| does_not_run(block))
    }),
    ("nginx", |_, block| is_not_in(block, "docs/proxy/nginx.conf")),
    ("ini", is_no_service),
    ("yaml", is_refused_by_prometheus),
    // Sets up Citus, which is not installed here. `TEST_CITUS_URL` names a cluster that was set up this way.
    ("sql", |_, _| None),
];

fn is_no_json(_: &Path, block: &Block) -> Option<String> {
    serde_json::from_str::<Value>(&block.text).err().map(|error| error.to_string())
}

/// The program reads every variable of a unit of systemd, and accepts its value.
fn is_no_service(folder: &Path, block: &Block) -> Option<String> {
    let run = |arguments: &[&str], settings: &[(&str, &str)]| {
        let mut command = Command::new(binary());
        command.args(arguments).envs(settings.iter().copied()).current_dir(folder);
        command.stdin(Stdio::null()).output().unwrap()
    };
    let settings = block.text.lines().filter_map(|line| line.strip_prefix("Environment="));
    let settings: Vec<_> = settings.map(|setting| setting.split_once('=').unwrap()).collect();
    let help = String::from_utf8(run(&["serve", "--help"], &[]).stdout).unwrap();
    if let Some((name, _)) = settings.iter().find(|it| !help.contains(&format!("[env: {}]", it.0)))
    {
        return Some(format!("no option reads {name}"));
    }
    let doctor = ["doctor", "--listen", "127.0.0.1:0", "--database", "sqlite://cops.db"];
    let output = run(&doctor, &settings);
    let error = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| error.into_owned())
}

/// `import --programs` accepts it.
fn is_no_list_of_programs(folder: &Path, block: &Block) -> Option<String> {
    fs::write(folder.join("programs.csv"), &block.text).unwrap();
    let award = [
        ("assistance_award_unique_key", "ASST_NON_15JCOPS25GG00008XXXX_015"),
        ("award_id_fain", "15JCOPS25GG00008XXXX"),
        ("recipient_name", "CITY OF A"),
        ("recipient_state_code", "CA"),
        ("total_obligated_amount", "1"),
        ("cfda_numbers_and_titles", "16.710"),
    ];
    fs::write(folder.join("awards.csv"), import::csv(SUMMARIES, &[&award])).unwrap();
    let arguments = ["import", "usaspending", "awards.csv", "--programs", "programs.csv"];
    let mut command = Command::new(binary());
    command.args(arguments).arg("--dry-run").env("DATABASE_URL", "sqlite://cops.db");
    let output = command.current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| error.into_owned())
}

/// Gives the block to a command as a file. If the command is not installed, prints a message.
fn is_refused_by(folder: &Path, block: &Block, name: &str, command: &[&str]) -> Option<String> {
    fs::write(folder.join(name), &block.text).unwrap();
    let (first, rest) = command.split_first().unwrap();
    let mut child = Command::new(first);
    let output = child.args(rest).arg(name).current_dir(folder).stdin(Stdio::null()).output();
    let Ok(output) = output else {
        // Directly to standard error, since the output of a passing test is not shown.
        let words = format!("skipped: {}: {first} is not installed", block.place());
        let _ = writeln!(std::io::stderr(), "{words}");
        return None;
    };
    let said = [output.stdout, output.stderr].concat();
    (!output.status.success()).then(|| String::from_utf8_lossy(&said).into_owned())
}

/// Prometheus accepts it as its configuration, with the rules beside the page.
fn is_refused_by_prometheus(folder: &Path, block: &Block) -> Option<String> {
    fs::copy(root().join("docs/observability/alerts.yml"), folder.join("alerts.yml")).unwrap();
    is_refused_by(folder, block, "prometheus.yml", &["promtool", "check", "config"])
}

/// The lines are in a file, in the same order.
fn is_not_in(block: &Block, file: &str) -> Option<String> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let mut lines = text.lines().map(str::trim);
    let missing = block.text.lines().find(|line| !lines.any(|it| it == line.trim()))?;
    Some(format!("{missing:?} is not in {file}, or not in this place"))
}

/// `tests/files/run` names the page.
fn does_not_run(block: &Block) -> Option<String> {
    let script = fs::read_to_string(root().join("tests/files/run")).unwrap();
    (!script.contains(&block.page)).then(|| "tests/files/run does not run the page".to_owned())
}

#[test]
fn every_snippet_of_the_docs_is_read() {
    let (mut failures, mut seen) = (Vec::new(), BTreeSet::new());
    for block in blocks().iter().filter(|block| for_users(block)) {
        let folder = tempfile::tempdir().unwrap();
        let Some((language, check)) = LANGUAGES.iter().find(|(it, _)| *it == block.language) else {
            failures.push(format!("{}: nothing reads {:?} here", block.place(), block.language));
            continue;
        };
        seen.insert(*language);
        let wrong = check(folder.path(), block);
        failures.extend(wrong.map(|wrong| format!("{}: {wrong}", block.place())));
    }
    assert_none(&failures);
    for language in ["graphql", "json", "python", "r", "sh"] {
        assert!(seen.contains(language), "the docs have no {language}");
    }
}

#[test]
fn a_snippet_that_is_wrong_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let block = |language: &str, text: &str| Block {
        page: "docs/nowhere.md".to_owned(),
        line: 1,
        language: language.to_owned(),
        text: text.to_owned(),
    };
    assert!(is_no_json(folder.path(), &block("json", "{ a: 1 }")).is_some());
    let programs = block("csv", "program,kind,text\nNONE,NAME,a\n");
    assert!(is_no_list_of_programs(folder.path(), &programs).unwrap().contains("NONE"));
    let unknown = block("ini", "Environment=NO_SUCH_OPTION=1\n");
    assert!(is_no_service(folder.path(), &unknown).unwrap().contains("NO_SUCH_OPTION"));
    let wrong = block("ini", "Environment=RATE_LIMIT=many\n");
    assert!(is_no_service(folder.path(), &wrong).unwrap().contains("many"));
    let nginx = block("nginx", "proxy_pass http://elsewhere;\n");
    assert!(is_not_in(&nginx, "docs/proxy/nginx.conf").is_some());
    assert!(does_not_run(&nginx).is_some());
    let refused = is_refused_by(folder.path(), &block("sh", "if"), "snippet.sh", &["bash", "-n"]);
    assert!(refused.is_some());
}
