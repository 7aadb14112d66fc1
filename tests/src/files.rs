use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use countersign::{Config, ConfigFileError};

static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// A registry and a policy in files of mode 0600, which are removed in the end.
#[derive(Debug)]
pub struct ConfigFiles {
    folder: PathBuf,
}

impl ConfigFiles {
    /// Writes both files into a new folder.
    ///
    /// # Panics
    ///
    /// Panics if they can't be written.
    pub fn new(registry: &str, policy: &str) -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::SeqCst);
        let name = format!("countersign-tests-{}-{number}", std::process::id());
        let files = Self { folder: std::env::temp_dir().join(name) };
        fs::create_dir_all(&files.folder).unwrap();
        write(&files.registry(), registry);
        files.set_policy(policy);
        files
    }

    /// Replaces the policy.
    pub fn set_policy(&self, policy: &str) {
        write(&self.policy(), policy);
    }

    /// Changes the mode of the policy's file.
    ///
    /// # Panics
    ///
    /// Panics if it can't be changed.
    pub fn set_policy_mode(&self, mode: u32) {
        fs::set_permissions(self.policy(), Permissions::from_mode(mode)).unwrap();
    }

    /// Reads both files.
    ///
    /// # Errors
    ///
    /// Returns the [`ConfigFileError`] of the file that is not taken.
    pub fn read(&self) -> Result<Config, ConfigFileError> {
        Config::from_files(&self.registry(), &self.policy())
    }

    /// Returns the registry's path.
    pub fn registry(&self) -> PathBuf {
        self.folder.join("registry.toml")
    }

    /// Returns the policy's path.
    pub fn policy(&self) -> PathBuf {
        self.folder.join("policy.toml")
    }
}

impl Drop for ConfigFiles {
    fn drop(&mut self) {
        // A folder that stays behind in the system's temporary folder fails no test.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}
