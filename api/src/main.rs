//! `cops-graphql`: the server and its tools, one binary.

use std::process::ExitCode;

/// An answer consists of thousands of small values. With the allocator of the system, allocation took a quarter of the
/// time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cops_graphql::cli::main()
}
