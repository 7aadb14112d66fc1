//! A node that knows some accounts and one transaction, and can be told to lie.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use countersign_approval::{ChainViewError, SolanaChainView, SolanaFacts};
use countersign_chain_rpc::{HttpRpc, SolanaRpc, SolanaRpcSettings};
use countersign_http_client::transport::{Auth, Limits};
use countersign_units::SolanaAddress;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::sample::{GENESIS, SETTLED_SLOT, SLOT, after, before, query};

/// Changes the answer to one question, or to a whole request.
type Change = Box<dyn Fn(&Value, Value) -> Value + Send + Sync>;
/// Changes what is sent over HTTP.
type Answer = Box<dyn Fn(String) -> (u16, String) + Send + Sync>;
type Accounts = BTreeMap<SolanaAddress, Value>;

/// What a node does.
pub(crate) struct Script {
    before: Accounts,
    after: Accounts,
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
            before: before(),
            after: after(),
            one: Box::new(|_, answer| answer),
            whole: Box::new(|_, answer| answer),
            http: Box::new(|body| (200, body)),
            delay: Duration::ZERO,
            asked: Mutex::default(),
        }
    }

    /// Has something else at an address; `null` for nothing.
    pub(crate) fn with(mut self, address: SolanaAddress, before: Value, after: Value) -> Self {
        self.before.insert(address, before);
        self.after.insert(address, after);
        self
    }

    /// Has something else at an address, that the transaction leaves as it is.
    pub(crate) fn at(address: SolanaAddress, account: &Value) -> Self {
        Self::honest().with(address, account.clone(), account.clone())
    }

    /// Changes each answer; the change is told the question.
    pub(crate) fn one(change: impl Fn(&Value, Value) -> Value + Send + Sync + 'static) -> Self {
        Self { one: Box::new(change), ..Self::honest() }
    }

    /// Replaces a part of the answers to a method.
    pub(crate) fn part(method: &'static str, pointer: &'static str, part: Value) -> Self {
        Self::one(move |question, mut answer| {
            if question["method"] == method {
                *answer.pointer_mut(pointer).unwrap() = part.clone();
            }
            answer
        })
    }

    /// Takes a member out of a part of the answers to a method.
    pub(crate) fn without(
        method: &'static str,
        pointer: &'static str,
        member: &'static str,
    ) -> Self {
        Self::one(move |question, mut answer| {
            if question["method"] == method {
                let part = answer.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
                assert!(part.remove(member).is_some(), "there is {pointer}/{member}");
            }
            answer
        })
    }

    /// Fails each question of a method.
    pub(crate) fn failing(method: &'static str, code: i64, message: &'static str) -> Self {
        Self::one(move |question, answer| {
            if question["method"] != method {
                return answer;
            }
            let error = json!({"code": code, "message": message});
            json!({"jsonrpc": "2.0", "id": question["id"], "error": error})
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
        let one = |question: &Value| (self.one)(question, self.honestly(question));
        let answer = match request.as_array() {
            Some(batch) => batch.iter().map(one).collect(),
            None => one(request),
        };
        (self.whole)(request, answer)
    }

    fn honestly(&self, question: &Value) -> Value {
        let [asked, settings] = [0, 1].map(|index| &question["params"][index]);
        let result = match question["method"].as_str().unwrap() {
            "getGenesisHash" => json!(GENESIS.to_string()),
            "getMultipleAccounts" => as_of(settings, &told(&self.before, asked)),
            "isBlockhashValid" => as_of(settings, &json!(true)),
            "simulateTransaction" => {
                let accounts = told(&self.after, &settings["accounts"]["addresses"]);
                as_of(settings, &simulated(&json!(null), &accounts))
            }
            method => json!(format!("unknown: {method}")),
        };
        json!({"jsonrpc": "2.0", "id": question["id"], "result": result})
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

    pub(crate) fn view(&self, settings: SolanaRpcSettings) -> SolanaRpc {
        SolanaRpc::with_settings(self.http(""), settings)
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

/// Reads the facts from a node with this script, in the usual way.
pub(crate) async fn facts_of(script: Script) -> Result<SolanaFacts, ChainViewError> {
    let node = FakeNode::start(script).await;
    node.view(SolanaRpcSettings::default()).facts(&query()).await
}

/// Asserts that no facts come of it, and that the reason is told.
pub(crate) async fn assert_unavailable(script: Script, told: &str) {
    match facts_of(script).await {
        Err(ChainViewError::Unavailable(reason)) => {
            assert!(reason.contains(told), "expected {told:?} in {reason:?}");
        }
        other => panic!("expected {told:?}, found {other:?}"),
    }
}

/// Writes what a node tells of a transaction that it ran.
pub(crate) fn simulated(error: &Value, accounts: &Value) -> Value {
    json!({
        "accounts": accounts,
        "err": error,
        "innerInstructions": null,
        "loadedAccountsDataSize": 134_822,
        "logs": ["Program 11111111111111111111111111111111 invoke [1]"],
        "replacementBlockhash": null,
        "returnData": null,
        "unitsConsumed": 405,
    })
}

fn told(known: &Accounts, addresses: &Value) -> Value {
    let addresses = addresses.as_array().unwrap().iter();
    let of = |address: &Value| known.get(&address.as_str().unwrap().parse().unwrap()).cloned();
    addresses.map(of).collect()
}

fn as_of(settings: &Value, value: &Value) -> Value {
    let settled = settings["commitment"] == "finalized";
    let slot = if settled { SETTLED_SLOT } else { SLOT };
    json!({"context": {"apiVersion": "4.2.2", "slot": slot}, "value": value})
}

async fn serve(State(script): State<Arc<Script>>, uri: Uri, body: String) -> (StatusCode, String) {
    let request: Value = serde_json::from_str(&body).unwrap();
    script.asked.lock().unwrap().push((uri, request.clone()));
    tokio::time::sleep(script.delay).await;
    let (status, body) = (script.http)(script.answer(&request).to_string());
    (StatusCode::from_u16(status).unwrap(), body)
}
