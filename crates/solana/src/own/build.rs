use countersign_approval::{
    AssetTransfer, TokenTransfer, TransferAction, TransferFacts, TransferTerms,
};
use countersign_units::SolanaAddress;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_message::{VersionedMessage, v0};
use solana_sdk::hash::Hash;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use spl_associated_token_account_interface::instruction::create_associated_token_account_idempotent;

use super::TransferDraft;
use super::agreed::Agreed;
use super::judge::rent_of;
use crate::{TermsError, fee};

/// What three instructions of the chain's own programs take, with room to spare.
const UNITS_FOR_SOL: u32 = 1_000;
/// What a transfer of tokens takes, with room for extensions.
const UNITS_FOR_TOKENS: u32 = 60_000;
/// What making a token account takes besides; finding its address may take many tries.
const UNITS_FOR_ACCOUNT: u32 = 120_000;

/// What of a transfer the terms leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller may choose all of it")]
pub struct TransferPlan {
    /// Whether the destination is made if it is not there. Only a wallet's token account is.
    pub create_destination: bool,
    /// How many compute units are asked for.
    pub unit_limit: u32,
    /// What is paid for each, in millionths of a lamport.
    pub unit_price: u64,
}

impl TransferPlan {
    /// Plans by what is known: makes the destination unless it is seen to be there, and pays what
    /// recent blocks took for a compute unit, as far as the terms allow.
    pub fn new(terms: &TransferTerms, facts: &TransferFacts, recent_price: u64) -> Self {
        let there = matches!(facts.transaction.destination, Some(Some(_)));
        let tokens = matches!(terms.action, TransferAction::Token(_));
        let create_destination = tokens && !there;
        let units = match (tokens, create_destination) {
            (false, _) => UNITS_FOR_SOL,
            (true, false) => UNITS_FOR_TOKENS,
            (true, true) => UNITS_FOR_TOKENS.saturating_add(UNITS_FOR_ACCOUNT),
        };
        let unit_limit = units.min(terms.max_compute_unit_limit);
        let rent = if create_destination { rent_of(facts) } else { 0 };
        let left = terms.max_lamports_beside.saturating_sub(rent);
        let affordable = fee::highest_price(left, unit_limit);
        let most = terms.max_compute_unit_price.unwrap_or(u64::MAX).min(affordable);
        Self { create_destination, unit_limit, unit_price: recent_price.min(most) }
    }
}

/// Writes the transfer that terms say, as a v0 message that we alone sign.
///
/// It is a draft like any other: verifying reads and compares all of it.
///
/// # Errors
///
/// Returns a [`TermsError`] if the terms make no sense.
pub fn build_transfer(
    terms: &TransferTerms,
    plan: &TransferPlan,
) -> Result<TransferDraft, TermsError> {
    let agreed = Agreed::new(terms)?;
    let owner = key(terms.owner);
    let instructions = instructions(&agreed, plan)?;
    let blockhash = Hash::new_from_array(*terms.recent_blockhash.as_bytes());
    let message = v0::Message::try_compile(&owner, &instructions, &[], blockhash)
        .map_err(|error| TermsError::Unwritable(error.to_string()))?;
    Ok(TransferDraft::from_message(&VersionedMessage::V0(message).serialize()))
}

fn instructions(agreed: &Agreed, plan: &TransferPlan) -> Result<Vec<Instruction>, TermsError> {
    let mut instructions = vec![
        ComputeBudgetInstruction::set_compute_unit_limit(plan.unit_limit),
        ComputeBudgetInstruction::set_compute_unit_price(plan.unit_price),
    ];
    match &agreed.transfer {
        AssetTransfer::Native { destination, lamports } => {
            let (from, to) = (key(agreed.owner), key(*destination));
            let transfer = solana_system_interface::instruction::transfer(&from, &to, *lamports);
            instructions.push(transfer);
        }
        AssetTransfer::Token(token) => {
            if plan.create_destination {
                instructions.push(create(agreed.owner, token));
            }
            instructions.push(transfer_checked(agreed.owner, token)?);
        }
    }
    Ok(instructions)
}

fn create(payer: SolanaAddress, token: &TokenTransfer) -> Instruction {
    create_associated_token_account_idempotent(
        &key(payer),
        &key(token.destination_owner),
        &key(token.mint),
        &key(token.program),
    )
}

fn transfer_checked(
    owner: SolanaAddress,
    token: &TokenTransfer,
) -> Result<Instruction, TermsError> {
    spl_token_2022_interface::instruction::transfer_checked(
        &key(token.program),
        &key(token.source),
        &key(token.mint),
        &key(token.destination),
        &key(owner),
        &[],
        token.amount,
        token.decimals,
    )
    .map_err(|error| TermsError::Unwritable(error.to_string()))
}

const fn key(address: SolanaAddress) -> Pubkey {
    Pubkey::new_from_array(*address.as_bytes())
}
