//! What becomes of sessions when a call fails.

use std::cell::Cell;

use cryptoki::context::Function;
use cryptoki::error::{Error, RvError};

use super::fake::{Fake, LOST, PIN, Step, sign};
use crate::Curve;
use crate::pkcs11::error::Failure;
use crate::pkcs11::{Pkcs11Error, TokenKey};

/// The codes after which sessions are there still, and what is known of the token is not.
const CONFUSED: [RvError; 7] = [
    RvError::DeviceError,
    RvError::UserNotLoggedIn,
    RvError::KeyHandleInvalid,
    RvError::ObjectHandleInvalid,
    RvError::OperationActive,
    RvError::FunctionFailed,
    RvError::GeneralError,
];
/// Codes that another session would answer too.
const PLAIN: [RvError; 5] = [
    RvError::DataLenRange,
    RvError::MechanismInvalid,
    RvError::KeyFunctionNotPermitted,
    RvError::HostMemory,
    RvError::FunctionNotSupported,
];
/// More than the token has room for.
const TIMES: u32 = 30;

fn answered(code: RvError) -> Pkcs11Error {
    Pkcs11Error::from(Failure::from(Error::Pkcs11(code, Function::Sign)))
}

#[test]
fn a_lost_session_is_opened_again() {
    for code in LOST.into_iter().chain(CONFUSED) {
        let fake = Fake::new();
        let token = fake.token(Some(PIN));
        for _ in 0..TIMES {
            fake.fail(Step::Sign, code);
            sign(&token, &fake).unwrap_or_else(|error| panic!("{code:?}: {error}"));
        }
        assert_eq!(fake.state().asked, 2 * TIMES, "{code:?}");
        assert_eq!(fake.state().open.len(), 1, "{code:?}");
        drop(token);
        assert_eq!(fake.state().open.len(), 0, "{code:?}");
    }
}

#[test]
fn a_failure_that_stays_is_told_after_a_second_attempt() {
    for code in LOST.into_iter().chain(CONFUSED) {
        let fake = Fake::new();
        let token = fake.token(Some(PIN));
        for _ in 0..TIMES {
            fake.fail(Step::Sign, code);
            fake.fail(Step::Sign, code);
            assert_eq!(sign(&token, &fake), Err(answered(code)));
        }
        assert_eq!(fake.state().asked, 2 * TIMES, "{code:?}");
        assert_eq!(fake.state().open.len(), 0, "{code:?}");
        sign(&token, &fake).unwrap();
    }
}

#[test]
fn what_another_session_would_answer_too_is_told_at_once() {
    for code in PLAIN {
        let fake = Fake::new();
        let token = fake.token(Some(PIN));
        for _ in 0..TIMES {
            fake.fail(Step::Sign, code);
            assert_eq!(sign(&token, &fake), Err(answered(code)));
        }
        assert_eq!(fake.state().asked, TIMES, "{code:?}");
        assert_eq!(fake.state().open.len(), 0, "{code:?}");
    }
}

#[test]
fn a_session_outlives_what_we_refuse() {
    let fake = Fake::new();
    let token = fake.token(Some(PIN));
    let refused = || Pkcs11Error::OtherSignature { key: "02".to_owned() };
    for _ in 0..TIMES {
        assert_eq!(token.in_session(|_| Err::<(), _>(refused().into())), Err(refused()));
    }
    assert_eq!(fake.state().open.len(), 1);
    // Whoever closes the last session is logged out by it.
    assert_eq!(fake.state().given.len(), 1);
}

#[test]
fn a_session_that_makes_keys_is_closed_whatever_comes_of_it() {
    let fake = Fake::new();
    let token = fake.token(Some(PIN));
    for _ in 0..TIMES {
        fake.fail(Step::Sign, RvError::GeneralError);
        let made = token.in_writing_session(|session| fake.sign(*session));
        // What makes something is not done twice.
        assert_eq!(made, Err(answered(RvError::GeneralError)));
        token.in_writing_session(|session| fake.sign(*session)).unwrap();
    }
    assert_eq!(fake.state().open.len(), 0);
}

#[test]
fn a_place_whose_key_is_another_by_now_is_looked_for_again() {
    let fake = Fake::new();
    let token = fake.token(Some(PIN));
    let looked = Cell::new(0);
    let [hot, cold] = ["hot", "cold"].map(|label| TokenKey::Label(label.to_owned()));
    let look = |key: &TokenKey| {
        let found = || {
            looked.set(looked.get() + 1);
            Ok(42)
        };
        token.in_session(|_| token.handle(key, Curve::Secp256k1, found)).unwrap();
        looked.get()
    };
    assert_eq!([look(&hot), look(&cold), look(&hot), look(&cold)], [1, 2, 2, 2]);
    token.forget(&hot);
    assert_eq!([look(&cold), look(&hot), look(&hot)], [2, 3, 3]);
}

#[test]
fn a_place_that_is_remembered_is_forgotten_with_the_sessions() {
    let fake = Fake::new();
    let token = fake.token(Some(PIN));
    let looked = Cell::new(0);
    let key = TokenKey::Label("hot".to_owned());
    let look = || {
        token.in_session(|session| {
            let found = || {
                looked.set(looked.get() + 1);
                Ok(42)
            };
            token.handle(&key, Curve::Secp256k1, found)?;
            fake.sign(*session)
        })
    };
    for (count, code) in (1..).zip(LOST.into_iter().chain(CONFUSED)) {
        look().unwrap();
        look().unwrap();
        assert_eq!(looked.get(), count, "{code:?}");
        fake.fail(Step::Sign, code);
        look().unwrap();
        assert_eq!(looked.get(), count + 1, "{code:?}");
    }
}
