//! Trusted documents: those that the operator gives the server at the start or replaces later, and those of the
//! explorer, which are built into the program.
//!
//! They come as a folder of `.graphql` files or as one of the manifests that client builds write: Apollo's, or the
//! map from ids to documents of Relay and GraphQL Code Generator. Each document is parsed and validated before the
//! server listens, so that an invalid one cannot go unnoticed until its first use.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, PoisonError, RwLock, RwLockReadGuard},
};

use serde::Deserialize;

use sha2::{Digest as _, Sha256};

use crate::{
    error::counted,
    graphql::documents::{self, Problem},
    limits::Limits,
};

/// How many problems one message lists.
const MOST_PROBLEMS: usize = 10;

/// Documents by their ids. All of them can be replaced at once.
#[derive(Debug, Default)]
pub struct TrustedDocuments(RwLock<TrustedTexts>);

#[derive(Debug, Default)]
struct TrustedTexts {
    by_id: HashMap<String, Arc<str>>,
    texts: HashSet<Arc<str>>,
}

/// A document as it was found.
struct FoundDocument {
    /// Its id, besides its hash.
    id: String,
    text: String,
    /// Where it was found, for error messages.
    place: String,
}

/// The manifest that Apollo's tool writes.
#[derive(Deserialize)]
struct ApolloManifest {
    format: String,
    version: i64,
    operations: Vec<ApolloOperation>,
}

#[derive(Deserialize)]
struct ApolloOperation {
    id: String,
    #[serde(default)]
    name: String,
    body: String,
}

/// The explorer's queries, as its build wrote them: a map from ids to documents.
const OF_EXPLORER: &str = include_str!("../../../web/dist/explore/documents.json");

/// The documents of the explorer.
pub(crate) static EXPLORER: LazyLock<TrustedDocuments> = LazyLock::new(|| {
    let map: std::collections::BTreeMap<String, String> =
        serde_json::from_str(OF_EXPLORER).expect("the build of the explorer writes a map");
    let mut documents = TrustedTexts::default();
    for (id, text) in map {
        let place = id.clone();
        documents.add(FoundDocument { id, text, place }).expect("no two documents have one id");
    }
    TrustedDocuments(RwLock::new(documents))
});

impl TrustedDocuments {
    /// Reads a folder or a manifest, and validates each document against the schema and the request limits.
    ///
    /// # Errors
    /// Says which document is wrong, where, and how.
    pub fn read(path: &Path, limits: &Limits) -> Result<Self, String> {
        let found = if path.is_dir() { folder(path)? } else { manifest(path)? };
        if found.is_empty() {
            return Err(format!("{}: no documents found", path.display()));
        }
        let mut documents = TrustedTexts::default();
        let mut wrong = String::new();
        let mut problems = 0;
        for found in found {
            for Problem { line, column, message } in documents::problems(&found.text, limits) {
                problems += 1;
                if problems <= MOST_PROBLEMS {
                    let place = &found.place;
                    let _ = write!(wrong, "\n{place}: line {line}, column {column}: {message}");
                }
            }
            documents.add(found)?;
        }
        if problems == 0 {
            return Ok(Self(RwLock::new(documents)));
        }
        Err(format!("{} in the trusted documents:{wrong}", counted(problems, "problem")))
    }

    /// How many documents there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.now().texts.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.now().texts.is_empty()
    }

    /// Replaces all documents.
    pub fn replace(&self, others: Self) {
        let others = others.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = others;
    }

    fn now(&self) -> RwLockReadGuard<'_, TrustedTexts> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The document with an id or a hash.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<str>> {
        self.now().by_id.get(id).map(Arc::clone)
    }

    /// Whether a text equals a trusted document, byte for byte.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.now().texts.contains(text)
    }
}

impl TrustedTexts {
    fn add(&mut self, found: FoundDocument) -> Result<(), String> {
        let text: Arc<str> = found.text.into();
        for id in [hash(&text), found.id] {
            let before = self.by_id.insert(id.clone(), Arc::clone(&text));
            if before.is_some_and(|before| before != text) {
                return Err(format!("{}: another document has the id {id:?}, too", found.place));
            }
        }
        self.texts.insert(text);
        Ok(())
    }
}

/// The documents of a folder and its subfolders. The id of a document is its path within the folder, without
/// `.graphql`.
fn folder(root: &Path) -> Result<Vec<FoundDocument>, String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let mut paths = std::fs::read_dir(&folder)
            .and_then(|entries| {
                entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>()
            })
            .map_err(cannot_read(&folder))?;
        paths.sort();
        for path in paths {
            let extension = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if matches!(extension, Some("graphql" | "gql")) {
                let text = std::fs::read_to_string(&path).map_err(cannot_read(&path))?;
                let name = path.strip_prefix(root).unwrap_or(&path).with_extension("");
                let id = name.to_string_lossy().replace('\\', "/");
                found.push(FoundDocument { id, text, place: path.display().to_string() });
            }
        }
    }
    Ok(found)
}

fn manifest(path: &Path) -> Result<Vec<FoundDocument>, String> {
    let text = std::fs::read_to_string(path).map_err(cannot_read(path))?;
    let shown = path.display();
    let unknown = |error: serde_json::Error| {
        format!(
            "{shown}: this is neither a map from ids to documents nor an Apollo persisted query \
             manifest: {error}"
        )
    };
    let is_apollo = serde_json::from_str::<serde_json::Value>(&text)
        .map_err(unknown)?
        .get("operations")
        .is_some_and(serde_json::Value::is_array);
    if is_apollo {
        let manifest: ApolloManifest = serde_json::from_str(&text).map_err(unknown)?;
        let (format, version) = (&manifest.format, manifest.version);
        if format != "apollo-persisted-query-manifest" || version != 1 {
            return Err(format!(
                "{shown}: the manifest has format {format:?}, version {version}, but must have \
                 \"apollo-persisted-query-manifest\", version 1"
            ));
        }
        let found = |operation: ApolloOperation| FoundDocument {
            place: format!("{shown}, operation {:?}", operation.name),
            id: operation.id,
            text: operation.body,
        };
        return Ok(manifest.operations.into_iter().map(found).collect());
    }
    let map: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&text).map_err(unknown)?;
    let found = |(id, text)| FoundDocument { place: format!("{shown}, document {id:?}"), id, text };
    Ok(map.into_iter().map(found).collect())
}

fn cannot_read(path: &Path) -> impl Fn(std::io::Error) -> String + use<> {
    let path: PathBuf = path.to_owned();
    move |error| format!("cannot read {}: {error}", path.display())
}
/// The SHA-256 of a text in hexadecimal digits.
pub(crate) fn hash(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}
