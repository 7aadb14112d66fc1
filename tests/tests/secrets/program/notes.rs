//! What a program shows of its values and its errors.

use std::error::Error;
use std::fmt::{Debug, Write as _};
use std::path::Path;

/// All that was shown, in memory until it is written.
#[derive(Default)]
pub(crate) struct Notes {
    debug: String,
    errors: String,
    /// How many things went well, and which.
    done: Vec<String>,
}

impl Notes {
    /// Shows a value for those who look for mistakes.
    pub(crate) fn debug(&mut self, what: &str, value: &impl Debug) {
        writeln!(self.debug, "{what}: {value:?} {value:#?}").unwrap();
    }

    /// Shows an error, and what it comes from.
    pub(crate) fn error(&mut self, what: &str, error: &(impl Error + 'static)) {
        writeln!(self.errors, "{what}: {error} {error:?} {error:#?}").unwrap();
        let mut source = error.source();
        while let Some(error) = source {
            writeln!(self.errors, "{what}, because: {error} {error:?}").unwrap();
            source = error.source();
        }
    }

    /// Shows the error of what has to fail.
    pub(crate) fn failed<T>(&mut self, what: &str, result: Result<T, impl Error + 'static>) {
        match result {
            Ok(_) => panic!("expected {what} to fail"),
            Err(error) => self.error(what, &error),
        }
    }

    /// Shows the error of what may fail.
    pub(crate) fn maybe<T>(&mut self, what: &str, result: Result<T, impl Error + 'static>) {
        if let Err(error) = result {
            self.error(what, &error);
        }
    }

    /// Says that something went well.
    pub(crate) fn done(&mut self, what: impl Into<String>) {
        self.done.push(what.into());
    }

    pub(crate) fn write(&self, folder: &Path) {
        for (name, text) in
            [("debug", &self.debug), ("errors", &self.errors), ("done", &self.done.join("\n"))]
        {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
}
