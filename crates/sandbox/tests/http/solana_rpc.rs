//! What Solana's nodes answer over JSON-RPC, and that it is the cluster that swaps run on.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_approval::{Policy, Registry, TokenProgram};
use countersign_sandbox::{CosignForm, Sandbox, SponsorSigns};
use serde_json::{Value, json};

use crate::client::{Dialect, send, token};
use crate::solana::{Swap, Wire, account, key, quick};

const TOKEN_PROGRAM: &str = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
const TOKEN_2022: &str = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";
const TABLES: &str = "AddressLookupTab1e1111111111111111111111111";

async fn ask(sandbox: &Sandbox, method: &str, params: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let answer = send(sandbox, "POST /rpc/solana", None, &body.to_string()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

async fn result(sandbox: &Sandbox, method: &str, params: Value) -> Value {
    let answer = ask(sandbox, method, params).await;
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].clone()
}

async fn error(sandbox: &Sandbox, method: &str, params: Value) -> i64 {
    let answer = ask(sandbox, method, params).await;
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{method}: {answer}"))
}

async fn swap(sponsor: SponsorSigns, source: &str) -> Swap {
    Swap::new(quick(CosignForm::V0WithTable, sponsor), Dialect::G2, source).await
}

fn base64(wire: &Wire) -> String {
    STANDARD.encode(hex::decode(wire.to_hex()).unwrap())
}

#[tokio::test]
async fn the_documents_pin_this_cluster() {
    let swap = swap(SponsorSigns::Before, "PYUSD").await;
    let registry = Registry::from_toml(&swap.sandbox.registry_toml()).unwrap();
    let pins = registry.network("solana").unwrap().cosign.as_ref().unwrap();
    let genesis = result(&swap.sandbox, "getGenesisHash", json!([])).await;
    assert_eq!(pins.genesis_hash.to_string(), genesis);
    let intent = swap.open().await;
    let signers = Wire::of(&intent);
    let payer = bs58::encode(signers.signers()[0]).into_string();
    assert_eq!(pins.fee_payers[0].to_string(), payer);
    let vault = &intent["params_to_sign"]["resolver_deposit_address"];
    assert_eq!(pins.destinations[0].to_string(), vault.as_str().unwrap());
    for (symbol, program) in [
        ("SOL", TokenProgram::Native),
        ("USDC", TokenProgram::SplToken),
        ("PYUSD", TokenProgram::Token2022),
    ] {
        assert_eq!(registry.find(symbol, "solana").unwrap().1.program, Some(program));
    }
    let policy = Policy::from_toml(&swap.sandbox.policy_toml(), &registry).unwrap();
    assert_eq!(policy.solana().unwrap().max_fee_lamports, 0);
    let other = Sandbox::start(quick(CosignForm::V0, SponsorSigns::Before)).await.unwrap();
    assert_ne!(result(&other, "getGenesisHash", json!([])).await, genesis);
}

#[tokio::test]
async fn slots_and_blockhashes_are_a_clusters() {
    let swap = swap(SponsorSigns::Before, "SOL").await;
    let sandbox = &swap.sandbox;
    assert_eq!(result(sandbox, "getHealth", Value::Null).await, "ok");
    let intent = swap.open().await;
    let asked = &intent["params_to_sign"]["recent_blockhash"];
    let latest =
        result(sandbox, "getLatestBlockhash", json!([{ "commitment": "finalized" }])).await;
    let height = result(sandbox, "getBlockHeight", json!([])).await.as_u64().unwrap();
    let epoch = result(sandbox, "getEpochInfo", json!([{ "commitment": "finalized" }])).await;
    assert!(epoch["blockHeight"].as_u64().unwrap() >= height, "{epoch}");
    assert!(epoch["absoluteSlot"].as_u64() >= epoch["blockHeight"].as_u64(), "{epoch}");
    let last = latest["value"]["lastValidBlockHeight"].as_u64().unwrap();
    assert!((height..=height + 150).contains(&last));
    for (hash, valid) in
        [(asked, true), (&latest["value"]["blockhash"], true), (&json!(TABLES), false)]
    {
        let answer = result(sandbox, "isBlockhashValid", json!([hash, {}])).await;
        assert_eq!(answer["value"], valid);
        assert!(answer["context"]["slot"].is_u64());
    }
    let before = result(sandbox, "getSlot", json!([{ "commitment": "processed" }])).await;
    sandbox.expire_blockhashes();
    let after = result(sandbox, "getSlot", json!([])).await;
    assert!(after.as_u64().unwrap() > before.as_u64().unwrap() + 150);
    let answer = result(sandbox, "isBlockhashValid", json!([asked])).await;
    assert_eq!(answer["value"], false);
    let later = json!([{ "minContextSlot": after.as_u64().unwrap() + 1_000 }]);
    assert_eq!(error(sandbox, "getSlot", later).await, -32_016);
}

#[tokio::test]
async fn accounts_are_the_programs_own() {
    let swap = swap(SponsorSigns::Before, "USDC_SOL").await;
    let sandbox = &swap.sandbox;
    let user = &swap.user.address;
    let encoded = json!({ "encoding": "base64", "commitment": "finalized" });
    for (key, owner, bytes) in [("USDC_SOL", TOKEN_PROGRAM, 82), ("PYUSD", TOKEN_2022, 234)] {
        let mint = result(sandbox, "getAccountInfo", json!([token(sandbox, key), encoded])).await;
        assert_eq!(mint["value"]["owner"], owner);
        assert_eq!(mint["value"]["space"], bytes);
        let data = STANDARD.decode(mint["value"]["data"][0].as_str().unwrap()).unwrap();
        assert_eq!((data.len(), data[44], data[45]), (bytes, 6, 1), "decimals, and that it is one");
        assert_eq!(mint["value"]["data"][1], "base64");
    }
    let rent = result(sandbox, "getMinimumBalanceForRentExemption", json!([165])).await;
    assert_eq!(rent, 2_039_280);
    let lamports = result(sandbox, "getBalance", json!([user])).await;
    assert_eq!(lamports["value"], swap.balance("SOL"));
    let several = json!([[user, TABLES, sandbox.new_recipient("solana")], encoded]);
    let several = result(sandbox, "getMultipleAccounts", several).await;
    assert_eq!(several["value"][0]["lamports"], swap.balance("SOL"));
    assert_eq!(several["value"][1]["executable"], true);
    assert_eq!(several["value"][2], Value::Null);
    let whole = result(sandbox, "getAccountInfo", json!([user])).await;
    assert_eq!(whole["value"]["data"], "");
    let mint = token(sandbox, "PYUSD");
    let part = json!([mint, { "encoding": "base58", "dataSlice": { "offset": 44, "length": 1 } }]);
    let part = result(sandbox, "getAccountInfo", part).await;
    assert_eq!(part["value"]["data"], json!(["7", "base58"]));
    for (method, params, code) in [
        ("getAccountInfo", json!([mint]), -32_600),
        ("getAccountInfo", json!(["nothing"]), -32_602),
        ("getAccountInfo", json!([]), -32_602),
        ("getAccountInfo", json!([mint, { "encoding": "nothing" }]), -32_602),
        ("getAccountInfo", json!({ "mint": mint }), -32_602),
        ("getMultipleAccounts", json!([vec![user; 101]]), -32_602),
        ("getTokenAccountBalance", json!([user]), -32_602),
        ("getSlot", json!([{ "commitment": "nothing" }]), -32_602),
        ("getNothing", json!([]), -32_601),
    ] {
        assert_eq!(error(sandbox, method, params.clone()).await, code, "{method} {params}");
    }
}

/// Finds the token accounts of a simulated swap by what changes in them.
async fn changes(swap: &Swap, wire: &Wire, options: Value) -> Value {
    let mut options = options;
    options["encoding"] = json!("base64");
    result(&swap.sandbox, "simulateTransaction", json!([base64(wire), options])).await["value"]
        .clone()
}

#[tokio::test]
async fn simulates_without_keeping_anything() {
    for sponsor in [SponsorSigns::Before, SponsorSigns::After] {
        let swap = swap(sponsor, "SOL").await;
        let before = swap.balance("SOL");
        let intent = swap.open().await;
        let unsigned = Wire::of(&intent);
        let accounts = json!({ "encoding": "base64", "addresses": [swap.user.address] });
        let done = changes(&swap, &unsigned, json!({ "accounts": accounts })).await;
        assert_eq!(done["err"], Value::Null, "{done}");
        assert_eq!(done["accounts"][0]["lamports"], before - 2_000_000_000);
        assert!(done["unitsConsumed"].as_u64().unwrap() > 0);
        assert!(done["logs"].as_array().unwrap().len() > 1);
        assert_eq!(swap.balance("SOL"), before);

        swap.sandbox.expire_blockhashes();
        let stale = changes(&swap, &unsigned, json!({ "accounts": accounts })).await;
        assert_eq!(
            (&stale["err"], &stale["accounts"]),
            (&json!("BlockhashNotFound"), &json!([null]))
        );
        let replaced = changes(&swap, &unsigned, json!({ "replaceRecentBlockhash": true })).await;
        assert_eq!(replaced["err"], Value::Null);
        assert!(replaced["replacementBlockhash"]["blockhash"].is_string());

        let text = base64(&unsigned);
        for (options, code) in [
            (
                json!({ "encoding": "base64", "sigVerify": true, "replaceRecentBlockhash": true }),
                -32_602,
            ),
            (json!({ "encoding": "base58" }), -32_602),
            (json!({ "encoding": "base64", "accounts": { "addresses": ["x"] } }), -32_602),
            (
                json!({ "encoding": "base64", "accounts": { "addresses": vec![TABLES; 40] } }),
                -32_602,
            ),
        ] {
            let params = json!([text, options]);
            assert_eq!(
                error(&swap.sandbox, "simulateTransaction", params).await,
                code,
                "{options}"
            );
        }
    }
    let swap = swap(SponsorSigns::Before, "SOL").await;
    let unsigned = Wire::of(&swap.open().await);
    let strict = json!([base64(&unsigned), { "encoding": "base64", "sigVerify": true }]);
    assert_eq!(error(&swap.sandbox, "simulateTransaction", strict).await, -32_003);
}

#[tokio::test]
async fn sends_and_remembers() {
    let swap = swap(SponsorSigns::Before, "SOL").await;
    let sandbox = &swap.sandbox;
    let signed = Wire::of(&swap.open().await).signed(&key(&account(sandbox)));
    let params =
        json!([base64(&signed), { "encoding": "base64", "preflightCommitment": "confirmed" }]);
    let mut half = signed.clone();
    half.signatures[1] = vec![0; 64];
    let unsigned = json!([base64(&half), { "encoding": "base64" }]);
    assert_eq!(error(sandbox, "sendTransaction", unsigned).await, -32_003);
    let before = swap.balance("SOL");
    let id = result(sandbox, "sendTransaction", params.clone()).await;
    assert_eq!(id, bs58::encode(&signed.signatures[0]).into_string());
    assert_eq!(swap.balance("SOL"), before - 2_000_000_000);

    let again = ask(sandbox, "sendTransaction", params.clone()).await;
    assert_eq!(again["error"]["code"], -32_002, "{again}");
    assert_eq!(again["error"]["data"]["err"], "AlreadyProcessed");
    let mut blind = params;
    blind[1]["skipPreflight"] = json!(true);
    assert_eq!(result(sandbox, "sendTransaction", blind).await, id);
    assert_eq!(swap.balance("SOL"), before - 2_000_000_000, "it ran once");

    let unknown = bs58::encode([7; 64]).into_string();
    let statuses = result(sandbox, "getSignatureStatuses", json!([[id, unknown]])).await;
    assert_eq!(statuses["value"][0]["confirmationStatus"], "finalized");
    assert_eq!(statuses["value"][0]["err"], Value::Null);
    assert_eq!(statuses["value"][1], Value::Null);
}

#[tokio::test]
async fn what_fails_says_where() {
    let swap = swap(SponsorSigns::Before, "PYUSD").await;
    let sandbox = &swap.sandbox;
    let poor = crate::client::Wish { amount: "200000", ..swap.wish() };
    let intent = poor.open(sandbox).await;
    let signed = Wire::of(&intent).signed(&key(&swap.user));
    let params = json!([base64(&signed), { "encoding": "base64" }]);
    let refused = ask(sandbox, "sendTransaction", params).await;
    assert_eq!(refused["error"]["code"], -32_002);
    // The compute budget's two, then the vault's account, then the transfer.
    assert_eq!(
        refused["error"]["data"]["err"],
        json!({ "InstructionError": [3, { "Custom": 1 }] })
    );
    assert!(refused["error"]["data"]["logs"].to_string().contains("insufficient funds"));
    let blind = json!([base64(&signed), { "encoding": "base64", "skipPreflight": true }]);
    let id = result(sandbox, "sendTransaction", blind).await;
    let statuses = result(sandbox, "getSignatureStatuses", json!([[id]])).await;
    assert_eq!(statuses["value"][0]["err"], json!({ "InstructionError": [3, { "Custom": 1 }] }));
}

#[tokio::test]
async fn the_lookup_table_is_a_programs_own_and_tokens_have_balances() {
    let swap = swap(SponsorSigns::Before, "USDC_SOL").await;
    let sandbox = &swap.sandbox;
    let intent = swap.open().await;
    let message = Wire::of(&intent).message;
    // One table stands at the end: its address, then two lists of places.
    let tail = message.len();
    let (lists, start) = (1..=30)
        .find_map(|lists| (message[tail - lists - 33] == 1).then_some((lists, tail - lists - 32)))
        .unwrap();
    assert!(lists >= 3);
    let table = bs58::encode(&message[start..start + 32]).into_string();
    let found = result(sandbox, "getAccountInfo", json!([table, { "encoding": "base64" }])).await;
    assert_eq!(found["value"]["owner"], TABLES);
    assert_eq!(swap.sign_and_approve(&intent).await.status, 200);
    crate::client::wait_for(sandbox, &intent, "Finished").await;
    let data = STANDARD.decode(found["value"]["data"][0].as_str().unwrap()).unwrap();
    let mut balances = Vec::new();
    for entry in data[56..].chunks(32).map(|entry| bs58::encode(entry).into_string()) {
        let answer = ask(sandbox, "getTokenAccountBalance", json!([entry])).await;
        balances.extend(answer["result"]["value"]["uiAmountString"].as_str().map(str::to_owned));
    }
    assert_eq!(balances, ["0"], "the resolver has emptied the vault's account");
}

#[tokio::test]
async fn tells_what_transactions_cost() {
    let swap = swap(SponsorSigns::Before, "SOL").await;
    let sandbox = &swap.sandbox;
    let user = &swap.user.address;
    let fees = result(sandbox, "getRecentPrioritizationFees", json!([[user]])).await;
    let fees = fees.as_array().unwrap();
    assert!((1..=151).contains(&fees.len()));
    assert!(fees.iter().all(|fee| fee["prioritizationFee"] == 0));
    let first = result(sandbox, "getFirstAvailableBlock", json!([])).await.as_u64().unwrap();
    assert!(fees[0]["slot"].as_u64().unwrap() >= first);
    assert_eq!(error(sandbox, "getRecentPrioritizationFees", json!([["x"]])).await, -32_602);

    let wire = Wire::of(&swap.open().await);
    let bytes = hex::decode(wire.to_hex()).unwrap();
    let message = STANDARD.encode(&bytes[1 + 64 * usize::from(bytes[0])..]);
    let asked = json!([message, { "commitment": "confirmed" }]);
    let fee = result(sandbox, "getFeeForMessage", asked.clone()).await["value"].clone();
    assert!(fee.as_u64().unwrap() >= 5_000 * u64::from(bytes[0]), "{fee}");
    sandbox.expire_blockhashes();
    assert_eq!(result(sandbox, "getFeeForMessage", asked).await["value"], Value::Null);
    assert_eq!(error(sandbox, "getFeeForMessage", json!(["AA=="])).await, -32_602);
}
