//! Empty: see `main.rs`.
