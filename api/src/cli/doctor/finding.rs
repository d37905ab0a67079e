//! The results of checks, and how they are printed.

use std::{fmt::Write as _, io::IsTerminal as _};

use serde::Serialize;

use crate::error::counted;

/// The result of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// All is well.
    #[default]
    Ok,
    /// The server works, but something may cause trouble or is not as most operators want it.
    Warning,
    /// The server does not start, or does not do its job.
    Problem,
}

impl Severity {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }

    /// Green, yellow, red.
    fn colour(self) -> &'static str {
        match self {
            Self::Ok => "\x1b[32m",
            Self::Warning => "\x1b[33m",
            Self::Problem => "\x1b[31m",
        }
    }
}

/// One check.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    status: Severity,
    message: String,
    /// How to fix it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

/// All checks, in order.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a check that is ok.
    pub(super) fn ok(&mut self, check: &'static str, message: impl Into<String>) {
        let message = message.into();
        self.0.push(Finding { check, status: Severity::Ok, message, fix: None });
    }

    /// Adds a warning.
    pub(super) fn warning(
        &mut self,
        check: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let (message, fix) = (message.into(), Some(fix.into()));
        self.0.push(Finding { check, status: Severity::Warning, message, fix });
    }

    /// Adds a problem.
    pub(super) fn problem(
        &mut self,
        check: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let (message, fix) = (message.into(), Some(fix.into()));
        self.0.push(Finding { check, status: Severity::Problem, message, fix });
    }

    /// The worst result.
    pub(super) fn worst(&self) -> Severity {
        self.0.iter().map(|finding| finding.status).max().unwrap_or_default()
    }

    fn count(&self, status: Severity) -> usize {
        self.0.iter().filter(|finding| finding.status == status).count()
    }

    /// A line for each check, a second line for its fix, and a summary.
    pub(super) fn to_text(&self, colourful: bool) -> String {
        let widest = self.0.iter().map(|finding| finding.check.len()).max().unwrap_or_default();
        let mut text = String::new();
        for Finding { check, status, message, fix } in &self.0 {
            let (on, off) = if colourful { (status.colour(), "\x1b[0m") } else { ("", "") };
            let word = status.word();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{on}{word:<7}{off}  {check:<widest$}  {message}");
            if let Some(fix) = fix {
                let _ = writeln!(text, "{:<7}  {:<widest$}  -> {fix}", "", "");
            }
        }
        let (problems, warnings) = (self.count(Severity::Problem), self.count(Severity::Warning));
        let _ = writeln!(
            text,
            "{}, {}, {}",
            counted(problems, "problem"),
            counted(warnings, "warning"),
            counted(self.0.len(), "check"),
        );
        text
    }

    /// The same for programs.
    pub(super) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "status": self.worst(), "checks": self.0 })
    }
}

/// Whether to use colors: on a terminal, unless `NO_COLOR` is set.
pub(super) fn is_colourful() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_a_line_with_its_fix_below() {
        let mut findings = Findings::default();
        findings.ok("port", "it is free");
        assert_eq!(findings.worst(), Severity::Ok);
        findings.warning("dataset", "it is synthetic", "load real files");
        findings.problem("database", "it is gone", "start it");
        assert_eq!(findings.worst(), Severity::Problem);
        let text = findings.to_text(false);
        assert_eq!(
            text,
            "ok       port      it is free\n\
             warning  dataset   it is synthetic\n\
             \x20                  -> load real files\n\
             problem  database  it is gone\n\
             \x20                  -> start it\n\
             1 problem, 1 warning, 3 checks\n"
        );
        assert!(findings.to_text(true).contains("\x1b[31mproblem\x1b[0m  database"));
        let json = findings.to_json();
        assert_eq!(json["status"], "problem");
        assert_eq!(json["checks"][0].get("fix"), None);
        assert_eq!(json["checks"][1]["fix"], "load real files");
    }
}
