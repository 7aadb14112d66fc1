//! Networks, tokens, and the documents that pin them.

use countersign_sandbox::{Sandbox, SandboxConfig};

use crate::client::{get, token};

#[tokio::test]
async fn lists_networks_and_tokens() {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let networks = get(&sandbox, "/v1/networks").await.json();
    let ids: Vec<_> = networks
        .as_array()
        .unwrap()
        .iter()
        .map(|network| network["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, [1, 5, 2, 3, 4]);
    let kinds: Vec<_> =
        networks.as_array().unwrap().iter().map(|network| &network["type"]).collect();
    assert_eq!(kinds, ["EVM", "EVM", "TRON", "BITCOIN", "SOLANA"]);
    let page = get(&sandbox, "/v1/tokens?network_id=1&limit=2&offset=1").await.json();
    assert_eq!(page["pagination"]["total"], 4);
    assert_eq!(page["pagination"]["pages"], 2);
    assert_eq!(page["data"][0]["symbol"], "WETH");
    let found = get(&sandbox, &format!("/v1/tokens?q={}", token(&sandbox, "USDT"))).await.json();
    assert_eq!(found["data"][0]["token_id"], 3);
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn each_start_has_keys_and_contracts_of_its_own() {
    let first = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let second = Sandbox::start(SandboxConfig::default()).await.unwrap();
    assert_ne!(first.registry_toml(), second.registry_toml());
    assert_ne!(first.api_key(), second.api_key());
    assert_ne!(first.accounts()[0].address, second.accounts()[0].address);
    assert_eq!(first.policy_toml(), second.policy_toml());
    assert!(first.registry_toml().contains("chain_id = 910001"));
}

#[tokio::test]
async fn frees_its_port() {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let port = sandbox.url().rsplit(':').next().unwrap().parse().unwrap();
    let taken = Sandbox::start(SandboxConfig { port, ..SandboxConfig::default() }).await;
    assert_eq!(taken.unwrap_err().to_string(), format!("cannot listen on 127.0.0.1:{port}"));
    sandbox.shutdown().await;
    let again = Sandbox::start(SandboxConfig { port, ..SandboxConfig::default() }).await.unwrap();
    assert!(again.url().ends_with(&format!(":{port}")));
}
