//! Files that say which keys there are: nobody else may have written them.

use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use rustix::process::geteuid;

/// The user who may write each file anyway.
const ROOT: u32 = 0;

/// Who else can write a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// Others than its owner: its mode.
    Mode(u32),
    /// Its owner, who is somebody else: their number.
    Owner(u32),
}

/// Requires that nobody can write a file but the user of this process, and root.
pub(crate) fn require_own(file: &Metadata) -> Result<(), Foreign> {
    require(file.uid(), file.permissions().mode() & 0o777, geteuid().as_raw())
}

const fn require(owner: u32, mode: u32, user: u32) -> Result<(), Foreign> {
    if mode & 0o022 != 0 {
        return Err(Foreign::Mode(mode));
    }
    if owner == user || owner == ROOT { Ok(()) } else { Err(Foreign::Owner(owner)) }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::os::unix::fs::chown;
    use std::path::Path;

    use super::*;

    /// Somebody else, whether there is one of this number or not.
    pub(crate) const SOMEBODY: u32 = 4_242;

    /// Gives a file to somebody else, if the system allows it.
    pub(crate) fn is_given_away(path: &Path, test: &str) -> bool {
        let given = chown(path, Some(SOMEBODY), None).is_ok();
        if !given {
            println!("skipped: {test}: needs root, to give a file away");
        }
        given
    }

    #[test]
    fn a_file_is_ours_or_roots_and_nobody_elses_to_write() {
        for (owner, mode, user, expected) in [
            (1_000, 0o600, 1_000, Ok(())),
            (ROOT, 0o644, 1_000, Ok(())),
            (ROOT, 0o600, ROOT, Ok(())),
            (1_001, 0o600, 1_000, Err(Foreign::Owner(1_001))),
            (1_000, 0o644, ROOT, Err(Foreign::Owner(1_000))),
            (1_000, 0o620, 1_000, Err(Foreign::Mode(0o620))),
            (ROOT, 0o602, ROOT, Err(Foreign::Mode(0o602))),
        ] {
            assert_eq!(require(owner, mode, user), expected, "{owner} {mode:o} {user}");
        }
    }
}
