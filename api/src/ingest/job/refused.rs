//! Refusals: of a row, of too many rows, of a file.

use super::{FormatReader, Job};
use crate::ingest::{
    self, MaxRejects,
    error::{FilePlace, ImportError},
    json::AnswerPage,
    layout::Mismatch,
    row::RowRefusal,
};

impl Job {
    /// Lists a refused row.
    pub(super) fn refuse(
        &mut self,
        name: &str,
        table: &'static str,
        refusal: &RowRefusal,
    ) -> Result<(), ImportError> {
        self.report.refused += 1;
        self.report.tally(table).refused += 1;
        self.rejects.add(name, refusal)?;
        // A count, once exceeded, stays exceeded; a percentage may recover.
        if let MaxRejects::Count(_) = self.max_rejects {
            self.rejects_flushed_check()?;
        }
        Ok(())
    }

    fn rejects_flushed_check(&mut self) -> Result<(), ImportError> {
        if self.max_rejects.exceeded(self.report.refused, self.considered()) {
            self.rejects.end()?;
            return self.check_refused();
        }
        Ok(())
    }

    fn considered(&self) -> u64 {
        self.report.rows_read.max(self.report.refused) - self.report.skipped
    }

    /// Fails the load if too many rows were refused.
    pub(super) fn check_refused(&self) -> Result<(), ImportError> {
        if !self.max_rejects.exceeded(self.report.refused, self.considered()) {
            return Ok(());
        }
        let listed: Vec<String> =
            self.rejects.written.iter().map(|path| path.display().to_string()).collect();
        Err(ImportError::TooManyRefused {
            refused: self.report.refused,
            considered: self.considered(),
            limit: self.max_rejects.to_string(),
            allowed: self.max_rejects.allowed(self.considered()),
            listed: listed.join(", "),
            first: self.rejects.first.clone().unwrap_or_default(),
        })
    }

    /// Fails the load if a page of an API response lacks other pages of the response.
    pub(super) fn check_pages(&self) -> Result<(), ImportError> {
        let pages: Vec<AnswerPage> = self.pages.iter().map(|(_, page)| *page).collect();
        let Some((at, missing)) = AnswerPage::missing(&pages) else { return Ok(()) };
        let problem = format!(
            "is page {} of a response whose page {missing} is not among the files",
            pages[at].number
        );
        let mend = "request the other pages until \"hasNext\" is false, and name all of them in one command; --again \
                    reads pages that were loaded before";
        Err(ImportError::file(FilePlace::file(self.pages[at].0.as_str()), problem, mend))
    }

    /// Why a table does not fit the format, and which format it resembles.
    pub(super) fn wrong_header<F: FormatReader>(
        &self,
        format: &F,
        name: &str,
        header: &[String],
        mismatch: &Mismatch,
    ) -> ImportError {
        if let Some(objection) = format.objection(header) {
            let mend = "remove the column from the file, and load it again";
            return ImportError::file(FilePlace::line(name, mismatch.line), objection, mend);
        }
        let found: Vec<&str> = header.iter().take(12).map(|column| column.trim()).collect();
        let more = if header.len() > 12 { ", ..." } else { "" };
        let missing = mismatch.missing.join(", ");
        let lacking = match mismatch.missing.len() {
            0 => "no visible sheet has a table".to_owned(),
            1 => format!("the column {missing} is missing"),
            _ => format!("the columns {missing} are missing"),
        };
        let has = match found.len() {
            0 => String::new(),
            _ => format!(" (it has {}{more})", found.join(", ")),
        };
        let problem = format!("is not in the format {}: {lacking}{has}", self.report.format);
        let mend = match ingest::resembling(header).filter(|it| *it != self.report.format) {
            Some(other) => format!("it looks like {other}: try `cops-graphql import {other}`"),
            None => {
                "check which file it is; `cops-graphql import --help` lists the formats".to_owned()
            }
        };
        ImportError::file(FilePlace::line(name, mismatch.line), problem, mend)
    }
}
