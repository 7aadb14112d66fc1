//! Quotes that are proven, and NEAR intents: from what the API sent to a signature.
//!
//! ```text
//! QuoteAnswer ─► prove(answer, terms, keys, now) ─► ProvenQuote ─► intent_terms(quote, owner)
//! IntentPayload ─► verify_intent(payload, terms, facts, now) ─► VerifiedIntent
//!                        └─► Refusal: every violation      └─► sign_intent(…) ─► SignedIntent
//! ```
//!
//! A quote's signature covers only a part of it, and a genuine quote of another request is signed as
//! well as ours. So [`prove`] compares each member of the repeated request with what we asked, too.
//! What an API generates to be signed is not signed by anybody: [`verify_intent`] takes nothing but
//! the one transfer that the proven quote asks for.

mod intent;
mod moment;
mod quote;

pub use intent::{
    IntentDigest, IntentOwner, IntentPayload, IntentSigner, LocalEd25519Signer,
    LocalSecp256k1Signer, OtherHash, ParseKeyError, SignError, SignIntent, SignatureError,
    SignedIntent, SignerError, TermsError, ToSign, UncheckedIntentSignature, VerifiedIntent,
    VerifyError, implicit_account, intent_terms, sign as sign_intent, verify as verify_intent,
};
pub use quote::{
    PRODUCTION_QUOTE_KEY, ProvenQuote, QuoteAnswer, QuoteKeyError, QuoteKeys, STAGING_QUOTE_KEY,
    prove,
};

#[cfg(test)]
mod tests;
