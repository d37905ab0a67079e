//! Metrics as text: in the `OpenMetrics` format, in which they are written, or in the older Prometheus format.
//!
//! The samples are the same in both. The lines before them differ: in the older format a family has the name of its
//! samples, with `_total` or `_info`; it has no type `info`, no unit and no end marker.

use std::fmt::Write as _;

/// Converts `OpenMetrics` text into the older format.
pub(super) fn in_prometheus_text(open_metrics: &str) -> String {
    let mut text = String::with_capacity(open_metrics.len());
    // The help precedes the type, which determines the name.
    let mut about = None;
    for line in open_metrics.lines() {
        let mut words = line.splitn(4, ' ');
        match [(); 4].map(|()| words.next()) {
            [Some("#"), Some("HELP"), Some(_), said] => about = said,
            [Some("#"), Some("TYPE"), Some(name), Some(kind)] => {
                let (suffix, kind) = match kind {
                    "counter" => ("_total", "counter"),
                    "info" => ("_info", "gauge"),
                    "unknown" => ("", "untyped"),
                    kind => ("", kind),
                };
                if let Some(about) = about.take() {
                    // Writing to a string cannot fail.
                    let _ = writeln!(text, "# HELP {name}{suffix} {about}");
                }
                let _ = writeln!(text, "# TYPE {name}{suffix} {kind}");
            }
            [Some("#"), ..] => {}
            _ => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_bears_the_name_of_its_samples() {
        let open = "# HELP a_build The program.\n# TYPE a_build info\na_build_info{version=\"1\"} 1\n\
            # HELP a_seconds How long.\n# TYPE a_seconds counter\n# UNIT a_seconds seconds\n\
            a_seconds_total{of=\"# x\"} 2\n# HELP a_now What is.\n# TYPE a_now gauge\na_now 3\n# EOF\n";
        let older = "# HELP a_build_info The program.\n# TYPE a_build_info gauge\na_build_info{version=\"1\"} 1\n\
            # HELP a_seconds_total How long.\n# TYPE a_seconds_total counter\n\
            a_seconds_total{of=\"# x\"} 2\n# HELP a_now What is.\n# TYPE a_now gauge\na_now 3\n";
        assert_eq!(in_prometheus_text(open), older);
    }
}
