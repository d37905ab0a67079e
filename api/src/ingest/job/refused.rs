//! What is refused: a row, too many rows, a file.

use super::{FormatReader, Job};
use crate::ingest::{
    self, MaxRejects,
    error::{FilePlace, ImportError},
    json::AnswerPage,
    layout::Mismatch,
    row::RowRefusal,
};

impl Job {
    /// Lists a row that cannot be taken.
    pub(super) fn refuse(
        &mut self,
        name: &str,
        table: &'static str,
        refusal: &RowRefusal,
    ) -> Result<(), ImportError> {
        self.report.refused += 1;
        self.report.tally(table).refused += 1;
        self.rejects.add(name, refusal)?;
        // A number of rows is exceeded for good; a share may still be made up for.
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

    /// Ends the load where too many rows were refused.
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
            listed: listed.join(", "),
            first: self.rejects.first.clone().unwrap_or_default(),
        })
    }

    /// Ends the load where a page of an answer has others before or after it that are not among the files.
    pub(super) fn check_pages(&self) -> Result<(), ImportError> {
        let pages: Vec<AnswerPage> = self.pages.iter().map(|(_, page)| *page).collect();
        let Some((at, missing)) = AnswerPage::missing(&pages) else { return Ok(()) };
        let problem = format!(
            "is page {} of an answer, of which page {missing} is not among the files",
            pages[at].number
        );
        let mend = "ask for the other pages until \"hasNext\" is false, and name all of them in one command; \
                    --again reads those that were loaded before";
        Err(ImportError::file(FilePlace::file(self.pages[at].0.as_str()), problem, mend))
    }

    /// Why a table is not of the format, and of which it is where its columns tell.
    pub(super) fn wrong_header<F: FormatReader>(
        &self,
        format: &F,
        name: &str,
        header: &[String],
        mismatch: &Mismatch,
    ) -> ImportError {
        if let Some(objection) = format.objection(header) {
            let mend = "take the column out of the file, and load it then";
            return ImportError::file(FilePlace::line(name, mismatch.line), objection, mend);
        }
        let found: Vec<&str> = header.iter().take(12).map(|column| column.trim()).collect();
        let more = if header.len() > 12 { ", ..." } else { "" };
        let problem = format!(
            "is not {}: it lacks the column{} {} (it has {}{more})",
            self.report.format,
            if mismatch.missing.len() == 1 { "" } else { "s" },
            mismatch.missing.join(", "),
            found.join(", "),
        );
        let mend = match ingest::resembling(header).filter(|it| *it != self.report.format) {
            Some(other) => format!("it looks like {other}: try `cops-graphql import {other}`"),
            None => {
                "check which file it is; `cops-graphql import --help` lists the formats".to_owned()
            }
        };
        ImportError::file(FilePlace::line(name, mismatch.line), problem, mend)
    }
}
