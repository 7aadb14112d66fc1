use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_sdk_kms::types::{KeySpec, KeyUsageType};

use crate::kms::{Credentials, KmsSettings, KmsSource};
use crate::{Curve, KeyPath, KeyRef};

/// Names a Python that has moto.
const VARIABLE: &str = "COUNTERSIGN_MOTO";
/// The server, which adds what moto lacks.
const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/kms/tests/server.py");

/// A KMS over HTTP on this machine, which ends with this value.
pub(super) struct Moto {
    process: Child,
    endpoint: String,
}

impl Moto {
    /// Starts it; without moto, says that the test was skipped.
    pub(super) fn start() -> Option<Self> {
        let Some(python) = std::env::var_os(VARIABLE) else {
            println!("skipped: needs moto");
            return None;
        };
        let mut process = Command::new(python)
            .args([SERVER, "0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        let endpoint = format!("http://127.0.0.1:{}", port.unwrap());
        Some(Self { process, endpoint })
    }

    pub(super) fn source(&self) -> KmsSource {
        source(&settings(&self.endpoint))
    }

    /// Has a key made, and refers to it.
    pub(super) async fn key(&self, source: &KmsSource, curve: Curve) -> KeyRef {
        let spec = match curve {
            Curve::Secp256k1 => KeySpec::EccSecgP256K1,
            Curve::Ed25519 => KeySpec::EccNistEdwards25519,
        };
        let id = self.make(source, spec).await;
        let public_key = source.find(&id, curve).await.unwrap();
        KeyRef { id: id.into(), path: KeyPath::Single, public_key }
    }

    /// Has a key made, and returns its id.
    pub(super) async fn make(&self, source: &KmsSource, spec: KeySpec) -> String {
        let made = source.client().create_key().key_spec(spec).key_usage(KeyUsageType::SignVerify);
        made.send().await.unwrap().key_metadata.unwrap().key_id
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It is a process of this test alone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(super) fn settings(endpoint: &str) -> KmsSettings {
    KmsSettings {
        endpoint: Some(endpoint.to_owned()),
        deadline: Duration::from_secs(20),
        backoff: Duration::from_millis(5),
        ..KmsSettings::new("eu-central-1")
    }
}

/// Sets up a client by credentials that are worth nothing, and that nobody is asked for.
pub(super) fn source(settings: &KmsSettings) -> KmsSource {
    let credentials = Credentials::new("AKIATEST", "kms-secret-4242", None, None, "test");
    KmsSource::with_credentials("kms", settings, credentials).unwrap()
}
