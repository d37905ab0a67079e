//! The tables of the dataset, one module per table.
//!
//! Each `Model` is a row. It also defines the columns of a GraphQL type: the name, type and description of a field in
//! `schema.graphql` are the name, type and doc comment of the field here, and every filter and order of the API is
//! derived from them. A column that clients do not see is marked `#[graphql(skip)]`: foreign keys (the API shows the
//! relation instead), keys used only to match rows on import, and the words of the full-text search.
//!
//! Three conventions hold everywhere:
//! - Money, officers and hours are integers of their smallest unit (see [`scalar`]), so sums never go through binary
//!   floating point.
//! - The value of an enum is stored as text, spelled as in GraphQL (see [`kind`]).
//! - Every row references its source and the load that added or last changed it.

pub mod agency;
pub mod claim;
pub mod commit_mark;
pub mod congressional_district;
pub mod counter;
pub mod county;
pub mod grant;
pub mod kind;
pub mod measure;
pub mod obligation;
pub mod officers_funded;
pub mod organization;
pub mod outcome;
pub mod partnership;
pub mod price_index;
pub mod program;
pub mod publication;
pub mod published_figure;
pub mod review;
pub mod revision;
pub mod scalar;
pub mod search;
pub mod source;
pub mod state_population;
pub mod table;
pub mod table_load;
pub mod trainee;
pub mod training;
pub mod training_session;
pub mod us_state;

/// The name of a table in the API: the name of its list in the query.
#[must_use]
pub fn list_name(table: &str) -> String {
    if table == "price_index" {
        return "priceIndexes".to_owned();
    }
    let mut words = table.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        name + &initial.to_ascii_uppercase() + rest
    })
}
