//! bitcoind, a node for tests: the whole-system tests fund, claim and refund on it where it is
//! there.

use std::env::consts::{ARCH, OS};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::cargo;
use crate::debian::{self, Release};
use crate::outcome::explain;

/// Where tests find the program; one that is set already is used as it is.
pub(super) const VARIABLE: &str = "COUNTERSIGN_BITCOIND";
/// Where Debian's packages keep libraries.
const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";

/// Returns the program, installed if need be; nothing where it can't be had. Tests that need it
/// then say that they were skipped.
pub(super) fn find() -> Option<OsString> {
    std::env::var_os(VARIABLE).or_else(|| install().map(Into::into))
}

fn install() -> Option<PathBuf> {
    // The packages that are pinned are of this system.
    if (OS, ARCH) != ("linux", "x86_64") || !debian::is_here() {
        return None;
    }
    let root = cargo::root().canonicalize().ok()?;
    let target = root.join("target").join("bitcoind");
    let pins = root.join("xtask").join("bitcoind");
    if let Err(error) = debian::install(Release::Sid, &pins, &target) {
        explain(&error);
        return None;
    }
    start_script(&target).inspect_err(|error| explain(error)).ok()
}

/// Writes the script that starts the program with its own libraries: those of this system may be
/// older.
fn start_script(target: &Path) -> io::Result<PathBuf> {
    let root = target.join("root");
    let libraries = root.join(LIBRARIES);
    let loader = libraries.join("ld-linux-x86-64.so.2");
    let program = root.join("usr").join("bin").join("bitcoind");
    let [loader, libraries, program] = [loader, libraries, program].map(|path| quoted(&path));
    let path = target.join("bitcoind");
    fs::write(
        &path,
        format!("#!/bin/sh\nexec {loader} --library-path {libraries} {program} \"$@\"\n"),
    )?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

/// Writes a path as one word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_whatever_it_holds() {
        assert_eq!(quoted(Path::new("/a b/c")), "'/a b/c'");
        assert_eq!(quoted(Path::new("/it's")), r"'/it'\''s'");
    }
}
