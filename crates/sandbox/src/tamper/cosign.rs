//! Lies about a transaction on Solana.

mod bytes;
mod chain;
mod extra;
mod message;
mod tables;
#[cfg(test)]
mod tests;
mod token;
mod transfer;

use countersign_units::UnixSeconds;
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};
use solana_sdk::signature::Signer;
use solana_transaction::versioned::VersionedTransaction;

use super::{Tamper, answer};
use crate::answer::Answer;
use crate::config::SponsorSigns;
use crate::solana::{Asset, CosignOffer, CosignParams, Draft, Mint, Solana, sign};

/// What a lie about a transaction needs to know, and may change.
pub(crate) struct CosignScene<'a> {
    pub(crate) solana: &'a mut Solana,
    pub(crate) offer: &'a CosignOffer,
    pub(crate) now: UnixSeconds,
}

/// Who plays a part in a lie.
#[derive(Clone, Copy, Debug)]
struct Cast {
    user: Address,
    vault: Address,
    sponsor: Address,
    attacker: Address,
    /// What is swapped.
    asset: Asset,
    amount: u64,
    /// The token that is swapped, or another one of the user's where SOL is.
    mint: Mint,
}

/// Changes an honest create answer into the lie, or the accounts that it is about. A lie that needs
/// a token, or a lookup table, is told only where there is one.
pub(crate) fn apply(
    tamper: Tamper,
    answer: &mut Answer<CosignParams>,
    scene: &mut CosignScene<'_>,
) {
    answer::apply(tamper, answer, &scene.solana.attacker.pubkey().to_string());
    let Some(cast) = scene.cast() else { return };
    let params = &mut answer.payload;
    if let Some(draft) = redrafted(tamper, &scene.offer.draft, &cast)
        && let Some(transaction) = scene.compiled(&draft)
    {
        params.transaction = transaction;
    }
    message::apply(tamper, params, scene, &cast);
    tables::apply(tamper, params, scene, &cast);
    bytes::apply(tamper, params, scene);
    chain::apply(tamper, scene, &cast);
}

/// Writes other instructions, if the lie is about them.
fn redrafted(tamper: Tamper, honest: &Draft, cast: &Cast) -> Option<Draft> {
    let mut draft = honest.clone();
    let more = extra::instructions(tamper, cast).or_else(|| token::instructions(tamper, cast));
    if let Some(more) = more {
        draft.instructions.extend(more);
        return Some(draft);
    }
    if let Some(nonce) = extra::nonce(tamper, cast) {
        draft.instructions.insert(0, nonce);
        return Some(draft);
    }
    // The transfer stands last.
    *draft.instructions.last_mut()? = transfer::replaced(tamper, cast, honest)?;
    Some(draft)
}

impl CosignScene<'_> {
    fn cast(&self) -> Option<Cast> {
        let order = self.offer.order;
        let mint = match order.asset {
            Asset::Token(mint) => mint,
            Asset::Native => self.solana.first_mint()?,
        };
        Some(Cast {
            user: order.user,
            vault: self.offer.vault,
            sponsor: self.solana.sponsor.pubkey(),
            attacker: self.solana.attacker.pubkey(),
            asset: order.asset,
            amount: order.amount,
            mint,
        })
    }

    /// Compiles a draft and has everybody sign who would have: the lie is to be valid.
    fn compiled(&self, draft: &Draft) -> Option<VersionedTransaction> {
        let mut transaction = draft.compile()?;
        self.sign(&mut transaction);
        Some(transaction)
    }

    fn sign(&self, transaction: &mut VersionedTransaction) {
        if self.offer.order.sponsor_signs == SponsorSigns::Before {
            sign(transaction, &self.solana.sponsor);
        }
        sign(transaction, &self.solana.attacker);
    }
}

impl Cast {
    /// Returns the user's account of the token.
    fn source(&self) -> Address {
        self.mint.account_of(&self.user)
    }

    fn program(&self) -> Address {
        self.mint.program.id()
    }

    /// Returns a made-up account that has something to do with the user.
    fn another(&self, what: &str) -> Address {
        let program = solana_system_interface::program::ID;
        Address::create_with_seed(&self.user, what, &program).unwrap_or_default()
    }
}

/// Writes an instruction by hand, where no library writes it.
fn instruction(program_id: Address, accounts: Vec<AccountMeta>, data: Vec<u8>) -> Instruction {
    Instruction { program_id, accounts, data }
}
