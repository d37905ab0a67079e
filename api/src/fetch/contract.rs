//! The requests to the API, and its responses.
//!
//! The `download/` endpoints select by assistance listing. They search fiscal year 2008 and later, and a file is
//! limited to the number of rows that the API reports when it counts. Older data is only in `bulk_download/`:
//! transactions of an agency, for at most a year. Those files are filtered by listing when they are imported.

use std::fmt;

use chrono::{Datelike as _, Days, NaiveDate};
use serde::Deserialize;
use serde_json::{Value, json};

/// The first day that the `download/` endpoints search.
pub(crate) const FIRST_SEARCHED: NaiveDate =
    NaiveDate::from_ymd_opt(2007, 10, 1).expect("it is a day");
/// The department of the COPS Office, as USAspending names it.
const DEPARTMENT: &str = "Department of Justice";
/// The codes of all types of financial assistance. Whatever is given under a listing has one of these.
const ASSISTANCE: [&str; 10] = ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"];
/// The endpoint that counts the rows of a file before it is requested.
pub(crate) const COUNT: &str = "/api/v2/download/count/";

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowsOf {
    /// Transactions under a set of listings.
    Transactions,
    /// Summaries of the awards active in the period.
    Awards,
    /// Transactions of the whole department, for at most a fiscal year.
    Department,
}

/// One file: the rows of a range of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) rows: RowsOf,
    /// Sorted and distinct, so that each request has one name.
    pub(crate) listings: Vec<String>,
    pub(crate) from: NaiveDate,
    pub(crate) until: NaiveDate,
}

impl Piece {
    /// The endpoint that generates the file.
    pub(crate) fn path(&self) -> &'static str {
        match self.rows {
            RowsOf::Transactions => "/api/v2/download/transactions/",
            RowsOf::Awards => "/api/v2/download/awards/",
            RowsOf::Department => "/api/v2/bulk_download/awards/",
        }
    }

    /// The request body for the file.
    pub(crate) fn order(&self) -> Value {
        let filters = match self.rows {
            RowsOf::Transactions | RowsOf::Awards => self.search(),
            RowsOf::Department => json!({
                "agencies": [{ "type": "awarding", "tier": "toptier", "name": DEPARTMENT }],
                "prime_award_types": ASSISTANCE,
                "date_range": { "start_date": self.from, "end_date": self.until },
                "date_type": "action_date",
            }),
        };
        json!({ "filters": filters, "file_format": "csv" })
    }

    /// The request body for its row count.
    pub(crate) fn count(&self) -> Value {
        let level = if self.rows == RowsOf::Awards { "awards" } else { "transactions" };
        json!({ "filters": self.search(), "spending_level": level })
    }

    fn search(&self) -> Value {
        json!({
            "program_numbers": self.listings,
            "award_type_codes": ASSISTANCE,
            "time_period": [{ "start_date": self.from, "end_date": self.until }],
        })
    }

    /// The same rows in two files, unless the range is a single day.
    pub(crate) fn halves(&self) -> Option<[Self; 2]> {
        let days = (self.until - self.from).num_days();
        let middle = self.from + Days::new(u64::try_from(days / 2).ok()?);
        let next = middle.succ_opt().filter(|_| days > 0)?;
        Some([Self { until: middle, ..self.clone() }, Self { from: next, ..self.clone() }])
    }

    /// The name of the file, which describes the request.
    pub(crate) fn file(&self) -> String {
        let rows = match self.rows {
            RowsOf::Transactions => format!("transactions_{}", self.listings.join("_")),
            RowsOf::Awards => format!("awards_{}", self.listings.join("_")),
            RowsOf::Department => "justice_transactions".to_owned(),
        };
        format!("{rows}_{}_{}.zip", self.from, self.until)
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = match self.rows {
            RowsOf::Transactions => "transactions",
            RowsOf::Awards => "awards",
            RowsOf::Department => "transactions of the department",
        };
        write!(f, "{rows} {} to {}", self.from, self.until)
    }
}

/// The last day of a day's federal fiscal year.
pub(crate) fn end_of_fiscal_year(day: NaiveDate) -> NaiveDate {
    let year = day.year() + i32::from(day.month() >= 10);
    NaiveDate::from_ymd_opt(year, 9, 30).unwrap_or(NaiveDate::MAX)
}

/// The path of a file's status, the same for both kinds of download.
pub(crate) fn status(file_name: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("file_name", file_name)
        .finish();
    format!("/api/v2/download/status?{query}")
}

/// The response to a request for a file.
#[derive(Debug, Deserialize)]
pub(crate) struct Ordered {
    pub(crate) file_name: String,
}

/// The status of a file.
#[derive(Debug, Deserialize)]
pub(crate) struct FileStatus {
    #[serde(rename = "status")]
    pub(crate) state: FileState,
    pub(crate) message: Option<String>,
    pub(crate) file_url: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FileState {
    Failed,
    Finished,
    Ready,
    Running,
}

/// The row count of a file.
#[derive(Debug, Deserialize)]
pub(crate) struct RowCount {
    #[serde(rename = "transaction_rows_gt_limit")]
    pub(crate) too_many: bool,
    #[serde(rename = "maximum_transaction_limit")]
    pub(crate) limit: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn halves_cover_every_day_once() {
        let listings = vec!["16.710".to_owned()];
        let (from, until) = (day("2020-01-01"), day("2020-01-04"));
        let piece = Piece { rows: RowsOf::Awards, listings, from, until };
        let mut days = Vec::new();
        let mut left = vec![piece];
        while let Some(piece) = left.pop() {
            match piece.halves() {
                Some([first, second]) => left.extend([second, first]),
                None => days.push(piece.from.to_string()),
            }
        }
        assert_eq!(days, ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"]);
    }

    #[test]
    fn a_fiscal_year_ends_in_september() {
        assert_eq!(end_of_fiscal_year(day("2000-10-01")), day("2001-09-30"));
        assert_eq!(end_of_fiscal_year(day("2001-09-30")), day("2001-09-30"));
    }

    #[test]
    fn the_name_of_a_file_is_part_of_a_query() {
        assert_eq!(status("a b&c.zip"), "/api/v2/download/status?file_name=a+b%26c.zip");
    }
}
