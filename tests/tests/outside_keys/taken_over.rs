//! A caller that was taken over: whatever it asks a service, it asks with another key first.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use axum::http::request::Parts;
use countersign::keys::remote::{
    Clients, HmacKey, RemoteAccess, RemoteSource, SigningCall, SigningService,
};
use countersign::keys::{Keyring, KeyringConfig, MemoryKeys};
use countersign::{Clock, SystemClock};
use countersign_tests::Scene;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The longest request.
const LONGEST: usize = 2 << 20;

/// A keyring whose key is in a service, which has another key of the same scope beside it.
pub(crate) struct TakenOver {
    pub(crate) keyring: Keyring,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// What a service answered to one request: with the key of the evidence, and with the other one.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The request that named the evidence's own key.
    pub(crate) request: Value,
    /// What was answered to it.
    pub(crate) own: Answered,
    /// What was answered where the other key was named.
    pub(crate) other: Answered,
}

/// An answer, and how often the custodian's rules were asked for it.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) rules: u32,
}

/// What a service says, and how often it asked its rules.
#[derive(Clone)]
struct App {
    service: SigningService,
    ring: Keyring,
    rules: Arc<AtomicU32>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl TakenOver {
    pub(crate) async fn of(scene: &Scene) -> Self {
        let (ring, rules) = (ring(scene).await, Arc::new(AtomicU32::new(0)));
        let counter = Arc::clone(&rules);
        let allow = move |_: &SigningCall<'_>| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        let service = SigningService::new(ring.clone(), Clients::ByCertificate, allow);
        let asked = Arc::default();
        let app = App { service, ring, rules, asked: Arc::clone(&asked) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let router = Router::new().fallback(answer).with_state(app);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        // Whom the service knows by certificates is a matter of the server in front.
        let key = HmacKey::new("nobody", &"a secret that nobody looks at: 1".into()).unwrap();
        let deadline = Duration::from_secs(20);
        let source = RemoteSource::new("service", url, RemoteAccess::hmac(key), deadline).unwrap();
        let config = config(scene, "service", &["account"]);
        let keyring = Keyring::new(&config, [source.into_source()]).await.unwrap();
        Self { keyring, asked }
    }

    /// Returns all that was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// The account's key, and another one that may sign for all that it may.
async fn ring(scene: &Scene) -> Keyring {
    let mut key = [0; 32];
    let digits = scene.account.private_key().trim_start_matches("0x");
    hex::decode_to_slice(digits, &mut key).unwrap();
    let keys = MemoryKeys::new("memory");
    let keys = if scene.account.network == "solana" {
        keys.ed25519("account", &key).ed25519("other", &[0x42; 32])
    } else {
        let keys = keys.secp256k1("account", &key).unwrap();
        keys.secp256k1("other", &[0x42; 32]).unwrap()
    };
    let config = config(scene, "memory", &["account", "other"]);
    Keyring::new(&config, [keys.into_source()]).await.unwrap()
}

fn config(scene: &Scene, source: &str, names: &[&str]) -> KeyringConfig {
    let (curve, chains) = if scene.account.network == "solana" {
        ("ed25519", r#"["solana", "near"]"#)
    } else {
        ("secp256k1", r#"["evm", "tron", "bitcoin", "near"]"#)
    };
    let key = |name: &&str| {
        format!(
            "[keys.{name}]\nsource = \"{source}\"\ncurve = \"{curve}\"\nchains = {chains}\n\
             environment = \"sandbox\"\n"
        )
    };
    KeyringConfig::from_toml(&names.iter().map(key).collect::<String>()).unwrap()
}

async fn answer(State(app): State<App>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST).await.unwrap().to_vec();
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        return app.ask(&parts, body).await.map(Body::from);
    };
    let other = app.answered(&parts, app.with_other_key(&request).to_string().into_bytes()).await;
    let (own, answer) = app.answered(&parts, body).await;
    app.asked.lock().unwrap().push(Asked { request, own, other: other.0 });
    answer.map(Body::from)
}

impl App {
    async fn ask(&self, parts: &Parts, body: Vec<u8>) -> Response<String> {
        let request = axum::http::Request::from_parts(parts.clone(), body);
        self.service.answer(&request, SystemClock.now()).await
    }

    async fn answered(&self, parts: &Parts, body: Vec<u8>) -> (Answered, Response<String>) {
        let before = self.rules.load(Ordering::SeqCst);
        let answer = self.ask(parts, body).await;
        let rules = self.rules.load(Ordering::SeqCst) - before;
        let status = answer.status().as_u16();
        let body = serde_json::from_str(answer.body()).unwrap();
        (Answered { status, body, rules }, answer)
    }

    /// Names the other key, by its id and its public half, and leaves all else as it is.
    fn with_other_key(&self, request: &Value) -> Value {
        let other = self.ring.named("other").unwrap();
        let mut request = request.clone();
        request["nonce"] = format!("{}-other", request["nonce"].as_str().unwrap()).into();
        request["key"] = json!({
            "id": "other",
            "curve": other.public_key().curve().to_string(),
            "public_key": other.public_key().to_string(),
        });
        request
    }
}
