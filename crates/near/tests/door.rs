//! What has not been proven can't be funded, and what has not been verified can't be signed: it does
//! not compile.
//!
//! Each file that must fail has a twin that compiles and differs in the one line that matters, so
//! that none fails for another reason. The twins are modules of this test: were they cases of it, all
//! that they depend on would be built once more.

#[expect(dead_code, clippy::too_many_arguments, reason = "it shows that it compiles")]
#[path = "door/honest.rs"]
mod honest;

use countersign_near::{
    IntentDigest, LocalEd25519Signer, LocalSecp256k1Signer, ProvenQuote, SignIntent, SignedIntent,
    VerifiedIntent,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use static_assertions::assert_not_impl_any;

// Evidence can't be read from anywhere, made of nothing, or copied to outlive its moment.
assert_not_impl_any!(ProvenQuote: DeserializeOwned, Default, Clone, From<[u8; 32]>);
assert_not_impl_any!(VerifiedIntent: DeserializeOwned, Default, Clone, From<[u8; 32]>);
assert_not_impl_any!(IntentDigest: DeserializeOwned, Default, From<[u8; 32]>);
assert_not_impl_any!(SignedIntent: DeserializeOwned, Default, From<String>);
assert_not_impl_any!(SignIntent<'static>: DeserializeOwned, Default);
// A key stays where it is.
assert_not_impl_any!(LocalEd25519Signer: Clone, Serialize);
assert_not_impl_any!(LocalSecp256k1Signer: Clone, Serialize);

#[test]
fn only_what_was_proven_and_verified_is_signed() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/door/fund_answer.rs");
    cases.compile_fail("tests/door/sign_payload.rs");
    cases.compile_fail("tests/door/make_evidence.rs");
    cases.compile_fail("tests/door/make_quote.rs");
    cases.compile_fail("tests/door/make_digest.rs");
    cases.compile_fail("tests/door/make_request.rs");
    cases.compile_fail("tests/door/make_reservation.rs");
    cases.compile_fail("tests/door/take_key.rs");
}
