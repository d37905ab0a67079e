//! What tests of several modules need.

use std::{path::PathBuf, process::Command, sync::OnceLock};

/// The program itself, as it is in the sources.
///
/// Cargo tells the path of a binary to the tests of its own package only, and builds it for those
/// only: so it is built here, once a run, into the folder and by the profile of the tests.
pub(crate) fn binary() -> PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(build).clone()
}

fn build() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "api", "--bin", "cops-graphql", "--target-dir"]);
    command.arg(profile.parent().unwrap()).current_dir(env!("CARGO_MANIFEST_DIR"));
    if profile.ends_with("release") {
        command.arg("--release");
    }
    // What Cargo tells a test about itself would make it build the dependencies anew.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if (text.starts_with("CARGO_") && text != "CARGO_HOME") || text == "LD_LIBRARY_PATH" {
            command.env_remove(&name);
        }
    }
    let built = command.status();
    let binary = profile.join(format!("cops-graphql{}", std::env::consts::EXE_SUFFIX));
    assert!(
        built.is_ok_and(|status| status.success()) && binary.is_file(),
        "{} cannot be built: run `cargo build -p api` to see why",
        binary.display()
    );
    binary
}
