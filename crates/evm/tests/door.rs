//! What has not been verified can't be signed: it does not compile.
//!
//! Each file that must fail has a twin that compiles and differs in the one line that matters, so
//! that none fails for another reason. The twins are modules of this test: were they cases of it, all
//! that they depend on would be built once more.

#[expect(dead_code, clippy::too_many_arguments, reason = "it shows that it compiles")]
#[path = "door/honest.rs"]
mod honest;
#[expect(dead_code, clippy::too_many_arguments, reason = "it shows that it compiles")]
#[path = "door/honest_call.rs"]
mod honest_call;

use countersign_evm::{
    CallSighash, PermitDigest, SignCall, SignPermit, SignedCall, SignedPermit, SignedTronCall,
    VerifiedCall, VerifiedPermit, VerifiedTronCall,
};
use serde::de::DeserializeOwned;
use static_assertions::assert_not_impl_any;

// Evidence can't be read from anywhere, made of nothing, or copied to outlive its moment.
assert_not_impl_any!(VerifiedPermit: DeserializeOwned, Default, Clone, From<[u8; 32]>);
assert_not_impl_any!(PermitDigest: DeserializeOwned, Default, From<[u8; 32]>);
assert_not_impl_any!(SignedPermit: DeserializeOwned, Default, From<[u8; 65]>);
assert_not_impl_any!(SignPermit<'static>: DeserializeOwned, Default);
assert_not_impl_any!(VerifiedCall: DeserializeOwned, Default, Clone, From<Vec<u8>>);
assert_not_impl_any!(VerifiedTronCall: DeserializeOwned, Default, Clone, From<Vec<u8>>);
assert_not_impl_any!(CallSighash: DeserializeOwned, Default, From<[u8; 32]>);
assert_not_impl_any!(SignedCall: DeserializeOwned, Default, From<Vec<u8>>);
assert_not_impl_any!(SignedTronCall: DeserializeOwned, Default, From<Vec<u8>>);
assert_not_impl_any!(SignCall<'static>: DeserializeOwned, Default);

#[test]
fn only_verified_permits_are_signed() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/door/sign_payload.rs");
    cases.compile_fail("tests/door/sign_judgement.rs");
    cases.compile_fail("tests/door/make_evidence.rs");
    cases.compile_fail("tests/door/make_digest.rs");
    cases.compile_fail("tests/door/make_request.rs");
    cases.compile_fail("tests/door/make_reservation.rs");
    cases.compile_fail("tests/door/blind_signer.rs");
    cases.compile_fail("tests/door/sign_draft.rs");
    cases.compile_fail("tests/door/make_sighash.rs");
}
