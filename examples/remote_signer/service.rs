//! The custodian's side: a signing service over a keyring, behind axum.
//!
//! It stands for a process of its own, on a machine of its own. It has the keys, who may ask, its own
//! copies of registry and policy, and the custodian's rules: the terms of a request are the caller's, and
//! what is pinned is taken from here.
//!
//! What a real one adds:
//!
//! - keys that it can't lose: a token behind PKCS#11, a KMS, or at least an encrypted keystore;
//! - TLS, best with certificates for the clients too, and bounds of how many requests are read;
//! - for each client the keys that it may use, by [`SigningCall::client`], and addresses that it may pay,
//!   where it signs more than permits;
//! - a count that outlives the process and is shared by all of its kind, for each customer and token;
//! - somebody who is called when a request was declined: the caller may not be itself any more.
//!
//! [`SigningCall::client`]: countersign::keys::remote::SigningCall::client

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign::approval::ConfigDigest;
use countersign::keys::remote::{Clients, HmacKey, SigningService};
use countersign::keys::{Keyring, KeyringConfig, MemoryKeys};
use countersign::{Clock, Config, SystemClock};
use tokio::net::TcpListener;

use crate::rules::Daily;

/// The longest request that is read.
const LONGEST: usize = 2 << 20;
/// The key, and what it may sign for. The name of the key is all that a caller needs to know.
const KEYS: &str = r#"
[keys.customers]
source = "vault"
curve = "secp256k1"
chains = ["evm"]
networks = ["ethereum"]
environment = "sandbox"
"#;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Starts the service with a key, and returns where it is.
pub(crate) async fn start(
    key: &[u8; 32],
    client: HmacKey,
    trust: &Config,
    rules: Daily,
) -> Result<String> {
    let vault = MemoryKeys::new("vault").secp256k1("customers", key)?;
    let keyring = Keyring::new(&KeyringConfig::from_toml(KEYS)?, [vault.into_source()]).await?;
    let registry = trust.registry().clone();
    let made_from = ConfigDigest { policy: trust.policy()?.digest(), registry: registry.digest() };
    let service = SigningService::new(keyring, Clients::hmac([client]), rules)
        .registry(registry)
        .require_config(made_from);
    let router = Router::new().fallback(answer).with_state(service);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}"))
}

/// Hands a request on, with the moment at which it came in.
async fn answer(State(service): State<SigningService>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = axum::http::Request::from_parts(parts, body.to_vec());
    service.answer(&request, SystemClock.now()).await.map(Body::from)
}
