//! Reads the rows of a table: once to compare them, and again to write them.

use super::{FormatReader, Job, RowMeaning};
use crate::ingest::{
    claims::ClaimVerdict,
    error::{FilePlace, ImportError},
    layout::Layout,
    row::{FileRow, RowRefusal},
    table::{FileTable, RowProblem},
};

/// How many records are written together.
const BATCH: usize = 2_000;

impl Job {
    /// Reads the rows of a table, and writes their records.
    pub(super) async fn table<F: FormatReader>(
        &mut self,
        format: &mut F,
        name: &str,
        table: &mut FileTable<'_>,
        layout: &Layout,
    ) -> Result<(), ImportError> {
        if let Some(objection) = format.objection(layout.names()) {
            let mend = "remove the column from the file, and load it again";
            return Err(ImportError::file(FilePlace::line(name, 1), objection, mend));
        }
        if let Some((one, other)) = &layout.doubled {
            let problem = format!("has two columns with the same name: {one:?} and {other:?}");
            let mend = "rename or remove the wrong one";
            return Err(ImportError::file(FilePlace::file(name), problem, mend));
        }
        if let Some((problem, mend)) = format.lack(layout) {
            return Err(ImportError::file(FilePlace::file(name), problem, mend));
        }
        self.claims.begin(name);
        format.begin();
        if self.comparing {
            self.pages.extend(table.page.map(|page| (name.to_owned(), page)));
            return self.compare(format, table, layout);
        }
        self.report.unknown_columns.extend(layout.unknown.iter().cloned());
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let meaning = match table.row(layout) {
                Ok(None) => break,
                Ok(Some(row)) => format.read(&row).and_then(|it| self.judged(format, &row, it)),
                Err(RowProblem::Row(refusal)) => Err(refusal),
                Err(RowProblem::File(error)) => return Err(error),
            };
            self.report.rows_read += 1;
            match meaning {
                Ok(RowMeaning::Take(record)) => {
                    self.taken += 1;
                    batch.push(record);
                }
                Ok(RowMeaning::Skip) => self.report.skipped += 1,
                Ok(RowMeaning::LeaveOut(reason)) => self.report.note(reason),
                Err(mut refusal) => {
                    table.say_last_line(&mut refusal);
                    self.refuse(name, format.fills(layout.shape), &refusal)?;
                }
            }
            if batch.len() == BATCH {
                format.write(self, std::mem::take(&mut batch)).await?;
                self.check_contradiction(name)?;
                batch.reserve(BATCH);
                let rows = self.report.rows_read;
                let seconds = self.progress.elapsed().as_secs().max(1);
                self.progress.set_message(format!("{rows} rows, {}/s", rows / seconds));
            }
        }
        if !batch.is_empty() {
            format.write(self, batch).await?;
            self.check_contradiction(name)?;
        }
        if table.lacks_break() {
            let remark = "the last line has no line break: if the file was cut off, its last value may be incomplete";
            self.report.remarks.push(format!("{name}: {remark}"));
        }
        Ok(())
    }

    /// Reads the rows of a table to compare them. Wrong rows are reported in the second pass.
    fn compare<F: FormatReader>(
        &mut self,
        format: &mut F,
        table: &mut FileTable<'_>,
        layout: &Layout,
    ) -> Result<(), ImportError> {
        loop {
            let row = match table.row(layout) {
                Ok(None) => return Ok(()),
                Ok(Some(row)) => row,
                Err(RowProblem::Row(_)) => continue,
                Err(RowProblem::File(error)) => return Err(error),
            };
            if let Ok(RowMeaning::Take(record)) = format.read(&row) {
                for claim in format.claims(&record) {
                    self.claims.note(&claim, row.line);
                }
            }
        }
    }

    /// How a row is interpreted after comparing it with the other rows of the load.
    fn judged<F: FormatReader>(
        &self,
        format: &F,
        row: &FileRow<'_>,
        meaning: RowMeaning<F::Record>,
    ) -> Result<RowMeaning<F::Record>, RowRefusal> {
        let RowMeaning::Take(record) = &meaning else { return Ok(meaning) };
        for claim in format.claims(record) {
            match self.claims.verdict(&claim, row.line) {
                ClaimVerdict::Stands => {}
                ClaimVerdict::Replaced => {
                    return Ok(RowMeaning::LeaveOut(
                        "rows replaced by a newer row of the same load (left out)",
                    ));
                }
                ClaimVerdict::Contradicted { file, line } => {
                    let thing = claim.thing;
                    let reason = format!(
                        "contradicts {file}, line {line}, about the same {thing}: neither row is loaded"
                    );
                    return Err(row.refuse(claim.field, reason));
                }
            }
        }
        Ok(meaning)
    }

    /// Records that two rows, found only now to describe the same thing, contradict each other. The load fails.
    pub(crate) fn contradict(&mut self, what: String) {
        self.contradiction.get_or_insert(what);
    }

    fn check_contradiction(&mut self, name: &str) -> Result<(), ImportError> {
        match self.contradiction.take() {
            None => Ok(()),
            Some(what) => {
                let mend = "remove the wrong rows, or load files of different days one at a time";
                Err(ImportError::file(FilePlace::file(name), what, mend))
            }
        }
    }
}
