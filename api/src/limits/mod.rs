//! The size limits of one request. Most are server options, and a refusal names the option.
//!
//! [`crate::graphql`] checks the text and the tree of a document before anything is read. The price of a query is
//! known once it is planned ([`crate::query`]), and is checked last.

pub(crate) mod usage;
pub(crate) mod work;

use crate::error::Error;

/// The maximum number of conditions and values in a filter. Databases build a tree as deep as the number of
/// conditions, and SQLite fails at a depth of 1,000.
pub(crate) const MOST_CONDITIONS: usize = 900;
/// The maximum number of conditions on child rows (`some`, `none`) in all filters of a request together. Each one
/// scans a whole table.
pub(crate) const MOST_RELATED: usize = 200;
/// The maximum number of sort keys of a list.
pub(crate) const MOST_KEYS: usize = 10;
/// The maximum number of different words in a search.
pub(crate) const MOST_WORDS: usize = 16;

macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ident = $default:literal, $least:literal.., $flag:literal, $env:literal
        $(, $counts:literal)?;)+) => {
        /// The size limits of a request, set by the options of the same names of `cops-graphql serve`.
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
            /// Whether introspection is enabled.
            #[arg(skip = true)]
            pub introspection: bool,
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)+ introspection: true }
            }
        }

        impl Limits {
            /// No limits except memory and time, for queries of one's own database.
            #[must_use]
            pub fn unlimited() -> Self {
                Self { $($field: <$type>::MAX,)+ introspection: true }
            }

            $($(
                /// Refuses a count above the limit.
                pub(crate) fn $field(&self, count: usize) -> Result<(), Error> {
                    refuse($counts, count, self.$field as usize, concat!(" (--", $flag, ")"))
                }
            )?)+
        }
    };
}

// The minimum of each still allows a request.
limits! {
    /// Maximum bytes of a request body, or of the query string of a URL.
    body: u32 = 102_400, 1.., "max-body", "MAX_BODY", "bytes of request";
    /// Maximum bytes of a document.
    document: u32 = 65_536, 1.., "max-document", "MAX_DOCUMENT", "bytes of document";
    /// Maximum number of tokens in a document: names, values and punctuators.
    tokens: u32 = 2_000, 1.., "max-tokens", "MAX_TOKENS", "tokens";
    /// Maximum depth of nested fields.
    depth: u32 = 12, 1.., "max-depth", "MAX_DEPTH", "levels of fields";
    /// Maximum number of fields. Fields of a fragment count each time it is spread.
    fields: u32 = 1_000, 1.., "max-fields", "MAX_FIELDS", "fields";
    /// Maximum number of root fields.
    root_fields: u32 = 20, 1.., "max-root-fields", "MAX_ROOT_FIELDS", "fields at the root";
    /// Maximum number of aliases.
    aliases: u32 = 30, 0.., "max-aliases", "MAX_ALIASES", "aliases";
    /// Maximum bytes of an alias, which an answer repeats for each row.
    alias: u32 = 100, 1.., "max-alias", "MAX_ALIAS", "bytes of alias";
    /// Maximum number of directives.
    directives: u32 = 20, 0.., "max-directives", "MAX_DIRECTIVES", "directives";
    /// Maximum number of items in a list argument or variable.
    list_items: u32 = 250, 1.., "max-list-items", "MAX_LIST_ITEMS", "items in a list";
    /// Maximum price of a query in points; a point is about 20 microseconds of one core. The limit is 10 times higher
    /// with `--aggregates sql`.
    cost: u32 = 20_000, 1.., "max-cost", "MAX_COST";
    /// Maximum memory of a query, in MiB.
    memory: u32 = 128, 1.., "max-memory", "MAX_MEMORY";
    /// Maximum number of rows per page.
    page: u32 = 100, 1.., "max-page", "MAX_PAGE";
    /// Maximum number of groups per page.
    groups: u32 = 1_000, 1.., "max-groups", "MAX_GROUPS";
}

/// The maximum number of fields in an introspection query, and their maximum depth. The query of GraphiQL has about
/// 100 fields, nested 15 levels deep.
pub(crate) const INTROSPECTED_FIELDS: usize = 500;
pub(crate) const INTROSPECTED_DEPTH: usize = 20;
/// The maximum number of member lists (such as `fields`) nested in each other.
pub(crate) const INTROSPECTED_LISTS: usize = 2;
/// The maximum number of `__schema` fields.
pub(crate) const INTROSPECTED_SCHEMAS: usize = 1;

/// Refuses a value above the limit.
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

/// The number of cores, which limits parallel work.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
