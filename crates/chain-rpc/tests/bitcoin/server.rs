//! A server that keeps what it was asked, and answers by a function.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use countersign_chain_rpc::{CoreRpc, Esplora, HttpRpc, RpcUrl};
use countersign_http_client::transport::{Auth, Limits};
use serde_json::Value;
use tokio::net::TcpListener;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) body: String,
    pub(crate) content_type: String,
    pub(crate) authorization: String,
}

type Answer = Box<dyn Fn(&Asked) -> (u16, String) + Send + Sync>;

struct Script {
    answer: Answer,
    delay: Duration,
    asked: Mutex<Vec<Asked>>,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    script: Arc<Script>,
}

impl Server {
    /// Answers each request by its own.
    pub(crate) async fn start(
        answer: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        Self::slow(Duration::ZERO, answer).await
    }

    /// Answers after a while.
    pub(crate) async fn slow(
        delay: Duration,
        answer: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let script = Arc::new(Script { answer: Box::new(answer), delay, asked: Mutex::default() });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&script));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.asked.lock().unwrap().clone()
    }

    /// Returns which methods were called, in order.
    pub(crate) fn methods(&self) -> Vec<String> {
        let method = |asked: &Asked| {
            let question: Value = serde_json::from_str(&asked.body).unwrap();
            question["method"].as_str().unwrap().to_owned()
        };
        self.asked().iter().map(method).collect()
    }

    pub(crate) fn url(&self, path: &str) -> RpcUrl {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    pub(crate) fn core(&self) -> CoreRpc {
        CoreRpc::new(HttpRpc::new(self.url("/"), Auth::None, limits()).unwrap())
    }

    pub(crate) fn esplora(&self) -> Esplora {
        Esplora::connect(self.url("/api"), Auth::None, limits()).unwrap()
    }
}

/// Short waits.
pub(crate) fn limits() -> Limits {
    Limits {
        attempt: Duration::from_millis(500),
        total: Duration::from_secs(2),
        retries: 1,
        backoff: Duration::from_millis(1),
        ..Limits::default()
    }
}

async fn serve(
    State(script): State<Arc<Script>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, String) {
    let header = |name: &str| {
        headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let asked = Asked {
        method,
        uri: uri.to_string(),
        body,
        content_type: header("content-type"),
        authorization: header("authorization"),
    };
    script.asked.lock().unwrap().push(asked.clone());
    tokio::time::sleep(script.delay).await;
    let (status, body) = (script.answer)(&asked);
    (StatusCode::from_u16(status).unwrap(), body)
}
