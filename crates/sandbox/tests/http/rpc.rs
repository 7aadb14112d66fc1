//! JSON-RPC over the chains, in raw JSON.

use std::time::{Duration, UNIX_EPOCH};

use alloy::primitives::{Address, U256, keccak256};
use countersign_sandbox::{Sandbox, SandboxConfig};
use countersign_units::TronAddress;
use serde_json::{Value, json};

use crate::client::{Answer, Dialect, Wish, account, balance, send, token, wait_for};

const PERMIT2: &str = "0x000000000022d473030f116ddee9f6b43ac78ba3";

pub(crate) async fn start() -> Sandbox {
    let step = Duration::from_millis(5);
    Sandbox::start(SandboxConfig { step, ..SandboxConfig::default() }).await.unwrap()
}

async fn post(sandbox: &Sandbox, network: &str, body: &str) -> Answer {
    let url = sandbox.rpc_url(network).unwrap();
    let path = url.strip_prefix(sandbox.url()).unwrap();
    send(sandbox, &format!("POST {path}"), None, body).await
}

/// Asks one question, and returns the whole answer.
pub(crate) async fn ask(sandbox: &Sandbox, network: &str, method: &str, params: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let answer = post(sandbox, network, &body.to_string()).await.json();
    assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(7)));
    answer
}

pub(crate) async fn result(sandbox: &Sandbox, network: &str, method: &str, params: Value) -> Value {
    let answer = ask(sandbox, network, method, params).await;
    answer.get("result").unwrap_or_else(|| panic!("{answer}")).clone()
}

/// Encodes a call of a function whose parameters are addresses and integers.
pub(crate) fn call_data(signature: &str, words: &[U256]) -> String {
    let selector = keccak256(signature);
    let words: Vec<_> = words.iter().map(|word| format!("{word:064x}")).collect();
    format!("0x{}{}", hex::encode(&selector[..4]), words.concat())
}

pub(crate) fn word(address: &str) -> U256 {
    U256::from_be_slice(address.parse::<Address>().unwrap().as_slice())
}

pub(crate) fn integer(quantity: &Value) -> u64 {
    u64::from_str_radix(quantity.as_str().unwrap().strip_prefix("0x").unwrap(), 16).unwrap()
}

async fn held(sandbox: &Sandbox, usdc: &str, owner: &str, block: &Value) -> Value {
    let data = call_data("balanceOf(address)", &[word(owner)]);
    result(sandbox, "ethereum", "eth_call", json!([{ "to": usdc, "data": data }, block])).await
}

#[tokio::test]
async fn tells_the_chain_and_its_latest_block() {
    let sandbox = start().await;
    for (network, chain_id) in [("ethereum", 910_001), ("base", 910_002), ("tron", 910_195)] {
        let id = result(&sandbox, network, "eth_chainId", json!([])).await;
        assert_eq!(integer(&id), chain_id);
        let latest =
            result(&sandbox, network, "eth_getBlockByNumber", json!(["latest", false])).await;
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
        assert!(now.abs_diff(integer(&latest["timestamp"])) <= 2, "{latest}");
        let number = result(&sandbox, network, "eth_blockNumber", Value::Null).await;
        assert!(integer(&number) >= integer(&latest["number"]));
        for (method, id) in
            [("eth_getBlockByNumber", &latest["number"]), ("eth_getBlockByHash", &latest["hash"])]
        {
            assert_eq!(result(&sandbox, network, method, json!([id, false])).await, latest);
        }
        let parent = json!([latest["parentHash"], false]);
        let parent = result(&sandbox, network, "eth_getBlockByHash", parent).await;
        assert_eq!(integer(&parent["number"]) + 1, integer(&latest["number"]));
    }
    for (method, id) in [
        ("eth_getBlockByNumber", "0xffffff".to_owned()),
        ("eth_getBlockByHash", format!("0x{:064x}", 7)),
    ] {
        assert_eq!(result(&sandbox, "base", method, json!([id, false])).await, Value::Null);
    }
}

