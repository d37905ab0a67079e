//! Files that are loaded: any bytes, in any format.

#![no_main]

use std::cell::OnceCell;

use cops_graphql::{
    database,
    ingest::{self, Format, ImportRequest, MaxRejects},
    reference,
};
use libfuzzer_sys::fuzz_target;
use sea_orm::DatabaseConnection;
use tokio::runtime::Runtime;

const FORMATS: [Format; 9] = [
    Format::Usaspending,
    Format::FbiAgencies,
    Format::Leaic,
    Format::AwardList,
    Format::Trainings,
    Format::Trainees,
    Format::FbiEmployees,
    Format::FbiOffenses,
    Format::FbiEstimates,
];

/// A database that is never written, because all loads are for show.
struct Loader {
    runtime: Runtime,
    folder: tempfile::TempDir,
    database: DatabaseConnection,
}

impl Loader {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("fuzz.db").display());
        let database = runtime.block_on(async {
            let writer = database::writer(&url).await.expect("a database");
            migration::run(&writer).await.expect("its tables");
            reference::ensure(&writer).await.expect("its facts");
            writer
        });
        Self { runtime, folder, database }
    }

    fn load(&self, format: Format, bytes: &[u8]) {
        let path = self.folder.path().join("file");
        std::fs::write(&path, bytes).expect("a file");
        let mut request = ImportRequest::new(format, vec![path]);
        request.dry_run = true;
        request.max_rejects = "100%".parse::<MaxRejects>().expect("a share");
        // Whatever it is, it is recognized or not.
        let recognized = ingest::recognize(&request.paths).expect("a file that is there");
        assert_eq!(recognized.len(), 1);
        if let Err(error) = self.runtime.block_on(ingest::run(&self.database, &request)) {
            // 1 is the fault of the database: a value has reached it that it cannot take.
            assert_ne!(error.exit_code(), 1, "{format:?}: {error}");
        }
    }
}

thread_local! {
    static LOADER: OnceCell<Loader> = const { OnceCell::new() };
}

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let format = FORMATS[usize::from(*first) % FORMATS.len()];
    LOADER.with(|loader| loader.get_or_init(Loader::new).load(format, bytes));
});
