//! What a command says on standard output, which may be a pipe that nobody reads or a file on a full disk.
//!
//! A command that was carried out stays so, and must not claim otherwise: what could not be written is told on standard
//! error, with what is done all the same, and by an exit code of its own. A reader that has seen enough (`| head`) is
//! no failure of a command that changes nothing.

use std::{
    io::{ErrorKind, Write as _},
    process::ExitCode,
};

/// The exit code of a command that is done, and could not say so.
pub(super) const UNWRITTEN: u8 = 3;

/// What a command writes to standard output.
#[derive(Debug, Default)]
pub(super) struct Output {
    failed: Option<std::io::Error>,
}

impl Output {
    /// Writes a text, unless one before it could not be written.
    pub(super) fn write(&mut self, text: &str) {
        if self.failed.is_none() {
            let mut out = std::io::stdout().lock();
            self.failed = out.write_all(text.as_bytes()).and_then(|()| out.flush()).err();
        }
    }

    /// The exit code of a command that has changed nothing, and whose own code this is.
    pub(super) fn end(self, code: u8) -> ExitCode {
        match self.failed {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => {
                super::fail(&format!("the output could not be written: {error}"));
                ExitCode::from(if code == 0 { UNWRITTEN } else { code })
            }
            _ => ExitCode::from(code),
        }
    }

    /// The exit code of a command that has done something, which is told where its report could not be.
    pub(super) fn end_after(self, done: &str) -> ExitCode {
        let Some(error) = self.failed else { return ExitCode::SUCCESS };
        super::fail(&format!(
            "{done}; this is done, and only the report of it could not be written: {error}"
        ));
        ExitCode::from(UNWRITTEN)
    }
}
