use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use countersign::keys::kms::{Credentials, KmsSettings, KmsSource};
use countersign::keys::{Curve, Keyring, KeyringConfig};

use crate::Scene;
use crate::key_service::kind;

/// Names a Python that has moto.
const VARIABLE: &str = "COUNTERSIGN_MOTO";
/// The server, which adds what moto lacks.
const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/keys/src/kms/tests/server.py");
const REGION: &str = "eu-central-1";

/// A KMS over HTTP on this machine, which ends with this value.
#[derive(Debug)]
pub struct SoftKms {
    process: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    endpoint: String,
}

impl SoftKms {
    /// What a process of its own is let in by: variables of its environment.
    pub const CREDENTIALS: [(&str, &str); 2] =
        [("AWS_ACCESS_KEY_ID", "AKIATEST"), ("AWS_SECRET_ACCESS_KEY", "not-a-secret")];

    /// Starts it; without moto, says that the test was skipped.
    ///
    /// # Panics
    ///
    /// Panics if it does not start.
    pub fn start() -> Option<Self> {
        let Some(python) = std::env::var_os(VARIABLE) else {
            skip();
            return None;
        };
        let mut command = Command::new(python);
        command.args([SERVER, "0"]).stderr(Stdio::null());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = process.stdin.take().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = said(&mut lines, "listening on ");
        Some(Self { process, input, lines, endpoint: format!("http://127.0.0.1:{port}") })
    }

    /// Brings the key of a scene's account to it: KMS has no call that gives it out again.
    ///
    /// # Panics
    ///
    /// Panics if KMS does not take it.
    pub async fn keyring(&mut self, scene: &Scene) -> Keyring {
        let (curve, chains) = kind(scene);
        let id = self.import(curve, scene.account.private_key());
        let config = format!(
            "[keys.account]\nsource = \"kms\"\nid = \"{id}\"\ncurve = \"{curve}\"\n\
             chains = {chains}\nenvironment = \"sandbox\"\n"
        );
        let config = KeyringConfig::from_toml(&config).unwrap();
        Keyring::new(&config, [self.source().into_source()]).await.unwrap()
    }

    /// Brings a key to it, in hex, and returns its id there.
    ///
    /// # Panics
    ///
    /// Panics if KMS does not take it.
    pub fn import(&mut self, curve: Curve, secret: &str) -> String {
        let spec = match curve {
            Curve::Secp256k1 => "ECC_SECG_P256K1",
            Curve::Ed25519 => "ECC_NIST_EDWARDS25519",
        };
        writeln!(self.input, "{spec} {}", secret.trim_start_matches("0x")).unwrap();
        said(&mut self.lines, "key ")
    }

    /// Returns the settings of a source, as a keyring's file has them.
    pub fn settings(&self) -> String {
        format!("kind = \"kms\"\nregion = \"{REGION}\"\nendpoint = \"{}\"\n", self.endpoint)
    }

    fn source(&self) -> KmsSource {
        let settings = KmsSettings {
            endpoint: Some(self.endpoint.clone()),
            deadline: Duration::from_secs(20),
            ..KmsSettings::new(REGION)
        };
        // They are worth nothing, and nobody is asked for others.
        let [(_, id), (_, secret)] = Self::CREDENTIALS;
        let credentials = Credentials::new(id, secret, None, None, "test");
        KmsSource::with_credentials("kms", &settings, credentials).unwrap()
    }
}

impl Drop for SoftKms {
    fn drop(&mut self) {
        // It is a process of this test alone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits for a line that begins so, and returns the rest of it.
fn said(lines: &mut Lines<BufReader<ChildStdout>>, start: &str) -> String {
    let found =
        lines.map_while(Result::ok).find_map(|line| line.strip_prefix(start).map(str::to_owned));
    found.unwrap()
}

#[expect(clippy::print_stdout, reason = "`cargo xtask test` reads it")]
fn skip() {
    println!("skipped: needs moto");
}
