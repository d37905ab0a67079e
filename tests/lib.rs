//! Nothing of its own: see `main.rs`.
