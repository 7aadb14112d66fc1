//! Quotes, deposits and intents against the chains themselves.

use std::time::Duration;

use alloy::primitives::{Address, U256};
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use countersign_units::{UnixMillis, UnixSeconds};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::words::Progress;
use super::{Api, GenerateBody, QuoteBody, Quoted, SubmitBody, Terms, moment, primary};
use crate::SandboxConfig;
use crate::clock;
use crate::market::{TOKENS, TokenListing};
use crate::network::{Network, TRON};
use crate::world::{Token, World};

struct Stage {
    world: World,
    quoted: Quoted,
    config: SandboxConfig,
}

fn now() -> UnixSeconds {
    clock::seconds(clock::now())
}

fn listing(key: &str) -> &'static TokenListing {
    TOKENS.iter().find(|listing| listing.key == key).unwrap()
}

fn in_millis(millis: u64) -> String {
    moment::write(UnixMillis::new(clock::now().value().saturating_add(millis)))
}

impl Stage {
    fn new() -> Self {
        let config = SandboxConfig { step: Duration::ZERO, ..SandboxConfig::default() };
        let world = World::start(now(), &config).unwrap();
        let quoted = Quoted::start(&world, config.wealth);
        Self { world, quoted, config }
    }

    fn user(&self) -> Address {
        self.world.parties().user.address()
    }

    /// Asks to pay in one token, to be paid SOL.
    fn request(&self, from: &str, change: &Value) -> QuoteBody {
        let source = listing(from);
        let refund = source.network.addresses().map(|form| form.write(self.user()));
        let mut body = json!({
            "dry": false, "swapType": "EXACT_INPUT", "slippageTolerance": 100,
            "originAsset": primary(source), "depositType": "ORIGIN_CHAIN",
            "destinationAsset": primary(listing("SOL")), "amount": "100000000",
            "refundTo": refund, "refundType": "ORIGIN_CHAIN",
            "recipient": crate::documents::new_recipient("solana"),
            "recipientType": "DESTINATION_CHAIN", "deadline": in_millis(60_000),
        });
        let changes = change.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(changes);
        serde_json::from_value(body).unwrap()
    }

    fn quote(&mut self, api: Api, body: QuoteBody) -> Result<Value, String> {
        let answer = self.quoted.quote(&mut self.world, Terms { api, tamper: None }, body)?;
        Ok(serde_json::from_str(&answer.to_string()).unwrap())
    }

    fn token(&self, key: &str) -> Token {
        self.world.tokens().iter().find(|token| token.listing.key == key).unwrap().clone()
    }

    /// Sends tokens of the user's to an address.
    fn fund(&mut self, key: &str, address: &str, amount: u64) {
        let (token, user) = (self.token(key), self.user());
        let network: &Network = token.listing.network;
        let to = network.addresses().unwrap().read(address).unwrap();
        let chain = self.world.chain_named(network.name).unwrap();
        chain.transfer(now(), token.contract, (user, to), U256::from(amount)).unwrap();
    }

    fn held(&mut self, key: &str, address: &str) -> String {
        let balances = self.world.balances(address);
        balances.iter().find(|balance| balance.token == key).unwrap().lots.to_string()
    }

    fn ticks(&mut self, count: usize) {
        for _ in 0..count {
            self.quoted.tick(&mut self.world, &self.config);
        }
    }

    fn status(&mut self, address: &str) -> Value {
        self.quoted.refresh(&mut self.world, &self.config, address);
        let status = self.quoted.deposit_mut(address).unwrap().status();
        serde_json::from_str(&status.to_string()).unwrap()
    }
}

fn address_of(answer: &Value) -> String {
    answer["quote"]["depositAddress"].as_str().unwrap().to_owned()
}

