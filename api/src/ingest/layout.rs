//! Finds the columns of a format in a table.
//!
//! Columns are found by name, never by position, because publishers reorder, rename and add columns. A format declares
//! the columns that it reads and those that it requires (a [`TableShape`]); others are ignored and counted. Names are
//! compared by their words ([`simplified`]).

use std::collections::HashMap;

/// A column that a format knows.
#[derive(Clone, Debug)]
pub(crate) struct FileField {
    /// Its name in this program.
    pub(crate) name: &'static str,
    /// Its spellings in files.
    pub(crate) spellings: Vec<String>,
    /// Whether it is required.
    pub(crate) required: bool,
}

/// The columns of one kind of table that a format reads.
#[derive(Clone, Debug)]
pub(crate) struct TableShape {
    /// The name of this kind of table in this program.
    pub(crate) name: &'static str,
    /// The columns.
    pub(crate) fields: Vec<FileField>,
}

impl TableShape {
    /// A shape from columns written as `name` or `name=spelling|spelling`; a leading `!` marks a required column.
    pub(crate) fn new(name: &'static str, fields: &[&'static str]) -> Self {
        let fields = fields.iter().map(|text| {
            let (required, text) = text.strip_prefix('!').map_or((false, *text), |t| (true, t));
            let (name, spellings) = text.split_once('=').unwrap_or((text, text));
            let spellings = spellings.split('|').map(str::to_owned).collect();
            FileField { name, spellings, required }
        });
        Self { name, fields: fields.collect() }
    }

    /// The positions of this shape's columns in a header of simplified names, and the missing required columns.
    fn find(&self, names: &[String]) -> (HashMap<&'static str, usize>, Vec<String>) {
        let (mut found, mut missing) = (HashMap::new(), Vec::new());
        for field in &self.fields {
            let at = field.spellings.iter().find_map(|spelling| {
                let wanted = simplified(spelling);
                names.iter().position(|name| *name == wanted)
            });
            match at {
                Some(at) => {
                    found.insert(field.name, at);
                }
                None if field.required => missing.push(field.spellings.join(" or ")),
                None => {}
            }
        }
        (found, missing)
    }
}

/// A column name for comparison: its words in lower case. R writes points where others write blanks, hyphens,
/// underscores or, in a spreadsheet, line breaks.
pub(crate) fn simplified(name: &str) -> String {
    let name = name.trim_start_matches('\u{feff}').to_lowercase();
    let is_between = |letter: char| letter.is_whitespace() || matches!(letter, '.' | '-' | '_');
    let words: Vec<&str> = name.split(is_between).filter(|word| !word.is_empty()).collect();
    words.join("_")
}

/// Whether a header has all columns of at least one of these sets.
pub(crate) fn has_any(header: &[String], sets: &[&[&str]]) -> bool {
    let names: Vec<String> = header.iter().map(|column| simplified(column)).collect();
    sets.iter().any(|columns| columns.iter().all(|name| names.contains(&simplified(name))))
}

/// The positions of a shape's columns in one table.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The name of the shape.
    pub(crate) shape: &'static str,
    /// The columns that match no field.
    pub(crate) unknown: Vec<String>,
    /// Two columns that match the same field, which is ambiguous.
    pub(crate) doubled: Option<(String, String)>,
    /// The header.
    pub(crate) names: Vec<String>,
    /// The position of each field's column.
    pub(crate) index: HashMap<&'static str, usize>,
}

/// Why a header fits no shape.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// The required columns missing from the nearest shape.
    pub(crate) missing: Vec<String>,
    /// How many columns of the nearest shape were found.
    pub(crate) found: usize,
    /// The line of the nearest header.
    pub(crate) line: u64,
}

impl Layout {
    /// Finds the first shape whose required columns are all present.
    pub(crate) fn of(header: &[String], shapes: &[TableShape]) -> Result<Self, Mismatch> {
        let mut nearest = Mismatch { missing: Vec::new(), found: 0, line: 1 };
        let simple: Vec<String> = header.iter().map(|column| simplified(column)).collect();
        for shape in shapes {
            let (index, missing) = shape.find(&simple);
            if missing.is_empty() && !index.is_empty() {
                let unknown = header
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| !index.values().any(|known| known == at))
                    .map(|(_, name)| name.trim().to_owned())
                    .filter(|name| !name.is_empty())
                    .collect();
                let doubled = index.values().find_map(|at| {
                    let mut rest = (at + 1)..header.len();
                    let other = rest.find(|other| simple[*other] == simple[*at])?;
                    Some((header[*at].trim().to_owned(), header[other].trim().to_owned()))
                });
                let names = header.to_vec();
                return Ok(Self { shape: shape.name, unknown, doubled, names, index });
            }
            if nearest.missing.is_empty() || index.len() > nearest.found {
                nearest = Mismatch { missing, found: index.len(), line: 1 };
            }
        }
        Err(nearest)
    }

    /// The header as written in the file.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of columns up to the last one with a name.
    pub(crate) fn width(&self) -> usize {
        self.names.iter().rposition(|name| !name.trim().is_empty()).map_or(0, |last| last + 1)
    }
}
