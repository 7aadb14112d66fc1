//! A node, a miner with coins, and our first coins: one of each kind.

use bitcoin::absolute::LockTime;
use bitcoin::consensus::encode::serialize;
use bitcoin::hashes::Hash;
use bitcoin::secp256k1::Message;
use bitcoin::sighash::{EcdsaSighashType, SighashCache};
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Txid, Witness};
use countersign_approval::{BitcoinChainView, BitcoinNetwork, SeenCoins};
use countersign_bitcoin::scripts_of_key;
use countersign_chain_rpc::CoreRpc;
use countersign_tests::Bitcoind;
use serde_json::{Value, json};

use crate::keys::{MINER, OURS, secp};

pub(crate) const REGTEST: BitcoinNetwork = BitcoinNetwork::Regtest;
/// What our coins come to; no float holds the sum of their texts.
pub(crate) const COINS: [u64; 3] = [30_000_001, 10_000_000, 20_000_003];
const FEE: u64 = 10_000;

pub(crate) struct Scene {
    pub(crate) node: Bitcoind,
    pub(crate) view: CoreRpc,
}

impl Scene {
    /// Starts a node whose miner has a coin that can be spent, and pays us in a block.
    pub(crate) async fn start() -> Option<Self> {
        let node = Bitcoind::start().await?;
        let view = node.view();
        let scene = Self { node, view };
        scene.mine(101).await;
        let pays: Vec<_> =
            [OURS.p2wpkh(), OURS.p2tr(), OURS.nested()].into_iter().zip(COINS).collect();
        scene.pay(&pays).await;
        scene.mine(1).await;
        Some(scene)
    }

    pub(crate) async fn mine(&self, blocks: u32) {
        self.node.mine(blocks, &MINER.address()).await;
    }

    /// Mines up to a height.
    pub(crate) async fn mine_to(&self, height: u32) {
        self.mine(height - self.node.height().await).await;
    }

    /// Returns our coins, as the node tells of them.
    pub(crate) async fn our_coins(&self) -> SeenCoins {
        let scripts = scripts_of_key(OURS.public().serialize()).unwrap();
        self.view.coins(REGTEST, &scripts).await.unwrap()
    }

    /// Returns what the coins of a script come to, with their confirmations.
    pub(crate) async fn coins_at(&self, script: &ScriptBuf) -> Vec<(u64, u32)> {
        let seen = self.view.coins(REGTEST, &[script.to_bytes()]).await.unwrap();
        let coins = seen.coins.iter();
        coins.map(|(coin, confirmations)| (coin.amount.value(), *confirmations)).collect()
    }

    /// Sends a transaction that the node says it takes, and mines it.
    pub(crate) async fn send_and_mine(&self, transaction: &[u8]) {
        self.view.test_accept(REGTEST, transaction).await.unwrap();
        self.view.broadcast(REGTEST, transaction).await.unwrap();
        self.mine(1).await;
    }

    /// Pays out of the miner's first coin; what is left goes to fees and back.
    pub(crate) async fn pay(&self, pays: &[(ScriptBuf, u64)]) {
        let (outpoint, value) = self.reward().await;
        let output = |(script_pubkey, sats): &(ScriptBuf, u64)| TxOut {
            value: Amount::from_sat(*sats),
            script_pubkey: script_pubkey.clone(),
        };
        let mut outputs: Vec<TxOut> = pays.iter().map(output).collect();
        let paid: u64 = pays.iter().map(|(_, sats)| sats).sum();
        outputs.push(output(&(MINER.p2wpkh(), value.to_sat() - paid - FEE)));
        let tx = signed(outpoint, value, outputs);
        self.view.broadcast(REGTEST, &serialize(&tx)).await.unwrap();
    }

    /// Returns the reward of the first block.
    async fn reward(&self) -> (OutPoint, Amount) {
        let hash = self.node.ask("getblockhash", json!([1])).await;
        let block = self.node.ask("getblock", json!([hash, 2])).await;
        let txid: Txid =
            block.pointer("/tx/0/txid").and_then(Value::as_str).unwrap().parse().unwrap();
        (OutPoint { txid, vout: 0 }, Amount::from_int_btc(50))
    }
}

/// Signs a payment of the miner by rust-bitcoin alone.
fn signed(previous_output: OutPoint, value: Amount, output: Vec<TxOut>) -> Transaction {
    let input = TxIn { previous_output, sequence: Sequence::MAX, ..TxIn::default() };
    let (version, lock_time) = (Version::TWO, LockTime::ZERO);
    let mut tx = Transaction { version, lock_time, input: vec![input], output };
    let (script, kind) = (MINER.p2wpkh(), EcdsaSighashType::All);
    let hash = SighashCache::new(&tx).p2wpkh_signature_hash(0, &script, value, kind).unwrap();
    let message = Message::from_digest(hash.to_byte_array());
    let signature = bitcoin::ecdsa::Signature {
        signature: secp().sign_ecdsa(&message, &MINER.secret()),
        sighash_type: kind,
    };
    for input in &mut tx.input {
        input.witness = Witness::p2wpkh(&signature, &MINER.public());
    }
    tx
}
