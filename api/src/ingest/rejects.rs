//! Refused rows: each is listed beside its file, and too many of them fail the load.

use std::{
    fmt,
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{
    error::{FilePlace, ImportError},
    row::RowRefusal,
};

const HEADER: [&str; 5] = ["file", "line", "column", "value", "reason"];
/// The maximum length of a list. Nobody reads more, and a wrong file must not fill the disk.
const MAX_LISTED: u64 = 100_000;

/// How many rows a load may refuse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxRejects {
    /// A number of rows.
    Count(u64),
    /// A percentage of the rows examined.
    Percent(f64),
}

impl Default for MaxRejects {
    fn default() -> Self {
        Self::Percent(0.1)
    }
}

impl FromStr for MaxRejects {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is neither a number of rows nor a percentage such as 5%");
        match text.strip_suffix('%') {
            Some(number) => match number.trim().parse::<f64>() {
                Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Self::Percent(percent)),
                _ => Err(wrong()),
            },
            None => text.parse().map(Self::Count).map_err(|_| wrong()),
        }
    }
}

impl fmt::Display for MaxRejects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl MaxRejects {
    /// Whether this many refused rows exceed the limit.
    #[must_use]
    pub fn exceeded(self, refused: u64, considered: u64) -> bool {
        match self {
            Self::Count(count) => refused > count,
            #[expect(clippy::cast_precision_loss, reason = "a share of rows, not a sum")]
            Self::Percent(percent) => refused as f64 > considered as f64 * percent / 100.0,
        }
    }

    /// How many of these rows may be refused.
    #[must_use]
    pub(crate) fn allowed(self, considered: u64) -> u64 {
        match self {
            Self::Count(count) => count,
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of rows, rounded down"
            )]
            Self::Percent(percent) => (considered as f64 * percent / 100.0) as u64,
        }
    }
}

/// The lists of refused rows, one beside each file that has any.
#[derive(Debug, Default)]
pub(crate) struct Rejects {
    path: PathBuf,
    writer: Option<csv::Writer<File>>,
    listed: u64,
    /// The lists written.
    pub(crate) written: Vec<PathBuf>,
    /// The first refusal, as text.
    pub(crate) first: Option<String>,
}

impl Rejects {
    /// Starts the list of another file. Deletes the list that an earlier load of the file left.
    pub(crate) fn begin(&mut self, path: &Path) -> Result<(), ImportError> {
        self.end()?;
        path.clone_into(&mut self.path);
        self.listed = 0;
        if is_list(path) {
            std::fs::remove_file(path).map_err(|error| unwritable(path, &error))?;
        }
        Ok(())
    }

    /// Lists a refused row.
    pub(crate) fn add(&mut self, file: &str, refusal: &RowRefusal) -> Result<(), ImportError> {
        let RowRefusal { line, column, value, reason } = refusal;
        if self.first.is_none() {
            self.first =
                Some(format!("\n  first: {file}, line {line}, {column:?} {value:?}: {reason}"));
        }
        self.listed += 1;
        if self.listed > MAX_LISTED {
            return Ok(());
        }
        let fail = |error: csv::Error| unwritable(&self.path, &error);
        if self.writer.is_none() {
            let mut writer = csv::Writer::from_path(&self.path).map_err(fail)?;
            writer.write_record(HEADER).map_err(fail)?;
            self.writer = Some(writer);
            self.written.push(self.path.clone());
        }
        if let Some(writer) = &mut self.writer {
            let value: String = value.chars().take(1_000).collect();
            writer
                .write_record([file, &line.to_string(), column, &value, reason])
                .map_err(|error| unwritable(&self.path, &error))?;
        }
        Ok(())
    }

    /// Flushes the list.
    pub(crate) fn end(&mut self) -> Result<(), ImportError> {
        match self.writer.take() {
            Some(mut writer) => writer.flush().map_err(|error| unwritable(&self.path, &error)),
            None => Ok(()),
        }
    }
}

/// Whether a file is a list of refused rows.
pub(crate) fn is_list(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut line = String::new();
    BufReader::new(file).read_line(&mut line).is_ok() && line.trim_end() == HEADER.join(",")
}

fn unwritable(path: &Path, error: &dyn fmt::Display) -> ImportError {
    let problem = format!("the list of refused rows cannot be written: {error}");
    ImportError::file(
        FilePlace::file(path.display().to_string()),
        problem,
        "make the file's folder writable, or copy the file elsewhere",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_count_or_a_percentage() {
        assert_eq!("5%".parse(), Ok(MaxRejects::Percent(5.0)));
        assert_eq!("12".parse(), Ok(MaxRejects::Count(12)));
        for text in ["", "%", "-1", "101%", "a few", "NaN%"] {
            assert!(text.parse::<MaxRejects>().is_err(), "{text:?}");
        }
        assert!(!MaxRejects::Percent(0.1).exceeded(1, 1_000));
        assert!(MaxRejects::Percent(0.1).exceeded(1, 999));
        assert!(!MaxRejects::Count(0).exceeded(0, 0));
        assert!(MaxRejects::Count(2).exceeded(3, 1_000_000));
    }
}
