//! What has not been verified can't be signed: it does not compile.
//!
//! Each file that must fail has a twin that compiles and differs in the one line that matters, so
//! that none fails for another reason. The twins are modules of this test: were they cases of it, all
//! that they depend on would be built once more.

#[expect(dead_code, clippy::too_many_arguments, reason = "it shows that it compiles")]
#[path = "door/honest.rs"]
mod honest;
#[expect(dead_code, reason = "it shows that it compiles")]
#[path = "door/transfer/honest.rs"]
mod transfer;

use countersign_solana::{
    CosignMessage, CosignRequest, SignedCosign, SignedTransfer, TransferMessage, TransferRequest,
    VerifiedCosign, VerifiedTransfer,
};
use serde::de::DeserializeOwned;
use static_assertions::assert_not_impl_any;

// Evidence can't be read from anywhere, made of nothing, or copied to outlive its moment.
assert_not_impl_any!(VerifiedCosign: DeserializeOwned, Default, Clone);
assert_not_impl_any!(CosignMessage: DeserializeOwned, Default, From<Vec<u8>>, From<Box<[u8]>>);
assert_not_impl_any!(CosignRequest<'_>: DeserializeOwned, Default);
assert_not_impl_any!(SignedCosign: DeserializeOwned, Default);
assert_not_impl_any!(VerifiedTransfer: DeserializeOwned, Default, Clone);
assert_not_impl_any!(TransferMessage: DeserializeOwned, Default, From<Vec<u8>>, From<Box<[u8]>>);
assert_not_impl_any!(TransferRequest<'_>: DeserializeOwned, Default);
assert_not_impl_any!(SignedTransfer: DeserializeOwned, Default);

#[test]
fn only_verified_transactions_are_signed() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/door/sign_payload.rs");
    cases.compile_fail("tests/door/sign_judgement.rs");
    cases.compile_fail("tests/door/sign_unreserved.rs");
    cases.compile_fail("tests/door/make_message.rs");
    cases.compile_fail("tests/door/ask_signer.rs");
    cases.compile_fail("tests/door/make_signed.rs");
    cases.compile_fail("tests/door/blind_signer.rs");
}

#[test]
fn only_verified_transfers_are_signed() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/door/transfer/sign_draft.rs");
    cases.compile_fail("tests/door/transfer/sign_judgement.rs");
    cases.compile_fail("tests/door/transfer/sign_unreserved.rs");
    cases.compile_fail("tests/door/transfer/make_message.rs");
    cases.compile_fail("tests/door/transfer/ask_signer.rs");
    cases.compile_fail("tests/door/transfer/blind_signer.rs");
}
