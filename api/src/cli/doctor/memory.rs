//! Whether what is kept in memory has room there.

use super::finding::Findings;
use crate::server::AggregatesBy;

/// The bytes that a row takes in the copy that answers aggregates.
const BYTES_OF_ROW: u64 = 25;
/// The bytes that the program takes besides: its code and its connections.
const BASE: u64 = 128 << 20;
const MEBI: u64 = 1 << 20;

/// Compares what the program may take with what there is: so many bytes for what it keeps and for queries, and what the
/// copy of so many rows takes.
pub(super) fn look(
    findings: &mut Findings,
    chosen: u64,
    aggregates: AggregatesBy,
    rows: Option<u64>,
) {
    let copy = match aggregates {
        // While a new one is made the old one is there, too.
        AggregatesBy::Memory => rows.unwrap_or_default().saturating_mul(2 * BYTES_OF_ROW),
        AggregatesBy::Sql => 0,
    };
    let wanted = chosen.saturating_add(copy).saturating_add(BASE);
    let Some(there) = available() else {
        let message = format!("at most about {} MiB are taken", wanted / MEBI);
        return findings.ok("memory", message);
    };
    let message = format!("at most about {} MiB are taken, of {} MiB", wanted / MEBI, there / MEBI);
    let mend = "choose a smaller --cache-size or --max-memory-of-all, or --aggregates sql, or give it more memory";
    if wanted > there {
        findings.problem("memory", message, mend);
    } else if wanted > there / 4 * 3 {
        findings.warning("memory", message, mend);
    } else {
        findings.ok("memory", message);
    }
}

/// The bytes that the program may take: those that nobody uses, or fewer where its container allows fewer.
/// Only Linux says so in a file.
fn available() -> Option<u64> {
    let read = |path| std::fs::read_to_string(path).ok();
    let free = read("/proc/meminfo").as_deref().and_then(free_of);
    let limit = read("/sys/fs/cgroup/memory.max")
        .or_else(|| read("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
        .and_then(|text| text.trim().parse().ok());
    [free, limit].into_iter().flatten().min()
}

/// The bytes that nobody uses, as `/proc/meminfo` says it.
fn free_of(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibi: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibi << 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Severity;

    #[test]
    fn what_linux_says_is_read() {
        let text = "MemTotal:       24689764 kB\nMemAvailable:   23429764 kB\n";
        assert_eq!(free_of(text), Some(23_429_764 << 10));
        assert_eq!(free_of("MemTotal: 1 kB"), None);
    }

    #[test]
    fn more_than_there_is_is_a_problem() {
        let standing = |cache| {
            let mut findings = Findings::default();
            look(&mut findings, cache, AggregatesBy::Memory, Some(1_000));
            findings.worst()
        };
        if available().is_some() {
            assert_eq!(standing(1 << 60), Severity::Problem);
        }
        assert_eq!(standing(0), Severity::Ok);
    }
}
