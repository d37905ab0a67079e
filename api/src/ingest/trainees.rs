//! Training sessions and their attendees, in our own columns: one row per person and session.
//!
//! Nothing that identifies a person may enter the dataset, so a file with an identifying column is refused as a whole:
//! ignoring the column would encourage people to send it. A session is replaced as a whole. Its rows have no key, so an
//! existing row is reused for a new one with the same values, and the remaining ones are deleted at the end.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    kind::{Modality, TraineeRole},
    scalar::{Hours, Ori, State},
    trainee, training_session,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::{
    ImportRequest,
    claims::Claim,
    error::ImportError,
    job::{FormatReader, Job, RowMeaning},
    layout::TableShape,
    row::{FileRow, RowRefusal},
    trainings::{CourseRow, Courses, key},
    values,
};

/// How many rows are deleted at once.
const CHUNK: usize = 1_000;
/// The template file.
const TEMPLATE: &str = "\
# One row per person and training session. Lines that begin with # are comments.
# session_code    the provider's code for the session, the same in all of its rows. Loading a
#                 session again replaces all of its rows.
# training_title  the title of the course
# provider        the organization that gave the course
# session_start   the first day, such as 2024-10-01
# session_end     the last day
# session_state   the state where it was held, such as CA; empty if it was online
# modality        IN_PERSON, ONLINE or HYBRID
# role            LAW_ENFORCEMENT, COMMUNITY_MEMBER or GOVERNMENT_LEADER
# agency_ori      the ORI of the person's agency, nine or seven characters; load the agency first.
#                 Empty for others.
# completed_on    the day the person completed the course; empty if not completed
# hours           the person's hours of training, with at most one decimal
# No column may identify a person: no name, address, email, phone, birth date or badge number.
session_code,training_title,provider,session_start,session_end,session_state,modality,role,agency_ori,completed_on,hours
2024-017,Tactical De-Escalation,Example Institute,2024-10-01,2024-10-02,CA,IN_PERSON,LAW_ENFORCEMENT,CA0194200,2024-10-02,16
2024-017,Tactical De-Escalation,Example Institute,2024-10-01,2024-10-02,CA,IN_PERSON,COMMUNITY_MEMBER,,,7.5
";

/// What all rows of a session have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SessionRow {
    code: String,
    title: String,
    provider: Option<String>,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
    state: Option<State>,
    modality: Option<Modality>,
}

/// The record of a row.
pub(crate) struct AttendanceRecord {
    session: usize,
    of_session: Vec<Claim>,
    role: TraineeRole,
    agency_id: Option<i32>,
    completed_on: Option<NaiveDate>,
    hours: Option<Hours>,
}

/// The values of a session's row, used to match rows without a key.
type Attendance = (i32, TraineeRole, Option<i32>, Option<NaiveDate>, Option<Hours>);

/// The reader.
pub(crate) struct Trainees {
    courses: Courses,
    sessions: Vec<(SessionRow, Option<i32>)>,
    by_code: HashMap<String, usize>,
    next_session: i32,
    next_trainee: i32,
    /// The existing rows of the file's sessions that have not been matched yet.
    standing: HashMap<Attendance, Vec<i32>>,
}

impl Trainees {
    /// Reads the dataset, and prepares it for a first load.
    async fn new(job: &mut Job) -> Result<Self, DbErr> {
        let some = trainee::Entity::find().limit(1).count(job.load.transaction()).await?;
        if some == 0 {
            job.load.suspend_indexes::<trainee::Entity>().await?;
        }
        Ok(Self {
            courses: Courses::new(job).await?,
            sessions: Vec::new(),
            by_code: HashMap::new(),
            next_session: job.load.next_id::<training_session::Entity>().await?,
            next_trainee: job.load.next_id::<trainee::Entity>().await?,
            standing: HashMap::new(),
        })
    }

    /// The session of a row, and the claims of the row, which must be the same in all rows of a session.
    fn session(&mut self, row: &FileRow<'_>) -> Result<(usize, Vec<Claim>), RowRefusal> {
        row.required("training_title")?;
        let session = SessionRow {
            code: row.required("session_code")?.to_owned(),
            title: row.line_of_text("training_title").unwrap_or_default(),
            provider: row.line_of_text("provider"),
            start: row.read("session_start", values::date)?,
            end: row.read("session_end", values::date)?,
            state: row.read("session_state", values::state)?,
            modality: row.read("modality", values::choice)?,
        };
        if session.start.zip(session.end).is_some_and(|(start, end)| end < start) {
            return Err(row.refuse("session_end", "is before the start of the session"));
        }
        let mut claims = vec![Claim::new("session_code", "session", &session.code, &session)];
        if let Some(provider) = &session.provider {
            let course = key(&session.title);
            claims.push(Claim::new("provider", "provider of the course", &course, &key(provider)));
        }
        let at = self.by_code.get(&session.code).copied().unwrap_or_else(|| {
            let at = self.sessions.len();
            self.by_code.insert(session.code.clone(), at);
            self.sessions.push((session, None));
            at
        });
        Ok((at, claims))
    }

