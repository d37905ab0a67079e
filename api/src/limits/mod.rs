//! What one request may ask for: numbers, each a setting of the server. A refusal names it.
//!
//! The text and the tree of a document are held against them in [`crate::graphql`], before anything is read; what a query
//! costs is known when it is planned ([`crate::query`]), and is looked at last.

pub(crate) mod usage;
pub(crate) mod work;

use crate::error::Error;

/// Conditions and values that a filter may have. Databases build a tree as deep as there are conditions:
/// SQLite gives up at 1,000.
pub(crate) const MOST_CONDITIONS: usize = 900;
/// Conditions on rows that refer to others (`some`, `none`) that all filters of a request may have together. Each looks
/// at all rows of a table.
pub(crate) const MOST_RELATED: usize = 200;
/// Keys that a list may be ordered by.
pub(crate) const MOST_KEYS: usize = 10;
/// Different words that may be searched for at once.
pub(crate) const MOST_WORDS: usize = 16;

macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ident = $default:literal, $least:literal.., $flag:literal, $env:literal
        $(, $counts:literal)?;)+) => {
        /// How large a request may be. A setting is the option of the same name of `cops-graphql serve`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
        #[command(next_help_heading = "Limits of a request")]
        #[group(id = "limits")]
        pub struct Limits {
            $(
                $(#[doc = $doc])+
                #[arg(
                    long = $flag,
                    env = $env,
                    value_name = "COUNT",
                    default_value_t = $default,
                    value_parser = clap::value_parser!($type).range($least..)
                )]
                pub $field: $type,
            )+
            /// Whether clients may ask for the schema.
            #[arg(skip = true)]
            pub introspection: bool,
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)+ introspection: true }
            }
        }

        impl Limits {
            /// What only memory and time limit: for a query that one asks of one's own database.
            #[must_use]
            pub fn unlimited() -> Self {
                Self { $($field: <$type>::MAX,)+ introspection: true }
            }

            $($(
                /// Refuses what is more.
                pub(crate) fn $field(&self, count: usize) -> Result<(), Error> {
                    refuse($counts, count, self.$field as usize, concat!(" (setting: --", $flag, ")"))
                }
            )?)+
        }
    };
}

// The least of each: with less, nothing could be asked for.
limits! {
    /// Bytes of a body, or of the query of a URL.
    body: u32 = 102_400, 1.., "max-body", "MAX_BODY", "bytes of request";
    /// Bytes of a document.
    document: u32 = 65_536, 1.., "max-document", "MAX_DOCUMENT", "bytes of document";
    /// Names, values and punctuators of a document.
    tokens: u32 = 2_000, 1.., "max-tokens", "MAX_TOKENS", "tokens";
    /// Fields in each other.
    depth: u32 = 12, 1.., "max-depth", "MAX_DEPTH", "levels of fields";
    /// Fields, those of a fragment once for each time that it is spread.
    fields: u32 = 1_000, 1.., "max-fields", "MAX_FIELDS", "fields";
    /// Fields at the root.
    root_fields: u32 = 20, 1.., "max-root-fields", "MAX_ROOT_FIELDS", "fields at the root";
    /// Fields that have an alias.
    aliases: u32 = 30, 0.., "max-aliases", "MAX_ALIASES", "aliases";
    /// Bytes of an alias, which an answer repeats for each row.
    alias: u32 = 100, 1.., "max-alias", "MAX_ALIAS", "bytes of alias";
    /// Directives.
    directives: u32 = 20, 0.., "max-directives", "MAX_DIRECTIVES", "directives";
    /// Items of a list among the arguments or variables.
    list_items: u32 = 250, 1.., "max-list-items", "MAX_LIST_ITEMS", "items in a list";
    /// Points that a query may be priced at: each is about twenty microseconds of one core. Ten times as many with
    /// `--aggregates sql`.
    cost: u32 = 20_000, 1.., "max-cost", "MAX_COST";
    /// Mebibytes of memory that a query may take.
    memory: u32 = 128, 1.., "max-memory", "MAX_MEMORY";
    /// Rows of a page.
    page: u32 = 100, 1.., "max-page", "MAX_PAGE";
    /// Groups of a page.
    groups: u32 = 1_000, 1.., "max-groups", "MAX_GROUPS";
}

/// The fields that an introspection query may have, and how deep they may stand in each other. That of
/// GraphiQL has some hundred, fifteen deep.
pub(crate) const INTROSPECTED_FIELDS: usize = 500;
pub(crate) const INTROSPECTED_DEPTH: usize = 20;
/// How often it may ask for the members of a type within the members of a type.
pub(crate) const INTROSPECTED_LISTS: usize = 2;
/// How often it may ask for the whole schema.
pub(crate) const INTROSPECTED_SCHEMAS: usize = 1;

/// Refuses what is more than may be.
pub(crate) fn refuse(
    counts: &'static str,
    value: usize,
    most: usize,
    setting: &'static str,
) -> Result<(), Error> {
    match value > most {
        true => Err(Error::Limit { counts, value, most, setting }),
        false => Ok(()),
    }
}

/// The cores that there are: more is not done at once.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
