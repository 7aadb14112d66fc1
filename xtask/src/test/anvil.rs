//! anvil, a node for tests: the whole-system tests run approvals on it where it is there.

use std::env::consts::{ARCH, OS};
use std::ffi::OsString;
use std::path::PathBuf;

use crate::outcome::explain;
use crate::{cargo, npm};

/// Where tests find the program; one that is set already is used as it is.
pub(super) const VARIABLE: &str = "COUNTERSIGN_ANVIL";

/// Returns the program, installed if need be; nothing where it can't be had. Tests that need it
/// then say that they were skipped.
pub(super) fn find() -> Option<OsString> {
    std::env::var_os(VARIABLE).or_else(|| install().map(Into::into))
}

fn install() -> Option<PathBuf> {
    let (root, package) = (cargo::root(), package(OS, ARCH)?);
    if !npm::is_here() {
        return None;
    }
    let target = root.join("target").join("anvil");
    if let Err(error) = npm::install(&root.join("xtask").join("anvil"), &target) {
        explain(&error);
        return None;
    }
    let program = target.join("node_modules").join(package).join("bin").join("anvil");
    program.canonicalize().ok()
}

/// Names the package that holds the program for a system.
fn package(system: &str, processor: &str) -> Option<String> {
    let system = match system {
        "linux" => "linux",
        "macos" => "darwin",
        _ => return None,
    };
    let processor = match processor {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        _ => return None,
    };
    Some(format!("@foundry-rs/anvil-{system}-{processor}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_packages_as_they_are_published() {
        let named = |system, processor| package(system, processor);
        assert_eq!(named("linux", "x86_64").as_deref(), Some("@foundry-rs/anvil-linux-amd64"));
        assert_eq!(named("macos", "aarch64").as_deref(), Some("@foundry-rs/anvil-darwin-arm64"));
        assert_eq!(named("windows", "x86_64"), None);
        assert_eq!(named("linux", "riscv64"), None);
    }
}
