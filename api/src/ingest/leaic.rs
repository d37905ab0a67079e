//! Agencies from the Law Enforcement Agency Identifiers Crosswalk.
//!
//! Its terms forbid redistribution, so this project does not include it; if you have it, you can load it. It completes
//! the agencies of the dataset (seven-character ORI, county, population) and adds missing ones. Known names, kinds and
//! locations are left unchanged, because its names are in capitals and without punctuation.
//!
//! Values are padded with blanks, codes include their labels, and numbers have sentinels for missing values. Neither
//! ORI is ever derived from the other.

use entity::{
    agency,
    kind::AgencyKind,
    scalar::{Ori, State},
};
use sea_orm::DbErr;

use super::{
    ImportRequest,
    agencies::Agencies,
    claims::{Claim, EmptyFields},
    error::ImportError,
    job::{FormatReader, Job, RowMeaning},
    layout::TableShape,
    row::{FileRow, RowRefusal},
    values,
    withdrawals::{AgencyField, Withdrawals},
};

const CROSSWALK: &str = "crosswalk";
/// Populations from this value on mark a missing value.
const SENTINELS: i64 = 888_888_888;

/// The values in a row about an agency.
#[derive(Debug)]
pub(crate) struct CrosswalkRecord {
    ori9: Option<Ori>,
    ori7: Option<Ori>,
    name: String,
    kind: Option<AgencyKind>,
    state: Option<State>,
    county_fips: Option<String>,
    county_name: Option<String>,
    city: Option<String>,
    zip: Option<String>,
    place: Option<(f64, f64)>,
    population: Option<i32>,
    fields: EmptyFields<(AgencyField, bool)>,
}

/// The reader.
pub(crate) struct Leaic {
    agencies: Agencies,
    withdrawals: Withdrawals,
}

impl Leaic {
    /// Reads the agencies of the dataset.
    async fn new(job: &Job) -> Result<Self, DbErr> {
        Ok(Self { agencies: Agencies::new(job).await?, withdrawals: Withdrawals::default() })
    }
}

impl FormatReader for Leaic {
    const TELLING: &[&[&str]] = &[&["ori9", "ori7", "agcytype"], &["ori9", "ori7", "statename"]];
    type Record = CrosswalkRecord;

    async fn open(job: &mut Job, _request: &ImportRequest) -> Result<Self, ImportError> {
        Ok(Self::new(job).await?)
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "agencies"
    }

