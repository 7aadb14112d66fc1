//! A server that answers from a script and remembers what it was asked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use countersign_api_types::defi::{
    ApprovalSubmission, Asset, CreateIntentRequest, HumanAmount, Profile, QuoteRequest,
};
use countersign_http_client::transport::Limits;
use countersign_http_client::{DefiClient, DefiClientBuilder};
use countersign_units::{Bps, Lots};
use tokio::net::TcpListener;

/// The key that all clients of the tests send.
pub(crate) const KEY: &str = "sk-live-0123456789/secret";

/// One answer of the script.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) delay: Duration,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Clone, Default)]
struct Script {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    script: Script,
}

impl Reply {
    pub(crate) fn new(status: u16, body: &str) -> Self {
        let body = body.as_bytes().to_vec();
        Self { status, headers: Vec::new(), body, delay: Duration::ZERO }
    }

    pub(crate) fn ok(body: &str) -> Self {
        Self::new(200, body)
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl Server {
    /// Starts a server; after the script's last reply it answers with status 418.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Script::default();
        script.replies.lock().unwrap().extend(replies);
        let router = Router::new().fallback(answer).with_state(script.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    pub(crate) fn client(&self, profile: Profile) -> DefiClient {
        self.builder().profile(profile).build().unwrap()
    }

    pub(crate) fn builder(&self) -> DefiClientBuilder {
        builder(self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.asked.lock().unwrap().clone()
    }
}

/// Returns a builder with short waits.
pub(crate) fn builder(address: SocketAddr) -> DefiClientBuilder {
    let limits = Limits {
        backoff: Duration::from_millis(10),
        total: Duration::from_secs(10),
        ..Limits::default()
    };
    DefiClient::builder(&format!("http://{address}")).api_key(KEY.into()).limits(limits)
}

pub(crate) fn order() -> QuoteRequest {
    QuoteRequest {
        from: Asset::ById(1),
        to: Asset::ById(4),
        amount: HumanAmount::from_lots(Lots::from(1_500_000), 6),
        slippage_bps: Bps::new(50).unwrap(),
    }
}

/// An order that every profile can write.
pub(crate) fn order_by_address() -> QuoteRequest {
    let asset =
        |network_id, address: &str| Asset::ByAddress { network_id, address: address.into() };
    QuoteRequest { from: asset(1, "0xA"), to: asset(4, "B"), ..order() }
}

pub(crate) fn creation() -> CreateIntentRequest {
    CreateIntentRequest {
        quote_id: "q1".to_owned(),
        from_address: "0xA".to_owned(),
        refund_address: "0xA".to_owned(),
        public_key: None,
        to_address: "B".to_owned(),
        order: Some(order()),
    }
}

pub(crate) fn approval() -> ApprovalSubmission {
    ApprovalSubmission::Permit2 { signature: "0x5161".to_owned() }
}

async fn answer(
    State(script): State<Script>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    script.asked.lock().unwrap().push(Asked { method, uri, headers, body });
    let next = script.replies.lock().unwrap().pop_front();
    let reply = next.unwrap_or_else(|| Reply::new(418, "the script is over"));
    tokio::time::sleep(reply.delay).await;
    let mut response = (StatusCode::from_u16(reply.status).unwrap(), reply.body).into_response();
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
