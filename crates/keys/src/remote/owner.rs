//! Whose signature evidence wants.

use countersign_approval::IntentKey;
use countersign_bitcoin::CoinEvidence;
use countersign_evm::CallEvidence;
use countersign_units::EvmAddress;

use crate::{KeyEvidence, PublicKey, address};

/// Says whether a key is the one that evidence is about: its owner's, or one that its coins are
/// locked to.
///
/// What is signed doesn't say it everywhere: neither the digest of a permit nor the hash of a
/// transaction on EVM chains names the account that signs.
pub(super) fn is_signed_by(evidence: &KeyEvidence<'_>, key: &PublicKey) -> bool {
    let is_account = |owner| account(key) == Some(owner);
    let is_ed25519 = |owner: &[u8; 32]| *key == PublicKey::Ed25519(*owner);
    match evidence {
        KeyEvidence::Permit(permit) => is_account(permit.permit().owner()),
        KeyEvidence::Call(CallEvidence::Evm(call)) => is_account(call.call().owner()),
        KeyEvidence::Call(CallEvidence::Tron(call)) => is_account(call.call().owner()),
        KeyEvidence::Psbt(psbt) => spends(CoinEvidence::Psbt(psbt), key),
        KeyEvidence::Payment(payment) => spends(CoinEvidence::Payment(payment), key),
        KeyEvidence::Refund(refund) => spends(CoinEvidence::Refund(refund), key),
        KeyEvidence::Cosign(cosign) => is_ed25519(cosign.terms().approval.user.as_bytes()),
        KeyEvidence::Transfer(transfer) => is_ed25519(transfer.terms().approval.owner.as_bytes()),
        KeyEvidence::Intent(intent) => match &intent.terms().approval.key {
            IntentKey::Secp256k1(owner) => is_account(*owner),
            IntentKey::Ed25519(owner) => is_ed25519(owner),
        },
        KeyEvidence::Challenge(_) => true,
    }
}

fn account(key: &PublicKey) -> Option<EvmAddress> {
    match key {
        PublicKey::Secp256k1(key) => address::evm(key),
        PublicKey::Ed25519(_) => None,
    }
}

fn spends(evidence: CoinEvidence<'_>, key: &PublicKey) -> bool {
    matches!(key, PublicKey::Secp256k1(key) if evidence.is_signed_by(key))
}
