//! The error codes are one list, repeated in the docs and the dictionary.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use cops_graphql::error::codes;

use super::*;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The codes in a text: what stands in code quotes and is written as codes are.
fn named(text: &str) -> BTreeSet<&str> {
    let is_code = |word: &&str| word.contains('_') || codes::is_code(word);
    let is_written =
        |word: &&str| word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    text.split('`').skip(1).step_by(2).filter(is_written).filter(is_code).collect()
}

#[test]
fn the_docs_list_every_code_and_no_other() {
    let all: BTreeSet<_> = codes::ALL.iter().map(|(code, _)| *code).collect();
    assert_eq!(all.len(), codes::ALL.len(), "no code is there twice");
    let querying = fs::read_to_string(root().join("docs/querying.md")).unwrap();
    let (_, list) = querying.split_once("- **Errors** carry").unwrap();
    let (list, _) = list.split_once("\n- **").unwrap();
    assert_eq!(named(list), all);
    let mut table = String::from("| code | what it means |\n| --- | --- |\n");
    for (code, meaning) in codes::ALL {
        writeln!(table, "| `{code}` | {meaning} |").unwrap();
    }
    let path = root().join("docs/errors.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("<!-- codes -->\n").unwrap();
    let (found, after) = rest.split_once("<!-- /codes -->").unwrap();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        let page = format!("{before}<!-- codes -->\n{table}<!-- /codes -->{after}");
        return fs::write(path, page).unwrap();
    }
    assert!(found == table, "docs/errors.md is stale: UPDATE_SCHEMA=1 writes it");
}

#[tokio::test]
async fn the_dictionary_lists_every_code() {
    let site = Site::new().await;
    let url = site.url.replace("graphql", "dictionary.csv");
    let text = site.client.get(url).send().await.unwrap().text().await.unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let lines = reader.records().map(Result::unwrap);
    let lines = lines.filter(|line| &line[0] == "errors.extensions.code");
    let found: Vec<_> = lines.map(|line| (line[1].to_owned(), line[4].to_owned())).collect();
    let all = codes::ALL.iter().map(|(code, meaning)| ((*code).to_owned(), (*meaning).to_owned()));
    assert_eq!(found, all.collect::<Vec<_>>());
}

/// What the code says in code, without comments and without the list itself.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("error/codes.rs")
        {
            let source = fs::read_to_string(&path).unwrap();
            let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
            lines.for_each(|line| *text += line);
        }
    }
}

#[test]
fn every_code_is_one_that_something_says() {
    let mut text = String::new();
    sources(&root().join("api/src"), &mut text);
    for (code, _) in codes::ALL {
        let said = [format!("codes::{code}"), format!("\"{code}\"")];
        assert!(said.iter().any(|said| text.contains(said)), "nothing says {code}");
    }
    // And what says a code by its text says one of the list.
    for (_, rest) in
        text.match_indices("\"code\":\"").map(|(at, word)| (at, &text[at + word.len()..]))
    {
        let code = rest.split('"').next().unwrap();
        assert!(code == "{code}" || codes::is_code(code), "{code}");
    }
}