#[test]
fn a_deposit_is_found_and_paid_out() {
    for (api, key) in [(Api::OneClick, "USDC"), (Api::Aurora, "USDT_tron")] {
        let mut stage = Stage::new();
        let body = stage.request(key, &json!({}));
        let recipient = body.recipient.clone();
        let answer = stage.quote(api, body).unwrap();
        let address = address_of(&answer);
        // A hundred dollars buy two thirds of a SOL, without the platform's 20 basis points.
        assert_eq!(answer["quote"]["amountOut"], "665333332");
        assert_eq!(answer["quote"]["minAmountOut"], "658679998");
        assert_eq!(stage.status(&address)["status"], "PENDING_DEPOSIT");
        stage.quoted.deposit_mut(&address).unwrap().submit("0x12");
        assert_eq!(stage.status(&address)["status"], "KNOWN_DEPOSIT_TX");
        stage.fund(key, &address, 100_000_000);
        assert_eq!(stage.status(&address)["status"], "PROCESSING");
        stage.ticks(1);
        let status = stage.status(&address);
        assert_eq!(status["status"], "SUCCESS");
        assert_eq!(status["swapDetails"]["amountOut"], "665333332");
        assert_eq!(status["swapDetails"]["refundedAmount"], "0");
        assert_eq!(stage.held("SOL", &recipient), "665333332");
    }
}

#[test]
fn too_little_waits_and_can_be_topped_up() {
    let mut stage = Stage::new();
    let body = stage.request("USDC", &json!({}));
    let address = address_of(&stage.quote(Api::OneClick, body).unwrap());
    stage.fund("USDC", &address, 99_999_999);
    assert_eq!(stage.status(&address)["status"], "INCOMPLETE_DEPOSIT");
    stage.ticks(3);
    assert_eq!(stage.status(&address)["status"], "INCOMPLETE_DEPOSIT");
    stage.fund("USDC", &address, 1);
    stage.ticks(2);
    assert_eq!(stage.status(&address)["status"], "SUCCESS");
}

#[test]
fn too_little_is_refunded_after_the_deadline_and_nothing_is_pending_for_ever() {
    let mut stage = Stage::new();
    let deadline = json!({ "deadline": in_millis(1_500) });
    let [funded, unfunded] = [(); 2].map(|()| {
        let body = stage.request("USDC", &deadline);
        address_of(&stage.quote(Api::OneClick, body).unwrap())
    });
    let (user, before) = (stage.user().to_string(), 100_000_000_000_u64);
    stage.fund("USDC", &funded, 60_000_000);
    stage.ticks(2);
    std::thread::sleep(Duration::from_millis(1_600));
    stage.ticks(2);
    let status = stage.status(&funded);
    assert_eq!(status["status"], "REFUNDED");
    assert_eq!(status["swapDetails"]["refundReason"], "PARTIAL_DEPOSIT");
    // Five basis points of what was asked for stay behind.
    assert_eq!(status["swapDetails"]["refundedAmount"], "59950000");
    assert_eq!(stage.held("USDC", &user), (before - 50_000).to_string());
    assert_eq!(stage.status(&unfunded)["status"], "PENDING_DEPOSIT");
    // What comes too late goes back whole.
    stage.fund("USDC", &unfunded, 100_000_000);
    stage.ticks(2);
    assert_eq!(stage.status(&unfunded)["swapDetails"]["refundedAmount"], "99950000");
}

#[test]
fn what_is_too_much_is_paid_back_and_a_second_deposit_is_told() {
    let mut stage = Stage::new();
    let body = stage.request("USDC", &json!({}));
    let address = address_of(&stage.quote(Api::Aurora, body).unwrap());
    stage.fund("USDC", &address, 150_000_000);
    stage.ticks(3);
    let status = stage.status(&address);
    assert_eq!(status["status"], "SUCCESS");
    assert_eq!(status["swapDetails"]["depositedAmount"], "150000000");
    assert_eq!(status["swapDetails"]["refundedAmount"], "50000000");
    stage.fund("USDC", &address, 100_000_000);
    stage.quoted.count(&mut stage.world);
    let records = super::records(&stage.quoted);
    assert_eq!(records[0].received.to_string(), "250000000");
    assert_eq!((records[0].expected.to_string(), records[0].payouts), ("100000000".into(), 1));
}

