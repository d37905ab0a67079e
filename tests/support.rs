//! What tests of several modules need.

use std::path::PathBuf;

/// The program itself, which Cargo builds beside the tests.
pub(crate) fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap();
    let binary = profile.join(format!("cops-graphql{}", std::env::consts::EXE_SUFFIX));
    assert!(
        binary.is_file(),
        "{} is missing: run `cargo build` first, or `cargo test --workspace`",
        binary.display()
    );
    binary
}
