//! Swaps out of Tron and to it: addresses in base58check, and a chain id that has to be masked.

use std::time::Duration;

use countersign_sandbox::{PayloadForm, Sandbox, SandboxConfig};
use countersign_units::TronAddress;

use crate::client::{
    DIALECTS, Dialect, Wish, account, balance, get, id, token, tron_account, wait_for,
};

struct Scene {
    sandbox: Sandbox,
    usdt: String,
    sol: String,
    recipient: String,
}

impl Scene {
    async fn new(config: SandboxConfig) -> Self {
        let step = Duration::from_millis(5);
        let sandbox = Sandbox::start(SandboxConfig { step, ..config }).await.unwrap();
        let (usdt, sol) = (token(&sandbox, "USDT_tron"), token(&sandbox, "SOL"));
        let recipient = sandbox.new_recipient("solana").unwrap();
        Self { sandbox, usdt, sol, recipient }
    }

    fn wish<'a>(&'a self, dialect: Dialect, owner: &'a str) -> Wish<'a> {
        Wish {
            dialect,
            from: (2, &self.usdt),
            to: (4, &self.sol),
            amount: "100.5",
            owner,
            recipient: &self.recipient,
        }
    }
}

fn is_tron(text: &str) -> bool {
    text.parse::<TronAddress>().is_ok()
}

#[tokio::test]
async fn finishes_in_every_dialect_and_form() {
    for payload_form in [PayloadForm::Api, PayloadForm::TypedData] {
        for dialect in DIALECTS {
            let config = SandboxConfig { payload_form, ..SandboxConfig::default() };
            let scene = Scene::new(config).await;
            let user = tron_account(&scene.sandbox, "default");
            let wish = scene.wish(dialect, &user.address);
            let intent = wish.open(&scene.sandbox).await;
            let signature = wish.sign(&user, &intent, "100500000");
            let approved = wish.approve(&scene.sandbox, &intent, &signature).await;
            assert_eq!(approved.status, 200, "{dialect:?} {payload_form:?} {approved:?}");
            let finished = if dialect == Dialect::G0 { "Fulfilled" } else { "Finished" };
            wait_for(&scene.sandbox, &intent, finished).await;
            assert_eq!(balance(&scene.sandbox, &user.address, "USDT_tron"), "99899500000");
            assert_eq!(balance(&scene.sandbox, &scene.recipient, "SOL"), "670000000");
            let deposit = scene.sandbox.executions().swap_remove(0);
            assert_eq!((deposit.network.as_str(), &deposit.from), ("tron", &user.address));
            assert!(is_tron(&deposit.to));
        }
    }
}

#[tokio::test]
async fn pays_on_tron() {
    let scene = Scene::new(SandboxConfig::default()).await;
    let usdc = token(&scene.sandbox, "USDC");
    let user = account(&scene.sandbox, "default");
    let recipient = scene.sandbox.new_recipient("tron").unwrap();
    assert!(is_tron(&recipient));
    let wish = Wish {
        from: (1, &usdc),
        to: (2, &scene.usdt),
        recipient: &recipient,
        ..scene.wish(Dialect::G3, &user.address)
    };
    let intent = wish.open(&scene.sandbox).await;
    let signature = wish.sign(&user, &intent, "100500000");
    assert_eq!(wish.approve(&scene.sandbox, &intent, &signature).await.status, 200);
    wait_for(&scene.sandbox, &intent, "Finished").await;
    assert_eq!(balance(&scene.sandbox, &recipient, "USDT_tron"), "100500000");
    let executions = scene.sandbox.executions();
    let payout = executions.iter().find(|ran| ran.call == "SandboxToken.transfer").unwrap();
    assert_eq!((payout.network.as_str(), &payout.to), ("tron", &recipient));
}

