//! The coins, and what spends them.

use std::collections::{BTreeSet, HashMap};

use bitcoin::hashes::{Hash, sha256};
use bitcoin::{OutPoint, Script, Transaction, TxIn, TxOut, Txid};
use countersign_units::UnixSeconds;

use super::blocks::{Block, Blocks};
use super::{Rejected, engine, spend};

/// The most satoshis that there ever are.
const MAX_SATS: u64 = 21_000_000 * 100_000_000;

/// The set of unspent coins, with the blocks and the transactions behind it.
#[derive(Debug)]
pub(crate) struct Ledger {
    blocks: Blocks,
    coins: HashMap<OutPoint, Coin>,
    /// The coins by the SHA-256 of their scripts.
    by_script: HashMap<[u8; 32], BTreeSet<OutPoint>>,
    transactions: HashMap<Txid, Mined>,
    spenders: HashMap<OutPoint, (Txid, usize)>,
}

/// A coin, and when it came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Coin {
    pub(crate) output: TxOut,
    pub(crate) block: Block,
    /// The median time before its block, which relative lock times count from (BIP-68).
    pub(super) median_time: u32,
}

/// A transaction in a block.
#[derive(Clone, Debug)]
pub(crate) struct Mined {
    pub(crate) transaction: Transaction,
    pub(crate) block: Block,
}

impl Ledger {
    /// Begins without coins, at the clock's time.
    pub(crate) fn start(now: UnixSeconds) -> Self {
        let mut blocks = Blocks::new();
        blocks.tick(now);
        Self {
            blocks,
            coins: HashMap::new(),
            by_script: HashMap::new(),
            transactions: HashMap::new(),
            spenders: HashMap::new(),
        }
    }

    /// Lets the blocks follow the clock.
    pub(crate) fn tick(&mut self, now: UnixSeconds) {
        self.blocks.tick(now);
    }

    /// Puts a transaction into a block without asking where its coins come from, as the first
    /// blocks of a chain do.
    pub(crate) fn seed(&mut self, now: UnixSeconds, transaction: Transaction) -> Txid {
        self.enter(now, transaction)
    }

    /// Takes a transaction into a block, if every rule lets it.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejected`] that says which rule does not.
    pub(crate) fn submit(
        &mut self,
        now: UnixSeconds,
        transaction: Transaction,
    ) -> Result<Txid, Rejected> {
        self.tick(now);
        self.check(&transaction)?;
        Ok(self.enter(now, transaction))
    }

    /// Says whether a transaction may enter the next block.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejected`] that says which rule does not let it.
    pub(crate) fn check(&self, transaction: &Transaction) -> Result<(), Rejected> {
        let paid = outputs_total(transaction)?;
        unique_inputs(transaction)?;
        if self.transactions.contains_key(&transaction.compute_txid()) {
            return Err(Rejected::Known);
        }
        let (height, time) = (self.blocks.next_height(), self.blocks.median_time());
        spend::is_final(transaction, height, time)?;
        let coins: Option<Vec<_>> =
            transaction.input.iter().map(|input| self.coins.get(&input.previous_output)).collect();
        let coins = coins.ok_or(Rejected::MissingOrSpent)?;
        spend::inputs_are_final(transaction, &coins, height, time)?;
        let spent: Vec<_> = coins.iter().map(|coin| coin.output.clone()).collect();
        let brought = total(&spent).ok_or(Rejected::BelowOutputs)?;
        if brought < paid {
            return Err(Rejected::BelowOutputs);
        }
        engine::verify(transaction, &spent).map_err(|input| Rejected::Script { input })
    }

    pub(crate) fn coin(&self, outpoint: &OutPoint) -> Option<&Coin> {
        self.coins.get(outpoint)
    }

    /// Returns the unspent coins of a script, the oldest first.
    pub(crate) fn coins_of(&self, script: &Script) -> Vec<(OutPoint, &Coin)> {
        self.coins_of_hash(hash_of(script))
    }

    /// Returns the unspent coins of a script by its SHA-256.
    pub(crate) fn coins_of_hash(&self, hash: [u8; 32]) -> Vec<(OutPoint, &Coin)> {
        let outpoints = self.by_script.get(&hash).into_iter().flatten();
        let mut coins: Vec<_> =
            outpoints.filter_map(|outpoint| Some((*outpoint, self.coins.get(outpoint)?))).collect();
        coins.sort_by_key(|(outpoint, coin)| (coin.block.height, outpoint.vout));
        coins
    }

