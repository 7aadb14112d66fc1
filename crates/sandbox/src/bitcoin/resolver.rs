//! What the resolver does on Bitcoin: it pays out, and takes locked outputs by their secret.

use bitcoin::absolute::LockTime;
use bitcoin::hashes::Hash;
use bitcoin::secp256k1::Message;
use bitcoin::sighash::{Prevouts, SighashCache};
use bitcoin::taproot::{LeafVersion, TapLeafHash};
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, EcdsaSighashType, ScriptBuf, TapSighashType, Transaction, TxOut, Txid, Witness, ecdsa,
    taproot,
};
use countersign_units::UnixSeconds;

use super::fee;
use super::funding::Offer;
use super::htlc::Inside;
use super::keys::{CoinForm, secp};
use super::parties::Bitcoin;
use super::rejected::Rejected;
use super::selection::{self, input};

/// What a claim weighs, with some room.
const CLAIM_WEIGHT: u64 = 600;

impl Bitcoin {
    /// Pays satoshis of the resolver's to a script.
    ///
    /// # Errors
    ///
    /// Returns a [`Rejected`] if there are not enough, or the payment would be dust.
    pub(crate) fn pay(
        &mut self,
        now: UnixSeconds,
        to: ScriptBuf,
        sats: u64,
    ) -> Result<Txid, Rejected> {
        let payment = TxOut { value: Amount::from_sat(sats), script_pubkey: to };
        let owner = self.resolver_script();
        let chosen = selection::select(&self.ledger, (&owner, CoinForm::P2wpkh), payment, |_| true)
            .ok_or(Rejected::BelowOutputs)?;
        let mut transaction = chosen.transaction.clone();
        let mut cache = SighashCache::new(&chosen.transaction);
        let coins = chosen.spent.iter().enumerate();
        for ((index, coin), input) in coins.zip(&mut transaction.input) {
            let kind = EcdsaSighashType::All;
            let hash = cache.p2wpkh_signature_hash(index, &coin.script_pubkey, coin.value, kind);
            let hash = hash.map_err(|_| Rejected::Script { input: index })?;
            let signature = self.ecdsa(Message::from_digest(hash.to_byte_array()));
            input.witness = Witness::p2wpkh(&signature, &self.claim_key().0);
        }
        self.ledger.submit(now, transaction)
    }

    /// Takes a funded output by its secret.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejected`] of the claim.
    pub(crate) fn claim(
        &mut self,
        now: UnixSeconds,
        funded: (Txid, &Offer),
        secret: [u8; 32],
    ) -> Result<Txid, Rejected> {
        let claim = self.claim_transaction(funded, secret)?;
        self.ledger.submit(now, claim)
    }

    /// Says whether a claim would succeed now.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejected`] that the claim would fail with.
    pub(crate) fn try_claim(
        &self,
        funded: (Txid, &Offer),
        secret: [u8; 32],
    ) -> Result<(), Rejected> {
        self.ledger.check(&self.claim_transaction(funded, secret)?)
    }

    fn claim_transaction(
        &self,
        (txid, offer): (Txid, &Offer),
        secret: [u8; 32],
    ) -> Result<Transaction, Rejected> {
        let sats = offer.sats().checked_sub(fee(CLAIM_WEIGHT)).ok_or(Rejected::BelowOutputs)?;
        let output = TxOut { value: Amount::from_sat(sats), script_pubkey: self.resolver_script() };
        let mut transaction = Transaction {
            version: Version::TWO,
            lock_time: LockTime::ZERO,
            input: vec![input(Offer::outpoint(txid))],
            output: vec![output],
        };
        let witness = self.claim_witness(&transaction, offer, secret);
        let witness = witness.ok_or(Rejected::Script { input: 0 })?;
        for input in &mut transaction.input {
            input.witness.clone_from(&witness);
        }
        Ok(transaction)
    }

    fn claim_witness(
        &self,
        transaction: &Transaction,
        offer: &Offer,
        secret: [u8; 32],
    ) -> Option<Witness> {
        let mut cache = SighashCache::new(transaction);
        let coin = offer.psbt.unsigned_tx.output.first()?;
        let witness = match &offer.htlc.inside {
            Inside::Script(script) => {
                let kind = EcdsaSighashType::All;
                let hash = cache.p2wsh_signature_hash(0, script, coin.value, kind).ok()?;
                let signature = self.ecdsa(Message::from_digest(hash.to_byte_array()));
                vec![signature.to_vec(), secret.to_vec(), vec![1], script.to_bytes()]
            }
            Inside::Leaves(leaves) => {
                let leaf = TapLeafHash::from_script(&leaves.claim, LeafVersion::TapScript);
                let (coins, kind) = (Prevouts::All(&[coin]), TapSighashType::Default);
                let hash = cache.taproot_script_spend_signature_hash(0, &coins, leaf, kind).ok()?;
                let message = Message::from_digest(hash.to_byte_array());
                let signature = secp().sign_schnorr(&message, self.resolver.keypair());
                let signature = taproot::Signature { signature, sighash_type: kind };
                let (script, block) = (leaves.claim.to_bytes(), leaves.claim_control_block.clone());
                vec![signature.to_vec(), secret.to_vec(), script, block]
            }
        };
        Some(Witness::from_slice(&witness))
    }

    fn ecdsa(&self, message: Message) -> ecdsa::Signature {
        ecdsa::Signature::sighash_all(secp().sign_ecdsa(&message, &self.resolver.secret()))
    }
}