#[tokio::test]
async fn one_key_owns_funds_on_both_kinds_of_network() {
    let scene = Scene::new(SandboxConfig::default()).await;
    let user = account(&scene.sandbox, "default");
    let on_tron = tron_account(&scene.sandbox, "default");
    assert_eq!(user.private_key(), on_tron.private_key());
    let evm = on_tron.address.parse::<TronAddress>().unwrap().to_evm();
    assert_eq!(evm.to_string(), user.address);
    let tokens = |address: &str| {
        let balances = scene.sandbox.balances(address);
        balances.into_iter().map(|balance| balance.token).collect::<Vec<_>>()
    };
    assert_eq!(tokens(&on_tron.address), ["USDT_tron", "TRX"]);
    assert_eq!(tokens(&user.address), ["USDC", "WETH", "USDT", "ETH", "USDC_base"]);
}

#[tokio::test]
async fn the_documents_pin_it_in_base58check() {
    let scene = Scene::new(SandboxConfig::default()).await;
    let registry = scene.sandbox.registry_toml();
    let tron = registry.split("[networks.tron]\n").nth(1).unwrap().split("\n\n").next().unwrap();
    assert!(tron.starts_with("kind = \"tron\"\napi_network_id = 2\nchain_id = 910195\n"));
    for member in ["permit2", "escrows", "resolvers"] {
        let line = tron.lines().find(|line| line.starts_with(member)).unwrap();
        assert!(is_tron(line.split('"').nth(1).unwrap()), "{line}");
    }
    assert!(is_tron(&scene.usdt));
    assert!(scene.sandbox.policy_toml().contains("[limits.USDT_tron]"));
}

#[tokio::test]
async fn takes_no_address_in_another_form() {
    let scene = Scene::new(SandboxConfig::default()).await;
    let evm = account(&scene.sandbox, "default").address;
    let wish = scene.wish(Dialect::G2, &evm);
    let quote = wish.quote(&scene.sandbox).await.json();
    let refused = wish.create(&scene.sandbox, quote["id"].as_str().unwrap()).await;
    assert_eq!((refused.status, &refused.json()["message"]), (422, &"Invalid address".into()));

    let usdc = token(&scene.sandbox, "USDC");
    let wish = Wish {
        from: (1, &usdc),
        to: (2, &scene.usdt),
        recipient: &evm,
        ..scene.wish(Dialect::G2, &evm)
    };
    let quote = wish.quote(&scene.sandbox).await.json();
    let refused = wish.create(&scene.sandbox, quote["id"].as_str().unwrap()).await;
    assert_eq!((refused.status, &refused.json()["message"]), (422, &"Invalid address".into()));
}

#[tokio::test]
async fn the_chain_says_why_it_refuses() {
    let scene = Scene::new(SandboxConfig::default()).await;
    let poor = tron_account(&scene.sandbox, "no-allowance");
    let wish = scene.wish(Dialect::G2, &poor.address);
    let intent = wish.open(&scene.sandbox).await;
    let signature = wish.sign(&poor, &intent, "100500000");
    let refused = wish.approve(&scene.sandbox, &intent, &signature).await;
    assert_eq!((refused.status, &refused.json()["code"]), (422, &25.into()));

    let user = tron_account(&scene.sandbox, "default");
    let wish = scene.wish(Dialect::G2, &user.address);
    let intent = wish.open(&scene.sandbox).await;
    let refused =
        wish.approve(&scene.sandbox, &intent, &wish.sign(&user, &intent, "100500001")).await;
    assert!(refused.body.contains("InvalidSigner"), "{refused:?}");
    let status = get(&scene.sandbox, &format!("/v1/intents/{}", id(&intent))).await.json();
    assert_eq!(status["status"], "Created");
    let nonce = intent["params_to_sign"]["nonce"].to_string();
    assert!(!scene.sandbox.nonce_used(&user.address, &nonce));
    wish.approve(&scene.sandbox, &intent, &wish.sign(&user, &intent, "100500000")).await;
    assert!(scene.sandbox.nonce_used(&user.address, &nonce));
}
