//! Answers that break on their way.

use std::time::{Duration, Instant};

use countersign_sandbox::{Fault, Sandbox, SandboxConfig};

use crate::client::{Answer, Dialect, Wish, account, get, token};

async fn created_under(fault: Fault) -> Answer {
    let config = SandboxConfig {
        fault: Some(fault),
        lateness: Duration::from_millis(300),
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await.unwrap();
    let (usdc, sol) = (token(&sandbox, "USDC"), token(&sandbox, "SOL"));
    let user = account(&sandbox, "default");
    let recipient = sandbox.new_recipient("solana").unwrap();
    let wish = Wish {
        dialect: Dialect::G2,
        from: (1, &usdc),
        to: (4, &sol),
        amount: "100",
        owner: &user.address,
        recipient: &recipient,
    };
    let quote = wish.quote(&sandbox).await.json();
    wish.create(&sandbox, quote["id"].as_str().unwrap()).await
}

#[tokio::test]
async fn late() {
    let start = Instant::now();
    let answer = created_under(Fault::Late).await;
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(answer.json()["approval_type"], "permit2");
}

#[tokio::test]
async fn duplicated() {
    let answer = created_under(Fault::Duplicated).await;
    assert_eq!(answer.body.matches("\"escrow_contract_address\"").count(), 2);
}

#[tokio::test]
async fn truncated() {
    let answer = created_under(Fault::Truncated).await;
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&answer.body).unwrap_err().is_eof());
}

#[tokio::test]
async fn oversized() {
    let answer = created_under(Fault::Oversized).await;
    assert!(answer.body.len() > 8 * 1024 * 1024);
    assert_eq!(answer.json()["approval_type"], "permit2");
}

#[tokio::test]
async fn wrong_typed() {
    let answer = created_under(Fault::WrongTyped).await.json();
    assert!(answer["params_to_sign"]["escrow_contract_address"].is_number());
    assert!(answer["secret_hash"].is_boolean());
}

#[tokio::test]
async fn html() {
    let answer = created_under(Fault::Html).await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: text/html"));
}

#[tokio::test]
async fn server_error() {
    assert_eq!(created_under(Fault::ServerError).await.status, 500);
    let config = SandboxConfig { fault: Some(Fault::ServerError), ..SandboxConfig::default() };
    let sandbox = Sandbox::start(config).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(get(&sandbox, "/v1/networks").await.status);
    }
    assert_eq!(seen, [503, 503, 200, 503]);
}
