//! Evidence that was sent, verified anew: what the caller says of it is not believed.

use std::sync::Arc;

use countersign_approval::{
    BitcoinFacts, CallFacts, CallTerms, ConfigDigest, CosignTerms, EvmFacts, HtlcTerms,
    IntentTerms, NearFacts, PaymentFacts, PaymentTerms, Permit2Terms, Sats, SolanaFacts, Terms,
    TransferFacts, TransferTerms, TronCallFacts, TronCallTerms,
};
use countersign_bitcoin::{
    CoinEvidence, KeyTweak, PaymentDraft, PsbtPayload, Refund, VerifiedPayment, VerifiedPsbt,
};
use countersign_evm::{
    CallEvidence, PermitPayload, VerifiedCall, VerifiedPermit, VerifiedTronCall,
};
use countersign_near::{IntentPayload, ToSign, VerifiedIntent};
use countersign_solana::{CosignPayload, TransferDraft, VerifiedCosign, VerifiedTransfer};
use countersign_units::UnixSeconds;
use serde::de::DeserializeOwned;

use super::wire::{EvidenceFile, Kind, RefundFile, Scheme};
use crate::{Challenge, KeyEvidence, PublicKey};

/// Evidence that this process made itself.
pub(super) enum Verified {
    Permit(VerifiedPermit),
    Call(VerifiedCall),
    TronCall(VerifiedTronCall),
    Psbt(Box<VerifiedPsbt>),
    Payment(VerifiedPayment),
    Refund(Box<Refund>),
    Cosign(VerifiedCosign),
    Transfer(VerifiedTransfer),
    Intent(VerifiedIntent),
    Challenge(Challenge),
}

/// Why evidence that was sent is none.
pub(super) enum Unverified {
    /// It is not what the form says.
    Malformed(String),
    /// It was read, and is not what was agreed.
    Refused(String),
}

fn malformed(error: impl std::fmt::Display) -> Unverified {
    Unverified::Malformed(error.to_string())
}

/// The text of a reader's error would repeat what was sent.
fn unreadable(error: &serde_json::Error) -> Unverified {
    let (line, column) = (error.line(), error.column());
    malformed(format!("not of the form, at line {line}, column {column}"))
}

fn refused(error: impl std::fmt::Display) -> Unverified {
    Unverified::Refused(error.to_string())
}

/// Terms that are judged where no chain can be reached.
trait OffChain {
    /// Requires no facts of the chain: they were judged where it can be asked.
    fn require_no_facts(&mut self);
}

macro_rules! off_chain {
    ($($terms:ty),*) => {
        $(impl OffChain for $terms {
            fn require_no_facts(&mut self) {
                self.require_facts.clear();
            }
        })*
    };
}

off_chain!(
    Permit2Terms,
    CallTerms,
    TronCallTerms,
    HtlcTerms,
    PaymentTerms,
    CosignTerms,
    TransferTerms,
    IntentTerms
);

/// Reads terms, and requires that they are made from the policy that was named.
fn terms<A: DeserializeOwned + OffChain>(file: &EvidenceFile) -> Result<Arc<Terms<A>>, Unverified> {
    let text = file.terms.as_ref().ok_or_else(|| malformed("expected terms"))?;
    let mut terms: Terms<A> =
        serde_json::from_str(text.get()).map_err(|error| unreadable(&error))?;
    if file.policy != Some(terms.config) {
        return Err(malformed("expected the digests of the terms' own policy and registry"));
    }
    terms.approval.require_no_facts();
    Ok(Arc::new(terms))
}

impl Verified {
    /// Verifies what was sent, at a moment.
    pub(super) fn read(file: EvidenceFile, now: UnixSeconds) -> Result<Self, Unverified> {
        match file.kind {
            Kind::Permit | Kind::Call | Kind::TronCall => Self::read_evm(file, now),
            Kind::Psbt | Kind::Payment | Kind::Refund => Self::read_bitcoin(file, now),
            Kind::Cosign | Kind::Transfer => Self::read_solana(file, now),
            Kind::Intent => Self::read_intent(file, now),
            Kind::Challenge => Ok(Self::Challenge(Challenge::new())),
        }
    }

