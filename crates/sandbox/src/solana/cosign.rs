//! What a swap out of Solana asks its user to sign: a transaction that pays into the vault, at
//! another's cost.

use countersign_units::UnixSeconds;
use solana_address::Address;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_sdk::program_error::ProgramError;
use solana_sdk::signature::Signer;
use solana_transaction::versioned::VersionedTransaction;

use super::tokens::Asset;
use super::{Draft, Solana, sign};
use crate::chain::ChainError;
use crate::config::{CosignForm, SponsorSigns};

/// What a transaction may use at most, and what it bids for each unit, in millionths of a
/// lamport.
const COMPUTE_UNITS: u32 = 200_000;
const COMPUTE_UNIT_PRICE: u64 = 1_000;

/// What a transaction is to pay.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CosignOrder {
    pub(crate) user: Address,
    pub(crate) asset: Asset,
    pub(crate) amount: u64,
    pub(crate) form: CosignForm,
    pub(crate) sponsor_signs: SponsorSigns,
}

/// A transaction that was offered for signing.
#[derive(Clone, Debug)]
pub(crate) struct CosignOffer {
    pub(crate) order: CosignOrder,
    pub(crate) draft: Draft,
    /// As it was handed out.
    pub(crate) transaction: VersionedTransaction,
    /// The owner of the account that is paid into.
    pub(crate) vault: Address,
}

impl CosignOffer {
    /// Writes the transaction, with a blockhash of its own.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it can't be written.
    pub(crate) fn new(
        solana: &mut Solana,
        now: UnixSeconds,
        order: CosignOrder,
    ) -> Result<Self, ChainError> {
        let vault = solana.vault.pubkey();
        let draft = Draft {
            legacy: order.form == CosignForm::Legacy,
            payer: solana.sponsor.pubkey(),
            instructions: instructions(solana, &order)?,
            tables: match order.form {
                CosignForm::V0WithTable => vec![solana.table.clone()],
                CosignForm::V0 | CosignForm::Legacy => Vec::new(),
            },
            blockhash: solana.engine.fresh_block(now).hash,
        };
        let too_large = || ChainError::Engine("the transaction is too large".to_owned());
        let mut transaction = draft.compile().ok_or_else(too_large)?;
        if order.sponsor_signs == SponsorSigns::Before {
            sign(&mut transaction, &solana.sponsor);
        }
        Ok(Self { order, draft, transaction, vault })
    }
}

fn instructions(solana: &Solana, order: &CosignOrder) -> Result<Vec<Instruction>, ProgramError> {
    let (vault, sponsor) = (solana.vault.pubkey(), solana.sponsor.pubkey());
    let mut all = vec![
        ComputeBudgetInstruction::set_compute_unit_limit(COMPUTE_UNITS),
        ComputeBudgetInstruction::set_compute_unit_price(COMPUTE_UNIT_PRICE),
    ];
    if let Asset::Token(mint) = order.asset
        && solana.engine.account(&mint.account_of(&vault)).is_none()
    {
        all.push(mint.create_account(&sponsor, &vault));
    }
    all.push(order.asset.transfer((&order.user, &vault), order.amount)?);
    Ok(all)
}
