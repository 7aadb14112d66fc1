use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{DebianError, file};

/// A package, in the one form that is taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pin {
    name: String,
    version: String,
    sha256: String,
}

impl Pin {
    /// Reads pins: a line is a name, a version and a hash, or a comment.
    ///
    /// # Errors
    ///
    /// Returns [`DebianError::Pin`] for another line.
    pub(super) fn read_all(text: &str) -> Result<Vec<Self>, DebianError> {
        text.lines().filter(|line| !line.starts_with('#')).map(Self::read).collect()
    }

    fn read(line: &str) -> Result<Self, DebianError> {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            [name, version, sha256] if is_name(name) && !version.is_empty() && is_hash(sha256) => {
                Ok(Self {
                    name: (*name).to_owned(),
                    version: (*version).to_owned(),
                    sha256: (*sha256).to_owned(),
                })
            }
            _ => Err(DebianError::Pin { found: line.to_owned() }),
        }
    }

    /// Returns the package's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Names the package and its version, as apt takes it.
    pub(super) fn versioned(&self) -> String {
        format!("{}={}", self.name, self.version)
    }

    /// Finds the file that was downloaded for this package.
    ///
    /// # Errors
    ///
    /// Returns a [`DebianError`] if there is none.
    pub(super) fn find_in(&self, folder: &Path) -> Result<PathBuf, DebianError> {
        let files = fs::read_dir(folder).map_err(|source| file(folder, source))?;
        let start = format!("{}_", self.name);
        let ours = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&start))
        };
        let found = files.filter_map(Result::ok).map(|entry| entry.path()).find(ours);
        found.ok_or_else(|| DebianError::Program {
            program: "apt-get",
            what: format!("download {}", self.versioned()),
        })
    }

    /// Compares a file with the pinned hash.
    ///
    /// # Errors
    ///
    /// Returns [`DebianError::Hash`] if it is another file.
    pub(super) fn check(&self, package: &Path) -> Result<(), DebianError> {
        let bytes = fs::read(package).map_err(|source| file(package, source))?;
        let found = hex::encode(Sha256::digest(bytes));
        if found == self.sha256 {
            return Ok(());
        }
        let (package, expected) = (self.name.clone(), self.sha256.clone());
        Err(DebianError::Hash { package, expected, found })
    }
}

/// Names are of these letters, so that none is an option or a path.
fn is_name(text: &str) -> bool {
    let letter =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(letter)
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn reads_names_versions_and_hashes() {
        let pins = Pin::read_all(&format!("# why\nlibstdc++6 16.2.0-4 {HASH}\n")).unwrap();
        let versions: Vec<_> = pins.iter().map(Pin::versioned).collect();
        assert_eq!(versions, ["libstdc++6=16.2.0-4"]);
        for line in [
            String::new(),
            "libc6 1".to_owned(),
            format!("libc6 1 {HASH} more"),
            format!("libc6 1 {}", HASH.to_uppercase()),
            format!("--simulate 1 {HASH}"),
            format!("../libc6 1 {HASH}"),
            format!("libc6  {HASH}"),
        ] {
            assert!(matches!(Pin::read(&line), Err(DebianError::Pin { .. })), "{line:?}");
        }
    }

    #[test]
    fn takes_the_pinned_file_alone() {
        let folder = std::env::temp_dir().join(format!("xtask-pin-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let pin = Pin::read(&format!("abc 1 {HASH}")).unwrap();
        assert!(pin.find_in(&folder).is_err());
        let package = folder.join("abc_1_amd64.deb");
        fs::write(&package, "abc").unwrap();
        fs::write(folder.join("abcd_1_amd64.deb"), "").unwrap();
        assert_eq!(pin.find_in(&folder).unwrap(), package);
        pin.check(&package).unwrap();
        fs::write(&package, "abd").unwrap();
        assert!(matches!(pin.check(&package), Err(DebianError::Hash { .. })));
        fs::remove_dir_all(folder).unwrap();
    }
}
