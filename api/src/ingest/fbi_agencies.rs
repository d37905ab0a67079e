//! Agencies from the FBI's two open files: names and kinds in one, places in the other.
//!
//! They are joined by ORI, whichever comes first. An ORI that stands only in the file of places is an
//! agency whose name is not known.

use entity::{agency, kind::AgencyKind, scalar::Ori};
use sea_orm::DbErr;

use super::{
    ImportRequest,
    agencies::Agencies,
    claims::Claim,
    error::ImportError,
    job::{FormatReader, Job, RowMeaning},
    table::{FileRow, RowRefusal, TableShape},
    values,
};

const NAMES: &str = "names";
/// What the file of places has where it knows none.
const NOWHERE: f64 = -9.0;

/// What a row says about the agency of an ORI.
pub(crate) struct FbiAgencyRecord {
    ori: Ori,
    says: Says,
}

#[derive(Debug)]
enum Says {
    Name { name: Option<String>, kind: Option<AgencyKind> },
    Place { zip: Option<String>, zip_is_odd: bool, at: Option<(f64, f64)> },
}

/// The reader.
pub(crate) struct FbiAgencies {
    agencies: Agencies,
}

impl FbiAgencies {
    /// Reads the agencies that there are.
    async fn new(job: &Job) -> Result<Self, DbErr> {
        Ok(Self { agencies: Agencies::new(job).await? })
    }
}

impl FormatReader for FbiAgencies {
    const TELLING: &[&[&str]] =
        &[&["ori", "agency_type_name", "edited_name"], &["ori", "zip", "lat", "lng"]];
    type Record = FbiAgencyRecord;

    async fn open(job: &mut Job, _request: &ImportRequest) -> Result<Self, ImportError> {
        Ok(Self::new(job).await?)
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "agencies"
    }

    fn shapes(&self) -> Vec<TableShape> {
        vec![
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
            TableShape::new("places", &["!ori", "!zip", "!lat", "!lng"]),
        ]
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<FbiAgencyRecord>, RowRefusal> {
        row.required("ori")?;
        let ori = row.read("ori", str::parse::<Ori>)?;
        let Some(ori) = ori.filter(|ori| ori.as_str().len() == 9) else {
            return Err(row.refuse("ori", "is not an ORI of nine letters and digits"));
        };
        let says = if row.layout.shape == NAMES {
            let name = ["edited", "published", "icpsr"]
                .into_iter()
                .find_map(|column| row.line_of_text(column));
            let kind = row.text("kind").and_then(|kind| kind_of(kind, name.as_deref()));
            Says::Name { name, kind }
        } else {
            let degrees = |column, most: f64| {
                row.read(column, |text| match text.parse::<f64>() {
                    Ok(degrees) if degrees.abs() <= most => Ok(degrees),
                    _ => Err(format!("is not a number of degrees up to {most}")),
                })
            };
            let at = degrees("lat", 90.0)?.zip(degrees("lng", 180.0)?);
            let at = at.filter(|(lat, lng)| (*lat, *lng) != (NOWHERE, NOWHERE));
            let zip = row.text("zip").and_then(values::zip);
            Says::Place { zip_is_odd: zip.is_none() && row.text("zip").is_some(), zip, at }
        };
        Ok(RowMeaning::Take(FbiAgencyRecord { ori, says }))
    }

    fn claims(&self, record: &FbiAgencyRecord) -> Vec<Claim> {
        let thing = match record.says {
            Says::Name { .. } => "name of an agency",
            Says::Place { .. } => "place of an agency",
        };
        vec![Claim::new("ori", thing, &record.ori, &record.says)]
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<FbiAgencyRecord>) -> Result<(), DbErr> {
        let source_id = job.source_id;
        for FbiAgencyRecord { ori, says } in batch {
            let at = self.agencies.find(&ori).unwrap_or_else(|| self.agencies.add(source_id));
            if let Says::Place { zip_is_odd: true, .. } = says {
                job.report.note("ZIP codes without five digits, left empty");
            }
            self.agencies.change(at, source_id, |row| apply(row, ori, says));
        }
        Ok(())
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.agencies.write(job).await
    }
}

fn apply(row: &mut agency::Model, ori: Ori, says: Says) {
    let state = values::state_of_ori(ori.as_str());
    row.state = row.state.take().or(state);
    row.ori9 = Some(ori);
    match says {
        Says::Name { name, kind } => {
            row.name = name.or(row.name.take());
            row.kind = kind.or(row.kind);
        }
        Says::Place { zip, at, .. } => {
            row.zip = zip.or(row.zip.take());
            if let Some((latitude, longitude)) = at {
                (row.latitude, row.longitude) = (Some(latitude), Some(longitude));
            }
        }
    }
}

/// The kind of an agency by the FBI's words for it, and by its name where these are too few.
pub(super) fn kind_of(kind: &str, name: Option<&str>) -> Option<AgencyKind> {
    let name = name.unwrap_or_default().to_lowercase();
    let named = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match kind {
        "City" => Some(AgencyKind::MunicipalPolice),
        "County" if named(&["sheriff"]) => Some(AgencyKind::Sheriff),
        "County" if named(&["police"]) => Some(AgencyKind::CountyPolice),
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
