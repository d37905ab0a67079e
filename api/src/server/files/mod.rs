//! Answers as files, whole tables as files, and the dictionary of their columns.

mod csv;
pub(crate) mod dictionary;
pub(crate) mod export;
mod file;
mod parquet;
pub(crate) mod table;
pub(crate) mod table_route;