    /// Returns how many satoshis a script holds.
    pub(crate) fn balance(&self, script: &Script) -> u64 {
        let values = self.coins_of(script).into_iter().map(|(_, coin)| coin.output.value.to_sat());
        values.fold(0, u64::saturating_add)
    }

    pub(crate) fn transaction(&self, txid: &Txid) -> Option<&Mined> {
        self.transactions.get(txid)
    }

    /// Returns what a transaction in a block left to whoever made it, in satoshis; nothing where it
    /// spent coins that never were.
    pub(crate) fn fee(&self, transaction: &Transaction) -> u64 {
        let spent = |input: &TxIn| {
            let OutPoint { txid, vout } = input.previous_output;
            let outputs = &self.transaction(&txid)?.transaction.output;
            outputs.get(usize::try_from(vout).ok()?).cloned()
        };
        let spent: Option<Vec<_>> = transaction.input.iter().map(spent).collect();
        let brought = spent.as_deref().and_then(total).unwrap_or_default();
        brought.saturating_sub(total(&transaction.output).unwrap_or_default())
    }

    /// Returns the transaction and the number of its input that spent a coin.
    pub(crate) fn spender(&self, outpoint: &OutPoint) -> Option<(Txid, usize)> {
        self.spenders.get(outpoint).copied()
    }

    pub(crate) fn tip(&self) -> Block {
        self.blocks.tip()
    }

    pub(crate) const fn genesis(&self) -> Block {
        self.blocks.genesis()
    }

    fn enter(&mut self, now: UnixSeconds, transaction: Transaction) -> Txid {
        let txid = transaction.compute_txid();
        let median_time = self.blocks.median_time();
        let block = self.blocks.take(now, txid.to_byte_array());
        for (index, input) in transaction.input.iter().enumerate() {
            self.remove(&input.previous_output);
            self.spenders.insert(input.previous_output, (txid, index));
        }
        for (vout, output) in (0_u32..).zip(&transaction.output) {
            let coin = Coin { output: output.clone(), block, median_time };
            self.add(OutPoint { txid, vout }, coin);
        }
        self.transactions.insert(txid, Mined { transaction, block });
        txid
    }

    fn add(&mut self, outpoint: OutPoint, coin: Coin) {
        let same_script = self.by_script.entry(hash_of(&coin.output.script_pubkey)).or_default();
        same_script.insert(outpoint);
        self.coins.insert(outpoint, coin);
    }

    fn remove(&mut self, outpoint: &OutPoint) {
        let Some(coin) = self.coins.remove(outpoint) else { return };
        let hash = hash_of(&coin.output.script_pubkey);
        if let Some(same_script) = self.by_script.get_mut(&hash) {
            same_script.remove(outpoint);
            if same_script.is_empty() {
                self.by_script.remove(&hash);
            }
        }
    }
}

fn hash_of(script: &Script) -> [u8; 32] {
    sha256::Hash::hash(script.as_bytes()).to_byte_array()
}

/// Adds up what a transaction pays.
fn outputs_total(transaction: &Transaction) -> Result<u64, Rejected> {
    if transaction.input.is_empty() {
        return Err(Rejected::NoInputs);
    }
    if transaction.output.is_empty() {
        return Err(Rejected::NoOutputs);
    }
    let paid = total(&transaction.output).ok_or(Rejected::OutputsTooLarge)?;
    let is_dust = |output: &TxOut| output.value < output.script_pubkey.minimal_non_dust();
    if transaction.output.iter().any(is_dust) { Err(Rejected::Dust) } else { Ok(paid) }
}

fn unique_inputs(transaction: &Transaction) -> Result<(), Rejected> {
    let outpoints: BTreeSet<_> =
        transaction.input.iter().map(|input| input.previous_output).collect();
    if outpoints.len() == transaction.input.len() { Ok(()) } else { Err(Rejected::DoubledInput) }
}

/// Adds up outputs; `None` if there can't be as much.
fn total(outputs: &[TxOut]) -> Option<u64> {
    let add = |sum: u64, output: &TxOut| sum.checked_add(output.value.to_sat());
    outputs.iter().try_fold(0, add).filter(|sum| *sum <= MAX_SATS)
}
