//! The tests of the whole, one binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod demo;
