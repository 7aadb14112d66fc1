//! Signed intents: from what the API generated to a signature.

mod account;
mod digest;
mod error;
mod evidence;
mod judge;
mod local;
mod message;
mod nonce;
mod payload;
mod sign;
mod signature;
mod signed;
mod signer;
mod statement;
mod terms;

pub use account::implicit_account;
pub use digest::IntentDigest;
pub use error::{TermsError, VerifyError};
pub use evidence::{VerifiedIntent, verify};
pub use local::{LocalEd25519Signer, LocalSecp256k1Signer, ParseKeyError};
pub use payload::IntentPayload;
pub use sign::{SignError, sign};
pub use signature::{SignatureError, UncheckedIntentSignature};
pub use signed::{OtherHash, SignedIntent};
pub use signer::{IntentSigner, SignIntent, SignerError, ToSign};
pub use terms::{IntentOwner, intent_terms};

#[cfg(test)]
pub(crate) use {
    digest::hash_of,
    payload::{Nep413, Signed},
    signature::check,
};
