//! Courses, in our own columns.

use std::collections::HashMap;

use entity::{
    kind::Modality,
    scalar::Hours,
    search::{self, Searched as _},
    training,
};
use sea_orm::{DbErr, EntityTrait, QueryOrder};

use super::{
    ImportRequest,
    claims::Claim,
    error::ImportError,
    job::{FormatReader, Job, RowMeaning},
    layout::TableShape,
    recipients::{Described, Recipients},
    row::{FileRow, RowRefusal},
    values,
};

/// The template file.
const TEMPLATE: &str = "\
# One row per course. Lines that begin with # are comments. A course is identified by its title.
# title         the title of the course
# acronym       its short name
# provider      the organization that gives it
# topics        what it teaches, with | between topics
# hours         its length, with at most one decimal
# modality      IN_PERSON, ONLINE or HYBRID
# certified_by  who certifies it
# first_year    the year it was first given
# note          anything else
title,acronym,provider,topics,hours,modality,certified_by,first_year,note
Tactical De-Escalation,TDE,Example Institute,de-escalation|communication,16,IN_PERSON,,2019,
Problem Solving Online,,Example Institute,problem solving,3.5,ONLINE,Example Board,2021,self-paced
";

/// The values in a row about a course. `None` means that it says nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct CourseRow {
    pub(crate) title: String,
    pub(crate) provider: Option<String>,
    acronym: Option<String>,
    topics: Option<String>,
    hours: Option<Hours>,
    modality: Option<Modality>,
    certified_by: Option<String>,
    first_year: Option<i32>,
    note: Option<String>,
}

impl CourseRow {
    /// A course with only a title and a provider.
    pub(crate) fn titled(title: String, provider: Option<String>) -> Self {
        Self { title, provider, ..Self::default() }
    }
}

/// The courses of the dataset: a few hundred, held in memory. A course is identified by its title.
pub(crate) struct Courses {
    rows: Vec<training::Model>,
    by_title: HashMap<String, usize>,
    /// The courses that the load touched, as they were before.
    touched: HashMap<usize, Option<training::Model>>,
    recipients: Recipients,
    next_id: i32,
}

impl Courses {
    /// Reads all courses.
    pub(crate) async fn new(job: &Job) -> Result<Self, DbErr> {
        let rows = training::Entity::find()
            .order_by_asc(training::Column::Id)
            .all(job.load.transaction())
            .await?;
        Ok(Self {
            by_title: rows.iter().zip(0..).map(|(row, at)| (key(&row.title), at)).collect(),
            rows,
            touched: HashMap::new(),
            recipients: Recipients::new(job).await?,
            next_id: job.load.next_id::<training::Entity>().await?,
        })
    }

    /// The agencies of the dataset.
    pub(crate) fn agencies(&self) -> &super::agencies::Agencies {
        &self.recipients.agencies
    }

    /// Applies what a row says about a course, and returns the course's id.
    pub(crate) fn take(&mut self, job: &mut Job, course: CourseRow) -> i32 {
        let provider_id = course.provider.map(|name| {
            self.recipients.organization(job, Described { name, ..Described::default() })
        });
        let at = self.by_title.get(&key(&course.title)).copied().unwrap_or_else(|| {
            let at = self.rows.len();
            self.by_title.insert(key(&course.title), at);
            self.rows.push(blank(self.next_id, course.title));
            self.next_id += 1;
            self.touched.insert(at, None);
            at
        });
        let row = &mut self.rows[at];
        self.touched.entry(at).or_insert_with(|| Some(row.clone()));
        row.provider_id = provider_id.or(row.provider_id);
        row.acronym = course.acronym.or(row.acronym.take());
        row.topics = course.topics.or(row.topics.take());
        row.hours = course.hours.or(row.hours);
        row.modality = course.modality.or(row.modality);
        row.certified_by = course.certified_by.or(row.certified_by.take());
        row.first_year = course.first_year.or(row.first_year);
        row.note = course.note.or(row.note.take());
        row.id
    }

    /// Writes new and changed courses and providers.
    pub(crate) async fn write(&mut self, job: &mut Job) -> Result<(), DbErr> {
        self.recipients.write(job).await?;
        let mut added = Vec::new();
        for (at, before) in self.touched.drain() {
            let row = &mut self.rows[at];
            if before.as_ref() == Some(row) {
                job.report.tally("trainings").unchanged += 1;
                continue;
            }
            (row.source_id, row.revision_id) = (job.source_id, job.load.revision());
            row.search = row.searched();
            if before.is_none() {
                added.push(row.clone());
            } else {
                job.report.tally("trainings").changed += 1;
                job.load.change::<training::Entity>(vec![row.clone()]).await?;
            }
        }
        added.sort_unstable_by_key(|row| row.id);
        job.report.tally("trainings").added += added.len() as u64;
        job.load.insert::<training::Entity>(&added).await
    }
}

/// A title in the form used for comparison.
pub(crate) fn key(title: &str) -> String {
    search::words(title).collect::<Vec<_>>().join(" ")
}

fn blank(id: i32, title: String) -> training::Model {
    training::Model {
        id,
        title,
        acronym: None,
        provider_id: None,
        topics: None,
        hours: None,
        modality: None,
        certified_by: None,
        first_year: None,
        note: None,
        search: String::new(),
        source_id: 0,
        revision_id: 0,
    }
}

/// The reader.
pub(crate) struct Trainings {
    courses: Courses,
}

impl Trainings {
    /// Reads the dataset.
    async fn new(job: &Job) -> Result<Self, DbErr> {
        Ok(Self { courses: Courses::new(job).await? })
    }
}

impl FormatReader for Trainings {
    const TEMPLATE: Option<&str> = Some(TEMPLATE);
    const TELLING: &[&[&str]] = &[&["title", "provider"]];
    const COMMENTS: bool = true;
    type Record = CourseRow;

    async fn open(job: &mut Job, _request: &ImportRequest) -> Result<Self, ImportError> {
        Ok(Self::new(job).await?)
    }

    fn fills(&self, _shape: &str) -> &'static str {
        "trainings"
    }

    fn known_shapes() -> Vec<TableShape> {
        vec![TableShape::new(
            "trainings",
            &[
                "!title",
                "acronym",
                "!provider",
                "topics",
                "hours",
                "modality",
                "certified_by",
                "first_year",
                "note",
            ],
        )]
    }

    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<CourseRow>, RowRefusal> {
        row.required("title")?;
        Ok(RowMeaning::Take(CourseRow {
            title: row.line_of_text("title").unwrap_or_default(),
            provider: row.line_of_text("provider"),
            acronym: row.line_of_text("acronym"),
            topics: row.line_of_text("topics"),
            hours: row.read("hours", values::hours)?,
            modality: row.read("modality", values::choice)?,
            certified_by: row.line_of_text("certified_by"),
            first_year: row.read("first_year", values::year)?,
            note: row.line_of_text("note"),
        }))
    }

    fn claims(&self, course: &CourseRow) -> Vec<Claim> {
        vec![Claim::new("title", "course", &key(&course.title), course)]
    }

    async fn write(&mut self, job: &mut Job, batch: Vec<CourseRow>) -> Result<(), DbErr> {
        for course in batch {
            self.courses.take(job, course);
        }
        self.courses.write(job).await
    }

    async fn finish(&mut self, _job: &mut Job) -> Result<(), DbErr> {
        Ok(())
    }
}
