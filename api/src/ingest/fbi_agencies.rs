//! Agencies from the FBI: its list of edited names, the ICPSR's locations for it, the agencies of the Crime Data
//! Explorer (as a table, or as its API returns them by county), and the tables of agencies and participation in NIBRS
//! downloads.
//!
//! They are joined by ORI, in any order. An ORI that is only in the file of locations is an agency with an unknown
//! name. Each NIBRS table covers one year and has short names (`Anchorage`): its values only fill what is unknown and
//! replace nothing. A value that a newer table of the same kind leaves empty is withdrawn.

use std::collections::BTreeMap;

use entity::{
    agency,
    kind::AgencyKind,
    scalar::{Ori, State},
};
use sea_orm::DbErr;

use super::{
    ImportRequest,
    agencies::Agencies,
    claims::Claim,
    error::ImportError,
    job::{FormatReader, Job, RowMeaning},
    json::AnswerKind,
    layout::TableShape,
    row::{FileRow, RowRefusal},
    values,
    withdrawals::{AgencyField, Withdrawals},
};

const NAMES: &str = "names";
const PLACES: &str = "places";
const EXPLORER: &str = "agencies of the Crime Data Explorer";
const NIBRS: &str = "agencies of a download of NIBRS";
const PARTICIPATION: &str = "participation of agencies";
/// How the file of locations, and others, mark an unknown location.
const NOWHERE: [(f64, f64); 2] = [(-9.0, -9.0), (0.0, 0.0)];
/// How many examples the report lists.
const EXAMPLES: usize = 5;

/// The values in a row about the agency with an ORI.
pub(crate) struct FbiAgencyRecord {
    ori: Ori,
    /// What the row describes.
    thing: &'static str,
    /// The year; the latest year wins.
    year: Option<i32>,
    /// The FBI's agency type.
    kind: Option<String>,
    says: Says,
    /// The fields for which the table has columns.
    fields: Vec<AgencyField>,
}

/// The values in a row about an agency. `None` means that it says nothing.
#[derive(Debug, Default)]
struct Says {
    /// Whether it only fills unknown values.
    yields: bool,
    name: Option<String>,
    kind: Option<AgencyKind>,
    state: Option<State>,
    county: Option<String>,
    county_fips: Option<String>,
    city: Option<String>,
    zip: Option<String>,
    zip_is_odd: bool,
    fips_is_odd: bool,
    place: Option<(f64, f64)>,
    population: Option<i32>,
    officers: Option<i32>,
}

/// The reader.
pub(crate) struct FbiAgencies {
    agencies: Agencies,
    /// Agencies whose kind a row does not determine, by position, with what the row says instead.
    kindless: BTreeMap<usize, String>,
    withdrawals: Withdrawals,
}

impl FbiAgencies {
    /// Reads the agencies of the dataset.
    async fn new(job: &Job) -> Result<Self, DbErr> {
        Ok(Self {
            agencies: Agencies::new(job).await?,
            kindless: BTreeMap::new(),
            withdrawals: Withdrawals::default(),
        })
    }
}

impl FormatReader for FbiAgencies {
    const TELLING: &[&[&str]] = &[
        &["ori", "agency_type_name", "edited_name"],
        &["ori", "zip", "lat", "lng"],
        &["ori", "agency_name", "is_nibrs"],
        &["ori", "agency_name", "agency_type_name"],
        &["ori", "pub_agency_name", "nibrs_participated"],
        &["agency_ori", "agency_name", "nibrs_participated"],
    ];
    const ANSWERS: Option<AnswerKind> = Some(AnswerKind::Agencies);
    type Record = FbiAgencyRecord;

    async fn open(job: &mut Job, _request: &ImportRequest) -> Result<Self, ImportError> {
        Ok(Self::new(job).await?)
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "agencies"
    }

