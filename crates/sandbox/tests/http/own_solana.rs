//! Transfers of a client's own on Solana: built here by hand, and asked about, sent and followed
//! through the view of a client that verifies.

use countersign_approval::{
    Finality, LifetimeQuery, SeenTransaction, SolanaFactsQuery, SolanaTransferView,
    TransferFactsQuery,
};
use countersign_chain_rpc::SolanaRpc;
use countersign_sandbox::{Account, CosignForm, Sandbox, SponsorSigns};
use countersign_units::{SolanaAddress, SolanaHash};
use ed25519_dalek::Signer;
use serde_json::{Value, json};

use crate::client::{balance, send};
use crate::solana::{account, key, quick};

const SYSTEM: [u8; 32] = [0; 32];
const FEE: u64 = 5_000;

struct Bench {
    sandbox: Sandbox,
    user: Account,
    recipient: String,
}

fn bytes(address: &str) -> Vec<u8> {
    bs58::decode(address).into_vec().unwrap()
}

impl Bench {
    async fn new() -> Self {
        let sandbox = Sandbox::start(quick(CosignForm::V0, SponsorSigns::Before)).await.unwrap();
        let user = account(&sandbox);
        let recipient = sandbox.new_recipient("solana").unwrap();
        Self { sandbox, user, recipient }
    }

    fn view(&self) -> SolanaRpc {
        let url = self.sandbox.rpc_url("solana").unwrap().parse().unwrap();
        SolanaRpc::connect(url).unwrap()
    }

    async fn ask(&self, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = send(&self.sandbox, "POST /rpc/solana", None, &body.to_string()).await;
        answer.json()["result"].clone()
    }

    async fn genesis(&self) -> SolanaHash {
        let hash = self.ask("getGenesisHash", json!([])).await;
        hash.as_str().unwrap().parse().unwrap()
    }

    /// Writes a transfer of SOL in the form from before versions, and signs it.
    fn transfer(&self, lamports: u64, blockhash: SolanaHash) -> (Vec<u8>, [u8; 64]) {
        let accounts = [bytes(&self.user.address), bytes(&self.recipient), SYSTEM.to_vec()];
        let data = [&2_u32.to_le_bytes()[..], &lamports.to_le_bytes()].concat();
        let mut message = vec![1, 0, 1, 3];
        message.extend(accounts.concat());
        message.extend(blockhash.as_bytes());
        message.extend([1, 2, 2, 0, 1, 12]);
        message.extend(data);
        let signature = key(&self.user).sign(&message).to_bytes();
        ([&[1][..], &signature, &message].concat(), signature)
    }
}

#[tokio::test]
async fn a_transfer_is_asked_about_sent_and_followed() {
    let bench = Bench::new().await;
    let (view, genesis_hash) = (bench.view(), bench.genesis().await);
    let [owner, recipient]: [SolanaAddress; 2] =
        [&bench.user.address, &bench.recipient].map(|address| address.parse().unwrap());
    let latest = view.latest_blockhash(genesis_hash).await.unwrap();
    let (blockhash, writable) = (latest.blockhash, vec![owner, recipient]);
    assert_eq!(view.compute_unit_price(genesis_hash, &writable).await, Ok(0));

    let (transaction, signature) = bench.transfer(2_000_000_000, blockhash);
    let asked = SolanaFactsQuery {
        genesis_hash,
        transaction: transaction.clone(),
        blockhash,
        writable,
        tables: Vec::new(),
        mint: None,
        source: None,
        destination: None,
    };
    let query = TransferFactsQuery { transaction: asked, owner, recipient };
    let facts = view.transfer_facts(&query).await.unwrap();
    assert!(facts.transaction.simulation.is_some() && facts.transaction.blockhash.is_some());
    assert!(facts.owner.unwrap().is_some());
    assert_eq!(facts.recipient, Some(None));
    assert_eq!(facts.rent.unwrap().wallet, 890_880);
    assert!(facts.block_height.unwrap() <= latest.last_valid_block_height);

    let lifetime = LifetimeQuery { genesis_hash, blockhash, signature: Some(signature) };
    let before: u64 = balance(&bench.sandbox, &bench.user.address, "SOL").parse().unwrap();
    assert_eq!(view.send(genesis_hash, &transaction).await, Ok(()));
    assert_eq!(view.send(genesis_hash, &transaction).await, Ok(()), "the same may be sent again");
    let after: u64 = balance(&bench.sandbox, &bench.user.address, "SOL").parse().unwrap();
    assert_eq!(before - after, 2_000_000_000 + FEE);
    let seen = view.lifetime(&lifetime).await.unwrap();
    let Some(SeenTransaction { finality, error, .. }) = seen.transaction else {
        panic!("{seen:?}")
    };
    assert_eq!((finality, error), (Finality::Finalized, None));

    let [received] = &bench.sandbox.received(&bench.recipient)[..] else { panic!("once") };
    assert_eq!(
        (received.token.as_str(), received.amount.to_string()),
        ("SOL", "2000000000".to_owned())
    );
    assert_eq!(received.id, bs58::encode(signature).into_string());
}

#[tokio::test]
async fn one_that_was_never_sent_is_dead_once_its_blockhash_is_old() {
    let bench = Bench::new().await;
    let (view, genesis_hash) = (bench.view(), bench.genesis().await);
    let blockhash = view.latest_blockhash(genesis_hash).await.unwrap().blockhash;
    let (transaction, signature) = bench.transfer(1_000_000_000, blockhash);
    bench.sandbox.expire_blockhashes();
    let query = LifetimeQuery { genesis_hash, blockhash, signature: Some(signature) };
    let seen = view.lifetime(&query).await.unwrap();
    assert!(!seen.blockhash_valid && seen.transaction.is_none(), "{seen:?}");
    assert!(seen.history_from_slot.is_some());
    assert!(view.send(genesis_hash, &transaction).await.is_err());
    assert_eq!(bench.sandbox.received(&bench.recipient), []);
}

#[tokio::test]
async fn tokens_are_received_by_their_owner() {
    let bench = Bench::new().await;
    let held = bench.sandbox.received(&bench.user.address);
    let mut keys: Vec<_> = held.iter().map(|received| received.token.as_str()).collect();
    keys.sort_unstable();
    // SOL was there from the first block on; tokens were issued by transactions.
    assert_eq!(keys, ["PYUSD", "USDC_SOL"]);
    for received in held {
        let lots = received.amount.to_string();
        assert_eq!(balance(&bench.sandbox, &bench.user.address, &received.token), lots);
    }
}
