//! The software that keystores of ours are opened by in tests, where npm is there.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use crate::outcome::explain;
use crate::{cargo, npm};

/// Where tests find it; one that is set already is used as it is.
pub(super) const VARIABLE: &str = "COUNTERSIGN_KEYSTORES";
/// What opens keystores by it.
const PROGRAM: &str = "open.mjs";

/// Returns the folder, filled if need be; nothing where it can't be had. Tests that need it then say
/// that they were skipped.
pub(super) fn find() -> Option<OsString> {
    std::env::var_os(VARIABLE).or_else(|| install().map(Into::into))
}

fn install() -> Option<PathBuf> {
    if !npm::is_here() {
        return None;
    }
    let root = cargo::root();
    let (pins, target) =
        (root.join("xtask").join("keystores"), root.join("target").join("keystores"));
    if let Err(error) = npm::install(&pins, &target) {
        explain(&error);
        return None;
    }
    fs::copy(pins.join(PROGRAM), target.join(PROGRAM)).ok()?;
    target.canonicalize().ok()
}