    fn known_shapes() -> Vec<TableShape> {
        vec![
            TableShape::new(
                NIBRS,
                &[
                    "!ori",
                    "!year=data_year",
                    "!name=pub_agency_name",
                    "unit=pub_agency_unit",
                    "communications=ncic_agency_name",
                    "!kind=agency_type_name",
                    "!state=state_postal_abbr|state_abbr",
                    "state_name",
                    "county=county_name",
                    "population",
                    "men=male_officer",
                    "women=female_officer",
                    "!participated=nibrs_participated",
                ],
            ),
            TableShape::new(
                PARTICIPATION,
                &[
                    "!ori=agency_ori",
                    "!year",
                    "!name=agency_name",
                    "!state=state_abbr",
                    "state_name",
                    "population=agency_population",
                    "!participated=nibrs_participated",
                ],
            ),
            TableShape::new(
                NAMES,
                &[
                    "!ori",
                    "!kind=agency_type_name",
                    "edited=edited_name",
                    "!published=pub_agency_name",
                    "icpsr=icpsr_name",
                    "flag=edited_flag",
                ],
            ),
            TableShape::new(PLACES, &["!ori", "!zip", "!lat", "!lng"]),
            TableShape::new(
                EXPLORER,
                &[
                    "!ori",
                    "!name=agency_name",
                    "!kind=agency_type_name|agency_type",
                    "!state=state_abbr",
                    "state_name=state_name|state",
                    "county=counties|county|county_name|primary_county",
                    "fips=primary_county_fips",
                    "city=city_name",
                    "zip=icpsr_zip",
                    "lat=latitude|icpsr_lat",
                    "lng=longitude|icpsr_lng",
                    "population",
                    "officers=total_officers",
                    "nibrs=is_nibrs|nibrs",
                    "nibrs_start=nibrs_start_date|current_nibrs_start_year",
                ],
            ),
        ]
    }

