//! A token in software, to try the example on. With a token of a maker's, its own tool does this.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::session::UserType;

/// Names the library of `SoftHSM2`.
const VARIABLE: &str = "COUNTERSIGN_SOFTHSM2";
/// Where Debian's package puts it.
const INSTALLED: &str = "/usr/lib/softhsm/libsofthsm2.so";
/// Where the library finds its configuration, and that its tokens.
const CONFIGURATION: &str = "SOFTHSM2_CONF";
const OFFICER: &str = "officer-4242";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Finds the library.
pub(crate) fn module() -> Option<PathBuf> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(INSTALLED)).filter(|path| path.is_file()))
}

/// Says whether the library has a configuration; it is read when the process starts.
pub(crate) fn is_configured() -> bool {
    std::env::var_os(CONFIGURATION).is_some()
}

/// Runs this program again, with tokens in a folder of its own. Returns what it wrote.
pub(crate) fn run_configured(arguments: &[&str]) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let (tokens, file) = (folder.path().join("tokens"), folder.path().join("softhsm2.conf"));
    std::fs::create_dir(&tokens)?;
    std::fs::write(&file, format!("directories.tokendir = {}\n", tokens.display()))?;
    let mut again = Command::new(std::env::current_exe()?);
    let output = again.args(arguments).env(CONFIGURATION, file).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Makes a token, and sets the PIN of its user.
pub(crate) fn make(module: &Path, label: &str, pin: &str) -> Result<()> {
    let module = Pkcs11::new(module)?;
    module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
    let slots = module.get_slots_with_token()?;
    let slot = *slots.first().ok_or("there is no slot")?;
    module.init_token(slot, &OFFICER.into(), label)?;
    for slot in module.get_slots_with_initialized_token()? {
        let session = module.open_rw_session(slot)?;
        session.login(UserType::So, Some(&OFFICER.into()))?;
        session.init_pin(&pin.into())?;
    }
    Ok(())
}
