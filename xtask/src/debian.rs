//! Debian packages, for the few tools that come by them: unpacked under `target/`, exactly as
//! pinned. Nothing of the system is changed, and nobody has to be root.

mod pin;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use pin::Pin;

/// The file that pins a tool's packages, and stands beside them once all are unpacked.
const PINS: &str = "packages.txt";
/// Where packages come from, before the release. The pins tell what they must be, however old the
/// list of them is.
const SOURCE: &str = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg \
                      check-valid-until=no] http://deb.debian.org/debian";

/// A release of Debian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    /// What is newest, for programs that bring their own libraries.
    Sid,
    /// Debian 12, for libraries that run on those of this system.
    Bookworm,
}

impl Release {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sid => "sid",
            Self::Bookworm => "bookworm",
        }
    }
}

/// Why a tool could not be installed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DebianError {
    /// A file could not be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line pins no package.
    #[error("expected a name, a version and a SHA-256, found {found:?}")]
    Pin {
        /// The line.
        found: String,
    },
    /// A program did not do what it had to.
    #[error("{program} could not {what}")]
    Program {
        /// The program.
        program: &'static str,
        /// What it had to do.
        what: String,
    },
    /// A package is not the one that is pinned.
    #[error("expected a package {package} with SHA-256 {expected}, found {found}")]
    Hash {
        /// Its name.
        package: String,
        /// The pinned hash.
        expected: String,
        /// Its own.
        found: String,
    },
}

/// Says whether this system has what fetches and unpacks packages.
pub(crate) fn is_here() -> bool {
    let answers = |program: &str| {
        let mut command = Command::new(program);
        let command = command.arg("--version").stdin(Stdio::null());
        succeeds(command.stdout(Stdio::null()).stderr(Stdio::null()))
    };
    answers("apt-get") && answers("dpkg-deb")
}

/// Unpacks into `target/root` exactly the packages that are pinned in `pins`, unless they are there
/// already. No package's own scripts are run.
///
/// # Errors
///
/// Returns a [`DebianError`] if a package cannot be had or is another than the pinned one.
pub(crate) fn install(release: Release, pins: &Path, target: &Path) -> Result<(), DebianError> {
    let pins = pins.join(PINS);
    let text = fs::read_to_string(&pins).map_err(|source| file(&pins, source))?;
    let installed = target.join(PINS);
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == text) {
        return Ok(());
    }
    let pinned = Pin::read_all(&text)?;
    // What is there by half must not pass for installed.
    remove(target)?;
    fetch(release, &pinned, target)?;
    for pin in &pinned {
        unpack(pin, target)?;
    }
    for leftover in ["apt", "packages"] {
        remove(&target.join(leftover))?;
    }
    write(&installed, &text)
}

/// Fetches packages into `target/packages`, by lists of our own in `target/apt`.
fn fetch(release: Release, pinned: &[Pin], target: &Path) -> Result<(), DebianError> {
    let (apt, packages) = (target.join("apt"), target.join("packages"));
    for folder in [&apt.join("lists/partial"), &apt.join("cache/archives/partial"), &packages] {
        fs::create_dir_all(folder).map_err(|source| file(folder, source))?;
    }
    let source = format!("{SOURCE} {} main\n", release.as_str());
    write(&apt.join("sources.list"), &source)?;
    write(&apt.join("status"), "")?;
    run(apt_get(&apt).arg("update"), "apt-get", "update its list of packages")?;
    let names = pinned.iter().map(Pin::versioned);
    let mut download = apt_get(&apt);
    let download = download.arg("download").args(names).current_dir(&packages);
    run(download, "apt-get", "download the pinned packages")
}

fn apt_get(apt: &Path) -> Command {
    let mut command = Command::new("apt-get");
    command.args(["-qq", "-o", "APT::Sandbox::User=", "-o", "Dir::Etc::SourceParts=-"]);
    command.args(["-o", "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false"]);
    command.args(["-o", "Acquire::Languages=none"]);
    for (name, path) in [
        ("Dir::Etc::SourceList", "sources.list"),
        ("Dir::State::Lists", "lists"),
        ("Dir::State::status", "status"),
        ("Dir::Cache", "cache"),
    ] {
        command.arg("-o").arg(format!("{name}={}", apt.join(path).display()));
    }
    command
}

fn unpack(pin: &Pin, target: &Path) -> Result<(), DebianError> {
    let packages = target.join("packages");
    let package = pin.find_in(&packages)?;
    pin.check(&package)?;
    let mut unpack = Command::new("dpkg-deb");
    let what = format!("unpack {}", pin.name());
    run(unpack.arg("-x").arg(package).arg(target.join("root")), "dpkg-deb", &what)
}

fn run(command: &mut Command, program: &'static str, what: &str) -> Result<(), DebianError> {
    let done = succeeds(command.stdin(Stdio::null()));
    done.then_some(()).ok_or_else(|| DebianError::Program { program, what: what.to_owned() })
}

fn succeeds(command: &mut Command) -> bool {
    command.status().as_ref().is_ok_and(ExitStatus::success)
}

/// Removes a folder, if it is there.
fn remove(folder: &Path) -> Result<(), DebianError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file(folder, error)),
        _ => Ok(()),
    }
}

fn write(path: &Path, text: &str) -> Result<(), DebianError> {
    fs::write(path, text).map_err(|source| file(path, source))
}

fn file(path: &Path, source: io::Error) -> DebianError {
    DebianError::File { path: path.to_owned(), source }
}
