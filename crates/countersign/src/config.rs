use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use countersign_approval::{ConfigError, Policy, Registry};
use countersign_evm::check_witness_type;

/// The registry and the policy that a service runs by.
///
/// A policy that was read from a file is read again before each signature, so that `paused = true`
/// stops signing at once.
#[derive(Clone, Debug)]
pub struct Config {
    registry: Registry,
    policy: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Fixed(Box<Policy>),
    File(PathBuf),
}

/// Why a configuration was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigFileError {
    /// The file can't be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others than the owner can write the file, so it decides nothing.
    #[error("{}: expected a file that only its owner can write, found mode {mode:o}", path.display())]
    WritableByOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The text is not a policy or a registry.
    #[error(transparent)]
    Content(#[from] ConfigError),
}

impl Config {
    /// Takes a registry and a policy as TOML texts.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] that names the key.
    pub fn from_toml(registry: &str, policy: &str) -> Result<Self, ConfigError> {
        let registry = read_registry(registry)?;
        let policy = Source::Fixed(Box::new(Policy::from_toml(policy, &registry)?));
        Ok(Self { registry, policy })
    }

    /// Reads a registry and a policy from files.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigFileError`] if a file can't be read, can be written by others than its
    /// owner, or does not hold what it should.
    pub fn from_files(registry: &Path, policy: &Path) -> Result<Self, ConfigFileError> {
        let registry = read_registry(&read(registry)?)?;
        let config = Self { registry, policy: Source::File(policy.to_owned()) };
        config.policy()?;
        Ok(config)
    }

    /// Returns the registry.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Returns the policy as it is now.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigFileError`] if its file can no longer be read; nothing is signed then.
    pub fn policy(&self) -> Result<Policy, ConfigFileError> {
        match &self.policy {
            Source::Fixed(policy) => Ok(policy.as_ref().clone()),
            Source::File(path) => Ok(Policy::from_toml(&read(path)?, &self.registry)?),
        }
    }
}

/// Reads a registry, and each witness type in it, so that a bad one is told before a swap.
fn read_registry(text: &str) -> Result<Registry, ConfigError> {
    let registry = Registry::from_toml(text)?;
    for (name, network) in registry.networks() {
        for witness in network.permit2.iter().flat_map(|pins| &pins.witnesses) {
            check_witness_type(witness).map_err(|error| ConfigError::Value {
                file: "registry",
                member: format!("networks.{name}.witnesses"),
                expected: "EIP-712 struct types",
                found: error.to_string(),
            })?;
        }
    }
    Ok(registry)
}

/// Reads a file whose mode was checked on the very file that is read.
fn read(path: &Path) -> Result<String, ConfigFileError> {
    let unreadable = |source| ConfigFileError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    check_mode(path, &file.metadata().map_err(unreadable)?)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

#[cfg(unix)]
fn check_mode(path: &Path, metadata: &fs::Metadata) -> Result<(), ConfigFileError> {
    use std::os::unix::fs::PermissionsExt;
    const GROUP_OR_OTHERS_WRITE: u32 = 0o022;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & GROUP_OR_OTHERS_WRITE == 0 {
        return Ok(());
    }
    Err(ConfigFileError::WritableByOthers { path: path.to_owned(), mode })
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &fs::Metadata) -> Result<(), ConfigFileError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_witness_type_that_cannot_be_read_is_told_at_once() {
        let registry = include_str!("../../../examples/config/registry.mainnet.toml");
        let policy = include_str!("../../../examples/config/policy.mainnet.toml");
        for bad in ["W(", &format!("W(uint256{} a)", "[]".repeat(100_000))] {
            let registry =
                registry.replacen("witnesses = [\"", &format!("witnesses = [\"{bad}\", \""), 1);
            let error = Config::from_toml(&registry, policy).unwrap_err();
            assert!(error.to_string().contains("networks.ethereum.witnesses"), "{error}");
        }
    }

    #[test]
    fn the_mainnet_samples_are_read_and_pin_no_escrow() {
        let registry = include_str!("../../../examples/config/registry.mainnet.toml");
        let policy = include_str!("../../../examples/config/policy.mainnet.toml");
        let config = Config::from_toml(registry, policy).unwrap();
        let ethereum = config.registry().network("ethereum").unwrap();
        let pins = ethereum.permit2.as_ref().unwrap();
        assert!(pins.escrows.is_empty() && pins.resolvers.is_empty());
        assert!(!config.policy().unwrap().allows_address("anyone"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_write_decides_nothing() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let registry = folder.path().join("registry.toml");
        fs::write(&registry, include_str!("../../../examples/config/registry.mainnet.toml"))
            .unwrap();
        let policy = folder.path().join("policy.toml");
        fs::write(&policy, include_str!("../../../examples/config/policy.mainnet.toml")).unwrap();
        for (mode, taken) in [(0o600, true), (0o644, true), (0o664, false), (0o606, false)] {
            fs::set_permissions(&policy, fs::Permissions::from_mode(mode)).unwrap();
            let read = Config::from_files(&registry, &policy);
            assert_eq!(read.is_ok(), taken, "{mode:o}: {read:?}");
        }
    }
}
