//! Instructions, counted by Valgrind: this program runs itself under it.

use std::{io::Write as _, process::Command};

/// What tells the inner program that it is that.
const INNER: &str = "COUNTED_BY_VALGRIND";

/// What is counted: what the counted thread does in here, each time for itself.
const COUNTED: &str = "allocation_counter::measure";

/// Whether Valgrind counts what this process does.
pub(super) fn are_counted() -> bool {
    std::env::var_os(INNER).is_some()
}

/// The instructions that a test takes each time that it counts what it allocates; none where they cannot be
/// counted, which is said.
pub(super) fn count(test: &str) -> Option<Vec<u64>> {
    let there = Command::new("valgrind").arg("--version").output();
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) || there.is_err() {
        let _ = writeln!(
            std::io::stderr(),
            "instructions are not counted: {test} (that is done on x86-64 with Linux: apt-get install valgrind)"
        );
        return None;
    }
    let (module, _) = module_path!().split_once("::").unwrap().1.rsplit_once("::").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--dump-after={COUNTED}"))
        .arg(format!("--callgrind-out-file={}", folder.path().join("counts").display()))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::{test}")])
        .env(INNER, "1")
        .output()
        .unwrap();
    let [said, why] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    let said = said + why;
    assert!(output.status.success(), "{said}");
    // They are numbered from 1; what comes after the last has no number.
    let counts: Vec<_> = (1..)
        .map_while(|number| {
            std::fs::read_to_string(folder.path().join(format!("counts.{number}"))).ok()
        })
        .filter(|text| text.contains("--dump-after"))
        .map(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("summary: ")).unwrap();
            line.trim().parse().unwrap()
        })
        .collect();
    assert!(!counts.is_empty(), "Valgrind has counted nothing: {said}");
    Some(counts)
}
