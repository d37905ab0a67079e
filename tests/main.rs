//! The tests of the whole, one binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod import;
mod support;
