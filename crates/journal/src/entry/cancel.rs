use countersign_approval::Claim;
use serde::{Deserialize, Serialize};

use crate::{Digest, Label, Payload, TextError};

/// How far it is to make an approval useless before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "what goes on with a cancel must know all of them")]
pub enum CancelStep {
    /// Somebody wants the approval dead. From here on it is not submitted again.
    Asked,
    /// The right to sign what ends the approval was recorded, together with what that takes. Until
    /// it is lost, nothing else is taken but account nonces below, one in each such entry.
    Reserved {
        /// The digest that may be signed.
        digest: Digest,
        /// The nonce or the coins, some of which may be the approval's own.
        resources: Vec<Label>,
    },
    /// What ends the approval was signed, and is about to be sent. It may be signed more than once,
    /// each time at a higher fee: one of them will be mined.
    Signed {
        /// How it ends the approval.
        kind: CancelKind,
        /// The digest that was signed.
        digest: Digest,
        /// The id by which the chain knows it.
        id: Label,
        /// The whole transaction in hex, the same bytes each time.
        transaction: Payload,
    },
    /// A block holds it.
    Mined {
        /// Its id.
        id: Label,
        /// The block's height.
        height: u64,
    },
    /// Nothing of what was signed can be mined any more, or it had no effect. Another may be
    /// reserved.
    Lost {
        /// What became of it.
        reason: crate::Note,
    },
    /// It came too late: the approval was used, and the swap goes on.
    TooLate,
}

/// How a transaction of our own makes an approval useless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "what sends one again must know all of them")]
pub enum CancelKind {
    /// It spends the permit's nonce.
    PermitNonce,
    /// It uses the account nonce of the deposit.
    AccountNonce,
    /// It spends the coins, back to ourselves.
    Coins,
    /// It uses an account nonce that nobody has, below that of what ends the approval, which would wait
    /// for it.
    Gap,
}

impl CancelKind {
    /// Returns the kind's name, as it stands in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PermitNonce => "permit_nonce",
            Self::AccountNonce => "account_nonce",
            Self::Coins => "coins",
            Self::Gap => "gap",
        }
    }
}

impl CancelStep {
    /// Copies what is reserved.
    ///
    /// # Errors
    ///
    /// Returns a [`TextError`] if the name of a resource is no [`Label`].
    pub fn reserved(claim: &Claim) -> Result<Self, TextError> {
        let resources = claim.resources.iter().map(Label::new).collect::<Result<_, _>>()?;
        Ok(Self::Reserved { digest: claim.digest.into(), resources })
    }
}
