//! Writes to standard output, which may be a pipe that nobody reads or a file on a full disk.
//!
//! A command that has changed something must not claim that it failed. If it cannot write its report, it says on
//! standard error what it did, and ends with an exit code of its own. For a command that changes nothing, a reader that
//! stops early (`| head`) is no failure.

use std::{
    io::{ErrorKind, Write as _},
    process::ExitCode,
};

/// The exit code of a command that is done, but could not write its output.
pub(super) const UNWRITTEN: u8 = 3;

/// Standard output, and the first error on writing to it.
#[derive(Debug, Default)]
pub(super) struct Output {
    failed: Option<std::io::Error>,
}

impl Output {
    /// Writes a text, unless an earlier write failed.
    pub(super) fn write(&mut self, text: &str) {
        if self.failed.is_none() {
            let mut out = std::io::stdout().lock();
            self.failed = out.write_all(text.as_bytes()).and_then(|()| out.flush()).err();
        }
    }

    /// The exit code of a command that changed nothing: `code`, unless the output could not be written.
    pub(super) fn end(self, code: u8) -> ExitCode {
        match self.failed {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => {
                super::fail(&format!("the output could not be written: {error}"));
                ExitCode::from(if code == 0 { UNWRITTEN } else { code })
            }
            _ => ExitCode::from(code),
        }
    }

    /// The exit code of a command whose exit code also describes the output, as `diff` does: who does not get all of it
    /// must not take the code for the result. A closed pipe is no surprise, and needs no words.
    pub(super) fn end_if_complete(self, code: u8) -> ExitCode {
        match self.failed {
            Some(_) => {
                self.end(UNWRITTEN);
                ExitCode::from(UNWRITTEN)
            }
            None => ExitCode::from(code),
        }
    }

    /// The exit code of a command that changed something. If its report could not be written, standard error says what
    /// is done.
    pub(super) fn end_after(self, done: &str) -> ExitCode {
        let Some(error) = self.failed else { return ExitCode::SUCCESS };
        super::fail(&format!(
            "{done}; this is done, and only the report of it could not be written: {error}"
        ));
        ExitCode::from(UNWRITTEN)
    }
}
