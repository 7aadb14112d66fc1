//! Deposits that are paid by transactions of clients' own, and what becomes of them.

use std::time::Duration;

use alloy::consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy::eips::eip2718::Encodable2718;
use alloy::primitives::{Address as EvmAddress, TxKind, U256};
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bitcoin::absolute::LockTime;
use bitcoin::hashes::Hash;
use bitcoin::secp256k1::{Message, Secp256k1, SecretKey};
use bitcoin::sighash::SighashCache;
use bitcoin::transaction::Version;
use bitcoin::{Address, Amount, EcdsaSighashType, OutPoint, Transaction, TxIn, TxOut, Witness};
use countersign_api_types::aurora;
use countersign_api_types::oneclick::{self, DepositSubmission, Wire};
use countersign_http_client::{AuroraClient, OneClickClient};
use countersign_sandbox::{ExecutionKind, Fault, Sandbox, SandboxConfig};
use ed25519_dalek::Signer;
use serde_json::{Value, json};
use solana_sdk::hash::Hash as Blockhash;
use solana_system_interface::instruction::transfer;

use crate::client::{Answer, balance, send, token};
use crate::quoted::{APIS, Api, address_of, in_seconds, named, quick, request};

async fn solana_rpc(sandbox: &Sandbox, method: &str, params: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    send(sandbox, "POST /rpc/solana", None, &body.to_string()).await.json()["result"].clone()
}

/// Sends SOL of the default account's.
async fn send_sol(sandbox: &Sandbox, to: &str, lamports: u64) -> String {
    let account = named(sandbox, "default", "solana");
    let key = crate::solana::key(&account);
    let latest = solana_rpc(sandbox, "getLatestBlockhash", json!([])).await;
    let blockhash: Blockhash = latest["value"]["blockhash"].as_str().unwrap().parse().unwrap();
    let from = account.address.parse().unwrap();
    let instruction = transfer(&from, &to.parse().unwrap(), lamports);
    let message = solana_message::legacy::Message::new_with_blockhash(
        &[instruction],
        Some(&from),
        &blockhash,
    );
    let message = solana_message::VersionedMessage::Legacy(message).serialize();
    let signature = key.sign(&message).to_bytes();
    let wire = STANDARD.encode([&[1], &signature[..], &message].concat());
    let id = solana_rpc(sandbox, "sendTransaction", json!([wire, { "encoding": "base64" }])).await;
    id.as_str().unwrap().to_owned()
}

/// Sends satoshis of the default account's largest coin.
async fn send_coins(sandbox: &Sandbox, to: &str, sats: u64) -> String {
    let account = named(sandbox, "default", "bitcoin");
    let path = format!("GET /esplora/bitcoin/address/{}/utxo", account.address);
    let coins = send(sandbox, &path, None, "").await.json();
    let coins = coins.as_array().unwrap();
    let coin = coins.iter().max_by_key(|coin| coin["value"].as_u64().unwrap()).unwrap();
    let value = Amount::from_sat(coin["value"].as_u64().unwrap());
    let script = |text: &str| text.parse::<Address<_>>().unwrap().assume_checked().script_pubkey();
    let own = script(&account.address);
    let vout = u32::try_from(coin["vout"].as_u64().unwrap()).unwrap();
    let previous = OutPoint { txid: coin["txid"].as_str().unwrap().parse().unwrap(), vout };
    let paid = Amount::from_sat(sats);
    let mut transaction = Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: vec![TxIn { previous_output: previous, ..TxIn::default() }],
        output: vec![
            TxOut { value: paid, script_pubkey: script(to) },
            TxOut { value: value - paid - Amount::from_sat(500), script_pubkey: own.clone() },
        ],
    };
    let (secp, kind) = (Secp256k1::new(), EcdsaSighashType::All);
    let key: SecretKey = account.private_key().strip_prefix("0x").unwrap().parse().unwrap();
    let hash = SighashCache::new(&transaction).p2wpkh_signature_hash(0, &own, value, kind).unwrap();
    let signature = secp.sign_ecdsa(&Message::from_digest(hash.to_byte_array()), &key);
    let signature = bitcoin::ecdsa::Signature::sighash_all(signature);
    transaction.input[0].witness = Witness::p2wpkh(&signature, &key.public_key(&secp));
    let hex = bitcoin::consensus::encode::serialize_hex(&transaction);
    let sent = send(sandbox, "POST /esplora/bitcoin/tx", None, &hex).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    sent.body
}

