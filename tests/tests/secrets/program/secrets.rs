//! How a program reads its secrets: from files, into memory that is erased.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use countersign::http_client::SecretString;
use zeroize::Zeroizing;

/// The folder of the secrets.
pub(crate) struct Secrets(PathBuf);

impl Secrets {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Reads a secret. The text is never moved, so that it is erased wherever it was.
    pub(crate) fn text(&self, name: &str) -> Zeroizing<String> {
        let mut file = File::open(self.0.join(name)).unwrap();
        let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
        let mut text = Zeroizing::new(String::with_capacity(length + 64));
        file.read_to_string(&mut text).unwrap();
        text
    }

    pub(crate) fn secret(&self, name: &str) -> SecretString {
        SecretString::from(self.text(name).as_str())
    }

    /// Reads a secret and spoils it: what is nearly a secret must not be shown either.
    pub(crate) fn spoiled(&self, name: &str, by: &str) -> Zeroizing<String> {
        let text = self.text(name);
        let mut spoiled = Zeroizing::new(String::with_capacity(text.len() + by.len()));
        spoiled.push_str(&text);
        spoiled.push_str(by);
        spoiled
    }
}
