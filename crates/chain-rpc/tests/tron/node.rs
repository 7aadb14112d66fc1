//! A node of Tron that answers honestly, unless its script has it lie.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use countersign_approval::{CallFactsQuery, TronCallFactsQuery};
use countersign_chain_rpc::TronRpc;
use countersign_http_client::transport::{Auth, Limits};
use countersign_units::{EvmAddress, Lots};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Tron's own main chain.
pub(crate) const CHAIN_ID: u64 = 728_126_428;
pub(crate) const OWNER: EvmAddress = EvmAddress::new([0xaa; 20]);
pub(crate) const TOKEN: EvmAddress = EvmAddress::new([0x70; 20]);
pub(crate) const DEPOSIT: EvmAddress = EvmAddress::new([0xde; 20]);
pub(crate) const HEAD: u64 = 78_000_123;
pub(crate) const SOLID: u64 = 78_000_104;
pub(crate) const HEAD_TIME: u64 = 1_795_248_000_000;

/// Changes an answer: it is told the path, the question, and the honest answer.
type Change = Box<dyn Fn(&str, &Value, Value) -> Value + Send + Sync>;

struct Script {
    change: Change,
    raw: Option<(u16, String)>,
    delay: Duration,
    asked: Mutex<Vec<(String, Value)>>,
}

pub(crate) struct Node {
    address: SocketAddr,
    script: Arc<Script>,
}

impl Node {
    pub(crate) async fn honest() -> Self {
        Self::with(|_, _, answer| answer).await
    }

    /// Changes each answer.
    pub(crate) async fn with(
        change: impl Fn(&str, &Value, Value) -> Value + Send + Sync + 'static,
    ) -> Self {
        Self::start(Box::new(change), None, Duration::ZERO).await
    }

    /// Changes what one path answers.
    pub(crate) async fn lying(path: &'static str, answer: Value) -> Self {
        Self::with(move |asked, _, honest| if asked == path { answer.clone() } else { honest })
            .await
    }

    /// Answers everything with one text.
    pub(crate) async fn saying(status: u16, body: impl Into<String>) -> Self {
        Self::start(Box::new(|_, _, honest| honest), Some((status, body.into())), Duration::ZERO)
            .await
    }

    pub(crate) async fn slow(delay: Duration) -> Self {
        Self::start(Box::new(|_, _, honest| honest), None, delay).await
    }

    async fn start(change: Change, raw: Option<(u16, String)>, delay: Duration) -> Self {
        let script = Arc::new(Script { change, raw, delay, asked: Mutex::default() });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&script));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    /// Returns what was asked, by path.
    pub(crate) fn asked(&self, path: &str) -> Vec<Value> {
        let asked = self.script.asked.lock().unwrap();
        asked.iter().filter(|(found, _)| found == path).map(|(_, body)| body.clone()).collect()
    }

    pub(crate) fn view(&self) -> TronRpc {
        self.view_at("")
    }

    pub(crate) fn view_at(&self, path: &str) -> TronRpc {
        let url = format!("http://{}{path}", self.address).parse().unwrap();
        TronRpc::connect(url, Auth::None, limits()).unwrap()
    }
}

/// Short waits, and small answers.
pub(crate) fn limits() -> Limits {
    Limits {
        attempt: Duration::from_millis(500),
        total: Duration::from_secs(2),
        retries: 1,
        backoff: Duration::from_millis(1),
        max_body: 1 << 18,
        ..Limits::default()
    }
}

async fn serve(State(script): State<Arc<Script>>, uri: Uri, body: String) -> (StatusCode, String) {
    tokio::time::sleep(script.delay).await;
    if let Some((status, body)) = &script.raw {
        return (StatusCode::from_u16(*status).unwrap(), body.clone());
    }
    let question: Value = serde_json::from_str(&body).unwrap();
    let path = uri.path().trim_start_matches('/').to_owned();
    script.asked.lock().unwrap().push((path.clone(), question.clone()));
    let answer = (script.change)(&path, &question, honestly(&path, &question));
    (StatusCode::OK, answer.to_string())
}

fn honestly(path: &str, question: &Value) -> Value {
    match path {
        "wallet/getblock" => match question["id_or_num"].as_str() {
            None => block(HEAD),
            Some(number) => block(number.parse().unwrap()),
        },
        "walletsolidity/getblock" => block(SOLID),
        "wallet/getaccount" => {
            json!({"address": question["address"], "balance": 5_000_000_000_u64, "type": "Normal"})
        }
        "wallet/getcontractinfo" if question["value"] == in_hex(TOKEN) => {
            json!({"runtimecode": "60806040", "smart_contract": {"abi": {}}})
        }
        "wallet/getenergyprices" => {
            json!({"prices": "0:100,1542607200000:20,1790000000000:210,1795248000001:999"})
        }
        "wallet/triggerconstantcontract" => {
            let transfers = question["data"].as_str().unwrap().starts_with("a9059cbb");
            let returned = if transfers { format!("{:064x}", 1) } else { format!("{:064x}", 77) };
            tried(&returned)
        }
        "wallet/broadcasthex" => json!({"result": true, "code": "SUCCESS", "message": ""}),
        _ => json!({}),
    }
}

pub(crate) fn tried(returned: &str) -> Value {
    json!({
        "result": {"result": true},
        "energy_used": 64_285,
        "constant_result": [returned],
        "transaction": {"ret": [{}], "visible": false},
    })
}

/// A block, whose members that are zero are not written.
pub(crate) fn block(number: u64) -> Value {
    let mut raw = json!({"parentHash": "00".repeat(32)});
    if number > 0 {
        raw["number"] = json!(number);
        raw["timestamp"] = json!(number * 3_000 + HEAD_TIME - HEAD * 3_000);
    }
    json!({"blockID": hex::encode(block_id(number)), "block_header": {"raw_data": raw}})
}

/// Returns the id of a block; the first one's ends in the chain's id.
pub(crate) fn block_id(number: u64) -> [u8; 32] {
    let mut id = [0x5e; 32];
    id[..8].copy_from_slice(&number.to_be_bytes());
    if number == 0 {
        id[28..].copy_from_slice(&[0x2b, 0x66, 0x53, 0xdc]);
    }
    id
}

pub(crate) fn in_hex(address: EvmAddress) -> String {
    format!("41{}", hex::encode(address.as_bytes()))
}

/// Asks about a transfer of a token.
pub(crate) fn token_query() -> TronCallFactsQuery {
    let data = format!("a9059cbb{:0>64}{:064x}", hex::encode(DEPOSIT.as_bytes()), 1_000);
    let call = CallFactsQuery {
        chain_id: CHAIN_ID,
        owner: OWNER,
        to: TOKEN,
        value: Lots::ZERO,
        data: hex::decode(data).unwrap(),
        token: Some(TOKEN),
        recipient: Some(DEPOSIT),
    };
    TronCallFactsQuery { call, reference: None }
}

/// Asks about a transfer of TRX.
pub(crate) fn native_query() -> TronCallFactsQuery {
    let TronCallFactsQuery { call, reference } = token_query();
    let (to, value, data) = (DEPOSIT, Lots::from(1_000_000), Vec::new());
    TronCallFactsQuery { call: CallFactsQuery { to, value, data, token: None, ..call }, reference }
}