    fn known_shapes() -> Vec<TableShape> {
        vec![TableShape::new(
            CROSSWALK,
            &[
                // The publisher's names, then those in R packages.
                "!ori9=ORI9",
                "!ori7=ORI7|ori",
                "!name=NAME|agency_name|crosswalk_agency_name",
                "!state=STATENAME|state_name|state",
                "county=COUNTYNAME|county_name",
                "fips=FIPS|fips_state_county_code",
                "fips_state=FIPS_ST|fips_state_code",
                "fips_county=FIPS_COUNTY|fips_county_code",
                "type=AGCYTYPE|agency_type",
                "subtype=SUBTYPE1|agency_subtype_1|subtype_1",
                "city=ADDRESS_CITY",
                "zip=ADDRESS_ZIP|address_zip_code",
                "people=U_TPOP",
                "people_of_government=LG_POPULATION",
                "lat=INTPTLAT|latitude",
                "lng=INTPTLONG|longitude",
            ],
        )]
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<CrosswalkRecord>, RowRefusal> {
        let ori = |column, length| -> Result<Option<Ori>, RowRefusal> {
            if present(row, column).is_none() {
                return Ok(None);
            }
            match row.read(column, str::parse::<Ori>)? {
                Some(ori) if ori.as_str().len() == length => Ok(Some(ori)),
                _ => {
                    Err(row.refuse(column, format!("is not an ORI of {length} letters and digits")))
                }
            }
        };
        row.required("name")?;
        let kind = kind_of(&label(row.text("type")), &label(row.text("subtype")));
        let state = present(row, "state").map(|_| row.read("state", values::state)).transpose()?;
        let (ori9, ori7, state) = (ori("ori9", 9)?, ori("ori7", 7)?, state.flatten());
        let of_nine = ori9.as_ref().and_then(|ori| values::state_of_ori(ori.as_str()));
        values::agree_on_state(row, "ori9", ori9.as_ref(), state.as_ref())?;
        values::agree_on_state(row, "ori7", ori7.as_ref(), state.as_ref().or(of_nine.as_ref()))?;
        let degrees = |column, most: f64| -> Result<Option<f64>, RowRefusal> {
            row.read(column, |text| match text.parse::<f64>() {
                Ok(degrees) if degrees.abs() <= most => Ok(Some(degrees)),
                Ok(degrees) if degrees > 800.0 => Ok(None),
                _ => Err(format!("is not a number of degrees up to {most}")),
            })
            .map(Option::flatten)
        };
        let place = degrees("lat", 90.0)?.zip(degrees("lng", 180.0)?);
        let place = place.filter(|at| *at != (0.0, 0.0));
        if place.is_some_and(|(lat, lng)| !values::is_in_the_states(lat, lng)) {
            return Err(row.refuse("lng", "is not in the United States at this latitude"));
        }
        let people = count(row, "people")?.filter(|people| *people > 0);
        let of_government = count(row, "people_of_government")?.filter(|people| *people > 0);
        let general = matches!(kind, Some(AgencyKind::MunicipalPolice | AgencyKind::CountyPolice));
        let mut record = CrosswalkRecord {
            ori9,
            ori7,
            name: row.line_of_text("name").unwrap_or_default(),
            kind,
            state,
            county_fips: fips(row)?,
            county_name: present(row, "county").map(str::to_owned),
            city: present(row, "city").map(str::to_owned),
            zip: present(row, "zip").and_then(values::zip),
            place,
            // A special agency does not serve the whole population of its government.
            population: people.or(of_government.filter(|_| general)),
            fields: EmptyFields::default(),
        };
        record.fields = EmptyFields(record.given(row));
        Ok(RowMeaning::Take(record))
    }

    fn claims(&self, record: &CrosswalkRecord) -> Vec<Claim> {
        let ori = record.ori9.as_ref().or(record.ori7.as_ref());
        let without = || (&record.name, &record.state, &record.county_fips);
        let key = (ori, ori.is_none().then(without));
        vec![Claim::new(if ori.is_some() { "ori9" } else { "name" }, "agency", &key, record)]
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<CrosswalkRecord>) -> Result<(), DbErr> {
        let source_id = job.source_id;
        for record in batch {
            let by_nine = record.ori9.as_ref().and_then(|ori| self.agencies.find(ori));
            let by_seven = record.ori7.as_ref().and_then(|ori| self.agencies.find(ori));
            let without = record.ori9.is_none() && record.ori7.is_none();
            let by_name = || {
                let state = record.state.as_ref();
                let county = record.county_fips.as_deref();
                without
                    .then(|| self.agencies.find_without_ori(&record.name, state, county))
                    .flatten()
            };
            // An agency with another nine-character ORI is a different agency.
            let by_seven_only = by_seven
                .filter(|at| record.ori9.is_none() || self.agencies.get(*at).ori9.is_none());
            let found = by_nine.or(by_seven_only).or_else(by_name);
            let at = found.unwrap_or_else(|| self.agencies.add(source_id));
            let seven_is_free = by_seven.is_none_or(|holder| holder == at);
            if !seven_is_free {
                job.report.note("seven-character ORIs that belong to another agency (left empty)");
            }
            self.withdrawals.note(job, at, CROSSWALK, record.fields.0.iter().copied());
            self.agencies.change(at, source_id, |row| apply(row, record, seven_is_free));
        }
        Ok(())
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.withdrawals.settle(job, &mut self.agencies).await?;
        self.agencies.write(job).await
    }
}

impl CrosswalkRecord {
    /// The fields for which the table has columns, and whether the row gives them.
    fn given(&self, row: &FileRow<'_>) -> Vec<(AgencyField, bool)> {
        let fields: [(AgencyField, bool, &[&str]); 7] = [
            (AgencyField::Kind, self.kind.is_some(), &["type"]),
            (AgencyField::CountyName, self.county_name.is_some(), &["county"]),
            (AgencyField::CountyFips, self.county_fips.is_some(), &["fips", "fips_county"]),
            (AgencyField::City, self.city.is_some(), &["city"]),
            (AgencyField::Zip, self.zip.is_some(), &["zip"]),
            (AgencyField::Place, self.place.is_some(), &["lat"]),
            (AgencyField::Population, self.population.is_some(), &["people"]),
        ];
        let there = fields.into_iter().filter(|(.., names)| names.iter().any(|name| row.has(name)));
        there.map(|(field, is_given, _)| (field, is_given)).collect()
    }
}

fn apply(row: &mut agency::Model, record: CrosswalkRecord, seven_is_free: bool) {
    row.ori9 = row.ori9.take().or(record.ori9);
    if seven_is_free {
        row.ori7 = record.ori7.or(row.ori7.take());
    }
    row.name = row.name.take().or(Some(record.name));
    row.kind = row.kind.or(record.kind);
    row.state = row.state.take().or(record.state);
    row.county_fips = record.county_fips.or(row.county_fips.take());
    row.county_name = record.county_name.or(row.county_name.take());
    row.city = row.city.take().or(record.city);
    row.zip = row.zip.take().or(record.zip);
    if let (None, Some((latitude, longitude))) = (row.latitude, record.place) {
        (row.latitude, row.longitude) = (Some(latitude), Some(longitude));
    }
    row.population = record.population.or(row.population);
}

/// A cell other than `-1`, which marks a missing value.
fn present<'a>(row: &FileRow<'a>, column: &str) -> Option<&'a str> {
    row.text(column).filter(|text| *text != "-1")
}

