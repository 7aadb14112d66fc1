use countersign_approval::{AssetTransfer, CosignTerms, TokenTransfer};
use countersign_units::{SolanaAddress, SolanaHash};

use crate::TermsError;

/// What of the terms the statement needs.
#[derive(Clone, Debug)]
pub(crate) struct Agreed {
    pub(crate) genesis_hash: Option<SolanaHash>,
    pub(crate) user: SolanaAddress,
    pub(crate) transfer: AssetTransfer,
    pub(crate) max_lamports_out: u64,
}

impl Agreed {
    pub(super) fn new(terms: &CosignTerms) -> Self {
        Self {
            genesis_hash: terms.genesis_hash,
            user: terms.user,
            transfer: terms.transfer.clone(),
            max_lamports_out: terms.max_lamports_out,
        }
    }
}

/// Returns the agreed transfer, where tokens move.
pub(super) const fn token(terms: &CosignTerms) -> Option<&TokenTransfer> {
    match &terms.transfer {
        AssetTransfer::Native { .. } => None,
        AssetTransfer::Token(token) => Some(token),
    }
}

/// We sign, whoever pays signs, and nobody signs twice.
pub(super) fn require_signers(terms: &CosignTerms) -> Result<(), TermsError> {
    let signers = &terms.required_signers;
    let (user, fee_payer) = (terms.user, terms.fee_payer);
    if !signers.contains(&user) {
        return Err(TermsError::UserSignsNot { user });
    }
    if !signers.contains(&fee_payer) {
        return Err(TermsError::FeePayerSignsNot { fee_payer });
    }
    let twice = signers
        .iter()
        .enumerate()
        .find(|(place, signer)| signers.iter().take(*place).any(|before| before == *signer));
    twice.map_or(Ok(()), |(_, signer)| Err(TermsError::SignerTwice { signer: *signer }))
}