    fn read_evm(file: EvidenceFile, now: UnixSeconds) -> Result<Self, Unverified> {
        match file.kind {
            Kind::Call => {
                let (terms, facts) = (terms(&file)?, CallFacts::default());
                let draft = file.payload.parse().map_err(malformed)?;
                let call = countersign_evm::verify_call(draft, &terms, &facts, now);
                call.map(Self::Call).map_err(refused)
            }
            Kind::TronCall => {
                let (terms, facts) = (terms(&file)?, TronCallFacts::default());
                let draft = file.payload.parse().map_err(malformed)?;
                let call = countersign_evm::verify_tron_call(draft, &terms, &facts, now);
                call.map(Self::TronCall).map_err(refused)
            }
            _ => {
                let (terms, facts) = (terms(&file)?, EvmFacts::default());
                let payload = PermitPayload::new(file.payload);
                let permit = countersign_evm::verify(payload, &terms, &facts, now);
                permit.map(Self::Permit).map_err(refused)
            }
        }
    }

    fn read_bitcoin(file: EvidenceFile, now: UnixSeconds) -> Result<Self, Unverified> {
        match file.kind {
            Kind::Payment => {
                let (terms, facts) = (terms(&file)?, PaymentFacts::default());
                let draft = PaymentDraft::from_hex(&file.payload).map_err(malformed)?;
                let payment = countersign_bitcoin::verify_payment(draft, &terms, &facts, now);
                payment.map(Self::Payment).map_err(refused)
            }
            Kind::Refund => {
                let RefundFile { recipe, outpoint, fee_rate } =
                    serde_json::from_str(&file.payload).map_err(|error| unreadable(&error))?;
                let refund = recipe.plan(outpoint, fee_rate, Sats::MAX).map_err(refused)?;
                Ok(Self::Refund(Box::new(refund)))
            }
            _ => {
                let (terms, facts) = (terms(&file)?, BitcoinFacts::default());
                let payload = PsbtPayload::new(file.payload);
                let psbt = countersign_bitcoin::verify(payload, &terms, &facts, now);
                psbt.map(Box::new).map(Self::Psbt).map_err(refused)
            }
        }
    }

    fn read_solana(file: EvidenceFile, now: UnixSeconds) -> Result<Self, Unverified> {
        if file.kind == Kind::Transfer {
            let (terms, facts) = (terms(&file)?, TransferFacts::default());
            // The text of the error would repeat what was sent.
            let draft = TransferDraft::from_text(&file.payload)
                .map_err(|_| malformed("payload: expected a transaction in hex or base64"))?;
            let transfer = countersign_solana::verify_transfer(draft, &terms, &facts, now);
            return transfer.map(Self::Transfer).map_err(refused);
        }
        let (terms, facts) = (terms(&file)?, SolanaFacts::default());
        let payload = CosignPayload::new(file.payload);
        let cosign = countersign_solana::verify(payload, &terms, &facts, now);
        cosign.map(Self::Cosign).map_err(refused)
    }

    fn read_intent(file: EvidenceFile, now: UnixSeconds) -> Result<Self, Unverified> {
        let (terms, facts) = (terms(&file)?, NearFacts::default());
        let payload = IntentPayload::new(file.payload);
        let intent = countersign_near::verify_intent(payload, &terms, &facts, now);
        intent.map(Self::Intent).map_err(refused)
    }

