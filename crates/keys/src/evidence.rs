#[cfg(feature = "remote")]
use countersign_approval::{AssetAmount, ConfigDigest};
use countersign_approval::{BitcoinNetwork, Environment, Statement, Terms, TypedDataStandard};
use countersign_bitcoin::{CoinEvidence, Refund, VerifiedPayment, VerifiedPsbt};
use countersign_evm::{CallEvidence, VerifiedPermit};
use countersign_near::VerifiedIntent;
use countersign_solana::{VerifiedCosign, VerifiedTransfer};

use crate::challenge::Challenge;

/// What a key is asked to sign for: evidence of one of the chains, or the challenge that tests it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum KeyEvidence<'a> {
    /// A Permit2 permit, on EVM chains or Tron.
    Permit(&'a VerifiedPermit),
    /// A transaction of our own on an EVM chain or Tron.
    Call(CallEvidence<'a>),
    /// A PSBT that funds a hash time-locked output.
    Psbt(&'a VerifiedPsbt),
    /// A payment of our own on Bitcoin.
    Payment(&'a VerifiedPayment),
    /// An output on Bitcoin that is taken back.
    Refund(&'a Refund),
    /// A transaction on Solana that is co-signed.
    Cosign(&'a VerifiedCosign),
    /// A transfer of our own on Solana.
    Transfer(&'a VerifiedTransfer),
    /// A NEAR intent.
    Intent(&'a VerifiedIntent),
    /// The challenge that tests a key.
    Challenge(&'a Challenge),
}

/// What all terms have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Common<'a> {
    pub(crate) environment: Environment,
    /// The network's name in the registry.
    pub(crate) network: &'a str,
    /// What a remote signer compares with its own; others don't ask.
    #[cfg(feature = "remote")]
    pub(crate) config: ConfigDigest,
    /// What is given.
    #[cfg(feature = "remote")]
    pub(crate) source: &'a AssetAmount,
}

impl<'a> Common<'a> {
    fn of<A>(terms: &'a Terms<A>) -> Self {
        Self {
            environment: terms.environment,
            network: &terms.source.network,
            #[cfg(feature = "remote")]
            config: terms.config,
            #[cfg(feature = "remote")]
            source: &terms.source,
        }
    }
}

/// A kind of chain that a key may sign for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "these are the chains that there are signers for")]
pub enum ChainKind {
    /// Ethereum and its kin.
    Evm,
    /// Tron.
    Tron,
    /// Bitcoin.
    Bitcoin,
    /// Solana.
    Solana,
    /// Intents on NEAR.
    Near,
}

impl ChainKind {
    /// Returns the name, as it stands in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evm => "evm",
            Self::Tron => "tron",
            Self::Bitcoin => "bitcoin",
            Self::Solana => "solana",
            Self::Near => "near",
        }
    }
}

impl<'a> From<CoinEvidence<'a>> for KeyEvidence<'a> {
    fn from(evidence: CoinEvidence<'a>) -> Self {
        match evidence {
            CoinEvidence::Psbt(psbt) => Self::Psbt(psbt),
            CoinEvidence::Payment(payment) => Self::Payment(payment),
            CoinEvidence::Refund(refund) => Self::Refund(refund),
        }
    }
}

impl<'a> KeyEvidence<'a> {
    /// Returns what the terms say of every swap; refunds and challenges have no terms.
    pub(crate) fn common(&self) -> Option<Common<'a>> {
        Some(match self {
            Self::Permit(permit) => Common::of(permit.terms()),
            Self::Call(CallEvidence::Evm(call)) => Common::of(call.terms()),
            Self::Call(CallEvidence::Tron(call)) => Common::of(call.terms()),
            Self::Psbt(psbt) => Common::of(psbt.terms()),
            Self::Payment(payment) => Common::of(payment.terms()),
            Self::Cosign(cosign) => Common::of(cosign.terms()),
            Self::Transfer(transfer) => Common::of(transfer.terms()),
            Self::Intent(intent) => Common::of(intent.terms()),
            Self::Refund(_) | Self::Challenge(_) => return None,
        })
    }

    /// Returns the kind of chain; none for a challenge, which is of no chain.
    pub fn chain(&self) -> Option<ChainKind> {
        Some(match self {
            Self::Permit(permit) => match permit.terms().approval.standard {
                TypedDataStandard::Eip712 => ChainKind::Evm,
                TypedDataStandard::Tip712 => ChainKind::Tron,
            },
            Self::Call(CallEvidence::Evm(_)) => ChainKind::Evm,
            Self::Call(CallEvidence::Tron(_)) => ChainKind::Tron,
            Self::Psbt(_) | Self::Payment(_) | Self::Refund(_) => ChainKind::Bitcoin,
            Self::Cosign(_) | Self::Transfer(_) => ChainKind::Solana,
            Self::Intent(_) => ChainKind::Near,
            Self::Challenge(_) => return None,
        })
    }

    /// Returns Bitcoin's own network, which refunds name too.
    pub(crate) fn bitcoin_network(&self) -> Option<BitcoinNetwork> {
        match self {
            Self::Psbt(psbt) => Some(psbt.terms().approval.network),
            Self::Payment(payment) => Some(payment.terms().approval.network),
            Self::Refund(refund) => Some(refund.network()),
            _ => None,
        }
    }

    /// Returns the digest that is signed: of a PSBT or a payment, SHA-256 of all that is signed; of a
    /// transaction on Solana, SHA-256 of its message; nothing for a challenge.
    pub fn digest(&self) -> Option<[u8; 32]> {
        Some(match self {
            Self::Permit(permit) => *permit.digest().as_bytes(),
            Self::Call(CallEvidence::Evm(call)) => *call.sighash().as_bytes(),
            Self::Call(CallEvidence::Tron(call)) => *call.sighash().as_bytes(),
            Self::Psbt(psbt) => psbt.digest(),
            Self::Payment(payment) => payment.digest(),
            Self::Refund(refund) => *refund.sighash().as_bytes(),
            Self::Cosign(cosign) => cosign.digest(),
            Self::Transfer(transfer) => transfer.digest(),
            Self::Intent(intent) => *intent.digest().as_bytes(),
            Self::Challenge(_) => return None,
        })
    }

    /// Says in words what a signature allows; nothing for a challenge, which allows nothing.
    pub fn statement(&self) -> Option<Statement> {
        Some(match self {
            Self::Permit(permit) => permit.statement(),
            Self::Call(CallEvidence::Evm(call)) => call.statement(),
            Self::Call(CallEvidence::Tron(call)) => call.statement(),
            Self::Psbt(psbt) => psbt.statement(),
            Self::Payment(payment) => payment.statement(),
            Self::Refund(refund) => refund.statement(),
            Self::Cosign(cosign) => cosign.statement(),
            Self::Transfer(transfer) => transfer.statement(),
            Self::Intent(intent) => intent.statement(),
            Self::Challenge(_) => return None,
        })
    }
}
