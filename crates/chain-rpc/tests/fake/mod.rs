//! A node over HTTP that answers honestly, unless its script has it lie, and what is true of each view
//! through one.
//!
//! The tests here are of the chain that `node` of the same program is about.

pub(crate) mod failures;
pub(crate) mod secrets;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use countersign_approval::ChainViewError;
use countersign_chain_rpc::HttpRpc;
use countersign_http_client::transport::{Auth, Limits};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::node::{self, facts_of};

/// What a node knows of its chain.
pub(crate) trait Chain: Default + Send + Sync + 'static {
    /// Returns the result of one question.
    fn result(&self, method: &str, params: &Value) -> Value;
}

/// Changes the answer to one question, or to a whole request.
type Change = Box<dyn Fn(&Value, Value) -> Value + Send + Sync>;
/// Changes what is sent over HTTP.
type Answer = Box<dyn Fn(String) -> (u16, String) + Send + Sync>;

/// What a node does.
pub(crate) struct Script<C> {
    pub(crate) chain: C,
    one: Change,
    whole: Change,
    http: Answer,
    delay: Duration,
    asked: Mutex<Vec<(Uri, Value)>>,
}

pub(crate) struct FakeNode<C> {
    pub(crate) address: SocketAddr,
    script: Arc<Script<C>>,
}

impl<C: Chain> Script<C> {
    pub(crate) fn honest() -> Self {
        Self {
            chain: C::default(),
            one: Box::new(|_, answer| answer),
            whole: Box::new(|_, answer| answer),
            http: Box::new(|body| (200, body)),
            delay: Duration::ZERO,
            asked: Mutex::default(),
        }
    }

    /// Changes each answer; the change is told the question.
    pub(crate) fn one(change: impl Fn(&Value, Value) -> Value + Send + Sync + 'static) -> Self {
        Self { one: Box::new(change), ..Self::honest() }
    }

    /// Changes the answer to a whole request, as it is about to be sent.
    pub(crate) fn whole(change: impl Fn(&Value, Value) -> Value + Send + Sync + 'static) -> Self {
        Self { whole: Box::new(change), ..Self::honest() }
    }

    pub(crate) fn http(answer: impl Fn(String) -> (u16, String) + Send + Sync + 'static) -> Self {
        Self { http: Box::new(answer), ..Self::honest() }
    }

    pub(crate) fn after(delay: Duration) -> Self {
        Self { delay, ..Self::honest() }
    }

    fn answer(&self, request: &Value) -> Value {
        let one = |question: &Value| (self.one)(question, self.honestly(question));
        let answer = match request.as_array() {
            Some(batch) => batch.iter().map(one).collect(),
            None => one(request),
        };
        (self.whole)(request, answer)
    }

    fn honestly(&self, question: &Value) -> Value {
        let result = self.chain.result(question["method"].as_str().unwrap(), &question["params"]);
        json!({"jsonrpc": "2.0", "id": question["id"], "result": result})
    }
}

impl<C: Chain> FakeNode<C> {
    pub(crate) async fn start(script: Script<C>) -> Self {
        let script = Arc::new(script);
        let router = Router::new().fallback(serve).with_state(Arc::clone(&script));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    /// Returns the requests that arrived.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.script.asked.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }

    /// Returns where the requests went.
    pub(crate) fn uris(&self) -> Vec<String> {
        self.script.asked.lock().unwrap().iter().map(|(uri, _)| uri.to_string()).collect()
    }

    /// Connects by a URL that ends in `path`.
    pub(crate) fn http(&self, path: &str) -> HttpRpc {
        http(&format!("http://{}{path}", self.address))
    }
}

/// Connects with short waits.
pub(crate) fn http(url: &str) -> HttpRpc {
    let limits = Limits {
        attempt: Duration::from_millis(500),
        total: Duration::from_secs(2),
        retries: 1,
        backoff: Duration::from_millis(1),
        ..Limits::default()
    };
    HttpRpc::new(url.parse().unwrap(), Auth::None, limits).unwrap()
}

/// Asserts that no facts come of it, and that the reason is told.
pub(crate) async fn assert_unavailable(script: node::Script, told: &str) {
    match facts_of(script).await {
        Err(ChainViewError::Unavailable(reason)) => {
            assert!(reason.contains(told), "expected {told:?} in {reason:?}");
        }
        other => panic!("expected {told:?}, found {other:?}"),
    }
}

async fn serve<C: Chain>(
    State(script): State<Arc<Script<C>>>,
    uri: Uri,
    body: String,
) -> (StatusCode, String) {
    let request: Value = serde_json::from_str(&body).unwrap();
    script.asked.lock().unwrap().push((uri, request.clone()));
    tokio::time::sleep(script.delay).await;
    let (status, body) = (script.http)(script.answer(&request).to_string());
    (StatusCode::from_u16(status).unwrap(), body)
}