    /// Returns the evidence as keys take it.
    pub(super) const fn evidence(&self) -> KeyEvidence<'_> {
        match self {
            Self::Permit(permit) => KeyEvidence::Permit(permit),
            Self::Call(call) => KeyEvidence::Call(CallEvidence::Evm(call)),
            Self::TronCall(call) => KeyEvidence::Call(CallEvidence::Tron(call)),
            Self::Psbt(psbt) => KeyEvidence::Psbt(psbt),
            Self::Payment(payment) => KeyEvidence::Payment(payment),
            Self::Refund(refund) => KeyEvidence::Refund(refund),
            Self::Cosign(cosign) => KeyEvidence::Cosign(cosign),
            Self::Transfer(transfer) => KeyEvidence::Transfer(transfer),
            Self::Intent(intent) => KeyEvidence::Intent(intent),
            Self::Challenge(challenge) => KeyEvidence::Challenge(challenge),
        }
    }

    /// Returns which policy and registry its terms were made from, where it has terms.
    pub(super) fn config(&self) -> Option<ConfigDigest> {
        self.evidence().common().map(|common| common.config)
    }

    /// Returns what a key signs, as this process found it: nothing unless the caller wants just that.
    pub(super) fn to_sign(
        &self,
        scheme: Scheme,
        key: &PublicKey,
        message: &[u8],
    ) -> Option<Vec<u8>> {
        self.all(scheme, key).into_iter().find(|ours| ours == message)
    }

    /// Returns all that a key may sign by a scheme.
    fn all(&self, scheme: Scheme, key: &PublicKey) -> Vec<Vec<u8>> {
        match (self, scheme) {
            (Self::Permit(permit), Scheme::Ecdsa) => vec![permit.digest().as_bytes().to_vec()],
            (Self::Call(call), Scheme::Ecdsa) => vec![call.sighash().as_bytes().to_vec()],
            (Self::TronCall(call), Scheme::Ecdsa) => vec![call.sighash().as_bytes().to_vec()],
            (Self::Psbt(psbt), scheme) => sighashes(CoinEvidence::Psbt(psbt), key, scheme),
            (Self::Payment(payment), scheme) => {
                sighashes(CoinEvidence::Payment(payment), key, scheme)
            }
            (Self::Refund(refund), scheme) => sighashes(CoinEvidence::Refund(refund), key, scheme),
            (Self::Cosign(cosign), Scheme::Ed25519) => vec![cosign.message().as_bytes().to_vec()],
            (Self::Transfer(transfer), Scheme::Ed25519) => {
                vec![transfer.message().as_bytes().to_vec()]
            }
            (Self::Intent(intent), scheme) => match (intent.to_sign(), scheme) {
                (ToSign::Secp256k1(digest), Scheme::Ecdsa) => vec![digest.as_bytes().to_vec()],
                (ToSign::Ed25519(message), Scheme::Ed25519) => vec![message.to_vec()],
                _ => Vec::new(),
            },
            (Self::Challenge(challenge), Scheme::Ed25519) => vec![challenge.message().to_vec()],
            (Self::Challenge(challenge), _) => vec![challenge.digest().to_vec()],
            _ => Vec::new(),
        }
    }
}

/// Returns what a key signs of a transaction on Bitcoin by a scheme. Refunds alone are signed by
/// Schnorr's scheme without a tweak, by the leaf of a tree.
fn sighashes(evidence: CoinEvidence<'_>, key: &PublicKey, scheme: Scheme) -> Vec<Vec<u8>> {
    let tweak = match (scheme, evidence) {
        (Scheme::Ecdsa, _) | (Scheme::Bip340, CoinEvidence::Refund(_)) => KeyTweak::None,
        (Scheme::Bip340Bip86, _) => KeyTweak::Bip86,
        (Scheme::Bip340 | Scheme::Ed25519, _) => return Vec::new(),
    };
    let PublicKey::Secp256k1(key) = key else { return Vec::new() };
    let all = evidence.sighashes_of(key, tweak);
    all.iter().map(|sighash| sighash.as_bytes().to_vec()).collect()
}
