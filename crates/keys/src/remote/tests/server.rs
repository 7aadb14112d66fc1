use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use tokio::net::TcpListener;

use super::made;
use crate::Keyring;
use crate::remote::{
    BaseUrl, Clients, HmacKey, RemoteAccess, RemoteSource, SigningCall, SigningService,
};

pub(super) const SECRET: &str = "hmac-secret-4242-hmac-secret-4242";
const LIMIT: usize = 4 << 20;

pub(super) fn hmac_key() -> HmacKey {
    HmacKey::new("countersign-1", &SECRET.into()).unwrap()
}

/// A server on this machine.
pub(super) struct Server {
    pub(super) base: BaseUrl,
    asked: Arc<AtomicU32>,
}

#[derive(Clone)]
struct App {
    service: SigningService,
    asked: Arc<AtomicU32>,
}

impl Server {
    /// Puts a service behind axum.
    pub(super) async fn start(service: SigningService) -> Self {
        let asked = Arc::new(AtomicU32::new(0));
        let app = App { service, asked: Arc::clone(&asked) };
        let router = Router::new().fallback(answer).with_state(app);
        Self { base: serve(router).await, asked }
    }

    /// Answers everything with one status and one body, after a while.
    pub(super) async fn hostile(status: u16, body: &str, wait: Duration) -> Self {
        let asked = Arc::new(AtomicU32::new(0));
        let (counter, body) = (Arc::clone(&asked), body.to_owned());
        let handler = move || async move {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(wait).await;
            Response::builder().status(status).body(Body::from(body)).unwrap()
        };
        Self { base: serve(Router::new().fallback(handler)).await, asked }
    }

    pub(super) fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) fn source(&self) -> RemoteSource {
        source(&self.base, Duration::from_secs(20))
    }
}

pub(super) fn source(base: &BaseUrl, deadline: Duration) -> RemoteSource {
    let access = RemoteAccess::hmac(hmac_key());
    RemoteSource::new("remote", base.clone(), access, deadline).unwrap()
}

async fn serve(router: Router) -> BaseUrl {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    base.parse().unwrap()
}

async fn answer(State(app): State<App>, request: Request) -> Response {
    app.asked.fetch_add(1, Ordering::SeqCst);
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LIMIT).await.unwrap().to_vec();
    let request = http::Request::from_parts(parts, body);
    app.service.answer(&request, made::now_ms()).await.map(Body::from)
}

/// A service by rules that allow everything.
pub(super) async fn service() -> SigningService {
    let rules = |_: &SigningCall<'_>| Ok(());
    SigningService::new(made::vault().await, Clients::hmac([hmac_key()]), rules)
}

/// A keyring whose keys are behind a server.
pub(super) async fn keyring(server: &Server) -> Keyring {
    Keyring::new(&made::config("remote"), [server.source().into_source()]).await.unwrap()
}

impl Server {
    /// Serves what a router does.
    pub(super) async fn of(router: Router) -> Self {
        Self { base: serve(router).await, asked: Arc::default() }
    }
}