    /// Writes the sessions of a batch that are not written yet, and reads the rows of existing ones.
    async fn write_sessions(
        &mut self,
        job: &mut Job,
        batch: &[AttendanceRecord],
    ) -> Result<(), DbErr> {
        let mut fresh: Vec<usize> = batch.iter().map(|record| record.session).collect();
        fresh.sort_unstable();
        fresh.dedup();
        fresh.retain(|at| self.sessions[*at].1.is_none());
        let mut trainings = Vec::with_capacity(fresh.len());
        for at in &fresh {
            let session = &self.sessions[*at].0;
            let course = CourseRow::titled(session.title.clone(), session.provider.clone());
            trainings.push(self.courses.take(job, course));
        }
        self.courses.write(job).await?;
        let codes = fresh.iter().map(|at| &self.sessions[*at].0.code);
        let known: HashMap<Option<String>, training_session::Model> =
            training_session::Entity::find()
                .filter(training_session::Column::Code.is_in(codes))
                .all(job.load.transaction())
                .await?
                .into_iter()
                .map(|row| (row.code.clone(), row))
                .collect();
        let standing = trainee::Entity::find()
            .filter(trainee::Column::SessionId.is_in(known.values().map(|row| row.id)))
            .all(job.load.transaction())
            .await?;
        for row in standing {
            let attendance = (row.session_id, row.role, row.agency_id, row.completed_on, row.hours);
            self.standing.entry(attendance).or_default().push(row.id);
        }
        let mut added = Vec::new();
        for (at, training_id) in fresh.into_iter().zip(trainings) {
            let (session, id) = &mut self.sessions[at];
            let before = known.get(&Some(session.code.clone()));
            let mut row = training_session::Model {
                id: before.map_or(self.next_session, |row| row.id),
                training_id,
                grant_id: before.and_then(|row| row.grant_id),
                code: Some(session.code.clone()),
                starts_on: session.start,
                ends_on: session.end,
                state: session.state.clone(),
                modality: session.modality,
                source_id: before.map_or(job.source_id, |row| row.source_id),
                revision_id: before.map_or(job.load.revision(), |row| row.revision_id),
            };
            *id = Some(row.id);
            let tally = job.report.tally("training_sessions");
            match before {
                None => {
                    tally.added += 1;
                    self.next_session += 1;
                    added.push(row);
                }
                Some(before) if *before == row => tally.unchanged += 1,
                Some(_) => {
                    tally.changed += 1;
                    (row.source_id, row.revision_id) = (job.source_id, job.load.revision());
                    job.load.change::<training_session::Entity>(vec![row]).await?;
                }
            }
        }
        job.load.insert::<training_session::Entity>(&added).await
    }
}

impl FormatReader for Trainees {
    const TEMPLATE: Option<&str> = Some(TEMPLATE);
    const TELLING: &[&[&str]] = &[&["session_code", "role"]];
    const COMMENTS: bool = true;
    type Record = AttendanceRecord;

    async fn open(job: &mut Job, _request: &ImportRequest) -> Result<Self, ImportError> {
        Ok(Self::new(job).await?)
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "trainees"
    }

    fn known_shapes() -> Vec<TableShape> {
        vec![TableShape::new(
            "trainees",
            &[
                "!session_code",
                "!training_title",
                "provider",
                "!session_start",
                "session_end",
                "session_state",
                "modality",
                "!role",
                "!agency_ori",
                "completed_on",
                "hours",
            ],
        )]
    }