#[tokio::test]
async fn reads_code_storage_and_coins() {
    let sandbox = start().await;
    let owner = account(&sandbox, "default").address;
    let at = |address: &str| json!([address, "latest"]);
    let code = result(&sandbox, "ethereum", "eth_getCode", at(PERMIT2)).await;
    assert_eq!(code.as_str().unwrap().len(), 2 + 2 * 9_152);
    assert_eq!(result(&sandbox, "ethereum", "eth_getCode", at(&owner)).await, "0x");
    assert_eq!(
        result(&sandbox, "ethereum", "eth_getBalance", at(&owner)).await,
        "0x8ac7230489e80000"
    );
    let slot = json!([PERMIT2, "0x0", "latest"]);
    let zero = format!("0x{:064x}", 0);
    assert_eq!(result(&sandbox, "ethereum", "eth_getStorageAt", slot).await, zero.as_str());

    // A balance is where a call of the token reads it: in a mapping, under the owner.
    let usdc = token(&sandbox, "USDC");
    let balance = held(&sandbox, &usdc, &owner, &json!("latest")).await;
    let mut found = false;
    for position in 0..8_u8 {
        let key = [U256::to_be_bytes::<32>(&word(&owner)), U256::from(position).to_be_bytes()];
        let slot = json!([usdc, keccak256(key.concat()), "latest"]);
        found |= result(&sandbox, "ethereum", "eth_getStorageAt", slot).await == balance;
    }
    assert!(found);
}

#[tokio::test]
async fn calls_contracts_on_tron_by_hexadecimal_addresses() {
    let sandbox = start().await;
    let token: TronAddress = token(&sandbox, "USDT_tron").parse().unwrap();
    let to = token.to_evm().to_string();
    let input = call_data("decimals()", &[]);
    let six =
        result(&sandbox, "tron", "eth_call", json!([{ "to": to, "input": input }, "latest"])).await;
    assert_eq!(six, format!("0x{:064x}", 6).as_str());
    // The domain is hashed with the chain id that the chain itself has.
    let data = call_data("DOMAIN_SEPARATOR()", &[]);
    let domain = alloy::sol_types::eip712_domain! {
        name: "Permit2",
        chain_id: 910_195,
        verifying_contract: PERMIT2.parse().unwrap(),
    };
    let separator =
        result(&sandbox, "tron", "eth_call", json!([{ "to": PERMIT2, "data": data }, "latest"]))
            .await;
    assert_eq!(separator, domain.separator().to_string().as_str());
}

#[tokio::test]
async fn a_block_keeps_its_state() {
    let sandbox = start().await;
    let (usdc, sol) = (token(&sandbox, "USDC"), token(&sandbox, "SOL"));
    let user = account(&sandbox, "default");
    let recipient = sandbox.new_recipient("solana").unwrap();
    let latest = json!(["latest", false]);
    let before = result(&sandbox, "ethereum", "eth_getBlockByNumber", latest).await;
    let wish = Wish {
        dialect: Dialect::G2,
        from: (1, &usdc),
        to: (4, &sol),
        amount: "100",
        owner: &user.address,
        recipient: &recipient,
    };
    let intent = wish.open(&sandbox).await;
    wish.approve(&sandbox, &intent, &wish.sign(&user, &intent, "100000000")).await;
    wait_for(&sandbox, &intent, "Finished").await;

    let lots = |lots: u64| json!(format!("0x{lots:064x}"));
    for (block, expected) in [
        (json!("latest"), lots(99_900_000_000)),
        (before["number"].clone(), lots(100_000_000_000)),
        (json!({ "blockHash": before["hash"], "requireCanonical": true }), lots(100_000_000_000)),
    ] {
        assert_eq!(held(&sandbox, &usdc, &user.address, &block).await, expected, "{block}");
    }
    assert_eq!(balance(&sandbox, &user.address, "USDC"), "99900000000");

    let nonce = U256::from(intent["params_to_sign"]["nonce"].as_u64().unwrap());
    let bitmap = [word(&user.address), nonce >> 8];
    let data = call_data("nonceBitmap(address,uint256)", &bitmap);
    let call = json!([{ "to": PERMIT2, "data": data }, "latest"]);
    let bits = result(&sandbox, "ethereum", "eth_call", call).await;
    assert_eq!(bits, format!("0x{:064x}", U256::from(1) << (nonce & U256::from(255))).as_str());
}

