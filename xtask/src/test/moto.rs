//! moto, a KMS over HTTP: the tests of keys in AWS KMS sign with it where it is there.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::cargo;
use crate::outcome::explain;

/// Where tests find a Python that has it; one that is set already is used as it is.
pub(super) const VARIABLE: &str = "COUNTERSIGN_MOTO";
/// The file that pins it and all that it runs on, and stands beside them once all are installed.
const PINS: &str = "requirements.txt";

/// Returns a Python that has it, installed if need be; nothing where it can't be had. Tests that need
/// it then say that they were skipped.
pub(super) fn find() -> Option<OsString> {
    std::env::var_os(VARIABLE).or_else(|| install().map(Into::into))
}

fn install() -> Option<PathBuf> {
    let root = cargo::root().canonicalize().ok()?;
    let (pins, target) = (root.join("xtask").join("moto").join(PINS), root.join("target/moto"));
    let python = target.join("bin").join("python");
    if is_installed(&pins, &target) {
        return Some(python);
    }
    // What is there by half must not pass for installed.
    match fs::remove_dir_all(&target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            explain(&error);
            return None;
        }
        _ => {}
    }
    let made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(&target));
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--only-binary=:all:", "--require-hashes", "--no-deps", "-r"]).arg(&pins);
    if !made || !succeeds(&mut pip) {
        return None;
    }
    let copied = fs::copy(&pins, target.join(PINS)).inspect_err(|error| explain(error));
    copied.is_ok().then_some(python)
}

fn is_installed(pins: &Path, target: &Path) -> bool {
    let read = |path: PathBuf| fs::read(path).ok();
    matches!(
        (read(pins.to_owned()), read(target.join(PINS))),
        (Some(ours), Some(installed)) if ours == installed
    )
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
    quiet.status().as_ref().is_ok_and(ExitStatus::success)
}
