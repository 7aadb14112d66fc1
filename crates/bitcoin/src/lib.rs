//! PSBTs that fund a hash time-locked output: from what the API sent to signatures, and back to a
//! refund; and payments of our own.
//!
//! [`verify`] reads a payload, accounts for every byte of it, compares all of it with the
//! [`HtlcTerms`] and returns a [`VerifiedPsbt`]; [`sign`] takes that and nothing else. The output
//! that is funded is rebuilt from its template, never believed. Evidence carries the
//! [`RefundRecipe`] by which we take our coins back after the lock time.
//!
//! ```text
//! PsbtPayload ─► verify(payload, terms, facts, now) ─► VerifiedPsbt ─► sign(psbt, reservation, …) ─► SignedPsbt
//!                       └─► Refusal: every violation, typed     └─► RefundRecipe ─► plan ─► sign_refund
//! ```
//!
//! Payments of our own go the same way: [`build_payment`] drafts one that keeps the
//! [`PaymentTerms`], [`verify_payment`] reads the draft in full, and [`sign_payment`] takes what
//! comes of it.
//!
//! [`HtlcTerms`]: countersign_approval::HtlcTerms
//! [`PaymentTerms`]: countersign_approval::PaymentTerms

mod address;
mod claims;
mod decode;
mod error;
mod evidence;
mod judge;
mod key;
mod local;
mod own;
mod payload;
mod payment;
mod refund;
mod secp;
mod sighash;
mod sign;
mod signature;
mod signed;
mod signer;
mod statement;
mod templates;
mod weight;

pub use address::{AddressError, htlc_script, script_of_address, scripts_of_key};
pub use claims::PsbtClaims;
pub use error::{TermsError, VerifyError};
pub use evidence::{VerifiedPsbt, coin_resource, verify};
pub use judge::{Judgement, judge};
pub use key::{CoinEvidence, KeyRequest, KeyTweak};
pub use local::{LocalCoinSigner, ParseKeyError};
pub use payload::PsbtPayload;
pub use payment::{
    BuildError, ParseDraftError, PaymentDraft, PaymentJudgement, SignedPayment, VerifiedPayment,
    build_payment, judge_payment, pays_in_all, sign_payment, verify_payment,
};
pub use refund::{RecipeError, Refund, RefundError, RefundRecipe, SignedRefund, sign_refund};
pub use sighash::InputSighash;
pub use sign::{SignError, sign};
pub use signature::SignatureError;
pub use signed::{PsbtForm, SignedPsbt};
pub use signer::{CoinKey, CoinSigner, SignerError};

#[cfg(test)]
mod tests;
