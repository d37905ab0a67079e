//! `cops-graphql`: the server and its tools, one binary.

use std::process::ExitCode;

/// An answer is made of thousands of small values: with the allocator of the system a quarter of the time went
/// into making room for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cops_graphql::cli::main()
}