    fn objection(&self, header: &[String]) -> Option<String> {
        let column = header.iter().find(|column| is_personal(column))?;
        Some(format!(
            "the column {column:?} identifies a person. The dataset holds no names, addresses, birth dates, badge \
             numbers or similar data, so nothing was read from the file"
        ))
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<AttendanceRecord>, RowRefusal> {
        row.required("role")?;
        let Some(role) = row.read("role", values::choice)? else {
            return Err(row.refuse("role", "is empty"));
        };
        let agency_id = match row.read("agency_ori", str::parse::<Ori>)? {
            Some(ori) => {
                let agencies = self.courses.agencies();
                let Some(at) = agencies.find(&ori) else {
                    let reason = "is not the ORI of an agency in the dataset: load the agencies first, or leave the \
                                  cell empty";
                    return Err(row.refuse("agency_ori", reason));
                };
                Some(agencies.get(at).id)
            }
            None => None,
        };
        let completed_on = row.read("completed_on", values::date)?;
        let hours = row.read("hours", values::hours)?;
        let (session, of_session) = self.session(row)?;
        Ok(RowMeaning::Take(AttendanceRecord {
            session,
            of_session,
            role,
            agency_id,
            completed_on,
            hours,
        }))
    }

    fn claims(&self, record: &AttendanceRecord) -> Vec<Claim> {
        record.of_session.clone()
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<AttendanceRecord>) -> Result<(), DbErr> {
        self.write_sessions(job, &batch).await?;
        let (source_id, revision_id) = (job.source_id, job.load.revision());
        let (mut added, mut unchanged) = (Vec::new(), 0);
        for record in batch {
            let session_id = self.sessions[record.session].1.unwrap_or_default();
            let AttendanceRecord { role, agency_id, completed_on, hours, .. } = record;
            let attendance = (session_id, role, agency_id, completed_on, hours);
            if self.standing.get_mut(&attendance).and_then(Vec::pop).is_some() {
                unchanged += 1;
                continue;
            }
            added.push(trainee::Model {
                id: self.next_trainee,
                session_id,
                role,
                agency_id,
                completed_on,
                hours,
                source_id,
                revision_id,
            });
            self.next_trainee += 1;
        }
        let tally = job.report.tally("trainees");
        tally.added += added.len() as u64;
        tally.unchanged += unchanged;
        job.load.insert::<trainee::Entity>(&added).await
    }

    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr> {
        let gone: Vec<i32> = self.standing.drain().flat_map(|(_, ids)| ids).collect();
        for gone in gone.chunks(CHUNK) {
            let gone = trainee::Column::Id.is_in(gone.iter().copied());
            let removed = job.load.remove::<trainee::Entity>(gone).await?;
            job.report.tally("trainees").removed += removed;
        }
        Ok(())
    }
}

/// Whether a column identifies a person, by its name.
fn is_personal(column: &str) -> bool {
    /// Column names that contain one of these.
    const PARTS: &[&str] = &[
        "mail",
        "birth",
        "badge",
        "socialsec",
        "phone",
        "mobile",
        "address",
        "street",
        "passport",
        "licen",
        "firstname",
        "lastname",
        "surname",
        "forename",
        "givenname",
        "familyname",
        "middlename",
        "fullname",
        "maidenname",
        "nickname",
        "employeeid",
        "employeenumber",
        "personid",
        "traineeid",
        "participantid",
        "studentid",
        "officerid",
        "shieldnumber",
    ];
    /// Column names that are one of these words or contain one as a word.
    const WORDS: &[&str] =
        &["ssn", "dob", "cell", "name", "names", "initials", "fname", "lname", "fax"];
    /// Things that have names and are not persons.
    const THINGS: &[&str] = &[
        "agency",
        "department",
        "organization",
        "provider",
        "training",
        "course",
        "session",
        "program",
        "state",
        "city",
        "county",
        "site",
        "location",
        "file",
        "grant",
    ];
    let mut spaced = String::new();
    for c in column.chars() {
        if c.is_uppercase() && spaced.chars().last().is_some_and(char::is_lowercase) {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    let words: Vec<String> = entity::search::words(&spaced).collect();
    let joined = words.concat();
    let is_thing = words.iter().any(|word| THINGS.contains(&word.as_str()));
    let named = words.iter().any(|word| WORDS.contains(&word.as_str()));
    PARTS.iter().any(|part| joined.contains(part)) || (named && !is_thing)
}

#[cfg(test)]
mod tests {
    use super::is_personal;

    #[test]
    fn personal_columns_are_known_by_many_spellings() {
        for column in [
            "name",
            "Name",
            "first_name",
            "FirstName",
            "LAST NAME",
            "Trainee Name",
            "full-name",
            "surname",
            "e-mail",
            "E-Mail Address",
            "email",
            "birth_date",
            "Date of Birth",
            "DOB",
            "birthdate",
            "badge",
            "Badge No.",
            "badge_number",
            "SSN",
            "Social Security Number",
            "phone",
            "Telephone",
            "Mobile #",
            "home address",
            "Street",
            "employee_id",
            "Cell",
            "officer name",
            "Driver's License",
            "student_id",
            "participantEmail",
        ] {
            assert!(is_personal(column), "{column}");
        }
        for column in [
            "session_code",
            "training_title",
            "provider",
            "session_start",
            "session_end",
            "session_state",
            "modality",
            "role",
            "agency_ori",
            "completed_on",
            "hours",
            "agency_name",
            "Course Name",
            "department name",
            "rank",
            "cancelled",
        ] {
            assert!(!is_personal(column), "{column}");
        }
    }
}
