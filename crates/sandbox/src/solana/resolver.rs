//! What the sponsor and the resolver do themselves: sign along, pay out, and empty the vault.

use countersign_units::UnixSeconds;
use solana_address::Address;
use solana_sdk::signature::{Keypair, Signer};
use solana_transaction::versioned::VersionedTransaction;

use super::{Asset, CosignOffer, Executed, Rejected, Solana, sign};
use crate::chain::ChainError;
use crate::config::SponsorSigns;

impl Solana {
    /// Runs a transaction that its user signed, after the sponsor if it signs last.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejected`] that the cluster answers with.
    pub(crate) fn fund(
        &mut self,
        now: UnixSeconds,
        offer: &CosignOffer,
        mut signed: VersionedTransaction,
    ) -> Result<Executed, Rejected> {
        if offer.order.sponsor_signs == SponsorSigns::After {
            sign(&mut signed, &self.sponsor);
        }
        self.engine.submit(now, signed)
    }

    /// Pays what the resolver has; the recipient's account is made where there is none.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that says what the payment fails with.
    pub(crate) fn pay(
        &mut self,
        now: UnixSeconds,
        asset: Asset,
        to: &Address,
        amount: u64,
    ) -> Result<Executed, ChainError> {
        let resolver = self.resolver.insecure_clone();
        self.send(now, &resolver, (asset, to), amount)
    }

    /// Takes a deposit out of the vault: for the resolver, or back to its owner.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that says what the payment fails with.
    pub(crate) fn release(
        &mut self,
        now: UnixSeconds,
        offer: &CosignOffer,
        to: &Address,
    ) -> Result<Executed, ChainError> {
        let vault = self.vault.insecure_clone();
        self.send(now, &vault, (offer.order.asset, to), offer.order.amount)
    }

    /// Returns how much the resolver can pay out.
    pub(crate) fn inventory(&self, asset: Asset) -> u64 {
        asset.balance(&self.engine, &self.resolver.pubkey())
    }

    /// Returns where the resolver takes deposits.
    pub(crate) fn resolver_address(&self) -> Address {
        self.resolver.pubkey()
    }

    fn send(
        &mut self,
        now: UnixSeconds,
        from: &Keypair,
        (asset, to): (Asset, &Address),
        amount: u64,
    ) -> Result<Executed, ChainError> {
        let sponsor = self.sponsor.insecure_clone();
        let mut instructions = Vec::new();
        if let Asset::Token(mint) = asset {
            instructions.push(mint.create_account(&sponsor.pubkey(), to));
        }
        let transfer = asset.transfer((&from.pubkey(), to), amount)?;
        instructions.push(transfer);
        Ok(self.run(now, instructions, &[&sponsor, from])?)
    }
}
