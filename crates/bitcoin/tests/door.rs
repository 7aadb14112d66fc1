//! What has not been verified can't be signed: it does not compile.
//!
//! Each file that must fail has a twin that compiles and differs in the one line that matters, so
//! that none fails for another reason. The twins are modules of this test: were they cases of it, all
//! that they depend on would be built once more.

#[expect(dead_code, clippy::too_many_arguments, reason = "it shows that it compiles")]
#[path = "door/honest.rs"]
mod honest;
#[expect(dead_code, clippy::too_many_arguments, reason = "it shows that it compiles")]
#[path = "door/pay_honest.rs"]
mod pay_honest;

use countersign_bitcoin::{
    InputSighash, KeyRequest, PaymentJudgement, Refund, SignedPayment, SignedPsbt, VerifiedPayment,
    VerifiedPsbt,
};
use serde::de::DeserializeOwned;
use static_assertions::assert_not_impl_any;

// Evidence can't be read from anywhere, made of nothing, or copied to outlive its moment.
assert_not_impl_any!(VerifiedPsbt: DeserializeOwned, Default, Clone);
assert_not_impl_any!(InputSighash: DeserializeOwned, Default, From<[u8; 32]>);
assert_not_impl_any!(KeyRequest: DeserializeOwned, Default);
assert_not_impl_any!(SignedPsbt: DeserializeOwned, Default);
assert_not_impl_any!(Refund: DeserializeOwned, Default);
assert_not_impl_any!(VerifiedPayment: DeserializeOwned, Default, Clone);
assert_not_impl_any!(PaymentJudgement: DeserializeOwned, Default);
assert_not_impl_any!(SignedPayment: DeserializeOwned, Default);

#[test]
fn only_what_was_verified_is_signed() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/door/sign_payload.rs");
    cases.compile_fail("tests/door/sign_judgement.rs");
    cases.compile_fail("tests/door/make_sighash.rs");
    cases.compile_fail("tests/door/make_request.rs");
    cases.compile_fail("tests/door/refund_recipe.rs");
    cases.compile_fail("tests/door/pay_draft.rs");
    cases.compile_fail("tests/door/pay_judgement.rs");
}
