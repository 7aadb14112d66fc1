//! Secrets on their way in: from a file, a program, the environment if it is asked for, or the
//! terminal. Never from an argument, which other users of the machine can read.

mod command;
mod prompt;

use std::io::{self, Read};
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use countersign::http_client::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::arguments::{Opener, Unlock};
use crate::connection::read_secret;
use crate::exit::Failure;

/// More than any secret that is read takes.
const LONGEST: u64 = 64 << 10;
/// What names standard input in place of a file.
const STDIN: &str = "-";

/// Why a secret was not had. It holds none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("expected {flags}, or a terminal to ask for {what} on")]
    NoTerminal { what: String, flags: &'static str },
    #[error("expected one --passphrase-… option for {0}, found several")]
    Several(String),
    #[error("--passphrase-…: there is no source {0:?} that is opened by one")]
    UnknownSource(String),
    #[error("--passphrase-env: expected a text in the variable {0}")]
    NoVariable(String),
    #[error("--passphrase-command: cannot run {program}: {source}")]
    NotRun { program: String, source: io::Error },
    #[error("--passphrase-command: {program} failed: {status}")]
    Failed { program: String, status: ExitStatus },
    #[error("--passphrase-command: {program} did not answer in {deadline:?}")]
    Late { program: String, deadline: Duration },
    #[error("expected a text of at most {most} bytes from {from}")]
    NoText { from: String, most: u64 },
    #[error("the two are not the same; nothing was changed")]
    Differ,
    #[error("interrupted")]
    Interrupted,
    #[error("terminal: {0}")]
    Terminal(io::Error),
}

/// What is asked for, and by which options it is had without a terminal.
pub(crate) struct Wanted<'a> {
    pub(crate) what: &'a str,
    pub(crate) flags: &'static str,
}

/// The options by which a passphrase is had.
const FLAGS: &str = "--passphrase-file, --passphrase-command";

impl Unlock {
    /// Returns what opens a source: what is given for it by its name, and else what is given for
    /// none; on a terminal it is asked for.
    pub(crate) fn open(&self, source: &str, what: &str) -> Result<SecretString, Failure> {
        let what = format!("{what} of {source}");
        match self.given(Some(source), &what)? {
            Some(secret) => Ok(secret),
            None => Ok(asked(&Wanted { what: &what, flags: FLAGS })?),
        }
    }

    /// Returns a passphrase that is new: on a terminal it is asked for twice.
    pub(crate) fn choose(&self, path: &Path) -> Result<SecretString, Failure> {
        let what = format!("a new passphrase for {}", path.display());
        if let Some(secret) = self.given(None, &what)? {
            return Ok(secret);
        }
        let secret = asked(&Wanted { what: &what, flags: FLAGS })?;
        let again = asked(&Wanted { what: "the same passphrase again", flags: FLAGS })?;
        if secret.expose_secret() != again.expose_secret() {
            return Err(SecretError::Differ.into());
        }
        Ok(secret)
    }

    /// Returns the passphrase of the keystore in a file.
    pub(crate) fn of_file(&self, path: &Path) -> Result<SecretString, Failure> {
        let what = format!("the passphrase of {}", path.display());
        match self.given(None, &what)? {
            Some(secret) => Ok(secret),
            None => Ok(asked(&Wanted { what: &what, flags: FLAGS })?),
        }
    }

    /// Requires that whatever names a source names one of these.
    pub(crate) fn require_sources(&self, known: &[&str]) -> Result<(), SecretError> {
        let named = self.all().filter_map(|(_, opener)| opener.source.as_deref());
        match named.into_iter().find(|name| !known.contains(name)) {
            Some(unknown) => Err(SecretError::UnknownSource(unknown.to_owned())),
            None => Ok(()),
        }
    }

    /// Says whether anything is given at all.
    pub(crate) fn is_given(&self) -> bool {
        self.all().next().is_some()
    }

    fn all(&self) -> impl Iterator<Item = (How, &Opener)> {
        let files = self.files.iter().map(|opener| (How::File, opener));
        let commands = self.commands.iter().map(|opener| (How::Command, opener));
        let variables = self.variables.iter().map(|opener| (How::Variable, opener));
        files.chain(commands).chain(variables)
    }

    fn given(&self, source: Option<&str>, what: &str) -> Result<Option<SecretString>, Failure> {
        let only = |wanted: Option<&str>| {
            let mut found = self.all().filter(|(_, opener)| opener.source.as_deref() == wanted);
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(SecretError::Several(what.to_owned())),
                (first, None) => Ok(first),
            }
        };
        let named = source.map(|name| only(Some(name))).transpose()?.flatten();
        let Some((how, opener)) = named.or(only(None)?) else { return Ok(None) };
        self.read(how, &opener.place).map(Some)
    }

    fn read(&self, how: How, place: &str) -> Result<SecretString, Failure> {
        match how {
            How::File => from_file(Path::new(place)),
            How::Command => Ok(command::output(place, self.patience)?),
            How::Variable => {
                let text = std::env::var(place).map(Zeroizing::new);
                let text = text.map_err(|_| SecretError::NoVariable(place.to_owned()))?;
                Ok(SecretString::from(text.as_str()))
            }
        }
    }
}

/// How a passphrase is had.
#[derive(Clone, Copy)]
enum How {
    File,
    Command,
    Variable,
}

/// Reads a secret from a file that others can't read, or from standard input.
pub(crate) fn from_file(path: &Path) -> Result<SecretString, Failure> {
    if path.as_os_str() != STDIN {
        return Ok(read_secret(path)?);
    }
    let text = text_of(&mut io::stdin().lock(), "standard input")?;
    Ok(SecretString::from(text.as_str()))
}

/// Asks for a secret on the terminal, without showing it.
pub(crate) fn asked(wanted: &Wanted<'_>) -> Result<SecretString, SecretError> {
    if !prompt::is_possible() {
        let Wanted { what, flags } = *wanted;
        return Err(SecretError::NoTerminal { what: what.to_owned(), flags });
    }
    let text = prompt::ask(wanted.what)?;
    Ok(SecretString::from(text.as_str()))
}

/// Reads all of a text, without the white space at its end, into a place that is erased.
fn text_of(from: &mut dyn Read, name: &str) -> Result<Zeroizing<String>, SecretError> {
    let wrong = || SecretError::NoText { from: name.to_owned(), most: LONGEST };
    // Room for all of it, so that it is never moved.
    let mut bytes = Zeroizing::new(vec![0; usize::try_from(LONGEST).unwrap_or_default()]);
    let mut length = 0_usize;
    loop {
        let place = bytes.get_mut(length..).unwrap_or_default();
        // It is full: whatever follows is too much.
        if place.is_empty() {
            return Err(wrong());
        }
        match from.read(place) {
            Ok(0) => break,
            Ok(read) => length = length.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(wrong()),
        }
    }
    let text = std::str::from_utf8(bytes.get(..length).unwrap_or_default());
    text.map(|text| Zeroizing::new(text.trim_end().to_owned())).map_err(|_| wrong())
}
