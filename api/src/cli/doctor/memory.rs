//! Checks that caches and queries fit into memory.

use super::finding::Findings;
use crate::server::AggregatesBy;

/// The bytes of a row in the in-memory copy.
const BYTES_OF_ROW: u64 = 26;
/// The most bytes of a row while the copy is built, what is built already included.
const BYTES_OF_ROW_IN_BUILD: u64 = 52;
/// The bytes of everything else: code and connections.
const BASE: u64 = 128 << 20;
const MEBI: u64 = 1 << 20;

/// Compares the memory that the program may take with the memory that is available. `chosen` is the limit of caches and
/// queries in bytes; the in-memory copy is estimated from the number of rows.
pub(super) fn look(
    findings: &mut Findings,
    chosen: u64,
    aggregates: AggregatesBy,
    rows: Option<u64>,
) {
    let copy = match aggregates {
        // The old copy stays until the new one is complete.
        AggregatesBy::Memory => {
            rows.unwrap_or_default().saturating_mul(BYTES_OF_ROW + BYTES_OF_ROW_IN_BUILD)
        }
        AggregatesBy::Sql => 0,
    };
    let wanted = chosen.saturating_add(copy).saturating_add(BASE);
    let Some(there) = available() else {
        let message = format!("the server takes at most about {} MiB", wanted / MEBI);
        return findings.ok("memory", message);
    };
    let message =
        format!("the server takes at most about {} MiB of {} MiB", wanted / MEBI, there / MEBI);
    let fix = "lower --cache-size or --max-memory-of-all, use --aggregates sql, or add memory";
    if wanted > there {
        findings.problem("memory", message, fix);
    } else if wanted > there / 4 * 3 {
        findings.warning("memory", message, fix);
    } else {
        findings.ok("memory", message);
    }
}

/// The available bytes: the free memory of the machine, or the limit of the container if that is lower. None outside
/// Linux.
fn available() -> Option<u64> {
    let read = |path| std::fs::read_to_string(path).ok();
    let free = read("/proc/meminfo").as_deref().and_then(free_of);
    let limit = read("/sys/fs/cgroup/memory.max")
        .or_else(|| read("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
        .and_then(|text| text.trim().parse().ok());
    [free, limit].into_iter().flatten().min()
}

/// The available bytes in a text of `/proc/meminfo`.
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
        let status = |cache| {
            let mut findings = Findings::default();
            look(&mut findings, cache, AggregatesBy::Memory, Some(1_000));
            findings.worst()
        };
        if available().is_some() {
            assert_eq!(status(1 << 60), Severity::Problem);
        }
        assert_eq!(status(0), Severity::Ok);
    }
}