/// Sends coins, or tokens of a contract, of the default account's.
async fn send_evm(
    sandbox: &Sandbox,
    (to, contract): (EvmAddress, Option<EvmAddress>),
    amount: U256,
) -> String {
    let call = |contract| {
        let words = [&[0; 12], to.as_slice(), &amount.to_be_bytes::<32>()].concat();
        (contract, U256::ZERO, [&hex::decode("a9059cbb").unwrap(), &words[..]].concat())
    };
    let (to, value, input) = contract.map_or((to, amount, Vec::new()), call);
    let account = named(sandbox, "default", "ethereum");
    let params = json!([account.address, "pending"]);
    let nonce = crate::rpc::result(sandbox, "ethereum", "eth_getTransactionCount", params).await;
    let transaction = TxEip1559 {
        chain_id: 910_001,
        nonce: crate::rpc::integer(&nonce),
        gas_limit: 100_000,
        max_fee_per_gas: 2_000_000_000,
        max_priority_fee_per_gas: 100_000_000,
        to: TxKind::Call(to),
        value,
        input: input.into(),
        ..TxEip1559::default()
    };
    let key: PrivateKeySigner = account.private_key().parse().unwrap();
    let signature = key.sign_hash_sync(&transaction.signature_hash()).unwrap();
    let bytes = TxEnvelope::from(transaction.into_signed(signature)).encoded_2718();
    let wire = format!("0x{}", hex::encode(bytes));
    let sent = crate::rpc::result(sandbox, "ethereum", "eth_sendRawTransaction", json!([wire]));
    sent.await.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn coins_of_bitcoin_and_solana_are_swapped() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    for api in APIS {
        for (asset, network, amount) in [("btc", "bitcoin", 500_000), ("sol", "solana", 2 << 30)] {
            let body = request(&sandbox, (asset, network), &amount.to_string());
            let quote = api.quote(&sandbox, &body).await;
            let address = address_of(&quote);
            assert_eq!(api.status(&sandbox, &quote).await["status"], "PENDING_DEPOSIT");
            let id = match network {
                "bitcoin" => send_coins(&sandbox, address, amount).await,
                _ => send_sol(&sandbox, address, amount).await,
            };
            let told = json!({ "depositAddress": address, "txHash": id });
            assert_eq!(api.post(&sandbox, "deposit/submit", &told).await.status, 200);
            let done = api.wait(&sandbox, &quote, "SUCCESS").await;
            let out = quote["quote"]["amountOut"].as_str().unwrap();
            assert_eq!(done["swapDetails"]["amountOut"], out);
            let token = if network == "solana" { "USDC" } else { "SOL" };
            let recipient = body["recipient"].as_str().unwrap();
            assert_eq!(balance(&sandbox, recipient, token), out);
            let records = sandbox.deposits();
            let record = records.iter().find(|record| record.address == address).unwrap();
            assert_eq!((record.received, record.payouts), (record.expected, 1));
            assert_eq!(record.submitted, std::slice::from_ref(&id));
            assert_eq!(record.transactions, [id]);
        }
    }
    let runs = sandbox.executions();
    let mut payouts = runs.iter().filter(|run| run.kind == ExecutionKind::Payout);
    assert!(payouts.all(|run| run.intent_id.is_some()), "{runs:?}");
}