#[test]
fn the_other_side_can_be_exact_or_vary() {
    let mut stage = Stage::new();
    let change = json!({ "swapType": "EXACT_OUTPUT", "amount": "665333332" });
    let body = stage.request("USDC", &change);
    let answer = stage.quote(Api::OneClick, body).unwrap();
    assert_eq!(answer["quote"]["amountOut"], "665333332");
    let least: u64 = answer["quote"]["minAmountIn"].as_str().unwrap().parse().unwrap();
    let most: u64 = answer["quote"]["amountIn"].as_str().unwrap().parse().unwrap();
    assert!((100_000_000..100_000_010).contains(&least), "{least}");
    assert!((101_000_000..101_000_020).contains(&most), "{most}");
    let address = address_of(&answer);
    stage.fund("USDC", &address, most);
    stage.ticks(3);
    assert_eq!(stage.status(&address)["swapDetails"]["amountOut"], "665333332");

    let body = stage.request("USDC", &json!({ "swapType": "FLEX_INPUT" }));
    let address = address_of(&stage.quote(Api::OneClick, body).unwrap());
    stage.fund("USDC", &address, 99_000_000);
    stage.ticks(3);
    assert_eq!(stage.status(&address)["swapDetails"]["amountOut"], "658680000");
}

#[test]
fn declines_what_it_does_not_do() {
    let mut stage = Stage::new();
    for (change, reason) in [
        (json!({ "swapType": "ANY_INPUT" }), "ANY_INPUT is not available"),
        (json!({ "originAsset": "nep141:wrap.near" }), "tokenIn is not valid"),
        (json!({ "destinationAsset": "" }), "tokenOut is not valid"),
        (json!({ "recipient": "0x12" }), "recipient is not valid"),
        (json!({ "refundTo": "nobody" }), "refundTo is not valid"),
        (json!({ "depositMode": "MEMO" }), "Incorrect depositMode"),
        (json!({ "deadline": "2020-01-01T00:00:00Z" }), "deadline is not valid"),
        (json!({ "amount": "-1" }), "amount is not valid"),
        (json!({ "amount": "0" }), "Amount is too low for bridge, try at least 1000"),
        (json!({ "amount": "9".repeat(60) }), "No liquidity available"),
    ] {
        let body = stage.request("USDC", &change);
        assert_eq!(stage.quote(Api::OneClick, body).unwrap_err(), reason);
    }
    assert!(stage.quoted.deposits().is_empty());
}

/// Signs by each standard, with other code than what verifies.
fn signed(stage: &Stage, standard: &str, intent: &Value) -> Value {
    let payload = &intent["payload"];
    let evm = crate::network::ETHEREUM;
    let key = stage.world.parties().user.account("default", &evm).unwrap();
    let key: PrivateKeySigner = key.private_key().parse().unwrap();
    let seed = *stage.world.solana().user.secret_bytes();
    let ed25519 = SigningKey::from_bytes(&seed);
    let in_base58 = |bytes: &[u8]| bs58::encode(bytes).into_string();
    let public_key = format!("ed25519:{}", in_base58(ed25519.verifying_key().as_bytes()));
    let text = payload.as_str().unwrap_or_default().as_bytes();
    match standard {
        "erc191" => {
            let signature = key.sign_message_sync(text).unwrap();
            let bytes = [&signature.as_bytes()[..64], &[u8::from(signature.v())]].concat();
            json!({ "standard": standard, "payload": payload,
                "signature": format!("secp256k1:{}", in_base58(&bytes)) })
        }
        "tip191" => {
            let head = format!("\x19TRON Signed Message:\n{}", text.len());
            let hash = alloy::primitives::keccak256([head.as_bytes(), text].concat());
            let signature = key.sign_hash_sync(&hash).unwrap();
            let bytes = [&signature.as_bytes()[..64], &[u8::from(signature.v())]].concat();
            json!({ "standard": standard, "payload": payload,
                "signature": format!("secp256k1:{}", in_base58(&bytes)) })
        }
        _ => {
            let bytes = if standard == "nep413" { nep413(payload) } else { text.to_vec() };
            let signature = ed25519.sign(&bytes).to_bytes();
            json!({ "standard": standard, "payload": payload, "public_key": public_key,
                "signature": format!("ed25519:{}", in_base58(&signature)) })
        }
    }
}

