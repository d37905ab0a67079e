//! Loading real-world files, right and wrong ones.

mod agencies;
mod api_answers;
mod auto;
mod award_list;
mod bad_input;
mod command;
mod contradictions;
mod databases;
mod explorer;
mod made_workbooks;
mod matching;
mod meeting;
mod outcomes;
mod partial;
mod programs;
mod quotation_marks;
mod statements;
mod text;
mod trainees;
mod usaspending;
mod withdrawn;
mod workbooks;

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use cops_graphql::{
    database::{self, load::Load},
    ingest::{self, Format, ImportError, ImportReport, ImportRequest},
    reference,
};
use entity::{kind, program, search, source};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, EntityTrait, QueryResult, Statement};
use tempfile::TempDir;

use crate::support::TestDatabase;

pub(crate) const TRANSACTIONS: &str =
    include_str!("../fixtures/usaspending_transactions_header.csv");
pub(crate) const SUMMARIES: &str =
    include_str!("../fixtures/usaspending_award_summaries_header.csv");

/// A database of its own in a folder of its own.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) db: DatabaseConnection,
    /// The database, where it is taken away in the end.
    _database: Option<TestDatabase>,
}

impl Place {
    /// An empty dataset but for a few programs.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let db = database::writer(&url).await.unwrap();
        migration::run(&db).await.unwrap();
        let place = Self { folder, db, _database: None };
        place.add_programs().await;
        place
    }

    /// The same with the programs of the reference data, once for each kind of database.
    pub(crate) async fn each(test: &str) -> Vec<Self> {
        let mut places = Vec::new();
        for database in TestDatabase::each(test).await {
            let (folder, db) = (tempfile::tempdir().unwrap(), database.writer().await);
            reference::ensure(&db).await.unwrap();
            places.push(Self { folder, db, _database: Some(database) });
        }
        places
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.path("test.db").display())
    }

    async fn add_programs(&self) {
        let load = Load::begin(&self.db, "reference", false).await.unwrap();
        let revision_id = load.revision();
        cops_graphql::reference::note(&load).await.unwrap();
        let source = source::Model {
            id: 1,
            code: "reference".to_owned(),
            kind: kind::SourceKind::Publication,
            title: "Programs".to_owned(),
            publisher: None,
            published_on: None,
            url: None,
            sha256: None,
            bytes: None,
            revision_id,
        };
        load.insert::<source::Entity>(&[source]).await.unwrap();
        let programs = [
            ("CHP", "COPS Hiring Program"),
            ("CHRP", "COPS Hiring Recovery Program"),
            ("SVPP", "School Violence Prevention Program"),
            ("UHP", "Universal Hiring Program"),
            ("SOS", "Secure Our Schools"),
        ];
        let rows: Vec<program::Model> = programs
            .into_iter()
            .zip(1..)
            .map(|((code, name), id)| program::Model {
                id,
                code: code.to_owned(),
                name: name.to_owned(),
                category: kind::ProgramCategory::Hiring,
                first_year: None,
                last_year: None,
                note: None,
                search: search::index([Some(code), Some(name)]),
                source_id: 1,
                revision_id,
            })
            .collect();
        load.insert::<program::Entity>(&rows).await.unwrap();
        load.commit(cops_graphql::database::load::LoadCounts::default()).await.unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Loads files as the command would without any option.
    pub(crate) async fn load(
        &self,
        format: Format,
        paths: &[&Path],
    ) -> Result<ImportReport, ImportError> {
        self.run(&request(format, paths)).await
    }

    pub(crate) async fn run(&self, request: &ImportRequest) -> Result<ImportReport, ImportError> {
        ingest::run(&self.db, request).await
    }

    /// The first column of a query: a text, or a whole number as text.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let rows = self.db.query_all_raw(statement).await.unwrap();
        let first = |row: &QueryResult| match row.try_get_by_index::<String>(0) {
            Ok(text) => text,
            Err(_) => row.try_get_by_index::<i64>(0).unwrap().to_string(),
        };
        rows.iter().map(first).collect()
    }

    pub(crate) async fn count<E: EntityTrait>(&self, _: E) -> u64
    where
        E::Model: Sync,
    {
        sea_orm::PaginatorTrait::count(E::find(), &self.db).await.unwrap()
    }
}

pub(crate) fn request(format: Format, paths: &[&Path]) -> ImportRequest {
    ImportRequest::new(format, paths.iter().map(|path| path.to_path_buf()).collect())
}

/// A CSV with a header and rows of named cells; what a row does not name is empty.
pub(crate) fn csv(header: &str, rows: &[&[(&str, &str)]]) -> String {
    let columns: Vec<&str> = header.trim_end().split(',').collect();
    let mut text = format!("{}\r\n", columns.join(","));
    for row in rows {
        for (name, _) in *row {
            assert!(columns.contains(name), "the header has no {name}");
        }
        for (at, column) in columns.iter().enumerate() {
            let value = row.iter().find(|(name, _)| name == column).map_or("", |(_, value)| *value);
            let quoted = value.replace('"', "\"\"");
            let _ = write!(text, "{}\"{quoted}\"", if at == 0 { "" } else { "," });
        }
        text.push_str("\r\n");
    }
    text
}

/// Two files of agencies as the FBI gives them.
pub(crate) const NAMES: &str = "\
ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\r
WA0320400,City,,Spokane Valley Police Department,Spokane Valley,Spokane Valley PD\r
TXDPD0000,City,,Dallas Police Department,Dallas,Dallas Police Dept.\r
NB0010000,County,,Adams County Sheriff's Office,Adams,Adams County Sheriff's Office\r
PA0010100,City,,Perry Police Department,Perry,\r
PA0010200,City,,Perry Township Police Department,Perry Township,\r
TSARRES06,Other,,Test Agency,Test Agency,\r
MA014669E,City,,,,\r
";
pub(crate) const PLACES: &str = "\
\"ori\",\"zip\",\"lat\",\"lng\"
\"WA0320400\",\"99206\",47.6,-117.2
\"AZ0080900\",\" \",-9,-9
\"MA008239E\",\"1075\",42.339459,-72.663694
";
