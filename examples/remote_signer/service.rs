//! The custodian's side: a signing service over a keyring, behind axum.
//!
//! It stands for a process of its own, on a machine of its own. All that it needs is the keys, who may
//! ask, and the custodian's rules.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign::keys::remote::{Clients, HmacKey, SigningCall, SigningService};
use countersign::keys::{KeyEvidence, Keyring, KeyringConfig, MemoryKeys};
use countersign::units::Lots;
use countersign::{Clock, SystemClock};
use tokio::net::TcpListener;

/// The longest request that is read.
const LONGEST: usize = 2 << 20;
/// The key, and what it may sign for. The name of the key is all that a caller needs to know.
const KEYS: &str = r#"
[keys.customers]
source = "vault"
curve = "secp256k1"
chains = ["evm"]
environment = "sandbox"
"#;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Starts the service with a key, and returns where it is.
pub(crate) async fn start(key: &[u8; 32], client: HmacKey, limit: Lots) -> Result<String> {
    let vault = MemoryKeys::new("vault").secp256k1("customers", key)?;
    let keyring = Keyring::new(&KeyringConfig::from_toml(KEYS)?, [vault.into_source()]).await?;
    let service = SigningService::new(keyring, Clients::hmac([client]), rules(limit));
    let router = Router::new().fallback(answer).with_state(service);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}"))
}

/// That a payload keeps its terms was verified before this. The terms are the caller's: a custodian has
/// a say of its own.
fn rules(limit: Lots) -> impl Fn(&SigningCall<'_>) -> std::result::Result<(), String> {
    move |call| match call.evidence() {
        KeyEvidence::Permit(permit) if permit.permit().amount() <= limit => Ok(()),
        KeyEvidence::Permit(_) => Err(format!("more than {limit} base units at once")),
        _ => Err("permits alone are signed here".to_owned()),
    }
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
