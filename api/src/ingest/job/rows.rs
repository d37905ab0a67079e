//! The rows of a table: read once to compare what they say, and once more to be written.

use super::{FormatReader, Job, RowMeaning};
use crate::ingest::{
    claims::ClaimVerdict,
    error::{FilePlace, ImportError},
    layout::Layout,
    row::{FileRow, RowRefusal},
    table::{FileTable, RowProblem},
};

/// Records that go to the database together.
const BATCH: usize = 2_000;

impl Job {
    /// Reads the rows of a table, and writes what they hold.
    pub(super) async fn table<F: FormatReader>(
        &mut self,
        format: &mut F,
        name: &str,
        table: &mut FileTable<'_>,
        layout: &Layout,
    ) -> Result<(), ImportError> {
        if let Some(objection) = format.objection(layout.names()) {
            let mend = "take the column out of the file, and load it then";
            return Err(ImportError::file(FilePlace::line(name, 1), objection, mend));
        }
        if let Some((one, other)) = &layout.doubled {
            let problem = format!("has two columns of one name: {one:?} and {other:?}");
            let mend = "rename the one that is not meant, or take it out";
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
                Err(refusal) => self.refuse(name, format.fills(layout.shape), &refusal)?,
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
        Ok(())
    }

    /// Reads the rows of a table for what they say. What is wrong with a row is said when it is read again.
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

    /// What a row means, when it is held against the other rows of the load.
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
                        "rows that a newer row of the same load replaces, left out",
                    ));
                }
                ClaimVerdict::Contradicted { file, line } => {
                    let thing = claim.thing;
                    let reason = format!(
                        "says something else of the {thing} than {file}, line {line}: neither row is taken"
                    );
                    return Err(row.refuse(claim.field, reason));
                }
            }
        }
        Ok(meaning)
    }

    /// Notes that two rows, which were not known to be about the same thing before, contradict each other: the load
    /// ends.
    pub(crate) fn contradict(&mut self, what: String) {
        self.contradiction.get_or_insert(what);
    }

    fn check_contradiction(&mut self, name: &str) -> Result<(), ImportError> {
        match self.contradiction.take() {
            None => Ok(()),
            Some(what) => {
                let mend =
                    "take out the rows that are wrong, or load files of different days one by one";
                Err(ImportError::file(FilePlace::file(name), what, mend))
            }
        }
    }
}
