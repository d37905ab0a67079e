//! The docs are right: the server answers every document, the program accepts every command line, commands that can
//! run in a test run, and the tools of other languages read their snippets.
//!
//! A page is a Markdown file of the repository. A failure names the page and the line.

mod blocks;
mod documents;
mod shell;
mod snippets;

use std::path::Path;

use cops_graphql::demo;
use indicatif::ProgressBar;

use self::blocks::Block;
pub(crate) use self::documents::shown_answers;
use crate::support::TestDatabase;

/// The address of a server in the docs.
const ADDRESS: &str = "http://127.0.0.1:8080";
/// The scale of the dataset: several hundred awards, and ten thousand people trained.
const SCALE: f64 = 0.02;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The pages for users: the README and `docs/`.
fn for_users(block: &Block) -> bool {
    block.page == "README.md" || block.page.starts_with("docs/")
}

/// A smaller version of the database that the first run creates.
async fn synthetic() -> TestDatabase {
    let database = TestDatabase::sqlite().await;
    let writer = database.writer().await;
    demo::load(&writer, SCALE, demo::DEFAULT_SEED, &ProgressBar::hidden()).await.unwrap();
    database
}

/// Panics with one line per failure.
fn assert_none(failures: &[String]) {
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
