//! Passwords, and URLs that hold keys: sent, and shown nowhere.

use std::fmt::Write as _;

use countersign_approval::BitcoinChainView;
use countersign_chain_rpc::{CoreRpc, Esplora, HttpRpc};
use countersign_http_client::transport::{Auth, StaticKey};
use countersign_testkit::Captured;

use crate::sample::{REGTEST, script, transaction};
use crate::server::{Server, limits};

const PASSWORD: &str = "pa55word-0123456789";
/// The name and the password, as they are sent.
const BASIC: &str = "dXNlcjpwYTU1d29yZC0wMTIzNDU2Nzg5";
const KEY: &str = "k3y-0123456789";
const PATH: &str = "/v1/k3y-0123456789/?token=k3y-0123456789-too";

fn core(server: &Server) -> CoreRpc {
    let key = StaticKey::basic(&format!("user:{PASSWORD}").into()).unwrap();
    CoreRpc::new(HttpRpc::new(server.url(PATH), key, limits()).unwrap())
}

fn esplora(server: &Server) -> Esplora {
    Esplora::connect(server.url(PATH), Auth::None, limits()).unwrap()
}

/// Returns all that the views show of themselves and of their failures.
async fn shown(server: &Server) -> String {
    let (core, esplora) = (core(server), esplora(server));
    let views: [&dyn BitcoinChainView; 2] = [&core, &esplora];
    let mut shown = format!("{core:?} {esplora:?}");
    for view in views {
        let coins = view.coins(REGTEST, &[script()]).await.unwrap_err();
        let sent = view.broadcast(REGTEST, &transaction()).await.unwrap_err();
        write!(shown, " {coins} {coins:?} {sent} {sent:?}").unwrap();
    }
    shown
}

fn assert_hidden(text: &str) {
    for secret in [PASSWORD, BASIC, KEY] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn no_failure_and_no_log_shows_a_secret() {
    let captured = Captured::start();

    let echo = format!("no access by {PASSWORD}, Basic {BASIC}, {PATH}");
    for status in [200, 400, 401, 503] {
        let echo = echo.clone();
        let server = Server::start(move |_| (status, echo.clone())).await;
        assert_hidden(&shown(&server).await);
    }
    let message = serde_json::json!(echo);
    let failing = Server::start(move |asked| {
        let question: serde_json::Value = serde_json::from_str(&asked.body).unwrap_or_default();
        let error = format!(r#"{{"code": -1, "message": {message}}}"#);
        (200, format!(r#"{{"jsonrpc": "2.0", "id": {}, "error": {error}}}"#, question["id"]))
    })
    .await;
    let told = shown(&failing).await;
    assert!(told.contains("no access by [redacted], Basic [redacted], /v1/[redacted]"), "{told}");
    assert_hidden(&told);
    assert!(captured.text().contains("hyper"), "that of the layers below is captured");
    assert_hidden(&captured.text());
}

#[tokio::test]
async fn the_password_and_the_whole_url_are_sent() {
    let server = Server::start(|_| (500, String::new())).await;
    let _ = core(&server).coins(REGTEST, &[]).await;
    let _ = esplora(&server).coins(REGTEST, &[]).await;
    let asked = server.asked();
    assert_eq!(asked[0].authorization, format!("Basic {BASIC}"));
    assert_eq!(asked[0].uri, PATH);
    let path = "/v1/k3y-0123456789/block-height/0?token=k3y-0123456789-too";
    assert_eq!(asked.last().unwrap().uri, path);
}

#[tokio::test]
async fn a_refusal_does_not_echo_the_key() {
    let server = Server::start(|asked| {
        if asked.uri.contains("block-height") {
            let genesis = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206";
            return (200, genesis.to_owned());
        }
        (400, format!("refused at {PATH}"))
    })
    .await;
    let refused = esplora(&server).broadcast(REGTEST, &transaction()).await.unwrap_err();
    assert!(refused.to_string().contains("refused at /v1/[redacted]"), "{refused}");
    assert_hidden(&format!("{refused:?}"));
}
