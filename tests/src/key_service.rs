use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use countersign::approval::ConfigDigest;
use countersign::keys::remote::{
    Clients, HmacKey, RemoteAccess, RemoteSource, SigningCall, SigningService,
};
use countersign::keys::{Curve, Keyring, KeyringConfig};
use countersign::{Clock, SystemClock};
use tokio::net::TcpListener;

use crate::{KeyInKeystore, Scene};

/// The longest request.
const LONGEST: usize = 2 << 20;

/// A keyring with the key of a scene's account, which a signing service has.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "a test takes both")]
pub struct KeyInService {
    /// The keyring of the caller.
    pub keyring: Keyring,
    /// What the service has, in a keystore that is open.
    pub behind: KeyInKeystore,
    /// Where the service is.
    pub url: String,
}

impl KeyInService {
    /// What both sides have.
    pub const SECRET: &str = "a secret that both sides have: 4242";

    /// Starts a service on this machine.
    ///
    /// # Panics
    ///
    /// Panics if it does not start.
    pub async fn of(
        scene: &Scene,
        rules: impl Fn(&SigningCall<'_>) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        let behind = KeyInKeystore::of(scene, "sandbox").await;
        behind.unlock();
        let key = || HmacKey::new("countersign", &Self::SECRET.to_owned().into()).unwrap();
        let service = SigningService::new(behind.keyring.clone(), Clients::hmac([key()]), rules);
        let config_of = scene.config();
        let (policy, registry) = (config_of.policy().unwrap(), config_of.registry());
        let made_from = ConfigDigest { policy: policy.digest(), registry: registry.digest() };
        let service = service.registry(registry.clone()).require_config(made_from);
        let url = serve(service).await;
        let access = RemoteAccess::hmac(key());
        let deadline = Duration::from_secs(20);
        let source = RemoteSource::new("service", url.parse().unwrap(), access, deadline).unwrap();
        let config = config(scene, "service");
        let keyring = Keyring::new(&config, [source.into_source()]).await.unwrap();
        Self { keyring, behind, url }
    }
}

impl KeyInService {
    /// Returns the settings of a source, as a keyring's file has them.
    pub fn settings(&self) -> String {
        format!("kind = \"remote\"\nurl = \"{}\"\naccess.hmac = \"countersign\"\n", self.url)
    }
}

/// Names the key of a scene's account in a source.
pub(crate) fn config(scene: &Scene, source: &str) -> KeyringConfig {
    let (curve, chains) = kind(scene);
    let text = format!(
        "[keys.account]\nsource = \"{source}\"\ncurve = \"{curve}\"\nchains = {chains}\n\
         environment = \"sandbox\"\n"
    );
    KeyringConfig::from_toml(&text).unwrap()
}

/// Returns the curve of a scene's account, and the chains that its key signs for.
pub(crate) fn kind(scene: &Scene) -> (Curve, &'static str) {
    match scene.account.network.as_str() {
        "solana" => (Curve::Ed25519, r#"["solana", "near"]"#),
        "bitcoin" => (Curve::Secp256k1, r#"["bitcoin"]"#),
        "tron" => (Curve::Secp256k1, r#"["tron", "near"]"#),
        _ => (Curve::Secp256k1, r#"["evm", "near"]"#),
    }
}

async fn serve(service: SigningService) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(service);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    base
}

async fn answer(State(service): State<SigningService>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST).await.unwrap().to_vec();
    let request = axum::http::Request::from_parts(parts, body);
    service.answer(&request, SystemClock.now()).await.map(Body::from)
}