    fn passes_over(&self, header: &[String]) -> bool {
        // A NIBRS download also has tables of incidents, persons and codes.
        !header.iter().any(|column| {
            matches!(super::layout::simplified(column).as_str(), "ori" | "agency_ori")
        })
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<FbiAgencyRecord>, RowRefusal> {
        row.required("ori")?;
        let ori = row.read("ori", str::parse::<Ori>)?;
        let Some(ori) = ori.filter(|ori| ori.as_str().len() == 9) else {
            return Err(row.refuse("ori", "is not an ORI of nine letters and digits"));
        };
        let shape = row.layout.shape;
        let yields = matches!(shape, NIBRS | PARTICIPATION);
        let name = match shape {
            NAMES => {
                ["edited", "published", "icpsr"].into_iter().find_map(|it| row.line_of_text(it))
            }
            _ => joined(&[row.line_of_text("name"), row.line_of_text("unit")]),
        };
        // The name used over the wire can show what the short name does not.
        let told = joined(&[name.clone(), row.line_of_text("communications")]);
        let kind = row.text("kind");
        let fips = row.text("fips").and_then(|text| values::padded(text, 5));
        let zip = row.text("zip").and_then(values::zip);
        let people = |field| -> Result<Option<i32>, RowRefusal> {
            let count = row.read(field, values::count)?;
            Ok(count.filter(|count| *count > 0).and_then(|count| i32::try_from(count).ok()))
        };
        let of_both =
            people("men")?.zip(people("women")?).and_then(|(men, women)| men.checked_add(women));
        let says = Says {
            yields,
            kind: kind.and_then(|kind| kind_of(kind, told.as_deref())),
            state: state(row, &ori)?,
            county: county(row),
            fips_is_odd: fips.is_none() && row.text("fips").is_some(),
            county_fips: fips,
            city: row.line_of_text("city"),
            zip_is_odd: zip.is_none() && row.text("zip").is_some(),
            zip,
            place: place(row)?,
            population: people("population")?,
            officers: people("officers")?.or(of_both),
            name,
        };
        Ok(RowMeaning::Take(FbiAgencyRecord {
            ori,
            thing: match shape {
                NAMES => "name of an agency",
                PLACES => "place of an agency",
                _ => shape,
            },
            year: row.read("year", values::year)?,
            kind: kind.map(str::to_owned),
            says,
            fields: fields(row),
        }))
    }

    fn claims(&self, record: &FbiAgencyRecord) -> Vec<Claim> {
        let year = record.year.and_then(|year| u32::try_from(year).ok()).unwrap_or_default();
        vec![Claim::new("ori", record.thing, &record.ori, &record.says).ranked(year)]
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<FbiAgencyRecord>) -> Result<(), DbErr> {
        let source_id = job.source_id;
        for FbiAgencyRecord { ori, thing, year, kind, says, fields } in batch {
            let at = self.agencies.find(&ori).unwrap_or_else(|| self.agencies.add(source_id));
            if says.zip_is_odd {
                job.report.note("ZIP codes without five digits (left empty)");
            }
            if says.fips_is_odd {
                job.report.note("county codes without five digits (left empty)");
            }
            if let (Some(kind), None) = (kind, says.kind) {
                let name = says.name.as_deref().unwrap_or("an agency without a name");
                self.kindless.insert(at, format!("{name} ({}, {kind:?})", ori.as_str()));
            }
            let table = year.map_or_else(|| thing.to_owned(), |year| format!("{thing} {year}"));
            let given = fields.into_iter().map(|field| (field, says.gives(field)));
            self.withdrawals.note(job, at, &table, given);
            self.agencies.change(at, source_id, |row| says.apply(row, ori));
        }
        Ok(())
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.withdrawals.settle(job, &mut self.agencies).await?;
        self.kindless.retain(|at, _| self.agencies.get(*at).kind.is_none());
        let examples = self.kindless.values().take(EXAMPLES).cloned().collect();
        job.report.note_with_examples(
            "agencies whose type and name do not determine their kind (left empty)",
            self.kindless.len() as u64,
            examples,
        );
        self.agencies.write(job).await
    }
}

impl Says {
    /// Whether a value is given.
    fn gives(&self, field: AgencyField) -> bool {
        match field {
            AgencyField::Name => self.name.is_some(),
            AgencyField::Kind => self.kind.is_some(),
            AgencyField::CountyName => self.county.is_some(),
            AgencyField::CountyFips => self.county_fips.is_some(),
            AgencyField::City => self.city.is_some(),
            AgencyField::Zip => self.zip.is_some(),
            AgencyField::Place => self.place.is_some(),
            AgencyField::Population => self.population.is_some(),
            AgencyField::Officers => self.officers.is_some(),
        }
    }

