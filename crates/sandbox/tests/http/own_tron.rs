//! Transactions of a client's own, sent to Tron's node: written byte by byte, and signed by alloy.

use std::time::UNIX_EPOCH;

use alloy::primitives::U256;
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use countersign_sandbox::{Account, ExecutionKind, Sandbox};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::{balance, send, token, tron_account};
use crate::rpc::{call_data, integer, result, start};

const TRANSFER: (u64, &str) = (1, "type.googleapis.com/protocol.TransferContract");
const TRIGGER: (u64, &str) = (31, "type.googleapis.com/protocol.TriggerSmartContract");
const FEE_LIMIT: u64 = 30_000_000;

struct Bench {
    sandbox: Sandbox,
    user: Account,
    recipient: String,
}

/// What is sent, with what can be wrong about it.
#[derive(Clone)]
struct Draft {
    owner: Vec<u8>,
    contract: ((u64, &'static str), Vec<u8>),
    reference: (Vec<u8>, Vec<u8>),
    expiration: u64,
    fee_limit: u64,
}

/// Writes a number in sevens of bits.
fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

fn number(tag: u64, value: u64) -> Vec<u8> {
    [varint(tag << 3), varint(value)].concat()
}

fn bytes(tag: u64, value: &[u8]) -> Vec<u8> {
    [varint((tag << 3) | 2), varint(value.len().try_into().unwrap()), value.to_vec()].concat()
}

fn address(text: &str) -> Vec<u8> {
    bs58::decode(text).with_check(Some(0x41)).into_vec().unwrap()
}

fn now_millis() -> u64 {
    UNIX_EPOCH.elapsed().unwrap().as_millis().try_into().unwrap()
}

impl Draft {
    fn raw(&self) -> Vec<u8> {
        let ((kind, url), parameter) = &self.contract;
        let parameter = [bytes(1, url.as_bytes()), bytes(2, parameter)].concat();
        let contract = [number(1, *kind), bytes(2, &parameter)].concat();
        let (height, id) = &self.reference;
        let mut raw = [bytes(1, height), bytes(4, id), number(8, self.expiration)].concat();
        raw.extend([bytes(11, &contract), number(14, now_millis())].concat());
        if self.fee_limit > 0 {
            raw.extend(number(18, self.fee_limit));
        }
        raw
    }
}

impl Bench {
    async fn new() -> Self {
        let sandbox = start().await;
        let user = tron_account(&sandbox, "default");
        let recipient = sandbox.new_recipient("tron").unwrap();
        Self { sandbox, user, recipient }
    }

    async fn post(&self, call: &str, body: Value) -> Value {
        let url = self.sandbox.tron_url("tron").unwrap();
        let path = url.strip_prefix(self.sandbox.url()).unwrap();
        let line = format!("POST {path}/wallet/{call}");
        let answer = send(&self.sandbox, &line, None, &body.to_string()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    async fn sun(&self, address: &str) -> u64 {
        let query = json!({ "address": address, "visible": true });
        self.post("getaccount", query).await["balance"].as_u64().unwrap_or_default()
    }

    async fn draft(&self, contract: ((u64, &'static str), Vec<u8>)) -> Draft {
        let block = self.post("getnowblock", json!({})).await;
        let id = hex::decode(block["blockID"].as_str().unwrap()).unwrap();
        let height = block["block_header"]["raw_data"]["number"].as_u64().unwrap();
        assert_eq!(id[..8], height.to_be_bytes());
        Draft {
            owner: address(&self.user.address),
            contract,
            reference: (id[6..8].to_vec(), id[8..16].to_vec()),
            expiration: now_millis() + 60_000,
            fee_limit: 0,
        }
    }

    /// Writes a transfer of TRX.
    async fn transfer(&self, sun: u64) -> Draft {
        let (owner, to) = (address(&self.user.address), address(&self.recipient));
        let parameter = [bytes(1, &owner), bytes(2, &to), number(3, sun)].concat();
        self.draft((TRANSFER, parameter)).await
    }

    /// Writes a transfer of the token.
    async fn token_transfer(&self, lots: u64) -> Draft {
        let (owner, contract) =
            (address(&self.user.address), address(&token(&self.sandbox, "USDT_tron")));
        let to = U256::from_be_slice(&address(&self.recipient)[1..]);
        let data = call_data("transfer(address,uint256)", &[to, U256::from(lots)]);
        let data = hex::decode(&data[2..]).unwrap();
        let parameter = [bytes(1, &owner), bytes(2, &contract), bytes(4, &data)].concat();
        Draft { fee_limit: FEE_LIMIT, ..self.draft((TRIGGER, parameter)).await }
    }

    fn sign(&self, raw: &[u8]) -> Vec<u8> {
        let signer: PrivateKeySigner = self.user.private_key().parse().unwrap();
        let hash = <[u8; 32]>::from(Sha256::digest(raw)).into();
        signer.sign_hash_sync(&hash).unwrap().as_bytes().to_vec()
    }

    async fn broadcast(&self, raw: &[u8], signature: &[u8]) -> Value {
        let envelope = hex::encode([bytes(1, raw), bytes(2, signature)].concat());
        self.post("broadcasthex", json!({ "transaction": envelope })).await
    }

    /// Sends a draft that is taken, and returns what became of it.
    async fn taken(&self, draft: &Draft) -> Value {
        let raw = draft.raw();
        let answer = self.broadcast(&raw, &self.sign(&raw)).await;
        assert_eq!((&answer["result"], &answer["code"]), (&json!(true), &json!("SUCCESS")));
        assert_eq!(answer["txid"], hex::encode(Sha256::digest(&raw)));
        self.post("gettransactioninfobyid", json!({ "value": answer["txid"] })).await
    }

    async fn refused(&self, draft: &Draft) -> String {
        let raw = draft.raw();
        let answer = self.broadcast(&raw, &self.sign(&raw)).await;
        assert_eq!(answer["result"], false, "{answer}");
        answer["code"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn trx_moves_from_owner_to_recipient() {
    let bench = Bench::new().await;
    let before = bench.sun(&bench.user.address).await;
    assert_eq!(bench.post("getaccount", json!({ "address": bench.recipient })).await, json!({}));
    let info = bench.taken(&bench.transfer(7_000_000).await).await;
    assert_eq!((info.get("fee"), info.get("result")), (None, None));
    assert_eq!(bench.sun(&bench.recipient).await, 7_000_000);
    assert_eq!(bench.sun(&bench.user.address).await, before - 7_000_000);
    let block = json!({ "num": info["blockNumber"] });
    let block = bench.post("getblockbynum", block).await;
    let time = &block["block_header"]["raw_data"]["timestamp"];
    assert_eq!(time, &info["blockTimeStamp"]);
}

#[tokio::test]
async fn a_token_moves_and_energy_is_paid_for() {
    let bench = Bench::new().await;
    let before = bench.sun(&bench.user.address).await;
    let info = bench.taken(&bench.token_transfer(2_500_000).await).await;
    assert_eq!(balance(&bench.sandbox, &bench.recipient, "USDT_tron"), "2500000");
    let (fee, energy) = (&info["fee"], &info["receipt"]["energy_usage_total"]);
    assert_eq!(fee.as_u64().unwrap(), energy.as_u64().unwrap() * 100);
    assert_eq!(bench.sun(&bench.user.address).await, before - fee.as_u64().unwrap());
    assert_eq!(info["receipt"]["result"], "SUCCESS");
    assert_eq!(info["log"][0]["topics"].as_array().unwrap().len(), 3);
    let [received] = &bench.sandbox.received(&bench.recipient)[..] else { panic!("once") };
    assert_eq!((received.token.as_str(), json!(received.id)), ("USDT_tron", info["id"].clone()));
    let [ran] = &bench.sandbox.executions()[..] else { panic!("ran once") };
    assert_eq!((ran.kind, json!(ran.id)), (ExecutionKind::Transfer, info["id"].clone()));
    assert_eq!((&ran.from, &ran.to), (&bench.user.address, &bench.recipient));
    let found = bench.post("gettransactionbyid", json!({ "value": info["id"] })).await;
    assert_eq!((&found["txID"], &found["ret"][0]["contractRet"]), (&info["id"], &json!("SUCCESS")));
    let unknown = json!({ "value": hex::encode([7; 32]) });
    for call in ["gettransactionbyid", "gettransactioninfobyid"] {
        assert_eq!(bench.post(call, unknown.clone()).await, json!({}));
    }
}

#[tokio::test]
async fn a_call_that_fails_is_in_its_block_and_paid_for() {
    let bench = Bench::new().await;
    let before = bench.sun(&bench.user.address).await;
    let too_much = bench.taken(&bench.token_transfer(1_000_000_000_000).await).await;
    assert_eq!(
        (&too_much["result"], &too_much["receipt"]["result"]),
        (&json!("FAILED"), &json!("REVERT"))
    );
    let little = Draft { fee_limit: 2_500_000, ..bench.token_transfer(5).await };
    let short = bench.taken(&little).await;
    assert_eq!(
        (&short["receipt"]["result"], &short["fee"]),
        (&json!("OUT_OF_ENERGY"), &json!(2_500_000))
    );
    let paid = too_much["fee"].as_u64().unwrap() + 2_500_000;
    assert_eq!(bench.sun(&bench.user.address).await, before - paid);
    assert_eq!(bench.sandbox.received(&bench.recipient), []);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused() {
    let bench = Bench::new().await;
    let fair = bench.transfer(1).await;
    let (height, id) = fair.reference.clone();
    let mut other = id.clone();
    other[0] ^= 1;
    let itself = [bytes(1, &fair.owner), bytes(2, &fair.owner), number(3, 1)].concat();
    let to_itself = Draft { contract: (TRANSFER, itself), ..fair.clone() };
    let other_url = Draft { contract: ((1, TRIGGER.1), fair.contract.1.clone()), ..fair.clone() };
    for (draft, code) in [
        (Draft { reference: (height.clone(), other), ..fair.clone() }, "TAPOS_ERROR"),
        (
            Draft { reference: (vec![height[0] ^ 0x80, height[1]], id), ..fair.clone() },
            "TAPOS_ERROR",
        ),
        (
            Draft { expiration: now_millis() - 5_000, ..fair.clone() },
            "TRANSACTION_EXPIRATION_ERROR",
        ),
        (
            Draft { expiration: now_millis() + 2 * 86_400_000, ..fair.clone() },
            "TRANSACTION_EXPIRATION_ERROR",
        ),
        (to_itself, "CONTRACT_VALIDATE_ERROR"),
        (other_url, "CONTRACT_VALIDATE_ERROR"),
        (bench.transfer(0).await, "CONTRACT_VALIDATE_ERROR"),
        (bench.transfer(1_000_000_000_000).await, "CONTRACT_VALIDATE_ERROR"),
        (
            Draft { fee_limit: 15_000_000_001, ..bench.token_transfer(1).await },
            "CONTRACT_VALIDATE_ERROR",
        ),
    ] {
        assert_eq!(bench.refused(&draft).await, code);
    }
    assert_eq!(bench.sandbox.executions(), []);
    bench.taken(&fair).await;
}

#[tokio::test]
async fn the_owner_signs_and_each_is_taken_once() {
    let bench = Bench::new().await;
    let raw = bench.transfer(1).await.raw();
    let signature = bench.sign(&raw);
    let mut wrong = signature.clone();
    wrong[5] ^= 1;
    for signature in [&wrong[..], &signature[..64], &[]] {
        assert_eq!(bench.broadcast(&raw, signature).await["code"], "SIGERROR");
    }
    let other = bench.sign(&bench.transfer(2).await.raw());
    assert_eq!(bench.broadcast(&raw, &other).await["code"], "SIGERROR");
    assert_eq!(bench.broadcast(&raw, &signature).await["code"], "SUCCESS");
    assert_eq!(bench.broadcast(&raw, &signature).await["code"], "DUP_TRANSACTION_ERROR");
    assert_eq!(bench.sun(&bench.recipient).await, 1);
    let junk = bench.post("broadcasthex", json!({ "transaction": "ff" })).await;
    assert_eq!(junk["code"], "OTHER_ERROR");
    assert!(bench.post("broadcasthex", json!({})).await.get("Error").is_some());
}

#[tokio::test]
async fn energy_is_told_before() {
    let bench = Bench::new().await;
    let to = U256::from_be_slice(&address(&bench.recipient)[1..]);
    let words = call_data("transfer(address,uint256)", &[to, U256::from(5)]);
    let call = json!({
        "owner_address": bench.user.address,
        "contract_address": token(&bench.sandbox, "USDT_tron"),
        "function_selector": "transfer(address,uint256)",
        "parameter": &words[10..],
        "visible": true,
    });
    let tried = bench.post("triggerconstantcontract", call).await;
    assert_eq!(tried["constant_result"], json!([format!("{:064x}", 1)]));
    let energy = tried["energy_used"].as_u64().unwrap();
    let draft = Draft { fee_limit: energy * 100, ..bench.token_transfer(5).await };
    assert_eq!(bench.taken(&draft).await["receipt"]["result"], "SUCCESS");
    assert_eq!(bench.post("getenergyprices", json!({})).await["prices"], "0:100");
    let price = result(&bench.sandbox, "tron", "eth_gasPrice", json!([])).await;
    assert_eq!(integer(&price), 100);
    assert_eq!(bench.sandbox.tron_url("ethereum"), None);
}
