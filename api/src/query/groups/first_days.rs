//! The first day of each year, quarter or month in a range of years.

use async_graphql::{Name, Value as GraphQl};
use chrono::{Months, NaiveDate};
use indexmap::IndexMap;

use crate::{catalog::scalar::enum_word, error::Error};

/// The most days in one request.
pub(crate) const MOST_DAYS: usize = 128;

/// The periods: name, length in months, months by which the first period begins before its year, and description.
pub(crate) const PERIODS: [(&str, u32, u32, &str); 4] = [
    (
        "FISCAL_YEAR",
        12,
        3,
        "The federal fiscal year, which begins on October 1 of the previous year.",
    ),
    ("YEAR", 12, 0, "The calendar year."),
    ("QUARTER", 3, 0, "The quarter of a calendar year."),
    ("MONTH", 1, 0, "The calendar month."),
];

/// Reads which days these are.
///
/// # Errors
/// Says that there are none, or too many.
pub(crate) fn parse(value: Option<&GraphQl>) -> Result<Vec<NaiveDate>, Error> {
    let bad = |text: String| Err(Error::BadArgument(text));
    let Some(GraphQl::Object(given)) = value else { return Err(Error::Internal) };
    let (Some(from), Some(to)) = (year(given, "from"), year(given, "to")) else {
        return bad("on.from, on.to: give years between 1900 and 2200".to_owned());
    };
    let name = enum_word(given.get("every")).unwrap_or_default();
    let period = PERIODS.iter().find(|(period, ..)| *period == name);
    let (_, months, before, _) = period.ok_or(Error::Internal)?;
    if from > to {
        return bad(format!("on: {from} is after {to}"));
    }
    let january = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).ok_or(Error::Internal);
    let first = january(from)?.checked_sub_months(Months::new(*before)).ok_or(Error::Internal)?;
    let end = january(to + 1)?.checked_sub_months(Months::new(*before)).ok_or(Error::Internal)?;
    let next = |day: &NaiveDate| day.checked_add_months(Months::new(*months));
    let days: Vec<NaiveDate> = std::iter::successors(Some(first), next)
        .take_while(|day| *day < end)
        .take(MOST_DAYS + 1)
        .collect();
    if days.len() > MOST_DAYS {
        return bad(format!("on: this covers more than {MOST_DAYS} days; ask for fewer years"));
    }
    Ok(days)
}

fn year(given: &IndexMap<Name, GraphQl>, name: &str) -> Option<i32> {
    let Some(GraphQl::Number(year)) = given.get(name) else { return None };
    let year = i32::try_from(year.as_i64()?).ok()?;
    (1900..=2200).contains(&year).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fiscal_year_begins_in_october_of_the_year_before() {
        let days = |every: &str, from: i32, to: i32| {
            let value = serde_json::json!({ "every": every, "from": from, "to": to });
            let value = GraphQl::from_json(value).expect("JSON");
            parse(Some(&value)).map(|days| days.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(days("FISCAL_YEAR", 2001, 2002).unwrap(), ["2000-10-01", "2001-10-01"]);
        assert_eq!(days("YEAR", 2001, 2001).unwrap(), ["2001-01-01"]);
        assert_eq!(days("QUARTER", 2001, 2001).unwrap()[3], "2001-10-01");
        assert_eq!(days("MONTH", 2001, 2002).unwrap().len(), 24);
        for (every, from, to) in [("YEAR", 2002, 2001), ("MONTH", 2000, 2020), ("YEAR", 5, 6)] {
            assert!(days(every, from, to).is_err());
        }
    }
}
