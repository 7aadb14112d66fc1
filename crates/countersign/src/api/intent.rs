use countersign_api_types::defi;
use countersign_units::UnixSeconds;

use crate::Offer;

/// How an intent is to be approved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mechanism {
    /// A Permit2 permit (EVM, Tron).
    Permit2,
    /// A PSBT that funds a hash time-locked output (Bitcoin).
    Htlc,
    /// A transaction that waits for one more signature (Solana).
    Cosign,
    /// A deposit at a quoted address.
    Deposit,
    /// A signed NEAR intent.
    SignedIntent,
    /// A mechanism that this version doesn't know, by its name. It can't be signed.
    Unknown(String),
}

impl Mechanism {
    /// Reads a name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "permit2" => Self::Permit2,
            "htlc" => Self::Htlc,
            "cosign" => Self::Cosign,
            "deposit" => Self::Deposit,
            "signed_intent" => Self::SignedIntent,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        match self {
            Self::Permit2 => "permit2",
            Self::Htlc => "htlc",
            Self::Cosign => "cosign",
            Self::Deposit => "deposit",
            Self::SignedIntent => "signed_intent",
            Self::Unknown(name) => name,
        }
    }
}

impl From<defi::Mechanism> for Mechanism {
    fn from(mechanism: defi::Mechanism) -> Self {
        match mechanism {
            defi::Mechanism::Permit2 => Self::Permit2,
            defi::Mechanism::Htlc => Self::Htlc,
            defi::Mechanism::Cosign => Self::Cosign,
            other => Self::Unknown(other.name().to_owned()),
        }
    }
}

/// An intent that an API created. Nothing about it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct Intent {
    /// The intent's id.
    pub id: String,
    /// How it is to be approved.
    pub mechanism: Mechanism,
    /// Until when it may be approved, in Unix seconds.
    pub deadline: Option<UnixSeconds>,
    /// The hash of the secret that releases the funds.
    pub secret_hash: Option<String>,
    /// An address that the API wants approved on chain.
    pub approve_to: Option<String>,
    /// What is to be signed: the text of a JSON object, byte for byte as it was sent.
    pub params_to_sign: Option<String>,
    /// Members of the answer that the API's documents don't have: the text of a JSON object. They are
    /// judged with what is to be signed, since they may say something about it.
    pub beside: Option<String>,
    /// The offer that was applied, where the API repeats it.
    pub offer: Option<Offer>,
    /// Who pays in, where the API repeats it.
    pub from_address: Option<String>,
    /// Who is paid, where the API repeats it.
    pub to_address: Option<String>,
    /// Where a failed swap returns to, where the API repeats it.
    pub refund_address: Option<String>,
}