    /// Applies the values to an agency.
    fn apply(self, row: &mut agency::Model, ori: Ori) {
        let of_ori = values::state_of_ori(ori.as_str());
        row.state = row.state.take().or(self.state).or(of_ori);
        row.ori9 = Some(ori);
        let yields = self.yields;
        set(&mut row.name, self.name, yields);
        set(&mut row.kind, self.kind, yields);
        set(&mut row.county_name, self.county, yields);
        set(&mut row.county_fips, self.county_fips, yields);
        set(&mut row.city, self.city, yields);
        set(&mut row.zip, self.zip, yields);
        let (latitude, longitude) = self.place.unzip();
        set(&mut row.latitude, latitude, yields);
        set(&mut row.longitude, longitude, yields);
        // The employees file has the latest year.
        set(&mut row.population, self.population, true);
        set(&mut row.sworn_officers, self.officers, true);
    }
}

/// Sets a value; if `yields`, only an unknown one.
fn set<T>(known: &mut Option<T>, said: Option<T>, yields: bool) {
    if said.is_some() && (known.is_none() || !yields) {
        *known = said;
    }
}

/// The fields for which a table has columns.
fn fields(row: &FileRow<'_>) -> Vec<AgencyField> {
    let columns: [(AgencyField, &[&str]); 9] = [
        (AgencyField::Name, &["name", "edited", "published"]),
        (AgencyField::Kind, &["kind"]),
        (AgencyField::CountyName, &["county"]),
        (AgencyField::CountyFips, &["fips"]),
        (AgencyField::City, &["city"]),
        (AgencyField::Zip, &["zip"]),
        (AgencyField::Place, &["lat"]),
        (AgencyField::Population, &["population"]),
        (AgencyField::Officers, &["officers", "men"]),
    ];
    let there = columns.into_iter().filter(|(_, names)| names.iter().any(|name| row.has(name)));
    there.map(|(field, _)| field).collect()
}

fn joined(parts: &[Option<String>]) -> Option<String> {
    let words: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The state of a row, by its code, the FBI's letters for it, or its name. If several are given, they must agree.
fn state(row: &FileRow<'_>, ori: &Ori) -> Result<Option<State>, RowRefusal> {
    let read = |field| {
        let text = row.text(field)?;
        values::state(text).ok().or_else(|| values::state_of_ori(text))
    };
    let (state, named) = (read("state"), read("state_name"));
    if let (Some(state), Some(named)) = (&state, &named)
        && state != named
    {
        return Err(row.refuse("state_name", format!("contradicts the state code, {state}")));
    }
    let state = state.or(named);
    values::agree_on_state(row, "ori", Some(ori), state.as_ref())?;
    Ok(state)
}

/// The county of a row, if it is a single one.
fn county(row: &FileRow<'_>) -> Option<String> {
    let name = row.line_of_text("county")?;
    let is_one = !name.contains([';', ',']) && !name.eq_ignore_ascii_case("not specified");
    is_one.then_some(name)
}

/// The location of an agency.
fn place(row: &FileRow<'_>) -> Result<Option<(f64, f64)>, RowRefusal> {
    let degrees = |column, most: f64| {
        row.read(column, |text| match text.parse::<f64>() {
            Ok(degrees) if degrees.abs() <= most => Ok(degrees),
            _ => Err(format!("is not a number of degrees up to {most}")),
        })
    };
    let at = degrees("lat", 90.0)?.zip(degrees("lng", 180.0)?);
    let at = at.filter(|at| !NOWHERE.contains(at));
    match at {
        Some((lat, lng)) if !values::is_in_the_states(lat, lng) => {
            Err(row.refuse("lng", "is not in the United States at this latitude"))
        }
        at => Ok(at),
    }
}

/// The kind of an agency, by the FBI's type, and by its name if the type is not specific enough.
pub(super) fn kind_of(kind: &str, name: Option<&str>) -> Option<AgencyKind> {
    let name = name.unwrap_or_default().to_lowercase();
    let named = |words: &[&str]| words.iter().any(|word| name.contains(word));
    // `ASCENSION CO SO`, an agency's name over the wire.
    let words: Vec<&str> = name.split_whitespace().collect();
    let of_county = |what: &str| {
        words.windows(2).any(|it| matches!(it[0], "co" | "par" | "parish") && it[1] == what)
    };
    match kind {
        "City" => Some(AgencyKind::MunicipalPolice),
        "County" if named(&["sheriff"]) || of_county("so") => Some(AgencyKind::Sheriff),
        "County" if named(&["police"]) || of_county("pd") => Some(AgencyKind::CountyPolice),
        "University or College" => Some(AgencyKind::Campus),
        "State Police" => Some(AgencyKind::StatePolice),
        "Other State Agency" => Some(AgencyKind::StateAgency),
        "Tribal" => Some(AgencyKind::Tribal),
        "Federal" => Some(AgencyKind::Federal),
        "Other" if named(&["school district", "school system"]) => Some(AgencyKind::SchoolDistrict),
        "Other" if named(&["task force", "strike force"]) => Some(AgencyKind::TaskForce),
        "Other" if named(&["constable", "marshal"]) => Some(AgencyKind::Constable),
        "Other" if named(&["airport", "railroad", "transit", "park ", "port ", "hospital"]) => {
            Some(AgencyKind::SpecialJurisdiction)
        }
        "Other" => Some(AgencyKind::Other),
        _ => None,
    }
}
