use countersign_approval::{AssetTransfer, TransferAction, TransferTerms};
use countersign_units::{SolanaAddress, SolanaHash};

use crate::fact_check::Deal;
use crate::instruction::NewTokenAccount;
use crate::{TermsError, associated_token_account, programs};

/// What the terms come to, with the destination derived.
#[derive(Clone, Debug)]
pub(super) struct Agreed {
    pub(super) genesis_hash: Option<SolanaHash>,
    pub(super) owner: SolanaAddress,
    pub(super) transfer: AssetTransfer,
    pub(super) last_valid_block_height: u64,
    pub(super) max_lamports_beside: u64,
}

impl Agreed {
    /// Reads the terms, or says why they make no sense.
    pub(super) fn new(terms: &TransferTerms) -> Result<Self, TermsError> {
        let transfer = transfer(terms)?;
        if transfer.amount().is_zero() {
            return Err(TermsError::Nothing);
        }
        Ok(Self {
            genesis_hash: terms.genesis_hash,
            owner: terms.owner,
            transfer,
            last_valid_block_height: terms.last_valid_block_height,
            max_lamports_beside: terms.max_lamports_beside,
        })
    }

    /// Returns what facts are compared with.
    pub(super) fn deal<'a>(&'a self, allowed_extensions: &'a [String]) -> Deal<'a> {
        let max_lamports_out = self.lamports().saturating_add(self.max_lamports_beside);
        Deal { user: self.owner, transfer: &self.transfer, max_lamports_out, allowed_extensions }
    }

    /// Returns how many lamports move, without those that pay for the transfer.
    pub(super) const fn lamports(&self) -> u64 {
        match self.transfer {
            AssetTransfer::Native { lamports, .. } => lamports,
            AssetTransfer::Token(_) => 0,
        }
    }

    /// Returns the one account that may be made: where the tokens go.
    pub(super) const fn new_account(&self) -> Option<NewTokenAccount> {
        let AssetTransfer::Token(token) = &self.transfer else { return None };
        Some(NewTokenAccount {
            payer: self.owner,
            account: token.destination,
            owner: token.destination_owner,
            mint: token.mint,
            token_program: token.program,
            idempotent: true,
        })
    }
}

fn transfer(terms: &TransferTerms) -> Result<AssetTransfer, TermsError> {
    let to = terms.action.to();
    let no_wallet = || TermsError::NoWallet { to };
    if to == terms.owner || programs::is_known(&to) {
        return Err(no_wallet());
    }
    let payment = match &terms.action {
        TransferAction::Native { lamports, .. } => {
            return Ok(AssetTransfer::Native { destination: to, lamports: *lamports });
        }
        TransferAction::Token(payment) => payment,
    };
    let program = payment.program;
    if ![programs::SPL_TOKEN, programs::TOKEN_2022].contains(&program) {
        return Err(TermsError::NoTokenProgram { program });
    }
    let destination = associated_token_account(to, payment.mint, program).ok_or_else(no_wallet)?;
    if [payment.mint, payment.source].contains(&to) || destination == payment.source {
        return Err(no_wallet());
    }
    Ok(payment.into_account(destination))
}