#[tokio::test]
async fn coins_and_tokens_where_an_evm_runs_are_swapped() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let usdc = token(&sandbox, "USDC").parse().unwrap();
    for api in APIS {
        for (asset, amount, contract) in
            [("eth", "100000000000000000", None), ("usdc", "250000000", Some(usdc))]
        {
            let quote = api.quote(&sandbox, &request(&sandbox, (asset, "ethereum"), amount)).await;
            let address: EvmAddress = address_of(&quote).parse().unwrap();
            let id = send_evm(&sandbox, (address, contract), amount.parse().unwrap()).await;
            let done = api.wait(&sandbox, &quote, "SUCCESS").await;
            assert_eq!(done["swapDetails"]["originChainTxHashes"][0]["hash"], json!(id));
            assert_eq!(done["swapDetails"]["depositedAmount"], amount);
            let records = sandbox.deposits();
            let record = records.last().unwrap();
            assert_eq!((record.received, &record.transactions), (record.expected, &vec![id]));
        }
    }
}

#[tokio::test]
async fn a_second_deposit_into_one_address_is_told() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let body = request(&sandbox, ("sol", "solana"), "1000000000");
    let quote = Api::OneClick.quote(&sandbox, &body).await;
    // The same payment twice within a block would be one transaction.
    for lamports in [1_000_000_000, 1_000_000_001] {
        send_sol(&sandbox, address_of(&quote), lamports).await;
        Api::OneClick.wait(&sandbox, &quote, "SUCCESS").await;
    }
    let records = sandbox.deposits();
    assert_eq!((records[0].transactions.len(), records[0].payouts), (2, 1));
}

#[tokio::test]
async fn a_deposit_that_is_too_small_goes_back() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let mut body = request(&sandbox, ("sol", "solana"), "2000000000");
    body["deadline"] = json!(in_seconds(2));
    let quote = Api::OneClick.quote(&sandbox, &body).await;
    send_sol(&sandbox, address_of(&quote), 1_000_000_000).await;
    Api::OneClick.wait(&sandbox, &quote, "INCOMPLETE_DEPOSIT").await;
    let status = Api::OneClick.wait(&sandbox, &quote, "REFUNDED").await;
    let details = &status["swapDetails"];
    assert_eq!(details["depositedAmount"], "1000000000");
    assert_eq!(details["refundedAmount"], "999000000");
    assert_eq!(details["refundReason"], "PARTIAL_DEPOSIT");
    assert_eq!(details["amountOut"], Value::Null);
}

fn is_unreadable(answer: &Answer) -> bool {
    answer.status == 500 || serde_json::from_str::<Value>(&answer.body).is_err()
}

#[tokio::test]
async fn answers_break_where_they_are_told_to() {
    let start = |fault| {
        let lateness = Duration::from_millis(10);
        Sandbox::start(SandboxConfig { fault: Some(fault), lateness, ..quick() })
    };
    for fault in [Fault::Truncated, Fault::Html, Fault::ServerError] {
        let sandbox = start(fault).await.unwrap();
        let mut body = request(&sandbox, ("sol", "solana"), "1000000000");
        let answer = Api::OneClick.post(&sandbox, "quote", &body).await;
        assert!(is_unreadable(&answer), "{fault}: {answer:?}");
        // The address is there all the same, but for an error of the server, and a price is told.
        let made = usize::from(fault != Fault::ServerError);
        assert_eq!(sandbox.deposits().len(), made, "{fault}");
        body["dry"] = json!(true);
        assert_eq!(Api::OneClick.post(&sandbox, "quote", &body).await.status, 201, "{fault}");
    }
    let sandbox = start(Fault::WrongTyped).await.unwrap();
    let body = request(&sandbox, ("sol", "solana"), "1000000000");
    let quote = Api::Aurora.post(&sandbox, "quote", &body).await.json();
    assert_eq!(quote["quote"]["depositAddress"], 7);
    let sandbox = start(Fault::Duplicated).await.unwrap();
    let body = request(&sandbox, ("sol", "solana"), "1000000000");
    let quote = Api::Aurora.post(&sandbox, "quote", &body).await;
    assert_eq!(quote.body.matches("depositAddress").count(), 2);
    let sandbox = start(Fault::StatusLost).await.unwrap();
    let body = request(&sandbox, ("sol", "solana"), "1000000000");
    let quote = Api::Aurora.quote(&sandbox, &body).await;
    let query = format!("?depositAddress={}", address_of(&quote));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(Api::Aurora.get(&sandbox, "status", &query).await.status);
    }
    assert_eq!(statuses, [200, 503, 200, 503]);
    let sandbox = start(Fault::Forgets).await.unwrap();
    let body = request(&sandbox, ("sol", "solana"), "1000000000");
    let quote = Api::Aurora.quote(&sandbox, &body).await;
    send_sol(&sandbox, address_of(&quote), 1_000_000_000).await;
    let query = format!("?depositAddress={}", address_of(&quote));
    assert_eq!(Api::Aurora.get(&sandbox, "status", &query).await.status, 404);
}

