use std::path::{Path, PathBuf};
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::session::UserType;
use secrecy::SecretString;

use crate::pkcs11::TokenSettings;

/// Names the module.
const VARIABLE: &str = "COUNTERSIGN_SOFTHSM2";
/// Where Debian's package puts it.
const INSTALLED: &str = "/usr/lib/softhsm/libsofthsm2.so";
/// Tells a test that it runs in a process of its own.
const INSIDE: &str = "COUNTERSIGN_SOFTHSM2_INSIDE";
/// Where the library finds its configuration.
const CONFIGURATION: &str = "SOFTHSM2_CONF";

pub(super) const LABEL: &str = "countersign test";
pub(super) const PIN: &str = "4-eyes-please";
const OFFICER: &str = "officer-4242";

/// A library with a token of the test's own.
pub(super) struct SoftHsm {
    module: PathBuf,
    /// Where its tokens are.
    pub(super) tokens: PathBuf,
}

/// Runs a test in a process of its own; without the module, says that it was skipped.
pub(super) fn alone(test: &str, body: impl AsyncFnOnce(SoftHsm)) {
    let Some(module) = module() else {
        println!("skipped: needs softhsm2");
        return;
    };
    if let Some(tokens) = std::env::var_os(INSIDE) {
        let hsm = SoftHsm { module, tokens: tokens.into() };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(body(hsm));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let configuration = folder.path().join("softhsm2.conf");
    let settings = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
    std::fs::write(&configuration, settings).unwrap();
    let name = format!("{}::{test}", module_path!().rsplit_once("::").unwrap().0);
    let name = name.split_once("::").unwrap().1.to_owned();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--nocapture", "--test-threads=1"])
        .env(CONFIGURATION, configuration)
        .env(INSIDE, &tokens)
        .env_remove("LLVM_PROFILE_FILE")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // Its own count of tests would be taken for ours.
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 passed"), "no test {name}: {said}");
}

fn module() -> Option<PathBuf> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(INSTALLED)).filter(|path| path.is_file()))
}

impl SoftHsm {
    /// Starts the library with one more token, of this label.
    pub(super) fn with_token(self, label: &str) -> Self {
        let module = self.module();
        let slots = module.get_slots_with_token().unwrap();
        let uninitialized = slots
            .into_iter()
            .find(|slot| !module.get_token_info(*slot).unwrap().token_initialized());
        let slot = uninitialized.unwrap();
        module.init_token(slot, &OFFICER.into(), label).unwrap();
        let slots = module.get_slots_with_token().unwrap();
        let slot = slots
            .into_iter()
            .find(|slot| {
                let info = module.get_token_info(*slot).unwrap();
                info.label() == label && !info.user_pin_initialized()
            })
            .unwrap();
        let session = module.open_rw_session(slot).unwrap();
        session.login(UserType::So, Some(&OFFICER.into())).unwrap();
        session.init_pin(&PIN.into()).unwrap();
        session.logout().unwrap();
        self
    }

    /// Returns the module, started: a second view of what the code under test uses.
    pub(super) fn module(&self) -> Pkcs11 {
        let module = Pkcs11::new(&self.module).unwrap();
        // It may have been started.
        let _ = module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
        module
    }

    /// Ends the library under everybody's hands: all sessions are lost.
    pub(super) fn stop_module(&self) {
        self.module().finalize().unwrap();
    }

    pub(super) fn settings(&self) -> TokenSettings {
        TokenSettings::new(&self.module, LABEL)
    }

    pub(super) fn away(&self) -> PathBuf {
        Path::new(&self.tokens).with_file_name("away")
    }
}

pub(super) fn pin() -> SecretString {
    PIN.into()
}
