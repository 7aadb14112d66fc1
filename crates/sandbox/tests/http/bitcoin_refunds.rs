//! Swaps whose resolver never pays: the user takes the coins back, after the lock time.

use std::time::{Duration, UNIX_EPOCH};

use bitcoin::absolute::LockTime;
use bitcoin::consensus::encode::serialize_hex;
use bitcoin::hashes::Hash;
use bitcoin::secp256k1::{Keypair, Message, Secp256k1};
use bitcoin::sighash::{Prevouts, SighashCache};
use bitcoin::taproot::{LeafVersion, TapLeafHash};
use bitcoin::transaction::Version;
use bitcoin::{
    Address, Amount, EcdsaSighashType, OutPoint, Psbt, ScriptBuf, Sequence, TapSighashType,
    Transaction, TxIn, TxOut, Witness, ecdsa,
};
use countersign_sandbox::{HtlcTemplate, SandboxConfig};
use serde_json::Value;

use crate::bitcoin::{Finish, Swap, psbt, public_key, quick, secret_key, sign};
use crate::client::{self, Dialect, Wish, balance, get, id, send, token, wait_for};

fn failing(template: HtlcTemplate) -> SandboxConfig {
    SandboxConfig {
        resolver_fails: true,
        intent_lifetime: Duration::from_secs(3),
        refund_delay: Duration::from_secs(1),
        ..quick(template)
    }
}

fn locktime(intent: &Value) -> u32 {
    intent["params_to_sign"]["locktime"].as_u64().unwrap().try_into().unwrap()
}

/// Builds the refund as a user does, from what the intent says; `lock` is its nLockTime.
fn refund(swap: &Swap, intent: &Value, funded: &Psbt, lock: u32) -> String {
    let home: Address = swap.user.address.parse::<Address<_>>().unwrap().assume_checked();
    let coin = funded.unsigned_tx.output[0].clone();
    let value = coin.value.checked_sub(Amount::from_sat(1_000)).unwrap();
    let transaction = Transaction {
        version: Version::TWO,
        lock_time: LockTime::from_consensus(lock),
        input: vec![TxIn {
            previous_output: OutPoint {
                txid: funded.clone().extract_tx().unwrap().compute_txid(),
                vout: 0,
            },
            sequence: Sequence::ENABLE_LOCKTIME_NO_RBF,
            ..TxIn::default()
        }],
        output: vec![TxOut { value, script_pubkey: home.script_pubkey() }],
    };
    let mut signed = transaction.clone();
    signed.input[0].witness = witness(swap, intent, &transaction, &coin);
    serialize_hex(&signed)
}

fn witness(swap: &Swap, intent: &Value, transaction: &Transaction, coin: &TxOut) -> Witness {
    let params = &intent["params_to_sign"];
    let bytes = |name: &str| params[name].as_str().map(|text| hex::decode(text).unwrap());
    let (secp, secret) = (Secp256k1::new(), secret_key(&swap.user));
    let mut cache = SighashCache::new(transaction);
    if let Some(script) = bytes("witness_script") {
        let script = ScriptBuf::from_bytes(script);
        let all = EcdsaSighashType::All;
        let hash = cache.p2wsh_signature_hash(0, &script, coin.value, all).unwrap();
        let message = Message::from_digest(hash.to_byte_array());
        let signature = ecdsa::Signature::sighash_all(secp.sign_ecdsa(&message, &secret));
        return Witness::from_slice(&[signature.to_vec(), vec![], script.into_bytes()]);
    }
    let key = public_key(&swap.user).x_only_public_key().0;
    let script = bitcoin::script::Builder::new()
        .push_int(locktime(intent).into())
        .push_opcode(bitcoin::opcodes::all::OP_CLTV)
        .push_opcode(bitcoin::opcodes::all::OP_DROP)
        .push_x_only_key(&key)
        .push_opcode(bitcoin::opcodes::all::OP_CHECKSIG)
        .into_script();
    let leaf = TapLeafHash::from_script(&script, LeafVersion::TapScript);
    let (coins, kind) = (Prevouts::All(&[coin]), TapSighashType::Default);
    let hash = cache.taproot_script_spend_signature_hash(0, &coins, leaf, kind).unwrap();
    let keypair = Keypair::from_secret_key(&secp, &secret);
    let signature = secp.sign_schnorr(&Message::from_digest(hash.to_byte_array()), &keypair);
    let block = bytes("refund_control_block").unwrap();
    Witness::from_slice(&[signature.serialize().to_vec(), script.into_bytes(), block])
}

