//! Responses of the API of the FBI's Crime Data Explorer: the agencies of a state, and the offenses of an agency by
//! year.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::{results, text, value};

/// The columns of agencies, each with the fields that can fill it; the first one present is used. Current field names
/// precede older ones.
const AGENCY: &[(&str, &[&str])] = &[
    ("ori", &["ori"]),
    ("agency_name", &["agency_name"]),
    ("agency_type_name", &["agency_type_name", "agency_type"]),
    ("state_abbr", &["state_abbr"]),
    ("state_name", &["state_name", "state"]),
    (COUNTIES, &[COUNTIES, "county_name", "county"]),
    ("latitude", &["latitude"]),
    ("longitude", &["longitude"]),
    ("is_nibrs", &["is_nibrs", "nibrs"]),
    ("nibrs_start_date", &["nibrs_start_date"]),
];
const COUNTIES: &str = "counties";

/// The column that only a table of summarized offenses has: the number of results combined in its row.
pub(crate) const SUMMARIZED: &str = "summarized offenses";

/// The agencies of a list, which is an object of arrays by county, or an array; each with its county, if given.
pub(super) fn listed(answer: &Value) -> impl Iterator<Item = (Option<&str>, &Map<String, Value>)> {
    let mut lists: Vec<(Option<&str>, &[Value])> = Vec::new();
    match answer {
        Value::Array(list) => lists.push((None, list)),
        Value::Object(by_county) => {
            for (county, list) in by_county {
                if let Value::Array(list) = list {
                    lists.push((Some(county.as_str()).filter(|it| *it != "results"), list));
                }
            }
        }
        _ => {}
    }
    lists.into_iter().flat_map(|(county, list)| {
        list.iter().filter_map(move |agency| Some((county, agency.as_object()?)))
    })
}

/// A list of agencies as a table. An agency in several counties occurs under each of them, not always with all its
/// fields. These are merged into one row unless they contradict each other.
pub(super) fn agencies(answer: &Value) -> Result<Vec<Vec<String>>, String> {
    let mut rows: Vec<Vec<String>> =
        vec![AGENCY.iter().map(|(column, _)| (*column).to_owned()).collect()];
    let mut first: HashMap<String, usize> = HashMap::new();
    for ((county, agency), number) in listed(answer).zip(1..) {
        if !agency.contains_key("ori") {
            return Err(format!("its agency {number} lacks \"ori\""));
        }
        let cell = |(column, fields): &(&str, &[&str])| {
            let found = fields.iter().find_map(|field| value(agency, field)).map(text);
            let county = county.filter(|_| *column == COUNTIES).map(str::to_owned);
            found.filter(|it| !it.trim().is_empty()).or(county).unwrap_or_default()
        };
        let row: Vec<String> = AGENCY.iter().map(cell).collect();
        let at = *first.entry(row[0].clone()).or_insert(rows.len());
        match rows.get_mut(at) {
            Some(known) if agree(known, &row) => merge(known, row),
            _ => rows.push(row),
        }
    }
    Ok(rows)
}

/// Whether two rows of an agency agree in all fields that both have. Counties are combined.
fn agree(known: &[String], row: &[String]) -> bool {
    let mut cells = AGENCY.iter().zip(known.iter().zip(row));
    cells.all(|((column, _), (one, other))| {
        *column == COUNTIES || one.is_empty() || other.is_empty() || one == other
    })
}

fn merge(known: &mut [String], row: Vec<String>) {
    for ((column, _), (known, cell)) in AGENCY.iter().zip(known.iter_mut().zip(row)) {
        if known.is_empty() {
            *known = cell;
        } else if *column == COUNTIES && *known != cell {
            *known = format!("{known}; {cell}");
        }
    }
}

/// The value of each column, and the result that gave it.
type SaidOffenses = BTreeMap<String, (String, usize)>;

