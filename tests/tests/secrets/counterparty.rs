//! The other side: an honest sandbox, a hostile one, a server that repeats what it is sent, and a
//! signing service. They are in the process of the test, so that their keys are not in the program's.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use countersign::keys::remote::{Clients, HmacKey, SigningCall, SigningService};
use countersign::keys::{Keyring, KeyringConfig, MemoryKeys};
use countersign::{Clock as _, SystemClock};
use countersign_sandbox::{AuthScheme, Sandbox, SandboxConfig, Tamper};
use countersign_tests::short_steps;
use tokio::net::TcpListener;

use crate::planted::key_of;

/// The longest request.
const LONGEST: usize = 2 << 20;
const SERVED: &str = r#"
[keys.tron]
source = "memory"
curve = "secp256k1"
chains = ["tron"]
environment = "sandbox"
"#;

/// Starts the sandbox that tells the truth, and the one that does not.
pub(crate) async fn sandboxes() -> (Sandbox, Sandbox) {
    let auth = AuthScheme::SignedRequests;
    let hostile = SandboxConfig { tamper: Some(Tamper::Spender), auth, ..short_steps() };
    (Sandbox::start(short_steps()).await.unwrap(), Sandbox::start(hostile).await.unwrap())
}

/// Starts a server that answers with all that it was sent, as some do where they fail.
pub(crate) async fn echo() -> String {
    serve(Router::new().fallback(repeat)).await
}

async fn repeat(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST).await.unwrap();
    let said = format!("{} {:?} {}", parts.uri, shown(&parts), String::from_utf8_lossy(&body));
    let answer = serde_json::json!({ "error": said, "message": said, "code": said });
    (StatusCode::BAD_REQUEST, answer.to_string()).into_response()
}

fn shown(parts: &axum::http::request::Parts) -> Vec<String> {
    let headers = parts.headers.iter();
    headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect()
}

/// Starts a service that has the key of the account on Tron.
pub(crate) async fn signing_service(sandbox: &Sandbox, secret: &str) -> String {
    let account = sandbox.accounts().into_iter().find(|account| account.network == "tron").unwrap();
    let keys = MemoryKeys::new("memory").secp256k1("tron", &key_of(&account)).unwrap();
    let config = KeyringConfig::from_toml(SERVED).unwrap();
    let keyring = Keyring::new(&config, [keys.into_source()]).await.unwrap();
    let client = HmacKey::new("backend", &secret.into()).unwrap();
    let service =
        SigningService::new(keyring, Clients::hmac([client]), |_: &SigningCall<'_>| Ok(()));
    serve(Router::new().fallback(sign).with_state(service)).await
}

async fn sign(State(service): State<SigningService>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST).await.unwrap().to_vec();
    let request = axum::http::Request::from_parts(parts, body);
    service.answer(&request, SystemClock.now()).await.map(Body::from)
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    base
}
