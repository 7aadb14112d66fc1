//! npm, for the few tools that come by it: installed under `target/`, exactly as pinned.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The files that pin a tool and everything it depends on.
const PINS: [&str; 2] = ["package.json", "package-lock.json"];

/// Why a tool could not be installed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NpmError {
    /// A file could not be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// npm did not install what the lock file names.
    #[error("npm could not install what {} pins", pins.display())]
    Install {
        /// The folder of the lock file.
        pins: PathBuf,
    },
}

/// Says whether npm answers here.
pub(crate) fn is_here() -> bool {
    let mut npm = Command::new("npm");
    succeeds(npm.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()))
}

/// Installs into `target` exactly what the lock file in `pins` names, unless that is there already.
/// No package's own scripts are run.
///
/// # Errors
///
/// Returns an [`NpmError`] if a file cannot be copied or npm fails.
pub(crate) fn install(pins: &Path, target: &Path) -> Result<(), NpmError> {
    if target.join("node_modules").is_dir() && same_pins(pins, target) {
        return Ok(());
    }
    fs::create_dir_all(target).map_err(|source| file(target, source))?;
    for name in PINS {
        let from = pins.join(name);
        fs::copy(&from, target.join(name)).map_err(|source| file(&from, source))?;
    }
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    let mut npm = Command::new("npm");
    let done = succeeds(npm.args(install).current_dir(target).stdin(Stdio::null()));
    if done {
        return Ok(());
    }
    // What is there by half must not pass for installed the next time.
    let _ = fs::remove_dir_all(target.join("node_modules"));
    Err(NpmError::Install { pins: pins.to_owned() })
}

fn same_pins(pins: &Path, target: &Path) -> bool {
    PINS.iter().all(|name| {
        let read = |folder: &Path| fs::read(folder.join(name)).ok();
        matches!((read(pins), read(target)), (Some(ours), Some(installed)) if ours == installed)
    })
}

fn succeeds(command: &mut Command) -> bool {
    command.status().as_ref().is_ok_and(ExitStatus::success)
}

fn file(path: &Path, source: io::Error) -> NpmError {
    NpmError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_installed_again_when_their_pins_change() {
        let folder = std::env::temp_dir().join(format!("xtask-npm-{}", std::process::id()));
        let (pins, target) = (folder.join("pins"), folder.join("target"));
        for (folder, text) in [(&pins, "one"), (&target, "one")] {
            fs::create_dir_all(folder).unwrap();
            for name in PINS {
                fs::write(folder.join(name), text).unwrap();
            }
        }
        assert!(same_pins(&pins, &target));
        fs::write(pins.join(PINS[1]), "two").unwrap();
        assert!(!same_pins(&pins, &target));
        fs::remove_file(target.join(PINS[1])).unwrap();
        assert!(!same_pins(&pins, &target));
        fs::remove_dir_all(folder).unwrap();
    }
}