/// The offenses of an agency as a table: one row per year, and two columns per offense, for offenses and clearances.
pub(super) fn offenses(answer: &Value) -> Result<Vec<Vec<String>>, String> {
    let mut years: BTreeMap<[String; 2], SaidOffenses> = BTreeMap::new();
    let mut columns: Vec<String> = Vec::new();
    for (result, number) in results(answer).into_iter().zip(1..) {
        let field = |name: &str| value(result, name).map(|value| text(value).trim().to_owned());
        let needed = |name: &str| {
            let found = field(name).filter(|it| !it.is_empty());
            found.ok_or_else(|| format!("its result {number} lacks {name:?}"))
        };
        let offense = needed("offense")?;
        let year = years.entry([needed("ori")?, needed("data_year")?]).or_default();
        for kind in ["actual", "cleared"] {
            let Some(count) = field(kind) else { continue };
            let column = format!("{kind} {offense}");
            if !columns.contains(&column) {
                columns.push(column.clone());
            }
            let (known, first) = year.entry(column).or_insert_with(|| (count.clone(), number));
            if *known != count {
                return Err(format!(
                    "its results {first} and {number} contradict each other: {kind} {offense} is {known} and {count}"
                ));
            }
        }
    }
    let key = ["ori", "data_year", SUMMARIZED].map(str::to_owned);
    let mut rows = vec![[key.to_vec(), columns.clone()].concat()];
    for ([ori, year], said) in years {
        let cell = |column: &String| said.get(column).map(|it| it.0.clone()).unwrap_or_default();
        let key = [ori, year, said.len().to_string()];
        rows.push(key.into_iter().chain(columns.iter().map(cell)).collect());
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_agency_under_several_counties_is_one_row_unless_it_contradicts_itself() {
        let full =
            json!({"ori": "VA0010000", "agency_name": "A", "latitude": 1.5, "counties": null});
        let part = json!({"ori": "VA0010000", "agency_name": "A", "is_nibrs": true});
        let other = json!({"ori": "VA0010000", "agency_name": "B"});
        let rows = agencies(&json!({"FAIRFAX": [full], "LEE": [part], "NOTE": "x"})).unwrap();
        let expected = ["VA0010000", "A", "", "", "", "FAIRFAX; LEE", "1.5", "", "true", ""];
        assert_eq!(rows[1..], [expected.map(str::to_owned).to_vec()]);
        let rows = agencies(&json!({"FAIRFAX": [full], "LEE": [other]})).unwrap();
        assert_eq!(rows.len(), 3);
        let lacking = json!([{"ori": "VA0010000", "agency_name": "A"}, {"agency_name": "B"}]);
        assert_eq!(agencies(&lacking), Err("its agency 2 lacks \"ori\"".to_owned()));
    }

    #[test]
    fn results_of_a_year_are_a_row() {
        let result = |offense: &str, actual: Value, cleared: Value| json!({"ori": "HI0010000   ", "data_year": 2000, "offense": offense, "actual": actual, "cleared": cleared});
        let answer = |results: Vec<Value>| json!({ "results": results });
        let burglary = || result("burglary", json!(2), json!(1));
        let rows =
            offenses(&answer(vec![burglary(), result("arson", json!(0), json!(null)), burglary()]));
        assert_eq!(
            rows.unwrap(),
            [
                [
                    "ori",
                    "data_year",
                    SUMMARIZED,
                    "actual burglary",
                    "cleared burglary",
                    "actual arson"
                ],
                ["HI0010000", "2000", "3", "2", "1", "0"],
            ]
        );
        let error = offenses(&answer(vec![burglary(), result("burglary", json!(3), json!(1))]));
        let words = "its results 1 and 2 contradict each other: actual burglary is 2 and 3";
        assert_eq!(error, Err(words.to_owned()));
        let error = offenses(&answer(vec![json!({"ori": "A", "offense": "x"})])).unwrap_err();
        assert!(error.contains("result 1 lacks \"data_year\""), "{error}");
    }
}
