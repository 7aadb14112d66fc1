//! A node that knows one account, one token and one contract, and can be told to lie.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use countersign_approval::{ChainViewError, EvmChainView, EvmFacts, EvmFactsQuery};
use countersign_chain_rpc::{EvmRpc, EvmRpcSettings, HttpRpc};
use countersign_http_client::transport::{Auth, Limits};
use countersign_units::U256;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const CHAIN_ID: u64 = 31_337;
pub(crate) const BLOCK_TIME: u64 = 1_795_248_000;
pub(crate) const PERMIT2: &str = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
pub(crate) const OWNER: &str = "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9";
pub(crate) const TOKEN: &str = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
pub(crate) const SPENDER: &str = "0x5047df89E1A7EB370B5f9d7604BB5dF2278ca63E";

/// Changes the answer to one question, or to a whole request.
type Change = Box<dyn Fn(&Value, Value) -> Value + Send + Sync>;
/// Changes what is sent over HTTP.
type Answer = Box<dyn Fn(String) -> (u16, String) + Send + Sync>;

/// What a node does.
pub(crate) struct Script {
    one: Change,
    whole: Change,
    http: Answer,
    delay: Duration,
    asked: Mutex<Vec<(Uri, Value)>>,
}

pub(crate) struct FakeNode {
    pub(crate) address: SocketAddr,
    script: Arc<Script>,
}

impl Script {
    pub(crate) fn honest() -> Self {
        Self {
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

    /// Replaces the result of a method.
    pub(crate) fn result(method: &'static str, result: Value) -> Self {
        Self::one(move |question, mut answer| {
            if question["method"] == method {
                answer["result"] = result.clone();
            }
            answer
        })
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
        let one = |question: &Value| (self.one)(question, honest(question));
        let answer = match request.as_array() {
            Some(batch) => batch.iter().map(one).collect(),
            None => one(request),
        };
        (self.whole)(request, answer)
    }
}

impl FakeNode {
    pub(crate) async fn start(script: Script) -> Self {
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

    pub(crate) fn view(&self, settings: EvmRpcSettings) -> EvmRpc {
        EvmRpc::with_settings(self.http(""), settings)
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

pub(crate) fn query() -> EvmFactsQuery {
    EvmFactsQuery {
        chain_id: CHAIN_ID,
        permit2: PERMIT2.parse().unwrap(),
        owner: OWNER.parse().unwrap(),
        token: TOKEN.parse().unwrap(),
        spender: SPENDER.parse().unwrap(),
        nonce: U256::from(0x2a05),
    }
}

/// Reads the facts from a node with this script, in the usual way.
pub(crate) async fn facts_of(script: Script) -> Result<EvmFacts, ChainViewError> {
    let node = FakeNode::start(script).await;
    node.view(EvmRpcSettings::default()).facts(&query()).await
}

pub(crate) fn word(value: u64) -> String {
    format!("0x{value:0>64x}")
}

pub(crate) fn block(number: u64) -> Value {
    let (number, time) = (format!("{number:#x}"), format!("{BLOCK_TIME:#x}"));
    let hash = format!("0x{}", "b1".repeat(32));
    json!({"hash": hash, "number": number, "timestamp": time, "transactions": []})
}

fn honest(question: &Value) -> Value {
    let result = match question["method"].as_str().unwrap() {
        "eth_chainId" => json!(format!("{CHAIN_ID:#x}")),
        "eth_getBlockByNumber" => block(9),
        "eth_getCode" if question["params"][0] == OWNER => json!("0x"),
        "eth_getCode" => json!("0x6001"),
        "eth_getStorageAt" => json!(word(0)),
        "eth_call" => json!(called(question["params"][0]["data"].as_str().unwrap())),
        method => json!(format!("unknown: {method}")),
    };
    json!({"jsonrpc": "2.0", "id": question["id"], "result": result})
}

/// Answers a call of a contract by its selector.
fn called(data: &str) -> String {
    match &data[..10] {
        "0x70a08231" => word(5_000),
        "0xdd62ed3e" => word(4_000),
        "0x4fe02b44" => word(0b10_0000),
        "0x3644e515" => format!("0x{}", "d5".repeat(32)),
        other => format!("unknown: {other}"),
    }
}

async fn serve(State(script): State<Arc<Script>>, uri: Uri, body: String) -> (StatusCode, String) {
    let request: Value = serde_json::from_str(&body).unwrap();
    script.asked.lock().unwrap().push((uri, request.clone()));
    tokio::time::sleep(script.delay).await;
    let (status, body) = (script.http)(script.answer(&request).to_string());
    (StatusCode::from_u16(status).unwrap(), body)
}