async fn broadcast(swap: &Swap, transaction: &str) -> client::Answer {
    assert!(swap.sandbox.esplora_url("bitcoin").unwrap().ends_with("/esplora/bitcoin"));
    send(&swap.sandbox, "POST /esplora/bitcoin/tx", None, transaction).await
}

async fn wait_until(second: u32) {
    while UNIX_EPOCH.elapsed().unwrap().as_secs() <= u64::from(second) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_user_takes_the_coins_back_after_the_lock_time_alone() {
    for (template, name) in [
        (HtlcTemplate::P2wshV1, "default"),
        (HtlcTemplate::P2trV1, "taproot"),
        (HtlcTemplate::P2trV1, "nested"),
    ] {
        let swap = Swap::new(failing(template), Dialect::G2, name).await;
        let intent = swap.open().await;
        let signed = sign(&swap.user, psbt(&intent), Finish::Final);
        assert_eq!(swap.approve(&intent, &signed).await.status, 200);
        wait_for(&swap.sandbox, &intent, "Deposited").await;

        let lock = locktime(&intent);
        let right = refund(&swap, &intent, &signed, lock);
        let early = broadcast(&swap, &right).await;
        assert_eq!(early.status, 400);
        assert!(early.body.contains("non-final"), "{early:?}");
        // A lock time that has passed is not the one that the script asks for.
        let short = broadcast(&swap, &refund(&swap, &intent, &signed, lock - 100_000)).await;
        assert!(short.body.contains("mandatory-script-verify-flag-failed"), "{short:?}");

        wait_for(&swap.sandbox, &intent, "RefundRequested").await;
        wait_until(lock).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        let path = format!("/v1/intents/{}", id(&intent));
        assert_eq!(get(&swap.sandbox, &path).await.json()["status"], "RefundRequested");
        let before = swap.balance(&swap.user.address);
        let taken = broadcast(&swap, &right).await;
        assert_eq!(taken.status, 200, "{taken:?}");
        wait_for(&swap.sandbox, &intent, "Refunded").await;
        assert_eq!(swap.balance(&swap.user.address), before + 25_000_000 - 1_000);
        let calls: Vec<_> = swap.sandbox.executions().into_iter().map(|ran| ran.call).collect();
        assert_eq!(calls, ["HTLC fund", "HTLC refund"]);
        let again = broadcast(&swap, &right).await;
        assert!(again.body.contains("already in utxo set"), "{again:?}");
    }
}

#[tokio::test]
async fn an_escrow_refunds_too_when_the_resolver_fails() {
    let config = failing(HtlcTemplate::P2wshV1);
    let sandbox = countersign_sandbox::Sandbox::start(config).await.unwrap();
    let (usdc, user) = (token(&sandbox, "USDC"), client::account(&sandbox, "default"));
    let recipient = sandbox.new_recipient("bitcoin").unwrap();
    let wish = Wish {
        dialect: Dialect::G2,
        from: (1, &usdc),
        to: (3, "btc"),
        amount: "600",
        owner: &user.address,
        recipient: &recipient,
    };
    let intent = wish.open(&sandbox).await;
    let signature = wish.sign(&user, &intent, "600000000");
    assert_eq!(wish.approve(&sandbox, &intent, &signature).await.status, 200);
    wait_for(&sandbox, &intent, "Refunded").await;
    assert_eq!(balance(&sandbox, &user.address, "USDC"), "100000000000");
    assert_eq!(balance(&sandbox, &recipient, "BTC"), "0");
}
