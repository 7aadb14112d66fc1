//! A service that knows its clients by their certificates.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::serve::Listener;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};
use tokio_rustls::server::TlsStream;

use super::made;
use super::server::{Server, hmac_key, service};
use crate::remote::{
    BaseUrl, ClientIdentity, Clients, RemoteAccess, RemoteSource, SigningCall, SigningService,
};
use crate::{Keyring, KeyringError};

const DEADLINE: Duration = Duration::from_secs(20);

/// One who vouches for others.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    fn issue(&self, names: &[&str]) -> (rcgen::Certificate, KeyPair) {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let key = KeyPair::generate().unwrap();
        (CertificateParams::new(names).unwrap().signed_by(&key, &self.0).unwrap(), key)
    }

    /// Makes a certificate of a client, with its key.
    fn client(&self) -> ClientIdentity {
        let (certificate, key) = self.issue(&["backend-1"]);
        let pem = format!("{}{}", certificate.pem(), key.serialize_pem());
        ClientIdentity::from_pem(&pem.into()).unwrap()
    }
}

/// Lets in those alone who show a certificate that our authority vouches for.
struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.tcp.accept().await.unwrap();
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

async fn serve(authority: &Authority) -> BaseUrl {
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.0.der().clone()).unwrap();
    let clients =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let (certificate, key) = authority.issue(&["localhost"]);
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://localhost:{}", tcp.local_addr().unwrap().port());
    let rules = |_: &SigningCall<'_>| Ok(());
    let service = SigningService::new(made::vault().await, Clients::ByCertificate, rules);
    let router = Router::new().fallback(answer).with_state(service);
    let listener = TlsListener { tcp, acceptor: TlsAcceptor::from(Arc::new(config)) };
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    base.parse().unwrap()
}

async fn answer(State(service): State<SigningService>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap().to_vec();
    let request = http::Request::from_parts(parts, body);
    service.answer(&request, made::now_ms()).await.map(Body::from)
}

/// Makes a keyring: the service is asked for its public keys.
async fn keyring(base: &BaseUrl, access: RemoteAccess) -> Result<Keyring, KeyringError> {
    let source = RemoteSource::new("remote", base.clone(), access, DEADLINE).unwrap();
    Keyring::new(&made::config("remote"), [source.into_source()]).await
}

#[tokio::test]
async fn a_client_with_a_certificate_is_served() {
    let authority = Authority::new();
    let base = serve(&authority).await;
    let access = RemoteAccess::mutual_tls(authority.client());
    let access = access.trust_only(&authority.0.pem()).unwrap();
    for test in keyring(&base, access).await.unwrap().test().await {
        assert_eq!(test.outcome, Ok(()), "{:?}", test.key);
    }
}

#[tokio::test]
async fn whoever_is_not_known_is_not_served() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let base = serve(&authority).await;
    let trusted = authority.0.pem();
    for (name, access) in [
        ("another's certificate", RemoteAccess::mutual_tls(stranger.client())),
        ("no certificate", RemoteAccess::hmac(hmac_key())),
    ] {
        let access = access.trust_only(&trusted).unwrap();
        let error = keyring(&base, access).await.unwrap_err();
        assert!(
            error.to_string().contains("the source remote is not available"),
            "{name}: {error}"
        );
    }
}

#[tokio::test]
async fn a_service_that_is_not_known_is_not_asked() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let base = serve(&authority).await;
    let access = RemoteAccess::mutual_tls(authority.client());
    for access in [access.clone().trust_only(&stranger.0.pem()).unwrap(), access] {
        let error = keyring(&base, access).await.unwrap_err();
        assert!(error.to_string().contains("the source remote is not available"), "{error}");
    }
}

#[tokio::test]
async fn a_certificate_is_shown_over_tls_alone() {
    let plain = Server::start(service().await).await;
    let access = RemoteAccess::mutual_tls(Authority::new().client());
    let refused = RemoteSource::new("remote", plain.base.clone(), access, DEADLINE);
    assert!(refused.is_err());
    for pem in ["", "no certificate"] {
        assert!(RemoteAccess::hmac(hmac_key()).trust_only(pem).is_err(), "{pem}");
        assert!(ClientIdentity::from_pem(&pem.to_owned().into()).is_err(), "{pem}");
    }
    let shown = format!("{:?}", Authority::new().client());
    assert_eq!(shown, "ClientIdentity(..)");
}