/// A population that is not a sentinel.
fn count(row: &FileRow<'_>, column: &str) -> Result<Option<i32>, RowRefusal> {
    let count = row.read(column, |text| {
        let number = values::count(text)?;
        Ok::<_, String>(if number >= SENTINELS { None } else { i32::try_from(number).ok() })
    })?;
    Ok(count.flatten())
}

/// The five digits of state and county, with lost leading zeros restored. They are in one column, and again in two.
fn fips(row: &FileRow<'_>) -> Result<Option<String>, RowRefusal> {
    let digits = |column, width: usize| values::padded(present(row, column)?, width);
    let parts = || Some(digits("fips_state", 2)? + &digits("fips_county", 3)?);
    let known = |fips: &String| fips != "00000";
    let (whole, parts) = (digits("fips", 5).filter(known), parts().filter(known));
    match (whole, parts) {
        (Some(whole), Some(parts)) if whole != parts => {
            Err(row.refuse("fips", format!("contradicts the state and county codes, {parts}")))
        }
        (whole, parts) => Ok(whole.or(parts)),
    }
}

/// The label of a code: `Local police department` in `(000) Local police department`.
fn label(text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    let label =
        text.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(_, label)| label);
    label.unwrap_or(text).trim().to_lowercase()
}

/// The kind of an agency, by the labels of its codes. A code without a label is not reliable.
fn kind_of(kind: &str, subtype: &str) -> Option<AgencyKind> {
    let says = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    let special = says(kind, &["special"]);
    let text = if special { subtype } else { kind };
    let table: &[(&[&str], AgencyKind)] = &[
        (&["sheriff"], AgencyKind::Sheriff),
        (&["county police"], AgencyKind::CountyPolice),
        (&["local police", "municipal police", "city police"], AgencyKind::MunicipalPolice),
        (&["tribal", "indian"], AgencyKind::Tribal),
        (&["college", "universit", "campus"], AgencyKind::Campus),
        (&["school"], AgencyKind::SchoolDistrict),
        (&["constable", "marshal"], AgencyKind::Constable),
        (&["task force"], AgencyKind::TaskForce),
        (&["federal"], AgencyKind::Federal),
        (&["primary state", "state police", "highway patrol"], AgencyKind::StatePolice),
        (&["state"], AgencyKind::StateAgency),
    ];
    let found = table.iter().find(|(words, _)| says(text, words)).map(|(_, kind)| *kind);
    found.or(special.then_some(AgencyKind::SpecialJurisdiction))
}