#[tokio::test]
async fn a_lost_answer_leaves_an_address_that_nobody_knows() {
    let config = SandboxConfig { fault: Some(Fault::CreateLost), ..quick() };
    let sandbox = Sandbox::start(config).await.unwrap();
    let client = AuroraClient::builder(&sandbox.aurora_url())
        .api_key(sandbox.aurora_key().into())
        .build()
        .unwrap();
    let mut body = request(&sandbox, ("sol", "solana"), "1000000000");
    let asked = |body: &Value| aurora::QuoteRequest::from_json(&body.to_string()).unwrap();
    assert!(client.quote(&asked(&body)).await.is_err());
    assert_eq!(sandbox.deposits().len(), 1);
    body["dry"] = json!(true);
    assert!(client.quote(&asked(&body)).await.is_ok());
}

#[tokio::test]
async fn statuses_lie_where_they_are_told_to() {
    let start = |fault| Sandbox::start(SandboxConfig { fault: Some(fault), ..quick() });
    let sandbox = start(Fault::StatusFlaps).await.unwrap();
    let body = request(&sandbox, ("sol", "solana"), "1000000000");
    let quote = Api::OneClick.quote(&sandbox, &body).await;
    send_sol(&sandbox, address_of(&quote), 1_000_000_000).await;
    Api::OneClick.wait(&sandbox, &quote, "SUCCESS").await;
    let mut statuses = Vec::new();
    for _ in 0..2 {
        statuses.push(Api::OneClick.status(&sandbox, &quote).await["status"].clone());
    }
    assert_eq!(statuses, ["PENDING_DEPOSIT", "SUCCESS"]);

    let sandbox = start(Fault::RefundedAsSuccess).await.unwrap();
    let mut body = request(&sandbox, ("sol", "solana"), "2000000000");
    body["deadline"] = json!(in_seconds(2));
    let quote = Api::OneClick.quote(&sandbox, &body).await;
    send_sol(&sandbox, address_of(&quote), 1_000_000_000).await;
    let status = Api::OneClick.wait(&sandbox, &quote, "SUCCESS").await;
    assert_eq!(status["swapDetails"]["refundedAmount"], "999000000");
    assert_eq!(status["swapDetails"]["amountOut"], Value::Null);
    assert_eq!(sandbox.deposits()[0].status, "REFUNDED");
}

#[tokio::test]
async fn the_products_clients_understand_both_apis() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let client = OneClickClient::builder(&sandbox.oneclick_url())
        .partner_key(sandbox.oneclick_key().into())
        .build()
        .unwrap();
    let tokens = client.tokens(&oneclick::TokensRequest::default()).await.unwrap();
    assert!(tokens.iter().any(|token| token.asset_id.contains("sandbox-btc")));
    let body = request(&sandbox, ("sol", "solana"), "1000000000").to_string();
    let asked = oneclick::QuoteRequest::from_json(&body).unwrap();
    let quote = client.quote(&asked).await.unwrap();
    let deposit_address = quote.quote.deposit_address.clone().unwrap();
    let tx_hash = send_sol(&sandbox, &deposit_address, 1_000_000_000).await;
    let (near_sender_account, memo) = (None, None);
    let told = DepositSubmission { tx_hash, deposit_address, near_sender_account, memo };
    let status = client.submit_deposit(&told).await.unwrap();
    assert!(status.quote_response.is_some());
    for _ in 0..600 {
        let status = client.status(&told.status_request()).await.unwrap();
        if status.status == oneclick::SwapStatus::Success {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never finished");
}
