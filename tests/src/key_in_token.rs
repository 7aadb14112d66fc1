use std::path::{Path, PathBuf};
use std::process::Command;

use countersign::keys::pkcs11::{Pkcs11Source, TokenSettings};
use countersign::keys::{Curve, ImportedSecret, Keyring};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::session::UserType;

use crate::Scene;
use crate::key_service::{config, kind};

/// Names the library of `SoftHSM2`.
const VARIABLE: &str = "COUNTERSIGN_SOFTHSM2";
/// Where Debian's package puts it.
const INSTALLED: &str = "/usr/lib/softhsm/libsofthsm2.so";
/// Where the library finds its configuration.
const CONFIGURATION: &str = "SOFTHSM2_CONF";
/// Tells a test that it runs in a process of its own.
const INSIDE: &str = "COUNTERSIGN_SOFTHSM2_INSIDE";
const OFFICER: &str = "officer-4242";

/// A token in software, in a process of its own.
#[derive(Debug)]
pub struct SoftToken {
    module: PathBuf,
}

impl SoftToken {
    /// Opens its tokens.
    pub const PIN: &str = "4-eyes-please";

    /// Runs a test in a process of its own, since the library is of one process; returns the token
    /// there. Without the module, says that the test was skipped.
    ///
    /// # Panics
    ///
    /// Panics if the test fails there.
    pub fn alone(test: &str) -> Option<Self> {
        let module = std::env::var_os(VARIABLE).map(PathBuf::from);
        let installed = || Some(PathBuf::from(INSTALLED)).filter(|path| path.is_file());
        let Some(module) = module.or_else(installed) else {
            skip();
            return None;
        };
        if std::env::var_os(INSIDE).is_some() {
            return Some(Self { module });
        }
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(CONFIGURATION, configured(folder.path()))
            .env(INSIDE, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}\n{errors}");
        assert!(said.contains("1 passed"), "no test {test}: {said}");
        None
    }

    /// Makes a token, and brings the key of a scene's account to it: it can't leave it again.
    ///
    /// # Panics
    ///
    /// Panics if the token does not take it.
    pub async fn keyring(&self, scene: &Scene) -> Keyring {
        let (curve, _) = kind(scene);
        let secret = ImportedSecret::hex(curve, scene.account.private_key()).unwrap();
        let source = self.import(scene.account.network.as_str(), curve, secret).await;
        Keyring::new(&config(scene, "hsm"), [source.into_source()]).await.unwrap()
    }

    /// Makes a token, and brings a key to it, which has the name `account` there.
    ///
    /// # Panics
    ///
    /// Panics if the token does not take it.
    pub async fn import(&self, label: &str, curve: Curve, secret: ImportedSecret) -> Pkcs11Source {
        self.make(label);
        let settings = TokenSettings::new(&self.module, label);
        let source = Pkcs11Source::open("hsm", settings, Some(Self::PIN.into())).await.unwrap();
        source.import("account", *b"1", curve, secret).await.unwrap();
        source
    }

    /// Returns the settings of a source, as a keyring's file has them.
    pub fn settings(&self, label: &str) -> String {
        let module = self.module.display();
        format!("kind = \"pkcs11\"\nmodule = \"{module}\"\nlabel = \"{label}\"\n")
    }

    fn make(&self, label: &str) {
        let module = Pkcs11::new(&self.module).unwrap();
        // It may have been started.
        let _ = module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
        let slots = module.get_slots_with_token().unwrap();
        let is_free = |slot: &_| !module.get_token_info(*slot).unwrap().token_initialized();
        let slot = slots.into_iter().find(is_free).unwrap();
        module.init_token(slot, &OFFICER.into(), label).unwrap();
        let slots = module.get_slots_with_token().unwrap();
        let is_ours = |slot: &_| module.get_token_info(*slot).unwrap().label() == label;
        let slot = slots.into_iter().find(is_ours).unwrap();
        let session = module.open_rw_session(slot).unwrap();
        session.login(UserType::So, Some(&OFFICER.into())).unwrap();
        session.init_pin(&Self::PIN.into()).unwrap();
        session.logout().unwrap();
    }
}

fn configured(folder: &Path) -> PathBuf {
    let (tokens, file) = (folder.join("tokens"), folder.join("softhsm2.conf"));
    std::fs::create_dir(&tokens).unwrap();
    let text = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
    std::fs::write(&file, text).unwrap();
    file
}

#[expect(clippy::print_stdout, reason = "`cargo xtask test` reads it")]
fn skip() {
    println!("skipped: needs softhsm2");
}