#[tokio::test]
async fn a_call_that_reverts_brings_what_the_contract_said() {
    let sandbox = start().await;
    let usdc = token(&sandbox, "USDC");
    let owner = account(&sandbox, "default").address;
    let data = call_data(
        "transferFrom(address,address,uint256)",
        &[word(&owner), word(PERMIT2), U256::from(1)],
    );
    let call =
        json!([{ "from": PERMIT2.replace("0x00", "0x01"), "to": usdc, "data": data }, "latest"]);
    let error = ask(&sandbox, "ethereum", "eth_call", call).await["error"].clone();
    assert_eq!((&error["code"], &error["message"]), (&json!(3), &json!("execution reverted")));
    assert!(error["data"].as_str().unwrap().len() >= 10, "{error}");

    let code = json!([{ "to": usdc, "data": "0x12345678" }, "latest"]);
    assert_eq!(ask(&sandbox, "ethereum", "eth_call", code).await["error"]["code"], 3);
}

#[tokio::test]
async fn a_mistake_has_the_code_of_json_rpc() {
    let sandbox = start().await;
    let address = format!("0x{:040x}", 1);
    for (method, params, code) in [
        ("eth_sendTransaction", json!([]), -32_601),
        ("eth_sendRawTransaction", json!([]), -32_602),
        ("eth_sendRawTransaction", json!(["0x00"]), -32_000),
        ("eth_getBlockByNumber", json!(["latest"]), -32_602),
        ("eth_getBlockByNumber", json!([7, false]), -32_602),
        ("eth_getBlockByHash", json!(["0x12", false]), -32_602),
        ("eth_getCode", json!([address]), -32_602),
        ("eth_getCode", json!(["T9yD14NjG6wxkArbchsTBKawgUVqYww3tQ", "latest"]), -32_602),
        ("eth_call", json!([{ "data": "0x" }, "latest"]), -32_602),
        ("eth_call", json!([]), -32_602),
        ("eth_getStorageAt", json!([address, "0", "latest"]), -32_602),
        ("eth_getCode", json!([address, "0xffffff"]), -32_001),
        ("eth_call", json!([{ "to": address }, { "blockHash": format!("0x{:064x}", 1) }]), -32_001),
    ] {
        let answer = ask(&sandbox, "ethereum", method, params).await;
        assert_eq!(answer["error"]["code"], code, "{answer}");
        assert!(answer.get("result").is_none());
    }
    for (body, code) in [
        ("{", -32_700),
        ("[]", -32_600),
        ("7", -32_600),
        (r#"{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}"#, -32_600),
    ] {
        let answer = post(&sandbox, "ethereum", body).await.json();
        assert_eq!(
            (&answer["error"]["code"], &answer["id"]),
            (&json!(code), &Value::Null),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_batch_is_answered_one_by_one() {
    let sandbox = start().await;
    let question = |id: Value, method: &str| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": [] });
    let unasked = json!({ "jsonrpc": "2.0", "method": "eth_chainId" });
    let batch = json!([
        question(json!("a"), "eth_chainId"),
        unasked,
        7,
        question(json!(2), "nothing"),
        question(json!(3), "eth_blockNumber"),
    ]);
    let answers = post(&sandbox, "base", &batch.to_string()).await.json();
    let ids: Vec<_> = answers.as_array().unwrap().iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, [&json!("a"), &Value::Null, &json!(2), &json!(3)]);
    assert_eq!(answers[0]["result"], "0xde2b2");
    assert_eq!(answers[1]["error"]["code"], -32_600);
    assert_eq!(answers[2]["error"]["code"], -32_601);

    let silent = post(&sandbox, "base", &json!([unasked]).to_string()).await;
    assert_eq!((silent.status, silent.body.as_str()), (204, ""));
}

#[tokio::test]
async fn is_there_where_a_chain_runs() {
    let sandbox = start().await;
    assert_eq!(sandbox.rpc_url("bitcoin"), None);
    assert_eq!(sandbox.rpc_url("solana"), Some(format!("{}/rpc/solana", sandbox.url())));
    assert_eq!(sandbox.rpc_url("nowhere"), None);
    assert_eq!(sandbox.rpc_url("tron"), Some(format!("{}/rpc/tron", sandbox.url())));
    assert_eq!(send(&sandbox, "POST /rpc/bitcoin", None, "{}").await.status, 404);
    assert_eq!(send(&sandbox, "GET /rpc/tron", None, "").await.status, 405);
}