fn nep413(payload: &Value) -> Vec<u8> {
    use base64::Engine as _;
    let text = |name: &str| payload[name].as_str().unwrap().as_bytes();
    let nonce = base64::engine::general_purpose::STANDARD.decode(text("nonce")).unwrap();
    let mut bytes = 2_147_484_061_u32.to_le_bytes().to_vec();
    bytes.extend(u32::try_from(text("message").len()).unwrap().to_le_bytes());
    bytes.extend(text("message"));
    bytes.extend(nonce);
    bytes.extend(u32::try_from(text("recipient").len()).unwrap().to_le_bytes());
    bytes.extend(text("recipient"));
    bytes.push(0);
    Sha256::digest(bytes).to_vec()
}

/// Asks for a swap inside NEAR Intents, and for the intent that funds it.
fn generated(stage: &mut Stage, standard: &str) -> (String, String, Value) {
    let account = match standard {
        "erc191" | "tip191" => format!("0x{}", hex::encode(stage.user())),
        _ => {
            use solana_sdk::signature::Signer;
            hex::encode(stage.world.solana().user.pubkey().to_bytes())
        }
    };
    let change = json!({
        "depositType": "INTENTS", "refundType": "INTENTS", "refundTo": account,
        "recipientType": "INTENTS", "recipient": account,
    });
    let body = stage.request("USDC", &change);
    let address = address_of(&stage.quote(Api::OneClick, body).unwrap());
    let body = json!({ "type": "swap_transfer", "standard": standard, "signerId": account,
        "depositAddress": address });
    let body: GenerateBody = serde_json::from_value(body).unwrap();
    let answer = stage.quoted.generate(&stage.world, &body, None).unwrap();
    let answer: Value = serde_json::from_str(&answer.to_string()).unwrap();
    (account, address, answer["intent"].clone())
}

fn submit(stage: &mut Stage, signed: &Value) -> Result<String, &'static str> {
    let body: SubmitBody =
        serde_json::from_value(json!({ "type": "swap_transfer", "signedData": signed })).unwrap();
    stage.quoted.submit(&stage.world, &body).map(|(hash, _)| hash)
}

#[test]
fn intents_of_each_standard_are_carried_out_once() {
    for standard in ["erc191", "tip191", "raw_ed25519", "nep413"] {
        let mut stage = Stage::new();
        let (account, address, intent) = generated(&mut stage, standard);
        let signed = signed(&stage, standard, &intent);
        let hash = submit(&mut stage, &signed).unwrap();
        assert_eq!(submit(&mut stage, &signed), Err("nonce was already used"), "{standard}");
        stage.ticks(3);
        let status = stage.status(&address);
        assert_eq!(status["status"], "SUCCESS", "{standard}");
        assert_eq!(status["swapDetails"]["intentHashes"], json!([hash]));
        let balances = stage.quoted.ledger().balances(&stage.world, &account);
        let held = |key| balances.iter().find(|balance| balance.token == key).unwrap().lots;
        assert_eq!(held("USDC").to_string(), "99900000000", "{standard}");
        assert_eq!(held("SOL").to_string(), "1000665333332", "{standard}");
    }
}

#[test]
fn an_intent_that_was_changed_or_signed_by_another_is_not_carried_out() {
    for standard in ["erc191", "tip191", "raw_ed25519", "nep413"] {
        let mut stage = Stage::new();
        let (_, address, intent) = generated(&mut stage, standard);
        let honest = signed(&stage, standard, &intent);
        let text = honest.to_string().replace("100000000", "100000001");
        let changed: Value = serde_json::from_str(&text).unwrap();
        assert!(submit(&mut stage, &changed).is_err(), "{standard}");
        let other = Stage::new();
        let foreign = signed(&other, standard, &intent);
        let refused = submit(&mut stage, &foreign).unwrap_err();
        assert_eq!(refused, "the public key is not registered for the account", "{standard}");
        assert_eq!(stage.status(&address)["status"], "PENDING_DEPOSIT");
        assert!(submit(&mut stage, &honest).is_ok(), "{standard}");
    }
}

#[test]
fn addresses_of_tron_are_quoted_for_tron() {
    let mut stage = Stage::new();
    let body = stage.request("USDT_tron", &json!({}));
    let address = address_of(&stage.quote(Api::OneClick, body).unwrap());
    assert!(TRON.addresses().unwrap().read(&address).is_some(), "{address}");
    assert_eq!(stage.quoted.deposits()[0].progress, Progress::PendingDeposit);
}
