//! What has not been verified can't be signed: it does not compile.
//!
//! Each file that must fail has a twin that compiles and differs in the one line that matters, so
//! that none fails for another reason.

#[test]
fn only_verified_permits_are_signed() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/door/honest.rs");
    cases.compile_fail("tests/door/sign_payload.rs");
    cases.compile_fail("tests/door/sign_judgement.rs");
    cases.compile_fail("tests/door/make_evidence.rs");
    cases.compile_fail("tests/door/make_digest.rs");
    cases.compile_fail("tests/door/make_request.rs");
    cases.compile_fail("tests/door/make_reservation.rs");
    cases.compile_fail("tests/door/read_evidence.rs");
    cases.compile_fail("tests/door/blind_signer.rs");
}
