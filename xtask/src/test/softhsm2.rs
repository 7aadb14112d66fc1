//! `SoftHSM2`, a token in software: the tests of keys behind PKCS#11 sign with it where it is there.

use std::env::consts::{ARCH, OS};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::cargo;
use crate::debian::{self, Release};
use crate::outcome::explain;

/// Where tests find the library; one that is set already is used as it is.
pub(super) const VARIABLE: &str = "COUNTERSIGN_SOFTHSM2";
/// Where Debian's package has it.
const LIBRARY: &str = "usr/lib/softhsm/libsofthsm2.so";

/// Returns the library, installed if need be; nothing where it can't be had. Tests that need it then
/// say that they were skipped.
pub(super) fn find() -> Option<OsString> {
    std::env::var_os(VARIABLE).or_else(of_the_system).or_else(|| install().map(Into::into))
}

fn of_the_system() -> Option<OsString> {
    let library = Path::new("/").join(LIBRARY);
    library.is_file().then(|| library.into())
}

fn install() -> Option<PathBuf> {
    // The package that is pinned is of this system.
    if (OS, ARCH) != ("linux", "x86_64") || !debian::is_here() {
        return None;
    }
    let root = cargo::root().canonicalize().ok()?;
    let (pins, target) =
        (root.join("xtask").join("softhsm2"), root.join("target").join("softhsm2"));
    if let Err(error) = debian::install(Release::Bookworm, &pins, &target) {
        explain(&error);
        return None;
    }
    Some(target.join("root").join(LIBRARY))
}
