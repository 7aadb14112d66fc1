//! A service signs evidence of each kind with the key that it is about, and with no other.

use std::collections::BTreeSet;

use alloy::primitives::{B256, Signature};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use countersign::api_types::defi::Profile;
use countersign::approval::{IntentStandard, Sats, TypedDataStandard};
use countersign::chain_rpc::{EvmRpc, SolanaRpc, TronRpc};
use countersign::http_client::oneclick::OneClickClient;
use countersign::http_client::transport::{Auth, Limits};
use countersign::{Countersign, CountersignBuilder, QuotedApi, Status};
use countersign_bitcoin::sign_refund;
use countersign_tests::{SHORT, Scene, short_steps};
use serde_json::Value;

use super::taken_over::{Asked, TakenOver};

/// What a service takes.
const DOCUMENT: &str = include_str!("../../../docs/remote-signer.yaml");

/// How a swap is paid for.
#[derive(Clone, Copy, Debug)]
enum By {
    Permission,
    Deposit,
    Intent(IntentStandard),
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_each_kind_is_signed_by_the_key_that_it_is_about_and_by_no_other() {
    let mut kinds = BTreeSet::new();
    for (from, by, expected) in [
        ("USDC@ethereum", By::Permission, "permit"),
        ("USDT@tron", By::Permission, "permit"),
        ("BTC@bitcoin", By::Permission, "psbt"),
        ("USDC@solana", By::Permission, "cosign"),
        ("USDC@ethereum", By::Deposit, "call"),
        ("USDT@tron", By::Deposit, "tron_call"),
        ("BTC@bitcoin", By::Deposit, "payment"),
        ("SOL@solana", By::Deposit, "transfer"),
        ("USDC@solana", By::Deposit, "transfer"),
        ("USDC@ethereum", By::Intent(IntentStandard::Erc191), "intent"),
        ("USDT@tron", By::Intent(IntentStandard::Tip191), "intent"),
        ("USDC@solana", By::Intent(IntentStandard::RawEd25519), "intent"),
        ("USDC@solana", By::Intent(IntentStandard::Nep413), "intent"),
    ] {
        let asked = swap(from, by).await;
        let found: BTreeSet<String> = asked.iter().map(kind).collect();
        assert!(found.contains(expected), "{from} {by:?}: {found:?}");
        kinds.extend(found);
    }
    kinds.extend(refund().await.iter().map(kind));
    assert_eq!(kinds, documented());
}

/// Returns all kinds of evidence that are about a key: the challenge is about any.
fn documented() -> BTreeSet<String> {
    let line = DOCUMENT.lines().find_map(|line| line.trim().strip_prefix("enum: [permit")).unwrap();
    let kinds = line.trim_end_matches(']').split(", ").filter(|kind| !kind.is_empty());
    let kinds = kinds.filter(|kind| *kind != "challenge").map(str::to_owned);
    kinds.chain(["permit".to_owned()]).collect()
}

fn kind(asked: &Asked) -> String {
    asked.request["evidence"]["kind"].as_str().unwrap().to_owned()
}

/// Swaps to the end, and returns what the service was asked meanwhile.
async fn swap(from: &str, by: By) -> Vec<Asked> {
    let scene = Scene::start_from(short_steps(), Profile::G1, from, "USDC@base").await;
    let caller = TakenOver::of(&scene).await;
    let flow = flow(&scene, by, &caller);
    let outcome = flow.swap(&scene.request(), SHORT, |_| {}).await;
    let outcome = outcome.unwrap_or_else(|error| panic!("{from} {by:?}: {error}"));
    assert_eq!(outcome.status.status, Status::Finished, "{from} {by:?}");
    judged(&caller)
}

/// Takes coins back that a swap has locked.
async fn refund() -> Vec<Asked> {
    let scene = Scene::start_from(short_steps(), Profile::G1, "BTC@bitcoin", "USDC@base").await;
    let caller = TakenOver::of(&scene).await;
    flow(&scene, By::Permission, &caller).swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    let before = caller.asked().len();
    let recipe = scene.recipes.all().remove(0);
    let refund = recipe.plan(recipe.outpoint().unwrap(), 3, Sats::MAX).unwrap();
    sign_refund(&refund, &scene.config().policy().unwrap(), &caller.keyring).await.unwrap();
    let asked = judged(&caller).split_off(before);
    assert!(!asked.is_empty() && asked.iter().all(|asked| kind(asked) == "refund"));
    asked
}

fn judged(caller: &TakenOver) -> Vec<Asked> {
    let asked = caller.asked();
    asked.iter().for_each(judge);
    asked
}

/// The evidence's own key has signed, and the other one has not: the custodian's rules, which would
/// have allowed it, were not even asked.
fn judge(asked: &Asked) {
    let kind = kind(asked);
    assert_eq!((asked.own.status, asked.own.rules), (200, 1), "{kind}: {}", asked.own.body);
    assert!(is_signed(&asked.request, &asked.own.body), "{kind}");
    let other = &asked.other;
    assert_eq!((other.status, other.rules), (403, 0), "{kind}: {}", other.body);
    assert_eq!(other.body["code"], "declined", "{kind}");
    let reason = "the evidence is not about the key that is to sign it";
    assert_eq!(other.body["reason"], reason, "{kind}");
    assert_eq!(other.body.as_object().unwrap().len(), 2, "{kind}: {}", other.body);
}

/// Judges a signature by other libraries than those that the service signs by: k256 and AWS-LC.
fn is_signed(request: &Value, answer: &Value) -> bool {
    let bytes = |value: &Value| hex::decode(value.as_str().unwrap()).unwrap();
    let (key, message) = (bytes(&request["key"]["public_key"]), bytes(&request["message"]));
    let signature = bytes(&answer["signature"]);
    match request["scheme"].as_str().unwrap() {
        "ed25519" => UnparsedPublicKey::new(&ED25519, &key).verify(&message, &signature).is_ok(),
        "ecdsa" => [false, true].into_iter().any(|is_odd| {
            let signature = Signature::from_bytes_and_parity(&signature, is_odd);
            let signer = signature.recover_from_prehash(&B256::from_slice(&message));
            signer.is_ok_and(|signer| signer.to_encoded_point(true).as_bytes() == key)
        }),
        other => panic!("{other}"),
    }
}

fn flow(scene: &Scene, by: By, caller: &TakenOver) -> Countersign {
    let quoted = || {
        let sandbox = &scene.sandbox;
        let client = OneClickClient::builder(&sandbox.oneclick_url());
        QuotedApi::oneclick(client.partner_key(sandbox.oneclick_key().into()).build().unwrap())
    };
    let api = match by {
        By::Permission => {
            let builder = Countersign::builder(scene.api(), scene.config());
            let builder = builder.keyring(caller.keyring.clone());
            return scene.with_view(builder.refund_keeper(scene.recipes.clone())).build();
        }
        By::Deposit => quoted(),
        By::Intent(standard) => quoted().by_intent(standard),
    };
    let builder = Countersign::builder(api, scene.config()).keyring(caller.keyring.clone());
    with_node(builder, scene).build()
}

fn with_node(builder: CountersignBuilder, scene: &Scene) -> CountersignBuilder {
    let network = scene.account.network.as_str();
    let url = || scene.sandbox.rpc_url(network).unwrap().parse().unwrap();
    match network {
        "bitcoin" => builder.bitcoin_chain(network, scene.esplora()),
        "tron" => {
            let json_rpc = EvmRpc::connect(url(), TypedDataStandard::Tip712).unwrap();
            let api = scene.sandbox.tron_url(network).unwrap().parse().unwrap();
            let api = TronRpc::connect(api, Auth::None, Limits::default()).unwrap();
            builder.tron_node(network, json_rpc, api)
        }
        "solana" => builder.solana_node(network, SolanaRpc::connect(url()).unwrap()),
        _ => {
            let node = EvmRpc::connect(url(), TypedDataStandard::Eip712).unwrap();
            builder.evm_node(network, node)
        }
    }
}
